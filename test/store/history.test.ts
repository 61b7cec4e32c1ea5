import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../src/store/database.ts";
import { createHistory } from "../../src/store/history.ts";
import { readIncident, readIncidentIdsNear } from "../../src/store/incidents.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { batch, critical, incident, observation, start } from "./samples.ts";

async function setUp() {
  const db = openDatabase(":memory:");
  onTestFinished(() => {
    db.close();
  });
  const observations = Array.from({ length: 10 }, (_, i) =>
    i < 5 ? observation("a/b", start + i, { durationMs: 20.4 + i }) : critical("a/b", start + i),
  );
  const transitions = [0, 3, 6, 9].map((i) => ({
    probe: "a/b",
    from: i % 2 === 0 ? ("ok" as const) : ("warning" as const),
    to: i % 2 === 0 ? ("warning" as const) : ("ok" as const),
    at: start + i,
    confirmedAt: start + i,
  }));
  await createRecorder(db).commit(
    batch({
      observations: [...observations, observation("other/probe", start + 2)],
      transitions: [...transitions, { probe: "other/probe", from: "ok", to: "critical", at: start + 2, confirmedAt: start + 2 }],
      incidents: [incident(1), incident(2)],
      timeline: [1, 2, 1, 1].map((id, i) => ({ incident: id, at: start, actor: "system", kind: "note" as const, data: i })),
    }),
    { atOnce: true },
  );
  return createHistory(db);
}

test.each([
  { from: 2, to: 5, limit: 10, ats: [2, 3, 4] },
  { from: 0, to: 100, limit: 3, ats: [7, 8, 9] },
  { from: 10, to: 20, limit: 3, ats: [] },
])("observations() in [$from, $to), at most $limit, are $ats", async ({ from, to, limit, ats }) => {
  const history = await setUp();
  const rows = history.observations("a/b", { from: start + from, to: start + to, limit });
  expect(rows.map(({ at }) => at - start)).toEqual(ats);
});

test("observations() know status, findings without data, and the duration in whole milliseconds", async () => {
  const history = await setUp();
  expect(history.observations("a/b", { from: start + 4, to: start + 6, limit: 9 })).toEqual([
    { at: start + 4, status: "ok", findings: [], durationMs: 24 },
    { at: start + 5, status: "critical", findings: [{ code: "greeting-missing", severity: "critical" }], durationMs: 20 },
  ]);
  expect(history.observations("never/seen", { from: 0, to: start * 2, limit: 9 })).toEqual([]);
});

test("findings of one set are one outcome, whatever their order, their number and their data", async () => {
  const db = openDatabase(":memory:");
  const late = { code: "greeting-late", severity: "warning", data: { seconds: 6 } } as const;
  const none = { code: "tls-none", severity: "info", data: {} } as const;
  const sets = [
    [late, none],
    [none, late],
    [{ ...late, data: { seconds: 7 } }, none, late],
  ];
  const observations = sets.map((findings, i) => observation("a/b", start + i, { status: "warning", findings }));
  await createRecorder(db).commit(batch({ observations }), { atOnce: true });
  expect(db.sql.prepare("SELECT count(DISTINCT outcome) FROM observation").pluck().get()).toBe(1);
  expect(createHistory(db).observations("a/b", { from: start, to: start + 1, limit: 1 })[0]?.findings).toEqual([
    { code: "greeting-late", severity: "warning" },
    { code: "tls-none", severity: "info" },
  ]);
  db.close();
});

test.each([
  { from: 4, to: 9, limit: 10, ats: [3, 6] },
  { from: 3, to: 7, limit: 10, ats: [0, 3, 6] },
  { from: -5, to: 1, limit: 10, ats: [0] },
  { from: 20, to: 30, limit: 10, ats: [9] },
  { from: 0, to: 100, limit: 2, ats: [6, 9] },
])("transitions() of [$from, $to), at most $limit, with the last one before, are $ats", async ({ from, to, limit, ats }) => {
  const history = await setUp();
  const rows = history.transitions("a/b", { from: start + from, to: start + to, limit });
  expect(rows.map(({ at }) => at - start)).toEqual(ats);
  expect(rows.every(({ probe }) => probe === "a/b")).toBe(true);
});

test("timeline() is that of one incident, in the order in which it was written, the latest `limit`", async () => {
  const history = await setUp();
  expect(history.timeline(1, 9).map(({ data }) => data)).toEqual([0, 2, 3]);
  expect(history.timeline(1, 2).map(({ data }) => data)).toEqual([2, 3]);
});

test("counts, whole observations and the last run are those of one probe in [from, to)", async () => {
  const history = await setUp();
  const window = { from: start + 3, to: start + 9 };
  expect(history.transitionCount("a/b", window)).toBe(2);
  expect(history.runCounts("a/b", window)).toEqual({ ok: 2, warning: 0, critical: 4, unknown: 0 });
  expect(history.runCounts("never/seen", window)).toEqual({ ok: 0, warning: 0, critical: 0, unknown: 0 });
  const ats = (which: "first" | "latest", limit: number): readonly number[] =>
    history.evidenceIn("a/b", { from: start, to: start + 9, limit }, which).map(({ at }) => at - start);
  expect([ats("first", 2), ats("latest", 2), ats("latest", 9)]).toEqual([
    [0, 3],
    [3, 6],
    [0, 3, 6],
  ]);
  expect([history.last("a/b")?.at, history.last("never/seen")]).toEqual([start + 9, undefined]);
  expect(history.probes()).toEqual(["a/b", "other/probe"]);
});

test("an incident is found by its number, and its neighbours by theirs", async () => {
  const db = openDatabase(":memory:");
  onTestFinished(() => db.close());
  const held = { probe: "a/b", joinedAt: start, leftAt: undefined, findings: [] };
  const old = incident(7, { resolvedAt: start, probes: [held] });
  await createRecorder(db).commit(batch({ incidents: [incident(3), old, incident(40)] }), { atOnce: true });
  expect(readIncident(db, 7)).toEqual(old);
  expect(readIncident(db, 8)).toBeUndefined();
  expect(readIncidentIdsNear(db, 8, 2)).toEqual([7, 3]);
});

test("stayedOk() are those that were ok before the window and did not change in it", async () => {
  const history = await setUp();
  const db = openDatabase(":memory:");
  onTestFinished(() => db.close());
  const to = (probe: string, at: number, status: "ok" | "warning") =>
    ({ probe, from: status === "ok" ? "warning" : "ok", to: status, at: start + at, confirmedAt: start + at }) as const;
  const transitions = [
    to("well", 1, "ok"),
    to("ill", 1, "warning"),
    to("left", 1, "ok"),
    to("left", 5, "warning"),
    to("new", 5, "ok"),
  ];
  await createRecorder(db).commit(batch({ transitions }), { atOnce: true });
  expect([...createHistory(db).stayedOk({ from: start + 3, to: start + 9 })]).toEqual(["well"]);
  expect([...createHistory(db).stayedOk({ from: start + 3, to: start + 5 })]).toEqual(["well", "left"]);
  expect(history.stayedOk({ from: start + 20, to: start + 30 }).size).toBe(1);
});
