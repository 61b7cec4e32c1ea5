import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Json } from "../../src/model/json.ts";
import type { Batch } from "../../src/model/state.ts";
import { openDatabase } from "../../src/store/database.ts";
import type { Database } from "../../src/store/database.ts";
import { createHistory } from "../../src/store/history.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import type { GroupingRecorder } from "../../src/store/recorder.ts";
import { batch, critical, delivery, incident, observation, start, state } from "./samples.ts";

function setUp(): { db: Database; recorder: GroupingRecorder; ats: () => unknown[] } {
  const db = openDatabase(":memory:", { now: () => start });
  const recorder = createRecorder(db);
  onTestFinished(() => {
    recorder.close();
    db.close();
  });
  return { db, recorder, ats: () => db.sql.prepare("SELECT at FROM observation ORDER BY at").pluck().all() };
}

const seen = (at: number, probe = "a/b"): Batch => batch({ observations: [observation(probe, at)] });
const outcomeOf = (promise: Promise<void>): Promise<string> => promise.then(() => "stored", String);

describe("commit", () => {
  test("stores a batch alone within 200 ms, and not before it has waited for others", async () => {
    const { recorder, ats } = setUp();
    const began = performance.now();
    const committed = recorder.commit(seen(start));
    await sleep(100);
    expect(ats()).toEqual([]);
    await committed;
    expect(ats()).toEqual([start]);
    expect(performance.now() - began).toBeGreaterThanOrEqual(195);
  });

  test("at once takes along everything that waits before it, in its order, and resolves after COMMIT", async () => {
    const { db, recorder, ats } = setUp();
    const order: string[] = [];
    const first = recorder.commit(seen(start)).then(() => order.push("first"));
    const second = recorder.commit(seen(start + 1)).then(() => order.push("second"));
    const urgent = recorder.commit(seen(start + 2), { atOnce: true }).then(() => order.push("urgent"));
    expect(ats()).toEqual([start, start + 1, start + 2]);
    expect(db.sql.inTransaction).toBe(false);
    await Promise.all([first, second, urgent]);
    expect(order).toEqual(["first", "second", "urgent"]);
  });

  test("does not let more than 400 batches wait", async () => {
    const { recorder, ats } = setUp();
    const all = Array.from({ length: 400 }, (_, i) => recorder.commit(seen(start + i)));
    expect(ats()).toHaveLength(400);
    await Promise.all(all);
  });

  test("a batch that breaks a rule is refused alone: those grouped with it are stored", async () => {
    const { db, recorder, ats } = setUp();
    const twoRows = batch({
      observations: [observation("new/probe", start)],
      memories: [{ probe: "x/y", memory: "x".repeat(65_536) }],
    });
    const outcomes = [
      recorder.commit(seen(start)),
      recorder.commit(twoRows),
      recorder.commit(seen(start + 1)),
      recorder.commit(seen(start + 1)),
    ].map(outcomeOf);
    recorder.flush();
    const [first, bad, second, again] = await Promise.all(outcomes);
    expect([first, second]).toEqual(["stored", "stored"]);
    expect(bad).toMatch(/^StoreError: The database ":memory:" refused what was to be stored \(CHECK constraint failed/);
    expect(again).toMatch(/the moment of an observation must be later than the last one of its probe/);
    expect(ats()).toEqual([start, start + 1]);
    expect(db.sql.prepare("SELECT id FROM probe").pluck().all()).toEqual(["a/b"]);
  });

  test("numbers given to new probes in a transaction that failed are not used afterwards", async () => {
    const { db, recorder } = setUp();
    const bad = recorder.commit(batch({ observations: [critical("new/one", start), critical("new/one", start)] }), {
      atOnce: true,
    });
    await expect(bad).rejects.toThrow("must be later");
    await recorder.commit(batch({ observations: [observation("other/two", start)] }), { atOnce: true });
    await recorder.commit(batch({ observations: [critical("new/one", start)] }), { atOnce: true });
    const rows = db.sql
      .prepare("SELECT id, status, findings FROM observation JOIN probe USING (probe) JOIN outcome USING (outcome) ORDER BY id")
      .all();
    expect(rows).toEqual([
      { id: "new/one", status: "critical", findings: '[["greeting-missing","critical"]]' },
      { id: "other/two", status: "ok", findings: "[]" },
    ]);
  });

  test("what is no JSON is refused, with nothing stored", async () => {
    const { recorder, ats } = setUp();
    const memory: Json[] = [];
    memory.push(memory);
    const refused = recorder.commit(batch({ observations: [observation("a/b", start)], memories: [{ probe: "a/b", memory }] }), {
      atOnce: true,
    });
    await expect(refused).rejects.toMatchObject({ code: "rejected" });
    expect(ats()).toEqual([]);
  });

  test("takes a memory of 64 KiB, counted in bytes", async () => {
    const { recorder } = setUp();
    const commit = (memory: string): Promise<string> =>
      outcomeOf(recorder.commit(batch({ memories: [{ probe: "a/b", memory }] }), { atOnce: true }));
    expect(await commit("x".repeat(65_534))).toBe("stored");
    expect(await commit("x".repeat(65_535))).toMatch(/^StoreError/);
    expect(await commit("邮".repeat(21_844))).toBe("stored");
    expect(await commit("邮".repeat(21_845))).toMatch(/^StoreError/);
  });

  test("after the end is refused, and what waited for it is stored", async () => {
    const { recorder, ats } = setUp();
    const waiting = recorder.commit(seen(start));
    recorder.close();
    await waiting;
    await expect(recorder.commit(seen(start + 1))).rejects.toMatchObject({ code: "closed" });
    expect(ats()).toEqual([start]);
  });

  test("when the database is gone, every waiting batch hears of it", async () => {
    const { db, recorder } = setUp();
    const all = [recorder.commit(seen(start)), recorder.commit(seen(start + 1))].map(outcomeOf);
    db.close();
    recorder.flush();
    expect(await Promise.all(all)).toEqual(Array(2).fill('StoreError: The database ":memory:" is closed: Mailvigil is stopping'));
  });
});

describe("rules of the database", () => {
  const full = batch({
    observations: [observation("a/b", start)],
    transitions: [{ probe: "a/b", from: "ok", to: "critical", at: start, confirmedAt: start + 5 }],
    incidents: [incident(1)],
    timeline: [{ incident: 1, at: start, actor: "system", kind: "turn", data: {} }],
    deliveries: [delivery({ incident: 1, turnCount: 1, channel: "hook" })],
  });

  test.each([
    ["UPDATE observation SET outcome = 1", "an observation is never changed"],
    ["UPDATE transition SET at = at - 1", "a transition is never changed"],
    ["DELETE FROM transition", "a transition is never deleted"],
    ["UPDATE timeline SET actor = 'me'", "the timeline is never changed"],
    ["DELETE FROM timeline", "the timeline is never deleted"],
    ["DELETE FROM incident", "an incident is never deleted"],
  ])("%s is refused", async (statement, message) => {
    const { db, recorder } = setUp();
    await recorder.commit(full, { atOnce: true });
    expect(() => db.sql.exec(statement)).toThrow(message);
  });

  test.each<[string, Partial<Batch>]>([
    ["an observation before the last one of its probe", { observations: [observation("a/b", start - 1)] }],
    ["a moment that is no integer", { observations: [observation("a/b", start + 0.5)] }],
    [
      "a transition not after the last one of its probe",
      { transitions: [{ probe: "a/b", from: "critical", to: "ok", at: start, confirmedAt: start }] },
    ],
    [
      "a transition to the same status",
      { transitions: [{ probe: "a/b", from: "ok", to: "ok", at: start + 9, confirmedAt: start + 9 }] },
    ],
    [
      "a transition confirmed before it was seen",
      { transitions: [{ probe: "a/b", from: "critical", to: "ok", at: start + 9, confirmedAt: start + 8 }] },
    ],
    ["a second open incident with the same key", { incidents: [incident(2, { key: incident(1).key })] }],
    ["a timeline of no incident", { timeline: [{ incident: 7, at: start, actor: "system", kind: "note", data: {} }] }],
    ["a delivery of no incident", { deliveries: [delivery({ incident: 7, turnCount: 1, channel: "hook" })] }],
  ])("%s is refused", async (_, part) => {
    const { recorder } = setUp();
    await recorder.commit(full, { atOnce: true });
    await expect(recorder.commit(batch(part), { atOnce: true })).rejects.toMatchObject({ code: "rejected" });
  });

  test("an incident may be resolved and another of its key opened in one batch", async () => {
    const { recorder } = setUp();
    await recorder.commit(full, { atOnce: true });
    const incidents = [incident(1, { resolvedAt: start + 10 }), incident(2, { key: incident(1).key })];
    await expect(recorder.commit(batch({ incidents }), { atOnce: true })).resolves.toBeUndefined();
  });
});

describe("evidence", () => {
  /** `o` ok and decided, `?` bad and undecided, `!` bad and confirmed since the first `?` of the streak. */
  async function run(recorder: GroupingRecorder, steps: string): Promise<void> {
    let undecidedSince: number | undefined;
    for (const [i, step] of steps.split("").entries()) {
      const at = start + i;
      const first: number | undefined = step === "o" ? undefined : (undecidedSince ?? at);
      undecidedSince = step === "?" ? first : undefined;
      const transitions =
        step === "!" ? [{ probe: "a/b", from: "ok" as const, to: "critical" as const, at: first ?? at, confirmedAt: at }] : [];
      const observations = [critical("a/b", at, { evidence: [`run ${i}`] })];
      await recorder.commit(batch({ observations, transitions, states: [state("a/b", { undecidedSince, lastAt: at })] }), {
        atOnce: true,
      });
    }
  }

  test.each([
    { steps: "o", kept: [] },
    { steps: "!", kept: [0] },
    { steps: "o???", kept: [1, 2, 3] },
    { steps: "o??o", kept: [] },
    { steps: "o??!", kept: [1, 3] },
    { steps: "o??!ooo", kept: [1, 3] },
    { steps: "?o?!", kept: [2, 3] },
    { steps: "!o???o", kept: [0] },
    { steps: "?".repeat(40), kept: [0, ...Array.from({ length: 15 }, (_, i) => i + 25)] },
  ])("of $steps is that of the runs $kept", async ({ steps, kept }) => {
    const { db, recorder } = setUp();
    await run(recorder, steps);
    const history = createHistory(db);
    const found = steps.split("").flatMap((_, i) => history.evidence("a/b", start + i)?.evidence ?? []);
    expect(found).toEqual(kept.map((i) => `run ${i}`));
  });
});
