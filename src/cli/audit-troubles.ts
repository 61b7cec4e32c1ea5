import { auditWords } from "../i18n/audit.ts";
import { engineFinding } from "../i18n/engine-findings.ts";
import { readersData, sayFinding } from "../i18n/reasons.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Finding } from "../model/observation.ts";
import { statusFacts, statusOfSeverity, worstStatus, type Severity, type Status } from "../model/status.ts";
import { fill, inLanguage, say, type Language, type Text } from "../model/text.ts";
import type { Row } from "./check-output.ts";

export interface DomainResult {
  readonly domain: string;
  readonly rows: readonly Row[];
  /** Who has its mail, and the record that says so; left out where that is nobody known. */
  readonly provider?: { readonly title: Text; readonly because: string };
}

/** A piece of an advice: a sentence, or what is to be pasted somewhere, a line each. */
export type Piece =
  | { readonly kind: "said"; readonly text: string }
  | { readonly kind: "paste"; readonly lines: readonly string[] };

/** One thing that an audit found, as it is told. */
export interface Trouble {
  readonly severity: Severity;
  readonly text: string;
  readonly advice: readonly Piece[];
  /** The checks that found it. */
  readonly checks: readonly string[];
}

/**
 * What harms more comes first among findings of one severity: the domain itself is gone, mail does not arrive, mail programs are
 * kept from it, the company's own mail is refused, others can write in its name, mail is read on its way, and last what only makes it easier for people.
 */
const byHarm = [
  "domain-expiry",
  "dns-mx",
  "smtp-mx",
  "dns-dnssec",
  "dns-consistency",
  "tls-certificate",
  "dnsbl-listing",
  "dns-ptr",
  "dns-spf",
  "dns-dkim",
  "dns-dmarc",
  "dns-dane",
  "dns-mta-sts",
  "dns-autoconfig",
  "dns-caa",
  "dns-tls-rpt",
  "dns-bimi",
];

const harmOf = ({ checks: [check = ""] }: Trouble): number => {
  const index = byHarm.indexOf(check);
  return index === -1 ? byHarm.length : index;
};

/** What was found of the given severities, each said once, the most harmful first. */
export function troublesOf(rows: readonly Row[], severities: readonly Severity[], language: Language): readonly Trouble[] {
  const told = new Map<string, Trouble>();
  for (const { check, observation } of rows) {
    for (const finding of observation.findings.filter(({ severity }) => severities.includes(severity))) {
      const words = check.findings[finding.code] ?? engineFinding(finding.code);
      const text = textOf(finding, check, language);
      const advice = words ? piecesOf(inLanguage(words.advice, language), readersData(finding.data, language)) : [];
      const key = JSON.stringify([finding.severity, text, advice]);
      const same = told.get(key);
      told.set(key, { severity: finding.severity, text, advice, checks: [...new Set([...(same?.checks ?? []), check.id])] });
    }
  }
  const rank = ({ severity }: Trouble): number => statusFacts[statusOfSeverity(severity)].rank;
  return [...told.values()].toSorted((a, b) => rank(b) - rank(a) || harmOf(a) - harmOf(b));
}

