import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { closeAll } from "../../src/engine/rolling.ts";
import { type Account, add, type Change, nothing, type Span, type State } from "../../src/model/account.ts";
import { dayOf } from "../../src/model/days.ts";
import type { Transition } from "../../src/model/incident.ts";
import type { Observation } from "../../src/model/observation.ts";
import type { Rollups } from "../../src/model/rollup.ts";
import { decodeSketch, measuredIn, quantile, sketchOf } from "../../src/model/sketch.ts";
import type { Status } from "../../src/model/status.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { readDayAccounts, readPeriods, readSeries } from "../../src/store/history-series.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { createRollups } from "../../src/store/rollups.ts";
import { type Happening, happenings, liveThrough, policy } from "../support/probe-life.ts";
import { batch } from "./samples.ts";

const minute = 60_000;
const hour = 60 * minute;
const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "Asia/Kolkata"] as const;
/** A day or two before clocks are changed in one of them, and the end of a February. */
const starts = ["2026-03-28T11:07Z", "2026-10-24T02:00Z", "2026-03-07T20:30Z", "2026-04-04T00:00Z", "2028-02-27T23:59Z"].map(
  (text) => Date.parse(text),
);

/** What was written of one probe, as the test knows it. */
interface Written {
  readonly transitions: Transition[];
  readonly observations: Observation[];
}

const names: Record<Status, State> = { ok: "up", warning: "degraded", critical: "down", unknown: "unknown" };

/** The account in the simplest way there is: one minute after the other, and each millisecond of those in which something changed. */
function bruteForce(changes: readonly Change[], { from, to }: Span): Account {
  const total: Record<State, number> = { ...nothing };
  const stateAt = (at: number): State => {
    let state: State = "unknown";
    for (const change of changes) if (change.at <= at) state = names[change.to];
    return state;
  };
  for (let at = from; at < to;) {
    const end = Math.min(to, at - (at % minute) + minute);
    if (changes.some((change) => at < change.at && change.at < end)) {
      total[stateAt(at)] += 1;
      at += 1;
    } else {
      total[stateAt(at)] += end - at;
      at = end;
    }
  }
  return total;
}

const latenciesOf = (some: readonly Observation[]): readonly number[] =>
  some.flatMap(({ latencyMs, durationMs, status }) => {
    if (typeof latencyMs === "number") return [latencyMs];
    return latencyMs === undefined && (status === "ok" || status === "warning") ? [durationMs] : [];
  });

interface Row extends Account, Span {
  readonly id: string;
  readonly runs: number;
  readonly sketch: Uint8Array | null;
}

const rowsOf = (db: Database, table: "hour" | "day"): readonly Row[] =>
  db.sql
    .prepare<[], Row>(
      `SELECT id, from_at AS "from", ${table === "hour" ? "from_at + 3600000" : "to_at"} AS "to", up_ms AS up, degraded_ms AS degraded,
         down_ms AS down, unknown_ms AS unknown, maintenance_ms AS maintenance, runs, sketch
       FROM ${table} JOIN probe USING (probe) ORDER BY id, from_at`,
    )
    .all();

const accountOf = ({ up, degraded, down, unknown, maintenance }: Account): Account => ({
  up,
  degraded,
  down,
  unknown,
  maintenance,
});

function expectTrue(row: Row, { transitions, observations }: Written): void {
  expect(accountOf(row)).toEqual(bruteForce(transitions, row));
  const inside = observations.filter(({ at }) => row.from <= at && at < row.to);
  const lost = inside.filter(({ latencyMs }) => latencyMs === "lost").length;
  const latencies = latenciesOf(inside);
  const sketch = row.sketch === null ? sketchOf([]) : decodeSketch(row.sketch);
  expect(row.runs).toBe(inside.length);
  expect(sketch && [measuredIn(sketch), sketch.lost]).toEqual([latencies.length, lost]);
  const exact = [...latencies, ...Array.from({ length: lost }, () => Infinity)].toSorted((a, b) => a - b);
  for (const q of [0.5, 0.95]) {
    const wanted = exact[Math.max(0, Math.ceil(q * exact.length) - 1)];
    const found = sketch && quantile(sketch, q);
    expect(found === wanted || Math.abs((found ?? 0) - (wanted ?? Infinity)) <= 0.02 * (wanted ?? 0) + 1e-6).toBe(true);
  }
}

