import { isIP } from "node:net";
import { DialError } from "../model/connection.ts";
import type { Ask } from "../model/dns.ts";
import type { Proxy } from "../model/proxy.ts";
import { SecretError } from "../model/secret.ts";
import { addressesOf, exchange, hostOf, messageOf, portOf, wordsOf } from "./http-exchange.ts";
import { openSocket, openSocketThrough, type OpenSocket, trustOf } from "./open-socket.ts";
import { whyNotPost } from "./post-address.ts";

/** More of an answer is not read. */
const maxBody = 64 * 1024;

export interface PostRequest {
  /** `http:` only to addresses inside. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Loopback and private addresses may be posted to. */
  readonly allowPrivate: boolean;
  /** Looks up the name in our place, so that only an address can be judged here; then it is https: or nothing. */
  readonly proxy?: Proxy | undefined;
  readonly ask: Ask;
  readonly authorities: readonly string[];
  readonly signal: AbortSignal;
}

/** What became of a POST. Reasons name addresses and codes, never the path or the query: those can be secrets. */
export type PostOutcome =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** The header as it is; "" without one. */
      readonly retryAfter: string;
      readonly location: string;
      /** As UTF-8, at most 64 KiB. */
      readonly body: string;
      /** False when it was longer, or the connection ended within it. */
      readonly complete: boolean;
    }
  /** Nothing was sent, and will not be while the address is what it is. */
  | { readonly kind: "refused"; readonly reason: string }
  /** `sent`: the request had left, so that it may have been taken. `byProxy`: the proxy itself does not work, or lets us not in. */
  | { readonly kind: "failed"; readonly reason: string; readonly sent: boolean; readonly byProxy?: true };

/** One POST to a resolved, judged and pinned address. Redirects are answers like any other. Never throws. */
export async function post(request: PostRequest): Promise<PostOutcome> {
  const { url, signal } = request;
  try {
    const opened = await (request.proxy === undefined ? openDirectly(request) : openBehind(request.proxy, request));
    if (typeof opened === "string") return { kind: "refused", reason: opened };
    const { socket } = opened;
    const outcome = await exchange(
      { method: "POST", url, headers: headersOf(request), body: request.body, maxBytes: maxBody, signal },
      socket,
    );
    if (outcome.kind === "failed") return outcome;
    const { status, headers, body, end } = outcome;
    const { "retry-after": retryAfter = "", location = "" } = headers;
    return { kind: "answer", status, retryAfter, location, body, complete: end === "whole" };
  } catch (error) {
    if (error instanceof SecretError) return { kind: "refused", reason: error.message };
    if (error instanceof DialError && error.failure === "certificate") return { kind: "refused", reason: error.message };
    if (signal.aborted) return { kind: "failed", reason: messageOf(signal.reason), sent: false };
    const byProxy = error instanceof DialError && (error.phase === "proxy-connect" || error.phase === "proxy-handshake");
    return { kind: "failed", reason: wordsOf(error), sent: false, ...(byProxy ? { byProxy } : {}) };
  }
}

const noTls = "Nothing is posted over the internet without TLS; write https://";

/** A socket, or why there is none and will be none. */
async function openDirectly(request: PostRequest): Promise<OpenSocket | string> {
  const { url, signal, allowPrivate } = request;
  const name = hostOf(url);
  const secure = url.protocol === "https:";
  const found = await addressesOf(request.ask, name, signal);
  const addresses = found.filter((address) => whyNotPost(address, allowPrivate) === undefined);
  const inside = addresses.filter((address) => whyNotPost(address, false) !== undefined);
  if (addresses.length === 0) return refusal(found[0] ?? "", allowPrivate);
  if (!secure && inside.length < addresses.length) return noTls;
  const trust = secure ? trustOf(request.authorities) : undefined;
  return openSocket({ name, addresses, port: portOf(url), trust, signal });
}

async function openBehind(
  proxy: Proxy,
  { url, allowPrivate, ask, authorities, signal }: PostRequest,
): Promise<OpenSocket | string> {
  const refused = refusedAddress(url, allowPrivate);
  if (refused !== undefined) return refused;
  if (url.protocol !== "https:") return noTls;
  return openSocketThrough(proxy, { name: hostOf(url), port: portOf(url), trust: trustOf(authorities), signal, ask });
}

const refusal = (address: string, allowPrivate: boolean): string =>
  `Nothing is posted to ${address}: ${whyNotPost(address, allowPrivate) ?? "it is no address"}`;

/** Why nothing is posted to a URL whose host is an address; undefined when it may be, or when the host is a name. */
export function refusedAddress(url: URL, allowPrivate: boolean): string | undefined {
  const host = hostOf(url);
  return isIP(host) !== 0 && whyNotPost(host, allowPrivate) !== undefined ? refusal(host, allowPrivate) : undefined;
}

function headersOf({ url, headers }: PostRequest): Readonly<Record<string, string>> {
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    accept: "application/json, */*;q=0.5",
    ...(url.username === "" ? {} : { authorization: `Basic ${Buffer.from(login).toString("base64")}` }),
    ...headers,
  };
}
