import { type ForwardJourney, type ForwardMail, maxForwardFolders, seenAt, waitingFor } from "../src/mail/forward-journey.ts";
import { type Arrival, limitsOf } from "../src/mail/probe-journey.ts";
import { isSameProbe, probeHeader, type ProbeId, recogniseProbe } from "../src/mail/probe-mail.ts";
import { quoted } from "../src/model/text.ts";
import { SessionError } from "../src/net/library-client.ts";
import { visitMailbox } from "../src/net/mailbox.ts";
import { type Searched, takeOwnMails } from "../src/net/own-mails.ts";
import { minute, type Options } from "./mail-forward.options.ts";
import { findings, type Found, keyOf, routeOf, seconds, type Step, type Trip } from "./mail-forward.trip.ts";

export const day = 24 * 60 * minute;
/** Mailboxes that are looked into at once. */
const atOnce = 4;

type Member = Options["members"][number];
type Looked = { readonly member: Member } & (
  | { readonly found: Searched<ProbeId>; readonly from: number; readonly to: number }
  | { readonly error: SessionError }
);

/** Looks into the mailboxes of all who lack the mail, and takes it away; now and then into all. */
export async function lookAtMembers(trip: Trip, step: Step, all: boolean): Promise<Step> {
  const { options: given } = trip;
  const { journey } = step;
  const waiting = journey.mail === null ? [] : waitingFor(journey.mail);
  const wanted = given.members.filter(({ address }) => all || waiting.includes(keyOf(address)));
  let after = step;
  for (let at = 0; at < wanted.length; at += atOnce) {
    const looked = await Promise.all(wanted.slice(at, at + atOnce).map((member) => lookAt(trip, journey, member)));
    for (const one of looked) after = learn(trip, after, one);
  }
  return after;
}

/** Mails that are ours to find: the one under way, and those before it. */
const isOurs = ({ mail, past }: ForwardJourney, id: ProbeId): boolean =>
  (mail !== null && isSameProbe(mail, id)) || past.some((one) => isSameProbe(one, id));

async function lookAt({ ctx, options: given, signal }: Trip, journey: ForwardJourney, member: Member): Promise<Looked> {
  const from = ctx.now();
  const { mail } = journey;
  const sweeping = from - journey.sweptAt >= day;
  try {
    const found = await visitMailbox({ ctx, account: member, signal }, (mailbox) =>
      takeOwnMails<ProbeId>(mailbox, {
        junk: member.junk,
        maxFolders: maxForwardFolders,
        known: journey.folders[keyOf(member.address)] ?? {},
        expecting: mail !== null || journey.past.length > 0,
        headers: [probeHeader, "Message-ID"],
        recognise: ({ headers }) => {
          const probe = recogniseProbe(headers, routeOf(given), ctx.sign);
          return probe.kind === "own" ? probe.id : undefined;
        },
        isExpected: (id) => isOurs(journey, id),
        isDone: (some) => !sweeping && mail !== null && some.some(({ id, place }) => place === "inbox" && isSameProbe(id, mail)),
        topBytes: 0,
        leftovers: sweeping ? { header: probeHeader, before: from - day } : undefined,
        note: ctx.note,
      }),
    );
    return { member, found, from, to: ctx.now() };
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    return { member, error };
  }
}

function learn(trip: Trip, step: Step, looked: Looked): Step {
  const { ctx, options: given, loggedIn } = trip;
  const { member } = looked;
  const { to } = given;
  if ("error" in looked) {
    ctx.note(`${member.address} cannot be looked into: ${looked.error.message}`);
    // Why is the business of its own probes; that its password is refused must be heeded at once.
    const refused = looked.error.findings.filter(({ code }) => "rejects" in findings[code]);
    const unread: Found = { code: "member-unread", data: { to, members: member.address, reason: quoted(looked.error.message) } };
    return { ...step, findings: [...step.findings, ...refused, unread] };
  }
  const { found, from, to: until } = looked;
  loggedIn.add(member.user.toLowerCase());
  const arrivals = found.found.map(({ id, folder, place, receivedAt }): Arrival => ({ ...id, folder, place, receivedAt }));
  const key = keyOf(member.address);
  const { journey, again } = seenAt(step.journey, key, arrivals, { from, to: until }, limitsOf(given, step.journey));
  const kept = found.kept.map((folder): Found => ({
    code: "probe-not-removed",
    data: { from: given.from.address, to: member.address, folder },
  }));
  const twice = again.map(({ seq, copies }): Found => {
    ctx.note(`mail ${seq}: came to ${member.address} once more`);
    return { code: "member-twice", data: { to, members: member.address, copies: copies + 1, number: seq } };
  });
  noteFate(trip, member, journey.mail);
  return {
    journey: { ...journey, folders: { ...journey.folders, [key]: { ...found.folders } } },
    findings: [...step.findings, ...kept, ...twice.slice(0, 1)],
    known: step.known,
  };
}

function noteFate({ ctx }: Trip, { address }: Member, mail: ForwardMail | null): void {
  const fate = mail?.members[keyOf(address)]?.fate;
  if (fate) ctx.note(`mail ${mail?.seq ?? 0}: ${address}: ${fate.kind} after ${seconds(fate.tookMs)} s, ${fate.copies} copies`);
}
