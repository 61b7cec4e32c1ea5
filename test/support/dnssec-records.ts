import { createHash } from "node:crypto";
import { typeCodes } from "../../src/net/dns-message.ts";
import type { RecordType } from "../../src/model/dns.ts";

const day = 86_400_000;

/** RDATA of an RRSIG that signs nothing: its fields alone are looked at. */
export function signatureOver(
  type: RecordType,
  { inception, expiration }: { inception: number; expiration: number },
): Uint8Array {
  const rdata = Buffer.alloc(18);
  rdata.writeUInt16BE(typeCodes[type], 0);
  rdata.writeUInt8(13, 2);
  rdata.writeUInt32BE((expiration / 1000) >>> 0, 8);
  rdata.writeUInt32BE((inception / 1000) >>> 0, 12);
  rdata.writeUInt16BE(12_345, 16);
  return Uint8Array.from([...rdata, 0, ...Buffer.alloc(64, 1)]);
}

/** Signatures over SOA, MX and DNSKEY that were made for so many days, of which so many are left. */
export const signatures = (now: number, lifetime: number, left: number): Uint8Array[] =>
  (["SOA", "MX", "DNSKEY"] as const).map((type) =>
    signatureOver(type, { inception: now - (lifetime - left) * day, expiration: now + left * day }),
  );

/** RDATA of a DNSKEY; the same text gives the same key. */
export const zoneKey = (text: string, algorithm = 13, flags = 257): Uint8Array =>
  Uint8Array.from([flags >> 8, flags & 0xff, 3, algorithm, ...createHash("sha512").update(text).digest()]);

/** RDATA of the DS of a key as RFC 4034 section 5.1.4 makes it, computed here without the code under test. */
export function dsOf(owner: string, key: Uint8Array, hash: "sha1" | "sha256" = "sha256"): Uint8Array {
  const labels = owner.split(".").flatMap((label) => [label.length, ...Buffer.from(label)]);
  const digest = createHash(hash)
    .update(Uint8Array.from([...labels, 0, ...key]))
    .digest();
  let tag = 0;
  for (const [index, byte] of key.entries()) tag += index % 2 === 0 ? byte << 8 : byte;
  tag = (tag + (tag >> 16)) & 0xffff;
  return Uint8Array.from([tag >> 8, tag & 0xff, key[3] ?? 0, hash === "sha1" ? 1 : 2, ...digest]);
}
