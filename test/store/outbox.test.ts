import { describe, expect, onTestFinished, test } from "vitest";
import type { Outbox } from "../../src/model/outbox.ts";
import type { NewDelivery } from "../../src/model/state.ts";
import { openDatabase } from "../../src/store/database.ts";
import type { Database } from "../../src/store/database.ts";
import { createOutbox } from "../../src/store/outbox.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { batch, delivery, incident, start } from "./samples.ts";

const lease = 30_000;

function setUp(some: readonly NewDelivery[] = []): { db: Database; outbox: Outbox } {
  const db = openDatabase(":memory:", { now: () => start + 7 });
  onTestFinished(() => {
    db.close();
  });
  write(db, some);
  return { db, outbox: createOutbox(db) };
}

function write(db: Database, deliveries: readonly NewDelivery[]): void {
  const ids = [...new Set(deliveries.flatMap(({ incident: of }) => of ?? []))];
  const recorder = createRecorder(db);
  void recorder.commit(batch({ incidents: ids.map((id) => incident(id)), deliveries }), { atOnce: true });
}

const opened = (id: number, channel = "hook", more: Partial<NewDelivery> = {}): NewDelivery =>
  delivery({ incident: id, turnCount: 1, channel }, more);
const resolved = (id: number, channel = "hook"): NewDelivery =>
  delivery({ incident: id, turnCount: 2, channel }, { turn: "resolved" });

const claim = (outbox: Outbox, now: number, limit = 10, except: readonly string[] = []): string[] =>
  outbox.claim(now, limit, lease, except).map(({ key }) => key);
const settle = (outbox: Outbox, key: string, state: "sent" | "accepted" | "dead" | "obsolete"): void => {
  outbox.settle({ id: `msg_${key}`, at: start, state });
};

const wait = (outbox: Outbox, key: string, notBefore: number): void => {
  outbox.settle({ id: `msg_${key}`, at: start, state: "pending", notBefore });
};

describe("claim", () => {
  test("hands out whole deliveries, by priority and then age, and none twice", () => {
    const { outbox } = setUp([
      opened(1),
      opened(2, "hook", { priority: "P1" }),
      opened(3),
      opened(4, "hook", { priority: "P4" }),
    ]);
    const [first, ...more] = outbox.claim(start, 3, lease, []);
    expect(first).toEqual({ ...opened(2, "hook", { priority: "P1" }), attempts: 1, maybeRepeat: false });
    expect(more.map(({ key }) => key)).toEqual(["1:1:hook", "3:1:hook"]);
    expect(claim(outbox, start)).toEqual(["4:1:hook"]);
    expect(claim(outbox, start)).toEqual([]);
  });

  test("waits for `notBefore`", () => {
    const { outbox } = setUp([opened(1, "hook", { notBefore: start + 5 })]);
    expect(claim(outbox, start + 4)).toEqual([]);
    expect(claim(outbox, start + 5)).toEqual(["1:1:hook"]);
  });

  test("leaves the channels in `except` where they are, and does not count them", () => {
    const { outbox } = setUp([opened(1, "full"), opened(2, "full"), opened(3, "free")]);
    expect(claim(outbox, start, 1, ["full", "other"])).toEqual(["3:1:free"]);
    expect(claim(outbox, start, 9, ["other"])).toEqual(["1:1:full", "2:1:full"]);
  });

  test("holds resolved until opened is finished: sending, put off, or only the channel is another", () => {
    const { outbox } = setUp([opened(1), opened(1, "mail"), resolved(1), resolved(1, "mail")]);
    expect(claim(outbox, start)).toEqual(["1:1:hook", "1:1:mail"]);
    settle(outbox, "1:1:mail", "dead");
    outbox.settle({ id: "msg_1:1:hook", at: start, state: "pending", notBefore: start + 60_000, error: "HTTP 503" });
    expect(claim(outbox, start)).toEqual(["1:2:mail"]);
    settle(outbox, "1:2:mail", "sent");
    expect(claim(outbox, start + 60_000)).toEqual(["1:1:hook"]);
    settle(outbox, "1:1:hook", "sent");
    expect(claim(outbox, start + 60_000)).toEqual(["1:2:hook"]);
  });

  test("takes back what was claimed and not settled when its lease ends, marked for good as a possible repeat", () => {
    const { outbox } = setUp([opened(1)]);
    expect(claim(outbox, start)).toHaveLength(1);
    expect(claim(outbox, start + lease - 1)).toEqual([]);
    expect(outbox.claim(start + lease, 1, lease, [])).toMatchObject([{ attempts: 2, maybeRepeat: true }]);
    outbox.settle({ id: "msg_1:1:hook", at: start, state: "pending", maybeRepeat: false });
    expect(outbox.claim(start + lease, 1, lease, [])).toMatchObject([{ attempts: 3, maybeRepeat: true }]);
  });
});

