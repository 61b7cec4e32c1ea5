// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import fc from "fast-check";
import { expect, test } from "vitest";
import dnsDrift from "../../checks/dns-drift.ts";
import { runProbe } from "../../src/engine/run-probe.ts";
import type { Json } from "../../src/model/json.ts";
import { type CheckCase, probeOf, testCheck, testWorld } from "../support/check-tester.ts";
import { type NameServer, nameServers } from "../support/name-servers.ts";
import { createZone, type Zone } from "../support/zone.ts";

const options = { domain: "example.com" };
const apex = {
  MX: ["10 mx1.example.com", "20 mx2.example.com"],
  NS: ["ns1.dns.example", "ns2.dns.example"],
  TXT: ["v=spf1 mx -all", "proof=1"],
  CAA: ["0 issue letsencrypt.org"],
};
const others: Zone = {
  "_dmarc.example.com": { TXT: ["v=DMARC1; p=reject"] },
  "_mta-sts.example.com": { TXT: ["v=STSv1; id=1;"] },
  "_smtp._tls.example.com": { TXT: ["v=TLSRPTv1; rua=mailto:tls@example.com"] },
  "ns1.dns.example": { A: ["203.0.113.1"] },
  "ns2.dns.example": { A: ["203.0.113.2"] },
  "ns.thief.example": { A: ["203.0.113.66"] },
};
const zone: Zone = { "example.com": apex, ...others };
const baseline = {
  MX: ["10 mx1.example.com.", "20 mx2.example.com."],
  NS: ["ns1.dns.example.", "ns2.dns.example."],
  SPF: ["v=spf1 mx -all"],
  DMARC: ["v=DMARC1; p=reject"],
  "MTA-STS": ["v=STSv1; id=1;"],
  "TLS-RPT": ["v=TLSRPTv1; rua=mailto:tls@example.com"],
  CAA: ['0 issue "letsencrypt.org"'],
};
const memory: Json = { baseline };
const { MX: _mx, ...withoutMx } = baseline;

type Given = Partial<Pick<CheckCase, "also" | "options" | "memory">> & {
  readonly change?: Partial<Record<keyof typeof apex, readonly string[] | "SERVFAIL" | "TIMEOUT" | "DISAGREE">>;
  readonly zone?: Zone;
  /** What the zone's own servers say; default: the same as the resolver. */
  readonly servers?: Readonly<Record<string, NameServer>>;
};
const shows = (
  status: CheckCase["status"],
  findings: readonly string[],
  { change, zone: more, servers, ...given }: Given,
): CheckCase => {
  const present: Zone = { ...zone, "example.com": { ...apex, ...change }, ...more };
  const own = { zone: present };
  return {
    options,
    memory,
    ...given,
    world: () =>
      Promise.resolve({
        ctx: { ask: nameServers(present, { "203.0.113.1": own, "203.0.113.2": own, "203.0.113.66": own, ...servers }).ask },
      }),
    status,
    findings,
  };
};
const changesAre =
  (text: string): NonNullable<CheckCase["also"]> =>
  ({ findings }, { memory: kept }) => {
    expect(findings[0]?.data["changes"]).toBe(text);
    expect(kept).toEqual(memory);
  };

const long = `v=spf1 ${"ip4:192.0.2.1 ".repeat(100)}`;
const moved = { MX: ["10 mx.thief.example"] };

