import { createHmac, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterRefusal, attemptsOf, mayTry, refusedOf, type Attempt } from "../engine/breaker.ts";
import { createLoopWatch } from "../engine/loop-watch.ts";
import { judgeOwnSide, type SelfTests } from "../engine/own-side.ts";
import { observeWithoutRun, runProbe, type RunWorld } from "../engine/run-probe.ts";
import { commandWords, statusWords } from "../i18n/commands.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Json } from "../model/json.ts";
import type { Observation } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import { SecretError } from "../model/secret.ts";
import type { Breaker } from "../model/state.ts";
import { statusFacts, worstStatus } from "../model/status.ts";
import { inLanguage, say } from "../model/text.ts";
import { createNet } from "../net/world.ts";
import { readBreakers } from "../store/breakers.ts";
import { openForReading } from "../store/database.ts";
import { installationKey } from "../store/installation-key.ts";
import { asJson, asTable, type Row } from "./check-output.ts";
import { chosenFile, configured, exitUsage, type Configured, type Env } from "./configuration.ts";
import { globs } from "./glob.ts";
import { createSelfTests } from "./self-tests.ts";

export interface CheckOptions {
  readonly config?: string;
  readonly only?: readonly string[];
  readonly json?: boolean;
  /** Milliseconds that a round trip is waited for. */
  readonly wait: number;
  readonly force?: boolean;
}

const atOnce = 16;

/** 128 and SIGINT, as shells say it. */
const exitInterrupted = 130;

/**
 * Runs the chosen probes once, now, and stores nothing. Progress goes to standard error, the table or the JSON array to
 * standard output. Resolves with the exit code of the worst status.
 */
export async function check(options: CheckOptions, env: Env): Promise<number> {
  const found = await configured(chosenFile(options.config, env), env, { pins: "keep" });
  if (!found) return exitUsage;
  const { plan, language } = found;
  const fits = globs(options.only ?? ["*"]);
  const probes = plan.probes.filter((probe) => fits(probe.id));
  if (probes.length === 0) {
    const hint = inLanguage(commandWords.hint, language);
    console.error(say(commandWords.noneChosen, language, { globs: (options.only ?? ["*"]).join(" "), hint }));
    return exitUsage;
  }
  const { rows, interrupted } = await runAll(probes, found, options);
  if (options.json === true)
    console.log(
      JSON.stringify(
        rows.map((row) => asJson(row, language)),
        undefined,
        2,
      ),
    );
  else console.log(asTable(rows, language));
  // What was not looked at is not ok.
  if (interrupted) return exitInterrupted;
  return statusFacts[worstStatus(rows.map((row) => row.observation.status))].exitCode;
}

async function runAll(
  probes: readonly Probe[],
  found: Configured,
  options: CheckOptions,
): Promise<{ rows: readonly Row[]; interrupted: boolean }> {
  const { plan, checks, mask, language } = found;
  const net = createNet(plan.settings);
  using loop = createLoopWatch();
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  process.once("SIGINT", stop);
  const key = keyOf(plan.settings.data, probes);
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
  const selfTests = createSelfTests(found, world);
  const rows: Row[] = [];
  const finish = (probe: Probe, checkOf: AnyCheck, observation: Observation): void => {
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
        const observation = checkOf && (await observe(probe, checkOf, { world, breakers, options, selfTests, language }));
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
  return {
    rows: rows.toSorted(
      (a, b) =>
        statusFacts[b.observation.status].rank - statusFacts[a.observation.status].rank || order(probes, a) - order(probes, b),
    ),
    interrupted: interrupted.signal.aborted,
  };
}

const order = (probes: readonly Probe[], row: Row): number => probes.indexOf(row.probe);

type Base = Omit<RunWorld, "memory">;

interface Looking {
  readonly world: Base;
  /** Those of the daemon, and what this command learns: one refusal is enough for all probes of an account. */
  readonly breakers: Map<string, Breaker>;
  readonly options: CheckOptions;
  readonly selfTests: SelfTests;
  readonly language: "en" | "zh-CN";
}

/** One probe: held back, or run, and where a mail is on its way looked at again until `wait` is over. Undefined: interrupted. */
async function observe(probe: Probe, checkOf: AnyCheck, looking: Looking): Promise<Observation | undefined> {
  const { world, breakers, options, language, selfTests } = looking;
  if (probe.waiting !== undefined) return observeWithoutRun(probe, world, "server-unknown", { reason: probe.waiting.en });
  let attempts: readonly Attempt[];
  try {
    attempts = await attemptsOf(probe, world.sign);
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return observeWithoutRun(probe, world, "secret-unreadable", { reason: world.mask(error.message) });
  }
  const held = attempts.find(({ account, fingerprint }) => !mayTry(breakers.get(account), fingerprint, world.now()));
  if (held) return observeWithoutRun(probe, world, "login-held", { account: held.account });

  const began = performance.now();
  const evidence: string[] = [];
  let memory: Json | undefined;
  let startedAt: number | undefined;
  let pauseMs = firstPauseMs;
  for (;;) {
    const outcome = await runProbe(probe, checkOf, { ...world, memory });
    if (!outcome) return undefined;
    const refused = outcome.rejected && refusedOf(attempts, outcome.rejected.account);
    if (outcome.rejected && refused) {
      breakers.set(refused.account, afterRefusal(breakers.get(refused.account), refused, outcome.rejected.kind, world.now()));
    }
    evidence.push(...outcome.observation.evidence);
    memory = outcome.memory ?? memory;
    startedAt ??= outcome.observation.at;
    const took = Math.round(performance.now() - began);
    const left = options.wait - took;
    if (outcome.again === undefined || left <= 0 || !isUnderWay(outcome.observation)) {
      // Once a command is enough for the clock; the others are looked at anew after each bad run.
      if (isBad(outcome.observation)) await selfTests.runFresh("monitor/clock", 0);
      const { observation } = await judgeOwnSide(probe, outcome, began, selfTests);
      return { ...observation, at: startedAt, durationMs: took, evidence };
    }
    const pause = Math.min(outcome.again, left, pauseMs);
    pauseMs *= 2;
    console.error(say(commandWords.stillOut, language, { probe: probe.id, seconds: Math.ceil(pause / 1000) }));
    if (!(await sleep(pause, world.stopping))) return undefined;
  }
}

/** Somebody sits before the terminal: the first look is early; then each pause is twice the last, six logins in two minutes. */
const firstPauseMs = 3_000;

const isBad = ({ status }: Observation): boolean => status === "critical" || status === "warning";

/** The mail of a round trip was sent and has not been found yet. */
const isUnderWay = ({ findings }: Observation): boolean => findings.some(({ code }) => code === "not-there-yet");

/**
 * The daemon's key, so that its breakers are understood. Where there is none yet, one for this run; but where mails are sent it
 * is made to stay, so that the daemon recognises and removes what this run leaves behind.
 */
const keyOf = (data: string, probes: readonly Probe[]): Buffer =>
  existsSync(join(data, "key")) || probes.some((probe) => probe.check === "mail-roundtrip")
    ? installationKey(data)
    : randomBytes(32);

function storedBreakers(data: string): Map<string, Breaker> {
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
