import {
  type Account,
  type Availability,
  availabilityOf,
  type Change,
  cut,
  type Piece,
  type Span,
  sum,
} from "../model/account.ts";
import type { Cause } from "../model/cause.ts";
import type { Incident, Priority } from "../model/incident.ts";
import type { Measures, Question } from "../model/check.ts";
import type { Business } from "../model/probe.ts";
import { kindOfAsset, partsOfId } from "../model/probe.ts";
import { errorBudget, type Outage, outagesOf, type Repair, repairsOf, type Verdict, verdictOf } from "./account.ts";
import { daysOf } from "../model/days.ts";
import type { Text } from "../model/text.ts";
import { causeWording } from "../i18n/causes.ts";
import { worstOf } from "./combine.ts";
import { type Delivery, deliveryOf, type Snapshot } from "./delivery-rate.ts";
import { reportSchema } from "./stored.ts";

/** A probe as it is configured now, with its past. */
export interface Watched {
  readonly id: string;
  readonly asset: string;
  readonly check: string;
  readonly measures: Measures;
  readonly answers: Question | undefined;
  readonly business: Business;
  /** False for what belongs to a partner alone. */
  readonly ours: boolean;
  /** In order of `at`; the last one before the window among them. What the last run no longer speaks for is unknown. */
  readonly changes: readonly Change[];
  /** Of a round trip whose mail shall be delivered: which way it goes, and its counts, the first as they were when the window began. */
  readonly delivery?: { readonly way: DeliveryRow["way"]; readonly snapshots: readonly Snapshot[] };
}

export interface ReportInput {
  /** `2026-10`. */
  readonly month: string;
  readonly window: Span;
  readonly now: number;
  /** 0.999 */
  readonly target: number;
  readonly company: string;
  readonly timezone: string;
  readonly version: string;
  readonly probes: readonly Watched[];
  /** Those that were open at some moment of the window. */
  readonly incidents: readonly Incident[];
  /** What has ended, or ends within a quarter of a year. */
  readonly ends: readonly { readonly what: string; readonly at: number; readonly owner: string | undefined }[];
  /** How many probes waited for another look when the window ended, and are not decided yet. */
  readonly undecided: number;
  /** The months before, in order, at most eleven. */
  readonly before: readonly MonthValue[];
  /** Why it is made once more. */
  readonly reason?: string | undefined;
  /** What a check is called; undefined where there is none of that name. */
  readonly titleOf: (check: string) => Text | undefined;
}

/** A month in one line. */
export interface MonthValue {
  readonly month: string;
  readonly availability: Availability;
  readonly verdict: Verdict;
  /** How often the company was down, and the milliseconds that it was up. */
  readonly outages: number;
  readonly upMs: number;
}

export interface ServiceRow {
  /** Empty for the company as a whole. */
  readonly asset: string;
  readonly business: Business;
  readonly account: Account;
  readonly availability: Availability;
  readonly verdict: Verdict;
  /** Milliseconds. */
  readonly budget: { readonly allowed: number; readonly left: number };
  readonly outages: readonly Outage[];
  readonly repair: Repair;
}

interface IncidentRow {
  readonly id: number;
  readonly cause: Cause | undefined;
  /** The cause where it was found, else what the check looks at that came first. */
  readonly what: Text;
  /** The code of the worst finding, and the check of the probe that came first. */
  readonly finding: string;
  readonly check: string;
  readonly priority: Priority;
  readonly assets: readonly string[];
  readonly openedAt: number;
  readonly resolvedAt: number | undefined;
  readonly acknowledgedBy: string | undefined;
}

interface BackupRow {
  readonly asset: string;
  /** How much of the known time the newest backup was as young as agreed; undefined: nothing is known. */
  readonly compliance: number | undefined;
  readonly coverage: number;
}

/** What became of the mails of one route. */
export interface DeliveryRow extends Delivery {
  readonly asset: string;
  /** Undefined: from one mailbox of the company to another. */
  readonly way: "in" | "out" | undefined;
}

/** The account of one month, JSON-safe but for what is undefined. */
export interface Report {
  readonly schema: typeof reportSchema;
  readonly month: string;
  readonly window: Span;
  /** The month is not over, or something in it is not decided: it may change. */
  readonly isPreliminary: boolean;
  readonly undecided: number;
  /** Of a later version: why it is made once more. */
  readonly reason?: string;
  readonly company: string;
  readonly timezone: string;
  readonly version: string;
  readonly target: number;
  readonly overall: ServiceRow;
  /** The worst first. */
  readonly services: readonly ServiceRow[];
  /** The company, day by day; those that have not begun are left out. */
  readonly days: readonly (Span & { readonly account: Account })[];
  /** At most twelve months in order, this one last. */
  readonly year: readonly MonthValue[];
  /** In order of their names. */
  readonly delivery: readonly DeliveryRow[];
  readonly incidents: readonly IncidentRow[];
  readonly backups: readonly BackupRow[];
  readonly ends: ReportInput["ends"];
}