testCheck(dnsDrift, {
  "MX-17 DRIFT-1 DRIFT-2 DRIFT-3 DRIFT-4 the same as before": shows("ok", [], {
    also: ({ metrics }, { memory: kept }) => {
      expect(metrics).toEqual({ changed: 0 });
      expect(kept).toEqual(memory);
    },
  }),
  "MX-17 the first look has nothing to compare": {
    options,
    zone,
    status: "ok",
    findings: [],
    also: (_observation, { memory: kept }) => expect(kept).toEqual(memory),
  },
  "MX-17 the same records in another order and case": shows("ok", [], {
    change: { MX: ["20 MX2.example.com", "10 mx1.Example.com"], NS: ["NS2.dns.example", "ns1.dns.example"] },
  }),
  "MX-17 one of the exchanges is another": shows("warning", ["records-changed"], {
    change: { MX: ["10 mx1.example.com", "20 mx3.example.com"] },
    also: (observation, outcome) => {
      void changesAre("MX: 10 mx1.example.com., 20 mx2.example.com. → 10 mx1.example.com., 20 mx3.example.com.")(
        observation,
        outcome,
      );
      expect(outcome.immediate).toBe(false);
      expect(observation.findings[0]?.data["restore"]).toBe(
        "example.com. MX 10 mx1.example.com. example.com. MX 20 mx2.example.com.",
      );
    },
  }),
  "MX-17 the exchanges are gone": shows("warning", ["records-changed"], { change: { MX: [] } }),
  "DRIFT-1 the name servers have changed": shows("warning", ["records-changed"], { change: { NS: ["ns1.dns.example"] } }),
  "DRIFT-1 SPF has changed, and not another TXT": shows("warning", ["records-changed"], {
    change: { TXT: ["v=spf1 include:other.example -all", "proof=2"] },
    also: changesAre("SPF: v=spf1 mx -all → v=spf1 include:other.example -all"),
  }),
  "DRIFT-1 another TXT alone": shows("ok", [], { change: { TXT: ["v=spf1 mx -all", "proof=2"] } }),
  "DRIFT-1 DMARC is gone": shows("warning", ["records-changed"], {
    zone: { "_dmarc.example.com": "nxdomain" },
    also: changesAre("DMARC: v=DMARC1; p=reject → –"),
  }),
  "DRIFT-1 the policy of MTA-STS, TLS-RPT and CAA have changed": shows("warning", ["records-changed"], {
    change: { CAA: ["0 issue other.example"] },
    zone: {
      "_mta-sts.example.com": { TXT: ["v=STSv1; id=2;"] },
      "_smtp._tls.example.com": { TXT: ["v=TLSRPTv1; rua=mailto:x@example.com"] },
    },
    also: ({ metrics }) => expect(metrics["changed"]).toBe(3),
  }),
  "DRIFT-1 a long record that changes at its end": shows("warning", ["records-changed"], {
    memory: { baseline: { ...baseline, SPF: [`${long.slice(0, 1_200)}… 000000000000`] } },
    change: { TXT: [`${long}-all`] },
    also: ({ findings }) => expect(String(findings[0]?.data["changes"])).toMatch(/^SPF: v=spf1/),
  }),
  "DRIFT-1 a long record that stays": shows("ok", [], {
    memory: { baseline: { ...baseline, SPF: [`${long.slice(0, 1_200)}… 7b140ea27770`] } },
    change: { TXT: [`${long}-all`] },
  }),
  "DRIFT-2 a change that is acknowledged": {
    ...shows("ok", [], { change: { TXT: ["v=spf1 -all"] } }),
    options: { ...options, acknowledged: "m3b11de765d5a" },
  },
  "DRIFT-2 the mark of another change": shows("warning", ["records-changed"], {
    change: { TXT: ["v=spf1 -all"] },
    options: { ...options, acknowledged: "m000000000000" },
  }),
  "DRIFT-3 all exchanges are somebody else's": shows("critical", ["mx-hijacked"], {
    change: moved,
    also: ({ findings }, { immediate, memory: kept }) => {
      expect(immediate).toBe(true);
      expect(findings[0]?.data).toMatchObject({ hosts: "10 mx.thief.example.", witness: "ns1.dns.example (203.0.113.1)" });
      expect(kept).toEqual(memory);
    },
  }),
  "DRIFT-3 exchanges and name servers have changed together": shows("critical", ["mx-hijacked"], {
    change: { MX: ["10 mx9.example.com"], NS: ["ns.thief.example"] },
  }),
  "DRIFT-3 one of the exchanges is somebody else's": shows("warning", ["records-changed"], {
    change: { MX: ["10 mx1.example.com", "20 mx.thief.example"] },
  }),
  "DRIFT-3 the null MX in place of the exchanges": shows("warning", ["records-changed"], { change: { MX: ["0 ."] } }),
  "DRIFT-3 the first exchanges of a domain": shows("warning", ["records-changed"], {
    memory: { baseline: { ...baseline, MX: [] } },
    change: moved,
  }),
  "DRIFT-3 the resolver alone says so": shows("unknown", ["mx-change-unproven"], {
    change: moved,
    servers: { "203.0.113.1": { zone }, "203.0.113.2": { zone } },
  }),
  "DRIFT-3 no server of the zone can be asked": shows("unknown", ["mx-change-unproven"], {
    change: moved,
    servers: { "203.0.113.1": { fails: "TIMEOUT" }, "203.0.113.2": { fails: "SERVFAIL" } },
  }),
  "DRIFT-3 one that has no authority is no witness": shows("unknown", ["mx-change-unproven"], {
    change: moved,
    servers: {
      "203.0.113.1": { zone: { "example.com": { ...apex, ...moved } }, lame: true },
      "203.0.113.2": { fails: "TIMEOUT" },
    },
  }),
  "DRIFT-4 a kind that cannot be asked for": shows("unknown", ["records-unanswered"], {
    change: { MX: "SERVFAIL" },
    also: (_observation, { memory: kept }) => expect(kept).toEqual(memory),
  }),
  "DRIFT-4 a record that the resolver denies and a server of the zone has": shows("unknown", ["records-unanswered"], {
    change: { MX: "DISAGREE" },
  }),
  "DRIFT-4 one kind has changed, another cannot be asked for": shows("warning", ["records-changed", "records-unanswered"], {
    change: { TXT: ["v=spf1 -all"], CAA: "TIMEOUT" },
  }),
  "DRIFT-4 what could not be asked for at first is accepted when it is seen": shows("ok", [], {
    memory: { baseline: withoutMx },
    also: (_observation, { memory: kept }) => expect(kept).toEqual(memory),
  }),
});

