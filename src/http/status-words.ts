import { humanDuration } from "../i18n/durations.ts";
import { generalCauseWords, noticeWords, partWords, statusPageWords as words } from "../i18n/status-page.ts";
import { localTime } from "../i18n/times.ts";
import { availabilityOf } from "../model/account.ts";
import type { StatusComponent, StatusDay, StatusNotice, StatusView } from "../model/status-page.ts";
import { inLanguage, type Language, say, type Text } from "../model/text.ts";

/** How the status page says things in one language; page, feed and JSON share it. */
export interface StatusSpeaker {
  readonly language: Language;
  readonly word: (text: Text) => string;
  readonly moment: (at: number) => string;
  readonly percent: (share: number) => string;
  readonly duration: (ms: number) => string;
}

const minuteMs = 60_000;

export const statusSpeaker = ({ at, timezone }: StatusView, language: Language): StatusSpeaker => ({
  language,
  word: (text) => inLanguage(text, language),
  moment: (then) => localTime(then, { timezone, language, now: at }),
  percent: (share) => percent(share, language),
  // To the minute: how many seconds it took is of no use to anybody here.
  duration: (ms) => humanDuration(Math.max(minuteMs, ms - (ms % minuteMs)), language),
});

/** Never rounded up to 100, nor down to 0. */
function percent(share: number, language: Language): string {
  const shown = share === 0 || share === 1 ? String(share * 100) : Math.max(0.01, Math.floor(share * 10_000) / 100).toFixed(2);
  return `${shown}${language === "en" ? " %" : "%"}`;
}

export const titleOf = ({ title }: StatusView, language: Language): string =>
  title === undefined ? inLanguage(words.title, language) : say(words.titleOf, language, { name: inLanguage(title, language) });

export const nameOf = ({ name }: StatusComponent): Text => (typeof name === "string" ? partWords[name] : name);

/** How all of it is, in one sentence. */
export function statusSentence({ components }: StatusView): Text {
  const all = (state: StatusComponent["state"]): boolean => components.every((one) => one.state === state);
  const some = (state: StatusComponent["state"]): boolean => components.some((one) => one.state === state);
  if (components.length === 0) return words.nothing;
  if (all("down")) return words.allDown;
  if (some("down")) return words.someDown;
  if (some("partly")) return words.somePartly;
  if (all("unsure")) return words.unsure;
  return components.some((one) => one.isPartial || one.state === "unsure") ? words.allWorksPartial : words.allWorks;
}

/** What people notice: `Some mail to us does not arrive; some mailboxes cannot be opened`. */
export function noticeTitle({ affects, isGrave }: StatusNotice, { word, language }: StatusSpeaker): string {
  const said = affects.map((part) => word(noticeWords[part][isGrave ? "grave" : "light"])).join(language === "en" ? "; " : "；");
  return said.charAt(0).toUpperCase() + said.slice(1);
}

export const noticeCause = ({ cause }: StatusNotice, { word }: StatusSpeaker): string =>
  cause === undefined ? "" : word(generalCauseWords[cause]);

export const noticeState = ({ to, isTaken }: StatusNotice): Text =>
  to !== undefined ? words.over : isTaken ? words.taken : words.found;

/** A day as a cell of the strip is drawn. `none`: nobody watched, or nobody could tell. */
type DayLook = "ok" | "warning" | "critical" | "none";

/** One hour of a whole part in a day; below that it is drawn as what happened to some. */
const graveShare = 1 / 24;
const lightShare = 1 / 96;

export function lookOf({ account }: StatusDay): DayLook {
  if (account === undefined) return "none";
  const { up, degraded, down, maintenance } = account;
  const known = up + degraded + down;
  if (known === 0) return maintenance > 0 ? "ok" : "none";
  if (down / known >= graveShare) return "critical";
  return down > 0 || degraded / known >= lightShare ? "warning" : "ok";
}

/** A day in numbers: `available 99.21 %, down 0.79 %`. */
export function dayText(day: StatusDay, { word, percent: share, language }: StatusSpeaker): string {
  const { account } = day;
  if (account === undefined) return word(words.dayNone);
  const { up, degraded, down, unknown, maintenance } = account;
  const whole = up + degraded + down + unknown + maintenance;
  const part = (text: Text, ms: number): readonly string[] => (ms > 0 ? [say(text, language, { share: share(ms / whole) })] : []);
  const { value } = availabilityOf(account);
  return [
    ...(value === undefined ? [] : [say(words.available, language, { value: share(value) })]),
    ...part(words.dayDown, down),
    ...part(words.dayPartly, degraded),
    ...part(words.dayUnknown, unknown),
    ...part(words.dayPlanned, maintenance),
  ].join(language === "en" ? ", " : "，");
}

/** The day without the clock, with the year where it is another: `12 Mar`, `3 月 12 日`. */
export function dateOf({ from, to }: StatusDay, { at, timezone }: StatusView, language: Language): string {
  if (to === at) return inLanguage(words.today, language);
  // Noon: a day may begin an hour after midnight.
  return localTime((from + to) / 2, { timezone, language, now: at }).replace(/ \d\d:\d\d$/, "");
}

/** How much of 90 days it worked, with what it could have been. */
export function availabilityText({ availability }: StatusComponent, { word, percent: share, language }: StatusSpeaker): string {
  const { value, low, high, coverage } = availability;
  if (value === undefined) return word(words.noData);
  if (coverage === 1) return say(words.available, language, { value: share(value) });
  return say(words.bounds, language, { value: share(value), low: share(low), high: share(high), unknown: share(1 - coverage) });
}
