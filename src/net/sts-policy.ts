import type { CheckContext } from "../model/check.ts";
import { get, type GetOutcome } from "./get.ts";

/** RFC 8461 section 3.3 recommends 64 KB at most, and a minute. */
const limits = { maxBytes: 64 * 1024, timeoutMs: 45_000, redirects: 0, accept: "text/plain" };

export const stsPolicyUrl = (domain: string): string => `https://mta-sts.${domain}/.well-known/mta-sts.txt`;

/** The MTA-STS policy as the domain's web server hands it out now; an audit fetches it once. Never throws. */
export function fetchStsPolicy(ctx: CheckContext, domain: string, signal: AbortSignal): Promise<GetOutcome> {
  const { ask, isPublic, authorities } = ctx;
  const url = stsPolicyUrl(domain);
  return ctx.once(url, (within) => get({ url, ask, isPublic, authorities, signal: within, ...limits }), signal);
}
