// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import ipv6 from "../../checks/ipv6.ts";
import { DialError } from "../../src/model/connection.ts";
import { createDial } from "../../src/net/dial.ts";
import { testCheck } from "../support/check-tester.ts";
import { startLineServer } from "../support/line-server.ts";
import { createZone } from "../support/zone.ts";

const dial = createDial({ ask: createZone({}).ask, extraAuthorities: [] });
const without = {
  ctx: {
    dial: () =>
      Promise.reject(
        new DialError("connect [::1]:9: network is unreachable (ENETUNREACH)", {
          phase: "connect",
          failure: "unreachable",
          code: "ENETUNREACH",
        }),
      ),
  },
};

testCheck(ipv6, {
  "MX-21 a target answers by IPv6": {
    world: async () => {
      const server = await startLineServer(() => Promise.resolve(), { host: "::1" });
      return { options: { targets: ["[::1]:9", `[::1]:${server.port}`] }, ctx: { dial }, close: () => server.close() };
    },
    status: "ok",
    findings: [],
    also: ({ metrics }) => expect(metrics["connect"]).toBeLessThan(5),
  },
  "MX-21 this machine has no IPv6": { world: () => Promise.resolve(without), status: "ok", findings: ["ipv6-none"] },
  "MX-21 it has, and nobody answers": {
    options: { targets: ["[::1]:9"] },
    world: () => Promise.resolve({ ctx: { dial } }),
    status: "warning",
    findings: ["ipv6-broken"],
  },
});

test("ipv6 refuses a target that is not of IPv6", () => {
  expect(ipv6.options.safeParse({ targets: ["192.0.2.1:443"] }).success).toBe(false);
  expect(ipv6.target(ipv6.options.parse({}))).toBe("[2400:3200::1]:443 +4");
});
