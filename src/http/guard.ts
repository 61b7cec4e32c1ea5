import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";

/** The name in a Host header or an origin, without the port; undefined when it is no such thing. */
function hostnameOf(host: string): string | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/.exec(host);
  return match?.[1]?.toLowerCase();
}

/**
 * Whether this server is meant by a Host header. A page of somebody else can point its own name at our address (DNS
 * rebinding), but not an address or `localhost`: those and the configured names are the only ones that are answered.
 */
export function isHostAllowed(host: string | undefined, allowedHosts: readonly string[]): boolean {
  const name = host === undefined ? undefined : hostnameOf(host);
  if (name === undefined) return false;
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  if (isIP(name.replace(/^\[|\]$/g, "")) !== 0) return true;
  return allowedHosts.some((allowed) => allowed.toLowerCase() === name);
}

/**
 * Whether a request that changes something comes from our own page or from no page at all. Browsers name the origin of
 * every POST (Fetch, 3.2); programs like curl name none.
 */
export function isOriginAllowed(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  const match = /^https?:\/\/(.+)$/.exec(origin);
  return match?.[1] !== undefined && match[1].toLowerCase() === host?.toLowerCase();
}

/** Equal, in a time that does not depend on where they differ. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

export const sessionCookie = "mailvigil_session";

export interface Guard {
  /** What the cookie holds: made from the token, so that it survives a restart; the token itself is not in it. */
  readonly session: string;
  isToken(offered: string): boolean;
  /** By `Authorization: Bearer …` or the cookie. */
  isAuthorized(authorization: string | undefined, cookie: string | undefined): boolean;
  /** Wrong tokens of the last minute are counted: more than 20 and none is looked at until the minute is over. */
  isHeld(now: number): boolean;
  noteFailure(now: number): void;
}

export function createGuard(token: string): Guard {
  const session = createHmac("sha256", token).update("mailvigil session v1").digest("base64url");
  let failures: number[] = [];
  const recent = (now: number): number[] => failures.filter((at) => at > now - 60_000);
  return {
    session,
    isToken: (offered) => isSame(offered, token),
    isAuthorized(authorization, cookie) {
      const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
      if (bearer !== undefined) return isSame(bearer, token);
      return cookie !== undefined && isSame(cookie, session);
    },
    isHeld(now) {
      failures = recent(now);
      return failures.length > 20;
    },
    noteFailure(now) {
      failures = [...recent(now), now].slice(-50);
    },
  };
}
