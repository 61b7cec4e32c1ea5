import type { Span } from "./account.ts";
import type { ProbeState } from "./state.ts";

/** An hour or a day of one probe's past that is to be closed: its row is made of what was written, once, and never changed. */
export interface Closing extends Span {
  readonly probe: number;
  readonly kind: "hour" | "day";
}

/** What is known of one probe when something of it may be closed. Moments in milliseconds UTC. */
export interface Closable {
  /** The number that the store knows it by. */
  readonly probe: number;
  readonly state: Pick<ProbeState, "since" | "undecidedSince" | "lastAt">;
  /** Of its first run or transition. */
  readonly firstAt: number;
  /** From here on all its runs are kept; 0: from the first. */
  readonly runsFrom: number;
  /** Undefined: nothing is closed yet. */
  readonly hoursUntil: number | undefined;
  /** The end of its last closed day, and the zone it is a day of. */
  readonly days: { readonly until: number; readonly timezone: string } | undefined;
}

/** What closing asks of the store. Every call throws StoreError when the disk fails. */
export interface Rollups {
  /** Of some hundred probes, by their numbers, those after one of them; empty after the last. */
  closable(after: number): readonly Closable[];
  /**
   * Writes the first of these in one transaction, as many as take some milliseconds, and returns how many. Those of a probe come in
   * order, hours before the days that they are in. Days of another zone that began at the same moment or later are forgotten.
   */
  close(closings: readonly Closing[], timezone: string): number;
}
