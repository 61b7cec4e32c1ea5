import { sopRefusals } from "../i18n/sop-refusals.ts";
import { systemReason } from "../i18n/sop-reasons.ts";
import type { Incident } from "../model/incident.ts";
import { partsOfId } from "../model/probe.ts";
import {
  hasEnded,
  runName,
  type Sop,
  type SopAction,
  type SopEntry,
  type SopRun,
  type SopStep,
  type SopTrigger,
  type StepRun,
  type Who,
} from "../model/sop.ts";
import type { Text } from "../model/text.ts";
import { act, refuse } from "./sop-action.ts";
import {
  begin,
  catchUp,
  changeStep,
  draftOf,
  end,
  finished,
  nextDueAt,
  settle,
  system,
  tell,
  write,
  type Draft,
} from "./sop-steps.ts";

/** What may happen to a run of an SOP. */
export type SopEvent =
  | SopAction
  | { readonly kind: "tick" }
  /** Of a proposed run whose time came while nobody could look: it begins now, and its deadlines with it. */
  | { readonly kind: "begin-late" }
  /** The message of a `notify` or `webhook` step has been taken, or nobody takes it. */
  | {
      readonly kind: "delivered";
      readonly step: string;
      readonly outcome: "done" | "failed";
      readonly maybeRepeat: boolean;
      readonly reason?: string;
    }
  /** Of its incident. */
  | { readonly kind: "resolved" }
  | { readonly kind: "failing-again" }
  /** Of a drill: a real run of the same or a higher priority, that of this number, begins. */
  | { readonly kind: "preempted"; readonly by: number };

export interface SopMessage {
  /** `S-3:<n>`; with `:<channel>` the key of the delivery. */
  readonly key: string;
  /** `step`: what a `notify` step says, or that a manual step waits for `who`. `webhook` has no channels: its step has an address. */
  readonly kind:
    | "proposed"
    | "started"
    | "step"
    | "webhook"
    | "late"
    | "failed"
    | "stable"
    | "failing-again"
    | "closed"
    | "aborted";
  readonly step: string | undefined;
  readonly channels: readonly string[];
  readonly who: Who | undefined;
  /** Of escalation: 0 none, 1 when it is late, and one more with each deadline that passes again. */
  readonly level: number;
}

/** A changed run with what is to be written and told about it. */
export interface SopMove {
  readonly run: SopRun;
  readonly entries: readonly SopEntry[];
  readonly messages: readonly SopMessage[];
}

export interface SopBeginning {
  readonly id: number;
  readonly drill: boolean;
  readonly incident: number | undefined;
  /** `system`, or who. */
  readonly by: string;
  readonly now: number;
}

/**
 * A new run. What a person begins, a drill, and what waits for nothing begins at once; the rest is proposed, and begins when its
 * incident is still open after the trigger's time. Pure.
 */
export function propose(sop: Sop, { id, drill, incident, by, now }: SopBeginning): SopMove {
  const draft = draftOf({
    id,
    sop,
    drill,
    state: "proposed",
    incident: drill ? undefined : incident,
    begunBy: by,
    proposedAt: now,
    startedAt: undefined,
    resolvedAt: undefined,
    stableAt: undefined,
    endedAt: undefined,
    reason: undefined,
    steps: sop.steps.map(untouched),
    messageCount: 0,
  });
  if (by === system && !drill && (sop.trigger?.forMs ?? 0) > 0) {
    write(draft, now, "proposed");
    tell(draft, "proposed");
  } else begin(draft, now, by);
  catchUp(draft, now);
  return finished(draft);
}

const untouched = ({ id }: SopStep): StepRun => ({
  id,
  state: "blocked",
  readyAt: undefined,
  dueAt: undefined,
  escalations: 0,
  escalatedAt: undefined,
  endedAt: undefined,
  late: false,
  by: undefined,
  input: {},
  reason: undefined,
  maybeRepeat: false,
  simulated: false,
});

/**
 * What an event makes of a run, after all that is due by itself until `now`. Undefined: nothing changes. What a person cannot do is
 * refused; nothing changes then either, and what is due comes with the next tick. Pure.
 */
export function move(run: SopRun, event: SopEvent, now: number): SopMove | { readonly refused: Text } | undefined {
  if (hasEnded(run)) return afterTheEnd(run, event);
  const draft = draftOf(run);
  // What changes whether something may still happen comes before what is due: nobody is told of an end that is none.
  if (event.kind === "failing-again") takeBack(draft);
  if (event.kind === "begin-late" && run.state === "proposed") begin(draft, now, system);
  if (!(run.state === "proposed" && event.kind === "resolved")) catchUp(draft, now);
  if (hasEnded(draft.run)) return afterTheEnd(draft.run, event) ?? finished(draft);
  const refused = happen(draft, event, { before: run, now });
  if (refused) return { refused };
  catchUp(draft, now);
  return draft.entries.length === 0 ? undefined : finished(draft);
}

