import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { createBudget } from "../../src/cli/audit-budget.ts";
import { memoAsk } from "../../src/cli/audit-world.ts";
import { createDial } from "../../src/net/dial.ts";
import { createResolver } from "../../src/net/dns.ts";
import { startFakeDns } from "../support/fake-dns.ts";
import { startLineServer } from "../support/line-server.ts";
import { createZone } from "../support/zone.ts";

const plenty = { ms: 20_000, questions: 1_000, octets: 1_000_000, connections: 100 };
const open: { close: () => unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function world(limits: Partial<typeof plenty>, aliases = 0) {
  const chain = Array.from({ length: aliases }, (_, i) => [`a${i}.test`, { CNAME: `a${i + 1}.test` }] as const);
  const end = { [`a${aliases}.test`]: { TXT: ["x".repeat(2_000)] } };
  const dns = await startFakeDns({ ...Object.fromEntries(chain), ...end }, { aliasesOnly: true });
  const resolver = createResolver({ servers: [dns.server], timeoutMs: 2_000 });
  open.push(dns, resolver);
  const budget = createBudget({ ...plenty, ...limits });
  return { dns, budget, ask: memoAsk(resolver.askMetered(budget.meter), budget.signal) };
}

test("createBudget() counts what leaves: aliases and answers over TCP too, and a repeated question once", async () => {
  const { dns, budget, ask } = await world({}, 5);
  await ask("a0.test", "TXT");
  await ask("a0.test", "TXT");
  expect(dns.calls).toEqual([...Array.from({ length: 6 }, (_, i) => `TXT a${i}.test`), "TXT a5.test tcp"]);
  expect(budget.spent().questions).toBe(7);
  expect(budget.spent().octets).toBeGreaterThan(2_000);
  expect(budget.signal.aborted).toBe(false);
});

test("createBudget() ends everything at the limit of questions, and not one more leaves", async () => {
  const { dns, budget, ask } = await world({ questions: 4 }, 5);
  await expect(ask("a0.test", "TXT")).rejects.toThrow("more than 4 questions");
  await expect(ask("other.test", "TXT")).rejects.toThrow("more than 4 questions");
  expect(dns.calls).toHaveLength(4);
  expect([budget.signal.aborted, budget.isOverspent()]).toEqual([true, true]);
});

test("createBudget() ends at the limit of octets", async () => {
  const { budget, ask } = await world({ octets: 1_500 });
  await expect(ask("a0.test", "TXT")).rejects.toThrow("more than 1500 octets");
  expect(budget.isOverspent()).toBe(true);
});

test("createBudget() ends at the limit of connections", async () => {
  const server = await startLineServer(() => Promise.resolve());
  open.push(server);
  const budget = createBudget({ ...plenty, connections: 2 });
  const dial = budget.dialWithin(createDial({ ask: createZone({}).ask, extraAuthorities: [] }));
  const connect = () => dial({ host: server.host, port: server.port, tls: "none" }, budget.signal);
  open.push(await connect(), await connect());
  await expect(connect()).rejects.toThrow("more than 2 connections");
  expect(server.clients().all).toBe(2);
});

test("createBudget() ends after its time, which is no overspending", async () => {
  const budget = createBudget({ ...plenty, ms: 30 });
  await once(budget.signal, "abort");
  expect(budget.isOverspent()).toBe(false);
});
