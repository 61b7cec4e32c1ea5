import type { Board, BoardEvent, ChannelHealth } from "../model/board.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Incident, Transition } from "../model/incident.ts";
import type { Json } from "../model/json.ts";
import { maxFactsOfAKind, type Fact } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import { hasEnded, sopRunDays, type SopRun } from "../model/sop.ts";
import type { Batch, Breaker, ProbeState, Remembered } from "../model/state.ts";
import { statusFacts } from "../model/status.ts";
import type { Language, Text } from "../model/text.ts";

const day = 86_400_000;

export interface BoardOptions {
  readonly demonstration: boolean;
  readonly company: string;
  readonly language: Language;
  readonly timezone: string;
  readonly startedAt: number;
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly probes: readonly Probe[];
  readonly remembered: Remembered;
  readonly provider?: (id: string) => Text | undefined;
  readonly nextAt: (probe: string) => number | undefined;
  readonly channels: () => readonly ChannelHealth[];
  readonly troubles: Board["troubles"];
  readonly now: () => number;
}

/** The present as the engine sees it: what pages read, and what the next run stands on. Changed by whole batches after COMMIT only. */
export interface LiveBoard extends Board {
  /** The probe of that id as it is configured now. */
  configured(probe: string): Probe | undefined;
  /** Of every probe that was ever known, configured or not. */
  states(): readonly ProbeState[];
  memory(probe: string): Json | undefined;
  facts(asset: string, kind: string): readonly Fact[];
  breaker(account: string): Breaker | undefined;
  openIncident(key: string): Incident | undefined;
  /** The open incident that holds this probe now. */
  incidentOf(probe: string): Incident | undefined;
  incident(id: number): Incident | undefined;
  /** For the next incident that is opened. */
  nextIncident(): number;
  /** Those that go on, the oldest first, then those that ended within 30 days, the latest first. */
  sopRuns(): readonly SopRun[];
  /** For the next run of an SOP. */
  nextSopRun(): number;
  apply(batch: Batch): void;
  replace(over: Pick<BoardOptions, "probes" | "company" | "language" | "timezone">): void;
}

