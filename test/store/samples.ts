import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Incident } from "../../src/model/incident.ts";
import type { Observation } from "../../src/model/observation.ts";
import { emptyBatch } from "../../src/model/state.ts";
import type { Batch, NewDelivery, ProbeState } from "../../src/model/state.ts";

/** A fresh folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mailvigil-store-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export const start = Date.UTC(2026, 0, 5, 8);

export const observation = (probe: string, at: number, more: Partial<Observation> = {}): Observation => ({
  probe,
  status: "ok",
  findings: [],
  metrics: {},
  evidence: [],
  at,
  durationMs: 20,
  ...more,
});

export const critical = (probe: string, at: number, more: Partial<Observation> = {}): Observation =>
  observation(probe, at, {
    status: "critical",
    findings: [{ code: "greeting-missing", severity: "critical", data: { host: "mx1.example.org", seconds: 30 } }],
    ...more,
  });

export const state = (probe: string, more: Partial<ProbeState> = {}): ProbeState => ({
  probe,
  status: "ok",
  since: start,
  verdict: "ok",
  recent: [],
  undecidedSince: undefined,
  lastAt: start,
  coverUntil: start + 600_000,
  flips: [],
  flapping: false,
  ...more,
});

export const incident = (id: number, more: Partial<Incident> = {}): Incident => ({
  id,
  cause: "greeting-missing",
  key: `example.com/probe-${id}`,
  priority: "P2",
  severity: "critical",
  openedAt: start,
  resolvedAt: undefined,
  unconfirmed: false,
  acknowledgedBy: undefined,
  acknowledgedUntil: undefined,
  turnCount: 1,
  lastTurnAt: start,
  probes: [],
  ...more,
});

/** `turnCount` makes its key; its id is the key too. */
export function delivery(
  of: { incident: number; turnCount: number; channel: string },
  more: Partial<NewDelivery> = {},
): NewDelivery {
  const key = `${of.incident}:${of.turnCount}:${of.channel}`;
  const turn = more.turn ?? "opened";
  const priority = more.priority ?? "P2";
  return {
    id: `msg_${key}`,
    key,
    channel: of.channel,
    incident: of.incident,
    turn,
    priority,
    notBefore: start,
    expiresAt: start + 86_400_000,
    alert: {
      id: `msg_${key}`,
      about: `M-${of.incident}`,
      incident: of.incident,
      turn,
      priority,
      at: start,
      language: "en",
      title: "mx1.example.org does not greet",
      lines: [],
      url: "",
      demonstration: false,
      probes: [],
    },
    ...more,
  };
}

export const batch = (more: Partial<Batch>): Batch => ({ ...emptyBatch, ...more });
