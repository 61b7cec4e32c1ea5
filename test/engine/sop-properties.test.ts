import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueAt, move, propose, type SopEvent, type SopMove } from "../../src/engine/sop.ts";
import { hasEnded, onTimeouts, type Sop, type SopRun, type SopStep } from "../../src/model/sop.ts";
import { manual, minute, notify, of, sop, t0, wait, webhook } from "./sop-samples.ts";

/** Any subset of the steps before it, so that there is no circle. */
const needsOf = (index: number): fc.Arbitrary<readonly string[]> =>
  index === 0
    ? fc.constant([])
    : fc.uniqueArray(
        fc.nat(index - 1).map((i) => `s${i}`),
        { maxLength: 2 },
      );

const deadline = fc.option(
  fc.integer({ min: 1, max: 40 }).map((minutes) => minutes * minute),
  { nil: undefined },
);

function stepAt(index: number): fc.Arbitrary<SopStep> {
  const id = `s${index}`;
  const common = fc
    .record({ needs: needsOf(index), isAfter: fc.boolean() })
    .map(({ needs, isAfter }) => ({ needs, ...(isAfter ? { after: "resolved" as const } : {}) }));
  return fc.oneof(
    fc
      .record({ deadlineMs: deadline, onTimeout: fc.constantFrom(...onTimeouts), role: fc.constantFrom("it", "sales") })
      .chain(({ deadlineMs, onTimeout, role }) =>
        common.map((more) =>
          manual(id, { ...more, ...of(role), onTimeout, ...(deadlineMs === undefined ? {} : { deadlineMs }) }),
        ),
      ),
    common.map((more) => notify(id, more)),
    fc
      .record({ onFailure: fc.constantFrom("stop" as const, "continue" as const), more: common })
      .map(({ onFailure, more }) => webhook(id, { ...more, onFailure })),
    fc.record({ minutes: fc.nat(30), more: common }).map(({ minutes, more }) => wait(id, minutes, more)),
  );
}

const anySop: fc.Arbitrary<Sop> = fc
  .record({
    count: fc.integer({ min: 1, max: 6 }),
    forMs: fc.constantFrom(0, 5 * minute),
    calmMs: fc.constantFrom(0, 7 * minute, 60 * minute),
  })
  .chain(({ count, forMs, calmMs }) =>
    fc
      .tuple(...Array.from({ length: count }, (_, index) => stepAt(index)))
      .map((steps) => sop(steps, { calmMs, trigger: { findings: [], causes: [], priorities: ["P1"], forMs } })),
  );

const anyBeginning: fc.Arbitrary<SopMove> = fc
  .record({ of: anySop, how: fc.constantFrom("system", "person", "drill") })
  .map(({ of: procedure, how }) =>
    propose(procedure, {
      id: 3,
      drill: how === "drill",
      incident: how === "system" ? 7 : undefined,
      by: how === "system" ? "system" : "Li",
      now: t0,
    }),
  );

const step = fc.nat(5).map((i) => `s${i}`);
const by = fc.constantFrom("Li", "Wang");
const anyEvent: fc.Arbitrary<SopEvent> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<SopEvent>({ kind: "tick" }) },
  fc.constant<SopEvent>({ kind: "begin-late" }),
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("done" as const), step, by, input: fc.constant({}) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("skip" as const), step, by, reason: fc.constant("no") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("retry" as const), step, by }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("delivered" as const),
      step,
      outcome: fc.constantFrom("done" as const, "failed" as const),
      maybeRepeat: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constantFrom<SopEvent>({ kind: "resolved" }, { kind: "failing-again" }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("begin" as const, "close" as const), by }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("note" as const), by, text: fc.constant("x") }) },
);
/** Rare, for what has ended does nothing more. */
const anyEnd: fc.Arbitrary<SopEvent> = fc.oneof(
  fc.record({ kind: fc.constantFrom("abort" as const, "dismiss" as const), by, reason: fc.constant("no") }),
  fc.constant<SopEvent>({ kind: "preempted", by: 9 }),
);

const anyHistory = fc.record({
  start: anyBeginning,
  events: fc.array(
    fc.record({
      passed: fc.nat(25 * minute),
      event: fc.oneof({ weight: 40, arbitrary: anyEvent }, { weight: 1, arbitrary: anyEnd }),
    }),
    { maxLength: 40 },
  ),
});

interface Change {
  readonly before: SopRun;
  readonly event: SopEvent;
  readonly now: number;
  readonly moved: SopMove;
}

/** Every move of a history, and everything that was said. */
function changesOf({
  start,
  events,
}: {
  readonly start: SopMove;
  readonly events: readonly { passed: number; event: SopEvent }[];
}): readonly Change[] {
  const changes: Change[] = [];
  let { run } = start;
  let now = t0;
  for (const { passed, event } of events) {
    now += passed;
    const moved = move(run, event, now);
    if (moved === undefined || "refused" in moved) continue;
    changes.push({ before: run, event, now, moved });
    ({ run } = moved);
  }
  return changes;
}

const hold = (check: (history: { start: SopMove; changes: readonly Change[] }) => void): void => {
  fc.assert(
    fc.property(anyHistory, (history) => check({ start: history.start, changes: changesOf(history) })),
    { numRuns: 1_500 },
  );
};

const isBlocked = (run: SopRun | undefined, id: string): boolean =>
  run === undefined || run.steps.some((own) => own.id === id && own.state === "blocked");

