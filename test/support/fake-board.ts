import { z } from "zod";
import type { Actions, Board, BoardEvent, ChannelHealth } from "../../src/model/board.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import type { Incident, Transition } from "../../src/model/incident.ts";
import type { Finding, Observation } from "../../src/model/observation.ts";
import type { Probe } from "../../src/model/probe.ts";
import { partsOfId } from "../../src/model/probe.ts";
import type { ProbeState } from "../../src/model/state.ts";
import type { Status } from "../../src/model/status.ts";
import { statusOf } from "../../src/model/status.ts";
import { exampleChecks } from "./example-checks.ts";

/** A board and what people do on it, held in memory and changed by the test: what the engine would say, without the engine. */
export interface FakeBoard extends Board {
  readonly actions: Actions;
  /** What was asked of the actions, in order. */
  readonly asked: string[];
  addProbe(id: string, more?: Partial<Probe>): void;
  /** Stores an observation; confirmed at once unless `status` says what stays confirmed. Tells the listeners. */
  observe(probe: string, seen: Seen): void;
  setTransitions(probe: string, transitions: readonly Omit<Transition, "probe" | "confirmedAt">[]): void;
  putIncident(incident: Partial<Incident> & Pick<Incident, "id" | "key">): void;
  setTroubles(troubles: ReturnType<Board["troubles"]>): void;
  setChannels(channels: readonly ChannelHealth[]): void;
  emit(event: BoardEvent): void;
}

interface Seen {
  readonly at?: number;
  readonly findings?: readonly (Pick<Finding, "code"> & Partial<Finding>)[];
  readonly metrics?: Record<string, number>;
  readonly evidence?: readonly string[];
  readonly durationMs?: number;
  /** The status that stays confirmed. */
  readonly status?: Status;
  readonly since?: number;
}

export interface FakeBoardOptions {
  readonly now: () => number;
  readonly demonstration?: boolean;
  readonly company?: string;
  readonly checks?: readonly AnyCheck[];
}

export function createFakeBoard({
  now,
  demonstration = false,
  company = "Example Trading Co.",
  checks = exampleChecks,
}: FakeBoardOptions): FakeBoard {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const probes: Probe[] = [];
  const states = new Map<string, ProbeState>();
  const observations = new Map<string, Observation>();
  const transitions = new Map<string, readonly Transition[]>();
  const incidents = new Map<number, Incident>();
  const listeners = new Set<(event: BoardEvent) => void>();
  const asked: string[] = [];
  let troubles: ReturnType<Board["troubles"]> = [];
  let channels: readonly ChannelHealth[] = [];
  const emit = (event: BoardEvent): void => {
    for (const listener of listeners) listener(event);
  };

  const board: FakeBoard = {
    demonstration,
    company,
    language: "zh-CN",
    timezone: "Asia/Shanghai",
    startedAt: now() - 3 * 86_400_000,
    probes: () => probes,
    check: (id) => byId.get(id),
    state: (id) => states.get(id),
    last: (id) => observations.get(id),
    nextAt: (id) => (observations.get(id)?.at ?? now()) + 300_000,
    transitions: (id) => transitions.get(id) ?? [],
    incidents: () =>
      [...incidents.values()].toSorted((a, b) => (a.resolvedAt ?? 0) - (b.resolvedAt ?? 0) || (a.priority < b.priority ? -1 : 1)),
    channels: () => channels,
    troubles: () => troubles,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    asked,
    actions: {
      async acknowledge(id, by, minutes) {
        asked.push(`acknowledge ${id} ${by} ${minutes}`);
        const incident = incidents.get(id);
        if (incident === undefined || incident.resolvedAt !== undefined) return false;
        board.putIncident({ ...incident, acknowledgedBy: by, acknowledgedUntil: now() + minutes * 60_000 });
        return true;
      },
      runNow(id) {
        asked.push(`run ${id}`);
        const last = observations.get(id);
        if (last !== undefined) board.observe(id, { ...last, at: now(), durationMs: 77 });
        return probes.some((probe) => probe.id === id);
      },
      ping(id, ping) {
        asked.push(`ping ${id} ${ping}`);
        return Promise.resolve(id === "known");
      },
    },
    addProbe(id, more = {}) {
      const { asset, check } = partsOfId(id);
      const declared = byId.get(check);
      if (declared === undefined) throw new Error(`No check ${check}`);
      probes.push({
        id,
        asset,
        check,
        target: asset.replace(/^.*@/, ""),
        options: z.looseObject({}).parse({ password: "geheim-options" }),
        everyMs: declared.every,
        deadlineMs: declared.deadline,
        confirm: declared.confirm,
        measures: declared.measures,
        severity: {},
        business: "normal",
        load: {},
        from: "mailvigil.yaml:12",
        ...more,
      });
    },
    observe(probe, { at = now(), findings = [], metrics = {}, evidence = [], durationMs = 120, status, since }) {
      const check = byId.get(partsOfId(probe).check);
      const full = findings.map((finding): Finding => {
        const declared = check?.findings[finding.code]?.severity ?? "unknown";
        return { severity: declared, data: {}, ...finding };
      });
      const observed = statusOf(full);
      const observation: Observation = { probe, status: observed, findings: full, metrics, evidence, at, durationMs };
      const before = states.get(probe);
      const confirmed = status ?? observed;
      const state: ProbeState = {
        probe,
        status: confirmed,
        since: since ?? (before?.status === confirmed ? before.since : at),
        verdict: confirmed === "unknown" ? undefined : confirmed,
        recent: [],
        undecidedSince: confirmed === observed ? undefined : at,
        lastAt: at,
        coverUntil: at + 600_000,
        flips: [],
        flapping: false,
      };
      if (before !== undefined && before.status !== confirmed) {
        const change: Transition = { probe, from: before.status, to: confirmed, at, confirmedAt: at };
        transitions.set(probe, [...(transitions.get(probe) ?? []), change]);
      }
      observations.set(probe, observation);
      states.set(probe, state);
      emit({ kind: "observation", observation, state });
    },
    setTransitions(probe, those) {
      transitions.set(
        probe,
        those.map((one) => ({ ...one, probe, confirmedAt: one.at })),
      );
    },
    putIncident(incident) {
      const whole: Incident = {
        cause: "mailbox-full",
        priority: "P2",
        severity: "critical",
        openedAt: now(),
        resolvedAt: undefined,
        unconfirmed: false,
        acknowledgedBy: undefined,
        acknowledgedUntil: undefined,
        turnCount: 1,
        lastTurnAt: now(),
        probes: [],
        ...incident,
      };
      incidents.set(whole.id, whole);
      emit({ kind: "incident", incident: whole });
    },
    setTroubles(those) {
      troubles = those;
    },
    setChannels(those) {
      channels = those;
    },
    emit,
  };
  return board;
}
