import { systemReason } from "../i18n/sop-reasons.ts";
import { sopRefusals } from "../i18n/sop-refusals.ts";
import { sopWords } from "../i18n/sop.ts";
import type { Plan } from "../model/config.ts";
import { incidentName, type Incident } from "../model/incident.ts";
import type { Outbox, WrittenDelivery } from "../model/outbox.ts";
import { hasEnded, hookName, runName, type Procedures, type Sop, type SopRun } from "../model/sop.ts";
import { emptyBatch, type Batch } from "../model/state.ts";
import { say, type Text } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import type { LiveBoard } from "./board.ts";
import { lastWords } from "./delivery-outcome.ts";
import type { IncidentStep } from "./incidents.ts";
import { createMessageId } from "./message-id.ts";
import { routeOf } from "./routing.ts";
import { sopDeliveries } from "./sop-message.ts";
import { draftOf, end, finished, system, write as note } from "./sop-steps.ts";
import type { Teller } from "./teller.ts";
import { dueAt, matches, move, propose, type SopEvent, type SopMessage, type SopMove } from "./sop.ts";

export interface ProceduresOptions {
  readonly board: LiveBoard;
  readonly outbox: Pick<Outbox, "about">;
  /** Runs that ended long ago, and what happened in any. */
  readonly store: Pick<Procedures, "run" | "entries"> & {
    /** One, however old: the board forgets incidents a day after their end, a run may go on for longer. */
    incident(id: number): Incident | undefined;
    /** Whether there was ever a run of this SOP, a drill apart, for this incident. */
    answered(sop: string, incident: number): boolean;
  };
  readonly now: () => number;
  readonly plan: () => Plan;
  /** Where the pages are reached. */
  readonly url: () => string;
  readonly demonstration: boolean;
  /** What is wrong, in a few words. */
  readonly headline: (incident: Incident) => string;
  /** One change of incidents and runs at a time. */
  readonly serially: <T>(work: () => Promise<T>) => Promise<T>;
  readonly write: (batch: Batch) => Promise<void>;
  /** A channel that was told to wait is tried at once. */
  readonly releaseChannel: (name: string) => void;
}

export type SopBatch = Pick<Batch, "sopRuns" | "sopEntries" | "deliveries">;

export interface LiveProcedures extends Procedures {
  /**
   * What changed incidents mean for SOPs, to be written with them. Changes nothing by itself; to be called within `serially`.
   */
  follow(incidents: readonly Incident[]): SopBatch;
  /** Does what is due, and what became of messages that steps wait for. At the start, and every few seconds. */
  tick(): Promise<void>;
  /** A message of this run has been taken, or nobody takes it any more. */
  settled(about: string): Promise<void>;
}

/**
 * All that changed incidents bring with them. Runs come first, so that the alert of an incident already says that its SOP has begun.
 */
export const createConsequences =
  ({ board, procedures, teller }: { readonly board: LiveBoard; readonly procedures: LiveProcedures; readonly teller: Teller }) =>
  (steps: readonly IncidentStep[]): SopBatch => {
    const { sopRuns, sopEntries, deliveries } = procedures.follow(steps.map(({ incident }) => incident));
    const changed = new Set(sopRuns.map(({ id }) => id));
    const runs = [...board.sopRuns().filter(({ id }) => !changed.has(id)), ...sopRuns];
    const told = steps.flatMap((step) =>
      teller.deliveriesOf(
        step,
        runs.filter((run) => run.incident === step.incident.id),
      ),
    );
    return { sopRuns, sopEntries, deliveries: [...told, ...deliveries] };
  };

const byTheirNumber = /^S-(\d{1,15})$/;
const mostInName = 60;
/** After a start a proposed run waits for a look at its incident, but no longer than this. */
const lookMs = 5 * 60_000;
/** A proposed run that is late by more begins with its deadlines from now: nobody could look when it was due. */
const lateMs = 60_000;
/** A start that comes again within this time is the same one, pressed twice. */
const sameStartMs = 60_000;

