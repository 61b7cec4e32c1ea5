import type { Data } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import { readWay, type WayHop } from "./hop-delays.ts";
import { readHeader } from "./mail-trace.ts";
import { readSpamMarks } from "./spam-marks.ts";
import { readStatedResults } from "./stated-results.ts";

/** What the header of a mail that arrived tells of its way. */
export interface ArrivalStory {
  /** Evidence, a line for each server, for the receiver's results, and for what filters say. */
  readonly lines: readonly string[];
  /** Phrases that are known in both languages: where it waited, and who called it spam. */
  readonly waited: string;
  readonly marked: string;
  /** The same for machines; what is not known is left out. */
  readonly data: Data;
}

const maxShown = 300;

/** Servers write whole seconds, and their clocks stand a little apart from ours. */
const clockSlackMs = 2_000;

/**
 * @param top the beginning of a mail, Latin-1; "" where it was not read
 * @param tookMs how long its whole way took by our own clock: it waited nowhere for longer. Never throws.
 */
export function readArrival(top: string, tookMs: number): ArrivalStory {
  const { fields } = readHeader(top);
  const valuesOf = (wanted: string): string[] => fields.flatMap(({ name, value }) => (name === wanted ? [value] : []));
  const way = readWay(valuesOf("received"));
  const stated = readStatedResults(fields);
  const marks = readSpamMarks(fields, valuesOf("subject")[0] ?? "");
  const spam = marks.filter(({ verdict }) => verdict !== "ok").map(({ filter, says }) => `${filter} (${says})`);
  const results = stated?.results.map(({ method, result, domain }) => `${method}=${result}${domain && ` ${domain}`}`).join(", ");
  const { slowest } = way;
  const [from, by] = [slowest?.name ?? slowest?.helo, slowest?.by];
  const waitedMs = slowest?.waitedMs;
  const ms = waitedMs === undefined || waitedMs > tookMs + clockSlackMs ? undefined : Math.min(waitedMs, tookMs);
  const data = {
    ...(by === undefined || ms === undefined ? {} : { waitedBefore: visible(by, 253), waitedSeconds: Math.round(ms / 1000) }),
    ...(spam.length === 0 ? {} : { marks: visible(spam.join(", "), maxShown) }),
    ...(results === undefined ? {} : { results: visible(results, maxShown) }),
  };
  return {
    lines: [
      ...way.hops.map(lineOf),
      ...(results === undefined ? [] : [`${stated?.by ?? "the receiver"} found ${results}`]),
      ...marks.map(({ header, verdict, says }) => `${header}: ${verdict}, ${says}`),
    ],
    waited:
      by === undefined || ms === undefined || from === undefined
        ? "its header does not show where it waited"
        : `it waited ${Math.round(ms / 1000)} s at ${visible(from, 253)} until ${visible(by, 253)} took it`,
    marked: spam.length === 0 ? "its header bears no mark of a filter" : `marked by “${visible(spam.join(", "), maxShown)}”`,
    data,
  };
}

/** The clock of a server that disagrees with the others is left out, not made into a delay. */
function lineOf({ helo, name, address, by, tls, waitedMs, skewed }: WayHop): string {
  const from = name ?? helo ?? address ?? "-";
  const secured = tls === undefined ? "" : tls === "" ? ", in clear" : `, ${tls}`;
  const waited = skewed ? ", its clock disagrees" : waitedMs === undefined ? "" : `, after ${Math.round(waitedMs / 1000)} s`;
  return visible(`${from} ▶ ${by ?? "-"}${secured}${waited}`, maxShown);
}
