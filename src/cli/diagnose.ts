import { createMasker, type Masker } from "../config/mask.ts";
import { type MailAddress, toMailAddress } from "../config/names.ts";
import { type Bearing, bearingOn } from "../engine/bearing.ts";
import { verdictOn } from "../engine/verdict.ts";
import { statusWords } from "../i18n/commands.ts";
import { diagnoseProblems, diagnoseWords, layerWords } from "../i18n/diagnose.ts";
import { languages, inLanguage, say, type Data, type Language } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import { loadChecks } from "../plugins.ts";
import { installationKey } from "../store/installation-key.ts";
import { openRefusals } from "../store/refusals.ts";
import { StoreError } from "../store/store-error.ts";
import { type Configured, configured, exitUsage, type Env } from "./configuration.ts";
import { namesServers, planUnconfigured, type ServerOptions } from "./diagnose-mailbox.ts";
import { asJson, asText, exitOf, type Found } from "./diagnose-report.ts";
import { interruptible } from "./interruption.ts";
import { lookAround, type LookProgress } from "./look-around.ts";
import { comparingGuard, type RefusalMemory, storedBreakers } from "./login-guard.ts";
import { keyOf, openLookout, type LookoutWorld } from "./lookout.ts";
import { say as told } from "./say.ts";
import { configurationFile } from "./start.ts";
import { terminalLanguage } from "./terminal-language.ts";
import { askPassword, readPassword } from "./typed-password.ts";
import { givenSecret, passwordOf, withPassword } from "./other-password.ts";

export interface DiagnoseOptions extends ServerOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly language?: string;
  readonly passwordStdin?: boolean;
  readonly force?: boolean;
  /** Milliseconds that a round trip is waited for. */
  readonly wait: number;
}

/** What is to be looked at, and how it is to be told. */
interface Task extends LookoutWorld {
  readonly address: string;
  readonly bearing: Bearing;
  readonly language: Language;
  /** Nobody gave a password. */
  readonly withoutLogin: boolean;
}

/**
 * Finds out why one mailbox does not work, or that it does. Progress goes to standard error; the cause in one paragraph and what
 * it rests on, or one JSON object, to standard output. Nothing is stored but which logins were refused.
 */
export async function diagnose(given: string, options: DiagnoseOptions, env: Env): Promise<number> {
  const fail = (problems: readonly string[]): number => {
    for (const problem of problems) console.error(problem);
    return exitUsage;
  };
  const asked = languages.find((language) => language === options.language);
  const terminal = asked ?? terminalLanguage(env);
  const wrong = (problem: keyof typeof diagnoseProblems, data: Data): number =>
    fail([say(diagnoseProblems[problem], terminal, data)]);
  if (options.language !== undefined && asked === undefined) return wrong("language", { given: visible(options.language, 80) });
  const address = toMailAddress(given.trim());
  if (!address) return wrong("address", { given: visible(given, 200) });

  const masker = createMasker();
  const file = configurationFile(options.config, env);
  const found = file === undefined ? undefined : await configured(file, env, { pins: "keep", masker });
  if (file !== undefined && !found) return exitUsage;
  const known = found?.plan.assets.some(({ id, kind }) => kind === "mailbox" && id === address.id) === true;
  const language = asked ?? found?.language ?? terminal;

  const request: Request = { address, options, masker, language, env };
  const task = found && known && !namesServers(options) ? await ofConfiguration(found, request) : await ofNothing(found, request);
  if ("problems" in task) return fail(task.problems);
  if ("code" in task) return task.code;
  return run(task, options);
}

interface Request {
  readonly address: MailAddress;
  readonly options: DiagnoseOptions;
  readonly masker: Masker;
  readonly language: Language;
  readonly env: Env;
}

type Refused = { readonly problems: readonly string[] } | { readonly code: number };

/** The mailbox with all that the configuration has around it. A password from standard input goes before the configured one. */
async function ofConfiguration(found: Configured, request: Request): Promise<Task | Refused> {
  const { address, options, masker, language } = request;
  const { checks } = found;
  let { plan } = found;
  if (options.passwordStdin === true) {
    const old = passwordOf(address.id, plan);
    if (!old) return { problems: [say(diagnoseProblems["password-token"], language, { address: address.address })] };
    const typed = await handedIn(language);
    if (typeof typed !== "string") return typed;
    masker.learn(typed, address.address);
    plan = withPassword(plan, checks, { old, fresh: givenSecret(typed) });
  }
  const bearing = bearingOn(address.id, plan.probes);
  return { address: address.id, bearing, plan, checks, mask: masker.mask, language, withoutLogin: false };
}

