/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import mailRoundtrip from "../../checks/mail-roundtrip.ts";
import type { Folder } from "../../src/demo/mail-store.ts";
import { probeHeader, tokenOf } from "../../src/mail/probe-mail.ts";
import { certificateFindings } from "../../src/net/certificate-findings.ts";
import { connectionFindings } from "../../src/net/connection-findings.ts";
import { loginFindings } from "../../src/net/login-findings.ts";
import { sessionFindings } from "../../src/net/session-findings.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { critical } from "../support/connection-cases.ts";
import { startLineServer } from "../support/line-server.ts";
import { scriptSmtp, type SmtpScript } from "../support/mail-script.ts";
import { certificate, mailHost } from "../support/mail-world.ts";
import { at, dataIs, from, gmail, journey, minute, sender, sent, sign, smtpAnswers, to } from "../support/round-trip-world.ts";

const sharedFindings = { ...connectionFindings, ...certificateFindings, ...sessionFindings, ...loginFindings };

/** The sender's server takes whatever it is sent and keeps a record: with this certificate it must not get the password. */
const keepsSenderPassword = (code: string, security: "tls" | "starttls", script: SmtpScript = {}): CheckCase => {
  let received = "";
  return {
    world: async () => {
      const presented = { certificate: await certificate("selfSigned"), implicit: security === "tls" };
      const server = await startLineServer(scriptSmtp(script), presented);
      const made = await at()();
      return {
        ...made,
        options: { ...made.options, from: { ...sender, security, port: server.port } },
        close: async () => {
          received = server.received();
          await server.close();
          await made.close?.();
        },
      };
    },
    ...critical(code, () => expect(received).not.toMatch(/AUTH|MAIL/)),
  };
};

