import tls from "node:tls";
import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { PeerCertificate } from "../../src/model/connection.ts";
import { createStrangers, strangerOf } from "../../src/net/interception.ts";
import { createAuthority, issueSelfSigned } from "../support/certificates.ts";

const hour = 3_600_000;

describe("createStrangers()", () => {
  // What was seen before (host, address, minutes ago), and whether mail.example.com at 192.0.2.1 is told of it.
  test.each([
    ["nothing", [], []],
    ["another domain in another network", [["imap.other.cn", "198.51.100.7", 5]], ["imap.other.cn"]],
    ["the same domain", [["smtp.example.com", "198.51.100.7", 5]], []],
    ["the same domain under a public suffix of two labels", [["mail.other.com.cn", "198.51.100.7", 5]], ["mail.other.com.cn"]],
    ["another domain in the same network", [["imap.other.cn", "192.0.2.200", 5]], []],
    ["another domain of which only an IPv6 address is known", [["imap.other.cn", "2001:db8:1::1", 5]], []],
    ["another domain, more than an hour ago", [["imap.other.cn", "198.51.100.7", 61]], []],
    [
      "four others",
      [1, 2, 3, 4].map((n) => [`imap.other${n}.cn`, `198.51.10${n}.7`, 5] as const),
      ["imap.other2.cn", "imap.other3.cn", "imap.other4.cn"],
    ],
  ] as const)("after %s", (_name, before, expected) => {
    let now = 0;
    const strangers = createStrangers(() => now);
    for (const [host, address, minutes] of before) {
      now = 10 * hour - minutes * 60_000;
      strangers.seen("a", host, address);
    }
    now = 10 * hour;
    expect(strangers.seen("a", "mail.example.com", "192.0.2.1")()).toEqual(expected);
    expect(strangers.seen("b", "mail.example.com", "192.0.2.1")()).toEqual([]);
  });

  test("compares IPv6 networks of 48 bits", () => {
    const strangers = createStrangers(() => 0);
    strangers.seen("a", "imap.other.cn", "2001:db8:1:2::3");
    expect(strangers.seen("a", "mail.example.com", "2001:db8:1::9")()).toEqual([]);
    expect(strangers.seen("a", "mail.third.example", "2001:db8:2::9")()).toEqual(["imap.other.cn", "mail.example.com"]);
  });

  test("tells the first host of the second", () => {
    const strangers = createStrangers(() => 0);
    const first = strangers.seen("a", "imap.other.cn", "198.51.100.7");
    expect(first()).toEqual([]);
    strangers.seen("a", "mail.example.com", "192.0.2.1");
    expect(first()).toEqual(["mail.example.com"]);
  });

  test("keeps a bounded number, the latest", () => {
    const strangers = createStrangers(() => 0);
    strangers.seen("first", "imap.other.cn", "198.51.100.7");
    for (let i = 0; i < 1_000; i += 1) strangers.seen(`a${i}`, "imap.other.cn", "198.51.100.7");
    expect(strangers.seen("first", "mail.example.com", "192.0.2.1")()).toEqual([]);
    expect(strangers.seen("a999", "mail.example.com", "192.0.2.1")()).toEqual(["imap.other.cn"]);
  });
});

/** As far as it is looked at here. */
function presented(pem: string): PeerCertificate {
  const { subject, issuer, fingerprint256 } = new X509Certificate(pem);
  return {
    subject,
    issuer,
    altNames: [],
    validFrom: 0,
    validTo: 0,
    serialNumber: "",
    fingerprint: fingerprint256,
    keyType: "",
    keyBits: 0,
    pem,
  };
}

describe("strangerOf()", () => {
  test("knows the same authority again, shown or not", async () => {
    const box = await createAuthority("Office firewall");
    const [one, two] = [await box.issue({ names: ["a.test"] }), await box.issue({ names: ["b.test"] })];
    const shown = [one, two].map(({ certPem }) => strangerOf("SELF_SIGNED_CERT_IN_CHAIN", [certPem, box.certPem].map(presented)));
    const alone = [one, two].map(({ certPem }) => strangerOf("UNABLE_TO_VERIFY_LEAF_SIGNATURE", [presented(certPem)]));
    expect(shown[0]).toBeDefined();
    expect(shown[0]).toBe(shown[1]);
    expect(alone[0]).toBeDefined();
    expect(alone[0]).toBe(alone[1]);
  });

  test("calls nobody of Mozilla's list a stranger", () => {
    const [root = ""] = tls.rootCertificates;
    expect(strangerOf("SELF_SIGNED_CERT_IN_CHAIN", [presented(root)])).toBeUndefined();
  });

  test.each([
    ["a certificate with receipts of the public logs, without its intermediate", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", true],
    ["one that has expired", "CERT_HAS_EXPIRED", false],
    ["one for another name", "ERR_TLS_CERT_ALTNAME_INVALID", false],
  ])("says nothing of %s", async (_name, problem, logged) => {
    const { certPem } = await (await createAuthority()).issue({ names: ["a.test"], logged });
    expect(strangerOf(problem, [presented(certPem)])).toBeUndefined();
  });

  test("says nothing of a certificate that signed itself, or of none", async () => {
    const { certPem } = await issueSelfSigned({ names: ["a.test"] });
    expect(strangerOf("DEPTH_ZERO_SELF_SIGNED_CERT", [presented(certPem)])).toBeUndefined();
    expect(strangerOf("UNABLE_TO_VERIFY_LEAF_SIGNATURE", [])).toBeUndefined();
  });
});