export function createBoard(options: BoardOptions): LiveBoard {
  const { remembered } = options;
  let settings: Pick<BoardOptions, "probes" | "company" | "language" | "timezone"> = options;
  let configured = new Map(options.probes.map((probe) => [probe.id, probe]));
  const states = new Map(remembered.states.map((state) => [state.probe, state]));
  const lasts = new Map(remembered.observations.map((observation) => [observation.probe, observation]));
  const memories = new Map(remembered.memories);
  const facts = new Map<string, Fact[]>();
  for (const { asset, ...fact } of remembered.facts) facts.set(asset, [...(facts.get(asset) ?? []), fact]);
  const breakers = new Map(remembered.breakers.map((breaker) => [breaker.account, breaker]));
  const incidents = new Map<number, Incident>();
  const open = new Map<string, Incident>();
  /** Probe ▶ the open incident that holds it. */
  const holding = new Map<string, number>();
  const sopRuns = new Map(remembered.sopRuns.map((run) => [run.id, run]));
  let { nextIncident, nextSopRun } = remembered;
  for (const incident of remembered.incidents) keep(incident);
  const transitions = new Map<string, Transition[]>();
  for (const transition of remembered.transitions) addTransition(transition);
  const listeners = new Set<(event: BoardEvent) => void>();

  function addTransition(transition: Transition): void {
    const own = [...(transitions.get(transition.probe) ?? []), transition];
    // The last one before the day stays: it says how the day began.
    const before = own.findLastIndex(({ at }) => at <= options.now() - day);
    transitions.set(transition.probe, own.slice(Math.max(0, before)));
  }

  function learn(asset: string, kind: string, value: string, at: number): void {
    const known = facts.get(asset) ?? [];
    const old = known.find((fact) => fact.kind === kind && fact.value === value);
    const fact: Fact = { kind, value, firstSeen: old?.firstSeen ?? at, lastSeen: at };
    const others = known.filter((each) => each !== old);
    const alike = others.filter((each) => each.kind === kind);
    const oldest = alike.reduce<Fact | undefined>((a, b) => (a && a.lastSeen <= b.lastSeen ? a : b), undefined);
    const left = alike.length < maxFactsOfAKind ? others : others.filter((each) => each !== oldest);
    facts.set(asset, [...left, fact]);
  }

  function keep(incident: Incident): void {
    incidents.set(incident.id, incident);
    nextIncident = Math.max(nextIncident, incident.id + 1);
    if (incident.resolvedAt === undefined) open.set(incident.key, incident);
    else if (open.get(incident.key)?.id === incident.id) open.delete(incident.key);
    for (const { probe, leftAt } of incident.probes) {
      if (leftAt === undefined && incident.resolvedAt === undefined) holding.set(probe, incident.id);
      else if (holding.get(probe) === incident.id) holding.delete(probe);
    }
    for (const [id, { resolvedAt }] of incidents)
      if (resolvedAt !== undefined && resolvedAt < options.now() - day) incidents.delete(id);
  }

  function keepRun(run: SopRun): void {
    sopRuns.set(run.id, run);
    nextSopRun = Math.max(nextSopRun, run.id + 1);
    const old = options.now() - sopRunDays * day;
    for (const [id, { endedAt }] of sopRuns) if (endedAt !== undefined && endedAt < old) sopRuns.delete(id);
  }

  function tell(event: BoardEvent): void {
    for (const listener of listeners) listener(event);
  }

  return {
    demonstration: options.demonstration,
    get company() {
      return settings.company;
    },
    get language() {
      return settings.language;
    },
    get timezone() {
      return settings.timezone;
    },
    startedAt: options.startedAt,
    probes: () => settings.probes,
    check: (id) => options.checks.get(id),
    provider: (id) => options.provider?.(id),
    state: (probe) => states.get(probe),
    last: (probe) => lasts.get(probe),
    nextAt: options.nextAt,
    transitions: (probe) => transitions.get(probe) ?? [],
    incidents: () => [...incidents.values()].toSorted(worstFirst),
    channels: options.channels,
    troubles: options.troubles,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    configured: (probe) => configured.get(probe),
    states: () => [...states.values()],
    memory: (probe) => memories.get(probe),
    facts: (asset, kind) => (facts.get(asset) ?? []).filter((fact) => fact.kind === kind),
    breaker: (account) => breakers.get(account),
    openIncident: (key) => open.get(key),
    incidentOf(probe) {
      const id = holding.get(probe);
      return id === undefined ? undefined : incidents.get(id);
    },
    incident: (id) => incidents.get(id),
    nextIncident: () => nextIncident,
    sopRuns: () => [...sopRuns.values()].toSorted(goingFirst),
    nextSopRun: () => nextSopRun,
    apply(batch) {
      for (const state of batch.states) states.set(state.probe, state);
      for (const observation of batch.observations) lasts.set(observation.probe, observation);
      for (const { probe, memory } of batch.memories) memories.set(probe, memory);
      for (const fact of batch.facts) learn(fact.asset, fact.kind, fact.value, fact.at);
      for (const breaker of batch.breakers) breakers.set(breaker.account, breaker);
      for (const account of batch.breakersClosed) breakers.delete(account);
      for (const transition of batch.transitions) addTransition(transition);
      for (const incident of batch.incidents) keep(incident);
      for (const run of batch.sopRuns) keepRun(run);
      for (const observation of batch.observations) {
        const state = states.get(observation.probe);
        if (state) tell({ kind: "observation", observation, state });
      }
      // Whoever shows an incident shows which SOPs answer it.
      const answered = batch.sopRuns.flatMap(({ incident: id }) => (id === undefined ? [] : (incidents.get(id) ?? [])));
      for (const incident of new Set([...batch.incidents, ...answered])) tell({ kind: "incident", incident });
    },
    replace(over) {
      settings = over;
      configured = new Map(over.probes.map((probe) => [probe.id, probe]));
      tell({ kind: "reloaded" });
    },
  };
}

function goingFirst(a: SopRun, b: SopRun): number {
  if (hasEnded(a) !== hasEnded(b)) return hasEnded(a) ? 1 : -1;
  return hasEnded(a) ? (b.endedAt ?? 0) - (a.endedAt ?? 0) || b.id - a.id : a.id - b.id;
}

function worstFirst(a: Incident, b: Incident): number {
  const [aOpen, bOpen] = [a.resolvedAt === undefined, b.resolvedAt === undefined];
  if (aOpen !== bOpen) return aOpen ? -1 : 1;
  if (!aOpen) return (b.resolvedAt ?? 0) - (a.resolvedAt ?? 0);
  if (a.priority !== b.priority) return a.priority < b.priority ? -1 : 1;
  return statusFacts[b.severity].rank - statusFacts[a.severity].rank || a.openedAt - b.openedAt;
}