describe("recover", () => {
  test("makes pending, as a possible repeat, what was being sent when the process ended, and nothing else", () => {
    const { outbox } = setUp([opened(1), opened(2), opened(3), opened(4, "hook", { notBefore: start + 9 })]);
    claim(outbox, start, 2);
    settle(outbox, "1:1:hook", "sent");
    expect(outbox.recover(start)).toBe(1);
    const again = outbox.claim(start, 9, lease, []).map(({ key, maybeRepeat, attempts }) => ({ key, maybeRepeat, attempts }));
    expect(again).toEqual([
      { key: "2:1:hook", maybeRepeat: true, attempts: 2 },
      { key: "3:1:hook", maybeRepeat: false, attempts: 1 },
    ]);
  });
});

describe("settle", () => {
  test("keeps what the far side said, and never opens again what is finished", () => {
    const { db, outbox } = setUp([opened(1)]);
    claim(outbox, start);
    outbox.settle({ id: "msg_1:1:hook", at: start + 3, state: "accepted", reference: "q-1" });
    outbox.settle({ id: "msg_1:1:hook", at: start + 4, state: "pending", error: "late" });
    expect(db.sql.prepare("SELECT state, finished_at, reference, error FROM outbox").all()).toEqual([
      { state: "accepted", finished_at: start + 3, reference: "q-1", error: null },
    ]);
    expect(claim(outbox, start + 100)).toEqual([]);
  });

  test("marks the next try when the far side may have taken this one", () => {
    const { outbox } = setUp([opened(1)]);
    claim(outbox, start);
    outbox.settle({ id: "msg_1:1:hook", at: start, state: "pending", maybeRepeat: true, error: "no answer in 15 s" });
    expect(outbox.claim(start, 1, lease, [])).toMatchObject([{ maybeRepeat: true }]);
  });

  test("finishes what was never claimed", () => {
    const { outbox } = setUp([opened(1)]);
    settle(outbox, "1:1:hook", "obsolete");
    expect(claim(outbox, start)).toEqual([]);
    expect(outbox.oldestPendingAt()).toBeUndefined();
  });

  test("refuses an id that it does not know", () => {
    const { outbox } = setUp();
    expect(() => {
      settle(outbox, "9:9:none", "sent");
    }).toThrow('no delivery "msg_9:9:none"');
  });
});

describe("what waits", () => {
  test("nextDueAt() is when a claim can next return something", () => {
    const { outbox } = setUp([
      opened(1, "hook", { notBefore: start + 50 }),
      resolved(1),
      opened(2, "hook", { notBefore: start + 80 }),
    ]);
    expect(outbox.nextDueAt()).toBe(start + 50);
    expect(claim(outbox, start + 50)).toEqual(["1:1:hook"]);
    expect(outbox.nextDueAt()).toBe(start + 80);
    settle(outbox, "1:1:hook", "sent");
    expect(outbox.nextDueAt()).toBe(start);
    expect(claim(outbox, start + 80)).toEqual(["1:2:hook", "2:1:hook"]);
    expect(outbox.nextDueAt()).toBe(start + 80 + lease);
    settle(outbox, "1:2:hook", "sent");
    settle(outbox, "2:1:hook", "sent");
    expect(outbox.nextDueAt()).toBeUndefined();
  });

  test("release() makes due what waits for one channel, and nothing else", () => {
    const { outbox } = setUp([opened(1), opened(2), opened(3, "mail")]);
    const later = start + 30 * 60_000;
    for (const key of ["1:1:hook", "2:1:hook", "3:1:mail"]) wait(outbox, key, later);
    settle(outbox, "2:1:hook", "dead");
    expect(claim(outbox, start + 5)).toEqual([]);
    outbox.release("hook", start + 5);
    expect(claim(outbox, start + 4)).toEqual([]);
    expect(claim(outbox, start + 5)).toEqual(["1:1:hook"]);
    expect(claim(outbox, later)).toContain("3:1:mail");
  });

  test("waiting() counts what is unfinished, by channel, from when the oldest one was written", () => {
    const { outbox } = setUp([opened(1), opened(2), opened(3, "mail"), opened(4, "chat")]);
    settle(outbox, "4:1:chat", "sent");
    wait(outbox, "1:1:hook", start + 30 * 60_000);
    expect(outbox.waiting()).toEqual([
      { channel: "hook", count: 2, since: start + 7 },
      { channel: "mail", count: 1, since: start + 7 },
    ]);
  });

  test("oldestPendingAt() is when the oldest unfinished one was written", () => {
    const { outbox } = setUp([opened(1)]);
    expect(outbox.oldestPendingAt()).toBe(start + 7);
    claim(outbox, start);
    expect(outbox.oldestPendingAt()).toBe(start + 7);
    settle(outbox, "1:1:hook", "sent");
    expect(outbox.oldestPendingAt()).toBeUndefined();
  });

  test("a key that is there already adds nothing, by batch or by add()", () => {
    const { db, outbox } = setUp([opened(1)]);
    write(db, [opened(1, "hook", { id: "msg_other" })]);
    outbox.add([opened(1, "hook", { id: "msg_third" }), opened(1, "mail")]);
    expect(outbox.claim(start, 9, lease, []).map(({ id }) => id)).toEqual(["msg_1:1:hook", "msg_1:1:mail"]);
  });
});

