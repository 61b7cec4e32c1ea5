/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import smtpSubmission from "../../checks/smtp-submission.ts";
import { DialError } from "../../src/model/connection.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { startFullQueue } from "../support/full-queue.ts";
import { scriptSmtp, type SmtpScript } from "../support/mail-script.ts";
import {
  certificate,
  type CertificateKind,
  mailHost,
  mailWorld,
  type MailWorldOptions,
  password,
  reaching,
  secretOf,
} from "../support/mail-world.ts";

const login = { user: "sales@example.test", password: secretOf(password) };
const limits = { connect: 1, tls: 0.3, greeting: 1.2, command: 0.3, slow: 0.25, late: 0.6 };

type Expected = Pick<CheckCase, "status" | "findings" | "also">;

const on = (script: SmtpScript, expected: Expected, world: MailWorldOptions = {}, options: object = {}): CheckCase => ({
  options: { ...login, limits, ...options },
  world: () => mailWorld(scriptSmtp(script), world),
  ...expected,
});

const critical = (code: string, also?: CheckCase["also"]): Expected => ({
  status: "critical",
  findings: [code],
  ...(also ? { also } : {}),
});
const phaseIs =
  (phase: string): NonNullable<CheckCase["also"]> =>
  ({ findings }) =>
    expect(findings[0]?.data).toMatchObject({ phase, host: mailHost });

/** AUTH is answered so. */
const answers = (...lines: readonly string[]): SmtpScript => ({ on: { AUTH: [lines] } });
const rejects =
  (kind: "definite" | "ambiguous" | undefined): NonNullable<CheckCase["also"]> =>
  (_observation, { rejected }) =>
    expect(rejected?.kind).toBe(kind);

/** The server takes whatever it is sent and keeps a record: with this certificate it must not get the password. */
const keepsPassword = (presents: CertificateKind, code: string, security: "tls" | "starttls"): CheckCase => {
  let received = "";
  return {
    options: { ...login, limits },
    world: async () => {
      const world = await mailWorld(scriptSmtp(), { presents, security });
      return {
        ...world,
        close: async () => {
          received = world.server.received();
          await world.close();
        },
      };
    },
    ...critical(code, ({ findings }) => {
      expect(findings[0]?.data).toMatchObject({ phase: "tls", host: mailHost });
      expect(received).not.toMatch(/AUTH/);
    }),
  };
};

const unreachable = (code: string): NonNullable<CheckCase["world"]> => {
  const about = { phase: "connect", failure: "unreachable", code, remote: "192.0.2.1:465" } as const;
  return () => Promise.resolve({ ctx: { dial: () => Promise.reject(new DialError(`connect 192.0.2.1:465: ${code}`, about)) } });
};

const hello = (...extensions: readonly string[]): SmtpScript => ({
  on: { EHLO: [["250-mail.example.test", ...extensions.map((line) => `250-${line}`), "250 HELP"]] },
});

