import { z } from "zod";
import type { Json } from "../model/json.ts";
import type { LetterWay } from "../model/past.ts";
import { letterWaySchema } from "./letter-way.ts";
import { type Counts, maxPast, noCounts, type Past } from "./probe-counts.ts";

/** Where the mails of one folder were counted up to: what has a UID from `uidNext` on is new. */
interface FolderPosition {
  /** As text: it may exceed what a number holds exactly. */
  readonly uidValidity: string;
  readonly uidNext: number;
}

/** A probe mail that was sent and not yet seen. Times are milliseconds UTC by our own clock. */
export interface Travelling {
  readonly seq: number;
  readonly random: string;
  readonly sentAt: number;
  /** When a look last did not show it. */
  readonly absentAt: number;
  /** The connection broke when it was handed over: it may never have been taken. */
  readonly unsure: boolean;
  /** What a server said that took it later only (a delay notice), as a finding tells it. */
  readonly putOff: Told | null;
  /** Octets of what is attached; 0: an ordinary mail. */
  readonly size: number;
}

/** Data of a finding, to be told again. */
type Told = Readonly<Record<string, string | number>>;

/** What several mails in a row have shown, and how many of them. */
export interface Standing {
  readonly badStreak: number;
  readonly last: Journey["last"];
}

/** What one run leaves to the next. Everything in it is bounded. */
export interface Journey {
  readonly seq: number;
  /** When sending was last tried; 0: never. */
  readonly triedAt: number;
  /** How many have arrived since the beginning: before the first one, greylisting is expected. */
  readonly arrived: number;
  /** The last mails in a row that were not delivered in time, or not sent. */
  readonly badStreak: number;
  /** What was said about the last mail whose fate is known. */
  readonly last: { readonly code: string; readonly data: Told } | null;
  readonly travelling: readonly Travelling[];
  readonly folders: Readonly<Record<string, FolderPosition>>;
  readonly sweptAt: number;
  /** The same of the sender's mailbox, where reports come. */
  readonly reports: { readonly folders: Readonly<Record<string, FolderPosition>>; readonly lookedAt: number };
  /** The mails with something large attached, which are sent more rarely. */
  readonly large: { readonly triedAt: number; readonly badStreak: number; readonly last: Journey["last"] };
  /** What the header and the content of the last mails showed, where a second one has to show it again. */
  readonly proof: Standing;
  readonly score: Standing;
  readonly counts: Counts;
  readonly past: readonly Past[];
  /** How long handing the last mail over took; null before the first. */
  readonly handed: { readonly seq: number; readonly ms: number } | null;
  /** The way of the last ordinary mail that arrived. */
  readonly way: LetterWay | null;
}

/** More are never under way at once. */
export const maxTravelling = 6;
/** Folders that are looked into, and whose positions are remembered. */
export const maxFolders = 12;

const count = z.int().min(0);
const shortText = z.string().max(500);

const told = z.record(shortText, z.union([shortText, z.number()]));
const positions = z.record(shortText, z.object({ uidValidity: shortText, uidNext: count }));

const last = z.object({ code: shortText, data: told }).nullable();

const standing = z.object({ badStreak: count, last }).default({ badStreak: 0, last: null });

/** What an earlier version did not remember begins anew; the rest stays. */
const journeySchema = z.object({
  seq: count,
  triedAt: count,
  arrived: count,
  badStreak: count,
  last,
  travelling: z
    .array(
      z.object({
        seq: count,
        random: shortText,
        sentAt: count,
        absentAt: count,
        unsure: z.boolean(),
        putOff: told.nullable().default(null),
        size: count.default(0),
      }),
    )
    .max(maxTravelling),
  folders: positions,
  sweptAt: count,
  reports: z.object({ folders: positions, lookedAt: count }).default({ folders: {}, lookedAt: 0 }),
  large: z.object({ triedAt: count, badStreak: count, last }).default({ triedAt: 0, badStreak: 0, last: null }),
  proof: standing,
  score: standing,
  counts: z
    .object({
      sent: count,
      found: count,
      lost: count,
      returned: count,
      duplicates: count,
      // Of a memory that is older than they are.
      late: count.default(0),
      junk: count.default(0),
    })
    .default(noCounts),
  past: z
    .array(z.object({ seq: count, random: shortText, sentAt: count, found: z.boolean() }))
    .max(maxPast)
    .default([]),
  handed: z.object({ seq: count, ms: count }).nullable().default(null).catch(null),
  way: letterWaySchema.nullable().default(null).catch(null),
});

export const newJourney: Journey = {
  seq: 0,
  triedAt: 0,
  arrived: 0,
  badStreak: 0,
  last: null,
  travelling: [],
  folders: {},
  sweptAt: 0,
  reports: { folders: {}, lookedAt: 0 },
  large: { triedAt: 0, badStreak: 0, last: null },
  proof: { badStreak: 0, last: null },
  score: { badStreak: 0, last: null },
  counts: noCounts,
  past: [],
  handed: null,
  way: null,
};

/** What was remembered; the beginning where that is nothing, or of another version. */
export function readJourney(memory: Json | undefined): Journey {
  const read = journeySchema.safeParse(memory);
  return read.success ? read.data : newJourney;
}

