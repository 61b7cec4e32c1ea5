import net from "node:net";
import tls from "node:tls";
import { getSystemErrorMessage } from "node:util";
import { type Connection, DialError, type DialFailure, type DialOptions, type Phase, type TlsPeer } from "../model/connection.ts";
import { quoted } from "../model/text.ts";
import { decodeText } from "./decode.ts";
import { startTimer } from "./timer.ts";
import { type Identity, lookFirst, notPinned, peerOf, skipCopies, type Trust } from "./tls.ts";

const maxLine = 64 * 1024;
const maxBytes = 1024 * 1024;
/** The far side waits (TCP flow control) while more than this is unread here. */
const highWater = 256 * 1024;
/** What a far side that does not read can make us hold. */
const maxUnsent = 4 * 1024 * 1024;

const defaultTlsTimeoutMs = 10_000;

const failures: Readonly<Record<string, DialFailure>> = {
  ECONNREFUSED: "refused",
  ETIMEDOUT: "timeout",
  EHOSTUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  ENETUNREACH: "unreachable",
  ENETDOWN: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  EAFNOSUPPORT: "unreachable",
  EACCES: "unreachable",
  EPERM: "unreachable",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
  EPROTO: "tls-failed",
};

export interface Place {
  readonly phase: Phase;
  readonly remote: string;
  readonly signal: AbortSignal;
}

/** What the system or TLS said, as a `DialError` of this place. */
export function errorAt(place: Pick<Place, "phase" | "remote">, cause: unknown): DialError {
  if (cause instanceof DialError) return cause;
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
  const tlsAlert = code?.startsWith("ERR_SSL_") === true || code?.startsWith("ERR_TLS_") === true;
  const failure = tlsAlert ? "tls-failed" : (failures[code ?? ""] ?? "other");
  const { phase, remote } = place;
  return new DialError(`${phase} ${remote}: ${reasonOf(cause)}`, { phase, failure, code, remote, cause });
}

/** OpenSSL's messages carry its own file and line, Node's repeat the address: only the reason is for people. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return quoted(String(error));
  if ("reason" in error && typeof error.reason === "string") return quoted(error.reason);
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code === undefined || !("errno" in error) || typeof error.errno !== "number") {
    // Node's own word for a connection that ended within the handshake.
    return code === "ECONNRESET" ? "closed by the far side" : quoted(error.message);
  }
  return `${getSystemErrorMessage(error.errno)} (${code})`;
}

export const abortedAt = ({ phase, remote }: Pick<Place, "phase" | "remote">): DialError =>
  new DialError(`${phase} ${remote}: given up`, { phase, failure: "aborted", remote });

/** `5`, `0.3`: what is left of a deadline has a dozen digits. */
const seconds = (ms: number): number => Math.round(ms / 100) / 10;

/** Resolves when the socket has got there; whatever ends the wait otherwise destroys it and rejects with a `DialError`. */
export function until(
  socket: net.Socket,
  event: "connect" | "secureConnect",
  place: Place & { timeoutMs: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error?: DialError): void => {
      stopTimer();
      socket.off(event, onEvent).off("error", onError).off("close", onClose);
      place.signal.removeEventListener("abort", onAbort);
      if (error === undefined) return resolve();
      socket.destroy();
      reject(error);
    };
    const { phase, remote, timeoutMs } = place;
    const onEvent = (): void => end();
    const onError = (error: Error): void => end(errorAt(place, error));
    const onClose = (): void =>
      end(new DialError(`${phase} ${remote}: closed by the far side`, { phase, failure: "closed", remote }));
    const onAbort = (): void => end(abortedAt(place));
    const stopTimer = startTimer(timeoutMs, () =>
      end(new DialError(`${phase} ${remote}: nothing for ${seconds(timeoutMs)} s`, { phase, failure: "timeout", remote })),
    );
    socket.once(event, onEvent).once("error", onError).once("close", onClose);
    place.signal.addEventListener("abort", onAbort, { once: true });
    if (place.signal.aborted) onAbort();
    else if (socket.destroyed) onClose();
  });
}

/**
 * Looks at who the far side has proved to be.
 * @throws DialError `certificate`, with what was presented, unless `verify` is false
 */
export function judge(
  socket: tls.TLSSocket,
  remote: string,
  identity: Identity & { readonly verify: boolean | undefined },
): TlsPeer {
  const peer = peerOf(socket, identity);
  if (peer.verified || identity.verify === false) return peer;
  socket.destroy();
  const what = peer.problem === notPinned ? "is not the pinned one" : `is not accepted for ${identity.name}`;
  throw new DialError(`tls ${remote}: the certificate ${what} (${peer.problem})`, {
    phase: "tls",
    failure: "certificate",
    code: peer.problem,
    remote,
    peer,
  });
}

interface Made {
  readonly socket: net.Socket;
  readonly remote: string;
  readonly options: DialOptions;
  readonly trust: Trust;
  readonly signal: AbortSignal;
  readonly times: { resolve?: number; connect?: number; tls?: number };
  readonly peer: TlsPeer | undefined;
  readonly failed: readonly DialError[];
}

interface Reader {
  /** Takes what it wants out of the buffer; false while that is not there. */
  readonly take: () => boolean;
  readonly fail: (error: DialError) => void;
}

