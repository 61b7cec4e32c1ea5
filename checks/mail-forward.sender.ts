import { type ForwardJourney, isMissed, maxForwardFolders, toTold } from "../src/mail/forward-journey.ts";
import { answerHeaders, type Answered, mayBeAnswer, type ProbeAnswer, readProbeAnswer } from "../src/mail/probe-answer.ts";
import { composeProbe, isSameProbe, probeHeader, type ProbeId, recogniseProbe, tokenOf } from "../src/mail/probe-mail.ts";
import { mayBeReport, type ProbeReport, readProbeReport, reportHeaders, tellRefusal } from "../src/mail/probe-report.ts";
import { visible } from "../src/model/visible.ts";
import { type Account, SessionError } from "../src/net/library-client.ts";
import { visitMailbox } from "../src/net/mailbox.ts";
import { type FoundReports, takeOwnReports } from "../src/net/own-reports.ts";
import { day } from "./mail-forward.look.ts";
import { minute, type Options } from "./mail-forward.options.ts";
import { ends, findings, type Found, keyOf, routeOf, seconds, type Step, type Trip } from "./mail-forward.trip.ts";

type Mailbox = Account & { readonly junk: readonly string[] };
type CameBack = { readonly report: ProbeReport } | { readonly answer: ProbeAnswer };

/** Both servers take one credential. */
const senderMailbox = ({ from }: Options): Mailbox | undefined => from.imap && { ...from, ...from.imap };

export const letterOf = ({ ctx, options: given }: Trip, id: ProbeId, answerable: boolean) =>
  composeProbe({ ...ends(given), id, token: tokenOf(routeOf(given), id, ctx.sign), answerable });

/** The mails that somebody may have answered. */
const answered = (trip: Trip, { mail, past }: ForwardJourney): readonly Answered[] =>
  [...(mail === null ? [] : [mail]), ...past].map(({ seq, random }) => ({
    id: { seq, random },
    subject: letterOf(trip, { seq, random }, false).subject,
  }));

/**
 * What came back to the sender: bounces, and the automatic answers to our own mails. Both are taken away, and nothing else.
 * The mailbox is visited only where a mail is missed or an answer matters, and once a day for what has been left behind.
 */
export async function lookAtSender(trip: Trip, step: Step, sweeping: boolean): Promise<Step> {
  const { ctx, options: given } = trip;
  const { mail } = step.journey;
  const account = senderMailbox(given);
  const matters = mail !== null && (given.autoReply !== undefined || isMissed(mail));
  if (account === undefined || !(matters || sweeping)) return step;
  let looked: FoundReports<CameBack>;
  try {
    looked = await visit(trip, step.journey, account, sweeping);
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    ctx.note(`the mailbox of ${given.from.address} cannot be read: ${error.message}`);
    const refused = error.findings.filter(({ code }) => "rejects" in findings[code]);
    return { ...step, findings: [...step.findings, ...refused] };
  }
  trip.loggedIn.add(account.user.toLowerCase());
  const kept = looked.kept.map((folder): Found => ({
    code: "probe-not-removed",
    data: { from: given.from.address, to: given.from.address, folder },
  }));
  const journey = { ...step.journey, reports: { folders: { ...looked.folders }, lookedAt: ctx.now() } };
  return looked.reports.reduce<Step>(
    (after, one) => ("report" in one ? bounced(trip, after, one.report) : replied(trip, after, one.answer)),
    {
      ...step,
      journey,
      findings: [...step.findings, ...kept],
    },
  );
}

