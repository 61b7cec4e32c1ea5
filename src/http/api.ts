import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import type { AssetDiagnosis, AssetHistory, DiagnosisStarted, IncidentView, PageName, ProbeDetail } from "../model/api.ts";
import type { Actions, Board } from "../model/board.ts";
import { incidentName } from "../model/incident.ts";
import type { Past } from "../model/past.ts";
import type { Probe } from "../model/probe.ts";
import type { DiagnoseNow } from "../model/verdict.ts";
import { viewVerdict } from "./asset-diagnosis.ts";
import { isPastWindow, viewAssetHistory } from "./asset-history.ts";
import { buildOverview } from "./overview.ts";
import { problem } from "./problem.ts";
import { viewIncident, viewProbeDetail } from "./views.ts";

interface ApiDeps {
  readonly board: Board;
  readonly actions: Actions;
  readonly diagnosis: DiagnoseNow;
  /** The evidence pack of an incident of any age, as Markdown; undefined: there is no such incident. */
  readonly evidence: (incident: number) => string | undefined;
  readonly past: Past | undefined;
  readonly version: string;
  /** Which pages beside the dashboard have something to show. */
  readonly pages: () => readonly PageName[];
  readonly now: () => number;
}

const acknowledgement = z.strictObject({
  by: z.string().trim().min(1).max(60),
  minutes: z.number().int().min(1).max(10_080),
});

/** Within this time, and while nothing happens, everyone gets the same overview. */
const overviewAgeMs = 1000;

/** The JSON under `/api/v1`, without the stream. */
export function createApi({ board, actions, diagnosis, evidence, past, version, pages, now }: ApiDeps): Hono {
  const api = new Hono();
  let cached: { readonly at: number; readonly body: string } | undefined;
  let index: { readonly of: readonly Probe[]; readonly byId: ReadonlyMap<string, Probe> } | undefined;
  board.subscribe(() => {
    cached = undefined;
  });

  const findProbe = (id: string | undefined): Probe | undefined => {
    const probes = board.probes();
    if (index?.of !== probes) index = { of: probes, byId: new Map(probes.map((probe) => [probe.id, probe])) };
    return id === undefined ? undefined : index.byId.get(id);
  };

  api.get("/overview", (c) => {
    const at = now();
    if (cached === undefined || at - cached.at > overviewAgeMs || at < cached.at) {
      cached = { at, body: JSON.stringify(buildOverview(board, at, version, pages())) };
    }
    return c.body(cached.body, 200, { "content-type": "application/json", "cache-control": "no-store" });
  });

  api.get("/incidents", (c) =>
    c.json<{ incidents: readonly IncidentView[] }>({
      incidents: board.incidents().map((incident) => viewIncident(board, incident)),
    }),
  );

  api.post(
    "/incidents/:id/acknowledge",
    bodyLimit({ maxSize: 4096, onError: (c) => problem(c, "too-large", "Send less than 4 KiB") }),
    async (c) => {
      const id = Number(c.req.param("id"));
      const body = acknowledgement.safeParse(await c.req.json().catch(() => undefined));
      if (!body.success) {
        return problem(
          c,
          "bad-request",
          'Send JSON like { "by": "Li", "minutes": 60 }: by 1 to 60 characters, minutes 1 to 10080',
        );
      }
      const done = Number.isSafeInteger(id) && (await actions.acknowledge(id, body.data.by, body.data.minutes));
      if (!done) return problem(c, "not-found", "No open incident has this id; GET /api/v1/incidents lists them");
      return c.json({ acknowledged: true });
    },
  );

  api.get("/incidents/:id/evidence", (c) => {
    const id = Number(/^(?:m-)?(\d{1,15})$/i.exec(c.req.param("id"))?.[1]);
    const pack = Number.isSafeInteger(id) ? evidence(id) : undefined;
    if (pack === undefined) return problem(c, "not-found", "No incident has this id; GET /api/v1/incidents lists the latest");
    return c.body(pack, 200, {
      "content-type": "text/markdown; charset=utf-8",
      "content-disposition": `attachment; filename="${incidentName(id)}.md"`,
      "cache-control": "no-store",
    });
  });

  api.get("/probes/*", (c) => {
    const probe = findProbe(idOf(c.req.url, "/probes/", ""));
    if (probe === undefined) return problem(c, "not-found", "No probe has this id; GET /api/v1/overview lists them");
    return c.json<ProbeDetail>(viewProbeDetail(board, probe));
  });

  api.post("/probes/*", (c) => {
    const probe = findProbe(idOf(c.req.url, "/probes/", "/run"));
    if (probe === undefined || !actions.runNow(probe.id)) {
      return problem(
        c,
        "not-found",
        "POST /api/v1/probes/{asset}/{check}/run with the id of a probe; GET /api/v1/overview lists them",
      );
    }
    return c.json({ started: true }, 202);
  });

  api.post("/assets/*", (c) => {
    const asset = idOf(c.req.url, "/assets/", "/diagnose");
    const started = asset === undefined ? undefined : diagnosis.start(asset);
    if (started === undefined || started.kind === "no-asset") {
      return problem(
        c,
        "not-found",
        "POST /api/v1/assets/{asset}/diagnose with the id of an asset; GET /api/v1/overview lists them",
      );
    }
    if (started.kind === "too-soon") {
      c.header("retry-after", String(started.seconds));
      return problem(c, "too-soon", `This was looked at a moment ago; try again in ${started.seconds} s`);
    }
    const { probes, waiting, until } = started;
    return c.json<DiagnosisStarted>({ probes, waiting, until }, 202);
  });

  api.get("/assets/*", async (c) => {
    const looked = idOf(c.req.url, "/assets/", "/history");
    if (looked !== undefined) {
      const window = c.req.query("window") ?? "24h";
      if (!isPastWindow(window)) return problem(c, "bad-request", "Say window=24h, 7d, 30d or 90d");
      const seen = past && (await viewAssetHistory({ board, past, now: now() }, looked, { window, check: c.req.query("check") }));
      if (seen === undefined) return problem(c, "not-found", "No asset has this id; GET /api/v1/overview lists them");
      c.header("cache-control", "no-store");
      return c.json<AssetHistory>(seen);
    }
    const asset = idOf(c.req.url, "/assets/", "/diagnosis");
    const verdict = asset === undefined ? undefined : diagnosis.verdict(asset);
    if (verdict === undefined) return problem(c, "not-found", "No asset has this id; GET /api/v1/overview lists them");
    c.header("cache-control", "no-store");
    return c.json<AssetDiagnosis>(viewVerdict(board, verdict, diagnosis.progress(verdict.asset)));
  });

  return api;
}

/** The id in a URL: everything between `start` and `end`, as it was or percent-encoded; undefined when it is none. */
function idOf(url: string, start: string, end: string): string | undefined {
  const path = new URL(url).pathname;
  const from = path.indexOf(start) + start.length;
  if (!path.endsWith(end)) return undefined;
  try {
    return decodeURIComponent(path.slice(from, path.length - end.length)).toLowerCase();
  } catch {
    return undefined;
  }
}
