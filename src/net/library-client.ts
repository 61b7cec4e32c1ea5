import { X509Certificate } from "node:crypto";
import net from "node:net";
import tls from "node:tls";
import type { CheckContext, FoundFinding } from "../model/check.ts";
import { type Connection, DialError, type PeerCertificate } from "../model/connection.ts";
import type { Proxy } from "../model/proxy.ts";
import { type Credential, isOAuth } from "../model/oauth.ts";
import type { CertificateCode } from "./certificate-findings.ts";
import { type ConnectionCode, connectionFinding, targetOf } from "./connection-findings.ts";
import { resolveAddresses } from "./resolve-addresses.ts";
import { createImap, type Imap, reasonOf } from "./imap.ts";
import type { LoginCode } from "./login-findings.ts";
import type { Provider } from "./login-options.ts";
import { holdSession, type Limits, type Report, secure, timelyGreeting } from "./login-session.ts";
import { trustOf } from "./open-socket.ts";
import { openTunnel } from "./proxy.ts";
import type { SessionCode } from "./session-findings.ts";
import { createSmtp, replyReason, type Smtp } from "./smtp.ts";
import type { TokenCode } from "./token-findings.ts";
import { getToken, tokenRefusal } from "./token-login.ts";

/** A server that a library (imapflow, nodemailer) logs in to over a connection of its own. */
export interface Account {
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls";
  readonly user: string;
  readonly password: Credential;
  readonly fingerprint?: string | undefined;
  readonly proxy?: Proxy | undefined;
  readonly provider?: Provider | undefined;
  readonly limits: Limits;
}

/** One visit to an account. */
export interface Visit {
  readonly ctx: CheckContext;
  readonly account: Account;
  readonly signal: AbortSignal;
}

/** Everything that a session of a library can show. */
export type SessionFinding = FoundFinding<ConnectionCode | CertificateCode | SessionCode | LoginCode | TokenCode>;

/** A session that did not do its work, and why. */
export class SessionError extends Error {
  override readonly name = "SessionError";
  readonly findings: readonly SessionFinding[];
  constructor(message: string, findings: readonly SessionFinding[], cause?: unknown) {
    super(message, { cause });
    this.findings = findings;
  }
}

/** What an account is logged in to with: a password, or a token and what to do when it is refused. */
export type Pass = { readonly password: string } | { readonly token: string; readonly refused: () => void };

/**
 * @throws SessionError when there is no token
 * @throws SecretError when the password cannot be read
 */
export async function passOf({ ctx, account }: Visit): Promise<Pass> {
  const { password: credential } = account;
  if (!isOAuth(credential)) return { password: await credential.reveal() };
  const found = await getToken(ctx, credential, account);
  if ("code" in found) throw new SessionError(`no token for ${account.user}`, [found]);
  return found;
}

/**
 * The finding of a refused login; a token that was refused is not used again.
 * @param code undefined where the server offers no such login at all
 */
export function refusedLogin(
  code: LoginCode | undefined,
  { account, pass }: { readonly account: Account; readonly pass: Pass },
  reason: string,
): FoundFinding<LoginCode | TokenCode> {
  if ("password" in pass) return loginFinding(code ?? "password-login-off", account, reason);
  const ofToken = code === undefined ? "oauth-not-offered" : tokenRefusal(code);
  if (ofToken === "token-rejected") pass.refused();
  return loginFinding(ofToken, account, reason);
}

/**
 * Where an account's server is: names through `ask` alone, three addresses at most; behind a proxy the name itself.
 * @throws SessionError when the name leads nowhere
 */
export async function addressesOf({ ctx, account, signal }: Visit): Promise<readonly string[]> {
  const { host, port, proxy } = account;
  if (proxy !== undefined || net.isIP(host) !== 0) return [host];
  try {
    return (await resolveAddresses(ctx.ask, host, signal)).slice(0, 3);
  } catch (error) {
    const found = error instanceof DialError ? connectionFinding(error, { host, port }) : undefined;
    if (!found) throw error;
    throw new SessionError(asError(error).message, [found], error);
  }
}

