import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { Delivery, DeliveryOptions } from "../../src/engine/delivery.ts";
import { createDelivery } from "../../src/engine/delivery.ts";
import type { Alert } from "../../src/model/alert.ts";
import type { ChannelHealth } from "../../src/model/board.ts";
import type { AnyChannel, ChannelContext, DeliveryResult } from "../../src/model/channel.ts";
import { defineChannel } from "../../src/model/channel.ts";
import { SecretError } from "../../src/model/secret.ts";
import type { NewDelivery } from "../../src/model/state.ts";
import { makeDelivery } from "../support/alerts.ts";
import type { MemoryOutbox } from "../support/memory-outbox.ts";
import { createMemoryOutbox } from "../support/memory-outbox.ts";
import { createZone } from "../support/zone.ts";

const start = 1_750_000_000_000;
const second = 1_000;
const minute = 60 * second;

beforeEach(() => {
  vi.useFakeTimers({ now: start, toFake: ["setTimeout", "clearTimeout", "Date"] });
});
const open: Delivery[] = [];
afterEach(async () => {
  const stopping = Promise.all(open.splice(0).map((delivery) => delivery.stop()));
  await vi.advanceTimersByTimeAsync(20 * second);
  await stopping;
  if (vi.getTimerCount() > 0) throw new Error("A timer is left open after stop()");
  vi.useRealTimers();
});

type Answer = (alert: Alert, ctx: ChannelContext) => DeliveryResult | Promise<DeliveryResult>;
interface Sent {
  readonly at: number;
  readonly channel: string;
  readonly alert: Alert;
  readonly maybeRepeat: boolean;
}

/** Channels that answer as told, an outbox in memory, and what was sent when. */
function set(answers: Readonly<Record<string, Answer>>, rows: readonly NewDelivery[], some: Partial<DeliveryOptions> = {}) {
  const sent: Sent[] = [];
  const outbox = createMemoryOutbox(...rows);
  const channels = new Map<string, { type: AnyChannel; options: unknown }>();
  for (const [name, answer] of Object.entries(answers)) {
    const type = defineChannel({
      id: "scripted",
      title: { en: "Scripted", zh: "脚本" },
      options: z.unknown(),
      perMinute: 600,
      dependsOn: () => ({ hosts: [], mailDomains: [] }),
      send: async (alert, _, ctx) => {
        sent.push({ at: ctx.now() - start, channel: name, alert, maybeRepeat: ctx.maybeRepeat });
        return answer(alert, ctx);
      },
    });
    channels.set(name, { type, options: {} });
  }
  const changes: (ChannelHealth & { readonly is: string })[] = [];
  const { ask, resolve } = createZone({});
  const delivery = createDelivery({
    outbox,
    channels,
    now: Date.now,
    context: { dial: () => Promise.reject(new Error("not here")), ask, resolve, authorities: [] },
    mask: (text) => text.replaceAll("hunter2", "[secret]"),
    random: () => 0,
    onChannelChange: (health, is) => changes.push({ ...health, is }),
    ...some,
  });
  open.push(delivery);
  return { sent, outbox, channels, delivery, changes };
}

const ok: Answer = () => ({ kind: "ok", reference: "ref-1" });
const down: Answer = () => ({ kind: "retry", reason: "connect ECONNREFUSED" });
const inTurn = (...answers: readonly Answer[]): Answer => {
  let count = 0;
  return (alert, ctx) => (answers[Math.min(count++, answers.length - 1)] ?? ok)(alert, ctx);
};
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const states = (outbox: MemoryOutbox): readonly string[] =>
  outbox.rows().map(({ delivery, state }) => `${delivery.key} ${state}`);
const times = (sent: readonly Sent[]): readonly number[] => sent.map(({ at }) => at / second);

