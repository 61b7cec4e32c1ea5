import { countFate } from "../src/mail/probe-counts.ts";
import { type Refusal, tellRefusal } from "../src/mail/probe-report.ts";
import { isExpectedAbsent, type Verdict, verdictOf } from "../src/mail/probe-verdict.ts";
import { type Fate, type Journey, limitsOf, type Standing, type Travelling } from "../src/mail/probe-journey.ts";
import type { Data } from "../src/model/text.ts";
import { minute } from "./mail-roundtrip.options.ts";
import { type Code, ends, findings, type Found, type ReadFate, seconds, type Step, type Trip } from "./mail-roundtrip.trip.ts";

/** Tells what a look found out about one mail. */
export function tell(trip: Trip, step: Step, fate: ReadFate): Step {
  const { ctx, options: given, metrics: measured } = trip;
  const { kind, mail, tookMs, folder, story } = fate;
  ctx.note(`mail ${mail.seq}: ${kind}${folder === "" ? "" : ` in ${folder}`} after ${seconds(tookMs)} s`);
  for (const line of story.lines) ctx.note(`mail ${mail.seq}: ${line}`);
  const isLost = kind === "lost" && verdictOf(given.expect, kind) === "lost";
  const counted = countFate(step.journey, mail, isLost ? "lost" : kind === "lost" ? "returned" : "found", {
    late: kind !== "lost" && tookMs > limitsOf(given, step.journey).lostAfter,
    junk: kind === "junk",
  });
  const known: Step = { ...step, journey: { ...step.journey, ...counted } };
  if (mail.size > 0) return tellLarge(trip, known, fate);
  if (kind !== "lost") measured.roundtrip = tookMs / 1000;
  const data: Data = {
    ...ends(given),
    folder,
    number: mail.seq,
    seconds: seconds(tookMs),
    minutes: Math.round(tookMs / minute),
    limit: seconds(given.lateAfter),
    ...story.data,
    reason: kind === "junk" ? story.marked : story.waited,
  };
  const verdict = verdictOf(given.expect, kind);
  const outcome = kind === "lost" ? "held" : "junk";
  const arrived = step.journey.arrived + (kind === "lost" && verdict !== "as-expected" ? 0 : 1);
  return judged({ ...known, journey: { ...known.journey, arrived } }, verdict, { data, outcome, code: undefined });
}

/** Tells that a server did not take a mail: when it was handed over, or by a report later. */
export function tellRefused(
  trip: Trip,
  step: Step,
  about: { readonly code: "bounced" | "send-refused"; readonly refusal: Refusal; readonly data: Data; readonly size?: number },
): Step {
  const { options: given } = trip;
  const { refusal, code, size = 0 } = about;
  const data: Data = { ...about.data, ...tellRefusal(refusal, given.to.address, true), ...ends(given) };
  const kind = refusal.causes.length === 1 && refusal.causes[0] === "approval" ? "approval" : "rejected";
  if (size > 0) {
    if (verdictOf(given.expect, kind) === "as-expected") return largeWell(step);
    return largeBad(step, { code: "size-refused", data: { ...data, size: megabytes(size) } });
  }
  const outcome = kind === "approval" ? "held" : "rejected";
  return judged(step, verdictOf(given.expect, kind), { data, outcome, code });
}

/** Of a large mail it matters that it passes; how soon, and in which folder, the others show. */
function tellLarge({ options: given }: Trip, step: Step, { kind, mail, tookMs }: Fate): Step {
  if (["ok", "as-expected"].includes(verdictOf(given.expect, kind === "lost" ? "lost" : "delivered"))) return largeWell(step);
  const data: Data = { ...ends(given), size: megabytes(mail.size), minutes: Math.round(tookMs / minute), number: mail.seq };
  return largeBad(step, { code: kind === "lost" ? "size-lost" : "size-passed", data });
}

export const largeWell = (step: Step): Step => ({
  ...step,
  journey: { ...step.journey, large: { ...step.journey.large, badStreak: 0, last: null } },
  known: true,
});

/** @param streak 2: nothing that a second try could show otherwise */
export function largeBad(step: Step, found: Found, streak = 1): Step {
  const { large } = step.journey;
  const after = { ...large, badStreak: large.badStreak + streak, last: remembered(found) };
  return { journey: { ...step.journey, large: after }, findings: [...step.findings, found], known: true };
}

