import net from "node:net";
import { Readable } from "node:stream";
import tls from "node:tls";
import type { Trust } from "../src/net/tls.ts";

export interface SmtpSession {
  /** Connected; already secured where `startTls` is false. */
  readonly socket: net.Socket;
  readonly startTls: boolean;
  /** The name that the certificate must have. */
  readonly name: string;
  readonly trust: Trust;
  readonly login: { readonly user: string; readonly password: string } | undefined;
  readonly from: string;
  readonly to: readonly string[];
  readonly message: Buffer;
  readonly signal: AbortSignal;
}

/** How far a session came when it failed. `message-sent`: the whole message had left, its answer had not come. */
export type SmtpStep = "session" | "login" | "envelope" | "message" | "message-sent";

/** `code` is the server's reply code, 0 without a reply; `reply` is its text, which may hold anything. */
export class SmtpError extends Error {
  override readonly name = "SmtpError";
  readonly step: SmtpStep;
  readonly code: number;
  readonly reply: string;
  /** Node's or nodemailer's own (`ECONNRESET`, `ETLS`). */
  readonly errorCode: string;
  constructor(step: SmtpStep, about: { code?: number; reply?: string; errorCode?: string }) {
    super(`SMTP ${step}`);
    this.step = step;
    this.code = about.code ?? 0;
    this.reply = about.reply ?? "";
    this.errorCode = about.errorCode ?? "";
  }
}

export interface SmtpTaken {
  /** The server's last reply: `250 2.0.0 Ok: queued as 4F1`. */
  readonly reply: string;
  /** Recipients that it refused while it took others. */
  readonly refused: readonly string[];
}

/**
 * Sends one message over an open connection through nodemailer's SMTP client, which is loaded when it is needed.
 * @throws SmtpError; the connection is closed in any case
 */
export async function sendBySmtp(session: SmtpSession): Promise<SmtpTaken> {
  const { socket, startTls, name, trust, login, from, to, message, signal } = session;
  const { default: SmtpConnection } = await import("nodemailer/lib/smtp-connection");
  let step: SmtpStep = "session";
  const connection = new SmtpConnection({
    connection: socket,
    host: name,
    secure: !startTls,
    secured: !startTls,
    requireTLS: startTls,
    tls: {
      secureContext: trust.context(),
      ...(net.isIP(name) === 0 ? { servername: name } : {}),
      checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(name, certificate),
    },
    logger: false,
    maxResponseSize: 64 * 1024,
    socketCloseTimeout: 0,
  });
  let failed: (error: Error) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => (failed = reject));
  // It is looked at by each race below; between two of them nobody may call it unhandled.
  failure.catch(() => undefined);
  connection.on("error", failed);
  connection.on("end", () => failed(new Error("ended")));
  const onAbort = (): void => failed(new Error("aborted"));
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  const doing = <T>(start: (done: (error: Error | null | undefined, result?: T) => void) => void): Promise<T | undefined> =>
    Promise.race([
      failure,
      new Promise<T | undefined>((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result)))),
    ]);

  try {
    await doing<void>((done) => connection.connect((error) => done(error)));
    if (login !== undefined) {
      step = "login";
      // Never without TLS, whatever the server offers.
      if (!connection.secure && startTls) throw new Error("not secured");
      await doing<boolean>((done) => connection.login({ user: login.user, pass: login.password }, done));
    }
    step = "envelope";
    const body = Readable.from([message]);
    body.once("end", () => (step = "message-sent"));
    body.once("data", () => (step = "message"));
    body.pause();
    const info = await doing<{ response: string; rejected: string[] }>((done) =>
      connection.send({ from, to: [...to], size: message.length }, body, done),
    );
    return { reply: info?.response ?? "", refused: info?.rejected ?? [] };
  } catch (error) {
    throw smtpError(step, error);
  } finally {
    signal.removeEventListener("abort", onAbort);
    connection.close();
    socket.destroy();
  }
}

function smtpError(step: SmtpStep, error: unknown): SmtpError {
  const part = (name: string): unknown =>
    error instanceof Error && Object.hasOwn(error, name) ? Reflect.get(error, name) : undefined;
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const code = part("responseCode");
  return new SmtpError(step, {
    code: typeof code === "number" ? code : 0,
    reply: text(part("response")),
    errorCode: text(part("originalCode")) || text(part("code")),
  });
}
