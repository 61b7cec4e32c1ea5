import { describe, expect, test } from "vitest";
import { createBoard } from "../../src/engine/board.ts";
import { maxFactsOfAKind } from "../../src/model/observation.ts";
import { emptyBatch, type Batch } from "../../src/model/state.ts";

const board = () =>
  createBoard({
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
      facts: [{ asset: "example.com", kind: "helo", value: "before", firstSeen: 1, lastSeen: 2 }],
      incidents: [],
      transitions: [],
      breakers: [],
      nextIncident: 1,
      sopRuns: [],
      nextSopRun: 1,
    },
    nextAt: () => undefined,
    channels: () => [],
    troubles: () => [],
    now: () => 0,
  });

const batch = (...facts: Batch["facts"]): Batch => ({ ...emptyBatch, facts });

describe("the facts of a board", () => {
  test("belong to the asset that they are about, and keep when they were first seen", () => {
    const live = board();
    live.apply(batch({ asset: "example.com", kind: "helo", value: "before", at: 9 }));
    live.apply(batch({ asset: "a@example.com", kind: "helo", value: "other", at: 9 }));
    expect(live.facts("example.com", "helo")).toEqual([{ kind: "helo", value: "before", firstSeen: 1, lastSeen: 9 }]);
    expect(live.facts("example.com", "mx")).toEqual([]);
  });

  test("are no more of one kind than the bound: those that were seen last", () => {
    const live = board();
    live.apply(batch({ asset: "example.com", kind: "mx", value: "a", at: 1 }));
    for (let i = 0; i < maxFactsOfAKind + 5; i++)
      live.apply(batch({ asset: "example.com", kind: "helo", value: `h${i}`, at: 10 + i }));
    live.apply(batch({ asset: "example.com", kind: "helo", value: "h6", at: 9_999 }));
    const values = live.facts("example.com", "helo").map(({ value }) => value);
    expect(values).toHaveLength(maxFactsOfAKind);
    expect(values).toContain("h6");
    expect(values).not.toContain("h4");
    expect(values).not.toContain("before");
    expect(live.facts("example.com", "mx")).toHaveLength(1);
  });
});
