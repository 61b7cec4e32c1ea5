import { humanDuration } from "../src/i18n/durations.ts";
import { kindWords, pageWords } from "../src/i18n/page.ts";
import { localTime } from "../src/i18n/times.ts";
import { nameOfAsset } from "../src/model/probe.ts";
import type { Data, Language, Text } from "../src/model/text.ts";
import { say } from "../src/model/text.ts";

/** In which language and zone the page speaks, and what it takes for now (the server's clock). */
export interface Voice {
  readonly language: Language;
  readonly timezone: string;
  readonly now: number;
}

export const speak = (voice: Voice, text: Text, data?: Data): string => say(text, voice.language, data);

/** Said in passing, in the brackets of the language. */
export const bracketed = (voice: Voice, text: Text, data?: Data): string =>
  speak(voice, pageWords.bracketed, { text: speak(voice, text, data) });

export const clock = (voice: Voice, at: number): string => localTime(at, voice);

/** What an asset is called: its id, a route as the way it goes, the own side by its name. */
export function assetName(voice: Voice, id: string): string {
  return id === "monitor" ? speak(voice, kindWords.monitor) : nameOfAsset(id);
}

/** In whole minutes, below one in seconds: a figure that changes each second draws the eye for nothing. */
export function lasted(voice: Voice, ms: number): string {
  const step = ms < 60_000 ? 1000 : 60_000;
  return humanDuration(Math.floor(ms / step) * step, voice.language);
}

const minute = 60_000;

/** Since when, and for how long where that says more than the time. */
export function since(voice: Voice, at: number): string {
  const ms = voice.now - at;
  const time = clock(voice, at);
  if (ms < minute) return speak(voice, pageWords.sinceTime, { time });
  return speak(voice, pageWords.since, { time, duration: lasted(voice, ms) });
}

/** From when to when; within a minute that is one moment. */
export function between(voice: Voice, from: number, to: number): string {
  if (to - from < minute) return clock(voice, from);
  return speak(voice, pageWords.resolvedLine, {
    from: clock(voice, from),
    to: clock(voice, to),
    duration: lasted(voice, to - from),
  });
}

/** As exact as it was measured. */
export const took = (voice: Voice, ms: number): string => humanDuration(ms, voice.language);

/** For `title`: the moment to the second, with its zone. */
export const exactly = (voice: Voice, at: number): string =>
  new Date(at).toLocaleString(voice.language, { timeZone: voice.timezone, dateStyle: "medium", timeStyle: "long" });
