/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import imapQuota from "../../checks/imap-quota.ts";
import type { Json } from "../../src/model/json.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { critical, type Expected, ok, onServer, warning } from "../support/connection-cases.ts";
import { type ImapScript, scriptImap } from "../support/mail-script.ts";

/** How a mailbox is counted whose server names no limit, and the options do. */
const capability = (...more: readonly string[]): readonly string[] => [
  `* CAPABILITY IMAP4rev1 STARTTLS SASL-IR AUTH=PLAIN ${more.join(" ")}`,
  "{tag} OK done",
];

const on = (script: ImapScript, expected: Expected, options: object = {}): CheckCase =>
  onServer(scriptImap(script), expected, {}, options);

const unknown = (code: string, also?: CheckCase["also"]): Expected => ({
  status: "unknown",
  findings: [code],
  ...(also ? { also } : {}),
});

const withMemory = (given: CheckCase, memory: Json): CheckCase => ({ ...given, memory });

const sized = (...more: readonly string[]): NonNullable<ImapScript["on"]> => ({
  CAPABILITY: [capability("NAMESPACE", ...more)],
  NAMESPACE: [['* NAMESPACE (("" "/")) (("Other/" "/")) (("Public/" "/"))', "{tag} OK done"]],
});
const folders = [
  '* LIST (\\HasNoChildren) "/" INBOX',
  '* LIST (\\NonExistent) "/" Old',
  '* LIST (\\Noselect \\HasChildren) "/" Customers',
  '* LIST (\\HasNoChildren \\Sent) "/" "Sent mail"',
  '* LIST (\\HasNoChildren) "/" Public/News',
  '* LIST (\\HasNoChildren) "/" Other/boss',
  '* LIST (\\HasNoChildren \\All) "/" Everything',
  "{tag} OK done",
];
const fetched = (from: number, sizes: readonly number[]): readonly string[] => [
  ...sizes.map((size, i) => `* ${from + i} FETCH (UID ${1000 + from + i} RFC822.SIZE ${size})`),
  "* 1 FETCH (FLAGS (\\Seen))",
  "{tag} OK done",
];
const examined = (mails: number): readonly string[] => [
  `* ${mails} EXISTS`,
  "* OK [UIDVALIDITY 7] valid",
  "{tag} OK [READ-ONLY] done",
];
const ones = (count: number): readonly number[] => Array.from({ length: count }, () => 1024);

