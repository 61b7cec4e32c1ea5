import { demonstrationMark } from "../i18n/alert-words.ts";
import { humanDuration } from "../i18n/durations.ts";
import { reasonText } from "../i18n/sop-reasons.ts";
import { sopWords } from "../i18n/sop.ts";
import { localTime, zoneName } from "../i18n/times.ts";
import type { Alert } from "../model/alert.ts";
import { cutText } from "../model/cut.ts";
import { incidentName, type Priority } from "../model/incident.ts";
import type { Json } from "../model/json.ts";
import { hasEnded, hookName, runName, type SopRun, type SopStep, type StepRun, type Who } from "../model/sop.ts";
import type { NewDelivery } from "../model/state.ts";
import { fill, inLanguage, type Language, say, type Text, withoutStop } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import type { SopMessage } from "./sop.ts";
import { cutTitle } from "./title.ts";

/** What a message is rendered with, besides the run. */
export interface SopTelling {
  /** Undefined: the run answers none. */
  readonly incident: { readonly id: number; readonly title: string; readonly openedAt: number } | undefined;
  readonly language: Language;
  /** IANA name. */
  readonly timezone: string;
  /** Where the pages are reached; empty when nobody can follow a link. */
  readonly url: string;
  readonly company: string;
  readonly demonstration: boolean;
  readonly now: number;
  /** `createMessageId`, once for each delivery. */
  readonly newId: () => string;
}

const minute = 60_000;
const hour = 60 * minute;
const maxSaid = 140;
const maxLine = 500;
const maxListed = 3;

/** Another system that is told late does the wrong thing; colleagues want to know for longer. */
const worthMs = { webhook: 15 * minute, notify: hour, other: 24 * hour };

/**
 * One message of a run, addressed: rendered once, one delivery for each channel. Pure.
 *
 * A drill has the least priority wherever machines look at it, whatever it exercises: no telephone may pierce the night for it, no
 * `@all` be called, nothing real wait behind it, and what no channel takes is not spread to others. What it exercises stands in its
 * title. Of a real run it begins and it is late are calls, as an incident that opens or worsens is; the rest is below P1, so
 * that a message for colleagues, or the body for another system, is not spread to channels that it is not meant for.
 */
export function sopDeliveries(run: SopRun, message: SopMessage, telling: SopTelling): readonly NewDelivery[] {
  const { now, newId } = telling;
  const step = stepOf(run, message.step);
  const calls = !run.drill && (message.kind === "proposed" || message.kind === "started" || message.kind === "late");
  const alert = render(run, message, telling, calls);
  const channels = message.kind === "webhook" && step !== undefined ? [hookName(run.sop.name, step.id)] : message.channels;
  const worth = message.kind === "webhook" ? worthMs.webhook : isNotice(message, step) ? worthMs.notify : worthMs.other;
  return [...new Set(channels)].map((channel) => {
    const id = newId();
    return {
      id,
      key: `${message.key}:${channel}`,
      channel,
      incident: undefined,
      turn: "sop",
      priority: calls || alert.priority !== "P1" ? alert.priority : "P2",
      notBefore: now,
      expiresAt: now + worth,
      alert: { ...alert, id },
    };
  });
}

const isNotice = ({ kind }: SopMessage, step: SopStep | undefined): boolean => kind === "step" && step?.kind === "notify";

const stepOf = ({ sop }: SopRun, id: string | undefined): SopStep | undefined => sop.steps.find((step) => step.id === id);

function render(run: SopRun, message: SopMessage, telling: SopTelling, calls: boolean): Alert {
  const { language, now } = telling;
  const { sop, drill } = run;
  const step = stepOf(run, message.step);
  const url = runUrl(telling.url, run);
  const { title, lines } = isNotice(message, step) ? notice(run, step, telling) : wordsOf(run, message, telling);
  const quiet: Priority = message.kind === "closed" ? "P4" : sop.priority;
  const mark = drill ? say(sopWords.drill, language) : "";
  const demonstration = telling.demonstration ? say(demonstrationMark, language) : "";
  // Whoever sees the first line alone, or the rest without it, is told as well.
  const drillLine = drill ? [mark + inLanguage(sopWords.drillLine, language)] : [];
  return {
    id: "",
    about: runName(run.id),
    incident: 0,
    turn: "sop",
    priority: drill ? "P4" : quiet,
    at: now,
    language,
    title: oneLine(mark + demonstration + title),
    lines: [...drillLine, ...lines.filter((line) => line !== "").map((line) => cutText(oneLine(line), maxLine))],
    // Colleagues who are told something have no use for the page.
    url: isNotice(message, step) ? "" : url,
    demonstration: telling.demonstration,
    probes: [],
    data: dataOf(run, message, step, telling),
    ...(calls ? { calls } : {}),
  };
}

