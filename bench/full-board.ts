import imapLogin from "../checks/imap-login.ts";
import { createBoard, type LiveBoard } from "../src/engine/board.ts";
import { createDiagnoseNow } from "../src/engine/diagnose-now.ts";
import { createApp, type App, type AppDeps } from "../src/http/app.ts";
import type { Observation } from "../src/model/observation.ts";
import type { Probe } from "../src/model/probe.ts";
import { emptyBatch, type Batch, type ProbeState } from "../src/model/state.ts";

/** The real board, full of probes that have run, and everything that is answered from it over HTTP. */
export interface FullBoard {
  readonly board: LiveBoard;
  readonly app: App;
  readonly probes: readonly Probe[];
  /** What a run of this probe changes. */
  batchOf(probe: Probe, at: number): Batch;
}

/** @param more parts of the app that stand on the board */
export function createFullBoard(count: number, more: (board: LiveBoard) => Partial<AppDeps> = () => ({})): FullBoard {
  const probes = Array.from({ length: count }, (_, i) => probeOf(`mailbox-${i}@example.com`));
  const batchOf = ({ id }: Probe, at: number): Batch => ({
    ...emptyBatch,
    observations: [observationOf(id, at)],
    states: [stateOf(id, at)],
  });
  const board = createBoard({
    demonstration: false,
    company: "Example Trading Co.",
    language: "en",
    timezone: "Asia/Shanghai",
    startedAt: Date.now(),
    checks: new Map([[imapLogin.id, imapLogin]]),
    probes,
    remembered: {
      states: [],
      observations: [],
      memories: new Map(),
      facts: [],
      incidents: [],
      transitions: [],
      breakers: [],
      nextIncident: 1,
      sopRuns: [],
      nextSopRun: 1,
    },
    nextAt: () => Date.now() + 60_000,
    channels: () => [],
    troubles: () => [],
    now: Date.now,
  });
  for (const probe of probes) board.apply(batchOf(probe, Date.now()));
  const app = createApp({
    board,
    diagnosis: createDiagnoseNow({ board, runNow: () => false, now: Date.now }),
    actions: { acknowledge: () => Promise.resolve(false), runNow: () => false, ping: () => Promise.resolve(false) },
    health: () => ({ loopAgeMs: 0, databaseOk: true, outboxAgeMs: 0 }),
    version: "bench",
    pageFolder: "/nonexistent",
    ...more(board),
  });
  return { board, app, probes, batchOf };
}

const probeOf = (asset: string): Probe => ({
  id: `${asset}/${imapLogin.id}`,
  asset,
  check: imapLogin.id,
  target: "imap.example.com:993",
  options: {},
  everyMs: 60_000,
  deadlineMs: imapLogin.deadline,
  confirm: imapLogin.confirm,
  measures: imapLogin.measures,
  severity: {},
  business: "normal",
  load: {},
  from: "mailvigil.yaml:12",
});

const observationOf = (probe: string, at: number): Observation => ({
  probe,
  status: "ok",
  findings: [],
  metrics: Object.fromEntries(Object.keys(imapLogin.metrics).map((name, i) => [name, (7 + i * 13) / 1000])),
  evidence: [],
  at,
  durationMs: 87,
});

const stateOf = (probe: string, at: number): ProbeState => ({
  probe,
  status: "ok",
  since: at,
  verdict: "ok",
  recent: [{ at, status: "ok" }],
  undecidedSince: undefined,
  lastAt: at,
  coverUntil: at + 600_000,
  flips: [],
  flapping: false,
});
