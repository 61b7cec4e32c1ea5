import { expect, test } from "vitest";
import { createBoard } from "../../src/engine/board.ts";
import type { SopRun } from "../../src/model/sop.ts";
import { emptyBatch } from "../../src/model/state.ts";
import { abort, after, at, begun, byHand, done, manual } from "./sop-samples.ts";

const day = 86_400_000;
const going = (id: number): SopRun => ({ ...begun([manual("call")]).run, id });
const ended = (id: number, endedAt: number): SopRun => ({ ...after(byHand([manual("call")]), [1, abort]).run, id, endedAt });

test("a board keeps runs that go on, and those that ended within 30 days, as they were committed last", () => {
  let now = at(60);
  const live = createBoard({
    demonstration: false,
    company: "Example",
    language: "en",
    timezone: "UTC",
    startedAt: 0,
    checks: new Map(),
    probes: [],
    remembered: {
      states: [],
      observations: [],
      memories: new Map(),
      facts: [],
      incidents: [],
      transitions: [],
      breakers: [],
      nextIncident: 1,
      sopRuns: [ended(1, at(10)), going(2)],
      nextSopRun: 4,
    },
    nextAt: () => undefined,
    channels: () => [],
    troubles: () => [],
    now: () => now,
  });
  expect(live.sopRuns().map(({ id }) => id)).toEqual([2, 1]);
  expect(live.nextSopRun()).toBe(4);

  live.apply({ ...emptyBatch, sopRuns: [going(7), ended(4, at(20))] });
  expect(live.sopRuns().map(({ id }) => id)).toEqual([2, 7, 4, 1]);
  expect(live.nextSopRun()).toBe(8);

  const ticked = { ...after(begun([manual("call")]), [1, done("call")]).run, id: 2 };
  now = at(15) + 30 * day;
  live.apply({ ...emptyBatch, sopRuns: [ticked] });
  expect(live.sopRuns().map(({ id }) => id)).toEqual([2, 7, 4]);
  expect(live.sopRuns()[0]).toEqual(ticked);
});
