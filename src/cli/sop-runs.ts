import { userInfo } from "node:os";
import { z } from "zod";
import { suggest } from "../config/diagnostics.ts";
import { runStateWords, sopCommandWords, stepStateWords } from "../i18n/sop-commands.ts";
import { localTime, zoneName } from "../i18n/times.ts";
import { incidentName } from "../model/incident.ts";
import { runName, runStates, stepStates } from "../model/sop.ts";
import { inLanguage, type Language, say } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import { chosenFile, configured, type Configured, exitUsage, type Env } from "./configuration.ts";
import { callDaemon, type DaemonAnswer } from "./daemon-call.ts";
import { exitFailed, toldIn } from "./expected.ts";
import { table } from "./table.ts";

export interface SopStartOptions {
  readonly config?: string;
  readonly by?: string;
}

export interface SopStatusOptions {
  readonly config?: string;
  readonly json?: boolean;
}

const text = z.object({ en: z.string(), zh: z.string() });
const moment = z.number().nullable();
const run = z.looseObject({
  id: z.number(),
  name: z.string(),
  title: text,
  drill: z.boolean(),
  state: z.enum(runStates),
  incident: z.number().nullable(),
  begunBy: z.string(),
  proposedAt: z.number(),
  startedAt: moment,
  reason: z.string().nullable(),
  steps: z.array(
    z.looseObject({
      id: z.string(),
      text,
      who: z.object({ title: text, people: z.array(z.string()) }).nullable(),
      state: z.enum(stepStates),
      dueAt: moment,
      late: z.boolean(),
      by: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
});
type Run = z.output<typeof run>;
const runs = z.object({ runs: z.array(run) });
const apiError = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/**
 * Begins an SOP at the daemon that runs, for real or as a drill.
 * Resolves with the exit code: 0 begun, 1 no daemon answers or it refuses, 64 no such SOP.
 */
export async function startSop(
  name: string,
  { drill, ...options }: SopStartOptions & { readonly drill: boolean },
  env: Env,
): Promise<number> {
  const found = await configured(chosenFile(options.config, env), env);
  if (!found) return exitUsage;
  const { plan, language } = found;
  const tell = telling(language);
  const by = (options.by ?? systemUser()).trim();
  if (by === "" || by.length > 60) return tell("badName", {}, exitUsage);
  const names = plan.sops.map((sop) => sop.name);
  if (!names.includes(name)) {
    const remedy = names.length === 0 ? sopCommandWords.noneDeclared : suggest(name, names);
    return tell("noSuch", { name: visible(name, 80), remedy: inLanguage(remedy, language) }, exitUsage);
  }
  return toldIn(language, async () => {
    const answer = await callDaemon(plan.settings, language, `/api/v1/sops/${encodeURIComponent(name)}/start`, { by, drill });
    if ("status" in answer && answer.status === 404) return tell("notLoaded", { name }, exitFailed);
    const begun = read(answer, run, found);
    if (typeof begun === "string") return failed(begun);
    const words = drill ? sopCommandWords.drillBegun : sopCommandWords.begun;
    const title = inLanguage(begun.title, language);
    console.log(say(words, language, { run: begun.name, title, url: pageOf(begun, found) }));
    return 0;
  });
}

/**
 * Shows the runs of SOPs that go on and those of the last 30 days, or one with its steps. Asks the daemon that runs.
 * Resolves with the exit code: 0 shown, 1 no daemon answers, 64 no such run.
 */
export async function showSopStatus(name: string | undefined, options: SopStatusOptions, env: Env): Promise<number> {
  const found = await configured(chosenFile(options.config, env), env);
  if (!found) return exitUsage;
  const { plan, language } = found;
  const tell = telling(language);
  const asJson = (value: unknown): void => console.log(JSON.stringify(value, undefined, 2));
  if (name === undefined) {
    return toldIn(language, async () => {
      const list = read(await callDaemon(plan.settings, language, "/api/v1/sops/runs"), runs, found);
      if (typeof list === "string") return failed(list);
      if (options.json === true) asJson(list.runs);
      else if (list.runs.length === 0) console.error(inLanguage(sopCommandWords.noRuns, language));
      else console.log(tableOfRuns(list.runs, found));
      return 0;
    });
  }
  const number = /^(?:s-?)?(\d{1,15})$/i.exec(name.trim())?.[1];
  if (number === undefined) return tell("badRun", { name: visible(name, 80) }, exitUsage);
  return toldIn(language, async () => {
    const answer = await callDaemon(plan.settings, language, `/api/v1/sops/runs/${number}`);
    if ("status" in answer && answer.status === 404) return tell("noRun", { name: runName(Number(number)) }, exitUsage);
    const one = read(answer, run, found);
    if (typeof one === "string") return failed(one);
    if (options.json === true) asJson(one);
    else console.log(wholeRun(one, found));
    return 0;
  });
}

const telling =
  (language: Language) =>
  (words: "badName" | "noSuch" | "notLoaded" | "badRun" | "noRun", data: Readonly<Record<string, string>>, code: number) => {
    console.error(say(sopCommandWords[words], language, data));
    return code;
  };

function failed(reason: string): number {
  console.error(reason);
  return exitFailed;
}

/** What was asked for, or why there is none. */
function read<S extends z.ZodType>(answer: DaemonAnswer, shape: S, { plan, language }: Configured): z.output<S> | string {
  if ("trouble" in answer) return answer.trouble;
  if (answer.status >= 200 && answer.status <= 299) {
    const parsed = shape.safeParse(answer.body);
    if (parsed.success) return parsed.data;
  }
  const error = apiError.safeParse(answer.body);
  if (error.success) return say(sopCommandWords.refused, language, { reason: error.data.error.message });
  return say(sopCommandWords.notOurs, language, { url: plan.settings.url });
}

/** Whoever is signed in at the machine; a container may have nobody of that number. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return "";
  }
}

const pageOf = ({ name }: Pick<Run, "name">, { plan }: Configured): string =>
  `${plan.settings.url.replace(/\/+$/, "")}/sop/${name}`;

const hasEnded = (state: string): boolean => state === "done" || state === "skipped" || state === "failed";

function tableOfRuns(some: readonly Run[], { plan, language }: Configured): string {
  const clock = { timezone: plan.settings.timezone, language, now: Date.now() };
  const heads = (["run", "state", "since", "steps", "title"] as const).map((key) => inLanguage(sopCommandWords[key], language));
  return table([
    heads,
    ...some.map((one) => [
      one.name,
      inLanguage(runStateWords[one.state], language),
      localTime(one.startedAt ?? one.proposedAt, clock),
      say(sopCommandWords.ended, language, {
        done: one.steps.filter(({ state }) => hasEnded(state)).length,
        all: one.steps.length,
      }),
      titleOf(one, language),
    ]),
  ]);
}

const titleOf = ({ drill, title }: Run, language: Language): string =>
  (drill ? inLanguage(sopCommandWords.drill, language) : "") + inLanguage(title, language);

function wholeRun(one: Run, found: Configured): string {
  const { language, plan } = found;
  const { timezone } = plan.settings;
  const now = Date.now();
  const clock = { timezone, language, now };
  const isLate = ({ dueAt, state, late }: Run["steps"][number]): boolean =>
    late || (state === "waiting" && dueAt !== null && dueAt <= now);
  const heads = (["step", "state", "who", "due", "what"] as const).map((key) => inLanguage(sopCommandWords[key], language));
  const rows = one.steps.map((step) => {
    const state = inLanguage(stepStateWords[step.state], language);
    const people = step.who?.people.join(inLanguage(sopCommandWords.comma, language)) ?? "";
    return [
      step.id,
      isLate(step) ? say(sopCommandWords.late, language, { state }) : state,
      step.by ?? (people === "" && step.who ? inLanguage(step.who.title, language) : people),
      step.dueAt === null ? "" : localTime(step.dueAt, clock),
      inLanguage(step.text, language) + (step.reason === null ? "" : ` (${visible(step.reason, 200)})`),
    ];
  });
  const words = one.startedAt === null ? sopCommandWords.proposedHead : sopCommandWords.head;
  const head = say(words, language, {
    run: one.name,
    title: titleOf(one, language),
    state: inLanguage(runStateWords[one.state], language),
    by: one.begunBy,
    at: localTime(one.startedAt ?? one.proposedAt, clock),
    zone: zoneName(now, timezone),
  });
  const about = one.incident === null ? [] : [say(sopCommandWords.answers, language, { incident: incidentName(one.incident) })];
  const link = say(sopCommandWords.link, language, { url: pageOf(one, found) });
  return [head, ...about, link, "", table([heads, ...rows])].join("\n");
}
