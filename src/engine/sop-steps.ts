import { systemReason } from "../i18n/sop-reasons.ts";
import type { Json } from "../model/json.ts";
import {
  runName,
  type ManualStep,
  type SopEntry,
  type SopEntryKind,
  type SopRun,
  type SopStep,
  type StepRun,
} from "../model/sop.ts";
import type { SopMessage, SopMove } from "./sop.ts";

export const system = "system";

/** After that many deadlines that passed it is not escalated any further. */
const mostLevels = 5;

/** A run on its way from one state to the next. */
export interface Draft {
  run: SopRun;
  readonly entries: SopEntry[];
  readonly messages: SopMessage[];
}

export const draftOf = (run: SopRun): Draft => ({ run, entries: [], messages: [] });
export const finished = ({ run, entries, messages }: Draft): SopMove => ({ run, entries, messages });

/** A step as it is configured, with how it stands. */
export interface Standing {
  readonly step: SopStep;
  readonly own: StepRun;
}

export const standings = ({ sop, steps }: SopRun): readonly Standing[] =>
  sop.steps.flatMap((step) => steps.filter(({ id }) => id === step.id).map((own) => ({ step, own })));

/** What comes after it may begin. What could not be told does not hold up an emergency; a webhook may, where it says so. */
export const isMet = ({ step, own }: Standing): boolean =>
  own.state === "done" ||
  own.state === "skipped" ||
  (own.state === "failed" && !(step.kind === "webhook" && step.onFailure === "stop"));

interface Line {
  readonly actor?: string;
  readonly step?: string;
  readonly data?: Json;
}

export function write(draft: Draft, at: number, kind: SopEntryKind, { actor = system, step, data = {} }: Line = {}): void {
  draft.entries.push({ run: draft.run.id, at, actor, kind, step, data });
}

export function tell(
  draft: Draft,
  kind: SopMessage["kind"],
  about: { readonly step?: SopStep; readonly level?: number } = {},
): void {
  const { step, level = 0 } = about;
  const messageCount = draft.run.messageCount + 1;
  draft.run = { ...draft.run, messageCount };
  draft.messages.push({
    key: `${runName(draft.run.id)}:${messageCount}`,
    kind,
    step: step?.id,
    channels: channelsFor(kind, draft.run, step, level),
    who: step?.kind === "manual" ? step.who : undefined,
    level,
  });
}

/** Of the whole run: all. Of a step that waits: the first, and one more at each level. */
function channelsFor(
  kind: SopMessage["kind"],
  { sop: { channels } }: SopRun,
  step: SopStep | undefined,
  level: number,
): readonly string[] {
  if (kind === "webhook") return [];
  if (kind === "step" && step?.kind === "notify") return step.channels;
  return kind === "step" || kind === "late" ? channels.slice(0, level + 1) : channels;
}

export function changeStep(draft: Draft, id: string, change: Partial<StepRun>): void {
  draft.run = { ...draft.run, steps: draft.run.steps.map((own) => (own.id === id ? { ...own, ...change } : own)) };
}

/** Whose manual steps need no message: they see the page before them, or have just been told of the whole run. */
export type Knows = (step: ManualStep) => boolean;

/** Makes every step ready whose turn it is. */
export function settle(draft: Draft, at: number, knows: Knows): void {
  for (let next = nextReady(draft.run); next; next = nextReady(draft.run)) makeReady(draft, next, at, knows);
}

function nextReady(run: SopRun): SopStep | undefined {
  const all = standings(run);
  const met = new Set(all.filter(isMet).map(({ own }) => own.id));
  // Where no incident says when it is over, what comes after it comes last.
  const isOver =
    run.resolvedAt !== undefined ||
    (run.incident === undefined &&
      all.every((one) => one.step.after === "resolved" || one.own.state === "blocked" || isMet(one)));
  const free = all.filter(({ step, own }) => own.state === "blocked" && step.needs.every((need) => met.has(need)));
  const first = free.find(({ step }) => step.after === undefined) ?? (isOver ? free[0] : undefined);
  return first?.step;
}

function makeReady(draft: Draft, step: SopStep, at: number, knows: Knows): void {
  write(draft, at, "ready", { step: step.id });
  switch (step.kind) {
    case "manual": {
      const dueAt = step.deadlineMs === undefined ? undefined : at + step.deadlineMs;
      changeStep(draft, step.id, { state: "waiting", readyAt: at, dueAt });
      if (!knows(step)) tell(draft, "step", { step });
      break;
    }
    case "wait":
      changeStep(draft, step.id, { state: "running", readyAt: at, dueAt: at + step.forMs });
      break;
    case "notify":
    case "webhook":
      changeStep(draft, step.id, { state: "running", readyAt: at });
      carryOut(draft, step, at);
  }
}

/** What other systems are told stays out of a drill; what colleagues are told does not. */
export function carryOut(draft: Draft, step: Extract<SopStep, { kind: "notify" | "webhook" }>, at: number): void {
  if (step.kind === "notify") tell(draft, "step", { step });
  else if (!draft.run.drill) tell(draft, "webhook", { step });
  else {
    changeStep(draft, step.id, { state: "done", endedAt: at, by: system, simulated: true });
    write(draft, at, "done", { step: step.id, data: { simulated: true } });
  }
}

