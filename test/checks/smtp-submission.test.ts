/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import smtpSubmission from "../../checks/smtp-submission.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { smtpTokens, tokenCases } from "../support/token-cases.ts";
import { connectionCases, critical, type Expected, login, ok, onServer, phaseIs, warning } from "../support/connection-cases.ts";
import { scriptSmtp, type SmtpScript } from "../support/mail-script.ts";
import { type MailWorldOptions, password } from "../support/mail-world.ts";

const on = (script: SmtpScript, expected: Expected, world?: MailWorldOptions, options?: object): CheckCase =>
  onServer(scriptSmtp(script), expected, world, options);

/** AUTH is answered so. */
const answers = (...lines: readonly string[]): SmtpScript => ({ on: { AUTH: [lines] } });
const rejects =
  (kind: "definite" | "ambiguous" | undefined): NonNullable<CheckCase["also"]> =>
  (_observation, { rejected }) =>
    expect(rejected?.kind).toBe(kind);

const hello = (...extensions: readonly string[]): SmtpScript => ({
  on: { EHLO: [["250-mail.example.test", ...extensions.map((line) => `250-${line}`), "250 HELP"]] },
});

testCheck(smtpSubmission, {
  ...connectionCases(scriptSmtp, /AUTH/),
  ...tokenCases(smtpTokens),
  "all is well at 465": on(
    {},
    {
      status: "ok",
      findings: [],
      also: ({ metrics, evidence }, { loggedIn }) => {
        expect(loggedIn).toEqual(["sales@example.test"]);
        expect(Object.keys(metrics).toSorted()).toEqual(["connect", "greeting", "login", "resolve", "tls"]);
        const text = evidence.join("\n");
        expect(text).toContain("C: AUTH PLAIN (Sales@example.test, [password])");
        expect(text).not.toContain(Buffer.from(password).toString("base64").slice(0, 8));
        expect(text).not.toMatch(/MAIL|RCPT|DATA/);
      },
    },
  ),
  "AUTH LOGIN where there is no PLAIN": on(
    {
      on: {
        ...hello("AUTH=LOGIN").on,
        AUTH: [["334 VXNlcm5hbWU6"]],
        [Buffer.from(login.user).toString("base64").toUpperCase()]: [["334 UGFzc3dvcmQ6"]],
        [Buffer.from(password).toString("base64").toUpperCase()]: [["235 ok"]],
      },
    },
    ok,
  ),
  "554 in place of a greeting": on(
    { greeting: ["554 5.7.1 your address is blocked"] },
    critical("greeting-refused", ({ findings }) =>
      expect(findings[0]?.data["reason"]).toBe("“554 5.7.1 your address is blocked”"),
    ),
  ),
  "421 in place of a greeting": on({ greeting: ["421 too busy"] }, critical("greeting-refused")),
  "a greeting without end": on(
    { greeting: Array.from({ length: 200 }, (_unused, i) => `220-line ${i}`) },
    critical("greeting-unexpected"),
  ),

  "no STARTTLS": on(hello("AUTH PLAIN"), critical("starttls-missing", phaseIs("tls")), { security: "starttls" }),
  "STARTTLS refused": on({ on: { STARTTLS: [["454 4.7.0 TLS not available"]] } }, critical("starttls-refused", phaseIs("tls")), {
    security: "starttls",
  }),
  "421 in answer to EHLO": on({ on: { EHLO: [["421 4.3.2 shutting down"]] } }, critical("session-ended")),
  "EHLO refused": on({ on: { EHLO: [["550 5.7.1 go away"]] } }, critical("command-refused")),
  "no AUTH": on(hello("SIZE 1000"), critical("auth-not-offered", phaseIs("auth"))),
  "OAuth alone": on(hello("AUTH XOAUTH2"), critical("password-login-off", phaseIs("auth"))),

  "535 5.7.8": on(answers("535 5.7.8 Error: authentication failed"), critical("login-rejected", rejects("definite"))),
  "535 without a reason": on(answers("535 Error: authentication failed"), {
    ...warning("login-refused"),
    also: rejects("ambiguous"),
  }),
  "535 that the provider's list calls ambiguous": on(
    answers("535 5.7.8 Login Fail. Account is abnormal, or system is busy"),
    warning("login-refused"),
    {},
    { provider: { id: "exmail", ambiguousRejections: ["account is abnormal"] } },
  ),
  "535 5.7.139 with the credential to blame": on(
    answers("535 5.7.139 Authentication unsuccessful, the user credentials were incorrect."),
    critical("login-rejected", rejects("definite")),
  ),
  "535 5.7.139 with the mailbox's switch to blame": on(
    answers("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."),
    critical("password-login-off", rejects(undefined)),
  ),
  "550 5.7.30": on(
    answers("550 5.7.30 Basic authentication is not supported for Client Submission."),
    critical("password-login-off", rejects(undefined)),
  ),
  "534, an app password": on(
    answers(
      "534-5.7.9 Application-specific password required. For more information, go to",
      "534 5.7.9 https://support.google.com/",
    ),
    critical("app-password-needed", rejects("definite")),
  ),
  "535 of the address that the login comes from": on(
    answers("535 ERR.LOGIN.IPDENY"),
    critical("address-denied", rejects("ambiguous")),
    {},
    { provider: { id: "netease-qiye", otherRejections: { "address-denied": ["ERR.LOGIN.IPDENY"] } } },
  ),
  "525, the account is disabled": on(
    answers("525 5.7.13 User account disabled"),
    critical("account-locked", rejects("definite")),
  ),
  "454, the user database is down": on(
    answers("454 4.7.0 Temporary authentication failure: Connection lost to authentication server"),
    critical("login-unavailable", rejects(undefined)),
  ),
  "454, too many logins": on(answers("454 4.7.0 Too many login attempts, please try again later."), warning("login-limited")),
  "421, too many connections": on(answers("421 4.7.0 slow down"), warning("login-limited")),
  "504, a mechanism that is not there": on(answers("504 5.5.4 unrecognized"), critical("command-refused")),
  "550, some other refusal": on(answers("550 User has no permission"), warning("login-refused")),
  "no answer to AUTH": on({ on: { AUTH: ["silence"] } }, critical("command-timeout", phaseIs("auth"))),
  "the connection is cut at AUTH": on({ on: { AUTH: ["reset"] } }, critical("connection-lost", phaseIs("auth"))),
});
