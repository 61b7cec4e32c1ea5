import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SessionError } from "../../src/net/library-client.ts";
import { submit } from "../../src/net/submit.ts";
import { testWorld } from "../support/check-tester.ts";
import type { LineClient } from "../support/line-server.ts";
import { authority, certificate, mailHost, type MailWorld, mailWorld } from "../support/mail-world.ts";
import { limits } from "../support/round-trip-world.ts";
import { challenge, dialogue, smtpTokens } from "../support/token-cases.ts";
import { credentials, startTokenServer, type TokenServer } from "../support/token-server.ts";

let tokens: TokenServer;
beforeAll(async () => {
  tokens = await startTokenServer({ certificate: await certificate("good") });
});
afterAll(() => tokens.close());

const user = "sales@example.test";
const letter = { from: user, to: "b@example.test", messageId: "<1@example.test>", subject: "s", text: "t", headers: {} };
const provider = {
  id: "microsoft365",
  definiteRejections: [],
  ambiguousRejections: [],
  otherRejections: {},
  idAfterLogin: false,
  blockedInChina: false,
};

async function submitted(script: (client: LineClient) => Promise<void>) {
  const world: MailWorld = await mailWorld(script);
  const password = credentials(`https://${mailHost}:${tokens.port}/token`).microsoft();
  const ctx = testWorld({ ...world.ctx, authorities: [(await authority()).certPem], now: Date.now });
  const visit = {
    ctx: { ...ctx, everyMs: 1, note: () => undefined },
    account: { ...world.options, user, password, limits, provider },
    signal: new AbortController().signal,
  };
  try {
    const outcome = await submit(visit, letter).catch((error: unknown) => error);
    return { outcome, received: world.server.received() };
  } finally {
    await world.close();
  }
}

const hello = [/EHLO/, ["250-mail.example.test", "250 AUTH PLAIN XOAUTH2"]] as const;
const begin = [/^AUTH XOAUTH2$/, ["334 "]] as const;
const message = /^dXNlcj1zYWxlc0BleGFtcGxlLnRlc3QBYXV0aD1CZWFyZXIg/;
const codesOf = (error: unknown): unknown => error instanceof SessionError && error.findings.map(({ code }) => code);

describe("submit by a token", () => {
  test("logs in by XOAUTH2 also where PLAIN is offered, and hands in the letter", async () => {
    const logsIn = dialogue("220 ready", [hello, begin, [message, ["235 2.7.0 welcome"]]]);
    const { outcome, received } = await submitted(async (client) => {
      await logsIn(client);
      for (const answer of ["250 ok", "250 ok", "354 go on"]) {
        await client.line();
        client.send(answer);
      }
      while ((await client.line()) !== ".");
      client.send("250 2.0.0 taken as 7");
    });
    const whole = Buffer.from(`user=${user}\u0001auth=Bearer ${tokens.given.at(-1)}\u0001\u0001`).toString("base64");
    expect(received).toContain(whole);
    expect(received).toContain("Subject: s");
    expect(outcome).toEqual({ kind: "taken", reply: "250 2.0.0 taken as 7" });
  });

  test("sends a refused token once, acknowledges the error, and tells the refusal", async () => {
    const { outcome, received } = await submitted(
      dialogue("220 ready", [hello, begin, [message, [`334 ${challenge}`]], [/^$/, ["535 5.7.3 Authentication unsuccessful"]]]),
    );
    expect(codesOf(outcome)).toEqual(["token-rejected"]);
    expect(outcome instanceof SessionError && outcome.findings[0]?.data).toMatchObject({
      reason: "“535 5.7.3 Authentication unsuccessful”",
      account: user,
    });
    expect(received.match(/^AUTH/gm)).toHaveLength(1);
  });

  test("tells a mailbox's switch from a refused token", async () => {
    const off = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.";
    const { outcome } = await submitted(dialogue("220 ready", [hello, begin, [message, [off]]]));
    expect(codesOf(outcome)).toEqual(["client-access-off"]);
  });

  test("says so where no token can be sent, and sends none", async () => {
    const { outcome, received } = await submitted(smtpTokens.passwordsOnly);
    expect(codesOf(outcome)).toEqual(["oauth-not-offered"]);
    expect(received).not.toMatch(/AUTH/);
  });
});
