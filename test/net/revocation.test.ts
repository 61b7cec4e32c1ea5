import { sign, X509Certificate } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { extensionsOf } from "../../src/net/certificate-extensions.ts";
import { elementsOf } from "../../src/net/der.ts";
import { readRevocationList } from "../../src/net/revocation.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";

const now = Date.now();
let authority: Authority;
let issuer: X509Certificate;
let list: Buffer;

beforeAll(async () => {
  authority = await createAuthority();
  issuer = new X509Certificate(authority.certPem);
  // The second begins with a bit that makes it negative without a zero before it.
  list = await authority.revoke(["0102", "f00d", "7b"]);
});

const revokedAt = (der: Buffer, serial: string, at = now): number | string | undefined => {
  const read = readRevocationList(der, issuer, at);
  return typeof read === "string" ? read : read.revokedAt(serial);
};

const element = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const value = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  return Buffer.concat([Buffer.from([tag, 0x84]), length, value]);
};

/** By hand: the library that makes the short ones takes minutes for it. */
function longList(count: number, keyPem: string): Buffer {
  const time = (text: string): Buffer => element(0x17, Buffer.from(text));
  const entries = Array.from({ length: count }, (_, index) => {
    const serial = Buffer.alloc(4);
    serial.writeUInt32BE(0x7000_0000 + index);
    return element(0x30, element(0x02, serial), time("260101000000Z"));
  });
  const algorithm = element(0x30, element(0x06, Buffer.from("2a8648ce3d040302", "hex")));
  const until = new Date(now + 86_400_000)
    .toISOString()
    .replaceAll(/[-:T]|\.\d+/g, "")
    .slice(2);
  const body = element(0x30, algorithm, element(0x30), time("260101000000Z"), time(until), element(0x30, ...entries));
  return element(0x30, body, algorithm, element(0x03, Buffer.from([0]), sign("sha256", body, keyPem)));
}

describe("readRevocationList()", () => {
  test.each(["0102", "F00D", "7B", "007b"])("finds %s", (serial) => {
    expect(revokedAt(list, serial)).toBeGreaterThan(now - 2 * 86_400_000);
  });

  test.each(["01", "02", "0102f00d", "0d", "7c"])("does not find %s", (serial) => {
    expect(revokedAt(list, serial)).toBeUndefined();
  });

  test("finds nothing in an empty list", async () => {
    expect(revokedAt(await authority.revoke([]), "0102")).toBeUndefined();
  });

  test("takes none that is over, or somebody else's", async () => {
    expect(revokedAt(list, "0102", now + 8 * 86_400_000)).toMatch(/^out of date since \d{4}-/);
    expect(revokedAt(await (await createAuthority()).revoke(["0102"]), "0102")).toBe("not signed by the issuer");
  });

  test("finds one among 100,000 without holding up the loop", async () => {
    const { certPem, keyPem } = await authority.issue({ names: ["a.test"] });
    const long = longList(100_000, keyPem);
    const believed = new X509Certificate(certPem);
    const costs = [1, 2, 3].map(() => {
      const began = process.threadCpuUsage();
      const read = readRevocationList(long, believed, now);
      expect(typeof read === "string" ? read : read.revokedAt((0x7000_0000 + 99_999).toString(16))).toBe(Date.UTC(2026, 0, 1));
      return process.threadCpuUsage(began).user / 1_000;
    });
    // 30 ms on an idle machine; from 250 ms on, times of others would not be judged. A busy machine is not busy each time.
    expect(Math.min(...costs)).toBeLessThan(200);
  });

  test("says why it reads nothing, whatever it is given", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readRevocationList(Buffer.from(bytes), issuer, now)).toBeTypeOf("string");
      }),
    );
  });

  test("never takes a list in which one byte was changed", () => {
    fc.assert(
      fc.property(fc.nat(list.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(list);
        changed[at] = (changed[at] ?? 0) ^ change;
        const read = readRevocationList(changed, issuer, now);
        // What stands before the signed part and behind it can be written in several ways.
        expect(typeof read === "string" || at < 8 || at > list.length - 90).toBe(true);
      }),
    );
  });
});

describe("extensionsOf()", () => {
  test("reads what a certificate carries", async () => {
    const url = "http://crl.example.test/list.crl";
    const { certPem } = await authority.issue({ names: ["a.test"], revocationList: url, logged: true, onlyEnciphers: true });
    expect(extensionsOf(new X509Certificate(certPem).raw)).toEqual({
      keyUsage: { digitalSignature: false },
      authorityKey: expect.stringMatching(/^[\da-f]{40}$/),
      revocationLists: [url],
      logged: true,
    });
  });

  test("finds nothing in what is no certificate, and never throws", async () => {
    const { certPem } = await authority.issue({ names: ["a.test"] });
    const { raw } = new X509Certificate(certPem);
    const cut = fc.nat(raw.length).map((length) => raw.subarray(0, length));
    const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(cut, noise), (bytes) => {
        expect(extensionsOf(bytes).revocationLists).toEqual([]);
        expect(elementsOf(bytes)?.every(({ whole }) => whole.length <= bytes.length)).not.toBe(false);
      }),
    );
  });
});
