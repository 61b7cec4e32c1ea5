import type { Ask, DnsAnswer, RecordType } from "../model/dns.ts";

/**
 * What DNSSEC says about an answer.
 * - `secure`: a validating resolver vouches for it (AD).
 * - `insecure`: a validating resolver says that nothing is signed here that it can follow.
 * - `bogus`: validating resolvers refuse it, and without checking it is there. `answer` is the one without checking.
 * - `unverified`: there is an answer, from resolvers that do not validate.
 * - `failed`: there is no usable answer.
 */
type Security = "secure" | "insecure" | "bogus" | "unverified" | "failed";

export interface Judged<T extends RecordType> {
  readonly security: Security;
  readonly answer: DnsAnswer<T>;
  /** With `bogus`: the extended errors that the resolver gave for its refusal (RFC 8914). */
  readonly extendedErrors: readonly number[];
}

/** RFC 8914: the extended errors that speak of DNSSEC. Others say that the servers could not be reached, or that we may not ask. */
const aboutSignatures = new Set([1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 25, 27]);
const other = 0;

/**
 * Asks a question and finds out what DNSSEC says about the answer, by the bits AD and CD as Internet.nl does it. Of several
 * configured resolvers the one counts that validates: the root, which is signed, tells which one that is.
 */
export function createJudge(ask: Ask, signal: AbortSignal): <T extends RecordType>(name: string, type: T) => Promise<Judged<T>> {
  let root: Promise<string | undefined> | undefined;
  /** The resolver that validates; undefined without one. */
  const validating = (): Promise<string | undefined> =>
    (root ??= ask("", "SOA", { signal }).then((answer) => (answer.authenticated ? answer.server : undefined)));

  async function judge<T extends RecordType>(name: string, type: T, server?: string): Promise<Judged<T>> {
    const asking = { signal, ...(server === undefined ? {} : { server }) };
    const answer = await ask(name, type, asking);
    const said = (security: Security): Judged<T> => ({ security, answer, extendedErrors: answer.extendedErrors });
    if (answer.outcome === "failed") return (await bogusBehind(name, type, answer)) ?? said("failed");
    if (answer.authenticated) return said("secure");
    const validator = await validating();
    if (validator === undefined) return said("unverified");
    // Another resolver than the first may have answered because the first one refused what is bogus.
    return server === undefined && validator !== answer.server ? judge(name, type, validator) : said("insecure");
  }

  /** SERVFAIL twice, and an answer from the same server as soon as it is not to check. */
  async function bogusBehind<T extends RecordType>(name: string, type: T, refused: DnsAnswer<T>): Promise<Judged<T> | undefined> {
    const { failure, server } = refused;
    if (failure?.code !== "SERVFAIL" || server === "") return undefined;
    const unchecked = await ask(name, type, { signal, server, checkingDisabled: true });
    if (unchecked.outcome === "failed") return undefined;
    const again = await ask(name, type, { signal, server });
    if (again.failure?.code !== "SERVFAIL") return undefined;
    const told = again.extendedErrors.filter((code) => code !== other);
    if (told.length > 0 && !told.some((code) => aboutSignatures.has(code))) return undefined;
    return { security: "bogus", answer: unchecked, extendedErrors: again.extendedErrors };
  }

  return (name, type) => judge(name, type);
}
