import type { Dial } from "../model/connection.ts";
import type { Meter } from "../net/dns.ts";

export interface AuditLimits {
  readonly ms: number;
  /** Of DNS, repeats and those that confirm included. */
  readonly questions: number;
  /** Of DNS answers. */
  readonly octets: number;
  readonly connections: number;
}

/**
 * What the audit of one domain may cost, whatever its zone says. A healthy domain asks some hundred questions, gets 10 KB of answers
 * and makes a dozen connections; sixteen own senders on every block list are three hundred questions more.
 */
export const auditLimits: AuditLimits = { ms: 90_000, questions: 3_000, octets: 16 * 1024 * 1024, connections: 400 };

/** Ends an audit that costs too much: what was found out by then counts, the rest is unknown. */
export interface Budget {
  /** Aborted at a limit. */
  readonly signal: AbortSignal;
  readonly meter: Meter;
  readonly dialWithin: (dial: Dial) => Dial;
  /** The limit was another one than the time. */
  readonly isOverspent: () => boolean;
  readonly spent: () => Omit<AuditLimits, "ms">;
}

export function createBudget(limits: AuditLimits): Budget {
  const overspent = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(limits.ms), overspent.signal]);
  const spent = { questions: 0, octets: 0, connections: 0 };
  const spend = (what: keyof typeof spent, amount: number): void => {
    spent[what] += amount;
    if (spent[what] > limits[what]) overspent.abort(new Error(`more than ${limits[what]} ${what}`));
    signal.throwIfAborted();
  };
  return {
    signal,
    meter: { onQuestion: () => spend("questions", 1), onAnswer: (octets) => spend("octets", octets) },
    dialWithin: (dial) => async (options, ending) => {
      spend("connections", 1);
      return dial(options, ending);
    },
    isOverspent: () => overspent.signal.aborted,
    spent: () => ({ ...spent }),
  };
}
