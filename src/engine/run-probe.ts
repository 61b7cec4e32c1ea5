import { engineFindings, type EngineFindingCode } from "../i18n/engine-findings.ts";
import type { AnyCheck, CheckContext, CheckResult, SelfTest } from "../model/check.ts";
import type { Connection, Dial } from "../model/connection.ts";
import type { Json } from "../model/json.ts";
import type { Finding, Observation } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import { SecretError, type Mask } from "../model/secret.ts";
import { statusFacts, statusOf, statusOfSeverity, type Severity } from "../model/status.ts";
import type { Data } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import { lateLoopMs, type LoopWatch } from "./loop-watch.ts";

/** What a run needs of its surroundings: the check's context without what belongs to this one run. */
export interface RunWorld extends Omit<CheckContext, "note" | "everyMs" | "once"> {
  /** Left out: the run is alone. */
  readonly once?: CheckContext["once"];
  readonly mask: Mask;
  readonly loop: LoopWatch;
  /** Aborted when the daemon stops: the run is given up and nothing is stored. */
  readonly stopping: AbortSignal;
  /** The `at` of what was stored of the probe last; a run's own is later. */
  readonly lastAt: number | undefined;
}

export interface RunOutcome {
  /** False when the check was not run at all (its login is held back). */
  readonly ran: boolean;
  /** There was nothing to look at. */
  readonly nothing: boolean;
  readonly observation: Observation;
  readonly memory: Json | undefined;
  readonly facts: NonNullable<CheckResult<string, string>["facts"]>;
  /** Milliseconds until the check wants to look again. */
  readonly again: number | undefined;
  /** A finding that opens its incident at once was among them. */
  readonly immediate: boolean;
  /** A credential was refused; `account` where the check logs in to several. */
  readonly rejected: { readonly kind: "definite" | "ambiguous"; readonly account: string | undefined } | undefined;
  readonly loggedIn: readonly string[];
  /** The findings that count only while self-tests of ours pass, by code. */
  readonly standsOn: ReadonlyMap<string, readonly SelfTest[]>;
}

/** Lines and bytes of evidence that one run may leave: the network decides how much there would be. */
const maxEvidenceLines = 200;
const maxEvidenceChars = 500;
/** A DKIM record with a key of 4096 bits has about 760, an SPF record may be longer: the record to publish must arrive whole. */
const maxDataChars = 2_000;
const maxFindings = 100;
const maxMemoryBytes = 64 * 1024;

const alone: CheckContext["once"] = (_what, make, signal) => make(signal);

type Ended =
  | { readonly how: "returned"; readonly result: CheckResult<string, string> }
  | { readonly how: "threw"; readonly error: unknown }
  | { readonly how: "deadline"; readonly connected: boolean };

/**
 * One execution of a probe. Never throws: whatever happens becomes an observation, except that a run which the stopping
 * daemon cut short is undefined.
 */
export async function runProbe(probe: Probe, check: AnyCheck, world: RunWorld): Promise<RunOutcome | undefined> {
  const at = Math.max(world.now(), (world.lastAt ?? 0) + 1);
  const began = performance.now();
  const evidence: string[] = [];
  const note = (line: string): void => {
    if (evidence.length < maxEvidenceLines) evidence.push(visible(world.mask(line), maxEvidenceChars));
    else if (evidence.length === maxEvidenceLines) evidence.push("… more evidence was left out");
  };
  const { dial, anyOpen } = trackConnections(world.dial);
  const ended = await runToDeadline(
    probe,
    check,
    { ...world, dial, note, everyMs: probe.everyMs, once: world.once ?? alone },
    { stopping: world.stopping, anyOpen },
  );
  if (world.stopping.aborted) return undefined;

  const durationMs = Math.round(performance.now() - began);
  const lateness = world.loop.latenessSince(began);
  if (lateness >= lateLoopMs) note(`our own event loop was late by ${Math.round(lateness)} ms: what rests on time is not judged`);

  const findings = findingsOf(ended, probe, check, { mask: world.mask, late: lateness >= lateLoopMs });
  if (ended.how === "threw") note(describe(ended.error));
  const result = ended.how === "returned" ? ended.result : undefined;
  const declared = findings.map((finding) => check.findings[finding.code]);
  return {
    ran: true,
    nothing: result?.nothing ?? false,
    observation: {
      probe: probe.id,
      status: statusOf(findings),
      findings,
      metrics: finite(result?.metrics),
      evidence,
      at,
      durationMs,
      ...latencyOf(check, result),
    },
    memory: boundedMemory(result?.memory, note),
    facts: result?.facts ?? [],
    again: result?.again,
    immediate: declared.some((declaration, i) => declaration?.immediate === true && findings[i]?.severity === "critical"),
    rejected: rejectionOf(findings, check),
    loggedIn: result?.loggedIn ?? [],
    standsOn: new Map(findings.map(({ code }, i) => [code, declared[i]?.standsOn ?? []])),
  };
}

function latencyOf(check: AnyCheck, result: CheckResult<string, string> | undefined): Pick<Observation, "latencyMs"> {
  if (check.latency === undefined) return {};
  if (result?.lost === true) return { latencyMs: "lost" };
  const seconds = result?.metrics?.[check.latency];
  return { latencyMs: seconds !== undefined && seconds >= 0 && Number.isFinite(seconds) ? Math.round(seconds * 1000) : "none" };
}