/** What two mails in a row have shown stays so until one shows otherwise; in the run that showed it, it is told already. */
export const again = ({ last, badStreak }: Standing, told: readonly Found[]): readonly Found[] =>
  last !== null && badStreak >= 2 && isCode(last.code) && !told.some(({ code }) => code === last.code)
    ? [{ code: last.code, data: last.data }]
    : [];

/** 1 MB is 1024 × 1024 bytes, as mail providers count. */
export const megabytes = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`;

const outcomes = { held: "it is held back", rejected: "it is refused", junk: "it is put into the junk folder" } as const;

interface About {
  readonly data: Data;
  readonly outcome: keyof typeof outcomes;
  /** What a verdict of `rejected` is called. */
  readonly code: Code | undefined;
}

function judged(step: Step, verdict: Verdict, { data, outcome, code }: About): Step {
  const { journey } = step;
  const well: Journey = { ...journey, badStreak: 0, last: null };
  if (verdict === "ok") return { ...step, journey: well, known: true };
  if (verdict === "as-expected") {
    const found: Found = { code: verdict, data: { ...data, outcome: outcomes[outcome] } };
    return { journey: well, findings: [...step.findings, found], known: true };
  }
  const found: Found = { code: verdict === "rejected" ? (code ?? "lost") : verdict, data };
  if (verdict === "filed-elsewhere") return { journey: well, findings: [...step.findings, found], known: true };
  return bad(step, [found]);
}

/** One mail that did not go well; the first finding is what is remembered of it. */
export function bad(step: Step, found: readonly Found[]): Step {
  return {
    journey: { ...step.journey, badStreak: step.journey.badStreak + 1, last: remembered(found[0]) },
    findings: [...step.findings, ...found],
    known: true,
  };
}

export const remembered = (found: Found | undefined): Journey["last"] => ({
  code: found?.code ?? "",
  data: short(found?.data ?? {}),
});

export const short = (data: Data): Data =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, typeof value === "string" ? value.slice(0, 400) : value]));

const isCode = (code: string): code is Code => Object.hasOwn(findings, code);

/** What two mails in a row have shown stays so until one shows otherwise. */
const lastAgain = ({ last, badStreak }: Journey): readonly Found[] =>
  last !== null && badStreak >= 2 && isCode(last.code) ? [{ code: last.code, data: last.data }] : [];

/**
 * What is said while a mail is under way. After one that went well it is nothing to speak of until it is late; after one that
 * did not, nothing is known, and saying the same again would make two mails out of one.
 */
export function stillUnderWay({ ctx, options: given }: Trip, { journey, known }: Step): readonly Found[] {
  const [oldest] = journey.travelling.filter(({ size }) => size === 0);
  if (oldest === undefined) return [];
  const waitedMs = ctx.now() - oldest.sentAt;
  const data: Data = { ...ends(given), seconds: seconds(waitedMs) };
  const repeated = known ? [] : lastAgain(journey);
  const patience = isExpectedAbsent(given.expect) ? given.lostAfter : given.lateAfter;
  const calm = known || repeated.length > 0 || (journey.arrived > 0 && journey.badStreak === 0 && waitedMs <= patience);
  const waiting: Found = { code: "not-there-yet", data, ...(calm ? { severity: "info" as const } : {}) };
  return [...repeated, waiting, ...journey.travelling.flatMap((mail) => putOff(mail, data))];
}

const putOff = ({ putOff: told }: Travelling, data: Data): readonly Found[] =>
  told === null ? [] : [{ code: told["causes"] === "greylisted" ? "greylisted" : "delayed", data: { ...told, ...data } }];

/** What is said in a run with nothing to look for and nothing to send yet. */
export function betweenMails({ ctx, options: given }: Trip, journey: Journey): readonly Found[] {
  const repeated = lastAgain(journey);
  if (journey.badStreak === 0 || repeated.length > 0) return repeated;
  const waitMs = journey.triedAt + (given.sendEvery ?? ctx.everyMs) - ctx.now();
  const data: Data = { ...ends(given), last: journey.last?.code ?? "", minutes: Math.max(1, Math.round(waitMs / minute)) };
  return [{ code: "between-mails", data }];
}