/**
 * The way to an account's server through its proxy, for a library that would connect by itself; undefined without a proxy.
 * @throws SessionError with the leg that failed
 */
export async function tunnelOf({ ctx, account, signal }: Visit): Promise<net.Socket | undefined> {
  const { host, port, proxy, limits } = account;
  if (proxy === undefined) return undefined;
  try {
    const { socket, remote } = await openTunnel({ proxy, host, port, ask: ctx.ask, signal, timeoutMs: limits.connect * 1000 });
    ctx.note(`connect ${remote}`);
    return socket;
  } catch (error) {
    const found = error instanceof DialError ? connectionFinding(error, targetOf(account)) : undefined;
    if (!found) throw error;
    ctx.note(asError(error).message);
    throw new SessionError(asError(error).message, [found], error);
  }
}

/**
 * TLS as every connection here has it: the name must hold, whatever address is connected to. A pinned server is looked at
 * first: its certificate, if it is that one, is then the only one that is believed.
 * @throws SessionError where the pinned server cannot be looked at, or presents another certificate
 */
export async function libraryTls(visit: Visit, protocol: "imap" | "smtp"): Promise<tls.ConnectionOptions> {
  const { ctx, account } = visit;
  const { host, fingerprint } = account;
  // RFC 6066 3: no address as a server name.
  const name = net.isIP(host) === 0 ? { servername: host } : {};
  if (fingerprint === undefined) {
    return {
      ...name,
      secureContext: trustOf(ctx.authorities).context(),
      rejectUnauthorized: true,
      checkServerIdentity: (_name, certificate) => tls.checkServerIdentity(host, certificate),
    };
  }
  const { findings, leaf } = await lookBeforeLogin(visit, protocol);
  if (leaf === undefined || findings.some(isFatal)) throw new SessionError(`${host} is not the pinned server`, findings);
  const pinned = new X509Certificate(leaf.pem).fingerprint256;
  return {
    ...name,
    secureContext: tls.createSecureContext({ ca: leaf.pem, allowPartialTrustChain: true, minVersion: "TLSv1.2" }),
    rejectUnauthorized: true,
    checkServerIdentity: (_name, { fingerprint256 }) =>
      fingerprint256 === pinned ? undefined : new Error("the certificate is not the pinned one"),
  };
}

/** A session of which nothing more can come; the others only say that it was slow, or that it went another way. */
const isFatal = ({ code }: SessionFinding): boolean => code !== "address-failed" && code !== "greeting-late";

/**
 * A library tells neither phases nor certificates: what kept it from logging in is looked at again.
 * @param otherwise what is said where the way is open by now
 */
export async function diagnose(
  visit: Visit,
  protocol: "imap" | "smtp",
  otherwise: SessionFinding,
): Promise<readonly SessionFinding[]> {
  const { findings } = await lookBeforeLogin(visit, protocol);
  return findings.some(isFatal) ? findings : [...findings, otherwise];
}

/** A session of our own, up to the point where the credential would be sent. */
async function lookBeforeLogin(
  { ctx, account, signal }: Visit,
  protocol: "imap" | "smtp",
): Promise<{ readonly findings: readonly SessionFinding[]; readonly leaf: PeerCertificate | undefined }> {
  const { limits } = account;
  const more = { commandTimeoutMs: limits.command * 1000, note: ctx.note };
  const options = { ctx, options: account, signal };
  let leaf: PeerCertificate | undefined;
  const found = (code: SessionCode, command: string, reason: string): FoundFinding<SessionCode> => ({
    code,
    data: { phase: command === atGreeting ? "greeting" : "tls", ...targetOf(account), command, reason },
  });
  const encrypt = async (connection: Connection): Promise<void> => {
    if (account.security === "starttls") await secure(connection, ctx.note);
    leaf = connection.peer?.chain[0];
  };
  const { findings } =
    protocol === "imap"
      ? await holdSession<Imap, SessionCode, never>(
          options,
          (connection) => createImap(connection, more),
          (imap) => imap.logout(),
          async (imap, connection, report) => {
            const refused = await imapToTls(imap, account, report);
            if (refused) report.find(found(...refused));
            else await encrypt(connection);
          },
        )
      : await holdSession<Smtp, SessionCode, never>(
          options,
          (connection) => createSmtp(connection, more),
          (smtp) => smtp.quit(),
          async (smtp, connection, report) => {
            const refused = await smtpToTls(smtp, account, report);
            if (refused) report.find(found(...refused));
            else await encrypt(connection);
          },
        );
  return { findings, leaf };
}

