/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import mailboxActivity from "../../checks/mailbox-activity.ts";
import type { Json } from "../../src/model/json.ts";
import { weekClock } from "../../src/mail/week-clock.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { type Expected, onServer, ok } from "../support/connection-cases.ts";
import { type ImapScript, scriptImap } from "../support/mail-script.ts";
import { imapRefusalCases, sideLookCases } from "../support/side-look-cases.ts";

type Counts = readonly [mails: number, uidNext?: number, uidValidity?: number];

const capability = (...more: readonly string[]): readonly string[] => [
  `* CAPABILITY IMAP4rev1 STARTTLS SASL-IR AUTH=PLAIN ${more.join(" ")}`,
  "{tag} OK done",
];
const status = (name: string, [mails, uidNext = 1_001, uidValidity = 7]: Counts): string =>
  `* STATUS "${name}" (MESSAGES ${mails} UIDNEXT ${uidNext} UIDVALIDITY ${uidValidity})`;
const flags: Readonly<Record<string, string>> = { Trash: "\\Trash", Junk: "\\Junk", All: "\\All" };
const listed = (name: string): string => `* LIST (${flags[name] ?? ""}) "/" "${name}"`;

/** A server that tells of these folders by one command. */
const holding = (folders: Readonly<Record<string, Counts>>, ...can: readonly string[]): ImapScript => ({
  on: {
    CAPABILITY: [capability("LIST-EXTENDED", "LIST-STATUS", "SPECIAL-USE", ...can)],
    LIST: [
      [
        ...Object.keys(folders).map(listed),
        ...Object.entries(folders).map(([name, counts]) => status(name, counts)),
        "{tag} OK done",
      ],
    ],
  },
});

const hour = 3_600_000;
/** As it was half an hour ago: folders, and what they held in all. */
const before = (folders: Readonly<Record<string, Counts>>, discarded = 0): Json => ({
  folders: Object.entries(folders).map(([name, [mails, uidNext = 1_001, uidValidity = 7]]) => [
    name,
    uidValidity,
    uidNext,
    mails,
    name === "Trash",
  ]),
  held: [
    [
      testNow - hour / 2,
      Object.entries(folders).reduce((sum, [name, [mails]]) => (name === "Trash" ? sum : sum + mails), 0),
      discarded,
    ],
  ],
});

const on = (script: ImapScript, expected: Expected, memory?: Json, options: object = {}): CheckCase => ({
  ...onServer(scriptImap(script), expected, {}, options),
  ...(memory === undefined ? {} : { memory }),
});
const told = (as: "ok" | "warning" | "critical" | "unknown", codes: readonly string[], also?: CheckCase["also"]): Expected => ({
  status: as,
  findings: codes,
  ...(also ? { also } : {}),
});
const dataIs =
  (data: object): NonNullable<CheckCase["also"]> =>
  ({ findings }) =>
    expect(findings[0]?.data).toMatchObject(data);

/** A mailbox that has had 40 mails in every hour for eight weeks, and this many in each of the last looks. */
function rhythm(...counts: readonly number[]): Json {
  const clock = weekClock("UTC");
  const days = Array.from({ length: 30 }, (_, i) => [clock(testNow - (30 - i) * 24 * hour).day, 960, 960]);
  const recent = counts.map((mails, i) => {
    const to = testNow - (counts.length - i) * (hour / 2);
    return [to - hour / 2, to, mails];
  });
  return {
    inbox: [testNow - hour / 2, 7, 1_001],
    rhythm: { since: testNow - 60 * 24 * hour, bins: Array.from({ length: 168 }, () => [8, 320]), days },
    recent,
  };
}

const usual = { INBOX: [300], "Projects/2026": [600], Trash: [40] } as const;
const quiet = holding(usual);

