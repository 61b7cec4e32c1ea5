import type { Alert } from "./alert.ts";
import type { NewDelivery } from "./state.ts";

export type DeliveryState = "pending" | "sending" | "sent" | "accepted" | "dead" | "obsolete";

/** A claimed delivery. */
export interface ClaimedDelivery extends NewDelivery {
  /** This try included. */
  readonly attempts: number;
  /** An earlier try may have arrived: its outcome was never written (kill -9) or the far side's answer was lost. */
  readonly maybeRepeat: boolean;
}

/** A row of the outbox as it stands. */
export interface WrittenDelivery {
  readonly key: string;
  readonly alert: Alert;
  readonly state: DeliveryState;
  readonly maybeRepeat: boolean;
  readonly error: string | undefined;
}

export interface Settlement {
  readonly id: string;
  readonly at: number;
  /** `pending` with `notBefore` is another try later. */
  readonly state: Exclude<DeliveryState, "sending">;
  readonly notBefore?: number;
  readonly reference?: string;
  readonly error?: string;
  /** The far side may have taken it although we do not know (a time-out after the request was sent). */
  readonly maybeRepeat?: boolean;
}

/** How the engine sees the rows of the outbox. Every call is one committed transaction. */
export interface Outbox {
  /** At start: what was being sent when the process ended is pending again, marked as a possible repeat. Returns how many. */
  recover(now: number): number;
  /**
   * The most pressing deliveries that are due (priority, then age): pending ▶ sending, attempts + 1, leased. Per what it is about and
   * channel only the oldest unfinished one is ever claimed, so that resolved never overtakes opened. Those of the channels
   * in `except` (out of tokens, told to wait) are left where they are.
   */
  claim(now: number, limit: number, leaseMs: number, except: readonly string[]): readonly ClaimedDelivery[];
  settle(settlement: Settlement): void;
  /** What waits for this channel is due at once: its configuration may have been corrected. */
  release(channel: string, now: number): void;
  /** What is unfinished, by channel; none of a channel without. `since` is when its oldest one was written. */
  waiting(): readonly { readonly channel: string; readonly count: number; readonly since: number }[];
  /** Of the unfinished ones: the earliest `notBefore`, or undefined when there is none. */
  nextDueAt(): number | undefined;
  /** When the oldest unfinished one was written. */
  oldestPendingAt(): number | undefined;
  /**
   * Channels that took, or may yet take, the `opened`, `worsened` or `reminder` of an incident (any state but dead and
   * obsolete), or of one that turned out to be a part of it: they, and no others, are told that it is over, after what waits before it.
   */
  toldChannels(incident: number): readonly string[];
  /**
   * Turns `opened` and `worsened`, and messages of SOPs, of priority P1 that no channel has taken (none of their deliveries is sent, accepted or
   * obsolete), that are not expired and whose incident is not over: one delivery of each, and the channels that have one.
   */
  untaken(now: number): readonly { readonly delivery: NewDelivery; readonly channels: readonly string[] }[];
  /** What became of all that was written about one thing, in the order in which it was written. */
  about(about: string): readonly WrittenDelivery[];
  /** Further deliveries of a turn that is stored already. One whose key is there is left alone. */
  add(deliveries: readonly NewDelivery[]): void;
  saveChannel(
    name: string,
    health: {
      readonly brokenSince: number | undefined;
      readonly lastError: string | undefined;
      readonly lastSentAt: number | undefined;
    },
  ): void;
  channels(): readonly {
    readonly name: string;
    readonly brokenSince: number | undefined;
    readonly lastError: string | undefined;
    readonly lastSentAt: number | undefined;
  }[];
}
