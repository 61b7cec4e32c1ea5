import { engineFindings } from "../i18n/engine-findings.ts";
import type { Probe } from "../model/probe.ts";
import type { Data } from "../model/text.ts";
import { freshState } from "./advance.ts";
import type { LiveBoard } from "./board.ts";
import { follow, leave, type IncidentStep } from "./incidents.ts";

/** The process itself: its incident is opened by the one that crashes, and resolved by the start of the next. */
export const daemonId = "monitor/daemon";

const channelPrefix = "monitor/channel-";
export const channelId = (name: string): string => channelPrefix + name;
/** The name of the channel that an id is about; undefined when it is about none. */
export const channelOfId = (id: string): string | undefined =>
  id.startsWith(channelPrefix) ? id.slice(channelPrefix.length) : undefined;
/** Whether an id is that of a part of the product, which no check looks at. */
export const isOwnPart = (id: string): boolean => id === daemonId || channelOfId(id) !== undefined;

/** A channel's incident is over when it took a message again, or is no longer configured. */
export const channelIds = (channels: readonly { readonly name: string }[]): ReadonlySet<string> =>
  new Set(channels.map(({ name }) => channelId(name)));

/** A part of the product as something an incident can hold. It is never configured and never run. */
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
  found: { readonly code: "daemon-crashed" | "channel-broken" | "channel-unreachable"; readonly data: Data },
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
      gathers: false,
      priority: () => "P3",
    },
    board.nextIncident(),
  );
}

export function ownTroubleOver(board: LiveBoard, id: string, at: number): IncidentStep | undefined {
  const open = board.openIncident(id);
  return open && leave(open, id, at);
}
