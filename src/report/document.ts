import { causeWording } from "../i18n/causes.ts";
import { humanDuration } from "../i18n/durations.ts";
import { reportWords as words } from "../i18n/report.ts";
import { localTime, zoneName } from "../i18n/times.ts";
import { incidentName } from "../model/incident.ts";
import { nameOfAsset } from "../model/probe.ts";
import { inLanguage, type Language, say, type Text } from "../model/text.ts";
import type { IncidentRow, Report, ServiceRow } from "./monthly.ts";

/** A report in words, before it is Markdown or HTML. */
export interface ReportDocument {
  readonly language: Language;
  readonly title: string;
  /** What the boss reads. */
  readonly lead: readonly string[];
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: string;
  readonly text?: string;
  readonly table?: { readonly heads: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

const minuteMs = 60_000;
const enough = 0.95;
const few = 3;

/** What a check is called; undefined where there is none of that name any more. */
export type TitleOf = (check: string) => Text | undefined;

/** Says a report in one language. Pure. */
export function documentOf(report: Report, language: Language, titleOf: TitleOf): ReportDocument {
  const speak = speaker(report, language);
  const { company, month, overall } = report;
  return {
    language,
    title: say(words.title, language, { company, month }),
    lead: lead(report, overall, speak),
    sections: [
      services(report, speak),
      incidents(report, speak, titleOf),
      repair(report, speak),
      ...backups(report, speak),
      ends(report, speak),
      method(report, speak),
    ],
  };
}

interface Speaker {
  readonly language: Language;
  readonly word: (text: Text) => string;
  readonly percent: (share: number) => string;
  readonly time: (ms: number) => string;
  readonly moment: (at: number) => string;
  /** With the day and the year, whatever the month. */
  readonly date: (at: number) => string;
  readonly zone: string;
}

function speaker({ window, timezone }: Report, language: Language): Speaker {
  return {
    language,
    word: (text) => inLanguage(text, language),
    percent: (share) => percent(share, language),
    time: (ms) => humanDuration(ms < minuteMs ? ms : Math.round(ms / minuteMs) * minuteMs, language),
    moment: (at) => localTime(at, { timezone, language, now: window.from }),
    date: (at) => localTime(at, { timezone, language, now: 0 }),
    zone: zoneName(window.from, timezone),
  };
}

/** Never rounded up: 99.9996 % is not 100 %. */
const percent = (share: number, language: Language): string =>
  `${share === 1 || share === 0 ? share * 100 : (Math.floor(share * 100_000) / 1_000).toFixed(3)}${language === "en" ? " %" : "%"}`;

function lead(
  report: Report,
  { availability, verdict, account, outages, repair: mended, budget }: ServiceRow,
  speak: Speaker,
): readonly string[] {
  const { language, percent: share, time } = speak;
  const { value, low, high, coverage } = availability;
  const about = { verdict: speak.word(words[verdict]), target: share(report.target) };
  const lines: string[] = [];
  if (report.isPreliminary) lines.push(say(words.preliminary, language, { until: speak.moment(report.window.to) }));
  lines.push(
    value === undefined
      ? say(words.headlineUnknown, language, about)
      : say(words.headline, language, { ...about, value: share(value) }),
  );
  if (coverage === 0) return lines;
  if (account.unknown > 0)
    lines.push(say(words.bounds, language, { low: share(low), high: share(high), unknown: time(account.unknown) }));
  if (coverage < enough) lines.push(speak.word(words.scarce));
  if (outages.length === 0) lines.push(speak.word(words.noOutage));
  else {
    const data = { count: outages.length, down: time(account.down) };
    const longest = time(Math.max(...outages.map(({ from, to }) => to - from)));
    const mean = mended.mean === undefined ? speak.word(words.notOver) : time(mended.mean);
    lines.push(say(words.outages, language, { ...data, longest, mean }));
  }
  if (outages.some(({ isOpen }) => isOpen)) lines.push(speak.word(words.open));
  const allowed = time(budget.allowed);
  lines.push(
    budget.left >= 0
      ? say(words.budgetLeft, language, { allowed, left: time(budget.left) })
      : say(words.budgetOver, language, { allowed, over: time(-budget.left) }),
  );
  return lines;
}

function services({ services: rows }: Report, { word, percent: share, time }: Speaker): Section {
  const title = word(words.services);
  if (rows.length === 0) return { title, text: word(words.noService) };
  const heads = [words.service, words.availability, words.range, words.verdict, words.down, words.degraded, words.notSeen].map(
    word,
  );
  return {
    title,
    table: {
      heads,
      rows: rows.map(({ asset, availability: { value, low, high }, verdict, account }) => [
        nameOfAsset(asset),
        value === undefined ? "–" : share(value),
        low === high ? "" : `${share(low)} – ${share(high)}`,
        word(words[verdict]),
        account.down === 0 ? "0" : time(account.down),
        account.degraded === 0 ? "0" : time(account.degraded),
        account.unknown === 0 ? "0" : time(account.unknown),
      ]),
    },
  };
}

function incidents({ incidents: rows, window }: Report, speak: Speaker, titleOf: TitleOf): Section {
  const { word, language } = speak;
  const title = word(words.incidents);
  if (rows.length === 0) return { title, text: word(words.noIncident) };
  const heads = [
    word(words.incident),
    say(words.began, language, { zone: speak.zone }),
    ...[words.lasted, words.priority, words.what, words.whom, words.taken].map(word),
  ];
  return {
    title,
    table: {
      heads,
      rows: rows.map((row) => [
        incidentName(row.id),
        speak.moment(row.openedAt),
        row.resolvedAt === undefined || row.resolvedAt > window.to
          ? word(words.notOver)
          : speak.time(row.resolvedAt - row.openedAt),
        row.priority,
        causeOf(row, word, titleOf),
        `${row.assets.slice(0, 3).map(nameOfAsset).join(", ")}${row.assets.length > 3 ? ` +${row.assets.length - 3}` : ""}`,
        row.acknowledgedBy ?? word(words.nobody),
      ]),
    },
  };
}

/** The cause where it was found, else what the check that found it looks at. */
function causeOf({ cause, check }: IncidentRow, word: Speaker["word"], titleOf: TitleOf): string {
  if (cause !== undefined && cause !== "unknown") return word(causeWording[cause].name);
  const title = titleOf(check);
  return title === undefined ? check : word(title);
}

function repair({ services: rows }: Report, { word, time, language }: Speaker): Section {
  const failed = rows.filter(({ outages }) => outages.length > 0);
  const title = word(words.repair);
  if (failed.length === 0) return { title, text: word(words.noOutage) };
  const sure = (ms: number | undefined, count: number): string => {
    if (ms === undefined) return word(words.notOver);
    return count < few ? say(words.few, language, { time: time(ms) }) : time(ms);
  };
  return {
    title,
    table: {
      heads: [words.service, words.count, words.mean, words.longest, words.between].map(word),
      rows: failed.map(({ asset, repair: { count, mean, longest, between } }) => [
        nameOfAsset(asset),
        String(count),
        sure(mean, count),
        longest === undefined ? word(words.notOver) : time(longest),
        sure(between, count),
      ]),
    },
  };
}

function backups({ backups: rows }: Report, { word, percent: share }: Speaker): readonly Section[] {
  if (rows.length === 0) return [];
  const heads = [words.backup, words.compliance, words.notSeen].map(word);
  const table = {
    heads,
    rows: rows.map(({ asset, compliance, coverage }) => [
      nameOfAsset(asset),
      compliance === undefined ? "–" : share(compliance),
      share(1 - coverage),
    ]),
  };
  return [{ title: word(words.backups), table }];
}

function ends({ ends: rows }: Report, { word }: Speaker): Section {
  const title = word(words.ends);
  if (rows.length === 0) return { title, text: word(words.nothingEnds) };
  return {
    title,
    table: {
      heads: [words.thing, words.lastDay, words.owner].map(word),
      rows: rows.map(({ what, at, owner }) => [what, new Date(at - 1).toISOString().slice(0, 10), owner ?? ""]),
    },
  };
}

const method = ({ window, timezone, version }: Report, { word, language, date }: Speaker): Section => ({
  title: word(words.method),
  text: say(words.methodLines, language, { from: date(window.from), to: date(window.to), timezone, version }),
});
