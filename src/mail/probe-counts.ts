import type { Arrival, Journey, Travelling } from "./probe-journey.ts";
import { isSameProbe } from "./probe-mail.ts";

/**
 * What became of all mails of a route since its beginning, so that loss is exact: `sent` is the sum of the others but `duplicates`,
 * and of those under way.
 */
export interface Counts {
  readonly sent: number;
  readonly found: number;
  /** Taken by the sender's server, and neither found nor returned. */
  readonly lost: number;
  /** Returned, or held back where that is expected. */
  readonly returned: number;
  /** Copies of mails that were found. */
  readonly duplicates: number;
  /** Of those found: only after they were to be there at the latest, be it that they were counted as lost before. Never goes down. */
  readonly late: number;
  /** Of those found: in the junk folder. Never goes down. */
  readonly junk: number;
}

/** A mail whose fate is known, for as long as it can still come. */
export interface Past {
  readonly seq: number;
  readonly random: string;
  readonly sentAt: number;
  readonly found: boolean;
}

export const noCounts: Counts = { sent: 0, found: 0, lost: 0, returned: 0, duplicates: 0, late: 0, junk: 0 };

const day = 24 * 60 * 60_000;
/** Servers give a mail up after five days (RFC 5321 section 4.5.4.1); a second copy comes soon. */
const lostFor = 7 * day;
const foundFor = day;
/** How many are remembered at most. */
export const maxPast = 100;

type Counted = Pick<Journey, "counts" | "past">;

/** A mail was taken by the sender's server. One of which that is not sure counts once it is found. */
export const countSent = (journey: Journey): Journey => ({
  ...journey,
  counts: { ...journey.counts, sent: journey.counts.sent + 1 },
});

/** What became of a mail that was under way. `late` and `junk` are of one that was found. */
export function countFate(
  { counts, past }: Counted,
  mail: Travelling,
  fate: "found" | "lost" | "returned",
  { late = false, junk = false }: { readonly late?: boolean; readonly junk?: boolean } = {},
): Counted {
  const { seq, random, sentAt, unsure } = mail;
  const sent = counts.sent + (unsure ? 1 : 0);
  const known = fate === "returned" ? past : [...past, { seq, random, sentAt, found: fate === "found" }].slice(-maxPast);
  const seen = { late: counts.late + (late ? 1 : 0), junk: counts.junk + (junk ? 1 : 0) };
  return { counts: { ...counts, ...seen, sent, [fate]: counts[fate] + 1 }, past: known };
}

/** Mails that were seen although their fate was known: lost ones that came after all, and second copies. */
export function countLate<C extends Counted>(
  journey: C,
  arrivals: readonly Arrival[],
  now: number,
): { readonly journey: C; readonly came: readonly Past[] } {
  let { counts } = journey;
  const came: Past[] = [];
  const past = journey.past.flatMap((one) => {
    const copies = arrivals.filter((arrival) => isSameProbe(arrival, one));
    const late = !one.found && copies.length > 0;
    if (late) {
      came.push(one);
      const junk = copies.every(({ place }) => place === "junk") ? 1 : 0;
      counts = {
        ...counts,
        lost: counts.lost - 1,
        found: counts.found + 1,
        late: counts.late + 1,
        junk: counts.junk + junk,
      };
    }
    counts = { ...counts, duplicates: counts.duplicates + Math.max(0, copiesOf(copies) - (late ? 1 : 0)) };
    const found = one.found || late;
    return now - one.sentAt < (found ? foundFor : lostFor) ? [{ ...one, found }] : [];
  });
  return { journey: { ...journey, counts, past }, came };
}

/** A mail that was counted as lost came back after all. */
export function countReturned<C extends Counted>(journey: C, mail: Pick<Past, "seq" | "random">): C {
  const { counts, past } = journey;
  if (!past.some((one) => isSameProbe(one, mail) && !one.found)) return journey;
  const after = { ...counts, lost: counts.lost - 1, returned: counts.returned + 1 };
  return { ...journey, counts: after, past: past.filter((one) => !isSameProbe(one, mail)) };
}

/** Second copies of mails that a look found for the first time. */
export const countCopies = (counts: Counts, mails: readonly Travelling[], arrivals: readonly Arrival[]): Counts => ({
  ...counts,
  duplicates: mails.reduce(
    (sum, mail) => sum + Math.max(0, copiesOf(arrivals.filter((one) => isSameProbe(one, mail))) - 1),
    counts.duplicates,
  ),
});

/** The folder that holds everything shows each mail once more. */
const copiesOf = (arrivals: readonly Arrival[]): number => {
  const filed = arrivals.filter(({ place }) => place !== "elsewhere").length;
  return filed > 0 ? filed : Math.min(1, arrivals.length);
};
