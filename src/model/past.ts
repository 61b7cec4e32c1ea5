import type { Span } from "./account.ts";
import type { Bar } from "./api.ts";
import type { Incident } from "./incident.ts";
import type { Fact } from "./observation.ts";
import type { Probe } from "./probe.ts";

/** How available something was, in shares of 1 of the time in which it was watched. What is not known makes `low` and `high` differ. */
export interface AvailabilityView {
  /** Null: nothing is known. A warning counts as available. */
  readonly value: number | null;
  readonly low: number;
  readonly high: number;
  /** Milliseconds of the watched time. */
  readonly downMs: number;
  readonly unknownMs: number;
}

/** How something stood in a stretch of time. */
export interface Standing {
  /** In order, without overlap; where there is none nothing was watched. */
  readonly bars: readonly Bar[];
  /** More changes than can be drawn: each bar is the worst of its time. */
  readonly folded: boolean;
  /** From when on it is known; null: nothing is. */
  readonly since: number | null;
  readonly availability: AvailabilityView;
}

/** Runs of one piece of time, taken together. Latencies are milliseconds; null where nothing arrived. */
export interface LatencyPoint {
  readonly from: number;
  readonly to: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly runs: number;
  /** Runs that found it broken: what was sent or asked did not come back. */
  readonly lost: number;
}

/** One way that a mail took, leg by leg. Milliseconds; null where it is not known. */
export interface LetterWay {
  /** When it was sent, by our own clock. */
  readonly sentAt: number;
  /** From sending until it was there. */
  readonly tookMs: number;
  readonly place: "inbox" | "junk" | "elsewhere";
  /** In order: each server that took it, at last the mailbox (`host` null). `ms`: from the one before to this. */
  readonly legs: readonly { readonly host: string | null; readonly ms: number | null }[];
}

/** What was, of the probes of one asset, as far as it is kept. The disk is read: each call throws where it fails. */
export interface Past {
  /** Of each of the probes, in their order, and of those that measure a service taken together. */
  standings(
    probes: readonly Probe[],
    window: Span,
  ): Promise<{ readonly each: readonly Standing[]; readonly service: Standing | undefined }>;
  /** In order, without overlap; without a point where nothing ran. */
  latency(probe: string, window: Span): readonly LatencyPoint[];
  /** Those that held a probe of the asset and were open in the window, the latest first; at most `limit`. */
  incidents(asset: string, window: Span, limit: number): readonly Incident[];
  /** Of one kind, those seen last first. */
  facts(asset: string, kind: string): readonly Fact[];
  /** The last mail of a round trip that arrived. */
  way(probe: string): LetterWay | undefined;
}
