import type { DNSResolver } from "mailauth";
import type { Resolve } from "../model/dns.ts";

/**
 * The one place that knows mailauth from the inside. Its parts are loaded where they are needed: the whole package costs a
 * fifth of a second, and it declares no `exports`, so the paths hold for the pinned version only. Always `strict`.
 */

/** RFC 7208 section 2.6. */
export type SpfResult = "none" | "neutral" | "pass" | "fail" | "softfail" | "temperror" | "permerror";

export interface SpfEvaluation {
  readonly result: SpfResult;
  /** As counted until the first match: the whole tree costs more (`spf-tree.ts`). */
  readonly lookups: number;
  readonly voids: number;
  /** mailauth's own words, with the reason of an error. */
  readonly text: string;
}

/** RFC 7208 section 4 (`check_host`) for one client address and `postmaster@domain`. Never rejects for what DNS answers. */
export async function evaluateSpf(about: {
  readonly domain: string;
  readonly address: string;
  readonly resolve: Resolve;
  readonly timeoutMs: number;
}): Promise<SpfEvaluation> {
  const { spf } = await import("mailauth/lib/spf/index.js");
  const { domain, address, resolve, timeoutMs } = about;
  const { status, lookups } = await spf({
    sender: `postmaster@${domain}`,
    ip: address,
    helo: domain,
    mta: "mailvigil",
    strict: true,
    maxElapsedTime: timeoutMs,
    resolver: resolverOf(resolve),
  });
  return {
    result: results.find((one) => one === status.result) ?? "temperror",
    lookups: lookups?.count ?? 0,
    voids: lookups?.void ?? 0,
    text: typeof status.comment === "string" ? status.comment : "",
  };
}

/** mailauth's types know TXT alone, though it asks for MX too and reads what `node:dns` answers, as `Resolve` does. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
export const resolverOf = (resolve: Resolve): DNSResolver => resolve as unknown as DNSResolver;

const results: readonly SpfResult[] = ["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"];
