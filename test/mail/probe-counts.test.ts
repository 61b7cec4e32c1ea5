import fc from "fast-check";
import { expect, test } from "vitest";
import { countFate, countLate, countSent, maxPast } from "../../src/mail/probe-counts.ts";
import {
  type Arrival,
  type Journey,
  journeyToJson,
  newJourney,
  readJourney,
  type Travelling,
} from "../../src/mail/probe-journey.ts";

const hour = 3_600_000;
const mail = (seq: number, unsure = false): Travelling => ({
  seq,
  random: "r",
  sentAt: seq * hour,
  absentAt: 0,
  unsure,
  putOff: null,
  size: 0,
});
const arrival = (seq: number): Arrival => ({ seq, random: "r", folder: "INBOX", place: "inbox", receivedAt: 0 });

test("a month of mails: each counts once, whatever becomes of it and whenever it comes, over restarts", () => {
  const fate = fc.constantFrom("found", "lost", "returned", "late");
  fc.assert(
    fc.property(fc.array(fc.tuple(fate, fc.boolean()), { minLength: 1, maxLength: 300 }), (fates) => {
      let journey: Journey = newJourney;
      const expected = { found: 0, lost: 0, returned: 0, late: 0, junk: 0 };
      for (const [index, [what, unsure]] of fates.entries()) {
        const one = mail(index + 1, unsure);
        if (!unsure) journey = countSent(journey);
        const known = what === "late" ? "lost" : what;
        journey = { ...journey, ...countFate(journey, one, known) };
        if (what === "late") ({ journey } = countLate(journey, [arrival(one.seq)], one.sentAt + 30 * 60_000));
        else ({ journey } = countLate(journey, [], one.sentAt));
        expected[what === "late" ? "found" : what] += 1;
        if (what === "late") expected.late += 1;
        journey = readJourney(journeyToJson(journey));
        expect(journey.past.length).toBeLessThanOrEqual(maxPast);
      }
      expect(journey.counts).toEqual({ ...expected, sent: fates.length, duplicates: 0 });
    }),
    { numRuns: 50 },
  );
});

test("what was found too late, or in the junk folder, is counted besides", () => {
  const found = countFate(newJourney, mail(1), "found", { late: true, junk: true });
  expect(found.counts).toMatchObject({ found: 1, late: 1, junk: 1 });
  const lost = { ...newJourney, ...countFate(newJourney, mail(2), "lost") };
  const { journey } = countLate(lost, [{ ...arrival(2), folder: "Junk", place: "junk" }], 3 * hour);
  expect(journey.counts).toMatchObject({ found: 1, lost: 0, late: 1, junk: 1 });
});

test("a memory of before these were counted is read as none", () => {
  const old = { ...newJourney, counts: { sent: 3, found: 2, lost: 1, returned: 0, duplicates: 0 } };
  expect(
    readJourney(
      JSON.parse(
        JSON.stringify(journeyToJson(newJourney)).replace(/"counts":\{[^}]*\}/, `"counts":${JSON.stringify(old.counts)}`),
      ),
    ).counts,
  ).toEqual({ ...old.counts, late: 0, junk: 0 });
});

test("what is known is forgotten once it cannot come any more, and its memory stays small", () => {
  let journey: Journey = newJourney;
  for (let seq = 1; seq <= 3_000; seq += 1) {
    journey = { ...journey, ...countFate(journey, mail(seq), seq % 3 === 0 ? "lost" : "found") };
    ({ journey } = countLate(journey, [], seq * hour));
  }
  expect(journey.past.some(({ found }) => found)).toBe(true);
  expect(journey.past.every(({ sentAt, found }) => 3_000 * hour - sentAt < (found ? 24 : 168) * hour)).toBe(true);
  expect(JSON.stringify(journeyToJson(journey)).length).toBeLessThan(16_384);
});
