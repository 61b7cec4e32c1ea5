import { z } from "zod";
import type { Json } from "../model/json.ts";
import { severities, type Severity } from "../model/status.ts";
import type { Data } from "../model/text.ts";
import { type Arrival, type Limits, type LookTimes, nextLook, settle } from "./probe-journey.ts";
import { isSameProbe } from "./probe-mail.ts";

/** More members are not looked at: what is remembered must fit into 64 KiB. */
export const maxMembers = 12;
/** Folders of each that are looked into. */
export const maxForwardFolders = 8;
const maxPast = 8;
const maxSaid = 8;

const count = z.int().min(0);
const word = z.string().max(500);
const positions = z.record(word, z.object({ uidValidity: word, uidNext: count }));
const told = z.object({
  code: word,
  data: z.record(word, z.union([word, z.number()])),
  /** Where it is not the one that is declared. */
  severity: z.enum(severities).optional(),
});

const fate = z.object({
  kind: z.enum(["delivered", "late", "junk", "elsewhere", "lost"]),
  tookMs: count,
  folder: word,
  /** How many of it lay there, but for the folder that holds everything. */
  copies: count,
});
/** What became of one mail in the mailbox of one member. */
export type MemberFate = z.output<typeof fate>;

const mail = z.object({
  seq: count,
  random: word,
  sentAt: count,
  /** The connection broke when it was handed over: it may never have been taken. */
  unsure: z.boolean(),
  /** It is one that programs may answer. */
  asks: z.boolean(),
  answers: count,
  /** Why it came back, as a finding tells it. */
  bounced: told.nullable(),
  /** By address; null: not seen yet. */
  members: z.record(word, z.object({ absentAt: count, fate: fate.nullable() })),
});
/** A probe mail under way to the members of an alias. Times are milliseconds UTC by our own clock. */
export type ForwardMail = z.output<typeof mail>;

const past = z.object({ seq: count, random: word, sentAt: count, asks: z.boolean(), answers: count, reached: z.array(word) });
type PastForward = z.output<typeof past>;

const schema = z.object({
  seq: count,
  triedAt: count,
  mail: mail.nullable(),
  /** How many mails have reached everybody since the beginning: before the first one, greylisting is expected. */
  arrived: count,
  badStreak: count,
  /** What was said of the last mail whose fate is known. */
  last: z.array(told).max(maxSaid),
  past: z.array(past).max(maxPast),
  /** By address of a member: how far each folder has been seen. */
  folders: z.record(word, positions),
  sweptAt: count,
  reports: z.object({ folders: positions, lookedAt: count }),
  /** When an automatic answer was last seen, and what was wrong with it, or that there was none. */
  answer: z.object({ seenAt: count, last: z.array(told).max(maxSaid) }),
});
/** What one run leaves to the next. Everything in it is bounded. */
export type ForwardJourney = z.output<typeof schema>;
export type Told = z.output<typeof told>;

export const newForward: ForwardJourney = {
  seq: 0,
  triedAt: 0,
  mail: null,
  arrived: 0,
  badStreak: 0,
  last: [],
  past: [],
  folders: {},
  sweptAt: 0,
  reports: { folders: {}, lookedAt: 0 },
  answer: { seenAt: 0, last: [] },
};

/** What was remembered of the members there are now; the beginning where that is nothing, or of another version. */
export function readForward(memory: Json | undefined, members: readonly string[]): ForwardJourney {
  const read = schema.safeParse(memory);
  if (!read.success) return newForward;
  const { mail: underWay, folders } = read.data;
  const ofNow = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([address]) => members.includes(address)));
  return {
    ...read.data,
    folders: ofNow(folders),
    mail: underWay && { ...underWay, members: ofNow(underWay.members) },
  };
}

/** Plain data of a schema that knows only what JSON has. */
export const forwardToJson = (journey: ForwardJourney): Json => {
  const json: Json = JSON.parse(JSON.stringify(journey));
  return json;
};

const minute = 60_000;

/** How soon a mail follows one that did not go well. */
export const soon = 10 * minute;

/** Runs come a little early or late. A mail that did not go well is followed soon: one alone may have been an accident. */
export const isForwardDue = ({ mail: underWay, triedAt, badStreak }: ForwardJourney, now: number, every: number): boolean =>
  underWay === null && now - triedAt >= (badStreak === 1 ? Math.min(every, soon) : every) * 0.9;

/** Who has not been seen to have it. */
export const waitingFor = ({ members }: ForwardMail): readonly string[] =>
  Object.entries(members).flatMap(([address, member]) => (member.fate === null ? [address] : []));

