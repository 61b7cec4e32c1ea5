import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { audit } from "../src/cli/audit.ts";
import { memoAsk } from "../src/cli/audit-world.ts";
import { builtInBlocklists, domainChecks } from "../src/config/domain-checks.ts";
import { loadProviders, recognisable } from "../src/config/providers.ts";
import { runProbe } from "../src/engine/run-probe.ts";
import { createNet } from "../src/net/world.ts";
import { loadChecks } from "../src/plugins.ts";
import { probeOf, testWorld } from "../test/support/check-tester.ts";
import { mailDomain, startMailDomains, type MailDomains } from "./audit-world.ts";
import { ownCpuUs } from "./processes.ts";
import { queriesOf, replay } from "./queries.ts";
import type { Part, Row } from "./report.ts";

const domains = 1_000;
/** As `audit` itself takes them. */
const domainsAtOnce = 4;
const rounds = 3;
const repeats = 21;

/** The checks that ask nobody but name servers. */
const dnsOnly: ReadonlySet<string> = new Set([
  "dns-mx",
  "dns-spf",
  "dns-dkim",
  "dns-dmarc",
  "dns-tls-rpt",
  "dns-dnssec",
  "dns-ptr",
  "dns-consistency",
  "dns-bimi",
  "dnsbl-listing",
]);

/** What looking at mail domains from outside costs, beside the same DNS queries alone. */
export async function audits(): Promise<Part> {
  await using world = await startMailDomains(domains);
  const one = await oneHealthyDomain(world);
  const many = await theDnsPart(world);
  return { rows: [...one.rows, ...many.rows], notes: [...one.notes, ...many.notes] };
}

/** A whole audit as the command does it, all checks, in a process that has done it before. */
async function oneHealthyDomain({ healthy, selector, blocklist, sender, resolver, authorityFile }: MailDomains): Promise<Part> {
  const options = {
    selector: [selector],
    sendsFrom: [sender],
    dns: [resolver],
    dnsbl: [blocklist],
    public: ["127.0.0.0/8"],
    ca: [authorityFile],
  };
  const whole = async (): Promise<void> => {
    const said = await silently(() => audit([healthy], options, { LANG: "C.UTF-8" }));
    if (said.result !== 0) throw new Error(`the healthy domain is not: exit code ${said.result}\n${said.output}`);
  };
  for (let i = 0; i < 5; i += 1) await whole();
  const asked = await queriesOf(whole);
  const wall: number[] = [];
  const cpu: number[] = [];
  const floor: { wall: number[]; cpu: number[] } = { wall: [], cpu: [] };
  for (let i = 0; i < repeats; i += 1) {
    const ours = await timed(whole);
    const alone = await timed(() => replay(asked, 50));
    wall.push(ours.wall);
    cpu.push(ours.cpu);
    floor.wall.push(alone.wall);
    floor.cpu.push(alone.cpu);
  }
  const name = `its ${asked.length} DNS queries alone (floor)`;
  const row = (what: string, samples: readonly number[], beside: readonly number[], most: number): Row => ({
    what,
    ours: { unit: "ms", samples },
    beside: { name, unit: "ms", samples: beside },
    goals: [{ of: "ours", most }],
  });
  return {
    rows: [row("One full audit of a healthy domain, wall time", wall, floor.wall, 300), row("the same, CPU", cpu, floor.cpu, 60)],
    notes: [],
  };
}

/** What the checks that only ask DNS cost for many domains one after the other. */
async function theDnsPart({ many, selector, blocklist, resolver }: MailDomains): Promise<Part> {
  const net = createNet({ dnsServers: [resolver], extraAuthorities: [], publicRanges: ["127.0.0.0/8"] });
  await using undo = new AsyncDisposableStack();
  undo.defer(() => net.close());
  const checks = await loadChecks();
  const providers = recognisable(loadProviders());
  const blocklists = { ...builtInBlocklists, lists: [{ zone: blocklist }] };
  const lookAt = async (name: string): Promise<void> => {
    const ask = memoAsk(net.ask, AbortSignal.timeout(90_000));
    const world = testWorld({ ...net.checkContext, ask, now: Date.now });
    const wanted = domainChecks({ ...mailDomain(name), selectors: [selector] }, { providers, blocklists });
    await Promise.all(
      wanted.map(async ({ check: id, options }) => {
        const check = checks.get(id);
        if (!check || !dnsOnly.has(id)) return;
        const outcome = await runProbe(probeOf(check, check.options.parse(options)), check, world);
        if (outcome?.observation.status !== "ok") {
          const codes = outcome?.observation.findings.map(({ code }) => code).join(", ");
          throw new Error(`${name}/${id} is ${outcome?.observation.status}: ${codes}`);
        }
      }),
    );
  };
  const all = async (): Promise<void> => {
    const left = [...many];
    const worker = async (): Promise<void> => {
      for (let name = left.shift(); name !== undefined; name = left.shift()) await lookAt(name);
    };
    await Promise.all(Array.from({ length: domainsAtOnce }, worker));
  };
  const asked = await queriesOf(all);
  const held = [heapMb()];
  const perDomain: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    perDomain.push((await timed(all)).wall / domains);
    held.push(heapMb());
    alone.push((await timed(() => replay(asked, 200))).wall / domains);
  }
  const grown = held.slice(1).map((after, i) => after - (held[i] ?? 0));
  return {
    rows: [
      {
        what: `DNS part of the audit, ${domains} domains, time for each`,
        ours: { unit: "ms", samples: perDomain },
        beside: { name: `its ${Math.round(asked.length / domains)} queries alone (floor)`, unit: "ms", samples: alone },
        goals: [{ of: "ours", most: 10 }],
      },
      {
        what: `the same, heap that ${domains} more domains leave behind`,
        ours: { unit: "MB", samples: grown },
        beside: "nothing (floor)",
        goals: [{ of: "ours", most: 1 }],
      },
    ],
    notes: [`Ten checks of the DNS part: ${[...dnsOnly].join(", ")}.`],
  };
}

async function timed(work: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  return { wall: performance.now() - began, cpu: ownCpuUs(cpu) / 1000 };
}

/** Runs a command of ours, and keeps what it would print. */
async function silently<T>(work: () => Promise<T>): Promise<{ result: T; output: string }> {
  let output = "";
  const streams = [process.stdout, process.stderr];
  const keep = (text: string | Uint8Array): boolean => {
    output += String(text);
    return true;
  };
  for (const stream of streams) stream.write = keep;
  try {
    return { result: await work(), output };
  } finally {
    // What the stream inherits is in force again.
    for (const stream of streams) Reflect.deleteProperty(stream, "write");
  }
}

/** What is alive, in MB of a million bytes. */
function heapMb(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  return process.memoryUsage().heapUsed / 1e6;
}