testCheck(mailboxActivity, {
  ...sideLookCases(quiet),
  ...imapRefusalCases,
  "the login itself is refused because it is full": on(
    { on: { LOGIN: [["{tag} NO [OVERQUOTA] full"]] } },
    told("unknown", ["mailbox-over-quota"]),
  ),

  "the first look": on(
    quiet,
    told("ok", [], ({ metrics, evidence }, { loggedIn, memory }) => {
      expect(loggedIn).toEqual(["sales@example.test"]);
      expect(metrics).toEqual({ mails: 900, discarded: 40, folders: 3 });
      expect(memory).toMatchObject({ held: [[testNow, 900, 40]], inbox: [testNow, 7, 1_001] });
      expect(evidence.join("\n")).toContain('LIST "" "*" RETURN (SPECIAL-USE STATUS (MESSAGES UIDNEXT UIDVALIDITY))');
      expect(evidence.join("\n")).not.toMatch(/pa55|C: m\d+ (SELECT|EXAMINE|FETCH|STORE)/);
    }),
  ),
  "nothing has happened": on(quiet, ok, before(usual, 40)),
  "new mail": on(
    holding({ ...usual, INBOX: [310, 1_011] }),
    told("ok", [], ({ metrics }) => expect(metrics).toMatchObject({ mails: 910, arrived: 10 })),
    { folders: [], held: [], inbox: [testNow - hour / 2, 7, 1_001] },
  ),
  "mails moved to another folder": on(holding({ INBOX: [0], "Projects/2026": [900, 1_301], Trash: [40] }), ok, before(usual, 40)),
  "an emptied trash": on(holding({ ...usual, Trash: [0] }), ok, before({ ...usual, Trash: [5_000] }, 5_000)),
  "mails that are gone": on(
    holding({ ...usual, "Projects/2026": [100] }),
    told("critical", ["mails-deleted"], dataIs({ before: 900, gone: 500, missing: 500, folders: "“Projects/2026”" })),
    before(usual, 40),
  ),
  "mails in the trash": on(
    holding({ INBOX: [0], "Projects/2026": [600], Trash: [340, 1_301] }),
    told("warning", ["mails-trashed"], dataIs({ before: 900, missing: 300, gone: 0, folders: "“INBOX”" })),
    before(usual, 40),
  ),
  "mails in the trash, which is emptied": on(
    holding({ INBOX: [0], "Projects/2026": [600], Trash: [0, 1_301] }),
    told("critical", ["mails-deleted"], dataIs({ gone: 300, folders: "“INBOX”" })),
    {
      ...Object(before({ INBOX: [0], "Projects/2026": [600], Trash: [340, 1_301] })),
      held: [
        [testNow - 2 * hour, 900, 40],
        [testNow - hour, 600, 340],
      ],
      losing: ["INBOX"],
    },
  ),
  "a folder thrown into the trash, on a server that names it by its language": on(
    {
      on: {
        CAPABILITY: [capability("LIST-STATUS", "LIST-EXTENDED")],
        LIST: [
          [
            listed("INBOX"),
            '* LIST () "/" "&XfJSIJZk-"',
            '* LIST () "/" "&XfJSIJZk-/2026"',
            status("INBOX", [300]),
            status("&XfJSIJZk-", [5]),
            status("&XfJSIJZk-/2026", [600]),
            "{tag} OK done",
          ],
        ],
      },
    },
    told("warning", ["mails-trashed"], dataIs({ missing: 600, gone: 0 })),
    before(usual, 5),
  ),
  "less than the share": on(holding({ ...usual, INBOX: [125] }), ok, before(usual, 40)),
  "less than the number": on(holding({ INBOX: [1] }), ok, before({ INBOX: [99] })),
  "limits of one's own": on(holding({ INBOX: [1] }), told("critical", ["mails-deleted"]), before({ INBOX: [99] }), {
    number: 50,
    share: 90,
  }),
  "a label of Gmail counts its mail once": on(
    {
      on: {
        CAPABILITY: [capability("LIST-STATUS", "LIST-EXTENDED", "SPECIAL-USE", "X-GM-EXT-1")],
        LIST: [
          [
            listed("INBOX"),
            listed("All"),
            listed("Trash"),
            status("INBOX", [50]),
            status("All", [900]),
            status("Trash", [3]),
            "{tag} OK",
          ],
        ],
      },
    },
    told("ok", [], ({ metrics }, { memory }) => {
      expect(metrics).toMatchObject({ mails: 900, discarded: 3 });
      expect(memory).toMatchObject({ inbox: [testNow, 7, 1_001] });
    }),
  ),

  "a folder made anew": on(
    holding({ ...usual, INBOX: [300, 301, 8] }),
    told("warning", ["folder-recreated"], dataIs({ count: 1, folders: "“INBOX”" })),
    before(usual, 40),
  ),
  "a folder made anew, told for a day": on(
    quiet,
    told("warning", ["folder-recreated"], dataIs({ folders: "“A”, “B”, “C”, …" })),
    {
      events: { recreated: { at: testNow - 23 * hour, count: 4, mails: 0, names: ["A", "B", "C"] } },
    },
  ),
  "a folder made anew, the day before": on(quiet, ok, {
    events: { recreated: { at: testNow - 25 * hour, count: 4, mails: 0, names: ["A", "B", "C"] } },
  }),
  "a folder with an older state": on(
    holding({ ...usual, INBOX: [290, 991] }),
    told("warning", ["folder-rolled-back"], dataIs({ folders: "“INBOX”" })),
    before(usual, 40),
  ),
  "a folder that is gone, with its mails": on(
    holding({ INBOX: [300], Trash: [40] }),
    told("critical", ["mails-deleted", "folder-gone"], ({ findings }) =>
      expect(findings[1]?.data).toMatchObject({ mails: 600, folders: "“Projects/2026”" }),
    ),
    before(usual, 40),
  ),
  "a folder with another name": on(
    holding({ INBOX: [300], Done: [600], Trash: [40] }),
    ok,
    before({ INBOX: [300], "Projects/2026": [600, 1_001, 7], Trash: [40] }, 40),
  ),

  "silence in a busy mailbox": on(
    quiet,
    told("warning", ["mail-silent"], dataIs({ mails: 0, hours: 3, expected: 120 })),
    rhythm(20, 21, 19, 0, 0, 0, 0, 0),
  ),
  "silence that nobody wants to hear of": on(quiet, ok, rhythm(20, 21, 19, 0, 0, 0, 0, 0), { silence: false }),
  "silence on a holiday": on(quiet, ok, rhythm(20, 21, 19, 0, 0, 0, 0, 0), { holidays: ["2026-11-20/2026-11-22"] }),
  "a short pause": on(holding({ ...usual, INBOX: [315, 1_016] }), ok, rhythm(20, 21, 0)),
  "a flood": on(
    holding({ ...usual, INBOX: [900, 1_601] }),
    told("warning", ["mail-flood"], dataIs({ mails: 620, hours: 1, expected: 40 })),
    rhythm(20, 21, 20),
  ),

  "a folder that cannot be counted": on(
    {
      on: {
        CAPABILITY: [capability()],
        LIST: [[listed("INBOX"), listed("Locked"), "{tag} OK done"]],
        STATUS: [[status("INBOX", [300]), "{tag} OK done"], ["{tag} NO [NOPERM] not for you"]],
      },
    },
    told("unknown", ["mailbox-not-counted"], (observation, { memory }) => {
      expect(observation.findings[0]?.data["reason"]).toContain("not for you");
      // Nothing is forgotten.
      expect(memory).toMatchObject({ held: [[testNow - hour / 2, 900, 40]] });
      expect(observation.metrics).toEqual({});
    }),
    before(usual, 40),
  ),
  "a folder that goes while it is counted": on(
    {
      on: {
        CAPABILITY: [capability()],
        LIST: [[listed("INBOX"), listed("Gone"), "{tag} OK done"]],
        STATUS: [[status("INBOX", [300]), "{tag} OK done"], ["{tag} NO [NONEXISTENT] what?"]],
      },
    },
    ok,
  ),
  "no list": on(
    { on: { CAPABILITY: [capability()], LIST: [["{tag} NO not now"]] } },
    told("unknown", ["mailbox-not-counted"]),
    before(usual, 40),
  ),
  "an answer without numbers": on(
    { on: { CAPABILITY: [capability()], LIST: [[listed("INBOX"), "{tag} OK"]], STATUS: [["* STATUS INBOX ()", "{tag} OK"]] } },
    told("unknown", ["mailbox-not-counted"]),
  ),
  "more folders than are asked for one by one": on(
    {
      on: {
        CAPABILITY: [capability()],
        LIST: [[...Array.from({ length: 320 }, (_, i) => listed(`F${i}`)), listed("INBOX"), "{tag} OK"]],
        STATUS: [
          [status("INBOX", [300, 1_021]), "{tag} OK"],
          ...Array.from({ length: 299 }, (_, i) => [status(`F${i}`, [1]), "{tag} OK"]),
        ],
      },
    },
    told("ok", ["folders-left-out"], ({ findings, metrics }) => {
      expect(findings[0]?.data["count"]).toBe(21);
      // Whether mail comes is watched all the same.
      expect(metrics).toEqual({ arrived: 20 });
    }),
    rhythm(20, 20),
  ),
  "ten thousand folders": on(
    holding({
      INBOX: [1],
      ...Object.fromEntries(Array.from({ length: 9_998 }, (_, i): [string, Counts] => [`Customers/number ${i}`, [i]])),
    }),
    told("ok", [], ({ metrics }, { memory }) => {
      expect(metrics["folders"]).toBe(9_999);
      expect(Buffer.byteLength(JSON.stringify(memory))).toBeLessThan(64 * 1024);
      expect(JSON.stringify(memory)).toContain('"Customers/number 9997"');
    }),
    rhythm(...Array.from({ length: 336 }, () => 20)),
  ),
  "lines without end": on(
    holding(Object.fromEntries(Array.from({ length: 10_500 }, (_, i): [string, Counts] => [`F${i}`, [i]]))),
    told("unknown", ["command-refused"]),
  ),
  "memory that is not ours": on(quiet, ok, { folders: "?", rhythm: 3 }),
  "a provider that wants to know who asks": on(
    quiet,
    told("ok", [], ({ evidence }) => expect(evidence.join("\n")).toContain('ID ("name" "Mailvigil"')),
    undefined,
    { provider: { id: "netease", idAfterLogin: true } },
  ),
  "the connection is cut": on({ on: { CAPABILITY: [capability()], LIST: ["reset"] } }, told("unknown", ["connection-lost"])),
  "BYE in place of an answer": on(
    { on: { CAPABILITY: [capability()], LIST: [["* BYE shutting down", "!hangup"]] } },
    told("unknown", ["session-ended"]),
  ),
  "no answer": on({ on: { CAPABILITY: [capability()], LIST: ["silence"] } }, told("unknown", ["command-timeout"])),
});
