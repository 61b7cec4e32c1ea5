import { afterEach, describe, expect, test } from "vitest";
import { createAddressPolicy } from "../../src/net/addresses.ts";
import { createResolver } from "../../src/net/dns.ts";
import { type FakeDnsOptions, startFakeDns } from "../support/fake-dns.ts";
import type { Zone } from "../support/zone.ts";

const running: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

const delegation: Zone = {
  "example.com": { NS: ["ns1.example.com", "ns2.example.com"], A: ["203.0.113.1"] },
  "ns1.example.com": { A: ["127.0.0.2"] },
  "ns2.example.com": { A: ["127.0.0.3"] },
};

/** A resolver with this view of the world, and the servers of example.com at 127.0.0.2 and 127.0.0.3 with theirs. */
async function world(view: Zone, ...authorities: { zone: Zone; options?: FakeDnsOptions }[]) {
  const resolver = await startFakeDns({ ...delegation, ...view });
  running.push(resolver);
  let port: number | undefined;
  const asked: string[][] = [];
  for (const [index, { zone, options }] of authorities.entries()) {
    const server = await startFakeDns(zone, {
      address: `127.0.0.${index + 2}`,
      authoritative: true,
      ...(port === undefined ? {} : { port }),
      ...options,
    });
    port = server.port;
    running.push(server);
    asked.push(server.calls);
  }
  const limits = { timeoutMs: 150, tries: 1, authorityPort: port ?? 1 };
  const made = createResolver({ servers: [resolver.server], ...limits, isPublic: createAddressPolicy(["127.0.0.0/30"]) });
  running.push(made);
  return { ...made, asked, port, calls: resolver.calls };
}

const nothing: Zone = { "example.com": { NS: ["ns1.example.com"] } };

