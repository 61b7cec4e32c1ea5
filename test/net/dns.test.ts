import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import type { RecordType } from "../../src/model/dns.ts";
import { createResolver, type ResolverOptions } from "../../src/net/dns.ts";
import { maxAliases } from "../../src/net/dns-name.ts";
import { type FakeDns, type FakeDnsOptions, type Misbehaviour, startFakeDns } from "../support/fake-dns.ts";
import { createZone, type Zone } from "../support/zone.ts";

const zone: Zone = {
  "example.com": {
    SOA: ["ns1.example.com host.example.com 7 7200 3600 1209600 120"],
    NS: ["ns1.example.com"],
    MX: ["10 mx1.example.com", "20 mx2.example.com"],
    TXT: ["v=spf1 -all", "x".repeat(700)],
    CAA: ["0 issue letsencrypt.org"],
    DNSKEY: [Uint8Array.of(1, 1, 3, 13, 9, 8, 7)],
    DS: [Uint8Array.of(0, 1, 13, 2, 255)],
    authenticated: true,
    ttl: 77,
  },
  "null.example.com": { MX: ["0 ."] },
  "mx1.example.com": { A: ["203.0.113.1", "203.0.113.2"], AAAA: ["2001:db8::1"], TLSA: undefinedType() },
  "_imaps._tcp.example.com": { SRV: ["0 1 993 imap.example.com"] },
  "1.113.0.203.in-addr.arpa": { PTR: ["mx1.example.com"] },
  "alias.example.com": { CNAME: "second.example.com" },
  "second.example.com": { CNAME: "mx1.example.com", ttl: 5 },
  "dangling.example.com": { CNAME: "gone.example.com" },
  "loop.example.com": { CNAME: "loop2.example.com" },
  "loop2.example.com": { CNAME: "loop.example.com" },
  "xn--fsqu00a.example.com": { A: ["203.0.113.3"] },
  "servfail.example.com": "SERVFAIL",
  "refused.example.com": "REFUSED",
  "notimp.example.com": "NOTIMP",
  "other.example.com": "OTHER",
  "broken.example.com": "BADRESP",
  "slow.example.com": "TIMEOUT",
  "big.example.com": { TXT: Array.from({ length: 60 }, (_, index) => `${index} ${"y".repeat(200)}`) },
};

function undefinedType(): readonly string[] {
  return ["3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971"];
}

const running: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

async function server(options: FakeDnsOptions = {}, of: Zone = zone): Promise<FakeDns> {
  const started = await startFakeDns(of, options);
  running.push(started);
  return started;
}

function resolver(servers: readonly string[], options: Partial<ResolverOptions> = {}) {
  const made = createResolver({ servers, timeoutMs: 300, isPublic: () => true, ...options });
  running.push(made);
  return made;
}

const bad = (...how: (Misbehaviour | undefined)[]): FakeDnsOptions => ({ misbehave: ({ index }) => how[index] });