testCheck(
  mailRoundtrip,
  {
    "the first run remembers where the folders end, and sends": {
      world: at(),
      status: "unknown",
      findings: ["not-there-yet"],
      also: ({ metrics }, { memory, again, loggedIn }) => {
        expect(memory).toMatchObject({ seq: 1, arrived: 0, folders: { INBOX: { uidNext: 1 }, Junk: { uidNext: 1 } } });
        expect(again).toBe(20_000);
        expect(loggedIn).toEqual([to, from]);
        expect(Object.keys(metrics).toSorted()).toEqual([
          "duplicatesTotal",
          "foundTotal",
          "junkTotal",
          "lateTotal",
          "look",
          "lostTotal",
          "returnedTotal",
          "send",
          "sentTotal",
        ]);
      },
    },
    "delivered, by the receiving server's clock": {
      memory: journey([sent(20_000)]),
      world: at(({ arrive }) => arrive("INBOX", 14_000, sent(0))),
      status: "ok",
      findings: [],
      also: ({ metrics, latencyMs }, { memory }) => {
        expect([metrics["roundtrip"], latencyMs]).toEqual([6, 6_000]);
        expect(memory).toMatchObject({ arrived: 4, travelling: [], last: null });
      },
    },
    "a clock that is a day ahead makes nothing late": {
      memory: journey([sent(20_000)]),
      world: at(({ arrive }) => arrive("INBOX", -1440 * minute, sent(0))),
      status: "ok",
      findings: [],
      also: ({ metrics }) => expect(metrics["roundtrip"]).toBe(20),
    },
    "a clock that is a day behind hides nothing that is late: it was not there at the last look": {
      memory: journey([sent(10 * minute, { absentAt: testNow - 7 * minute })]),
      world: at(({ arrive }) => arrive("INBOX", 1440 * minute, sent(0))),
      status: "warning",
      findings: ["late"],
      also: dataIs({ seconds: 180, limit: 60 }),
    },
    "late by the server's clock": {
      memory: journey([sent(8 * minute)]),
      world: at(({ arrive }) => arrive("INBOX", 3 * minute, sent(0))),
      status: "warning",
      findings: ["late"],
      also: dataIs({ seconds: 300 }),
    },
    "a second copy is counted, and taken away": {
      memory: journey([sent(20_000)], { counts: { sent: 7, found: 6, lost: 0, returned: 0, duplicates: 0, late: 0, junk: 0 } }),
      world: at(({ arrive }) => {
        arrive("INBOX", 14_000, sent(0));
        arrive("INBOX", 13_000, sent(0));
      }),
      status: "ok",
      findings: [],
      also: ({ metrics }, { memory }) => {
        expect(metrics).toMatchObject({ sentTotal: 7, lostTotal: 0, duplicatesTotal: 1 });
        expect(memory).toMatchObject({ counts: { found: 7 }, past: [{ seq: 7, found: true }] });
      },
    },
    "a copy that comes later is counted, too": {
      memory: journey([sent(20_000)], { past: [{ seq: 6, random: sent(0).random, sentAt: testNow - minute, found: true }] }),
      world: at(({ arrive }) => arrive("INBOX", 14_000, sent(0, { seq: 6 }))),
      status: "ok",
      findings: ["not-there-yet"],
      also: ({ metrics }) => expect(metrics).toMatchObject({ duplicatesTotal: 1, lostTotal: 0 }),
    },
    "a lost one that comes after all is lost no longer": {
      memory: journey([sent(20_000)], {
        counts: { sent: 7, found: 5, lost: 1, returned: 0, duplicates: 0, late: 0, junk: 0 },
        past: [{ seq: 6, random: sent(0).random, sentAt: testNow - 60 * minute, found: false }],
      }),
      world: at(({ arrive }) => arrive("INBOX", 14_000, sent(0, { seq: 6 }))),
      status: "ok",
      findings: ["not-there-yet"],
      also: ({ metrics, evidence }, { memory }) => {
        expect(metrics).toMatchObject({ sentTotal: 7, foundTotal: 6, lateTotal: 1, lostTotal: 0, duplicatesTotal: 0 });
        expect(memory).toMatchObject({ counts: { found: 6 } });
        expect(evidence).toContain("mail 6: came after all, and is lost no longer");
      },
    },
    "in Junk": {
      memory: journey([sent(20_000)]),
      world: at(({ arrive }) => arrive("Junk", 15_000, sent(0))),
      ...critical("delivered-to-junk", dataIs({ folder: "Junk", seconds: 5 })),
    },
    "lost after its time": {
      memory: journey([sent(15 * minute)]),
      world: at(),
      ...critical("lost", (observation, outcome) => {
        expect(observation.findings[0]?.data).toMatchObject({ minutes: 15, number: 7 });
        expect([observation.metrics["lostTotal"], observation.latencyMs]).toEqual([1, "lost"]);
        expect(outcome.memory).toMatchObject({ past: [{ seq: 7, found: false }] });
      }),
    },
    "not lost yet before the first contact": {
      memory: journey([sent(16 * minute)], { arrived: 0 }),
      world: at(),
      status: "unknown",
      findings: ["not-there-yet"],
    },
    "a forged one is not ours": {
      memory: journey([sent(15 * minute)]),
      world: at(({ arrive }) =>
        arrive("INBOX", minute, sent(0), `${probeHeader}: 7.00112233445566ff.${"0".repeat(32)}\r\nMessage-ID: <x@example.test>`),
      ),
      ...critical("lost", ({ evidence }) => expect(evidence.join("\n")).toContain("is none of this route")),
    },
    "a gateway took our header away: the Message-ID says it, too": {
      memory: journey([sent(20_000)]),
      world: at(({ arrive }) =>
        arrive("INBOX", 15_000, sent(0), `Message-ID: <${tokenOf(`${from}~${to}`, sent(0), sign)}@x.test>`),
      ),
      status: "ok",
      findings: [],
    },
    "on its way after one that went well: nothing to speak of, until it is late": {
      memory: journey([sent(30_000)]),
      world: at(),
      status: "ok",
      findings: ["not-there-yet"],
      also: (_observation, { again }) => expect(again).toBe(30_000),
    },
    "on its way, and past the time of one that goes well": {
      memory: journey([sent(90_000)]),
      world: at(),
      status: "unknown",
      findings: ["not-there-yet"],
    },
    "on its way after a single bad one: nothing is known": {
      memory: journey([sent(20_000)], { badStreak: 1, last: { code: "lost", data: { minutes: 15 } } }),
      world: at(),
      status: "unknown",
      findings: ["not-there-yet"],
    },
    "nothing to do after a single bad one": {
      memory: journey([], { badStreak: 1, last: { code: "lost", data: { minutes: 15 } } }),
      world: at(),
      status: "unknown",
      findings: ["between-mails"],
      also: (observation) => {
        expect(observation.findings[0]?.data).toMatchObject({ last: "lost", minutes: 14 });
        // It was said when it was given up.
        expect(observation.latencyMs).toBe("none");
      },
    },
    "nothing to do after one that went well": { memory: journey([]), world: at(), status: "ok", findings: [] },
    "one that may never have been taken is not called lost": {
      memory: journey([sent(15 * minute, { unsure: true })]),
      world: at(),
      status: "ok",
      findings: [],
      also: (_observation, { memory }) => expect(memory).toMatchObject({ travelling: [] }),
    },
    "a folder that was made anew is read as a whole": {
      memory: journey([sent(20_000)], { folders: { INBOX: { uidValidity: "1", uidNext: 900 } } }),
      world: at(({ arrive }) => arrive("INBOX", 15_000, sent(0))),
      status: "ok",
      findings: [],
    },
    "leftovers of more than a day are swept away, and only ours": (() => {
      let left: readonly number[] = [];
      return {
        memory: journey([sent(20_000)], { sweptAt: testNow - 1441 * minute }),
        world: async () => {
          let inbox: Folder | undefined;
          const made = await at(({ arrive, folder }) => {
            inbox = folder("INBOX");
            arrive("INBOX", 3 * 1440 * minute, sent(0, { seq: 1 }));
            arrive("INBOX", 3 * 1440 * minute, sent(0), "Subject: somebody else's");
            arrive("INBOX", 3 * 1440 * minute, sent(0), `${probeHeader}: 1.00112233445566ff.${"0".repeat(32)}`);
            arrive("INBOX", 60 * minute, sent(0, { seq: 2 }));
            arrive("INBOX", 15_000, sent(0));
          })();
          return {
            ...made,
            close: async () => {
              left = inbox?.messages.map(({ uid }) => uid) ?? [];
              await made.close?.();
            },
          };
        },
        status: "ok",
        findings: [],
        also: (_observation, { memory }) => {
          expect(memory).toMatchObject({ sweptAt: testNow });
          expect(left).toEqual([2, 3, 4]);
        },
      } satisfies CheckCase;
    })(),
    "Gmail's EXPUNGE only archives: there it is moved to the trash": (() => {
      let received = "";
      return {
        memory: journey([sent(20_000)], { sweptAt: testNow }),
        world: async () => {
          const made = await gmail()();
          return {
            ...made,
            close: async () => {
              received = made.server.received();
              await made.close();
            },
          };
        },
        status: "ok",
        findings: [],
        also: () => {
          expect(received).toContain('UID MOVE 5 "[Gmail]/Bin"');
          expect(received).not.toContain("EXPUNGE");
        },
      } satisfies CheckCase;
    })(),
    "a memory that cannot be read is begun anew": {
      memory: { seq: "many" },
      world: at(),
      status: "unknown",
      findings: ["not-there-yet"],
    },

    "the sending server refuses": {
      world: at(undefined, smtpAnswers("RCPT", "550 5.7.1 content denied")),
      ...critical("send-refused", dataIs({ command: "RCPT TO", status: "5.7.1", host: mailHost })),
    },
    "the sending server puts it off": {
      world: at(undefined, smtpAnswers("MAIL", "451 4.7.1 too many mails")),
      status: "warning",
      findings: ["send-deferred"],
      also: dataIs({ command: "MAIL FROM", status: "4.7.1" }),
    },
    "the sender's password is wrong": {
      world: at(undefined, { on: { AUTH: [["535 5.7.8 no"]] } }),
      ...critical("login-rejected", (_observation, { rejected, loggedIn }) =>
        expect({ rejected, loggedIn }).toEqual({ rejected: { kind: "definite", account: from }, loggedIn: [to] }),
      ),
    },
    "the sender's server has a certificate of its own making": keepsSenderPassword("certificate-self-signed", "tls"),
    "the same by STARTTLS": keepsSenderPassword("certificate-self-signed", "starttls"),
    "the sender's server offers no STARTTLS": keepsSenderPassword("starttls-missing", "starttls", {
      on: { EHLO: [["250-mail.example.test", "250 AUTH PLAIN LOGIN"]] },
    }),
    "the sender's login is put off": {
      world: at(undefined, { on: { AUTH: [["454 4.7.0 later"]] } }),
      ...critical("login-unavailable"),
    },
    "the sender's server wants no passwords": {
      world: at(undefined, { on: { AUTH: [["550 5.7.30 Basic authentication is not supported for Client Submission."]] } }),
      ...critical("password-login-off"),
    },
    "the sender's server turns everybody away": {
      world: at(undefined, { greeting: ["554 5.7.1 your address is blocked"] }),
      ...critical("greeting-refused", dataIs({ reason: "“554 5.7.1 your address is blocked”" })),
    },
    "the connection is cut when the mail is handed over: it may have been taken": {
      world: at(undefined, { on: { MAIL: [["250 ok"]], RCPT: [["250 ok"]], DATA: ["reset"] } }),
      status: "critical",
      findings: ["connection-lost", "not-there-yet"],
      also: (_observation, { memory }) => expect(memory).toMatchObject({ travelling: [{ unsure: true }], badStreak: 1 }),
    },
  },
  {
    shownElsewhere: {
      ...Object.fromEntries(
        Object.keys(mailRoundtrip.findings)
          .filter((code) => code.startsWith("authentication-") || code.startsWith("spam"))
          .map((code) => [code, "test/checks/mail-roundtrip-proof.test.ts, test/checks/mail-roundtrip-spamd.test.ts"]),
      ),
      ...Object.fromEntries(Object.keys(sharedFindings).map((code) => [code, "test/checks/mail-roundtrip-connection.test.ts"])),
      ...Object.fromEntries(
        ["bounced", "delayed", "greylisted", "as-expected", "not-held", "not-rejected", "not-in-junk"].map((code) => [
          code,
          "test/checks/mail-roundtrip-returned.test.ts",
        ]),
      ),
      ...Object.fromEntries(
        ["limit", "refused", "lost", "passed", "slow", "broken"].map((what) => [
          `size-${what}`,
          "test/checks/mail-roundtrip-size.test.ts",
        ]),
      ),
      "filed-elsewhere": "test/integration/mail-roundtrip.test.ts",
      "probe-not-removed": "test/integration/mail-roundtrip.test.ts",
    },
  },
);
