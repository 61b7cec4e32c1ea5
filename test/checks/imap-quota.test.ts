/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import imapQuota from "../../checks/imap-quota.ts";
import type { Json } from "../../src/model/json.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { type Expected, login, ok, onServer, warning } from "../support/connection-cases.ts";
import { type ImapScript, scriptImap } from "../support/mail-script.ts";
import type { MailWorldOptions } from "../support/mail-world.ts";
import { imapRefusalCases, sideLookCases } from "../support/side-look-cases.ts";

const capability = (...more: readonly string[]): readonly string[] => [
  `* CAPABILITY IMAP4rev1 STARTTLS SASL-IR AUTH=PLAIN ${more.join(" ")}`,
  "{tag} OK done",
];

/** A server that answers GETQUOTAROOT with these responses. */
const quotaOf = (...responses: readonly string[]): ImapScript => ({
  on: {
    CAPABILITY: [capability("QUOTA", "QUOTA=RES-STORAGE")],
    GETQUOTAROOT: [['* QUOTAROOT INBOX ""', ...responses, "{tag} OK done"]],
  },
});
const roomy = quotaOf('* QUOTA "" (STORAGE 10 1000)');

const on = (script: ImapScript, expected: Expected, options: object = {}, world: MailWorldOptions = {}): CheckCase =>
  onServer(scriptImap(script), expected, world, options);

const info = (code: string, also?: CheckCase["also"]): Expected => ({
  status: "ok",
  findings: [code],
  ...(also ? { also } : {}),
});
const critical = (code: string, also?: CheckCase["also"]): Expected => ({
  status: "critical",
  findings: [code],
  ...(also ? { also } : {}),
});
const unknown = (code: string, also?: CheckCase["also"]): Expected => ({
  status: "unknown",
  findings: [code],
  ...(also ? { also } : {}),
});

/** How the mailbox is reached is the matter of imap-login. */
const onTheWay = sideLookCases(roomy);

const today = Math.floor(testNow / 86_400_000);
const gib = 1024 ** 3;
/** So many GiB on each of the last days, yesterday last. */
const history = (...days: readonly number[]): Json => ({
  days: { "STORAGE ": days.map((used, i) => [today - days.length + i, used * gib]) },
});
/** Of 10 GiB. */
const filledTo = (used: number): ImapScript => quotaOf(`* QUOTA "" (STORAGE ${used * 1024 * 1024} ${10 * 1024 * 1024})`);

const withMemory = (given: CheckCase, memory: Json): CheckCase => ({ ...given, memory });

