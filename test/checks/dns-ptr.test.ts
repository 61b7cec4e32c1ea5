// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import dnsPtr from "../../checks/dns-ptr.ts";
import { createDial } from "../../src/net/dial.ts";
import { testCheck, testNow } from "../support/check-tester.ts";
import { startLineServer } from "../support/line-server.ts";
import { closedPort } from "../support/receiver.ts";
import { createZone, type Zone } from "../support/zone.ts";

const options = { domain: "example.com" };
const address = "203.0.113.5";
const reverse = "5.113.0.203.in-addr.arpa";
/** An own server with everything in order. */
const good: Zone = {
  "example.com": { TXT: ["v=spf1 mx -all"], MX: ["10 mail.example.com"] },
  "mail.example.com": { A: [address] },
  [reverse]: { PTR: ["mail.example.com"] },
};

/** Port 25 of every sender is a real server here that greets like this; without a greeting a closed port. */
const greets = (greeting?: string) => async () => {
  const server = await startLineServer(async (client) => {
    client.send(greeting ?? "");
    await client.line();
    client.end();
  });
  const port = greeting === undefined ? await closedPort() : server.port;
  const dial = createDial({ ask: createZone({}).ask, extraAuthorities: [] });
  return {
    ctx: {
      dial: (asked: Parameters<typeof dial>[0], signal: AbortSignal) => dial({ ...asked, address: "127.0.0.1", port }, signal),
    },
    close: () => server.close(),
  };
};
const silent = { options, world: greets() };
const hello = (greeting: string) => ({ options, world: greets(greeting) });

