import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import type { Change, Span } from "./model/account.ts";
import type { AnyCheck } from "./model/check.ts";
import type { Plan } from "./model/config.ts";
import { earlier, isMonth, monthOf, monthWindow } from "./model/month.ts";
import { type Probe, questionOf } from "./model/probe.ts";
import type { FrozenMonth, ReportDocument, ReportFormat, Reports } from "./model/report.ts";
import type { Language } from "./model/text.ts";
import { deliveryOf, noTotals, type Snapshot, type Totals } from "./report/delivery-rate.ts";
import { documentOf } from "./report/document.ts";
import { findExpiries } from "./report/expiries.ts";
import { asHtml } from "./report/mail-html.ts";
import { makeReport, type MonthValue, type Report, type Watched } from "./report/monthly.ts";
import { asCsv, asJson, asMarkdown } from "./report/render.ts";
import { canonicalJson, readReport, sha256Of } from "./report/stored.ts";
import type { Database } from "./store/database.ts";
import { readIncidentsIn } from "./store/incidents.ts";
import { readLastObservations } from "./store/observations.ts";
import { readProbeStates } from "./store/probe-states.ts";
import { firstChangeAt, readFrozenMonths, readStoredReport } from "./store/reports.ts";
import { firstRunAt, readTotals } from "./store/totals.ts";
import { readTransitions } from "./store/transitions.ts";
import { version } from "./version.ts";

/** What a report is made from. */
export interface ReportWorld {
  /** Only read. */
  readonly db: Database;
  readonly plan: Pick<Plan, "settings" | "probes" | "report">;
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly now: number;
}

/** A report with the text that is hashed and, once, stored. */
export interface MadeReport {
  readonly report: Report;
  readonly canonical: string;
  readonly frozen: Pick<FrozenMonth, "sha256"> & Partial<FrozenMonth>;
}

/** A flapping probe changes every few minutes; 20,000 are one every two. */
const maxTransitions = 20_000;
const quarterMs = 90 * 86_400_000;
const yearMonths = 12;
/** Counts are kept at midnight, by a clock that looks once a minute. */
const slackMs = 10 * 60_000;
/** How long others wait at most while the disk is read. */
const holdMs = 8;

/** The names of the metrics that are kept from day to day, by what they are in `Totals`. */
const totalNames: Readonly<Record<keyof Totals, string>> = {
  sent: "sentTotal",
  found: "foundTotal",
  late: "lateTotal",
  lost: "lostTotal",
  returned: "returnedTotal",
  junk: "junkTotal",
};
export const keptTotals: readonly string[] = Object.values(totalNames);

/**
 * The report of a month: as it was stored, where it is, with the target of then; else made now from what is there.
 * Undefined: the month has not begun. The disk is read in small parts, between which others run.
 * @param other `target`: a share, other than the configured one; `reason`: it is made once more, though it is stored
 * @throws StoreError
 */
export async function reportOf(
  world: ReportWorld,
  month: string,
  { target, reason }: { readonly target?: number | undefined; readonly reason?: string } = {},
): Promise<MadeReport | undefined> {
  const { db, plan } = world;
  const stored = target === undefined && reason === undefined ? db.read(() => readStoredReport(db, month)) : undefined;
  if (stored) return { report: readReport(stored.report), canonical: stored.report, frozen: stored };
  const { timezone } = plan.settings;
  if (monthWindow(month, timezone).from > world.now) return undefined;
  const first = db.read(() => firstChangeAt(db)) ?? Infinity;
  const before: MonthValue[] = [];
  for (let back = yearMonths - 1; back >= 1; back -= 1) {
    const name = earlier(month, back);
    const kept = db.read(() => readStoredReport(db, name));
    const value = kept && readReport(kept.report).year.at(-1);
    if (value) before.push(value);
    else if (monthWindow(name, timezone).to > first) {
      const own = (await gather(world, name, { before: [], target, isBrief: true })).year.at(-1);
      if (own) before.push(own);
    }
    await setImmediate();
  }
  const report = await gather(world, month, { before, target, reason, isBrief: false });
  await setImmediate();
  const canonical = canonicalJson(report);
  return { report, canonical, frozen: { sha256: sha256Of(canonical) } };
}

interface Gathering {
  readonly before: readonly MonthValue[];
  readonly target: number | undefined;
  readonly reason?: string | undefined;
  /** Only what becomes one line of another month's report. */
  readonly isBrief: boolean;
}

async function gather(
  { db, plan, checks, now }: ReportWorld,
  month: string,
  { before, target, reason, isBrief }: Gathering,
): Promise<Report> {
  const { company, timezone } = plan.settings;
  const window = monthWindow(month, timezone);
  const end = Math.min(window.to, now);
  const states = new Map(db.read(() => readProbeStates(db)).map((state) => [state.probe, state]));
  const observations = isBrief ? [] : db.read(() => readLastObservations(db));
  const last = new Map(observations.map((observation) => [observation.probe, observation]));
  const probes: Watched[] = [];
  let since = performance.now();
  for (const probe of plan.probes) {
    const { id, asset, check, measures, business, ours } = probe;
    const changes: Change[] = db
      .read(() => readTransitions(db, id, { ...window, limit: maxTransitions }))
      .map(({ at, to }) => ({ at, to }));
    // Nobody has written down yet that a daemon which is not running sees nothing.
    const covered = states.get(id)?.coverUntil;
    if (covered !== undefined && covered < end && covered > (changes.at(-1)?.at ?? 0))
      changes.push({ at: covered, to: "unknown" });
    const counts = isBrief ? undefined : countsOf(db, probe, window, now < window.to ? last.get(id) : undefined);
    probes.push({
      id,
      asset,
      check,
      measures,
      business,
      ours: ours !== false,
      answers: questionOf(probe, checks.get(check)),
      changes,
      ...(counts === undefined ? {} : { delivery: counts }),
    });
    if (performance.now() - since < holdMs) continue;
    await setImmediate();
    since = performance.now();
  }
  await setImmediate();
  const services = new Set(probes.flatMap(({ id, measures, ours }) => (measures === "service" && ours ? [id] : [])));
  const isLate = (waiting: number | undefined): boolean => waiting !== undefined && waiting < window.to && now >= window.to;
  return makeReport({
    month,
    window,
    now,
    target: target ?? plan.report.target,
    company,
    timezone,
    version,
    probes,
    incidents: isBrief ? [] : db.read(() => readIncidentsIn(db, window)),
    ends: findExpiries(plan.probes, checks, observations).flatMap(({ what, at, owner }) =>
      at !== undefined && at - end <= quarterMs ? [{ what, at, owner }] : [],
    ),
    undecided: [...states.values()].filter(({ probe, undecidedSince }) => services.has(probe) && isLate(undecidedSince)).length,
    before,
    reason,
    titleOf: (check) => checks.get(check)?.title,
  });
}

