// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import portReachability from "../../checks/port-reachability.ts";
import { type Dial, DialError, type DialOptions } from "../../src/model/connection.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { startFullQueue } from "../support/full-queue.ts";
import { type LineClient, startLineServer } from "../support/line-server.ts";
import { certificate, mailHost, reaching } from "../support/mail-world.ts";
import type { Zone } from "../support/zone.ts";

const others = { one: "imap.other.test", two: "mail.another.test" };
const zone: Zone = {
  [mailHost]: { A: ["127.0.0.1"] },
  [others.one]: { A: ["127.0.0.2"] },
  [others.two]: { A: ["127.0.0.3"] },
};
const limits = { connect: 0.5, answer: 0.6 };

/** What is behind a port: nobody, a drop, a mail server (TLS or greeting), one that says something else, or nothing at all. */
type Behind = "closed" | "silent" | "tls" | "greets" | "web page" | "mute";

interface Network {
  /** Port ▶ what is behind it, at the host itself and at the two others. */
  readonly host: Readonly<Record<number, Behind>>;
  readonly one?: Readonly<Record<number, Behind>>;
  readonly two?: Readonly<Record<number, Behind>>;
  /** Names that are not in the DNS. */
  readonly without?: readonly string[];
  readonly options?: object;
}

const say =
  (line: string | undefined) =>
  async (client: LineClient): Promise<void> => {
    if (line !== undefined) client.send(line);
    await client.line();
  };

/**
 * Real servers at ports of their own stand for those below 1024: the dial of the run takes each connection to the server that is
 * behind its host and port, and nothing else is changed.
 */
async function network({ host, one = {}, two = {}, without = [], options = {} }: Network) {
  const closers: (() => Promise<void>)[] = [];
  const behind = new Map<string, { readonly address: string; readonly port: number }>();
  const asked: string[] = [];
  for (const [name, ports] of Object.entries({ [mailHost]: host, [others.one]: one, [others.two]: two })) {
    for (const [port, what] of Object.entries(ports)) behind.set(`${name}:${port}`, await start(what, closers));
  }
  const known = Object.fromEntries(Object.entries(zone).filter(([name]) => !without.includes(name)));
  const { dial, ...ctx } = await reaching(known);
  const through: Dial = (wanted: DialOptions, signal) => {
    if (dial === undefined) throw new Error("no dial");
    asked.push(`${wanted.host}:${wanted.port}`);
    const place = behind.get(`${wanted.host}:${wanted.port}`);
    return dial({ ...wanted, ...(place && !without.includes(wanted.host) ? place : { port: 9 }) }, signal);
  };
  return {
    options: { host: mailHost, limits, control: [`${others.one}:993`, `${others.two}:993`, `${others.one}:465`], ...options },
    ctx: { ...ctx, dial: through },
    asked,
    close: () => Promise.all(closers.map((close) => close())),
  };
}

async function start(what: Behind, closers: (() => Promise<void>)[]) {
  if (what === "closed") return { address: "127.0.0.1", port: 9 };
  if (what === "silent") {
    const queue = await startFullQueue();
    closers.push(queue.close);
    return { address: "127.0.0.1", port: queue.port };
  }
  const lines = { tls: undefined, mute: undefined, greets: "220 mail.example.test ESMTP", "web page": "HTTP/1.1 403 Forbidden" };
  const tls = what === "tls" ? { certificate: await certificate("selfSigned"), implicit: true } : {};
  const server = await startLineServer(say(lines[what]), tls);
  closers.push(() => server.close());
  return { address: server.host, port: server.port };
}

const on = (
  about: Network,
  status: CheckCase["status"],
  findings: readonly string[],
  more: Partial<CheckCase> = {},
): CheckCase => ({ world: () => network(about), status, findings, ...more });

const ours = { host: { 25: "greets", 465: "tls", 587: "greets", 993: "tls", 995: "tls" } } as const;
const refusing =
  (failure: "unreachable", code: string): Dial =>
  () =>
    Promise.reject(new DialError(`connect 127.0.0.1:993: ${code}`, { phase: "connect", failure, code, remote: "127.0.0.1:993" }));

