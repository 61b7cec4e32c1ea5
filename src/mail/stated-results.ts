import { visible } from "../model/visible.ts";

export const statedMethods = ["spf", "dkim", "dmarc"] as const;
export type StatedMethod = (typeof statedMethods)[number];

/** What a receiver found out when the mail came. */
interface StatedResult {
  readonly method: StatedMethod;
  /** `pass`, `fail`, `softfail`, `none` …, lower case. */
  readonly result: string;
  /** In whose name; "" where it is not said. */
  readonly domain: string;
  /** The receiver's comment, visible and cut; "" for none. */
  readonly reason: string;
}

export interface Stated {
  /** Who says so; undefined where it leaves its name out (Exchange Online). */
  readonly by: string | undefined;
  readonly results: readonly StatedResult[];
}

const maxValue = 8_000;
const maxResults = 20;
const maxFields = 10;

/**
 * What the receiver wrote into `Authentication-Results` (RFC 8601) or, without one, `Received-SPF` (RFC 7208 section 9.1). The topmost
 * and those below of the same name count; what stands below the first server's `Received` was written by whoever sent it. Undefined
 * where nothing is stated. Never throws.
 */
export function readStatedResults(fields: readonly { readonly name: string; readonly value: string }[]): Stated | undefined {
  const lowest = fields.findLastIndex(({ name }) => name === "received");
  const above = fields.slice(0, Math.max(0, lowest));
  const stated = readResults(above.flatMap(({ name, value }) => (name === "authentication-results" ? [value] : [])));
  if (stated !== undefined) return stated;
  const spf = above.find(({ name }) => name === "received-spf")?.value;
  const result = /^\s*(pass|fail|softfail|neutral|none|temperror|permerror)\b/i.exec(spf ?? "")?.[1]?.toLowerCase();
  if (spf === undefined || result === undefined) return undefined;
  const reason = /\(([^()]{1,300})\)/.exec(spf)?.[1] ?? "";
  return { by: undefined, results: [{ method: "spf", result, domain: "", reason: visible(reason, 200) }] };
}

/** The values of `Authentication-Results` fields, the topmost first; those of its author count. Never throws. */
export function readResults(values: readonly string[]): Stated | undefined {
  const read = values.slice(0, maxFields).map((value) => readOne(value.slice(0, maxValue)));
  const by = read[0]?.by;
  const results = read.filter((one) => one.by === by).flatMap((one) => one.results);
  return results.length === 0 ? undefined : { by, results: firstOfEach(results).slice(0, maxResults) };
}

/** SPF and DMARC have one result; DKIM one for each signature. */
const firstOfEach = (results: readonly StatedResult[]): StatedResult[] =>
  results.filter(({ method }, index) => method === "dkim" || results.findIndex((one) => one.method === method) === index);

const propertiesOf: Readonly<Record<StatedMethod, RegExp>> = {
  spf: /\bsmtp\.(?:mailfrom|helo)=(?:[^\s;@]*@)?([^\s;]+)/i,
  dkim: /\bheader\.(?:d=|i=(?:[^\s;@]*@)?)([^\s;]+)/i,
  dmarc: /\bheader\.from=([^\s;]+)/i,
};

function readOne(value: string): Stated {
  const results: StatedResult[] = [];
  const [first = "", ...rest] = partsOf(value.replace(/\s+/g, " "));
  // Exchange Online begins with the first result.
  const named = !/^\s*(?:spf|dkim|dmarc|arc|compauth)\s*=/i.test(first);
  for (const part of named ? rest : [first, ...rest]) {
    const [, method = "", result = ""] = /^\s*(spf|dkim|dmarc)(?:\/\d+)?\s*=\s*([a-z]+)/i.exec(part) ?? [];
    const known = statedMethods.find((one) => one === method.toLowerCase());
    if (known === undefined) continue;
    const bare = part.replace(/\([^()]*\)/g, " ");
    const reason = /\(([^()]{1,300})\)/.exec(part)?.[1] ?? "";
    const domain = propertiesOf[known].exec(bare)?.[1]?.replace(/^"|"$/g, "").toLowerCase() ?? "";
    results.push({ method: known, result: result.toLowerCase(), domain: visible(domain, 253), reason: visible(reason, 200) });
  }
  const by = named ? /^\s*([^\s;]{1,253})/.exec(first)?.[1]?.toLowerCase() : undefined;
  return { by: by === undefined ? undefined : visible(by, 253), results };
}

/** At semicolons outside of comments. */
function partsOf(value: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of value) {
    if (character === "(") depth += 1;
    else if (character === ")") depth = Math.max(0, depth - 1);
    if (character === ";" && depth === 0) {
      if (parts.length > maxResults) break;
      parts.push("");
    } else parts[parts.length - 1] += character;
  }
  return parts;
}
