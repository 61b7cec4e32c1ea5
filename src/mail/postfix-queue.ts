import { z } from "zod";
import type { BounceCause } from "../i18n/bounce-causes.ts";
import { causeOfReply } from "./reply-cause.ts";

/** The queues that `postqueue -j` shows (postqueue(1), showq(8)); those that are moving first. */
const queueNames = ["maildrop", "incoming", "active", "deferred", "hold"] as const;
type QueueName = (typeof queueNames)[number];

/** One reason for which mails wait, however many they are. */
export interface QueueReason {
  /** The first of them, as Postfix says it. */
  readonly said: string;
  /** `own-transport`: Postfix cannot hand mail to a part of itself; else as a bounce with these words would be read. */
  readonly cause: BounceCause | "own-transport";
  /** All of it, the likeliest first; empty for `own-transport`. */
  readonly causes: readonly [BounceCause, ...BounceCause[]] | undefined;
  readonly list: string | undefined;
  /** The server that Postfix talks to; undefined where none is named. */
  readonly host: string | undefined;
  /** Recipients in mails that have waited for long. */
  readonly old: number;
  /** Of these, their domains, at most 50. */
  readonly destinations: ReadonlySet<string>;
}

interface Destination {
  readonly domain: string;
  /** Mails that have waited for long. */
  readonly old: number;
  readonly reason: QueueReason | undefined;
}

interface Sender {
  readonly address: string;
  readonly mails: number;
  readonly recipients: number;
  /** Of these, refused or put off because the mail looks like spam or there is too much of it. */
  readonly distrusted: number;
  /** Domains of recipients, counted up to 50. */
  readonly domains: number;
}

export interface QueueSummary {
  readonly total: number;
  readonly counts: Readonly<Record<QueueName, number>>;
  /** Milliseconds since the oldest mail came; 0: there is none. */
  readonly oldest: Readonly<Record<QueueName, number>>;
  readonly recipients: number;
  /** Lines that are no mail of a queue. */
  readonly unread: number;
  /** Deferred mails of people (not bounces) that have waited for long. */
  readonly old: number;
  /** By old mails, the most first. */
  readonly destinations: readonly Destination[];
  readonly reasons: readonly QueueReason[];
  /** Without bounces; by recipients, the most first. */
  readonly senders: readonly Sender[];
  /** Ids of mails that should be moving, the oldest first, at most 200. */
  readonly moving: readonly string[];
}

/** More of a kind are not told apart: those that came once make room for others. */
const maxKeys = 2_000;
const maxReasons = 500;
const maxDomains = 50;
const maxMoving = 200;
const maxRecipients = 1_000;

const line = z.object({
  queue_name: z.string(),
  queue_id: z.string().max(64),
  arrival_time: z.number().finite(),
  sender: z.string().default(""),
  recipients: z.array(z.object({ address: z.string().default(""), delay_reason: z.string().optional() })).default([]),
});
type QueuedMail = z.output<typeof line>;

/** Nothing, or the empty list of a program that makes one array of the lines. */
const saysEmpty = /^\s*(?:\[\s*\])?\s*$/;

const isQueue = (name: string): name is QueueName => queueNames.some((known) => known === name);

/** Reads one line of `postqueue -j`; of one that was cut, what stands before the recipients. Undefined for everything else. */
function readLine(text: string): QueuedMail | undefined {
  try {
    return line.safeParse(JSON.parse(text)).data;
  } catch {
    const field = (name: string): string => new RegExp(`"${name}": ?"?([^",}]{1,300})`).exec(text.slice(0, 2_000))?.[1] ?? "";
    if (!text.startsWith('{"queue_name"')) return undefined;
    const arrival = Number(field("arrival_time"));
    const id = field("queue_id");
    if (!Number.isFinite(arrival) || arrival <= 0 || id === "" || !text.includes('"recipients"')) return undefined;
    return { queue_name: field("queue_name"), queue_id: id, arrival_time: arrival, sender: field("sender"), recipients: [] };
  }
}

