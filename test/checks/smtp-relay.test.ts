/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { describe, expect, test } from "vitest";
import smtpRelay from "../../checks/smtp-relay.ts";
import { certificateFindings } from "../../src/net/certificate-findings.ts";
import { connectionFindings } from "../../src/net/connection-findings.ts";
import { sessionFindings } from "../../src/net/session-findings.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { startFullQueue } from "../support/full-queue.ts";
import { type Answers, scriptSmtp, type SmtpScript } from "../support/mail-script.ts";
import { mailHost, mailWorld, type MailWorldOptions, reaching } from "../support/mail-world.ts";

const limits = { connect: 1, tls: 0.3, greeting: 0.8, command: 0.3, slow: 0.25, late: 0.6 };
const who = { sender: "scanner@example.com", to: "canary@partner.test", limits };

/** A relay that takes everything, but for what the script says otherwise. */
const relay = (on: NonNullable<SmtpScript["on"]> = {}, more: Omit<SmtpScript, "on"> = {}) =>
  scriptSmtp({ ...more, on: { MAIL: [["250 2.1.0 ok"]], RCPT: [["250 2.1.5 ok"]], RSET: [["250 2.0.0 ok"]], ...on } });
type Expected = Pick<CheckCase, "status" | "findings" | "also">;
const on = (
  script: ReturnType<typeof relay>,
  expected: Expected,
  options: object = {},
  world: MailWorldOptions = {},
): CheckCase => ({
  options: { ...who, ...options },
  world: () => mailWorld(script, { security: "starttls", ...world }),
  ...expected,
});
const said = (code: string, status: Expected["status"], data: object = {}): Expected => ({
  status,
  findings: [code],
  also: ({ findings }) => expect(findings[0]?.data).toMatchObject(data),
});
const ok: Expected = { status: "ok", findings: [] };
const mail = (...answers: readonly Answers[]) => relay({ MAIL: answers });
const rcpt = (...answers: readonly Answers[]) => relay({ RCPT: answers });
const commands = (evidence: readonly string[]): readonly string[] =>
  evidence.flatMap((line) => (line.startsWith("C: ") ? [line.slice(3)] : []));

const own = ["starttls-missing", "certificate-expired", "certificate-intercepted", "certificate-self-signed"];
const shared = Object.fromEntries(
  [connectionFindings, certificateFindings, sessionFindings]
    .flatMap((declared) => Object.keys(declared))
    .filter((code) => !own.includes(code))
    .map((code) => [code, "test/checks/smtp-submission.test.ts"]),
);

