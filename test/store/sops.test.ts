import { expect, test } from "vitest";
import { move, type SopMove } from "../../src/engine/sop.ts";
import type { NewDelivery } from "../../src/model/state.ts";
import { openDatabase, type Database } from "../../src/store/database.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { loadRemembered } from "../../src/store/remembered.ts";
import { readNextSopRun, readSopEntries, readSopRun, readSopRunsSince } from "../../src/store/sops.ts";
import {
  abort,
  after,
  at,
  begun,
  byHand,
  done,
  manual,
  minute,
  notify,
  proposed,
  resolved,
  tick,
  wait,
} from "../engine/sop-samples.ts";
import { batch, critical, delivery, incident, start, temporaryFolder } from "./samples.ts";

const probe = "sales@example.com/imap-login";
const steps = [manual("call", { deadlineMs: 10 * minute }), notify("staff"), wait("pause", 5, { needs: ["call"] })];

/** A message of a run, on its way to one channel. */
const message = (key: string): NewDelivery => {
  const { alert, ...rest } = delivery({ incident: 7, turnCount: 1, channel: "duty" });
  return {
    ...rest,
    id: `msg_${key}`,
    key,
    incident: undefined,
    turn: "sop",
    alert: { ...alert, id: `msg_${key}`, about: "S-3", incident: 0, turn: "sop" },
  };
};

/** Everything that one move writes together with the observation that made it. */
const written = ({ run, entries, messages }: SopMove, more: Parameters<typeof batch>[0] = {}) =>
  batch({
    sopRuns: [run],
    sopEntries: entries,
    deliveries: messages.flatMap(({ key, channels }) => channels.map((channel) => message(`${key}:${channel}`))),
    ...more,
  });

const count = ({ sql }: Database, table: "observation" | "sop_run" | "sop_entry" | "outbox"): number =>
  sql.prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? -1;

const rows = (db: Database) => ({
  observations: count(db, "observation"),
  runs: count(db, "sop_run"),
  entries: count(db, "sop_entry"),
  messages: count(db, "outbox"),
});

test("a run, its history, its messages and the observation that began it are one transaction", async () => {
  const db = openDatabase(":memory:");
  const recorder = createRecorder(db);
  const moved = begun(steps);
  const more = { observations: [critical(probe, start)], incidents: [incident(7)] };

  const broken = written(moved, {
    ...more,
    sopEntries: [...moved.entries, ...moved.entries.map((one) => ({ ...one, run: 99 }))],
  });
  await expect(recorder.commit(broken, { atOnce: true })).rejects.toMatchObject({ code: "rejected" });
  expect(rows(db)).toEqual({ observations: 0, runs: 0, entries: 0, messages: 0 });

  await recorder.commit(written(moved, more), { atOnce: true });
  expect(rows(db)).toEqual({ observations: 1, runs: 1, entries: 3, messages: 4 });

  const next = after(moved, [1, done("call")]);
  const wrong = { ...message("S-3:9:duty"), incident: 7 };
  const unsendable = written({ ...next, entries: next.entries.slice(3) }, { deliveries: [wrong] });
  await expect(recorder.commit(unsendable, { atOnce: true })).rejects.toMatchObject({ code: "rejected" });
  expect(readSopRun(db, 3)).toEqual(moved.run);
  expect(readSopEntries(db, 3, 100)).toEqual(moved.entries);
  db.close();
});