describe("createResolver() against a real server", () => {
  test.each([
    ["example.com", "MX"],
    ["example.com", "TXT"],
    ["example.com", "NS"],
    ["example.com", "SOA"],
    ["example.com", "CAA"],
    ["example.com", "DNSKEY"],
    ["example.com", "DS"],
    ["null.example.com", "MX"],
    ["mx1.example.com", "A"],
    ["mx1.example.com", "AAAA"],
    ["mx1.example.com", "TLSA"],
    ["_imaps._tcp.example.com", "SRV"],
    ["1.113.0.203.in-addr.arpa", "PTR"],
    ["alias.example.com", "CNAME"],
    ["alias.example.com", "AAAA"],
    ["dangling.example.com", "A"],
    ["loop.example.com", "A"],
    ["mx1.example.com", "MX"],
    ["none.example.com", "MX"],
    ["例子.example.com", "A"],
    ["EXAMPLE.com.", "MX"],
    ["servfail.example.com", "A"],
    ["refused.example.com", "A"],
    ["notimp.example.com", "A"],
    ["other.example.com", "A"],
    ["broken.example.com", "A"],
    ["slow.example.com", "A"],
    ["bad..name", "A"],
    [`${"a".repeat(64)}.example.com`, "A"],
  ] as [string, RecordType][])("says of %s %s what the zone table says", async (name, type) => {
    const wire = await resolver([(await server()).server], { tries: 1, timeoutMs: 150 }).ask(name, type);
    const table = await createZone(zone).ask(name, type);
    expect({ ...seen(wire), failure: wire.failure?.code }).toEqual({ ...seen(table), failure: table.failure?.code });
  });

  const seen = ({
    name,
    type,
    outcome,
    records,
    aliases,
    authenticated,
  }: Awaited<ReturnType<ReturnType<typeof resolver>["ask"]>>) => ({
    name,
    type,
    outcome,
    records,
    authenticated,
    aliases: aliases.length > maxAliases ? aliases.slice(0, maxAliases) : aliases,
  });

  test("gives TTL, server, AD, AA and extended errors", async () => {
    const plain = await server();
    const { ask } = resolver([plain.server]);
    expect(await ask("example.com", "MX")).toMatchObject({
      ttl: 77,
      server: plain.server,
      authenticated: true,
      authoritative: false,
    });
    expect((await ask("alias.example.com", "A")).ttl).toBe(5);
    expect((await ask("none.example.com", "A")).ttl).toBe(77);
    const own = await server({ authoritative: true });
    expect((await resolver([own.server]).ask("example.com", "MX")).authoritative).toBe(true);
    const bogus = await server(bad({ rcode: 2, extendedError: 6 }));
    const answer = await resolver([bogus.server]).ask("example.com", "MX");
    expect(answer).toMatchObject({ outcome: "failed", extendedErrors: [6], failure: { code: "SERVFAIL" } });
    expect(answer.failure?.text).toBe(`${bogus.server} answered SERVFAIL (extended error 6)`);
  });

  test("asks with DO, AD and 1232 octets, and with another id each time", async () => {
    const ids = new Set<number>();
    const fake = await server({
      misbehave: ({ request }) => {
        ids.add(request.header.id);
        const [opt] = request.additionals;
        expect(request.header).toMatchObject({ rd: 1, ad: 1, cd: 0 });
        expect(opt).toMatchObject({ class: 1232, doFlag: true });
        return undefined;
      },
    });
    const { ask } = resolver([fake.server]);
    for (let count = 0; count < 20; count++) expect((await ask("example.com", "MX")).outcome).toBe("records");
    expect(ids.size).toBeGreaterThan(15);
  });

  test("many questions at once get their own answers", async () => {
    const hosts = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`h${index}.example.com`, { TXT: [`t${index}`] }]),
    );
    const { ask } = resolver([(await server({}, hosts)).server], { timeoutMs: 5_000 });
    const answers = await Promise.all(Object.keys(hosts).map((name) => ask(name, "TXT")));
    expect(answers.map(({ records }) => records[0]?.[0])).toEqual(Array.from({ length: 100 }, (_, index) => `t${index}`));
  });

  test("asks an IPv6 server", async () => {
    const fake = await server({ address: "::1" });
    expect(fake.server).toMatch(/^\[::1\]:\d+$/);
    expect(await resolver([fake.server]).ask("example.com", "MX")).toMatchObject({ outcome: "records", server: fake.server });
  });

  test("goes to TCP for a truncated answer", async () => {
    const fake = await server();
    const answer = await resolver([fake.server]).ask("big.example.com", "TXT");
    expect(answer.records).toHaveLength(60);
    expect(fake.calls).toEqual(["TXT big.example.com", "TXT big.example.com tcp"]);
    const forced = await server(bad("truncate"));
    expect((await resolver([forced.server]).ask("example.com", "MX")).records).toHaveLength(2);
  });

  test.each([
    ["silence over TCP", bad("truncate", "silence", "truncate", "silence"), "TIMEOUT"],
    ["an answer cut short over TCP", bad("truncate", { cutAfter: 20 }), "BADRESP"],
    ["a wrong id over TCP", bad("truncate", "wrong-id"), "BADRESP"],
    ["a wrong question over TCP", bad("truncate", "wrong-question"), "BADRESP"],
    ["a wrong id", { misbehave: () => "wrong-id" }, "BADRESP"],
    ["a wrong question", { misbehave: () => "wrong-question" }, "BADRESP"],
    ["noise", bad({ raw: Buffer.from("220 mx ESMTP, not a name server") }), "BADRESP"],
    ["a header alone that says it has records", bad({ raw: Buffer.from([0, 0, 0x81, 0x80, 0, 0, 1, 0, 0, 0, 0, 0]) }), "BADRESP"],
    ["a referral", bad("referral"), "OTHER"],
    ["REFUSED", bad("REFUSED"), "REFUSED"],
    ["NOTIMP", bad("NOTIMP"), "NOTIMP"],
    ["silence", bad("silence", "silence"), "TIMEOUT"],
  ] as [string, FakeDnsOptions, string][])("%s is a failure, never an answer", async (_what, options, code) => {
    const answer = await resolver([(await server(options)).server], { timeoutMs: 120 }).ask("example.com", "MX");
    expect({ outcome: answer.outcome, code: answer.failure?.code, records: answer.records }).toEqual({
      outcome: "failed",
      code,
      records: [],
    });
  });

  test("a port where nobody listens is NETWORK, at once", async () => {
    const fake = await server();
    await fake.close();
    running.length = 0;
    const started = performance.now();
    const answer = await resolver([fake.server], { timeoutMs: 5_000 }).ask("example.com", "MX");
    expect(answer.failure).toEqual({ code: "NETWORK", text: `${fake.server} cannot be reached: ECONNREFUSED` });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test("a server without EDNS is asked without", async () => {
    const fake = await server({ misbehave: () => "no-edns" });
    expect((await resolver([fake.server]).ask("example.com", "MX")).records).toHaveLength(2);
  });

  test("follows an alias that the server leaves to the asker, within a bound", async () => {
    const fake = await server({ aliasesOnly: true });
    const { ask } = resolver([fake.server]);
    expect(await ask("alias.example.com", "A")).toMatchObject({
      outcome: "records",
      records: ["203.0.113.1", "203.0.113.2"],
      aliases: ["second.example.com", "mx1.example.com"],
    });
    expect((await ask("dangling.example.com", "A")).outcome).toBe("nxdomain");
    fake.calls.length = 0;
    expect((await ask("loop.example.com", "A")).failure?.code).toBe("BADRESP");
    expect(fake.calls.length).toBeLessThanOrEqual(maxAliases + 1);
  });
});