testCheck(portReachability, {
  "all five answer": on(ours, "ok", [], {
    also: ({ metrics }, { memory }) => {
      expect(metrics["answering"]).toBe(5);
      expect(memory).toEqual({ answered: [25, 465, 587, 993, 995] });
    },
  }),
  "what a host never offered is not missed": on({ host: { 465: "silent", 993: "tls", 587: "closed" } }, "ok", []),
  "a port that had answered and is silent, at others too: our firewall": on(
    { host: { 465: "tls", 993: "silent" }, one: { 993: "silent" }, two: { 993: "closed" } },
    "warning",
    ["port-blocked"],
    {
      memory: { answered: [465, 993] },
      also: ({ findings }) => {
        expect(findings[0]?.data).toMatchObject({ ports: "993", count: 2 });
        expect(findings[0]?.data["reason"]).toContain("nothing for 0.5 s");
      },
    },
  ),
  "all ports silent, at others too: our firewall, and not the provider": on(
    {
      host: { 465: "silent", 993: "silent" },
      one: { 465: "silent", 993: "silent" },
      two: { 993: "silent" },
      options: { ports: [465, 993] },
    },
    "warning",
    ["port-blocked"],
  ),
  "a firewall that takes the connection and keeps silent": on(
    { host: { 587: "mute", 993: "tls" }, one: { 587: "mute" }, options: { ports: [587, 993], control: [`${others.one}:587`] } },
    "warning",
    ["port-blocked"],
  ),
  "a firewall that shows a page of its own": on(
    {
      host: { 587: "web page", 993: "tls" },
      one: { 587: "web page" },
      options: { ports: [587], control: [`${others.one}:587`] },
    },
    "warning",
    ["port-blocked"],
  ),
  "the page of a firewall is an answer where a connection is enough": on(
    { host: { 587: "web page" }, options: { ports: [587], tls: false } },
    "ok",
    [],
  ),
  "a silent port, and nobody to compare with": on(
    { host: { 465: "silent", 993: "tls" }, options: { ports: [465, 993], control: [] } },
    "warning",
    ["port-silent"],
    { also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ ports: "465", open: "993" }) },
  ),
  "a port that answers elsewhere": on(
    { host: { 465: "tls", 993: "closed" }, one: { 993: "tls" }, options: { ports: [465, 993] } },
    "warning",
    ["port-closed"],
    { also: ({ findings }) => expect(findings[0]?.data["control"]).toBe(`${others.one}:993`) },
  ),
  "nothing answers, others do: the host is down": on(
    { host: { 465: "silent", 993: "silent" }, one: { 465: "tls" }, two: { 993: "tls" }, options: { ports: [465, 993] } },
    "critical",
    ["host-silent"],
  ),
  "nothing answers on the first look, at ports nobody named": on(
    { host: { 993: "silent" }, two: { 993: "tls" }, options: { control: [`${others.two}:993`] } },
    "critical",
    ["host-silent"],
  ),
  "nothing answers, and nobody to compare with": on(
    { host: { 993: "silent" }, options: { ports: [993], control: [] } },
    "unknown",
    ["ports-unjudged"],
  ),
  "one to compare with that is of the same operator": on(
    { host: { 993: "silent" }, options: { ports: [993], control: ["imap.example.test:993"] } },
    "unknown",
    ["ports-unjudged"],
  ),
  "one to compare with that is not to be found": on(
    { host: { 993: "silent" }, without: [others.one, others.two], options: { ports: [993] } },
    "unknown",
    ["ports-unjudged"],
  ),
  "port 25 alone": on({ host: { 25: "silent", 465: "tls" }, options: { ports: [25, 465] } }, "ok", ["port25-silent"]),
  "nobody is asked for comparison while all is well": {
    world: async () => {
      const world = await network(ours);
      const close = async (): Promise<void> => {
        await world.close();
        expect(world.asked.every((target) => target.startsWith(`${mailHost}:`))).toBe(true);
      };
      return { ...world, close };
    },
    status: "ok",
    findings: [],
  },
  "the way to it is known to be blocked": on(
    { host: { 993: "silent" }, one: { 993: "tls" }, options: { ports: [993], blockedInChina: true } },
    "unknown",
    ["path-blocked"],
  ),
  "the name does not exist": on({ host: {}, without: [mailHost] }, "critical", ["name-not-found"]),
  "the name has no address": {
    world: async () => ({ options: { host: mailHost, limits }, ctx: await reaching({ [mailHost]: { TXT: ["here"] } }) }),
    status: "critical",
    findings: ["no-address"],
  },
  "the name cannot be looked up": {
    world: async () => ({ options: { host: mailHost, limits }, ctx: await reaching({ [mailHost]: "SERVFAIL" }) }),
    status: "unknown",
    findings: ["name-unresolved"],
  },
  "no way from here": {
    options: { host: mailHost, limits },
    world: () => Promise.resolve({ ctx: { dial: refusing("unreachable", "ENETUNREACH") } }),
    status: "unknown",
    findings: ["no-route"],
  },
});

test("port-reachability takes host:port for comparison, and at most ten ports", () => {
  const given = (more: object) => portReachability.options.safeParse({ host: mailHost, ...more });
  expect(given({ control: ["imap.qq.com"] }).error?.issues[0]?.message).toBe(
    "must be a host and a port, such as imap.qq.com:993",
  );
  expect(given({ ports: Array.from({ length: 11 }, (_, i) => i + 1) }).success).toBe(false);
  const { control } = portReachability.options.parse({ host: mailHost });
  for (const port of [465, 587, 993, 995]) {
    expect(control.filter((target) => target.endsWith(`:${port}`)).length, String(port)).toBeGreaterThanOrEqual(3);
  }
});
