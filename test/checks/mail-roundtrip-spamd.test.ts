/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import mailRoundtrip from "../../checks/mail-roundtrip.ts";
import { arrived, type Given } from "../support/arrived-mail.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { type LineClient, startLineServer } from "../support/line-server.ts";
import { at, journey } from "../support/round-trip-world.ts";

/** A spamd that has read the mail, and then does this. */
const spamd =
  (answers: (client: LineClient) => void, given: Given = {}): NonNullable<CheckCase["world"]> =>
  async () => {
    const server = await startLineServer(async (client) => {
      const request = await client.line();
      const [, length = ""] = /^Content-length: (\d+)$/.exec(await client.line()) ?? [];
      const isEnd = (await client.line()) === "";
      const mail = (await client.bytes(Number(length))).toString("latin1");
      if (request !== "REPORT SPAMC/1.5" || !isEnd || !mail.startsWith("Return-Path: <sales@own.example>"))
        return client.end("reset");
      answers(client);
    });
    const made = await arrived({
      ...given,
      options: { spamd: { host: server.host, port: server.port }, ...given.options },
    }).world?.();
    return {
      ...made,
      close: async () => {
        await made.close?.();
        await server.close();
      },
    };
  };

const table = [
  "Content analysis details:   (6.3 points, 5.0 required)",
  "",
  " pts rule name              description",
  "---- ---------------------- --------------------------------------------------",
  "-0.0 SPF_PASS               SPF: sender matches SPF record",
  " 1.3 RDNS_NONE              Delivered to internal network by a host with",
  "                            no rDNS",
  " 0.1 DKIM_INVALID           DKIM or DK signature exists, but is not valid",
  " 4.9 URIBL_BLACK            Contains an URL listed in the URIBL blacklist",
].join("\r\n");
const report =
  (verdict: string, text = table) =>
  (client: LineClient): void => {
    client.send("SPAMD/1.1 0 EX_OK", `Content-length: ${Buffer.byteLength(text)}`, `Spam: ${verdict}`, "", Buffer.from(text));
    client.end();
  };
const last = { code: "spam-score-high", data: { from: "a", to: "b", spamd: "s:1", score: 6, threshold: 5, rules: "A 6" } };
const ok = { status: "ok", findings: [] } as const;
const unread = (reason: RegExp) =>
  ({
    status: "ok",
    findings: ["spamd-unread"],
    also: (observation, { memory }) => {
      expect(observation.findings[0]?.data["reason"]).toMatch(reason);
      expect(memory).toMatchObject({ arrived: 4, badStreak: 0 });
    },
  }) satisfies CheckCase;

const cases: Readonly<Record<string, CheckCase>> = {
  "a mail far from the limit": {
    memory: arrived().memory,
    world: spamd(report("False ; 1.4 / 5.0")),
    ...ok,
    also: ({ metrics }) => expect(metrics["spamScore"]).toBe(1.4),
  },
  "a mail below nought": { memory: arrived().memory, world: spamd(report("False ; -2.1 / 5.0")), ...ok },
  "a mail near the limit is worth a line": {
    memory: arrived().memory,
    world: spamd(report("False ; 3.5 / 5.0")),
    status: "ok",
    findings: ["spam-score-near"],
  },
  "a mail that is spam, with the rules that cost most": {
    memory: arrived().memory,
    world: spamd(report("True ; 6.3 / 5.0")),
    status: "warning",
    findings: ["spam-score-high"],
    also: ({ findings }, { memory }) => {
      expect(findings[0]?.data).toMatchObject({
        score: 6.3,
        threshold: 5,
        rules: "URIBL_BLACK 4.9, RDNS_NONE 1.3, DKIM_INVALID 0.1",
      });
      expect(memory).toMatchObject({ score: { badStreak: 1 } });
    },
  },
  "two of them in a row: it is said in every run": {
    memory: journey([], { score: { badStreak: 2, last } }),
    world: at(undefined),
    status: "warning",
    findings: ["spam-score-high"],
  },
  "a good one ends it": {
    memory: arrived({ memory: { score: { badStreak: 2, last } } }).memory,
    world: spamd(report("False ; 1.4 / 5.0")),
    ...ok,
    also: (_observation, { memory }) => expect(memory).toMatchObject({ score: { badStreak: 0, last: null } }),
  },
  "nothing listens there: the mail is not to blame": {
    ...arrived({ options: { spamd: { host: "127.0.0.1", port: 9 } } }),
    ...unread(/ECONNREFUSED|refused/),
  },
  "it lets us not in": { memory: arrived().memory, world: spamd((client) => client.end("reset")), ...unread(/closed|reset/i) },
  "it is busy": {
    memory: arrived().memory,
    world: spamd((client) => client.send("SPAMD/1.1 75 EX_TEMPFAIL too busy", "")),
    ...unread(/refuses: “EX_TEMPFAIL too busy”/),
  },
  "it is something else": {
    memory: arrived().memory,
    world: spamd((client) => client.send("HTTP/1.1 400 Bad Request", "")),
    ...unread(/no spamd: “HTTP/),
  },
  "it gives no score": {
    memory: arrived().memory,
    world: spamd((client) => client.send("SPAMD/1.1 0 EX_OK", "Content-length: 0", "")),
    ...unread(/cannot be read/),
  },
  "it gives a score that is no number": {
    memory: arrived().memory,
    world: spamd(report("True ; many / 5.0")),
    ...unread(/cannot be read/),
  },
  "it says more than anybody reads": {
    memory: arrived().memory,
    world: spamd((client) => client.send("SPAMD/1.1 0 EX_OK", "Content-length: 99999999", "Spam: True ; 9 / 5", "")),
    ...unread(/cannot be read/),
  },
  "its header has no end": {
    memory: arrived().memory,
    world: spamd((client) => client.send("SPAMD/1.1 0 EX_OK", ...Array.from({ length: 500 }, (_, n) => `X-${n}: y`))),
    ...unread(/cannot be read/),
  },
  "its header says one thing for ever": {
    memory: arrived().memory,
    world: spamd((client) =>
      client.send("SPAMD/1.1 0 EX_OK", ...Array.from({ length: 500 }, () => "X: y"), "Spam: True ; 9 / 5", ""),
    ),
    ...unread(/cannot be read/),
  },
  noise: {
    memory: arrived().memory,
    world: spamd((client) => client.send(Buffer.from([0, 1, 2, 255, 254, 13, 10, 13, 10]))),
    ...unread(/no spamd/),
  },
};

testCheck(mailRoundtrip, cases, {
  shownElsewhere: Object.fromEntries(
    Object.keys(mailRoundtrip.findings)
      .filter((code) => !code.startsWith("spam"))
      .map((code) => [code, "test/checks/mail-roundtrip.test.ts"]),
  ),
});
