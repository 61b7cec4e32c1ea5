import { readTrace, traceFacts } from "../src/mail/mail-trace.ts";
import { readArrival } from "../src/mail/arrival-story.ts";
import { letterWay } from "../src/mail/letter-way.ts";
import { countCopies, countLate } from "../src/mail/probe-counts.ts";
import { type Arrival, type Fate, type Journey, limitsOf, maxFolders, settle } from "../src/mail/probe-journey.ts";
import { isSameProbe, probeHeader, type ProbeId, recogniseProbe } from "../src/mail/probe-mail.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { loginOf } from "../src/net/login-options.ts";
import { type Envelope, visitMailbox } from "../src/net/mailbox.ts";
import { type FoundMail, takeOwnMails } from "../src/net/own-mails.ts";
import type { Arrived } from "./mail-roundtrip.proof.ts";
import { minute } from "./mail-roundtrip.options.ts";
import { ends, type Found, type ReadFate, routeOf, type Step, timed, type Trip } from "./mail-roundtrip.trip.ts";

const day = 24 * 60 * minute;
const maxExchanges = 20;
const headers = [probeHeader, "Message-ID"];
/** The header of a probe mail is a few kilobytes; a server on its way could make it endless. */
const topBytes = 65_536;

export interface Looked {
  readonly step: Step;
  /** What became of the mails that were under way; those that are still are in the journey. */
  readonly fates: readonly ReadFate[];
  /** Mails of the company's own whose beginning was read. */
  readonly arrived: readonly Arrived[];
  /** The daily sweep is due, and was done here. */
  readonly swept: boolean;
}

const readFate = (fate: Fate, found: readonly FoundMail<ProbeId>[]): ReadFate => ({
  ...fate,
  story: readArrival(
    found.find(({ id, folder }) => isSameProbe(id, fate.mail) && folder === fate.folder)?.top ?? "",
    fate.tookMs,
  ),
});

const isSweepDue = ({ sweptAt }: Journey, now: number): boolean => now - sweptAt >= day;

/**
 * Nothing is under way, nothing to be swept, and how far each folder was seen is known: the mail that is sent now is looked for by
 * what comes after that, so that a round trip costs one visit to the mailbox and not two.
 */
export const mayWait = (journey: Journey, now: number): boolean =>
  journey.travelling.length === 0 && !isSweepDue(journey, now) && Object.keys(journey.folders).length > 0;

/** Looks through the receiver's mailbox for what is under way, and takes it away. */
export async function look(trip: Trip, { journey }: Step): Promise<Looked> {
  const { ctx, options: given, signal } = trip;
  const { to } = given;
  const from = ctx.now();
  const sweeping = isSweepDue(journey, from);
  const looked = await timed(trip, "look", () =>
    visitMailbox({ ctx, account: to, signal }, (mailbox) =>
      takeOwnMails<ProbeId>(mailbox, {
        junk: to.junk,
        maxFolders,
        known: journey.folders,
        expecting: journey.travelling.length > 0,
        headers,
        recognise: (envelope, folder) => recognise(trip, envelope, folder),
        isExpected: (id) => [...journey.travelling, ...journey.past].some((mail) => isSameProbe(mail, id)),
        isDone: (found) =>
          !sweeping &&
          journey.travelling.length > 0 &&
          journey.travelling.every((mail) => found.some(({ id, place }) => place === "inbox" && isSameProbe(mail, id))),
        topBytes,
        leftovers: sweeping ? { header: probeHeader, before: from - day } : undefined,
        note: ctx.note,
      }),
    ),
  );
  trip.loggedIn.push(loginOf(to.user, to.password).account);
  const arrivals = looked.found.map(({ id, folder, place, receivedAt }): Arrival => ({ ...id, folder, place, receivedAt }));
  const { fates, travelling } = settle(journey.travelling, arrivals, { from, to: ctx.now() }, limitsOf(given, journey));
  const arrived = given.ownSender ? await learn(trip, fates, looked.found) : [];
  const sweptAt = sweeping ? ctx.now() : journey.sweptAt;
  const known = fates.map(({ mail }) => mail);
  const { journey: counted, came } = countLate(journey, arrivals, ctx.now());
  for (const { seq } of came) ctx.note(`mail ${seq}: came after all, and is lost no longer`);
  const counts = countCopies(counted.counts, known, arrivals);
  const way = wayOf(journey, fates, looked.found);
  const after: Journey = { ...counted, counts, travelling, folders: looked.folders, sweptAt, way };
  const kept = looked.kept.map((folder): Found => ({ code: "probe-not-removed", data: { ...ends(given), folder } }));
  return {
    step: { journey: after, findings: kept, known: fates.length > 0 },
    arrived,
    fates: fates.map((fate) => readFate(fate, looked.found)),
    swept: sweeping,
  };
}

