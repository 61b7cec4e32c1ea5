import type { ChannelHealth } from "../model/board.ts";
import type { Alert } from "../model/alert.ts";
import type { AnyChannel, ChannelContext, DeliveryResult } from "../model/channel.ts";
import { cutText } from "../model/cut.ts";
import type { ClaimedDelivery, Outbox, Settlement } from "../model/outbox.ts";
import { isHookName } from "../model/sop.ts";
import type { Mask } from "../model/secret.ts";
import { SecretError } from "../model/secret.ts";
import { judge, shortened } from "./delivery-outcome.ts";
import { createMessageId } from "./message-id.ts";
import { alsoTo } from "./routing.ts";
import type { TokenBucket } from "./token-bucket.ts";
import { createTokenBucket } from "./token-bucket.ts";

/** A try may take so long; a channel that does not listen to its signal gets a little more, then its answer is not waited for. */
const sendTimeoutMs = 15_000;
const graceMs = 250;
/** Longer than a try and its shortened second. */
const leaseMs = 60_000;
/** When stopping: how long tries under way may go on. */
const stopGraceMs = 3_000;
/** A P1 that nobody took by then goes to a further channel, and to the next one at this pace. */
const untakenMs = 60_000;
const spreadPaceMs = sendTimeoutMs;
/** Something is due and cannot be claimed yet (its channel waits, an earlier message is under way). */
const blockedMs = 1_000;
/** A channel that takes nothing for so long is told of: nobody would learn of it otherwise while its tries go on. */
const unreachableMs = 5 * 60_000;
/** However long nothing is due: a clock may have been set. */
const longestSleepMs = 30_000;
const outboxRetryMs = 5_000;

export interface DeliveryOptions {
  readonly outbox: Outbox;
  /** By name, in the order of the configuration. Read at each use: a reload may change it in place. */
  readonly channels: ReadonlyMap<string, { readonly type: AnyChannel; readonly options: unknown }>;
  readonly now: () => number;
  readonly context: Omit<ChannelContext, "signal" | "maybeRepeat" | "now">;
  readonly mask: Mask;
  /**
   * A channel took something (for the first time since the start, or since it was broken), was found broken (at each try that
   * finds it so), or has taken nothing for five minutes. It is the own side's trouble: whoever is told must not be told
   * through it alone.
   */
  readonly onChannelChange?: (health: ChannelHealth, is: "well" | "broken" | "unreachable") => void;
  /** After each try was written: for the timeline and metrics. */
  readonly onSettled?: (delivery: ClaimedDelivery, settlement: Settlement) => void;
  /** How many tries at once; default 4. */
  readonly concurrency?: number;
  /** From 0 to 1, for the jitter. */
  readonly random?: () => number;
}

export interface Delivery {
  /** Something was written to the outbox. */
  wake(): void;
  /** The configuration may have been corrected: every channel is tried at once, or this one, whatever it was told to wait. */
  retry(channel?: string): void;
  /** Lets tries under way end (3 s), then aborts them; what they came to is written. Nothing is open afterwards. */
  stop(): Promise<void>;
  /** Those that people are told by: what a step of an SOP sends to is told of by its step. */
  channels(): readonly ChannelHealth[];
  /** Why the outbox could not be read or written at the last try; undefined when it could. */
  trouble(): string | undefined;
}

interface ChannelState {
  brokenSince: number | undefined;
  lastError: string | undefined;
  lastSentAt: number | undefined;
  pausedUntil: number;
  /** How often in a row it was found broken. */
  breaks: number;
  /** Since when no try was even answered, or only with a fault of the far side; undefined after any other answer. */
  failingSince: number | undefined;
  /** It took something in the life of this process, and was not found broken since. */
  proven: boolean;
  readonly bucket: TokenBucket;
}