describe("who was told", () => {
  test("toldChannels() are those that took or may yet take a message about the trouble", () => {
    const turns = (["opened", "worsened", "reminder", "acknowledged", "resolved"] as const).map((turn, i) =>
      delivery({ incident: 1, turnCount: i + 1, channel: `by-${turn}` }, { turn }),
    );
    const states = (["sent", "accepted", "dead", "obsolete"] as const).map((state) => ({ state, one: opened(1, `is-${state}`) }));
    const { outbox } = setUp([...turns, ...states.map(({ one }) => one), opened(2, "of-another")]);
    for (const { state, one } of states) outbox.settle({ id: one.id, at: start, state });
    expect(outbox.toldChannels(1)).toEqual(["by-opened", "by-reminder", "by-worsened", "is-accepted", "is-sent"]);
    expect(outbox.toldChannels(3)).toEqual([]);
  });

  test("untaken() are the P1 turns that no channel has taken, each once with its channels", () => {
    const p1 = (id: number, channel: string, more: Partial<NewDelivery> = {}): NewDelivery =>
      opened(id, channel, { priority: "P1", ...more });
    const worsened = delivery({ incident: 1, turnCount: 2, channel: "a" }, { priority: "P1", turn: "worsened" });
    const { outbox } = setUp([
      p1(1, "a"),
      p1(1, "b:c"),
      worsened,
      p1(2, "a"),
      p1(2, "b:c"),
      p1(3, "a", { expiresAt: start + 10 }),
      opened(4, "a"),
      p1(5, "a", { turn: "reminder" }),
      p1(12, "a"),
    ]);
    outbox.settle({ id: "msg_1:1:a", at: start, state: "dead" });
    outbox.settle({ id: "msg_2:1:b:c", at: start, state: "accepted" });
    outbox.settle({ id: "msg_12:1:a", at: start, state: "obsolete" });
    expect(outbox.untaken(start + 10)).toEqual([
      { delivery: p1(1, "a"), channels: ["a", "b:c"] },
      { delivery: worsened, channels: ["a"] },
    ]);
    expect(outbox.untaken(start + 9)).toHaveLength(3);
  });

  test("untaken() leaves out what is over: a further channel would never hear that it is", () => {
    const { db, outbox } = setUp([opened(1, "a", { priority: "P1" })]);
    expect(outbox.untaken(start)).toHaveLength(1);
    void createRecorder(db).commit(batch({ incidents: [incident(1, { resolvedAt: start + 1 })] }), { atOnce: true });
    expect(outbox.untaken(start)).toEqual([]);
  });
});

test("saveChannel() keeps where a channel stands", () => {
  const { outbox } = setUp();
  outbox.saveChannel("hook", { brokenSince: start, lastError: "410 Gone", lastSentAt: undefined });
  outbox.saveChannel("chat", { brokenSince: undefined, lastError: undefined, lastSentAt: start });
  outbox.saveChannel("hook", { brokenSince: undefined, lastError: "410 Gone", lastSentAt: start + 1 });
  expect(outbox.channels()).toEqual([
    { name: "chat", brokenSince: undefined, lastError: undefined, lastSentAt: start },
    { name: "hook", brokenSince: undefined, lastError: "410 Gone", lastSentAt: start + 1 },
  ]);
});
