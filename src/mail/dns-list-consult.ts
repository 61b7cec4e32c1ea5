import { isIP } from "node:net";
import { z } from "zod";
import type { Ask, DnsAnswer } from "../model/dns.ts";
import type { Json } from "../model/json.ts";
import { readListAnswer } from "./dns-list-answer.ts";
import { type DnsList, isDead, publicResolvers } from "./dns-lists.ts";
import { reversed } from "./reverse-name.ts";

/** A list as it is asked. */
export interface AskedList extends DnsList {
  /** What is asked for; with a DQS key it holds the key, so it is never shown. `zone` is what is shown. */
  readonly query: string;
  /** A person wants this list: its own ill health is told. */
  readonly named: boolean;
}

export interface Hit {
  readonly subject: string;
  readonly verdict: "listed" | "policy" | "warn" | "good" | "unknown-code";
  readonly means: string;
  readonly raw: string;
  /** How often in a row, this time included. */
  readonly hits: number;
  /** What the list says about it (TXT), empty where nothing. */
  readonly reason: string;
}

export interface Consulted {
  readonly list: AskedList;
  /** Why nothing it says is believed. */
  readonly ill: string | undefined;
  readonly hits: readonly Hit[];
}

const minute = 60_000;
/** Lists count who asks too often: one question a list and address in half an hour, one self-test an hour. */
const askAfterMs = 30 * minute;
const testAfterMs = 55 * minute;
/** What fits into a probe's memory of 64 KiB. */
const maxKept = 350;
const maxReason = 160;

const keptSchema = z.object({
  /** Zone ▶ when it passed its self-test, for addresses of version 6 apart. */
  passed: z.record(z.string(), z.number()),
  /** `zone subject` ▶ when it was asked last, and what it said, if that was anything. */
  asked: z.record(
    z.string(),
    z.object({
      at: z.number(),
      hits: z.number(),
      verdict: z.enum(["listed", "policy", "warn", "good", "unknown-code", "clear"]),
      means: z.string(),
      raw: z.string(),
    }),
  ),
});
export type Kept = z.output<typeof keptSchema>;

export const readKept = (memory: Json | undefined): Kept => keptSchema.safeParse(memory).data ?? { passed: {}, asked: {} };

/** Listings first: a clean answer can be had again. */
export function keptToJson({ passed, asked }: Kept): Json {
  const entries = Object.entries(asked).toSorted(([, a], [, b]) => b.hits - a.hits || b.at - a.at);
  return {
    passed: { ...passed },
    asked: Object.fromEntries(entries.slice(0, maxKept).map(([key, entry]) => [key, { ...entry }])),
  };
}

export interface ConsultWorld {
  readonly ask: Ask;
  readonly now: number;
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
  /** What earlier runs left; entries are replaced as the lists answer. */
  readonly kept: Kept;
}

/** The names of an address list are addresses, those of a domain list domains: the other kind is never asked for. */
export const subjectsFor = (list: DnsList, subjects: readonly string[]): string[] =>
  subjects.filter((subject) => {
    const family = isIP(subject);
    return list.kind === "domain" ? family === 0 : (family === 4 || family === 6) && list.families.includes(family);
  });

/**
 * Asks one list about everything it is for: first the test points of RFC 5782 section 5, then, if it passed, the names. Whatever
 * it does that a list does not do makes it ill, and then nothing it said counts.
 */
export async function consultList(world: ConsultWorld, list: AskedList, subjects: readonly string[]): Promise<Consulted> {
  const out = (ill: string): Consulted => {
    world.note(`${list.zone}: not believed, ${ill}`);
    return { list, ill, hits: [] };
  };
  if (isDead(list.zone)) return out("the list is closed");
  const wanted = subjectsFor(list, subjects);
  const families =
    list.kind === "domain" ? ([0] as const) : ([4, 6] as const).filter((family) => wanted.some((one) => isIP(one) === family));
  const usable = new Set<number>();
  let ill: string | undefined;
  for (const family of families) {
    const failed = await selfTest(world, list, family);
    if (failed === undefined) usable.add(family);
    else ill = failed;
    if (failed !== undefined && family !== 6) return out(failed);
  }
  if (usable.size === 0) return out(ill ?? "it has nothing to be asked for");
  // A list may well know IPv4 alone.
  if (ill !== undefined) world.note(`${list.zone}: not asked about IPv6, ${ill}`);
  try {
    const asked = await Promise.all(
      wanted.filter((one) => usable.has(isIP(one))).map((subject) => askAbout(world, list, subject)),
    );
    return { list, ill: undefined, hits: asked.flat() };
  } catch (error) {
    if (error instanceof IllError) return out(error.message);
    throw error;
  }
}

