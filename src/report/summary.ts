import { reportWords as words } from "../i18n/report.ts";
import { incidentName } from "../model/incident.ts";
import { nameOfAsset } from "../model/probe.ts";
import type { ReportDocument, Tone } from "../model/report.ts";
import { say } from "../model/text.ts";
import { enough, lastDayOf, type Speaker, toneOfVerdict } from "./speaker.ts";
import type { DeliveryRow, Report } from "./monthly.ts";

const dayMs = 86_400_000;
const soonMs = 30 * dayMs;
const mostActions = 3;

type Light = ReportDocument["lights"][number];

/** The first look: each part of the report by its mark and a few words. */
export function lightsOf(report: Report, speak: Speaker): readonly Light[] {
  const { word } = speak;
  return [
    { name: word(words.lightAvailability), ...availabilityLight(report, speak) },
    { name: word(words.lightDelivery), ...deliveryLight(report, speak) },
    { name: word(words.lightIncidents), ...incidentLight(report, speak) },
    ...(report.backups.length === 0 ? [] : [{ name: word(words.lightBackups), ...backupLight(report, speak) }]),
    { name: word(words.lightEnds), ...endsLight(report, speak) },
  ];
}

type Look = Pick<Light, "text" | "tone">;

function availabilityLight({ overall: { availability, verdict } }: Report, { word, percent, language }: Speaker): Look {
  if (availability.value === undefined) return { text: word(words.noData), tone: "unknown" };
  const value = percent(availability.value);
  if (availability.coverage < enough) return { text: `${value}, ${word(words.insufficient)}`, tone: "unknown" };
  const said = { met: words.lightMet, missed: words.lightMissed, undecided: words.lightUndecided }[verdict];
  return { text: say(said, language, { value }), tone: toneOfVerdict[verdict] };
}

const verdictRank: Readonly<Record<DeliveryRow["verdict"], number>> = { missed: 0, undecided: 1, met: 2, few: 3 };
/** The worst route that is judged, else one that is not. */
const worstRoute = (rows: readonly DeliveryRow[]): DeliveryRow | undefined =>
  rows.toSorted((a, b) => verdictRank[a.verdict] - verdictRank[b.verdict] || (a.rate.value ?? 2) - (b.rate.value ?? 2))[0];

function deliveryLight({ delivery }: Report, { word, roundPercent: percent, language }: Speaker): Look {
  const worst = worstRoute(delivery);
  if (worst?.rate.value === undefined) return { text: word(words.noRoute), tone: "unknown" };
  const value = percent(worst.rate.value);
  if (worst.verdict === "few") return { text: `${value}, ${word(words.insufficient)}`, tone: "unknown" };
  const said = { met: words.lightMet, missed: words.lightMissed, undecided: words.lightUndecided }[worst.verdict];
  return { text: say(said, language, { value }), tone: toneOfVerdict[worst.verdict] };
}

const openIn = ({ incidents, window }: Report) =>
  incidents.filter(({ resolvedAt }) => resolvedAt === undefined || resolvedAt > window.to);

function incidentLight(report: Report, { word, language }: Speaker): Look {
  const count = report.incidents.length;
  if (count === 0) return { text: word(words.none), tone: "ok" };
  const open = openIn(report);
  const isGrave = (one: (typeof open)[number]): boolean => one.priority === "P1" || one.priority === "P2";
  if (open.length === 0) return { text: say(words.incidentsOver, language, { count }), tone: "ok" };
  const tone: Tone = open.some(isGrave) ? "critical" : "warning";
  return { text: say(words.incidentCount, language, { count, open: open.length }), tone };
}

function backupLight({ backups }: Report, { word }: Speaker): Look {
  if (backups.some(({ compliance }) => compliance !== undefined && compliance < 1))
    return { text: word(words.backupsBad), tone: "warning" };
  if (backups.some(({ coverage }) => coverage < enough)) return { text: word(words.insufficient), tone: "unknown" };
  return { text: word(words.backupsGood), tone: "ok" };
}

function endsLight({ ends, window }: Report, { word, language }: Speaker): Look {
  const over = ends.filter(({ at }) => at <= window.to).length;
  if (over > 0) return { text: say(words.endsOver, language, { count: over }), tone: "critical" };
  const soon = ends.filter(({ at }) => at <= window.to + soonMs).length;
  if (soon > 0) return { text: say(words.endsSoon, language, { count: soon }), tone: "warning" };
  if (ends.length > 0) return { text: say(words.endsLater, language, { count: ends.length }), tone: "ok" };
  return { text: word(words.none), tone: "ok" };
}

/** What to do next, the most pressing first, at most three. */
export function actionsOf(report: Report, { language, word, time, roundPercent }: Speaker): readonly string[] {
  const { services, delivery, backups, ends, overall, window } = report;
  const found: string[] = [];
  for (const { what, id } of openIn(report).toSorted((a, b) => (a.priority < b.priority ? -1 : 1)))
    found.push(say(words.actionOpen, language, { what: word(what), name: incidentName(id) }));
  for (const { what, at } of ends) if (at <= window.to) found.push(say(words.actionOver, language, { what, day: lastDayOf(at) }));
  const longest = services
    .flatMap(({ asset, outages }) => outages.filter(({ isOpen }) => !isOpen).map(({ from, to }) => ({ asset, ms: to - from })))
    .toSorted((a, b) => b.ms - a.ms)[0];
  if (longest) found.push(say(words.actionOutage, language, { service: nameOfAsset(longest.asset), time: time(longest.ms) }));
  const route = worstRoute(delivery);
  if (route?.verdict === "missed" && route.rate.value !== undefined)
    found.push(say(words.actionDelivery, language, { route: nameOfAsset(route.asset), value: roundPercent(route.rate.value) }));
  for (const { asset, compliance } of backups)
    if (compliance !== undefined && compliance < 1) found.push(say(words.actionBackup, language, { name: nameOfAsset(asset) }));
  for (const { what, at } of ends)
    if (at > window.to && at <= window.to + soonMs) found.push(say(words.actionEnd, language, { what, day: lastDayOf(at) }));
  if (overall.availability.coverage < enough)
    found.push(say(words.actionCoverage, language, { time: time(overall.account.unknown) }));
  return found.slice(0, mostActions);
}