describe("ask() with confirm", () => {
  test("a positive answer needs nobody else", async () => {
    const { ask, asked } = await world({}, { zone: nothing });
    expect((await ask("example.com", "A", { confirm: true })).outcome).toBe("records");
    expect(asked).toEqual([[]]);
  });

  test.each([
    ["example.com", "MX", "nodata"],
    ["deep.down.example.com", "MX", "nxdomain"],
    ["ds.example.com", "DS", "nxdomain"],
  ] as const)(
    "%s %s: %s counts when a server of the zone says the same, asked without recursion",
    async (name, type, outcome) => {
      let rd: number | undefined;
      const misbehave: FakeDnsOptions["misbehave"] = ({ request }) => {
        rd = request.recursive ? 1 : 0;
        return undefined;
      };
      const { ask, asked, port } = await world({}, { zone: nothing, options: { misbehave } });
      expect(await ask(name, type, { confirm: true })).toMatchObject({ outcome, confirmedBy: `127.0.0.2:${port}` });
      expect(asked).toEqual([[`${type} ${name}`]]);
      expect(rd).toBe(0);
    },
  );

  test("is DISAGREE where a server of the zone has the record", async () => {
    const { ask, port } = await world({}, { zone: { "example.com": { MX: ["10 mx.example.com"] } } });
    const answer = await ask("example.com", "MX", { confirm: true });
    expect(answer).toMatchObject({ outcome: "failed", records: [], failure: { code: "DISAGREE" } });
    expect(answer.failure?.text).toContain(`ns1.example.com (127.0.0.2:${port}), a server of the zone example.com, has one`);
  });

  test("is DISAGREE where the resolver denies a name that is an alias in its zone", async () => {
    const { ask } = await world(
      {},
      { zone: { "mail.example.com": { CNAME: "mx.elsewhere.example" } }, options: { aliasesOnly: true } },
    );
    expect((await ask("mail.example.com", "A", { confirm: true })).failure?.code).toBe("DISAGREE");
  });

  test("NXDOMAIN or NODATA is the word of the zone's server", async () => {
    const { ask } = await world({}, { zone: { "below.ent.example.com": { A: ["203.0.113.1"] } } });
    expect((await ask("ent.example.com", "MX", { confirm: true })).outcome).toBe("nodata");
  });

  test.each([
    ["silent", { misbehave: () => "silence" }],
    ["broken", { misbehave: () => "SERVFAIL" }],
    ["not of the zone", { authoritative: false }],
    ["referring elsewhere", { misbehave: () => "referral" }],
  ] as [string, FakeDnsOptions][])("a server that is %s is no witness: the next one is asked", async (_what, options) => {
    const { ask, asked, port } = await world({}, { zone: nothing, options }, { zone: nothing });
    expect(await ask("example.com", "MX", { confirm: true })).toMatchObject({
      outcome: "nodata",
      confirmedBy: `127.0.0.3:${port}`,
    });
    expect(asked.map((calls) => calls.length)).toEqual([1, 1]);
  });

  test.each([
    ["silent", { misbehave: () => "silence" }, "TIMEOUT"],
    ["broken", { misbehave: () => "SERVFAIL" }, "SERVFAIL"],
    ["not of the zone", { authoritative: false }, "OTHER"],
  ] as [string, FakeDnsOptions, string][])("where all are %s it fails", async (_what, options, code) => {
    const { ask } = await world({}, { zone: nothing, options }, { zone: nothing, options });
    expect(await ask("example.com", "MX", { confirm: true })).toMatchObject({ outcome: "failed", failure: { code } });
  });

  test.each([
    [
      "the zone is not found",
      { "example.com": "nxdomain", "ns1.example.com": "nxdomain", "ns2.example.com": "nxdomain" },
      "OTHER",
    ],
    ["the zone's servers have no address", { "ns1.example.com": "nxdomain", "ns2.example.com": "SERVFAIL" }, "OTHER"],
    ["its servers cannot be asked for", { "example.com": { NS: "SERVFAIL" } }, "SERVFAIL"],
  ] as [string, Zone, string][])("fails where %s", async (_what, view, code) => {
    const { ask } = await world(view);
    expect(await ask("none.example.com", "MX", { confirm: true })).toMatchObject({ outcome: "failed", failure: { code } });
  });

  test.each(["127.0.0.5", "127.0.0.53", "10.0.0.1", "169.254.169.254", "224.0.0.251"])(
    "a server at %s, which is not public, is never asked",
    async (address) => {
      const inside = address.startsWith("127.") ? await startFakeDns(nothing, { address, authoritative: true }) : undefined;
      if (inside) running.push(inside);
      const resolver = await startFakeDns({ ...delegation, "ns1.example.com": { A: [address] }, "ns2.example.com": { A: [] } });
      const limits = { timeoutMs: 150, tries: 1, authorityPort: inside?.port ?? 53 };
      const made = createResolver({ servers: [resolver.server], ...limits });
      running.push(resolver, made);
      const answer = await made.ask("example.com", "MX", { confirm: true });
      expect(answer).toMatchObject({ outcome: "failed", failure: { code: "OTHER" } });
      expect(answer.failure?.text).toContain(`${address}:${limits.authorityPort} is no public address and was not asked`);
      expect(inside?.calls ?? []).toEqual([]);
    },
  );

  test("a server that is not public is asked where it is a configured resolver as well", async () => {
    const resolver = await startFakeDns({ ...delegation, "ns1.example.com": { A: ["127.0.0.1"] } }, { authoritative: true });
    const made = createResolver({ servers: [resolver.server], timeoutMs: 150, tries: 1, authorityPort: resolver.port });
    running.push(resolver, made);
    expect(await made.ask("example.com", "MX", { confirm: true })).toMatchObject({ confirmedBy: resolver.server });
  });

  test("a wall of name servers is asked only so far", async () => {
    const many = Array.from({ length: 50 }, (_, index) => `ns${index}.example.com`);
    const view: Zone = {
      "example.com": { NS: many },
      ...Object.fromEntries(many.map((name) => [name, { A: ["127.0.0.2", "127.0.0.3"] }])),
    };
    const options: FakeDnsOptions = { misbehave: () => "REFUSED" };
    const { ask, asked, calls } = await world(view, { zone: nothing, options }, { zone: nothing, options });
    expect((await ask("example.com", "MX", { confirm: true })).failure?.code).toBe("REFUSED");
    expect(asked.flat()).toHaveLength(6);
    expect(calls.length).toBeLessThanOrEqual(6);
  });

  test("a name of a hundred labels is looked for only so far", async () => {
    const { ask, calls } = await world({ "example.com": "nxdomain" });
    const name = `${"a.".repeat(100)}example.com`;
    expect((await ask(name, "MX", { confirm: true })).failure?.code).toBe("OTHER");
    expect(calls.length).toBeLessThanOrEqual(13);
  });
});
