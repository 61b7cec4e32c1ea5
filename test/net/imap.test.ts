import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createImap, joinLiterals, parseLine } from "../../src/net/imap.ts";
import { createDial } from "../../src/net/dial.ts";
import { type LineClient, startLineServer } from "../support/line-server.ts";
import { createZone } from "../support/zone.ts";

describe("parseLine()", () => {
  test.each([
    ["OK [CAPABILITY IMAP4rev1 ID] ready", { word: "OK", code: "CAPABILITY IMAP4rev1 ID", text: "ready" }],
    ["no [AUTHENTICATIONFAILED] wrong", { word: "NO", code: "AUTHENTICATIONFAILED", text: "wrong" }],
    ["BYE", { word: "BYE", code: "", text: "" }],
    ["3 EXISTS", { word: "3", code: "", text: "EXISTS" }],
    ["OK [ALERT]", { word: "OK", code: "ALERT", text: "" }],
    ["OK text [no code]", { word: "OK", code: "", text: "text [no code]" }],
    ["", { word: "", code: "", text: "" }],
  ])("reads %j", (line, expected) => {
    expect(parseLine(line)).toEqual(expected);
  });

  test("throws at no text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(parseLine(text).word).toBeTypeOf("string");
      }),
    );
  });
});

describe("joinLiterals()", () => {
  test("quotes what can be quoted, and sends the rest by its length in bytes", () => {
    expect(joinLiterals("LOGIN", ["a", 'q"\\'], false)).toEqual(['LOGIN "a" "q\\"\\\\"\r\n']);
    expect(joinLiterals("LOGIN", ["a", "wörd"], false)).toEqual(['LOGIN "a" {5}\r\n', "wörd\r\n"]);
    expect(joinLiterals("LOGIN", ["ü", "wörd"], false)).toEqual(["LOGIN {2}\r\n", "ü {5}\r\n", "wörd\r\n"]);
    expect(joinLiterals("LOGIN", ["a", "wörd"], true)).toEqual(['LOGIN "a" {5+}\r\nwörd\r\n']);
    expect(joinLiterals("LOGIN", ["a", "x\r\nb LOGOUT"], true)).toEqual(['LOGIN "a" {11+}\r\nx\r\nb LOGOUT\r\n']);
    expect(() => joinLiterals("LOGIN", ["a", "\0"], true)).toThrow("NUL");
  });
});

/** Reads LOGIN's arguments as a server does (RFC 3501 section 4.3). */
async function readArguments(client: LineClient, line: string): Promise<readonly string[]> {
  const read: string[] = [];
  let rest = line;
  while (rest !== "") {
    const literal = /^ \{(\d+)(\+?)\}$/.exec(rest);
    const quoted = /^ "((?:[^"\\]|\\.)*)"/.exec(rest);
    if (literal) {
      if (literal[2] === "") client.send("+ go on");
      read.push((await client.bytes(Number(literal[1]))).toString());
      rest = await client.line();
    } else if (quoted) {
      read.push((quoted[1] ?? "").replaceAll(/\\(.)/g, "$1"));
      rest = rest.slice(quoted[0].length);
    } else {
      throw new Error(`cannot read ${rest}`);
    }
  }
  return read;
}

describe("createImap()", () => {
  test.each([
    ["with LITERAL+", "IMAP4rev1 LITERAL+"],
    ["without", "IMAP4rev1"],
  ])("login() brings any name and password to a server %s", async (_name, capabilities) => {
    const heard: (readonly string[])[] = [];
    const server = await startLineServer(async (client) => {
      client.send(`* OK [CAPABILITY ${capabilities}] ready`);
      for (;;) {
        const [, tag = "", rest = ""] = /^(\S+) LOGIN(.*)$/s.exec(await client.line()) ?? [];
        heard.push(await readArguments(client, rest));
        client.send(`${tag} OK [CAPABILITY ${capabilities}] done`);
      }
    });
    const dial = createDial({ ask: createZone({}).ask, extraAuthorities: [] });
    const connection = await dial({ host: server.host, port: server.port, tls: "none" }, new AbortController().signal);
    try {
      const imap = createImap(connection, { commandTimeoutMs: 2_000, note: () => undefined });
      await imap.greeting(2_000);
      const texts = fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => text.replaceAll("\0", ""));
      await fc.assert(
        fc.asyncProperty(texts, texts, async (user, password) => {
          heard.length = 0;
          expect((await imap.login(user, password)).word).toBe("OK");
          expect(heard).toEqual([[user, password]]);
        }),
        { numRuns: 50, examples: [["Ä\r\n* x", 'p"\\ss\r\nb LOGOUT']] },
      );
    } finally {
      connection.close();
      await server.close();
    }
  });

  test("puts literals of the server in their place, and refuses endless ones", async () => {
    const server = await startLineServer(async (client) => {
      client.send("* OK ready");
      const tag = (await client.line()).split(" ")[0] ?? "";
      client.send("* STATUS {6}", 'in"box (MESSAGES 1)', `${tag} OK done`);
      await client.line();
      client.send("* STATUS {99999999}");
    });
    const dial = createDial({ ask: createZone({}).ask, extraAuthorities: [] });
    const connection = await dial({ host: server.host, port: server.port, tls: "none" }, new AbortController().signal);
    try {
      const imap = createImap(connection, { commandTimeoutMs: 2_000, note: () => undefined });
      await imap.greeting(2_000);
      expect((await imap.examine("INBOX")).untagged).toEqual([{ word: "STATUS", code: "", text: '"in\\"box" (MESSAGES 1)' }]);
      await expect(imap.examine("INBOX")).rejects.toMatchObject({ failure: "too-long" });
    } finally {
      connection.close();
      await server.close();
    }
  });
});