test("a restart remembers runs that go on, those that ended within 30 days, and how each goes on", async () => {
  const folder = temporaryFolder();
  const first = openDatabase(folder);
  const recorder = createRecorder(first);
  const day = 86_400_000;
  const now = at(0) + 40 * day;
  const going = after(begun(steps), [1, done("call")]);
  const ended = (id: number, endedAt: number) => {
    const { run } = after(byHand(steps), [1, abort]);
    return { ...run, id, endedAt };
  };
  const old = ended(1, now - 30 * day - 1);
  const recent = ended(2, now - 30 * day);
  await recorder.commit(written(going, { sopRuns: [begun(steps).run, old, recent], incidents: [incident(7)] }), { atOnce: true });
  await recorder.commit(written({ ...going, entries: [], messages: [] }), { atOnce: true });
  recorder.close();
  first.close();

  const again = openDatabase(folder);
  const { sopRuns, nextSopRun } = loadRemembered(again, now);
  expect(sopRuns).toEqual([recent, going.run]);
  expect(nextSopRun).toBe(4);
  expect(sopRuns.map((run) => move(run, tick, at(6)))).toEqual([undefined, move(going.run, tick, at(6))]);
  expect(readSopRun(again, 1)).toEqual(old);
  expect(readSopRun(again, 4)).toBeUndefined();
  expect(readSopRunsSince(again, 0).map(({ id }) => id)).toEqual([1, 2, 3]);
  again.close();
});

test("what has ended is never changed, nothing is deleted, and history stays as it was written", async () => {
  const db = openDatabase(":memory:");
  const recorder = createRecorder(db);
  const open = proposed(steps);
  const over = after(open, [1, resolved]);
  await recorder.commit(written(over, { incidents: [incident(7)] }), { atOnce: true });
  await expect(recorder.commit(written(open, { sopEntries: [], deliveries: [] }), { atOnce: true })).rejects.toThrow("ended");
  expect(readSopRun(db, 3)).toEqual(over.run);
  for (const sql of ["DELETE FROM sop_run", "DELETE FROM sop_entry", "UPDATE sop_entry SET actor = 'Li'"])
    expect(() => db.sql.exec(sql)).toThrow("never");
  db.close();
});

test("an incident has one run of an SOP at a time, and another when that one has ended or turned to another incident", async () => {
  const db = openDatabase(":memory:");
  const recorder = createRecorder(db);
  const save = async (moved: SopMove, id: number) =>
    recorder.commit(batch({ incidents: [incident(7)], sopRuns: [{ ...moved.run, id }] }), { atOnce: true });
  await save(begun(steps), 3);
  await expect(save(begun(steps), 4)).rejects.toMatchObject({ code: "rejected" });
  await save(begun(steps, { name: "hijacked" }), 4);
  await save(byHand(steps), 5);
  await save(byHand(steps), 6);
  await save(after(begun(steps), [1, abort]), 3);
  await save(begun(steps), 7);
  expect(readSopRunsSince(db, Infinity).map(({ id }) => id)).toEqual([4, 5, 6, 7]);

  await recorder.commit(batch({ incidents: [incident(8)], sopRuns: [{ ...begun(steps).run, id: 7, incident: 8 }] }), {
    atOnce: true,
  });
  await save(begun(steps), 8);
  expect(readSopRunsSince(db, Infinity).map((run) => run.incident)).toEqual([7, undefined, undefined, 8, 7]);
  db.close();
});

test("readSopEntries() gives the latest of one run, oldest first", async () => {
  const db = openDatabase(":memory:");
  const recorder = createRecorder(db);
  const moved = after(byHand([manual("a"), manual("b")]), [1, done("a", {})], [2, done("b")]);
  const other = byHand(steps);
  await recorder.commit(written(moved), { atOnce: true });
  await recorder.commit(
    batch({ sopRuns: [{ ...other.run, id: 9 }], sopEntries: other.entries.map((one) => ({ ...one, run: 9 })) }),
    { atOnce: true },
  );
  expect(moved.entries.length).toBe(5);
  expect(readSopEntries(db, 3, 100)).toEqual(moved.entries);
  expect(readSopEntries(db, 3, 2)).toEqual(moved.entries.slice(-2));
  expect(readSopEntries(db, 8, 2)).toEqual([]);
  db.close();
});

test("readNextSopRun() of an empty database is 1", () => {
  const db = openDatabase(":memory:");
  expect(readNextSopRun(db)).toBe(1);
  db.close();
});
