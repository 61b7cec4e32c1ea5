import type { Incident } from "../model/incident.ts";
import type { Probe } from "../model/probe.ts";
import { emptyBatch, type Batch, type ProbeState } from "../model/state.ts";
import { endOfWatch, fillGap } from "./advance.ts";
import { leave, type IncidentStep } from "./incidents.ts";

/** What the board knows that a start or a reload has to look at. */
export interface Known {
  readonly states: readonly ProbeState[];
  readonly open: readonly Incident[];
}

/**
 * After a start or a reload: the time that nothing covers becomes unknown, probes that are no longer configured are unknown
 * from now on and leave their incidents. Pure; the steps with a turn are to be told.
 *
 * @param ownParts ids of the product's own parts that are still in use (its channels): no start proves that one works again,
 *   so what is open about them stays open
 */
export function settle(
  known: Known,
  probes: readonly Probe[],
  ownParts: ReadonlySet<string>,
  now: number,
): { readonly batch: Batch; readonly steps: readonly IncidentStep[] } {
  const configured = new Map(probes.map((probe) => [probe.id, probe]));
  const moved = known.states
    .map((state) => {
      const probe = configured.get(state.probe);
      return probe ? fillGap(state, now) : endOfWatch(state, now);
    })
    .filter(({ transitions }) => transitions.length > 0);
  const steps = known.open.flatMap((incident) => {
    const gone = incident.probes.filter(
      ({ probe, leftAt }) => leftAt === undefined && !configured.has(probe) && !ownParts.has(probe),
    );
    let last: IncidentStep | undefined;
    for (const { probe } of gone) {
      const step = leave(last?.incident ?? incident, probe, now);
      if (step) last = { ...step, timeline: [...(last?.timeline ?? []), ...step.timeline] };
    }
    return last ? [last] : [];
  });
  return {
    batch: {
      ...emptyBatch,
      states: moved.map(({ state }) => state),
      transitions: moved.flatMap(({ transitions }) => transitions),
      incidents: steps.map(({ incident }) => incident),
      timeline: steps.flatMap(({ timeline }) => timeline),
    },
    steps,
  };
}
