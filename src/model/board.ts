import type { AnyCheck } from "./check.ts";
import type { Incident, Transition } from "./incident.ts";
import type { Ping } from "./ping.ts";
import type { Observation } from "./observation.ts";
import type { Probe } from "./probe.ts";
import type { SopRun } from "./sop.ts";
import type { ProbeState } from "./state.ts";
import type { Language, Text } from "./text.ts";

/** Where one delivery channel stands, as the page shows it. */
export interface ChannelHealth {
  readonly name: string;
  readonly type: string;
  readonly brokenSince: number | undefined;
  readonly lastError: string | undefined;
  readonly lastSentAt: number | undefined;
  /** How many messages it has not taken yet, and since when the oldest of them waits; absent when none does. */
  readonly waiting?: number;
  readonly waitingSince?: number;
}

/** What happened, as pages and metrics are told after COMMIT. */
export type BoardEvent =
  | { readonly kind: "observation"; readonly observation: Observation; readonly state: ProbeState }
  | { readonly kind: "incident"; readonly incident: Incident }
  | { readonly kind: "reloaded" };

/**
 * The present, in memory, as it is after the last COMMIT: what pages, API and metrics read. Nothing here waits for a disk.
 */
export interface Board {
  readonly demonstration: boolean;
  readonly company: string;
  readonly language: Language;
  readonly timezone: string;
  readonly startedAt: number;
  probes(): readonly Probe[];
  check(id: string): AnyCheck | undefined;
  /** What a provider is called, by the id of its preset. */
  provider?(id: string): Text | undefined;
  state(probe: string): ProbeState | undefined;
  last(probe: string): Observation | undefined;
  /** When it runs next, milliseconds UTC. */
  nextAt(probe: string): number | undefined;
  /** Those of the last 24 h in order of `at`, and the last one before them. */
  transitions(probe: string): readonly Transition[];
  /** Open ones, the worst first, then those resolved within 24 h, the latest first. */
  incidents(): readonly Incident[];
  channels(): readonly ChannelHealth[];
  /** Runs of SOPs that go on, the oldest first, then those that ended within 30 days, the latest first. */
  sopRuns?(): readonly SopRun[];
  /** What stops the product from doing its own work (a full disk, a channel that is broken), in words; empty when all is well. */
  troubles(): readonly { readonly code: string; readonly en: string; readonly zh: string }[];
  subscribe(listener: (event: BoardEvent) => void): () => void;
}

/** For `/healthz`. Milliseconds. */
export interface Health {
  readonly loopAgeMs: number;
  readonly databaseOk: boolean;
  readonly outboxAgeMs: number;
}

/** What a person may do from the page. */
export interface Actions {
  /** False when there is no open incident of that id. */
  acknowledge(incident: number, by: string, minutes: number): Promise<boolean>;
  /** Runs a probe now, by the same rules (one run at a time, caps, breaker). False when there is no such probe. */
  runNow(probe: string): boolean;
  /** A job reported in. False when nobody knows the id. */
  ping(id: string, ping: Ping): Promise<boolean>;
}
