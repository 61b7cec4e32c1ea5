import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterRefusal, mayTry, type Attempt } from "../engine/breaker.ts";
import type { Probe } from "../model/probe.ts";
import type { Breaker } from "../model/state.ts";
import { readBreakers } from "../store/breakers.ts";
import { openForReading } from "../store/database.ts";

/** Decides which logins a command may try: no account is locked because somebody called it often. */
export interface LoginGuard {
  /** The first login of a run that has to wait; undefined: all may be tried. */
  held(probe: Probe, attempts: readonly Attempt[], now: number): Attempt | undefined;
  /** Every refusal, as it happens. */
  refused(probe: Probe, attempt: Attempt, kind: Breaker["kind"], now: number): void;
}

/** One refusal is enough for all probes of an account, whatever the protocol. */
export function strictGuard(known: readonly Breaker[]): LoginGuard {
  const breakers = new Map(known.map((breaker) => [breaker.account, breaker]));
  return {
    held: (_probe, attempts, now) =>
      attempts.find(({ account, fingerprint }) => !mayTry(breakers.get(account), fingerprint, now)),
    refused(_probe, attempt, kind, now) {
      breakers.set(attempt.account, afterRefusal(breakers.get(attempt.account), attempt, kind, now));
    },
  };
}

/** After one refusal one more try, over another protocol, tells whether it is the account or the protocol that is shut. */
const mostRefusals = 2;

/**
 * For a diagnosis: what was held before stays held; of what is refused meanwhile, one other protocol is tried, and no more.
 * @param remember is told each refusal with the breaker that follows from it
 */
export function comparingGuard(known: readonly Breaker[], remember: (breaker: Breaker) => void = () => undefined): LoginGuard {
  const before = new Map(known.map((breaker) => [breaker.account, breaker]));
  const after = new Map<string, Breaker>();
  const refused = new Map<string, string[]>();
  const isShut = (account: string, protocol: string): boolean => {
    const protocols = refused.get(account) ?? [];
    // A round trip logs in to both ends over two protocols: it tells nothing that the logins have not told.
    return protocols.length >= mostRefusals || protocols.includes(protocol) || (protocol === "mail" && protocols.length > 0);
  };
  return {
    held: (probe, attempts, now) =>
      attempts.find(
        ({ account, fingerprint }) => !mayTry(before.get(account), fingerprint, now) || isShut(account, protocolOf(probe)),
      ),
    refused(probe, attempt, kind, now) {
      const { account } = attempt;
      refused.set(account, [...(refused.get(account) ?? []), protocolOf(probe)]);
      const breaker = afterRefusal(after.get(account) ?? before.get(account), attempt, kind, now);
      after.set(account, breaker);
      remember(breaker);
    },
  };
}

/** `imap` of `imap-login`. */
const protocolOf = ({ check }: Probe): string => check.split("-", 1)[0] ?? check;

/** What the daemon of this data directory holds back; nothing where there is none yet. */
export function storedBreakers(data: string): readonly Breaker[] {
  if (!existsSync(join(data, "key"))) return [];
  const db = openForReading(data);
  if (!db) return [];
  try {
    return readBreakers(db);
  } finally {
    db.close();
  }
}
