import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { dkimSignatureFindings } from "../../checks/dns-dkim-signature.texts.ts";
import dnsDkim from "../../checks/dns-dkim.ts";
import type { Fact } from "../../src/model/observation.ts";
import type { Status } from "../../src/model/status.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { ed25519Key, rsaKey } from "../support/dkim-keys.ts";
import type { Zone } from "../support/zone.ts";

const options = { domain: "example.com" };
const named = { ...options, selectors: ["s1"] };
const guessed = { ...options, presetSelectors: ["google", "s1"] };
const day = 24 * 60 * 60_000;
const p2048 = rsaKey(2048);
const good = `v=DKIM1; k=rsa; p=${p2048}`;
const at = (selector: string, ...texts: readonly string[]): Zone => ({ [`${selector}._domainkey.example.com`]: { TXT: texts } });
/** The record of a selector in use, and what is said about it. */
const record = (text: string, status: Status, ...findings: string[]): CheckCase => ({
  options: named,
  zone: at("s1", text),
  status,
  findings,
});
const seen = (value: string, days = 0): Fact => ({ kind: "dkim-selector", value, firstSeen: 1, lastSeen: testNow - days * day });
const [p1024, p4160, pEd] = [rsaKey(1024), rsaKey(4160), ed25519Key()];