/** The live side of SOPs: what happens to runs becomes rows, in one transaction with what made it happen. */
export function createProcedures(options: ProceduresOptions): LiveProcedures {
  const { board, now, plan, serially } = options;

  const moves = (incidents: readonly Incident[] = []): Moves => createMoves(options, incidents);
  const find = (id: number): SopRun | undefined => board.sopRuns().find((run) => run.id === id) ?? options.store.run(id);

  async function write(made: Moves): Promise<void> {
    if (made.batch().sopRuns.length > 0) await options.write({ ...emptyBatch, ...made.batch() });
  }

  /** Rows are looked at, not calls counted: whatever a kill cut off between two transactions is made up for. */
  function reconcile(made: Moves, id: number): void {
    const run = made.run(id);
    if (run === undefined || hasEnded(run)) return;
    const running = run.steps.filter(({ state }) => state === "running").map(({ id: step }) => step);
    const sent = run.sop.steps.filter(
      ({ id: step, kind }) => running.includes(step) && (kind === "notify" || kind === "webhook"),
    );
    if (sent.length === 0) return;
    const rows = options.outbox.about(runName(id));
    for (const step of sent) {
      const hook = step.kind === "webhook" ? hookName(run.sop.name, step.id) : undefined;
      const isGone = hook !== undefined && !plan().sopHooks.some(({ name }) => name === hook);
      const outcome = outcomeOf(
        rows.filter(({ alert }) => isAbout(alert.data, step.id)),
        isGone,
      );
      if (outcome) made.happen(id, { kind: "delivered", step: step.id, ...outcome });
    }
  }

  /** What was bad when the process ended may be well by now: no emergency is begun before somebody has looked. */
  function isSeen({ incident: id }: SopRun): boolean {
    const incident = id === undefined ? undefined : board.incident(id);
    const since = board.startedAt;
    const looked = incident?.probes.some(({ probe, leftAt }) => leftAt === undefined && (board.last(probe)?.at ?? 0) >= since);
    return looked === true || now() - since >= lookMs;
  }

  const settleAll = (ids: readonly number[]): Promise<void> =>
    serially(async () => {
      const made = moves();
      for (const id of ids) {
        reconcile(made, id);
        const run = made.run(id);
        const due = run && !hasEnded(run) ? dueAt(run) : undefined;
        if (run === undefined || due === undefined || due > now()) continue;
        if (run.state !== "proposed") made.happen(id, { kind: "tick" });
        else if (isSeen(run)) made.happen(id, { kind: now() - due > lateMs ? "begin-late" : "tick" });
      }
      await write(made);
    });

  return {
    sops: () => plan().sops,
    runs: () => board.sopRuns(),
    run: find,
    entries: (run) => options.store.entries(run),
    follow(incidents) {
      const made = moves(incidents);
      for (const incident of incidents) if (incident.resolvedAt !== undefined) made.end(incident);
      for (const incident of incidents) if (incident.resolvedAt === undefined) made.trigger(incident, plan().sops);
      return made.batch();
    },
    tick: () => settleAll(board.sopRuns().flatMap((run) => (hasEnded(run) ? [] : [run.id]))),
    async settled(about) {
      const id = byTheirNumber.exec(about)?.[1];
      if (id !== undefined) await settleAll([Number(id)]);
    },
    start: (name, by, { drill }) =>
      serially(async () => {
        const sop = plan().sops.find((one) => one.name === name);
        if (sop === undefined) return { refused: sopWords.unknownSop };
        const who = visible(by.replaceAll(/\s+/g, " ").trim(), mostInName);
        if (who === "" || who === system) return { refused: sopRefusals.noName };
        const made = moves();
        const refused = whyNot(made.going(), sop, { drill, now: now() });
        if (refused) return { refused };
        const id = made.begin(sop, { drill, incident: undefined, by: who });
        await write(made);
        return { run: id };
      }),
    act: (id, action) =>
      serially(async () => {
        const run = find(id);
        if (run === undefined) return { refused: sopWords.noRun };
        const made = moves();
        const moved = move(run, action, now());
        if (moved === undefined) return { run: id };
        if ("refused" in moved) return moved;
        made.add(moved);
        await write(made);
        // What failed for a wrong key or address is held back for half an hour: whoever tries again has mended it.
        if (action.kind === "retry") options.releaseChannel(hookName(run.sop.name, action.step));
        return { run: id };
      }),
  };
}

