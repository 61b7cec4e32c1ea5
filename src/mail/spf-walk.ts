import { type Ask, type AskOptions, type DnsAnswer, failedAnswer, type RecordType } from "../model/dns.ts";
import { parseSpf, type SpfRecord, spfTexts, type SpfTexts, type Target } from "./spf-record.ts";

/** One name of the tree, and what its TXT records say. */
export interface SpfNode {
  readonly name: string;
  /** `none`: no SPF record there, `several`: more than one, `not-asked`: behind the bound of the walk. */
  readonly state: "record" | "none" | "several" | "unanswered" | "not-asked";
  /** With the state `record`. */
  readonly record: SpfRecord | undefined;
  readonly texts: SpfTexts;
  /** Undefined with `not-asked`. */
  readonly answer: DnsAnswer<"TXT"> | undefined;
}

/** A domain's SPF record with all it includes and redirects to, each name once, and what the DNS says about its hosts. */
export interface SpfTree {
  readonly root: SpfNode;
  readonly nodes: ReadonlyMap<string, SpfNode>;
  readonly hosts: SpfHosts;
  /** False when the walk ended at its bound: every count is then a least one. */
  readonly complete: boolean;
}

/** By name. What was not asked is not there. */
interface SpfHosts {
  readonly A: ReadonlyMap<string, DnsAnswer<"A">>;
  readonly AAAA: ReadonlyMap<string, DnsAnswer<"AAAA">>;
  readonly MX: ReadonlyMap<string, DnsAnswer<"MX">>;
}

export interface WalkBounds {
  /** Names whose record is read, and hosts and exchanges that are asked for: a record may cost 10 (RFC 7208 4.6.4). */
  readonly names: number;
  readonly hosts: number;
  readonly exchanges: number;
  /** Of all records together. */
  readonly characters: number;
  readonly timeoutMs: number;
}

const usualBounds: WalkBounds = { names: 40, hosts: 40, exchanges: 11, characters: 128 * 1024, timeoutMs: 25_000 };

/** RFC 7208 section 4.6.4: more exchanges than these end an `mx`. */
export const maxExchanges = 10;

/** What a record sends its reader to, in order: the includes that count, then the redirect unless there is an `all`. */
function followed(record: SpfRecord): readonly Target[] {
  const includes = record.directives.flatMap((directive) => (directive.kind === "include" ? [directive.target] : []));
  return record.redirect === undefined || record.hasAll ? includes : [...includes, record.redirect];
}

/** The name that an `a`, `mx` or `ptr` is about; undefined where only a mail could tell. */
export const hostOf = (target: Target | undefined, current: string): string | undefined =>
  target === undefined ? current : target.kind === "name" ? target.name : undefined;

/**
 * Reads the whole tree, level by level, whatever it says: each name is asked for once, so loops end, and the bounds hold for
 * trees without end. Macros are not expanded. What has no answer becomes `unanswered`; only the signal makes it reject.
 */
export async function walkSpf(domain: string, ask: Ask, signal: AbortSignal, bounds: WalkBounds = usualBounds): Promise<SpfTree> {
  const asking = boundedAsk(ask, signal, bounds.timeoutMs);
  const nodes = new Map<string, SpfNode>();
  const hosts = createHosts(asking, bounds);
  const root = domain.toLowerCase();
  let complete = true;
  let characters = 0;
  let level: readonly string[] = [root];
  while (level.length > 0) {
    const some = level.slice(0, bounds.names - nodes.size);
    const answers = await Promise.all(some.map((name) => asking(name, "TXT", { confirm: true })));
    const next = new Set<string>();
    for (const [index, name] of level.entries()) {
      const answer = characters > bounds.characters ? undefined : answers[index];
      complete &&= answer !== undefined;
      const node = answer === undefined ? unasked(name) : readNode(name, answer);
      nodes.set(name, node);
      if (node.record === undefined) continue;
      characters += node.record.text.length;
      for (const target of followed(node.record)) if (target.kind === "name") next.add(target.name);
      hosts.want(node.record, name);
    }
    level = complete ? [...next].filter((name) => !nodes.has(name)) : [];
  }
  await hosts.done();
  signal.throwIfAborted();
  return { root: nodes.get(root) ?? unasked(root), nodes, hosts, complete: complete && hosts.complete() };
}

