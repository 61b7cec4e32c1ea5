/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect, test } from "vitest";
import imapLogin from "../../checks/imap-login.ts";
import mailRoundtrip from "../../checks/mail-roundtrip.ts";
import { composeProbe, probeHeader, tokenOf } from "../../src/mail/probe-mail.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { critical, login, onServer, warning } from "../support/connection-cases.ts";
import { type ImapScript, scriptImap } from "../support/mail-script.ts";
import { authority, mailWorld } from "../support/mail-world.ts";
import { presetOptions } from "../support/preset-options.ts";
import { at, dataIs, from, imap, journey, sender, sent, sign, smtpAnswers, to } from "../support/round-trip-world.ts";

// What providers do that no RFC says, and that is not shown where its check is shown (test/fixtures/provider-quirks.yaml has all).

const elsewhere = (check: { readonly findings: object }, file: string) => ({
  shownElsewhere: Object.fromEntries(Object.keys(check.findings).map((code) => [code, file])),
});
const throttled = "Request is throttled. Suggested Backoff Time: 92415 milliseconds";

testCheck(
  imapLogin,
  {
    "Exchange Online that is asked too often blames nobody, and says it is too much": {
      ...onServer(scriptImap({ on: { LOGIN: [[`{tag} BAD ${throttled}`]] } }), {
        ...warning("login-limited"),
        also: (_observation, { rejected }) => expect(rejected).toBeUndefined(),
      }),
      options: { ...login, provider: presetOptions("microsoft365").provider },
    },
    "21Vianet as well": {
      ...onServer(scriptImap({ on: { LOGIN: [[`{tag} NO ${throttled}`]] } }), {
        ...warning("login-limited"),
        also: (_observation, { rejected }) => expect(rejected).toBeUndefined(),
      }),
      options: { ...login, provider: presetOptions("microsoft365-china").provider },
    },
  },
  elsewhere(imapLogin, "test/checks/imap-login.test.ts"),
);

const header = `${probeHeader}: ${tokenOf(`${from}~${to}`, sent(0), sign)}\r\n\r\n`;
const mail = [
  `* 1 FETCH (UID 5 INTERNALDATE "22-Nov-2026 11:59:45 +0000" BODY[HEADER.FIELDS (${probeHeader} Message-ID)] {${header.length}}`,
  `${header})`,
  "{tag} OK done",
];
const open = (next: number): readonly string[] => [
  `* ${next - 1} EXISTS`,
  "* OK [UIDVALIDITY 9] ok",
  `* OK [UIDNEXT ${next}] ok`,
  "{tag} OK done",
];

/** Our mail lies in a folder that only the server's flag tells to be junk. The inbox is empty. */
const inFlaggedJunk = (before: string, after: string): NonNullable<CheckCase["world"]> => {
  const script: ImapScript = {
    on: {
      CAPABILITY: [
        [`* CAPABILITY ${before}`, "{tag} OK done"],
        [`* CAPABILITY ${after}`, "{tag} OK done"],
      ],
      LIST: [
        ['* LIST (\\Noselect) "/" ""', "{tag} OK done"],
        ['* LIST (\\HasNoChildren) "/" "INBOX"', '* LIST (\\HasNoChildren \\Junk) "/" "Ungewollt"', "{tag} OK done"],
      ],
      LSUB: [["{tag} OK done"]],
      EXAMINE: [open(1), open(6)],
      SELECT: [open(6)],
      UID: [mail, ["{tag} OK done"], ["* 1 FETCH (UID 5 FLAGS (\\Deleted))", "{tag} OK done"], ["* 1 EXPUNGE", "{tag} OK done"]],
    },
  };
  return async () => {
    const made = await mailWorld(scriptImap(script));
    return {
      options: { from: sender, to: { ...sender, address: to, user: to, ...made.options } },
      ctx: { ...made.ctx, authorities: [(await authority()).certPem] },
      close: made.close,
    };
  };
};
const memory = journey([sent(20_000)]);

testCheck(
  mailRoundtrip,
  {
    "Gmail tells what its folders are for only after the login": {
      memory,
      world: inFlaggedJunk("IMAP4rev1 AUTH=PLAIN SASL-IR", "IMAP4rev1 SPECIAL-USE UIDPLUS"),
      ...critical("delivered-to-junk", dataIs({ folder: "Ungewollt" })),
    },
    "Zoho flags its folders and does not say that it can": {
      memory,
      world: inFlaggedJunk("IMAP4rev1 AUTH=PLAIN SASL-IR", "IMAP4rev1 UIDPLUS"),
      ...critical("delivered-to-junk", dataIs({ folder: "Ungewollt" })),
    },
    "Exchange Online that is asked too often in the midst of a look: nothing is said of the mail": {
      memory,
      world: imap({ on: { LIST: [[`{tag} BAD ${throttled}`]] } }, {}, { provider: presetOptions("microsoft365").provider }),
      ...warning("login-limited"),
      also: (_observation, { rejected }) => expect(rejected).toBeUndefined(),
    },
    "Gmail puts off who sends too fast": {
      world: at(
        undefined,
        smtpAnswers(
          "MAIL",
          "421-4.7.28 Gmail has detected an unusual rate of mail originating from your SPF domain",
          "421 4.7.28 example.com.",
        ),
      ),
      status: "warning",
      findings: ["send-deferred"],
      also: ({ findings }) => {
        expect(findings[0]?.data).toMatchObject({ status: "4.7.28", causes: "rate-limited" });
      },
    },
  },
  elsewhere(mailRoundtrip, "test/checks/mail-roundtrip.test.ts"),
);

test("Stalwart drops a mail whose Message-ID it has seen: no two of ours have the same", () => {
  const ids = Array.from({ length: 50 }, (_unused, i) => {
    const id = { seq: 7, random: (0xabcdef00 + i).toString(16).padStart(16, "0") };
    return composeProbe({ from, to, id, token: tokenOf(`${from}~${to}`, id, sign) }).messageId;
  });
  expect(new Set(ids).size).toBe(50);
});
