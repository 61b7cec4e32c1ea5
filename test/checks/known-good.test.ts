import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { domainChecks } from "../../src/config/domain-checks.ts";
import { loadProviders, recognisable } from "../../src/config/providers.ts";
import { runProbe, type RunOutcome, type RunWorld } from "../../src/engine/run-probe.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import type { Ask, DnsAnswer, DnsFailure, RecordType } from "../../src/model/dns.ts";
import { ownServer } from "../../src/model/provider.ts";
import { loadChecks } from "../../src/plugins.ts";
import { createResolver } from "../../src/net/dns.ts";
import { resolveBy } from "../../src/net/dns-resolve.ts";
import { probeOf, testNow, testWorld } from "../support/check-tester.ts";
import { type FakeDns, type FakeQuery, type Misbehaviour, startFakeDns } from "../support/fake-dns.ts";
import { type GoodDomain, goodDomain, nameServersOf, startGoodDomain } from "../support/good-domain.ts";
import { nameServers } from "../support/name-servers.ts";

/** F18: the record is there and was good. Whatever happens on the way to it says nothing about it. */
const checks = await loadChecks();
const watched = {
  name: goodDomain,
  receives: true,
  sends: true,
  mailboxes: true,
  provider: undefined,
  selectors: ["s1"],
  senders: [],
  caaHosts: [],
  expires: undefined,
};
const blocklists = { lists: [{ zone: "bl.test" }], builtIn: false, dqsKey: undefined };
const server = { host: "imap.good.test", port: 993, security: "tls" } as const;
const asked: readonly { readonly check: string; readonly options: object }[] = [
  ...domainChecks(watched, { providers: recognisable(loadProviders()), blocklists }),
  {
    check: "dns-provider",
    options: { domain: goodDomain, known: [], pinned: { provider: ownServer, imap: server, smtp: { ...server, port: 465 } } },
  },
].filter(({ check }) => check !== "domain-expiry");

/** How a question goes wrong: it fails, or it is denied by the resolver while a server of the zone has the record. */
const failures: readonly DnsFailure[] = ["SERVFAIL", "TIMEOUT", "REFUSED", "BADRESP", "NETWORK"];
const ways = [...failures, "nodata that a server of the zone denies", "nxdomain that a server of the zone denies"] as const;
type Way = (typeof ways)[number];

let good: GoodDomain;
/** A resolver over the wire; the servers of the zone are at the same port. */
let resolving: FakeDns;
const running = new AsyncDisposableStack();
beforeAll(async () => {
  good = running.use(await startGoodDomain());
  resolving = running.use(await startFakeDns(good.zone, { address: "127.0.95.52" }));
  for (const address of nameServersOf) {
    running.use(await startFakeDns(good.zone, { address, port: resolving.port, authoritative: true }));
  }
});
afterAll(() => running.disposeAsync());

const isFailure = (way: Way): way is DnsFailure => failures.some((code) => code === way);

function spoilt<T extends RecordType>(answer: DnsAnswer<T>, way: Way, confirm: boolean): DnsAnswer<T> {
  const nothing = { ...answer, records: [], authenticated: false, aliases: [] };
  if (!isFailure(way) && !confirm) return { ...nothing, outcome: way.startsWith("nodata") ? "nodata" : "nxdomain" };
  const code = isFailure(way) ? way : "DISAGREE";
  return { ...nothing, outcome: "failed", failure: { code, text: `made to fail (${code})` }, ttl: 0, server: "" };
}

/** Names that are made up anew for each run are one question. */
const keyOf = (type: string, name: string): string => `${type} ${name.replace(/^[0-9a-f]{16}\.invalid$/, "random.invalid")}`;

interface Before {
  readonly outcome: RunOutcome;
  readonly questions: readonly string[];
}

/** One run, which has what the one before left. */
async function runWith(check: AnyCheck, options: object, ask: Ask, before?: Before): Promise<RunOutcome> {
  const memory = before?.outcome.memory;
  const facts = (before?.outcome.facts ?? []).map((fact) => ({ ...fact, firstSeen: testNow, lastSeen: testNow }));
  const world: Partial<RunWorld> = {
    ...good.ctx,
    ask,
    resolve: resolveBy(ask),
    memory,
    facts: (kind) => facts.filter((fact) => fact.kind === kind),
    now: Date.now,
  };
  const outcome = await runProbe(probeOf(check, check.options.parse(options)), check, testWorld(world));
  if (!outcome) throw new Error("the run was cut short");
  return outcome;
}

