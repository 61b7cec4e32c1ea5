/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import imapLogin from "../../checks/imap-login.ts";
import { DialError } from "../../src/model/connection.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { startFullQueue } from "../support/full-queue.ts";
import { type ImapScript, scriptImap } from "../support/mail-script.ts";
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

const login = { user: "Sales@example.test", password: secretOf(password) };
const exmail = {
  id: "exmail",
  definiteRejections: ["password is wrong"],
  ambiguousRejections: ["Login fail. Account is abnormal"],
};
/** Short enough for a test, in the proportions of the real ones. */
const limits = { connect: 1, tls: 0.3, greeting: 1.2, command: 0.3, slow: 0.25, late: 0.6 };

type Expected = Pick<CheckCase, "status" | "findings" | "also">;

/** A case on a scripted server. */
const on = (script: ImapScript, expected: Expected, world: MailWorldOptions = {}, options: object = {}): CheckCase => ({
  options: { ...login, limits, ...options },
  world: () => mailWorld(scriptImap(script), world),
  ...expected,
});

const critical = (code: string, also?: CheckCase["also"]): Expected => ({
  status: "critical",
  findings: [code],
  ...(also ? { also } : {}),
});
const warning = (code: string): Expected => ({ status: "warning", findings: [code] });

const refusedWith = (text: string): ImapScript => ({ on: { LOGIN: [[`{tag} ${text}`]] } });
const phaseIs =
  (phase: string): NonNullable<CheckCase["also"]> =>
  ({ findings }) =>
    expect(findings[0]?.data).toMatchObject({ phase, host: mailHost });

/** What our own network says cannot be had on loopback; test/integration has both for real, in a network namespace. */
const unreachable = (code: string): NonNullable<CheckCase["world"]> => {
  const about = { phase: "connect", failure: "unreachable", code, remote: "192.0.2.1:993" } as const;
  return () => Promise.resolve({ ctx: { dial: () => Promise.reject(new DialError(`connect 192.0.2.1:993: ${code}`, about)) } });
};

/** Certificates that must keep the password at home: the server takes whatever it is sent and keeps a record. */
const keepsPassword = (presents: CertificateKind, code: string, security: "tls" | "starttls"): CheckCase => {
  let received = "";
  return {
    options: { ...login, limits },
    world: async () => {
      const world = await mailWorld(scriptImap(), { presents, security });
      return {
        ...world,
        close: async () => {
          received = world.server.received();
          await world.close();
        },
      };
    },
    ...critical(code, ({ findings, evidence }) => {
      expect(findings[0]?.data).toMatchObject({ phase: "tls", host: mailHost });
      expect(evidence.join("\n")).toContain("certificate CN=");
      expect(received).not.toMatch(/LOGIN|AUTHENTICATE|sales@/i);
    }),
  };
};

