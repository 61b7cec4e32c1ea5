import { createHash, X509Certificate } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { isUsable, publicKeyInfoOf, readTlsa, recordFor, type Tlsa, vouchesFor, writeTlsa } from "../../src/mail/tlsa.ts";
import { type Authority, createAuthority, type Issued } from "../support/certificates.ts";

const now = Date.now();
const host = "mx.example.com";
let authority: Authority;
let root: X509Certificate;
let good: Issued;
let chained: Issued;
beforeAll(async () => {
  authority = await createAuthority();
  root = new X509Certificate(authority.certPem);
  good = await authority.issue({ names: [host] });
  chained = await authority.issue({ names: [host], intermediate: true });
});

const split = (pem: string): X509Certificate[] =>
  (pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map((one) => new X509Certificate(one));
const spki = (certificate: X509Certificate): Buffer => certificate.publicKey.export({ type: "spki", format: "der" });
const hash = (name: string, data: Uint8Array): Buffer => createHash(name).update(data).digest();
const record = (usage: number, selector: number, matching: number, of: X509Certificate): Tlsa => {
  const selected = selector === 0 ? of.raw : spki(of);
  const data = matching === 0 ? selected : hash(matching === 1 ? "sha256" : "sha512", selected);
  return { usage, selector, matching, data };
};
const kinds = [0, 1].flatMap((selector) => [0, 1, 2].map((matching) => [selector, matching] as const));

describe("vouchesFor() with usage 3", () => {
  test.each(kinds)("takes 3 %i %i of the leaf, and of no other certificate", async (selector, matching) => {
    const other = await authority.issue({ names: [host] });
    const presented = { chain: split(good.chainPem), names: [host], now };
    expect(isUsable(record(3, selector, matching, split(good.chainPem)[0]!))).toBe(true);
    expect(vouchesFor(record(3, selector, matching, split(good.chainPem)[0]!), presented)).toBe(true);
    expect(vouchesFor(record(3, selector, matching, split(other.chainPem)[0]!), presented)).toBe(false);
  });

  test("looks at neither names nor dates (RFC 7672 section 3.1.1)", async () => {
    const chain = split((await authority.issueExpired({ names: ["other.example"] })).chainPem);
    expect(vouchesFor(record(3, 1, 1, chain[0]!), { chain, names: [host], now })).toBe(true);
  });

  test("does not take an issuer for the leaf", () => {
    const chain = split(chained.chainPem);
    expect(vouchesFor(record(3, 1, 1, chain[1]!), { chain, names: [host], now })).toBe(false);
  });
});

describe("vouchesFor() with usage 2", () => {
  test.each(kinds)("takes 2 %i %i of a presented issuer", (selector, matching) => {
    const chain = split(chained.chainPem);
    expect(vouchesFor(record(2, selector, matching, chain[1]!), { chain, names: [host], now })).toBe(true);
  });

  test("wants the leaf to be for one of the names, and current", async () => {
    const chain = split(chained.chainPem);
    const anchor = record(2, 1, 1, chain[1]!);
    expect(vouchesFor(anchor, { chain, names: ["example.com", host], now })).toBe(true);
    expect(vouchesFor(anchor, { chain, names: ["example.com"], now })).toBe(false);
    expect(vouchesFor(anchor, { chain, names: [host], now: now + 91 * 86_400_000 })).toBe(false);
  });

  test("wants the issuer to be presented, where the record has only its hash", () => {
    const [leaf, issuer] = split(chained.chainPem);
    expect(vouchesFor(record(2, 1, 1, issuer!), { chain: [leaf!], names: [host], now })).toBe(false);
    expect(vouchesFor(record(2, 0, 0, issuer!), { chain: [leaf!], names: [host], now })).toBe(true);
    expect(vouchesFor(record(2, 1, 0, issuer!), { chain: [leaf!], names: [host], now })).toBe(true);
    expect(vouchesFor(record(2, 1, 0, root), { chain: [leaf!, issuer!], names: [host], now })).toBe(true);
  });

  test("wants the anchor to have issued the leaf, not only to stand beside it", () => {
    const [leaf] = split(good.chainPem);
    const [, stranger] = split(chained.chainPem);
    expect(vouchesFor(record(2, 1, 1, stranger!), { chain: [leaf!, stranger!], names: [host], now })).toBe(false);
  });

  test("does not take the leaf for its own anchor", () => {
    const chain = split(good.chainPem);
    expect(vouchesFor(record(2, 1, 1, chain[0]!), { chain, names: [host], now })).toBe(false);
  });
});

describe("isUsable()", () => {
  const data = Buffer.alloc(32);
  test.each([
    [{ usage: 3, selector: 1, matching: 1, data }, true],
    [{ usage: 2, selector: 0, matching: 2, data: Buffer.alloc(64) }, true],
    [{ usage: 0, selector: 1, matching: 1, data }, false],
    [{ usage: 1, selector: 1, matching: 1, data }, false],
    [{ usage: 255, selector: 1, matching: 1, data }, false],
    [{ usage: 3, selector: 2, matching: 1, data }, false],
    [{ usage: 3, selector: 1, matching: 3, data }, false],
    [{ usage: 3, selector: 1, matching: 1, data: Buffer.alloc(31) }, false],
    [{ usage: 3, selector: 1, matching: 2, data }, false],
    [{ usage: 3, selector: 0, matching: 0, data }, false],
    [{ usage: 3, selector: 1, matching: 0, data }, false],
  ])("%o: %s", (one, usable) => expect(isUsable(one)).toBe(usable));
});

test("recordFor() gives 3 1 1 of the leaf, which then vouches for it", () => {
  const chain = split(good.chainPem);
  const made = recordFor(chain[0]!)!;
  expect(writeTlsa(made)).toBe(`3 1 1 ${hash("sha256", spki(chain[0]!)).toString("hex")}`);
  expect(vouchesFor(made, { chain, names: [], now })).toBe(true);
});

test("publicKeyInfoOf() finds the key of certificates of several kinds", async () => {
  const some = [
    good,
    await authority.issue({ names: [host], keyBits: 2048 }),
    await authority.issue({ names: ["x".repeat(60)] }),
  ];
  for (const certificate of [root, ...some.flatMap(({ chainPem }) => split(chainPem))]) {
    expect(Buffer.compare(publicKeyInfoOf(certificate.raw) ?? Buffer.alloc(0), spki(certificate))).toBe(0);
  }
});

test("the readers take any bytes", () => {
  const chain = split(chained.chainPem);
  const der = chain[0]!.raw;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const read = readTlsa(bytes);
      expect(read === undefined).toBe(bytes.length < 4);
      const usable = read !== undefined && isUsable(read);
      expect(usable && vouchesFor(read, { chain, names: [host], now })).toBe(false);
      publicKeyInfoOf(bytes);
    }),
  );
  fc.assert(
    fc.property(fc.nat({ max: der.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
      const spoiled = Uint8Array.from(der);
      spoiled[at] = value;
      const found = publicKeyInfoOf(spoiled);
      expect(found === undefined || found.length <= spoiled.length).toBe(true);
      const tlsa = { usage: 2, selector: 0, matching: 0, data: spoiled };
      expect(typeof (isUsable(tlsa) && vouchesFor(tlsa, { chain, names: [host], now }))).toBe("boolean");
    }),
  );
});
