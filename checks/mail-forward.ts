import { randomBytes } from "node:crypto";
import {
  type ForwardJourney,
  type ForwardMail,
  forwardToJson,
  isForwardDue,
  isForwardSettled,
  nextForwardLook,
  putAway,
  readForward,
  soon,
  toTold,
  waitingFor,
} from "../src/mail/forward-journey.ts";
import { limitsOf, mostLooks } from "../src/mail/probe-journey.ts";
import { refusalOfReply, tellRefusal } from "../src/mail/probe-report.ts";
import { type CheckResult, defineCheck } from "../src/model/check.ts";
import type { Data } from "../src/model/text.ts";
import { SessionError } from "../src/net/library-client.ts";
import { loginOf } from "../src/net/login-options.ts";
import { submit } from "../src/net/submit.ts";
import { day, lookAtMembers } from "./mail-forward.look.ts";
import { minute, options } from "./mail-forward.options.ts";
import { letterOf, lookAtSender } from "./mail-forward.sender.ts";
import {
  answerWithin,
  type Code,
  ends,
  findings,
  type Found,
  keyOf,
  metrics,
  type Metric,
  seconds,
  type Step,
  toldAgain,
  type Trip,
  withFindings,
} from "./mail-forward.trip.ts";

/**
 * Sends a mail to an alias and sees whom it reaches, and whether the address answers. As the round trip, a run never waits: what
 * is under way is in the memory, and looked for again.
 */
export default defineCheck({
  id: "mail-forward",
  title: { en: "Forwarding to members", zh: "转发到成员" },
  measures: "service",
  answers: "receive",
  every: 60 * minute,
  deadline: 5 * minute + 30_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 0 },
  options,
  findings,
  metrics,
  latency: "slowest",
  target: ({ to, members }) => (members.length === 0 ? to : `${to} ▶ ${members.length}`),
  load: ({ from, members }) => ({
    logins: [
      { ...loginOf(from.user, from.password), most: 1 + (from.imap === undefined ? 0 : mostLooks) },
      ...members.map(({ user, password }) => ({ ...loginOf(user, password), most: mostLooks })),
    ],
  }),

  async run(ctx, given, signal) {
    const trip: Trip = { ctx, options: given, signal, metrics: {}, loggedIn: new Set(), lost: new Set() };
    const journey = readForward(
      ctx.memory,
      given.members.map(({ address }) => keyOf(address)),
    );
    const due = isForwardDue(journey, ctx.now(), given.sendEvery ?? ctx.everyMs);
    let step: Step = { journey, findings: [], known: false };
    if (journey.mail === null && !due) return conclude(trip, withFindings(step, betweenMails(trip, journey)));
    const sweeping = ctx.now() - journey.sweptAt >= day;
    // Before the next mail, for second copies of the last ones.
    step = await lookAtMembers(trip, step, sweeping || (due && journey.past.length > 0));
    step = await lookAtSender(trip, step, sweeping);
    if (sweeping) step = { ...step, journey: { ...step.journey, sweptAt: ctx.now() } };
    step = settleMail(trip, step);
    if (due) step = await send(trip, step);
    return conclude(trip, withFindings(step, stillUnderWay(trip, step)));
  },
});

const second = 1_000;
/** One mail alone may have been an accident: the next one follows soon. */
const retryAfter = ({ ctx, options: given }: Trip): number => Math.min(given.sendEvery ?? ctx.everyMs, soon);

function conclude(trip: Trip, { journey, findings: found }: Step) {
  const { ctx, options: given, metrics: measured, loggedIn } = trip;
  const again =
    journey.mail === null && journey.badStreak === 1
      ? Math.max(second, journey.triedAt + retryAfter(trip) - ctx.now())
      : nextForwardLook(journey, ctx.now(), limitsOf(given, journey), answerWithin(given));
  // What was wrong with the last answer stays so until the next one.
  const answer = toldAgain(journey.answer.last);
  const result: CheckResult<Code, Metric> = {
    findings: [...found, ...answer],
    metrics: measured,
    memory: forwardToJson(journey),
    loggedIn: [...loggedIn],
    lost: trip.lost.size > 0,
    ...(again === undefined ? {} : { again }),
  };
  return result;
}

