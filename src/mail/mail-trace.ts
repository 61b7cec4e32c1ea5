import { type Authenticated, authenticationFact, readAuthenticationResults } from "./authentication-results.ts";
import { isSelector } from "../model/dns-words.ts";
import { type DkimSignature, readDkimSignature, selectorFact, signatureFact, unsignedFact } from "./dkim-signature.ts";
import { findHandover, type Parties, readReceived } from "./received.ts";
import { isSendingName } from "./sending-name.ts";
import { readResults, type Stated } from "./stated-results.ts";

/** One header field, in its place. */
interface Field {
  /** Lower case. */
  readonly name: string;
  /** Folded as it came. */
  readonly value: string;
}

/** More are not looked at: no mail passes through so many servers. */
const maxFields = 200;
const maxSignatures = 4;

interface Header {
  /** From the top. */
  readonly fields: readonly Field[];
  /** False: there is more of it than was read. */
  readonly whole: boolean;
}

/** The header at the top of a mail, up to the empty line; a field that was cut off is none. Never throws. */
export function readHeader(top: string): Header {
  const end = /\r?\n\r?\n/.exec(top)?.index;
  const lines = top.slice(0, end).split(/\r?\n(?![ \t])/, maxFields + 1);
  const whole = end !== undefined && lines.length <= maxFields;
  const fields = (whole ? lines : lines.slice(0, -1)).flatMap((line) => {
    const colon = line.indexOf(":");
    return colon < 1 ? [] : [{ name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() }];
  });
  return { fields, whole };
}

/** What the header of a mail that arrived shows of whoever sent it. */
export interface Trace {
  /** The address that handed it to the receiver, and what that called itself, where the receiver's own servers tell. */
  readonly handover: { readonly address: string; readonly helo: string | undefined } | undefined;
  /** At most 4, those that it had when it was handed over, the sender's own first; undefined where that cannot be told. */
  readonly signatures: readonly DkimSignature[] | undefined;
  /** What the receiver's servers found out about it (RFC 8601), in their own words. */
  readonly results: string | undefined;
  /** The same, read: in whose names it passed, and each result. */
  readonly authenticated: Authenticated | undefined;
  readonly stated: Stated | undefined;
}

/** @param domain of the sender, A-labels in lower case */
export function readTrace(top: string, domain: string, parties: Parties): Trace {
  const { fields, whole } = readHeader(top);
  const hops = fields.flatMap((field, place) => (field.name === "received" ? [{ ...readReceived(field.value), place }] : []));
  const handover = findHandover(hops, parties);
  // What stands above was written by the receiver's servers, what stands below was there before.
  const border = handover && hops[handover.index]?.place;
  const signed = fields.filter(({ name }, place) => name === "dkim-signature" && place > (border ?? -1));
  const readable = signed
    .flatMap(({ value }) => readDkimSignature(value) ?? [])
    .filter((one) => isSelector(one.selector) && isSendingName(one.domain));
  const isOwn = (one: DkimSignature): boolean => isBelow(one.domain, domain) || isBelow(domain, one.domain);
  const [own, others] = [readable.filter(isOwn), readable.filter((one) => !isOwn(one))];
  const stated = handover && border !== undefined ? verdictsOf(fields, border, hops[handover.index]?.by) : [];
  return {
    handover,
    signatures: signaturesOf(
      [...own, ...(border === undefined ? [] : others)],
      whole && border !== undefined && signed.length === 0,
    ),
    results: stated[0]?.replace(/\s+/g, " ").slice(0, 400),
    authenticated: readAuthenticationResults(stated.join(";")),
    stated: readResults(stated),
  };
}

/**
 * What the receiver's servers found out: above the line of the server that took the mail, and directly below it, where Gmail and
 * Exchange Online write it. A receiver takes out what came with the mail under its own name (RFC 8601 section 5). Several programs
 * of one server write a field each, under one name.
 */
function verdictsOf(fields: readonly Field[], border: number, by: string | undefined): string[] {
  const below = fields.slice(border + 1);
  const end = below.findIndex(({ name }) => !verdictFields.has(name));
  const near = end === -1 ? below : below.slice(0, end);
  const isVerdict = ({ name }: Field): boolean => name === "authentication-results";
  const stated = [
    ...fields.slice(0, border).filter(isVerdict),
    ...near.filter((field) => isVerdict(field) && ["", by].includes(authorOf(field.value))),
  ].map(({ value }) => value);
  const [first] = stated;
  return first === undefined ? [] : stated.filter((value) => authorOf(value) === authorOf(first));
}

const verdictFields: ReadonlySet<string> = new Set(["authentication-results", "received-spf"]);

/** Exchange Online writes no name, and begins with the first result. */
function authorOf(value: string): string {
  const [first = ""] = value.split(/[;\s(]/, 1);
  return first.includes("=") ? "" : first.toLowerCase();
}

const isBelow = (name: string, domain: string): boolean => name === domain || name.endsWith(`.${domain}`);

/** That there are none is said only of a mail whose whole header was read, and that came from outside. */
const signaturesOf = (some: readonly DkimSignature[], isUnsigned: boolean): Trace["signatures"] =>
  some.length === 0 && !isUnsigned ? undefined : some.slice(0, maxSignatures);

/** What `ctx.facts` of the sender's domain tells to `dns-dkim`, `dns-dmarc`, `dns-spf`, `dns-ptr` and `dnsbl-listing` from then on. */
export function traceFacts(
  { handover, signatures, authenticated }: Trace,
  about: { readonly sender: string; readonly recipient: string; readonly arrivedAt: number },
): readonly { readonly kind: string; readonly value: string }[] {
  const { sender, recipient, arrivedAt } = about;
  const facts: { kind: string; value: string }[] = [];
  if (handover) {
    const { address, helo } = handover;
    facts.push({ kind: "sending-address", value: address });
    if (helo !== undefined) facts.push({ kind: "helo", value: `${address} ${helo}` });
  }
  for (const signature of signatures ?? []) {
    facts.push({ kind: "dkim-selector", value: selectorFact(signature) });
    facts.push({ kind: "dkim-signature", value: signatureFact(sender, signature, arrivedAt) });
  }
  const found = authenticated && authenticationFact(sender, recipient, authenticated);
  if (found !== undefined) facts.push({ kind: "authentication", value: found });
  if (signatures?.length === 0) facts.push({ kind: "dkim-signature", value: unsignedFact(sender) });
  return facts;
}
