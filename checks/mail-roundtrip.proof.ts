import type { Trace } from "../src/mail/mail-trace.ts";
import { verifyMail } from "../src/mail/mailauth-message.ts";
import type { Standing, Travelling } from "../src/mail/probe-journey.ts";
import { compareProof, type Proof } from "../src/mail/proof.ts";
import { quoted } from "../src/model/text.ts";
import { askSpamd } from "../src/net/spamd.ts";
import { again, remembered } from "./mail-roundtrip.meaning.ts";
import { ends, type Found, type Step, type Trip } from "./mail-roundtrip.trip.ts";

/** A mail of the company's own that has arrived. */
export interface Arrived {
  readonly mail: Travelling;
  /** Latin-1: one character a byte. */
  readonly top: string;
  /** `top` is all of it. */
  readonly whole: boolean;
  /** Undefined where it is not known which servers are the receiver's. */
  readonly trace: Trace | undefined;
}

const timeoutMs = 15_000;

/** What the mails that arrived prove today, and what SpamAssassin would say of them. Of one that was not read whole nothing is said. */
export async function judgeArrived(trip: Trip, step: Step, arrived: readonly Arrived[]): Promise<Step> {
  let judged = step;
  for (const one of arrived.filter(({ whole, mail }) => whole && mail.size === 0)) {
    judged = await prove(trip, judged, one);
    judged = await score(trip, judged, one);
  }
  return judged;
}

const codes = {
  fails: "authentication-fails",
  disputed: "authentication-disputed",
  overlooked: "authentication-changed",
} as const;

async function prove(trip: Trip, step: Step, { mail, top, trace }: Arrived): Promise<Step> {
  const { ctx, options: given } = trip;
  if (trace === undefined) return step;
  const proof = await proofOf(trip, top, trace);
  if (proof === undefined || proof.kind === "unknown") {
    ctx.note(`mail ${mail.seq}: our own test of SPF, DKIM and DMARC comes to no result${proof ? ` (${proof.ours})` : ""}`);
    return step;
  }
  const { kind, grave, ours, theirs } = proof;
  ctx.note(`mail ${mail.seq}: our own test finds ${ours}`);
  if (kind === "well") return { ...step, journey: { ...step.journey, proof: none } };
  const reason = theirs === undefined ? "the receiver states no result" : `the receiver found ${quoted(theirs)}`;
  const found: Found = {
    code: codes[kind],
    data: { ...ends(given), number: mail.seq, ours, reason },
    ...(kind === "fails" && !grave ? { severity: "info" as const } : {}),
  };
  const isBad = kind !== "overlooked" && grave;
  return {
    ...step,
    findings: [...step.findings, found],
    journey: { ...step.journey, proof: isBad ? worse(step.journey.proof, found) : none },
  };
}

async function proofOf({ ctx, options: given }: Trip, top: string, { handover, stated }: Trace): Promise<Proof | undefined> {
  const returnPath = /^return-path:\s*<([^<>\s]{3,254}@[^<>\s]{1,253})>/im.exec(top.slice(0, top.search(/\r?\n\r?\n/)))?.[1];
  try {
    const verified = await verifyMail(Buffer.from(top, "latin1"), {
      address: handover?.address,
      helo: handover?.helo,
      sender: returnPath ?? given.from.address,
      resolve: ctx.resolve,
      timeoutMs,
    });
    return verified && compareProof(verified, stated);
  } catch (error) {
    ctx.note(`mailauth: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** A score from here on is near the limit: one more rule of the usual weight, and the mail is spam. */
const near = 0.7;

async function score(trip: Trip, step: Step, { mail, top }: Arrived): Promise<Step> {
  const { ctx, options: given, signal } = trip;
  if (given.spamd === undefined) return step;
  const { host, port } = given.spamd;
  const spamd = `${host}:${port}`;
  const answer = await askSpamd(ctx, given.spamd, Buffer.from(top, "latin1"), { timeoutMs: 4 * timeoutMs, signal });
  if ("reason" in answer) {
    const found: Found = { code: "spamd-unread", data: { ...ends(given), spamd, reason: answer.reason } };
    return { ...step, findings: [...step.findings, found] };
  }
  const { score: points, threshold, rules } = answer.report;
  const dearest = rules.slice(0, 5).map(({ name, points: each }) => `${name} ${each}`);
  ctx.note(
    `mail ${mail.seq}: spamd: ${points} of ${threshold}: ${rules.map((rule) => `${rule.name} ${rule.points}`).join(", ") || "-"}`,
  );
  trip.metrics.spamScore = points;
  const data = { ...ends(given), spamd, score: points, threshold, rules: dearest.join(", ") || "–" };
  if (points < threshold * near) return { ...step, journey: { ...step.journey, score: none } };
  if (points < threshold) {
    const found: Found = { code: "spam-score-near", data };
    return { ...step, findings: [...step.findings, found], journey: { ...step.journey, score: none } };
  }
  const found: Found = { code: "spam-score-high", data };
  return { ...step, findings: [...step.findings, found], journey: { ...step.journey, score: worse(step.journey.score, found) } };
}

const none: Standing = { badStreak: 0, last: null };
const worse = ({ badStreak }: Standing, found: Found): Standing => ({ badStreak: badStreak + 1, last: remembered(found) });

/** What two mails in a row have shown stays so until one shows otherwise. */
export const shownAgain = ({ journey: { proof, score: scored }, findings: told }: Step): readonly Found[] =>
  [proof, scored].flatMap((standing) => again(standing, told));
