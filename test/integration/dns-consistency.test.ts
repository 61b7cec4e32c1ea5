import { afterAll, beforeAll, describe, expect, test } from "vitest";
import dnsConsistency from "../../checks/dns-consistency.ts";
import { runProbe } from "../../src/engine/run-probe.ts";
import { createResolver } from "../../src/net/dns.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type FakeDns, type Misbehaviour, startFakeDns } from "../support/fake-dns.ts";
import type { Zone } from "../support/zone.ts";

// Name servers answer at port 53, which their NS records leave no choice about: addresses for this file alone.
const parent = "127.0.73.51";
const [one, two] = ["127.0.73.52", "127.0.73.53"];
const soa = ["ns1.mail.test hostmaster.mail.test 5 7200 3600 1209600 300"];
const apex = { SOA: soa, NS: ["ns1.mail.test", "ns2.mail.test"], MX: ["10 mx.mail.test"], TXT: ["v=spf1 mx -all"] };
const zone: Zone = { "mail.test": apex };
const above: Zone = { test: { SOA: ["ns.test h.test 1 1 1 1 60"], NS: ["ns.test"] }, "ns.test": { A: [parent] } };
const addresses: Zone = { "ns1.mail.test": { A: [one] }, "ns2.mail.test": { A: [two] } };

const started: FakeDns[] = [];
let resolver: FakeDns;
let second: FakeDns;
let oneBad: Misbehaviour | undefined;
let twoBad: Misbehaviour | undefined;

beforeAll(async () => {
  const start = async (...args: Parameters<typeof startFakeDns>): Promise<FakeDns> => {
    const server = await startFakeDns(...args);
    started.push(server);
    return server;
  };
  const authoritative = { port: 53, authoritative: true };
  const glue = { "ns1.mail.test": [one], "ns2.mail.test": [two] };
  await start(above, { ...authoritative, address: parent, delegates: { "mail.test": glue } });
  await start(zone, { ...authoritative, address: one, misbehave: () => oneBad });
  second = await start(zone, { ...authoritative, address: two, misbehave: () => twoBad });
  resolver = await start({ ...above, ...addresses, ...zone }, { address: "127.0.73.50" });
});
afterAll(() => Promise.all(started.map((server) => server.close())));

async function run(): Promise<readonly string[]> {
  const limits = { timeoutMs: 200, tries: 1 };
  const { ask, close } = createResolver({ servers: [resolver.server], ...limits, isPublic: () => true });
  const probe = probeOf(dnsConsistency, dnsConsistency.options.parse({ domain: "mail.test" }));
  const outcome = await runProbe(probe, dnsConsistency, testWorld({ ask }));
  close();
  if (!outcome) throw new Error("the run was cut short");
  return [outcome.observation.status, ...outcome.observation.findings.map(({ code }) => code)];
}

describe("dns-consistency over the wire", () => {
  test("CON-1 two servers that agree", async () => {
    expect(await run()).toEqual(["ok"]);
  });

  test("CON-1 CON-2 MX-18 one is silent, refuses, or is behind", async () => {
    twoBad = "silence";
    expect(await run()).toEqual(["warning", "server-silent"]);
    twoBad = "REFUSED";
    expect(await run()).toEqual(["warning", "server-lame"]);
    twoBad = undefined;
    second.setZone({ "mail.test": { ...apex, MX: ["10 old.mail.test"] } });
    expect(await run()).toEqual(["warning", "mx-differs"]);
    second.setZone(zone);
  });

  test("CON-7 the zone is dead, by its parent's delegation and glue", async () => {
    resolver.setZone({ ...above, "mail.test": "SERVFAIL", "ns1.mail.test": "SERVFAIL", "ns2.mail.test": "SERVFAIL" });
    expect(await run()).toEqual(["ok"]);
    [oneBad, twoBad] = ["SERVFAIL", "silence"];
    expect(await run()).toEqual(["critical", "zone-dead"]);
  });
});
