/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import mailRoundtrip from "../../checks/mail-roundtrip.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { critical } from "../support/connection-cases.ts";
import { at, dataIs, journey, minute, sent, smtpAnswers } from "../support/round-trip-world.ts";
import type { SmtpScript } from "../support/mail-script.ts";

const size = 100_000;
const hour = 60 * minute;
const large = (more: object = {}) => ({ large: { triedAt: testNow - hour, badStreak: 0, last: null, ...more } });
const told = { code: "size-lost", data: { size: "20 MB", from: "a", to: "b", minutes: 15, number: 3 } };

/** The ordinary mail is not due, the large one is. */
const dueNow = (script: SmtpScript | undefined, options: object = {}): Pick<CheckCase, "memory" | "world"> => ({
  memory: journey([]),
  world: at(undefined, script, { options: { size, ...options } }),
});
const warning = (code: string, also?: CheckCase["also"]) => ({
  status: "warning" as const,
  findings: [code],
  ...(also ? { also } : {}),
});
const knows = (limit: number): SmtpScript => ({
  on: { EHLO: [["250-mail.example.test", `250-SIZE ${limit}`, "250 AUTH PLAIN LOGIN"]] },
});

const cases: Readonly<Record<string, CheckCase>> = {
  "a large mail is sent when it is due, and nothing is said while it is under way": {
    ...dueNow(undefined),
    status: "ok",
    findings: [],
    also: (_observation, { memory, again }) => {
      expect(memory).toMatchObject({ seq: 8, travelling: [{ seq: 8, size }], large: { triedAt: testNow } });
      expect(again).toBe(20_000);
    },
  },
  "it is not sent again before its time": {
    memory: journey([], large()),
    world: at(undefined, undefined, { options: { size } }),
    status: "ok",
    findings: [],
    also: (_observation, { memory }) => expect(memory).toMatchObject({ seq: 7, travelling: [] }),
  },
  "after one that did not pass it is sent again within the hour": {
    memory: journey([], large({ badStreak: 1, last: told })),
    world: at(undefined, undefined, { options: { size } }),
    status: "ok",
    findings: [],
    also: (_observation, { memory }) => expect(memory).toMatchObject({ seq: 8 }),
  },
  "it arrives: all is well again": {
    memory: journey([sent(20_000, { size })], large({ badStreak: 1, last: told })),
    world: at(({ arrive }) => arrive("INBOX", 15_000, sent(0)), undefined, { options: { size } }),
    status: "ok",
    findings: [],
    also: ({ metrics }, { memory }) => {
      expect(memory).toMatchObject({ large: { badStreak: 0, last: null }, travelling: [] });
      // Its time says nothing of ordinary mails.
      expect(metrics["roundtrip"]).toBeUndefined();
    },
  },
  "two in a row did not pass: it is said in every run": {
    memory: journey([], large({ badStreak: 2, last: told })),
    world: at(undefined, undefined, { options: { size } }),
    ...warning("size-lost", dataIs({ size: "20 MB" })),
  },
  "the server says beforehand that it is too large: nothing is sent": {
    ...dueNow(knows(50_000)),
    ...warning("size-limit", ({ findings }, outcome) => {
      expect(findings[0]?.data).toMatchObject({ size: "98 KB", limit: "49 KB", needs: "138 KB" });
      expect(outcome.memory).toMatchObject({ travelling: [], large: { badStreak: 2 } });
    }),
  },
  "the same where it shall be rejected is as it should be": {
    ...dueNow(knows(50_000), { expect: "rejected" }),
    status: "ok",
    findings: [],
  },
  "refused at the end of DATA, with the cause": {
    ...dueNow(smtpAnswers("MAIL", "552 5.3.4 Message size exceeds fixed limit")),
    ...warning("size-refused", dataIs({ causes: "too-large", size: "98 KB" })),
  },
  "the connection is cut in its midst": {
    ...dueNow({ on: { MAIL: [["250 ok"]], RCPT: [["250 ok"]], DATA: ["reset"] } }),
    ...warning("size-broken", (_observation, { memory }) =>
      expect(memory).toMatchObject({ travelling: [{ unsure: true, size }], large: { badStreak: 1 }, badStreak: 0 }),
    ),
  },
  "it is not taken in time": {
    ...dueNow({ on: { MAIL: ["silence"] } }, { sizeWithin: 1_000 }),
    ...warning("size-slow", dataIs({ within: 1 })),
  },
  "it is lost": {
    memory: journey([sent(15 * minute, { size })], large()),
    world: at(undefined, undefined, { options: { size } }),
    ...warning("size-lost", dataIs({ number: 7, minutes: 15 })),
  },
  "it passes where it shall be held": {
    memory: journey([sent(20_000, { size })], large()),
    world: at(({ arrive }) => arrive("INBOX", 15_000, sent(0)), undefined, { options: { size, expect: "held" } }),
    ...critical("size-passed"),
  },
};

testCheck(mailRoundtrip, cases, {
  shownElsewhere: Object.fromEntries(
    Object.keys(mailRoundtrip.findings)
      .filter((code) => !code.startsWith("size-"))
      .map((code) => [code, "test/checks/mail-roundtrip.test.ts"]),
  ),
});