/** Somebody lacks it, still or for good: what came back may say why. */
export const isMissed = ({ members }: ForwardMail): boolean =>
  Object.values(members).some(({ fate: it }) => it === null || it.kind === "lost");

const copiesIn = (arrivals: readonly Arrival[]): number => {
  const filed = arrivals.filter(({ place }) => place !== "elsewhere").length;
  return filed > 0 ? filed : Math.min(1, arrivals.length);
};

/** A member's mailbox was looked through: what became of the mail there, and which earlier ones came once more. */
export function seenAt(
  journey: ForwardJourney,
  address: string,
  arrivals: readonly Arrival[],
  look: LookTimes,
  limits: Limits,
): { readonly journey: ForwardJourney; readonly again: readonly { readonly seq: number; readonly copies: number }[] } {
  const again = journey.past.flatMap((one) => {
    const copies = copiesIn(arrivals.filter((arrival) => isSameProbe(arrival, one)));
    return copies > 0 && one.reached.includes(address) ? [{ seq: one.seq, copies }] : [];
  });
  const reached = (one: PastForward): PastForward =>
    arrivals.some((arrival) => isSameProbe(arrival, one)) && !one.reached.includes(address)
      ? { ...one, reached: [...one.reached, address] }
      : one;
  const kept = journey.past.map(reached);
  const { mail: underWay } = journey;
  const member = underWay?.members[address];
  if (underWay === null || member === undefined) return { journey: { ...journey, past: kept }, again };
  const { seq, random, sentAt, unsure } = underWay;
  const copies = copiesIn(arrivals.filter((arrival) => isSameProbe(arrival, underWay)));
  if (member.fate !== null) {
    const more = { ...member, fate: { ...member.fate, copies: member.fate.copies + copies } };
    return { journey: { ...journey, past: kept, mail: withMember(underWay, address, more) }, again };
  }
  const travelling = { seq, random, sentAt, absentAt: member.absentAt, unsure, putOff: null, size: 0 };
  const { fates, travelling: left } = settle([travelling], arrivals, look, limits);
  const [settled] = fates;
  const after = settled
    ? { absentAt: member.absentAt, fate: { kind: settled.kind, tookMs: settled.tookMs, folder: settled.folder, copies } }
    : { absentAt: left[0]?.absentAt ?? member.absentAt, fate: null };
  return { journey: { ...journey, past: kept, mail: withMember(underWay, address, after) }, again };
}

const withMember = (underWay: ForwardMail, address: string, member: ForwardMail["members"][string]): ForwardMail => ({
  ...underWay,
  members: { ...underWay.members, [address]: member },
});

/** Is all known that can be known of a mail? @param answerWithin how long an answer may take */
export function isForwardSettled(underWay: ForwardMail, now: number, { lostAfter }: Limits, answerWithin: number): boolean {
  const waited = now - underWay.sentAt;
  // What cannot be looked at for so long is not waited for.
  const isSeen = waitingFor(underWay).length === 0 || waited >= 2 * lostAfter || (underWay.unsure && waited >= lostAfter);
  return isSeen && (!underWay.asks || underWay.answers > 0 || waited >= answerWithin);
}

/** The mail is done with; late copies and answers of it are still known. */
export const putAway = (journey: ForwardJourney, underWay: ForwardMail): ForwardJourney => {
  const { seq, random, sentAt, asks, answers, members } = underWay;
  const reached = Object.entries(members).flatMap(([address, { fate: it }]) =>
    it !== null && it.kind !== "lost" ? [address] : [],
  );
  return { ...journey, mail: null, past: [...journey.past, { seq, random, sentAt, asks, answers, reached }].slice(-maxPast) };
};

/** Milliseconds until the next look; undefined when nothing is under way. */
export function nextForwardLook(
  { mail: underWay }: ForwardJourney,
  now: number,
  limits: Limits,
  answerWithin: number,
): number | undefined {
  if (underWay === null) return undefined;
  const { seq, random, sentAt, unsure } = underWay;
  const travelling = { seq, random, sentAt, absentAt: sentAt, unsure, putOff: null, size: 0 };
  const answer = underWay.asks && underWay.answers === 0 ? [sentAt + answerWithin - now] : [];
  const waits = [nextLook([travelling], now, limits), ...answer].filter((wait) => wait !== undefined && wait > 1_000);
  return waits.length === 0 ? undefined : Math.min(...waits.map(Number));
}

/** As it is remembered: what comes from the network is cut. */
export const toTold = (code: string, data: Data = {}, severity?: Severity): Told => ({
  code,
  data: Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, typeof value === "string" ? value.slice(0, 300) : value]),
  ),
  ...(severity ? { severity } : {}),
});
