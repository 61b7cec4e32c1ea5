import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deliveryOf, noTotals, type Snapshot, type Totals } from "../../src/report/delivery-rate.ts";

const snapshots = (...each: readonly Partial<Totals>[]): readonly Snapshot[] =>
  each.map((totals, index) => ({ at: index * 1_000, totals: { ...noTotals, ...totals } }));

/** What can become of a mail. `came-late` was lost first. */
const fates = ["found", "junk", "too-late", "lost", "came-late", "returned", "under-way"] as const;
type Fate = (typeof fates)[number];

const countedAs: Readonly<Record<Fate, readonly (keyof Totals)[]>> = {
  found: ["found"],
  junk: ["found", "junk"],
  "too-late": ["found", "late"],
  lost: ["lost"],
  "came-late": ["found", "late"],
  returned: ["returned"],
  "under-way": [],
};
const count = (totals: Totals, fate: Fate): Totals => ({
  ...totals,
  ...Object.fromEntries((["sent", ...countedAs[fate]] as const).map((name) => [name, totals[name] + 1])),
});

describe("deliveryOf()", () => {
  const day = fc.array(fc.constantFrom(...fates), { maxLength: 30 });

  test("is the sum of what became of each mail, however often the counts were kept and begun anew", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(day, fc.boolean()), { minLength: 1, maxLength: 8 }),
        fc.array(fc.constantFrom(...fates), { maxLength: 40 }),
        (days, earlier) => {
          let totals = earlier.reduce(count, noTotals);
          const kept: Snapshot[] = [{ at: 0, totals }];
          const all: Fate[] = [];
          for (const [index, [mails, isLostMemory]] of days.entries()) {
            const fresh = mails.reduce(count, noTotals);
            // A memory that was lost shows where fewer mails are counted than before.
            if (isLostMemory && fresh.sent < totals.sent) totals = fresh;
            else totals = mails.reduce(count, totals);
            all.push(...mails);
            kept.push({ at: index + 1, totals });
          }
          const seen = deliveryOf(kept)!;
          const of = (...some: readonly Fate[]): number => all.filter((fate) => some.includes(fate)).length;
          expect(seen.judged).toBe(all.length - of("under-way"));
          expect(seen.inTime).toBe(of("found", "junk"));
          expect(seen.late).toBe(of("too-late", "came-late"));
          expect(seen.returned).toBe(of("returned"));
          expect(seen.found).toBe(of("found", "junk", "too-late", "came-late"));
          expect(seen.junk).toBe(of("junk"));
          expect(seen.inTime).toBeLessThanOrEqual(seen.judged);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("counts a mail once that is lost in one month and comes in the next", () => {
    const [a, b, c] = snapshots({ sent: 9, found: 9 }, { sent: 10, found: 9, lost: 1 }, { sent: 10, found: 10, late: 1 });
    expect(deliveryOf([a!, b!])).toMatchObject({ judged: 1, inTime: 0, late: 0 });
    expect(deliveryOf([b!, c!])).toMatchObject({ judged: 0, inTime: 0, late: 1, found: 1 });
    expect(deliveryOf([a!, b!, c!])).toMatchObject({ judged: 1, inTime: 0, late: 1 });
  });

  test("leaves out what is under way at the end, and says how many", () => {
    expect(deliveryOf(snapshots({}, { sent: 60, found: 58 }))).toMatchObject({ judged: 58, underWay: 2, verdict: "undecided" });
  });

  test.each([
    [49, 49, "few"],
    [400, 400, "met"],
    [50, 50, "undecided"],
    // 720 mails at 98 % are ±1 point: hourly mails can only just judge it.
    [720, 712, "undecided"],
    [720, 713, "met"],
    [720, 706, "undecided"],
    [720, 699, "undecided"],
    [720, 698, "missed"],
  ])("%i mails, %i of them in time: %s", (judged, found, verdict) => {
    expect(deliveryOf(snapshots({}, { sent: judged, found, lost: judged - found }))?.verdict).toBe(verdict);
  });

  test("says nothing without two snapshots", () => {
    expect(deliveryOf([])).toBeUndefined();
    expect(deliveryOf(snapshots({ sent: 3 }))).toBeUndefined();
  });
});
