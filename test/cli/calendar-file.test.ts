import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calendarFile } from "../../src/cli/calendar-file.ts";

/** As RFC 5545 3.1 reads it: a line break before a space is none. */
const unfolded = (file: string): readonly string[] => file.replaceAll("\r\n ", "").split("\r\n");

describe("calendarFile()", () => {
  test("is an event for the whole day with its reminders", () => {
    const day = { id: "a@mailvigil", date: "2028-02-29", title: "Mail; really, yes", text: "one\ntwo \\ three" };
    expect(unfolded(calendarFile("到期日", [day], Date.UTC(2026, 10, 22, 9, 8, 7, 6)))).toEqual([
      "BEGIN:VCALENDAR",
      "VERSION:2.0",
      "PRODID:-//Mailvigil//expiries//EN",
      "CALSCALE:GREGORIAN",
      "X-WR-CALNAME:到期日",
      "BEGIN:VEVENT",
      "UID:a@mailvigil",
      "DTSTAMP:20261122T090807Z",
      "DTSTART;VALUE=DATE:20280229",
      "DTEND;VALUE=DATE:20280301",
      String.raw`SUMMARY:Mail\; really\, yes`,
      String.raw`DESCRIPTION:one\ntwo \\ three`,
      "TRANSP:TRANSPARENT",
      ...[60, 14, 1].flatMap((days) => [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        `TRIGGER:-P${days}D`,
        String.raw`DESCRIPTION:Mail\; really\, yes`,
        "END:VALARM",
      ]),
      "END:VEVENT",
      "END:VCALENDAR",
      "",
    ]);
  });

  test("folds at 75 octets and never inside a character, whatever is written", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
        const file = calendarFile("x", [{ id: "a", date: "2027-01-01", title: text, text }], 0);
        for (const line of file.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
        expect(file.isWellFormed() || !text.isWellFormed()).toBe(true);
        const lines = unfolded(file);
        const summary = lines.find((line) => line.startsWith("SUMMARY:")) ?? "";
        expect(lines).toHaveLength(unfolded(calendarFile("x", [{ id: "a", date: "2027-01-01", title: "", text: "" }], 0)).length);
        expect(summary.slice(8).replace(/\\(.)/gs, (_, it: string) => (it === "n" ? "\n" : it))).toBe(
          text.replaceAll("\r\n", "\n"),
        );
      }),
    );
  });
});
