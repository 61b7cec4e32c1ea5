/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import type { CheckCase } from "./check-tester.ts";
import { type Expected, login, ok } from "./connection-cases.ts";
import type { LineClient } from "./line-server.ts";
import { authority, certificate, mailHost, mailWorld } from "./mail-world.ts";
import { credentials, refusal, startTokenServer, type TokenReply } from "./token-server.ts";

/** A dialogue line by line: what the client must say, and what it is answered. Whoever says anything else is sent away. */
export const dialogue =
  (greeting: string, steps: readonly (readonly [said: RegExp, answers: readonly string[]])[]) =>
  async (client: LineClient): Promise<void> => {
    client.send(greeting);
    for (const [said, answers] of steps) {
      const line = await client.line();
      if (!said.test(line)) {
        client.send(`* BYE 500 unexpected: ${line.slice(0, 40)}`);
        return client.end();
      }
      client.send(...answers);
    }
  };

/** `{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}` */
export const challenge = Buffer.from('{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}').toString("base64");
export const challenged = "“status 400, schemes Bearer, scope https://mail.google.com/”";

type Script = (client: LineClient) => Promise<void>;

interface TokenCase {
  readonly script: Script;
  readonly expected: Expected;
  /** What the token server says in place of a token. */
  readonly answer?: TokenReply;
  /** Which credential; default that of Microsoft. */
  readonly kind?: "google" | "microsoft";
  readonly options?: object;
  /** Where the options of the login belong; default at the top. */
  readonly place?: (options: Readonly<Record<string, unknown>>) => object;
}

/** A case on a scripted mail server, with a real token server beside it. */
export function withToken({ script, expected, answer, kind = "microsoft", options, place = (it) => it }: TokenCase): CheckCase {
  const given: { tokens: () => readonly string[] } = { tokens: () => [] };
  return {
    ...expected,
    world: async () => {
      const tokens = await startTokenServer({ certificate: await certificate("good") });
      if (answer) tokens.answer(answer);
      given.tokens = () => tokens.given;
      const password = credentials(`https://${mailHost}:${tokens.port}/token`)[kind]();
      const world = await mailWorld(script);
      return {
        options: place({ ...login, password, ...options, ...world.options }),
        ctx: { ...world.ctx, authorities: [(await authority()).certPem] },
        close: async () => {
          await world.close();
          await tokens.close();
        },
      };
    },
    also: async (observation, outcome) => {
      for (const token of given.tokens()) {
        const told = JSON.stringify(observation);
        expect(told).not.toContain(token);
        expect(told).not.toContain(Buffer.from(token).toString("base64").slice(4, 60));
      }
      await expected.also?.(observation, outcome);
    },
  };
}

/** What a protocol's server says on the way to, and in answer to, a token. */
interface TokenScripts {
  readonly taken: Script;
  readonly refused: Script;
  /** It lets no mail program in, whatever it logs in with. */
  readonly off: Script;
  /** It takes passwords only. */
  readonly passwordsOnly: Script;
}

/** What every check that logs in says of tokens. `status`: of what keeps it from looking. */
export function tokenCases(
  scripts: TokenScripts,
  status: "critical" | "unknown" = "critical",
): Readonly<Record<string, CheckCase>> {
  const expired = refusal(401, "invalid_client", "AADSTS7000222: The provided client secret keys are expired.\r\nTrace ID: 7");
  return {
    "a token is taken": withToken({
      script: scripts.taken,
      expected: { ...ok, also: (_, { loggedIn }) => expect(loggedIn).toEqual(["sales@example.test"]) },
    }),
    "a token is refused": withToken({
      script: scripts.refused,
      expected: {
        status,
        findings: ["token-rejected"],
        also: ({ findings }, { rejected, loggedIn }) => {
          expect(findings[0]?.data["reason"]).toContain(challenged);
          expect([rejected, loggedIn]).toEqual([undefined, []]);
        },
      },
    }),
    "the client secret has expired": withToken({
      script: scripts.taken,
      answer: expired,
      expected: {
        status: "unknown",
        findings: ["credential-unusable"],
        also: ({ findings }) =>
          expect(findings[0]?.data).toMatchObject({
            credential: "company",
            reason: expect.stringMatching(
              /: the token server answers 401 “invalid_client: AADSTS7000222: The provided client secret keys are expired\.”$/,
            ),
          }),
      },
    }),
    "the mailbox is not in the directory": withToken({
      script: scripts.taken,
      kind: "google",
      answer: refusal(400, "invalid_grant", "Invalid email or User ID"),
      expected: { status, findings: ["token-mailbox-unknown"] },
    }),
    "the administrator has switched this access off": withToken({
      script: scripts.off,
      options: { provider: { id: "microsoft365", otherRejections: { "password-login-off": ["is disabled"] } } },
      expected: { status, findings: ["client-access-off"] },
    }),
    "no token can be sent": withToken({ script: scripts.passwordsOnly, expected: { status, findings: ["oauth-not-offered"] } }),
  };
}

