import { createHmac, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { attemptsOf, refusedOf, type Attempt } from "../engine/breaker.ts";
import { createLoopWatch } from "../engine/loop-watch.ts";
import { judgeOwnSide } from "../engine/own-side.ts";
import { observeWithoutRun, runProbe, type RunWorld } from "../engine/run-probe.ts";
import type { Sight as Seen } from "../engine/situation.ts";
import { engineFinding } from "../i18n/engine-findings.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Json } from "../model/json.ts";
import type { Observation } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import { SecretError } from "../model/secret.ts";
import { createNet } from "../net/world.ts";
import { installationKey } from "../store/installation-key.ts";
import type { Configured } from "./configuration.ts";
import type { LoginGuard } from "./login-guard.ts";
import { createSelfTests } from "./self-tests.ts";

/** What one probe saw, once: a diagnosis goes by it; `check` and `observation` have the rest. */
export interface Sight extends Seen {
  readonly probe: Probe;
  readonly check: AnyCheck;
  readonly observation: Observation;
}

export interface LookoutOptions {
  readonly guard: LoginGuard;
  /** Milliseconds that a round trip is waited for. */
  readonly waitMs: number;
  /** Ends everything; what is under way then is not seen. */
  readonly stopping: AbortSignal;
  /** A mail is on its way and is looked for again in this many milliseconds. */
  readonly onWaiting?: (probe: Probe, ms: number) => void;
  /** Fingerprints credentials and signs probe mails; default `keyOf` of the plan. */
  readonly key?: Buffer;
}

/** Runs probes once, outside the daemon; stores nothing. */
export interface Lookout extends Disposable {
  readonly stopping: AbortSignal;
  /** Undefined: interrupted, or there is no such check. */
  look(probe: Probe): Promise<Sight | undefined>;
}

export type LookoutWorld = Pick<Configured, "plan" | "checks" | "mask">;

/** Somebody sits before the terminal: the first look is early; then each pause is twice the last, six logins in two minutes. */
const firstPauseMs = 3_000;

/** Reads the key of the plan's data directory, or makes it where mails are sent. @throws StoreError */
export function openLookout(found: LookoutWorld, options: LookoutOptions): Lookout {
  const { plan, checks, mask } = found;
  const { guard, waitMs, stopping, onWaiting } = options;
  const net = createNet(plan.settings);
  const loop = createLoopWatch();
  const key = options.key ?? keyOf(plan.settings.data, plan.probes);
  const world: Omit<RunWorld, "memory"> = {
    ...net.checkContext,
    now: Date.now,
    facts: () => [],
    previous: undefined,
    lastAt: undefined,
    sign: (text) => createHmac("sha256", key).update(text).digest("hex"),
    mask,
    loop,
    stopping,
  };
  const selfTests = createSelfTests(found, world);

  /** One probe: held back, or run, and where a mail is on its way looked at again until the wait is over. Undefined: interrupted. */
  async function observe(probe: Probe, check: AnyCheck): Promise<Observation | undefined> {
    if (probe.waiting !== undefined) return observeWithoutRun(probe, world, "server-unknown", { reason: probe.waiting.en });
    let attempts: readonly Attempt[];
    try {
      attempts = await attemptsOf(probe, world.sign);
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      return observeWithoutRun(probe, world, "secret-unreadable", { reason: mask(error.message) });
    }
    const held = guard.held(probe, attempts, world.now());
    if (held) return observeWithoutRun(probe, world, "login-held", { account: held.account });

    const began = performance.now();
    const evidence: string[] = [];
    let memory: Json | undefined;
    let startedAt: number | undefined;
    let pauseMs = firstPauseMs;
    for (;;) {
      const outcome = await runProbe(probe, check, { ...world, memory });
      if (!outcome) return undefined;
      const refused = outcome.rejected && refusedOf(attempts, outcome.rejected.account);
      if (outcome.rejected && refused) guard.refused(probe, refused, outcome.rejected.kind, world.now());
      for (const account of outcome.loggedIn) guard.accepted(account);
      evidence.push(...outcome.observation.evidence);
      memory = outcome.memory ?? memory;
      startedAt ??= outcome.observation.at;
      const took = Math.round(performance.now() - began);
      const left = waitMs - took;
      if (outcome.again === undefined || left <= 0 || !isUnderWay(outcome.observation)) {
        // Once a command is enough for the clock; the others are looked at anew after each bad run.
        if (isBad(outcome.observation)) await selfTests.runFresh("monitor/clock", 0);
        const { observation } = await judgeOwnSide(probe, outcome, began, selfTests);
        return { ...observation, at: startedAt, durationMs: took, evidence };
      }
      const pause = Math.min(outcome.again, left, pauseMs);
      pauseMs *= 2;
      onWaiting?.(probe, pause);
      if (!(await sleep(pause, stopping))) return undefined;
    }
  }

  return {
    stopping,
    async look(probe) {
      const check = checks.get(probe.check);
      const observation = check && (await observe(probe, check));
      return observation && sightOf(probe, check, observation);
    },
    [Symbol.dispose]() {
      loop[Symbol.dispose]();
      net.close();
    },
  };
}

function sightOf(probe: Probe, check: AnyCheck, observation: Observation): Sight {
  const { status, findings, at } = observation;
  return { probe, status, findings, at, declared: (code) => check.findings[code] ?? engineFinding(code), check, observation };
}

const isBad = ({ status }: Observation): boolean => status === "critical" || status === "warning";

/** The mail of a round trip was sent and has not been found yet. */
const isUnderWay = ({ findings }: Observation): boolean => findings.some(({ code }) => code === "not-there-yet");

const sending: ReadonlySet<string> = new Set(["mail-roundtrip", "mail-forward"]);

/**
 * The daemon's key, so that its breakers are understood. Where there is none yet, one for this run; but where mails are sent it
 * is made to stay, so that the daemon recognises and removes what this run leaves behind.
 */
export const keyOf = (data: string, probes: readonly Probe[]): Buffer =>
  existsSync(join(data, "key")) || probes.some(({ check }) => sending.has(check)) ? installationKey(data) : randomBytes(32);

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
