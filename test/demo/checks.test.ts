import { createHmac } from "node:crypto";
import { Socket as UdpSocket } from "node:dgram";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFile, writeFile } from "node:fs/promises";
import { Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { loadConfiguration } from "../../src/config/load.ts";
import { timetable } from "../../src/demo/faults.ts";
import type { FaultKind } from "../../src/demo/faults.ts";
import { findDependentRoutes } from "../../src/engine/independence.ts";
import { createLoopWatch } from "../../src/engine/loop-watch.ts";
import { runProbe } from "../../src/engine/run-probe.ts";
import type { Plan } from "../../src/model/config.ts";
import type { Json } from "../../src/model/json.ts";
import { createNet } from "../../src/net/world.ts";
import type { Net } from "../../src/net/world.ts";
import { loadChannels, loadChecks } from "../../src/plugins.ts";
import { openDemonstration } from "../support/demonstration.ts";
import type { OpenDemonstration } from "../support/demonstration.ts";
import { domainIds } from "../support/plan-folder.ts";

/** Where anything in this process wanted to connect to, by TCP or UDP, whether or not it could. */
const reached = new Set<string>();
// oxlint-disable-next-line typescript/unbound-method -- put back as it was, called with its own `this`
const connect = Socket.prototype.connect;
const onUdp = (message: unknown): void => {
  const socket = typeof message === "object" && message !== null && "socket" in message ? message.socket : undefined;
  if (socket instanceof UdpSocket) socket.on("connect", () => reached.add(socket.remoteAddress().address));
};
const target = z.union([z.tuple([z.object({ host: z.string() })], z.unknown()), z.object({ host: z.string() })]);

const checks = await loadChecks();
const loop = createLoopWatch();
let open: OpenDemonstration;
let plan: Plan;
let net: Net;

beforeAll(async () => {
  subscribe("udp.socket", onUdp);
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const { data } = target.safeParse(args[0]);
    if (data !== undefined) reached.add("host" in data ? data.host : data[0].host);
    return Reflect.apply(connect, this, args);
  };
  // So fast that a greylisted letter comes after 1.5 s.
  open = await openDemonstration(30);
  // No test waits for half a minute until a letter is late.
  const text = await readFile(open.demo.configurationFile, "utf8");
  await writeFile(open.demo.configurationFile, text.replaceAll("late_after: 30s", "late_after: 1s"));
  const loaded = await loadConfiguration(open.demo.configurationFile, {
    checks,
    channels: await loadChannels(),
    env: {},
    dependentRoutes: findDependentRoutes,
  });
  if ("errors" in loaded) throw new Error(JSON.stringify(loaded.errors));
  plan = loaded.plan;
  net = createNet(plan.settings);
});
afterEach(() => open.setClock(0));
afterAll(async () => {
  unsubscribe("udp.socket", onUdp);
  Socket.prototype.connect = connect;
  loop[Symbol.dispose]();
  net.close();
  await open[Symbol.asyncDispose]();
});

const memories = new Map<string, Json | undefined>();

/** What the probe of this id finds now, with what its last look left: `status: codes`. */
async function look(id: string): Promise<string> {
  const probe = plan.probes.find((one) => one.id === id);
  const check = checks.get(probe?.check ?? "");
  if (probe === undefined || check === undefined) throw new Error(`there is no probe ${id}`);
  const outcome = await runProbe(probe, check, {
    ...net.checkContext,
    now: Date.now,
    memory: memories.get(id),
    facts: () => [],
    previous: undefined,
    sign: (text) => createHmac("sha256", "test").update(text).digest("hex"),
    mask: (text) => text,
    loop,
    stopping: new AbortController().signal,
    lastAt: undefined,
  });
  if (outcome === undefined) throw new Error("the run was cut short");
  memories.set(id, outcome.memory);
  const { status, findings } = outcome.observation;
  // What is only good to know (one server, no IPv6) is true of the demonstration as well.
  const told = findings.filter(({ severity }) => severity !== "info");
  return [`${status}:`, ...told.map(({ code }) => code)].join(" ");
}

