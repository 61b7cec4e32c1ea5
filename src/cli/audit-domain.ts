import { createHmac, randomBytes } from "node:crypto";
import { domainChecks, type DomainWorld, type WatchedDomain } from "../config/domain-checks.ts";
import type { LoopWatch } from "../engine/loop-watch.ts";
import { judgeOwnSide } from "../engine/own-side.ts";
import { observeWithoutRun, runProbe, type RunWorld } from "../engine/run-probe.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Observation } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import { resolveBy } from "../net/dns-resolve.ts";
import type { Net } from "../net/world.ts";
import { type AuditLimits, type Budget, createBudget } from "./audit-budget.ts";
import type { AuditRequest } from "./audit-request.ts";
import { whatIf } from "./audit-what-if.ts";
import { createOnce, createProofs, memoAsk, oneAtATime } from "./audit-world.ts";
import type { Row } from "./check-output.ts";

export interface Auditing extends Pick<AuditRequest, "port25Control" | "whatIf" | "mask"> {
  readonly net: Net;
  readonly loop: LoopWatch;
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly limits: AuditLimits;
  readonly onRow: (row: Row) => void;
}

export type Planned = readonly (readonly [Probe, AnyCheck])[];

/** Runs all checks of one domain at once, with one memo of lookups and within one budget. The rows are in the order of the plan. */
export async function auditDomain(probes: Planned, auditing: Auditing): Promise<readonly Row[]> {
  const { net, loop, limits, mask, onRow } = auditing;
  const key = randomBytes(32);
  const budget = createBudget(limits);
  const today = memoAsk(net.askMetered(budget.meter), budget.signal);
  const ask = auditing.whatIf ? memoAsk(whatIf(auditing.whatIf.file, today, auditing.whatIf.label), budget.signal) : today;
  const base: Omit<RunWorld, "dial"> = {
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
    once: createOnce(budget.signal),
    loop,
    stopping: budget.signal,
  };
  const control = controlOf(auditing, { ...base, dial: net.dial });
  const { dial, selfTests } = createProofs(oneAtATime(budget.dialWithin(net.dial)), control);
  return Promise.all(
    probes.map(async ([probe, check]): Promise<Row> => {
      const began = performance.now();
      const outcome = await runProbe(probe, check, { ...base, dial });
      const observation = outcome
        ? (await judgeOwnSide(probe, outcome, began, selfTests)).observation
        : cutShort(probe, base, budget, limits);
      const row = { probe, check, observation };
      onRow(row);
      return row;
    }),
  );
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

/** Asks the hosts of `--port25-control`, by the product's own self-test. */
function controlOf(
  { checks, port25Control: hosts }: Auditing,
  world: RunWorld,
): (() => Promise<Observation | undefined>) | undefined {
  const check = checks.get("port25");
  if (!check || hosts.length === 0) return undefined;
  const probe = probeOf("monitor", check, check.options.parse({ hosts }));
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
    probes.push([probeOf(watched.name, check, parsed.data), check]);
  }
  return probes;
}

const probeOf = (asset: string, check: AnyCheck, options: unknown): Probe => ({
  id: `${asset}/${check.id}`,
  asset,
  check: check.id,
  target: check.target(options),
  options,
  everyMs: check.every,
  deadlineMs: check.deadline,
  confirm: check.confirm,
  measures: check.measures,
  severity: {},
  business: "normal",
  load: check.load?.(options) ?? {},
  from: "audit",
});
