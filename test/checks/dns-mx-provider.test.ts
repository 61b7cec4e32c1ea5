// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect } from "vitest";
import dnsMx from "../../checks/dns-mx.ts";
import { testCheck } from "../support/check-tester.ts";
import type { Zone } from "../support/zone.ts";

// What dns-mx says about domains without mail, and about whose servers they are; the rest is in dns-mx.test.ts.
const options = { domain: "example.com" };
const two: Zone = {
  "example.com": { MX: ["10 mx1.example.com", "20 mx2.example.com"], ttl: 600 },
  "mx1.example.com": { A: ["203.0.113.1"], AAAA: ["2001:db8::1"] },
  "mx2.example.com": { A: ["203.0.113.2"] },
};
const seenBefore = [{ kind: "mx", value: "10 mxbiz1.qq.com", firstSeen: 1, lastSeen: 9 }];
const known = [
  { id: "provider", mxSuffixes: ["provider.example"] },
  { id: "second", mxSuffixes: ["second.example"] },
  {
    id: "sets",
    mxSuffixes: ["mx.sets.example"],
    mxSets: [["mx.sets.example"], ["a.mx.sets.example", "b.mx.sets.example", "c.mx.sets.example"]],
  },
];
const atSets = (...names: string[]): Zone => ({
  "example.com": { MX: names.map((name, index) => `${index} ${name}`) },
  "*.sets.example": { A: ["203.0.113.1", "203.0.113.2"], AAAA: ["2001:db8::1"] },
});

