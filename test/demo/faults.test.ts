import { describe, expect, test } from "vitest";
import { mailboxes, mailHosts } from "../../src/demo/company.ts";
import { cycleSeconds, faultsAt, timetable } from "../../src/demo/faults.ts";

const seconds = Array.from({ length: cycleSeconds }, (_, second) => second);

describe("faultsAt", () => {
  test.each([
    [0, []],
    [19.9, []],
    [20, ["login-unavailable info@example.com"]],
    [79.9, ["login-unavailable info@example.com"]],
    [80, []],
    [150, ["mx-private mx.example.net"]],
    [1050, ["imap-bye imap.example.net"]],
    [1199, []],
    [cycleSeconds + 20, ["login-unavailable info@example.com"]],
    [100 * cycleSeconds + 150, ["mx-private mx.example.net"]],
  ])("at second %d", (second, expected) => {
    expect(faultsAt(second).map(({ kind, where }) => `${kind} ${where}`)).toEqual(expected);
  });

  test("has something to show within the first minute, and it is over within two", () => {
    expect(seconds.slice(0, 60).some((second) => faultsAt(second).length > 0)).toBe(true);
    expect(seconds.slice(60, 120).some((second) => faultsAt(second).length === 0)).toBe(true);
  });

  test("never breaks two things at once and is quiet for more than half of the time", () => {
    const counts = seconds.map((second) => faultsAt(second).length);
    expect(Math.max(...counts)).toBe(1);
    expect(counts.filter((count) => count === 0).length).toBeGreaterThan(cycleSeconds / 2);
  });
});

describe("timetable", () => {
  test("breaks only what the company has", () => {
    const known = new Set([
      ...mailboxes.map(({ address }) => address),
      ...mailHosts.flatMap(({ imap, smtp, exchanges }) => [imap, smtp, ...exchanges.map(({ host }) => host)]),
    ]);
    expect(timetable.filter(({ where }) => !known.has(where))).toEqual([]);
  });

  test("has every kind of fault once, each long enough to be seen by a probe of 20 s", () => {
    const kinds = timetable.map(({ kind }) => kind);
    expect(new Set(kinds).size).toBe(kinds.length);
    expect(timetable.filter(({ from, until }) => until - from < 45)).toEqual([]);
  });
});
