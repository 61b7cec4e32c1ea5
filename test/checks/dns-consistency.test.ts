// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import dnsConsistency from "../../checks/dns-consistency.ts";
import { type CheckCase, testCheck, testWorld } from "../support/check-tester.ts";
import { type NameServer, nameServers } from "../support/name-servers.ts";
import type { Zone } from "../support/zone.ts";

const options = { domain: "example.com" };
const soa = (serial: number): string[] => [`ns1.example.com hostmaster.example.com ${serial} 7200 3600 1209600 300`];
const apex = {
  SOA: soa(7),
  NS: ["ns1.example.com", "ns2.example.com"],
  MX: ["10 mx1.example.com", "20 mx2.example.com"],
  TXT: ["v=spf1 mx -all", "proof=1"],
};
const zone: Zone = { "example.com": apex };
const one = "203.0.113.1";
const two = "203.0.113.2";
const parent = "203.0.113.99";
const addresses: Zone = { "ns1.example.com": { A: [one] }, "ns2.example.com": { A: [two] } };
const above: Zone = {
  com: { NS: ["a.gtld.net"], SOA: ["a.gtld.net nstld.example 1 7200 3600 1209600 300"] },
  "a.gtld.net": { A: [parent] },
};
const resolver: Zone = { ...above, ...addresses, "example.com": apex };
const glue = { "ns1.example.com": [one], "ns2.example.com": [two] };
const registry: NameServer = { zone: above, gives: { "example.com": glue } };
/** The resolver does not get through to the zone. */
const deadResolver = (code: "SERVFAIL" | "TIMEOUT" = "SERVFAIL"): Zone => ({
  ...above,
  "example.com": code,
  "ns1.example.com": code,
  "ns2.example.com": code,
});

type Given = Partial<Pick<CheckCase, "also" | "options">> & {
  readonly resolver?: Zone;
  readonly servers?: Readonly<Record<string, NameServer>>;
  readonly isPublic?: (address: string) => boolean;
};
const shows = (
  status: CheckCase["status"],
  findings: readonly string[],
  { resolver: usual = resolver, servers = {}, isPublic, ...given }: Given,
): CheckCase => ({
  options,
  ...given,
  world: () =>
    Promise.resolve({
      ctx: {
        ask: nameServers(usual, { [parent]: registry, [one]: { zone }, [two]: { zone }, ...servers }).ask,
        ...(isPublic ? { isPublic } : {}),
      },
    }),
  status,
  findings,
});
const differing = (change: Partial<typeof apex>): NameServer => ({ zone: { "example.com": { ...apex, ...change } } });

