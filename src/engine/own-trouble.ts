import { engineFindings } from "../i18n/engine-findings.ts";
import type { Probe } from "../model/probe.ts";
import type { Data } from "../model/text.ts";
import { freshState } from "./advance.ts";
import type { LiveBoard } from "./board.ts";
import { follow, leave, type IncidentStep } from "./incidents.ts";

/** The process itself: its incident is opened by the one that crashes, and resolved by the start of the next. */
export const daemonId = "monitor/daemon";

export const channelId = (name: string): string => `monitor/channel-${name}`;

/**
 * A part of the product as something an incident can hold. It is never configured and never run, so a start resolves what an
 * earlier process left open: nothing configured bears its id.
 */
export const ownProbe = (id: string): Probe => ({
  id,
  asset: "monitor",
  check: "daemon",
  target: "Mailvigil",
  options: {},
  everyMs: 0,
  deadlineMs: 0,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  measures: "monitor",
  severity: {},
  business: "normal",
  load: {},
  from: "",
});

/** Opens the incident of a trouble of our own; undefined while it is open already. */
export function ownTrouble(
  board: LiveBoard,
  id: string,
  found: { readonly code: "daemon-crashed" | "channel-broken"; readonly data: Data },
  at: number,
): IncidentStep | undefined {
  const { severity } = engineFindings[found.code];
  return follow(
    board.openIncident(id),
    {
      probe: id,
      state: { ...freshState(id, at), status: severity, verdict: severity },
      findings: [{ ...found, severity }],
      cause: found.code,
      lastCause: undefined,
      key: id,
      at,
      known: true,
      immediate: false,
      priority: () => "P3",
    },
    board.nextIncident(),
  );
}

export function ownTroubleOver(board: LiveBoard, id: string, at: number): IncidentStep | undefined {
  const open = board.openIncident(id);
  return open && leave(open, id, at);
}