/** A connection over a socket that is connected (and secured). */
export function createConnection(made: Made): Connection {
  const { remote, options, signal, times } = made;
  let socket = made.socket;
  let peer = made.peer;
  let buffer: Buffer = Buffer.alloc(0);
  // Made into an error only when somebody asks: every session ends, and a stack costs as much as a read.
  let ended: (() => DialError) | undefined;
  let reader: Reader | undefined;

  const error = (failure: DialFailure, text: string, code?: string): DialError =>
    new DialError(`${remote}: ${text}`, { phase: "command", failure, code, remote });

  const serve = (): void => {
    if (reader === undefined) return;
    const { take, fail } = reader;
    try {
      if (!take() && ended !== undefined) fail(ended());
    } catch (cause) {
      fail(errorAt({ phase: "command", remote }, cause));
    }
  };
  const onData = (chunk: Buffer): void => {
    buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
    if (buffer.length > highWater && reader === undefined) socket.pause();
    serve();
  };
  const onEnd = (): void => {
    ended ??= () => error("closed", "closed by the far side");
    serve();
  };
  const onError = (cause: Error): void => {
    ended ??= () => errorAt({ phase: "command", remote }, cause);
    serve();
  };
  const onAbort = (): void => {
    ended = () => abortedAt({ phase: "command", remote });
    // Nobody waits for what is in the buffer any more.
    buffer = Buffer.alloc(0);
    serve();
    socket.destroy();
  };
  const onClose = (): void => {
    signal.removeEventListener("abort", onAbort);
    onEnd();
  };
  const listen = (): void => {
    socket.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose);
  };
  listen();
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();

  const takeBytes = (count: number): Buffer => {
    const taken = buffer.subarray(0, count);
    buffer = buffer.subarray(count);
    if (socket.isPaused() && buffer.length <= highWater) socket.resume();
    return taken;
  };

  const read = <T>(take: () => T | undefined, timeoutMs: number): Promise<T> => {
    if (reader !== undefined) return Promise.reject(error("other", "read twice at once"));
    return new Promise((resolve, reject) => {
      const stopTimer = startTimer(timeoutMs, () => reader?.fail(error("timeout", `nothing for ${seconds(timeoutMs)} s`)));
      const over = (): void => {
        stopTimer();
        reader = undefined;
      };
      reader = {
        take: () => {
          const value = take();
          if (value === undefined) return false;
          over();
          resolve(value);
          return true;
        },
        fail: (failure) => {
          over();
          reject(failure);
        },
      };
      if (socket.isPaused()) socket.resume();
      serve();
    });
  };

  const takeLine = (): string | undefined => {
    const newline = buffer.indexOf(10);
    const length = newline === -1 ? buffer.length : newline;
    if (length > maxLine) throw error("too-long", `a line of more than ${maxLine} bytes`);
    if (newline === -1) return undefined;
    const line = takeBytes(newline + 1);
    return decodeText(line.subarray(0, newline > 0 && line[newline - 1] === 13 ? newline - 1 : newline));
  };

  return {
    remote,
    times,
    failed: made.failed,
    get peer() {
      return peer;
    },
    get open() {
      return ended === undefined && !socket.destroyed;
    },
    readLine: (timeoutMs) => read(takeLine, timeoutMs),
    readBytes: (count, timeoutMs) => {
      if (count > maxBytes) return Promise.reject(error("too-long", `${count} bytes at once, more than ${maxBytes}`));
      return read(() => (buffer.length < count ? undefined : takeBytes(count)), timeoutMs);
    },
    write: (data) => {
      if (ended !== undefined) return;
      socket.write(data);
      if (socket.writableLength > maxUnsent) socket.destroy(error("other", `${maxUnsent} bytes written that nobody reads`));
    },
    startTls: async (given = {}) => {
      if (peer !== undefined) throw error("other", "TLS is already on");
      if (ended !== undefined) throw ended();
      if (buffer.length > 0) {
        socket.destroy();
        // CVE-2011-0411: whoever sits between could put answers before the TLS that vouches for them.
        const injected = `${buffer.length} bytes came before TLS began`;
        throw new DialError(`tls ${remote}: ${injected}`, {
          phase: "tls",
          failure: "tls-failed",
          code: "STARTTLS_INJECTION",
          remote,
        });
      }
      const began = performance.now();
      const name = given.servername ?? options.servername ?? options.host;
      const context = options.oldTls === true ? made.trust.oldContext() : made.trust.context();
      const plain = socket.off("data", onData).off("end", onEnd).off("close", onClose);
      const secured = skipCopies(tls.connect({ ...lookFirst(name, options.withoutName), socket: plain, secureContext: context }));
      socket = secured;
      listen();
      const timeoutMs = options.tlsTimeoutMs ?? defaultTlsTimeoutMs;
      await until(secured, "secureConnect", { phase: "tls", remote, signal, timeoutMs });
      times.tls = performance.now() - began;
      const verify = given.verify ?? options.verify;
      const pinnedFingerprint = given.pinnedFingerprint ?? options.pinnedFingerprint;
      peer = judge(secured, remote, { name, pinnedFingerprint, verify });
      return peer;
    },
    close: () => {
      ended ??= () => error("closed", "closed by us");
      socket.destroy();
    },
  };
}
