import type { Probe } from "../model/probe.ts";
import { freshState } from "./advance.ts";
import { follow, type IncidentStep } from "./incidents.ts";
import type { LiveBoard } from "./board.ts";
import { causeOf } from "./diagnose.ts";

/**
 * The daemon itself, as something an incident can hold. It is never configured and never run: its incident is opened by the
 * process that crashes and resolved by the start of the next one, because nothing configured bears its id.
 */
export const daemonProbe: Probe = {
  id: "monitor/daemon",
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
};

/** The incident of an uncaught error, to be written before the process ends. */
export function crashed(board: LiveBoard, reason: string, at: number): IncidentStep | undefined {
  const findings = [{ code: "daemon-crashed", severity: "critical" as const, data: { reason } }];
  return follow(
    board.openIncident(daemonProbe.id),
    {
      probe: daemonProbe.id,
      state: { ...freshState(daemonProbe.id, at), status: "critical", verdict: "critical" },
      findings,
      cause: causeOf(findings),
      key: daemonProbe.id,
      at,
      known: true,
      immediate: false,
      priority: () => "P3",
    },
    board.nextIncident(),
  );
}
