import type { AnyCheck } from "../model/check.ts";
import type { Observation } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";

/** One end. Undefined `at`: a run has to find it out, and none has. */
export interface Expiry {
  readonly probe: Probe;
  readonly check: AnyCheck;
  readonly what: string;
  /** The first moment after it, milliseconds UTC. */
  readonly at: number | undefined;
  readonly owner: string | undefined;
  /** When it was seen; undefined: the configuration says it. */
  readonly seenAt: number | undefined;
}

/** The first to end first, those that are not known at the end. Pure. */
export function findExpiries(
  probes: readonly Probe[],
  checks: ReadonlyMap<string, AnyCheck>,
  observations: readonly Observation[],
): readonly Expiry[] {
  const last = new Map(observations.map((observation) => [observation.probe, observation]));
  return probes
    .flatMap((probe): readonly Expiry[] => {
      const check = checks.get(probe.check);
      if (!check || probe.waiting !== undefined) return [];
      const counter = Object.entries(check.metrics).find(([, { untilEnd }]) => untilEnd === true)?.[0];
      const written = check.ends?.(probe.options) ?? [];
      const observation = last.get(probe.id);
      const leftSeconds = counter === undefined ? undefined : observation?.metrics[counter];
      const common = { probe, check, owner: undefined };
      if (observation && leftSeconds !== undefined) {
        return [{ ...common, what: probe.target, at: observation.at + leftSeconds * 1_000, seenAt: observation.at }];
      }
      if (written.length > 0) {
        return written.map(({ what, at, owner }) => ({ ...common, what, at, owner, seenAt: undefined }));
      }
      return counter === undefined ? [] : [{ ...common, what: probe.target, at: undefined, seenAt: undefined }];
    })
    .toSorted((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity) || (a.probe.id < b.probe.id ? -1 : 1));
}