/** A name server in a thread of its own, which answers while our loop stands still: NXDOMAIN to everything. */
const ownThread = `
  const { createSocket } = require("node:dgram");
  const { parentPort } = require("node:worker_threads");
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    query[2] |= 0x80;
    query[3] = 0x83;
    setTimeout(() => socket.send(query, from.port, from.address), 50);
  });
  socket.bind(0, "127.0.0.1", () => parentPort.postMessage(socket.address().port));
`;

test("an answer that came while our own loop stood still is no time-out", async () => {
  const worker = new Worker(ownThread, { eval: true });
  running.push({ close: () => worker.terminate() });
  const port = await new Promise((resolve) => void worker.once("message", resolve));
  const { ask } = resolver([`127.0.0.1:${String(port)}`], { timeoutMs: 200, tries: 1 });
  expect((await ask("example.com", "MX")).outcome).toBe("nxdomain");
  const waiting = ask("example.com", "MX");
  // After the question has left, and right before the loop looks at its timers.
  await new Promise((resolve) => setTimeout(() => setImmediate(resolve), 10));
  for (const end = performance.now() + 400; performance.now() < end;);
  expect((await waiting).outcome).toBe("nxdomain");
});

describe("createResolver() with several servers", () => {
  test.each(["SERVFAIL", "REFUSED", "silence", "wrong-question", "referral"] as const)(
    "%s of the first does not win: the next is asked",
    async (how) => {
      const first = await server({ misbehave: () => how });
      const second = await server();
      const answer = await resolver([first.server, second.server], { timeoutMs: 150 }).ask("example.com", "MX");
      expect(answer).toMatchObject({ outcome: "records", server: second.server });
    },
  );

  test("the order counts, not the speed", async () => {
    const slow = await server(bad({ afterMs: 100 }));
    const liar = await server({}, {});
    expect(await resolver([slow.server, liar.server]).ask("example.com", "MX")).toMatchObject({
      outcome: "records",
      server: slow.server,
    });
    expect(liar.calls).toEqual([]);
  });

  test("where all fail it says so, and tells what was said before what was silent", async () => {
    const silent = await server({ misbehave: () => "silence" });
    const broken = await server({ misbehave: () => "SERVFAIL" });
    const answer = await resolver([silent.server, broken.server], { timeoutMs: 100 }).ask("example.com", "MX");
    expect(answer).toMatchObject({ outcome: "failed", server: broken.server });
    expect(answer.failure).toEqual({
      code: "SERVFAIL",
      text: `${silent.server} did not answer within 100 ms; ${broken.server} answered SERVFAIL`,
    });
    expect(silent.calls).toHaveLength(2);
    expect(broken.calls).toHaveLength(1);
  });

  test("a lost question is asked again, whatever comes late for others, or is an answer to something else", async () => {
    const hosts = Array.from({ length: 24 }, (_, index) => `h${index}.example.com`);
    let asked = 0;
    const fake = await server(
      {
        misbehave: ({ name }) => {
          if (name === "lost.example.com") return asked++ === 0 ? "silence" : undefined;
          return name.startsWith("h1") ? "wrong-question" : { afterMs: 250 };
        },
      },
      { "lost.example.com": { A: ["203.0.113.1"] } },
    );
    const { ask } = resolver([fake.server], { timeoutMs: 200, tries: 2 });
    const others = hosts.map((host) => ask(host, "A"));
    await sleep(100);
    // The late answers come while this one waits, on each of the few ports that all share.
    expect(await ask("lost.example.com", "A")).toMatchObject({ outcome: "records", records: ["203.0.113.1"] });
    const codes = (await Promise.all(others)).map(({ name, failure }) => [name.startsWith("h1"), failure?.code]);
    expect(codes.every(([wrong, code]) => code === (wrong ? "BADRESP" : "TIMEOUT"))).toBe(true);
  });

  test("a silent server is asked again", async () => {
    const fake = await server(bad("silence"));
    expect((await resolver([fake.server], { timeoutMs: 100 }).ask("example.com", "MX")).outcome).toBe("records");
    expect(fake.calls).toHaveLength(2);
  });

  test("one named server is asked alone, with rd=0 and CD where that is wanted", async () => {
    const usual = await server();
    const named = await server({
      misbehave: ({ request }) => {
        expect(request.header).toMatchObject({ rd: 0, cd: 1 });
        return undefined;
      },
    });
    const { ask } = resolver([usual.server]);
    const answer = await ask("example.com", "MX", { server: named.server, recurse: false, checkingDisabled: true });
    expect(answer.server).toBe(named.server);
    expect(usual.calls).toEqual([]);
    expect((await ask("example.com", "MX", { server: "ns1" })).failure?.code).toBe("OTHER");
  });
});

