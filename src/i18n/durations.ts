import type { Language } from "../model/text.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** How a number of each unit is written; `small` is a unit that follows a larger one. */
const words: Readonly<
  Record<Language, Record<"ms" | "s" | "min" | "h" | "d", (count: number | string, small: boolean) => string>>
> = {
  en: {
    ms: (count) => `${count} ms`,
    s: (count) => `${count} s`,
    min: (count) => `${count} min`,
    h: (count) => `${count} h`,
    d: (count) => `${count} ${count === 1 ? "day" : "days"}`,
  },
  "zh-CN": {
    ms: (count) => `${count} 毫秒`,
    s: (count) => `${count} 秒`,
    min: (count, small) => `${count} ${small ? "分" : "分钟"}`,
    h: (count) => `${count} 小时`,
    d: (count) => `${count} 天`,
  },
};

/**
 * A length of time as a person says it: `350 ms`, `2.1 s`, `1 min 10 s`, `47 min`, `3 h 20 min`, `3 days 4 h`, `41 days`.
 * Rounded down, so that nothing is said to have lasted longer than it did. A negative length is said as 0.
 */
export function humanDuration(milliseconds: number, language: Language): string {
  const say = words[language];
  const ms = Math.max(0, Math.floor(milliseconds));
  if (ms < second) return ms === 0 ? say.s(0, false) : say.ms(ms, false);
  if (ms < 10 * second) return say.s(Math.floor(ms / 100) / 10, false);
  if (ms < minute) return say.s(Math.floor(ms / second), false);
  if (ms < hour) {
    const minutes = Math.floor(ms / minute);
    const seconds = Math.floor((ms % minute) / second);
    if (minutes >= 2 || seconds === 0) return say.min(minutes, false);
    return `${say.min(minutes, language === "zh-CN")} ${say.s(seconds, true)}`;
  }
  if (ms < day) return pair(say.h, Math.floor(ms / hour), say.min, Math.floor((ms % hour) / minute));
  const days = Math.floor(ms / day);
  return days >= 10 ? say.d(days, false) : pair(say.d, days, say.h, Math.floor((ms % day) / hour));
}

type Say = (count: number | string, small: boolean) => string;

const pair = (large: Say, count: number, small: Say, rest: number): string =>
  rest === 0 ? large(count, false) : `${large(count, false)} ${small(rest, true)}`;