/** A record as an advice names it, with its owner where that stands before it. */
const pasted = /(?:(?<=^|[\s：:])([\w.{}*-]+\. [A-Z]+) ")?\{(record|policy|lines)\}"?[.。；;]?/g;

/** The advice in pieces, so that what is to be pasted stands by itself. */
export function piecesOf(template: string, data: Finding["data"]): readonly Piece[] {
  const pieces: Piece[] = [];
  const tell = (part: string): void => {
    const text = fill(part, data).trim();
    if (text !== "") pieces.push({ kind: "said", text });
  };
  let from = 0;
  for (const match of template.matchAll(pasted)) {
    const [whole, owner, key = ""] = match;
    const value = String(data[key] ?? "");
    // What could not be worked out is no record.
    if (value.length < 4) {
      tell(`${template.slice(from, match.index).replace(/[\s：:]+$/, "")}${/[一-鿿]/.test(template) ? "。" : "."}`);
      from = match.index + whole.length;
      continue;
    }
    tell(template.slice(from, match.index));
    const lines =
      key === "record" ? recordsOf(whole, owner, value, data) : fill(whole.replace(/[.。；;]$/, ""), data).split(" ⏎ ");
    pieces.push({ kind: "paste", lines });
    from = match.index + whole.length;
  }
  tell(template.slice(from));
  return pieces;
}

/** One text with its owner before it, or records as a zone has them. */
const recordsOf = (whole: string, owner: string | undefined, value: string, data: Finding["data"]): readonly string[] =>
  owner === undefined ? recordsIn(fill(whole.replace(/[.。；;]$/, ""), data)) : [`${fill(owner, data)} ${quotedStrings(value)}`];

/** A TXT record is made of strings of at most 255 octets (RFC 1035 section 3.3): a key of 2048 bits takes two. */
const quotedStrings = (text: string): string =>
  (text.match(/[^]{1,255}/g) ?? [""]).map((part) => `"${part.replace(/["\\]/g, String.raw`\$&`)}"`).join(" ");

/** Several records are a list; each begins with a name and a type. */
const recordsIn = (text: string): readonly string[] =>
  text.split(/,? (?=\S+\. (?:A|AAAA|MX|TXT|NS|CNAME|SRV|CAA|TLSA|DS|PTR) \S)/);

export interface Reason {
  readonly checks: readonly string[];
  readonly reason: string;
}

/** What could not be judged, each reason once with the titles of the checks that it stopped. */
export function notJudged(rows: readonly Row[], language: Language): readonly Reason[] {
  const titles = new Map<string, Set<string>>();
  for (const { check, observation } of rows) {
    const unknown = observation.findings.filter(({ severity }) => severity === "unknown");
    const unproven = unknown.find(({ code }) => code === "own-side-unproven");
    const texts = unknown.filter((finding) => finding !== unproven).map((finding) => textOf(finding, check, language));
    const reasons = unproven ? [unprovenText(unproven, texts, language)] : texts;
    for (const reason of reasons) titles.set(reason, (titles.get(reason) ?? new Set()).add(inLanguage(check.title, language)));
  }
  return [...titles].map(([reason, checks]) => ({ reason, checks: [...checks] }));
}

function textOf({ code, data }: Finding, check: AnyCheck, language: Language): string {
  const words = check.findings[code] ?? engineFinding(code);
  return words ? sayFinding(words.text, language, data) : code;
}

/** What this machine saw and may owe to its own network alone. */
function unprovenText({ data }: Finding, found: readonly string[], language: Language): string {
  const which = String(data["self"]).includes("port25") ? "unproven-port25" : "unproven-ipv6";
  return say(auditWords[which], language, { found: found.join(language === "zh-CN" ? "；" : "; ") });
}

export const statusOfRows = (rows: readonly Row[]): Status => worstStatus(rows.map(({ observation }) => observation.status));

/**
 * The titles of the checks that found nothing wrong: those that looked at something, and those that had nothing to look at. Those
 * that are about one of several servers say which.
 */
export function quietOf(
  { domain, rows }: Pick<DomainResult, "domain" | "rows">,
  language: Language,
): { readonly fine: readonly string[]; readonly idle: readonly string[] } {
  const quiet = rows.filter(({ observation }) => observation.findings.length === 0);
  const titles = (nothing: boolean): readonly string[] =>
    quiet.filter((row) => (row.nothing ?? false) === nothing).map((row) => titleOf(row, domain, language));
  return { fine: titles(false), idle: titles(true) };
}

function titleOf({ check, probe }: Row, domain: string, language: Language): string {
  const title = inLanguage(check.title, language);
  if (probe.asset === domain) return title;
  return language === "zh-CN" ? `${title}（${probe.asset}）` : `${title} (${probe.asset})`;
}