/** Closes some of what can be closed, and is killed: `left` transactions are written. */
async function closeAndDie(rollups: Rollups, timezone: string, left: number): Promise<void> {
  let some = left;
  const dying: Rollups = {
    closable: (after) => rollups.closable(after),
    close(closings, zone) {
      if (some === 0) throw new Error("killed");
      some -= 1;
      return rollups.close(closings.slice(0, 1), zone);
    },
  };
  await closeAll(dying, timezone).catch((error: unknown) => {
    if (!(error instanceof Error && error.message === "killed")) throw error;
  });
}

interface Life {
  readonly happenings: readonly Happening[];
  readonly confirm: Parameters<typeof liveThrough>[3]["confirm"];
  readonly everyMs: number;
}

const life: fc.Arbitrary<Life> = fc.record({
  happenings: happenings(60),
  confirm: policy,
  everyMs: fc.constantFrom(5 * minute, hour, 6 * hour),
});

/** Lives through everything, closing now and then; what was closed once must stay as it is. */
async function live(
  lives: readonly Life[],
  {
    startAt,
    timezone,
    closeAfter,
  }: { readonly startAt: number; readonly timezone: string; readonly closeAfter: readonly number[] },
) {
  const db = openDatabase(":memory:");
  const recorder = createRecorder(db);
  const rollups = createRollups(db);
  const written = new Map<string, Written>();
  const seen = new Map<string, Row>();
  for (const [which, { happenings: some, ...how }] of lives.entries()) {
    const id = `p${which}/check`;
    const own: Written = { transitions: [], observations: [] };
    written.set(id, own);
    let steps = 0;
    for (const { observation, step } of liveThrough(id, startAt, some, how)) {
      const { state, transitions } = step;
      const observations = observation === undefined ? [] : [observation];
      own.transitions.push(...transitions);
      own.observations.push(...observations);
      await recorder.commit(batch({ observations, states: [state], transitions }), { atOnce: true });
      const left = closeAfter[steps % closeAfter.length] ?? 0;
      steps += 1;
      if (left === 0) continue;
      await closeAndDie(rollups, timezone, left);
      for (const table of ["hour", "day"] as const)
        for (const row of rowsOf(db, table)) seen.set(`${table} ${row.id} ${row.from}`, row);
    }
  }
  await closeAll(rollups, timezone);
  return { db, rollups, written, seen };
}

const scenario = fc.record({
  lives: fc.array(life, { minLength: 1, maxLength: 2 }),
  startAt: fc.constantFrom(...starts),
  timezone: fc.constantFrom(...zones),
  closeAfter: fc.array(fc.nat(6), { minLength: 1, maxLength: 5 }),
});

test("hours and days equal a brute-force account, whenever and in what order they were closed, and are never changed", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ lives, ...how }) => {
      const { db, written, seen } = await live(lives, how);
      const atOnce = await live(lives, { ...how, closeAfter: [0] });
      const hours = rowsOf(db, "hour");
      const days = rowsOf(db, "day");
      for (const row of [...hours, ...days]) expectTrue(row, written.get(row.id) ?? { transitions: [], observations: [] });
      expect(hours).toEqual(rowsOf(atOnce.db, "hour"));
      expect(days).toEqual(rowsOf(atOnce.db, "day"));
      for (const [key, row] of seen)
        expect(
          [...hours, ...days].find((one) => one.from === row.from && one.to === row.to && one.id === row.id),
          key,
        ).toEqual(row);
      db.close();
      atOnce.db.close();
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("the hours of a day are the day, those without a run being what the transitions say", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ lives, ...how }) => {
      const { db, written } = await live(lives, how);
      const hours = rowsOf(db, "hour");
      for (const day of rowsOf(db, "day").filter(({ from, to }) => from % hour === 0 && to % hour === 0)) {
        let total: Account = nothing;
        let runs = 0;
        for (let from = day.from; from < day.to; from += hour) {
          const row = hours.find((one) => one.id === day.id && one.from === from);
          const span = { from, to: from + hour };
          total = add(total, row ? accountOf(row) : bruteForce(written.get(day.id)?.transitions ?? [], span));
          runs += row?.runs ?? 0;
        }
        expect([total, runs]).toEqual([accountOf(day), day.runs]);
      }
      db.close();
    }),
    { numRuns: 40 },
  );
}, 60_000);

