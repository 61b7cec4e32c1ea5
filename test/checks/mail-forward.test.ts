/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { describe, expect, test } from "vitest";
import mailForward from "../../checks/mail-forward.ts";
import type { Folder } from "../../src/demo/mail-store.ts";
import { probeHeader } from "../../src/mail/probe-mail.ts";
import { mailboxFindings } from "../../src/net/mailbox-findings.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { mailHost, password, secretOf } from "../support/mail-world.ts";
import { backup, from, li, members, minute, remembers, sent, subject, to, token, wang, world } from "../support/forward-world.ts";

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

interface Reply {
  readonly headers?: string;
  readonly by?: string;
  readonly text?: string;
  readonly about?: string;
}
const auto = "Auto-Submitted: auto-replied (vacation)\n";
const reply = ({ headers = auto, by = to, text = `Please write to ${names}.`, about }: Reply = {}): string =>
  `From: Sales <${by}>\nTo: ${from}\n${about ?? `In-Reply-To: <${token()}@partner.test>\n`}${headers}Subject: Auto: moved\n\n${text}\n`;
const answerable = (msAgo = 30_000) => remembers(sent(msAgo, members, { asks: true }));
/** The sender's mailbox when the run is over. */
function leaving(
  prepare: Parameters<typeof world>[0],
  more: Parameters<typeof world>[1],
  given: Omit<CheckCase, "world" | "also"> & { readonly left: number; readonly also?: CheckCase["also"] },
): CheckCase {
  const inbox: Folder[] = [];
  const { left, also, ...rest } = given;
  return {
    ...rest,
    world: world((inside) => {
      inbox.push(inside.folder(from, "INBOX"));
      prepare?.(inside);
    }, more),
    also: async (observation, outcome) => {
      expect(inbox[0]?.messages.length, "mails left in the sender's mailbox").toBe(left);
      await also?.(observation, outcome);
    },
  };
}

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
        comesBack(`From: someone@else.test\nTo: ${from}\nSubject: Out of office: hello\n${auto}\n\naway\n`);
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
    "a mail that asks for an answer is sent when there was none yet": {
      world: world(() => undefined, { options: asking }),
      status: "unknown",
      findings: ["not-there-yet"],
      also: (_, { memory }) => expect(memory).toMatchObject({ mail: { asks: true } }),
    },
    "and not when there was one": {
      world: world(() => undefined, { options: asking }),
      memory: remembers(null, { triedAt: 0, answer: { seenAt: testNow - 3 * 24 * 60 * minute, last: [] } }),
      status: "ok",
      findings: ["not-there-yet"],
      also: (_, { memory }) => expect(memory).toMatchObject({ mail: { asks: false } }),
    },
    "and again when its program has had its pause": {
      world: world(() => undefined, { options: asking }),
      memory: remembers(null, { triedAt: 0, answer: { seenAt: testNow - 9 * 24 * 60 * minute, last: [] } }),
      status: "ok",
      findings: ["not-there-yet"],
      also: (_, { memory }) => expect(memory).toMatchObject({ mail: { asks: true } }),
    },
    "the answer names the new address": leaving(
      ({ comesBack }) => comesBack(reply()),
      { options: asking },
      {
        memory: answerable(),
        status: "ok",
        findings: [],
        left: 0,
        also: ({ metrics }, { memory }) => {
          expect(metrics["answer"]).toBe(30);
          expect(memory).toMatchObject({ mail: null, answer: { seenAt: testNow, last: [] } });
        },
      },
    ),
    "an answer that says only by its subject what it is about": leaving(
      ({ comesBack }) =>
        comesBack(reply({ about: `X-Was: Re: ${subject()}\n` }).replace("Subject: Auto: moved", `Subject: Auto: ${subject()}`)),
      { options: asking },
      { memory: answerable(), status: "ok", findings: [], left: 0 },
    ),
    "an answer in HTML": leaving(
      ({ comesBack }) =>
        comesBack(
          reply({ headers: `${auto}Content-Type: text/html\n`, text: `<p>Please write to <b>sales</b>@example.test</p>` }),
        ),
      { options: asking },
      { memory: answerable(), status: "ok", findings: [], left: 0 },
    ),
    "the answer names somebody else": leaving(
      ({ comesBack }) => comesBack(reply({ text: "I am away." })),
      { options: asking },
      {
        memory: answerable(),
        status: "warning",
        findings: ["auto-reply-names-other"],
        left: 0,
        also: dataIs({ names, said: "I am away." }),
      },
    ),
    "no answer": {
      world: world(() => undefined, { options: asking }),
      memory: answerable(15 * minute),
      status: "warning",
      findings: ["auto-reply-missing"],
      also: dataIs({ names, minutes: 15 }),
    },
    "no answer yet": {
      world: world(() => undefined, { options: asking }),
      memory: answerable(3 * minute),
      status: "ok",
      findings: ["not-there-yet"],
    },
    "two answers": leaving(
      ({ comesBack }) => {
        comesBack(reply());
        comesBack(reply());
      },
      { options: asking },
      { memory: answerable(), status: "warning", findings: ["auto-reply-repeated"], left: 0, also: dataIs({ count: 2 }) },
    ),
    "it answers machines": leaving(
      ({ comesBack }) => comesBack(reply()),
      { options: asking },
      {
        memory: remembers(sent(20_000, members), { answer: { seenAt: testNow - minute, last: [] } }),
        status: "warning",
        findings: ["auto-reply-to-machines"],
        left: 0,
      },
    ),
    "an answer that does not say that it is one": leaving(
      ({ comesBack }) => comesBack(reply({ headers: "" }).replace("Subject: Auto: moved", "Subject: Re: your letter")),
      { options: asking },
      { memory: answerable(), status: "ok", findings: ["auto-reply-unmarked"], left: 0 },
    ),
    "what a person answers later is theirs": leaving(
      ({ comesBack }) => comesBack(reply({ headers: "" }).replace("Subject: Auto: moved", "Subject: Re: your letter")),
      { options: asking },
      { memory: answerable(5 * minute), status: "ok", findings: ["not-there-yet"], left: 1 },
    ),
    "a member on holiday answers for themselves": leaving(
      ({ comesBack }) => comesBack(reply({ by: wang })),
      { options: asking },
      {
        memory: answerable(3 * minute),
        status: "ok",
        findings: ["not-there-yet"],
        left: 0,
      },
    ),
    "our own mail, handed back by a rule, is no answer": leaving(
      ({ comesBack }) => comesBack(reply({ headers: `${probeHeader}: ${token()}\n` })),
      { options: asking },
      { memory: answerable(3 * minute), status: "ok", findings: ["not-there-yet"], left: 1 },
    ),
    "what was wrong with the last answer is said until the next one": {
      world: world(({ arrive }) => everyone(arrive), { options: asking }),
      memory: remembers(sent(20_000), {
        answer: {
          seenAt: testNow - minute,
          last: [{ code: "auto-reply-names-other", data: { from, to, names, said: "x", number: 3 } }],
        },
      }),
      status: "warning",
      findings: ["auto-reply-names-other"],
    },
    "an old address without members": {
      world: world(({ comesBack }) => comesBack(reply()), { options: { ...asking, members: [] } }),
      memory: remembers(sent(20_000, [], { asks: true, members: {} })),
      status: "ok",
      findings: [],
    },
  },
  {
    shownElsewhere: Object.fromEntries(
      [...Object.keys(mailboxFindings), "probe-not-removed"].map((code) => [
        code,
        "test/checks/mail-roundtrip-connection.test.ts",
      ]),
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