/**
 * An emergency is answered once at a time, and nobody exercises while it is real. What only people begin may go on several times: two
 * employees who leave in one month are two runs.
 */
function whyNot(
  going: readonly SopRun[],
  sop: Sop,
  { drill, now }: { readonly drill: boolean; readonly now: number },
): Text | undefined {
  const isEmergency = drill || sop.trigger !== undefined;
  const same = going.find(
    (run) => run.sop.name === sop.name && run.drill === drill && (isEmergency || now - run.proposedAt < sameStartMs),
  );
  const real = drill
    ? going.find((run) => !run.drill && run.startedAt !== undefined && run.sop.priority <= sop.priority)
    : undefined;
  const told = (words: Text, { id }: SopRun): Text => ({
    en: say(words, "en", { run: runName(id) }),
    zh: say(words, "zh-CN", { run: runName(id) }),
  });
  if (real) return told(sopWords.realGoes, real);
  return same && told(sopWords.isGoing, same);
}

const isAbout = (data: WrittenDelivery["alert"]["data"], step: string): boolean =>
  typeof data === "object" &&
  data !== null &&
  "step" in data &&
  data["step"] === step &&
  "event" in data &&
  (data["event"] === "step" || data["event"] === "webhook");

interface Outcome {
  readonly outcome: "done" | "failed";
  readonly maybeRepeat: boolean;
  readonly reason?: string;
}

/**
 * Of a step's message, and of those that a retry added: one channel that took it is enough; it failed once none can take it any
 * more. Undefined: it is still on its way.
 */
function outcomeOf(rows: readonly WrittenDelivery[], isGone: boolean): Outcome | undefined {
  const taken = rows.filter(({ state }) => state === "sent" || state === "accepted");
  const maybeRepeat = rows.some((row) => row.maybeRepeat);
  if (taken.length > 0) return { outcome: "done", maybeRepeat };
  if (rows.some(({ state }) => state === "pending" || state === "sending")) return undefined;
  const error = rows.findLast((row) => row.error !== undefined)?.error ?? "No channel is named";
  const reason = isGone ? systemReason.hookGone : lastWords(error);
  return { outcome: "failed", maybeRepeat, reason };
}

/** Runs on their way through one batch: what happens later in it sees what happened before. */
interface Moves {
  run(id: number): SopRun | undefined;
  going(): readonly SopRun[];
  add(moved: SopMove): void;
  happen(id: number, event: SopEvent): void;
  /** Returns its number. */
  begin(sop: Sop, how: { readonly drill: boolean; readonly incident: number | undefined; readonly by: string }): number;
  /** An incident is over, or went on as a part of an older one. */
  end(incident: Incident): void;
  /** An open incident began or changed. */
  trigger(incident: Incident, sops: readonly Sop[]): void;
  batch(): SopBatch;
}

