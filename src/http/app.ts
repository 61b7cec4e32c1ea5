import { randomBytes } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { MiddlewareHandler } from "hono";
import { Hono } from "hono";
import type { IncidentEvent, PageName, ProbeEvent } from "../model/api.ts";
import type { Actions, Board, BoardEvent, Health } from "../model/board.ts";
import type { Past } from "../model/past.ts";
import { pingOf } from "../model/ping.ts";
import type { Reports } from "../model/report.ts";
import type { Procedures } from "../model/sop.ts";
import type { StatusSource } from "../model/status-page.ts";
import type { DiagnoseNow } from "../model/verdict.ts";
import { createApi } from "./api.ts";
import { contentPolicy } from "./content-policy.ts";
import type { EventHub } from "./events.ts";
import { createEventHub } from "./events.ts";
import { createGuard, isHostAllowed, isOriginAllowed } from "./guard.ts";
import { judgeHealth } from "./health.ts";
import { createMetrics } from "./metrics.ts";
import { loadPage } from "./page.ts";
import { paperStyle, paperStylePath } from "./paper.ts";
import { problem } from "./problem.ts";
import { requireToken } from "./require-token.ts";
import { createSopApi } from "./sop-api.ts";
import { createSopPages } from "./sop-page.ts";
import { createReportPages } from "./report-page.ts";
import { createStatusPages } from "./status-page.ts";

export interface AppDeps {
  readonly board: Board;
  readonly actions: Actions;
  readonly diagnosis: DiagnoseNow;
  /** The evidence pack of an incident, as Markdown; undefined: there is no such incident. */
  readonly evidence?: (incident: number) => string | undefined;
  /** What was; left out: nothing is kept. */
  readonly past?: Past;
  /** Runs of SOPs; left out: there are none to look at. */
  readonly sops?: Procedures;
  /** What the status page says; left out: there is none. */
  readonly status?: StatusSource;
  readonly reports?: Reports;
  readonly health: () => Health;
  readonly version: string;
  /** Where the built page is, `dashboard/dist`. */
  readonly pageFolder: string;
  /** Set: everything but `/healthz` asks for it. */
  readonly token?: string | undefined;
  /** Names, without port, that people reach this server by, besides addresses and localhost: that of `settings.url`. */
  readonly allowedHosts?: readonly string[];
  /** Milliseconds UTC. */
  readonly now?: () => number;
  /** Where an error of ours goes. */
  readonly onError?: (error: unknown) => void;
}

export interface App {
  /** For `serve({ fetch: app.fetch, … })` of @hono/node-server; the event stream needs its response. */
  readonly fetch: Hono<Env>["fetch"];
  readonly request: Hono<Env>["request"];
  /** Ends the event streams, so that the server can close. */
  close(): void;
}

interface Env {
  Bindings: Partial<HttpBindings>;
}

