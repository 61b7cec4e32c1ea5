import { rangeText } from "./ip-range.ts";
import { parseSpf, type SpfRecord } from "./spf-record.ts";
import { rangesOf, type SpfAccount } from "./spf-tree.ts";
import type { SpfTree } from "./spf-walk.ts";
import { shortened } from "./txt-answer.ts";

/** A TXT record as it is written in a zone: strings of at most 255 octets (RFC 7208 section 3.3). */
export const zoneLine = (name: string, text: string): string =>
  `${name}. TXT ${(shortened(text, 4_000).match(/[^]{1,255}/g) ?? [""]).map(quoted).join(" ")}`;

const quoted = (part: string): string => `"${part.replace(/["\\]/g, String.raw`\$&`)}"`;

/** One record with the terms of several, each once, and the first `all` at its end. */
export function merged(texts: readonly string[]): string {
  const terms = texts.flatMap((text) => parseSpf(text).repaired.split(" ").slice(1));
  const isAll = (term: string): boolean => /^[+\-~?]?all$/i.test(term);
  const all = terms.filter(isAll).slice(0, 1);
  return ["v=spf1", ...new Set(terms.filter((term) => !isAll(term))), ...all].join(" ");
}

/** A record rewritten term by term: undefined keeps one, an empty list drops it. */
export function rewritten(record: SpfRecord, change: (term: string) => readonly string[] | undefined): string {
  const [version = "", ...terms] = record.repaired.split(" ");
  return [version, ...terms.flatMap((term) => change(term) ?? [term])].join(" ");
}

/** A record with one more term, before its `all`. */
export function recordWith(record: SpfRecord, domain: string, added: string): string {
  const terms = record.repaired.split(" ");
  const end = terms.findIndex((term) => /^[+\-~?]?all$|^redirect=/i.test(term));
  return zoneLine(domain, terms.toSpliced(end < 0 ? terms.length : end, 0, added).join(" "));
}

/** The same senders with fewer lookups: addresses written out, nothing twice, no ptr. */
export function cheaper(tree: SpfTree, record: SpfRecord, { parts }: SpfAccount): { text: string; after: number } {
  const replaced = new Map<string, readonly string[]>();
  for (const directive of record.directives) {
    if (directive.kind === "ptr") replaced.set(directive.text, []);
    if (directive.kind !== "a" && directive.kind !== "mx") continue;
    const ranges = rangesOf(tree, directive, tree.root.name);
    const sign = directive.qualifier === "+" ? "" : directive.qualifier;
    if (ranges.length > 0 && ranges.length <= 6)
      replaced.set(
        directive.text,
        ranges.map((range) => `${sign}ip${range.family}:${rangeText(range)}`),
      );
  }
  const used = new Set<string>();
  const text = rewritten(record, (term) => {
    const terms = (replaced.get(term) ?? [term]).filter((one) => !used.has(one));
    for (const one of terms) used.add(one);
    return terms;
  });
  const left = new Map(parts.map((part) => [part.term, part.lookups]));
  for (const term of replaced.keys()) left.delete(term);
  return { text, after: [...left.values()].reduce((sum, lookups) => sum + lookups, 0) };
}
