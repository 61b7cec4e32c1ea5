import type { BounceCause } from "../i18n/bounce-causes.ts";
import type { BouncedRecipient } from "./dsn-status.ts";
import { dnsLists } from "./dns-lists.ts";
import { isVague, statusIn } from "./dsn-status.ts";
import { statusRules, wordRules } from "./reply-rules-general.ts";
import { chineseRules, type ReplyRule, worldRules } from "./reply-rules.ts";

export interface ReplyCause {
  /** One: the words decide. Several: they do not, the likeliest first. Never none. */
  readonly causes: readonly [BounceCause, ...BounceCause[]];
  /** What was gone by; undefined where nothing fitted. */
  readonly rule: ReplyRule | undefined;
  /** The block list that is named, and where one asks to be taken off. */
  readonly blocklist: { readonly name: string; readonly removal: string | undefined } | undefined;
  /** The address of the sending server that the reply names. */
  readonly sender: string | undefined;
  /** A page of the receiver that the reply points to. */
  readonly page: string | undefined;
}

/** In this order the first that fits counts: what one provider says, what many say, what the code alone says. */
export const replyRules: readonly ReplyRule[] = [...chineseRules, ...worldRules, ...wordRules, ...statusRules];

const maxText = 2_000;

type Said = Pick<BouncedRecipient, "status" | "reply" | "diagnostic" | "remoteMta">;

/** Why a server refused or put off a mail, by its reply. Pure; never throws; whatever does not decide stays undecided. */
export function causeOfReply({ status, reply, diagnostic, remoteMta }: Said): ReplyCause {
  // The lines of one reply begin with its code: `550-5.7.26 `.
  const text = diagnostic
    .slice(0, maxText)
    .toLowerCase()
    .replace(/\s[245][0-5]\d[ -][245]\.\d{1,3}\.\d{1,3}(?=\s)/g, "")
    .replace(/\s+/g, " ");
  const own = statusIn(diagnostic);
  const codes = [isVague(status) ? own : status, own].filter((code) => code !== undefined);
  const rule = replyRules.find((one) => fits(one, { text, codes, reply, host: remoteMta ?? "" }));
  const [first = "unknown", ...more] = rule?.causes ?? [];
  const causes = [first, ...more] as const;
  return {
    causes,
    rule,
    blocklist: first === "blocklisted" ? blocklistIn(text) : undefined,
    sender: senderIn(text),
    page: /https?:\/\/[^\s<>"'）)\]]{4,300}/i.exec(diagnostic.slice(0, maxText))?.[0].replace(/[.,;]+$/, ""),
  };
}

interface Heard {
  readonly text: string;
  readonly codes: readonly string[];
  readonly reply: number | undefined;
  readonly host: string;
}

const fits = (rule: ReplyRule, { text, codes, reply, host }: Heard): boolean =>
  (rule.status === undefined || codes.some((code) => fitsStatus(rule.status ?? "", code))) &&
  (rule.reply === undefined || fitsReply(rule.reply, reply)) &&
  (rule.by === undefined || rule.by.some((name) => host.includes(name) || text.includes(name))) &&
  (rule.any === undefined || rule.any.some((words) => inOrder(words, text)));

export function fitsStatus(pattern: string, status: string): boolean {
  const [wanted, given] = [pattern.split("."), status.split(".")];
  return wanted.every((part, index) => {
    const number = Number(given[index]);
    if (part === "*") return true;
    if (part === "x") return number === 4 || number === 5;
    const [low = Number.NaN, high = low] = part.split("-").map(Number);
    return number >= low && number <= high;
  });
}

const fitsReply = (pattern: string, reply: number | undefined): boolean =>
  reply !== undefined && (pattern.endsWith("xx") ? String(reply)[0] === pattern[0] : String(reply) === pattern);

/** `a … b`: a, and b behind it. A short word of Latin letters must be a word: `rbl`, not `marble`. */
function inOrder(words: string, text: string): boolean {
  let at = 0;
  for (const part of words.split("…").map((one) => one.trim())) {
    const found = indexOfWords(text, part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return true;
}

function indexOfWords(text: string, words: string, from: number): number {
  for (let at = text.indexOf(words, from); at !== -1; at = text.indexOf(words, at + 1)) {
    if (words.length > 4 || !/[a-z]/.test(text[at - 1] ?? " ")) return at;
  }
  return -1;
}

/** Lists without a zone that one could ask, and what they are called. */
const namedLists: readonly (readonly [words: string, name: string, removal: string])[] = [
  ["s3150", "Microsoft (S3150)", "https://sender.office.com/"],
  ["s3140", "Microsoft (S3140)", "https://sender.office.com/"],
  ["barracuda", "Barracuda", "https://www.barracudacentral.org/rbl/removal-request"],
  ["spamhaus", "Spamhaus", "https://check.spamhaus.org/"],
  ["spamcop", "SpamCop", "https://www.spamcop.net/bl.shtml"],
  ["proofpoint", "Proofpoint", "https://ipcheck.proofpoint.com/"],
  ["cloudmark", "Cloudmark", "https://csi.cloudmark.com/en/reset/"],
  ["uceprotect", "UCEPROTECT", "https://www.uceprotect.net/en/rblcheck.php"],
  ["trendmicro", "Trend Micro", "https://servicecentral.trendmicro.com/en-us/ers/ip-lookup/"],
];

function blocklistIn(text: string): ReplyCause["blocklist"] {
  const zone = /\b(?:using|listed (?:at|on|in)|rbl:?|dnsbl:?|by)\s+((?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,20})\b/.exec(text)?.[1];
  const known = dnsLists.find((list) => zone === list.zone || text.includes(list.zone));
  const named = namedLists.find(([words]) => text.includes(words));
  const name = zone ?? known?.zone ?? named?.[1];
  return name === undefined ? undefined : { name, removal: known?.removal ?? named?.[2] };
}

const addresses = /\[?\b((?:\d{1,3}\.){3}\d{1,3})\b\]?/g;

/** The client's address stands behind `client host`, `ip:` or in brackets; that of the refusing server before `said:`. */
function senderIn(text: string): string | undefined {
  const told = text.slice(text.indexOf("said:") === -1 ? 0 : text.indexOf("said:"));
  return [...told.matchAll(addresses)]
    .map(([, address = ""]) => address)
    .find((address) => address.split(".").every((part) => Number(part) <= 255));
}