/** Sets the clock into the middle of a fault. */
function breakNow(kind: FaultKind): void {
  const fault = timetable.find((one) => one.kind === kind);
  if (fault === undefined) throw new Error(`${kind} is not on the timetable`);
  open.setClock((fault.from + fault.until) / 2);
}

describe("the demonstration, seen by the product's own checks", () => {
  test("plans every probe whose pace is written, and more than a dozen assets", () => {
    const planned = new Set(plan.probes.map(({ id }) => id));
    expect(Object.keys(open.configuration.probes).filter((id) => !planned.has(id))).toEqual([]);
    expect(plan.assets.length).toBeGreaterThanOrEqual(12);
  });

  test("is well but for the certificate of the webmail", async () => {
    const looked = await Promise.all(
      plan.probes
        .filter(({ check }) => check !== "mail-roundtrip")
        .map(async ({ id }) => [id.replace(/:\d+\//, "/"), await look(id)] as const),
    );
    expect(looked.filter(([, found]) => found !== "ok:")).toEqual([
      ["webmail.example.com/tls-certificate", "warning: certificate-expiring"],
    ]);
  });

  test("both domains have every probe of a mail domain, and none is switched off", () => {
    for (const domain of ["example.com", "example.net"])
      expect(plan.probes.filter(({ asset }) => asset === domain).map(({ id }) => id)).toEqual(domainIds(domain));
  });

  test("a record that is gone is confirmed by the name server of its zone", async () => {
    const answer = await net.ask("_bimi.example.com", "TXT", { confirm: true });
    expect(answer).toMatchObject({ outcome: "nxdomain", confirmedBy: plan.settings.dnsServers[0] });
  });

  test("stays on this machine whatever is looked at", async () => {
    await Promise.all(plan.probes.filter(({ check }) => check !== "mail-roundtrip").map(({ id }) => look(id)));
    expect(reached).toContain("127.0.0.1");
    expect([...reached].filter((address) => !address.startsWith("127."))).toEqual([]);
  });

  test("a private address of a mail server is what dns-mx alone tells", async () => {
    breakNow("mx-private");
    const ids = domainIds("example.net").filter((id) => !id.endsWith("/dns-mx"));
    // Nobody could knock at the door itself: that is not known, and no second fault.
    const wanted = ids.map((id) => (id.endsWith("/smtp-mx") ? "unknown: mx-none-tried" : "ok:"));
    expect(await Promise.all(ids.map(look))).toEqual(wanted);
  });

  test.each([
    ["login-unavailable", "info@example.com/imap-login", "critical: login-unavailable"],
    ["login-limit", "purchasing@example.com/imap-login", "warning: login-limited"],
    ["imap-bye", "factory@example.net/imap-login", "critical: greeting-refused"],
    ["imap-slow-greeting", "canary@partner.example/imap-login", "warning: greeting-late"],
    ["smtp-421", "factory@example.net/smtp-submission", "critical: greeting-refused"],
    ["mx-private", "example.net/dns-mx", "critical: mx-private-address"],
  ] as const)("%s is found by %s, and is over afterwards", async (kind, id, found) => {
    breakNow(kind);
    expect(await look(id)).toBe(found);
    open.setClock(0);
    expect(await look(id)).toBe("ok:");
  });

  test.each([
    [undefined, "ok:"],
    ["to-junk", "critical: delivered-to-junk"],
    ["greylisted", "warning: late"],
  ] as const)("a letter sent while %s comes back as %s", async (kind, found) => {
    const id =
      kind === "greylisted"
        ? "canary@partner.example~sales@example.com/mail-roundtrip"
        : "sales@example.com~canary@partner.example/mail-roundtrip";
    memories.delete(id);
    if (kind !== undefined) breakNow(kind);
    expect(await look(id)).toBe("unknown: not-there-yet");
    await expect.poll(() => look(id), { timeout: 8_000, interval: 200 }).toBe(found);
  });
});