test("dns-drift names the mark by which a change is accepted, and forgets the old records then", async () => {
  const changed = createZone({ ...zone, "example.com": { ...apex, TXT: ["v=spf1 a -all"] } });
  const run = async (acknowledged: string | undefined, kept: Json) => {
    const parsed = dnsDrift.options.parse({ ...options, ...(acknowledged === undefined ? {} : { acknowledged }) });
    const outcome = await runProbe(probeOf(dnsDrift, parsed), dnsDrift, testWorld({ ask: changed.ask, memory: kept }));
    if (!outcome) throw new Error("the run was cut short");
    return outcome;
  };
  const first = await run(undefined, memory);
  const mark = String(first.observation.findings[0]?.data["mark"]);
  expect(mark).toMatch(/^m[\da-f]{12}$/);
  const second = await run(mark, first.memory ?? null);
  expect(second.observation.status).toBe("ok");
  expect(second.memory).toMatchObject({ baseline: { SPF: ["v=spf1 a -all"] } });
  // Without the mark it stays accepted.
  expect((await run(undefined, second.memory ?? null)).observation.status).toBe("ok");
});

test("dns-drift keeps its memory small and its run quiet whatever a zone holds", async () => {
  const text = fc.string({ maxLength: 3_000, unit: "binary" });
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 60 }), fc.array(text, { maxLength: 60 }), async (some, more) => {
      const { ask } = createZone({
        "example.com": {
          MX: some.map((exchange, priority) => ({ priority, exchange })),
          TXT: more.map((it) => [`v=spf1 ${it}`]),
          CAA: some.map((value) => ({ critical: 0, tag: value, value })),
        },
      });
      const probe = probeOf(dnsDrift, dnsDrift.options.parse(options));
      const outcome = await runProbe(probe, dnsDrift, testWorld({ ask, memory }));
      expect(outcome?.observation.findings.map(({ code }) => code)).not.toContain("check-failed");
      expect(Buffer.byteLength(JSON.stringify(outcome?.memory))).toBeLessThan(64 * 1024);
    }),
    { numRuns: 40 },
  );
});
