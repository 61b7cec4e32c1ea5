import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openDatabase } from "../../src/store/database.ts";
import { createOutbox } from "../../src/store/outbox.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { batch, delivery, incident, start, temporaryFolder } from "./samples.ts";

const lease = 30_000;

type Step =
  | { readonly do: "write"; readonly incident: number; readonly channel: string }
  | { readonly do: "claim"; readonly limit: number }
  | { readonly do: "settle"; readonly which: number; readonly state: "sent" | "pending" | "dead" }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "crash" };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("write" as const),
    incident: fc.integer({ min: 1, max: 3 }),
    channel: fc.constantFrom("hook", "mail"),
  }),
  fc.record({ do: fc.constant("claim" as const), limit: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    do: fc.constant("settle" as const),
    which: fc.nat(5),
    state: fc.constantFrom("sent" as const, "pending" as const, "dead" as const),
  }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 2 * lease }) }),
  fc.record({ do: fc.constant("crash" as const) }),
);

/** Plays a life of an outbox on real files, beside a list of what must be so. `wrong` says where it was not. */
function play(folder: string, steps: readonly Step[]): { wrong: string[]; written: string[]; finished: string[] } {
  let db = openDatabase(folder);
  let outbox = createOutbox(db);
  let now = start;
  const wrong: string[] = [];
  const written: { readonly key: string; readonly lane: string }[] = [];
  const finished = new Set<string>();
  /** Claimed, and its outcome not written. */
  const out = new Set<string>();
  /** Once claimed, and the outcome was never written: it may have arrived. */
  const uncertain = new Set<string>();

  function write(id: number, channel: string): void {
    const lane = `${id} ${channel}`;
    const count = written.filter((one) => one.lane === lane).length;
    // The later one is the more pressing one: priority must not break the order either.
    const more =
      count % 2 === 0 ? ({ turn: "opened", priority: "P4" } as const) : ({ turn: "resolved", priority: "P1" } as const);
    const one = delivery({ incident: id, turnCount: count + 1, channel }, { ...more, notBefore: now });
    written.push({ key: one.key, lane });
    void createRecorder(db).commit(batch({ incidents: [incident(id)], deliveries: [one] }), { atOnce: true });
  }

  function claim(limit: number): void {
    for (const { key, maybeRepeat } of outbox.claim(now, limit, lease, [])) {
      const own = written.findIndex((one) => one.key === key);
      const older = written.slice(0, own).filter(({ lane }) => lane === written[own]?.lane);
      for (const one of older) if (!finished.has(one.key)) wrong.push(`${key} overtook ${one.key}`);
      if (finished.has(key)) wrong.push(`${key} went out again after its end`);
      if (out.has(key)) uncertain.add(key);
      if (maybeRepeat !== uncertain.has(key)) wrong.push(`${key} is marked ${maybeRepeat}`);
      out.add(key);
    }
  }

  function settle(key: string, state: "sent" | "pending" | "dead"): void {
    out.delete(key);
    outbox.settle({ id: `msg_${key}`, at: now, state });
    if (state !== "pending") finished.add(key);
  }

  function crash(): void {
    db.close();
    db = openDatabase(folder);
    outbox = createOutbox(db);
    // Those whose lease had ended are pending already.
    if (outbox.recover(now) > out.size) wrong.push("recover() found what was not out");
    for (const key of out) uncertain.add(key);
    out.clear();
  }

  for (const one of steps) {
    const key = one.do === "settle" ? [...out][one.which % Math.max(1, out.size)] : undefined;
    if (one.do === "write") write(one.incident, one.channel);
    else if (one.do === "claim") claim(one.limit);
    else if (one.do === "settle" && key !== undefined) settle(key, one.state);
    else if (one.do === "wait") now += one.ms;
    else if (one.do === "crash") crash();
  }
  // Left in peace it delivers everything: what is still out comes back when its lease ends.
  for (let i = 0; i <= written.length; i++) {
    now += lease;
    claim(written.length);
    for (const key of out) settle(key, "sent");
  }
  if (outbox.nextDueAt() !== undefined) wrong.push("something is still due");
  db.close();
  return { wrong, written: written.map(({ key }) => key).toSorted(), finished: [...finished].toSorted() };
}

test("whatever happens in whatever order, turns keep their order, none is lost, and only a possible repeat is marked", () => {
  const folder = temporaryFolder();
  let round = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
      round += 1;
      const { wrong, written, finished } = play(join(folder, String(round)), steps);
      expect(wrong).toEqual([]);
      expect(finished).toEqual(written);
    }),
    { numRuns: 50, seed: 20_260_105 },
  );
});
