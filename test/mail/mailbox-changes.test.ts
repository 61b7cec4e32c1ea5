import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareFolders, type Holding, type KnownFolder, lossOf, remember } from "../../src/mail/mailbox-changes.ts";

const folder = (mails: number, more: Partial<KnownFolder> = {}): KnownFolder => ({
  uidValidity: 1,
  uidNext: mails + 1,
  mails,
  discarded: false,
  ...more,
});
const compare = (before: Record<string, KnownFolder>, now: Record<string, KnownFolder>, isWhole = true) =>
  compareFolders(new Map(Object.entries(before)), new Map(Object.entries(now)), isWhole);
const nothing = { recreated: [], rolledBack: [], gone: [], shrunk: [] };

describe("compareFolders", () => {
  test.each([
    ["new mail", { A: folder(30) }, { A: folder(40) }, {}],
    ["a new folder", {}, { A: folder(40) }, {}],
    ["deleted mails", { A: folder(30) }, { A: folder(10, { uidNext: 31 }) }, { shrunk: [{ name: "A", by: 20 }] }],
    ["another UIDVALIDITY", { A: folder(30) }, { A: folder(30, { uidValidity: 2 }) }, { recreated: ["A"] }],
    ["a UIDVALIDITY that is not told", { A: folder(30) }, { A: folder(30, { uidValidity: 0 }) }, {}],
    ["a UIDNEXT that has fallen", { A: folder(30) }, { A: folder(20) }, { rolledBack: ["A"], shrunk: [{ name: "A", by: 10 }] }],
    ["a UIDNEXT that is not told", { A: folder(30) }, { A: folder(30, { uidNext: 0 }) }, {}],
    ["a folder that is gone", { A: folder(30) }, {}, { gone: [{ name: "A", mails: 30 }] }],
    ["a small folder that is gone", { A: folder(19) }, {}, {}],
    ["a folder of another name", { A: folder(30) }, { B: folder(35) }, {}],
    [
      "a folder that is gone, and another that came",
      { A: folder(30) },
      { B: folder(35, { uidValidity: 9 }) },
      { gone: [{ name: "A", mails: 30 }] },
    ],
    [
      "a trash that is gone, or made anew",
      { T: folder(30, { discarded: true }), U: folder(9, { discarded: true }) },
      { U: folder(9, { discarded: true, uidValidity: 5 }) },
      {},
    ],
  ])("%s", (_name, before, now, expected) => {
    expect(compare(before, now)).toEqual({ ...nothing, ...expected });
  });

  test("says of no folder that it is gone where not all were seen", () => {
    expect(compare({ A: folder(30) }, {}, false)).toEqual(nothing);
  });
});

const hour = 3_600_000;
/** What is told after these looks, one an hour: kept, and in the trash. */
function losses(
  ...looks: readonly (readonly [kept: number, discarded: number])[]
): readonly (readonly [missing: number, gone: number])[] {
  let held: readonly Holding[] = [];
  return looks.map(([kept, discarded], index) => {
    const next: Holding = [1_000 * hour + index * hour, kept, discarded];
    const { missing, gone } = lossOf(held, next);
    held = remember(held, next);
    return [missing, gone];
  });
}

describe("lossOf", () => {
  test("is nothing for moves and new mail", () => {
    expect(losses([1_000, 0], [1_000, 0], [1_020, 5])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });
  test("tells what lies in the trash from what is gone, also once the trash is emptied", () => {
    expect(losses([1_000, 50], [300, 750], [300, 0])).toEqual([
      [0, 0],
      [700, 0],
      [700, 700],
    ]);
  });
  test("does not count an emptied trash alone", () => {
    expect(losses([1_000, 5_000], [1_000, 0])[1]).toEqual([0, 0]);
  });
  test("is told for a day, and ends sooner when the mails are put back", () => {
    const told = losses([1_000, 0], ...Array.from({ length: 26 }, () => [100, 0] as const));
    expect(told.filter(([missing]) => missing === 900)).toHaveLength(23);
    expect(told.at(-1)).toEqual([0, 0]);
    expect(losses([1_000, 0], [100, 0], [1_000, 0]).at(-1)).toEqual([0, 0]);
  });
  test("sees what goes bit by bit within a day", () => {
    const told = losses(...Array.from({ length: 20 }, (_, i) => [1_000 - i * 40, 0] as const));
    expect(told.at(-1)).toEqual([760, 760]);
  });
  test("compares with the last look however long ago it was, and with a clock that was put back", () => {
    const held: readonly Holding[] = [[1_000 * hour, 500, 0]];
    expect(lossOf(held, [2_000 * hour, 100, 0])).toMatchObject({ gone: 400 });
    expect(lossOf(held, [10 * hour, 100, 0])).toMatchObject({ gone: 400 });
    expect(remember(held, [10 * hour, 100, 0])[0]?.[0]).toBe(10 * hour);
  });
  test("never tells more than was there, and remembers no more than a day of hours", () => {
    const count = fc.nat(10_000);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: -3, max: 40 }), count, count), { maxLength: 60 }), (looks) => {
        let held: readonly Holding[] = [];
        let now = 1_000 * hour;
        for (const [hours, kept, discarded] of looks) {
          now += hours * hour;
          const { before, missing, gone } = lossOf(held, [now, kept, discarded]);
          expect(gone).toBeGreaterThanOrEqual(0);
          expect(gone).toBeLessThanOrEqual(missing);
          expect(missing).toBe(before - kept);
          held = remember(held, [now, kept, discarded]);
          expect(held.length).toBeLessThanOrEqual(26);
        }
      }),
      { numRuns: 300 },
    );
  });
});
