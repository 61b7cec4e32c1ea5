import { createHmac, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { mayTry } from "../engine/breaker.ts";
import { createLoopWatch } from "../engine/loop-watch.ts";
import { observeWithoutRun, runProbe, type RunWorld } from "../engine/run-probe.ts";
import { commandWords, statusWords } from "../i18n/commands.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Json } from "../model/json.ts";
import type { Observation } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import { SecretError } from "../model/secret.ts";
import type { Breaker } from "../model/state.ts";
import { statusFacts, worstStatus, type Status } from "../model/status.ts";
import { inLanguage, say } from "../model/text.ts";
import { createNet } from "../net/world.ts";
import { readBreakers } from "../store/breakers.ts";
import { openForReading } from "../store/database.ts";
import { installationKey } from "../store/installation-key.ts";
import { asJson, asTable, type Row } from "./check-output.ts";
import { chosenFile, configured, exitUsage, type Configured, type Env } from "./configuration.ts";
import { globs } from "./glob.ts";
import { terminalLanguage } from "./say.ts";

export interface CheckOptions {
  readonly config?: string;
  readonly only?: readonly string[];
  readonly json?: boolean;
  /** Milliseconds that a round trip is waited for. */
  readonly wait: number;
  readonly force?: boolean;
}

const atOnce = 16;

/**
 * Runs the chosen probes once, now, and stores nothing. Progress goes to standard error, the table or the JSON array to
 * standard output. Resolves with the exit code of the worst status.
 */
export async function check(options: CheckOptions, env: Env): Promise<number> {
  const found = await configured(chosenFile(options.config, env), env, { pins: "keep" });
  if (!found) return exitUsage;
  const { plan } = found;
  const { language } = plan.settings;
  const fits = globs(options.only ?? ["*"]);
  const probes = plan.probes.filter((probe) => fits(probe.id));
  if (probes.length === 0) {
    const terminal = terminalLanguage(env);
    const hint = inLanguage(commandWords.hint, terminal);
    console.error(say(commandWords.noneChosen, terminal, { globs: (options.only ?? ["*"]).join(" "), hint }));
    return exitUsage;
  }
  const rows = await runAll(probes, found, options);
  if (options.json === true)
    console.log(
      JSON.stringify(
        rows.map((row) => asJson(row, language)),
        undefined,
        2,
      ),
    );
  else console.log(asTable(rows, language));
  return statusFacts[worstStatus(rows.map((row) => row.observation.status))].exitCode;
}

async function runAll(probes: readonly Probe[], found: Configured, options: CheckOptions): Promise<readonly Row[]> {
  const { plan, checks, mask } = found;
  const { language } = plan.settings;
  const net = createNet(plan.settings);
  using loop = createLoopWatch();
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  process.once("SIGINT", stop);
  const key = keyOf(plan.settings.data);
  const world: Base = {
    ...net.checkContext,
    now: Date.now,
    facts: () => [],
    previous: undefined,
    lastAt: undefined,
    sign: (text) => createHmac("sha256", key).update(text).digest("hex"),
    mask,
    loop,
    stopping: interrupted.signal,
  };
  const breakers = options.force === true ? new Map<string, Breaker>() : storedBreakers(plan.settings.data);
  const rows: Row[] = [];
  const finish = (probe: Probe, checkOf: AnyCheck | undefined, observation: Observation): void => {
    rows.push({ probe, check: checkOf, observation });
    const status = inLanguage(statusWords[observation.status], language);
    console.error(say(commandWords.running, language, { done: rows.length, all: probes.length, probe: probe.id, status }));
  };
  // Runs of one account never overlap: some providers count that as an attack.
  const lanes = inLanes(probes);
  const worker = async (): Promise<void> => {
    for (let lane = lanes.shift(); lane !== undefined; lane = lanes.shift()) {
      for (const probe of lane) {
        const checkOf = checks.get(probe.check);
        const observation = await observe(probe, checkOf, { world, breakers, options, language });
        if (observation) finish(probe, checkOf, observation);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, worker));
  } finally {
    process.off("SIGINT", stop);
    net.close();
  }
  return rows.toSorted(
    (a, b) =>
      statusFacts[b.observation.status].rank - statusFacts[a.observation.status].rank || order(probes, a) - order(probes, b),
  );
}

const order = (probes: readonly Probe[], row: Row): number => probes.indexOf(row.probe);

type Base = Omit<RunWorld, "memory">;

interface Looking {
  readonly world: Base;
  readonly breakers: ReadonlyMap<string, Breaker>;
  readonly options: CheckOptions;
  readonly language: "en" | "zh-CN";
}

/** One probe: held back, or run, and where a mail is on its way looked at again until `wait` is over. Undefined: interrupted. */
async function observe(probe: Probe, checkOf: AnyCheck | undefined, looking: Looking): Promise<Observation | undefined> {
  const { world, options, language } = looking;
  if (probe.waiting !== undefined || !checkOf) {
    const reason = probe.waiting ?? `there is no check ${probe.check}`;
    return bare(probe, world.now(), "server-unknown", { reason });
  }
  const held = await heldAccount(probe, looking);
  if (typeof held === "string") return observeWithoutRun(probe, world, "login-held", { account: held });
  if (held) return observeWithoutRun(probe, world, "secret-unreadable", { reason: world.mask(held.message) });

  const began = performance.now();
  let outcome = await runProbe(probe, checkOf, { ...world, memory: undefined });
  if (probe.check !== "mail-roundtrip") return outcome?.observation;
  const startedAt = outcome?.observation.at;
  const evidence: string[] = [];
  let memory: Json | undefined;
  for (;;) {
    if (!outcome || startedAt === undefined) return undefined;
    evidence.push(...outcome.observation.evidence);
    memory = outcome.memory ?? memory;
    const took = Math.round(performance.now() - began);
    const whole: Observation = { ...outcome.observation, at: startedAt, durationMs: took, evidence };
    if (outcome.observation.status !== "ok" || outcome.again === undefined || isThere(outcome.observation)) return whole;
    const left = options.wait - took;
    if (left <= 0) return { ...whole, ...notThereYet(options.wait) };
    const pause = Math.min(outcome.again, left, lookEveryMs);
    const seconds = Math.round(pause / 1000);
    console.error(say(commandWords.stillOut, language, { probe: probe.id, seconds }));
    if (!(await sleep(pause, world.stopping))) return undefined;
    outcome = await runProbe(probe, checkOf, { ...world, memory });
  }
}

/** Somebody sits before the terminal: looked at more often than the daemon does. */
const lookEveryMs = 10_000;

/** The round trip has told how long it took: nothing is outstanding. */
const isThere = (observation: Observation): boolean =>
  Object.keys(observation.metrics).some((name) => /latency|delivery|total/i.test(name));

const notThereYet = (waitMs: number): Pick<Observation, "status" | "findings"> => ({
  status: "unknown",
  findings: [{ code: "not-there-yet", severity: "unknown", data: { seconds: Math.round(waitMs / 1000) } }],
});

function bare(probe: Probe, at: number, code: string, data: Record<string, string>): Observation {
  const status: Status = "unknown";
  return { probe: probe.id, status, findings: [{ code, severity: status, data }], metrics: {}, evidence: [], at, durationMs: 0 };
}

/** The account whose breaker is open for the credential as it is now, or why the credential cannot be read. */
async function heldAccount(probe: Probe, { world, breakers }: Looking): Promise<string | SecretError | undefined> {
  if (breakers.size === 0) return undefined;
  try {
    for (const { account, credential } of probe.load.logins ?? []) {
      const fingerprint = world.sign(`credential ${account} ${await credential.reveal()}`);
      if (!mayTry(breakers.get(account.toLowerCase()) ?? breakers.get(account), fingerprint, world.now())) return account;
    }
  } catch (error) {
    if (error instanceof SecretError) return error;
    throw error;
  }
  return undefined;
}

/** The daemon's key, so that its breakers are understood; where there is none yet, one for this run. */
const keyOf = (data: string): Buffer => (existsSync(join(data, "key")) ? installationKey(data) : randomBytes(32));

function storedBreakers(data: string): ReadonlyMap<string, Breaker> {
  const db = openForReading(data);
  if (!db) return new Map();
  try {
    return new Map(readBreakers(db).map((breaker) => [breaker.account, breaker]));
  } finally {
    db.close();
  }
}

/** Probes that share an account follow each other; the others go side by side. */
function inLanes(probes: readonly Probe[]): (readonly Probe[])[] {
  const lanes: { accounts: Set<string>; probes: Probe[] }[] = [];
  for (const probe of probes) {
    const accounts = (probe.load.logins ?? []).map(({ account }) => account.toLowerCase());
    const shared = lanes.filter((lane) => accounts.some((account) => lane.accounts.has(account)));
    const [first, ...others] = shared;
    if (!first) {
      lanes.push({ accounts: new Set(accounts), probes: [probe] });
      continue;
    }
    for (const other of others) {
      for (const account of other.accounts) first.accounts.add(account);
      first.probes.push(...other.probes);
      lanes.splice(lanes.indexOf(other), 1);
    }
    for (const account of accounts) first.accounts.add(account);
    first.probes.push(probe);
  }
  return lanes.map((lane) => lane.probes);
}

/** False when the signal came first. */
const sleep = (ms: number, signal: AbortSignal): Promise<boolean> =>
  new Promise((done) => {
    if (signal.aborted) return done(false);
    const stop = (): void => {
      clearTimeout(timer);
      done(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      done(true);
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
