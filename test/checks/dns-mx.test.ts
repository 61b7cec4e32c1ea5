// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import dnsMx from "../../checks/dns-mx.ts";
import { createResolver } from "../../src/net/dns.ts";
import { testCheck } from "../support/check-tester.ts";
import { startFakeDns } from "../support/fake-dns.ts";
import type { Zone } from "../support/zone.ts";

const options = { domain: "example.com" };
const two: Zone = {
  "example.com": { MX: ["10 mx1.example.com", "20 mx2.example.com"], ttl: 600 },
  "mx1.example.com": { A: ["203.0.113.1"], AAAA: ["2001:db8::1"] },
  "mx2.example.com": { A: ["203.0.113.2"] },
};
const hosts = (count: number, host: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => `${index + 1} ${host(index)}`);
const isPublic = (address: string): boolean => !address.startsWith("10.") && !address.startsWith("fd00:");
const seenBefore = ["10 mxbiz1.qq.com", "20 mxbiz2.qq.com"].map((value) => ({ kind: "mx", value, firstSeen: 1, lastSeen: 9 }));

testCheck(dnsMx, {
  "two hosts with addresses": {
    options,
    zone: two,
    status: "ok",
    findings: [],
    also: ({ metrics, evidence }, { facts }) => {
      expect(metrics).toEqual({ hosts: 2, ttl: 600 });
      expect(facts).toEqual([
        { kind: "mx", value: "10 mx1.example.com" },
        { kind: "mx", value: "20 mx2.example.com" },
      ]);
      expect(evidence[0]).toBe("MX example.com: 10 mx1.example.com, 20 mx2.example.com (TTL 600 s, from 192.0.2.53:53)");
    },
  },
  "a domain written in Chinese": {
    options: { domain: "例子.cn" },
    zone: { "xn--fsqu00a.cn": { MX: ["10 mx.例子.cn"] }, "mx.例子.cn": { A: ["203.0.113.1"] } },
    status: "critical",
    findings: ["mx-name-bad"],
  },
  "an IPv6-only host": {
    options,
    zone: { "example.com": { MX: ["10 mx.example.com"] }, "mx.example.com": { AAAA: ["2001:db8::1"] } },
    status: "ok",
    findings: [],
  },
  "the domain does not exist": {
    options,
    zone: { "example.com": "nxdomain" },
    status: "critical",
    findings: ["domain-gone"],
    also: ({ findings }) => expect(findings[0]?.data).toEqual({ domain: "example.com", confirmedBy: "192.0.2.54:53" }),
  },
  "neither MX nor address": {
    options,
    zone: { "example.com": { TXT: ["v=spf1 -all"] } },
    facts: [{ kind: "mx", value: "5 old.example.com", firstSeen: 1, lastSeen: 2 }, ...seenBefore],
    status: "critical",
    findings: ["mx-missing"],
    also: ({ findings }) => expect(findings[0]?.data["known"]).toBe("10 mxbiz1.qq.com, 20 mxbiz2.qq.com"),
  },
  "neither, on a domain that is not to receive": {
    options: { ...options, receives: false },
    zone: { "example.com": { TXT: ["v=spf1 -all"] } },
    status: "ok",
    findings: [],
  },
  "an address and no MX": {
    options,
    zone: { "example.com": { A: ["203.0.113.80"] } },
    status: "warning",
    findings: ["mx-implicit"],
  },
  "a private address and no MX": {
    options,
    zone: { "example.com": { A: ["10.0.0.80"] } },
    world: () => Promise.resolve({ ctx: { isPublic } }),
    status: "critical",
    findings: ["mx-implicit", "mx-private-address"],
  },
  "no MX, and the address cannot be asked for": {
    options,
    zone: { "example.com": { A: "TIMEOUT" } },
    status: "unknown",
    findings: ["mx-unknown"],
  },
  "no MX by the resolver, which a server of the zone denies": {
    options,
    zone: { "example.com": "DISAGREE" },
    status: "unknown",
    findings: ["mx-unknown"],
  },
  SERVFAIL: { options, zone: { "example.com": "SERVFAIL" }, status: "unknown", findings: ["mx-unknown"] },
  "a time-out": { options, zone: { "example.com": "TIMEOUT" }, status: "unknown", findings: ["mx-unknown"] },
  "a broken answer": { options, zone: { "example.com": "BADRESP" }, status: "unknown", findings: ["mx-unknown"] },
  "the null MX": {
    options,
    zone: { "example.com": { MX: ["0 ."], TXT: ["v=spf1 include:spf.example -all"] } },
    status: "critical",
    findings: ["mx-null"],
  },
  "the null MX where SPF says that there is no mail": {
    options,
    zone: { "example.com": { MX: ["0 ."], TXT: ["v=spf1 -all"] } },
    status: "ok",
    findings: [],
  },
  "the null MX where it is declared": {
    options: { ...options, receives: false },
    zone: { "example.com": { MX: ["0 ."] } },
    status: "ok",
    findings: [],
  },
  "the null MX where SPF cannot be read": {
    options,
    zone: { "example.com": { MX: ["0 ."], TXT: "SERVFAIL" } },
    status: "unknown",
    findings: ["mx-unknown"],
  },
  "the null MX beside another": {
    options,
    zone: { ...two, "example.com": { MX: ["0 .", "10 mx1.example.com"] } },
    status: "critical",
    findings: ["mx-null-with-others"],
  },
  "a null MX with a preference": {
    options: { ...options, receives: false },
    zone: { "example.com": { MX: ["10 ."] } },
    status: "ok",
    findings: ["mx-null-preference"],
  },
  "an exchange that is an alias": {
    options,
    zone: { ...two, "example.com": { MX: ["5 mail.example.com"] }, "mail.example.com": { CNAME: "mx1.example.com" } },
    status: "critical",
    findings: ["mx-alias"],
    also: ({ findings }) =>
      expect(findings[0]?.data).toEqual({
        domain: "example.com",
        hosts: "mail.example.com → mx1.example.com",
        record: "example.com. MX 5 mx1.example.com.",
      }),
  },
  "names that are no hosts": {
    options,
    zone: { "example.com": { MX: ["1 203.0.113.5", "2 localhost", "3 mail", "4 bad_name.example.com", "5 mx.example.123"] } },
    status: "critical",
    findings: ["mx-name-bad"],
    also: ({ findings }) => expect(findings[0]?.data["hosts"]).toBe("“203.0.113.5”, “localhost”, “mail” (+2)"),
  },
  "no exchange has an address": {
    options,
    zone: { "example.com": { MX: ["10 gone.example.com", "20 empty.example.com"] }, "empty.example.com": { TXT: ["here"] } },
    status: "critical",
    findings: ["mx-none-resolves"],
  },
  "one of two has no address": {
    options,
    zone: { ...two, "mx2.example.com": "nxdomain" },
    status: "warning",
    findings: ["mx-host-missing"],
    also: ({ findings }) =>
      expect(findings[0]?.data).toEqual({ domain: "example.com", missing: 1, count: 2, hosts: "mx2.example.com" }),
  },
  "one of two cannot be asked for": {
    options,
    zone: { ...two, "mx2.example.com": "SERVFAIL" },
    status: "unknown",
    findings: ["mx-host-unknown"],
  },
  "all hosts: one gone, one unanswered, so not all are known to be gone": {
    options,
    zone: { ...two, "mx1.example.com": "TIMEOUT", "mx2.example.com": "nxdomain" },
    status: "warning",
    findings: ["mx-host-missing", "mx-host-unknown"],
  },
  "a host that the resolver denies and a server of its zone has": {
    options,
    zone: { "example.com": { MX: ["10 mx1.example.com"] }, "mx1.example.com": "DISAGREE" },
    status: "unknown",
    findings: ["mx-host-unknown"],
  },
  "an address is known though AAAA fails": {
    options,
    zone: { ...two, "mx2.example.com": { A: ["203.0.113.2"], AAAA: "SERVFAIL" } },
    status: "ok",
    findings: [],
  },
  "addresses that only the inside reaches": {
    options,
    zone: { ...two, "mx2.example.com": { A: ["10.0.0.2"], AAAA: ["fd00::2"] } },
    world: () => Promise.resolve({ ctx: { isPublic } }),
    status: "critical",
    findings: ["mx-private-address"],
    also: ({ findings }) => expect(findings[0]?.data["hosts"]).toBe("mx2.example.com 10.0.0.2, mx2.example.com fd00::2"),
  },
  "the same host twice": {
    options,
    zone: { ...two, "example.com": { MX: ["10 mx1.example.com", "20 MX1.example.com", "30 mx2.example.com"] } },
    status: "warning",
    findings: ["mx-duplicate"],
  },
  "two names for one address": {
    options,
    zone: { ...two, "mx1.example.com": { A: ["203.0.113.2"] } },
    status: "ok",
    findings: ["mx-shared-address"],
  },
  "a leftover of Microsoft's verification": {
    options,
    zone: { ...two, "example.com": { MX: ["10 mx1.example.com", "32767 ms123.msv1.invalid"] } },
    status: "warning",
    findings: ["mx-leftover"],
  },
  "nothing but the leftover": {
    options,
    zone: { "example.com": { MX: ["10 ms123.msv1.invalid"] } },
    status: "critical",
    findings: ["mx-none-resolves", "mx-leftover"],
  },
  "thousands of exchanges": {
    options,
    zone: {
      "example.com": { MX: hosts(3_000, (index) => `mx${index}.example.com`) },
      "*.example.com": { A: ["203.0.113.1", "203.0.113.2"] },
    },
    status: "warning",
    findings: ["mx-many"],
    also: ({ findings, evidence, durationMs }) => {
      expect(findings[0]?.data).toEqual({ domain: "example.com", count: 3_000, limit: 10 });
      expect(evidence).toHaveLength(21);
      expect(durationMs).toBeLessThan(2_000);
    },
  },
  "ten of twelve are gone, so not all are known to be": {
    options,
    zone: { "example.com": { MX: hosts(12, (index) => `gone${index}.example.com`) } },
    status: "warning",
    findings: ["mx-host-missing", "mx-many"],
  },
  "an escape sequence in an exchange is text": {
    options,
    zone: { "example.com": { MX: [{ priority: 10, exchange: "\u001b[2Jmx.example.com" }] } },
    status: "critical",
    findings: ["mx-name-bad"],
    also: ({ findings, evidence }) => {
      expect(findings[0]?.data["hosts"]).toBe("“\\x1b[2jmx.example.com”");
      expect(evidence.join()).not.toContain("\u001b");
    },
  },
});

