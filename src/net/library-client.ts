import net from "node:net";
import tls from "node:tls";
import type { CheckContext, FoundFinding } from "../model/check.ts";
import type { Secret } from "../model/secret.ts";
import type { CertificateCode } from "./certificate-findings.ts";
import type { ConnectionCode } from "./connection-findings.ts";
import { resolveAddresses } from "./dial.ts";
import { createImap, reasonOf } from "./imap.ts";
import type { LoginCode } from "./login-findings.ts";
import type { Provider } from "./login-options.ts";
import { holdSession, type Limits, secure, timelyGreeting } from "./login-session.ts";
import { trustOf } from "./open-socket.ts";
import type { SessionCode } from "./session-findings.ts";
import { createSmtp, replyReason } from "./smtp.ts";

/** A server that a library (imapflow, nodemailer) logs in to over a connection of its own. */
export interface Account {
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls";
  readonly user: string;
  readonly password: Secret;
  readonly provider?: Provider | undefined;
  readonly limits: Limits;
}

/** Everything that a session of a library can show. */
export type SessionFinding = FoundFinding<ConnectionCode | CertificateCode | SessionCode | LoginCode>;

/** A session that did not do its work, and why. */
export class SessionError extends Error {
  override readonly name = "SessionError";
  readonly findings: readonly SessionFinding[];
  constructor(message: string, findings: readonly SessionFinding[], cause?: unknown) {
    super(message, { cause });
    this.findings = findings;
  }
}

/** Where an account's server is: names through `ask` alone; three addresses are tried. */
export const addressesOf = async (ctx: CheckContext, host: string, signal: AbortSignal): Promise<readonly string[]> =>
  net.isIP(host) === 0 ? (await resolveAddresses(ctx.ask, host, signal)).slice(0, 3) : [host];

/** TLS as every connection here has it: the name must hold, whatever address was connected to. */
export const libraryTls = (ctx: CheckContext, host: string): tls.ConnectionOptions => ({
  secureContext: trustOf(ctx.authorities).context(),
  rejectUnauthorized: true,
  checkServerIdentity: (_name, certificate) => tls.checkServerIdentity(host, certificate),
  // RFC 6066 3: no address as a server name.
  ...(net.isIP(host) === 0 ? { servername: host } : {}),
});

/**
 * A library tells neither phases nor certificates: what kept it from logging in is looked at again, up to the point where the
 * credential would be sent, by a session of our own.
 * @returns what that session found; where it found nothing, the failure as the library saw it
 */
export async function diagnose(
  { ctx, account, signal }: { readonly ctx: CheckContext; readonly account: Account; readonly signal: AbortSignal },
  protocol: "imap" | "smtp",
  failure: Error,
): Promise<readonly SessionFinding[]> {
  const { host, port, security, limits } = account;
  const options = { ctx, options: account, signal };
  const more = { commandTimeoutMs: limits.command * 1000, note: ctx.note };
  const found = (code: SessionCode, command: string, reason: string): FoundFinding<SessionCode> => ({
    code,
    data: { phase: command === "greeting" ? "greeting" : "tls", host, port, command, reason },
  });
  const looked =
    protocol === "imap"
      ? await holdSession<ReturnType<typeof createImap>, SessionCode, never>(
          options,
          (connection) => createImap(connection, more),
          (imap) => imap.logout(),
          async (imap, connection, report) => {
            const greeting = await timelyGreeting(report, account, (timeoutMs) => imap.greeting(timeoutMs));
            if (greeting.word === "BYE") return report.find(found("greeting-refused", "greeting", reasonOf(greeting)));
            if (greeting.word !== "OK") return report.find(found("greeting-unexpected", "greeting", reasonOf(greeting)));
            if (security === "tls") return undefined;
            if (!(await imap.capabilities()).has("STARTTLS"))
              return report.find(found("starttls-missing", "STARTTLS", "no STARTTLS"));
            const answer = await imap.startTls();
            if (answer.word !== "OK") return report.find(found("starttls-refused", "STARTTLS", reasonOf(answer)));
            return secure(connection, ctx.note);
          },
        )
      : await holdSession<ReturnType<typeof createSmtp>, SessionCode, never>(
          options,
          (connection) => createSmtp(connection, more),
          (smtp) => smtp.quit(),
          async (smtp, connection, report) => {
            const greeting = await timelyGreeting(report, account, (timeoutMs) => smtp.greeting(timeoutMs));
            if (greeting.status === 0) return report.find(found("greeting-unexpected", "greeting", replyReason(greeting)));
            if (greeting.status !== 220) return report.find(found("greeting-refused", "greeting", replyReason(greeting)));
            if (security === "tls") return undefined;
            if (!(await smtp.ehlo()).extensions.has("STARTTLS"))
              return report.find(found("starttls-missing", "STARTTLS", "no STARTTLS"));
            const answer = await smtp.startTls();
            if (answer.status !== 220) return report.find(found("starttls-refused", "STARTTLS", replyReason(answer)));
            return secure(connection, ctx.note);
          },
        );
  const bad = looked.findings.filter(({ code }) => code !== "address-failed" && code !== "greeting-late");
  return bad.length > 0 ? bad : [lost(account, "connect", failure.message)];
}

/** A session that broke off for once: the same way was open when it was looked at again. */
export const lost = ({ host, port }: Account, command: string, reason: string): FoundFinding<SessionCode> => ({
  code: "connection-lost",
  data: { phase: "command", host, port, command, reason },
});

/** RFC 5530 section 3. */
const byResponseCode: Readonly<Record<string, LoginCode>> = {
  AUTHENTICATIONFAILED: "login-rejected",
  EXPIRED: "login-rejected",
  AUTHORIZATIONFAILED: "account-locked",
  NOPERM: "account-locked",
  CONTACTADMIN: "account-locked",
  PRIVACYREQUIRED: "password-login-off",
  UNAVAILABLE: "login-unavailable",
  SERVERBUG: "login-unavailable",
  CORRUPTION: "login-unavailable",
  LIMIT: "login-limited",
  INUSE: "login-limited",
};

export const imapRefusal = (responseCode: string): LoginCode => byResponseCode[responseCode.toUpperCase()] ?? "login-refused";

/** RFC 4954 section 6, RFC 3463; Exchange Online's codes for password logins that were switched off. */
export function smtpRefusal(status: number, enhanced: string): LoginCode {
  if (enhanced === "5.7.8") return "login-rejected";
  if (enhanced === "5.7.13") return "account-locked";
  if (enhanced === "5.7.139" || enhanced === "5.7.30") return "password-login-off";
  if (status === 454) return "login-unavailable";
  if (status < 500) return "login-limited";
  return "login-refused";
}

export const loginFinding = (code: LoginCode, { host, port, user }: Account, reason: string): FoundFinding<LoginCode> => ({
  code,
  data: { phase: "auth", host, port, user, account: user.toLowerCase(), reason },
});

/** An error of a connection that was never made to anything: the next address may do better. */
export const isConnectError = (error: unknown): boolean =>
  error instanceof Error &&
  (("syscall" in error && error.syscall === "connect") ||
    ("code" in error && error.code === "CONNECT_TIMEOUT") ||
    ("timeoutType" in error && error.timeoutType === "CONNECT_TIMEOUT"));

export const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