function createMoves(options: ProceduresOptions, incidents: readonly Incident[]): Moves {
  const { board, now } = options;
  const changed = new Map<number, SopRun>();
  const batch: { sopEntries: Batch["sopEntries"]; deliveries: Batch["deliveries"] } = { sopEntries: [], deliveries: [] };
  let next = board.nextSopRun();

  const all = (): readonly SopRun[] => [...board.sopRuns().filter(({ id }) => !changed.has(id)), ...changed.values()];
  const going = (): readonly SopRun[] => all().filter((run) => !hasEnded(run));
  const run = (id: number): SopRun | undefined => changed.get(id) ?? board.sopRuns().find((one) => one.id === id);
  const incidentOf = (id: number | undefined): Incident | undefined =>
    id === undefined ? undefined : (incidents.find((one) => one.id === id) ?? board.incident(id) ?? options.store.incident(id));

  function telling(about: SopRun): Parameters<typeof sopDeliveries>[2] {
    const { settings } = options.plan();
    const incident = incidentOf(about.incident);
    return {
      incident: incident && { id: incident.id, openedAt: incident.openedAt, title: options.headline(incident) },
      language: settings.language,
      timezone: settings.timezone,
      company: settings.company,
      url: options.url(),
      demonstration: options.demonstration,
      now: now(),
      newId: () => createMessageId(now()),
    };
  }

  /** A run keeps the channels that were named when it began; a reload may have taken them away, and people are told all the same. */
  function reachable(message: SopMessage, { priority }: Sop): SopMessage {
    const { channels, alerts } = options.plan();
    const left = message.channels.filter((name) => channels.some((one) => one.name === name));
    if (message.kind === "webhook" || left.length === message.channels.length) return message;
    return { ...message, channels: left.length > 0 ? left : routeOf(alerts.rules, priority) };
  }

  function add(moved: SopMove): void {
    const before = run(moved.run.id);
    changed.set(moved.run.id, moved.run);
    batch.sopEntries = [...batch.sopEntries, ...moved.entries];
    if (moved.messages.length > 0) {
      const words = telling(moved.run);
      const sent = moved.messages.map((one) => reachable(one, moved.run.sop));
      batch.deliveries = [...batch.deliveries, ...sent.flatMap((one) => sopDeliveries(moved.run, one, words))];
    }
    const began = moved.run.startedAt !== undefined && before?.startedAt === undefined;
    if (!began || moved.run.drill) return;
    // Whoever exercises is needed now.
    for (const drill of going())
      if (drill.drill && moved.run.sop.priority <= drill.sop.priority) happen(drill.id, { kind: "preempted", by: moved.run.id });
  }

  function happen(id: number, event: SopEvent): void {
    const before = run(id);
    const moved = before && move(before, event, now());
    if (moved && !("refused" in moved)) add(moved);
  }

  function begin(sop: Sop, { drill, incident, by }: { drill: boolean; incident: number | undefined; by: string }): number {
    const id = next++;
    add(propose(sop, { id, drill, incident, by, now: now() }));
    return id;
  }

  const answers = (sop: string, incident: number): SopRun | undefined =>
    going().find((one) => one.sop.name === sop && one.incident === incident);

  /** The run answers another incident from now on. */
  function turnTo(one: SopRun, incident: number): void {
    const draft = draftOf({ ...one, incident });
    const before = one.incident === undefined ? "" : `${incidentName(one.incident)} ▶ `;
    note(draft, now(), "note", { data: { text: before + incidentName(incident) } });
    add(finished(draft));
  }

  /** Of two runs of one SOP that turn out to answer one incident the older incident's goes on. */
  function giveWay(one: SopRun, other: SopRun): void {
    const draft = draftOf(one);
    const state = one.state === "proposed" ? "dismissed" : "aborted";
    end(draft, { state, at: now(), by: system, reason: systemReason.merged(other.id) });
    add(finished(draft));
  }

  return {
    run,
    going,
    add,
    happen,
    begin,
    end({ id, mergedInto }) {
      for (const one of going().filter(({ incident }) => incident === id)) {
        const other = mergedInto === undefined ? undefined : answers(one.sop.name, mergedInto);
        if (mergedInto === undefined) happen(one.id, { kind: "resolved" });
        else if (other) giveWay(one, other);
        else turnTo(one, mergedInto);
      }
    },
    trigger(incident, sops) {
      for (const sop of sops) {
        if (sop.trigger === undefined || !matches(sop.trigger, incident)) continue;
        if (all().some((one) => !one.drill && one.sop.name === sop.name && one.incident === incident.id)) continue;
        if (options.store.answered(sop.name, incident.id)) continue;
        // Somebody saw it before us, and began it by hand.
        const byHand = going().find((one) => !one.drill && one.sop.name === sop.name && one.incident === undefined);
        if (byHand) {
          turnTo(byHand, incident.id);
          continue;
        }
        // It was thought to be over, and the run of it is not closed: the same people go on.
        const again = going().find(
          (one) => one.sop.name === sop.name && one.resolvedAt !== undefined && incidentOf(one.incident)?.key === incident.key,
        );
        if (again === undefined) begin(sop, { drill: false, incident: incident.id, by: system });
        else {
          turnTo(again, incident.id);
          happen(again.id, { kind: "failing-again" });
        }
      }
    },
    batch: () => ({ sopRuns: [...changed.values()], ...batch }),
  };
}
