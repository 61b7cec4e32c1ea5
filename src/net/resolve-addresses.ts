import { DialError, type Phase } from "../model/connection.ts";
import type { Ask, DnsAnswer } from "../model/dns.ts";

/** A name with many dead addresses must not eat the whole run. */
const maxAddresses = 10;

/**
 * The addresses of a name, IPv4 first, at most ten.
 * @throws DialError of phase `resolve`: `name-not-found` and `no-address` only when a second, authoritative server says so too;
 * `resolve-failed` for everything that says something about the way to the answer
 */
export async function resolveAddresses(ask: Ask, name: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const answers = await Promise.all([ask(name, "A", { signal }), ask(name, "AAAA", { signal })]);
    const addresses = answers.flatMap((answer) => answer.records).slice(0, maxAddresses);
    if (addresses.length > 0) return addresses;
    refuseFailure(name, answers);
    const again = { signal, confirm: true };
    const confirmed = await Promise.all([ask(name, "A", again), ask(name, "AAAA", again)]);
    const sure = confirmed.flatMap((answer) => answer.records).slice(0, maxAddresses);
    if (sure.length > 0) return sure;
    refuseFailure(name, confirmed);
    const gone = confirmed.some(({ outcome }) => outcome === "nxdomain");
    throw resolveError(name, gone ? "name-not-found" : "no-address", gone ? "no such name" : "the name has no address");
  } catch (error) {
    if (error instanceof DialError || !signal.aborted) throw error;
    throw resolveError(name, "aborted", "given up");
  }
}

function refuseFailure(name: string, answers: readonly DnsAnswer[]): void {
  const failure = answers.find((answer) => answer.outcome === "failed")?.failure;
  if (failure) throw resolveError(name, "resolve-failed", failure.text, failure.code);
}

const phase: Phase = "resolve";
/** What kept a name from having an address. */
export const resolveError = (name: string, failure: DialError["failure"], text: string, code?: string): DialError =>
  new DialError(`resolve ${name}: ${text}`, { phase, failure, code });
