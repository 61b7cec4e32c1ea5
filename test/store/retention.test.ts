import { expect, onTestFinished, test } from "vitest";
import { maxFactsOfAKind } from "../../src/model/observation.ts";
import { openDatabase } from "../../src/store/database.ts";
import type { Database } from "../../src/store/database.ts";
import { createHistory } from "../../src/store/history.ts";
import { createOutbox } from "../../src/store/outbox.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { loadRemembered } from "../../src/store/remembered.ts";
import { closeAll } from "../../src/engine/rolling.ts";
import { readDayAccounts, readSeries } from "../../src/store/history-series.ts";
import { applyRetention } from "../../src/store/retention.ts";
import { createRollups } from "../../src/store/rollups.ts";
import { batch, critical, delivery, incident, observation, start, state, temporaryFolder } from "./samples.ts";

const day = 86_400_000;
const now = start + 1_000 * day;

function setUp(): Database {
  const db = openDatabase(temporaryFolder());
  onTestFinished(() => {
    db.close();
  });
  return db;
}

const everything = { from: 0, to: now + 1, limit: 100_000 };

test("applyRetention() removes raw rows, evidence and finished deliveries by age, and nothing that is kept for ever", async () => {
  const db = setUp();
  const edge = now - 400 * day;
  const recorder = createRecorder(db);
  await recorder.commit(
    batch({
      observations: [
        critical("a/b", edge - 2, { evidence: ["old"] }),
        observation("a/b", edge - 1),
        critical("a/b", edge, { evidence: ["young"] }),
        critical("gone/probe", edge - 5),
      ],
      states: [state("a/b"), state("gone/probe", { undecidedSince: edge - 5 })],
      transitions: [
        { probe: "a/b", from: "ok", to: "critical", at: edge - 2, confirmedAt: edge - 2 },
        { probe: "a/b", from: "critical", to: "ok", at: edge - 1, confirmedAt: edge - 1 },
        { probe: "a/b", from: "ok", to: "critical", at: edge, confirmedAt: edge },
      ],
      incidents: [incident(1, { resolvedAt: edge - 1 }), incident(2)],
      timeline: [{ incident: 1, at: edge - 2, actor: "system", kind: "turn", data: {} }],
      deliveries: [
        delivery({ incident: 1, turnCount: 1, channel: "hook" }),
        delivery({ incident: 1, turnCount: 2, channel: "hook" }),
        delivery({ incident: 1, turnCount: 3, channel: "hook" }),
        delivery({ incident: 2, turnCount: 1, channel: "hook" }),
      ],
    }),
    { atOnce: true },
  );
  const outbox = createOutbox(db);
  outbox.settle({ id: "msg_1:1:hook", at: edge - 1, state: "sent" });
  outbox.settle({ id: "msg_1:2:hook", at: edge, state: "sent" });
  outbox.settle({ id: "msg_2:1:hook", at: edge - 1, state: "sent" });

  expect(await applyRetention(db, now)).toEqual({ observations: 3, hours: 0, evidence: 3, deliveries: 1, facts: 0 });

  const history = createHistory(db);
  expect(history.observations("a/b", everything).map(({ at }) => at)).toEqual([edge]);
  expect(history.transitions("a/b", everything)).toHaveLength(3);
  expect(history.timeline(1, 9)).toHaveLength(1);
  expect(history.evidence("a/b", edge - 2)).toBeUndefined();
  expect(history.evidence("a/b", edge)?.evidence).toEqual(["young"]);
  expect(loadRemembered(db, now).observations.map(({ at }) => at)).toEqual([edge, edge - 5]);
  // The unfinished delivery, the young one, and the one of an incident that is open and must be told over.
  expect(db.sql.prepare("SELECT key FROM outbox ORDER BY key").pluck().all()).toEqual(["1:2:hook", "1:3:hook", "2:1:hook"]);
  expect(await applyRetention(db, now)).toEqual({ observations: 0, hours: 0, evidence: 0, deliveries: 0, facts: 0 });
});

