import { isDue, isLargeDue, journeyToJson, limitsOf, mostLooks, nextLook, readJourney } from "../src/mail/probe-journey.ts";
import { type CheckResult, defineCheck } from "../src/model/check.ts";
import { SessionError } from "../src/net/library-client.ts";
import { loginOf } from "../src/net/login-options.ts";
import { look, type Looked, mayWait } from "./mail-roundtrip.look.ts";
import { again as toldAgain, betweenMails, stillUnderWay } from "./mail-roundtrip.meaning.ts";
import { minute, options } from "./mail-roundtrip.options.ts";
import { judgeArrived, shownAgain } from "./mail-roundtrip.proof.ts";
import { lookForReports, mostReportLooks } from "./mail-roundtrip.reports.ts";
import { send, sendLarge } from "./mail-roundtrip.send.ts";
import { type Code, findings, metrics, type Metric, type Step, type Trip } from "./mail-roundtrip.trip.ts";

/**
 * Sends a mail and sees what becomes of it. A run sends when one is due, looks for what is under way, and never waits: what is
 * not there yet is in the memory, and looked for again.
 */
export default defineCheck({
  id: "mail-roundtrip",
  title: { en: "Round trip", zh: "往返" },
  measures: "service",
  answers: "receive",
  every: 15 * minute,
  deadline: 5 * minute + 30_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 0 },
  options,
  findings,
  metrics,
  latency: "roundtrip",
  target: ({ from, to }) => `${from.address} ▶ ${to.address}`,
  load: ({ from, to, size, sendEvery }) => ({
    host: to.host,
    mails: { account: from.user.toLowerCase(), ...(sendEvery === undefined ? {} : { everyMs: sendEvery }) },
    logins: [
      {
        ...loginOf(from.user, from.password),
        most: (size === undefined ? 1 : 2) + (from.imap === undefined ? 0 : mostReportLooks),
      },
      { ...loginOf(to.user, to.password), most: mostLooks },
    ],
  }),

  async run(ctx, given, signal) {
    const journey = readJourney(ctx.memory);
    const trip: Trip = { ctx, options: given, signal, metrics: {}, loggedIn: [], facts: [] };
    const due = isDue(journey, ctx.now(), given.sendEvery ?? ctx.everyMs);
    const largeDue = given.size !== undefined && isLargeDue(journey, ctx.now(), given.sizeEvery);
    if (!due && !largeDue && journey.travelling.length === 0)
      return conclude(trip, { journey, findings: betweenMails(trip, journey), known: true });
    let step: Step = { journey, findings: [], known: false };
    try {
      const unlooked: Looked = { step, fates: [], arrived: [], swept: false };
      const looked = due && mayWait(journey, ctx.now()) ? unlooked : await look(trip, step);
      step = looked.step;
      step = await judgeArrived(trip, await lookForReports(trip, looked), looked.arrived);
      if (due) step = await send(trip, step);
      // A password that was refused a moment ago is not sent a second time.
      const isRefused = step.findings.some(({ code }) => "rejects" in findings[code]);
      if (given.size !== undefined && largeDue && !isRefused) step = await sendLarge(trip, step, given.size);
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      return conclude(trip, { ...step, findings: [...step.findings, ...error.findings], known: true });
    }
    return conclude(trip, { ...step, findings: [...step.findings, ...stillUnderWay(trip, step)] });
  },
});

function conclude({ ctx, options: given, metrics: measured, loggedIn, facts }: Trip, step: Step) {
  const { journey, findings: found } = step;
  const again = nextLook(journey.travelling, ctx.now(), limitsOf(given, journey));
  const { sent, found: foundInAll, late, lost, returned, junk, duplicates } = journey.counts;
  const result: CheckResult<Code, Metric> = {
    findings: [...found, ...toldAgain(journey.large, found), ...shownAgain(step)],
    metrics: {
      ...measured,
      sentTotal: sent,
      foundTotal: foundInAll,
      lateTotal: late,
      lostTotal: lost,
      returnedTotal: returned,
      junkTotal: junk,
      duplicatesTotal: duplicates,
    },
    memory: journeyToJson(journey),
    loggedIn,
    facts,
    lost: lost > readJourney(ctx.memory).counts.lost,
    ...(again === undefined ? {} : { again }),
  };
  return result;
}
