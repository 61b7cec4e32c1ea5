import type { Alert } from "../model/alert.ts";
import type { DeliveryResult } from "../model/channel.ts";
import { cutText } from "../model/cut.ts";
import type { ClaimedDelivery, Settlement } from "../model/outbox.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Until the next try, by how many were made; the last one stands for all further ones. */
const backOff = [5 * second, 15 * second, 45 * second, 2 * minute, 5 * minute, 15 * minute] as const;
/** A broken channel is left alone: what it refuses may be a password, and tries can lock an account. */
const brokenPause = [30 * minute, hour, 2 * hour, 4 * hour, 6 * hour] as const;
/** Nobody may hold us off for longer than that, whatever its Retry-After says. */
const longestThrottle = hour;
/** An answer that cannot be read may mean that it was taken: so many tries beyond the first. */
const unreadableRepeats = 2;

const pick = (steps: readonly number[], index: number): number => steps[Math.min(index, steps.length - 1)] ?? 15 * minute;

/** What one try means for the row and for the channel. */
export interface Outcome {
  readonly settlement: Settlement;
  readonly channel: "well" | "failing" | "broken";
  /** How long nothing goes to this channel. */
  readonly pauseMs: number;
}

export interface Try {
  readonly delivery: ClaimedDelivery;
  readonly result: DeliveryResult;
  readonly now: number;
  /** Of this delivery so far, this one included. */
  readonly unreadableAnswers: number;
  /** How often in a row this channel was found broken before. */
  readonly breaks: number;
  /** From 0 to 1. */
  readonly random: number;
}

const notInTime = "Not sent in time; the last try: ";

/** What the far side said at last, where a message was given up because its time was over. */
export const lastWords = (error: string): string => (error.startsWith(notInTime) ? error.slice(notInTime.length) : error);

/** Decides what comes after one try. Pure; reasons come masked. */
export function judge({ delivery, result, now, unreadableAnswers, breaks, random }: Try): Outcome {
  const { id } = delivery;
  const dead = (error: string): Settlement => ({ id, at: now, state: "dead", error });
  const later = (waitMs: number, error: string, more: Partial<Settlement> = {}): Settlement => {
    const notBefore = now + Math.round(waitMs);
    if (notBefore >= delivery.expiresAt) return dead(notInTime + error);
    return { id, at: now, state: "pending", notBefore, error, ...more };
  };

  switch (result.kind) {
    case "ok":
    case "accepted": {
      const reference = result.reference === undefined ? {} : { reference: result.reference };
      const state = result.kind === "ok" ? "sent" : "accepted";
      return { settlement: { id, at: now, state, ...reference }, channel: "well", pauseMs: 0 };
    }
    case "throttled": {
      const waitMs = Math.min(Math.max(result.retryAfterMs, second), longestThrottle);
      return { settlement: later(waitMs, result.reason), channel: "failing", pauseMs: waitMs };
    }
    case "retry": {
      if (result.doubt === "unreadable-answer" && unreadableAnswers > unreadableRepeats) {
        return { settlement: dead(`Given up after ${unreadableAnswers} tries: ${result.reason}`), channel: "broken", pauseMs: 0 };
      }
      const waitMs = pick(backOff, delivery.attempts - 1) * (1 + random / 5);
      const doubt = result.doubt === undefined ? {} : { maybeRepeat: true };
      return { settlement: later(waitMs, result.reason, doubt), channel: "failing", pauseMs: 0 };
    }
    case "bad-message":
      return { settlement: dead(result.reason), channel: "failing", pauseMs: 0 };
    case "bad-channel":
      break;
  }
  const waitMs = pick(brokenPause, breaks);
  return { settlement: later(waitMs, result.reason), channel: "broken", pauseMs: waitMs };
}

const plainLine = 200;
const plainLines = 3;

/** What is tried once where the full form cannot be sent: plain letters, the first lines, no details. Same id. */
export const shortened = (alert: Alert): Alert => ({
  ...alert,
  title: plain(alert.title),
  lines: alert.lines.slice(0, plainLines).map(plain),
  probes: [],
});

/** No pictographs, no markup, no more than a short line. */
const plain = (line: string): string =>
  cutText(
    line
      .replace(/[\p{Extended_Pictographic}\p{Co}\p{Cf}]/gu, "")
      .replace(/[*_`~<>|\\]/g, " ")
      .trim(),
    plainLine,
  );
