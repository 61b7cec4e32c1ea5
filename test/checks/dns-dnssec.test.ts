// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect } from "vitest";
import dnsDnssec from "../../checks/dns-dnssec.ts";
import type { Ask } from "../../src/model/dns.ts";
import { testCheck, testNow } from "../support/check-tester.ts";
import { dsOf, signatureOver, signatures, zoneKey } from "../support/dnssec-records.ts";
import { createZone, type Zone } from "../support/zone.ts";

const options = { domain: "example.com" };
const day = 86_400_000;
const soa = "ns1.example.com hostmaster.example.com 1 7200 3600 1209600 300";
const key = zoneKey("a");
const validates: Zone = { ".": { SOA: [". . 1 1800 900 604800 86400"], authenticated: true } };

interface Signed {
  readonly keys?: readonly Uint8Array[];
  readonly ds?: readonly Uint8Array[];
  readonly lifetime?: number;
  readonly left?: number;
  readonly rrsig?: readonly Uint8Array[];
  readonly bogus?: number;
  readonly authenticated?: boolean;
}

const apex = ({
  keys = [key],
  ds = [dsOf("example.com", key)],
  lifetime = 14,
  left = 10,
  rrsig,
  ...more
}: Signed = {}): Zone => ({
  ...validates,
  "example.com": {
    SOA: [soa],
    MX: ["10 mx.example.com"],
    DNSKEY: keys,
    DS: ds,
    RRSIG: rrsig ?? signatures(testNow, lifetime, left),
    authenticated: true,
    ...more,
  },
  "mx.example.com": { A: ["203.0.113.1"], authenticated: true },
});
const plain = { SOA: [soa], MX: ["10 mx.example.com"] };

/** Two resolvers: the first one validates, the second one does not and answers what the first one refuses. */
function twoResolvers(zone: Zone) {
  const { ask: real } = createZone(zone);
  const ask: Ask = async (name, type, asking = {}) => {
    if (asking.server !== undefined) return real(name, type, asking);
    const answer = await real(name, type, asking);
    if (answer.failure?.code !== "SERVFAIL") return answer;
    const unchecked = await real(name, type, { ...asking, checkingDisabled: true });
    return { ...unchecked, authenticated: false, server: "192.0.2.99:53" };
  };
  return { world: () => Promise.resolve({ ctx: { ask } }) };
}

