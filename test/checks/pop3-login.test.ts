/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import pop3Login from "../../checks/pop3-login.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { pop3Tokens, tokenCases } from "../support/token-cases.ts";
import { connectionCases, critical, type Expected, ok, onServer, phaseIs, warning } from "../support/connection-cases.ts";
import { type Pop3Script, scriptPop3 } from "../support/mail-script.ts";
import { mailWorld, type MailWorldOptions, password, secretOf } from "../support/mail-world.ts";

const on = (script: Pop3Script, expected: Expected, world?: MailWorldOptions, options?: object): CheckCase =>
  onServer(scriptPop3(script), expected, world, options);
const refusedWith = (text: string): Pop3Script => ({ on: { PASS: [[text]] } });
const unknown = (code: string, also?: CheckCase["also"]): Expected => ({
  status: "unknown",
  findings: [code],
  ...(also ? { also } : {}),
});
const capa = (...more: readonly string[]): NonNullable<Pop3Script["on"]> => ({ CAPA: [["+OK", ...more, "."]] });
const sent = (evidence: readonly string[]): readonly string[] =>
  evidence.filter((line) => line.startsWith("C: ")).map((line) => line.slice(3));

testCheck(pop3Login, {
  ...connectionCases(scriptPop3, /USER|PASS|AUTH|sales@/i),
  ...tokenCases(pop3Tokens),
  "all is well": on(
    {},
    {
      ...ok,
      also: ({ metrics, evidence }, { loggedIn, memory }) => {
        expect(loggedIn).toEqual(["sales@example.test"]);
        expect(memory).toEqual({ loggedInAt: testNow });
        expect(Object.keys(metrics).toSorted()).toEqual(["connect", "greeting", "login", "mails", "resolve", "size", "tls"]);
        expect(metrics).toMatchObject({ mails: 3, size: 4096 });
        expect(sent(evidence)).toEqual(["CAPA", "USER Sales@example.test", "PASS [password]", "STAT"]);
        expect(evidence.join("\n")).not.toContain("pa55");
      },
    },
  ),
  "STLS, and what was said before it counts no more": on(
    {
      on: {
        CAPA: [
          ["+OK", "STLS", "USER", "."],
          ["+OK", "SASL PLAIN", "."],
        ],
      },
    },
    {
      ...ok,
      also: ({ evidence }) => {
        expect(sent(evidence)).toEqual(["CAPA", "STLS", "CAPA", "AUTH PLAIN (Sales@example.test, [password])", "STAT"]);
        expect(evidence.join("\n")).not.toContain(Buffer.from(password).toString("base64").slice(4, 12));
      },
    },
    { security: "starttls" },
  ),
  "a server without CAPA": on({ on: { CAPA: [["-ERR what?"]] } }, ok),
  "a server without CAPA, by STLS": on({ on: { CAPA: [["-ERR what?"]] } }, ok, { security: "starttls" }),
  "no STLS": on({ on: capa("USER") }, critical("starttls-missing", phaseIs("tls")), { security: "starttls" }),
  "neither CAPA nor STLS": on(
    { on: { CAPA: [["-ERR what?"]], STLS: [["-ERR what?"]] } },
    critical("starttls-missing", ({ evidence }) => expect(sent(evidence)).toEqual(["CAPA", "STLS"])),
    { security: "starttls" },
  ),
  "STLS refused": on({ on: { STLS: [["-ERR no key"]] } }, critical("starttls-refused", phaseIs("tls")), { security: "starttls" }),
  "answers before TLS began": on(
    { on: { STLS: [["+OK begin TLS now\r\n+OK injected"]] } },
    critical("tls-failed", phaseIs("tls")),
    { security: "starttls" },
  ),
  "turned away at the door": on({ greeting: ["-ERR [SYS/TEMP] too many"] }, critical("greeting-refused")),

  "a password that is not ASCII goes by AUTH PLAIN": on(
    {},
    { ...ok, also: ({ evidence }) => expect(sent(evidence)[1]).toBe("AUTH PLAIN (Sales@example.test, [password])") },
    {},
    { password: secretOf("密码") },
  ),
  "a long password is sent when it is asked for": {
    ...on({}, ok, {}, { password: secretOf("x".repeat(300)) }),
    world: () =>
      mailWorld(async (client) => {
        client.send("+OK ready");
        await client.line();
        client.send("+OK", "SASL PLAIN", ".");
        const asked = await client.line();
        client.send("+ ");
        const response = Buffer.from(await client.line(), "base64").toString();
        client.send(asked === "AUTH PLAIN" && response === `\0Sales@example.test\0${"x".repeat(300)}` ? "+OK" : "-ERR [AUTH]");
        await client.line();
        client.send("+OK 0 0");
        await client.line();
      }),
  },
  "a password with a line break is not sent": on(
    { on: capa("USER") },
    unknown("check-failed", ({ evidence }) => expect(sent(evidence)).toEqual(["CAPA"])),
    {},
    { password: secretOf("a\r\nDELE 1") },
  ),
  "no password is taken": on({ on: capa("SASL XOAUTH2") }, critical("password-login-off", phaseIs("auth"))),

  "the wrong password": on(refusedWith("-ERR [AUTH] wrong"), {
    ...critical("login-rejected", ({ findings, evidence }, { rejected, immediate, loggedIn, memory }) => {
      expect(findings[0]?.data).toMatchObject({ phase: "auth", command: "PASS" });
      expect([rejected?.kind, immediate, loggedIn, memory]).toEqual(["definite", true, [], undefined]);
      expect(sent(evidence)).not.toContain("STAT");
    }),
  }),
  "the wrong name": on(
    { on: { USER: [["-ERR [AUTH] nobody of that name"]] } },
    {
      ...critical("login-rejected", ({ evidence }) => expect(sent(evidence).join()).not.toContain("PASS")),
    },
  ),
  "a refusal without a code": on(refusedWith("-ERR Unable to log on"), {
    ...warning("login-refused"),
    also: (_observation, { rejected }) => expect(rejected?.kind).toBe("ambiguous"),
  }),
  "a refusal that the provider's list calls definite": on(
    refusedWith("-ERR Password is wrong"),
    critical("login-rejected"),
    {},
    {
      provider: { id: "x", definiteRejections: ["password is wrong"] },
    },
  ),
  "a code that this provider gives for several causes": on(
    refusedWith("-ERR [AUTH] Web login required"),
    warning("login-refused"),
    {},
    { provider: { id: "google", ambiguousRejections: ["Web login required"] } },
  ),
  "a refusal in GBK": {
    ...on({}, warning("login-refused")),
    world: () =>
      mailWorld(async (client) => {
        client.send("+OK QQMail POP3 Server v1.0 Service Ready");
        for (const answer of ["-ERR what?", "+OK"]) {
          await client.line();
          client.send(answer);
        }
        await client.line();
        client.send(Buffer.concat([Buffer.from("-ERR "), Buffer.from("b5c7c2bccca2c6b5b7b10d0a", "hex")]));
        await client.line();
      }),
    also: ({ findings }) => expect(findings[0]?.data["reason"]).toContain("登录"),
  },
  "the account is locked": on(
    refusedWith("-ERR account suspended"),
    critical("account-locked"),
    {},
    {
      provider: { id: "x", otherRejections: { "account-locked": ["suspended"] } },
    },
  ),
  "too many logins": on(
    refusedWith("-ERR login too often"),
    warning("login-limited"),
    {},
    {
      provider: { id: "x", otherRejections: { "login-limited": ["too often"] } },
    },
  ),
  "a password of its own is wanted": on(
    refusedWith("-ERR authorization code"),
    critical("app-password-needed"),
    {},
    {
      provider: { id: "x", otherRejections: { "app-password-needed": ["authorization code"] } },
    },
  ),
  "not from this address": on(
    refusedWith("-ERR ERR.LOGIN.IPDENY"),
    critical("address-denied"),
    {},
    {
      provider: { id: "x", otherRejections: { "address-denied": ["ERR.LOGIN.IPDENY"] } },
    },
  ),
  "the user database is down": on(
    refusedWith("-ERR [SYS/TEMP] try later"),
    critical("login-unavailable", (_observation, { rejected }) => expect(rejected).toBeUndefined()),
  ),
  "POP3 is not switched on": on(
    refusedWith("-ERR [SYS/PERM] Your account is not enabled for POP access."),
    critical("person-needed", (_observation, { rejected }) => expect(rejected).toBeUndefined()),
  ),
  "another program holds the mailbox": on(refusedWith("-ERR [IN-USE] locked"), {
    ...warning("mailbox-in-use"),
    also: (_observation, { loggedIn }) => expect(loggedIn).toEqual(["sales@example.test"]),
  }),
  "too soon, as the server says": on(refusedWith("-ERR [LOGIN-DELAY] wait"), unknown("login-delay")),
  "too soon, as we know": {
    ...on(
      { on: capa("USER", "LOGIN-DELAY 900 USER") },
      unknown("login-delay", ({ evidence }) => expect(sent(evidence)).toEqual(["CAPA"])),
    ),
    memory: { loggedInAt: testNow - 899_000 },
  },
  "late enough": { ...on({ on: capa("USER", "LOGIN-DELAY 900") }, ok), memory: { loggedInAt: testNow - 900_000 } },

  "the mails are not counted": on(
    { on: { STAT: [["-ERR [SYS/TEMP] cannot open"]] } },
    critical("maildrop-not-opened", (_observation, { loggedIn }) => expect(loggedIn).toHaveLength(1)),
  ),
  "a count that is none": on({ on: { STAT: [["+OK many"]] } }, critical("command-refused")),
  "no POP3 in the middle": on(refusedWith("HTTP/1.1 400 Bad Request"), critical("command-refused")),
  "capabilities without end": on(
    { on: { CAPA: [["+OK", ...Array.from({ length: 200 }, (_unused, i) => `X-${i}`)]] } },
    critical("command-refused"),
  ),
  "it hangs up, and has said why": on(
    { on: { CAPA: [["-ERR [SYS/TEMP] shutting down", "!hangup"]] } },
    critical("session-ended", ({ findings }) => expect(findings[0]?.data["reason"]).toContain("shutting down")),
  ),
  "no answer to PASS": on({ on: { PASS: ["silence"] } }, critical("command-timeout", phaseIs("auth"))),
  "the connection is cut at PASS": on({ on: { PASS: ["reset"] } }, critical("connection-lost", phaseIs("auth"))),
});
