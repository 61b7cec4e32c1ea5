import { z } from "zod";
import type { LetterWay } from "../model/past.ts";
import { visible } from "../model/visible.ts";
import { readWay } from "./hop-delays.ts";
import { readHeader } from "./mail-trace.ts";

/** A chain of more servers is drawn without those that took it on within a moment. */
const maxLegs = 10;

/** Servers write whole seconds, and their clocks stand a little apart from ours. */
const clockSlackMs = 2_000;

interface Letter {
  readonly sentAt: number;
  readonly tookMs: number;
  readonly place: LetterWay["place"];
  /** How long it took to log in and hand it over; undefined where that was not measured. */
  readonly handedMs: number | undefined;
  /** INTERNALDATE; undefined where it is not known. */
  readonly receivedAt: number | undefined;
  /** The beginning of the mail, Latin-1. */
  readonly top: string;
}

/**
 * The way of a mail that arrived: the first leg by our own clock, those between servers by what these wrote, the last one until the
 * mailbox had it. No leg lasted longer than the whole; one that says so is not known. Never throws.
 */
export function letterWay({ sentAt, tookMs, place, handedMs, receivedAt, top }: Letter): LetterWay {
  const { fields } = readHeader(top);
  const { hops } = readWay(fields.flatMap(({ name, value }) => (name === "received" ? [value] : [])));
  const possible = (ms: number | undefined): number | null =>
    ms === undefined || ms < 0 || ms > tookMs + clockSlackMs ? null : Math.min(Math.round(ms), tookMs);
  const legs: { host: string | null; ms: number | null }[] = [];
  for (const [index, { by, waitedMs }] of hops.entries()) {
    const host = by === undefined ? "" : visible(by, 253);
    const ms = index === 0 ? possible(handedMs) : possible(waitedMs);
    const last = legs.at(-1);
    // A filter on the same machine is no stop of its own.
    if (last !== undefined && last.host === host) last.ms = last.ms === null || ms === null ? last.ms : last.ms + ms;
    else legs.push({ host, ms });
  }
  if (legs.length === 0 && handedMs !== undefined) legs.push({ host: "", ms: possible(handedMs) });
  const lastAt = hops.findLast(({ at, skewed }) => at !== undefined && !skewed)?.at;
  // Its clock and the server's may be two: a second before is the same moment.
  const stored = receivedAt === undefined || lastAt === undefined ? undefined : receivedAt - lastAt;
  const final = { host: null, ms: possible(stored !== undefined && stored < 0 && stored >= -clockSlackMs ? 0 : stored) };
  return { sentAt, tookMs, place, legs: [...shortened(legs), final] };
}

/** The first and the last stay, and of the others those that took longest. */
function shortened(legs: LetterWay["legs"]): LetterWay["legs"] {
  const room = maxLegs - 1;
  if (legs.length <= room) return legs;
  const longest = legs
    .slice(1, -1)
    .toSorted((a, b) => (b.ms ?? 0) - (a.ms ?? 0))
    .slice(0, room - 2);
  return legs.filter((leg, index) => index === 0 || index === legs.length - 1 || longest.includes(leg));
}

const milliseconds = z.number().min(0);

/** As it is remembered from run to run. */
export const letterWaySchema = z.object({
  sentAt: milliseconds,
  tookMs: milliseconds,
  place: z.enum(["inbox", "junk", "elsewhere"]),
  legs: z.array(z.object({ host: z.string().max(300).nullable(), ms: milliseconds.nullable() })).max(maxLegs),
});