/** Of the last ordinary mail that arrived; what is large takes longer for its size alone. */
function wayOf({ way, handed }: Journey, fates: readonly Fate[], found: readonly FoundMail<ProbeId>[]): Journey["way"] {
  const last = fates.findLast(({ kind, mail }) => kind !== "lost" && mail.size === 0);
  if (last === undefined) return way;
  const { mail, tookMs, folder } = last;
  const copy = found.find(({ id, folder: where }) => isSameProbe(id, mail) && where === folder);
  if (copy === undefined) return way;
  const handedMs = handed?.seq === mail.seq ? handed.ms : undefined;
  return letterWay({ sentAt: mail.sentAt, tookMs, place: copy.place, handedMs, receivedAt: copy.receivedAt, top: copy.top });
}

function recognise({ ctx, options: given }: Trip, envelope: Envelope, folder: string): ProbeId | undefined {
  const probe = recogniseProbe(envelope.headers, routeOf(given), ctx.sign);
  if (probe.kind === "forged") ctx.note(`${folder}: UID ${envelope.uid} says it is a probe and is none of this route`);
  return probe.kind === "own" ? probe.id : undefined;
}

/** What the header of an own mail shows, once it has arrived, is known of the sender's domain from then on. */
async function learn(trip: Trip, fates: readonly Fate[], found: readonly FoundMail<ProbeId>[]): Promise<readonly Arrived[]> {
  const { ctx, options: given, signal } = trip;
  const { from, to } = given;
  const read = fates.flatMap(({ mail, tookMs }) => {
    const top = found.find(({ id }) => isSameProbe(id, mail))?.top ?? "";
    return top === "" ? [] : [{ mail, top, arrivedAt: mail.sentAt + tookMs, whole: top.length < topBytes }];
  });
  const [asset, receiver] = [domainOf(from.address), domainOf(to.address)];
  if (read.length === 0 || asset === undefined || receiver === undefined) return [];
  const mx = await ctx.ask(receiver, "MX", { signal });
  if (mx.outcome === "failed") {
    ctx.note(`MX ${receiver}: ${mx.failure?.text ?? "failed"}, so the receiver's servers are not known and nothing is learnt`);
    return read.map((one) => ({ ...one, trace: undefined }));
  }
  const hosts = mx.records.slice(0, maxExchanges).map(({ exchange }) => exchange);
  const parties = { receiver: [to.host, ...hosts], sender: [from.host, asset], isPublic: ctx.isPublic };
  return read.map((one) => {
    const { mail, top, arrivedAt } = one;
    const trace = readTrace(top, asset, parties);
    const learnt = traceFacts(trace, { sender: from.address.toLowerCase(), recipient: to.address.toLowerCase(), arrivedAt });
    for (const { kind, value } of learnt) ctx.note(`mail ${mail.seq}: ${kind} ${value}`);
    if (trace.results !== undefined) ctx.note(`mail ${mail.seq}: the receiver found ${trace.results}`);
    trip.facts.push(...learnt.map((fact) => ({ ...fact, asset })));
    return { ...one, trace };
  });
}

const domainOf = (address: string): string | undefined => asciiName(address.slice(address.lastIndexOf("@") + 1));
