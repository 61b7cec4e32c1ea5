import { reportWords as words } from "../i18n/report.ts";
import type { Account } from "../model/account.ts";
import { incidentName } from "../model/incident.ts";
import { nameOfAsset } from "../model/probe.ts";
import type { FrozenMonth, ReportDocument, ReportRow, ReportSection, Tone } from "../model/report.ts";
import { type Language, say, type Text } from "../model/text.ts";
import { deliveryTarget, fewestMails } from "./delivery-rate.ts";
import type { Report, ServiceRow } from "./monthly.ts";
import { enough, lastDayOf, type Speaker, speakerOf, toneOfVerdict } from "./speaker.ts";
import { actionsOf, lightsOf } from "./summary.ts";

const few = 3;

/**
 * Says a report in one language. Pure.
 * @param frozen its version, where it is stored; else only the hash of its data
 */
export function documentOf(
  report: Report,
  language: Language,
  frozen: Pick<FrozenMonth, "sha256"> & Partial<FrozenMonth>,
): ReportDocument {
  const speak = speakerOf(report, language);
  const { company, month, overall } = report;
  return {
    language,
    title: say(words.title, language, { company, month }),
    lead: lead(report, overall, speak),
    isScarce: overall.availability.coverage < enough,
    lights: lightsOf(report, speak),
    actions: { title: speak.word(words.actions), items: actionsOf(report, speak) },
    days: days(report, speak),
    year: year(report, speak),
    sections: [
      services(report, speak),
      incidents(report, speak),
      repair(report, speak),
      ...delivery(report, speak),
      ...backups(report, speak),
      ends(report, speak),
      method(report, speak, frozen),
    ],
    colon: language === "en" ? ": " : "：",
    more: (count) => say(words.more, language, { count }),
  };
}

