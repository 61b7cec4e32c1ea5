import type { Cause } from "./cause.ts";
import type { Priority } from "./incident.ts";
import type { Json } from "./json.ts";
import type { Text } from "./text.ts";

/** Somebody who acts in an emergency, as the configuration names them. */
export interface Person {
  readonly id: string;
  readonly name: string;
  /** As people dial it. Shown to those who are signed in and printed in the emergency manual, never sent to a channel. */
  readonly phone?: string;
}

/** Who acts: a role with its people, deputies behind. Nobody named: whoever is on duty. */
export interface Who {
  readonly role: string;
  readonly title: Text;
  readonly people: readonly Person[];
}

export const onTimeouts = ["escalate", "continue", "abort"] as const;
export type OnTimeout = (typeof onTimeouts)[number];

interface StepBase {
  /** Unique in its SOP: `[a-z0-9-]`, 1 to 40. Overrides name it. */
  readonly id: string;
  /** What to do, in the imperative; of `notify` the message itself. May name `{incident}`, `{title}`, `{company}`, `{since}`. */
  readonly text: Text;
  /** How, for somebody who does it for the first time: one paragraph a line. */
  readonly detail?: Text;
  /** Ids of steps that come first; none: it is ready when the run begins. */
  readonly needs: readonly string[];
  /** Not before the incident is over. */
  readonly after?: "resolved";
}

export interface ManualStep extends StepBase {
  readonly kind: "manual";
  readonly who: Who;
  /** From when it is ready. */
  readonly deadlineMs?: number;
  readonly onTimeout: OnTimeout;
  /** What whoever ticks it writes down, by key (`ticket`). */
  readonly input: readonly { readonly key: string; readonly title: Text; readonly required: boolean }[];
}

export interface NotifyStep extends StepBase {
  readonly kind: "notify";
  readonly channels: readonly string[];
}

/** A POST to another system. Its address is a secret of the configuration; the run keeps only the name of the step. */
export interface WebhookStep extends StepBase {
  readonly kind: "webhook";
  readonly body: Json;
  readonly onFailure: "stop" | "continue";
}

export interface WaitStep extends StepBase {
  readonly kind: "wait";
  /** So long from when it is ready. */
  readonly forMs: number;
}

export type SopStep = ManualStep | NotifyStep | WebhookStep | WaitStep;

/**
 * What begins a run by itself, of an incident that has lasted so long. Of several findings, causes or priorities one is enough; of the
 * kinds that are named each must fit.
 */
export interface SopTrigger {
  /** `check/code`, or `code` of any check. */
  readonly findings: readonly string[];
  readonly causes: readonly Cause[];
  readonly priorities: readonly Priority[];
  /** Begins at once when 0; else it is proposed, and begins when the incident is still open then. */
  readonly forMs: number;
}

/** An emergency procedure as it is configured, whole. JSON-safe: a run keeps it as it was. */
export interface Sop {
  readonly name: string;
  readonly title: Text;
  /** When it applies, in a sentence. */
  readonly summary: Text;
  readonly priority: Priority;
  /** Undefined: by hand alone. */
  readonly trigger: SopTrigger | undefined;
  /** Where messages of the run go. That it began or ended: to all; a step that waits: to the first, at each escalation to one more. */
  readonly channels: readonly string[];
  /** So long the incident is over before the run counts as stable and may be closed. */
  readonly calmMs: number;
  readonly steps: readonly SopStep[];
  /** SHA-256 of all the above, hex: which version of the manual was followed. */
  readonly hash: string;
}

export const runStates = ["proposed", "active", "stable", "closed", "aborted", "dismissed"] as const;
/** `proposed ▶ active ▶ stable ▶ closed`; `active` again when it fails again; `dismissed` before, `aborted` after it began. */
export type RunState = (typeof runStates)[number];

export const stepStates = ["blocked", "waiting", "running", "done", "skipped", "failed"] as const;
/** `blocked` until its needs are met; then a manual step is `waiting` for a person, any other is `running`. */
export type StepState = (typeof stepStates)[number];