testCheck(dnsDnssec, {
  "DNSSEC-1 DNSSEC-2 DNSSEC-3 DNSSEC-4 DNSSEC-5 a signed domain": {
    options,
    zone: apex(),
    status: "ok",
    findings: [],
    also: ({ metrics }) => expect(metrics).toEqual({ signatures_until_expiry: 10 * 86_400 }),
  },
  "DNSSEC-1 an unsigned domain": {
    options,
    zone: { ...validates, "example.com": plain, "mx.example.com": { A: ["203.0.113.1"] } },
    status: "ok",
    findings: ["unsigned"],
  },
  "DNSSEC-1 an unsigned domain, and resolvers that do not validate": {
    options,
    zone: { "example.com": plain, "mx.example.com": { A: ["203.0.113.1"] } },
    status: "ok",
    findings: ["unsigned"],
  },
  "DNSSEC-1 a signed domain without DS": {
    options,
    zone: apex({ ds: [], authenticated: false }),
    status: "ok",
    findings: ["ds-missing"],
    also: ({ findings }) => {
      const hex = Buffer.from(dsOf("example.com", key).subarray(4)).toString("hex").toUpperCase();
      expect(findings[0]?.data["record"]).toMatch(new RegExp(`^example\\.com\\. DS \\d+ 13 2 ${hex}$`));
    },
  },
  "DNSSEC-1 a DS that leads nowhere": {
    options,
    zone: apex({ authenticated: false }),
    status: "warning",
    findings: ["ds-without-effect"],
  },
  "DNSSEC-1 a signed domain, and resolvers that do not validate": {
    options,
    zone: { ...apex({ authenticated: false }), ".": { SOA: [". . 1 1800 900 604800 86400"] } },
    status: "unknown",
    findings: ["dnssec-unverified"],
  },
  "DNSSEC-1 SERVFAIL, also without checking": {
    options,
    zone: { ...validates, "example.com": "SERVFAIL" },
    status: "unknown",
    findings: ["dnssec-unknown"],
  },
  "DNSSEC-1 a time-out": {
    options,
    zone: { ...validates, "example.com": "TIMEOUT" },
    status: "unknown",
    findings: ["dnssec-unknown"],
  },
  "DNSSEC-1 the DS cannot be asked for": {
    options,
    zone: { ...validates, "example.com": { ...plain, DS: "SERVFAIL" } },
    status: "unknown",
    findings: ["dnssec-unknown"],
  },
  "DNSSEC-1 a domain that does not receive": {
    options: { ...options, receives: false },
    zone: { ...apex(), "mx.example.com": { bogus: 6 } },
    status: "ok",
    findings: [],
  },
  "DNSSEC-2 DNSSEC-3 bogus, whatever the reason": {
    options,
    zone: apex({ bogus: 10 }),
    status: "critical",
    findings: ["bogus"],
    also: ({ findings }) => expect(findings[0]?.data["reason"]).toBe("RRSIGs Missing (10)"),
  },
  "DNSSEC-2 bogus, which the second resolver hides": {
    options,
    ...twoResolvers(apex({ bogus: 6 })),
    status: "critical",
    findings: ["bogus"],
  },
  "DNSSEC-2 DNSSEC-3 servers that the resolver did not reach (22), though without checking it has an answer": {
    options,
    zone: apex({ bogus: 22 }),
    status: "unknown",
    findings: ["dnssec-unknown"],
  },
  "DNSSEC-2 DNSSEC-4 expired signatures": {
    options,
    zone: apex({ bogus: 7, left: -1 }),
    status: "critical",
    findings: ["signatures-expired"],
    also: ({ findings }) => expect(findings[0]?.data["ends"]).toBe("2026-11-21 12:00 UTC"),
  },
  "DNSSEC-2 the DS of a former DNS host": {
    options,
    zone: apex({ bogus: 9, ds: [dsOf("example.com", zoneKey("of the former host"))] }),
    status: "critical",
    findings: ["ds-mismatch"],
  },
  "DNSSEC-2 one of two DS fits, and it is bogus all the same": {
    options,
    zone: apex({ bogus: 6, ds: [dsOf("example.com", zoneKey("of the former host")), dsOf("example.com", key)] }),
    status: "critical",
    findings: ["bogus"],
  },
  "DNSSEC-2 the zone of a mail server": {
    options,
    zone: { ...apex(), "mx.example.com": { A: ["203.0.113.1"], bogus: 6 } },
    status: "critical",
    findings: ["mx-bogus"],
  },
  "DNSSEC-4 Cloudflare: signed for two days, one is left": {
    options,
    zone: apex({ lifetime: 2, left: 1 }),
    status: "ok",
    findings: [],
  },
  "DNSSEC-4 BIND: signed for 14 days, five are left": {
    options,
    zone: apex({ lifetime: 14, left: 5 }),
    status: "ok",
    findings: [],
  },
  "DNSSEC-4 signed for 14 days, two are left": {
    options,
    zone: apex({ lifetime: 14, left: 2 }),
    status: "warning",
    findings: ["signatures-ending"],
    also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ ends: "2026-11-24 12:00 UTC", lifetime: 14, left: 2.8 }),
  },
  "DNSSEC-4 signed for half a year, six days are left": {
    options,
    zone: apex({ lifetime: 182, left: 6 }),
    status: "warning",
    findings: ["signatures-ending"],
  },
  "DNSSEC-4 only the MX is not signed again": {
    options,
    zone: apex({
      rrsig: [
        ...signatures(testNow, 14, 10).filter((_one, index) => index !== 1),
        signatureOver("MX", { inception: testNow - 13 * day, expiration: testNow + day }),
      ],
    }),
    status: "warning",
    findings: ["signatures-ending"],
  },
  "DNSSEC-5 RSASHA1": {
    options,
    zone: apex({ keys: [zoneKey("old", 7)], ds: [dsOf("example.com", zoneKey("old", 7))] }),
    status: "warning",
    findings: ["weak-algorithm"],
    also: ({ findings }) => expect(findings[0]?.data["algorithms"]).toBe("RSASHA1-NSEC3-SHA1 (7)"),
  },
  "DNSSEC-5 a DS with SHA-1 alone": {
    options,
    zone: apex({ ds: [dsOf("example.com", key, "sha1")] }),
    status: "warning",
    findings: ["weak-algorithm"],
  },
  "DNSSEC-5 a DS with SHA-1 beside one with SHA-256": {
    options,
    zone: apex({ ds: [dsOf("example.com", key, "sha1"), dsOf("example.com", key)] }),
    status: "ok",
    findings: [],
  },
});