test("applyRetention() removes facts that nothing has shown for long, and the oldest where there are too many", async () => {
  const db = setUp();
  const fact = (value: string, at: number, kind = "helo") => ({ asset: "example.com", kind, value, at });
  const many = Array.from({ length: maxFactsOfAKind + 3 }, (_, i) => fact(`helo ${i}`, now - i));
  const recorder = createRecorder(db);
  const facts = [...many, fact("old", now - 401 * day, "mx"), fact("young", now - 399 * day, "mx")];
  await recorder.commit(batch({ facts }), { atOnce: true });
  expect(await applyRetention(db, now)).toMatchObject({ facts: 4 });
  const left = loadRemembered(db, now).facts.map(({ value }) => value);
  expect(left).toHaveLength(maxFactsOfAKind + 1);
  expect(left).toContain("young");
  expect(left).toContain(`helo ${maxFactsOfAKind - 1}`);
  expect(left).not.toContain(`helo ${maxFactsOfAKind}`);
});

test("applyRetention() lets others run and commit while it works, and stops when it is told to", async () => {
  const db = setUp();
  const recorder = createRecorder(db);
  const observations = Array.from({ length: 30_000 }, (_, i) => observation(`a/${i % 3}`, start + i));
  await recorder.commit(batch({ observations }), { atOnce: true });
  const count = (): number => Number(db.sql.prepare("SELECT count(*) FROM observation").pluck().get());

  let turns = 0;
  let left = 30_000;
  let most = 0;
  const stopping = new AbortController();
  const others = setInterval(() => {
    turns += 1;
    const still = count();
    most = Math.max(most, left - still);
    left = still;
    void recorder.commit(batch({ observations: [observation("other/probe", now + turns)] }), { atOnce: true });
    if (turns === 2) stopping.abort();
  }, 0);
  onTestFinished(() => {
    clearInterval(others);
  });

  await expect(applyRetention(db, now, { observationsMs: day, signal: stopping.signal })).rejects.toThrow("aborted");
  expect(count()).toBeGreaterThan(0);
  await applyRetention(db, now, { observationsMs: day });
  clearInterval(others);
  recorder.close();
  expect(turns).toBeGreaterThanOrEqual(4);
  expect(most).toBeLessThan(15_000);
  expect(count()).toBe(turns);
});

test("applyRetention() removes a run only when its hour and its day are closed, and an hour only when its day is", async () => {
  const db = setUp();
  const hour = 3_600_000;
  const begin = Date.UTC(2026, 0, 5);
  const at = Array.from({ length: 100 }, (_, i) => begin + i * hour + 1);
  const last = at.at(-1) ?? 0;
  const recorder = createRecorder(db);
  const undecided = state("slow/probe", { lastAt: last, since: begin, undecidedSince: begin + 30 * hour });
  await recorder.commit(
    batch({
      observations: at.flatMap((one) => [observation("a/b", one), observation("slow/probe", one)]),
      states: [state("a/b", { lastAt: last, since: begin }), undecided],
    }),
    { atOnce: true },
  );
  const runs = (probe: string): number => createHistory(db).observations(probe, everything).length;
  const hours = (): number => Number(db.sql.prepare("SELECT count(*) FROM hour").pluck().get());
  const keep = { observationsMs: 10 * hour, hoursMs: 10 * hour };
  const late = last + 5 * hour;

  await applyRetention(db, late, keep);
  expect([runs("a/b"), runs("slow/probe")]).toEqual([100, 100]);

  await closeAll(createRollups(db), "UTC");
  expect(hours()).toBe(99 + 30);
  const before = readDayAccounts(db, ["a/b", "slow/probe"], { from: begin, to: last }, "UTC");
  const latencies = readSeries(db, "a/b", { from: begin, to: last }, "day", "UTC");
  const { observations } = await applyRetention(db, late, keep);
  // Ten hours before `late` lie in the fifth day, which is not over; of the other probe the second day is not decided.
  expect([runs("a/b"), runs("slow/probe"), observations]).toEqual([100 - 94, 100 - 24, 94 + 24]);
  expect(hours()).toBe(5 + 6);
  expect(readDayAccounts(db, ["a/b", "slow/probe"], { from: begin, to: last }, "UTC")).toEqual(before);
  expect(readSeries(db, "a/b", { from: begin, to: last }, "day", "UTC").slice(0, 4)).toEqual(latencies.slice(0, 4));

  // Days whose runs are gone stay as they are in another zone, too.
  await closeAll(createRollups(db), "Asia/Kolkata");
  const zones = db.sql.prepare("SELECT from_at FROM day JOIN probe USING (probe) WHERE id = 'slow/probe'").pluck().all();
  expect(zones).toEqual([begin]);
});
