// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import port25 from "../../checks/port25.ts";
import { createDial } from "../../src/net/dial.ts";
import { testCheck } from "../support/check-tester.ts";
import { type LineClient, startLineServer } from "../support/line-server.ts";
import { createZone } from "../support/zone.ts";

const dial = createDial({ ask: createZone({}).ask, extraAuthorities: [] });
const greeting =
  (line: string) =>
  async (client: LineClient): Promise<void> => {
    client.send(line);
    await client.line();
  };

/** Control hosts that do as their scripts say. */
async function hosts(...scripts: readonly ((client: LineClient) => Promise<void>)[]) {
  const servers = await Promise.all(scripts.map((script) => startLineServer(script)));
  return {
    servers,
    options: { hosts: servers.map(({ host, port }) => `${host}:${port}`) },
    ctx: { dial },
    close: () => Promise.all(servers.map((server) => server.close())),
  };
}

testCheck(port25, {
  "MX-21 a control host greets": {
    world: () => hosts(greeting("220 mx.example.com ESMTP")),
    status: "ok",
    findings: [],
    also: ({ metrics, evidence }) => {
      expect(metrics["greeting"]).toBeLessThan(5);
      expect(evidence[0]).toMatch(/220 mx\.example\.com ESMTP$/);
    },
  },
  "MX-21 a control host that turns us away is there all the same": {
    world: () => hosts(greeting("554 no service for you")),
    status: "ok",
    findings: [],
  },
  "MX-21 one of two greets, the other keeps silent": {
    world: () => hosts(() => new Promise(() => undefined), greeting("220 mx.example.com")),
    status: "ok",
    findings: [],
    also: ({ durationMs }) => expect(durationMs).toBeLessThan(3_000),
  },
  "MX-21 a firewall that takes the connection itself": {
    world: () => hosts(greeting("HTTP/1.1 403 Forbidden")),
    status: "warning",
    findings: ["port25-blocked"],
  },
  "MX-21 nobody listens": {
    options: { hosts: ["127.0.0.1:9", "127.0.0.2:9"] },
    world: () => Promise.resolve({ ctx: { dial } }),
    status: "warning",
    findings: ["port25-blocked"],
    also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ count: 2 }),
  },
});

test("port25 takes a name, an address and a port, and refuses what is no host", () => {
  const parsed = port25.options.safeParse({ hosts: ["mx.example.com", "192.0.2.1:2525", "[2001:db8::1]:25", "[2001:db8::1]"] });
  expect(parsed.success).toBe(true);
  for (const bad of ["", "mx example", "mx.example.com:0", "mx.example.com:99999", "2001:db8::1"])
    expect(port25.options.safeParse({ hosts: [bad] }).success).toBe(false);
  expect(port25.target(port25.options.parse({}))).toBe("mx3.qq.com +3");
});
