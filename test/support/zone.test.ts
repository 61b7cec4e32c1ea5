import { describe, expect, test } from "vitest";
import { createZone } from "./zone.ts";

const zone = {
  "example.com": { MX: ["10 mx1.example.com.", { priority: 20, exchange: "mx2.example.com" }], TXT: ["x".repeat(300)] },
  "deep.below.example.com": { A: ["203.0.113.9"] },
  "alias.example.com": { CNAME: "mx1.example.com" },
  "mx1.example.com": { A: ["203.0.113.1"], AAAA: "SERVFAIL" as const, ttl: 60 },
  "loop.example.com": { CNAME: "loop.example.com" },
  "*.wild.example.com": { TXT: ["anything"] },
  "slow.example.com": "TIMEOUT" as const,
  "hidden.example.com": "DISAGREE" as const,
  "_25._tcp.mx1.example.com": { TLSA: ["3 1 1 d2ab"] },
  "例子.example.com": { A: ["203.0.113.3"] },
};

describe("createZone()", () => {
  test.each([
    ["example.com", "MX", "records"],
    ["EXAMPLE.com.", "MX", "records"],
    ["example.com", "A", "nodata"],
    ["nothing.example.com", "A", "nxdomain"],
    ["below.example.com", "A", "nodata"],
    ["alias.example.com", "A", "records"],
    ["alias.example.com", "MX", "nodata"],
    ["mx1.example.com", "AAAA", "SERVFAIL"],
    ["loop.example.com", "A", "BADRESP"],
    ["any.wild.example.com", "TXT", "records"],
    ["wild.example.com", "TXT", "nodata"],
    ["slow.example.com", "TXT", "TIMEOUT"],
    ["a..b", "TXT", "OTHER"],
    ["例子.example.com", "A", "records"],
    ["xn--fsqu00a.example.com", "A", "records"],
  ] as const)("answers %s %s with %s", async (name, type, outcome) => {
    const answer = await createZone(zone).ask(name, type);
    expect(answer.failure?.code ?? answer.outcome).toBe(outcome);
  });

  test("gives records their shape, follows aliases and keeps a trail", async () => {
    const { ask, resolve, calls } = createZone(zone);
    expect((await ask("example.com", "MX")).records).toEqual([
      { priority: 10, exchange: "mx1.example.com" },
      { priority: 20, exchange: "mx2.example.com" },
    ]);
    expect((await ask("alias.example.com", "A")).aliases).toEqual(["mx1.example.com"]);
    expect((await ask("_25._tcp.mx1.example.com", "TLSA", { server: "192.0.2.1" })).records[0]).toEqual(
      Uint8Array.of(3, 1, 1, 0xd2, 0xab),
    );
    expect((await resolve("example.com", "TXT"))[0]?.map((part) => part.length)).toEqual([255, 45]);
    await expect(resolve("slow.example.com", "A")).rejects.toMatchObject({ code: "ETIMEOUT" });
    await expect(resolve("none.example.com", "A")).rejects.toMatchObject({ code: "ENOTFOUND" });
    expect(calls).toEqual([
      "MX example.com",
      "A alias.example.com",
      "TLSA _25._tcp.mx1.example.com @192.0.2.1",
      "TXT example.com",
      "A slow.example.com",
      "A none.example.com",
    ]);
  });

  test("a negative answer that the zone's servers deny fails once it must be confirmed", async () => {
    const { ask } = createZone(zone);
    expect((await ask("hidden.example.com", "A")).outcome).toBe("nodata");
    expect((await ask("hidden.example.com", "A", { confirm: true })).failure?.code).toBe("DISAGREE");
    expect((await ask("nothing.example.com", "A", { confirm: true })).confirmedBy).toBe("192.0.2.54:53");
  });

  test("throws for an aborted signal only", async () => {
    await expect(createZone(zone).ask("example.com", "A", { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});