testCheck(
  imapQuota,
  {
    "a limit of one's own, by STATUS SIZE in one answer": on(
      {
        on: {
          ...sized("STATUS=SIZE", "LIST-STATUS"),
          LIST: [
            [
              ...folders.slice(0, -1),
              "* STATUS INBOX (SIZE 400000)",
              '* STATUS "Sent mail" (SIZE 450000)',
              "* STATUS Public/News (SIZE 9999999)",
              "{tag} OK done",
            ],
          ],
        },
      },
      {
        ...warning("quota-high"),
        also: ({ metrics, evidence }) => {
          expect(metrics).toMatchObject({ used: 850_000, limit: 1_000_000, share: 0.85 });
          expect(evidence.join("\n")).not.toMatch(/C: m\d+ (STATUS|EXAMINE|SELECT)/);
        },
      },
      { limit: "1 MB" },
    ),
    "by STATUS SIZE of each folder": on(
      {
        on: {
          ...sized("STATUS=SIZE"),
          LIST: [folders],
          STATUS: [
            ["* STATUS inbox (SIZE 700)", "{tag} OK done"],
            ['* STATUS "Sent mail" (SIZE 260)', "{tag} OK done"],
          ],
        },
      },
      critical("quota-nearly-full", ({ evidence }) => {
        const asked = evidence.filter((line) => line.startsWith("C: ")).map((line) => line.slice(line.indexOf(" ", 3) + 1));
        expect(asked.slice(2)).toEqual([
          "CAPABILITY",
          "NAMESPACE",
          'LIST "" "*"',
          'STATUS "INBOX" (SIZE)',
          'STATUS "Sent mail" (SIZE)',
        ]);
      }),
      { limit: 1_000 },
    ),
    "a folder that has just gone": on(
      {
        on: {
          ...sized("STATUS=SIZE"),
          LIST: [folders],
          STATUS: [["* STATUS INBOX (SIZE 700)", "{tag} OK done"], ["{tag} NO [NONEXISTENT] gone"]],
        },
      },
      ok,
      { limit: "1 MB" },
    ),
    "a folder that does not open": on(
      {
        on: {
          ...sized("STATUS=SIZE"),
          LIST: [folders],
          STATUS: [["* STATUS INBOX (SIZE 990)", "{tag} OK done"], ["{tag} NO [NOPERM] locked"]],
        },
      },
      { status: "critical", findings: ["quota-nearly-full", "quota-not-counted"] },
      { limit: 1_000 },
    ),
    "an answer without a size": on(
      { on: { ...sized("STATUS=SIZE"), LIST: [folders], STATUS: [["{tag} OK done"]] } },
      unknown("quota-not-counted", (_observation, { memory }) => expect(memory).toMatchObject({ days: {} })),
      { limit: 1_000 },
    ),
    "no folders are told": on({ on: { ...sized(), LIST: [["{tag} NO no"]] } }, unknown("quota-not-counted"), { limit: 1_000 }),
    "a folder whose name cannot be sent": on(
      { on: { CAPABILITY: [capability("STATUS=SIZE")], LIST: [['* LIST () "/" {4}\r\na\r\nb', "{tag} OK done"]] } },
      unknown("quota-not-counted", ({ evidence }) => expect(evidence.join("\n")).not.toContain("C: m4 STATUS")),
      { limit: 1_000 },
    ),
    "mail by mail": on(
      {
        on: {
          ...sized(),
          LIST: [folders],
          EXAMINE: [examined(1_500), examined(2)],
          FETCH: [fetched(1, ones(1_000)), fetched(1_000, ones(501)), fetched(1, [1024, 1024])],
        },
      },
      {
        ...ok,
        also: ({ metrics, evidence }, { memory }) => {
          expect(metrics["used"]).toBe(1_502 * 1024);
          // What counts quickly is not worth remembering.
          expect(memory).toMatchObject({ folders: { INBOX: [7, 2_500, 1_500, 1_500 * 1024] } });
          expect(JSON.stringify(memory)).not.toContain("Sent");
          expect(evidence.filter((line) => line.includes("RFC822.SIZE"))).toHaveLength(3);
        },
      },
      { limit: "1 GB" },
    ),
    "mail by mail, from where it was": withMemory(
      on(
        {
          on: {
            ...sized(),
            LIST: [[folders[0] ?? "", "{tag} OK done"]],
            EXAMINE: [examined(1_502)],
            FETCH: [fetched(1_500, [1024, 10, 20])],
          },
        },
        {
          ...ok,
          also: ({ metrics, evidence }) => {
            expect(metrics["used"]).toBe(1_500_030);
            expect(evidence.join("\n")).toContain("FETCH 1500:1502 (UID RFC822.SIZE)");
          },
        },
        { limit: "1 GB" },
      ),
      { folders: { INBOX: [7, 2_500, 1_500, 1_500_000] } },
    ),
    "mail by mail, anew where one has been removed": withMemory(
      on(
        {
          on: {
            ...sized(),
            LIST: [[folders[0] ?? "", "{tag} OK done"]],
            EXAMINE: [examined(1_001)],
            FETCH: [fetched(1_001, [5]), fetched(1, ones(1_000)), fetched(1_000, [1024, 5])],
          },
        },
        { ...ok, also: ({ metrics }) => expect(metrics["used"]).toBe(1_000 * 1024 + 5) },
        { limit: "1 GB" },
      ),
      { folders: { INBOX: [7, 9_999, 1_001, 1_500_000] } },
    ),
    "Coremail is told who asks before a folder is opened": on(
      {
        greeting: ["* OK Coremail System IMap Server Ready"],
        on: { ...sized(), LIST: [[folders[0] ?? "", "{tag} OK done"]], EXAMINE: [examined(0)] },
      },
      { ...ok, also: ({ evidence }) => expect(evidence.join("\n")).toMatch(/C: m\d+ ID /) },
      { limit: "1 GB" },
    ),
    "Gmail's labels hold each mail once": on(
      {
        on: {
          ...sized("STATUS=SIZE", "X-GM-EXT-1"),
          LIST: [
            [
              '* LIST (\\HasNoChildren) "/" INBOX',
              '* LIST (\\HasChildren \\Noselect) "/" [Gmail]',
              '* LIST (\\HasNoChildren \\All) "/" "[Gmail]/All Mail"',
              '* LIST (\\HasNoChildren \\Junk) "/" [Gmail]/Spam',
              "{tag} OK done",
            ],
          ],
          STATUS: [
            ['* STATUS "[Gmail]/All Mail" (SIZE 500)', "{tag} OK done"],
            ["* STATUS [Gmail]/Spam (SIZE 100)", "{tag} OK done"],
          ],
        },
      },
      { ...ok, also: ({ metrics }) => expect(metrics["used"]).toBe(600) },
      { limit: "1 GB" },
    ),
  },
  {
    shownElsewhere: Object.fromEntries(
      Object.keys(imapQuota.findings)
        .filter((code) => code !== "quota-not-counted")
        .map((code) => [code, "imap-quota.test.ts"]),
    ),
  },
);
