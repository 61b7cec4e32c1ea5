// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import dnsblListing from "../../checks/dnsbl-listing.ts";
import { createResolver } from "../../src/net/dns.ts";
import { testCheck, testNow } from "../support/check-tester.ts";
import { address, asked, clean, domainOn, healthy, on, own, reversed, sender, shipped } from "../support/dns-list-zone.ts";
import { startFakeDns } from "../support/fake-dns.ts";
import { secretOf } from "../support/mail-world.ts";
import { createZone } from "../support/zone.ts";

const minute = 60_000;
const reversed6 = "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2";
const options = { domain: "example.com" };
const immediate = { ...options, immediate: true };
/** Only lists that the case names. */
const ownList = { ...immediate, builtIn: false, lists: [{ zone: "bl.test" }] };
const recorded = asked({
  ...clean,
  "example.com": { TXT: [`v=spf1 ip4:${address} ip6:2001:db8::5 -all`] },
  ...on("zen.spamhaus.org", "127.0.0.2", "https://check.spamhaus.org/sbl/query/SBL1"),
  [`${reversed6}.zen.spamhaus.org`]: { A: ["127.0.0.3"] },
});
const recent = asked(clean);
const remembered = (hits: number, ago: number) => ({
  passed: {},
  asked: { [`zen.spamhaus.org ${address}`]: { at: testNow - ago, hits, verdict: "listed", means: "SBL", raw: "127.0.0.2" } },
});
const dqs = asked({ ...clean, "2.0.0.127.abcdefghij1234567890abcdef.zen.dq.spamhaus.net": "SERVFAIL" });
const wire = await startFakeDns({ ...healthy, "example.com": { TXT: ["v=spf1 -all"] } });

