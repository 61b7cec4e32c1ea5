import type { Diagnosis } from "../model/cause.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Incident } from "../model/incident.ts";
import type { Observation } from "../model/observation.ts";
import { partsOfId, questionOf, type Probe } from "../model/probe.ts";
import { SecretError } from "../model/secret.ts";
import { emptyBatch, type Batch, type Breaker, type ProbeState, type Recorder, type TimelineEntry } from "../model/state.ts";
import { advance, freshState } from "./advance.ts";
import type { LiveBoard } from "./board.ts";
import { afterRefusal, attemptsOf, mayTry, refusedOf, type Attempt } from "./breaker.ts";
import { causeOf, type Failing, gathers, incidentKey, isOutage, priorityOf, serverKey } from "./incident-key.ts";
import { type Diagnoser, diagnosisFor, isNews, isSameCause, isSetApart, kinOf, merge } from "./incident-cause.ts";
import { follow, type Sighting, worthALook, type IncidentStep } from "./incidents.ts";
import { judgeOwnSide, type SelfTests } from "./own-side.ts";
import { observeWithoutRun, runProbe, type RunOutcome, type RunWorld } from "./run-probe.ts";

/** What every run of the daemon has in common. */
export interface PipelineWorld {
  readonly board: LiveBoard;
  readonly recorder: Recorder;
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly run: Omit<RunWorld, "memory" | "facts" | "previous" | "lastAt">;
  readonly selfTests: SelfTests;
  /** What changed incidents bring with them: the messages of their turns, and runs of SOPs. */
  readonly route: (steps: readonly IncidentStep[]) => Partial<Pick<Batch, "deliveries" | "sopRuns" | "sopEntries">>;
  readonly wakeDelivery: () => void;
  /** Runs these as soon as the caps allow. */
  readonly lookNow: (probes: readonly string[]) => void;
  /** What explains the probes that fail. */
  readonly diagnose: Diagnoser;
  /** One change of incidents at a time: what a turn says rests on the board as it is when it is written. */
  readonly serially: <T>(work: () => Promise<T>) => Promise<T>;
}

/** What a run brought, with the credentials it may have used. */
interface Look {
  readonly outcome: RunOutcome;
  readonly attempts: readonly Attempt[];
}

/**
 * The whole path of one run: look, ask whether it is our own fault, decide, write everything in one transaction, and only
 * then change what is in memory and wake the delivery. Returns the milliseconds until the probe wants to be looked at again.
 * @param free gives the places of the run to others: at the end of the look, but with a refused password only once that is
 * known to everybody
 */
export async function runOnce(probe: Probe, world: PipelineWorld, free: () => void): Promise<number | undefined> {
  const began = performance.now();
  const look = await lookAt(probe, world);
  if (!look) return undefined;
  const seen: Look = { ...look, outcome: await judgeOwnSide(probe, look.outcome, began, world.selfTests) };
  if (!look.outcome.rejected) free();
  if (!isStillWanted(probe, world)) return undefined;
  const batch = decide(probe, seen, world);
  if (batch.incidents.length === 0) await write(batch, world);
  else {
    await world.serially(async () => {
      if (!isStillWanted(probe, world)) return;
      const now = decide(probe, seen, world);
      await write(now, world);
      if (now.timeline.some(({ kind }) => kind === "left")) world.lookNow(now.incidents.flatMap((one) => toLookAt(one, world)));
    });
  }
  if (batch.breakersClosed.length > 0) world.lookNow(waitedFor(batch.breakersClosed, probe, world));
  return soonest(seen.outcome.again, recheckOf(probe, world));
}

/** Who else may be well by now: all once the first is, and at each those whose own turn is far off. */
const toLookAt = (incident: Incident, { board }: PipelineWorld): readonly string[] => {
  const slow = incident.probes.filter(
    ({ probe, leftAt }) => leftAt === undefined && (board.configured(probe)?.everyMs ?? 0) >= slowMs,
  );
  const isOver = incident.resolvedAt !== undefined;
  return isOver ? [] : [...new Set([...worthALook(incident), ...slow.map(({ probe }) => probe)])];
};
const slowMs = 3_600_000;

/** Who could not log in while the account was held back: of some it would be hours until their turn. */
const waitedFor = (accounts: readonly string[], opener: Probe, { board }: PipelineWorld): readonly string[] =>
  board
    .probes()
    .filter(({ id, load }) => id !== opener.id && load.logins?.some(({ account }) => accounts.includes(account)))
    .filter(({ id }) => board.last(id) !== undefined && board.last(id)?.status !== "ok")
    .map(({ id }) => id);

/**
 * A reload may have taken the probe away meanwhile, or given it other options: it has left its incident and must not open
 * another, and what was seen with the old options says nothing of the new ones.
 */
function isStillWanted(probe: Probe, { board, run }: PipelineWorld): boolean {
  const configured = board.configured(probe.id);
  if (run.stopping.aborted || !configured) return false;
  return configured === probe || JSON.stringify(configured.options) === JSON.stringify(probe.options);
}

