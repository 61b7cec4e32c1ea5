import net from "node:net";
import { DialError, type DialFailure, type TlsPeer } from "../model/connection.ts";
import type { Ask } from "../model/dns.ts";
import type { Proxy } from "../model/proxy.ts";
import { addressesOf, exchange, hostOf, messageOf, portOf, wordsOf } from "./http-exchange.ts";
import { openSocket, openSocketThrough, trustOf } from "./open-socket.ts";
import { startTimer } from "./timer.ts";

export interface GetRequest {
  /** `https:` or `http:`. */
  readonly url: string;
  readonly ask: Ask;
  /** Only such addresses are connected to, for the first URL and for each that a redirect names. */
  readonly isPublic: (address: string) => boolean;
  readonly authorities: readonly string[];
  readonly signal: AbortSignal;
  /** A longer body is the failure `too-large`. */
  readonly maxBytes: number;
  /** For everything together, redirects too. */
  readonly timeoutMs: number;
  /** How many redirects are followed; the next one is the failure `redirect`, and so is one from https to http. */
  readonly redirects: number;
  readonly accept?: string;
  /** Goes along wherever the request goes: no redirect may be followed with it. */
  readonly authorization?: string;
  /** Goes through it; where a name leads only the proxy knows, so `isPublic` is not asked. */
  readonly proxy?: Proxy;
  /** Default UTF-8; `latin1` is one character a byte, for what is no text. */
  readonly bodyAs?: "utf8" | "latin1";
}

export type GetFailure =
  | "not-public"
  | "redirect"
  | "too-large"
  | "timeout"
  | "certificate"
  | "refused"
  | "name-not-found"
  | "no-address"
  | "resolve-failed"
  /** The proxy itself does not work, or does not let us in: nothing is known about the far side. */
  | "proxy"
  | "other";

/** What became of a GET. `peer` is who the far side proved to be: undefined without TLS, or before it. */
export type GetOutcome =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      /** As `bodyAs` says. */
      readonly body: string;
      /** The last one, after redirects. */
      readonly url: string;
      readonly peer: TlsPeer | undefined;
    }
  | {
      readonly kind: "failed";
      readonly failure: GetFailure;
      readonly text: string;
      readonly peer: TlsPeer | undefined;
      /** Where a redirect would have led that was not followed. */
      readonly to?: string;
    };

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/**
 * One GET to resolved, judged and pinned addresses, bounded in time and bytes. The name is resolved by `ask` alone, so nothing
 * can lead the connection elsewhere between the judgement and the call (SSRF, DNS rebinding). Never throws.
 */
export async function get(request: GetRequest): Promise<GetOutcome> {
  const { timeoutMs, redirects } = request;
  const clock = new AbortController();
  const stopTimer = startTimer(timeoutMs, () => clock.abort(new Error(`No whole answer within ${timeoutMs / 1000} s`)));
  const signal = AbortSignal.any([request.signal, clock.signal]);
  try {
    let url = urlOf(request.url);
    for (let followed = 0; url !== undefined; followed += 1) {
      const outcome = await getOnce({ ...request, signal }, url);
      if (outcome.kind === "failed" || !redirectStatuses.has(outcome.status)) return outcome;
      const { location } = outcome.headers;
      const next = location === undefined ? undefined : urlOf(location, url);
      const where = next === undefined ? "without an address" : `to ${next.href}`;
      if (next !== undefined && request.proxy !== undefined && !mayLieOutside(next, request.isPublic)) {
        return failed("not-public", `${url.href} redirects to ${next.href}, inside the network of the proxy`, outcome.peer);
      }
      const downgrade = url.protocol === "https:" && next?.protocol === "http:";
      if (followed >= redirects || downgrade || next === undefined) {
        return failed("redirect", `${url.href} redirects (${outcome.status}) ${where}`, outcome.peer, next?.href);
      }
      url = next;
    }
    return failed("other", `"${request.url}" is no http or https address`);
  } finally {
    stopTimer();
  }
}

/** Where a redirect leads behind a proxy only the proxy knows: names that are nobody's on the internet (RFC 6761, RFC 6762) are not gone to. */
function mayLieOutside(url: URL, isPublic: (address: string) => boolean): boolean {
  const host = hostOf(url);
  if (net.isIP(host) !== 0) return isPublic(host);
  return host.includes(".") && !/\.(?:localhost|local|internal|intranet|lan|home|corp|home\.arpa)\.?$/i.test(host);
}

function urlOf(text: string, base?: URL): URL | undefined {
  const url = URL.parse(text, base?.href) ?? undefined;
  return url !== undefined && (url.protocol === "https:" || url.protocol === "http:") ? url : undefined;
}

async function getOnce(request: GetRequest, url: URL): Promise<GetOutcome> {
  const { ask, isPublic, authorities, signal, maxBytes, bodyAs = "utf8", accept = "*/*", authorization, proxy } = request;
  const name = hostOf(url);
  try {
    const found = proxy === undefined ? await addressesOf(ask, name, signal) : [];
    const addresses = found.filter((address) => isPublic(address));
    if (proxy === undefined && addresses.length === 0) {
      return failed("not-public", `${name} has no address on the public internet (${found.join(", ")}); nothing was sent`);
    }
    const trust = url.protocol === "https:" ? trustOf(authorities) : undefined;
    const where = { name, port: portOf(url), trust, signal };
    const { socket, peer } = await (proxy ? openSocketThrough(proxy, { ...where, ask }) : openSocket({ ...where, addresses }));
    const sent = { accept, ...(authorization === undefined ? {} : { authorization }) };
    const outcome = await exchange({ method: "GET", url, headers: sent, maxBytes, bodyAs, signal }, socket);
    if (outcome.kind === "failed") return failed(signal.aborted ? "timeout" : "other", outcome.reason, peer);
    const { status, headers, body, end } = outcome;
    if (end === "too-large") return failed("too-large", `The answer is longer than ${maxBytes} bytes`, peer);
    if (end === "cut" && signal.aborted) return failed("timeout", messageOf(signal.reason), peer);
    if (end === "cut") return failed("other", "The connection ended within the answer", peer);
    return { kind: "answer", status, headers, body, url: url.href, peer };
  } catch (error) {
    if (signal.aborted) return failed("timeout", messageOf(signal.reason));
    if (!(error instanceof DialError)) return failed("other", wordsOf(error));
    const isProxy = error.phase === "proxy-connect" || error.phase === "proxy-handshake";
    return failed(isProxy ? "proxy" : (failures[error.failure] ?? "other"), error.message, error.peer);
  }
}

const failures: Readonly<Partial<Record<DialFailure, GetFailure>>> = {
  "name-not-found": "name-not-found",
  "no-address": "no-address",
  "resolve-failed": "resolve-failed",
  refused: "refused",
  timeout: "timeout",
  certificate: "certificate",
};

const failed = (failure: GetFailure, text: string, peer?: TlsPeer, to?: string): GetOutcome => ({
  kind: "failed",
  failure,
  text,
  peer,
  ...(to === undefined ? {} : { to }),
});