/** Hands a mail over, and remembers that it is under way. */
async function send(trip: Trip, step: Step): Promise<Step> {
  const { ctx, options: given, signal } = trip;
  const { from, to } = given;
  const id = { seq: step.journey.seq + 1, random: randomBytes(8).toString("hex") };
  const sentAt = ctx.now();
  const asks = given.autoReply !== undefined && isAsking(step.journey, given.autoReply.every, sentAt);
  const tried: ForwardJourney = { ...step.journey, seq: id.seq, triedAt: sentAt };
  const members = Object.fromEntries(given.members.map(({ address }) => [keyOf(address), { absentAt: sentAt, fate: null }]));
  const underWay = (unsure: boolean): ForwardJourney => ({
    ...tried,
    mail: { ...id, sentAt, unsure, asks, answers: 0, bounced: null, members },
  });
  try {
    const outcome = await submit({ ctx, account: from, signal }, { ...letterOf(trip, id, asks), ...ends(given) });
    trip.loggedIn.add(loginOf(from.user, from.password).account);
    if (outcome.kind === "taken" || outcome.kind === "too-large") return { ...step, journey: underWay(false) };
    const { kind, command, status } = outcome;
    const reply = outcome.reply.slice(0, 300);
    const refusal = refusalOfReply({ host: from.host, status, reply });
    const final = kind === "refused";
    const data: Data = {
      ...ends(given),
      number: id.seq,
      host: from.host,
      command,
      status,
      reply,
      ...tellRefusal(refusal, to, final),
    };
    return bad({ ...step, journey: tried }, [{ code: final ? "send-refused" : "send-deferred", data }]);
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    // Broken off after the login, it may have been taken: if it comes, it is looked at; if not, nothing more is said.
    const unsure = error.findings.some(({ code }) => code === "connection-lost");
    return bad({ ...step, journey: unsure ? underWay(true) : tried }, error.findings);
  }
}

/** After an answer its program may keep silent towards us for days; one that was not seen is asked for again. */
const isAsking = ({ answer }: ForwardJourney, every: number, now: number): boolean =>
  answer.seenAt === 0 || now - answer.seenAt >= every;

/** One mail that did not go well. */
const bad = (step: Step, found: readonly Found[]): Step => ({
  journey: {
    ...step.journey,
    badStreak: step.journey.badStreak + 1,
    last: found.slice(0, 8).map(({ code, data, severity }) => toTold(code, data, severity)),
  },
  findings: [...step.findings, ...found],
  known: true,
});

/** Tells what became of a mail once that is known of everybody. */
function settleMail(trip: Trip, step: Step): Step {
  const { ctx, options: given, metrics: measured } = trip;
  const { mail } = step.journey;
  if (mail === null || !isForwardSettled(mail, ctx.now(), limitsOf(given, step.journey), answerWithin(given))) return step;
  const found = judge(trip, mail);
  const fates = Object.values(mail.members).flatMap(({ fate }) => (fate === null || fate.kind === "lost" ? [] : [fate]));
  measured.reached = fates.length;
  if (found.some(({ code }) => code === "forward-lost" || code === "member-missing")) trip.lost.add(mail.seq);
  if (fates.length > 0) measured.slowest = Math.max(...fates.map(({ tookMs }) => tookMs)) / 1000;
  const journey = putAway(withAnswer(step.journey, mail), mail);
  const isWell = fates.length === given.members.length;
  const known: Step = { ...step, journey: { ...journey, arrived: journey.arrived + (isWell ? 1 : 0) }, known: true };
  if (found.length > 0) return bad(known, found);
  return { ...known, journey: { ...known.journey, badStreak: 0, last: [] } };
}

/** What was wrong with an earlier answer says nothing of one that did not come; and who answered machines does so no longer. */
function withAnswer(journey: ForwardJourney, { asks, answers }: ForwardMail): ForwardJourney {
  const { answer } = journey;
  if (answers > 0) return journey;
  const last = asks ? [] : answer.last.filter(({ code }) => code !== "auto-reply-to-machines");
  return { ...journey, answer: { ...answer, last } };
}

