/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import mailForward from "../../checks/mail-forward.ts";
import { probeHeader } from "../../src/mail/probe-mail.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { from, leaving, members, minute, remembers, sent, subject, to, token, wang, world } from "../support/forward-world.ts";

const names = "sales@example.test";
const asking = { autoReply: { names } };
const dataIs =
  (data: object): NonNullable<CheckCase["also"]> =>
  ({ findings }) =>
    expect(findings[0]?.data).toMatchObject(data);
const everyone = (arrive: (address: string) => void) => members.forEach((address) => arrive(address));

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

testCheck(
  mailForward,
  {
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
      also: (observation, { memory, again }) => {
        expect(observation.findings[0]?.data).toMatchObject({ names, minutes: 15 });
        // One alone may have been an accident: asked again soon.
        expect(memory).toMatchObject({ badStreak: 1, last: [{ code: "auto-reply-missing" }], answer: { seenAt: 0, last: [] } });
        expect(again).toBe(9 * minute);
      },
    },
    "no answer, and the next mail is on its way": {
      world: world(() => undefined, { options: asking }),
      memory: remembers(sent(30_000, members, { asks: true }), {
        badStreak: 1,
        last: [{ code: "auto-reply-missing", data: {} }],
      }),
      status: "unknown",
      findings: ["not-there-yet"],
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
      Object.keys(mailForward.findings)
        .filter((code) => !code.startsWith("auto-reply-"))
        .map((code) => [code, "test/checks/mail-forward.test.ts"]),
    ),
  },
);