async function ofNothing(found: Configured | undefined, request: Request): Promise<Task | Refused> {
  const { address, options, masker, language } = request;
  const checks = found?.checks ?? (await loadChecks());
  const planned = await planUnconfigured({ ...request, base: found?.plan, checks });
  if ("problems" in planned) return planned;
  for (const notice of planned.notices) console.error(notice);
  const typed = options.passwordStdin === true ? await handedIn(language) : await askedFor(address.address, language);
  if (typeof typed === "object") return typed;
  if (typed === undefined) console.error(inLanguage(diagnoseWords.withoutLogin, language));
  else masker.learn(typed, options.login ?? address.address);
  const plan = planned.planWith(typed);
  const all = bearingOn(address.id, plan.probes);
  const withoutLogins = all.probes.filter(({ load }) => (load.logins ?? []).length === 0);
  const bearing = typed === undefined ? { ...all, probes: withoutLogins } : all;
  return { address: address.id, bearing, plan, checks, mask: masker.mask, language, withoutLogin: typed === undefined };
}

/** `--password-stdin` */
async function handedIn(language: Language): Promise<string | { readonly problems: readonly string[] }> {
  const read = await readPassword(process.stdin);
  if (read !== undefined && read !== "") return read;
  return { problems: [inLanguage(diagnoseProblems[read === "" ? "password-empty" : "password-long"], language)] };
}

/** Undefined: to look without a password. */
async function askedFor(address: string, language: Language): Promise<string | undefined | { readonly code: number }> {
  if (!process.stdin.isTTY) {
    console.error(inLanguage(diagnoseWords.noTerminal, language));
    return undefined;
  }
  const question = say(diagnoseWords.password, language, { address });
  const answer = await askPassword(question, process.stdin, (text) => void process.stderr.write(text));
  // 128 and SIGINT, as shells say it.
  if (answer === undefined) return { code: 130 };
  return answer === "" ? undefined : answer;
}

async function run(task: Task, options: DiagnoseOptions): Promise<number> {
  const { plan, bearing, language, address } = task;
  const { data } = plan.settings;
  const { key, memory } = keeping(data, task, language);
  using interruption = interruptible();
  using lookout = openLookout(task, {
    guard: comparingGuard(
      options.force === true ? [] : storedBreakers(data),
      options.force === true ? { ...memory, known: [] } : memory,
    ),
    key,
    waitMs: options.wait,
    stopping: interruption.signal,
    onWaiting: ({ asset }, ms) => {
      console.error(say(diagnoseWords.stillOut, language, { asset, seconds: Math.ceil(ms / 1000) }));
    },
  });
  const sights = await lookAround(bearing.probes, lookout, (progress) => console.error(progressLine(progress, language)));
  const bears = new Set(bearing.probes.map(({ id }) => id).filter((id) => !bearing.comparisons.has(id)));
  const found: Found = {
    verdict: verdictOn({ asset: address, situation: { sights, now: Date.now() }, bears }),
    sights,
    comparisons: bearing.comparisons,
    expected: bearing.probes.length,
    interrupted: interruption.signal.aborted,
    withoutLogin: task.withoutLogin,
  };
  console.log(options.json === true ? JSON.stringify(asJson(found, language), undefined, 2) : asText(found, language, places()));
  return exitOf(found);
}

/** Where refused logins are remembered. A folder that cannot be written keeps nobody from a diagnosis. */
function keeping(data: string, { bearing }: Task, language: Language): { readonly key: Buffer; readonly memory: RefusalMemory } {
  const forgetful: RefusalMemory = { known: [], remember: () => undefined, forget: () => undefined };
  const safely = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      console.error(say(diagnoseWords.forgetful, language, { reason: told.expected(error, language) }));
    }
  };
  const logsIn = bearing.probes.some(({ load }) => (load.logins ?? []).length > 0);
  let kept = { key: keyOf(data, []), memory: forgetful };
  if (!logsIn) return kept;
  safely(() => {
    const refusals = openRefusals(data, Date.now);
    kept = {
      key: installationKey(data),
      memory: {
        known: refusals.known,
        remember: (breaker) => safely(() => refusals.remember(breaker)),
        forget: (account) => safely(() => refusals.forget(account)),
      },
    };
  });
  return kept;
}

function progressLine(progress: LookProgress, language: Language): string {
  if (progress.kind === "layer") {
    return say(diagnoseWords.layer, language, { layer: inLanguage(layerWords[progress.layer], language) });
  }
  const { sight, done, all } = progress;
  return say(diagnoseWords.seen, language, {
    done,
    all,
    status: inLanguage(statusWords[sight.status], language),
    title: inLanguage(sight.check.title, language),
    target: sight.probe.target,
  });
}

/** A terminal that does not know its width says 0. */
const places = (): number => {
  const { isTTY, columns } = process.stdout;
  return isTTY && columns >= 40 ? Math.min(columns, 110) : 100;
};
