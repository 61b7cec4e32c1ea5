// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect } from "vitest";
import { dkimFindings } from "../../checks/dns-dkim.texts.ts";
import dnsDkim from "../../checks/dns-dkim.ts";
import { readDkimSignature, signatureFact, unsignedFact } from "../../src/mail/dkim-signature.ts";
import type { Fact } from "../../src/model/observation.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { rsaKey } from "../support/dkim-keys.ts";
import type { Zone } from "../support/zone.ts";

const hour = 60 * 60_000;
const key = rsaKey(2048);
const at = (selector: string, text = `v=DKIM1; k=rsa; p=${key}`): Zone => ({
  [`${selector}._domainkey.example.com`]: { TXT: [text] },
});
const sales = "sales@example.com";
const all = "h=from:from:date:subject:to";

const fact = (value: string, hoursAgo: number): Fact => ({
  kind: "dkim-signature",
  value,
  firstSeen: 1,
  lastSeen: testNow - hoursAgo * hour,
});

/** What a mail round trip learnt of a mail that was signed so; the tags count over those of a good signature. */
function signed(tags: string, { sender = sales, hoursAgo = 1, domain = "example.com", selector = "s1" } = {}): Fact[] {
  const arrivedAt = testNow - hoursAgo * hour;
  const signature = readDkimSignature(`d=${domain}; s=${selector}; ${tags}`);
  if (signature === undefined) throw new Error(`"${tags}" is no signature`);
  return [
    { ...fact(`${selector}._domainkey.${domain}`, hoursAgo), kind: "dkim-selector" },
    fact(signatureFact(sender, signature, arrivedAt), hoursAgo),
  ];
}
const unsigned = (sender: string, hoursAgo = 1): Fact[] => [fact(unsignedFact(sender), hoursAgo)];

const options = { domain: "example.com" };
const fine = { options, zone: at("s1"), status: "ok", findings: [] } as const satisfies CheckCase;
const critical = (code: string): CheckCase => ({ options, zone: at("s1"), status: "critical", findings: [code] });
const warning = (code: string): CheckCase => ({ options, zone: at("s1"), status: "warning", findings: [code] });
const dataIs =
  (data: object): NonNullable<CheckCase["also"]> =>
  ({ findings }) =>
    expect(findings[0]?.data).toMatchObject(data);
const seconds = (hoursAgo: number): number => Math.floor((testNow - hoursAgo * hour) / 1000);

