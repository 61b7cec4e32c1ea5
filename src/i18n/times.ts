import type { Language } from "../model/text.ts";

/** Making one costs about 0.1 ms, using it a hundredth of that. */
const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(at: number, timezone: string): Record<string, string> {
  let format = formats.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en", {
      timeZone: timezone,
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZoneName: "shortOffset",
    });
    formats.set(timezone, format);
  }
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export interface LocalTimeOptions {
  /** IANA name. */
  readonly timezone: string;
  readonly language: Language;
  /** Milliseconds UTC: the day and the year are left out where they are those of `now`. */
  readonly now: number;
}

/**
 * A moment (milliseconds UTC) as the clock on the wall shows it: `09:02`; on another day `12 Mar 09:02`, `3 月 12 日 09:02`;
 * in another year with the year. Without the zone: that is said once, by `zoneName`.
 * @throws RangeError for a zone that does not exist
 */
export function localTime(at: number, { timezone, language, now }: LocalTimeOptions): string {
  const then = partsOf(at, timezone);
  const today = partsOf(now, timezone);
  const clock = `${then["hour"]}:${then["minute"]}`;
  const sameYear = then["year"] === today["year"];
  if (sameYear && then["month"] === today["month"] && then["day"] === today["day"]) return clock;
  if (language === "zh-CN") {
    return `${sameYear ? "" : `${then["year"]} 年 `}${then["month"]} 月 ${then["day"]} 日 ${clock}`;
  }
  return `${then["day"]} ${months[Number(then["month"]) - 1]}${sameYear ? "" : ` ${then["year"]}`} ${clock}`;
}

/** What a zone is ahead of UTC at a moment: `UTC+8`, `UTC-3:30`, `UTC`. */
export const zoneName = (at: number, timezone: string): string =>
  (partsOf(at, timezone)["timeZoneName"] ?? "UTC").replace("GMT", "UTC").replace(/\+0$/, "");