/** Bounces have the null sender, which showq writes so. */
const isBounce = (sender: string): boolean => sender === "" || sender.toUpperCase() === "MAILER-DAEMON";

const domainOf = (address: string): string =>
  address
    .slice(address.lastIndexOf("@") + 1)
    .toLowerCase()
    .slice(0, 253) || "-";

/** Postfix's own words for a part of itself that is down, missing or refuses (qmgr(8), error(8), pipe(8), proxymap). */
const ownTransport =
  /\b(?:mail transport unavailable|unknown mail transport error|mail system (?:configuration|is down)|temporary lookup failure|command output:|command died|unable to (?:open|create|lock)|private\/\w+)/i;

const isOwnTransport = (said: string): boolean => ownTransport.test(said) && !/\bsaid: /.test(said);

const distrust: ReadonlySet<string> = new Set([
  "blocklisted",
  "reputation",
  "content",
  "rate-limited",
  "sender-quota",
  "sender-blocked",
]);

interface Counted {
  mails: number;
  recipients: number;
  distrusted: number;
  readonly domains: Set<string>;
}

interface CountedReason extends Omit<QueueReason, "old" | "destinations"> {
  old: number;
  readonly destinations: Set<string>;
}

/**
 * Adds up what `postqueue -j` prints, line by line, in bounded memory. Pure but for what it has been told; never throws.
 * @param longMs from when on a mail has waited for long
 */
export function createQueueReader({ now, longMs }: { readonly now: number; readonly longMs: number }): {
  readonly read: (text: string) => void;
  readonly summary: () => QueueSummary;
} {
  const counts: Record<QueueName, number> = { maildrop: 0, incoming: 0, active: 0, deferred: 0, hold: 0 };
  const oldest: Record<QueueName, number> = { ...counts };
  const senders = new Map<string, Counted>();
  const destinations = new Map<string, { old: number; readonly reasons: Map<string, number> }>();
  const reasons = new Map<string, CountedReason>();
  let moving: { readonly id: string; readonly age: number }[] = [];
  let [unread, recipients, old] = [0, 0, 0];

  const readMail = (mail: QueuedMail, name: QueueName): void => {
    const age = Math.max(0, now - mail.arrival_time * 1000);
    counts[name] += 1;
    oldest[name] = Math.max(oldest[name], age);
    recipients += Math.max(1, mail.recipients.length);
    if (name !== "deferred" && name !== "hold") {
      moving.push({ id: mail.queue_id, age });
      if (moving.length >= 2 * maxMoving) moving = oldestFirst(moving);
    }
    const isLong = name === "deferred" && age >= longMs && !isBounce(mail.sender);
    if (isLong) old += 1;
    const sender = isBounce(mail.sender)
      ? undefined
      : entryOf(senders, mail.sender.toLowerCase().slice(0, 320), newSender, mailsOf);
    if (sender) {
      sender.mails += 1;
      sender.recipients += Math.max(1, mail.recipients.length);
    }
    const seen = new Set<string>();
    for (const { address, delay_reason: said = "" } of mail.recipients.slice(0, maxRecipients)) {
      const domain = domainOf(address);
      if (sender && sender.domains.size < maxDomains) sender.domains.add(domain);
      const key = said === "" ? "" : keyOf(said);
      const reason = key === "" ? undefined : reasonOf(reasons, key, said);
      if (sender && reason && distrust.has(reason.cause)) sender.distrusted += 1;
      if (!isLong) continue;
      const destination = entryOf(destinations, domain, newDestination, oldOf);
      if (destination && !seen.has(domain)) destination.old += 1;
      seen.add(domain);
      if (reason === undefined) continue;
      reason.old += 1;
      if (reason.destinations.size < maxDomains) reason.destinations.add(domain);
      const told = destination?.reasons;
      if (told && (told.has(key) || told.size < 10)) told.set(key, (told.get(key) ?? 0) + 1);
    }
  };

  return {
    read: (text) => {
      if (saysEmpty.test(text)) return;
      const mail = readLine(text);
      if (mail && isQueue(mail.queue_name)) readMail(mail, mail.queue_name);
      else unread += 1;
    },
    summary: () => ({
      total: Object.values(counts).reduce((sum, count) => sum + count, 0),
      counts: { ...counts },
      oldest: { ...oldest },
      recipients,
      unread,
      old,
      destinations: [...destinations]
        .filter(([, it]) => it.old > 0)
        .map(([domain, it]) => ({ domain, old: it.old, reason: reasons.get(most(it.reasons) ?? "") }))
        .toSorted((a, b) => b.old - a.old)
        .slice(0, 100),
      reasons: [...reasons.values()].toSorted((a, b) => b.old - a.old).slice(0, 20),
      senders: [...senders]
        .map(([address, { domains, ...it }]) => ({ address, ...it, domains: domains.size }))
        .toSorted((a, b) => b.recipients - a.recipients)
        .slice(0, 10),
      moving: oldestFirst(moving).map(({ id }) => id),
    }),
  };
}