test("pages read the same of what is closed as of what is not", async () => {
  await fc.assert(
    fc.asyncProperty(
      scenario,
      fc.nat(40 * 24),
      fc.nat(20 * 24),
      fc.boolean(),
      async ({ lives, ...how }, back, length, asOther) => {
        const { db, written } = await live(lives, how);
        const last = Math.max(
          ...[...written.values()].flatMap(({ observations }) => observations.map(({ at }) => at)),
          how.startAt,
        );
        const window = { from: last + 20 * hour - back * hour, to: last + 20 * hour - Math.max(0, back - length) * hour };
        const probes = ["p0/check", "p1/check", "never/seen"];
        const read = () => ({
          days: readDayAccounts(db, probes, window, how.timezone),
          hours: readSeries(db, "p0/check", window, "hour", how.timezone),
          latencies: readSeries(db, "p0/check", window, "day", how.timezone),
          periods: readPeriods(db, probes, [window, { from: window.from - 90 * minute, to: window.to - 150 * hour }]),
        });
        // Days of another zone than the one that is asked for are no whole days of it.
        if (asOther) await closeAll(createRollups(db), "Asia/Kolkata");
        const closed = read();
        db.sql.exec("DELETE FROM hour; DELETE FROM day; DELETE FROM closed");
        expect(closed).toEqual(read());
        for (const [probe, days] of closed.days) {
          const { transitions, observations } = written.get(probe) ?? { transitions: [], observations: [] };
          const cover = db.sql
            .prepare<[string], number>("SELECT cover_until_at FROM probe_state JOIN probe USING (probe) WHERE id = ?")
            .pluck()
            .get(probe);
          const changes: readonly Change[] =
            cover === undefined || cover <= (transitions.at(-1)?.at ?? 0) || observations.length === 0
              ? transitions
              : [...transitions, { at: cover, to: "unknown" }];
          for (const day of days) expect(accountOf(day)).toEqual(bruteForce(changes, day));
          expect(days.reduce((sum, day) => sum + day.to - day.from, 0)).toBe(window.to - window.from);
        }
        db.close();
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test("after a change of the zone the days are made anew, and hours stay", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, fc.constantFrom(...zones), fc.nat(5), async ({ lives, ...how }, timezone, left) => {
      const { db, rollups, written } = await live(lives, how);
      const hours = rowsOf(db, "hour");
      await closeAndDie(rollups, timezone, left);
      await closeAll(rollups, timezone);
      const fresh = await live(lives, { ...how, timezone });
      expect(rowsOf(db, "hour")).toEqual(hours);
      const inZone = rowsOf(db, "day").filter(({ from }) => dayOf(from, timezone).from === from);
      expect(inZone).toEqual(expect.arrayContaining([...rowsOf(fresh.db, "day")]));
      for (const row of rowsOf(db, "day")) expectTrue(row, written.get(row.id) ?? { transitions: [], observations: [] });
      db.close();
      fresh.db.close();
    }),
    { numRuns: 40 },
  );
}, 60_000);

test("a closed row cannot be changed, and a sketch that is none is told as damage", async () => {
  const db = openDatabase(":memory:");
  onTestFinished(() => db.close());
  const startAt = Date.UTC(2026, 0, 5);
  const runs = Array.from({ length: 50 }, (): Happening => ({
    kind: "run",
    after: hour,
    status: "ok",
    immediate: false,
    durationMs: 40,
    latencyMs: undefined,
  }));
  const recorder = createRecorder(db);
  for (const { observation, step } of liveThrough("a/b", startAt, runs, {
    confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
    everyMs: hour,
  }))
    await recorder.commit(
      batch({ observations: observation ? [observation] : [], states: [step.state], transitions: step.transitions }),
      { atOnce: true },
    );
  await closeAll(createRollups(db), "UTC");
  expect([rowsOf(db, "hour").length, rowsOf(db, "day").length]).toEqual([49, 2]);
  for (const table of ["hour", "day"])
    expect(() => db.sql.exec(`UPDATE ${table} SET runs = 7`)).toThrow(`a closed ${table} is never changed`);
  db.sql.exec("DROP TRIGGER hour_is_never_changed; UPDATE hour SET sketch = x'02ff'");
  const window = { from: startAt, to: startAt + 24 * hour };
  expect(() => readSeries(db, "a/b", window, "hour", "UTC")).toThrow(expect.objectContaining({ code: "corrupt" }));
});
