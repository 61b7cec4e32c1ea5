// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import dnsMx from "../../checks/dns-mx.ts";
import { readersData } from "../../src/i18n/reasons.ts";
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

const elsewhere = "dns-mx-provider.test.ts";
testCheck(
  dnsMx,
  {
    "MX-3 MX-8 MX-9 MX-10 MX-12 MX-13 MX-14 MX-15 MX-19 MX-24 two hosts with addresses": {
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
    "MX-9 a domain written in Chinese": {
      options: { domain: "例子.cn" },
      zone: { "xn--fsqu00a.cn": { MX: ["10 mx.例子.cn"] }, "mx.例子.cn": { A: ["203.0.113.1"] } },
      status: "critical",
      findings: ["mx-name-bad"],
    },
    "MX-10 MX-14 MX-19 an IPv6-only host": {
      options,
      zone: { "example.com": { MX: ["10 mx.example.com"] }, "mx.example.com": { AAAA: ["2001:db8::1"] } },
      status: "ok",
      findings: ["mx-single"],
    },
    "MX-2 the domain does not exist": {
      options,
      zone: { "example.com": "nxdomain" },
      status: "critical",
      findings: ["domain-gone"],
      also: ({ findings }) => expect(findings[0]?.data).toEqual({ domain: "example.com", confirmedBy: "192.0.2.54:53" }),
    },
    "MX-2 neither MX nor address, where there was a server once": {
      options,
      zone: { "example.com": { TXT: ["v=spf1 -all"] } },
      facts: [{ kind: "mx", value: "5 old.example.com", firstSeen: 1, lastSeen: 2 }, ...seenBefore],
      status: "critical",
      findings: ["mx-missing"],
      also: ({ findings }) => expect(findings[0]?.data["known"]).toBe("10 mxbiz1.qq.com, 20 mxbiz2.qq.com"),
    },
    "MX-2 neither, on a domain that is not to receive": {
      options: { ...options, receives: false },
      zone: { "example.com": { TXT: ["v=spf1 -all"] } },
      status: "ok",
      findings: [],
    },
    "MX-1 an address and no MX": {
      options,
      zone: { "example.com": { A: ["203.0.113.80"] } },
      status: "warning",
      findings: ["mx-implicit"],
    },
    "MX-1 an address and no MX, on a domain with mailboxes": {
      options: { ...options, mailboxes: true },
      zone: { "example.com": { A: ["203.0.113.80"], TXT: ["v=spf1 -all"] } },
      status: "critical",
      findings: ["mx-implicit"],
    },
    "MX-1 MX-17 an address and no MX any more, where there were some": {
      options,
      zone: { "example.com": { A: ["203.0.113.80"] } },
      facts: seenBefore,
      status: "critical",
      findings: ["mx-implicit"],
    },
    "MX-1 MX-12 a private address and no MX": {
      options,
      zone: { "example.com": { A: ["10.0.0.80"] } },
      world: () => Promise.resolve({ ctx: { isPublic } }),
      status: "critical",
      findings: ["mx-implicit", "mx-private-address"],
    },
    "MX-3 no MX, and the address cannot be asked for": {
      options,
      zone: { "example.com": { A: "TIMEOUT" } },
      status: "unknown",
      findings: ["mx-unknown"],
    },
    "MX-3 no MX by the resolver, which a server of the zone denies": {
      options,
      zone: { "example.com": "DISAGREE" },
      status: "unknown",
      findings: ["mx-unknown"],
    },
    "MX-3 SERVFAIL": { options, zone: { "example.com": "SERVFAIL" }, status: "unknown", findings: ["mx-unknown"] },
    "MX-3 a time-out": { options, zone: { "example.com": "TIMEOUT" }, status: "unknown", findings: ["mx-unknown"] },
    "MX-3 a broken answer": { options, zone: { "example.com": "BADRESP" }, status: "unknown", findings: ["mx-unknown"] },
    "MX-4 the null MX": {
      options,
      zone: { "example.com": { MX: ["0 ."], TXT: ["v=spf1 include:spf.example -all"] } },
      status: "critical",
      findings: ["mx-null"],
      also: ({ findings }) => {
        expect(findings[0]?.data["known"]).toBe("nothing so far");
        expect(readersData(findings[0]?.data ?? {}, "zh-CN")["known"]).toBe("暂无记录");
      },
    },
    "MX-4 MX-5 MX-6 MX-7 the null MX where SPF says that there is no mail": {
      options,
      zone: { "example.com": { MX: ["0 ."], A: ["203.0.113.80"], TXT: ["v=spf1 -all"] } },
      status: "ok",
      findings: [],
    },
    "MX-4 the null MX where it is declared": {
      options: { ...options, receives: false },
      zone: { "example.com": { MX: ["0 ."], A: ["203.0.113.80"] } },
      status: "ok",
      findings: [],
    },
    "MX-4 the null MX where SPF cannot be read": {
      options,
      zone: { "example.com": { MX: ["0 ."], TXT: "SERVFAIL" } },
      status: "unknown",
      findings: ["mx-unknown"],
    },
    "MX-5 the null MX beside another": {
      options,
      zone: { ...two, "example.com": { MX: ["0 .", "10 mx1.example.com"] } },
      status: "critical",
      findings: ["mx-null-with-others", "mx-single"],
    },
    "MX-6 a null MX with a preference": {
      options: { ...options, receives: false },
      zone: { "example.com": { MX: ["10 ."] } },
      status: "ok",
      findings: ["mx-null-preference"],
    },
    "MX-8 an exchange that is an alias": {
      options,
      zone: { ...two, "example.com": { MX: ["5 mail.example.com"] }, "mail.example.com": { CNAME: "mx1.example.com" } },
      status: "critical",
      findings: ["mx-alias", "mx-single"],
      also: ({ findings }) =>
        expect(findings[0]?.data).toEqual({
          domain: "example.com",
          hosts: "mail.example.com → mx1.example.com",
          record: "example.com. MX 5 mx1.example.com.",
        }),
    },
    "MX-9 names that are no hosts": {
      options,
      zone: { "example.com": { MX: ["1 203.0.113.5", "2 localhost", "3 mail", "4 bad_name.example.com", "5 mx.example.123"] } },
      status: "critical",
      findings: ["mx-name-bad"],
      also: ({ findings }) => expect(findings[0]?.data["hosts"]).toBe("“203.0.113.5”, “localhost”, “mail” (+2)"),
    },
    "MX-10 no exchange has an address": {
      options,
      zone: { "example.com": { MX: ["10 gone.example.com", "20 empty.example.com"] }, "empty.example.com": { TXT: ["here"] } },
      status: "critical",
      findings: ["mx-none-resolves"],
    },
    "MX-10 one of two has no address": {
      options,
      zone: { ...two, "mx2.example.com": "nxdomain" },
      status: "warning",
      findings: ["mx-host-missing"],
      also: ({ findings }) =>
        expect(findings[0]?.data).toEqual({ domain: "example.com", missing: 1, count: 2, hosts: "mx2.example.com" }),
    },
    "MX-3 MX-10 one of two cannot be asked for": {
      options,
      zone: { ...two, "mx2.example.com": "SERVFAIL" },
      status: "unknown",
      findings: ["mx-host-unknown"],
    },
    "MX-10 one gone, one unanswered, so not all are known to be gone": {
      options,
      zone: { ...two, "mx1.example.com": "TIMEOUT", "mx2.example.com": "nxdomain" },
      status: "warning",
      findings: ["mx-host-missing", "mx-host-unknown"],
    },
    "MX-10 a host that the resolver denies and a server of its zone has": {
      options,
      zone: { "example.com": { MX: ["10 mx1.example.com"] }, "mx1.example.com": "DISAGREE" },
      status: "unknown",
      findings: ["mx-host-unknown"],
    },
    "MX-3 MX-19 an address is known though AAAA fails": {
      options,
      zone: { ...two, "mx2.example.com": { A: ["203.0.113.2"], AAAA: "SERVFAIL" } },
      status: "ok",
      findings: [],
    },
    "MX-12 addresses that only the inside reaches": {
      options,
      zone: { ...two, "mx2.example.com": { A: ["10.0.0.2"], AAAA: ["fd00::2"] } },
      world: () => Promise.resolve({ ctx: { isPublic } }),
      status: "critical",
      findings: ["mx-private-address"],
      also: ({ findings }) => expect(findings[0]?.data["hosts"]).toBe("mx2.example.com 10.0.0.2, mx2.example.com fd00::2"),
    },
    "MX-13 the same host twice": {
      options,
      zone: { ...two, "example.com": { MX: ["10 mx1.example.com", "20 MX1.example.com", "30 mx2.example.com"] } },
      status: "warning",
      findings: ["mx-duplicate"],
    },
    "MX-13 two names for one address": {
      options,
      zone: { ...two, "mx1.example.com": { A: ["203.0.113.2"] } },
      status: "ok",
      findings: ["mx-shared-address", "mx-no-ipv6"],
    },
    "MX-15 a leftover of Microsoft's verification": {
      options,
      zone: { ...two, "example.com": { MX: ["10 mx1.example.com", "32767 ms123.msv1.invalid"] } },
      status: "warning",
      findings: ["mx-leftover"],
    },
    "MX-10 MX-15 nothing but the leftover": {
      options,
      zone: { "example.com": { MX: ["10 ms123.msv1.invalid"] } },
      status: "critical",
      findings: ["mx-none-resolves", "mx-leftover"],
    },
    "MX-2 neither, on a domain that says by SPF that it has no mail": {
      options,
      zone: { "example.com": { TXT: ["v=spf1 -all"] } },
      status: "ok",
      findings: [],
    },
    "MX-2 neither, and SPF speaks of mail": {
      options,
      zone: { "example.com": { TXT: ["v=spf1 a -all"] } },
      status: "critical",
      findings: ["mx-missing"],
    },
    "MX-3 no MX, and whether it has mail at all cannot be read": {
      options,
      zone: { "example.com": { A: ["203.0.113.80"], TXT: "SERVFAIL" } },
      status: "unknown",
      findings: ["mx-unknown"],
    },
    "MX-3 no address and no MX, and a server of the zone denies that there is no SPF": {
      options,
      zone: { "example.com": { TXT: "DISAGREE" } },
      status: "unknown",
      findings: ["mx-unknown"],
    },
    "MX-24 thousands of exchanges": {
      options,
      zone: {
        "example.com": { MX: hosts(3_000, (index) => `mx${index}.example.com`) },
        "*.example.com": { A: ["203.0.113.1", "203.0.113.2"] },
      },
      status: "warning",
      findings: ["mx-many", "mx-no-ipv6"],
      also: ({ findings, evidence, durationMs }) => {
        expect(findings[0]?.data).toEqual({ domain: "example.com", count: 3_000, limit: 10 });
        expect(evidence).toHaveLength(21);
        expect(durationMs).toBeLessThan(2_000);
      },
    },
    "MX-10 MX-24 ten of twelve are gone, so not all are known to be": {
      options,
      zone: { "example.com": { MX: hosts(12, (index) => `gone${index}.example.com`) } },
      status: "warning",
      findings: ["mx-host-missing", "mx-many"],
    },
    "MX-9 an escape sequence in an exchange is text": {
      options,
      zone: { "example.com": { MX: [{ priority: 10, exchange: "\u001b[2Jmx.example.com" }] } },
      status: "critical",
      findings: ["mx-name-bad"],
      also: ({ findings, evidence }) => {
        expect(findings[0]?.data["hosts"]).toBe("“\\x1b[2jmx.example.com”");
        expect(evidence.join()).not.toContain("\u001b");
      },
    },
  },
  {
    shownElsewhere: {
      "mx-null-pointless": elsewhere,
      "mx-null-recommended": elsewhere,
      "mx-takeover": elsewhere,
      "mx-mixed": elsewhere,
      "mx-unexpected": elsewhere,
    },
  },
);

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
    "MX-24 a hundred exchanges over TCP": {
      options,
      world: () => Promise.resolve({ ctx: { ask: dead.ask } }),
      status: "warning",
      findings: ["mx-host-unknown", "mx-many"],
      also: () => expect(wire.calls).toContain("MX example.com tcp"),
    },
    "MX-3 a resolver that is gone": {
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
