/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { describe, expect, test } from "vitest";
import mailForward from "../../checks/mail-forward.ts";
import { mailboxFindings } from "../../src/net/mailbox-findings.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { mailHost, password, secretOf } from "../support/mail-world.ts";
import { backup, from, leaving, li, members, minute, remembers, sent, to, token, wang, world } from "../support/forward-world.ts";

const names = "sales@example.test";
const asking = { autoReply: { names } };
const dataIs =
  (data: object): NonNullable<CheckCase["also"]> =>
  ({ findings }) =>
    expect(findings[0]?.data).toMatchObject(data);
const everyone = (arrive: (address: string) => void) => members.forEach((address) => arrive(address));

/** A report as Postfix writes it. */
const bounce = (said: string): string => `From: MAILER-DAEMON@mail.partner.test (Mail Delivery System)
To: ${from}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system at host mail.partner.test.

<${to}>: host mx.example.test[192.0.2.9] said: ${said}
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.partner.test

Final-Recipient: rfc822; ${to}
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.test
Diagnostic-Code: smtp; ${said}

--b
Content-Type: text/rfc822-headers

Message-ID: <${token()}@partner.test>

--b--
`;

testCheck(
  mailForward,
  {
    "the first run sends a mail, which programs leave alone": {
      world: world(),
      status: "unknown",
      findings: ["not-there-yet"],
      also: (_, { memory, again }) => {
        expect(memory).toMatchObject({ seq: 1, mail: { asks: false, members: { [li]: { fate: null } } } });
        expect(again).toBeLessThanOrEqual(20_000);
      },
    },
    "everybody has it": {
      world: world(({ arrive }) => everyone(arrive)),
      memory: remembers(sent(20_000)),
      status: "ok",
      findings: [],
      also: ({ metrics }, { memory, loggedIn }) => {
        expect(metrics["reached"]).toBe(3);
        expect(memory).toMatchObject({ mail: null, arrived: 4, badStreak: 0, past: [{ seq: 7, reached: members }] });
        expect(loggedIn.toSorted()).toEqual([...members].toSorted());
      },
    },
    "some have it, and it is not late yet": {
      world: world(({ arrive }) => arrive(li)),
      memory: remembers(sent(20_000)),
      status: "ok",
      findings: ["not-there-yet"],
      also: dataIs({ waiting: `${wang}, ${backup}` }),
    },
    "who has it is not looked at again": {
      world: world(({ arrive }) => arrive(wang)),
      memory: remembers(sent(60_000, [li, backup])),
      status: "ok",
      findings: [],
      also: (_, { loggedIn }) => expect(loggedIn).toEqual([wang]),
    },
    "one lacks it after its time": {
      world: world(({ arrive }) => arrive(backup)),
      memory: remembers(sent(15 * minute, [li])),
      status: "warning",
      findings: ["member-missing", "member-late"],
      also: (observation, { memory, again }) => {
        expect(observation.findings[0]?.data).toMatchObject({ members: wang, count: 1, all: 3, minutes: 15 });
        expect(observation.latencyMs).toBe("lost");
        // One alone may have been an accident.
        expect(memory).toMatchObject({ badStreak: 1, mail: null });
        expect(again).toBe(9 * minute);
      },
    },
    "nobody has it": {
      world: world(),
      memory: remembers(sent(15 * minute)),
      status: "critical",
      findings: ["forward-lost"],
      also: dataIs({ members: members.join(", ") }),
    },
    "nobody has it, and it may never have been taken": {
      world: world(),
      memory: remembers(sent(15 * minute, [], { unsure: true })),
      status: "ok",
      findings: [],
    },
    "before the first mail it may take longer, for greylisting": {
      world: world(),
      memory: remembers(sent(15 * minute), { arrived: 0 }),
      status: "unknown",
      findings: ["not-there-yet"],
    },
    "one finds it in junk": {
      world: world(({ arrive }) => arrive(wang, "Junk")),
      memory: remembers(sent(20_000, [li, backup])),
      status: "warning",
      findings: ["member-junk"],
      also: dataIs({ members: wang, folder: "Junk" }),
    },
    "everybody finds it in junk": {
      world: world(({ arrive }) => everyone((address) => arrive(address, "Junk"))),
      memory: remembers(sent(20_000)),
      status: "critical",
      findings: ["member-junk"],
      also: (_, { memory }) => expect(memory).toMatchObject({ last: [{ code: "member-junk", severity: "critical" }] }),
    },
    "one has it twice": {
      world: world(({ arrive }) => {
        arrive(wang);
        arrive(wang);
      }),
      memory: remembers(sent(20_000, [li, backup])),
      status: "warning",
      findings: ["member-twice"],
      also: dataIs({ members: wang, copies: 2 }),
    },
    "a second copy comes when the mail was put away": {
      world: world(({ arrive }) => arrive(li)),
      memory: remembers(null, {
        triedAt: testNow - 60 * minute,
        past: [{ seq: 7, random: "00112233445566ff", sentAt: testNow - 60 * minute, asks: false, answers: 0, reached: members }],
      }),
      status: "warning",
      findings: ["member-twice", "not-there-yet"],
      also: dataIs({ members: li, copies: 2 }),
    },
    "a mailbox that cannot be read says nothing about the others": {
      world: world(({ arrive }) => [li, backup].forEach((address) => arrive(address)), { wrong: wang }),
      memory: remembers(sent(20_000)),
      status: "critical",
      findings: ["login-rejected", "member-unread", "not-there-yet"],
      also: ({ findings }, { rejected }) => {
        expect(findings[0]?.data).toMatchObject({ account: wang });
        expect(findings[1]?.data).toMatchObject({ members: wang });
        expect(rejected).toMatchObject({ kind: "definite" });
      },
    },
    "it comes back": leaving(
      ({ comesBack }) => comesBack(bounce("550 5.1.1 User unknown")),
      {},
      {
        memory: remembers(sent(15 * minute)),
        status: "critical",
        findings: ["forward-bounced"],
        left: 0,
        also: dataIs({ causes: "unknown-mailbox", by: "mx.example.test" }),
      },
    ),
    "it comes back from one, and the others have it": leaving(
      ({ comesBack }) => comesBack(bounce("552 5.2.2 mailbox full")),
      {},
      {
        memory: remembers(sent(15 * minute, [li, backup])),
        status: "warning",
        findings: ["forward-bounced", "member-missing"],
        left: 0,
      },
    ),
    "what others get back stays": leaving(
      ({ comesBack }) => {
        comesBack(bounce("550 no").replace(token(), "1.00112233445566ff.00112233445566ff00112233445566ff"));
        comesBack(`From: someone@else.test\nTo: ${from}\nSubject: Out of office: hello\nAuto-Submitted: auto-replied\n\naway\n`);
      },
      {},
      { memory: remembers(sent(minute)), status: "ok", findings: ["not-there-yet"], left: 2 },
    ),
    "two mails in a row that did not go well are told while the next one is on its way": {
      world: world(),
      memory: remembers(sent(20_000), {
        badStreak: 2,
        last: [{ code: "member-missing", data: { from, to, members: wang, count: 1, all: 3, minutes: 15, number: 6 } }],
      }),
      status: "warning",
      findings: ["member-missing", "not-there-yet"],
    },
    "after one that did not go well nothing is known": {
      world: world(),
      memory: remembers(sent(20_000), { badStreak: 1, last: [{ code: "member-missing", data: {} }] }),
      status: "unknown",
      findings: ["not-there-yet"],
    },
    "between two mails": {
      world: world(),
      memory: remembers(null, { badStreak: 1, last: [{ code: "member-missing", data: {} }] }),
      status: "unknown",
      findings: ["between-mails"],
      also: dataIs({ last: "member-missing", minutes: 9 }),
    },
    "the sender's server refuses": {
      world: world(() => undefined, { smtp: { on: { MAIL: [["550 5.7.1 sender rejected"]] } } }),
      status: "critical",
      findings: ["send-refused"],
    },
    "the sender's server puts it off": {
      world: world(() => undefined, { smtp: { on: { MAIL: [["451 4.3.0 try later"]] } } }),
      status: "warning",
      findings: ["send-deferred"],
    },
  },
  {
    shownElsewhere: Object.fromEntries(
      Object.keys(mailForward.findings).flatMap((code) => {
        if (code.startsWith("auto-reply-")) return [[code, "test/checks/mail-forward-answers.test.ts"]];
        const isShared = Object.hasOwn(mailboxFindings, code) || code === "probe-not-removed";
        return isShared ? [[code, "test/checks/mail-roundtrip-connection.test.ts"]] : [];
      }),
    ),
  },
);

describe("the options of mail-forward", () => {
  test("must have something to look for, and somewhere to look", () => {
    const server = { host: mailHost, port: 993, security: "tls" };
    const mailbox = (address: string) => ({ address, user: address, password: secretOf(password), ...server });
    const sender = { ...mailbox(from), imap: server };
    const parse = (more: object) => {
      const parsed = mailForward.options.safeParse({ from: sender, to, members: [mailbox(li)], ...more });
      return parsed.error?.issues[0]?.message;
    };
    expect(parse({})).toBeUndefined();
    expect(parse({ members: [] })).toBe("must have members, auto_reply or both");
    expect(parse({ from: mailbox(from), ...asking })).toBe("needs the IMAP server of the sender, where the answer comes");
    expect(parse({ members: [mailbox(from.toUpperCase())] })).toBe("has the sender among its members");
  });
});
