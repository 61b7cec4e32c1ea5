import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ImapSession } from "../../src/demo/imap-session.ts";
import { append, createMailStore, folderOf } from "../../src/demo/mail-store.ts";

const address = "sales@example.com";

function openSession() {
  const store = createMailStore(new Map([[address, "secret"]]));
  const account = store.get(address);
  const inbox = account === undefined ? undefined : folderOf(account, "inbox");
  if (inbox === undefined) throw new Error("there is no inbox");
  for (const n of [1, 2, 3]) append(inbox, Buffer.from(`Message-ID: <${n}@test>\r\n\r\nBody ${n}\r\n`), Date.UTC(2026, 10, 22));
  return { inbox, session: new ImapSession({ store, accepts: () => true, broken: () => false }) };
}

/** Sends the commands one after the other and returns the answer to the last, without what is the same in every answer. */
function lastAnswer(commands: readonly string[]): readonly string[] {
  const { session } = openSession();
  const answers = commands.map((command) => session.answer(command));
  return (answers.at(-1) ?? "").trimEnd().split("\r\n");
}

const login = `a LOGIN ${address} secret`;
const selected = [login, "a SELECT INBOX"];

describe("ImapSession", () => {
  test.each([
    [["a NOOP"], ["a OK Done"]],
    [["a SELECT INBOX"], ["a NO Log in first"]],
    [["nonsense"], ["* BAD No command was understood"]],
    [["a LOGIN one"], ["a BAD The password is missing"]],
    [[login, "a FETCH 1 FLAGS"], ["a BAD FETCH is not known here, or needs a folder to be selected"]],
    [["a AUTHENTICATE PLAIN"], ["+"]],
    [["a AUTHENTICATE PLAIN", "bm90aGluZw=="], ["a BAD The response is no PLAIN response"]],
    [
      [login, "a GETQUOTAROOT INBOX"],
      ['* QUOTAROOT "INBOX" ""', '* QUOTA "" (STORAGE 1 256000 MESSAGE 3 1000)', "a OK Done"],
    ],
    [[login, 'a GETQUOTA "other"'], ["a NO There is no such root"]],
    [[login, "a EXAMINE nowhere"], ["a NO [NONEXISTENT] There is no such folder"]],
    [
      [...selected, "a UID SEARCH HEADER Message-ID <2@test>"],
      ["* SEARCH 2", "a OK Done"],
    ],
    [
      [...selected, "a UID SEARCH UID 7:9"],
      ["* SEARCH", "a OK Done"],
    ],
    [[...selected, "a SEARCH NONSENSE"], ["a BAD The search key NONSENSE is not known here"]],
    [
      [...selected, "a FETCH 2 (UID RFC822.SIZE)"],
      ["* 2 FETCH (UID 2 RFC822.SIZE 32)", "a OK Done"],
    ],
    [
      [...selected, "a UID FETCH 3 BODY.PEEK[TEXT]<0.4>"],
      ["* 3 FETCH (UID 3 BODY[TEXT]<0> {4}", "Body)", "a OK Done"],
    ],
    [
      [...selected, "a UID STORE 2 +FLAGS.SILENT (\\Deleted)", "a EXPUNGE"],
      ["* 2 EXPUNGE", "a OK Done"],
    ],
    [
      [...selected, "a STORE 1:2 +FLAGS (\\Deleted)", "a UID EXPUNGE 2"],
      ["* 2 EXPUNGE", "a OK Done"],
    ],
    [[login, "a EXAMINE INBOX", "a STORE 1 +FLAGS (\\Seen)"], ["a NO [READ-ONLY] The folder was opened to read"]],
    [
      [login, "a EXAMINE INBOX", "a FETCH 1 BODY[TEXT]", "a FETCH 1 FLAGS"],
      ["* 1 FETCH (FLAGS ())", "a OK Done"],
    ],
    [
      [...selected, "a FETCH 1 BODY[TEXT]", "a FETCH 1 FLAGS"],
      ["* 1 FETCH (FLAGS (\\Seen))", "a OK Done"],
    ],
    [
      [login, 'a APPEND Sent (\\Seen) "x"', "a STATUS Sent (MESSAGES UNSEEN)"],
      ['* STATUS "Sent" (MESSAGES 1 UNSEEN 0)', "a OK Done"],
    ],
    [
      [login, 'a LIST "" J*'],
      ['* LIST (\\HasNoChildren \\Junk) "/" "Junk"', "a OK Done"],
    ],
  ])("after %j", (commands, expected) => {
    expect(lastAnswer(commands)).toEqual(expected);
  });

  test("ends after three refusals", () => {
    const { session } = openSession();
    const ended = [1, 2, 3].map(() => {
      session.answer(`a LOGIN ${address} wrong`);
      return session.ended;
    });
    expect(ended).toEqual([false, false, true]);
  });

  test("tells of what another has removed only with a command that may", () => {
    const { inbox, session } = openSession();
    for (const command of selected) session.answer(command);
    inbox.messages = inbox.messages.slice(1);
    expect(session.answer("a FETCH 1 UID")).toBe("* 1 FETCH (UID 1)\r\na OK Done\r\n");
    expect(session.answer("a NOOP")).toBe("* 1 EXPUNGE\r\na OK Done\r\n");
    expect(session.answer("a FETCH 1 UID")).toBe("* 1 FETCH (UID 2)\r\na OK Done\r\n");
  });

  test("answers whatever comes and throws nothing", () => {
    const word = fc.constantFrom(
      "UID",
      "FETCH",
      "SEARCH",
      "STORE",
      "BODY[",
      "(",
      ")",
      '"',
      "1:*",
      "HEADER",
      "{3}",
      "\\Seen",
      "LIST",
      "*",
    );
    const noise = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.array(word, { maxLength: 12 }).map((words) => words.join(" ")),
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 8 }), (lines) => {
        const { session } = openSession();
        for (const command of selected) session.answer(command);
        for (const line of lines) expect(session.answer(`t ${line}`)).toMatch(/(?:^|\n)(?:(?:t|\*) (?:OK|NO|BAD)\b.*|\+ )\r\n$/);
      }),
      { numRuns: 500, seed: 11 },
    );
  });
});