testCheck(
  imapQuota,
  {
    ...onTheWay,
    "room enough": on(roomy, {
      ...ok,
      also: ({ metrics, evidence }, { loggedIn, memory }) => {
        expect(loggedIn).toEqual(["sales@example.test"]);
        expect(metrics).toEqual({ used: 10_240, limit: 1_024_000, share: 0.01 });
        expect(memory).toMatchObject({ days: { "STORAGE ": [[today, 10_240]] }, told: true });
        expect(evidence.join("\n")).not.toMatch(/pa55|SELECT|EXAMINE/);
      },
    }),
    "79 percent": on(quotaOf('* QUOTA "" (STORAGE 7999 10000)'), ok),
    "80 percent": on(quotaOf('* QUOTA "" (STORAGE 8000 10000)'), {
      ...warning("quota-high"),
      also: ({ findings }) =>
        expect(findings[0]?.data).toMatchObject({ percent: 80, used: "7.8 MiB", limit: "9.8 MiB", user: login.user }),
    }),
    "95 percent": on(quotaOf('* QUOTA "" (STORAGE 9500 10000)'), critical("quota-nearly-full")),
    "other limits of one's own": on(quotaOf('* QUOTA "" (STORAGE 9500 10000)'), ok, { warn: 96, critical: 99 }),
    full: on(quotaOf('* QUOTA "" (STORAGE 10000 10000)'), critical("quota-over")),
    "the number of mails": on(
      quotaOf('* QUOTA "" (STORAGE 10 10000 MESSAGE 48500 50000)'),
      critical("quota-nearly-full", ({ findings, metrics }) => {
        expect(findings[0]?.data).toMatchObject({ percent: 97, used: 48_500, limit: "50000 mails in all" });
        expect(metrics).toMatchObject({ share: 0.97, mails: 48_500 });
      }),
    ),
    "the fullest of several roots, by any spelling": on(
      {
        on: {
          CAPABILITY: [capability("QUOTA")],
          GETQUOTAROOT: [
            [
              '* QUOTAROOT INBOX "User quota" {5}\r\nA "b"',
              '* QUOTA "User quota" (STORAGE 10 1000 X-NUM-FOLDERS 3 5)',
              '* QUOTA "A \\"b\\"" (storage 900 1000)',
              "{tag} OK done",
            ],
          ],
        },
      },
      {
        ...warning("quota-high"),
        also: ({ findings, metrics }) => {
          expect(findings[0]?.data).toMatchObject({ percent: 90 });
          expect(metrics).toMatchObject({ used: 900 * 1024, limit: 1000 * 1024 });
        },
      },
    ),
    "a server that names the root, and tells only when asked for it": on(
      {
        on: {
          CAPABILITY: [capability("QUOTA")],
          GETQUOTAROOT: [['* QUOTAROOT INBOX "a \\"b"', "{tag} OK done"]],
          GETQUOTA: [['* QUOTA "a \\"b" (STORAGE 90 100)', "{tag} OK done"]],
        },
      },
      { ...warning("quota-high"), also: ({ evidence }) => expect(evidence.join("\n")).toContain('GETQUOTA "a \\"b"') },
    ),

    "no capability": on(
      {},
      info("quota-unsupported", ({ evidence }) => expect(evidence.join("\n")).not.toContain("GETQUOTA")),
    ),
    "told that it does not tell": on(
      { on: { CAPABILITY: [capability("QUOTA")], GETQUOTAROOT: [["{tag} NO not for you"]] } },
      info("quota-unsupported", ({ findings }) => expect(findings[0]?.data["reason"]).toContain("not for you")),
    ),
    "told so where it has told before": withMemory(
      on({ on: { CAPABILITY: [capability("QUOTA")], GETQUOTAROOT: [["{tag} NO not now"]] } }, unknown("quota-failed")),
      { told: true },
    ),
    "it cannot tell now": on(
      { on: { CAPABILITY: [capability("QUOTA")], GETQUOTAROOT: [["{tag} NO [UNAVAILABLE] quota server down"]] } },
      unknown("quota-failed", (_observation, { memory }) => expect(memory).toMatchObject({ told: false })),
    ),
    "an answer without a quota": on(
      {
        on: {
          CAPABILITY: [capability("QUOTA")],
          GETQUOTAROOT: [['* QUOTAROOT INBOX ""', "{tag} OK done"]],
          GETQUOTA: [['* QUOTA "" broken', "{tag} OK done"]],
        },
      },
      unknown("quota-failed"),
    ),
    "a root without resources": on(quotaOf('* QUOTA "" ()'), info("quota-unlimited")),
    "a limit of 0 is none": on(
      quotaOf('* QUOTA "" (STORAGE 500 0)'),
      info("quota-unlimited", ({ metrics }) => expect(metrics).toEqual({ used: 512_000 })),
    ),
    "no root at all": on(
      { on: { CAPABILITY: [capability("QUOTA")], GETQUOTAROOT: [["* QUOTAROOT INBOX", "{tag} OK done"]] } },
      info("quota-unlimited"),
    ),
    "no answer to GETQUOTAROOT": on(
      { on: { CAPABILITY: [capability("QUOTA")], GETQUOTAROOT: ["silence"] } },
      unknown("command-timeout"),
    ),

    "it grows, and will be full in ten days": withMemory(
      on(filledTo(5), {
        ...warning("quota-filling"),
        also: ({ findings, metrics }) => {
          expect(findings[0]?.data).toMatchObject({ days: 10, percent: 50, growth: "512.0 MiB" });
          expect(metrics["left"]).toBeCloseTo(10 * 86_400, -3);
        },
      }),
      history(1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5),
    ),
    "it grows slowly": withMemory(
      on(filledTo(5), { ...ok, also: ({ metrics }) => expect(metrics["left"]).toBeGreaterThan(14 * 86_400) }),
      history(4.3, 4.4, 4.5, 4.6, 4.7, 4.8, 4.9),
    ),
    "nobody asks for a forecast": withMemory(on(filledTo(5), ok, { days: 0 }), history(1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5)),
    "five days are not enough": withMemory(on(filledTo(5), ok), history(3, 3.5, 4, 4.5)),
    "it has been cleaned up": withMemory(on(filledTo(3), ok), history(6, 7, 8, 9, 9.5, 1, 2)),
    "one mail of 3 GiB": withMemory(on(filledTo(5), ok), history(1.9, 1.9, 1.9, 1.9, 1.9, 1.9, 1.9, 5)),
    "mails that grow in number": withMemory(
      on(quotaOf('* QUOTA "" (MESSAGE 700 1000)'), {
        ...warning("quota-filling"),
        also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ days: 3, growth: "100 mails or so" }),
      }),
      { days: { "MESSAGE ": [0, 1, 2, 3, 4, 5, 6].map((n) => [today - 7 + n, n * 100]) } },
    ),
    "high, and soon full": withMemory(
      on(filledTo(8.5), { status: "warning", findings: ["quota-high", "quota-filling"] }),
      history(5, 5.5, 6, 6.5, 7, 7.5, 8),
    ),
    "memory that is not ours": withMemory(on(roomy, ok), { days: "?" }),

    "a limit of one's own where the server tells what is used": on(
      quotaOf('* QUOTA "" (STORAGE 900 0)'),
      { ...warning("quota-high"), also: ({ evidence }) => expect(evidence.join("\n")).not.toContain("LIST") },
      { limit: 1024 * 1024 },
    ),
    "the server's own limit goes before": on(quotaOf('* QUOTA "" (STORAGE 900 1000)'), warning("quota-high"), { limit: "1 TB" }),

    ...imapRefusalCases,
    "lines without end in answer to a command": on(
      quotaOf(...Array.from({ length: 1_100 }, () => '* QUOTA "" (STORAGE 1 2)')),
      unknown("command-refused"),
    ),
    "the connection is cut": on(
      { on: { CAPABILITY: [capability("QUOTA")], GETQUOTAROOT: ["reset"] } },
      unknown("connection-lost"),
    ),
    "BYE in place of an answer": on(
      { on: { CAPABILITY: [capability("QUOTA")], GETQUOTAROOT: [["* BYE shutting down", "!hangup"]] } },
      unknown("session-ended"),
    ),
  },
  { shownElsewhere: { "quota-not-counted": "imap-quota-count.test.ts" } },
);