function lead(
  report: Report,
  { availability, verdict, account, outages, repair: mended, budget }: ServiceRow,
  speak: Speaker,
): readonly string[] {
  const { language, percent: share, time } = speak;
  const { value, low, high, coverage } = availability;
  const about = { verdict: speak.word(words[verdict]), target: speak.target(report.target) };
  const lines: string[] = [];
  if (report.reason !== undefined) lines.push(say(words.again, language, { reason: report.reason }));
  if (report.undecided > 0) lines.push(say(words.waiting, language, { count: report.undecided }));
  else if (report.isPreliminary) lines.push(say(words.preliminary, language, { until: speak.moment(report.window.to) }));
  lines.push(
    value === undefined
      ? say(words.headlineUnknown, language, about)
      : say(words.headline, language, { ...about, value: share(value) }),
  );
  if (coverage === 0) return lines;
  if (account.unknown > 0)
    lines.push(say(words.bounds, language, { low: share(low), high: share(high), unknown: time(account.unknown) }));
  if (coverage < enough) lines.push(speak.word(words.scarce));
  if (account.down === 0) lines.push(speak.word(words.noOutage));
  else if (outages.length === 0) lines.push(say(words.fromBefore, language, { down: time(account.down) }));
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

const dayWords: Readonly<Record<Tone, Text>> = {
  ok: words.dayOk,
  warning: words.dayDegraded,
  critical: words.dayDown,
  unknown: words.dayUnknown,
};

/** Down goes first, however short; then that too little of it was seen. */
function toneOfDay({ up, degraded, down, unknown }: Account): Tone {
  if (down > 0) return "critical";
  const all = up + degraded + unknown;
  if (all > 0 && unknown / all > 1 - enough) return "unknown";
  return degraded > 0 ? "warning" : "ok";
}

/** So many days of one kind are told in one line. */
const longStretch = 3;

/** Neighbours of one kind. */
function stretches<D extends { readonly tone: Tone | undefined }>(all: readonly D[]): readonly (readonly D[])[] {
  const found: D[][] = [];
  for (const one of all) {
    const last = found.at(-1);
    if (last?.[0]?.tone === one.tone && last !== undefined) last.push(one);
    else found.push([one]);
  }
  return found;
}

function days({ days: rows, month, timezone }: Report, { word, time, day, language }: Speaker): ReportDocument["days"] {
  const [yearOfMonth = 0, number = 0] = month.split("-").map(Number);
  const length = new Date(Date.UTC(yearOfMonth, number, 0)).getUTCDate();
  const dayNumber = new Intl.DateTimeFormat("en", { timeZone: timezone, day: "numeric" });
  const seen = new Map(rows.map((row) => [Number(dayNumber.format(row.from)), row]));
  const shown = Array.from({ length }, (_, index) => {
    const row = seen.get(index + 1);
    if (!row) return { day: index + 1, tone: undefined, text: "", from: 0, ms: 0 };
    const tone = toneOfDay(row.account);
    const { down, degraded, unknown } = row.account;
    const ms = { ok: 0, warning: degraded, critical: down, unknown }[tone];
    const text =
      tone === "ok"
        ? `${day(row.from)}: ${word(words.dayOk)}`
        : say(words.dayWas, language, { day: day(row.from), what: word(dayWords[tone]), time: time(ms) });
    return { day: index + 1, tone, text, from: row.from, ms };
  });
  return {
    title: word(words.days),
    days: shown.map(({ day: date, tone, text }) => ({ day: date, tone, text })),
    legend: (["ok", "warning", "critical", "unknown"] as const).map((tone) => ({ tone, text: word(dayWords[tone]) })),
    notable: stretches(shown).flatMap((some) => {
      const [first] = some;
      const last = some.at(-1);
      if (!first?.tone || !last || first.tone === "ok") return [];
      if (some.length < longStretch) return some.map(({ text }) => text);
      const sum = some.reduce((all, { ms }) => all + ms, 0);
      const range = { day: `${day(first.from)} – ${day(last.from)}`, what: word(dayWords[first.tone]), time: time(sum) };
      return [say(words.dayWas, language, range)];
    }),
  };
}

function year(
  { year: rows, target }: Report,
  { word, percent: share, target: asWritten, language }: Speaker,
): ReportDocument["year"] {
  const lowest = Math.min(target, ...rows.flatMap(({ availability: { value } }) => value ?? []));
  const barFrom = [0.99, 0.95, 0.9, 0.5].find((from) => from < lowest) ?? 0;
  const format = new Intl.DateTimeFormat(language === "en" ? "en-US" : "zh-CN", { month: "short", timeZone: "UTC" });
  return {
    title: word(words.year),
    target,
    targetText: say(words.target, language, { target: asWritten(target), from: asWritten(barFrom) }),
    barFrom,
    months: rows.map(({ month, availability: { value, coverage }, verdict }) => ({
      name: format.format(Date.parse(`${month}-15`)).replace(/^(\d+)月$/, "$1 月"),
      value,
      text:
        value === undefined
          ? word(words.noData)
          : coverage < enough
            ? say(words.noted, language, { value: share(value), note: word(words.insufficient) })
            : share(value),
      tone: coverage < enough ? "unknown" : toneOfVerdict[verdict],
    })),
  };
}

function services({ services: rows, overall }: Report, speak: Speaker): ReportSection {
  const { word, language, time } = speak;
  const title = word(words.services);
  if (rows.length === 0) return { title, text: word(words.noService) };
  const heads = [
    words.service,
    words.availability,
    words.range,
    words.verdict,
    words.down,
    words.budget,
    words.degraded,
    words.coverage,
  ].map(word);
  const row = ({ asset, availability: { value, low, high, coverage }, verdict, account, budget }: ServiceRow): ReportRow => {
    const all = account.up + account.degraded + account.down + account.unknown;
    const share = (ms: number): number => (all === 0 ? 0 : ms / all);
    const isScarce = coverage < enough;
    return {
      cells: [
        asset === "" ? word(words.company) : nameOfAsset(asset),
        value === undefined
          ? "–"
          : isScarce
            ? say(words.noted, language, { value: speak.percent(value), note: word(words.insufficient) })
            : speak.percent(value),
        low === high ? "" : `${speak.percent(low)} – ${speak.percent(high)}`,
        word(words[verdict]),
        account.down === 0 ? "0" : time(account.down),
        budget.left < 0 ? say(words.over, language, { time: time(-budget.left) }) : time(budget.left),
        account.degraded === 0 ? "0" : time(account.degraded),
        speak.roundPercent(coverage),
      ],
      tone: toneOfVerdict[verdict],
      isScarce,
      bar: [
        { tone: "ok", share: share(account.up) },
        { tone: "warning", share: share(account.degraded) },
        { tone: "critical", share: share(account.down) },
        { tone: "unknown", share: share(account.unknown) },
      ],
    };
  };
  return { title, table: { heads, rows: [row(overall), ...rows.map(row)] } };
}

function incidents({ incidents: rows, window }: Report, speak: Speaker): ReportSection {
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
      rows: rows.map((row) => {
        const isOpen = row.resolvedAt === undefined || row.resolvedAt > window.to;
        const began = speak.moment(row.openedAt);
        return {
          cells: [
            incidentName(row.id),
            row.openedAt < window.from ? say(words.began2, language, { time: began }) : began,
            isOpen ? word(words.notOver) : speak.time((row.resolvedAt ?? window.to) - row.openedAt),
            row.priority,
            word(row.what),
            `${row.assets.slice(0, 3).map(nameOfAsset).join(", ")}${row.assets.length > 3 ? ` +${row.assets.length - 3}` : ""}`,
            row.acknowledgedBy ?? word(words.nobody),
          ],
          tone: row.priority === "P1" || row.priority === "P2" ? "critical" : "warning",
        };
      }),
    },
  };
}

