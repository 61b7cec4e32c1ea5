import type { CheckContext, FoundFinding } from "../model/check.ts";
import type { Connection, Phase } from "../model/connection.ts";
import { type Credential, isOAuth, type OAuth } from "../model/oauth.ts";
import type { Proxy } from "../model/proxy.ts";
import { type Imap, type ImapAnswer, type ImapLine, reasonOf } from "./imap.ts";
import { knownRefusal } from "./login-findings.ts";
import type { Provider } from "./login-options.ts";
import { assertProved, type Limits, type Report, secure, timelyGreeting } from "./login-session.ts";
import type { SessionCode } from "./session-findings.ts";
import type { TokenCode } from "./token-findings.ts";
import { getBearer, tokenRefusal } from "./token-login.ts";

/** Where and as whom. */
interface EntryOptions {
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls";
  readonly user: string;
  readonly password: Credential;
  readonly proxy?: Proxy | undefined;
  readonly provider?: Provider | undefined;
  readonly limits: Limits;
}

/** Why a login by IMAP was refused. */
export type RefusalCode =
  | NonNullable<ReturnType<typeof knownRefusal>>
  | "login-not-authorized"
  | "password-expired"
  | "login-needs-tls"
  | "mailbox-not-connected"
  | "mailbox-over-quota"
  | "server-bug";

/** What keeps a session from its login, besides what every connection and dialogue can show. */
type EntryCode = SessionCode | "preauth" | "password-login-off" | TokenCode | RefusalCode;

interface Entry {
  readonly ctx: CheckContext;
  readonly options: EntryOptions;
  readonly imap: Imap;
  readonly connection: Connection;
  readonly report: Report<EntryCode, "greeting" | "login">;
}

/** A finding about the step that the session has come to. */
export const findingAt =
  ({ imap, options: { host, port, user } }: Pick<Entry, "imap" | "options">) =>
  <Code extends string>(code: Code, reason: string, phase: Phase = imap.step.phase): FoundFinding<Code> => ({
    code,
    data: { phase, host, port, user, command: imap.step.command, reason },
  });

/**
 * From the greeting to the answer to the login; by STARTTLS where the options say so. The credential is sent only to a server
 * that is proved.
 * @returns undefined where it did not come to a login: the report has the finding
 */
export async function enterImap(entry: Entry): Promise<{ readonly greeting: ImapLine; readonly login: ImapAnswer } | undefined> {
  const { ctx, options, imap, connection, report } = entry;
  const found = findingAt(entry);
  const end = (finding: FoundFinding<EntryCode>): undefined => {
    report.find(finding);
  };

  const greeting = await timelyGreeting(report, options, (timeoutMs) => imap.greeting(timeoutMs));
  if (greeting.word === "BYE") return end(found("greeting-refused", reasonOf(greeting)));
  if (greeting.word === "PREAUTH") return end(found("preauth", reasonOf(greeting)));
  if (greeting.word !== "OK") return end(found("greeting-unexpected", reasonOf(greeting)));

  if (options.security === "starttls") {
    if (!(await imap.capabilities()).has("STARTTLS")) return end(found("starttls-missing", "no STARTTLS", "tls"));
    const answer = await imap.startTls();
    if (answer.word !== "OK") return end(found("starttls-refused", reasonOf(answer), "tls"));
    await secure(connection, ctx.note);
  }

  const can = await imap.capabilities();
  if (isOAuth(options.password)) {
    const login = await enterByToken(entry, options.password, can);
    return login && { greeting, login };
  }
  const plainOnly = can.has("LOGINDISABLED");
  if (plainOnly && !can.has("AUTH=PLAIN")) return end(found("password-login-off", "LOGINDISABLED", "auth"));
  const { user } = options;
  const password = await options.password.reveal();
  assertProved(connection);
  const login = await report.time("login", () =>
    plainOnly ? imap.authenticatePlain(user, password) : imap.login(user, password),
  );
  return { greeting, login };
}

/** @returns undefined where the token was refused, or there was none: the report has the finding */
async function enterByToken(entry: Entry, oauth: OAuth, can: ReadonlySet<string>): Promise<ImapAnswer | undefined> {
  const { ctx, options, imap, connection, report } = entry;
  const { user, provider } = options;
  const offered = [...can].flatMap((one) => (one.startsWith("AUTH=") ? [one.slice("AUTH=".length)] : []));
  const found = await getBearer(ctx, oauth, { ...options, offered });
  if ("code" in found) {
    report.find(found);
    return undefined;
  }
  assertProved(connection);
  const login = await report.time("login", () => imap.authenticateBearer(user, found.bearer));
  if (login.word === "OK") return login;
  const code = tokenRefusal(refusalOf(login, provider));
  if (code === "token-rejected") found.refused();
  report.find(findingAt(entry)(code, [reasonOf(login), login.challenge].filter(Boolean).join(", ")));
  return undefined;
}

/** RFC 5530 section 3. */
const byResponseCode: Readonly<Record<string, RefusalCode>> = {
  AUTHENTICATIONFAILED: "login-rejected",
  AUTHORIZATIONFAILED: "login-not-authorized",
  NOPERM: "login-not-authorized",
  EXPIRED: "password-expired",
  CONTACTADMIN: "account-locked",
  PRIVACYREQUIRED: "login-needs-tls",
  UNAVAILABLE: "login-unavailable",
  LIMIT: "login-limited",
  INUSE: "login-limited",
  OVERQUOTA: "mailbox-over-quota",
  SERVERBUG: "server-bug",
  CORRUPTION: "server-bug",
};

/** The response code alone, without what stands behind it. */
export const responseCode = (answer: ImapLine): string => answer.code.split(" ", 1)[0]?.toUpperCase() ?? "";

export const refusalByCode = (answer: ImapLine): RefusalCode | undefined => byResponseCode[responseCode(answer)];

export const isNotConnected = (answer: ImapLine): boolean => /authenticated but not connected/i.test(answer.text);

/** What an answer other than OK to the login says. Without a code nobody is blamed: the password may be right. */
export function refusalOf(answer: ImapAnswer, provider: Provider | undefined): RefusalCode {
  if (isNotConnected(answer)) return "mailbox-not-connected";
  return knownRefusal(answer.text, provider) ?? refusalByCode(answer) ?? "login-refused";
}

/** Coremail (NetEase) lets nobody open a folder who has not said after the login which program it is. */
export const wantsId = (greeting: ImapLine, provider: Provider | undefined): boolean =>
  provider?.idAfterLogin === true || /coremail/i.test(greeting.text);
