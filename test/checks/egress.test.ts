// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import egress from "../../checks/egress.ts";
import { createDial } from "../../src/net/dial.ts";
import { testCheck } from "../support/check-tester.ts";
import { createZone } from "../support/zone.ts";

const dial = createDial({ ask: createZone({}).ask, extraAuthorities: [] });

/** Somebody who listens at 127.0.0.1, or a port where nobody does any more. */
async function listener(keep: boolean): Promise<{ target: string; close: () => Promise<unknown> }> {
  const server = createServer((socket) => socket.on("error", () => {}).end());
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<unknown> => new Promise((resolve) => void server.close(resolve));
  if (!keep) await close();
  return { target: `127.0.0.1:${port}`, close: keep ? close : () => Promise.resolve() };
}

async function world(...keep: boolean[]) {
  const some = await Promise.all(keep.map(listener));
  const close = (): Promise<unknown> => Promise.all(some.map((one) => one.close()));
  return { options: { targets: some.map(({ target }) => target) }, ctx: { dial }, close };
}

testCheck(egress, {
  "every target answers": { world: () => world(true, true), status: "ok", findings: [] },
  "one of three answers": {
    world: () => world(false, false, true),
    status: "ok",
    findings: [],
    also: ({ metrics, evidence }) => {
      expect(metrics["connect"]).toBeLessThan(2);
      expect(evidence.at(-1)).toMatch(/accepted a connection$/);
    },
  },
  "one answers at once while another never does": {
    world: async () => {
      const { options, close } = await world(true);
      const silent: typeof dial = (where, signal) =>
        where.port === 9
          ? new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("given up"))))
          : dial(where, signal);
      return { options: { targets: ["127.0.0.1:9", ...options.targets] }, ctx: { dial: silent }, close };
    },
    status: "ok",
    findings: [],
    also: ({ durationMs }) => expect(durationMs).toBeLessThan(2_000),
  },
  "none answers": {
    world: () => world(false, false),
    status: "critical",
    findings: ["egress-down"],
    also: ({ findings }) => {
      expect(findings[0]?.data["count"]).toBe(2);
      expect(findings[0]?.data["reason"]).toContain("refused");
    },
  },
});

test("egress refuses a target without a port, and names its targets", () => {
  expect(egress.options.safeParse({ targets: ["192.0.2.1"] }).error?.issues[0]?.message).toBe(
    "must be an address and a port, such as 192.0.2.1:443",
  );
  expect(egress.target(egress.options.parse({ targets: ["[2001:db8::1]:53"] }))).toBe("[2001:db8::1]:53");
  expect(egress.target(egress.options.parse({}))).toBe("223.5.5.5:443 +4");
});
