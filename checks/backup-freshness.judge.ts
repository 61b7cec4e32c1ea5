import type { FoundFinding } from "../src/model/check.ts";
import type { backupFindings } from "./backup-freshness.texts.ts";

export type BackupCode = keyof typeof backupFindings;
export type Found = FoundFinding<BackupCode>;

/** One backup in its place. */
export interface Generation {
  readonly name: string;
  /** When it was finished, milliseconds UTC. */
  readonly at: number;
  /** Undefined where the place does not say. */
  readonly bytes: number | undefined;
  /** Still being written, or left behind by a run that was broken off. */
  readonly isPartial?: boolean;
  /** The same for the same content, where that is cheap to know. */
  readonly content?: string | undefined;
}

/** What a look at a place came to. */
export type Looked =
  | { readonly kind: "listed"; readonly generations: readonly Generation[]; /** Not all were read. */ readonly isCut?: boolean }
  /** The place is not there, or we may not read it: a fault of the backup. */
  | { readonly kind: "gone" | "denied"; readonly reason: string }
  /** Nothing could be found out. */
  | { readonly kind: "unknown"; readonly reason: string };

/** A size that was seen once: of a file that is overwritten each night only memory knows the ones before. */
export interface SeenSize {
  readonly at: number;
  readonly bytes: number;
}

export interface BackupRules {
  readonly now: number;
  /** How much may be lost, milliseconds: the newest backup is never older. */
  readonly rpoMs: number;
  /** How many there shall be at least. */
  readonly keep: number;
  readonly seen: readonly SeenSize[];
}

const hour = 3_600_000;
const day = 24 * hour;
/** Clocks of storage and machine may differ by this. */
const futureMs = 10 * 60_000;
/** Half of what is usual: something was left out. */
const shrunkRatio = 0.5;
const compared = 7;
/** Two nights without a new mail happen; a third copy of the same bytes is a copy of the same file. */
const sameCount = 3;
const partialMs = day;
export const keptSizes = 14;

/** What the backups in a place mean. `sizes` is to be remembered. Pure. */
export function judgeBackups(
  generations: readonly Generation[],
  { now, rpoMs, keep, seen }: BackupRules,
): { readonly findings: readonly Found[]; readonly newest: Generation | undefined; readonly sizes: readonly SeenSize[] } {
  const sorted = generations.toSorted((a, b) => b.at - a.at);
  const ahead = sorted.filter(({ at }) => at > now + futureMs);
  const whole = sorted.filter(({ isPartial }) => isPartial !== true);
  const [newest] = whole;
  const findings: Found[] = [];
  const [future] = ahead;
  if (future) {
    const hours = Math.max(1, Math.round((future.at - now) / hour));
    findings.push({ code: "backup-from-the-future", data: { name: future.name, hours } });
  }
  const leftover = sorted.find(({ isPartial, at }) => isPartial === true && now - at > partialMs);
  if (leftover) {
    findings.push({
      code: "backup-left-unfinished",
      data: { name: leftover.name, hours: Math.round((now - leftover.at) / hour) },
    });
  }
  if (!newest)
    return { findings: [{ code: "backup-missing", data: { count: sorted.length } }, ...findings], newest, sizes: seen };
  const ageMs = now - newest.at;
  const about = { name: newest.name, hours: Math.floor(Math.max(0, ageMs) / hour), rpo: Math.round(rpoMs / hour) };
  if (ageMs > rpoMs) findings.unshift({ code: "backup-too-old", data: about });
  if (newest.bytes === 0) findings.unshift({ code: "backup-empty", data: about });
  const sizes = remembered(whole, seen);
  findings.push(...shrunk(newest, sizes), ...unchanged(whole));
  if (whole.length < keep) findings.push({ code: "backup-too-few", data: { count: whole.length, keep } });
  return { findings, newest, sizes };
}

/** The sizes that were seen, the newest first. */
function remembered(whole: readonly Generation[], seen: readonly SeenSize[]): readonly SeenSize[] {
  const known = new Map(seen.map((one) => [one.at, one]));
  for (const { at, bytes } of whole) if (bytes !== undefined && bytes > 0) known.set(at, { at, bytes });
  return [...known.values()].toSorted((a, b) => b.at - a.at).slice(0, keptSizes);
}

function shrunk(newest: Generation, sizes: readonly SeenSize[]): readonly Found[] {
  if (newest.bytes === undefined || newest.bytes === 0) return [];
  const before = sizes
    .filter(({ at }) => at < newest.at)
    .slice(0, compared)
    .map(({ bytes }) => bytes)
    .toSorted((a, b) => a - b);
  const median = before[Math.floor(before.length / 2)];
  // Two are no habit.
  if (median === undefined || before.length < 3 || newest.bytes >= median * shrunkRatio) return [];
  return [
    {
      code: "backup-shrunk",
      data: {
        name: newest.name,
        size: inWords(newest.bytes),
        usual: inWords(median),
        percent: Math.round((newest.bytes / median) * 100),
      },
    },
  ];
}

function unchanged(whole: readonly Generation[]): readonly Found[] {
  const last = whole.slice(0, sameCount);
  const [first] = last;
  if (!first || last.length < sameCount || first.content === undefined || first.bytes === 0) return [];
  if (!last.every(({ content }) => content === first.content)) return [];
  return [{ code: "backup-same-again", data: { name: first.name, count: sameCount } }];
}

const units = ["B", "KB", "MB", "GB", "TB", "PB"];

/** 1 KB is 1,024 bytes, as file managers count. */
function inWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** What a job said of itself: the last moment of each, milliseconds UTC. */
export interface Pings {
  readonly started: number | undefined;
  readonly succeeded: number | undefined;
  readonly failed: { readonly at: number; readonly exit: number | undefined } | undefined;
  /** Since when we have listened. */
  readonly since: number;
}

/** What a job's own messages mean. Pure. */
export function judgePings(
  { started, succeeded, failed, since }: Pings,
  { now, rpoMs }: Pick<BackupRules, "now" | "rpoMs">,
): readonly Found[] {
  const findings: Found[] = [];
  const rpo = Math.round(rpoMs / hour);
  if (failed && failed.at > (succeeded ?? 0)) {
    const data = { hours: Math.floor((now - failed.at) / hour), exit: failed.exit ?? "" };
    findings.push({ code: failed.exit === undefined ? "backup-job-failed" : "backup-job-exited", data });
  }
  const ended = Math.max(succeeded ?? 0, failed?.at ?? 0);
  if (started !== undefined && started > ended && now - started > Math.min(rpoMs, day)) {
    findings.push({ code: "backup-job-hangs", data: { hours: Math.floor((now - started) / hour) } });
  }
  if (succeeded === undefined) {
    if (now - since > rpoMs)
      findings.push({ code: "backup-never-heard", data: { hours: Math.floor((now - since) / hour), rpo } });
    else findings.push({ code: "backup-not-yet", data: { rpo } });
  } else if (now - succeeded > rpoMs) {
    findings.push({ code: "backup-silent", data: { hours: Math.floor((now - succeeded) / hour), rpo } });
  }
  return findings;
}