/** When the next tick matters; undefined: not before something else happens. Pure. */
export const dueAt = nextDueAt;

const afterTheEnd = (run: SopRun, event: SopEvent): { readonly refused: Text } | undefined =>
  isAction(event) ? { refused: refuse(sopRefusals.ended, { run: runName(run.id) }) } : undefined;

const isAction = (event: SopEvent): event is SopAction => "by" in event && typeof event.by === "string";

function happen(
  draft: Draft,
  event: SopEvent,
  { before, now }: { readonly before: SopRun; readonly now: number },
): Text | undefined {
  if (isAction(event)) return act(draft, event, now);
  switch (event.kind) {
    case "tick":
    case "begin-late":
      break;
    case "delivered":
      deliver(draft, event, now);
      break;
    case "resolved":
      resolve(draft, now);
      break;
    case "failing-again":
      if (before.resolvedAt === undefined) break;
      write(draft, now, "failing-again");
      tell(draft, "failing-again");
      break;
    case "preempted":
      if (draft.run.drill) end(draft, { state: "aborted", at: now, by: system, reason: systemReason.preempted(event.by) });
  }
  return undefined;
}

function deliver(draft: Draft, event: Extract<SopEvent, { kind: "delivered" }>, now: number): void {
  const step = draft.run.sop.steps.find(({ id }) => id === event.step);
  const own = draft.run.steps.find(({ id }) => id === event.step);
  if (own?.state !== "running" || (step?.kind !== "notify" && step?.kind !== "webhook")) return;
  const { outcome, maybeRepeat, reason } = event;
  changeStep(draft, step.id, { state: outcome, endedAt: now, by: system, reason, maybeRepeat: own.maybeRepeat || maybeRepeat });
  write(draft, now, outcome, {
    step: step.id,
    data: { ...(maybeRepeat ? { maybeRepeat } : {}), ...(reason === undefined ? {} : { reason }) },
  });
  if (outcome === "failed") tell(draft, "failed", { step });
  settle(draft, now, () => false);
}

function resolve(draft: Draft, now: number): void {
  const { run } = draft;
  if (run.incident === undefined || run.resolvedAt !== undefined) return;
  if (run.state === "proposed") {
    end(draft, { state: "dismissed", at: now, by: system, reason: systemReason.resolved });
    return;
  }
  draft.run = { ...run, resolvedAt: now };
  write(draft, now, "resolved");
  settle(draft, now, () => false);
}

/** The incident is not over: what was to be done after it waits again, unless it is done or on its way. */
function takeBack(draft: Draft): void {
  if (draft.run.resolvedAt === undefined) return;
  draft.run = { ...draft.run, state: "active", resolvedAt: undefined, stableAt: undefined };
  for (const step of draft.run.sop.steps) {
    const own = draft.run.steps.find(({ id }) => id === step.id);
    const isCountdown = step.kind === "wait" && own?.state === "running";
    if (step.after === "resolved" && (own?.state === "waiting" || isCountdown)) changeStep(draft, step.id, untouched(step));
  }
}

/**
 * Whether an incident begins a run. Of several findings, causes or priorities one is enough; of the kinds that are named (findings,
 * causes, priorities) each must fit. What is not known, or a guess of low confidence, begins no emergency. Pure.
 */
export function matches({ findings, causes, priorities }: SopTrigger, incident: Incident): boolean {
  if (incident.resolvedAt !== undefined) return false;
  const { diagnosis } = incident;
  const cause = diagnosis?.confidence === "low" ? undefined : diagnosis?.cause;
  const found = incident.probes
    .filter(({ leftAt }) => leftAt === undefined)
    .flatMap((one) =>
      one.findings
        .filter(({ severity }) => severity === "critical" || severity === "warning")
        .flatMap(({ code }) => [code, `${partsOfId(one.probe).check}/${code}`]),
    );
  const fits = [
    ...(findings.length > 0 ? [findings.some((finding) => found.includes(finding))] : []),
    ...(causes.length > 0 ? [cause !== undefined && causes.includes(cause)] : []),
    ...(priorities.length > 0 ? [priorities.includes(incident.priority)] : []),
  ];
  return fits.length > 0 && fits.every(Boolean);
}