/** Writes a batch and, after COMMIT, lets everybody know. */
export async function write(batch: Batch, world: Pick<PipelineWorld, "recorder" | "board" | "wakeDelivery">): Promise<void> {
  const { transitions, incidents, breakers, sopRuns } = batch;
  const atOnce = transitions.length > 0 || incidents.length > 0 || breakers.length > 0 || sopRuns.length > 0;
  try {
    await world.recorder.commit(batch, { atOnce });
  } catch (error) {
    // A refused password is held back also while the disk is full: an account must not be locked because of our store.
    world.board.apply({ ...emptyBatch, breakers: batch.breakers, breakersClosed: batch.breakersClosed });
    throw error;
  }
  world.board.apply(batch);
  if (batch.deliveries.length > 0) world.wakeDelivery();
}

/** A start or a reload may have written a transition after the last observation; a clock that was set back must not go behind it. */
const lastMoment = (state: ProbeState | undefined): number | undefined =>
  state?.lastAt === undefined ? undefined : Math.max(state.lastAt, state.since);

async function lookAt(probe: Probe, world: PipelineWorld): Promise<Look | undefined> {
  const { board } = world;
  const check = world.checks.get(probe.check);
  if (!check) throw new Error(`There is no check "${probe.check}" for probe ${probe.id}`);
  const previous = board.last(probe.id);
  const run: RunWorld = {
    ...world.run,
    memory: board.memory(probe.id),
    facts: (kind) => board.facts(probe.asset, kind),
    previous,
    lastAt: lastMoment(board.state(probe.id)),
  };
  if (probe.waiting !== undefined) {
    const reason = probe.waiting.en;
    return { outcome: bare(observeWithoutRun(probe, run, "server-unknown", { reason })), attempts: [] };
  }
  let attempts: readonly Attempt[];
  try {
    attempts = await attemptsOf(probe, world.run.sign);
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return {
      outcome: bare(observeWithoutRun(probe, run, "secret-unreadable", { reason: run.mask(error.message) })),
      attempts: [],
    };
  }
  const held = attempts.find(({ account, fingerprint }) => !mayTry(board.breaker(account), fingerprint, run.now()));
  if (held) return { outcome: bare(observeWithoutRun(probe, run, "login-held", { account: held.account })), attempts: [] };
  const outcome = await runProbe(probe, check, run);
  return outcome && { outcome, attempts };
}

const bare = (observation: RunOutcome["observation"]): RunOutcome => ({
  ran: false,
  nothing: false,
  observation,
  memory: undefined,
  facts: [],
  again: undefined,
  immediate: false,
  rejected: undefined,
  loggedIn: [],
  standsOn: new Map(),
});

/** Everything that one observation changes. Pure but for reading the board. */
function decide(probe: Probe, { outcome, attempts }: Look, world: PipelineWorld): Batch {
  const { board } = world;
  const { observation } = outcome;
  const before = board.state(probe.id) ?? freshState(probe.id, board.startedAt);
  const step = advance(before, { ...observation, immediate: outcome.immediate }, probe.confirm, 2 * probe.everyMs);
  const check = world.checks.get(probe.check);
  const { findings } = observation;
  const account = outcome.rejected?.account ?? attempts[0]?.account;
  const { immediate } = outcome;
  const failing = { probe, findings, declared: (code: string) => check?.findings[code], account, immediate };
  const { ended, step: own } = incidentStep(probe, failing, {
    world,
    outcome,
    state: step.state,
    sighting: (key, open, mine) => ({
      probe: probe.id,
      state: step.state,
      findings,
      cause: causeOf(findings),
      lastCause: lastCauseOf(board.last(probe.id)),
      key,
      at: observation.at,
      known: observation.status !== "unknown",
      immediate,
      isEnough: probe.confirm.bad[0] === 1 && (probe.confirm.forMs ?? 0) === 0,
      isSameCause: isSameCause(failing, open, mine),
      gathers: gathers(failing),
      priority: (severity) =>
        priorityOf({
          severity,
          measures: isOutage(failing) ? "service" : probe.measures,
          answers: questionOf(probe, check),
          business: probe.business,
          everybody: !/[@:~]/.test(probe.asset) || isEverybody(key, probe, open, board),
        }),
    }),
  });
  const steps = own ? [...ended, own] : ended;
  return {
    ...emptyBatch,
    observations: [observation],
    memories: outcome.memory === undefined ? [] : [{ probe: probe.id, memory: outcome.memory }],
    facts: outcome.facts.map((fact) => ({ asset: probe.asset, ...fact, at: observation.at })),
    states: [step.state],
    transitions: step.transitions,
    incidents: steps.map(({ incident }) => incident),
    timeline: steps.flatMap(({ timeline }) => timeline),
    ...(steps.length > 0 ? world.route(steps) : {}),
    ...breakersAfter(outcome, attempts, world),
  };
}

interface Deciding {
  readonly world: PipelineWorld;
  readonly outcome: RunOutcome;
  readonly state: ProbeState;
  readonly sighting: (key: string, open: Incident | undefined, mine: Diagnosis | undefined) => Sighting;
}

