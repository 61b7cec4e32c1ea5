import { createHmac, randomBytes } from "node:crypto";
import { domainChecks, type DomainWorld, type WatchedDomain } from "../config/domain-checks.ts";
import { joinHostPort } from "../config/names.ts";
import type { LoopWatch } from "../engine/loop-watch.ts";
import { judgeOwnSide } from "../engine/own-side.ts";
import { observeWithoutRun, runProbe, type RunWorld } from "../engine/run-probe.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Ask } from "../model/dns.ts";
import type { Observation } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import { findMailServers, type FoundServers, type KnownProvider, ownServer } from "../model/provider.ts";
import { resolveBy } from "../net/dns-resolve.ts";
import type { Net } from "../net/world.ts";
import { announcedServers } from "./audit-announced.ts";
import { type AuditLimits, type Budget, createBudget } from "./audit-budget.ts";
import type { AuditRequest } from "./audit-request.ts";
import { whatIf } from "./audit-what-if.ts";
import { createOnce, memoAsk, oneAtATime, type Proofs } from "./audit-world.ts";
import type { Row } from "./check-output.ts";
import { singleProbe } from "./single-probe.ts";

/** What all domains of an audit have in common. */
export interface AuditSide extends Pick<AuditRequest, "mask"> {
  readonly net: Net;
  readonly loop: LoopWatch;
}

export interface Auditing extends AuditSide, Pick<AuditRequest, "whatIf"> {
  readonly proofs: Proofs;
  readonly known: readonly KnownProvider[];
  readonly limits: AuditLimits;
  /** Looks at the servers that a domain announces to mail programs; left out: they are not looked at. */
  readonly certificates?: AnyCheck | undefined;
  /** `all`: how many there are to be, as far as is known by then. */
  readonly onRow: (row: Row, all: number) => void;
}

export type Planned = readonly (readonly [Probe, AnyCheck])[];

export interface Audited {
  readonly domain: string;
  /** Who has the mail of the domain, where it is nobody unknown. */
  readonly provider: Pick<FoundServers, "provider" | "because"> | undefined;
  /** In the order of the plan. To be asked when all domains have been looked at: each may prove something of our own side. */
  readonly judged: () => Promise<readonly Row[]>;
}

/** Runs all checks of one domain at once, with one memo of lookups and within one budget. */
export async function auditDomain(domain: string, probes: Planned, auditing: Auditing): Promise<Audited> {
  const { net, limits, proofs, known, certificates, onRow } = auditing;
  const budget = createBudget(limits);
  const today = memoAsk(net.askMetered(budget.meter), budget.signal);
  const ask = auditing.whatIf ? memoAsk(whatIf(auditing.whatIf.file, today, auditing.whatIf.label), budget.signal) : today;
  const dial = proofs.proving(oneAtATime(budget.dialWithin(net.dial)));
  const world: RunWorld = { ...runWorld(auditing, ask, budget.signal), dial, once: createOnce(budget.signal) };
  let all = probes.length;
  const lookAt = (some: Planned) =>
    some.map(async ([probe, check]) => {
      const began = performance.now();
      const outcome = await runProbe(probe, check, world);
      const judged = async (): Promise<Row> => {
        const observation = outcome
          ? (await judgeOwnSide(probe, outcome, began, proofs.selfTests)).observation
          : cutShort(probe, world, budget, limits);
        return { probe, check, observation, nothing: outcome?.nothing ?? false };
      };
      onRow(await judged(), all);
      return judged;
    });
  const looking = Promise.all(lookAt(probes));
  // The names are asked for by dns-autoconfig as well: the others need not wait for them.
  const announced = certificateProbes(domain, certificates, ask, budget.signal).then((some) => {
    all += some.length;
    return Promise.all(lookAt(some));
  });
  const [looks, provider] = await Promise.all([Promise.all([looking, announced]), providerOf(domain, known, ask, budget.signal)]);
  return { domain, provider, judged: () => Promise.all(looks.flat().map((judged) => judged())) };
}

/** One look for each server that the domain itself announces to mail programs; none where the audit is cut short before. */
async function certificateProbes(domain: string, check: AnyCheck | undefined, ask: Ask, signal: AbortSignal): Promise<Planned> {
  if (!check) return [];
  try {
    const servers = await announcedServers(domain, ask, signal);
    return servers.map((server) => [
      singleProbe("audit", joinHostPort(server.host, server.port), check, check.options.parse(server)),
      check,
    ]);
  } catch (error) {
    if (!signal.aborted) throw error;
    return [];
  }
}

/** Where the audit is cut short, nobody was recognised. */
async function providerOf(
  domain: string,
  known: readonly KnownProvider[],
  ask: Ask,
  signal: AbortSignal,
): Promise<Audited["provider"]> {
  try {
    const search = await findMailServers(domain, known, ask, signal);
    return search.kind === "found" && search.servers.provider !== ownServer ? search.servers : undefined;
  } catch (error) {
    if (!signal.aborted) throw error;
    return undefined;
  }
}

/** A run without history: no facts, no memory, and nothing that is signed is ever seen again. */
function runWorld({ net, loop, mask }: AuditSide, ask: Ask, stopping: AbortSignal): RunWorld {
  const key = randomBytes(32);
  return {
    ...net.checkContext,
    ask,
    resolve: resolveBy(ask),
    now: Date.now,
    facts: () => [],
    previous: undefined,
    lastAt: undefined,
    memory: undefined,
    sign: (text) => createHmac("sha256", key).update(text).digest("hex"),
    mask,
    loop,
    stopping,
  };
}

function cutShort(
  probe: Probe,
  world: Pick<RunWorld, "now" | "lastAt">,
  { isOverspent }: Budget,
  { ms, questions, octets, connections }: AuditLimits,
): Observation {
  const { target } = probe;
  if (!isOverspent()) return observeWithoutRun(probe, world, "deadline-unclear", { target, seconds: ms / 1000 });
  return observeWithoutRun(probe, world, "work-unbounded", { target, questions, mebibytes: octets / 1024 ** 2, connections });
}

/** Asks the hosts of `--port25-control`, by the product's own self-test. Its deadline bounds it, whatever domain waits for it. */
export function controlOf(
  hosts: readonly string[],
  check: AnyCheck | undefined,
  side: AuditSide,
): (() => Promise<Observation | undefined>) | undefined {
  if (!check || hosts.length === 0) return undefined;
  const probe = singleProbe("audit", "monitor", check, check.options.parse({ hosts }));
  const world = runWorld(side, side.net.ask, new AbortController().signal);
  return async () => (await runProbe(probe, check, world))?.observation;
}

/** The probes of one domain, or why there can be none. */
export function probesOf(watched: WatchedDomain, world: DomainWorld, checks: ReadonlyMap<string, AnyCheck>): Planned | string {
  const probes: (readonly [Probe, AnyCheck])[] = [];
  for (const wanted of domainChecks(watched, world)) {
    const check = checks.get(wanted.check);
    if (!check) continue;
    const parsed = check.options.safeParse(wanted.options);
    if (!parsed.success)
      return parsed.error.issues
        .map(
          ({ path, message }: { path: readonly PropertyKey[]; message: string }) => `${path.map(String).join(".")}: ${message}`,
        )
        .join("; ");
    probes.push([singleProbe("audit", watched.name, check, parsed.data), check]);
  }
  return probes;
}
