import { reportWords } from "../i18n/report.ts";
import { isMonth, monthBefore, monthWindow } from "../model/month.ts";
import type { ReportFormat } from "../model/report.ts";
import type { Language } from "../model/text.ts";
import { say } from "../model/text.ts";
import { reissue } from "../report-job.ts";
import { rendered, reportOf } from "../reports.ts";
import { openDatabase, openForReading } from "../store/database.ts";
import { chosenFile, configured, type Configured, exitUsage, type Env } from "./configuration.ts";
import { toldIn } from "./expected.ts";

export interface ReportOptions {
  readonly config?: string;
  readonly month?: string;
  readonly format: ReportFormat;
  readonly language?: Language;
  /** Percent; left out: that of the configuration. */
  readonly target?: string;
  /** Why a month that is stored is made once more. */
  readonly reissue?: string;
}

/**
 * Writes the account of a month to standard output; without one, of the last that is over. A month that is stored is written as it
 * was stored. Reads the database beside a running daemon. Resolves with the exit code.
 */
export async function report(options: ReportOptions, env: Env): Promise<number> {
  const found = await configured(chosenFile(options.config, env), env, { pins: "keep" });
  if (!found) return exitUsage;
  const { plan, checks, language: configuredLanguage } = found;
  const { timezone, data } = plan.settings;
  const language = options.language ?? plan.report.language ?? configuredLanguage;
  const now = Date.now();
  const month = options.month ?? monthBefore(now, timezone);
  const target = options.target === undefined ? undefined : Number(options.target) / 100;
  const refuse = (words: keyof typeof reportWords, about: Readonly<Record<string, string>>): number => {
    console.error(say(reportWords[words], language, about));
    return exitUsage;
  };
  if (!isMonth(month)) return refuse("badMonth", { month });
  if (target !== undefined && !(target > 0 && target <= 1)) return refuse("badTarget", { target: options.target ?? "" });
  if (monthWindow(month, timezone).from > now) return refuse("future", { month });
  const reason = options.reissue?.trim();
  if (reason !== undefined && (reason === "" || reason.length > 300)) return refuse("badReason", {});
  return toldIn(language, async () => {
    const db = openForReading(data);
    if (!db) return refuse("nothingStored", { folder: data });
    try {
      if (reason !== undefined && !(await madeAgain(found, month, reason))) return refuse("notYet", { month });
      const made = await reportOf({ db, plan, checks, now }, month, { target });
      if (!made) return refuse("future", { month });
      process.stdout.write(rendered(made, options.format, language));
      return 0;
    } finally {
      db.close();
    }
  });
}

/** @throws StoreError while a daemon uses the database: it alone writes then */
async function madeAgain({ plan, checks }: Configured, month: string, reason: string): Promise<boolean> {
  const db = openDatabase(plan.settings.data);
  try {
    const job = { db, checks, plan: () => plan, now: Date.now, demonstration: false, url: () => plan.settings.url };
    return (await reissue(job, month, reason)) !== undefined;
  } finally {
    db.close();
  }
}
