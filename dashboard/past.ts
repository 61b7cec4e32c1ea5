import { assetPageWords as words } from "../src/i18n/asset-page.ts";
import { statusWords } from "../src/i18n/page.ts";
import type { Bar } from "../src/model/api.ts";
import type { AvailabilityView, LatencyPoint, LetterWay } from "../src/model/past.ts";
import type { Status } from "../src/model/status.ts";
import type { Voice } from "./voice.ts";
import { clock, lasted, speak, took } from "./voice.ts";

/** A piece of the window; without a status nothing was watched. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly status: Status | undefined;
}

/** The whole window, the time in which nothing was watched as pieces of their own. */
export function stretches(bars: readonly Bar[], from: number, to: number): readonly Stretch[] {
  const all: Stretch[] = [];
  let at = from;
  for (const bar of bars) {
    if (bar.from > at) all.push({ from: at, to: bar.from, status: undefined });
    all.push(bar);
    at = Math.max(at, bar.to);
  }
  if (at < to) all.push({ from: at, to, status: undefined });
  return all;
}

/** 99.98 % of a share, never rounded up to a whole that it is not. */
export function percent(voice: Voice, share: number): string {
  const number = (Math.floor(share * 10_000) / 100).toLocaleString(voice.language, { maximumFractionDigits: 2 });
  return voice.language === "en" ? `${number} %` : `${number}%`;
}

/** The account of a window in words, with its bounds where not all is known. */
export function availabilityInWords(voice: Voice, { value, low, high, downMs, unknownMs }: AvailabilityView): string {
  if (value === null) return speak(voice, words.availabilityNone);
  const isSure = high - low < 0.000_05;
  const first = isSure
    ? speak(voice, words.availabilitySure, { value: percent(voice, value) })
    : speak(voice, words.availabilityBounds, {
        value: percent(voice, value),
        low: percent(voice, low),
        high: percent(voice, high),
        unknown: lasted(voice, unknownMs),
      });
  const second = downMs > 0 ? speak(voice, words.downFor, { duration: lasted(voice, downMs) }) : speak(voice, words.neverDown);
  return voice.language === "en" ? `${first} ${second}` : `${first}${second}`;
}

/** One stretch as it is read out. */
export function stretchInWords(voice: Voice, name: string, { from, to, status }: Stretch, folded: boolean): string {
  const data = {
    name,
    status: speak(voice, status === undefined ? words.notWatched : statusWords[status]),
    from: clock(voice, from),
    to: clock(voice, to),
    duration: lasted(voice, to - from),
  };
  return speak(voice, folded && status !== undefined ? words.spanFolded : words.span, data);
}

const latencyOf = (voice: Voice, ms: number | null): string => (ms === null ? "–" : took(voice, ms));

/** One point of the chart as it is read out. */
export function pointInWords(voice: Voice, { from, to, p50, p95, runs, lost }: LatencyPoint): string {
  const data = { from: clock(voice, from), to: clock(voice, to), p50: latencyOf(voice, p50), p95: latencyOf(voice, p95), runs };
  const point = speak(voice, p50 === null ? words.pointLost : words.point, data);
  return lost === 0 ? point : speak(voice, words.pointLosses, { point, count: lost });
}

/** The chart in a sentence. */
export function latencyInWords(voice: Voice, points: readonly LatencyPoint[]): string {
  const usual = usualOf(points);
  const slow = points.reduce((most, { p95 }) => Math.max(most, p95 ?? 0), 0);
  const lost = points.reduce((sum, point) => sum + point.lost, 0);
  if (usual === undefined) return speak(voice, words.latencyNone);
  const said = speak(voice, words.latencySaid, {
    p50: took(voice, usual.p50),
    p95: took(voice, usual.p95),
    slowest: took(voice, slow),
  });
  if (lost === 0) return said;
  return `${said}${voice.language === "en" ? " " : ""}${speak(voice, words.lostSaid, { count: lost })}`;
}

/** What is usual: the middle of the medians, and of the 95th percentiles, of all pieces of time; undefined where nothing was measured. */
export function usualOf(points: readonly LatencyPoint[]): { readonly p50: number; readonly p95: number } | undefined {
  const middle = (pick: (point: LatencyPoint) => number | null): number | undefined => {
    const known = points
      .flatMap((point) => {
        const ms = pick(point);
        return ms === null ? [] : [{ ms, runs: point.runs }];
      })
      .toSorted((a, b) => a.ms - b.ms);
    const all = known.reduce((sum, { runs }) => sum + runs, 0);
    let before = 0;
    for (const { ms, runs } of known) {
      before += runs;
      if (before * 2 >= all) return ms;
    }
    return undefined;
  };
  const p50 = middle((point) => point.p50);
  const p95 = middle((point) => point.p95);
  return p50 === undefined || p95 === undefined ? undefined : { p50, p95 };
}

/** The leg that is marked: the longest, where one of them is felt at all. */
export function slowestLeg({ legs }: LetterWay): number | undefined {
  const longest = legs.reduce((most, { ms }) => Math.max(most, ms ?? 0), 0);
  return longest < 1000 ? undefined : legs.findIndex(({ ms }) => ms === longest);
}

/** The points as columns, seconds and milliseconds, with an empty place where time is missing between two of them. */
export function withGaps(points: readonly LatencyPoint[]): {
  readonly xs: readonly number[];
  readonly p50: readonly (number | null)[];
  readonly p95: readonly (number | null)[];
  /** The point of each place; undefined of an empty one. */
  readonly places: readonly (number | undefined)[];
} {
  const rows = points.flatMap(({ from, to, p50, p95 }, index) => {
    const row = { x: (from + to) / 2000, p50, p95, index };
    const next = points[index + 1];
    // A point of a single run has no length: those are joined.
    if (next === undefined || to === from || next.from <= to) return [row];
    return [row, { x: (to + next.from) / 2000, p50: null, p95: null, index: undefined }];
  });
  return {
    xs: rows.map(({ x }) => x),
    p50: rows.map((row) => row.p50),
    p95: rows.map((row) => row.p95),
    places: rows.map(({ index }) => index),
  };
}
