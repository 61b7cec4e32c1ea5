import { humanDuration } from "../i18n/durations.ts";
import { localTime, zoneName } from "../i18n/times.ts";
import type { Tone } from "../model/report.ts";
import { inLanguage, type Language, type Text } from "../model/text.ts";
import type { Verdict } from "./account.ts";
import type { Report } from "./monthly.ts";

const minuteMs = 60_000;

/** Of less than this share of the time seen, a figure says little. */
export const enough = 0.95;

/** How one report says things in one language. */
export interface Speaker {
  readonly language: Language;
  readonly word: (text: Text) => string;
  readonly percent: (share: number) => string;
  /** As it was written: `99.95 %`, `98 %`. */
  readonly target: (share: number) => string;
  /** A share of few things. */
  readonly roundPercent: (share: number) => string;
  readonly time: (ms: number) => string;
  readonly moment: (at: number) => string;
  /** With the day and the year, whatever the month. */
  readonly date: (at: number) => string;
  /** `8 Oct`, `10 月 8 日` */
  readonly day: (at: number) => string;
  readonly zone: string;
}

export function speakerOf({ window, timezone }: Report, language: Language): Speaker {
  const dayFormat = new Intl.DateTimeFormat(language === "en" ? "en-US" : "zh-CN", {
    timeZone: timezone,
    day: "numeric",
    month: "short",
  });
  return {
    language,
    word: (text) => inLanguage(text, language),
    percent: (share) => percent(share, 3, language),
    target: (share) => `${Number((share * 100).toFixed(6))}${language === "en" ? " %" : "%"}`,
    roundPercent: (share) => percent(share, 1, language),
    time: (ms) => humanDuration(ms < minuteMs ? ms : Math.round(ms / minuteMs) * minuteMs, language),
    moment: (at) => localTime(at, { timezone, language, now: window.from }),
    date: (at) => localTime(at, { timezone, language, now: 0 }),
    day: (at) =>
      dayFormat
        .format(at)
        .replace(/^(\d+)月(\d+)日$/, "$1 月 $2 日")
        .replace(/^([A-Z][a-z]+) (\d+)$/, "$2 $1"),
    zone: zoneName(window.from, timezone),
  };
}

/** Never rounded up: 99.9996 % is not 100 %. Whole ones without a fraction, and of few digits without zeros at the end. */
function percent(share: number, digits: 1 | 3, language: Language): string {
  const scale = 10 ** (digits + 2);
  // 0.999 × 1000 is 998.999…
  const cut = Math.floor(share * scale + 1e-6) / (scale / 100);
  const written = share === 1 || share === 0 || (digits === 1 && Number.isInteger(cut)) ? String(cut) : cut.toFixed(digits);
  return `${written}${language === "en" ? " %" : "%"}`;
}

export const toneOfVerdict: Readonly<Record<Verdict | "few", Tone>> = {
  met: "ok",
  missed: "critical",
  undecided: "unknown",
  few: "unknown",
};

export const lastDayOf = (at: number): string => new Date(at - 1).toISOString().slice(0, 10);