export interface StepRun {
  readonly id: string;
  readonly state: StepState;
  /** When its needs were met. */
  readonly readyAt: number | undefined;
  /** When it is late (manual) or over (wait). */
  readonly dueAt: number | undefined;
  /** How often it was escalated; the last time at `escalatedAt`. */
  readonly escalations: number;
  readonly escalatedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Ticked or skipped after its deadline. */
  readonly late: boolean;
  /** Who ticked or skipped it; `system` where it was done by itself. */
  readonly by: string | undefined;
  readonly input: Readonly<Record<string, string>>;
  /** Why it was skipped or failed. */
  readonly reason: string | undefined;
  /** Its message may have been sent twice (the process ended in between). */
  readonly maybeRepeat: boolean;
  /** In a drill: it was not carried out, only shown. */
  readonly simulated: boolean;
}

/** One application of an SOP. Shown as `S-3`. */
export interface SopRun {
  readonly id: number;
  /** As it was when the run was proposed: later changes apply to the next run. */
  readonly sop: Sop;
  readonly drill: boolean;
  readonly state: RunState;
  /** What it answers; undefined when begun by hand, or in a drill. */
  readonly incident: number | undefined;
  /** `system`, or who. */
  readonly begunBy: string;
  readonly proposedAt: number;
  readonly startedAt: number | undefined;
  /** The incident ended then, and has not begun again since. */
  readonly resolvedAt: number | undefined;
  readonly stableAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Of an abort or a dismissal. */
  readonly reason: string | undefined;
  readonly steps: readonly StepRun[];
  /** Counts the messages; part of each one's key. */
  readonly messageCount: number;
}

export type SopEntryKind =
  | "proposed"
  | "started"
  | "ready"
  | "done"
  | "skipped"
  | "failed"
  | "late"
  | "escalated"
  | "resolved"
  | "failing-again"
  | "stable"
  | "closed"
  | "aborted"
  | "dismissed"
  | "note";

/** One line of a run's history; append-only. */
export interface SopEntry {
  readonly run: number;
  readonly at: number;
  /** `system`, or who. */
  readonly actor: string;
  readonly kind: SopEntryKind;
  readonly step: string | undefined;
  readonly data: Json;
}

/** What a person may do with a run. `by` is a name. */
export type SopAction =
  /** Of a proposed run. */
  | { readonly kind: "begin"; readonly by: string }
  | { readonly kind: "done"; readonly step: string; readonly by: string; readonly input: Readonly<Record<string, string>> }
  | { readonly kind: "skip"; readonly step: string; readonly by: string; readonly reason: string }
  /** Of a step that failed. */
  | { readonly kind: "retry"; readonly step: string; readonly by: string }
  | { readonly kind: "note"; readonly by: string; readonly text: string }
  | { readonly kind: "close"; readonly by: string }
  | { readonly kind: "abort"; readonly by: string; readonly reason: string }
  | { readonly kind: "dismiss"; readonly by: string; readonly reason: string };

/** Runs of SOPs, as pages and commands see them. */
export interface Procedures {
  sops(): readonly Sop[];
  /** Those that go on, then those that ended within 30 days, the latest first. */
  runs(): readonly SopRun[];
  /** However old. */
  run(id: number): SopRun | undefined;
  entries(run: number): readonly SopEntry[];
  start(
    sop: string,
    by: string,
    how: { readonly drill: boolean },
  ): Promise<{ readonly run: number } | { readonly refused: Text }>;
  act(run: number, action: SopAction): Promise<{ readonly run: number } | { readonly refused: Text }>;
}

/** So long a run is remembered after its end; the store has it for ever. */
export const sopRunDays = 30;
export const runName = (id: number): string => `S-${id}`;
export const hasEnded = ({ state }: Pick<SopRun, "state">): boolean =>
  state === "closed" || state === "aborted" || state === "dismissed";

/** The channel that sends what a webhook step sends. No other channel's name has a slash in it. */
export const hookName = (sop: string, step: string): string => `sop/${sop}/${step}`;
export const isHookName = (channel: string): boolean => channel.startsWith("sop/");
