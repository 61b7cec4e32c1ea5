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
  /** An account whose credential was taken. */
  accepted(account: string): void;
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
    accepted: (account) => void breakers.delete(account),
  };
}

/** After one refusal one more try, over another protocol, tells whether it is the account or the protocol that is shut. */
const mostRefusals = 2;

/** Where refusals are kept from one command to the next. */
export interface RefusalMemory {
  readonly known: readonly Breaker[];
  remember(breaker: Breaker): void;
  forget(account: string): void;
}

/**
 * For a diagnosis: what is held stays held; of what is refused meanwhile, one other protocol is tried, and no more.
 * @param held what somebody else holds back: the daemon
 */
export function comparingGuard(held: readonly Breaker[], memory: RefusalMemory): LoginGuard {
  const before = [...held, ...memory.known];
  const refused = new Map<string, { readonly protocols: Set<string>; readonly breaker: Breaker | undefined }>();
  const isShut = (account: string, protocol: string): boolean => {
    const protocols = refused.get(account)?.protocols ?? new Set();
    // A round trip logs in to both ends over two protocols: it tells nothing that the logins have not told.
    return protocols.size >= mostRefusals || protocols.has(protocol) || (protocol === "mail" && protocols.size > 0);
  };
  return {
    held: (probe, attempts, now) =>
      attempts.find(
        ({ account, fingerprint }) =>
          before.some((breaker) => breaker.account === account && !mayTry(breaker, fingerprint, now)) ||
          isShut(account, protocolOf(probe)),
      ),
    refused(probe, attempt, kind, now) {
      const { account } = attempt;
      const last = refused.get(account);
      const breaker = afterRefusal(last?.breaker ?? memory.known.find((it) => it.account === account), attempt, kind, now);
      refused.set(account, { protocols: new Set([...(last?.protocols ?? []), protocolOf(probe)]), breaker });
      memory.remember(breaker);
    },
    accepted(account) {
      if (!refused.has(account)) memory.forget(account);
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
