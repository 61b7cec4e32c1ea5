/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import mailRoundtrip from "../../checks/mail-roundtrip.ts";
import type { Folder } from "../../src/demo/mail-store.ts";
import { probeHeader, tokenOf } from "../../src/mail/probe-mail.ts";
import type { Travelling } from "../../src/mail/probe-journey.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { critical } from "../support/connection-cases.ts";
import { at, dataIs, from, journey, minute, sent, sign, smtpAnswers, to } from "../support/round-trip-world.ts";

const token = (mail: Travelling): string => tokenOf(`${from}~${to}`, mail, sign);

interface Report {
  readonly mail: Travelling;
  readonly action?: string;
  readonly status?: string;
  readonly said?: string;
  /** The header of the mail that it is about. */
  readonly original?: string;
}

/** A report as Postfix writes it. */
const report = ({ mail, action = "failed", status = "5.1.1", said = "550 5.1.1 User unknown", original }: Report): string =>
  `From: MAILER-DAEMON@mail.example.test (Mail Delivery System)
To: ${from}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system at host mail.example.test.

<${to}>: host mx.far.test[192.0.2.9] said: ${said}
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.test

Final-Recipient: rfc822; ${to}
Action: ${action}
Status: ${status}
Remote-MTA: dns; mx.far.test
Diagnostic-Code: smtp; ${said}

--b
Content-Type: text/rfc822-headers

${original ?? `Message-ID: <${token(mail)}@example.test>`}
Subject: Short note

--b--
`;

/** These lie in the sender's mailbox, in this order. What is left there is handed to \`also\`. */
function returned(
  mails: readonly (string | readonly [raw: string, folder: string])[],
  given: Omit<CheckCase, "world" | "also"> & {
    readonly options?: object;
    readonly also?: CheckCase["also"];
    readonly leaves?: readonly number[];
  },
): CheckCase {
  const inboxes: Folder[] = [];
  const { options, leaves, also, ...rest } = given;
  return {
    ...rest,
    world: at(
      ({ comesBack, store }) => {
        for (const mail of mails)
          if (typeof mail === "string") comesBack(mail);
          else comesBack(...mail);
        inboxes.push(...(store.get(from)?.folders ?? []));
      },
      undefined,
      { senderMailbox: true, options: options ?? {} },
    ),
    also: async (observation, outcome) => {
      await also?.(observation, outcome);
      if (leaves) expect(inboxes.find(({ name }) => name === "INBOX")?.messages.map(({ uid }) => uid)).toEqual(leaves);
    },
  };
}

const under = (msAgo: number, more: Partial<Travelling> = {}) => ({ memory: journey([sent(msAgo, more)]) });
const strange = "From: buyer@x.test\nSubject: an order\n\nHello\n";