function rejectionOf(findings: readonly Finding[], check: AnyCheck): RunOutcome["rejected"] {
  for (const { code, data } of findings) {
    const kind = check.findings[code]?.rejects;
    if (kind) return { kind, account: typeof data["account"] === "string" ? data["account"] : undefined };
  }
  return undefined;
}

/** An observation that is made without running the check (a login that is held back). */
export function observeWithoutRun(
  probe: Probe,
  world: Pick<RunWorld, "now" | "lastAt">,
  code: EngineFindingCode,
  data: Data,
): Observation {
  const findings = [{ code, severity: engineFindings[code].severity, data }];
  return {
    probe: probe.id,
    status: statusOf(findings),
    findings,
    metrics: {},
    evidence: [],
    at: Math.max(world.now(), (world.lastAt ?? 0) + 1),
    durationMs: 0,
    latencyMs: "none",
  };
}

async function runToDeadline(
  probe: Probe,
  check: AnyCheck,
  ctx: CheckContext,
  around: { readonly stopping: AbortSignal; readonly anyOpen: () => boolean },
): Promise<Ended> {
  const ending = new AbortController();
  const { signal } = ending;
  const cut = Promise.withResolvers<Ended>();
  const onStop = (): void => cut.resolve({ how: "deadline", connected: false });
  around.stopping.addEventListener("abort", onStop);
  if (around.stopping.aborted) onStop();
  const timer = setTimeout(() => {
    // What has arrived is read first: on a loop that was held up, timers come before the data they wait for.
    setImmediate(() => setImmediate(() => cut.resolve({ how: "deadline", connected: around.anyOpen() })));
  }, probe.deadlineMs);
  try {
    const run = Promise.resolve()
      .then(() => check.run(ctx, probe.options, signal))
      .then(
        (result): Ended => ({ how: "returned", result }),
        (error: unknown): Ended => ({ how: "threw", error }),
      );
    return await Promise.race([run, cut.promise]);
  } finally {
    clearTimeout(timer);
    // The signal of the daemon outlives a million runs: nothing of a run may stay on it.
    around.stopping.removeEventListener("abort", onStop);
    ending.abort(new Error("the run is over"));
  }
}

/** Knows whether, at the deadline, the run was connected to its target and waiting for it. */
function trackConnections(dial: Dial): { dial: Dial; anyOpen: () => boolean } {
  const connections: Connection[] = [];
  return {
    dial: async (options, signal) => {
      const connection = await dial(options, signal);
      connections.push(connection);
      return connection;
    },
    anyOpen: () => connections.some((connection) => connection.open),
  };
}

function findingsOf(
  ended: Ended,
  probe: Probe,
  check: AnyCheck,
  run: { readonly mask: Mask; readonly late: boolean },
): readonly Finding[] {
  const seconds = Math.round(probe.deadlineMs / 1000);
  const own = (code: EngineFindingCode, data: Data): Finding[] => [
    { code, severity: probe.severity[code] ?? engineFindings[code].severity, data },
  ];
  if (ended.how === "deadline") {
    return own(ended.connected && !run.late ? "deadline" : "deadline-unclear", { target: probe.target, seconds });
  }
  if (ended.how === "threw") {
    const { error } = ended;
    const said = (text: string): Data => ({ reason: visible(run.mask(text), maxDataChars) });
    return error instanceof SecretError
      ? own("secret-unreadable", said(error.message))
      : own("check-failed", said(describe(error)));
  }
  const all = ended.result.findings.flatMap((found) => {
    const declaration = check.findings[found.code];
    if (!declaration) return own("check-failed", { reason: `undeclared finding "${found.code}"` });
    const severity: Severity = probe.severity[found.code] ?? found.severity ?? declaration.severity;
    const untrusted = run.late && declaration.timed === true && severity !== "info";
    return [{ code: found.code, severity: untrusted ? "unknown" : severity, data: cleaned(found.data ?? {}, run.mask) }];
  });
  // What is cut is what matters least; below the bound the check's own order stays.
  return all.length <= maxFindings ? all : all.toSorted((a, b) => rankOf(b) - rankOf(a)).slice(0, maxFindings);
}

const rankOf = ({ severity }: Finding): number => statusFacts[statusOfSeverity(severity)].rank;

const cleaned = (data: Data, mask: Mask): Data =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      typeof value === "string" ? visible(mask(value), maxDataChars) : finiteNumber(value),
    ]),
  );

const finiteNumber = (value: number): number => (Number.isFinite(value) ? value : 0);

const finite = (metrics: Readonly<Partial<Record<string, number>>> | undefined): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(metrics ?? {}).filter((entry): entry is [string, number] => Number.isFinite(entry[1])));

function boundedMemory(memory: Json | undefined, note: (line: string) => void): Json | undefined {
  if (memory === undefined) return undefined;
  const size = Buffer.byteLength(JSON.stringify(memory));
  if (size <= maxMemoryBytes) return memory;
  note(`the check wanted to remember ${size} bytes, more than ${maxMemoryBytes}: the old memory stays`);
  return undefined;
}

/** What failed, without a stack: it is read by people and may be stored. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? ` (${error.code})` : "";
  return `${error.name}: ${error.message}${code}`;
}