// What weighs how much, and who is asked about, is in dnsbl-listing-weights.test.ts.
testCheck(
  dnsblListing,
  {
    "BL-1 BL-2 BL-3 BL-4 BL-5 BL-8 BL-10 BL-11 nothing is listed, and every list proves its health": {
      options: immediate,
      zone: clean,
      status: "ok",
      findings: [],
      also: ({ metrics }) => expect(metrics).toEqual({ lists: shipped.length - 1, listings: 0 }),
    },
    "BL-1 an address is asked for backwards, IPv6 by nibbles, and a listing with its reason": {
      options: immediate,
      world: recorded.world,
      status: "critical",
      findings: ["address-listed", "address-listed"],
      also: ({ findings }) => {
        expect(recorded.calls).toContain(`A ${reversed}.zen.spamhaus.org`);
        expect(recorded.calls).toContain(`TXT ${reversed}.zen.spamhaus.org`);
        expect(recorded.calls).toContain(`A ${reversed6}.zen.spamhaus.org`);
        expect(findings[0]?.data).toEqual({
          domain: "example.com",
          subject: address,
          why: `SPF ip4:${address}`,
          lists: "Spamhaus ZEN (SBL)",
          reason: "“https://check.spamhaus.org/sbl/query/SBL1”",
          removal: "https://check.spamhaus.org/",
        });
        expect(findings[1]?.data).toMatchObject({ subject: "2001:db8::5", lists: "Spamhaus ZEN (CSS)", reason: "–" });
      },
    },
    "BL-1 BL-9 domain lists are never asked about addresses, and address lists never about domains": {
      options: immediate,
      world: recorded.world,
      status: "critical",
      findings: ["address-listed", "address-listed"],
      also: () => {
        expect(recorded.calls.filter((call) => call.includes(".dbl.") && /\d+\.\d+\.\d+\.\d+/.test(call))).toEqual([]);
        expect(recorded.calls.filter((call) => call.includes("example.com.zen"))).toEqual([]);
      },
    },
    "BL-2 127.0.0.1 is never a listing": {
      options: ownList,
      zone: own(on("bl.test", "127.0.0.1")),
      status: "warning",
      findings: ["list-ill"],
    },
    "BL-2 an answer outside 127.0.0.0/8, where the resolver invents none, is not understood": {
      options: ownList,
      zone: own(on("bl.test", "198.51.100.7")),
      status: "unknown",
      findings: ["code-unknown"],
    },
    "BL-2 a resolver that invents addresses": {
      options: immediate,
      zone: { "*": { A: ["198.51.100.1"] } },
      status: "unknown",
      findings: ["resolver-rewrites"],
      also: ({ findings }) => expect(findings[0]?.data).toEqual({ server: "192.0.2.53:53", answer: "198.51.100.1" }),
    },
    "BL-2 every other address there is one, for a list of which no more is known": {
      options: ownList,
      zone: own(on("bl.test", "127.9.8.7")),
      status: "critical",
      findings: ["address-listed"],
    },
    "BL-3 a named list that lists what must not be listed": {
      options: ownList,
      zone: { ...sender, "*.bl.test": { A: ["127.0.0.2"] } },
      status: "warning",
      findings: ["list-ill"],
      also: ({ findings }) => expect(findings[0]?.data["reason"]).toBe("it lists what must not be listed (1.0.0.127: 127.0.0.2)"),
    },
    "BL-3 a named list without a test entry": {
      options: ownList,
      zone: { ...sender, ...on("bl.test", "127.0.0.2") },
      status: "warning",
      findings: ["list-ill"],
      also: ({ findings }) => expect(findings[0]?.data["reason"]).toBe("its test entry is missing (2.0.0.127)"),
    },
    "BL-3 a named list that somebody else has now": {
      options: ownList,
      zone: { ...sender, "*.bl.test": { A: ["198.51.100.7"] } },
      status: "warning",
      findings: ["list-ill"],
    },
    "BL-3 a named list that does not answer": {
      options: ownList,
      zone: { ...sender, "2.0.0.127.bl.test": "TIMEOUT" },
      status: "warning",
      findings: ["list-ill"],
    },
    "BL-3 a named list that stops answering after its test": {
      options: ownList,
      zone: own({ [`${reversed}.bl.test`]: "SERVFAIL" }),
      status: "warning",
      findings: ["list-ill"],
    },
    "BL-3 a built-in list that fails is left out": {
      options: immediate,
      zone: { ...clean, "2.0.0.127.bl.spamcop.net": "nxdomain", ...on("bl.spamcop.net", "127.0.0.2") },
      status: "ok",
      findings: ["lists-left-out"],
      also: ({ findings }) => expect(findings[0]?.data["count"]).toBe(1),
    },
    "BL-3 a domain list that lists INVALID is left out": {
      options: immediate,
      zone: { ...clean, "invalid.multi.surbl.org": { A: ["127.0.0.8"] }, ...domainOn("multi.surbl.org", "127.0.0.8") },
      status: "ok",
      findings: ["lists-left-out"],
    },
    "BL-3 a domain list with a test entry of its own instead of TEST": {
      options: immediate,
      zone: {
        ...clean,
        "test.multi.surbl.org": "nxdomain",
        "test.surbl.org.multi.surbl.org": { A: ["127.0.0.254"] },
        ...domainOn("multi.surbl.org", "127.0.0.72"),
      },
      status: "critical",
      findings: ["domain-listed"],
      also: ({ findings }) => expect(findings[0]?.data["lists"]).toBe("SURBL (abuse, phishing)"),
    },
    "BL-3 no list answers": { options, zone: sender, status: "unknown", findings: ["lists-none"] },
    "BL-3 no list answers in a single look": { options: immediate, zone: sender, status: "ok", findings: ["lists-none"] },
    "BL-3 IPv6 is asked for only where the list knows it": {
      options: { ...ownList, senders: ["2001:db8::5"] },
      zone: own({ [`${reversed6}.bl.test`]: { A: ["127.0.0.2"] } }),
      status: "ok",
      findings: [],
      also: ({ evidence }) => expect(evidence.join("\n")).toContain("bl.test: not asked about IPv6"),
    },
    "BL-4 a code that nobody has told us": {
      options: immediate,
      zone: { ...clean, ...on("zen.spamhaus.org", "127.0.0.77") },
      status: "unknown",
      findings: ["code-unknown"],
      also: ({ findings }) =>
        expect(findings[0]?.data).toMatchObject({ list: "zen.spamhaus.org", raw: "127.0.0.77", subject: address }),
    },
    "BL-4 codes of the user's own": {
      options: { ...ownList, lists: [{ zone: "bl.test", tier: "B", codes: { "127.0.0.2": "spam", "127.0.0.4-7": "trojan" } }] },
      zone: own(on("bl.test", "127.0.0.6")),
      status: "warning",
      findings: ["listed-minor"],
      also: ({ findings }) => expect(findings[0]?.data["lists"]).toBe("bl.test (trojan)"),
    },
    "BL-4 a code outside the user's own": {
      options: { ...ownList, lists: [{ zone: "bl.test", codes: { "127.0.0.2": "spam" } }] },
      zone: own(on("bl.test", "127.0.0.6")),
      status: "unknown",
      findings: ["code-unknown"],
    },
    "BL-5 a refusal is no listing: built-in": {
      options: immediate,
      zone: { ...clean, "2.0.0.127.zen.spamhaus.org": { A: ["127.255.255.254"] }, ...on("zen.spamhaus.org", "127.255.255.254") },
      status: "ok",
      findings: ["lists-left-out"],
      also: ({ findings }) =>
        expect(findings[0]?.data).toMatchObject({
          lists: "zen.spamhaus.org",
          reason: "it refuses our resolver (127.255.255.254)",
        }),
    },
    "BL-5 a refusal is no listing: named": {
      options: ownList,
      zone: own(on("bl.test", "127.255.255.255")),
      status: "warning",
      findings: ["list-ill"],
    },
    "BL-6 lists are not asked through a public resolver": {
      options: immediate,
      world: () => {
        const { ask } = createZone({ ...clean, ...on("zen.spamhaus.org", "127.0.0.2") });
        const through: typeof ask = async (name, type, asking) => ({
          ...(await ask(name, type, asking)),
          server: "223.5.5.5:53",
        });
        return Promise.resolve({ ctx: { ask: through } });
      },
      status: "ok",
      findings: ["lists-none"],
    },
    "BL-6 a key opens Spamhaus for every resolver, and is shown nowhere": {
      options: { ...immediate, dqsKey: secretOf("ABCDEFGHIJ1234567890abcdef") },
      zone: {
        ...clean,
        "2.0.0.127.abcdefghij1234567890abcdef.zen.dq.spamhaus.net": { A: ["127.0.0.2"] },
        "test.abcdefghij1234567890abcdef.dbl.dq.spamhaus.net": { A: ["127.0.1.2"] },
        "test.abcdefghij1234567890abcdef.zrd.dq.spamhaus.net": { A: ["127.0.2.2"] },
        [`${reversed}.abcdefghij1234567890abcdef.zen.dq.spamhaus.net`]: { A: ["127.0.0.4"] },
        "example.com.abcdefghij1234567890abcdef.zrd.dq.spamhaus.net": { A: ["127.0.2.5"] },
      },
      status: "critical",
      findings: ["address-listed", "listed-noted"],
      also: (observation, outcome) =>
        expect(JSON.stringify([observation, outcome.memory]).toLowerCase()).not.toContain("abcdefghij1234567890abcdef"),
    },
    "BL-6 a key that is refused": {
      options: { ...immediate, dqsKey: secretOf("ABCDEFGHIJ1234567890abcdef") },
      world: dqs.world,
      status: "warning",
      findings: ["list-ill", "list-ill", "list-ill"],
      also: (observation) => {
        expect(observation.findings[0]?.data).toEqual({ list: "zen.dq.spamhaus.net", reason: "no answer: SERVFAIL" });
        expect(JSON.stringify(observation).toLowerCase()).not.toContain("abcdefghij1234567890abcdef");
        expect(dqs.calls.filter((call) => call.endsWith(".zen.spamhaus.org"))).toEqual([]);
      },
    },
    "BL-7 a first listing is noted, and looked at again soon": {
      options,
      zone: { ...clean, ...on("zen.spamhaus.org", "127.0.0.2") },
      status: "ok",
      findings: ["listed-once"],
      also: (_, { again, memory }) => {
        expect(again).toBe(31 * minute);
        expect(memory).toHaveProperty(["asked", `zen.spamhaus.org ${address}`, "hits"], 1);
      },
    },
    "BL-7 the second in a row counts": {
      options,
      memory: remembered(1, 31 * minute),
      zone: { ...clean, ...on("zen.spamhaus.org", "127.0.0.2") },
      status: "critical",
      findings: ["address-listed"],
      also: (_, { again, memory }) => {
        expect(again).toBeUndefined();
        expect(memory).toHaveProperty(["asked", `zen.spamhaus.org ${address}`, "hits"], 2);
      },
    },
    "BL-7 what was asked not long ago is not asked again, and is no second listing": {
      options,
      memory: remembered(1, 29 * minute),
      world: recent.world,
      status: "ok",
      findings: ["listed-once"],
      also: (_, { memory }) => {
        expect(recent.calls).not.toContain(`A ${reversed}.zen.spamhaus.org`);
        expect(recent.calls).toContain("A 2.0.0.127.zen.spamhaus.org");
        expect(memory).toHaveProperty(["asked", `zen.spamhaus.org ${address}`, "hits"], 1);
      },
    },
    "BL-7 a look without it starts the count anew": {
      options,
      memory: remembered(5, 60 * minute),
      zone: clean,
      status: "ok",
      findings: [],
      also: (_, { memory }) => expect(memory).toHaveProperty(["asked", `zen.spamhaus.org ${address}`, "hits"], 0),
    },
    // Over the wire, with the real resolver: every list about forty addresses, of which sixteen are looked at.
    "BL-7 all lists and many addresses, in bounded questions and memory": {
      options: { ...options, senders: Array.from({ length: 40 }, (_, index) => `203.0.113.${index + 1}`) },
      world: () => {
        const { ask, close } = createResolver({ servers: [wire.server], timeoutMs: 2_000, tries: 1 });
        return Promise.resolve({ ctx: { ask }, close });
      },
      status: "ok",
      findings: [],
      also: async (_, { memory }) => {
        expect(wire.calls.length).toBeLessThan(16 * 12 + 60);
        expect(JSON.stringify(memory).length).toBeLessThan(48 * 1024);
        await wire.close();
      },
    },
  },
  {
    shownElsewhere: Object.fromEntries(
      ["listed-minor", "policy-listed", "good-listed", "senders-unknown"].map((code) => [code, "dnsbl-listing-weights.test.ts"]),
    ),
  },
);

test("dnsbl-listing refuses addresses as domains and codes that are none", () => {
  const refused = (more: object): boolean => !dnsblListing.options.safeParse({ ...options, ...more }).success;
  expect(refused({ domain: "203.0.113.5" })).toBe(true);
  expect(refused({ links: ["203.0.113.5"] })).toBe(true);
  expect(refused({ lists: [{ zone: "bl.test", codes: { "128.0.0.1": "x" } }] })).toBe(true);
  expect(refused({ dqsKey: "ABCDEFGHIJ1234567890abcdef" })).toBe(true);
  expect(refused({ lists: [{ zone: "bl.test", codes: { "127.0.0.&8": "x" } }] })).toBe(false);
});