testCheck(imapLogin, {
  "all is well": on(
    {},
    {
      status: "ok",
      findings: [],
      also: ({ metrics, evidence }) => {
        expect(Object.keys(metrics).toSorted()).toEqual(["connect", "examine", "greeting", "login", "resolve", "tls"]);
        const text = evidence.join("\n");
        expect(text).toContain("C: m2 LOGIN Sales@example.test [password]");
        expect(text).not.toContain("pa55");
        expect(text).toContain("EXAMINE INBOX");
        expect(text).not.toMatch(/SELECT/);
      },
    },
  ),
  "all is well by STARTTLS": on({}, { status: "ok", findings: [] }, { security: "starttls" }),
  "a pinned certificate that nobody vouches for": {
    ...on({}, { status: "ok", findings: [] }),
    world: async () => {
      const world = await mailWorld(scriptImap(), { presents: "selfSigned" });
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
    world: async () => ({ ctx: await reaching({ [mailHost]: "SERVFAIL" }) }),
    status: "unknown",
    findings: ["name-unresolved"],
    also: phaseIs("resolve"),
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
    ...on({}, warning("address-failed")),
    world: async () => {
      const world = await mailWorld(scriptImap(), { host: "127.0.0.3" });
      return { ...world, ctx: await reaching({ [mailHost]: { A: ["127.0.0.1", "127.0.0.3"] } }) };
    },
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
  "the certificate is for another host, by STARTTLS": keepsPassword("otherHost", "certificate-wrong-host", "starttls"),

  "a greeting that is slow": on({ delay: 350 }, warning("greeting-late")),
  "a greeting that is late": on({ delay: 750 }, critical("greeting-late", phaseIs("greeting"))),
  "no greeting": on({ greeting: "silence" }, critical("greeting-missing", phaseIs("greeting"))),
  "BYE with a reason": on(
    { greeting: ["* BYE [UNAVAILABLE] down for maintenance"] },
    critical("greeting-refused", ({ findings }) => expect(findings[0]?.data["reason"]).toContain("down for maintenance")),
  ),
  "a greeting of another protocol": on({ greeting: ["SSH-2.0-OpenSSH"] }, critical("greeting-unexpected")),
  "a greeting without end": on({ greeting: ["* OK ".padEnd(70_000, "x")] }, critical("greeting-unexpected")),
  "the server hangs up in place of a greeting": on({ greeting: "hangup" }, critical("connection-lost", phaseIs("greeting"))),
  PREAUTH: on({ greeting: ["* PREAUTH come in"] }, critical("preauth")),
  "PREAUTH before STARTTLS": on({ greeting: ["* PREAUTH come in"] }, critical("preauth"), { security: "starttls" }),

  "no STARTTLS": on(
    { on: { CAPABILITY: [["* CAPABILITY IMAP4rev1 AUTH=PLAIN", "{tag} OK done"]] } },
    critical("starttls-missing"),
    {
      security: "starttls",
      implicit: false,
    },
  ),
  "STARTTLS refused": on(
    { greeting: ["* OK [CAPABILITY IMAP4rev1 STARTTLS] ready"], on: { STARTTLS: [["{tag} NO no key"]] } },
    critical("starttls-refused"),
    { security: "starttls" },
  ),
  "answers before TLS began": on(
    {
      greeting: ["* OK [CAPABILITY IMAP4rev1 STARTTLS] ready"],
      on: { STARTTLS: [["{tag} OK begin TLS now\r\n* OK [CAPABILITY IMAP4rev1] injected"]] },
    },
    critical("tls-failed", phaseIs("tls")),
    { security: "starttls" },
  ),

  "no password is taken": on(
    { on: { CAPABILITY: [["* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED", "{tag} OK done"]] } },
    critical("password-login-off"),
  ),
  "LOGIN is off, PLAIN is not": on(
    { on: { CAPABILITY: [["* CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED", "{tag} OK done"]], AUTHENTICATE: [["+ "]] } },
    critical("command-timeout", ({ findings }) => expect(findings[0]?.data["command"]).toBe("AUTHENTICATE")),
  ),
  "the wrong password": on(refusedWith("NO [AUTHENTICATIONFAILED] wrong"), {
    ...critical("login-rejected", phaseIs("auth")),
  }),
  "a refusal that the provider's list calls definite": on(
    refusedWith("NO Password is wrong"),
    critical("login-rejected", (_observation, { rejected, immediate, loggedIn }) => {
      expect([rejected?.kind, immediate, loggedIn]).toEqual(["definite", true, []]);
    }),
    {},
    { provider: exmail },
  ),
  "a refusal that means five things": on(
    refusedWith("NO Login fail. Account is abnormal, service is not open, password is incorrect, or system is busy."),
    { ...warning("login-refused"), also: (_observation, { rejected }) => expect(rejected?.kind).toBe("ambiguous") },
    {},
    { provider: exmail },
  ),
  "a refusal without a reason": on(refusedWith("NO no"), warning("login-refused")),
  "a refusal in GBK": {
    ...on({}, { status: "warning", findings: ["login-refused"] }),
    world: () =>
      mailWorld(async (client) => {
        client.send("* OK [CAPABILITY IMAP4rev1] ready");
        const tag = (await client.line()).split(" ")[0];
        client.send(Buffer.concat([Buffer.from(`${tag} NO `), Buffer.from("b5c7c2bccca2c6b5b7b10d0a", "hex")]));
        await client.line();
      }),
    also: ({ findings }) => expect(findings[0]?.data["reason"]).toContain("登录"),
  },
  "not allowed into this mailbox": on(refusedWith("NO [AUTHORIZATIONFAILED] no"), critical("login-not-authorized")),
  "the password has expired": on(refusedWith("NO [EXPIRED] old"), critical("password-expired")),
  "the account is locked": on(refusedWith("NO [CONTACTADMIN] locked"), critical("account-locked")),
  "more privacy is wanted": on(refusedWith("NO [PRIVACYREQUIRED] tls"), critical("login-needs-tls")),
  "the user database is down": on(
    refusedWith("NO [UNAVAILABLE] try later"),
    critical("login-unavailable", (_observation, { rejected }) => expect(rejected).toBeUndefined()),
  ),
  "too many connections": on(refusedWith("NO [LIMIT] 11 connections"), warning("login-limited")),
  "the mailbox is in use": on(refusedWith("NO [INUSE] locked by POP"), warning("login-limited")),
  "over quota": on(refusedWith("NO [OVERQUOTA] full"), critical("mailbox-over-quota")),
  "a bug of the server": on(refusedWith("NO [SERVERBUG] sorry"), warning("server-bug")),
  "no mailbox behind the account": on(
    { on: { EXAMINE: [["{tag} BAD User is authenticated but not connected."]] } },
    critical("mailbox-not-connected"),
  ),
  "the inbox does not open": on(
    { on: { EXAMINE: [["{tag} NO [NONEXISTENT] no such folder"]] } },
    critical("inbox-not-opened", ({ metrics }) => expect(metrics["examine"]).toBeGreaterThanOrEqual(0)),
  ),
  "ID is wanted after the login": on(
    { on: { EXAMINE: [["{tag} NO EXAMINE Unsafe Login. Please contact kefu@188.com for help"], ["{tag} OK done"]] } },
    { status: "ok", findings: [], also: ({ evidence }) => expect(evidence.join("\n")).toMatch(/ID \("name" "Mailvigil"/) },
  ),
  "ID does not help": on(
    { on: { EXAMINE: [["{tag} NO EXAMINE Unsafe Login. Please contact kefu@188.com for help"]] } },
    critical("id-wanted"),
  ),
  "Coremail is told who asks, between login and folder": on(
    { greeting: ["* OK Coremail System IMap Server Ready(163com[x])"] },
    {
      status: "ok",
      findings: [],
      also: ({ evidence }) => {
        const commands = evidence.filter((line) => line.startsWith("C: ")).map((line) => line.split(" ")[2]);
        expect(commands).toEqual(["CAPABILITY", "LOGIN", "ID", "EXAMINE"]);
      },
    },
  ),
  "an ALERT in the greeting and one in between": on(
    { greeting: ["* OK [ALERT] service ends on Sunday"], on: { EXAMINE: [["* OK [ALERT] 95 % full", "{tag} OK done"]] } },
    { status: "ok", findings: ["server-alert", "server-alert"] },
  ),
  "no answer to LOGIN": on({ on: { LOGIN: ["silence"] } }, critical("command-timeout", phaseIs("auth"))),
  "the connection is cut at LOGIN": on({ on: { LOGIN: ["reset"] } }, critical("connection-lost", phaseIs("auth"))),
  "BYE in place of an answer": on(
    { on: { LOGIN: [["* BYE [UNAVAILABLE] shutting down", "!hangup"]] } },
    critical("session-ended", ({ findings }) => expect(findings[0]?.data["reason"]).toContain("shutting down")),
  ),
  "lines without end in answer to a command": on(
    { on: { EXAMINE: [Array.from({ length: 1_100 }, (_unused, i) => `* ${i} EXISTS`)] } },
    critical("command-refused"),
  ),
  "the password cannot be read": on(
    {},
    { status: "unknown", findings: ["secret-unreadable"] },
    {},
    { password: secretOf(undefined) },
  ),
  "no way to the host": {
    options: { ...login, host: mailHost },
    world: unreachable("ENETUNREACH"),
    status: "unknown",
    findings: ["no-route"],
    also: phaseIs("connect"),
  },
  "a router says no": {
    options: { ...login, host: mailHost },
    world: unreachable("EHOSTUNREACH"),
    ...critical("host-unreachable", phaseIs("connect")),
  },
});