export const journeyToJson = (journey: Journey): Json => ({
  ...journey,
  last: journey.last && { ...journey.last },
  travelling: journey.travelling.map((mail) => ({ ...mail, putOff: mail.putOff && { ...mail.putOff } })),
  folders: positionsToJson(journey.folders),
  reports: { ...journey.reports, folders: positionsToJson(journey.reports.folders) },
  counts: { ...journey.counts },
  past: journey.past.map((mail) => ({ ...mail })),
  large: { ...journey.large, last: journey.large.last && { ...journey.large.last } },
  proof: { ...journey.proof, last: journey.proof.last && { ...journey.proof.last } },
  score: { ...journey.score, last: journey.score.last && { ...journey.score.last } },
  handed: journey.handed && { ...journey.handed },
  way: journey.way && { ...journey.way, legs: journey.way.legs.map((leg) => ({ ...leg })) },
});

const positionsToJson = (folders: Journey["folders"]): Record<string, { uidValidity: string; uidNext: number }> =>
  Object.fromEntries(Object.entries(folders).map(([path, position]) => [path, { ...position }]));

/** Runs come a little early or late: a mail is due from 90 % of its interval on. */
export const isDue = (journey: Journey, now: number, sendEvery: number): boolean =>
  now - journey.triedAt >= sendEvery * 0.9 && journey.travelling.length < maxTravelling;

const hour = 60 * 60_000;

/** A large mail that did not pass is tried again within the hour: one alone may have been an accident. */
export const isLargeDue = ({ large, travelling }: Journey, now: number, every: number): boolean =>
  now - large.triedAt >= (large.badStreak === 1 ? Math.min(every, hour) : every) * 0.9 &&
  travelling.length < maxTravelling &&
  travelling.every(({ size }) => size === 0);

export interface Limits {
  /** Milliseconds. */
  readonly lateAfter: number;
  readonly lostAfter: number;
}

/** Before anything has ever arrived, greylisting is expected (5 to 30 min). */
const firstContact = 30 * 60_000;

/** When a mail is late or lost, by the options of its route and by whether any has ever arrived. */
export const limitsOf = (
  { lateAfter, lostAfter, firstLostAfter }: Limits & { readonly firstLostAfter?: number | undefined },
  { arrived }: { readonly arrived: number },
): Limits => ({
  lateAfter,
  lostAfter: arrived > 0 ? lostAfter : (firstLostAfter ?? Math.max(lostAfter, firstContact)),
});

/** One of our mails, as a look found it. */
export interface Arrival {
  readonly seq: number;
  readonly random: string;
  readonly folder: string;
  readonly place: "inbox" | "junk" | "elsewhere";
  /** INTERNALDATE: when the receiving server took it, by its own clock, in whole seconds. */
  readonly receivedAt: number;
}

export interface Fate {
  readonly mail: Travelling;
  readonly kind: "delivered" | "late" | "junk" | "elsewhere" | "lost";
  /** Milliseconds until it was there; of a lost one, how long was waited. */
  readonly tookMs: number;
  readonly folder: string;
}

/** When a look began and ended, by our own clock. */
export interface LookTimes {
  readonly from: number;
  readonly to: number;
}

/** What became of the mails under way, by a look that went through every folder. Each mail has one fate, once. */
export function settle(
  travelling: readonly Travelling[],
  arrivals: readonly Arrival[],
  look: LookTimes,
  limits: Limits,
): { readonly fates: readonly Fate[]; readonly travelling: readonly Travelling[] } {
  const fates: Fate[] = [];
  const left: Travelling[] = [];
  for (const mail of travelling) {
    const found = arrivals.filter(({ seq, random }) => seq === mail.seq && random === mail.random);
    // A copy in the inbox counts before one in a folder that holds everything.
    const best = found.find(({ place }) => place === "inbox") ?? found.find(({ place }) => place === "junk") ?? found[0];
    if (best) {
      const tookMs = tookOf(mail, best, look);
      const arrivedKind = best.place === "inbox" ? "delivered" : best.place;
      fates.push({
        mail,
        kind: best.place !== "junk" && tookMs > limits.lateAfter ? "late" : arrivedKind,
        tookMs,
        folder: best.folder,
      });
    } else if (look.from - mail.sentAt >= limits.lostAfter) {
      // Nobody promised to deliver a mail that was perhaps never taken.
      if (!mail.unsure) fates.push({ mail, kind: "lost", tookMs: look.from - mail.sentAt, folder: "" });
    } else {
      left.push({ ...mail, absentAt: Math.max(mail.absentAt, look.from) });
    }
  }
  return { fates, travelling: left };
}

/**
 * How long a mail took: by the receiving server's clock, which may be wrong, and never outside what our own clock knows:
 * it was not there at `absentAt`, and it was there when the look that found it ended.
 */
function tookOf(mail: Travelling, arrival: Arrival, look: LookTimes): number {
  const least = Math.max(0, mail.absentAt - mail.sentAt);
  const most = Math.max(least, look.to - mail.sentAt);
  return Math.min(Math.max(arrival.receivedAt - mail.sentAt, least), most);
}

const second = 1_000;
const minute = 60 * second;
const lookAfter = [20 * second, minute, 3 * minute, 8 * minute, 15 * minute, 30 * minute];

/** How often a mail is looked for at most: at the times above, when it would be lost, and by the run that sends the next one. */
export const mostLooks = lookAfter.length + 2;

/** Milliseconds until the next look at what is under way; undefined when nothing is. */
export function nextLook(travelling: readonly Travelling[], now: number, limits: Limits): number | undefined {
  const waits = travelling.flatMap(({ sentAt }) => {
    const times = [...lookAfter, limits.lostAfter].map((after) => sentAt + after).filter((at) => at > now + second);
    return times.length === 0 ? [] : [Math.min(...times) - now];
  });
  return waits.length === 0 ? undefined : Math.min(...waits);
}