export function begin(draft: Draft, at: number, by: string): void {
  draft.run = { ...draft.run, state: "active", startedAt: at, begunBy: by };
  write(draft, at, "started", { actor: by });
  tell(draft, "started");
  settle(draft, at, () => true);
}

export function end(
  draft: Draft,
  how: { readonly state: "closed" | "aborted" | "dismissed"; readonly at: number; readonly by: string; readonly reason?: string },
): void {
  const { state, at, by, reason } = how;
  draft.run = { ...draft.run, state, endedAt: at, reason };
  write(draft, at, state, { actor: by, data: reason === undefined ? {} : { reason } });
  if (state !== "dismissed") tell(draft, state);
}

/** Something that happens by itself when its time has come. */
interface Due {
  readonly at: number;
  readonly happen: (draft: Draft) => void;
}

/**
 * Does what is due, each thing at its own moment however late this is called, so that a run that slept stands where it would stand
 * now. People are told once: of the last escalation that is due, not of those before.
 */
export function catchUp(draft: Draft, now: number): void {
  for (let next = earliest(dues(draft.run)); next && next.at <= now; next = earliest(dues(draft.run))) next.happen(draft);
  for (const { step, own, deadlineMs } of escalating(draft.run)) {
    const level = levelAt(own, deadlineMs, now);
    if (level <= own.escalations) continue;
    changeStep(draft, step.id, { escalations: level, escalatedAt: now });
    write(draft, now, own.escalations === 0 ? "late" : "escalated", { step: step.id, data: { level } });
    tell(draft, "late", { step, level });
  }
}

/** When something happens by itself next. */
export function nextDueAt(run: SopRun): number | undefined {
  const escalations = escalating(run)
    .filter(({ own }) => own.escalations < mostLevels)
    .map(({ own, deadlineMs }) => (own.readyAt ?? 0) + (own.escalations + 1) * deadlineMs);
  const all = [...dues(run).map(({ at }) => at), ...escalations];
  return all.length === 0 ? undefined : Math.min(...all);
}

const earliest = (all: readonly Due[]): Due | undefined =>
  all.reduce<Due | undefined>((first, one) => (first && first.at <= one.at ? first : one), undefined);

function dues(run: SopRun): readonly Due[] {
  if (run.state === "proposed") {
    const at = run.proposedAt + (run.sop.trigger?.forMs ?? 0);
    return [{ at, happen: (draft) => begin(draft, at, system) }];
  }
  if (run.state !== "active" && run.state !== "stable") return [];
  return [...calm(run), ...standings(run).flatMap(dueOf)];
}

function calm({ state, resolvedAt, sop }: SopRun): readonly Due[] {
  if (state !== "active" || resolvedAt === undefined) return [];
  const at = resolvedAt + sop.calmMs;
  const happen = (draft: Draft): void => {
    draft.run = { ...draft.run, state: "stable", stableAt: at };
    write(draft, at, "stable");
    tell(draft, "stable");
  };
  return [{ at, happen }];
}

function dueOf({ step, own }: Standing): readonly Due[] {
  const { dueAt: at } = own;
  if (at === undefined) return [];
  if (step.kind === "wait" && own.state === "running") {
    const happen = (draft: Draft): void => {
      changeStep(draft, step.id, { state: "done", endedAt: at, by: system });
      write(draft, at, "done", { step: step.id });
      settle(draft, at, () => false);
    };
    return [{ at, happen }];
  }
  if (step.kind !== "manual" || own.state !== "waiting" || step.onTimeout === "escalate") return [];
  return [{ at, happen: (draft) => giveUp(draft, step, at) }];
}

function giveUp(draft: Draft, step: ManualStep, at: number): void {
  const reason = systemReason.late(step.id);
  write(draft, at, "late", { step: step.id });
  if (step.onTimeout === "abort") {
    end(draft, { state: "aborted", at, by: system, reason });
    return;
  }
  changeStep(draft, step.id, { state: "skipped", endedAt: at, late: true, by: system, reason });
  write(draft, at, "skipped", { step: step.id, data: { reason } });
  tell(draft, "late", { step, level: 1 });
  settle(draft, at, () => false);
}

interface Escalating {
  readonly step: ManualStep;
  readonly own: StepRun;
  readonly deadlineMs: number;
}

const escalating = (run: SopRun): readonly Escalating[] =>
  run.state !== "active" && run.state !== "stable"
    ? []
    : standings(run).flatMap(({ step, own }) =>
        step.kind === "manual" && step.onTimeout === "escalate" && step.deadlineMs !== undefined && own.state === "waiting"
          ? [{ step, own, deadlineMs: Math.max(1, step.deadlineMs) }]
          : [],
      );

const levelAt = ({ readyAt = 0 }: StepRun, deadlineMs: number, now: number): number =>
  Math.min(mostLevels, Math.floor((now - readyAt) / deadlineMs));
