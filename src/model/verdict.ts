import type { Diagnosis } from "./cause.ts";
import type { Status } from "./status.ts";

/**
 * Where no cause is named: `held`: the login is not tried, so nothing is known; `unnamed`: it is broken and nothing tells why;
 * `not-judged`: something could not be found out; `weak`: nothing keeps anybody from mail, but something should be mended;
 * `works`: it works, and the causes are of what it stands on and may stop it later.
 */
export type WithoutCause = "held" | "unnamed" | "not-judged" | "weak" | "well" | "works";

/** What a look at all that bears on one asset comes to. */
export interface Verdict {
  readonly asset: string;
  /** Whether it works. A weak record is none of it. */
  readonly status: Status;
  /** The nearest and gravest first. */
  readonly causes: readonly Diagnosis[];
  /** When no cause keeps it from working: why, and the ids of the checks that it rests on. */
  readonly otherwise: { readonly kind: WithoutCause; readonly checks: readonly string[]; readonly account?: string } | undefined;
}

/** Runs all that bears on one asset because a person asked for it. */
export interface DiagnoseNow {
  /** By the rules of every run: caps, one run of a probe at a time, the breaker. */
  start(asset: string): DiagnosisStart;
  /** `waiting`: ids of probes that were asked for and have not reported, in time or at all. */
  progress(asset: string): { readonly running: boolean; readonly waiting: readonly string[] };
  /** By what was seen last; undefined when there is no such asset. */
  verdict(asset: string): Verdict | undefined;
}

export type DiagnosisStart =
  /** Or it runs already. `waiting`: who has not reported yet; after `until` (milliseconds UTC) nobody is waited for. */
  | {
      readonly kind: "running";
      readonly probes: readonly string[];
      readonly waiting: readonly string[];
      readonly until: number;
    }
  | { readonly kind: "too-soon"; readonly seconds: number }
  | { readonly kind: "no-asset" };