const expectation = z.object({ expect: z.string().optional() });

/** The counts of a round trip whose mail shall be delivered; undefined: it is none, or nothing is kept of it. */
function countsOf(
  db: Database,
  probe: Probe,
  window: Span,
  last: { readonly at: number; readonly metrics: Readonly<Record<string, number>> } | undefined,
): Watched["delivery"] {
  if (probe.check !== "mail-roundtrip") return undefined;
  const wanted = expectation.safeParse(probe.options).data?.expect;
  if (wanted !== undefined && wanted !== "delivered") return undefined;
  const kept = db
    .read(() => readTotals(db, probe.id, window.from + slackMs, window.to + slackMs))
    .flatMap(({ at, totals }) => snapshot(at, totals));
  const current = last === undefined ? [] : snapshot(last.at, last.metrics);
  const snapshots = [...kept, ...current.filter(({ at }) => at > (kept.at(-1)?.at ?? -1))];
  const first = snapshots[0];
  if (!first) return undefined;
  // A probe that began in the month counted from nothing.
  const begun = first.at > window.from + slackMs ? db.read(() => firstRunAt(db, probe.id)) : undefined;
  const isNew = begun !== undefined && begun >= window.from;
  const made = isNew ? [{ at: begun, totals: noTotals }, ...snapshots] : snapshots;
  const way = probe.answers === "send" ? "out" : probe.answers === "receive" ? "in" : undefined;
  return deliveryOf(made) && { way, snapshots: made };
}

function snapshot(at: number, metrics: Readonly<Record<string, number>>): readonly Snapshot[] {
  const { sent, found, late, lost, returned, junk } = totalNames;
  const totals = [sent, found, late, lost, returned, junk].map((name) => metrics[name]);
  const [a, b, c, d, e, f] = totals;
  if (a === undefined || b === undefined || c === undefined || d === undefined || e === undefined || f === undefined) return [];
  return [{ at, totals: { sent: a, found: b, late: c, lost: d, returned: e, junk: f } }];
}

/** Whatever the program around it says later, a stored month is written as it was stored. */
export function rendered({ report, canonical, frozen }: MadeReport, format: ReportFormat, language: Language): string {
  if (format === "json") return asJson(canonical);
  if (format === "csv") return asCsv(report);
  const document = documentOf(report, language, frozen);
  return format === "md" ? asMarkdown(document) : asHtml(document);
}

/** The running month is made anew at most so often. */
const freshMs = 60_000;

/** Reports as pages ask for them. */
export function createReports(world: () => ReportWorld): Reports {
  const made = new Map<string, { readonly at: number; readonly report: Promise<MadeReport | undefined> }>();

  async function get(month: string): Promise<MadeReport | undefined> {
    const current = world();
    if (!isMonth(month) || !isWatched(current, month)) return undefined;
    if (current.db.read(() => readStoredReport(current.db, month))) return reportOf(current, month);
    for (const [name, { at }] of made) if (current.now - at >= freshMs) made.delete(name);
    const known = made.get(month) ?? { at: current.now, report: reportOf(current, month) };
    made.set(month, known);
    known.report.catch(() => made.delete(month));
    return known.report;
  }

  return {
    months() {
      const { db, plan, now } = world();
      const frozen = db.read(() => readFrozenMonths(db));
      const first = db.read(() => firstChangeAt(db));
      if (first === undefined) return frozen;
      const known = new Map(frozen.map((one) => [one.month, one]));
      const names: string[] = [];
      const begin = monthOf(first, plan.settings.timezone);
      for (
        let month = monthOf(now, plan.settings.timezone);
        month >= begin && names.length < mostMonths;
        month = earlier(month, 1)
      )
        names.push(month);
      return [...new Set([...names, ...known.keys()])]
        .toSorted((a, b) => (a < b ? 1 : -1))
        .map((month) => known.get(month) ?? { month });
    },
    async document(month, language): Promise<ReportDocument | undefined> {
      const found = await get(month);
      return found && documentOf(found.report, language, found.frozen);
    },
    async file(month, format, language) {
      const found = await get(month);
      return found && rendered(found, format, language);
    },
  };
}

const mostMonths = 60;

/** Of a month before the first run nothing can be said. */
function isWatched({ db, plan, now }: ReportWorld, month: string): boolean {
  if (db.read(() => readStoredReport(db, month))) return true;
  const first = db.read(() => firstChangeAt(db));
  const { timezone } = plan.settings;
  return first !== undefined && month >= monthOf(first, timezone) && month <= monthOf(now, timezone);
}
