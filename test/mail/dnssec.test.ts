import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dnssecReason, isDsOf, readDs, readKey, readSignature, writeDs } from "../../src/mail/dnssec.ts";
import { signatureOver } from "../support/dnssec-records.ts";

/** RFC 4034 section 5.4 and RFC 4509 section 2.3. */
const owner = "dskey.example.com";
const published =
  "AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==";
const key = readKey(Uint8Array.from([1, 0, 3, 5, ...Buffer.from(published, "base64")]))!;
const ds = (digestType: number, hex: string) =>
  readDs(Uint8Array.from([60_485 >> 8, 60_485 & 0xff, 5, digestType, ...Buffer.from(hex, "hex")]))!;
const sha1 = "2BB183AF5F22588179A53B0A98631FAD1A292118";
const sha256 = "D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A";

describe("the key and the DS records that the RFCs give", () => {
  test("have the key tag 60485", () =>
    expect(key).toMatchObject({ keyTag: 60_485, algorithm: 5, isEntryPoint: false, isRevoked: false }));
  test("belong together", () => {
    expect([isDsOf(ds(1, sha1), owner, key), isDsOf(ds(2, sha256), "DSKEY.example.com", key)]).toEqual([true, true]);
  });
  test("and to no other name, digest or algorithm", () => {
    expect(isDsOf(ds(1, sha1), "example.com", key)).toBe(false);
    expect(isDsOf(ds(2, sha256.replace("D4", "D5")), owner, key)).toBe(false);
    expect(isDsOf({ ...ds(2, sha256), algorithm: 13 }, owner, key)).toBe(false);
    expect(isDsOf(ds(3, sha256), owner, key)).toBeUndefined();
  });
  test("are written as a registrar takes them", () => expect(writeDs(owner, key)).toBe(`${owner}. DS 60485 5 2 ${sha256}`));
});

describe("readSignature()", () => {
  const now = Date.UTC(2026, 10, 22, 12);
  test("reads times of 32 bits as the nearest to now", () => {
    const times = { inception: now - 86_400_000, expiration: now + 86_400_000 };
    expect(readSignature(signatureOver("MX", times), now)).toEqual({ algorithm: 13, keyTag: 12_345, ...times });
    // In 2106 the 32 bits are used up.
    const later = Date.UTC(2106, 1, 7, 6);
    const over = { inception: later - 86_400_000, expiration: later + 30 * 86_400_000 };
    expect(readSignature(signatureOver("MX", over), later)).toMatchObject(over);
  });
});

test("dnssecReason() names the reasons that are about DNSSEC", () => {
  expect(dnssecReason([22, 7, 9])).toBe("Signature Expired (7), DNSKEY Missing (9)");
  expect(dnssecReason([22])).toBeUndefined();
});

test("the readers take any bytes, and read nothing out of too few", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.integer({ min: 0, max: 5e12 }), (bytes, now) => {
      expect(readSignature(bytes, now) === undefined).toBe(bytes.length < 19);
      expect(readDs(bytes) === undefined).toBe(bytes.length < 5);
      const read = readKey(bytes);
      expect(read === undefined).toBe(bytes.length < 5);
      expect(read === undefined || writeDs("a.example", read).includes(`DS ${read.keyTag} `)).toBe(true);
    }),
  );
});
