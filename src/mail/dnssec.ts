import { createHash } from "node:crypto";

/** RFC 4034 section 3.1, what of it tells when a signature ends and what made it. Times are milliseconds UTC. */
export interface Signature {
  readonly algorithm: number;
  readonly inception: number;
  readonly expiration: number;
  readonly keyTag: number;
}

/**
 * RDATA of an RRSIG, or undefined when it is too short.
 * @param now what the 32 bits of its times are nearest to (RFC 4034 section 3.1.5: serial number arithmetic)
 */
export function readSignature(rdata: Uint8Array, now: number): Signature | undefined {
  if (rdata.length < 19) return undefined;
  const view = viewOf(rdata);
  return {
    algorithm: view.getUint8(2),
    expiration: nearest(view.getUint32(8), now),
    inception: nearest(view.getUint32(12), now),
    keyTag: view.getUint16(16),
  };
}

/** RFC 1982: the time of which only the last 32 bits of its seconds are known. */
function nearest(seconds: number, now: number): number {
  const here = Math.floor(now / 1000);
  // `| 0` makes the difference a signed number of 32 bits.
  return (here + ((seconds - here) | 0)) * 1000;
}

/** RFC 4034 section 5.1. */
export interface DelegationSigner {
  readonly keyTag: number;
  readonly algorithm: number;
  readonly digestType: number;
  /** Hex, lower case. */
  readonly digest: string;
}

export function readDs(rdata: Uint8Array): DelegationSigner | undefined {
  if (rdata.length < 5) return undefined;
  const view = viewOf(rdata);
  const digest = Buffer.from(rdata.subarray(4)).toString("hex");
  return { keyTag: view.getUint16(0), algorithm: view.getUint8(2), digestType: view.getUint8(3), digest };
}

/** RFC 4034 section 2.1. */
export interface ZoneKey {
  /** The secure entry point: the key that a DS is made of (RFC 4034 section 2.1.1). */
  readonly isEntryPoint: boolean;
  readonly isRevoked: boolean;
  readonly algorithm: number;
  readonly keyTag: number;
  readonly rdata: Uint8Array;
}

export function readKey(rdata: Uint8Array): ZoneKey | undefined {
  if (rdata.length < 5) return undefined;
  const view = viewOf(rdata);
  const flags = view.getUint16(0);
  return {
    isEntryPoint: (flags & 1) !== 0,
    isRevoked: (flags & 0x80) !== 0,
    algorithm: view.getUint8(3),
    keyTag: keyTagOf(rdata),
    rdata,
  };
}

/** RFC 4034 appendix B. */
function keyTagOf(rdata: Uint8Array): number {
  let sum = 0;
  rdata.forEach((byte, index) => (sum += index % 2 === 0 ? byte * 256 : byte));
  return (sum + Math.floor(sum / 65_536)) & 0xffff;
}

const hashes: Readonly<Record<number, string>> = { 1: "sha1", 2: "sha256", 4: "sha384" };

/** Is the DS made of that key? Undefined for a digest that cannot be computed here. */
export function isDsOf(ds: DelegationSigner, owner: string, key: ZoneKey): boolean | undefined {
  const hash = hashes[ds.digestType];
  if (hash === undefined) return undefined;
  if (ds.keyTag !== key.keyTag || ds.algorithm !== key.algorithm) return false;
  return digestOf(hash, owner, key) === ds.digest;
}

/** The DS record that the registrar publishes for a key, with SHA-256 (RFC 8624 section 3.3). */
export const writeDs = (owner: string, key: ZoneKey): string =>
  `${owner}. DS ${key.keyTag} ${key.algorithm} 2 ${digestOf("sha256", owner, key).toUpperCase()}`;

const digestOf = (hash: string, owner: string, key: ZoneKey): string =>
  createHash(hash).update(wireName(owner)).update(key.rdata).digest("hex");

/** A name as DNSSEC signs it (RFC 4034 section 6.2): labels with their length, lower case, the root at the end. */
function wireName(name: string): Buffer {
  const labels = name === "" ? [] : name.toLowerCase().split(".");
  return Buffer.concat([
    ...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label, "latin1")])),
    Buffer.from([0]),
  ]);
}

/** Algorithms that validators no longer believe, or soon will not (RFC 8624 section 3.1, RFC 9905). */
const weakAlgorithms: Readonly<Record<number, string>> = {
  1: "RSAMD5",
  3: "DSA",
  5: "RSASHA1",
  6: "DSA-NSEC3-SHA1",
  7: "RSASHA1-NSEC3-SHA1",
  12: "ECC-GOST",
};
export const weakAlgorithm = (algorithm: number): string | undefined => weakAlgorithms[algorithm];

const weakDigests: Readonly<Record<number, string>> = { 1: "SHA-1", 3: "GOST R 34.11-94" };
export const weakDigest = (digestType: number): string | undefined => weakDigests[digestType];

/** RFC 8914: what a resolver names as the reason why DNSSEC does not hold. */
const reasons: Readonly<Record<number, string>> = {
  1: "Unsupported DNSKEY Algorithm",
  2: "Unsupported DS Digest Type",
  5: "DNSSEC Indeterminate",
  6: "DNSSEC Bogus",
  7: "Signature Expired",
  8: "Signature Not Yet Valid",
  9: "DNSKEY Missing",
  10: "RRSIGs Missing",
  11: "No Zone Key Bit Set",
  12: "NSEC Missing",
  25: "Signature Expired before Valid",
  27: "Unsupported NSEC3 Iterations Value",
};

/** `Signature Expired (7)`; undefined where no code says something about DNSSEC. */
export function dnssecReason(extendedErrors: readonly number[]): string | undefined {
  const known = extendedErrors.flatMap((code) => (reasons[code] === undefined ? [] : [`${reasons[code]} (${code})`]));
  return known.length === 0 ? undefined : known.join(", ");
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
