// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import clock from "../../checks/clock.ts";
import { createDial } from "../../src/net/dial.ts";
import { createAuthority } from "../support/certificates.ts";
import { testCheck, testNow } from "../support/check-tester.ts";
import { createZone } from "../support/zone.ts";

const dial = createDial({ ask: createZone({}).ask, extraAuthorities: [] });
const minute = 60_000;

/** One web server for each offset of its clock to ours (ms); a text is its Date header as it is; undefined: nobody listens. */
async function world(...hosts: (number | string | undefined)[]) {
  const servers = await Promise.all(hosts.map((host) => serve(host)));
  return {
    options: { hosts: servers.map(({ url }) => url) },
    ctx: { dial },
    close: () => Promise.all(servers.map(({ close }) => close())),
  };
}

async function serve(host: number | string | undefined, headers: Record<string, string> = {}, tls = false) {
  const answer: RequestListener = (request, response) => {
    expect(request.method).toBe("HEAD");
    expect(request.headers.cookie ?? request.headers.authorization).toBeUndefined();
    response.sendDate = false;
    const date = typeof host === "number" ? new Date(testNow + host).toUTCString() : (host ?? "");
    response.writeHead(200, { ...headers, date }).end();
  };
  const issued = tls ? await (await createAuthority()).issueExpired({ names: ["localhost"] }) : undefined;
  const server = issued ? createTlsServer({ cert: issued.certPem, key: issued.keyPem }, answer) : createServer(answer);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<unknown> => new Promise((resolve) => void server.close(resolve));
  if (host === undefined) await close();
  return { url: `${tls ? "https" : "http"}://127.0.0.1:${port}/`, close: host === undefined ? () => Promise.resolve() : close };
}

const remembered = (wall: number, monotonic: number) => ({
  origin: performance.timeOrigin,
  wall: testNow - wall,
  monotonic: performance.now() - monotonic,
});

testCheck(clock, {
  "three hosts agree with us": {
    now: testNow,
    world: () => world(0, -1_000, 1_000),
    status: "ok",
    findings: [],
    also: ({ metrics }) => expect(Math.abs(metrics["offset"] ?? 99)).toBeLessThan(2.5),
  },
  "we are ten seconds slow": {
    world: () => world(10_000, 10_000, undefined),
    status: "warning",
    findings: ["clock-off"],
    also: ({ findings, metrics }) => {
      expect(findings[0]?.data["count"]).toBe(2);
      expect(findings[0]?.data["offset"]).toMatch(/^-1[01](\.\d)? s$/);
      expect(metrics["offset"]).toBeLessThan(-9);
    },
  },
  "we are two hours fast": {
    world: () => world(-120 * minute, -120 * minute, -120 * minute),
    status: "critical",
    findings: ["clock-wrong"],
    also: ({ findings }) => expect(findings[0]?.data["offset"]).toMatch(/^\+(7199|7200) s$/),
  },
  "one wrong host among good ones is outvoted": { world: () => world(0, 120 * minute, 0), status: "ok", findings: [] },
  "two pairs that disagree: the one near our clock counts": {
    world: () => world(120 * minute, 0, 120 * minute, 0),
    status: "ok",
    findings: [],
  },
  "one host alone agrees with us": { world: () => world(0, undefined), status: "ok", findings: [] },
  "one host alone disagrees": { world: () => world(10 * minute, undefined), status: "unknown", findings: ["clock-unknown"] },
  "no two agree, none with us": {
    world: () => world(10 * minute, 30 * minute, -10 * minute),
    status: "unknown",
    findings: ["clock-unknown"],
    also: ({ findings }) => expect(findings[0]?.data).toEqual({ answered: 3, count: 3 }),
  },
  "nobody answers": { world: () => world(undefined, undefined), status: "unknown", findings: ["clock-unknown"] },
  "dates that are none": { world: () => world("yesterday", ""), status: "unknown", findings: ["clock-unknown"] },
  "an answer from a cache is as old as it says": {
    world: async () => {
      const cached = await Promise.all([1, 2].map(() => serve(-10 * minute, { age: "600" })));
      return {
        options: { hosts: cached.map(({ url }) => url) },
        ctx: { dial },
        close: () => Promise.all(cached.map((one) => one.close())),
      };
    },
    status: "ok",
    findings: [],
  },
  "over TLS with a certificate that a wrong clock would refuse": {
    world: async () => {
      const { url, close } = await serve(0, {}, true);
      return { options: { hosts: [url] }, ctx: { dial }, close };
    },
    status: "ok",
    findings: [],
  },
  "the clock was set forward by an hour": {
    world: () => world(0, 0),
    memory: remembered(75 * minute, 15 * minute),
    status: "ok",
    findings: ["clock-jumped"],
    also: ({ findings }) => expect(findings[0]?.data["offset"]).toMatch(/^\+3(599|600) s$/),
  },
  "time went by as it should": {
    world: () => world(0, 0),
    memory: remembered(15 * minute, 15 * minute),
    status: "ok",
    findings: [],
    also: (_observation, { memory }) =>
      expect(memory).toMatchObject({ origin: performance.timeOrigin, wall: testNow, monotonic: expect.any(Number) }),
  },
  "another process remembered": {
    world: () => world(0, 0),
    memory: { ...remembered(75 * minute, 15 * minute), origin: 1 },
    status: "ok",
    findings: [],
  },
});

test("clock refuses what is no web address", () => {
  expect(clock.options.safeParse({ hosts: ["time.example.com"] }).error?.issues[0]?.message).toBe(
    "must be a web address, such as https://www.example.com/",
  );
  expect(clock.options.safeParse({ hosts: ["ftp://time.example.com/"] }).success).toBe(false);
  expect(clock.target(clock.options.parse({}))).toBe("www.aliyun.com +4");
});
