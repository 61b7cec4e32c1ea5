import { isIP } from "node:net";
import { getDomain } from "tldts";
import { isSendingName } from "./sending-name.ts";

/** One `Received` header: what a server says of who gave it a mail (RFC 5321 section 4.4, and what servers really write). */
export interface Hop {
  /** As the client called itself (HELO); undefined where the server does not say. */
  readonly helo: string | undefined;
  /** The name that the server found for the client's address; undefined where it found none. */
  readonly name: string | undefined;
  /** The client's address; undefined for a mail that was handed on within the machine. */
  readonly address: string | undefined;
  /** As the server that wrote this calls itself, lower case. */
  readonly by: string | undefined;
  /** The client had logged in: here the mail was submitted (RFC 3848). */
  readonly submitted: boolean;
}

/** Longer ones are cut: a hop says what it says at its beginning. */
const maxLength = 4_000;
const keywords: ReadonlySet<string> = new Set(["from", "by", "via", "with", "id", "for"]);

interface Clause {
  readonly words: string[];
  readonly comments: string[];
}

/** The value of a `Received` header, unfolded or not. Never throws. */
export function readReceived(value: string): Hop {
  const clauses = clausesOf(value.slice(0, maxLength));
  const [first, ...comments] = [clauses.get("from")?.words[0], ...(clauses.get("from")?.comments ?? [])];
  const said = comments.join(" ");
  const greeted = /\b(?:helo|ehlo)[= ]\s*([^\s()]+)/i.exec(said)?.[1];
  // Exim, qmail: the name found stands first, and what was said in HELO is spelled out behind it.
  const found = greeted === undefined ? nameBefore(said) : first;
  return {
    helo: heloOf(greeted ?? first),
    name: found !== undefined && isSendingName(found.replace(/\.$/, "")) ? found.replace(/\.$/, "").toLowerCase() : undefined,
    address: addressIn(comments) ?? bareAddress(first ?? ""),
    by: clauses.get("by")?.words[0]?.replace(/\.$/, "").toLowerCase(),
    submitted: /^(?:utf8)?(?:e?smtp|lmtp)s?a$/i.test(clauses.get("with")?.words[0] ?? "") || /\bauthenticated\b/i.test(said),
  };
}

/** The words and comments behind each keyword; a second one of a kind adds to the first. Nested comments are one. */
function clausesOf(text: string): ReadonlyMap<string, Clause> {
  const clauses = new Map<string, Clause>();
  let clause: Clause = { words: [], comments: [] };
  let depth = 0;
  let comment = "";
  for (const part of text.match(/[();]|[^\s();]+|\s+/g) ?? []) {
    if (part === "(" && depth++ === 0) {
      comment = "";
    } else if (part === ")" && depth > 0) {
      depth -= 1;
      if (depth === 0) clause.comments.push(comment);
      else comment += part;
    } else if (depth > 0) {
      comment += part;
    } else if (part === ";") {
      // The rest is the date.
      break;
    } else if (keywords.has(part.toLowerCase())) {
      clause = clauses.get(part.toLowerCase()) ?? { words: [], comments: [] };
      clauses.set(part.toLowerCase(), clause);
    } else if (part !== ")" && part.trim() !== "") {
      clause.words.push(part);
    }
  }
  return clauses;
}

/** `unknown` is what servers write for want of a name. */
const heloOf = (word: string | undefined): string | undefined =>
  word !== undefined && word.toLowerCase() !== "unknown" && /^[\x21-\x7e]{1,253}$/.test(word) ? word.toLowerCase() : undefined;

/** `mail.example.com [203.0.113.5]` ▶ the name. */
const nameBefore = (said: string): string | undefined => /(?:^|\s)([^\s[]+)\s*\[/.exec(said)?.[1];

/** In brackets before bare ones: `(mail.example.com [203.0.113.5])`, `([203.0.113.5]:48522 helo=x)`, Exchange's `(203.0.113.5)`. */
function addressIn(comments: readonly string[]): string | undefined {
  for (const comment of comments) {
    const [, bracketed] = /\[(?:ipv6:)?([0-9a-f.:]{3,45})\]/i.exec(comment) ?? [];
    if (bracketed !== undefined && isIP(bracketed) !== 0) return bracketed.toLowerCase();
  }
  for (const comment of comments) {
    const bare = comment.split(/[\s,]+/).find((word) => isIP(word) !== 0);
    if (bare !== undefined) return bare.toLowerCase();
  }
  return undefined;
}

function bareAddress(word: string): string | undefined {
  const inner = word.replace(/^\[(?:ipv6:)?(.*)\]$/i, "$1");
  return isIP(inner) === 0 ? undefined : inner.toLowerCase();
}

export interface Parties {
  /** Names of hosts of the receiver's mail service (its MX, where its mail is read) and of the sender's. */
  readonly receiver: readonly string[];
  readonly sender: readonly string[];
  readonly isPublic: (address: string) => boolean;
}

/** Where a mail came into the receiver's service: at `hops[index]`, from the public `address`. */
export interface Handover {
  readonly index: number;
  readonly address: string;
  readonly helo: string | undefined;
}

/**
 * Who handed a mail to the receiver. Anybody can write `Received` lines below those of the receiver's servers, so the way is
 * followed from the top, and only through hops whose client belongs to the receiver: the first other client is the sender, by the
 * word of a server that has no part in it. Undefined where the chain shows none: the mail never left the sender's service, or who
 * wrote a line is not known.
 * @param hops from the top of the mail
 */
export function findHandover(hops: readonly Hop[], { receiver, sender, isPublic }: Parties): Handover | undefined {
  const top = hops[0]?.by;
  if (top === undefined || isOneOf(sender, top)) return undefined;
  const own = [...receiver, top];
  for (const [index, { helo, name, address, by, submitted }] of hops.entries()) {
    if (submitted) return undefined;
    // Handed on within one machine.
    if (address === undefined) continue;
    if (index > 0 && !isOneOf(own, by)) return undefined;
    if (isPublic(address) && !isOneOf(own, name ?? helo)) return { index, address, helo };
  }
  return undefined;
}

/** Is a host of the same organization as one of these, by the public suffix list? */
function isOneOf(hosts: readonly string[], host: string | undefined): boolean {
  const mine = host === undefined ? undefined : organizationOf(host);
  return mine !== undefined && hosts.some((one) => organizationOf(one) === mine);
}

/** Customers of one cloud are strangers to each other, hence its names count as suffixes. A single label is its own. */
const organizationOf = (host: string): string =>
  getDomain(host, { allowPrivateDomains: true, validateHostname: false }) ?? host.toLowerCase();