function visit(trip: Trip, journey: ForwardJourney, account: Mailbox, sweeping: boolean): Promise<FoundReports<CameBack>> {
  const { ctx, options: given, signal } = trip;
  const route = routeOf(given);
  const known = answered(trip, journey);
  return visitMailbox({ ctx, account, signal }, (mailbox) =>
    takeOwnReports<CameBack>(mailbox, {
      junk: account.junk,
      maxFolders: maxForwardFolders,
      known: journey.reports.folders,
      headers: [...new Set([...reportHeaders, ...answerHeaders, probeHeader, "Message-ID"])],
      mayBe: ({ headers }) => mayBeReport(headers) || mayBeAnswer(headers, known, route, ctx.sign),
      read: (top) => {
        const report = readProbeReport(top, route, ctx.sign);
        if (report) return { report };
        const answer = readProbeAnswer(top, known, route, ctx.sign);
        return answer && isProgram(trip, journey, answer) ? { answer } : undefined;
      },
      copies: sweeping
        ? {
            header: probeHeader,
            before: ctx.now() - day,
            isOwn: (envelope) => recogniseProbe(envelope.headers, route, ctx.sign).kind === "own",
          }
        : undefined,
      note: ctx.note,
    }),
  );
}

/** So fast writes nobody: what a person answers is theirs. */
const asFastAsAProgram = 2 * minute;

function isProgram({ ctx }: Trip, { mail, past }: ForwardJourney, { id, automatic }: ProbeAnswer): boolean {
  const sent = [...(mail === null ? [] : [mail]), ...past].find((one) => isSameProbe(one, id));
  return automatic || (sent !== undefined && ctx.now() - sent.sentAt <= asFastAsAProgram);
}

function bounced({ ctx, options: given }: Trip, step: Step, { id, kind, refusal }: ProbeReport): Step {
  ctx.note(`mail ${id.seq}: report ${kind}, ${refusal.causes.join(" or ")}: ${refusal.said}`);
  const { mail } = step.journey;
  if (kind !== "failed" || mail === null || !isSameProbe(mail, id) || mail.bounced !== null) return step;
  const data = { ...tellRefusal(refusal, given.to, true), ...ends(given), number: id.seq };
  return { ...step, journey: { ...step.journey, mail: { ...mail, bounced: toTold("forward-bounced", data) } } };
}

function replied(trip: Trip, step: Step, { id, from, automatic, text }: ProbeAnswer): Step {
  const { ctx, options: given, metrics: measured } = trip;
  const { journey } = step;
  const { autoReply } = given;
  ctx.note(`mail ${id.seq}: answered by ${visible(from, 200)}${automatic ? "" : ", which does not say that it is a program"}`);
  // A member who is on holiday answers for themselves.
  if (autoReply === undefined || given.members.some(({ address }) => keyOf(address) === from)) return step;
  const mail = journey.mail !== null && isSameProbe(journey.mail, id) ? journey.mail : undefined;
  const earlier = journey.past.find((one) => isSameProbe(one, id));
  const asks = mail?.asks ?? earlier?.asks;
  if (asks === undefined) return step;
  const answers = (mail ?? earlier)?.answers ?? 0;
  const data = { ...ends(given), names: autoReply.names, number: id.seq };
  const found: Found[] = [];
  if (!asks) found.push({ code: "auto-reply-to-machines", data });
  else if (answers > 0) found.push({ code: "auto-reply-repeated", data: { ...data, count: answers + 1 } });
  else {
    const said = visible(text.trim().replaceAll(/\s+/g, " "), 120);
    if (!text.toLowerCase().includes(autoReply.names.toLowerCase()))
      found.push({ code: "auto-reply-names-other", data: { ...data, said } });
    if (!automatic) found.push({ code: "auto-reply-unmarked", data });
    measured.answer = seconds(ctx.now() - (mail ?? earlier ?? { sentAt: ctx.now() }).sentAt);
  }
  const isFirst = asks && answers === 0;
  const others = journey.answer.last.filter(({ code }) => !isFirst && found.every((one) => one.code !== code));
  const last = [...others, ...found.map((one) => toTold(one.code, one.data ?? {}))].slice(-4);
  return {
    ...step,
    journey: {
      ...journey,
      mail: mail ? { ...mail, answers: answers + 1 } : journey.mail,
      past: journey.past.map((one) => (isSameProbe(one, id) ? { ...one, answers: one.answers + 1 } : one)),
      answer: { seenAt: asks ? ctx.now() : journey.answer.seenAt, last },
    },
    known: true,
  };
}
