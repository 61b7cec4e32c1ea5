import { readMailDate } from "./mail-date.ts";
import { type Hop, readReceived } from "./received.ts";

/** One server on the way of a mail, from the first to the last. */
export interface WayHop extends Hop {
  /** Milliseconds UTC by the server's own clock; undefined where it writes none that can be read. */
  readonly at: number | undefined;
  /** Since the hop before whose clock agrees; undefined of the first, and where the clock disagrees. */
  readonly waitedMs: number | undefined;
  /** Its clock does not agree with the others: its time is left out, and its wait counts to the next hop. */
  readonly skewed: boolean;
  /** `TLS 1.3`, `TLS`: how the mail came here; "" in clear; undefined where it did not come over the network. */
  readonly tls: string | undefined;
}

export interface Way {
  /** From the sender to the mailbox. */
  readonly hops: readonly WayHop[];
  /** From the first hop to the last; undefined for fewer than two times. */
  readonly totalMs: number | undefined;
  /** The hop before which it waited longest. */
  readonly slowest: WayHop | undefined;
}

/** More servers are a loop; the first ones then say nothing more. */
const maxHops = 60;
const maxValue = 4_000;

/**
 * What the `Received` fields tell of the way of a mail. @param received their values from the top of the mail: the last server first.
 * Clocks that disagree with most others are left out instead of making a delay, or one below zero. Never throws.
 */
export function readWay(received: readonly string[]): Way {
  const read = received
    .slice(0, maxHops)
    .map((value) => value.slice(0, maxValue))
    .map((value) => ({ ...readReceived(value), at: readMailDate(value.slice(value.lastIndexOf(";") + 1)), tls: tlsOf(value) }))
    .toReversed();
  const agreeing = agreeingTimes(read.map(({ at }) => at));
  let before: number | undefined;
  const hops = read.map((hop, index): WayHop => {
    const agrees = agreeing.has(index) && hop.at !== undefined;
    const waitedMs = agrees && before !== undefined && hop.at !== undefined ? hop.at - before : undefined;
    if (agrees) before = hop.at;
    return { ...hop, waitedMs, skewed: hop.at !== undefined && !agrees };
  });
  const waits = hops.flatMap(({ waitedMs }) => waitedMs ?? []);
  const longest = Math.max(0, ...waits);
  return {
    hops,
    totalMs: waits.length === 0 ? undefined : waits.reduce((sum, ms) => sum + ms, 0),
    slowest: longest === 0 ? undefined : hops.find(({ waitedMs }) => waitedMs === longest),
  };
}

interface Chain {
  readonly length: number;
  readonly span: number;
  readonly before: number | undefined;
}

/**
 * Which times agree: the longest row of them in which none lies before the one ahead of it; of several the one that spans the least,
 * because a wrong clock is likelier than two delays that fit together by chance. Indices.
 */
function agreeingTimes(times: readonly (number | undefined)[]): ReadonlySet<number> {
  const chains: (Chain | undefined)[] = [];
  for (const at of times) {
    let best: Chain = { length: 1, span: 0, before: undefined };
    if (at !== undefined)
      for (const [other, chain] of chains.entries()) {
        const then = times[other];
        if (!chain || then === undefined || then > at) continue;
        const longer = { length: chain.length + 1, span: chain.span + at - then, before: other };
        if (isBetter(longer, best)) best = longer;
      }
    chains.push(at === undefined ? undefined : best);
  }
  let last: number | undefined;
  for (const [index, chain] of chains.entries()) {
    const present = last === undefined ? undefined : chains[last];
    if (chain && (present === undefined || isBetter(chain, present))) last = index;
  }
  const agreeing = new Set<number>();
  for (let index = last; index !== undefined; index = chains[index]?.before) agreeing.add(index);
  return agreeing;
}

const isBetter = (one: Chain, other: Chain): boolean =>
  one.length > other.length || (one.length === other.length && one.span < other.span);

/** RFC 3848, and the comments of Postfix, Exim, Exchange and Gmail. */
function tlsOf(value: string): string | undefined {
  const version = /\bTLS\s?v?1[._]([0-3])\b|\bversion=TLS1_([0-3])\b|\bTLS1[._]([0-3])\b/i.exec(value);
  if (version) return `TLS 1.${version[1] ?? version[2] ?? version[3] ?? ""}`;
  const protocol = /\bwith\s+(?:Microsoft SMTP Server|((?:utf8)?(?:e?smtp|lmtp|https?)(s?a?)))\b/i.exec(value);
  if (!protocol) return undefined;
  return /s/i.test(protocol[2] ?? "") ? "TLS" : "";
}
