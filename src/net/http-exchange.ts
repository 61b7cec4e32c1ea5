import http from "node:http";
import net from "node:net";
import { DialError } from "../model/connection.ts";
import type { Ask } from "../model/dns.ts";
import { resolveAddresses } from "./resolve-addresses.ts";

export interface ExchangeRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** More of an answer is not read. */
  readonly maxBytes: number;
  /** `latin1`: one character a byte, for what is no text. */
  readonly bodyAs?: "utf8" | "latin1";
  readonly signal: AbortSignal;
}

/** What became of one request. Reasons name addresses and codes, never the path or the query: those can be secrets. */
export type ExchangeOutcome =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** Names in lower case; a header that came twice is one, with a comma. */
      readonly headers: Readonly<Record<string, string>>;
      /** As `bodyAs` says, at most `maxBytes`. */
      readonly body: string;
      /** `cut`: the connection or the signal ended within it. */
      readonly end: "whole" | "too-large" | "cut";
    }
  /** `sent`: the request had left, so that it may have been taken. */
  | { readonly kind: "failed"; readonly reason: string; readonly sent: boolean };

/** The name or address that a URL is for, without the brackets of an IPv6 address. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, "$1");

export const portOf = (url: URL): number => Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port);

/**
 * The addresses of a URL's host: itself, loopback for localhost (RFC 6761 6.3: no question for any server), or what DNS says.
 * @throws DialError of phase `resolve`
 */
export async function addressesOf(ask: Ask, name: string, signal: AbortSignal): Promise<readonly string[]> {
  if (net.isIP(name) !== 0) return [name];
  if (name === "localhost" || name.endsWith(".localhost")) return ["127.0.0.1"];
  return resolveAddresses(ask, name, signal);
}

/** One request over a connected socket, which is closed afterwards. Redirects are answers like any other. Never throws. */
export function exchange(request: ExchangeRequest, socket: net.Socket): Promise<ExchangeOutcome> {
  const { method, url, headers, body = "", maxBytes, bodyAs = "utf8", signal } = request;
  return new Promise((resolve) => {
    let sent = false;
    const end = (outcome: ExchangeOutcome): void => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(outcome);
    };
    const fail = (reason: string): void => end({ kind: "failed", reason, sent });
    const call = http.request({
      createConnection: () => socket,
      method,
      path: url.pathname + url.search,
      headers: {
        host: url.host,
        "user-agent": "Mailvigil",
        "accept-encoding": "identity",
        connection: "close",
        ...(method === "POST" ? { "content-length": Buffer.byteLength(body) } : {}),
        ...headers,
      },
    });
    let onAbort = (): void => fail(messageOf(signal.reason));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();

    call.on("finish", () => (sent = true));
    call.on("error", (error) => fail(wordsOf(error)));
    // Without a listener Node drops the connection and says nothing.
    call.on("upgrade", () => fail("The answer was to change the protocol, which nobody asked for"));
    call.on("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const answer = (how: "whole" | "too-large" | "cut"): void =>
        end({
          kind: "answer",
          status: response.statusCode ?? 0,
          headers: plainHeaders(response.headers),
          body: Buffer.concat(chunks).subarray(0, maxBytes).toString(bodyAs),
          end: how,
        });
      // The status is known: from here on an end of any kind is an answer.
      signal.removeEventListener("abort", onAbort);
      onAbort = () => answer("cut");
      signal.addEventListener("abort", onAbort, { once: true });
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > maxBytes) answer("too-large");
      });
      response.on("end", () => answer(response.complete ? "whole" : "cut"));
      response.on("error", () => answer("cut"));
    });
    call.end(body);
  });
}

function plainHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = typeof value === "string" ? value : value.join(", ");
  }
  return plain;
}

export const messageOf = (reason: unknown): string => (reason instanceof Error ? reason.message : "Given up");

/** Words of ours: those of Node may hold the address that was asked for. */
export function wordsOf(error: unknown): string {
  if (error instanceof DialError) return error.message;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code === "ECONNRESET"
    ? "The connection was reset (ECONNRESET)"
    : `The exchange failed (${code === "" ? "no code" : code})`;
}