const oldestFirst = (mails: readonly { readonly id: string; readonly age: number }[]) =>
  mails.toSorted((a, b) => b.age - a.age).slice(0, maxMoving);

const newSender = (): Counted => ({ mails: 0, recipients: 0, distrusted: 0, domains: new Set() });
const mailsOf = ({ recipients }: Counted): number => recipients;
const newDestination = () => ({ old: 0, reasons: new Map<string, number>() });
const oldOf = ({ old }: { readonly old: number }): number => old;

/** The entry of a key; where there are too many, those that count least make room. Undefined where none does. */
function entryOf<T>(map: Map<string, T>, key: string, make: () => T, weight: (entry: T) => number): T | undefined {
  const known = map.get(key);
  if (known !== undefined) return known;
  if (map.size >= maxKeys) for (const [other, entry] of map) if (weight(entry) <= 1) map.delete(other);
  if (map.size >= maxKeys) return undefined;
  const made = make();
  map.set(key, made);
  return made;
}

const most = (counted: ReadonlyMap<string, number>): string | undefined => [...counted].toSorted(([, a], [, b]) => b - a)[0]?.[0];

/** Two mails that wait for one reason differ in their own addresses, ids and times. */
const keyOf = (said: string): string =>
  withoutPrefix(said)
    .slice(0, 300)
    .replaceAll(/<[^<>]*>/g, "<>")
    .replaceAll(/\b(?=\w*\d)[\w-]{8,}\b/g, "#")
    .replaceAll(/\d{4,}/g, "#");

/** Postfix tries a destination that has failed no more for a while, and says so before the reason. */
const withoutPrefix = (said: string): string => said.replace(/^delivery temporarily suspended: /, "");

function reasonOf(reasons: Map<string, CountedReason>, key: string, told: string): CountedReason | undefined {
  const known = reasons.get(key);
  if (known) return known;
  if (reasons.size >= maxReasons) return undefined;
  const said = withoutPrefix(told).slice(0, 500);
  const host = /(?:^connect to|^host|\bwith|offered by host) ([\w.-]{1,253})\[/.exec(said)?.[1];
  const common = { said, host, old: 0, destinations: new Set<string>() };
  const made: CountedReason = isOwnTransport(said)
    ? { ...common, cause: "own-transport", causes: undefined, list: undefined }
    : { ...common, ...classified(said, host) };
  reasons.set(key, made);
  return made;
}

function classified(said: string, host: string | undefined): Pick<QueueReason, "cause" | "causes" | "list"> {
  const reply = /\bsaid: (\d{3})/.exec(said)?.[1];
  const { causes, blocklist } = causeOfReply({
    status: undefined,
    reply: reply === undefined ? undefined : Number(reply),
    diagnostic: said.replace(/^host \S+ said: /, ""),
    remoteMta: host,
  });
  return { cause: causes[0], causes, list: blocklist?.name };
}
