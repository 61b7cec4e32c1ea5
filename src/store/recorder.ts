import type { Batch, Recorder } from "../model/state.ts";
import { createBreakers } from "./breakers.ts";
import type { Database } from "./database.ts";
import { createDeliveries } from "./deliveries.ts";
import { createIncidents } from "./incidents.ts";
import { createInterning } from "./interning.ts";
import { createMemories } from "./memories.ts";
import { createEvidence, createObservations } from "./observations.ts";
import type { EvidenceRows } from "./observations.ts";
import { createProbeStates } from "./probe-states.ts";
import { createSopRuns } from "./sops.ts";
import { asStoreError, storeError } from "./store-error.ts";
import type { StoreError, StoreErrorCode } from "./store-error.ts";
import { createTransitions } from "./transitions.ts";

/** How long a batch may wait for others: one fsync for all of them. */
const groupMs = 200;
/** About 10 ms of writing; more at once would hold the event loop. */
const mostInGroup = 400;

/** These are about the disk, not about the batch: trying each batch alone would only fail as often. */
const isOfTheDisk: ReadonlySet<StoreErrorCode> = new Set([
  "full",
  "read-only",
  "no-access",
  "in-use",
  "corrupt",
  "closed",
  "failed",
]);

interface Waiting {
  readonly batch: Batch;
  readonly resolve: () => void;
  readonly reject: (error: StoreError) => void;
}

export interface GroupingRecorder extends Recorder {
  /** Writes what waits, now. Its outcome is told to those who committed it. */
  flush(): void;
  /** Flushes; what is committed afterwards is refused. The database stays open. */
  close(): void;
}

/** Groups batches into transactions, in the order in which they came. */
export function createRecorder(db: Database): GroupingRecorder {
  const writer = createWriter(db);
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const group = waiting;
    waiting = [];
    if (group.length > 0) writeGroup(writer, group);
  }

  return {
    commit(batch, { atOnce = false } = {}) {
      return new Promise((resolve, reject) => {
        if (isClosed) {
          reject(storeError("closed", db.place));
          return;
        }
        waiting.push({ batch, resolve, reject });
        if (atOnce || waiting.length >= mostInGroup) flush();
        else timer ??= setTimeout(flush, groupMs);
      });
    },
    flush,
    close() {
      flush();
      isClosed = true;
    },
  };
}

type Writer = (batches: readonly Batch[]) => void;

function writeGroup(write: Writer, group: readonly Waiting[]): void {
  const error = tryWriting(write, group);
  if (!error) return;
  if (group.length === 1 || isOfTheDisk.has(error.code)) {
    for (const { reject } of group) reject(error);
    return;
  }
  // One batch broke a rule: it must not take the others with it.
  for (const one of group) {
    const own = tryWriting(write, [one]);
    if (own) one.reject(own);
  }
}

function tryWriting(write: Writer, group: readonly Waiting[]): StoreError | undefined {
  try {
    write(group.map(({ batch }) => batch));
  } catch (error) {
    return asStoreError(error, "");
  }
  for (const { resolve } of group) resolve();
  return undefined;
}

/** Writes batches in one transaction: all of them are on the disk when it returns, or none. */
function createWriter(db: Database): Writer {
  const intern = createInterning(db);
  const observations = createObservations(db, intern);
  const evidence = createEvidence(db, intern);
  const transitions = createTransitions(db, intern);
  const states = createProbeStates(db, intern);
  const memories = createMemories(db, intern);
  const incidents = createIncidents(db, intern);
  const breakers = createBreakers(db, intern);
  const deliveries = createDeliveries(db);
  const sopRuns = createSopRuns(db);

  function writeBatch(batch: Batch): void {
    for (const observation of batch.observations) observations.save(observation);
    for (const { probe, memory } of batch.memories) memories.save(probe, memory);
    for (const fact of batch.facts) memories.see(fact);
    for (const state of batch.states) states.save(state);
    for (const transition of batch.transitions) transitions.save(transition);
    saveEvidence(evidence, batch);
    for (const incident of batch.incidents) incidents.save(incident);
    for (const entry of batch.timeline) incidents.append(entry);
    for (const run of batch.sopRuns) sopRuns.save(run);
    for (const entry of batch.sopEntries) sopRuns.append(entry);
    for (const delivery of batch.deliveries) deliveries.save(delivery);
    for (const breaker of batch.breakers) breakers.save(breaker);
    for (const account of batch.breakersClosed) breakers.close(account);
  }

  return (batches) => {
    try {
      db.transaction(() => {
        for (const batch of batches) writeBatch(batch);
      });
    } catch (error) {
      intern.forget();
      throw error;
    }
  };
}

/** Keeps the first and the last observation of each transition in full, and those of a change that is still open. */
function saveEvidence(evidence: EvidenceRows, batch: Batch): void {
  for (const observation of batch.observations) {
    const { probe, at } = observation;
    const isNamed = batch.transitions.some((one) => one.probe === probe && (one.at === at || one.confirmedAt === at));
    const isUndecided = batch.states.some((one) => one.probe === probe && one.undecidedSince !== undefined);
    if (isNamed || isUndecided) evidence.save(observation, isNamed);
  }
  for (const { probe, at, confirmedAt } of batch.transitions) {
    evidence.keep(probe, at);
    evidence.keep(probe, confirmedAt);
  }
  for (const { probe, undecidedSince } of batch.states) evidence.drop(probe, undecidedSince);
}
