import { describe, expect, test } from "vitest";
import { createDial } from "../../src/net/dial.ts";
import { askWhois } from "../../src/net/whois.ts";
import { type LineClient, startLineServer } from "../support/line-server.ts";
import { createZone } from "../support/zone.ts";

const host = "whois.registry.test";
const never = new AbortController().signal;

async function asking(script: (client: LineClient) => Promise<void>, signal = never, addresses = ["127.0.0.1"]) {
  const server = await startLineServer(script);
  const { ask } = createZone({ [host]: { A: addresses } });
  const dial = createDial({ ask, extraAuthorities: [] });
  const isPublic = (address: string): boolean => address === "127.0.0.1";
  try {
    return await askWhois({ ask, dial, isPublic }, { host, port: server.port, query: "firma.cn" }, signal);
  } finally {
    await server.close();
  }
}

describe("askWhois()", () => {
  test("sends one line and gives all lines, the last without its end too", async () => {
    const text = await asking(async (client) => {
      expect(await client.line()).toBe("firma.cn");
      client.send("Domain Name: firma.cn", Buffer.from("Expiration Time: 2027-03-17 12:20:05"));
      client.end();
    });
    expect(text.split("\n")).toEqual(["Domain Name: firma.cn", "Expiration Time: 2027-03-17 12:20:05"]);
  });

  test("stops reading at 2,000 lines of a server that never ends", async () => {
    const text = await asking(async (client) => {
      await client.line();
      for (let index = 0; index < 20_000; index++) client.send("more");
    });
    expect(text.split("\n")).toHaveLength(2_000);
  });

  test("stops reading at 256 KiB and a line", async () => {
    const text = await asking(async (client) => {
      await client.line();
      for (let index = 0; index < 40; index++) client.send("x".repeat(60_000));
    });
    expect(text.length).toBeLessThan(330_000);
  });

  test("a line without an end is a failure, not memory", async () => {
    const asked = asking(async (client) => {
      await client.line();
      client.send(Buffer.alloc(200_000, 120));
    });
    await expect(asked).rejects.toMatchObject({ name: "DialError", failure: "too-long" });
  });

  test("connects to no address that is not public", async () => {
    const asked = asking(() => Promise.reject(new Error("connected")), never, ["127.0.0.2", "10.0.0.1"]);
    await expect(asked).rejects.toMatchObject({ name: "DialError", failure: "no-address" });
  });

  test("ends with the run", async () => {
    const ending = new AbortController();
    const asked = asking(async (client) => {
      await client.line();
      ending.abort();
      await client.line();
    }, ending.signal);
    await expect(asked).rejects.toMatchObject({ name: "DialError", failure: "aborted" });
  });
});