const imapCan = (mechanisms: string): readonly string[] => [`* CAPABILITY IMAP4rev1 SASL-IR ${mechanisms}`, "m1 OK done"];
const bearer = /^m2 AUTHENTICATE XOAUTH2 dXNlcj1TYWxlc0BleGFtcGxlLnRlc3QBYXV0aD1CZWFyZXIg/;

/** @param rest what is said after the login */
export const imapTokens = (rest: Parameters<typeof dialogue>[1]): TokenScripts => ({
  taken: dialogue("* OK ready", [[/CAPABILITY/, imapCan("AUTH=XOAUTH2 LOGINDISABLED")], [bearer, ["m2 OK done"]], ...rest]),
  refused: dialogue("* OK ready", [
    [/CAPABILITY/, imapCan("AUTH=XOAUTH2")],
    [bearer, [`+ ${challenge}`]],
    [/^$/, ["m2 NO AUTHENTICATE failed."]],
    [/LOGOUT/, ["* BYE", "m3 OK done"]],
  ]),
  off: dialogue("* OK ready", [
    [/CAPABILITY/, imapCan("AUTH=XOAUTH2")],
    [bearer, ["m2 NO basic authentication is disabled"]],
    [/LOGOUT/, ["* BYE", "m3 OK done"]],
  ]),
  passwordsOnly: dialogue("* OK ready", [
    [/CAPABILITY/, imapCan("AUTH=PLAIN")],
    [/LOGOUT/, ["* BYE", "m2 OK done"]],
  ]),
});

const hello = (mechanisms: string): readonly string[] => ["250-mail.example.test", `250 AUTH ${mechanisms}`];
const message = /^dXNlcj1TYWxlc0BleGFtcGxlLnRlc3QBYXV0aD1CZWFyZXIg/;
const quit = [/QUIT/, ["221 bye"]] as const;

export const smtpTokens: TokenScripts = {
  taken: dialogue("220 ready", [
    [/EHLO/, hello("XOAUTH2")],
    [/^AUTH XOAUTH2$/, ["334 "]],
    [message, ["235 2.7.0 welcome"]],
    quit,
  ]),
  refused: dialogue("220 ready", [
    [/EHLO/, hello("LOGIN XOAUTH2")],
    [/^AUTH XOAUTH2$/, ["334 "]],
    [message, [`334 ${challenge}`]],
    [/^$/, ["535 5.7.3 Authentication unsuccessful"]],
    quit,
  ]),
  off: dialogue("220 ready", [
    [/EHLO/, hello("LOGIN XOAUTH2")],
    [/^AUTH XOAUTH2$/, ["334 "]],
    [message, ["535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."]],
    quit,
  ]),
  passwordsOnly: dialogue("220 ready", [[/EHLO/, hello("PLAIN LOGIN")], quit]),
};

const capa = (mechanisms: string): readonly string[] => ["+OK", "USER", `SASL ${mechanisms}`, "RESP-CODES", "."];
const leave = [/QUIT/, ["+OK bye"]] as const;

export const pop3Tokens: TokenScripts = {
  taken: dialogue("+OK ready", [
    [/CAPA/, capa("PLAIN XOAUTH2")],
    [/^AUTH XOAUTH2$/, ["+ "]],
    [message, ["+OK logged in"]],
    [/STAT/, ["+OK 3 4096"]],
    leave,
  ]),
  refused: dialogue("+OK ready", [
    [/CAPA/, capa("XOAUTH2")],
    [/^AUTH XOAUTH2$/, ["+ "]],
    [message, [`+ ${challenge}`]],
    [/^$/, ["-ERR Authentication failure: unknown user name or bad password."]],
    leave,
  ]),
  off: dialogue("+OK ready", [
    [/CAPA/, capa("XOAUTH2")],
    [/^AUTH XOAUTH2$/, ["+ "]],
    [message, ["-ERR basic authentication is disabled"]],
    leave,
  ]),
  passwordsOnly: dialogue("+OK ready", [[/CAPA/, capa("PLAIN")], leave]),
};
