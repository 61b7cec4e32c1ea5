import type { Incident } from "../model/incident.ts";
import type { Sop, SopAction, SopEntry, SopRun, SopTrigger, Who } from "../model/sop.ts";
import type { Text } from "../model/text.ts";

/** What may happen to a run of an SOP. */
export type SopEvent =
  | SopAction
  | { readonly kind: "tick" }
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

export declare function propose(sop: Sop, beginning: SopBeginning): SopMove;
export declare function move(run: SopRun, event: SopEvent, now: number): SopMove | { readonly refused: Text } | undefined;
export declare function dueAt(run: SopRun): number | undefined;
export declare function matches(trigger: SopTrigger, incident: Incident): boolean;