testCheck(dnsConsistency, {
  "CON-1 CON-2 CON-3 CON-4 CON-5 CON-9 MX-18 SPF-21 two servers that agree, as the parent has them": shows("ok", [], {
    also: ({ metrics, evidence }) => {
      expect(metrics).toEqual({ servers: 2, answering: 2 });
      expect(evidence.join("\n")).toContain("ns2.example.com (203.0.113.2): answers, serial 7");
    },
  }),
  "CON-1 a server that is silent": shows("warning", ["server-silent"], {
    servers: { [two]: { fails: "TIMEOUT" } },
    also: ({ findings }) =>
      expect(findings[0]?.data).toMatchObject({ missing: 1, count: 2, servers: "ns2.example.com (203.0.113.2)" }),
  }),
  "CON-1 nobody listens at a server": shows("warning", ["server-silent"], { servers: { [two]: { fails: "NETWORK" } } }),
  "CON-2 a server without authority": shows("warning", ["server-lame"], { servers: { [two]: { zone, lame: true } } }),
  "CON-2 a server that refuses": shows("warning", ["server-lame"], { servers: { [two]: { fails: "REFUSED" } } }),
  "CON-2 a server that fails": shows("warning", ["server-lame"], { servers: { [two]: { fails: "SERVFAIL" } } }),
  "CON-3 a server of the delegation without an address": shows("warning", ["server-without-address"], {
    resolver: { ...resolver, "ns2.example.com": "nxdomain" },
    servers: { [parent]: { ...registry, gives: { "example.com": { ...glue, "ns2.example.com": [] } } } },
  }),
  "CON-3 a server with a private address is not asked": shows("warning", ["server-without-address"], {
    isPublic: (address) => address !== two,
    also: ({ metrics }) => expect(metrics["servers"]).toBe(1),
  }),
  "MX-18 the MX records differ": shows("warning", ["mx-differs"], {
    servers: { [two]: differing({ MX: ["10 old.example.com"] }) },
    also: ({ findings }) =>
      expect(findings[0]?.data["versions"]).toBe(
        "ns1.example.com (203.0.113.1): 10 mx1.example.com, 20 mx2.example.com; ns2.example.com (203.0.113.2): 10 old.example.com",
      ),
  }),
  "MX-18 the same MX records in another order and case": shows("ok", [], {
    servers: { [two]: differing({ MX: ["20 MX2.example.com", "10 mx1.example.com"] }) },
  }),
  "MX-18 one server has no MX at all": shows("warning", ["mx-differs"], { servers: { [two]: differing({ MX: [] }) } }),
  "MX-18 the serials differ": shows("warning", ["serial-differs"], { servers: { [two]: differing({ SOA: soa(6) }) } }),
  "SPF-21 the SPF records differ": shows("warning", ["spf-differs"], {
    servers: { [two]: differing({ TXT: ["v=spf1 -all", "proof=1"] }) },
  }),
  "SPF-21 the same TXT in another order": shows("ok", [], {
    servers: { [two]: differing({ TXT: ["proof=1", "v=spf1 mx -all"] }) },
  }),
  "CON-4 other TXT records differ": shows("warning", ["txt-differs"], {
    servers: { [two]: differing({ TXT: ["v=spf1 mx -all", "proof=2"] }) },
  }),
  "CON-5 the parent names other servers than the zone": shows("warning", ["delegation-differs"], {
    servers: { [parent]: { ...registry, gives: { "example.com": { "ns1.example.com": [one] } } } },
    also: ({ findings }) =>
      expect(findings[0]?.data["record"]).toBe("example.com. NS ns1.example.com. example.com. NS ns2.example.com."),
  }),
  "CON-5 the parent's server is the zone's own": shows("ok", [], { servers: { [parent]: { zone: { ...above, ...zone } } } }),
  "CON-6 a TTL of a week": shows("ok", ["ttl-long"], {
    servers: Object.fromEntries([one, two].map((address) => [address, { zone: { "example.com": { ...apex, ttl: 604_800 } } }])),
    also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ hours: 168, ttl: 604_800 }),
  }),
  "CON-6 a TTL of a day": shows("ok", [], {
    servers: Object.fromEntries([one, two].map((address) => [address, { zone: { "example.com": { ...apex, ttl: 86_400 } } }])),
  }),
  "CON-7 every server fails, while the registry answers": shows("critical", ["zone-dead"], {
    resolver: deadResolver(),
    servers: { [one]: { fails: "SERVFAIL" }, [two]: { fails: "REFUSED" } },
    also: ({ findings }) =>
      expect(findings[0]?.data["servers"]).toBe("ns1.example.com (203.0.113.1), ns2.example.com (203.0.113.2)"),
  }),
  "CON-7 every server is silent, while the registry answers": shows("critical", ["zone-dead"], {
    resolver: deadResolver("TIMEOUT"),
    servers: { [one]: { fails: "TIMEOUT" }, [two]: { fails: "TIMEOUT" } },
  }),
  "CON-7 the parent's own server fails for the name and not for itself": shows("critical", ["zone-dead"], {
    resolver: deadResolver(),
    servers: { [parent]: { zone: { ...above, "example.com": "SERVFAIL" } } },
  }),
  "CON-7 a name below a zone that is dead": shows("critical", ["zone-dead"], {
    options: { domain: "mail.example.com" },
    resolver: { ...deadResolver(), "mail.example.com": "SERVFAIL" },
    servers: { [one]: { fails: "SERVFAIL" }, [two]: { fails: "SERVFAIL" } },
    also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ domain: "mail.example.com", zone: "example.com" }),
  }),
  "CON-7 the resolver fails, and the servers answer: not dead": shows("ok", [], { resolver: deadResolver() }),
  "CON-8 the resolver still remembers a zone whose servers are silent": shows("warning", ["zone-silent"], {
    servers: { [one]: { fails: "TIMEOUT" }, [two]: { fails: "TIMEOUT" } },
  }),
  "CON-8 CON-1 one of two answers: not the zone is silent": shows("warning", ["server-silent"], {
    servers: { [one]: { fails: "TIMEOUT" } },
  }),
  "CON-9 no server of any zone can be asked from here": shows("unknown", ["consistency-unknown"], {
    resolver: deadResolver(),
    servers: { [parent]: { fails: "TIMEOUT" }, [one]: { fails: "TIMEOUT" }, [two]: { fails: "TIMEOUT" } },
  }),
  "CON-9 our network lets no question out, and the resolver knows the servers": shows("unknown", ["consistency-unknown"], {
    resolver: { ...resolver, "example.com": { ...apex, MX: "SERVFAIL" } },
    servers: { [parent]: { fails: "TIMEOUT" }, [one]: { fails: "TIMEOUT" }, [two]: { fails: "TIMEOUT" } },
  }),
  "CON-9 the parent fails for itself, too": shows("unknown", ["consistency-unknown"], {
    resolver: deadResolver(),
    servers: { [parent]: { fails: "SERVFAIL" } },
  }),
  "CON-9 the resolver says nothing at all": shows("unknown", ["consistency-unknown"], {
    resolver: { com: "TIMEOUT", "": "TIMEOUT", "example.com": "TIMEOUT" },
  }),
  "CON-9 servers that have only IPv6, from where there may be none": shows("unknown", ["consistency-unknown"], {
    resolver: { ...resolver, "ns1.example.com": { AAAA: ["2001:db8::1"] }, "ns2.example.com": { AAAA: ["2001:db8::2"] } },
    servers: { "[2001:db8::1]": { fails: "NETWORK" }, "[2001:db8::2]": { fails: "TIMEOUT" } },
  }),
  "MX-2 a domain that does not exist is for dns-mx to tell": shows("ok", [], { resolver: above }),
  "CON-1 a domain inside a zone": shows("ok", [], {
    options: { domain: "mail.example.com" },
    resolver: { ...resolver, "mail.example.com": { MX: ["10 mx1.example.com"] } },
    servers: Object.fromEntries(
      [one, two].map((address) => [address, { zone: { ...zone, "mail.example.com": { MX: ["10 mx1.example.com"] } } }]),
    ),
  }),
});

test("dns-consistency asks a bounded number of questions whatever the zone names", async () => {
  const names = Array.from({ length: 400 }, (_, index) => `ns${index}.example.com`);
  const usual: Zone = {
    ...above,
    "example.com": { ...apex, NS: names },
    ...Object.fromEntries(
      names.map((name, index) => [name, { A: [1, 2, 3, 4, 5].map((last) => `198.51.${index % 200}.${last}`) }]),
    ),
  };
  const { ask, calls } = nameServers(usual, { [parent]: registry });
  const ctx = { ...testWorld({ ask }), note: () => undefined, everyMs: dnsConsistency.every };
  await dnsConsistency.run(ctx, dnsConsistency.options.parse(options), new AbortController().signal);
  expect(calls.length).toBeLessThan(80);
});