const noTexts: SpfTexts = { records: [], lookalikes: [], senderId: [] };
const unasked = (name: string): SpfNode => ({ name, state: "not-asked", record: undefined, texts: noTexts, answer: undefined });

function readNode(name: string, answer: DnsAnswer<"TXT">): SpfNode {
  if (answer.outcome === "failed") return { name, state: "unanswered", record: undefined, texts: noTexts, answer };
  const texts = spfTexts(answer.records);
  const [text] = texts.records;
  if (text === undefined) return { name, state: "none", record: undefined, texts, answer };
  if (texts.records.length > 1) return { name, state: "several", record: undefined, texts, answer };
  return { name, state: "record", record: parseSpf(text), texts, answer };
}

/** The walk's own time is up: that is an answer that did not come, not the end of the run. */
function boundedAsk(ask: Ask, signal: AbortSignal, timeoutMs: number): Ask {
  const both = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  return async <T extends RecordType>(name: string, type: T, options: AskOptions = {}): Promise<DnsAnswer<T>> => {
    try {
      return await ask(name, type, { ...options, signal: both });
    } catch (error) {
      if (signal.aborted || !both.aborted) throw error;
      return failedAnswer(name, type, { code: "TIMEOUT", text: `no answer within ${timeoutMs / 1000} s for the whole record` });
    }
  };
}

interface Hosts extends SpfHosts {
  /** Begins to ask for what a record names. Which names come within the bounds depends on the order of these calls alone. */
  want(record: SpfRecord, current: string): void;
  done(): Promise<void>;
  complete(): boolean;
}

function createHosts(ask: Ask, bounds: WalkBounds): Hosts {
  const A = new Map<string, DnsAnswer<"A">>();
  const AAAA = new Map<string, DnsAnswer<"AAAA">>();
  const MX = new Map<string, DnsAnswer<"MX">>();
  const wanted = new Set<string>();
  const exchanges = new Set<string>();
  const waiting: Promise<void>[] = [];
  let complete = true;

  const both = async (name: string, options: AskOptions): Promise<void> => {
    const [v4, v6] = await Promise.all([ask(name, "A", options), ask(name, "AAAA", options)]);
    A.set(name, v4);
    AAAA.set(name, v6);
  };
  const askHost = async (name: string): Promise<void> => {
    await both(name, {});
    // That one of the two is missing is usual; that both are costs the sender, and so has to be sure.
    if (isVoid(A.get(name)) && isVoid(AAAA.get(name))) await both(name, { confirm: true });
  };
  const askExchanges = async (name: string): Promise<void> => {
    const answer = await ask(name, "MX", { confirm: true });
    MX.set(name, answer);
    const unknown = exchangesOf(answer)
      .slice(0, maxExchanges)
      .filter((host) => !A.has(host));
    await Promise.all(unknown.map((host) => both(host, {})));
  };
  const once = (names: Set<string>, most: number, name: string | undefined, start: (name: string) => Promise<void>): void => {
    if (name === undefined || names.has(name)) return;
    if (names.size === most) complete = false;
    else {
      names.add(name);
      const one = start(name);
      // Nobody waits for it any more where the walk itself is ended before.
      one.catch(() => undefined);
      waiting.push(one);
    }
  };

  return {
    A,
    AAAA,
    MX,
    want(record, current) {
      for (const directive of record.directives) {
        if (directive.kind === "a") once(wanted, bounds.hosts, hostOf(directive.target, current), askHost);
        if (directive.kind === "exists") once(wanted, bounds.hosts, hostOf(directive.target, current), askHost);
        if (directive.kind === "mx") once(exchanges, bounds.exchanges, hostOf(directive.target, current), askExchanges);
      }
    },
    async done() {
      await Promise.all(waiting);
    },
    complete: () => complete,
  };
}

/** Lower case, in the order of preference, as often as they are named; without the null MX. */
export const exchangesOf = (answer: DnsAnswer<"MX">): readonly string[] =>
  answer.records
    .filter((mx) => mx.exchange !== "")
    .toSorted((a, b) => a.priority - b.priority)
    .map((mx) => mx.exchange.toLowerCase());

/** A void lookup: NXDOMAIN or NODATA (RFC 7208 section 4.6.4). */
export const isVoid = (answer: DnsAnswer | undefined): boolean => answer?.outcome === "nodata" || answer?.outcome === "nxdomain";
