import { sopRunDays } from "../model/sop.ts";
import type { Remembered } from "../model/state.ts";
import { readBreakers } from "./breakers.ts";
import type { Database } from "./database.ts";
import { readIncidents, readNextIncident } from "./incidents.ts";
import { readFacts, readMemories } from "./memories.ts";
import { readLastObservations } from "./observations.ts";
import { readProbeStates } from "./probe-states.ts";
import { readNextSopRun, readSopRunsSince } from "./sops.ts";
import { readTransitionsSince } from "./transitions.ts";

const dayMs = 86_400_000;

/**
 * Everything the engine needs to go on where it was. Probes that are no longer configured are part of it.
 * @throws StoreError
 */
export function loadRemembered(db: Database, now: number): Remembered {
  return db.read(() => ({
    states: readProbeStates(db),
    observations: readLastObservations(db),
    memories: readMemories(db),
    facts: readFacts(db),
    incidents: readIncidents(db, now - dayMs),
    transitions: readTransitionsSince(db, now - dayMs),
    breakers: readBreakers(db),
    nextIncident: readNextIncident(db),
    sopRuns: readSopRunsSince(db, now - sopRunDays * dayMs),
    nextSopRun: readNextSopRun(db),
  }));
}
