import { Readable } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import type { SMTPTransportOptions as Options } from "nodemailer";
import { quoted } from "../model/text.ts";
import {
  addressesOf,
  asError,
  brokenOff,
  diagnose,
  isConnectError,
  libraryTls,
  type Pass,
  passOf,
  refusedLogin,
  SessionError,
  smtpRefusal,
  tunnelOf,
  type Visit,
} from "./library-client.ts";
import { bearerOf } from "./bearer.ts";
import { knownRejection } from "./login-findings.ts";

export interface Letter {
  readonly from: string;
  readonly to: string;
  /** With its angle brackets. */
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly attachment?: {
    readonly name: string;
    readonly type: string;
    /** Made anew for each try, and sent as it comes. */
    readonly content: () => Iterable<Buffer>;
    /** Octets of the whole mail on its way, for SIZE (RFC 1870). */
    readonly size: number;
  };
}

/** What the server said to a letter after the login. */
export type Submitted =
  | { readonly kind: "taken"; readonly reply: string }
  /** By its own word in EHLO (RFC 1870) it takes no more than `limit` octets: nothing was sent. */
  | { readonly kind: "too-large"; readonly limit: number }
  /** `deferred`: 4xx, not now; `refused`: 5xx, not like this. */
  | {
      readonly kind: "deferred" | "refused";
      /** The SMTP command that was answered. */
      readonly command: string;
      /** RFC 3463, `5.7.1`; the three digits where the server gives none. */
      readonly status: string;
      readonly reply: string;
    };

/**
 * Hands one letter to the submission server, by nodemailer.
 * @throws SessionError with the findings of what kept it from that: the letter may have been taken where `command` is past DATA
 */
export async function submit(visit: Visit, letter: Letter): Promise<Submitted> {
  const { ctx, account, signal } = visit;
  const { host, port } = account;
  const addresses = await addressesOf(visit);
  ctx.note(`smtp ${host}:${port}: Message-ID ${letter.messageId}`);
  const secured = await libraryTls(visit, "smtp");
  const pass = await passOf(visit);
  let failure: unknown = new Error(`${host} has no address`);
  for (const address of addresses) {
    signal.throwIfAborted();
    try {
      const reply = await send(visit, { address, secured, pass, letter });
      ctx.note(`smtp ${host}:${port} at ${address}: ${reply}`);
      return { kind: "taken", reply };
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
      if (!isConnectError(error)) break;
    }
  }
  return answerOf(asError(failure), visit, pass);
}

interface Way {
  readonly address: string;
  readonly secured: ConnectionOptions;
  readonly pass: Pass;
  readonly letter: Letter;
}

async function send(visit: Visit, { address, secured, pass, letter }: Way): Promise<string> {
  const { account, signal } = visit;
  const { port, security, user, limits } = account;
  const { createTransport } = await import("nodemailer");
  const tunnel = await tunnelOf(visit);
  const transport = createTransport({
    host: address,
    ...(tunnel ? { connection: tunnel } : {}),
    port,
    secure: security === "tls",
    requireTLS: true,
    tls: secured,
    ...authOf(user, pass),
    // As mail programs without a public name say it (RFC 5321 section 4.1.3).
    name: "[127.0.0.1]",
    connectionTimeout: (limits.connect + limits.tls) * 1000,
    greetingTimeout: limits.greeting * 1000,
    // The answer to the end of DATA may take as long as the filters there (RFC 5321 section 4.5.3.2.6).
    socketTimeout: Math.max(limits.command, 30) * 1000,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  });
  try {
    const { from, to, messageId, subject, text, headers, attachment } = letter;
    const info = await transport.sendMail({
      from,
      to,
      messageId,
      subject,
      text,
      headers: { ...headers },
      signal,
      ...(attachment ? attached(letter, attachment) : {}),
    });
    return info.response;
  } finally {
    transport.close();
    tunnel?.destroy();
  }
}

const bearerMethod = "BEARER";

/** Its own login by a token sends a refused one twice, and loses what the server says of it. */
function authOf(user: string, pass: Pass): Pick<Options, "auth" | "customAuth"> {
  if ("password" in pass) return { auth: { user, pass: pass.password } };
  const { token } = pass;
  return {
    // A name of our own: under XOAUTH2 it would rather try whatever else is offered.
    auth: { type: "custom", method: bearerMethod, user },
    customAuth: {
      [bearerMethod]: async (session) => {
        const bearer = bearerOf(new Set(session.authMethods), { user, token, host: "", port: 0 });
        if (bearer === undefined) throw new Error(`AUTH ${session.authMethods.join(" ") || "-"}`);
        let answer = await session.sendCommand(`AUTH ${bearer.mechanism}`);
        if (answer.status === 334) answer = await session.sendCommand(bearer.message);
        if (answer.status === 334) answer = await session.sendCommand(bearer.acknowledge);
        if (answer.status !== 235) throw new Error(answer.response);
      },
    },
  };
}

const attached = ({ from, to }: Letter, { name, type, content, size }: NonNullable<Letter["attachment"]>) => ({
  envelope: { from, to, size },
  attachments: [{ filename: name, contentType: type, content: Readable.from(content()), encoding: "base64" }],
});

async function answerOf(error: Error, visit: Visit, pass: Pass): Promise<Submitted> {
  if (error instanceof SessionError) throw error;
  const { account, ctx } = visit;
  const code = "code" in error ? error.code : undefined;
  const reply = "response" in error && typeof error.response === "string" ? error.response : "";
  const status = "responseCode" in error && typeof error.responseCode === "number" ? error.responseCode : 0;
  const command = "command" in error && typeof error.command === "string" ? error.command : "";
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(reply)?.[1] ?? "";
  ctx.note(`smtp ${account.host}:${account.port}: ${command} ${reply || error.message}`);
  if (code === "EAUTH") {
    const why = reply === "" ? undefined : (knownRejection(reply, account.provider) ?? smtpRefusal(status, enhanced, reply));
    throw new SessionError(error.message, [refusedLogin(why, { account, pass }, quoted(reply || error.message))], error);
  }
  // nodemailer compares with what EHLO said, before MAIL.
  const limit = code === "EMESSAGE" && reply === "" ? /larger than allowed (\d{1,15})$/.exec(error.message)?.[1] : undefined;
  if (limit !== undefined) return { kind: "too-large", limit: Number(limit) };
  if ((code === "EENVELOPE" || code === "EMESSAGE") && status >= 400) {
    return { kind: status < 500 ? "deferred" : "refused", command, status: enhanced || String(status), reply };
  }
  const broken = brokenOff("connection-lost", account, { command: command || "DATA", reason: quoted(error.message) });
  // After the login the way was open; before it, the way is looked at again.
  const late = "timeoutType" in error && error.timeoutType === "SOCKET_TIMEOUT";
  throw new SessionError(error.message, late ? [broken] : await diagnose(visit, "smtp", broken), error);
}
