import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import type { SopRunDetail, SopRunView, SopView } from "../model/api.ts";
import { runName, type Procedures, type SopAction, type SopRun } from "../model/sop.ts";
import { inLanguage } from "../model/text.ts";
import { languageOf } from "./login.ts";
import { problem } from "./problem.ts";

const by = z.string().trim().min(1).max(60);
const step = z.string().regex(/^[a-z0-9-]{1,40}$/);
const words = z.string().trim().min(1).max(500);
const input = z.record(z.string().max(40), z.string().max(2_000)).default({});
const start = z.strictObject({ by, drill: z.boolean().default(false) });

const action = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("begin"), by }),
  z.strictObject({ kind: z.literal("done"), by, step, input }),
  z.strictObject({ kind: z.literal("skip"), by, step, reason: words }),
  z.strictObject({ kind: z.literal("retry"), by, step }),
  z.strictObject({ kind: z.literal("note"), by, text: words }),
  z.strictObject({ kind: z.literal("close"), by }),
  z.strictObject({ kind: z.literal("abort"), by, reason: words }),
  z.strictObject({ kind: z.literal("dismiss"), by, reason: words }),
]);

/** What each action is sent with. */
const examples: Readonly<Record<SopAction["kind"], string>> = {
  begin: '{ "by": "Li" }',
  done: '{ "by": "Li", "step": "vendor", "input": { "ticket": "4711" } }',
  skip: '{ "by": "Li", "step": "vendor", "reason": "no contract" }',
  retry: '{ "by": "Li", "step": "vendor" }',
  note: '{ "by": "Li", "text": "called the provider" }',
  close: '{ "by": "Li" }',
  abort: '{ "by": "Li", "reason": "false alarm" }',
  dismiss: '{ "by": "Li", "reason": "false alarm" }',
};

const maxBody = 16_384;

/** The JSON under `/api/v1/sops`. Why something is refused is told in the language that the caller asks for. */
export function createSopApi(procedures: Procedures): Hono {
  const api = new Hono();
  api.use(bodyLimit({ maxSize: maxBody, onError: (c) => problem(c, "too-large", `Send less than ${maxBody / 1024} KiB`) }));
  api.use(async (c, next) => {
    c.header("cache-control", "no-store");
    await next();
  });

  api.get("/", (c) =>
    c.json<{ sops: readonly SopView[] }>({
      sops: procedures.sops().map(({ name, title, summary, priority, steps, hash }) => ({
        name,
        title,
        summary,
        priority,
        steps: steps.length,
        hash,
      })),
    }),
  );

  api.get("/runs", (c) => c.json<{ runs: readonly SopRunView[] }>({ runs: procedures.runs().map(viewRun) }));

  api.get("/runs/:id", (c) => {
    const run = findRun(c.req.param("id"), procedures);
    return run === undefined ? noRun(c) : c.json<SopRunDetail>(viewRunDetail(run, procedures));
  });

  api.post("/:name/start", async (c) => {
    const name = c.req.param("name");
    if (!procedures.sops().some((sop) => sop.name === name)) {
      return problem(c, "not-found", "No SOP has this name; GET /api/v1/sops lists them");
    }
    const body = start.safeParse(await bodyOf(c));
    if (!body.success) return problem(c, "bad-request", 'Send JSON like { "by": "Li", "drill": false }: by 1 to 60 characters');
    return told(c, await procedures.start(name, body.data.by, { drill: body.data.drill }), 201);
  });

  api.post("/runs/:id/:action", async (c) => {
    const run = findRun(c.req.param("id"), procedures);
    if (run === undefined) return noRun(c);
    const kind = kinds.find((one) => one === c.req.param("action"));
    if (kind === undefined) return problem(c, "not-found", `There is no such action; there are ${kinds.join(", ")}`);
    const body = z.looseObject({}).safeParse(await bodyOf(c));
    const asked = action.safeParse({ ...body.data, kind });
    if (!asked.success) return problem(c, "bad-request", `Send JSON like ${examples[kind]}`);
    return told(c, await procedures.act(run.id, asked.data), 200);
  });

  return api;

  function told(c: Context, done: Awaited<ReturnType<Procedures["act"]>>, status: 200 | 201): Response {
    if ("refused" in done) return problem(c, "refused", inLanguage(done.refused, languageOf(c.req.header("accept-language"))));
    const run = procedures.run(done.run);
    return run === undefined ? noRun(c) : c.json<SopRunDetail>(viewRunDetail(run, procedures), status);
  }
}

const kinds = action.options.map(({ shape }) => shape.kind.value);

const bodyOf = (c: Context): Promise<unknown> => c.req.json().catch(() => undefined);

const noRun = (c: Context): Response =>
  problem(c, "not-found", "No run of an SOP has this number; GET /api/v1/sops/runs lists them");

/** `3` and `S-3` are the same run. */
export function findRun(id: string, procedures: Pick<Procedures, "run">): SopRun | undefined {
  const number = Number(/^(?:s-)?(\d{1,15})$/i.exec(id)?.[1]);
  return Number.isSafeInteger(number) ? procedures.run(number) : undefined;
}

function viewRun(run: SopRun): SopRunView {
  const { id, sop, drill, state, incident, begunBy, proposedAt, startedAt, resolvedAt, stableAt, endedAt, reason } = run;
  return {
    id,
    name: runName(id),
    sop: sop.name,
    title: sop.title,
    priority: sop.priority,
    drill,
    state,
    incident: incident ?? null,
    begunBy,
    proposedAt,
    startedAt: startedAt ?? null,
    resolvedAt: resolvedAt ?? null,
    stableAt: stableAt ?? null,
    endedAt: endedAt ?? null,
    reason: reason ?? null,
    steps: run.steps.map((one) => {
      const planned = sop.steps.find(({ id: known }) => known === one.id);
      return {
        id: one.id,
        kind: planned?.kind ?? "manual",
        text: planned?.text ?? { en: one.id, zh: one.id },
        who: planned?.kind === "manual" ? { title: planned.who.title, people: planned.who.people.map(({ name }) => name) } : null,
        input: planned?.kind === "manual" ? planned.input : [],
        state: one.state,
        readyAt: one.readyAt ?? null,
        dueAt: one.dueAt ?? null,
        escalations: one.escalations,
        endedAt: one.endedAt ?? null,
        late: one.late,
        by: one.by ?? null,
        noted: one.input,
        reason: one.reason ?? null,
        maybeRepeat: one.maybeRepeat,
        simulated: one.simulated,
      };
    }),
  };
}

const viewRunDetail = (run: SopRun, procedures: Procedures): SopRunDetail => ({
  ...viewRun(run),
  entries: procedures.entries(run.id).map(({ at, actor, kind, step: of, data }) => ({ at, actor, kind, step: of ?? null, data })),
});