/** Sends what the outbox holds: at least once, in order per incident and channel, each channel at its own pace. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { outbox, channels, now, mask, concurrency = 4, random = Math.random } = options;
  const states = new Map<string, ChannelState>();
  const underWay = new Map<string, { readonly done: Promise<void>; readonly controller: AbortController }>();
  const unreadable = new Map<string, number>();
  /** What could not be written yet: it goes first, so that nothing is sent twice because of a full disk. */
  const unsettled: { readonly delivery: ClaimedDelivery; readonly settlement: Settlement }[] = [];
  const spreadAt = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let trouble: string | undefined;
  let remembered = false;
  let released = false;
  /** What waits, by channel, as it was at the last look at the outbox. */
  let queues: ReadonlyMap<string, { readonly count: number; readonly since: number }> = new Map();

  const stateOf = (name: string): ChannelState => {
    let state = states.get(name);
    if (state === undefined) {
      const bucket = createTokenBucket(channels.get(name)?.type.perMinute ?? 60, now());
      const blank = { brokenSince: undefined, lastError: undefined, lastSentAt: undefined, failingSince: undefined };
      state = { ...blank, pausedUntil: 0, breaks: 0, proven: false, bucket };
      states.set(name, state);
    }
    return state;
  };

  const wakeIn = (ms: number): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(pump, Math.min(Math.max(ms, 0), longestSleepMs));
  };

  function remember(): void {
    if (remembered) return;
    outbox.recover(now());
    for (const { name, brokenSince, lastError, lastSentAt } of outbox.channels()) {
      Object.assign(stateOf(name), { brokenSince, lastError, lastSentAt });
    }
    remembered = true;
  }

  /** Every channel is tried at once after a start and after a reload: somebody may have mended it. */
  function release(): void {
    if (released) return;
    for (const name of channels.keys()) {
      outbox.release(name, now());
      Object.assign(stateOf(name), { pausedUntil: 0, breaks: 0 });
    }
    released = true;
  }

  function pump(): void {
    try {
      remember();
      release();
      flush();
      while (underWay.size < concurrency) {
        const [delivery] = outbox.claim(now(), 1, leaseMs, waitingChannels());
        if (delivery === undefined) break;
        start(delivery);
      }
      queues = new Map(outbox.waiting().map((one) => [one.channel, one]));
      trouble = undefined;
      wakeIn(Math.min(spread(), untilDue(), untilChannelIsReady(), suspect()));
    } catch (error) {
      trouble = said(error);
      wakeIn(outboxRetryMs);
    }
  }

  const readyIn = (name: string): number => {
    const state = stateOf(name);
    return Math.max(state.pausedUntil - now(), state.bucket.waitMs(now()));
  };
  const waitingChannels = (): readonly string[] => [...channels.keys()].filter((name) => readyIn(name) > 0);
  const untilChannelIsReady = (): number => Math.min(...waitingChannels().map(readyIn), Infinity);
  const untilDue = (): number => {
    const due = outbox.nextDueAt();
    if (due === undefined || underWay.size >= concurrency) return Infinity;
    return due > now() ? due - now() : blockedMs;
  };

  function start(delivery: ClaimedDelivery): void {
    const controller = new AbortController();
    underWay.set(delivery.id, { done: run(delivery, controller), controller });
  }

  async function run(delivery: ClaimedDelivery, controller: AbortController): Promise<void> {
    const settlement = await attempt(delivery, controller);
    unsettled.push({ delivery, settlement });
    underWay.delete(delivery.id);
    try {
      flush();
      wakeIn(0);
    } catch (error) {
      trouble = said(error);
      wakeIn(outboxRetryMs);
    }
  }

  /** @throws what the outbox throws; what is left stays to be written */
  function flush(): void {
    for (let next = unsettled[0]; next !== undefined; next = unsettled[0]) {
      outbox.settle(next.settlement);
      unsettled.shift();
      options.onSettled?.(next.delivery, next.settlement);
    }
  }

  async function attempt(delivery: ClaimedDelivery, controller: AbortController): Promise<Settlement> {
    const { id, channel: name } = delivery;
    const entry = channels.get(name);
    const dead = (error: string): Settlement => ({ id, at: now(), state: "dead", error });
    if (entry === undefined) return dead(`The channel "${name}" is no longer configured`);
    if (now() >= delivery.expiresAt) {
      return dead(`Not sent in time; the channel said: ${stateOf(name).lastError ?? "nothing, it was not reached in turn"}`);
    }
    const state = stateOf(name);
    const send = (alert: Alert): Promise<DeliveryResult> => {
      state.bucket.take(now());
      return sendOnce(entry, alert, delivery.maybeRepeat, controller);
    };
    let result = await send(delivery.alert);
    if (result.kind === "bad-message" && !controller.signal.aborted) {
      const first = result.reason;
      result = await send(shortened(delivery.alert));
      if (result.kind === "bad-message") result = { kind: "bad-message", reason: `${first}; shortened: ${result.reason}` };
    }

    const doubtful = result.kind === "retry" && result.doubt === "unreadable-answer";
    const unreadableAnswers = (unreadable.get(id) ?? 0) + (doubtful ? 1 : 0);
    const masked = masking(result);
    const outcome = judge({ delivery, result: masked, now: now(), unreadableAnswers, breaks: state.breaks, random: random() });
    if (outcome.settlement.state === "pending" && doubtful) unreadable.set(id, unreadableAnswers);
    else unreadable.delete(id);
    state.pausedUntil = Math.max(state.pausedUntil, now() + outcome.pauseMs);
    // An answer that refuses or delays shows that the far side is there.
    state.failingSince = result.kind === "retry" ? (state.failingSince ?? now()) : undefined;
    noteHealth(name, outcome.channel, "reason" in masked ? masked.reason : undefined);
    return outcome.settlement;
  }

  async function sendOnce(
    entry: { readonly type: AnyChannel; readonly options: unknown },
    alert: Alert,
    maybeRepeat: boolean,
    controller: AbortController,
  ): Promise<DeliveryResult> {
    const { signal } = controller;
    // One signal for the stop of the daemon and for the time of this try.
    const own = new AbortController();
    const abort = (): void => own.abort(new Error("The daemon stops"));
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
    const timers = [setTimeout(() => own.abort(new Error(`No answer within ${sendTimeoutMs / 1_000} s`)), sendTimeoutMs)];
    const givenUp = new Promise<DeliveryResult>((resolve) => {
      own.signal.addEventListener("abort", () => {
        const giveUp = (): void => resolve({ kind: "retry", reason: said(own.signal.reason), doubt: "no-answer" });
        timers.push(setTimeout(giveUp, graceMs));
      });
    });
    try {
      const context: ChannelContext = { ...options.context, now, signal: own.signal, maybeRepeat };
      return await Promise.race([entry.type.send(alert, entry.options, context), givenUp]);
    } catch (error) {
      if (error instanceof SecretError) return { kind: "bad-channel", reason: said(error) };
      return { kind: "retry", reason: said(error), doubt: "no-answer" };
    } finally {
      timers.forEach(clearTimeout);
      signal.removeEventListener("abort", abort);
    }
  }

  function noteHealth(name: string, health: "well" | "failing" | "broken", reason: string | undefined): void {
    const state = stateOf(name);
    const before = { broken: state.brokenSince !== undefined, lastError: state.lastError, proven: state.proven };
    if (health === "well")
      Object.assign(state, { brokenSince: undefined, lastError: undefined, lastSentAt: now(), breaks: 0, proven: true });
    else state.lastError = reason;
    if (health === "broken") {
      state.proven = false;
      state.brokenSince ??= now();
      state.breaks += 1;
    }
    const changed = before.broken !== (state.brokenSince !== undefined);
    if (health === "well" || changed || before.lastError !== state.lastError) saveHealth(name);
    // Whoever listens may have missed what an earlier process saw (kill -9): the first success after a start is told too.
    if (isHookName(name)) return;
    if (health === "broken" || (health === "well" && !before.proven)) options.onChannelChange?.(healthOf(name), health);
  }

  function saveHealth(name: string): void {
    const { brokenSince, lastError, lastSentAt } = stateOf(name);
    try {
      outbox.saveChannel(name, { brokenSince, lastError, lastSentAt });
    } catch (error) {
      // It is in memory; the message itself counts more than what is remembered of its channel.
      trouble = said(error);
    }
  }

  /** Finds the channels that nothing gets through to. Returns the milliseconds until the next one may be such a one. */
  function suspect(): number {
    let next = Infinity;
    for (const name of channels.keys()) {
      const state = stateOf(name);
      if (state.failingSince === undefined || state.brokenSince !== undefined || !queues.has(name) || isHookName(name)) continue;
      const leftMs = state.failingSince + unreachableMs - now();
      if (leftMs > 0) {
        next = Math.min(next, leftMs);
        continue;
      }
      Object.assign(state, { brokenSince: state.failingSince, proven: false });
      saveHealth(name);
      options.onChannelChange?.(healthOf(name), "unreachable");
    }
    return next;
  }

  /** Sends a P1 that nobody took a further way. Returns the milliseconds until that has to be looked at again. */
  function spread(): number {
    const waiting = outbox.untaken(now());
    const turns = new Set(waiting.map(({ delivery }) => turnOf(delivery)));
    for (const turn of spreadAt.keys()) if (!turns.has(turn)) spreadAt.delete(turn);
    let next = Infinity;
    for (const { delivery, channels: tried } of waiting) {
      const further = [...channels.keys()].filter((name) => !tried.includes(name) && !isHookName(name));
      // A broken one only when no other is left: it may be well by now.
      const channel = further.find((name) => stateOf(name).brokenSince === undefined) ?? further[0];
      if (channel === undefined) continue;
      const turn = turnOf(delivery);
      const due = spreadAt.get(turn) ?? delivery.alert.at + untakenMs;
      if (due <= now()) {
        outbox.add([alsoTo(delivery, channel, now(), createMessageId(now()))]);
        spreadAt.set(turn, now() + spreadPaceMs);
      }
      next = Math.min(next, Math.max(due - now(), 0));
    }
    return next;
  }

  const said = (error: unknown): string => clean(error instanceof Error ? error.message : String(error));
  const clean = (text: string): string => cutText(mask(text).replace(/\s+/g, " ").trim(), 500);
  const masking = (result: DeliveryResult): DeliveryResult => {
    if ("reason" in result) return { ...result, reason: clean(result.reason) };
    return result.reference === undefined ? result : { ...result, reference: clean(result.reference) };
  };
  const healthOf = (name: string): ChannelHealth => {
    const { brokenSince, lastError, lastSentAt } = stateOf(name);
    const queue = queues.get(name);
    const queued = queue === undefined ? {} : { waiting: queue.count, waitingSince: queue.since };
    return { name, type: channels.get(name)?.type.id ?? "", brokenSince, lastError, lastSentAt, ...queued };
  };

  wakeIn(0);
  return {
    wake: () => wakeIn(0),
    retry: (channel) => {
      if (channel === undefined) released = false;
      else Object.assign(stateOf(channel), { pausedUntil: 0, breaks: 0 });
      wakeIn(0);
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      const grace = setTimeout(() => underWay.forEach(({ controller }) => controller.abort()), stopGraceMs);
      await Promise.all([...underWay.values()].map(({ done }) => done));
      clearTimeout(grace);
      try {
        flush();
      } catch (error) {
        // It stays `sending` and is a possible repeat at the next start.
        trouble = said(error);
      }
    },
    channels: () => [...channels.keys()].filter((name) => !isHookName(name)).map(healthOf),
    trouble: () => trouble,
  };
}

/** The part of the key that all channels share. */
const turnOf = (delivery: { readonly key: string; readonly channel: string }): string =>
  delivery.key.slice(0, -delivery.channel.length);
