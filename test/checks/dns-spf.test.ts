// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import dnsSpf from "../../checks/dns-spf.ts";
import { createResolver } from "../../src/net/dns.ts";
import { testCheck, testNow } from "../support/check-tester.ts";
import { startFakeDns } from "../support/fake-dns.ts";
import {
  critical,
  dataOf,
  fine,
  hosts,
  info,
  many,
  options,
  policed,
  says,
  shownElsewhere,
  spf,
  tables,
  unknown,
  warning,
} from "../support/spf-cases.ts";

testCheck(
  dnsSpf,
  {
    "SPF-12 SPF-13 ~all": { ...fine, zone: spf("v=spf1 mx ~all") },
    "SPF-12 ?all": { ...warning("spf-neutral"), zone: spf("v=spf1 mx ?all"), also: says("spf-neutral", "v=spf1 mx ~all") },
    "SPF-12 +all": { ...critical("spf-pass-all"), zone: spf("v=spf1 mx +all"), also: says("spf-pass-all", "v=spf1 mx ~all") },
    "SPF-12 +all in an include": {
      ...critical("spf-pass-all"),
      zone: spf("v=spf1 mx include:p.example.net -all", { "p.example.net": { TXT: ["v=spf1 all"] } }),
    },
    "SPF-12 no all": { ...critical("spf-no-all"), zone: spf("v=spf1 mx"), also: says("spf-no-all", "v=spf1 mx ~all") },
    "SPF-12 no all behind a redirect": {
      ...critical("spf-no-all"),
      zone: spf("v=spf1 redirect=p.example.net", { "p.example.net": { TXT: ["v=spf1 mx:example.com"] } }),
    },
    "SPF-13 ptr": { ...warning("spf-ptr"), zone: spf("v=spf1 mx ptr -all"), also: says("spf-ptr", "v=spf1 mx -all") },
    "SPF-14 the whole internet": { ...critical("spf-too-wide"), world: policed, zone: spf("v=spf1 ip4:0.0.0.0/0 -all") },
    "SPF-14 a /8": { ...critical("spf-too-wide"), world: policed, zone: spf("v=spf1 ip4:8.0.0.0/8 -all") },
    "SPF-14 a /16": { ...warning("spf-wide"), world: policed, zone: spf("v=spf1 ip4:8.8.0.0/16 ip6:2a00::/32 -all") },
    "SPF-14 the checkdmarc bug: a name with a prefix keeps it": {
      ...warning("spf-wide"),
      world: policed,
      zone: spf("v=spf1 a:wide.example.com/16 -all", { "wide.example.com": { A: ["8.8.8.8"] } }),
      also: (it) => expect(dataOf(it, "spf-wide", "terms")).toBe("a:wide.example.com/16"),
    },
    "SPF-14 the checkdmarc bug: mx/24 is the MX of the domain itself": {
      ...fine,
      zone: spf("v=spf1 mx/24 -all"),
      also: ({ evidence, metrics }) => {
        expect(evidence).toContain("may send: 203.0.113.0/24");
        expect(metrics).toEqual({ lookups: 1, void_lookups: 0 });
      },
    },
    "SPF-14 a /17": { ...fine, world: policed, zone: spf("v=spf1 ip4:8.8.0.0/17 ip6:2a00::/33 -all") },
    "SPF-14 a /16 of an included service": {
      ...info("spf-wide-included"),
      world: policed,
      zone: spf("v=spf1 include:p.example.net -all", { "p.example.net": { TXT: ["v=spf1 ip4:8.8.0.0/16 -all"] } }),
    },
    "SPF-14 a wide block that is refused is none": { ...fine, world: policed, zone: spf("v=spf1 -ip4:8.0.0.0/8 mx -all") },
    "SPF-15 private addresses": {
      ...warning("spf-private"),
      world: policed,
      zone: spf("v=spf1 mx ip4:10.0.0.0/8 ip4:192.168.1.5 ip6:fd00::/8 -all"),
    },
    "SPF-15 public addresses": { ...fine, world: policed, zone: spf("v=spf1 mx ip4:203.0.113.5 -all") },
    "SPF-16 451 octets": {
      ...warning("spf-long"),
      zone: spf(`v=spf1 ${"x-note=".padEnd(439, "x")} -all`),
      also: (it) => expect(dataOf(it, "spf-long", "limit")).toBe(450),
    },
    "SPF-16 450 octets": { ...fine, zone: spf(`v=spf1 ${"x-note=".padEnd(438, "x")} -all`) },
    "SPF-16 513 octets": {
      ...warning("spf-long"),
      zone: spf(`v=spf1 ${"x-note=".padEnd(501, "x")} -all`),
      also: (it) => expect(dataOf(it, "spf-long", "limit")).toBe(512),
    },
    "SPF-16 a string that is too long to be published": {
      ...warning("spf-string-long"),
      zone: { "example.com": { TXT: [[`v=spf1 ${"x-note=".padEnd(300, "x")} -all`]] } },
      also: (it) => expect(dataOf(it, "spf-string-long", "record")).toMatch(/^example\.com\. TXT "[^"]{255}" "/),
    },
    "SPF-16 many other TXT records": {
      ...warning("spf-answer-large"),
      zone: {
        "example.com": {
          TXT: ["v=spf1 -all", ...Array.from({ length: 15 }, (_, index) => `verification-${index}=${"x".repeat(80)}`)],
        },
      },
    },
    "SPF-17 a domain that sends nothing says so": { ...fine, options: { ...options, sends: false }, zone: spf("v=spf1 -all") },
    "SPF-17 nothing is said": {
      ...info("spf-not-locked"),
      options: { ...options, sends: false },
      zone: spf("other"),
      also: says("spf-not-locked", "v=spf1 -all"),
    },
    "SPF-17 others are still permitted": {
      ...info("spf-not-locked"),
      options: { ...options, sends: false },
      zone: spf("v=spf1 mx -all"),
    },
    "SPF-17 a record that permits nobody needs no provider": {
      ...fine,
      zone: { "example.com": { TXT: ["v=spf1 -all"], MX: ["1 smtp.google.com"] } },
    },
    "SPF-18 an own sender passes": {
      ...fine,
      options: { ...options, senders: ["203.0.113.5", "2001:db8::12"] },
      zone: spf("v=spf1 ip4:203.0.113.0/28 a:c.example.com -all"),
    },
    "SPF-18 an own sender fails": {
      ...critical("spf-sender-fails"),
      options: { ...options, senders: ["203.0.113.5"] },
      zone: spf("v=spf1 mx -all"),
      also: (it) => {
        expect(dataOf(it, "spf-sender-fails", "result")).toBe("fail");
        says("spf-sender-fails", "v=spf1 mx ip4:203.0.113.5 -all")(it);
      },
    },
    "SPF-18 two own senders fail": {
      ...critical("spf-sender-fails", "spf-sender-fails"),
      options: { ...options, senders: ["203.0.113.6", "203.0.113.5"] },
      zone: spf("v=spf1 mx -all"),
      also: ({ findings }) =>
        expect(findings.map(({ data }) => data["record"])).toEqual(
          Array(2).fill('example.com. TXT "v=spf1 mx ip4:203.0.113.5 ip4:203.0.113.6 -all"'),
        ),
    },
    "SPF-18 an own sender softly fails, and has IPv6": {
      ...critical("spf-sender-fails"),
      options: { ...options, senders: ["2001:db8::99"] },
      zone: spf("v=spf1 redirect=p0.example.com", { "p0.example.com": { TXT: ["v=spf1 ip4:198.51.100.1 ~all"] } }),
      also: says("spf-sender-fails", "v=spf1 ip6:2001:db8::99 redirect=p0.example.com"),
    },
    "SPF-18 a sender seen in mail fails; one seen long ago does not count": {
      ...critical("spf-sender-fails"),
      zone: spf("v=spf1 mx -all"),
      facts: [
        { kind: "sending-address", value: "203.0.113.6", firstSeen: testNow - 1_000, lastSeen: testNow - 1_000 },
        { kind: "sending-address", value: "203.0.113.7", firstSeen: 1, lastSeen: 2 },
      ],
      also: (it) => expect(dataOf(it, "spf-sender-fails", "address")).toBe("203.0.113.6"),
    },
    "SPF-18 a sender of whom nothing can be known": {
      ...unknown("spf-part-unknown", "spf-sender-unknown"),
      options: { ...options, senders: ["203.0.113.5"] },
      zone: spf("v=spf1 include:p.example.net -all", { "p.example.net": "TIMEOUT" }),
    },
    "SPF-18 the provider of the mailboxes is not included": {
      ...warning("spf-provider-missing"),
      zone: {
        ...hosts,
        "example.com": { TXT: ["v=spf1 a:a.example.com -all"], MX: ["5 mxbiz1.qq.com", "10 mxbiz2.qq.com"] },
        "spf.mail.qq.com": { TXT: ["v=spf1 ip4:198.51.100.0/25 -all"] },
      },
      also: says("spf-provider-missing", "v=spf1 a:a.example.com include:spf.mail.qq.com -all"),
    },
    "SPF-18 the provider of the mailboxes is included": {
      ...fine,
      zone: {
        "example.com": { TXT: ["v=spf1 include:spf.mail.qq.com ~all"], MX: ["5 mxbiz1.qq.com"] },
        "spf.mail.qq.com": { TXT: ["v=spf1 ip4:198.51.100.0/25 -all"] },
      },
    },
    "SPF-18 its addresses are written out": {
      ...fine,
      zone: {
        "example.com": { TXT: ["v=spf1 ip4:198.51.100.0/24 ~all"], MX: ["5 mxbiz1.qq.com"] },
        "spf.mail.qq.com": { TXT: ["v=spf1 ip4:198.51.100.0/25 -all"] },
      },
    },
    "SPF-19 a former provider is still included": {
      ...info("spf-old-provider"),
      zone: {
        "example.com": { TXT: ["v=spf1 include:_spf.google.com include:spf.mail.qq.com ~all"], MX: ["1 smtp.google.com"] },
        "_spf.google.com": { TXT: ["v=spf1 ip4:198.51.100.0/25 ~all"] },
        "spf.mail.qq.com": { TXT: ["v=spf1 ip4:198.51.100.128/25 -all"] },
      },
      also: says("spf-old-provider", "v=spf1 include:_spf.google.com ~all"),
    },
    "SPF-19 a sender of bulk mail beside the mailboxes is none": {
      ...fine,
      zone: {
        "example.com": { TXT: ["v=spf1 include:_spf.google.com include:amazonses.com ~all"], MX: ["1 smtp.google.com"] },
        "_spf.google.com": { TXT: ["v=spf1 ip4:198.51.100.0/25 ~all"] },
        "amazonses.com": { TXT: ["v=spf1 ip4:198.51.100.128/25 -all"] },
      },
    },
    "SPF-20 what may send has changed": {
      ...info("spf-changed"),
      zone: spf("v=spf1 mx ip4:203.0.113.9 -all"),
      memory: { ranges: ["203.0.113.25", "203.0.113.8"] },
      also: ({ findings }, { memory }) => {
        expect(findings[0]?.data).toEqual({ domain: "example.com", added: "203.0.113.9", removed: "203.0.113.8" });
        expect(memory).toEqual({ ranges: ["203.0.113.25", "203.0.113.9"] });
      },
    },
    "SPF-20 the order has changed, which is nothing": {
      ...fine,
      zone: spf("v=spf1 ip4:203.0.113.9 mx -all"),
      memory: { ranges: ["203.0.113.25", "203.0.113.9"] },
    },
    "SPF-20 a tree that was not read whole is not compared": {
      ...unknown("spf-part-unknown"),
      zone: spf("v=spf1 include:p.example.net -all", { "p.example.net": "SERVFAIL" }),
      memory: { ranges: ["203.0.113.8"] },
      also: (_, { memory }) => expect(memory).toBeUndefined(),
    },
    "SPF-22 the name in HELO has no record": {
      ...info("spf-helo-missing"),
      options: { ...options, helo: { "203.0.113.25": "mx.example.com" } },
      zone: spf("v=spf1 mx -all"),
      also: says("spf-helo-missing", "v=spf1 a -all", "mx.example.com"),
    },
    "SPF-22 the name in HELO has one": {
      ...fine,
      zone: spf("v=spf1 mx -all", { "mail.example.com": { A: ["203.0.113.25"], TXT: ["v=spf1 a -all"] } }),
      facts: [{ kind: "helo", value: "203.0.113.25 mail.example.com", firstSeen: testNow, lastSeen: testNow }],
    },
  },
  { shownElsewhere: shownElsewhere("rest") },
);

