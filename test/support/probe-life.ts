import fc from "fast-check";
import { advance, endOfWatch, fillGap, freshState, type Step } from "../../src/engine/advance.ts";
import type { Confirm } from "../../src/model/check.ts";
import type { Observation } from "../../src/model/observation.ts";
import type { ProbeState } from "../../src/model/state.ts";
import type { Status } from "../../src/model/status.ts";

const minute = 60_000;
const hour = 60 * minute;

/** Something that happens to a probe. `after`: by how much the clock has moved; below 0 it was set back. */
export type Happening =
  | {
      readonly kind: "run";
      readonly after: number;
      readonly status: Status;
      readonly immediate: boolean;
      readonly durationMs: number;
      readonly latencyMs: Observation["latencyMs"];
    }
  | { readonly kind: "restart" | "gone"; readonly after: number };

const pace = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: minute, max: 20 * minute }) },
  { weight: 3, arbitrary: fc.integer({ min: 20 * minute, max: 5 * hour }) },
  { weight: 1, arbitrary: fc.integer({ min: 5 * hour, max: 40 * hour }) },
  { weight: 1, arbitrary: fc.integer({ min: -30 * hour, max: 0 }) },
);

const run: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constant("run" as const),
  after: pace,
  status: fc.constantFrom("ok", "ok", "ok", "warning", "critical", "critical", "unknown"),
  immediate: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
  durationMs: fc.integer({ min: 0, max: 40_000 }),
  latencyMs: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 900_000 }) },
    { weight: 1, arbitrary: fc.constantFrom("none" as const, "lost" as const) },
  ),
});

const other: fc.Arbitrary<Happening> = fc.record({ kind: fc.constantFrom("restart", "gone"), after: pace });

export const happenings = (most: number): fc.Arbitrary<readonly Happening[]> =>
  fc.array(fc.oneof({ weight: 10, arbitrary: run }, { weight: 1, arbitrary: other }), { minLength: 1, maxLength: most });

export const policy: fc.Arbitrary<Confirm> = fc.record({
  bad: fc.integer({ min: 1, max: 4 }).chain((m) => fc.tuple(fc.integer({ min: 1, max: m }), fc.constant(m))),
  good: fc.integer({ min: 1, max: 4 }),
  forMs: fc.constantFrom(0, 30 * minute),
  recheckMs: fc.constant(0),
});

export interface Moment {
  readonly observation: Observation | undefined;
  readonly step: Step;
}

/** The life of a probe as the engine makes it: the same rules of time as a run, a start and a reload follow. */
export function* liveThrough(
  probe: string,
  startedAt: number,
  some: readonly Happening[],
  { confirm, everyMs }: { readonly confirm: Confirm; readonly everyMs: number },
): Generator<Moment> {
  let state: ProbeState = freshState(probe, startedAt);
  let clock = startedAt;
  for (const happening of some) {
    clock += happening.after;
    if (happening.kind !== "run") {
      const step = happening.kind === "restart" ? fillGap(state, clock) : endOfWatch(state, clock);
      state = step.state;
      yield { observation: undefined, step };
      continue;
    }
    const { status, immediate, durationMs, latencyMs } = happening;
    const last = state.lastAt === undefined ? 0 : Math.max(state.lastAt, state.since);
    const at = Math.max(clock, last + 1);
    const isImmediate = immediate && status === "critical";
    const step = advance(state, { status, at, immediate: isImmediate }, confirm, 2 * everyMs);
    state = step.state;
    yield {
      observation: {
        probe,
        status,
        findings: [],
        metrics: {},
        evidence: [],
        at,
        durationMs,
        ...(latencyMs === undefined ? {} : { latencyMs }),
      },
      step,
    };
  }
}
