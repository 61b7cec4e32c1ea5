import { z } from "zod";
import type { Interval, Rhythm } from "../src/mail/arrival-rhythm.ts";
import type { Holding, KnownFolder } from "../src/mail/mailbox-changes.ts";
import type { Json } from "../src/model/json.ts";

/** Something that happened to folders, told for a day. */
export interface Event {
  readonly at: number;
  readonly count: number;
  readonly mails: number;
  /** Some of them. */
  readonly names: readonly string[];
}

const eventKinds = ["recreated", "rolledBack", "gone"] as const;
export type EventKind = (typeof eventKinds)[number];

const number = z.number();
const memorySchema = z.object({
  folders: z.array(z.tuple([z.string(), number, number, number, z.boolean()])).default([]),
  held: z.array(z.tuple([number, number, number])).default([]),
  inbox: z.tuple([number, number, number]).optional(),
  rhythm: z
    .object({
      since: number,
      bins: z.array(z.tuple([number, number])).length(168),
      days: z.array(z.tuple([z.string(), number, number])).max(40),
    })
    .optional(),
  recent: z
    .array(z.tuple([number, number, number]))
    .max(600)
    .default([]),
  events: z
    .partialRecord(z.enum(eventKinds), z.object({ at: number, count: number, mails: number, names: z.array(z.string()).max(3) }))
    .default({}),
  losing: z.array(z.string()).max(3).default([]),
  quietSince: number.optional(),
});

/** What is known of a mailbox from one look to the next. */
export interface Memory {
  readonly folders: ReadonlyMap<string, KnownFolder>;
  /** Of the last day, hour by hour. */
  readonly held: readonly Holding[];
  /** When the inbox was looked at last, its UIDVALIDITY and UIDNEXT. */
  readonly inbox: readonly [at: number, uidValidity: number, uidNext: number] | undefined;
  readonly rhythm: Rhythm | undefined;
  /** Looks of the last week without a gap. */
  readonly recent: readonly Interval[];
  readonly events: Readonly<Partial<Record<EventKind, Event>>>;
  /** Where mails have become fewer, while that is told. */
  readonly losing: readonly string[];
  /** Since when it is told that no mail comes. */
  readonly quietSince: number | undefined;
}

/** What cannot be read is forgotten: it is learnt anew. */
export function readMemory(stored: Json | undefined): Memory {
  const read = memorySchema.safeParse(stored ?? {}).data ?? memorySchema.parse({});
  const { folders, inbox, rhythm, quietSince, events, ...rest } = read;
  const known = folders.map(([name, uidValidity, uidNext, mails, discarded]): [string, KnownFolder] => [
    name,
    { uidValidity, uidNext, mails, discarded },
  ]);
  const happened: Partial<Record<EventKind, Event>> = {};
  for (const kind of eventKinds) if (events[kind]) happened[kind] = events[kind];
  return { ...rest, folders: new Map(known), inbox, rhythm, quietSince, events: happened };
}

/** Of the 64 KiB that a check may keep, the rest needs 25 at most. */
const folderBytes = 36 * 1024;
const longName = 250;

export function writeMemory(memory: Memory): Json {
  const { folders, inbox, rhythm, quietSince, held, recent, events, losing } = memory;
  const kept: Json[] = [];
  let bytes = 0;
  // The inbox and the fullest folders are worth most where not all find room.
  const order = [...folders].toSorted(
    ([one, a], [other, b]) => Number(other === "INBOX") - Number(one === "INBOX") || b.mails - a.mails,
  );
  for (const [name, { uidValidity, uidNext, mails, discarded }] of order) {
    if (name.length > longName) continue;
    const entry = [name, uidValidity, uidNext, mails, discarded];
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (bytes > folderBytes) break;
    kept.push(entry);
  }
  return {
    folders: kept,
    held: [...held],
    recent: [...recent],
    losing: [...losing],
    events: Object.fromEntries(Object.entries(events).map(([kind, event]) => [kind, { ...event, names: [...event.names] }])),
    ...(inbox === undefined ? {} : { inbox }),
    ...(rhythm === undefined ? {} : { rhythm: { since: rhythm.since, bins: rhythm.bins, days: rhythm.days } }),
    ...(quietSince === undefined ? {} : { quietSince }),
  };
}
