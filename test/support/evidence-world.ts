import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import imapLogin from "../../checks/imap-login.ts";
import mailRoundtrip from "../../checks/mail-roundtrip.ts";
import smtpSubmission from "../../checks/smtp-submission.ts";
import { createBoard, type LiveBoard } from "../../src/engine/board.ts";
import { type PipelineWorld, runOnce } from "../../src/engine/pipeline.ts";
import type { Diagnosis } from "../../src/model/cause.ts";
import type { AnyCheck, CheckContext, CheckResult } from "../../src/model/check.ts";
import type { Plan } from "../../src/model/config.ts";
import type { Probe } from "../../src/model/probe.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { loadRemembered } from "../../src/store/remembered.ts";
import { testWorld } from "./check-tester.ts";
import { planOf } from "./plan.ts";

export const beginning = Date.UTC(2026, 10, 22, 1, 0, 5);
export const minute = 60_000;

type Run = (ctx: CheckContext, probe: string) => CheckResult<string, string>;

/** The real checks, whose runs are scripted: what they say and how they are declared is the product's. */
const scripted = (check: AnyCheck, run: Run): AnyCheck => ({
  ...check,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  run: (ctx, options: { readonly probe: string }) => Promise.resolve(run(ctx, options.probe)),
});

const probe = (id: string, target: string, more: Partial<Probe> = {}): Probe => {
  const slash = id.lastIndexOf("/");
  return {
    id,
    asset: id.slice(0, slash),
    check: id.slice(slash + 1),
    target,
    options: { probe: id },
    everyMs: minute,
    deadlineMs: 30_000,
    confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
    measures: "service",
    severity: {},
    business: "normal",
    load: { host: target.split(":")[0] ?? target },
    from: "mailvigil.yaml:3",
    ...more,
  };
};

export const route = "sales@own.test~canary@far.test/mail-roundtrip";
export const sales = "sales@own.test/imap-login";

const probes: readonly Probe[] = [
  probe(sales, "imap.own.test:993", { provider: "netease" }),
  probe("sales@own.test/smtp-submission", "smtp.own.test:465"),
  probe("boss@own.test/imap-login", "imap.own.test:993"),
  probe("info@other.test/imap-login", "imap.other.test:993"),
  probe("canary@partner.test/imap-login", "imap.own.test:993", { ours: false }),
  probe(route, "sales@own.test ▶ canary@far.test", {
    options: { probe: route, from: { address: "sales@own.test" }, to: { address: "canary@far.test" } },
    load: { host: "smtp.own.test" },
  }),
];

export interface EvidenceTestWorld {
  readonly folder: string;
  readonly db: Database;
  readonly board: LiveBoard;
  readonly plan: Plan;
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly clock: { now: number };
  /** All probes once, a minute later. */
  round(): Promise<void>;
  /** One probe once, now. */
  look(id: string): Promise<void>;
  stop(): void;
}

/** A real store, filled through the engine by the clock. `diagnose`: what the engine is told of the failing ones. */
export function evidenceWorld(run: Run, diagnose: () => readonly Diagnosis[] = () => []): EvidenceTestWorld {
  const folder = mkdtempSync(join(tmpdir(), "mailvigil-evidence-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = { now: beginning };
  const now = (): number => clock.now;
  const db = openDatabase(folder, { now });
  const recorder = createRecorder(db);
  const checks = new Map([imapLogin, smtpSubmission, mailRoundtrip].map((check) => [check.id, scripted(check, run)]));
  const board = createBoard({
    demonstration: false,
    company: "Example Trading Co.",
    language: "en",
    timezone: "Asia/Shanghai",
    startedAt: beginning,
    checks,
    probes,
    remembered: loadRemembered(db, beginning),
    nextAt: () => undefined,
    channels: () => [],
    troubles: () => [],
    now,
  });
  const world: PipelineWorld = {
    board,
    recorder: { commit: (batch) => recorder.commit(batch, { atOnce: true }) },
    checks,
    // A busy machine must not change what is told.
    run: testWorld({ now, loop: { latenessSince: () => 0, ageMs: () => 0, [Symbol.dispose]: () => undefined } }),
    selfTests: { runFresh: () => Promise.resolve(), last: () => undefined },
    route: () => ({}),
    wakeDelivery: () => undefined,
    lookNow: () => undefined,
    diagnose,
    serially: (work) => work(),
  };
  const look = async (id: string): Promise<void> => {
    const found = probes.find((one) => one.id === id);
    if (found) await runOnce(found, world, () => undefined);
  };
  const stop = (): void => {
    recorder.close();
    db.close();
  };
  onTestFinished(stop);
  const base = planOf(probes);
  return {
    folder,
    db,
    board,
    plan: { ...base, settings: { ...base.settings, data: folder } },
    checks,
    clock,
    look,
    async round() {
      clock.now += minute;
      for (const { id } of probes) await look(id);
    },
    stop,
  };
}
