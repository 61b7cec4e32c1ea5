import type { Alert } from "../model/alert.ts";
import type { AlertRule } from "../model/config.ts";
import type { Incident, MessageKind, Priority } from "../model/incident.ts";
import type { NewDelivery } from "../model/state.ts";

const hour = 3_600_000;

/** How long a message is worth sending: word of a fault goes stale, that it is over has to arrive. */
export const worthMs: Readonly<Record<MessageKind, number>> = {
  opened: 24 * hour,
  worsened: 24 * hour,
  reminder: 24 * hour,
  acknowledged: 24 * hour,
  resolved: 7 * 24 * hour,
  sop: 24 * hour,
  report: 7 * 24 * hour,
};

/** The channels of a priority: those of every rule that fits, each once, in the order they are written. */
export const routeOf = (rules: readonly AlertRule[], priority: Priority): readonly string[] => [
  ...new Set(rules.filter((rule) => rule.priorities.includes(priority)).flatMap((rule) => rule.channels)),
];

export interface TurnToRoute {
  /** After the turn: `turnCount` counts it. */
  readonly incident: Incident;
  readonly alert: Alert;
  readonly rules: readonly AlertRule[];
  /** `Outbox.toldChannels` of the incident. */
  readonly told: readonly string[];
  readonly now: number;
  /** `createMessageId`, once for each delivery. */
  readonly newId: () => string;
}

/**
 * Which channels get a turn. A fault goes the way of its priority; that it is acknowledged or over goes to exactly the
 * channels that were told of it, whatever the rules say by now (alertmanager #226). Pure.
 */
export function routeTurn({ incident, alert, rules, told, now, newId }: TurnToRoute): readonly NewDelivery[] {
  const follows = alert.turn === "resolved" || alert.turn === "acknowledged";
  const channels = follows ? [...new Set(told)] : routeOf(rules, incident.priority);
  return channels.map((channel) => {
    const id = newId();
    return {
      id,
      key: deliveryKey(incident.id, incident.turnCount, channel),
      channel,
      incident: incident.id,
      turn: alert.turn,
      priority: incident.priority,
      notBefore: now,
      expiresAt: now + worthMs[alert.turn],
      // One id for each channel: two channels that end at one receiver are two messages, not a repeat.
      alert: { ...alert, id },
    };
  });
}

const deliveryKey = (incident: number, turnCount: number, channel: string): string => `${incident}:${turnCount}:${channel}`;

/** The same turn for a further channel. */
export function alsoTo(delivery: NewDelivery, channel: string, now: number, id: string): NewDelivery {
  const turn = delivery.key.slice(0, delivery.key.length - delivery.channel.length);
  return { ...delivery, id, key: turn + channel, channel, notBefore: now, alert: { ...delivery.alert, id } };
}