/** A list has done what no list does. */
class IllError extends Error {
  override readonly name = "IllError";
}

/** The list's own test points; undefined when it passed. */
async function selfTest(world: ConsultWorld, list: AskedList, family: 0 | 4 | 6): Promise<string | undefined> {
  const key = family === 6 ? `${list.zone} 6` : list.zone;
  const passed = world.kept.passed[key];
  if (passed !== undefined && world.now - passed < testAfterMs) return undefined;
  delete world.kept.passed[key];
  const { present, absent } = testPoints(list, family);
  try {
    const not = await question(world, list, absent);
    if (not.length > 0 && readListAnswer(list, not).kind !== "neutral") {
      const { kind, raw } = readListAnswer(list, not);
      return kind === "refused" ? refusal(raw) : `it lists what must not be listed (${absent}: ${raw})`;
    }
    for (const point of present) {
      const there = await question(world, list, point);
      if (there.length === 0) continue;
      const { kind, raw } = readListAnswer(list, there);
      if (kind === "refused") return refusal(raw);
      if (kind === "foreign") return `it answers ${raw}, which no list does`;
      world.kept.passed[key] = world.now;
      return undefined;
    }
    return `its test entry is missing (${present.join(", ")})`;
  } catch (error) {
    if (error instanceof IllError) return error.message;
    throw error;
  }
}

function testPoints(list: DnsList, family: 0 | 4 | 6): { readonly present: readonly string[]; readonly absent: string } {
  if (family === 0) return { present: ["test", ...(list.tests ?? [])], absent: "invalid" };
  const prefix = family === 4 ? "127.0.0." : "::ffff:7f00:";
  return { present: [reversed(`${prefix}2`) ?? ""], absent: reversed(`${prefix}1`) ?? "" };
}

async function askAbout(world: ConsultWorld, list: AskedList, subject: string): Promise<Hit[]> {
  const key = `${list.zone} ${subject}`;
  const before = world.kept.asked[key];
  if (before !== undefined && world.now - before.at < askAfterMs) {
    const { verdict, means, raw, hits } = before;
    world.note(`${list.zone} ${subject}: ${raw || "not listed"}, as asked not long ago`);
    return verdict === "clear" ? [] : [{ subject, verdict, means, raw, hits, reason: "" }];
  }
  const name = isIP(subject) === 0 ? subject : (reversed(subject) ?? subject);
  const addresses = await question(world, list, name);
  const reading = addresses.length === 0 ? undefined : readListAnswer(list, addresses);
  world.note(`${list.zone} ${subject}: ${reading === undefined ? "not listed" : `${reading.kind}, ${reading.raw}`}`);
  if (reading?.kind === "refused") throw new IllError(refusal(reading.raw));
  const clear = { at: world.now, hits: 0, verdict: "clear" as const, means: "", raw: "" };
  world.kept.asked[key] = clear;
  if (reading === undefined || reading.kind === "neutral") return [];
  const { raw } = reading;
  const verdict = reading.kind === "listed" ? reading.verdict : reading.kind === "good" ? "good" : "unknown-code";
  const means = "means" in reading ? reading.means : "";
  const hits = (before?.hits ?? 0) + 1;
  world.kept.asked[key] = { at: world.now, hits, verdict, means, raw };
  const reason = reading.kind === "listed" ? await reasonOf(world, list, name) : "";
  return [{ subject, verdict, means, raw, hits, reason }];
}

/** The A records of a name in a list; none where the list says that it has none. */
async function question(world: ConsultWorld, list: AskedList, name: string): Promise<readonly string[]> {
  const answer = await world.ask(`${name}.${list.query}`, "A", { signal: world.signal });
  const resolver = answer.server.replace(/^\[?([^\]]*?)\]?:\d+$/, "$1");
  if (list.ownResolver && publicResolvers.has(resolver)) {
    throw new IllError(`it was asked through the public resolver ${resolver}, which it does not answer`);
  }
  if (answer.outcome === "failed") throw new IllError(`no answer: ${failureOf(answer, list)}`);
  return answer.records;
}

async function reasonOf(world: ConsultWorld, list: AskedList, name: string): Promise<string> {
  const answer = await world.ask(`${name}.${list.query}`, "TXT", { signal: world.signal });
  return answer.records
    .slice(0, 2)
    .map((parts) => parts.join(""))
    .join("; ")
    .slice(0, maxReason);
}

const refusal = (raw: string): string => `it refuses our resolver (${raw})`;

/** The name that was asked for may hold the customer's key. */
const failureOf = ({ failure }: DnsAnswer, list: AskedList): string => {
  const { code = "", text = "" } = failure ?? {};
  return list.query === list.zone ? text : code;
};
