/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import type { CheckCase } from "./check-tester.ts";
import { connectionCases, critical, type Expected, ok, onServer } from "./connection-cases.ts";
import { type ImapScript, scriptImap } from "./mail-script.ts";
import type { MailWorldOptions } from "./mail-world.ts";
import { imapTokens, tokenCases } from "./token-cases.ts";

const on = (script: ImapScript, expected: Expected, options: object = {}, world: MailWorldOptions = {}): CheckCase =>
  onServer(scriptImap(script), expected, world, options);

const unknown = (code: string, also?: CheckCase["also"]): Expected => ({
  status: "unknown",
  findings: [code],
  ...(also ? { also } : {}),
});

const refusedWith = (text: string): ImapScript => ({ on: { LOGIN: [[`{tag} ${text}`]] } });

/**
 * The cases of a check that logs in by IMAP to look at something else. How the mailbox is reached is the matter of imap-login: here a
 * fault on the way makes unknown what was looked for, and a slow one nothing.
 * @param well a server on which the check finds nothing
 */
export function sideLookCases(well: ImapScript): Readonly<Record<string, CheckCase>> {
  const cases = connectionCases((opening) => scriptImap({ ...opening, ...well }), /LOGIN|AUTHENTICATE|sales@/i);
  const onTheWay = Object.entries(cases).map(([name, given]): [string, CheckCase] => {
    const passes = given.findings.every((code) => code === "address-failed" || code === "greeting-late");
    const { also: _, ...rest } = given;
    if (passes) return [name, { ...rest, ...ok }];
    return [name, { ...given, status: "unknown" }];
  });
  // That a token is taken is shown by imap-login.
  const { "a token is taken": _taken, ...withTokens } = tokenCases(imapTokens([]), "unknown");
  return { ...Object.fromEntries(onTheWay), ...withTokens };
}

/** What a server says before or in place of a login. */
export const imapRefusalCases: Readonly<Record<string, CheckCase>> = {
  "BYE in place of a greeting": on({ greeting: ["* BYE no"] }, unknown("greeting-refused")),
  PREAUTH: on({ greeting: ["* PREAUTH come in"] }, unknown("preauth")),
  "no STARTTLS": on(
    { on: { CAPABILITY: [["* CAPABILITY IMAP4rev1", "{tag} OK"]] } },
    unknown("starttls-missing"),
    {},
    { security: "starttls" },
  ),
  "STARTTLS refused": on({ on: { STARTTLS: [["{tag} NO no"]] } }, unknown("starttls-refused"), {}, { security: "starttls" }),
  "no password is taken": on(
    { on: { CAPABILITY: [["* CAPABILITY IMAP4rev1 LOGINDISABLED", "{tag} OK"]] } },
    unknown("password-login-off"),
  ),
  "the wrong password": on(
    refusedWith("NO [AUTHENTICATIONFAILED] wrong"),
    critical("login-rejected", (_observation, { rejected, immediate }) => {
      // Who hears it first tells it: the breaker keeps all others from trying.
      expect([rejected?.kind, immediate]).toEqual(["definite", true]);
    }),
  ),
  "a refusal without a reason": on(
    refusedWith("NO no"),
    unknown("login-refused", (_observation, { rejected }) => expect(rejected?.kind).toBe("ambiguous")),
  ),
  "not allowed into this mailbox": on(refusedWith("NO [AUTHORIZATIONFAILED] no"), critical("login-not-authorized")),
  "the password has expired": on(refusedWith("NO [EXPIRED] old"), critical("password-expired")),
  "the account is locked": on(refusedWith("NO [CONTACTADMIN] locked"), critical("account-locked")),
  "more privacy is wanted": on(refusedWith("NO [PRIVACYREQUIRED] tls"), unknown("login-needs-tls")),
  "the user database is down": on(refusedWith("NO [UNAVAILABLE] try later"), unknown("login-unavailable")),
  "too many connections": on(refusedWith("NO [LIMIT] 11 connections"), unknown("login-limited")),
  "a bug of the server": on(refusedWith("NO [SERVERBUG] sorry"), unknown("server-bug")),
  "no mailbox behind the account": on(
    refusedWith("NO User is authenticated but not connected."),
    unknown("mailbox-not-connected"),
  ),
  "a password of its own is wanted": on(refusedWith("NO authorization code is wanted"), critical("app-password-needed"), {
    provider: { id: "qq", otherRejections: { "app-password-needed": ["authorization code"] } },
  }),
  "not from this address": on(refusedWith("NO ERR.LOGIN.IPDENY"), unknown("address-denied"), {
    provider: { id: "netease", otherRejections: { "address-denied": ["ERR.LOGIN.IPDENY"] } },
  }),
  "the login itself is refused because it is full": on(refusedWith("NO [OVERQUOTA] full"), critical("mailbox-over-quota")),
};
