/** A day in a calendar, with reminders before it. */
export interface CalendarDay {
  /** The same for the same thing at every export, so that a calendar moves it and does not add it again. */
  readonly id: string;
  /** `2027-03-31`. */
  readonly date: string;
  readonly title: string;
  readonly text: string;
}

const dayMs = 86_400_000;
/** Half a quarter to plan, two weeks to pay, a day for whoever forgot. */
const remindDays = [60, 14, 1] as const;

/**
 * A calendar in iCalendar form (RFC 5545): all-day events that block no time, each with its reminders.
 * @param stampAt when it was made, milliseconds UTC
 */
export function calendarFile(name: string, days: readonly CalendarDay[], stampAt: number): string {
  const stamp = new Date(stampAt).toISOString().replace(/[-:]|\.\d+/g, "");
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Mailvigil//expiries//EN",
    "CALSCALE:GREGORIAN",
    `X-WR-CALNAME:${escaped(name)}`,
    ...days.flatMap(({ id, date, title, text }) => [
      "BEGIN:VEVENT",
      `UID:${escaped(id)}`,
      `DTSTAMP:${stamp}`,
      `DTSTART;VALUE=DATE:${compact(date)}`,
      // The end of an all-day event is the day after it (RFC 5545 3.6.1).
      `DTEND;VALUE=DATE:${compact(new Date(Date.parse(date) + dayMs).toISOString().slice(0, 10))}`,
      `SUMMARY:${escaped(title)}`,
      `DESCRIPTION:${escaped(text)}`,
      "TRANSP:TRANSPARENT",
      ...remindDays.flatMap((before) => [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        `TRIGGER:-P${before}D`,
        `DESCRIPTION:${escaped(title)}`,
        "END:VALARM",
      ]),
      "END:VEVENT",
    ]),
    "END:VCALENDAR",
  ]
    .map((line) => `${folded(line)}\r\n`)
    .join("");
}

const compact = (date: string): string => date.replaceAll("-", "");

/** TEXT of RFC 5545 3.3.11. */
const escaped = (text: string): string => text.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");

/** No line is longer than 75 octets, and no character is cut (RFC 5545 3.1). */
function folded(line: string): string {
  let out = "";
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      out += "\r\n ";
      octets = 1;
    }
    out += character;
    octets += size;
  }
  return out;
}
