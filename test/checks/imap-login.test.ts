/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import imapLogin from "../../checks/imap-login.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { connectionCases, critical, type Expected, ok, onServer, phaseIs, warning } from "../support/connection-cases.ts";
import { type ImapScript, scriptImap } from "../support/mail-script.ts";
import { mailWorld, type MailWorldOptions } from "../support/mail-world.ts";
import { imapTokens, tokenCases } from "../support/token-cases.ts";

const exmail = {
  id: "exmail",
  definiteRejections: ["password is wrong"],
  ambiguousRejections: ["Login fail. Account is abnormal"],
};

const on = (script: ImapScript, expected: Expected, world?: MailWorldOptions, options?: object): CheckCase =>
  onServer(scriptImap(script), expected, world, options);

const refusedWith = (text: string): ImapScript => ({ on: { LOGIN: [[`{tag} ${text}`]] } });

testCheck(imapLogin, {
  ...connectionCases(scriptImap, /LOGIN|AUTHENTICATE|sales@/i),
  ...tokenCases(
    imapTokens([
      [/EXAMINE/, ["m3 OK done"]],
      [/LOGOUT/, ["* BYE", "m4 OK done"]],
    ]),
  ),
  "all is well": on(
    {},
    {
      ...ok,
      also: ({ metrics, evidence }, { loggedIn }) => {
        expect(loggedIn).toEqual(["sales@example.test"]);
        expect(Object.keys(metrics).toSorted()).toEqual(["connect", "examine", "greeting", "login", "resolve", "tls"]);
        const text = evidence.join("\n");
        expect(text).toContain("C: m2 LOGIN Sales@example.test [password]");
        expect(text).not.toContain("pa55");
        expect(text).toContain("EXAMINE INBOX");
        expect(text).not.toMatch(/SELECT/);
      },
    },
  ),
  "BYE with a reason": on(
    { greeting: ["* BYE [UNAVAILABLE] down for maintenance"] },
    critical("greeting-refused", ({ findings }) => expect(findings[0]?.data["reason"]).toContain("down for maintenance")),
  ),
  PREAUTH: on({ greeting: ["* PREAUTH come in"] }, critical("preauth")),
  "PREAUTH before STARTTLS": on({ greeting: ["* PREAUTH come in"] }, critical("preauth"), { security: "starttls" }),

  "no STARTTLS": on(
    { on: { CAPABILITY: [["* CAPABILITY IMAP4rev1 AUTH=PLAIN", "{tag} OK done"]] } },
    critical("starttls-missing", phaseIs("tls")),
    { security: "starttls" },
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
  "a refusal that wants an authorisation code": on(
    refusedWith("NO Please using authorized code to login."),
    critical("app-password-needed", (_observation, { rejected }) => expect(rejected?.kind).toBe("definite")),
    {},
    { provider: { id: "qq", otherRejections: { "app-password-needed": ["authorized code"] } } },
  ),
  "a refusal of the address that the login comes from": on(
    refusedWith("NO ERR.LOGIN.IPDENY"),
    critical("address-denied", (_observation, { rejected }) => expect(rejected?.kind).toBe("ambiguous")),
    {},
    { provider: { id: "netease-qiye", otherRejections: { "address-denied": ["ERR.LOGIN.IPDENY"] } } },
  ),
  "a refusal without a reason": on(refusedWith("NO no"), warning("login-refused")),
  "a refusal in GBK": {
    ...on({}, warning("login-refused")),
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
      ...ok,
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
  "it is asked for more without end": on(
    { on: { EXAMINE: [Array.from({ length: 1_100 }, () => "+ go on")] } },
    critical("command-refused"),
  ),
});
