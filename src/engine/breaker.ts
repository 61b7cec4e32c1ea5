import type { Probe } from "../model/probe.ts";
import type { Breaker } from "../model/state.ts";

const minute = 60_000;

/**
 * How long after each ambiguous refusal the next try waits. An ambiguous answer may be a rate limit or a busy server, so it
 * never stops for good; the shortest wait is above Aliyun's lock of one hour for many wrong passwords at two tries an hour.
 */
const ambiguousWaits = [30 * minute, 60 * minute, 120 * minute, 240 * minute];
const longestWait = 360 * minute;

/** A definite refusal is tried once more, to be sure, and then not again until the credential changes. */
const definiteWait = 30 * minute;

export interface Attempt {
  readonly account: string;
  readonly fingerprint: string;
  readonly probe: string;
}

/**
 * The logins that a run of this probe may try, each with the fingerprint of its credential as it is now.
 * @param sign HMAC under the installation's own key
 * @throws SecretError when a credential cannot be read
 */
export const attemptsOf = ({ id, load }: Probe, sign: (text: string) => string): Promise<Attempt[]> =>
  Promise.all(
    (load.logins ?? []).map(async ({ account, credential }) => ({
      account,
      fingerprint: sign(`credential ${account} ${await credential.reveal()}`),
      probe: id,
    })),
  );

/** The login that was refused: the one that the check names, else the only one it has. */
export const refusedOf = (attempts: readonly Attempt[], account: string | undefined): Attempt | undefined =>
  attempts.find((attempt) => attempt.account === account) ?? attempts[0];

/** May this account be tried now with this credential? A changed credential is always tried. Pure. */
export const mayTry = (breaker: Breaker | undefined, fingerprint: string, now: number): boolean =>
  breaker === undefined || breaker.fingerprint !== fingerprint || (breaker.retryAt !== undefined && now >= breaker.retryAt);

/** The breaker after a refusal. Pure. */
export function afterRefusal(breaker: Breaker | undefined, attempt: Attempt, kind: Breaker["kind"], now: number): Breaker {
  const same = breaker?.fingerprint === attempt.fingerprint ? breaker : undefined;
  const refusals = (same?.refusals ?? 0) + 1;
  // Two protocols may say it in different words: once it was definite, the one further try is all there is.
  const wasDefinite = same?.kind === "definite";
  const definite = wasDefinite || kind === "definite";
  const ambiguousWait = ambiguousWaits[refusals - 1] ?? longestWait;
  return {
    account: attempt.account,
    fingerprint: attempt.fingerprint,
    kind: definite ? "definite" : "ambiguous",
    refusals,
    openedAt: same?.openedAt ?? now,
    retryAt: wasDefinite ? undefined : now + (definite ? definiteWait : ambiguousWait),
    probe: attempt.probe,
  };
}