const atGreeting = "the greeting";

type Refused = readonly [code: SessionCode, command: string, reason: string];

async function imapToTls(imap: Imap, account: Account, report: Report<SessionCode, "greeting">): Promise<Refused | undefined> {
  const greeting = await timelyGreeting(report, account, (timeoutMs) => imap.greeting(timeoutMs));
  if (greeting.word === "BYE") return ["greeting-refused", atGreeting, reasonOf(greeting)];
  if (greeting.word !== "OK") return ["greeting-unexpected", atGreeting, reasonOf(greeting)];
  if (account.security === "tls") return undefined;
  if (!(await imap.capabilities()).has("STARTTLS")) return ["starttls-missing", "STARTTLS", "no STARTTLS"];
  const answer = await imap.startTls();
  return answer.word === "OK" ? undefined : ["starttls-refused", "STARTTLS", reasonOf(answer)];
}

async function smtpToTls(smtp: Smtp, account: Account, report: Report<SessionCode, "greeting">): Promise<Refused | undefined> {
  const greeting = await timelyGreeting(report, account, (timeoutMs) => smtp.greeting(timeoutMs));
  if (greeting.status === 0) return ["greeting-unexpected", atGreeting, replyReason(greeting)];
  if (greeting.status !== 220) return ["greeting-refused", atGreeting, replyReason(greeting)];
  if (account.security === "tls") return undefined;
  if (!(await smtp.ehlo()).extensions.has("STARTTLS")) return ["starttls-missing", "STARTTLS", "no STARTTLS"];
  const answer = await smtp.startTls();
  return answer.status === 220 ? undefined : ["starttls-refused", "STARTTLS", replyReason(answer)];
}

/** A session that broke off at a command. `seconds`: how long was waited for an answer that did not come. */
export const brokenOff = (
  code: Extract<SessionCode, "connection-lost" | "session-ended" | "command-timeout">,
  account: Account,
  about: { readonly command: string; readonly reason: string; readonly seconds?: number },
): FoundFinding<SessionCode> => ({ code, data: { phase: "command", ...targetOf(account), ...about } });

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

/** RFC 4954 section 6, RFC 3463. Exchange Online gives 5.7.139 for four causes and tells them apart in words alone. */
export function smtpRefusal(status: number, enhanced: string, text: string): LoginCode {
  const says = (pattern: RegExp): boolean => pattern.test(text);
  if (enhanced === "5.7.30" || says(/SmtpClientAuthentication is disabled|basic authentication is (disabled|not supported)/i))
    return "password-login-off";
  if (status === 525 || enhanced === "5.7.13" || says(/account is (locked|disabled|blocked)/i)) return "account-locked";
  if (enhanced === "5.7.8" || says(/(credentials|password) (were|was|is) incorrect/i)) return "login-rejected";
  if (status >= 500) return "login-refused";
  return status === 421 || says(/too many|limit|frequen|频|過多|过多/i) ? "login-limited" : "login-unavailable";
}

const loginFinding = <Code extends LoginCode | TokenCode>(
  code: Code,
  { host, port, user }: Account,
  reason: string,
): FoundFinding<Code> => ({
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
