import type { AnyCheck } from "../model/check.ts";
import type { Plan } from "../model/config.ts";
import type { Outbox } from "../model/outbox.ts";
import type { Incident, Turn } from "../model/incident.ts";
import type { SopRun } from "../model/sop.ts";
import type { NewDelivery } from "../model/state.ts";
import { statusOf } from "../model/status.ts";
import { headlineOf, renderAlert, type AlertInput, type AlertSubject } from "./alert-text.ts";
import type { LiveBoard } from "./board.ts";
import type { IncidentStep } from "./incidents.ts";
import { createMessageId } from "./message-id.ts";
import { channelIds, daemonId, ownProbe } from "./own-trouble.ts";
import { routeTurn } from "./routing.ts";
import { runLines } from "./sop-message.ts";

export interface TellerOptions {
  readonly board: LiveBoard;
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly outbox: Pick<Outbox, "toldChannels">;
  readonly now: () => number;
  readonly demonstration: boolean;
  readonly plan: () => Plan;
  /** Where the pages are reached. */
  readonly url: () => string;
}

export interface Teller {
  /** @param runs of SOPs that answer the incident */
  deliveriesOf(step: IncidentStep, runs: readonly SopRun[]): readonly NewDelivery[];
  /** What is wrong, in a few words. */
  headline(incident: Incident): string;
}

/** Turns a step of an incident into the messages that tell of it, rendered once and addressed by route. */
export function createTeller(options: TellerOptions): Teller {
  const { board, checks, now } = options;

  function subjectsOf(incident: Incident): AlertSubject[] {
    const present =
      incident.resolvedAt === undefined ? incident.probes.filter(({ leftAt }) => leftAt === undefined) : incident.probes;
    const ownParts = new Set([daemonId, ...channelIds(options.plan().channels)]);
    return present.flatMap(({ probe: id, findings }) => {
      const probe = board.configured(id) ?? (ownParts.has(id) ? ownProbe(id) : undefined);
      if (!probe) return [];
      // As it is now, where it is still known to be bad; else what it joined with.
      const last = incident.resolvedAt === undefined ? board.last(id) : undefined;
      const said = last?.status === "critical" || last?.status === "warning" ? last.findings : findings;
      return [{ probe, check: checks.get(probe.check), status: statusOf(said), findings: said }];
    });
  }

  function inputOf(incident: Incident, turn: Turn, id: string): AlertInput {
    const { settings } = options.plan();
    return {
      id,
      incident,
      turn,
      subjects: subjectsOf(incident),
      victims: [],
      lookup: {
        finding: (check, code) => checks.get(check)?.findings[code],
        provider: (provider) => board.provider?.(provider),
      },
      working: board.channels().flatMap(({ name, brokenSince }) => (brokenSince === undefined ? [name] : [])),
      language: settings.language,
      timezone: settings.timezone,
      url: options.url(),
      company: settings.company,
      demonstration: options.demonstration,
      now: now(),
    };
  }

  return {
    deliveriesOf({ incident, turn }, runs) {
      if (turn === undefined) return [];
      const { settings, alerts } = options.plan();
      const at = now();
      const newId = (): string => createMessageId(at);
      const procedures = runLines(runs, options.url(), settings.language);
      return routeTurn({
        incident,
        alert: renderAlert({ ...inputOf(incident, turn, newId()), procedures }),
        rules: alerts.rules,
        told: options.outbox.toldChannels(incident.id),
        now: at,
        newId,
      });
    },
    headline: (incident) => headlineOf(inputOf(incident, "opened", "")),
  };
}