testCheck(
  smtpRelay,
  {
    "a relay that takes our mail, which is withdrawn": on(relay(), {
      ...ok,
      also: ({ evidence }) =>
        expect(commands(evidence)).toEqual([
          "EHLO example.com",
          "STARTTLS",
          "EHLO example.com",
          "MAIL FROM:<scanner@example.com>",
          "RCPT TO:<canary@partner.test>",
          "RSET",
        ]),
    }),
    "TLS from the first byte": on(relay(), ok, {}, { security: "tls" }),
    "in clear, on purpose": on(relay(), ok, { security: "none" }),
    "no STARTTLS": on(
      relay({ EHLO: [["250-mail.example.test", "250 SIZE 1000"]] }),
      said("starttls-missing", "warning", { reason: "no STARTTLS" }),
    ),
    "STARTTLS refused": on(relay({ STARTTLS: [["454 4.7.0 TLS not available"]] }), said("starttls-missing", "warning")),
    "a certificate that has expired is told beside the rest": on(
      mail(["250 ok"]),
      said("certificate-expired", "warning"),
      {},
      { presents: "expired" },
    ),
    "a certificate of nobody": on(relay(), said("certificate-self-signed", "warning"), {}, { presents: "selfSigned" }),
    "the same at 465, and the relay refuses as well": on(
      rcpt(["550 5.7.64 TenantAttribution; Relay Access Denied"]),
      { status: "critical", findings: ["certificate-self-signed", "relay-refuses-us"] },
      {},
      { presents: "selfSigned", security: "tls" },
    ),
    "something on the way opens the connection": {
      ...on(relay(), { status: "unknown", findings: ["certificate-intercepted"] }, {}, { presents: "box" }),
      world: async () => {
        const { showBox } = await import("../support/mail-world.ts");
        const world = await mailWorld(relay(), { security: "starttls", presents: "box" });
        const close = await showBox(world.ctx);
        return { ...world, close: () => Promise.all([world.close(), close()]) };
      },
    },

    "Google does not know our address": on(
      mail(["550-5.7.1 Invalid credentials for relay [192.0.2.5]. The IP address you've", "550 5.7.1 registered does not match"]),
      said("relay-refuses-us", "critical", { command: "MAIL" }),
    ),
    "Microsoft does not know our address": on(
      rcpt(["550 5.7.64 TenantAttribution; Relay Access Denied [192.0.2.5]"]),
      said("relay-refuses-us", "critical", { command: "RCPT" }),
    ),
    "Postfix does not know our address": on(
      rcpt(["454 4.7.1 <canary@partner.test>: Relay access denied"]),
      said("relay-refuses-us", "critical"),
    ),
    "it wants a login": on(mail(["530 5.7.0 Authentication required"]), said("relay-refuses-us", "critical")),
    "a sender that it does not take": on(
      mail(["553 5.7.1 <scanner@example.com>: Sender address rejected: not owned by user"]),
      said("sender-not-allowed", "critical", { sender: "scanner@example.com" }),
    ),
    "a sender that is no more": on(mail(["550 5.1.1 no such user"]), said("sender-not-allowed", "critical")),
    "it greylists": on(
      rcpt(["450 4.7.1 Recipient address rejected: Greylisted for 300 seconds"]),
      said("relay-greylists", "warning"),
    ),
    "its limit is reached": on(
      rcpt(["550 5.4.5 Daily SMTP relay limit exceeded for customer"]),
      said("relay-limited", "warning"),
    ),
    "it is busy": on(mail(["452 4.3.1 Insufficient system storage"]), said("relay-busy", "warning")),
    "the recipient is gone": on(rcpt(["550 5.1.1 <canary@partner.test>: no such user"]), said("recipient-unusable", "unknown")),
    "it hangs up at the recipient": on(rcpt("hangup"), said("connection-lost", "critical")),
    "421 in answer to EHLO": on(
      relay({ EHLO: [["421-4.7.0 Try again later, closing connection. (EHLO)", "421 4.7.0 see support"]] }),
      said("session-ended", "critical"),
    ),
    "nothing listens": {
      options: { ...who, host: mailHost, port: 9 },
      world: async () => ({ ctx: await reaching({ [mailHost]: { A: ["127.0.0.1"] } }) }),
      ...said("connection-refused", "critical"),
    },

    "any sender is taken": on(relay(), said("any-sender-taken", "warning", { stranger: "mailvigil-relay-test@example.net" }), {
      relayTest: true,
    }),
    "a sender of nobody is not taken": on(mail(["250 ok"], ["550 5.7.1 Sender not allowed"]), ok, { relayTest: true }),
    "without consent no other sender is tried": on(relay(), {
      ...ok,
      also: ({ evidence }) => expect(evidence.join("\n")).not.toContain("mailvigil-relay-test"),
    }),

    "open to a machine that is a stranger": on(relay(), said("open-relay", "critical"), { expect: "refused" }),
    "a stranger is refused": on(rcpt(["554 5.7.1 Relay access denied"]), ok, { expect: "refused" }),
    "a stranger is refused for now": on(rcpt(["454 4.7.1 Relay access denied"]), ok, { expect: "refused" }),
    "a stranger is only put off": on(rcpt(["450 4.7.1 Greylisted"]), said("relay-greylists", "warning"), { expect: "refused" }),
    "a stranger's recipient is gone, which says nothing": on(
      rcpt(["550 5.1.1 no such user"]),
      said("recipient-unusable", "unknown"),
      {
        expect: "refused",
      },
    ),
    "a stranger is not even talked to": on(
      relay({}, { greeting: ["554 5.7.1 go away"] }),
      { ...ok, also: (_, { nothing }) => expect(nothing).toBe(true) },
      { expect: "refused" },
    ),
    "a stranger gets no answer at all, which may be our own network": {
      options: { ...who, host: mailHost, limits: { ...limits, connect: 0.2 }, expect: "refused" },
      world: async () => {
        const { port, close } = await startFullQueue();
        return { options: { port }, ctx: await reaching({ [mailHost]: { A: ["127.0.0.1"] } }), close };
      },
      ...said("relay-unreached", "unknown", { host: mailHost }),
    },
    "a stranger cannot connect": {
      options: { ...who, host: mailHost, port: 9, expect: "refused" },
      world: async () => ({ ctx: await reaching({ [mailHost]: { A: ["127.0.0.1"] } }) }),
      ...ok,
    },
  },
  { shownElsewhere: shared },
);

describe("the options of smtp-relay", () => {
  const parse = (options: object) => smtpRelay.options.safeParse({ host: mailHost, ...who, ...options });
  test("port and security follow from each other", () => {
    expect(parse({}).data).toMatchObject({ port: 587, security: "starttls" });
    expect(parse({ port: 465 }).data).toMatchObject({ port: 465, security: "tls" });
    expect(parse({ security: "tls" }).data).toMatchObject({ port: 465 });
    expect(parse({ port: 25 }).data).toMatchObject({ port: 25, security: "starttls" });
  });
  test("an address cannot end a command", () => {
    for (const to of ["a@b.test>\r\nDATA", "a@b.test\nx", "a b@c.test", "<a@b.test>", "a@b@c.test", "nobody"])
      expect(parse({ to }).error?.issues[0]?.message, to).toBe("must be a mail address");
    expect(parse({ hello: "x\r\nDATA" }).success).toBe(false);
  });
});
