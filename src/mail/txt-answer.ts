import type { DnsAnswer } from "../model/dns.ts";

/** The texts of a TXT answer: the strings of one record belong together without a space (RFC 7208 3.3, RFC 6376 3.6.2.2). */
export const textsOf = (answer: DnsAnswer<"TXT">): string[] => answer.records.map((strings) => strings.join(""));

/** One line of evidence, of at most a few hundred characters however much a zone holds. */
export function txtLine(answer: DnsAnswer<"TXT">): string {
  const { name, outcome, failure, aliases, ttl, server, confirmedBy } = answer;
  const via = aliases.length === 0 ? "" : ` by the alias ${aliases.join(" ▶ ")}`;
  const texts = textsOf(answer);
  const shown = texts.slice(0, 3).map((text) => `“${shortened(text, 300)}”`);
  const more = texts.length > 3 ? ` and ${texts.length - 3} more` : "";
  const said =
    outcome === "failed" ? `failed: ${failure?.text ?? ""}` : outcome === "records" ? shown.join(", ") + more : outcome;
  const proof = confirmedBy === undefined ? "" : `, confirmed by ${confirmedBy}`;
  return `TXT ${name}${via}: ${said} (TTL ${ttl} s, from ${server || "nobody"}${proof})`;
}

/** A text as a finding quotes it. */
export const shortened = (text: string, max = 120): string => (text.length > max ? `${text.slice(0, max)}…` : text);

/** The first few, and how many more there are. */
export const listed = (some: readonly string[], max = 3): string =>
  some.length > max ? `${some.slice(0, max).join(", ")} (+${some.length - max})` : some.join(", ");

/** RFC 7208: exactly this SPF record says that a domain sends no mail. */
export const sendsNothing = (apex: readonly string[]): boolean => apex.some((text) => text.trim() === "v=spf1 -all");
