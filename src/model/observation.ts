import type { Severity, Status } from "./status.ts";
import type { Data, Text } from "./text.ts";

/** One coded statement inside an observation. Its texts are those of the check's declaration, filled with `data`. */
export interface Finding {
  readonly code: string;
  /** After the operator's overrides. */
  readonly severity: Severity;
  readonly data: Data;
}

/** A finding as a person reads it. */
export interface SpokenFinding extends Finding {
  readonly text: Text;
  readonly advice: Text;
}

/** Something a run learnt about an asset that other checks read. */
export interface Fact {
  readonly kind: string;
  readonly value: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** Of one asset no more facts of a kind are kept, those that were seen last: what is learnt comes from the network. */
export const maxFactsOfAKind = 500;

/** The stored outcome of one run; never changed. */
export interface Observation {
  readonly probe: string;
  readonly status: Status;
  readonly findings: readonly Finding[];
  /** By the names the check declares, in their units. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What was asked and what came back, secrets masked, control characters made visible. */
  readonly evidence: readonly string[];
  /** Milliseconds UTC when the run began; strictly increasing per probe (`max(now, last + 1)`). */
  readonly at: number;
  /** From the monotonic clock. */
  readonly durationMs: number;
  /**
   * How long what the check looks at took, where that is not the duration of the run: whole milliseconds, `none` in a run that
   * measured it of nothing, `lost` in one that gave a mail up. Left out: it is the duration, where the run went well.
   */
  readonly latencyMs?: number | "none" | "lost";
}
