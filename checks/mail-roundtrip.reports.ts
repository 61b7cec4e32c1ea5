import { countFate, countReturned } from "../src/mail/probe-counts.ts";
import { type Journey, maxFolders, type Travelling } from "../src/mail/probe-journey.ts";
import { isSameProbe, probeHeader, recogniseProbe } from "../src/mail/probe-mail.ts";
import { mayBeReport, type ProbeReport, readProbeReport, reportHeaders, tellRefusal } from "../src/mail/probe-report.ts";
import type { Data } from "../src/model/text.ts";
import { type Account, SessionError } from "../src/net/library-client.ts";
import { visitMailbox } from "../src/net/mailbox.ts";
import { type FoundReports, takeOwnReports } from "../src/net/own-reports.ts";
import type { Looked } from "./mail-roundtrip.look.ts";
import { remembered, short, tell, tellRefused } from "./mail-roundtrip.meaning.ts";
import { minute, type Options } from "./mail-roundtrip.options.ts";
import { ends, findings, type Found, type ReadFate, routeOf, seconds, type Step, type Trip } from "./mail-roundtrip.trip.ts";

const day = 24 * 60 * minute;
/** Most reports are there when the mail is first missed; the rest comes with what is tried again. */
const betweenLooks = 2 * minute;

type Mailbox = Account & { readonly junk: readonly string[] };

/** How often one mail takes us into the sender's mailbox at most: when it is missed after 20 s, 3, 8, 15 and 30 min, and the sweep. */
export const mostReportLooks = 6;

/**
 * What the sender's own server wrote back of mails that did not arrive: the cause, long before a mail would be called lost. The
 * sender's mailbox is visited only where a mail is missed, and once a day for what has been left behind.
 */
export async function lookForReports(trip: Trip, { step, fates, swept }: Looked): Promise<Step> {
  const { ctx, options: given } = trip;
  const { journey } = step;
  const account = senderMailbox(given);
  const lost = fates.some(({ kind }) => kind === "lost");
  const { lookedAt } = journey.reports;
  const missing = journey.travelling.some(({ sentAt }) => lookedAt <= sentAt || ctx.now() - lookedAt >= betweenLooks);
  const sweeping = swept && journey.seq > 0;
  if (account === undefined || !(lost || missing || sweeping)) return tellAll(trip, step, fates);
  let looked: FoundReports<ProbeReport>;
  try {
    looked = await visit(trip, account, journey, sweeping);
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    // That the sender cannot be read is the business of its own probes; that its password is refused must be heeded at once.
    const refused = error.findings.filter(({ code }) => "rejects" in findings[code]);
    ctx.note(`the mailbox of ${given.from.address} cannot be read for returned mails: ${error.message}`);
    if (refused.length > 0) throw new SessionError(error.message, refused, error);
    return tellAll(trip, { ...step, journey: { ...journey, reports: { ...journey.reports, lookedAt: ctx.now() } } }, fates);
  }
  trip.loggedIn.push(account.user.toLowerCase());
  const kept = looked.kept.map((folder): Found => ({
    code: "probe-not-removed",
    data: { from: given.from.address, to: given.from.address, folder },
  }));
  const reports = { folders: looked.folders, lookedAt: ctx.now() };
  const read: Step = { ...step, journey: { ...journey, reports }, findings: [...step.findings, ...kept] };
  return settleReports(trip, read, fates, looked.reports);
}

/** Both servers take one credential. */
const senderMailbox = ({ from }: Options): Mailbox | undefined => from.imap && { ...from, ...from.imap };

function visit(
  { ctx, options: given, signal }: Trip,
  account: Mailbox,
  { reports }: Journey,
  sweeping: boolean,
): Promise<FoundReports<ProbeReport>> {
  const route = routeOf(given);
  return visitMailbox({ ctx, account, signal }, (mailbox) =>
    takeOwnReports(mailbox, {
      junk: account.junk,
      maxFolders,
      known: reports.folders,
      headers: [...reportHeaders, probeHeader, "Message-ID"],
      mayBe: (envelope) => mayBeReport(envelope.headers),
      read: (top) => readProbeReport(top, route, ctx.sign),
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

function settleReports(trip: Trip, read: Step, fates: readonly ReadFate[], reports: readonly ProbeReport[]): Step {
  const { ctx, options: given } = trip;
  let step = read;
  let left = fates;
  for (const report of reports) {
    const { id, kind, refusal } = report;
    ctx.note(`mail ${id.seq}: report ${kind}, ${refusal.causes.join(" or ")}: ${refusal.said}`);
    const travelling = step.journey.travelling.find((mail) => isSameProbe(mail, id));
    const mail = travelling ?? left.find((fate) => fate.kind === "lost" && isSameProbe(fate.mail, id))?.mail;
    if (kind === "delayed" && travelling) step = putOff(given, step, travelling, report);
    if (kind !== "failed") continue;
    const others = step.journey.travelling.filter((one) => !isSameProbe(one, id));
    const data = { number: id.seq, seconds: mail === undefined ? 0 : seconds(ctx.now() - mail.sentAt) };
    const counted = mail === undefined ? {} : countFate(step.journey, mail, "returned");
    step = { ...step, journey: { ...step.journey, ...counted, travelling: others } };
    left = left.filter((fate) => !isSameProbe(fate.mail, id) || fate.kind !== "lost");
    step =
      mail === undefined
        ? explainLost(given, step, report)
        : tellRefused(trip, step, { code: "bounced", refusal, data, size: mail.size });
  }
  return tellAll(trip, step, left);
}

/** It is being tried on: who put it off, in which words. */
function putOff(given: Options, step: Step, mail: Travelling, { refusal }: ProbeReport): Step {
  const told = short(tellRefusal(refusal, given.to.address, false));
  const travelling = step.journey.travelling.map((one) => (isSameProbe(one, mail) ? { ...one, putOff: told } : one));
  return { ...step, journey: { ...step.journey, travelling } };
}

/** A mail that was called lost came back after all: from now on it is told why. */
function explainLost(given: Options, before: Step, { id, refusal }: ProbeReport): Step {
  const step: Step = { ...before, journey: countReturned(before.journey, id) };
  const { last } = step.journey;
  if (last?.code !== "lost" || last.data["number"] !== id.seq) return step;
  const data: Data = { ...last.data, ...tellRefusal(refusal, given.to.address, true), ...ends(given) };
  return { ...step, journey: { ...step.journey, last: remembered({ code: "bounced", data }) } };
}

const tellAll = (trip: Trip, step: Step, fates: readonly ReadFate[]): Step =>
  fates.reduce<Step>((told, fate) => tell(trip, told, fate), step);