test("every finding of dns-spf belongs to one table", () => {
  expect(Object.values(tables).flat().toSorted()).toEqual(Object.keys(dnsSpf.findings).toSorted());
});

test("dns-spf refuses a domain that is none, and an address that is none", () => {
  const { options: schema } = dnsSpf;
  expect(schema.safeParse({ domain: "not..one" }).error?.issues[0]?.message).toBe("must be a domain name, such as example.com");
  expect(schema.safeParse({ ...options, senders: ["mail.example.com"] }).error?.issues[0]?.message).toBe(
    "must be an address, such as 203.0.113.5",
  );
  expect(schema.parse({ domain: "例子.cn" }).domain).toBe("xn--fsqu00a.cn");
});

// The same over the wire, with the real resolver: what the table cannot show.
const wire = await startFakeDns({
  "example.com": { TXT: ["v=spf1 include:big.example.com include:far.example.com -all"] },
  "big.example.com": { TXT: [`v=spf1 ${many(200, (index) => `ip4:198.51.100.${index}`)} -all`] },
  ...Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`c${index}.example.com`, { CNAME: `c${index + 1}.example.com` }]),
  ),
  "far.example.com": { CNAME: "c0.example.com" },
});
const live = createResolver({ servers: [wire.server], timeoutMs: 300, tries: 1, authorityPort: 1 });
testCheck(
  dnsSpf,
  {
    "SPF-16 a long record over TCP, and SPF-9 an alias chain without end": {
      ...warning("spf-long", "spf-answer-large", "spf-part-unknown"),
      world: () => Promise.resolve({ ctx: { ask: live.ask } }),
      also: () => expect(wire.calls).toContain("TXT big.example.com tcp"),
    },
    "SPF-2 a resolver that is gone": {
      ...unknown("spf-unknown"),
      world: async () => {
        await wire.close();
        return { ctx: { ask: live.ask } };
      },
    },
  },
  { shownElsewhere: Object.fromEntries(Object.keys(dnsSpf.findings).map((code) => [code, "the tables"])) },
);
