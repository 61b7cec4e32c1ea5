import { createHash, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";

/** RFC 6698 section 2.1. */
export interface Tlsa {
  readonly usage: number;
  readonly selector: number;
  readonly matching: number;
  readonly data: Uint8Array;
}

const usages = { trustAnchor: 2, endEntity: 3 } as const;
const selectors = { certificate: 0, publicKey: 1 } as const;
/** Matching type ▶ name of the hash and its length in octets; 0 is the thing itself. */
const hashes: Readonly<Record<number, { readonly name: string; readonly length: number }>> = {
  1: { name: "sha256", length: 32 },
  2: { name: "sha512", length: 64 },
};

/** Longer chains are not looked at. */
const maxChain = 10;

/** RDATA of a TLSA record; undefined when it is too short to be one. */
export function readTlsa(rdata: Uint8Array): Tlsa | undefined {
  const [usage, selector, matching] = rdata;
  if (usage === undefined || selector === undefined || matching === undefined || rdata.length < 4) return undefined;
  return { usage, selector, matching, data: rdata.subarray(3) };
}

/** As a zone file has it, at most `max` hexadecimal digits of the data. */
export function writeTlsa({ usage, selector, matching, data }: Tlsa, max = 128): string {
  const hex = Buffer.from(data).toString("hex");
  return `${usage} ${selector} ${matching} ${hex.length > max ? `${hex.slice(0, max)}…` : hex}`;
}

/** RFC 7672 section 3.1: of the usages 2 and 3 alone, selectors and matching types that are known, and data that fits them. */
export function isUsable({ usage, selector, matching, data }: Tlsa): boolean {
  if (usage !== usages.trustAnchor && usage !== usages.endEntity) return false;
  if (selector !== selectors.certificate && selector !== selectors.publicKey) return false;
  if (matching === 0) return selector === selectors.certificate ? certificateOf(data) !== undefined : keyOf(data) !== undefined;
  return hashes[matching]?.length === data.length;
}

/** What the far side presented, the leaf first, and by which names it may be known (RFC 7672 section 3.2.2). */
interface Presented {
  readonly chain: readonly X509Certificate[];
  readonly names: readonly string[];
  /** Milliseconds UTC. */
  readonly now: number;
}

/**
 * Does a usable record vouch for a presented chain? A record of usage 3 for the leaf alone, whatever its names and dates (RFC 7672
 * section 3.1.1); one of usage 2 for a chain that its trust anchor ends, with a leaf for one of the names (section 3.1.2).
 */
export function vouchesFor(record: Tlsa, { chain: presented, names, now }: Presented): boolean {
  const chain = presented.slice(0, maxChain);
  const [leaf] = chain;
  if (leaf === undefined) return false;
  if (record.usage === usages.endEntity) return isOf(record, leaf);
  if (!names.some((name) => leaf.checkHost(name, { partialWildcards: false }) !== undefined)) return false;
  for (const [index, certificate] of chain.entries()) {
    if (!isCurrent(certificate, now)) return false;
    // The anchor itself, presented as the standard wants it, or what the anchor in the record has issued.
    if (index > 0 && isOf(record, certificate)) return true;
    const anchor = record.matching === 0 ? anchorOf(record) : undefined;
    if (anchor !== undefined && attempt(() => certificate.verify(anchor)) === true) return true;
    const issuer = chain[index + 1];
    const isIssued = issuer && attempt(() => certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey));
    if (isIssued !== true) return false;
  }
  return false;
}

function isOf({ selector, matching, data }: Tlsa, certificate: X509Certificate): boolean {
  const selected = selector === selectors.certificate ? certificate.raw : publicKeyInfoOf(certificate.raw);
  if (selected === undefined) return false;
  const hash = hashes[matching];
  const value = hash === undefined ? selected : createHash(hash.name).update(selected).digest();
  return Buffer.compare(value, data) === 0;
}

const isCurrent = ({ validFromDate, validToDate }: X509Certificate, now: number): boolean =>
  validFromDate.getTime() <= now && now <= validToDate.getTime();

const anchorOf = ({ selector, data }: Tlsa): KeyObject | undefined =>
  selector === selectors.certificate ? attempt(() => certificateOf(data)?.publicKey) : keyOf(data);

const certificateOf = (data: Uint8Array): X509Certificate | undefined => attempt(() => new X509Certificate(data));

const keyOf = (data: Uint8Array): KeyObject | undefined =>
  attempt(() => createPublicKey({ key: Buffer.from(data), format: "der", type: "spki" }));

/** OpenSSL throws at whatever it cannot read: a certificate, its key alone, a signature by a key of another kind. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The record that vouches for a leaf and stays right when it is renewed with the same key: `3 1 1` (RFC 7671 section 5.1). */
export function recordFor(leaf: X509Certificate): Tlsa | undefined {
  const info = publicKeyInfoOf(leaf.raw);
  if (info === undefined) return undefined;
  return {
    usage: usages.endEntity,
    selector: selectors.publicKey,
    matching: 1,
    data: createHash("sha256").update(info).digest(),
  };
}

/**
 * The SubjectPublicKeyInfo of a certificate, as the bytes that stand there: Node gives a key only as it writes it anew.
 * RFC 5280 section 4.1: it follows the version (which may be left out), serial, algorithm, issuer, validity and subject.
 */
export function publicKeyInfoOf(certificate: Uint8Array): Uint8Array | undefined {
  const outer = elementAt(certificate, 0);
  const body = outer && elementAt(certificate, outer.start);
  if (body === undefined) return undefined;
  let at = body.start;
  let left = certificate[at] === versionTag ? 6 : 5;
  for (; left > 0; left -= 1) {
    const element = elementAt(certificate, at);
    if (element === undefined) return undefined;
    at = element.end;
  }
  const info = elementAt(certificate, at);
  return info === undefined || info.end > body.end ? undefined : certificate.subarray(at, info.end);
}

const versionTag = 0xa0;

/** Where the content of the DER element at a place begins and ends. */
function elementAt(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } | undefined {
  const first = bytes[at + 1];
  if (first === undefined) return undefined;
  const long = first < 0x80 ? 0 : first - 0x80;
  if (long > 3 || (first & 0xff) === 0x80) return undefined;
  let length = long === 0 ? first : 0;
  for (let index = 0; index < long; index += 1) length = length * 256 + (bytes[at + 2 + index] ?? 0);
  const start = at + 2 + long;
  return start + length > bytes.length ? undefined : { start, end: start + length };
}