testCheck(smtpSubmission, {
  "all is well at 465": on(
    {},
    {
      status: "ok",
      findings: [],
      also: ({ metrics, evidence }, { loggedIn }) => {
        expect(loggedIn).toEqual(["sales@example.test"]);
        expect(Object.keys(metrics).toSorted()).toEqual(["connect", "greeting", "login", "resolve", "tls"]);
        const text = evidence.join("\n");
        expect(text).toContain("C: AUTH PLAIN (sales@example.test, [password])");
        expect(text).not.toContain(Buffer.from(password).toString("base64").slice(0, 8));
        expect(text).not.toMatch(/MAIL|RCPT|DATA/);
      },
    },
  ),
  "all is well by STARTTLS": on({}, { status: "ok", findings: [] }, { security: "starttls" }),
  "AUTH LOGIN where there is no PLAIN": on(
    {
      on: {
        ...hello("AUTH=LOGIN").on,
        AUTH: [["334 VXNlcm5hbWU6"]],
        [Buffer.from(login.user).toString("base64").toUpperCase()]: [["334 UGFzc3dvcmQ6"]],
        [Buffer.from(password).toString("base64").toUpperCase()]: [["235 ok"]],
      },
    },
    { status: "ok", findings: [] },
  ),
  "a pinned certificate that nobody vouches for": {
    ...on({}, { status: "ok", findings: [] }),
    world: async () => {
      const world = await mailWorld(scriptSmtp(), { presents: "selfSigned" });
      return { ...world, options: { ...world.options, fingerprint: (await certificate("selfSigned")).fingerprint } };
    },
  },
  "another certificate than the pinned one": on({}, critical("certificate-not-pinned"), {}, { fingerprint: "ab".repeat(32) }),

  "the name does not exist": {
    options: { ...login, host: mailHost },
    world: async () => ({ ctx: await reaching({}) }),
    ...critical("name-not-found", phaseIs("resolve")),
  },
  "the name has no address": {
    options: { ...login, host: mailHost },
    world: async () => ({ ctx: await reaching({ [mailHost]: { TXT: ["x"] } }) }),
    ...critical("no-address", phaseIs("resolve")),
  },
  "the resolver fails": {
    options: { ...login, host: mailHost },
    world: async () => ({ ctx: await reaching({ [mailHost]: "TIMEOUT" }) }),
    status: "unknown",
    findings: ["name-unresolved"],
  },
  "nothing listens": {
    options: { ...login, host: mailHost, port: 9 },
    world: async () => ({ ctx: await reaching({ [mailHost]: { A: ["127.0.0.1"] } }) }),
    ...critical("connection-refused", phaseIs("connect")),
  },
  "packets are dropped": {
    options: { ...login, host: mailHost, limits: { ...limits, connect: 0.2 } },
    world: async () => {
      const { port, close } = await startFullQueue();
      return { options: { port }, ctx: await reaching({ [mailHost]: { A: ["127.0.0.1"] } }), close };
    },
    ...critical("connect-timeout", phaseIs("connect")),
  },
  "one of two addresses refuses": {
    ...on({}, { status: "warning", findings: ["address-failed"] }),
    world: async () => {
      const world = await mailWorld(scriptSmtp(), { host: "127.0.0.3" });
      return { ...world, ctx: await reaching({ [mailHost]: { A: ["127.0.0.1", "127.0.0.3"] } }) };
    },
  },
  "no way to the host": {
    options: { ...login, host: mailHost },
    world: unreachable("ENETUNREACH"),
    status: "unknown",
    findings: ["no-route"],
  },
  "a router says no": {
    options: { ...login, host: mailHost },
    world: unreachable("EHOSTUNREACH"),
    ...critical("host-unreachable"),
  },
  "TLS does not begin": {
    ...on({}, critical("tls-timeout", phaseIs("tls"))),
    world: () => mailWorld(() => Promise.resolve(), { implicit: false }),
  },
  "no TLS at the port": on({}, critical("tls-failed", phaseIs("tls")), { implicit: false }),

  "the certificate has expired": keepsPassword("expired", "certificate-expired", "tls"),
  "the certificate is not valid yet": keepsPassword("early", "certificate-not-yet-valid", "tls"),
  "the certificate is for another host": keepsPassword("otherHost", "certificate-wrong-host", "tls"),
  "the certificate is self-signed": keepsPassword("selfSigned", "certificate-self-signed", "tls"),
  "the certificate is of an unknown authority": keepsPassword("foreign", "certificate-untrusted", "tls"),
  "the chain is incomplete": keepsPassword("incomplete", "certificate-chain-incomplete", "tls"),
  "the key of the certificate is too small": keepsPassword("weakKey", "certificate-invalid", "tls"),
  "the certificate has expired, by STARTTLS": keepsPassword("expired", "certificate-expired", "starttls"),
  "the certificate is self-signed, by STARTTLS": keepsPassword("selfSigned", "certificate-self-signed", "starttls"),

  "a greeting that is slow": on({ delay: 350 }, { status: "warning", findings: ["greeting-late"] }),
  "a greeting that is late": on({ delay: 750 }, critical("greeting-late", phaseIs("greeting"))),
  "no greeting": on({ greeting: "silence" }, critical("greeting-missing", phaseIs("greeting"))),
  "554 in place of a greeting": on(
    { greeting: ["554 5.7.1 your address is blocked"] },
    critical("greeting-refused", ({ findings }) => expect(findings[0]?.data["reason"]).toBe("554 5.7.1 your address is blocked")),
  ),
  "421 in place of a greeting": on({ greeting: ["421 too busy"] }, critical("greeting-refused")),
  "a greeting of another protocol": on({ greeting: ["* OK IMAP4rev1 ready"] }, critical("greeting-unexpected")),
  "the server hangs up in place of a greeting": on({ greeting: "hangup" }, critical("connection-lost", phaseIs("greeting"))),
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
    status: "warning",
    findings: ["login-refused"],
    also: rejects("ambiguous"),
  }),
  "535 that the provider's list calls ambiguous": on(
    answers("535 5.7.8 Login Fail. Account is abnormal, or system is busy"),
    { status: "warning", findings: ["login-refused"] },
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
  "525, the account is disabled": on(
    answers("525 5.7.13 User account disabled"),
    critical("account-locked", rejects("definite")),
  ),
  "454, the user database is down": on(
    answers("454 4.7.0 Temporary authentication failure: Connection lost to authentication server"),
    critical("login-unavailable", rejects(undefined)),
  ),
  "454, too many logins": on(answers("454 4.7.0 Too many login attempts, please try again later."), {
    status: "warning",
    findings: ["login-limited"],
  }),
  "421, too many connections": on(answers("421 4.7.0 slow down"), { status: "warning", findings: ["login-limited"] }),
  "504, a mechanism that is not there": on(answers("504 5.5.4 unrecognized"), critical("command-refused")),
  "550, some other refusal": on(answers("550 User has no permission"), { status: "warning", findings: ["login-refused"] }),
  "no answer to AUTH": on({ on: { AUTH: ["silence"] } }, critical("command-timeout", phaseIs("auth"))),
  "the connection is cut at AUTH": on({ on: { AUTH: ["reset"] } }, critical("connection-lost", phaseIs("auth"))),
  "the password cannot be read": on(
    {},
    { status: "unknown", findings: ["secret-unreadable"] },
    {},
    { password: secretOf(undefined) },
  ),
});