/** `https://…/sop/S-3`; empty when nobody can follow a link. */
const runUrl = (url: string, { id }: Pick<SopRun, "id">): string =>
  url === "" ? "" : `${url.replace(/\/+$/, "")}/sop/${runName(id)}`;

/** In the alerts of an incident: which SOPs answer it, and where they are. */
export const runLines = (runs: readonly SopRun[], url: string, language: Language): readonly string[] =>
  runs.flatMap((run) => {
    if (hasEnded(run) || url === "") return [];
    const words = run.state === "proposed" ? sopWords.offered : sopWords.going;
    return [say(words, language, { run: runName(run.id), title: inLanguage(run.sop.title, language), url: runUrl(url, run) })];
  });

/** What a program may want to know; of a webhook step the body that is configured. */
const dataOf = (run: SopRun, { kind, step: id }: SopMessage, step: SopStep | undefined, telling: SopTelling): Json => ({
  run: runName(run.id),
  sop: run.sop.name,
  event: kind,
  step: id ?? null,
  drill: run.drill,
  incident: run.incident === undefined ? null : incidentName(run.incident),
  ...(kind === "webhook" && step?.kind === "webhook" ? { body: filled(step.body, placesOf(run, telling)) } : {}),
});

type Places = Readonly<Record<"incident" | "title" | "company" | "since", string>>;

/** What the texts of steps may name. */
function placesOf({ sop, startedAt, proposedAt }: SopRun, { incident, language, timezone, company, now }: SopTelling): Places {
  const since = incident?.openedAt ?? startedAt ?? proposedAt;
  return {
    incident: incident === undefined ? inLanguage(sopWords.noIncident, language) : incidentName(incident.id),
    title: incident?.title ?? inLanguage(sop.title, language),
    company,
    since: localTime(since, { timezone, language, now }),
  };
}

function filled(value: Json, places: Places): Json {
  if (typeof value === "string") return fill(value, places);
  if (Array.isArray(value)) return value.map((one: Json) => filled(one, places));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, places)]));
}

interface Words {
  readonly title: string;
  readonly lines: readonly string[];
}

/** A `notify` step's text is the message: its first line, or where that is long its first sentence, is the title. */
function notice(run: SopRun, step: SopStep | undefined, telling: SopTelling): Words {
  const text = fill(step === undefined ? "" : inLanguage(step.text, telling.language), placesOf(run, telling))
    // A title that had to be cut ends its sentence already.
    .replaceAll("….", "…");
  const [first = "", ...rest] = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (first.length <= maxSaid) return { title: first, lines: rest };
  const end = /[。！？]|[.!?…](?=\s)/.exec(first);
  if (end === null || end.index > maxSaid) return { title: cutTitle(first, maxSaid), lines: [first, ...rest] };
  return { title: first.slice(0, end.index + 1), lines: [first.slice(end.index + 1).trim(), ...rest] };
}