/** The same by tables; `fails` says which questions to the resolver go wrong, and how. */
async function run(check: AnyCheck, options: object, before?: Before, fails?: (key: string) => Way | undefined): Promise<Before> {
  const { zone } = good;
  const both = Object.fromEntries(nameServersOf.map((address) => [address, { zone }]));
  const { ask: usual } = nameServers(zone, both);
  const questions = new Set<string>();
  const ask: Ask = async (name, type, asking = {}) => {
    const answer = await usual(name, type, asking);
    if (asking.server !== undefined) return answer;
    const key = keyOf(type, name.toLowerCase());
    questions.add(key);
    const way = fails?.(key);
    return way === undefined ? answer : spoilt(answer, way, asking.confirm === true);
  };
  const outcome = await runWith(check, options, ask, before);
  return { outcome, questions: [...questions] };
}

const told = ({ observation }: RunOutcome): readonly string[] =>
  observation.findings
    .filter(({ severity }) => severity === "warning" || severity === "critical")
    .map(({ code, severity }) => `${severity} ${code}`);

const garbage = Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 37) % 256));
/** Everything that it is asked. */
const wire: Readonly<Record<string, (query: FakeQuery) => Misbehaviour>> = {
  "answers SERVFAIL": () => "SERVFAIL",
  "answers REFUSED": () => "REFUSED",
  "is silent": () => "silence",
  "sends garbage": () => ({ raw: garbage }),
  "cuts its answers short": ({ transport }) => (transport === "tcp" ? { cutAfter: 40 } : "truncate"),
  "sends half of an answer": ({ name }) => ({ raw: halfAnswer(name) }),
};

/** The question as it was asked, a header that promises a record, and the first bytes of it. */
function halfAnswer(name: string): Buffer {
  const labels = name.split(".").filter((label) => label !== "");
  const question = Buffer.concat([...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label)])), Buffer.of(0)]);
  return Buffer.concat([
    Buffer.from([0, 0, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]),
    question,
    Buffer.from([0, 15, 0, 1, 0xc0, 12, 0, 15]),
  ]);
}

/** The resolver of the product over UDP and TCP: it asks a server that misbehaves, and then one that does not. */
async function overTheWire(
  check: AnyCheck,
  options: object,
  before: Before,
  misbehave: (query: FakeQuery) => Misbehaviour,
  second: boolean,
) {
  await using bad = await startFakeDns(good.zone, { address: "127.0.95.51", misbehave });
  const servers = [bad.server, ...(second ? [resolving.server] : [])];
  const limits = { timeoutMs: 40, tries: 1, authorityPort: resolving.port, isPublic: () => true };
  const { ask, close } = createResolver({ servers, ...limits });
  try {
    return await runWith(check, options, ask, before);
  } finally {
    close();
  }
}

test("every check of the DNS is in the table", () => {
  const ids = [...checks.keys()].filter((id) => id.startsWith("dns-"));
  expect(ids.filter((id) => asked.every(({ check }) => check !== id))).toEqual([]);
});

describe.each(asked)("$check, for a domain whose records are good", ({ check: id, options }) => {
  const check = checks.get(id);
  if (!check) throw new Error(`no check ${id}`);
  let before: Before;
  beforeAll(async () => {
    // The second look has what the first one remembered.
    before = await run(check, options, await run(check, options));
  });

  test("finds nothing wrong", () => {
    const { status, findings, evidence } = before.outcome.observation;
    expect(status, [JSON.stringify(findings), ...evidence].join("\n")).toBe("ok");
    expect(before.questions.length).toBeGreaterThan(0);
  });

  test.each(ways)("tells of no fault where any one question meets %s", async (way) => {
    const wrong = before.questions.map(async (question) => {
      const after = await run(check, options, before, (key) => (key === question ? way : undefined));
      return told(after.outcome).map((finding) => `${question}: ${finding}`);
    });
    expect((await Promise.all(wrong)).flat()).toEqual([]);
  });

  test.each(failures)("is unknown, and tells of no fault, where all of them meet %s", async (way) => {
    const after = await run(check, options, before, () => way);
    expect(told(after.outcome)).toEqual([]);
    expect(after.outcome.observation.status).toBe("unknown");
  });

  test.each([
    ["is as before", "one of two resolvers", "ok"],
    ["is unknown", "the only resolver", "unknown"],
  ])("%s where %s fails, in whatever way", async (_what, which, status) => {
    const all = Object.entries(wire).map(async ([how, misbehave]) => {
      const after = await overTheWire(check, options, before, misbehave, which !== "the only resolver");
      return [how, after.observation.status, told(after)];
    });
    expect(await Promise.all(all)).toEqual(Object.keys(wire).map((how) => [how, status, []]));
  });
});
