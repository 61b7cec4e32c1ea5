import { z } from "zod";
import { type CheckContext, defineCheck, type FoundFinding } from "../src/model/check.ts";
import type { Connection } from "../src/model/connection.ts";
import { isOAuth, type OAuth } from "../src/model/oauth.ts";
import { knownRefusal } from "../src/net/login-findings.ts";
import { atItsPort, loginOf, loginOptions, portOption } from "../src/net/login-options.ts";
import { assertProved, holdSession, type Report, secure, sessionMetrics, timelyGreeting } from "../src/net/login-session.ts";
import { getBearer, tokenRefusal } from "../src/net/token-login.ts";
import { createSmtp, replyReason, type Smtp, type SmtpReply } from "../src/net/smtp.ts";
import { mailboxFindings } from "../src/net/mailbox-findings.ts";
import { smtpFindings } from "./smtp-submission.texts.ts";

const findings = {
  ...mailboxFindings,
  ...smtpFindings,
};
type Code = keyof typeof findings;

const ports = { tls: 465, starttls: [587, 25, 2525] } as const;
const optionsSchema = z
  .strictObject({
    ...loginOptions,
    port: portOption(ports),
  })
  .transform(atItsPort(ports));
type Options = z.output<typeof optionsSchema>;

/** Logs in at the submission port as a mail program that is about to send, and leaves without a message. */
export default defineCheck({
  id: "smtp-submission",
  title: { en: "Login for sending", zh: "发信登录" },
  measures: "service",
  answers: "send",
  every: 300_000,
  deadline: 60_000,
  confirm: { bad: [3, 4], good: 1, recheckMs: 20_000 },
  options: optionsSchema,
  findings,
  metrics: sessionMetrics,
  target: ({ host, port }) => `${host}:${port}`,
  load: ({ host, user, password }) => ({ host, logins: [loginOf(user, password)] }),

  run: (ctx, options, signal) =>
    holdSession(
      { ctx, options, signal },
      (connection) => createSmtp(connection, { commandTimeoutMs: options.limits.command * 1000, note: ctx.note }),
      (smtp) => smtp.quit(),
      (smtp, connection, report) => authenticate({ ctx, options, smtp, connection, report }),
    ),
});

interface Work {
  readonly ctx: CheckContext;
  readonly options: Options;
  readonly smtp: Smtp;
  readonly connection: Connection;
  readonly report: Report<Code, keyof typeof sessionMetrics>;
}

async function authenticate(work: Work): Promise<void> {
  const { ctx, options, smtp, connection, report } = work;
  const { host, port, user } = options;
  const found = (code: Code, reason: string, phase = smtp.step.phase): FoundFinding<Code> => ({
    code,
    data: { phase, host, port, user, command: smtp.step.command, reason },
  });

  const greeting = await timelyGreeting(report, options, (timeoutMs) => smtp.greeting(timeoutMs));
  if (greeting.status === 0) return report.find(found("greeting-unexpected", replyReason(greeting)));
  if (greeting.status !== 220) return report.find(found("greeting-refused", replyReason(greeting)));

  const refusedHello = (answer: SmtpReply): void =>
    report.find(found(answer.status === 421 ? "session-ended" : "command-refused", replyReason(answer)));

  let hello = await smtp.ehlo();
  if (hello.status !== 250) return refusedHello(hello);
  if (options.security === "starttls") {
    if (!hello.extensions.has("STARTTLS")) return report.find(found("starttls-missing", "no STARTTLS", "tls"));
    const answer = await smtp.startTls();
    if (answer.status !== 220) return report.find(found("starttls-refused", replyReason(answer), "tls"));
    await secure(connection, ctx.note);
    // What was said before TLS counts no more (RFC 3207 section 4.2).
    hello = await smtp.ehlo();
    if (hello.status !== 250) return refusedHello(hello);
  }

  const mechanisms = hello.extensions.get("AUTH");
  if (mechanisms === undefined) return report.find(found("auth-not-offered", "no AUTH", "auth"));
  if (isOAuth(options.password)) return authenticateByToken(work, options.password, mechanisms);
  const plain = mechanisms.includes("PLAIN");
  if (!plain && !mechanisms.includes("LOGIN")) {
    return report.find(found("password-login-off", `AUTH ${mechanisms.join(" ")}`, "auth"));
  }

  const password = await options.password.reveal();
  assertProved(connection);
  const answer = await report.time("login", () => (plain ? smtp.authPlain(user, password) : smtp.authLogin(user, password)));
  if (answer.status !== 235) return report.find(found(refusalOf(answer, options), replyReason(answer)));
  report.loggedIn(loginOf(user, options.password));
}

async function authenticateByToken(work: Work, oauth: OAuth, offered: readonly string[]): Promise<void> {
  const { ctx, options, smtp, connection, report } = work;
  const { host, port, user } = options;
  const token = await getBearer(ctx, oauth, { ...options, offered });
  if ("code" in token) return report.find(token);
  assertProved(connection);
  const answer = await report.time("login", () => smtp.authBearer(user, token.bearer));
  if (answer.status === 235) return report.loggedIn(loginOf(user, oauth));
  const code = tokenRefusal(refusalOf(answer, options));
  if (code === "token-rejected") token.refused();
  const { phase, command } = smtp.step;
  const reason = [replyReason(answer), answer.challenge].filter(Boolean).join(", ");
  report.find({ code, data: { phase, host, port, user, command, reason } });
}

/** What an answer other than 235 to AUTH says. In doubt nobody is blamed: the password may be right. */
function refusalOf(answer: SmtpReply, { provider }: Options): Code {
  // Every line may repeat the enhanced code (RFC 2034 section 4), also in the middle of a sentence.
  const known = knownRefusal(answer.lines.map((line) => line.replace(/^[245]\.\d{1,3}\.\d{1,3}\s+/, "")).join(" "), provider);
  if (known) return known;
  const { status, enhanced, text } = answer;
  const says = (pattern: RegExp): boolean => pattern.test(text);

  // Exchange Online gives 5.7.139 for four causes and tells them apart in words alone.
  if (enhanced === "5.7.30" || says(/SmtpClientAuthentication is disabled|basic authentication is (disabled|not supported)/i)) {
    return "password-login-off";
  }
  if (status === 525 || enhanced === "5.7.13" || says(/account is (locked|disabled|blocked)/i)) return "account-locked";
  if (status === 534) return "app-password-needed";
  if (status >= 400 && status < 500) {
    return says(/too many|limit|frequen|频|過多|过多/i) || (status === 421 && enhanced.startsWith("4.7."))
      ? "login-limited"
      : "login-unavailable";
  }
  if (status === 535) {
    return enhanced === "5.7.8" || says(/(credentials|password) (were|was|is) incorrect/i) ? "login-rejected" : "login-refused";
  }
  // RFC 5321 section 4.2.4: not understood, not implemented; 538 and 530 want what we have already done.
  const misunderstood = [0, 500, 501, 502, 503, 504, 530, 538];
  return misunderstood.includes(status) ? "command-refused" : "login-refused";
}