function wordsOf(run: SopRun, message: SopMessage, telling: SopTelling): Words {
  const { sop } = run;
  const { language, timezone, now, incident } = telling;
  const speak = (text: Text, data: Readonly<Record<string, string | number>> = {}): string => say(text, language, data);
  const clock = { timezone, language, now };
  const zone = zoneName(now, timezone);
  const url = runUrl(telling.url, run);
  const link = (text: Text): string => (url === "" ? "" : speak(text, { url }));
  const title = (what: string): string =>
    speak(sopWords.mark, { priority: sop.priority }) +
    cutTitle(speak(sopWords.titled, { sop: inLanguage(sop.title, language), what }), maxSaid);
  const step = stepOf(run, message.step);
  const own = run.steps.find(({ id }) => id === message.step);
  const what = step === undefined ? "" : saidOf(step, placesOf(run, telling), language);
  const due = (words: Text, at: number | undefined): string =>
    at === undefined ? "" : speak(words, { at: localTime(at, clock), zone });
  const about =
    incident === undefined ? "" : speak(sopWords.about, { incident: incidentName(incident.id), title: incident.title });
  const since = incident === undefined ? "" : due(sopWords.since, incident.openedAt);
  const reason = (text: string | undefined, words: Text = sopWords.reason): string =>
    text === undefined ? "" : speak(words, { reason: inLanguage(reasonText(visible(text, 300)), language) });

  const hasPhone = message.who?.people.some(({ phone }) => phone !== undefined) === true;
  const took =
    run.startedAt === undefined || run.endedAt === undefined
      ? ""
      : speak(sopWords.took, { duration: humanDuration(run.endedAt - run.startedAt, language) });

  switch (message.kind) {
    case "proposed": {
      const begins = { at: localTime(run.proposedAt + (sop.trigger?.forMs ?? 0), clock), zone, url };
      const how = sop.trigger === undefined ? sopWords.beginOrDismiss : sopWords.beginsAt;
      return {
        title: title(speak(sopWords.proposed)),
        lines: [inLanguage(sop.summary, language), about, since, url === "" ? "" : speak(how, begins)],
      };
    }
    case "started":
      return {
        title: title(speak(sopWords.started)),
        lines: [...firstSteps(run, telling), about, since, link(sopWords.steps)],
      };
    case "webhook":
      return { title: title(what), lines: [about, since] };
    case "step":
      return {
        title:
          speak(sopWords.mark, { priority: sop.priority }) +
          cutTitle(speak(sopWords.turn, { who: nameOf(message.who, 0, language), what }), maxSaid),
        lines: [
          speak(sopWords.partOf, { sop: inLanguage(sop.title, language) }),
          detailOf(step, language),
          due(sopWords.due, own?.dueAt),
          about,
          link(sopWords.tick),
        ],
      };
    case "late": {
      const words = message.level > 1 ? sopWords.lateAgain : sopWords.late;
      return {
        title: title(speak(words, { what, count: message.level })),
        lines: [
          own?.state === "skipped" ? reason(own.reason) : asked(message, language),
          due(sopWords.wasDue, own?.dueAt),
          hasPhone ? inLanguage(sopWords.phones, language) : "",
          about,
          link(sopWords.tick),
        ],
      };
    }
    case "failed":
      return {
        title: title(speak(sopWords.failed, { what })),
        lines: [reason(own?.reason, sopWords.failure), link(sopWords.retry)],
      };
    case "stable": {
      const open = run.steps.filter(({ state }) => state === "waiting" || state === "blocked" || state === "failed");
      const left = listOf(run, open, telling);
      return {
        title: title(speak(sopWords.stable)),
        lines: left === "" ? [link(sopWords.mayClose)] : [speak(sopWords.left, { list: left }), link(sopWords.steps)],
      };
    }
    case "failing-again":
      return { title: title(speak(sopWords.failingAgain)), lines: [about, since, link(sopWords.steps)] };
    case "closed":
    case "aborted":
      break;
  }
  const last = message.kind === "closed" ? sopWords.closed : sopWords.aborted;
  return { title: title(speak(last)), lines: [reason(run.reason), sums(run, language), took, link(sopWords.record)] };
}

const saidOf = ({ text }: SopStep, places: Places, language: Language): string =>
  withoutStop(oneLine(fill(inLanguage(text, language), places)));

const detailOf = (step: SopStep | undefined, language: Language): string =>
  step?.detail === undefined ? "" : (inLanguage(step.detail, language).split("\n")[0] ?? "");

/** The one whose turn it is: the first of the role, then at each escalation the next deputy, at last whoever is the last. */
function nameOf(who: Who | undefined, level: number, language: Language): string {
  const person = who?.people[Math.min(level, who.people.length - 1)];
  return visible(person?.name ?? (who === undefined ? "" : inLanguage(who.title, language)), 60);
}

function asked({ who, level }: SopMessage, language: Language): string {
  const people = who?.people ?? [];
  // Nobody is left to take over: it concerns all of them.
  if (level >= people.length && people.length > 1) {
    const all = people.map(({ name }) => visible(name, 60)).join(say(sopWords.comma, language));
    return say(sopWords.asked, language, { who: all });
  }
  const [now, before] = [nameOf(who, level, language), nameOf(who, level - 1, language)];
  if (now === "") return "";
  return now === before ? say(sopWords.asked, language, { who: now }) : say(sopWords.deputy, language, { who: now, before });
}

/** What waits for people when it begins: what each has to do, and by when. */
function firstSteps(run: SopRun, telling: SopTelling): readonly string[] {
  const { language, timezone, now } = telling;
  return run.sop.steps
    .flatMap((step) => {
      const own = run.steps.find(({ id }) => id === step.id);
      if (step.kind !== "manual" || own?.state !== "waiting") return [];
      const words = own.dueAt === undefined ? sopWords.firstBy : sopWords.firstUntil;
      const at = own.dueAt === undefined ? "" : localTime(own.dueAt, { timezone, language, now });
      const who = nameOf(step.who, 0, language);
      return [
        say(words, language, { who, at, zone: zoneName(now, timezone), what: saidOf(step, placesOf(run, telling), language) }),
      ];
    })
    .slice(0, maxListed);
}

const listOf = (run: SopRun, some: readonly StepRun[], telling: SopTelling): string =>
  some
    .flatMap(({ id }) => stepOf(run, id) ?? [])
    .slice(0, maxListed)
    .map((step) => say(sopWords.quote, telling.language, { what: saidOf(step, placesOf(run, telling), telling.language) }))
    .join(say(sopWords.comma, telling.language));

const sums = ({ steps }: SopRun, language: Language): string =>
  say(sopWords.sums, language, {
    all: steps.length,
    done: steps.filter(({ state }) => state === "done").length,
    skipped: steps.filter(({ state }) => state === "skipped").length,
    late: steps.filter(({ late }) => late).length,
  });

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
