// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect } from "vitest";
import resolver from "../../checks/resolver.ts";
import { createResolver } from "../../src/net/dns.ts";
import { testCheck } from "../support/check-tester.ts";
import { type FakeDnsOptions, startFakeDns } from "../support/fake-dns.ts";
import { createZone, type Zone } from "../support/zone.ts";

async function real(zone: Zone, options: FakeDnsOptions = {}) {
  const server = await startFakeDns(zone, options);
  const { ask } = createResolver({ servers: [server.server], timeoutMs: 100, tries: 1 });
  return { ctx: { ask }, close: () => server.close() };
}

testCheck(resolver, {
  "what cannot exist does not": {
    zone: { com: { NS: ["a.gtld-servers.net"] }, cn: { NS: ["a.dns.cn"] } },
    status: "ok",
    findings: [],
    also: ({ metrics }) => expect(metrics["answer"]).toBeLessThan(1),
  },
  "another random name in every run": {
    world: () => {
      const { ask, calls } = createZone({});
      return Promise.resolve({
        ctx: { ask },
        close: () => {
          expect(calls).toHaveLength(2);
          for (const call of calls) expect(call).toMatch(/^A mailvigil-[\da-f]{16}\.(com|cn)$/);
        },
      });
    },
    status: "ok",
    findings: [],
  },
  "one zone answers": { zone: { "*.com": "SERVFAIL", com: "SERVFAIL" }, status: "ok", findings: [] },
  "an address for what cannot exist": {
    zone: { "*.com": { A: ["203.0.113.66"] } },
    status: "critical",
    findings: ["resolver-rewrites"],
    also: ({ findings }) => {
      expect(findings[0]?.data).toMatchObject({ server: "192.0.2.53:53", answer: "203.0.113.66" });
      expect(findings[0]?.data["name"]).toMatch(/^mailvigil-[\da-f]{16}\.com$/);
    },
  },
  "NODATA for what cannot exist": {
    zone: { "*.cn": { TXT: ["here"] } },
    status: "critical",
    findings: ["resolver-rewrites"],
    also: ({ findings }) => expect(findings[0]?.data["answer"]).toBe("NODATA"),
  },
  "SERVFAIL everywhere": {
    zone: { "*.com": "SERVFAIL", "*.cn": "TIMEOUT" },
    status: "critical",
    findings: ["resolver-silent"],
    also: ({ findings }) => expect(findings[0]?.data["reason"]).toContain("SERVFAIL"),
  },
  "other zones by configuration": {
    options: { names: ["example"] },
    zone: { "*.com": "SERVFAIL", "*.cn": "SERVFAIL" },
    status: "ok",
    findings: [],
  },
  "a real server that answers": { world: () => real({}), status: "ok", findings: [] },
  "a real server that is silent": {
    world: () => real({}, { misbehave: () => "silence" }),
    status: "critical",
    findings: ["resolver-silent"],
  },
  "a real server that refers elsewhere": {
    world: () => real({}, { misbehave: () => "referral" }),
    status: "critical",
    findings: ["resolver-silent"],
  },
});
