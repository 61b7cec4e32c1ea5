import { reportWords } from "../i18n/report.ts";
import type { Change } from "../model/account.ts";
import type { AnyCheck } from "../model/check.ts";
import { questionOf } from "../model/probe.ts";
import type { Language } from "../model/text.ts";
import { say } from "../model/text.ts";
import { documentOf } from "../report/document.ts";
import { isMonth, monthBefore, monthWindow } from "../report/month.ts";
import { makeReport, type Report } from "../report/monthly.ts";
import { asCsv, asHtml, asJson, asMarkdown } from "../report/render.ts";
import { type Database, openForReading } from "../store/database.ts";
import { readIncidentsIn } from "../store/incidents.ts";
import { readLastObservations } from "../store/observations.ts";
import { readProbeStates } from "../store/probe-states.ts";
import { readTransitions } from "../store/transitions.ts";
import { version } from "../version.ts";
import { chosenFile, configured, type Configured, exitUsage, type Env } from "./configuration.ts";
import { toldIn } from "./expected.ts";
import { findExpiries } from "./expiries.ts";

export interface ReportOptions {
  readonly config?: string;
  readonly month?: string;
  readonly format: "html" | "md" | "json" | "csv";
  readonly language?: Language;
  /** Percent. */
  readonly target: string;
}

/** A flapping probe changes every few minutes; 20,000 are one every two. */
const maxTransitions = 20_000;
const quarterMs = 90 * 86_400_000;

/**
 * Writes the account of a month to standard output; without one, of the last that is over. Reads the database beside a running
 * daemon. Resolves with the exit code.
 */
export async function report(options: ReportOptions, env: Env): Promise<number> {
  const found = await configured(chosenFile(options.config, env), env, { pins: "keep" });
  if (!found) return exitUsage;
  const { plan, language: configuredLanguage } = found;
  const { timezone, data } = plan.settings;
  const language = options.language ?? configuredLanguage;
  const now = Date.now();
  const month = options.month ?? monthBefore(now, timezone);
  const target = Number(options.target) / 100;
  const refuse = (words: keyof typeof reportWords, about: Readonly<Record<string, string>>): number => {
    console.error(say(reportWords[words], language, about));
    return exitUsage;
  };
  if (!isMonth(month)) return refuse("badMonth", { month });
  if (!(target > 0 && target <= 1)) return refuse("badTarget", { target: options.target });
  if (monthWindow(month, timezone).from > now) return refuse("future", { month });
  return toldIn(language, () => {
    const db = openForReading(data);
    if (!db) return refuse("nothingStored", { folder: data });
    try {
      const made = gather(db, found, { month, target, now });
      process.stdout.write(rendered(made, options.format, language, found.checks));
      return 0;
    } finally {
      db.close();
    }
  });
}

function rendered(
  made: Report,
  format: ReportOptions["format"],
  language: Language,
  checks: ReadonlyMap<string, AnyCheck>,
): string {
  if (format === "json") return asJson(made);
  if (format === "csv") return asCsv(made);
  const document = documentOf(made, language, (check) => checks.get(check)?.title);
  return format === "md" ? asMarkdown(document) : asHtml(document);
}

function gather(
  db: Database,
  { plan, checks }: Configured,
  { month, target, now }: { readonly month: string; readonly target: number; readonly now: number },
): Report {
  const { company, timezone } = plan.settings;
  const window = monthWindow(month, timezone);
  const read = db.read(() => {
    const covers = new Map(readProbeStates(db).map(({ probe, coverUntil }) => [probe, coverUntil]));
    return {
      covers,
      changes: plan.probes.map(({ id }) => readTransitions(db, id, { ...window, limit: maxTransitions })),
      incidents: readIncidentsIn(db, window),
      observations: readLastObservations(db),
    };
  });
  const end = Math.min(window.to, now);
  const probes = plan.probes.map((probe, index) => {
    const changes: Change[] = (read.changes[index] ?? []).map(({ at, to }) => ({ at, to }));
    // Nobody has written down yet that a daemon which is not running sees nothing.
    const covered = read.covers.get(probe.id);
    if (covered !== undefined && covered < end && covered > (changes.at(-1)?.at ?? 0))
      changes.push({ at: covered, to: "unknown" });
    const { id, asset, check, measures, business, ours } = probe;
    return { id, asset, check, measures, business, ours: ours !== false, answers: questionOf(probe, checks.get(check)), changes };
  });
  const ends = findExpiries(plan.probes, checks, read.observations).flatMap(({ what, at, owner }) =>
    at !== undefined && at - now <= quarterMs ? [{ what, at, owner }] : [],
  );
  return makeReport({ month, window, now, target, company, timezone, version, probes, incidents: read.incidents, ends });
}
