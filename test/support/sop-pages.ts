import { tmpdir } from "node:os";
import { createDiagnoseNow } from "../../src/engine/diagnose-now.ts";
import { createApp, type App, type AppDeps } from "../../src/http/app.ts";
import type { Sop, SopRun, StepRun } from "../../src/model/sop.ts";
import { createExampleCompany } from "./example-company.ts";
import { exampleSops } from "./example-sops.ts";
import { createMemoryProcedures, type MemoryProcedures } from "./memory-procedures.ts";

export const minute = 60_000;

/** The pages of SOPs on the example company, with a clock that the test turns. It is 09:08 in Shanghai. */
export interface SopPages {
  readonly procedures: MemoryProcedures;
  /** All that the server is made from but SOPs and the page. */
  readonly deps: Omit<AppDeps, "sops" | "pageFolder">;
  pass(ms: number): void;
  open(more?: Partial<AppDeps>): App;
  get(path: string, headers?: Record<string, string>, app?: App): Promise<Response>;
  /** Its HTML. */
  page(path: string, headers?: Record<string, string>): Promise<string>;
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>, app?: App): Promise<Response>;
  /** The next run, for the incident of the example company. */
  begin(): SopRun;
  run(id: number): SopRun;
  step(id: string): StepRun | undefined;
}

export const zh = { "accept-language": "zh-CN" };
export const li = { person: "李工" };

export function createSopPagesWorld(sops: readonly Sop[] = exampleSops): SopPages {
  let time = Date.UTC(2026, 2, 4, 1, 8);
  const now = (): number => time;
  const board = createExampleCompany(now);
  const procedures = createMemoryProcedures(sops, now);
  const host = "127.0.0.1:8993";
  const own = { host, "accept-language": "en" };
  const deps: SopPages["deps"] = {
    board,
    diagnosis: createDiagnoseNow({ board: { ...board, incidentOf: () => undefined }, runNow: () => false, now }),
    actions: board.actions,
    health: () => ({ loopAgeMs: 0, databaseOk: true, outboxAgeMs: 0 }),
    version: "1.2.3",
    now,
  };
  const world: SopPages = {
    procedures,
    deps,
    pass(ms) {
      time += ms;
      for (const { id } of procedures.runs()) procedures.happen(id, { kind: "tick" });
    },
    open: (more = {}) => createApp({ ...deps, sops: procedures, pageFolder: tmpdir(), ...more }),
    get: async (path, headers = {}, app = world.open()) => app.request(path, { headers: { ...own, ...headers } }),
    page: async (path, headers = {}) => (await world.get(path, headers)).text(),
    post: async (path, fields, headers = {}, app = world.open()) =>
      app.request(path, {
        method: "POST",
        headers: { ...own, origin: `http://${host}`, "content-type": "application/x-www-form-urlencoded", ...headers },
        body: new URLSearchParams(fields).toString(),
      }),
    begin: () => procedures.trigger("mail-down", 1042),
    run(id) {
      const run = procedures.run(id);
      if (run === undefined) throw new Error(`No run ${id}`);
      return run;
    },
    step: (id) => world.run(1).steps.find((step) => step.id === id),
  };
  return world;
}

/** What a person reads of a page: no tags, no names of fields. */
export const readable = (html: string): string =>
  html
    .replace(/<head>.*?<\/head>/s, "")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ");
