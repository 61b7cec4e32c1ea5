import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ForwardJourney,
  type ForwardMail,
  forwardToJson,
  isForwardDue,
  isForwardSettled,
  newForward,
  nextForwardLook,
  putAway,
  readForward,
  seenAt,
  waitingFor,
} from "../../src/mail/forward-journey.ts";

const minute = 60_000;
const now = Date.UTC(2026, 10, 22, 12);
const limits = { lateAfter: 2 * minute, lostAfter: 15 * minute };
const members = ["li@x.test", "wang@x.test"];
const mail = (msAgo: number, more: Partial<ForwardMail> = {}): ForwardMail => ({
  seq: 3,
  random: "00112233445566ff",
  sentAt: now - msAgo,
  unsure: false,
  asks: false,
  answers: 0,
  bounced: null,
  members: Object.fromEntries(members.map((address) => [address, { absentAt: now - msAgo, fate: null }])),
  ...more,
});
const under = (underWay: ForwardMail | null, more: Partial<ForwardJourney> = {}): ForwardJourney => ({
  ...newForward,
  seq: 3,
  triedAt: now - 5 * minute,
  mail: underWay,
  ...more,
});
const arrival = (place: "inbox" | "junk" | "elsewhere" = "inbox", msAgo = 1_000) => ({
  seq: 3,
  random: "00112233445566ff",
  folder: place === "inbox" ? "INBOX" : place,
  place,
  receivedAt: now - msAgo,
});
const look = { from: now, to: now + 500 };

describe("isForwardDue", () => {
  test.each([
    ["never tried", under(null, { triedAt: 0 }), true],
    ["a mail is under way", under(mail(minute), { triedAt: 0 }), false],
    ["tried just now", under(null), false],
    ["at 90 % of the hour", under(null, { triedAt: now - 54 * minute }), true],
    ["one that did not go well, five minutes ago", under(null, { badStreak: 1 }), false],
    ["one that did not go well, nine minutes ago", under(null, { badStreak: 1, triedAt: now - 9 * minute }), true],
    ["two that did not", under(null, { badStreak: 2, triedAt: now - 9 * minute }), false],
  ])("%s", (_name, journey, due) => {
    expect(isForwardDue(journey, now, 60 * minute)).toBe(due);
  });
});

describe("seenAt", () => {
  const at = (journey: ForwardJourney, arrivals: Parameters<typeof seenAt>[2], address = "li@x.test") =>
    seenAt(journey, address, arrivals, look, limits);
  test("each member has a fate of their own", () => {
    const { journey } = at(under(mail(30_000)), [arrival()]);
    expect(journey.mail?.members["li@x.test"]?.fate).toMatchObject({ kind: "delivered", copies: 1 });
    expect(waitingFor(journey.mail ?? mail(0))).toEqual(["wang@x.test"]);
  });
  test("copies are counted but for the folder that holds everything", () => {
    expect(at(under(mail(30_000)), [arrival(), arrival("elsewhere")]).journey.mail?.members["li@x.test"]?.fate?.copies).toBe(1);
    expect(at(under(mail(30_000)), [arrival("elsewhere")]).journey.mail?.members["li@x.test"]?.fate?.copies).toBe(1);
    expect(at(under(mail(30_000)), [arrival(), arrival("junk")]).journey.mail?.members["li@x.test"]?.fate?.copies).toBe(2);
  });
  test("what comes again is counted for the mail under way, and told of earlier ones", () => {
    const once = at(under(mail(30_000)), [arrival()]).journey;
    expect(at(once, [arrival()]).journey.mail?.members["li@x.test"]?.fate?.copies).toBe(2);
    const done = putAway(once, once.mail ?? mail(0));
    expect(at(done, [arrival()])).toMatchObject({ again: [{ seq: 3, copies: 1 }] });
    // It was lost there, and came after all: no second copy.
    const late = at(done, [arrival()], "wang@x.test");
    expect(late.again).toEqual([]);
    expect(late.journey.past[0]?.reached).toEqual(members);
  });
  test("a member who is not one any more is nobody's", () => {
    const journey = under(mail(30_000));
    expect(at(journey, [arrival()], "gone@x.test").journey.mail).toEqual(journey.mail);
  });
});

describe("isForwardSettled", () => {
  const having = (msAgo: number, more: Partial<ForwardMail> = {}) => {
    const fate = { kind: "delivered" as const, tookMs: 1, folder: "INBOX", copies: 1 };
    return mail(msAgo, { members: Object.fromEntries(members.map((address) => [address, { absentAt: now, fate }])), ...more });
  };
  test.each([
    ["all have it", having(1_000), true],
    ["one is missing", mail(1_000), false],
    ["a mailbox that cannot be looked into is not waited for", mail(30 * minute), true],
    ["an answer is waited for", having(minute, { asks: true }), false],
    ["it came", having(minute, { asks: true, answers: 1 }), true],
    ["it did not", having(15 * minute, { asks: true }), true],
    ["one that was perhaps never taken", mail(15 * minute, { unsure: true }), true],
  ])("%s", (_name, given, settled) => {
    expect(isForwardSettled(given, now, limits, 15 * minute)).toBe(settled);
  });
});

describe("nextForwardLook", () => {
  test("comes as with a round trip, and when an answer would be missing", () => {
    expect(nextForwardLook(under(null), now, limits, 0)).toBeUndefined();
    expect(nextForwardLook(under(mail(1_000)), now, limits, 0)).toBe(19_000);
    expect(nextForwardLook(under(mail(9 * minute, { asks: true })), now, limits, 10 * minute)).toBe(minute);
  });
});

describe("readForward", () => {
  test("forgets members that are none any more, and begins anew after what it cannot read", () => {
    const journey = under(mail(minute), { folders: { "li@x.test": {}, "gone@x.test": {} } });
    const read = readForward(forwardToJson(journey), members);
    expect(read).toEqual({ ...journey, folders: { "li@x.test": {} } });
    expect(waitingFor(readForward(forwardToJson(journey), ["li@x.test"]).mail ?? mail(0))).toEqual(["li@x.test"]);
    expect(readForward({ seq: "x" }, members)).toEqual(newForward);
  });
  test("noise throws nothing", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(readForward(JSON.parse(text), members).seq).toBeGreaterThanOrEqual(0);
      }),
    );
  });
  test("fits into what may be remembered, however long the names are", () => {
    const long = Array.from({ length: 12 }, (_, i) => `${"m".repeat(60)}${i}@${"x".repeat(60)}.test`);
    const folders = Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => [`${"f".repeat(199)}${i}`, { uidValidity: "4294967295", uidNext: 4_294_967_295 }]),
    );
    const fate = { kind: "elsewhere" as const, tookMs: 1e9, folder: "f".repeat(200), copies: 9 };
    const whole = under(mail(0, { members: Object.fromEntries(long.map((address) => [address, { absentAt: now, fate }])) }), {
      folders: Object.fromEntries(long.map((address) => [address, folders])),
      past: Array.from({ length: 8 }, () => ({
        seq: 1,
        random: "0".repeat(16),
        sentAt: now,
        asks: true,
        answers: 2,
        reached: long,
      })),
    });
    expect(JSON.stringify(forwardToJson(whole)).length).toBeLessThan(64 * 1024);
  });
});
