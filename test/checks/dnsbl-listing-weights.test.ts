// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect } from "vitest";
import dnsblListing from "../../checks/dnsbl-listing.ts";
import { testCheck, testNow } from "../support/check-tester.ts";
import { address, asked, clean, domainOn, healthy, on, own, reversed, sender } from "../support/dns-list-zone.ts";

const options = { domain: "example.com" };
const immediate = { ...options, immediate: true };
/** Only lists that the case names. */
const ownList = { ...immediate, builtIn: false, lists: [{ zone: "bl.test" }] };
const notPublic = asked(clean, { isPublic: () => false });
const provider = asked({
  ...healthy,
  "example.com": { TXT: ["v=spf1 mx include:spf.mail.qq.com ip4:198.51.100.0/24 -all"], MX: ["5 mxbiz1.qq.com"] },
});
const dead = asked({ ...sender, "*.sorbs.net": { A: ["127.0.0.2"] } });

testCheck(
  dnsblListing,
  {
    "BL-8 lists of tier B warn": {
      options: immediate,
      zone: { ...clean, ...on("bl.spamcop.net", "127.0.0.2"), ...on("psbl.surriel.com", "127.0.0.2") },
      status: "warning",
      findings: ["listed-minor"],
      also: ({ findings }) => expect(findings[0]?.data["lists"]).toBe("SpamCop (SCBL), PSBL (PSBL)"),
    },
    "BL-8 one list of tier C is a note": {
      options: immediate,
      zone: { ...clean, ...on("bl.blocklist.de", "127.0.0.14") },
      status: "ok",
      findings: ["listed-noted"],
    },
    "BL-8 four of them together warn": {
      options: immediate,
      zone: {
        ...clean,
        ...on("bl.blocklist.de", "127.0.0.14"),
        ...on("dnsbl.dronebl.org", "127.0.0.3"),
        ...on("bip.virusfree.cz", "127.0.0.2"),
        ...on("dnsbl-1.uceprotect.net", "127.0.0.2"),
      },
      status: "warning",
      findings: ["listed-minor"],
    },
    "BL-8 a tier A listing fails": {
      options: immediate,
      zone: { ...clean, ...on("b.barracudacentral.org", "127.0.0.2"), ...on("bl.spamcop.net", "127.0.0.2") },
      status: "critical",
      findings: ["address-listed", "listed-minor"],
    },
    "BL-9 the PBL is about how one sends": {
      options: immediate,
      zone: { ...clean, ...on("zen.spamhaus.org", "127.0.0.11") },
      status: "warning",
      findings: ["policy-listed"],
    },
    "BL-9 a reputation that is neutral or good is no listing": {
      options: immediate,
      zone: { ...clean, ...on("bl.mailspike.net", "127.0.0.18") },
      status: "ok",
      findings: [],
    },
    "BL-9 a reputation that is bad": {
      options: immediate,
      zone: { ...clean, ...on("bl.mailspike.net", "127.0.0.11") },
      status: "warning",
      findings: ["listed-minor"],
    },
    "BL-9 a domain in the DBL": {
      options: immediate,
      zone: { ...clean, ...domainOn("dbl.spamhaus.org", "127.0.1.4") },
      status: "critical",
      findings: ["domain-listed"],
      also: ({ findings }) =>
        expect(findings[0]?.data).toMatchObject({ subject: "example.com", lists: "Spamhaus DBL (phishing)" }),
    },
    "BL-9 a good name that others abuse": {
      options: immediate,
      zone: { ...clean, ...domainOn("dbl.spamhaus.org", "127.0.1.103") },
      status: "warning",
      findings: ["listed-minor"],
    },
    "BL-9 127.0.1.255 says that we asked wrongly": {
      options: immediate,
      zone: { ...clean, ...domainOn("dbl.spamhaus.org", "127.0.1.255") },
      status: "ok",
      findings: ["lists-left-out"],
    },
    "BL-9 SURBL's and URIBL's 1 is a refusal": {
      options: immediate,
      zone: { ...clean, ...domainOn("multi.surbl.org", "127.0.0.1"), ...domainOn("multi.uribl.com", "127.0.0.1") },
      status: "ok",
      findings: ["lists-left-out"],
    },
    "BL-9 URIBL grey": {
      options: immediate,
      zone: { ...clean, ...domainOn("multi.uribl.com", "127.0.0.4") },
      status: "warning",
      findings: ["listed-minor"],
    },
    "BL-10 a closed list is not asked, though it lists the world": {
      options: { ...immediate, builtIn: false, lists: [{ zone: "dnsbl.sorbs.net" }] },
      world: dead.world,
      status: "warning",
      findings: ["list-ill"],
      also: ({ findings }) => {
        expect(findings[0]?.data).toEqual({ list: "dnsbl.sorbs.net", reason: "the list is closed" });
        expect(dead.calls.filter((call) => call.includes("sorbs"))).toEqual([]);
      },
    },
    "BL-10 a white list is good": {
      options: immediate,
      zone: { ...clean, ...on("list.dnswl.org", "127.0.5.2") },
      status: "ok",
      findings: ["good-listed"],
    },
    "BL-10 a white list that the user names is good, too": {
      options: { ...ownList, lists: [{ zone: "bl.test", kind: "white" }] },
      zone: own(on("bl.test", "127.0.0.2")),
      status: "ok",
      findings: ["good-listed"],
    },
    "BL-10 a white list that blocks us": {
      options: immediate,
      zone: { ...clean, ...on("list.dnswl.org", "127.0.0.255") },
      status: "ok",
      findings: ["lists-left-out"],
    },
    "BL-10 a list that is off by itself is asked where it is named, by its own codes": {
      options: { ...immediate, builtIn: false, lists: [{ zone: "cbl.anti-spam.org.cn" }] },
      zone: { ...sender, "2.0.0.127.cbl.anti-spam.org.cn": { A: ["127.0.8.2"] }, ...on("cbl.anti-spam.org.cn", "127.0.8.2") },
      status: "critical",
      findings: ["address-listed"],
    },
    "BL-11 a provider's addresses are not asked about, the domain is": {
      options: immediate,
      world: provider.world,
      status: "ok",
      findings: [],
      also: () => {
        expect(provider.calls.filter((call) => call.endsWith("zen.spamhaus.org"))).toEqual([]);
        expect(provider.calls).toContain("A example.com.dbl.spamhaus.org");
      },
    },
    "BL-11 given and seen addresses": {
      options: { ...immediate, sends: false, senders: [address] },
      facts: [{ kind: "sending-address", value: "203.0.113.6", firstSeen: 1, lastSeen: testNow }],
      zone: { ...clean, ...on("zen.spamhaus.org", "127.0.0.2"), "6.113.0.203.zen.spamhaus.org": { A: ["127.0.0.4"] } },
      status: "critical",
      findings: ["address-listed", "address-listed"],
      also: ({ findings }) => expect(findings.map(({ data }) => data["why"])).toEqual(["options: senders", "Received"]),
    },
    "BL-11 the registered domain and those of links, too": {
      options: {
        ...immediate,
        domain: "mail.example.com.cn",
        links: ["click.example.net"],
        builtIn: false,
        lists: [{ zone: "dbl.test", kind: "domain" }],
      },
      zone: {
        "test.dbl.test": { A: ["127.0.0.2"] },
        "example.com.cn.dbl.test": { A: ["127.0.0.2"] },
        "example.net.dbl.test": { A: ["127.0.0.2"] },
      },
      status: "critical",
      findings: ["domain-listed", "domain-listed"],
      also: ({ findings }) => expect(findings.map(({ data }) => data["subject"])).toEqual(["example.com.cn", "example.net"]),
    },
    "BL-11 nobody outside hears of an address that is not public": {
      options: immediate,
      world: notPublic.world,
      status: "ok",
      findings: [],
      also: () => expect(notPublic.calls.filter((call) => call.includes(reversed))).toEqual([]),
    },
    "BL-11 the SPF record cannot be asked for": {
      options: immediate,
      zone: { ...clean, "example.com": "SERVFAIL" },
      status: "unknown",
      findings: ["senders-unknown"],
    },
  },
  { shownElsewhere: Object.fromEntries(Object.keys(dnsblListing.findings).map((code) => [code, "dnsbl-listing.test.ts"])) },
);