/**
 * Which incident the probe belongs to, and what becomes of it. Who is in one stays in it until it is well: what is found meanwhile is
 * told there. Whoever begins to fail for the cause of an open one joins that, and two that turn out to have one cause become one.
 */
function incidentStep(
  probe: Probe,
  failing: Failing,
  { world, outcome, state, sighting }: Deciding,
): { readonly step: IncidentStep | undefined; readonly ended: readonly IncidentStep[] } {
  const { board } = world;
  const { observation } = outcome;
  const held = board.incidentOf(probe.id);
  // Who is held back finds out nothing more, and yet what others find meanwhile may say what its trouble is.
  const isBad =
    (state.verdict === "warning" || state.verdict === "critical") && (observation.status !== "unknown" || held !== undefined);
  const own = held?.key ?? incidentKey(failing);
  const known = held ?? board.openIncident(own);
  const diagnoses = isBad ? world.diagnose({ probe, observation, state }, known === undefined) : [];
  const mine = diagnoses.find(({ probes }) => probes.includes(probe.id));
  const kin = gathers(failing) ? [] : kinOf(board, probe, mine);
  const first = known ?? kin[0];
  const [older, ...younger] = mergeable(first, kin);
  const merged: {
    readonly ended: readonly IncidentStep[];
    readonly open: Incident | undefined;
    readonly timeline: TimelineEntry[];
  } = {
    ended: [],
    open: older,
    timeline: [],
  };
  const all = younger.reduce((so, one) => {
    if (so.open === undefined) return so;
    const { open, ended, timeline } = merge(so.open, one, observation.at);
    return { open, ended: [...so.ended, ended], timeline: [...so.timeline, ...timeline] };
  }, merged);
  const key = all.open?.key ?? own;
  const step = follow(all.open, sighting(key, all.open, mine), board.nextIncident());
  const changed = step ?? (all.ended.length > 0 && all.open ? { incident: all.open, turn: undefined, timeline: [] } : undefined);
  return { step: explained(changed, all.open, { diagnoses, timeline: all.timeline }), ended: all.ended };
}

/** The incidents that become one, the oldest first. Our own side and weak records are never mixed with what others cause. */
function mergeable(first: Incident | undefined, kin: readonly Incident[]): readonly Incident[] {
  if (first === undefined) return [];
  const isApart = kin.length > 0 && !kin.includes(first) && isSetApart(first);
  return isApart ? [first] : [first, ...kin.filter((one) => one !== first)].toSorted((a, b) => a.id - b.id);
}

/** The step with what explains the incident now; where that alone has changed, a step of its own that nobody is told of. */
function explained(
  step: IncidentStep | undefined,
  open: Incident | undefined,
  { diagnoses, timeline }: { readonly diagnoses: readonly Diagnosis[]; readonly timeline: readonly TimelineEntry[] },
): IncidentStep | undefined {
  const incident = step?.incident ?? open;
  if (incident === undefined) return undefined;
  const diagnosis = incident.resolvedAt === undefined ? diagnosisFor(incident, diagnoses) : undefined;
  const isNew = isNews(incident.diagnosis, diagnosis);
  if (step === undefined && !isNew) return undefined;
  const { turn, timeline: own } = step ?? { turn: undefined, timeline: [] };
  return { incident: isNew ? { ...incident, diagnosis } : incident, turn, timeline: [...timeline, ...own] };
}

/** Every mailbox that is on this server fails there. One alone says nothing about everybody. */
function isEverybody(key: string, probe: Probe, open: Incident | undefined, board: LiveBoard): boolean {
  const { host } = probe.load;
  if (host === undefined || key !== serverKey(host)) return false;
  const failing = new Set(open?.probes.flatMap((one) => (one.leftAt === undefined ? [partsOfId(one.probe).asset] : [])));
  failing.add(probe.asset);
  const there = board
    .probes()
    .filter(
      ({ measures, load, ours }) => measures === "service" && ours !== false && load.host?.toLowerCase() === host.toLowerCase(),
    );
  return failing.size > 1 && there.every(({ asset }) => failing.has(asset));
}

function lastCauseOf(last: Observation | undefined): string | undefined {
  return last && (last.status === "critical" || last.status === "warning") ? causeOf(last.findings) : undefined;
}

function breakersAfter(
  outcome: RunOutcome,
  attempts: readonly Attempt[],
  { board, run }: PipelineWorld,
): Pick<Batch, "breakers" | "breakersClosed"> {
  const { rejected, loggedIn } = outcome;
  const refused = rejected && refusedOf(attempts, rejected.account);
  const breakers: Breaker[] =
    rejected && refused ? [afterRefusal(board.breaker(refused.account), refused, rejected.kind, run.now())] : [];
  return {
    breakers,
    breakersClosed: loggedIn.filter((account) => account !== refused?.account && board.breaker(account) !== undefined),
  };
}

/** An undecided probe is looked at sooner, so that a fault is confirmed, or a recovery seen, within minutes. */
function recheckOf(probe: Probe, { board }: PipelineWorld): number | undefined {
  return board.state(probe.id)?.undecidedSince !== undefined && probe.confirm.recheckMs > 0 ? probe.confirm.recheckMs : undefined;
}

function soonest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