/** Makes the account of a month. Pure: the same input gives the same report, whenever it is asked for. */
export function makeReport(input: ReportInput): Report {
  const { month, now, company, timezone, version, target } = input;
  const window = { from: input.window.from, to: Math.max(input.window.from, Math.min(input.window.to, now)) };
  const services = input.probes.filter(({ measures, ours }) => measures === "service" && ours);
  const byAsset = [...Map.groupBy(services, ({ asset }) => asset)].map(([asset, probes]) => ({
    asset,
    business: probes.some(({ business }) => business === "critical") ? ("critical" as const) : (probes[0]?.business ?? "normal"),
    accounts: probes.flatMap(({ changes }) => sinceWatched(changes, window)),
    wentOn: probes.some(({ changes }) => changes.findLast(({ at }) => at < window.from)?.to === "critical"),
  }));
  const rows = byAsset
    .map(({ accounts, ...one }) => serviceRow({ ...one, pieces: worstOf(accounts, window) }, window, target))
    .toSorted(worseFirst);
  // A single mailbox of no weight is no outage of the company.
  const required = byAsset.filter(({ business }) => business === "critical");
  const counted = required.length > 0 ? required : byAsset;
  const overall = {
    asset: "",
    business: "critical" as const,
    pieces: worstOf(
      counted.flatMap(({ accounts }) => accounts),
      window,
    ),
    wentOn: counted.some(({ wentOn }) => wentOn),
  };
  const whole = serviceRow(overall, window, target);
  return {
    schema: reportSchema,
    month,
    window,
    isPreliminary: now < input.window.to || input.undecided > 0,
    undecided: input.undecided,
    ...(input.reason === undefined ? {} : { reason: input.reason }),
    company,
    timezone,
    version,
    target,
    overall: whole,
    services: rows,
    days: daysOf(window, timezone).map(({ from, to }) => {
      const day = { from: Math.max(from, window.from), to: Math.min(to, window.to) };
      return { ...day, account: sum(within(overall.pieces, day)) };
    }),
    year: [
      ...input.before,
      {
        month,
        availability: whole.availability,
        verdict: whole.verdict,
        outages: whole.outages.length,
        upMs: whole.account.up + whole.account.degraded,
      },
    ],
    delivery: input.probes.flatMap(deliveryRow).toSorted((a, b) => (a.asset < b.asset ? -1 : 1)),
    incidents: input.incidents
      .filter(({ mergedInto, turnCount }) => mergedInto === undefined && turnCount > 0)
      .map((incident) => incidentRow(incident, input.titleOf))
      .toSorted((a, b) => a.openedAt - b.openedAt || a.id - b.id),
    backups: input.probes.filter(({ asset }) => kindOfAsset(asset) === "backup").map((probe) => backupRow(probe, window)),
    ends: input.ends.toSorted((a, b) => a.at - b.at),
  };
}

/** From its first known status on: what nobody watched yet says nothing of the others. No account where it never had one. */
function sinceWatched(changes: readonly Change[], { from, to }: Span): readonly (readonly Piece[])[] {
  const first = changes[0]?.at;
  return first === undefined || first >= to ? [] : [cut(changes, { from: Math.max(first, from), to })];
}

function serviceRow(
  {
    asset,
    business,
    pieces,
    wentOn,
  }: { readonly asset: string; readonly business: Business; readonly pieces: readonly Piece[]; readonly wentOn: boolean },
  window: Span,
  target: number,
): ServiceRow {
  const account = sum(pieces);
  const availability = availabilityOf(account);
  const outages = outagesOf(pieces, window, wentOn);
  return {
    asset,
    business,
    account,
    availability,
    verdict: verdictOf(availability, target),
    budget: errorBudget(account, target),
    outages,
    repair: repairsOf(outages, account, window),
  };
}

const worseFirst = (a: ServiceRow, b: ServiceRow): number =>
  (a.availability.value ?? 2) - (b.availability.value ?? 2) || b.account.down - a.account.down || (a.asset < b.asset ? -1 : 1);

/** The pieces of a shorter window. */
const within = (pieces: readonly Piece[], { from, to }: Span): readonly Piece[] =>
  pieces.flatMap((piece) => {
    const cutPiece = { ...piece, from: Math.max(from, piece.from), to: Math.min(to, piece.to) };
    return cutPiece.to > cutPiece.from ? [cutPiece] : [];
  });

function deliveryRow({ asset, delivery }: Watched): readonly DeliveryRow[] {
  const made = deliveryOf(delivery?.snapshots ?? []);
  return made ? [{ asset, way: delivery?.way, ...made }] : [];
}

function incidentRow(incident: Incident, titleOf: ReportInput["titleOf"]): IncidentRow {
  const check = partsOfId(incident.probes[0]?.probe ?? "").check;
  const cause = incident.diagnosis?.cause;
  const named = cause === undefined || cause === "unknown" ? undefined : causeWording[cause].name;
  return { ...rowOf(incident), what: named ?? titleOf(check) ?? { en: check, zh: check }, check };
}

const rowOf = (incident: Incident): Omit<IncidentRow, "what" | "check"> => ({
  id: incident.id,
  cause: incident.diagnosis?.cause,
  finding: incident.cause,
  priority: incident.priority,
  assets: [...new Set(incident.probes.map(({ probe }) => partsOfId(probe).asset))],
  openedAt: incident.openedAt,
  resolvedAt: incident.resolvedAt,
  acknowledgedBy: incident.acknowledgedBy,
});

/** A warning (a smaller file) is no breach of what may be lost. */
function backupRow({ asset, changes }: Watched, window: Span): BackupRow {
  const { up, degraded, down, unknown } = sum(cut(changes, window));
  const known = up + degraded + down;
  const all = known + unknown;
  return { asset, compliance: known === 0 ? undefined : (up + degraded) / known, coverage: all === 0 ? 0 : known / all };
}
