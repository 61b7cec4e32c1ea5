import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Arrival,
  isDue,
  journeyToJson,
  maxFolders,
  maxTravelling,
  newJourney,
  nextLook,
  readJourney,
  settle,
  type Travelling,
} from "../../src/mail/probe-journey.ts";

const second = 1_000;
const minute = 60 * second;
const limits = { lateAfter: minute, lostAfter: 15 * minute };
const mail = (more: Partial<Travelling> = {}): Travelling => ({
  seq: 1,
  random: "r",
  sentAt: 0,
  absentAt: 0,
  unsure: false,
  putOff: null,
  size: 0,
  ...more,
});
const arrival = (more: Partial<Arrival> = {}): Arrival => ({
  seq: 1,
  random: "r",
  folder: "INBOX",
  place: "inbox",
  receivedAt: 5 * second,
  ...more,
});

describe("settle", () => {
  test.each([
    ["in the inbox", mail(), [arrival()], { from: 20 * second, to: 21 * second }, ["delivered", 5 * second]],
    [
      "a copy in the inbox counts first",
      mail(),
      [arrival({ place: "junk" }), arrival()],
      { from: 9_000, to: 9_000 },
      ["delivered", 5_000],
    ],
    ["not before it was absent", mail({ absentAt: 8_000 }), [arrival()], { from: 20_000, to: 21_000 }, ["delivered", 8_000]],
    [
      "not after it was seen",
      mail(),
      [arrival({ receivedAt: 90 * minute })],
      { from: 20_000, to: 21_000 },
      ["delivered", 21_000],
    ],
    ["late", mail(), [arrival({ receivedAt: 61_000 })], { from: 3 * minute, to: 3 * minute }, ["late", 61_000]],
    [
      "late and junk is junk",
      mail(),
      [arrival({ place: "junk", receivedAt: 61_000 })],
      { from: 180_000, to: 180_000 },
      ["junk", 61_000],
    ],
    ["lost", mail(), [], { from: 15 * minute, to: 15 * minute }, ["lost", 15 * minute]],
    [
      "another random is another mail",
      mail(),
      [arrival({ random: "x" })],
      { from: 15 * minute, to: 15 * minute },
      ["lost", 15 * minute],
    ],
  ] as const)("%s", (_name, sent, arrivals, look, [kind, tookMs]) => {
    const { fates, travelling } = settle([sent], arrivals, look, limits);
    expect({ fates: fates.map((fate) => [fate.kind, fate.tookMs]), travelling }).toEqual({
      fates: [[kind, tookMs]],
      travelling: [],
    });
  });

  test("every mail has one fate or stays under way, whatever the clocks say, and none takes less than nothing", () => {
    const time = fc.integer({ min: 0, max: 100 * minute });
    const mails = fc.uniqueArray(
      fc.record({
        seq: fc.nat(5),
        random: fc.constant("r"),
        sentAt: time,
        absentAt: time,
        unsure: fc.constant(false),
        putOff: fc.constant(null),
        size: fc.constant(0),
      }),
      { selector: ({ seq }) => seq },
    );
    const arrivals = fc.array(
      fc.record({
        seq: fc.nat(5),
        random: fc.constant("r"),
        folder: fc.constant("x"),
        place: fc.constantFrom("inbox", "junk", "elsewhere"),
        receivedAt: fc.integer({ min: -1e12, max: 1e13 }),
      }),
    );
    fc.assert(
      fc.property(mails, arrivals, time, (sent, came, from) => {
        const { fates, travelling } = settle(sent, came, { from, to: from + second }, limits);
        const seen = [...fates.map((fate) => fate.mail.seq), ...travelling.map(({ seq }) => seq)];
        expect(seen).toHaveLength(sent.length);
        expect(new Set(seen)).toEqual(new Set(sent.map(({ seq }) => seq)));
        expect(fates.every(({ tookMs }) => tookMs >= 0 && Number.isFinite(tookMs))).toBe(true);
      }),
    );
  });
});

test("nextLook comes after 20 s, 1, 3, 8, 15 and 30 min, and when a mail would be lost", () => {
  const at = (now: number, more = limits) => nextLook([mail()], now, more);
  expect([0, 20_000, 61_000, 3 * minute, 8 * minute, 15 * minute].map((now) => at(now))).toEqual([
    20_000,
    40_000,
    2 * minute - second,
    5 * minute,
    7 * minute,
    15 * minute,
  ]);
  expect(at(8 * minute, { ...limits, lostAfter: 10 * minute })).toBe(2 * minute);
  // Looks have failed until then: there is nothing to hurry for.
  expect(at(31 * minute)).toBeUndefined();
  expect(nextLook([], 0, limits)).toBeUndefined();
});

test("isDue at nine tenths of the interval, and never with too many under way", () => {
  const journey = { ...newJourney, triedAt: 1_000_000 };
  expect(isDue(newJourney, 1_000_000_000, 15 * minute)).toBe(true);
  expect(isDue(journey, 1_000_000 + 13 * minute, 15 * minute)).toBe(false);
  expect(isDue(journey, 1_000_000 + 13.5 * minute, 15 * minute)).toBe(true);
  const many = { ...journey, travelling: Array.from({ length: maxTravelling }, (_, seq) => mail({ seq })) };
  expect(isDue(many, 1_000_000_000, 15 * minute)).toBe(false);
});

test("the memory survives JSON, and is small whatever happens", () => {
  const worst = {
    ...newJourney,
    seq: Number.MAX_SAFE_INTEGER,
    last: { code: "lost", data: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`key${i}`, "错".repeat(300)])) },
    travelling: Array.from({ length: maxTravelling }, (_, seq) => mail({ seq, random: "f".repeat(16) })),
    folders: Object.fromEntries(
      Array.from({ length: maxFolders }, (_, i) => [
        `${i}${"垃".repeat(198)}`,
        { uidValidity: "4294967295", uidNext: 4_294_967_295 },
      ]),
    ),
    handed: { seq: 1, ms: 812 },
    way: {
      sentAt: 1,
      tookMs: 2,
      place: "junk" as const,
      legs: Array.from({ length: 10 }, (_, index) => ({ host: index === 9 ? null : "h".repeat(280), ms: index })),
    },
  };
  const json = JSON.stringify(journeyToJson(worst));
  expect(Buffer.byteLength(json)).toBeLessThan(64 * 1024);
  expect(readJourney(JSON.parse(json))).toEqual(worst);
});

test("a memory from before ways were kept, and one whose way cannot be read, keep everything else", () => {
  const { way: _, handed: __, ...older } = { ...newJourney, seq: 7 };
  expect(readJourney(JSON.parse(JSON.stringify(older)))).toEqual({ ...newJourney, seq: 7 });
  expect(readJourney(JSON.parse(JSON.stringify({ ...older, way: { legs: "many" }, handed: 5 })))).toEqual({
    ...newJourney,
    seq: 7,
  });
});

test.each(["null", '"x"', "[]", '{"seq":-1}', '{"seq":1,"travelling":"none"}'])(
  "a memory of another kind begins anew: %s",
  (json) => {
    expect(readJourney(JSON.parse(json))).toEqual(newJourney);
  },
);
