import { createMessageId } from "./engine/message-id.ts";
import { type Monthly, startMonthly } from "./engine/monthly.ts";
import { worthMs } from "./engine/routing.ts";
import { reportWords } from "./i18n/report.ts";
import type { Alert } from "./model/alert.ts";
import type { AnyCheck } from "./model/check.ts";
import type { Plan } from "./model/config.ts";
import type { StoredReport } from "./model/report.ts";
import type { NewDelivery } from "./model/state.ts";
import { inLanguage } from "./model/text.ts";
import { documentOf } from "./report/document.ts";
import { asHtml } from "./report/mail-html.ts";
import { asPlainText } from "./report/render.ts";
import { readReport } from "./report/stored.ts";
import { keptTotals, reportOf } from "./reports.ts";
import type { Database } from "./store/database.ts";
import { readProbeStates } from "./store/probe-states.ts";
import { firstChangeAt, freezeMonth, readStoredReport } from "./store/reports.ts";
import { keepTotals } from "./store/totals.ts";

export interface ReportJob {
  readonly db: Database;
  readonly plan: () => Plan;
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly now: () => number;
  readonly demonstration: boolean;
  /** Where the pages are reached. */
  readonly url: () => string;
  /** There is something in the outbox. */
  readonly wakeDelivery: () => void;
  readonly onError: (error: unknown) => void;
}

/** Makes the months that are over, stores them for good and hands them to the outbox. */
export function startReports(job: ReportJob): Monthly {
  const { db, now } = job;
  return startMonthly({
    now,
    settings: () => ({ timezone: job.plan().settings.timezone, report: job.plan().report }),
    firstAt: () => db.read(() => firstChangeAt(db)),
    isFrozen: (month) => db.read(() => readStoredReport(db, month)) !== undefined,
    isUndecided(before) {
      const services = new Set(job.plan().probes.flatMap(({ id, measures }) => (measures === "service" ? [id] : [])));
      return db
        .read(() => readProbeStates(db))
        .some(({ probe, undecidedSince }) => services.has(probe) && undecidedSince !== undefined && undecidedSince < before);
    },
    keepTotals: () => void keepTotals(db, keptTotals),
    async freeze(month, { isTold }) {
      const made = await reportOf({ db, plan: job.plan(), checks: job.checks, now: now() }, month);
      if (!made) return;
      const { canonical: report, frozen } = made;
      const stored: StoredReport = { month, version: 1, madeAt: now(), sha256: frozen.sha256, report };
      if (freezeMonth(db, stored, isTold ? deliveriesOf(stored, job) : [])) job.wakeDelivery();
    },
    onError: job.onError,
  });
}

/**
 * Makes a stored month once more, as its next version, and hands it to the outbox; the versions before stay. For a database that no
 * daemon uses. Undefined: the month is not stored.
 */
export async function reissue(
  job: Pick<ReportJob, "db" | "plan" | "checks" | "now" | "demonstration" | "url">,
  month: string,
  reason: string,
): Promise<StoredReport | undefined> {
  const { db, now } = job;
  const before = db.read(() => readStoredReport(db, month));
  const made = before && (await reportOf({ db, plan: job.plan(), checks: job.checks, now: now() }, month, { reason }));
  if (!before || !made) return undefined;
  const stored = { month, version: before.version + 1, madeAt: now(), sha256: made.frozen.sha256, report: made.canonical };
  freezeMonth(db, stored, deliveriesOf(stored, job));
  return stored;
}

/** The message of a month to each channel: mail gets the whole, the others what the boss reads and where the rest is. */
function deliveriesOf(
  stored: StoredReport,
  { plan, now, demonstration, url }: Pick<ReportJob, "plan" | "now" | "demonstration" | "url">,
): readonly NewDelivery[] {
  const { report, channels, settings } = plan();
  const language = report.language ?? settings.language;
  const document = documentOf(readReport(stored.report), language, stored);
  const at = now();
  const { month, version, sha256 } = stored;
  const link = `${url()}/report/${month}`;
  const page = `${inLanguage(reportWords.page, language)}${document.colon}${link}`;
  const types = new Map(channels.map(({ name, type }) => [name, type]));
  return report.channels.map((channel) => {
    const id = createMessageId(at);
    const alert: Alert = {
      id,
      about: month,
      incident: 0,
      turn: "report",
      priority: "P4",
      at,
      language,
      title: `${document.title}${document.colon}${document.lights[0]?.text ?? ""}`,
      lines: [...document.lead, page],
      url: link,
      demonstration,
      probes: [],
      data: { month, version, sha256 },
      ...(types.get(channel) === "email"
        ? { mail: { text: `${asPlainText(document)}\n${page}\n`, html: asHtml(document, { text: page, url: link }) } }
        : {}),
    };
    return {
      id,
      key: `report:${month}:${version}:${channel}`,
      channel,
      incident: undefined,
      turn: "report",
      priority: "P4",
      notBefore: at,
      expiresAt: at + worthMs.report,
      alert,
    };
  });
}