test("dns-mx refuses a domain that is none", () => {
  expect(dnsMx.options.safeParse({ domain: "not..one" }).error?.issues[0]?.message).toBe(
    "must be a domain name, such as example.com",
  );
  expect(dnsMx.options.safeParse({ domain: "example.com", strict: true }).success).toBe(false);
});

// The same over the wire, with the real resolver: what the table cannot show.
const wire = await startFakeDns({ ...two, "example.com": { MX: hosts(100, (index) => `mx${index}.example.com`) } });
const dead = createResolver({ servers: [wire.server], timeoutMs: 100, tries: 1, authorityPort: 1 });
testCheck(
  dnsMx,
  {
    "a hundred exchanges over TCP": {
      options,
      world: () => Promise.resolve({ ctx: { ask: dead.ask } }),
      status: "warning",
      findings: ["mx-host-unknown", "mx-many"],
      also: () => expect(wire.calls).toContain("MX example.com tcp"),
    },
    "a resolver that is gone": {
      options,
      world: async () => {
        await wire.close();
        return { ctx: { ask: dead.ask } };
      },
      status: "unknown",
      findings: ["mx-unknown"],
    },
  },
  { shownElsewhere: Object.fromEntries(Object.keys(dnsMx.findings).map((code) => [code, "the table above"])) },
);