describe("a referral", () => {
  test("names the servers of the zone that was given away, and their addresses", async () => {
    const parent = await server({
      authoritative: true,
      delegates: { "given.example": { "ns1.given.example": ["192.0.2.7", "2001:db8::7"], "NS2.elsewhere.example": [] } },
    });
    const { ask } = resolver([parent.server]);
    const answer = await ask("www.given.example", "A", { server: parent.server, recurse: false });
    expect(answer.outcome).toBe("failed");
    expect(answer.referral).toEqual({
      zone: "given.example",
      servers: ["ns1.given.example", "ns2.elsewhere.example"],
      addresses: new Map([["ns1.given.example", ["192.0.2.7", "2001:db8::7"]]]),
    });
    expect((await ask("example.com", "MX", { server: parent.server, recurse: false })).referral).toBeUndefined();
  });
});

describe("createResolver() when it is told to stop", () => {
  test("rejects with the signal's reason, before, during and after", async () => {
    const fake = await server({ misbehave: () => "silence" });
    const { ask } = resolver([fake.server], { timeoutMs: 5_000 });
    await expect(ask("example.com", "MX", { signal: AbortSignal.abort(new Error("too late")) })).rejects.toThrow("too late");
    const controller = new AbortController();
    const waiting = ask("example.com", "MX", { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("stopped")), 30);
    const started = performance.now();
    await expect(waiting).rejects.toThrow("stopped");
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  test("close() ends what waits, as a failure", async () => {
    const fake = await server({ misbehave: () => "silence" });
    const { ask, close } = resolver([fake.server], { timeoutMs: 5_000, tries: 1 });
    setTimeout(close, 30);
    expect((await ask("example.com", "MX")).failure?.code).toBe("NETWORK");
  });
});

describe("resolve()", () => {
  test("keeps the contract of dns.promises.resolve", async () => {
    const { resolve } = resolver([(await server()).server], { tries: 1, timeoutMs: 100 });
    expect(await resolve("example.com", "MX")).toHaveLength(2);
    await expect(resolve("none.example.com", "MX")).rejects.toMatchObject({ code: "ENOTFOUND", hostname: "none.example.com" });
    await expect(resolve("mx1.example.com", "MX")).rejects.toMatchObject({ code: "ENODATA" });
    await expect(resolve("servfail.example.com", "MX")).rejects.toMatchObject({ code: "ESERVFAIL" });
    await expect(resolve("refused.example.com", "MX")).rejects.toMatchObject({ code: "EREFUSED" });
    await expect(resolve("slow.example.com", "MX")).rejects.toMatchObject({ code: "ETIMEOUT" });
    await expect(resolve("broken.example.com", "MX")).rejects.toMatchObject({ code: "EBADRESP" });
  });
});