/** Written anew, by how each step stood when this one became ready: nothing here is shared with the machine. */
function mayBegin(
  { before, run }: { readonly before: SopRun | undefined; readonly run: SopRun },
  id: string,
  readyAt: number,
): boolean {
  const { needs = [], after } = run.sop.steps.find((one) => one.id === id) ?? {};
  // What failed and is tried again was over before this move.
  const known = [...run.steps, ...(before?.steps ?? [])];
  const areMet = needs.every((need) => {
    const stops = run.sop.steps.some((one) => one.id === need && one.kind === "webhook" && one.onFailure === "stop");
    const over = stops ? ["done", "skipped"] : ["done", "skipped", "failed"];
    return known.some((own) => own.id === need && over.includes(own.state) && (own.endedAt ?? Infinity) <= readyAt);
  });
  return areMet && (after === undefined || run.incident === undefined || run.resolvedAt !== undefined);
}

/** How it stands, without how often and when people were told. */
const standing = (run: SopRun): unknown => ({
  ...run,
  messageCount: 0,
  steps: run.steps.map((own) => ({ ...own, escalations: 0, escalatedAt: undefined })),
});

/** Every tick that comes due, one a minute. */
function byTheMinute(run: SopRun, from: number, to: number): SopRun {
  let now = run;
  for (let at = from; at <= to; at += minute) {
    const moved = move(now, { kind: "tick" }, at);
    if (moved && "run" in moved) now = moved.run;
  }
  return now;
}

describe("whatever happens to a run", () => {
  test("its messages are counted without a gap, and no two have one key", () => {
    hold(({ start, changes }) => {
      const keys = [start, ...changes.map(({ moved }) => moved)].flatMap(({ messages }) => messages.map(({ key }) => key));
      expect(keys).toEqual(keys.map((_, index) => `S-3:${index + 1}`));
      expect((changes.at(-1)?.moved ?? start).run.messageCount).toBe(keys.length);
    });
  });

  test("no step leaves done or skipped, and none is lost", () => {
    hold(({ changes }) => {
      for (const { before, moved } of changes) {
        expect(moved.run.steps.map(({ id }) => id)).toEqual(before.steps.map(({ id }) => id));
        const over = before.steps.filter(({ state }) => state === "done" || state === "skipped");
        expect(moved.run.steps).toEqual(expect.arrayContaining(over));
      }
    });
  });

  test("no step begins before what it needs is over", () => {
    hold(({ start, changes }) => {
      const early = [{ before: undefined, moved: start }, ...changes].flatMap(({ before, moved: { run } }) =>
        run.steps
          .filter(({ id, readyAt }) => readyAt !== undefined && isBlocked(before, id) && !mayBegin({ before, run }, id, readyAt))
          .map(({ id }) => id),
      );
      expect(early).toEqual([]);
    });
  });

  test("what has ended never changes", () => {
    hold(({ changes }) => {
      expect(changes.filter(({ before }) => hasEnded(before))).toEqual([]);
      for (const { moved } of changes) expect(hasEnded(moved.run)).toBe(moved.run.endedAt !== undefined);
    });
  });

  test("nothing is overdue after a tick, and a tick changes something exactly when it is due", () => {
    hold(({ changes }) => {
      for (const { moved, now } of changes) {
        const due = dueAt(moved.run) ?? Infinity;
        const isDue = [now, due - 1, due].map((at) => Number.isFinite(at) && move(moved.run, { kind: "tick" }, at) !== undefined);
        expect(due).toBeGreaterThan(now);
        expect(isDue).toEqual([false, false, Number.isFinite(due)]);
      }
    });
  });

  test("it stands the same after a tick every minute and after one at the end", () => {
    hold(({ start, changes }) => {
      const last = changes.at(-1);
      const run = last?.moved.run ?? start.run;
      const from = last?.now ?? t0;
      const to = from + 240 * minute;
      const jumped = move(run, { kind: "tick" }, to);
      const once = jumped && "run" in jumped ? jumped : { run, messages: [] };
      expect(standing(once.run)).toEqual(standing(byTheMinute(run, from, to)));
      const late = once.messages.filter(({ kind }) => kind === "late").map((message) => message.step);
      expect(new Set(late).size).toBe(late.length);
    });
  });

  test("its history goes forward, and every change of a step is in it", () => {
    hold(({ start, changes }) => {
      const times = [start, ...changes.map(({ moved }) => moved)].flatMap(({ entries }) => entries.map(({ at }) => at));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      for (const { before, moved } of changes) {
        const isBack = moved.entries.some(({ kind }) => kind === "failing-again");
        const changed = moved.run.steps
          .filter(({ state }, index) => state !== before.steps[index]?.state && !(isBack && state === "blocked"))
          .map(({ id }) => id);
        expect(moved.entries.map((entry) => entry.step)).toEqual(expect.arrayContaining(changed));
      }
    });
  });

  test("it comes back from JSON as it was, and goes on alike", () => {
    hold(({ changes }) => {
      for (const { before, event, now, moved } of changes) {
        const again: SopRun = JSON.parse(JSON.stringify(before));
        expect(again).toEqual(before);
        expect(move(again, event, now)).toEqual(moved);
      }
    });
  });
});

test("the histories above reach every state of runs and steps", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(anyHistory, (history) => {
      for (const { moved } of changesOf(history)) {
        seen.add(moved.run.state);
        for (const { state } of moved.run.steps) seen.add(`step ${state}`);
        for (const { kind } of moved.messages) seen.add(`message ${kind}`);
      }
    }),
    { numRuns: 1_500 },
  );
  const states = ["active", "stable", "closed", "aborted", "dismissed"];
  const steps = ["blocked", "waiting", "running", "done", "skipped", "failed"].map((state) => `step ${state}`);
  expect([...seen]).toEqual(expect.arrayContaining([...states, ...steps, "message late", "message failing-again"]));
});