testCheck(
  dnsDkim,
  {
    "DK-10 DK-11 DK-15 DK-16 mail is signed as it should be": {
      ...fine,
      facts: signed(`a=rsa-sha256; ${all}; i=a@example.com; t=${seconds(1)}; x=${seconds(0)}`),
    },
    "DK-10 i= below d=, and the key says t=s": {
      ...critical("dkim-signature-identity"),
      zone: at("s1", `v=DKIM1; t=s; p=${key}`),
      facts: signed(`a=rsa-sha256; ${all}; i=@mail.example.com`),
      also: dataIs({ identity: "mail.example.com", name: "s1._domainkey.example.com", senders: sales }),
    },
    "DK-10 i= below d=, and the key allows it": { ...fine, facts: signed(`a=rsa-sha256; ${all}; i=@mail.example.com`) },
    "DK-10 i= of somebody else": {
      ...critical("dkim-signature-identity"),
      facts: signed(`a=rsa-sha256; ${all}; i=@notexample.com`),
    },
    "DK-11 rsa-sha1": {
      ...critical("dkim-signature-sha1"),
      facts: signed(`a=rsa-sha1; ${all}`),
      also: dataIs({ algorithm: "rsa-sha1" }),
    },
    "DK-11 rsa-sha1 beside rsa-sha256 breaks nothing": {
      ...warning("dkim-signature-sha1"),
      zone: { ...at("s1"), ...at("old") },
      facts: [...signed(`a=rsa-sha256; ${all}`), ...signed(`a=rsa-sha1; ${all}`, { selector: "old" })],
    },
    "DK-15 From is not signed": { ...critical("dkim-from-unsigned"), facts: signed("a=rsa-sha256; h=date:subject:to") },
    "DK-15 From is signed once": {
      ...fine,
      facts: signed("a=rsa-sha256; h=from:date:subject:to"),
      findings: ["dkim-from-once"],
    },
    "DK-15 nothing that a reader sees is signed": {
      ...critical("dkim-from-unsigned"),
      facts: signed("a=rsa-sha256; h=message-id"),
      findings: ["dkim-from-unsigned", "dkim-headers-unsigned"],
    },
    "DK-15 the signature was over when the mail arrived": {
      ...critical("dkim-signature-expired"),
      facts: signed(`a=rsa-sha256; ${all}; x=${seconds(2)}`),
    },
    "DK-15 the signature is over by now, and was not when the mail arrived": {
      ...fine,
      facts: signed(`a=rsa-sha256; ${all}; x=${seconds(90)}`, { hoursAgo: 100 }),
    },
    "DK-15 the signature was made in the future": {
      ...warning("dkim-signature-future"),
      facts: signed(`a=rsa-sha256; ${all}; t=${seconds(0)}`),
    },
    "DK-15 l= is used": { ...warning("dkim-signature-partial"), facts: signed(`a=rsa-sha256; ${all}; l=100`) },
    "DK-15 Date and Subject are not signed": {
      ...warning("dkim-headers-unsigned"),
      facts: signed("a=rsa-sha256; h=from:from:to"),
      also: dataIs({ headers: "date, subject" }),
    },
    "DK-15 one finding for two senders that sign alike": {
      ...warning("dkim-signature-partial"),
      facts: [
        ...signed(`a=rsa-sha256; ${all}; l=1`),
        ...signed(`a=rsa-sha256; ${all}; l=9`, { sender: "boss@example.com", hoursAgo: 2 }),
      ],
      also: dataIs({ senders: "sales@example.com, boss@example.com" }),
    },
    "DK-15 how a sender signed before its last mail does not count": {
      ...fine,
      facts: [...signed(`a=rsa-sha256; ${all}; l=1`, { hoursAgo: 3 }), ...signed(`a=rsa-sha256; ${all}`)],
    },
    "DK-15 how a sender signed a week ago does not count": {
      ...fine,
      options: { ...options, selectors: ["s1"] },
      facts: signed(`a=rsa-sha256; ${all}; l=1`, { hoursAgo: 7 * 24 }),
    },
    "DK-15 what others add to a mail is theirs": {
      ...fine,
      facts: [...signed(`a=rsa-sha256; ${all}`), ...signed("a=rsa-sha1; h=date", { domain: "relay.example" })],
    },
    "DK-15 facts that are none say nothing": {
      ...fine,
      options: { ...options, selectors: ["s1"] },
      facts: ["", "x", "a@example.com ", "a@example.com d=example.com", " d=example.com; s=s1; a=x; h=date"].map((text) =>
        fact(text, 1),
      ),
    },
    "DK-16 mail comes unsigned, though there may be keys": {
      ...warning("dkim-unsigned"),
      facts: unsigned(sales),
      also: dataIs({ senders: sales }),
    },
    "DK-16 mail comes unsigned, though the provider's key is there": {
      ...warning("dkim-unsigned"),
      options: { ...options, presetSelectors: ["s1"] },
      facts: unsigned(sales),
    },
    "DK-16 mail comes unsigned, and there is no key at all": {
      ...warning("dkim-none"),
      zone: { "example.com": { TXT: ["v=spf1 mx -all"] } },
      facts: unsigned(sales),
    },
    "DK-16 one sender signs, another one does not": {
      ...warning("dkim-unsigned"),
      facts: [...signed(`a=rsa-sha256; ${all}`), ...unsigned("boss@example.com")],
      also: dataIs({ senders: "boss@example.com" }),
    },
    "DK-16 mail came unsigned before it was signed": {
      ...fine,
      facts: [...unsigned(sales, 3), ...signed(`a=rsa-sha256; ${all}`)],
    },
    "DK-2 a selector that mail was last signed with a week ago may go": {
      ...fine,
      options: { ...options, selectors: ["s2"] },
      zone: at("s2"),
      facts: signed(`a=rsa-sha256; ${all}`, { hoursAgo: 6 * 24 }),
    },
    "DK-2 a selector that mail was signed with four days ago must stay": {
      ...critical("dkim-missing"),
      options: { ...options, selectors: ["s2"] },
      zone: at("s2"),
      facts: signed(`a=rsa-sha256; ${all}`, { hoursAgo: 4 * 24 }),
    },
  },
  { shownElsewhere: Object.fromEntries(Object.keys(dkimFindings).map((code) => [code, "test/checks/dns-dkim.test.ts"])) },
);
