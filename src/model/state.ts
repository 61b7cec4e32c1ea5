import type { Alert } from "./alert.ts";
import type { Incident, MessageKind, Transition, Priority } from "./incident.ts";
import type { Json } from "./json.ts";
import type { Observation } from "./observation.ts";
import type { SopEntry, SopRun } from "./sop.ts";
import type { Status } from "./status.ts";

/** What is remembered of one probe between two runs, stored so that a restart forgets nothing. */
export interface ProbeState {
  readonly probe: string;
  /** As it is accounted: the `to` of its last transition. */
  readonly status: Status;
  /** The `at` of its last transition, or when the probe was first known. */
  readonly since: number;
  /** The last confirmed status that was not unknown; it is what an incident rests on. */
  readonly verdict: Exclude<Status, "unknown"> | undefined;
  /** The last known (not unknown) observations, oldest first, at most `m` of its policy (at least 2). */
  readonly recent: readonly { readonly at: number; readonly status: Exclude<Status, "unknown"> }[];
  /** The first observation of a change that is not decided yet. */
  readonly undecidedSince: number | undefined;
  /** The last observation, known or not. */
  readonly lastAt: number | undefined;
  /** Until when it speaks: twice the interval that the probe had then. What lies beyond is unknown. */
  readonly coverUntil: number | undefined;
  /** The last 20 comparisons of neighbouring known statuses, oldest first: 1 where they differ (Nagios flap detection). */
  readonly flips: readonly (0 | 1)[];
  readonly flapping: boolean;
}

/** The authentication breaker of one credential: open from its first rejection until a login succeeds. */
export interface Breaker {
  /** The login name, lower case. */
  readonly account: string;
  /** HMAC of the refused secret under the installation's own key; never the secret. */
  readonly fingerprint: string;
  readonly kind: "definite" | "ambiguous";
  readonly refusals: number;
  readonly openedAt: number;
  /** When it may be tried again; undefined: not until the credential changes. */
  readonly retryAt: number | undefined;
  /** The probe that was refused. */
  readonly probe: string;
}

/** One line of an incident's history; append-only. */
export interface TimelineEntry {
  readonly incident: number;
  readonly at: number;
  /** `system`, or who. */
  readonly actor: string;
  readonly kind: "turn" | "joined" | "left" | "delivery" | "note";
  readonly data: Json;
}

/** An alert on its way to one channel: a row of the outbox. */
export interface NewDelivery {
  /** The same for every try. */
  readonly id: string;
  /** `incident:turnCount:channel`, `S-3:step:n:channel`, …: one message a turn and channel, whatever happens twice. */
  readonly key: string;
  readonly channel: string;
  /** Undefined where it is about none. */
  readonly incident: number | undefined;
  readonly turn: MessageKind;
  readonly priority: Priority;
  readonly notBefore: number;
  readonly expiresAt: number;
  readonly alert: Alert;
}

/** Everything one run changes, for one transaction. Rows of one kind are in the order they are to be written. */
export interface Batch {
  readonly observations: readonly Observation[];
  readonly memories: readonly { readonly probe: string; readonly memory: Json }[];
  readonly facts: readonly { readonly asset: string; readonly kind: string; readonly value: string; readonly at: number }[];
  readonly states: readonly ProbeState[];
  readonly transitions: readonly Transition[];
  /** Whole, with their probes; the row of the same id is replaced. */
  readonly incidents: readonly Incident[];
  readonly timeline: readonly TimelineEntry[];
  readonly deliveries: readonly NewDelivery[];
  /** Whole; the row of the same id is replaced. */
  readonly sopRuns: readonly SopRun[];
  readonly sopEntries: readonly SopEntry[];
  readonly breakers: readonly Breaker[];
  /** Accounts whose breaker closed. */
  readonly breakersClosed: readonly string[];
}

export const emptyBatch: Batch = {
  observations: [],
  memories: [],
  facts: [],
  states: [],
  transitions: [],
  incidents: [],
  timeline: [],
  deliveries: [],
  sopRuns: [],
  sopEntries: [],
  breakers: [],
  breakersClosed: [],
};

/** What the engine asks of the store on the way of a run. */
export interface Recorder {
  /**
   * Writes the batch in one transaction; resolves after COMMIT. `atOnce`: now, with everything that waits before it;
   * otherwise within 200 ms, together with others.
   * @throws StoreError when it could not be written (disk full): nothing of the batch is stored then
   */
  commit(batch: Batch, options?: { readonly atOnce?: boolean }): Promise<void>;
}

/** Everything the engine needs to go on where it was. */
export interface Remembered {
  readonly states: readonly ProbeState[];
  /** The last observation of each probe, in full. */
  readonly observations: readonly Observation[];
  readonly memories: ReadonlyMap<string, Json>;
  readonly facts: readonly {
    readonly asset: string;
    readonly kind: string;
    readonly value: string;
    readonly firstSeen: number;
    readonly lastSeen: number;
  }[];
  /** Open, and those resolved within the last 24 h. */
  readonly incidents: readonly Incident[];
  /** Of the last 24 h, in order of `at`, and each probe's last one before. */
  readonly transitions: readonly Transition[];
  readonly breakers: readonly Breaker[];
  readonly nextIncident: number;
  /** Those that go on, and those that ended within 30 days. */
  readonly sopRuns: readonly SopRun[];
  readonly nextSopRun: number;
}
