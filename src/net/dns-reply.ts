import type { DnsFailure, RecordShape, RecordType, Referral } from "../model/dns.ts";
import { isType, type Message, shapeOf, typeCodes } from "./dns-message.ts";
import { maxAliases } from "./dns-name.ts";

/** What one server said to one question. */
export type Reply<T extends RecordType = RecordType> = Failure | Alias | Said<T>;

export interface Failure {
  readonly outcome: "failed";
  readonly code: DnsFailure;
  readonly text: string;
  /** Empty when nobody answered. */
  readonly server: string;
  readonly extendedErrors: readonly number[];
  readonly referral?: Referral;
}

/** The answer ends with a CNAME, and its target is still to be asked for. */
export interface Alias {
  readonly outcome: "alias";
  readonly aliases: readonly string[];
  readonly server: string;
  readonly authoritative: boolean;
}

interface Said<T extends RecordType> {
  readonly outcome: "records" | "nodata" | "nxdomain";
  readonly aliases: readonly string[];
  readonly records: readonly RecordShape[T][];
  readonly signatures?: readonly Uint8Array[];
  readonly ttl: number;
  readonly server: string;
  readonly authenticated: boolean;
  readonly authoritative: boolean;
  readonly extendedErrors: readonly number[];
}

export const failure = (code: DnsFailure, text: string, server: string, extendedErrors: readonly number[] = []): Failure => ({
  outcome: "failed",
  code,
  text,
  server,
  extendedErrors,
});

export const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

const failureOfRcode: ReadonlyMap<number, DnsFailure> = new Map([
  [rcodes.FORMERR, "FORMERR"],
  [rcodes.SERVFAIL, "SERVFAIL"],
  [rcodes.NOTIMP, "NOTIMP"],
  [rcodes.REFUSED, "REFUSED"],
]);

/**
 * Reads a message as the answer to a question: follows its aliases and tells records, NODATA, NXDOMAIN (RFC 2308 2),
 * referrals and errors apart.
 * @throws DnsMessageError for a record without its parts
 */
export function readReply<T extends RecordType>(message: Message, name: string, type: T, server: string): Reply<T> {
  if (message.rcode !== rcodes.NOERROR && message.rcode !== rcodes.NXDOMAIN) {
    const code = failureOfRcode.get(message.rcode);
    const { extendedErrors } = message;
    const why = extendedErrors.length === 0 ? "" : ` (extended error ${extendedErrors.join(", ")})`;
    return failure(code ?? "OTHER", `${server} answered ${code ?? `rcode ${message.rcode}`}${why}`, server, extendedErrors);
  }

  const { aliases, end, ttl } = follow(message, name, type);
  const { authenticated, authoritative, extendedErrors } = message;
  const said = { aliases, server, authenticated, authoritative, extendedErrors };

  const found = message.answers.filter((record) => record.name === end && isType(record, type));
  if (found.length > 0) {
    if (message.rcode === rcodes.NXDOMAIN) return failure("BADRESP", `${server} gave records with NXDOMAIN`, server);
    const records = found.map((record) => shapeOf(record, type));
    const signatures = signaturesOf(message, end, type);
    const least = Math.min(ttl, ...found.map((record) => record.ttl));
    return { ...said, outcome: "records", records, ttl: least, ...(signatures.length === 0 ? {} : { signatures }) };
  }

  const soa = message.authorities.find((record) => isType(record, "SOA"));
  // RFC 2308 5: how long a negative answer holds.
  const negativeTtl = soa === undefined ? 0 : Math.min(ttl, soa.ttl, shapeOf(soa, "SOA").minttl);
  if (message.rcode === rcodes.NXDOMAIN) return { ...said, outcome: "nxdomain", records: [], ttl: negativeTtl };
  if (soa === undefined && aliases.length > 0) return { outcome: "alias", aliases, server, authoritative };
  const referral = soa === undefined && !message.authoritative ? referralOf(message) : undefined;
  if (referral !== undefined) {
    return { ...failure("OTHER", `${server} refers to other servers instead of answering`, server), referral };
  }
  return { ...said, outcome: "nodata", records: [], ttl: negativeTtl };
}

/** Those that cover this type: its number comes first (RFC 4034 3.1.1). */
function signaturesOf(message: Message, name: string, type: RecordType): readonly Uint8Array[] {
  const code = typeCodes[type];
  return message.answers
    .filter((record) => record.name === name && isType(record, "RRSIG"))
    .map((record) => shapeOf(record, "RRSIG"))
    .filter(([high = 0, low = 0]) => high * 256 + low === code);
}

function follow(message: Message, name: string, type: RecordType): { aliases: string[]; end: string; ttl: number } {
  const aliases: string[] = [];
  let end = name;
  let ttl = Infinity;
  // One more than allowed, so that the caller sees that it was too many.
  const most = type === "CNAME" ? 0 : maxAliases + 1;
  while (aliases.length < most) {
    const alias = message.answers.find((record) => record.name === end && isType(record, "CNAME"));
    if (alias === undefined) break;
    end = shapeOf(alias, "CNAME");
    ttl = Math.min(ttl, alias.ttl);
    aliases.push(end);
  }
  return { aliases, end, ttl };
}

/** The NS records among the authorities, of the zone that is closest to the name. */
function referralOf(message: Message): Referral | undefined {
  const delegations = message.authorities.filter((record) => isType(record, "NS"));
  const [first] = delegations.toSorted((a, b) => b.name.length - a.name.length);
  if (first === undefined) return undefined;
  const here = delegations.filter((record) => record.name === first.name);
  const servers = [...new Set(here.map((record) => shapeOf(record, "NS").toLowerCase()))];
  const addresses = new Map<string, string[]>();
  for (const record of message.additionals) {
    if (!servers.includes(record.name)) continue;
    const glue = isType(record, "A") ? shapeOf(record, "A") : isType(record, "AAAA") ? shapeOf(record, "AAAA") : undefined;
    if (glue !== undefined) addresses.set(record.name, [...(addresses.get(record.name) ?? []), glue]);
  }
  return { zone: first.name, servers, addresses };
}
