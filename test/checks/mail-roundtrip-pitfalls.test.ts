/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect, test } from "vitest";
import mailRoundtrip from "../../checks/mail-roundtrip.ts";
import { probeHeader, tokenOf } from "../../src/mail/probe-mail.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { scriptImap } from "../support/mail-script.ts";
import { authority, mailWorld } from "../support/mail-world.ts";
import { from, journey, sender, sent, sign, to } from "../support/round-trip-world.ts";

const header = `${probeHeader}: ${tokenOf(`${from}~${to}`, sent(0), sign)}\r\n\r\n`;
const envelope = [
  `* 1 FETCH (UID 5 INTERNALDATE "22-Nov-2026 11:59:45 +0000" BODY[HEADER.FIELDS (${probeHeader} Message-ID)] {${header.length}}`,
  `${header})`,
  "{tag} OK done",
];
const open = ["* 2 EXISTS", "* OK [UIDVALIDITY 9] ok", "* OK [UIDNEXT 6] ok", "{tag} OK done"];
const listed = ['* LIST (\\HasNoChildren) "/" "INBOX"', "{tag} OK done"];

interface Server {
  readonly capabilities?: string;
  /** What is answered to UID commands: the mail, what follows it. */
  readonly uid: readonly (readonly string[])[];
  readonly expunge?: readonly string[];
}
let received = (): string => "";

/** One of our mails lies in the inbox, as UID 5. */
const server =
  ({ capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN", uid, expunge = ["* 1 EXPUNGE", "{tag} OK done"] }: Server) =>
  async () => {
    const made = await mailWorld(
      scriptImap({
        on: {
          CAPABILITY: [[`* CAPABILITY ${capabilities}`, "{tag} OK done"]],
          LIST: [listed],
          LSUB: [["{tag} OK done"]],
          EXAMINE: [open],
          SELECT: [open],
          UID: [envelope, ["{tag} NO not this one"], ...uid],
          EXPUNGE: [expunge],
        },
      }),
    );
    received = () => made.server.received();
    return {
      options: { from: sender, to: { ...sender, address: to, user: to, ...made.options } },
      ctx: { ...made.ctx, authorities: [(await authority()).certPem] },
      close: made.close,
    };
  };

const stored = ["* 1 FETCH (UID 5 FLAGS (\\Deleted))", "{tag} OK done"];
const memory = journey([sent(20_000)]);
const kept = { status: "ok", findings: ["probe-not-removed"] } as const;
/** The commands with a UID, one letter each, and EXPUNGE. */
const commands = (): readonly string[] =>
  received().match(/(?<= UID )(?:FETCH|STORE|SEARCH|EXPUNGE)|(?<=^\S+ )EXPUNGE|ENABLE/gm) ?? [];

const cases: Readonly<Record<string, CheckCase>> = {
  "F10 a mail is found without SEARCH, and IMAP4rev2 stays off where it is offered": {
    memory,
    world: server({
      capabilities: "IMAP4rev1 IMAP4rev2 ENABLE ESEARCH SASL-IR AUTH=PLAIN UIDPLUS",
      uid: [stored, ["* 1 EXPUNGE", "{tag} OK done"]],
    }),
    status: "ok",
    findings: [],
    also: (_observation, outcome) => {
      expect(outcome.memory).toMatchObject({ travelling: [], arrived: 4 });
      expect(commands()).toEqual(["FETCH", "FETCH", "STORE", "EXPUNGE"]);
    },
  },
  "F10 without UIDPLUS nothing is expunged while SEARCH does not even show our own mark": {
    memory,
    world: server({ uid: [stored, ["* SEARCH", "{tag} OK done"]] }),
    ...kept,
    also: () => expect(commands()).toEqual(["FETCH", "FETCH", "STORE", "SEARCH"]),
  },
  "nor where somebody else's mail is marked as well": {
    memory,
    world: server({ uid: [stored, ["* SEARCH 3 5", "{tag} OK done"]] }),
    ...kept,
    also: () => expect(commands()).toEqual(["FETCH", "FETCH", "STORE", "SEARCH"]),
  },
  "nor where SEARCH is refused": {
    memory,
    world: server({ uid: [stored, ["{tag} NO no index"]] }),
    ...kept,
    also: () => expect(commands()).not.toContain("EXPUNGE"),
  },
  "ours alone is taken away": {
    memory,
    world: server({ uid: [stored, ["* SEARCH 5", "{tag} OK done"], stored] }),
    status: "ok",
    findings: [],
    also: () => expect(commands().at(-1)).toBe("EXPUNGE"),
  },
};

testCheck(mailRoundtrip, cases, {
  shownElsewhere: Object.fromEntries(
    Object.keys(mailRoundtrip.findings).map((code) => [code, "test/checks/mail-roundtrip.test.ts"]),
  ),
});

test("F11 nobody sends to himself", () => {
  const account = { ...sender, host: "mail.example.test" };
  const parse = (address: string) => mailRoundtrip.options.safeParse({ from: account, to: { ...account, address } });
  expect(parse(to).success).toBe(true);
  expect(parse(from.toUpperCase()).error?.issues).toMatchObject([{ path: ["to", "address"] }]);
});
