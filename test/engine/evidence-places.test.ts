import fc from "fast-check";
import { expect, test } from "vitest";
import { placesOf } from "../../src/engine/evidence-places.ts";

const sha = "ab".repeat(32);
const leaf = `certificate CN=imap.own.test; issuer CN=R3, O=Let's Encrypt; 2026-01-01T00:00:00 to 2026-04-01T00:00:00; names imap.own.test; SHA-256 ${sha}`;
const places = (...evidence: readonly string[]): readonly string[] =>
  placesOf({ evidence }).map(({ address, port, family, tls = "-", certificate }) =>
    [address, port, family, tls, certificate ? `${certificate.issuer} ${certificate.sha256.slice(0, 4)}` : "-"].join(" "),
  );

test.each<[string, readonly string[], readonly string[]]>([
  [
    "a login that comes to the greeting",
    ["resolve: 3 ms", "connect 192.0.2.1:993: 4 ms", "tls 192.0.2.1:993: TLSv1.2, ECDHE-RSA-AES128-GCM-SHA256, 9 ms"],
    ["192.0.2.1 993 IPv4 TLSv1.2 -"],
  ],
  [
    "one whose first address does not answer",
    ["connect [2001:db8::1]:993: nothing for 10 s (ETIMEDOUT)", "connect 192.0.2.1:993: 4 ms"],
    ["2001:db8::1 993 IPv6 - -", "192.0.2.1 993 IPv4 - -"],
  ],
  [
    "a certificate that does not hold: the leaf, not its issuers",
    ["tls 192.0.2.1:993: the certificate has expired (CERT_HAS_EXPIRED)", leaf, leaf.replace(sha, "cd".repeat(32))],
    ["192.0.2.1 993 IPv4 - CN=R3, O=Let's Encrypt abab"],
  ],
  [
    "STARTTLS, told later",
    ["connect 192.0.2.1:587: 4 ms", "S: 220 ready", "tls 192.0.2.1:587: TLSv1.3, TLS_AES_128_GCM_SHA256, 9 ms"],
    ["192.0.2.1 587 IPv4 TLSv1.3 -"],
  ],
  [
    "a mailbox by the library, and a mail handed over",
    [
      "imap imap.own.test:993 at 192.0.2.1: logged in as a",
      "smtp smtp.own.test:465 at 2001:db8::2: 250 queued at 198.51.100.1:25 as X",
    ],
    ["192.0.2.1 993 IPv4 - -", "2001:db8::2 465 IPv6 - -"],
  ],
  ["through a proxy", ["connect imap.own.test:993 through the proxy 192.0.2.9:1080: 4 ms"], ["192.0.2.9 1080 IPv4 - -"]],
  [
    "what the far side says",
    ["S: * OK call 198.51.100.1:25", "C: m1 ID 198.51.100.2:25", "mail 1: “451 at 198.51.100.3:25”", leaf],
    [],
  ],
  ["what is no address", ["x 999.0.0.1:25 y 1.2.3:25 z 192.0.2.1:70000 12:30:45:12 v1.2.3.4.5:80 [zz]:1"], []],
])("placesOf() %s", (_, evidence, expected) => {
  expect(places(...evidence)).toEqual(expected);
});

test("placesOf() names at most 12, and throws at nothing", () => {
  expect(places(...Array.from({ length: 50 }, (_, i) => `connect 192.0.2.${i}:25: 1 ms`))).toHaveLength(12);
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary", maxLength: 60 })), (evidence) => {
      for (const { port } of placesOf({ evidence })) expect(port).toBeLessThan(65_536);
    }),
  );
});
