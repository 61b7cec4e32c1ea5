import { commandWords, statusWords } from "../i18n/commands.ts";
import type { Probe } from "../model/probe.ts";
import { statusFacts, worstStatus } from "../model/status.ts";
import { inLanguage, say } from "../model/text.ts";
import { asJson, asTable, type Row } from "./check-output.ts";
import { chosenFile, configured, exitUsage, type Configured, type Env } from "./configuration.ts";
import { globs } from "./glob.ts";
import { interruptible } from "./interruption.ts";
import { lookAtAll } from "./lanes.ts";
import { storedBreakers, strictGuard } from "./login-guard.ts";
import { keyOf, openLookout } from "./lookout.ts";

export interface CheckOptions {
  readonly config?: string;
  readonly only?: readonly string[];
  readonly json?: boolean;
  /** Milliseconds that a round trip is waited for. */
  readonly wait: number;
  readonly force?: boolean;
}

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
  const { plan, language } = found;
  using interruption = interruptible();
  using lookout = openLookout(found, {
    guard: strictGuard(options.force === true ? [] : storedBreakers(plan.settings.data)),
    key: keyOf(plan.settings.data, probes),
    waitMs: options.wait,
    stopping: interruption.signal,
    onWaiting: ({ id }, ms) => console.error(say(commandWords.stillOut, language, { probe: id, seconds: Math.ceil(ms / 1000) })),
  });
  let done = 0;
  const rows = await lookAtAll(probes, lookout, ({ probe, observation }) => {
    done += 1;
    const status = inLanguage(statusWords[observation.status], language);
    console.error(say(commandWords.running, language, { done, all: probes.length, probe: probe.id, status }));
  });
  const rank = ({ observation }: Row): number => statusFacts[observation.status].rank;
  return { rows: rows.toSorted((a, b) => rank(b) - rank(a)), interrupted: interruption.signal.aborted };
}