const cases: Readonly<Record<string, CheckCase>> = {
  "DK-1 DK-5 DK-7 DK-13 a named selector with a key of 2048 bits": {
    options: named,
    zone: at("s1", good),
    status: "ok",
    findings: [],
    also: ({ metrics, evidence }, { facts }) => {
      expect(metrics).toEqual({ keys: 1, key_length: 2048 });
      expect(facts).toEqual([{ kind: "dkim-key", value: `s1._domainkey.example.com ${good}` }]);
      expect(evidence).toContain("s1._domainkey.example.com: rsa of 2048 bits");
    },
  },
  "DK-1 no selector is known": {
    options,
    zone: at("hidden", good),
    status: "unknown",
    findings: ["dkim-selector-unknown"],
    also: ({ findings }) => expect(findings[0]?.data["tried"]).toBe("–"),
  },
  "DK-1 the provider's usual selectors are not there, others may be": {
    options: guessed,
    zone: at("hidden", good),
    status: "unknown",
    findings: ["dkim-selector-unknown"],
    also: ({ findings }) => expect(findings[0]?.data["tried"]).toBe("google, s1"),
  },
  "DK-1 the provider's usual selector is there": { options: guessed, zone: at("google", good), status: "ok", findings: [] },
  "DK-1 nothing exists below _domainkey, so no usual selector is asked for": {
    options: guessed,
    zone: { "example.com": { TXT: ["v=spf1 include:spf.example -all"] } },
    status: "warning",
    findings: ["dkim-none"],
    also: ({ evidence }) => expect(evidence.join("\n")).not.toContain("google._domainkey"),
  },
  "DK-1 a domain that sends nothing needs no key": {
    options,
    zone: { "example.com": { TXT: ["v=spf1 -all"] } },
    status: "ok",
    findings: [],
  },
  "DK-1 a domain declared not to send needs no key": {
    options: { ...options, sends: false },
    zone: { "example.com": { TXT: ["hello"] } },
    status: "ok",
    findings: [],
  },
  "DK-1 the selector of a probe mail counts before the configured one is known": {
    options,
    facts: [seen("s1._domainkey.example.com")],
    zone: at("s1", good),
    status: "ok",
    findings: [],
  },
  "DK-1 a plain selector as a fact is one of this domain": {
    options,
    facts: [seen("s1")],
    zone: at("other", good),
    status: "critical",
    findings: ["dkim-missing"],
  },
  "DK-1 SERVFAIL for _domainkey and nothing known": {
    options,
    zone: { "example.com": {}, "_domainkey.example.com": "SERVFAIL" },
    status: "unknown",
    findings: ["dkim-unanswered"],
  },
  "DK-1 SERVFAIL for a usual selector": {
    options: { ...options, presetSelectors: ["google"] },
    zone: { "google._domainkey.example.com": "SERVFAIL" },
    status: "unknown",
    findings: ["dkim-unanswered"],
  },
  "DK-1 _domainkey is gone by one server, denied by another": {
    options,
    zone: { "example.com": {}, "_domainkey.example.com": "DISAGREE" },
    status: "unknown",
    findings: ["dkim-unanswered"],
  },
  "DK-1 nothing exists, and SPF that would say whether it sends cannot be read": {
    options,
    zone: { "example.com": { TXT: "TIMEOUT" } },
    status: "unknown",
    findings: ["dkim-unanswered"],
  },
  "DK-2 the named selector is not there": {
    options: named,
    facts: [{ kind: "dkim-key", value: `s1._domainkey.example.com ${good}`, firstSeen: 1, lastSeen: 2 }],
    zone: at("s2", good),
    status: "critical",
    findings: ["dkim-missing"],
    also: ({ findings }) => expect(findings[0]?.data["known"]).toContain(good.slice(0, 200)),
  },
  "DK-2 the named selector is not there, as _domainkey is not": {
    options: named,
    zone: { "example.com": { A: ["203.0.113.1"] } },
    status: "critical",
    findings: ["dkim-missing"],
  },
  "DK-2 the named selector is there though _domainkey is said not to be": {
    options: named,
    zone: { ...at("s1", good), "_domainkey.example.com": "nxdomain" },
    status: "ok",
    findings: [],
  },
  "DK-2 a name without TXT": {
    options: named,
    zone: { "s1._domainkey.example.com": { A: ["203.0.113.1"] } },
    status: "critical",
    findings: ["dkim-missing"],
  },
  "DK-2 a selector seen in mail leads nowhere": {
    options,
    facts: [seen("s1._domainkey.example.com", 3)],
    zone: { "s1._domainkey.example.com": { CNAME: "s1.provider.example" } },
    status: "critical",
    findings: ["dkim-alias-dead"],
    also: ({ findings }) => expect(findings[0]?.data["target"]).toBe("s1.provider.example"),
  },
  "DK-2 an alias that leads to a key": {
    options: named,
    zone: { "s1._domainkey.example.com": { CNAME: "s1.provider.example" }, "s1.provider.example": { TXT: [good] } },
    status: "ok",
    findings: [],
  },
  "DK-2 a selector last seen long ago may go": {
    options: { ...options, presetSelectors: ["google"] },
    facts: [seen("s1._domainkey.example.com", 60)],
    zone: at("google", good),
    status: "ok",
    findings: [],
  },
  "DK-2 SERVFAIL is no missing key": {
    options: named,
    zone: { "s1._domainkey.example.com": "SERVFAIL" },
    status: "unknown",
    findings: ["dkim-unanswered"],
  },
  "DK-2 a time-out is no missing key": {
    options: named,
    zone: { "s1._domainkey.example.com": "TIMEOUT" },
    status: "unknown",
    findings: ["dkim-unanswered"],
  },
  "DK-2 a missing key that another server has": {
    options: named,
    zone: { "s1._domainkey.example.com": "DISAGREE" },
    status: "unknown",
    findings: ["dkim-unanswered"],
  },
  "DK-3 two records": {
    options: named,
    zone: at("s1", good, "v=DKIM1; p="),
    status: "critical",
    findings: ["dkim-several-records"],
  },
  "DK-3 one record of several strings": {
    options: named,
    zone: { "s1._domainkey.example.com": { TXT: [[good.slice(0, 100), good.slice(100, 150), good.slice(150)]] } },
    status: "ok",
    findings: [],
  },
  "DK-4 v= is not first": {
    options: named,
    zone: at("s1", `k=rsa; v=DKIM1; p=${p2048}`),
    status: "critical",
    findings: ["dkim-version"],
    also: ({ findings }) => expect(findings[0]?.data["record"]).toContain(good.slice(0, 200)),
  },
  "DK-4 v= is another": record(`v=DKIM2; p=${p2048}`, "critical", "dkim-version"),
  "DK-4 no v= at all": record(`p=${p2048}`, "ok"),
  "DK-4 an unknown type": record(`v=DKIM1; k=dsa; p=${p2048}`, "critical", "dkim-key-type"),
  "DK-4 p= is missing": record("v=DKIM1; k=rsa", "critical", "dkim-no-key"),
  "DK-4 a tag twice": record(`${good}; p=${p2048}`, "critical", "dkim-syntax"),
  "DK-4 a stray piece": {
    options: named,
    zone: at("s1", `v=DKIM1; rsa; p=${p2048}`),
    status: "critical",
    findings: ["dkim-syntax"],
    also: ({ findings }) => expect(findings[0]?.data["record"]).toContain(`v=DKIM1; p=${p2048.slice(0, 200)}`),
  },
  "DK-5 the key in use is revoked": record("v=DKIM1; p=", "critical", "dkim-revoked"),
  "DK-5 an old key is revoked, the new one is good": {
    options: { ...named, presetSelectors: ["google"] },
    zone: { ...at("s1", good), ...at("google", "v=DKIM1; k=rsa; p=") },
    status: "ok",
    findings: ["dkim-revoked-old"],
  },
  "DK-6 base64 with a foreign character": record(
    `v=DKIM1; p=${p2048.slice(0, 50)}*${p2048.slice(51)}`,
    "critical",
    "dkim-key-corrupt",
  ),
  "DK-6 a key that was cut": record(good.slice(0, 255), "critical", "dkim-key-corrupt"),
  "DK-6 an elliptic key that says rsa": record(`v=DKIM1; p=${spki("ec")}`, "critical", "dkim-key-corrupt"),
  "DK-6 spaces in the key are none of it": record(`v=DKIM1; p=${p2048.slice(0, 90)}  ${p2048.slice(90)}`, "ok"),
  "DK-6 a bare RSAPublicKey": record(`p=${rsaKey(2048, "pkcs1")}`, "ok"),
  "DK-7 512 bits": {
    options: named,
    zone: at("s1", `v=DKIM1; p=${rsaKey(512)}`),
    status: "critical",
    findings: ["dkim-key-short"],
    also: ({ findings }) => expect(findings[0]?.data["bits"]).toBe(512),
  },
  "DK-7 1023 bits": record(`p=${rsaKey(1023)}`, "critical", "dkim-key-short"),
  "DK-7 1024 bits": record(`v=DKIM1; p=${p1024}`, "warning", "dkim-key-weak"),
  "DK-7 2047 bits": record(`p=${rsaKey(2047)}`, "warning", "dkim-key-weak"),
  "DK-7 4096 bits": record(`v=DKIM1; p=${rsaKey(4096)}`, "ok"),
  "DK-7 4160 bits": record(`v=DKIM1; p=${p4160}`, "warning", "dkim-key-long"),
  "DK-8 Ed25519 beside RSA": {
    options: { ...options, selectors: ["s1", "e1"] },
    zone: { ...at("s1", good), ...at("e1", `v=DKIM1; k=ed25519; p=${pEd}`) },
    status: "ok",
    findings: [],
    also: ({ metrics }) => expect(metrics).toEqual({ keys: 2, key_length: 2048 }),
  },
  "DK-8 Ed25519 alone": record(`v=DKIM1; k=ed25519; p=${pEd}`, "ok", "dkim-ed25519-alone"),
  "DK-8 Ed25519 within what openssl puts around it": {
    options: named,
    zone: at("s1", `v=DKIM1; k=ed25519; p=${spki("ed25519")}`),
    status: "critical",
    findings: ["dkim-ed25519-length"],
    also: ({ findings }) => expect(findings[0]?.data["bytes"]).toBe(44),
  },
  "DK-9 a test": {
    options: named,
    zone: at("s1", `v=DKIM1; t=y:s; p=${p2048}`),
    status: "warning",
    findings: ["dkim-testing"],
    also: ({ findings }) => expect(findings[0]?.data["record"]).toContain(`v=DKIM1; t=s; p=${p2048.slice(0, 200)}`),
  },
  "DK-9 DK-10 t=s alone is fine here": record(`v=DKIM1; t=s; p=${p2048}`, "ok"),
  "DK-11 only sha1": record(`v=DKIM1; h=sha1; p=${p2048}`, "critical", "dkim-sha1"),
  "DK-11 sha1 and sha256": record(`v=DKIM1; h=sha1:sha256; p=${p2048}`, "ok"),
  "DK-12 for another service": record(`v=DKIM1; s=tlsrpt; p=${p2048}`, "critical", "dkim-service"),
  "DK-12 for e-mail": record(`v=DKIM1; s=email; p=${p2048}`, "ok"),
  "DK-12 for everything": record(`v=DKIM1; s=*; p=${p2048}`, "ok"),
  "DK-13 g= and a tag that nobody knows": {
    options: named,
    zone: at("s1", `v=DKIM1; g=*; x=1; n=note; p=${p2048}`),
    status: "ok",
    findings: ["dkim-tags"],
    also: ({ findings }) => expect(findings[0]?.data["tags"]).toBe("g=, x="),
  },
  "DK-14 a wildcard answers with SPF": {
    options: named,
    zone: { "*.example.com": { TXT: ["v=spf1 include:spf.example -all"] } },
    status: "critical",
    findings: ["dkim-not-a-key"],
  },
  "DK-14 a wildcard with SPF makes no usual selector": {
    options: guessed,
    zone: { "example.com": { A: ["203.0.113.1"] }, "*.example.com": { TXT: ["v=spf1 -all"] } },
    status: "unknown",
    findings: ["dkim-selector-unknown"],
  },
  "DK-14 a wildcard that looks like a key makes no usual selector": {
    options: guessed,
    zone: { "*._domainkey.example.com": { TXT: ["v=DKIM1; p="] } },
    status: "unknown",
    findings: ["dkim-selector-unknown"],
  },
  "DK-16 mail is signed as the provider only": {
    options: { ...options, presetSelectors: ["google"] },
    facts: [seen("s201512._domainkey.qq.example")],
    zone: { "_domainkey.example.com": {}, "_dmarc.qq.example": { TXT: ["v=DMARC1; p=none"] } },
    status: "warning",
    findings: ["dkim-not-aligned"],
    also: ({ findings }) => expect(findings[0]?.data["signers"]).toBe("qq.example"),
  },
  "DK-16 mail is signed as the organization's own domain": {
    options: { domain: "mail.example.com" },
    facts: [seen("s1._domainkey.example.com")],
    zone: { "_dmarc.example.com": { TXT: ["v=DMARC1; p=reject"] } },
    status: "ok",
    findings: [],
  },
  "DK-16 whose the signer is cannot be asked": {
    options,
    facts: [seen("s1._domainkey.qq.example")],
    zone: { "example.com": {}, "_dmarc.qq.example": "SERVFAIL" },
    status: "unknown",
    findings: ["dkim-unanswered"],
  },
  "DK-17 a key of two years": {
    options: named,
    facts: [{ kind: "dkim-key", value: `s1._domainkey.example.com ${good}`, firstSeen: testNow - 730 * day, lastSeen: testNow }],
    zone: at("s1", good),
    status: "ok",
    findings: ["dkim-key-old"],
    also: ({ findings }) => expect(findings[0]?.data["days"]).toBe(730),
  },
  "DK-17 a key of one year": {
    options: named,
    facts: [{ kind: "dkim-key", value: `s1._domainkey.example.com ${good}`, firstSeen: testNow - 365 * day, lastSeen: testNow }],
    zone: at("s1", good),
    status: "ok",
    findings: [],
  },
  "DK-18 a usual selector leads to a provider without a key": {
    options: { ...named, presetSelectors: ["token1"] },
    zone: { ...at("s1", good), "token1._domainkey.example.com": { CNAME: "token1.dkim.amazonses.example" } },
    status: "ok",
    findings: ["dkim-alias-idle"],
  },
  "DK-18 a usual selector leads to a provider with a key": {
    options: { ...options, presetSelectors: ["token1"] },
    zone: { "token1._domainkey.example.com": { CNAME: "token1.dkim.ses.example" }, "token1.dkim.ses.example": { TXT: [good] } },
    status: "ok",
    findings: [],
  },
  "DK-14 a wildcard beside the selector's own key": {
    options: named,
    zone: { ...at("s1", good), "*.example.com": { TXT: ["v=spf1 -all"] } },
    status: "ok",
    findings: [],
  },
  "DK-14 a record full of control characters is text": {
    options: named,
    zone: at("s1", "\u001b[2J\u202e; p"),
    status: "critical",
    findings: ["dkim-not-a-key"],
    also: ({ findings }) => expect(JSON.stringify(findings)).not.toContain("\u202e"),
  },
  "DK-14 64 KiB of tags": {
    options: named,
    zone: { "s1._domainkey.example.com": { TXT: [Array.from({ length: 250 }, () => "a=1;".repeat(63))] } },
    status: "critical",
    findings: ["dkim-not-a-key"],
    also: ({ durationMs }) => expect(durationMs).toBeLessThan(10_000),
  },
  "DK-3 a thousand records": {
    options: named,
    zone: at("s1", ...Array.from({ length: 1_000 }, () => good)),
    status: "critical",
    findings: ["dkim-several-records"],
  },
  "DK-2 an alias that turns in a circle": {
    options: named,
    zone: { "s1._domainkey.example.com": { CNAME: "b.example.com" }, "b.example.com": { CNAME: "s1._domainkey.example.com" } },
    status: "unknown",
    findings: ["dkim-unanswered"],
  },
  "DK-1 a thousand facts cost ten questions": {
    options,
    facts: Array.from({ length: 1_000 }, (_, index) => seen(`s${index}`)),
    zone: { "*._domainkey.example.com": { TXT: [good] } },
    status: "ok",
    findings: [],
    also: ({ metrics }) => expect(metrics["keys"]).toBe(10),
  },
};

testCheck(dnsDkim, cases, {
  shownElsewhere: Object.fromEntries(
    Object.keys(dkimSignatureFindings).map((code) => [code, "test/checks/dns-dkim-signature.test.ts"]),
  ),
});

function spki(type: "ec" | "ed25519"): string {
  const { publicKey } = type === "ec" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
  return publicKey.export({ type: "spki", format: "der" }).toString("base64");
}

test("dns-dkim refuses a selector that is none", () => {
  for (const name of ["", "a b", "-x-", "a".repeat(64), "s1._domainkey.example.com/"]) {
    expect(dnsDkim.options.safeParse({ ...options, selectors: [name] }).success, name).toBe(false);
  }
  expect(dnsDkim.options.parse({ ...options, selectors: ["S1.Mail_2"] }).selectors).toEqual(["s1.mail_2"]);
});