testCheck(
  dnsMx,
  {
    "MX-7 an address, and by SPF no mail: the null MX would say so": {
      options,
      zone: { "example.com": { A: ["203.0.113.80"], TXT: ["v=spf1 -all"] } },
      status: "ok",
      findings: ["mx-null-recommended"],
    },
    "MX-7 an address, on a domain that is not to receive": {
      options: { ...options, receives: false },
      zone: { "example.com": { A: ["203.0.113.80"] } },
      status: "ok",
      findings: ["mx-null-recommended"],
    },
    "MX-1 MX-7 an address, and there was a mail server once": {
      options,
      zone: { "example.com": { A: ["203.0.113.80"], TXT: ["v=spf1 -all"] } },
      facts: seenBefore,
      status: "critical",
      findings: ["mx-implicit"],
    },
    "MX-7 a null MX without an address": {
      options: { ...options, receives: false },
      zone: { "example.com": { MX: ["0 ."] } },
      status: "ok",
      findings: ["mx-null-pointless"],
    },
    "MX-11 the domain of an exchange can be registered by anybody": {
      options,
      zone: { ...two, "example.com": { MX: ["10 mx1.example.com", "20 mx.gone-mail.net"] } },
      status: "critical",
      findings: ["mx-host-missing", "mx-takeover"],
      also: ({ findings }) =>
        expect(findings[1]?.data).toEqual({ domain: "example.com", hosts: "mx.gone-mail.net", free: "gone-mail.net" }),
    },
    "MX-11 an exchange that is an alias into a domain that is gone": {
      options,
      zone: {
        ...two,
        "example.com": { MX: ["10 mx1.example.com", "20 mx3.example.com"] },
        "mx3.example.com": { CNAME: "mx.gone.co.uk" },
      },
      status: "critical",
      findings: ["mx-alias", "mx-host-missing", "mx-takeover"],
      also: ({ findings }) => expect(findings[2]?.data["free"]).toBe("gone.co.uk"),
    },
    "MX-11 the exchange is gone, its domain is not": {
      options,
      zone: { ...two, "example.com": { MX: ["10 mx1.example.com", "20 mx.other.net"] }, "other.net": { NS: ["ns.other.net"] } },
      status: "warning",
      findings: ["mx-host-missing"],
    },
    "MX-11 whether the domain is registered cannot be found out": {
      options,
      zone: {
        ...two,
        "example.com": { MX: ["10 mx1.example.com", "20 mx.other.net"] },
        "mx.other.net": "nxdomain",
        "other.net": "SERVFAIL",
      },
      status: "warning",
      findings: ["mx-host-missing"],
    },
    "MX-14 MX-19 a single server, without IPv6": {
      options,
      zone: { "example.com": { MX: ["10 mx2.example.com"] }, "mx2.example.com": { A: ["203.0.113.2"] } },
      status: "ok",
      findings: ["mx-single", "mx-no-ipv6"],
    },
    "MX-14 a single name with two machines": {
      options,
      zone: {
        "example.com": { MX: ["10 mx.example.com"] },
        "mx.example.com": { A: ["203.0.113.1", "203.0.113.2"], AAAA: ["2001:db8::1"] },
      },
      status: "ok",
      findings: [],
    },
    "MX-14 MX-16 a single name of a provider": {
      options: { ...options, known, expected: ["mx.provider.example"] },
      zone: {
        "example.com": { MX: ["10 mx.provider.example"] },
        "mx.provider.example": { A: ["203.0.113.1"], AAAA: ["2001:db8::1"] },
      },
      status: "ok",
      findings: [],
    },
    "MX-16 two providers": {
      options: { ...options, known },
      zone: {
        "example.com": { MX: ["10 mx.provider.example", "20 in.second.example"] },
        "mx.provider.example": { A: ["203.0.113.1"], AAAA: ["2001:db8::1"] },
        "in.second.example": { A: ["203.0.113.2"] },
      },
      status: "warning",
      findings: ["mx-mixed"],
      also: ({ findings }) =>
        expect(findings[0]?.data["providers"]).toBe("provider: mx.provider.example; second: in.second.example"),
    },
    "MX-16 a provider beside an own server": {
      options: { ...options, known },
      zone: {
        ...two,
        "example.com": { MX: ["10 mx.provider.example", "20 mx1.example.com"] },
        "mx.provider.example": { A: ["203.0.113.9"] },
      },
      status: "warning",
      findings: ["mx-mixed"],
    },
    "MX-16 two servers of one provider": {
      options: { ...options, known, expected: ["mx1.provider.example", "MX2.provider.example."] },
      zone: {
        "example.com": { MX: ["10 mx1.provider.example", "20 mx2.provider.example"] },
        "*.provider.example": { A: ["203.0.113.1", "203.0.113.2"], AAAA: ["2001:db8::1"] },
      },
      status: "ok",
      findings: [],
    },
    "MX-16 one of the sets that the provider asks for": {
      options: { ...options, known },
      zone: atSets("b.mx.sets.example", "A.MX.sets.example", "c.mx.sets.example"),
      status: "ok",
      findings: [],
    },
    "MX-16 half of the set that the provider asks for": {
      options: { ...options, known },
      zone: atSets("a.mx.sets.example", "c.mx.sets.example"),
      status: "warning",
      findings: ["mx-unexpected"],
      also: ({ findings }) =>
        expect(findings[0]?.data).toMatchObject({
          expected: "a.mx.sets.example, b.mx.sets.example, c.mx.sets.example",
          missing: "b.mx.sets.example",
          extra: "–",
        }),
    },
    "MX-16 the old set beside the new one": {
      options: { ...options, known },
      zone: atSets("mx.sets.example", "a.mx.sets.example"),
      status: "warning",
      findings: ["mx-unexpected"],
      also: ({ findings }) =>
        expect(findings[0]?.data).toMatchObject({ expected: "mx.sets.example", extra: "a.mx.sets.example" }),
    },
    "MX-16 not the servers that the provider names": {
      options: { ...options, expected: ["mx1.example.com", "mx9.example.com"] },
      zone: two,
      status: "warning",
      findings: ["mx-unexpected"],
      also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ missing: "mx9.example.com", extra: "mx2.example.com" }),
    },
  },
  {
    shownElsewhere: Object.fromEntries(
      Object.keys(dnsMx.findings)
        .filter(
          (code) =>
            ![
              "mx-null-pointless",
              "mx-null-recommended",
              "mx-takeover",
              "mx-mixed",
              "mx-unexpected",
              "mx-single",
              "mx-no-ipv6",
            ].includes(code),
        )
        .map((code) => [code, "dns-mx.test.ts"]),
    ),
  },
);