function judge({ ctx, options: given }: Trip, mail: ForwardMail): readonly Found[] {
  const { members, seq, sentAt, bounced, asks, answers } = mail;
  const all = given.members.map(({ address }) => ({ address, fate: members[keyOf(address)]?.fate ?? null }));
  const seen = all.flatMap(({ address, fate }) => (fate === null ? [] : [{ address, fate }]));
  const having = seen.filter(({ fate }) => fate.kind !== "lost");
  const lacking = seen.filter(({ fate }) => fate.kind === "lost");
  const of = (some: readonly { readonly address: string }[]) => some.map(({ address }) => address).join(", ");
  const common = { ...ends(given), number: seq, all: all.length };
  const minutes = Math.round((ctx.now() - sentAt) / minute);
  const found: Found[] = [];
  if (bounced !== null) {
    const isWhole = having.length === 0;
    found.push({ code: "forward-bounced", data: bounced.data, ...(isWhole ? {} : { severity: "warning" }) });
  }
  if (lacking.length > 0 && (having.length > 0 || bounced === null)) {
    const isNobody = having.length === 0 && lacking.length === all.length;
    const data = { ...common, minutes, members: of(lacking), count: lacking.length };
    found.push({ code: isNobody ? "forward-lost" : "member-missing", data });
  }
  const late = having.filter(({ fate }) => fate.kind === "late");
  if (late.length > 0) {
    const tookMs = Math.max(...late.map(({ fate }) => fate.tookMs));
    found.push({
      code: "member-late",
      data: { ...common, members: of(late), seconds: seconds(tookMs), limit: seconds(given.lateAfter) },
    });
  }
  const junk = having.filter(({ fate }) => fate.kind === "junk");
  if (junk.length > 0) {
    const isAll = junk.length === all.length;
    const data = { ...common, members: of(junk), folder: junk[0]?.fate.folder ?? "" };
    found.push({ code: "member-junk", data, ...(isAll ? { severity: "critical" } : {}) });
  }
  const twice = having.filter(({ fate }) => fate.copies > 1);
  if (twice.length > 0) {
    const copies = Math.max(...twice.map(({ fate }) => fate.copies));
    found.push({ code: "member-twice", data: { ...common, members: of(twice), copies } });
  }
  if (given.autoReply !== undefined && asks && answers === 0 && bounced === null) {
    const { names, within } = given.autoReply;
    found.push({ code: "auto-reply-missing", data: { ...common, names, minutes: Math.round(within / minute) } });
  }
  return found;
}

/**
 * What is said while a mail is under way. After one that went well it is nothing to speak of until it is late; after one that
 * did not, nothing is known, and saying the same again would make two mails out of one.
 */
function stillUnderWay({ ctx, options: given }: Trip, { journey, known }: Step): readonly Found[] {
  const { mail, badStreak, arrived } = journey;
  if (mail === null) return [];
  const waitedMs = ctx.now() - mail.sentAt;
  const missing = waitingFor(mail);
  const again = known || badStreak < 2 ? [] : toldAgain(journey.last);
  const calm =
    known || again.length > 0 || (arrived > 0 && badStreak === 0 && (missing.length === 0 || waitedMs <= given.lateAfter));
  const waiting = missing.length > 0 ? missing.join(", ") : given.to;
  const data = { ...ends(given), seconds: seconds(waitedMs), waiting };
  return [...again, { code: "not-there-yet", data, ...(calm ? { severity: "info" as const } : {}) }];
}

/** What is said in a run with nothing to look for and nothing to send yet. */
function betweenMails(trip: Trip, { badStreak, last, triedAt }: ForwardJourney): readonly Found[] {
  if (badStreak === 0) return [];
  if (badStreak > 1) return toldAgain(last);
  const { ctx, options: given } = trip;
  const waitMs = triedAt + retryAfter(trip) - ctx.now();
  return [
    {
      code: "between-mails",
      data: { ...ends(given), last: last[0]?.code ?? "", minutes: Math.max(1, Math.round(waitMs / minute)) },
    },
  ];
}