function repair({ services: rows, overall, year: months }: Report, { word, time, language }: Speaker): ReportSection {
  const failed = [overall, ...rows.filter(({ outages }) => outages.length > 0)];
  const sure = (ms: number | undefined, count: number): string => {
    if (ms === undefined) return word(words.notOver);
    return count < few ? say(words.few, language, { time: time(ms) }) : time(ms);
  };
  const outages = months.reduce((sum, one) => sum + one.outages, 0);
  const up = months.reduce((sum, one) => sum + one.upMs, 0);
  return {
    title: word(words.repair),
    ...(months.length < 2 || outages === 0
      ? {}
      : { text: say(words.rolling, language, { count: months.length, outages, time: sure(up / outages, outages) }) }),
    table: {
      heads: [words.service, words.count, words.mean, words.median, words.longest, words.between].map(word),
      rows: failed.map(({ asset, repair: { count, mean, median, longest, between, atLeast } }) => ({
        cells: [
          asset === "" ? word(words.company) : nameOfAsset(asset),
          String(count),
          count === 0 ? "–" : sure(mean, count),
          median === undefined ? "–" : time(median),
          count === 0 ? "–" : longest === undefined ? word(words.notOver) : time(longest),
          atLeast === undefined ? sure(between, count) : say(words.atLeast, language, { time: time(atLeast) }),
        ],
      })),
    },
  };
}

function delivery({ delivery: rows }: Report, { word, roundPercent: share, language }: Speaker): readonly ReportSection[] {
  if (rows.length === 0) return [];
  const ways = { in: words.wayIn, out: words.wayOut };
  const heads = [
    words.route,
    words.way,
    words.rate,
    words.verdict,
    words.mails,
    words.lateMails,
    words.returnedMails,
    words.underWay,
    words.inbox,
  ];
  return [
    {
      title: word(words.delivery),
      text: say(words.deliveryText, language, { target: share(deliveryTarget) }),
      table: {
        heads: heads.map(word),
        rows: rows.map((row) => ({
          cells: [
            nameOfAsset(row.asset),
            word(row.way === undefined ? words.wayOwn : ways[row.way]),
            row.rate.value === undefined
              ? "–"
              : say(words.rateOf, language, {
                  value: share(row.rate.value),
                  low: share(row.rate.low),
                  high: share(row.rate.high),
                }),
            row.verdict === "few" ? say(words.tooFew, language, { count: fewestMails }) : word(words[row.verdict]),
            String(row.judged),
            String(row.late),
            String(row.returned),
            String(row.underWay),
            row.found === 0 ? "–" : share((row.found - row.junk) / row.found),
          ],
          tone: toneOfVerdict[row.verdict],
          isScarce: row.verdict === "few",
        })),
      },
    },
  ];
}

function backups({ backups: rows }: Report, { word, roundPercent: share }: Speaker): readonly ReportSection[] {
  if (rows.length === 0) return [];
  const table = {
    heads: [words.backup, words.compliance, words.notSeen].map(word),
    rows: rows.map(({ asset, compliance, coverage }) => ({
      cells: [nameOfAsset(asset), compliance === undefined ? "–" : share(compliance), share(1 - coverage)],
      isScarce: coverage < enough,
    })),
  };
  return [{ title: word(words.backups), table }];
}

function ends({ ends: rows }: Report, { word }: Speaker): ReportSection {
  const title = word(words.ends);
  if (rows.length === 0) return { title, text: word(words.nothingEnds) };
  return {
    title,
    table: {
      heads: [words.thing, words.lastDay, words.owner].map(word),
      rows: rows.map(({ what, at, owner }) => ({ cells: [what, lastDayOf(at), owner ?? ""] })),
    },
  };
}

function method(
  { window, timezone, version, schema }: Report,
  { word, language, date }: Speaker,
  { version: number, madeAt, sha256 }: Pick<FrozenMonth, "sha256"> & Partial<FrozenMonth>,
): ReportSection {
  const how = say(words.methodLines, language, { from: date(window.from), to: date(window.to), timezone, version, schema });
  const hash =
    number === undefined || madeAt === undefined
      ? say(words.hashNow, language, { sha256 })
      : say(words.hash, language, { version: number, at: date(madeAt), sha256 });
  return { title: word(words.method), text: `${how}\n${hash}` };
}
