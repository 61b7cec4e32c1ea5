import { z } from "zod";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import type { Connection } from "../src/model/connection.ts";
import { quoted } from "../src/model/text.ts";
import { certificateFindings } from "../src/net/certificate-findings.ts";
import { connectionFindings } from "../src/net/connection-findings.ts";
import { createImap, type Imap, type ImapAnswer, type ImapLine, reasonOf } from "../src/net/imap.ts";
import { knownRefusal, loginFindings, policyFindings } from "../src/net/login-findings.ts";
import { loginOf, loginOptions } from "../src/net/login-options.ts";
import { assertProved, holdSession, type Report, secure, sessionMetrics, timelyGreeting } from "../src/net/login-session.ts";
import { sessionFindings } from "../src/net/session-findings.ts";
import { imapFindings } from "./imap-login.texts.ts";

const findings = {
  ...connectionFindings,
  ...certificateFindings,
  ...sessionFindings,
  ...loginFindings,
  ...policyFindings,
  ...imapFindings,
};
type Code = keyof typeof findings;

const metrics = {
  ...sessionMetrics,
  examine: { label: { en: "open inbox", zh: "打开收件箱" }, help: "Time until the inbox was open", unit: "seconds" },
} as const;

const optionsSchema = z
  .strictObject({
    ...loginOptions,
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .meta(explain({ en: "Left out: 993, or 143 with starttls", zh: "不写则为 993，starttls 时为 143" })),
  })
  .transform(({ port, security = port === 143 ? "starttls" : "tls", ...options }) => ({
    ...options,
    security,
    port: port ?? (security === "tls" ? 993 : 143),
  }));
type Options = z.output<typeof optionsSchema>;

/** RFC 5530 section 3. */
const byResponseCode: Readonly<Record<string, Code>> = {
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

/** Logs in to one mailbox, opens its inbox for reading only, and leaves. */
export default defineCheck({
  id: "imap-login",
  title: { en: "IMAP login", zh: "IMAP 登录" },
  measures: "service",
  answers: "read",
  every: 300_000,
  deadline: 60_000,
  confirm: { bad: [3, 4], good: 1, recheckMs: 20_000 },
  options: optionsSchema,
  findings,
  metrics,
  target: ({ host, port }) => `${host}:${port}`,
  load: ({ host, user, password }) => ({ host, logins: [loginOf(user, password)] }),

  run: (ctx, options, signal) =>
    holdSession(
      { ctx, options, signal },
      (connection) => createImap(connection, { commandTimeoutMs: options.limits.command * 1000, note: ctx.note }),
      (imap) => imap.logout(),
      (imap, connection, report) => examineInbox({ ctx, options, imap, connection, report }),
    ),
});

interface Work {
  readonly ctx: CheckContext;
  readonly options: Options;
  readonly imap: Imap;
  readonly connection: Connection;
  readonly report: Report<Code, keyof typeof metrics>;
}

async function examineInbox(work: Work): Promise<void> {
  const { options, imap, connection, report } = work;
  const { host, port, user } = options;
  const found = (code: Code, reason: string, phase = imap.step.phase): FoundFinding<Code> => ({
    code,
    data: { phase, host, port, user, command: imap.step.command, reason },
  });

  const greeting = await timelyGreeting(report, options, (timeoutMs) => imap.greeting(timeoutMs));
  if (greeting.word === "BYE") return report.find(found("greeting-refused", reasonOf(greeting)));
  if (greeting.word === "PREAUTH") return report.find(found("preauth", reasonOf(greeting)));
  if (greeting.word !== "OK") return report.find(found("greeting-unexpected", reasonOf(greeting)));

  if (options.security === "starttls") {
    if (!(await imap.capabilities()).has("STARTTLS")) return report.find(found("starttls-missing", "no STARTTLS", "tls"));
    const answer = await imap.startTls();
    if (answer.word !== "OK") return report.find(found("starttls-refused", reasonOf(answer), "tls"));
    await secure(connection, work.ctx.note);
  }

  const login = await logIn(work);
  if (login === undefined) return report.find(found("password-login-off", "LOGINDISABLED", "auth"));
  alerts(login, [greeting]).forEach((text) => report.find(found("server-alert", quoted(text))));
  if (login.word !== "OK") return report.find(found(refusalOf(login, options), reasonOf(login)));
  report.loggedIn(loginOf(user, options.password));

  const opened = await report.time("examine", () => openInbox(work, greeting));
  alerts(opened, []).forEach((text) => report.find(found("server-alert", quoted(text))));
  if (opened.word !== "OK") report.find(found(closedInbox(opened), reasonOf(opened)));
}

/** @returns undefined where the server takes no password; nothing was sent then */
async function logIn({ options, imap, connection, report }: Work): Promise<ImapAnswer | undefined> {
  const { user } = options;
  const can = await imap.capabilities();
  if (can.has("LOGINDISABLED") && !can.has("AUTH=PLAIN")) return undefined;
  const password = await options.password.reveal();
  assertProved(connection);
  return report.time("login", () =>
    can.has("LOGINDISABLED") ? imap.authenticatePlain(user, password) : imap.login(user, password),
  );
}

/** Coremail (NetEase) lets nobody open a folder who has not said after the login which program it is. */
async function openInbox({ options, imap }: Work, greeting: ImapLine): Promise<ImapAnswer> {
  const coremail = options.provider?.idAfterLogin === true || /coremail/i.test(greeting.text);
  if (coremail) await imap.id();
  const opened = await imap.examine("INBOX");
  if (opened.word === "OK" || !isUnsafe(opened)) return opened;
  await imap.id();
  return imap.examine("INBOX");
}

const isUnsafe = (answer: ImapLine): boolean => /unsafe login/i.test(answer.text);
const isNotConnected = (answer: ImapLine): boolean => /authenticated but not connected/i.test(answer.text);
const responseCode = (answer: ImapLine): string => answer.code.split(" ", 1)[0]?.toUpperCase() ?? "";

/** What an answer other than OK to the login says. Without a code nobody is blamed: the password may be right. */
function refusalOf(answer: ImapAnswer, { provider }: Options): Code {
  if (isNotConnected(answer)) return "mailbox-not-connected";
  return knownRefusal(answer.text, provider) ?? byResponseCode[responseCode(answer)] ?? "login-refused";
}

function closedInbox(answer: ImapAnswer): Code {
  if (isNotConnected(answer)) return "mailbox-not-connected";
  if (isUnsafe(answer)) return "id-wanted";
  const code = responseCode(answer);
  const sameMeaning = ["LIMIT", "INUSE", "OVERQUOTA", "SERVERBUG", "CORRUPTION"].includes(code);
  return (sameMeaning ? byResponseCode[code] : undefined) ?? "inbox-not-opened";
}

/** ALERT must be shown to the user, wherever it comes (RFC 9051 section 7.1). A refusal's own text is in its finding. */
const alerts = (answer: ImapAnswer, before: readonly ImapLine[]): readonly string[] =>
  [...before, ...answer.untagged, ...(answer.word === "OK" ? [answer] : [])]
    .filter((line) => responseCode(line) === "ALERT")
    .map((line) => line.text);
