import http from "node:http";
import net from "node:net";
import { DialError } from "../model/connection.ts";
import type { Ask } from "../model/dns.ts";
import { resolveAddresses } from "./dial.ts";
import { openSocket, trustOf } from "./open-socket.ts";
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
  /** `sent`: the request had left, so that it may have been taken. */
  | { readonly kind: "failed"; readonly reason: string; readonly sent: boolean };

/** One POST to a resolved, judged and pinned address. Redirects are answers like any other. Never throws. */
export async function post(request: PostRequest): Promise<PostOutcome> {
  const { url, signal, allowPrivate } = request;
  const name = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const secure = url.protocol === "https:";
  try {
    const found = await addressesOf(request.ask, name, signal);
    const addresses = found.filter((address) => whyNotPost(address, allowPrivate) === undefined);
    const inside = addresses.filter((address) => whyNotPost(address, false) !== undefined);
    if (addresses.length === 0) {
      const [first = ""] = found;
      return {
        kind: "refused",
        reason: `Nothing is posted to ${first}: ${whyNotPost(first, allowPrivate) ?? "it is no address"}`,
      };
    }
    if (!secure && inside.length < addresses.length) {
      return { kind: "refused", reason: "Nothing is posted over the internet without TLS; write https://" };
    }
    const port = Number(url.port === "" ? (secure ? 443 : 80) : url.port);
    const trust = secure ? trustOf(request.authorities) : undefined;
    const socket = await openSocket({ name, addresses, port, trust, signal });
    return await exchange(request, socket);
  } catch (error) {
    if (error instanceof DialError && error.failure === "certificate") return { kind: "refused", reason: error.message };
    return { kind: "failed", reason: signal.aborted ? messageOf(signal.reason) : wordsOf(error), sent: false };
  }
}

async function addressesOf(ask: Ask, name: string, signal: AbortSignal): Promise<readonly string[]> {
  if (net.isIP(name) !== 0) return [name];
  // RFC 6761 6.3: no question for any server.
  if (name === "localhost" || name.endsWith(".localhost")) return ["127.0.0.1"];
  return resolveAddresses(ask, name, signal);
}

function exchange({ url, headers, body, signal }: PostRequest, socket: net.Socket): Promise<PostOutcome> {
  return new Promise((resolve) => {
    let sent = false;
    const end = (outcome: PostOutcome): void => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(outcome);
    };
    const fail = (reason: string): void => end({ kind: "failed", reason, sent });
    const request = http.request({
      createConnection: () => socket,
      method: "POST",
      path: url.pathname + url.search,
      ...(url.username === "" ? {} : { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` }),
      headers: {
        host: url.host,
        "user-agent": "Mailvigil",
        accept: "application/json, */*;q=0.5",
        "accept-encoding": "identity",
        connection: "close",
        "content-length": Buffer.byteLength(body),
        ...headers,
      },
    });
    const onAbort = (): void => fail(messageOf(signal.reason));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();

    request.on("finish", () => (sent = true));
    request.on("error", (error) => fail(wordsOf(error)));
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const answer = (complete: boolean): void =>
        end({
          kind: "answer",
          status: response.statusCode ?? 0,
          retryAfter: response.headers["retry-after"] ?? "",
          location: response.headers.location ?? "",
          body: Buffer.concat(chunks).subarray(0, maxBody).toString("utf8"),
          complete,
        });
      // The status is known: from here on an end of any kind is an answer.
      signal.removeEventListener("abort", onAbort);
      signal.addEventListener("abort", () => answer(false), { once: true });
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > maxBody) answer(false);
      });
      response.on("end", () => answer(response.complete));
      response.on("error", () => answer(false));
    });
    request.end(body);
  });
}

const messageOf = (reason: unknown): string => (reason instanceof Error ? reason.message : "Given up");

/** Words of ours: those of Node may hold the address that was asked for. */
function wordsOf(error: unknown): string {
  if (error instanceof DialError) return error.message;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code === "ECONNRESET"
    ? "The connection was reset (ECONNRESET)"
    : `The exchange failed (${code === "" ? "no code" : code})`;
}