describe("createDelivery()", () => {
  it("sends what is due at the start, and later what it is woken for", async () => {
    const { sent, outbox, delivery } = set({ ops: ok }, [makeDelivery()]);
    await pass(10);
    expect(states(outbox)).toEqual(["1042:1:ops sent"]);
    outbox.add([makeDelivery({ incident: 2, at: start })]);
    delivery.wake();
    await pass(10);
    expect(states(outbox)).toEqual(["1042:1:ops sent", "2:1:ops sent"]);
    expect(outbox.row(sent[0]?.alert.id ?? "")?.reference).toBe("ref-1");
    expect(delivery.channels()).toEqual([
      { name: "ops", type: "scripted", brokenSince: undefined, lastError: undefined, lastSentAt: start + 10 },
    ]);
  });

  it("tries again with the same id after 5, 15 and 45 s, and marks what may have arrived as a repeat", async () => {
    const lost: Answer = () => ({ kind: "retry", reason: "no answer", doubt: "no-answer" });
    const { sent, outbox } = set({ ops: inTurn(down, lost, down, ok) }, [makeDelivery()]);
    await pass(2 * minute);
    expect(times(sent)).toEqual([0, 5, 20, 65]);
    expect(new Set(sent.map(({ alert }) => alert.id)).size).toBe(1);
    expect(sent.map(({ maybeRepeat }) => maybeRepeat)).toEqual([false, false, true, true]);
    expect(states(outbox)).toEqual(["1042:1:ops sent"]);
  });

  it("sends as a possible repeat what was under way when the process was killed", async () => {
    const rows = [makeDelivery()];
    const before = createMemoryOutbox(...rows);
    before.claim(start, 1, minute, []);
    const { sent } = set({ ops: ok }, [], { outbox: before });
    await pass(10);
    expect(sent.map(({ maybeRepeat }) => maybeRepeat)).toEqual([true]);
  });

  it("never lets resolved overtake opened, nor sends two of one incident to one channel at once", async () => {
    let running = 0;
    let most = 0;
    const slow: Answer = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, second));
      running -= 1;
      return { kind: "ok" };
    };
    const rows = [
      makeDelivery({ turn: "opened", turnCount: 1 }),
      makeDelivery({ turn: "worsened", turnCount: 2, priority: "P1" }),
      makeDelivery({ turn: "resolved", turnCount: 3 }),
    ];
    const { sent } = set({ ops: inTurn(down, slow) }, rows);
    await pass(minute);
    expect(sent.map(({ alert }) => alert.turn)).toEqual(["opened", "opened", "worsened", "resolved"]);
    expect(most).toBe(1);
  });

  it("sends at most as many at once as it may, the most pressing first", async () => {
    let running = 0;
    let most = 0;
    const slow: Answer = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, second));
      running -= 1;
      return { kind: "ok" };
    };
    const rows = Array.from({ length: 9 }, (_, index) => makeDelivery({ incident: index, priority: index === 8 ? "P1" : "P3" }));
    const { sent, outbox } = set({ ops: slow }, rows, { concurrency: 3 });
    await pass(10 * second);
    expect(most).toBe(3);
    expect(sent[0]?.alert.incident).toBe(8);
    expect(outbox.rows().every(({ state }) => state === "sent")).toBe(true);
  });

  it("gives up a try after 15 s, whether or not the channel listens to its signal", async () => {
    const heard: string[] = [];
    const deaf: Answer = (_, { signal }) =>
      new Promise(() => signal.addEventListener("abort", () => heard.push(String(signal.reason))));
    const { sent, outbox } = set({ ops: inTurn(deaf, ok) }, [makeDelivery()]);
    await pass(15 * second + 300);
    expect(heard).toEqual(["Error: No answer within 15 s"]);
    expect(outbox.rows()[0]).toMatchObject({ state: "pending", error: "No answer within 15 s", maybeRepeat: true });
    await pass(6 * second);
    expect(times(sent)[1]).toBeCloseTo(20.25, 1);
  });

  it("leaves a throttled channel alone for as long as it said, and no other", async () => {
    const throttled: Answer = () => ({ kind: "throttled", retryAfterMs: 90 * second, reason: "slow down" });
    const rows = [makeDelivery({ incident: 1 }), makeDelivery({ incident: 2 }), makeDelivery({ incident: 3, channel: "mail" })];
    const { sent } = set({ ops: inTurn(throttled, ok), mail: ok }, rows, { concurrency: 1 });
    await pass(80 * second);
    expect(sent.map(({ channel }) => channel)).toEqual(["ops", "mail"]);
    await pass(20 * second);
    expect(sent.slice(2).map(({ at, alert }) => [Math.floor(at / second), alert.incident])).toEqual([
      [90, 1],
      [90, 2],
    ]);
  });

  it("keeps each channel below its pace", async () => {
    const rows = Array.from({ length: 30 }, (_, index) => makeDelivery({ incident: index }));
    const { sent, channels } = set({ ops: ok }, rows);
    const entry = channels.get("ops");
    if (entry !== undefined) channels.set("ops", { ...entry, type: { ...entry.type, perMinute: 12 } });
    await pass(minute - 1);
    expect(sent.length).toBeGreaterThan(8);
    expect(sent.length).toBeLessThanOrEqual(12);
    await pass(3 * minute);
    expect(sent).toHaveLength(30);
  });

  it("tries a message that was refused once more, shortened, with the same id", async () => {
    const { sent, outbox } = set({ ops: inTurn(() => ({ kind: "bad-message", reason: "too long" }), ok) }, [makeDelivery()]);
    await pass(10);
    expect(sent.map(({ alert }) => alert.probes.length)).toEqual([1, 0]);
    expect(sent[0]?.alert.id).toBe(sent[1]?.alert.id);
    expect(states(outbox)).toEqual(["1042:1:ops sent"]);
  });

  it("gives a message up that is refused in both forms", async () => {
    const { sent, outbox } = set({ ops: () => ({ kind: "bad-message", reason: "no hunter2" }) }, [makeDelivery()]);
    await pass(minute);
    expect(sent).toHaveLength(2);
    expect(outbox.rows()[0]).toMatchObject({ state: "dead", error: "no [secret]; shortened: no [secret]" });
  });

  it("tells at each try that a channel is broken, then that it is well, and lets it alone in between", async () => {
    const refused: Answer = () => ({ kind: "bad-channel", reason: "token hunter2 revoked" });
    const rows = [makeDelivery({ incident: 1 }), makeDelivery({ incident: 2 })];
    const { sent, outbox, changes, delivery } = set({ ops: inTurn(refused, refused, ok) }, rows, { concurrency: 1 });
    await pass(29 * minute);
    expect(sent).toHaveLength(1);
    const health = { brokenSince: start, lastError: "token [secret] revoked", lastSentAt: undefined };
    expect(changes).toEqual([
      { is: "broken", name: "ops", type: "scripted", ...health, waiting: 2, waitingSince: rows[0]?.alert.at },
    ]);
    expect(outbox.channels()[0]).toMatchObject({ name: "ops", brokenSince: start });
    await pass(2 * minute);
    expect(sent).toHaveLength(2);
    await pass(2 * 60 * minute);
    expect(changes.map(({ is }) => is)).toEqual(["broken", "broken", "well"]);
    expect(delivery.channels()[0]).toMatchObject({ brokenSince: undefined, lastError: undefined });
    expect(states(outbox)).toEqual(["1:1:ops sent", "2:1:ops sent"]);
  });

  it("remembers over a restart that a channel is broken, and tries it at once", async () => {
    const outbox = createMemoryOutbox(makeDelivery());
    outbox.saveChannel("ops", { brokenSince: 5, lastError: "revoked", lastSentAt: 4 });
    const { changes } = set({ ops: ok }, [], { outbox });
    await pass(10);
    expect(changes).toMatchObject([{ name: "ops", brokenSince: undefined, lastSentAt: start }]);
  });

  it("tries at once after a start what waited for a channel that may have been mended", async () => {
    const outbox = createMemoryOutbox(makeDelivery());
    outbox.settle({
      id: outbox.claim(start, 1, minute, [])[0]?.id ?? "",
      at: start,
      state: "pending",
      notBefore: start + 60 * minute,
    });
    const { sent } = set({ ops: ok }, [], { outbox });
    await pass(10);
    expect(sent).toHaveLength(1);
  });

  it("tries at once on retry(), and pauses a channel that is still broken as at first", async () => {
    const refused: Answer = () => ({ kind: "bad-channel", reason: "revoked" });
    const { sent, delivery } = set({ ops: refused }, [makeDelivery()]);
    await pass(31 * minute);
    delivery.retry();
    await pass(second);
    expect(sent).toHaveLength(3);
    await pass(30 * minute);
    expect(sent).toHaveLength(4);
  });

  it("tells of a channel that nothing gets through to for five minutes, and goes on trying by its back-off", async () => {
    let reachable = false;
    const rows = [makeDelivery({ incident: 1 }), makeDelivery({ incident: 2 })];
    const { sent, changes, delivery, outbox } = set({ ops: (...of) => (reachable ? ok : down)(...of) }, rows);
    await pass(5 * minute - second);
    expect(changes).toEqual([]);
    expect(delivery.channels()[0]).toMatchObject({ brokenSince: undefined, waiting: 2, waitingSince: rows[0]?.alert.at });
    await pass(2 * second);
    expect(changes).toMatchObject([{ is: "unreachable", brokenSince: start, lastError: "connect ECONNREFUSED", waiting: 2 }]);
    expect(outbox.channels()).toMatchObject([{ name: "ops", brokenSince: start }]);
    await pass(4 * minute);
    expect([...new Set(times(sent))]).toEqual([0, 5, 20, 65, 185, 485]);
    reachable = true;
    await pass(15 * minute);
    expect(changes.map(({ is }) => is)).toEqual(["unreachable", "well"]);
    expect(delivery.channels()[0]).not.toHaveProperty("waiting");
  });

  it("suspects no channel that answers, however often it puts off", async () => {
    const busy: Answer = () => ({ kind: "throttled", retryAfterMs: 30 * second, reason: "answered 429" });
    const { changes } = set({ ops: inTurn(down, busy) }, [makeDelivery()]);
    await pass(20 * minute);
    expect(changes).toEqual([]);
  });

  it("stops after two repeats of answers that cannot be read, and suspects the channel", async () => {
    const html: Answer = () => ({ kind: "retry", reason: "200 with HTML", doubt: "unreadable-answer" });
    const { sent, outbox, changes } = set({ ops: html }, [makeDelivery()]);
    await pass(10 * minute);
    expect(sent.map(({ maybeRepeat }) => maybeRepeat)).toEqual([false, true, true]);
    expect(outbox.rows()[0]).toMatchObject({ state: "dead", error: "Given up after 3 tries: 200 with HTML" });
    expect(changes).toMatchObject([{ name: "ops", lastError: "200 with HTML" }]);
  });

  it("takes a P1 that nobody took within a minute to the next channel, and on until one takes it", async () => {
    const rows = [makeDelivery({ priority: "P1", at: start }), makeDelivery({ priority: "P2", incident: 2, at: start })];
    const { sent, outbox } = set({ ops: down, chat: down, mail: ok, spare: ok }, rows);
    await pass(59 * second);
    expect(new Set(sent.map(({ channel }) => channel))).toEqual(new Set(["ops"]));
    await pass(5 * minute);
    const others = sent.filter(({ channel, alert }) => channel !== "ops" && alert.incident === 1042);
    expect(others[0]?.channel).toBe("chat");
    expect(times(others)[0]).toBeCloseTo(60, 1);
    expect(times(others.filter(({ channel }) => channel === "mail"))[0]).toBeCloseTo(75, 1);
    expect(new Set(others.map(({ channel }) => channel))).toEqual(new Set(["chat", "mail"]));
    expect(outbox.toldChannels(1042)).toContain("mail");
    // A P2 stays on its route.
    expect(sent.filter(({ alert }) => alert.incident === 2).every(({ channel }) => channel === "ops")).toBe(true);
  });

  it("takes no alert to the address of a step of an SOP, and calls none a channel, however broken or silent it is", async () => {
    const bad: Answer = () => ({ kind: "bad-channel", reason: "401" });
    const rows = [
      makeDelivery({ priority: "P1", at: start }),
      makeDelivery({ channel: "sop/mail-down/crm", incident: 2, at: start }),
      makeDelivery({ channel: "sop/mail-down/erp", incident: 3, at: start }),
    ];
    const { sent, changes, delivery } = set({ ops: down, "sop/mail-down/crm": bad, "sop/mail-down/erp": down }, rows);
    await pass(10 * minute);
    const reached = (name: string) => new Set(sent.flatMap(({ channel, alert }) => (channel === name ? [alert.incident] : [])));
    expect([reached("sop/mail-down/crm"), reached("sop/mail-down/erp")]).toEqual([new Set([2]), new Set([3])]);
    expect(delivery.channels().map(({ name }) => name)).toEqual(["ops"]);
    expect(changes.filter(({ name }) => name !== "ops")).toEqual([]);
  });

  it("tries one channel at once when it is told to, and leaves the others as they wait", async () => {
    const bad: Answer = () => ({ kind: "bad-channel", reason: "401" });
    const rows = [makeDelivery({ at: start }), makeDelivery({ channel: "chat", incident: 2, at: start })];
    const { sent, delivery, outbox } = set({ ops: bad, chat: bad }, rows);
    await pass(minute);
    expect(sent).toHaveLength(2);
    outbox.release("ops", start + minute);
    outbox.release("chat", start + minute);
    delivery.retry("ops");
    await pass(minute);
    expect(sent.map(({ channel }) => channel)).toEqual(["ops", "chat", "ops"]);
  });

  it("leaves a P1 on its route when one channel of it has taken it", async () => {
    const rows = [makeDelivery({ priority: "P1", at: start }), makeDelivery({ priority: "P1", channel: "chat", at: start })];
    const { sent } = set({ ops: down, chat: ok, mail: ok }, rows);
    await pass(5 * minute);
    expect(sent.filter(({ channel }) => channel === "mail")).toEqual([]);
  });

  it("does not send what is no longer worth sending, and says why", async () => {
    const rows = [makeDelivery({ expiresAt: start - 1 })];
    const { sent, outbox } = set({ ops: ok }, rows);
    await pass(10);
    expect(sent).toEqual([]);
    expect(outbox.rows()[0]).toMatchObject({ state: "dead", error: expect.stringContaining("Not sent in time") });
  });

  it("ends what is for a channel that is no longer configured", async () => {
    const { outbox } = set({}, [makeDelivery({ channel: "gone" })]);
    await pass(10);
    expect(outbox.rows()[0]).toMatchObject({ state: "dead", error: 'The channel "gone" is no longer configured' });
  });

  it("keeps secrets out of what a channel throws", async () => {
    const { outbox, delivery } = set(
      {
        ops: () => {
          throw new Error("POST https://x/hunter2\nfailed");
        },
      },
      [makeDelivery()],
    );
    await pass(10);
    expect(outbox.rows()[0]).toMatchObject({ state: "pending", error: "POST https://x/[secret] failed", maybeRepeat: true });
    expect(JSON.stringify([outbox.rows(), delivery.channels(), outbox.channels()])).not.toContain("hunter2");
  });

  it("calls a channel broken whose secret cannot be read", async () => {
    const { sent, outbox, changes } = set(
      {
        ops: () => {
          throw new SecretError("env HOOK: is not set; set it");
        },
      },
      [makeDelivery()],
    );
    await pass(20 * minute);
    expect(sent).toHaveLength(1);
    expect(changes).toMatchObject([{ brokenSince: start, lastError: "env HOOK: is not set; set it" }]);
    expect(outbox.rows()[0]).toMatchObject({ state: "pending", maybeRepeat: false });
  });

  it("writes the outcome later, and sends nothing twice, when the outbox cannot be written", async () => {
    const { sent, outbox, delivery } = set(
      {
        ops: () => {
          outbox.broken = true;
          return { kind: "ok" };
        },
      },
      [makeDelivery()],
    );
    await pass(minute);
    expect(delivery.trouble()).toBe("The outbox cannot be written: disk full");
    expect(states(outbox)).toEqual(["1042:1:ops sending"]);
    outbox.broken = false;
    await pass(10 * second);
    expect(delivery.trouble()).toBeUndefined();
    expect(states(outbox)).toEqual(["1042:1:ops sent"]);
    expect(sent).toHaveLength(1);
  });

  it("lets tries under way end when it stops, then aborts them and writes what they came to", async () => {
    const hears: Answer = (_, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve({ kind: "retry", reason: String(signal.reason), doubt: "no-answer" }));
      });
    const soon: Answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 2 * second));
      return { kind: "ok" };
    };
    const rows = [makeDelivery({ incident: 1 }), makeDelivery({ incident: 2, channel: "chat" })];
    const { outbox, delivery, sent } = set({ ops: hears, chat: soon }, rows);
    await pass(10);
    const stopped = delivery.stop();
    await pass(4 * second);
    await stopped;
    expect(states(outbox)).toEqual(["1:1:ops pending", "2:1:chat sent"]);
    expect(outbox.rows()[0]).toMatchObject({ error: "Error: The daemon stops", maybeRepeat: true });
    await pass(10 * minute);
    expect(sent).toHaveLength(2);
  });
});
