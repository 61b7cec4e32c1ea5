import { describe, expect, onTestFinished, test } from "vitest";
import type { StoredReport } from "../../src/model/report.ts";
import { emptyBatch } from "../../src/model/state.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { firstChangeAt, freezeMonth, readFrozenMonths, readStoredReport } from "../../src/store/reports.ts";
import { firstRunAt, keepTotals, readTotals } from "../../src/store/totals.ts";
import { delivery, observation } from "./samples.ts";

function open() {
  const db = openDatabase(":memory:");
  const recorder = createRecorder(db);
  onTestFinished(() => {
    recorder.close();
    db.close();
  });
  return { db, commit: (more: Partial<typeof emptyBatch>) => recorder.commit({ ...emptyBatch, ...more }, { atOnce: true }) };
}

const report = (more: Partial<StoredReport> = {}): StoredReport => ({
  month: "2026-10",
  version: 1,
  madeAt: 5,
  sha256: "ab",
  report: "{}",
  ...more,
});
const message = (key: string, more: object = {}) => ({
  ...delivery({ incident: 1, turnCount: 1, channel: "boss" }),
  id: key,
  key,
  incident: undefined,
  turn: "report" as const,
  ...more,
});

describe("freezeMonth()", () => {
  test("stores a version once, with its messages, and a second time neither", () => {
    const { db } = open();
    expect(freezeMonth(db, report(), [message("a")])).toBe(true);
    expect(freezeMonth(db, report({ report: "[]" }), [message("b")])).toBe(false);
    expect(readStoredReport(db, "2026-10")).toEqual(report());
    expect(db.sql.prepare("SELECT key FROM outbox").pluck().all()).toEqual(["a"]);
  });

  test("stores nothing where a message cannot be stored", () => {
    const { db } = open();
    expect(() => freezeMonth(db, report(), [message("a"), message("b", { priority: "P9" })])).toThrow("CHECK constraint");
    expect(readStoredReport(db, "2026-10")).toBeUndefined();
    expect(db.sql.prepare("SELECT count(*) FROM outbox").pluck().get()).toBe(0);
  });

  test("a later version goes before, and the months are told with their latest", () => {
    const { db } = open();
    freezeMonth(db, report({ month: "2026-09" }), []);
    freezeMonth(db, report(), []);
    freezeMonth(db, report({ version: 2, report: "[]" }), []);
    expect(readStoredReport(db, "2026-10")?.report).toBe("[]");
    expect(readFrozenMonths(db).map(({ month, version }) => [month, version])).toEqual([
      ["2026-10", 2],
      ["2026-09", 1],
    ]);
  });
});

describe("totals", () => {
  test("are kept of probes that count all of them, once for each run, and read from the last before a moment", async () => {
    const { db, commit } = open();
    const run = (at: number, sent: number) =>
      commit({
        observations: [observation("a/x", at, { metrics: { sent, found: 1 } }), observation("b/x", at, { metrics: { sent } })],
      });
    expect(firstRunAt(db, "a/x")).toBeUndefined();
    for (const [at, sent] of [
      [10, 1],
      [20, 2],
      [30, 3],
      [40, 4],
    ] as const) {
      await run(at, sent);
      expect(keepTotals(db, ["sent", "found"])).toBe(1);
      expect(keepTotals(db, ["sent", "found"])).toBe(0);
    }
    expect(readTotals(db, "a/x", 25, 35).map(({ at, totals }) => [at, totals["sent"]])).toEqual([
      [20, 2],
      [30, 3],
    ]);
    expect(readTotals(db, "a/x", 5, 15).map(({ at }) => at)).toEqual([10]);
    expect(readTotals(db, "b/x", 0, 99)).toEqual([]);
    expect(firstRunAt(db, "a/x")).toBe(10);
    expect(firstChangeAt(db)).toBeUndefined();
  });
});