/** Everything Mailvigil answers over HTTP. It reads the board, so that no answer waits for a disk but an evidence pack. */
export function createApp(deps: AppDeps): App {
  const { board, actions, diagnosis, health, version, evidence = () => undefined, now = Date.now } = deps;
  const hub = createEventHub({ boot: randomBytes(6).toString("hex") });
  const metrics = createMetrics({ board, health, hub, version, now });
  const page = loadPage(deps.pageFolder);
  const style = paperStyle();
  const unsubscribe = board.subscribe((event) => publish(hub, board, event));

  const app = new Hono<Env>();
  app.use(securityHeaders);
  app.get("/healthz", (c) => {
    const current = health();
    const bad = judgeHealth(current);
    return c.json(
      { status: bad.length === 0 ? "ok" : "bad", bad, version, ...current, loopAgeMs: Math.round(current.loopAgeMs) },
      bad.length === 0 ? 200 : 503,
    );
  });
  // Jobs of other machines call it by whatever name they know, without a token: the id is the secret.
  app.on(["GET", "HEAD", "POST"], ["/ping/:id", "/ping/:id/:word"], async (c) => {
    const ping = pingOf(c.req.param("word") ?? "");
    c.header("cache-control", "no-store");
    if (ping === undefined) return c.text("the end of the address is none of: start, fail, 0 to 255\n", 400);
    return (await actions.ping(c.req.param("id").toLowerCase(), ping)) ? c.text("OK\n") : c.text("not found\n", 404);
  });
  app.get(paperStylePath, (c) => c.body(style, 200, { "content-type": "text/css; charset=utf-8", "cache-control": "no-cache" }));
  app.use(sameSite(deps.allowedHosts ?? []));
  const statusPages = deps.status && createStatusPages({ status: deps.status, language: () => board.language, now });
  if (statusPages) app.route("/", statusPages.forEverybody);
  if (deps.token !== undefined) requireToken(app, createGuard(deps.token), now);

  app.get("/metrics", async (c) => c.body(await metrics.render(), 200, { "content-type": metrics.contentType }));
  app.get("/api/v1/events", (c) => {
    const response = c.env?.outgoing;
    if (response === undefined) throw new Error("The event stream needs the response of @hono/node-server");
    const lastEventId = c.req.header("last-event-id") ?? c.req.query("lastEventId");
    if (hub.connect(response, lastEventId)) return RESPONSE_ALREADY_SENT;
    return problem(c, "too-many-streams", "Too many pages follow the live events; close some of them");
  });
  if (deps.sops) app.route("/api/v1/sops", createSopApi(deps.sops));
  app.route(
    "/api/v1",
    createApi({ board, actions, diagnosis, evidence, past: deps.past, version, pages: () => pagesOf(deps), now }),
  );
  if (statusPages) app.route("/", statusPages.forKnown);
  if (deps.sops) app.route("/", createSopPages({ procedures: deps.sops, board, now, onError: deps.onError }));
  if (deps.reports) app.route("/", createReportPages({ reports: deps.reports, board }));
  app.get("*", (c) => {
    const file = page.get(c.req.path);
    if (file !== undefined) {
      if (c.req.header("if-none-match") === file.headers["etag"]) return c.body(null, 304, { ...file.headers });
      return c.body(file.body, 200, { ...file.headers });
    }
    if (c.req.path !== "/") return problem(c, "not-found", "Nothing is here");
    return c.text("The page is not built. Run `npm run build`, then start Mailvigil again.\n", 503);
  });
  app.notFound((c) => problem(c, "not-found", "Nothing is here"));
  app.onError((error, c) => {
    deps.onError?.(error);
    return problem(c, "went-wrong", "Mailvigil could not answer this; its log says why");
  });

  return {
    fetch: app.fetch,
    request: app.request,
    close() {
      unsubscribe();
      hub.close();
    },
  };
}

const pagesOf = ({ sops, reports, status }: AppDeps): readonly PageName[] => [
  ...(sops !== undefined && sops.sops().length + sops.runs().length > 0 ? (["sop"] as const) : []),
  ...(reports === undefined ? [] : (["report"] as const)),
  ...(status === undefined ? [] : (["status"] as const)),
];

/** Tells pages what they may want to draw anew. */
function publish(hub: EventHub, board: Board, event: BoardEvent): void {
  if (event.kind === "observation") {
    const { observation, state } = event;
    const data: ProbeEvent = {
      probe: observation.probe,
      status: state.status,
      observed: observation.status,
      findings: observation.findings.map(({ code, data: values }) => ({ code, data: values })),
      at: observation.at,
      durationMs: observation.durationMs,
      nextAt: board.nextAt(observation.probe) ?? null,
    };
    hub.publish("probe", data);
  } else if (event.kind === "incident") {
    const data: IncidentEvent = { id: event.incident.id };
    hub.publish("incident", data);
  } else hub.publish("reloaded", {});
}

/** Set before `next()`: after it Hono copies the response, at 2.9 times the cost of the whole request. */
const securityHeaders: MiddlewareHandler = async (c, next) => {
  c.header("content-security-policy", contentPolicy("'self'"));
  c.header("x-content-type-options", "nosniff");
  c.header("x-frame-options", "DENY");
  c.header("cross-origin-resource-policy", "same-origin");
  // Not `no-referrer`: with it a browser names no origin when the login form is sent.
  c.header("referrer-policy", "same-origin");
  await next();
};

function sameSite(allowedHosts: readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header("host");
    if (!isHostAllowed(host, allowedHosts)) {
      return problem(
        c,
        "host-refused",
        "This name is not known here; set settings.url in mailvigil.yaml to the address people use",
      );
    }
    if (c.req.method !== "GET" && c.req.method !== "HEAD" && !isOriginAllowed(c.req.header("origin"), host)) {
      return problem(c, "origin-refused", "A page of another origin may not do this");
    }
    const site = c.req.header("sec-fetch-site");
    if (c.req.path.startsWith("/api/") && site !== undefined && site !== "same-origin" && site !== "none") {
      return problem(c, "origin-refused", "A page of another origin may not read this");
    }
    return next();
  };
}