testCheck(
  mailRoundtrip,
  {
    "returned: the cause at the first look, and only our report is taken away": returned([strange, report({ mail: sent(0) })], {
      ...under(20_000),
      ...critical("bounced"),
      leaves: [1],
      also: (observation, { memory, loggedIn, again }) => {
        expect(observation.findings[0]?.data).toMatchObject({
          causes: "unknown-mailbox",
          reason: `There is no mailbox ${to} any more, or there never was.`,
          who: "whoever sent it",
          by: "mx.far.test",
          said: "550 5.1.1 User unknown",
          number: 7,
        });
        expect(memory).toMatchObject({ travelling: [], badStreak: 1, last: { code: "bounced" } });
        expect(loggedIn).toEqual([to, from]);
        expect(again).toBeUndefined();
      },
    }),
    "returned into the junk folder": returned([[report({ mail: sent(0) }), "Junk"]], {
      ...under(20_000),
      ...critical("bounced"),
    }),
    "a report that a gateway gave another Message-ID says it in our own field": returned(
      [report({ mail: sent(0), original: `Message-ID: <1@gate.test>\n${probeHeader}: ${token(sent(0))}` })],
      { ...under(20_000), ...critical("bounced") },
    ),
    "the words leave several causes open: the likeliest is told as such": returned(
      [report({ mail: sent(0), status: "5.7.1", said: "550 5.7.1 Refused" })],
      {
        ...under(20_000),
        ...critical("bounced", ({ findings }) => {
          expect(String(findings[0]?.data?.["causes"]).split(" ").length).toBeGreaterThan(1);
          expect(findings[0]?.data?.["reason"]).toMatch(/^These words do not decide why\. Likeliest: /);
        }),
      },
    ),
    "a forged report is not ours: the mail is still under way, and the report stays": returned(
      [report({ mail: sent(0), original: `Message-ID: <7.00112233445566ff.${"0".repeat(32)}@example.test>` })],
      { ...under(20_000), status: "ok", findings: ["not-there-yet"], leaves: [1] },
    ),
    "a report about another mail of ours is taken away and says nothing of this one": returned(
      [report({ mail: sent(0, { seq: 3 }) })],
      { ...under(20_000), status: "ok", findings: ["not-there-yet"], leaves: [] },
    ),
    "when its time is up, the report tells what would have been called lost": returned([report({ mail: sent(0) })], {
      ...under(15 * minute),
      ...critical("bounced"),
    }),
    "a mail that was called lost came back after all: it is told why": returned([report({ mail: sent(0, { seq: 6 }) })], {
      memory: journey([sent(20_000)], {
        badStreak: 2,
        last: { code: "lost", data: { number: 6, minutes: 15, from, to } },
        counts: { sent: 7, found: 5, lost: 1, returned: 0, duplicates: 0, late: 0, junk: 0 },
        past: [{ seq: 6, random: sent(0).random, sentAt: testNow - 60 * minute, found: false }],
      }),
      status: "critical",
      findings: ["bounced", "not-there-yet"],
      also: (_observation, { memory }) =>
        expect(memory).toMatchObject({ counts: { sent: 7, found: 5, lost: 0, returned: 1 }, past: [] }),
    }),
    "put off: told in the words of who does it": returned(
      [report({ mail: sent(0), action: "delayed", status: "4.2.2", said: "452 4.2.2 Mailbox full" })],
      {
        ...under(30_000),
        status: "ok",
        findings: ["not-there-yet", "delayed"],
        leaves: [],
        also: ({ findings }, { memory }) => {
          expect(findings[1]?.data).toMatchObject({ causes: "mailbox-full", by: "mx.far.test", seconds: 30 });
          expect(memory).toMatchObject({ travelling: [{ putOff: { causes: "mailbox-full" } }], badStreak: 0 });
        },
      },
    ),
    "greylisting is called by its name": returned(
      [report({ mail: sent(0), action: "delayed", status: "4.7.1", said: "451 4.7.1 Greylisted, try again later" })],
      { ...under(30_000), status: "ok", findings: ["not-there-yet", "greylisted"] },
    ),
    "the sender's mailbox was looked into half a minute ago": {
      ...returned([report({ mail: sent(0) })], {
        memory: journey([sent(60_000)], { reports: { folders: {}, lookedAt: testNow - 30_000 } }),
        status: "ok",
        findings: ["not-there-yet"],
        leaves: [1],
      }),
    },
    "copies of our mails that the server keeps are swept away once a day": (() => {
      let left: readonly number[] = [];
      let sentFolder: Folder | undefined;
      return {
        memory: journey([sent(20_000)], { sweptAt: testNow - 1441 * minute }),
        world: at(
          ({ comesBack, arrive, store }) => {
            arrive("INBOX", 15_000, sent(0));
            const old = testNow - 3 * 1440 * minute;
            comesBack(`${probeHeader}: ${token(sent(0, { seq: 1 }))}\n\nx\n`, "Sent", old);
            comesBack(strange, "Sent", old);
            comesBack(`${probeHeader}: ${token(sent(0, { seq: 6 }))}\n\nx\n`, "Sent");
            sentFolder = store.get(from)?.folders.find(({ name }) => name === "Sent");
          },
          undefined,
          { senderMailbox: true },
        ),
        status: "ok",
        findings: [],
        also: () => {
          left = sentFolder?.messages.map(({ uid }) => uid) ?? [];
          expect(left).toEqual([2, 3]);
        },
      } satisfies CheckCase;
    })(),

    "refused at submission: with the cause": {
      world: at(undefined, smtpAnswers("RCPT", "550 5.7.1 Service unavailable; client blocked using zen.spamhaus.org")),
      ...critical("send-refused", dataIs({ causes: "blocklisted", command: "RCPT TO", status: "5.7.1" })),
    },
    "put off at submission: with the cause": {
      world: at(undefined, smtpAnswers("MAIL", "451 4.7.1 Greylisted, try again later")),
      status: "warning",
      findings: ["send-deferred"],
      also: dataIs({ causes: "greylisted" }),
    },

    "expect held: in no folder when its time is up is what it should be": {
      ...under(15 * minute),
      world: at(undefined, undefined, { options: { expect: "held" } }),
      status: "ok",
      findings: ["as-expected"],
      also: (_observation, { memory }) => expect(memory).toMatchObject({ arrived: 4, badStreak: 0, travelling: [] }),
    },
    "expect held: until then nothing is to be seen": {
      ...under(14 * minute),
      world: at(undefined, undefined, { options: { expect: "held" } }),
      status: "ok",
      findings: ["not-there-yet"],
    },
    "expect held: a server says that it waits for approval": returned(
      [report({ mail: sent(0), status: "5.7.1", said: "550 5.7.1 Message held for approval by moderator" })],
      { ...under(20_000), options: { expect: "held" }, status: "ok", findings: ["as-expected"] },
    ),
    "expect held: it arrives": {
      ...under(20_000),
      world: at(({ arrive }) => arrive("INBOX", 15_000, sent(0)), undefined, { options: { expect: "held" } }),
      ...critical("not-held", dataIs({ folder: "INBOX", seconds: 5 })),
    },
    "expect held: it comes back": returned([report({ mail: sent(0) })], {
      ...under(20_000),
      options: { expect: "held" },
      ...critical("bounced"),
    }),
    "expect rejected: it comes back": returned([report({ mail: sent(0), status: "5.7.1", said: "554 5.7.1 spam" })], {
      ...under(20_000),
      options: { expect: "rejected" },
      status: "ok",
      findings: ["as-expected"],
    }),
    "expect rejected: it is refused when it is handed over": {
      world: at(undefined, smtpAnswers("DATA", "554 5.7.1 Message rejected as spam"), { options: { expect: "rejected" } }),
      status: "ok",
      findings: ["as-expected"],
    },
    "expect rejected: it arrives": {
      ...under(20_000),
      world: at(({ arrive }) => arrive("Junk", 15_000, sent(0)), undefined, { options: { expect: "rejected" } }),
      ...critical("not-rejected", dataIs({ folder: "Junk" })),
    },
    "expect rejected: taken, and in no folder, is not refused": {
      ...under(15 * minute),
      world: at(undefined, undefined, { senderMailbox: true, options: { expect: "rejected" } }),
      ...critical("lost"),
    },
    "expect junk: it is there": {
      ...under(20_000),
      world: at(({ arrive }) => arrive("Junk", 15_000, sent(0)), undefined, { options: { expect: "junk" } }),
      status: "ok",
      findings: ["as-expected"],
    },
    "expect junk: it is in the inbox": {
      ...under(20_000),
      world: at(({ arrive }) => arrive("INBOX", 15_000, sent(0)), undefined, { options: { expect: "junk" } }),
      ...critical("not-in-junk", dataIs({ folder: "INBOX" })),
    },
  },
  {
    shownElsewhere: Object.fromEntries(
      Object.keys(mailRoundtrip.findings)
        .filter(
          (code) =>
            !["bounced", "delayed", "greylisted", "as-expected", "not-held", "not-rejected", "not-in-junk"].includes(code),
        )
        .map((code) => [code, "test/checks/mail-roundtrip.test.ts"]),
    ),
  },
);