testCheck(dnsPtr, {
  "PTR-2 PTR-3 PTR-4 MX-20 an own server with everything in order": {
    ...hello("220 mail.example.com ESMTP Postfix"),
    zone: good,
    status: "ok",
    findings: [],
    also: ({ metrics, evidence }) => {
      expect(metrics).toEqual({ senders: 1 });
      expect(evidence.join("\n")).toContain("203.0.113.5 calls itself mail.example.com: 203.0.113.5");
    },
  },
  "PTR-2 MX-20 no PTR record": {
    ...silent,
    zone: { ...good, [reverse]: "nxdomain" },
    status: "critical",
    findings: ["ptr-missing"],
    also: ({ findings }) =>
      expect(findings[0]?.data).toEqual({
        domain: "example.com",
        address,
        why: "SPF mx mail.example.com",
        record: `${reverse}. PTR mail.example.com.`,
      }),
  },
  "PTR-2 the reverse zone does not answer": {
    ...silent,
    zone: { ...good, [reverse]: "SERVFAIL" },
    status: "unknown",
    findings: ["ptr-unknown"],
  },
  "PTR-2 a resolver that has no PTR, where the zone has one": {
    ...silent,
    zone: { ...good, [reverse]: "DISAGREE" },
    status: "unknown",
    findings: ["ptr-unknown"],
  },
  "PTR-3 MX-20 the name leads elsewhere": {
    ...silent,
    zone: { ...good, [reverse]: { PTR: ["other.example.com"] }, "other.example.com": { A: ["203.0.113.6"] } },
    status: "critical",
    findings: ["ptr-unconfirmed"],
    also: ({ findings }) => expect(findings[0]?.data["record"]).toBe(`other.example.com. A ${address}`),
  },
  "PTR-3 one of two names leads back": {
    ...silent,
    zone: { ...good, [reverse]: { PTR: ["gone.example.com", "mail.example.com"] } },
    status: "ok",
    findings: [],
  },
  "PTR-3 the name cannot be asked for": {
    ...silent,
    zone: { ...good, [reverse]: { PTR: ["other.example.com"] }, "other.example.com": "TIMEOUT" },
    status: "unknown",
    findings: ["ptr-unknown"],
  },
  "PTR-3 over IPv6, however the address is written": {
    ...silent,
    zone: {
      "example.com": { TXT: ["v=spf1 ip6:2001:db8:0:0::5 -all"] },
      "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa": { PTR: ["mail.example.com"] },
      "mail.example.com": { AAAA: ["2001:0db8::0005"] },
    },
    status: "ok",
    findings: [],
  },
  "MX-20 a name made of the address": {
    ...silent,
    zone: { ...good, [reverse]: { PTR: ["host-203-0-113-5.isp.example"] }, "host-203-0-113-5.isp.example": { A: [address] } },
    status: "critical",
    findings: ["ptr-generic"],
  },
  "MX-20 the hosts of a provider are not looked at": {
    ...silent,
    zone: {
      "example.com": {
        TXT: ["v=spf1 mx a:mail.partner.example include:spf.mail.qq.com ip4:198.51.100.0/24 -all"],
        MX: ["5 mxbiz1.qq.com", "10 mxbiz2.qq.com"],
      },
      "mxbiz1.qq.com": { A: ["203.0.113.9"] },
      "spf.mail.qq.com": { TXT: ["v=spf1 ip4:203.0.113.77 -all"] },
      "mail.partner.example": { A: ["203.0.113.10"] },
    },
    world: async () => ({ ...(await greets()()), options: { ...options, providers: ["partner.example"] } }),
    status: "ok",
    findings: [],
    also: ({ metrics }) => expect(metrics).toEqual({ senders: 0 }),
  },
  "MX-20 given, seen in mail, and named by SPF as a, mx, single addresses, redirect and include of its own": {
    ...silent,
    options: { ...options, senders: ["203.0.113.1"] },
    facts: [
      { kind: "sending-address", value: "203.0.113.2", firstSeen: 1, lastSeen: testNow - 1 },
      { kind: "sending-address", value: "203.0.113.99", firstSeen: 1, lastSeen: testNow - 31 * 86_400_000 },
    ],
    zone: {
      "example.com": { TXT: ["v=spf1 a include:_spf.example.com redirect=_more.example.com"], A: ["203.0.113.3"] },
      "_spf.example.com": { TXT: ["v=spf1 ip4:203.0.113.4 ?ip4:203.0.113.98 -ip4:203.0.113.97 a:%{d} -all"] },
      "_more.example.com": { TXT: ["v=spf1 mx:mail.example.com -all"] },
      "mail.example.com": { MX: ["10 mx.example.com"] },
      "mx.example.com": { A: [address] },
      "113.0.203.in-addr.arpa": "SERVFAIL",
      ...Object.fromEntries([1, 2, 3, 4, 5].map((end) => [`${end}.113.0.203.in-addr.arpa`, "nxdomain" as const])),
    },
    status: "critical",
    findings: Array.from({ length: 5 }, () => "ptr-missing"),
    also: ({ findings }) =>
      expect(findings.map(({ data }) => `${data["address"]} ${data["why"]}`)).toEqual([
        "203.0.113.1 options: senders",
        "203.0.113.2 Received",
        "203.0.113.4 SPF ip4:203.0.113.4",
        "203.0.113.3 SPF a example.com",
        "203.0.113.5 SPF mx mx.example.com",
      ]),
  },
  "MX-20 a domain that sends no mail": {
    ...silent,
    options: { ...options, sends: false },
    zone: { ...good, [reverse]: "nxdomain" },
    status: "ok",
    findings: [],
  },
  "MX-20 the SPF record cannot be asked for": {
    ...silent,
    zone: { ...good, "example.com": "SERVFAIL" },
    status: "unknown",
    findings: ["senders-unknown"],
  },
  "MX-20 no address that is not public is asked about or connected to": {
    options,
    zone: { ...good, [reverse]: "nxdomain" },
    world: () => Promise.resolve({ ctx: { isPublic: () => false, dial: () => Promise.reject(new Error("connected")) } }),
    status: "ok",
    findings: [],
  },
  "MX-20 thousands of addresses are looked at in part": {
    ...silent,
    zone: {
      "example.com": { TXT: [`v=spf1 ${Array.from({ length: 250 }, (_, index) => `ip4:198.51.100.${index}`).join(" ")} -all`] },
      "100.51.198.in-addr.arpa": { TXT: ["here"] },
    },
    status: "critical",
    findings: ["senders-many", ...Array.from({ length: 16 }, () => "ptr-missing")],
    also: ({ findings }) => expect(findings[0]?.data["left"]).toBe(234),
  },
  "PTR-1 PTR-4 the server calls itself by a name of another machine": {
    ...hello("220 web.example.com ESMTP"),
    zone: { ...good, "web.example.com": { A: ["203.0.113.80"] } },
    status: "warning",
    findings: ["helo-mismatch"],
    also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ helo: "web.example.com", found: "203.0.113.80" }),
  },
  "PTR-1 the server calls itself by a name that nobody knows": {
    ...hello("220-mail.example.local ESMTP"),
    zone: good,
    status: "warning",
    findings: ["helo-unresolved"],
    also: ({ findings }) => expect(findings[0]?.data["record"]).toBe(`mail.example.local. A ${address}`),
  },
  "PTR-1 its name cannot be asked for": {
    ...hello("220 web.example.com ESMTP"),
    zone: { ...good, "web.example.com": "SERVFAIL" },
    status: "unknown",
    findings: ["ptr-unknown"],
  },
  "PTR-1 a greeting without a name says nothing about HELO": {
    ...hello("220 ESMTP ready"),
    zone: good,
    status: "ok",
    findings: [],
  },
  "PTR-1 a refusal instead of a greeting says nothing": {
    ...hello("554 web.example.com no"),
    zone: good,
    status: "ok",
    findings: [],
  },
  "PTR-5 an address literal as HELO": {
    ...silent,
    options: { ...options, helo: { [address]: "[203.0.113.5]" } },
    zone: good,
    status: "warning",
    findings: ["helo-literal"],
  },
  "PTR-5 a single label, as it was seen in mail": {
    ...silent,
    facts: [{ kind: "helo", value: `${address} localhost`, firstSeen: 1, lastSeen: testNow }],
    zone: good,
    status: "warning",
    findings: ["helo-literal"],
  },
  "MX-20 an address seen in mail whose machine is a provider's is nobody's to mend": {
    ...silent,
    facts: [
      { kind: "sending-address", value: "203.0.113.77", firstSeen: 1, lastSeen: testNow },
      { kind: "helo", value: "203.0.113.77 mail-ed1-f41.google.com", firstSeen: 1, lastSeen: testNow },
    ],
    zone: { ...good, "77.113.0.203.in-addr.arpa": "nxdomain" },
    status: "ok",
    findings: [],
    also: ({ metrics }) => expect(metrics).toEqual({ senders: 1 }),
  },
  "PTR-5 what is given counts before what was seen": {
    ...silent,
    options: { ...options, helo: { [address]: "mail.example.com" } },
    facts: [{ kind: "helo", value: `${address} localhost`, firstSeen: 1, lastSeen: testNow }],
    zone: good,
    status: "ok",
    findings: [],
  },
});

test("dns-ptr refuses senders that are no addresses", () => {
  const [issue] = dnsPtr.options.safeParse({ ...options, senders: ["mail.example.com"] }).error?.issues ?? [];
  expect(issue?.message).toBe("must be an address, such as 203.0.113.5");
});
