import type net from "node:net";
import { DialError, type DialFailure, type Phase } from "../model/connection.ts";
import { abortedAt, errorAt, type Place } from "./connection.ts";
import { startTimer } from "./timer.ts";

/** What is spoken with a proxy until the tunnel stands: every wait is bounded as a whole, however slowly the bytes drip. */
export interface Dialogue {
  /** The proxy has been asked for the target: the time begins anew, and silence is from there. */
  asked(): void;
  /** Exactly so many bytes, and none more. */
  bytes(count: number): Promise<Buffer>;
  /** Everything up to and with the mark; what came behind it stays for the target's reader. Too long is a failure. */
  through(mark: string, most: number): Promise<string>;
  write(data: string | Uint8Array): void;
  /** The proxy itself is what does not work. */
  readonly refuse: (text: string, code: string, failure?: DialFailure) => DialError;
  /** What the proxy says about the target. */
  readonly unreached: (text: string, code: string, failure: DialFailure) => DialError;
  end(): void;
}

interface Spoken {
  readonly remote: string;
  readonly at: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** @param socket connected to the proxy */
export function createDialogue(socket: net.Socket, { remote, at, signal, timeoutMs }: Spoken): Dialogue {
  const place: Place = { phase: "proxy-handshake", remote, signal };
  let asked = false;
  let failed: DialError | undefined;
  let wake = (): void => undefined;
  const make = (phase: Phase, where: string, failure: DialFailure, text: string, code?: string): DialError =>
    new DialError(`${phase} ${where}: ${text}`, { phase, failure, code, remote: where });
  const fail = (error: DialError): void => {
    failed ??= error;
    wake();
  };
  // Once it has been asked, it waits for the target, and most proxies do so longer than we.
  const late = (): void => {
    const text = `nothing for ${Math.round(timeoutMs / 100) / 10} s`;
    fail(asked ? make("connect", at, "timeout", text) : make("proxy-handshake", remote, "timeout", text));
  };
  const onReadable = (): void => wake();
  const onError = (error: Error): void => fail(errorAt(place, error));
  // Who hangs up on us has told nothing about the target, whenever it does.
  const onEnd = (): void => fail(make("proxy-handshake", remote, "closed", "closed by the far side"));
  const onAbort = (): void => fail(abortedAt(place));
  let stopTimer = startTimer(timeoutMs, late);
  socket.on("readable", onReadable).on("error", onError).on("end", onEnd).on("close", onEnd);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();

  const read = async <T>(take: () => T | undefined): Promise<T> => {
    for (;;) {
      const taken = take();
      if (taken !== undefined) return taken;
      if (failed !== undefined) throw failed;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const next = (count?: number): Buffer | undefined => {
    const chunk: unknown = socket.read(count);
    return Buffer.isBuffer(chunk) ? chunk : undefined;
  };
  return {
    asked: () => {
      asked = true;
      stopTimer();
      stopTimer = startTimer(timeoutMs, late);
    },
    bytes: (count) =>
      read(() => {
        // At the end of the stream there may be less.
        const chunk = next(count);
        return chunk?.length === count ? chunk : undefined;
      }),
    through: (mark, most) => {
      let text = "";
      return read(() => {
        for (let chunk = next(); chunk !== undefined; chunk = next()) {
          const before = text.length;
          text += chunk.toString("latin1");
          const found = text.indexOf(mark, Math.max(0, before - mark.length));
          const end = found + mark.length;
          if (found === -1 ? text.length > most : end > most) {
            throw make("proxy-handshake", remote, "too-long", `more than ${most} bytes before the tunnel stands`);
          }
          if (found === -1) continue;
          if (end < text.length) socket.unshift(chunk.subarray(end - before));
          return text.slice(0, end);
        }
        return undefined;
      });
    },
    write: (data) => void socket.write(data),
    refuse: (text, code, failure = "other") => make("proxy-handshake", remote, failure, text, code),
    unreached: (text, code, failure) => make("connect", at, failure, text, code),
    end: () => {
      stopTimer();
      socket.off("readable", onReadable).off("error", onError).off("end", onEnd).off("close", onEnd);
      signal.removeEventListener("abort", onAbort);
    },
  };
}
