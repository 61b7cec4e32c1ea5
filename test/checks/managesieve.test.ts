/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect, test } from "vitest";
import managesieve from "../../checks/managesieve.ts";
import type { Json } from "../../src/model/json.ts";
import { tokenFindings } from "../../src/net/token-findings.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { connectionCases, critical, type Expected, ok, onServer, phaseIs, warning } from "../support/connection-cases.ts";
import type { LineClient } from "../support/line-server.ts";
import type { Answers } from "../support/mail-script.ts";
import type { MailWorldOptions } from "../support/mail-world.ts";
import { secretOf } from "../support/mail-world.ts";

interface SieveScript {
  readonly delay?: number;
  readonly greeting?: Answers;
  /** The verb ▶ what is said to it. */
  readonly on?: Readonly<Record<string, Answers>>;
  /** Name ▶ text; the first is the active one. */
  readonly scripts?: Readonly<Record<string, string>>;
}

const capabilities = ['"IMPLEMENTATION" "test"', '"SIEVE" "fileinto"', '"STARTTLS"', '"SASL" "PLAIN LOGIN"'];
const keeping = 'require "fileinto"; keep;';

/** A ManageSieve server that lets everybody in, but for what the script says otherwise. */
const scriptSieve =
  ({ delay = 0, greeting = [...capabilities, 'OK "ready"'], on = {}, scripts = { main: keeping } }: SieveScript = {}) =>
  async (client: LineClient): Promise<void> => {
    const say = (answers: Answers): boolean => {
      if (answers === "hangup" || answers === "reset") client.end(answers === "reset" ? "reset" : undefined);
      else if (answers !== "silence") client.send(...answers);
      return answers !== "hangup" && answers !== "reset";
    };
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (!say(greeting)) return;
    for (;;) {
      const line = await client.line();
      const verb = line.split(" ", 1)[0] ?? "";
      const name = verb === "GETSCRIPT" ? await client.line() : "";
      const chosen = on[verb];
      if (chosen !== undefined) {
        if (!say(chosen)) return;
      } else if (verb === "STARTTLS") {
        client.send('OK "begin"');
        await client.startTls();
        client.send(...capabilities, 'OK "secured"');
      } else if (verb === "LISTSCRIPTS") {
        client.send(...Object.keys(scripts).map((one, i) => `"${one}"${i === 0 ? " ACTIVE" : ""}`), "OK");
      } else if (verb === "GETSCRIPT") {
        const text = scripts[name] ?? "";
        client.send(`{${Buffer.byteLength(text)}}`, text, 'OK "done"');
      } else client.send(verb === "LOGOUT" ? 'OK "bye"' : 'OK "logged in"');
      if (verb === "LOGOUT") return client.end();
    }
  };

const on = (
  script: SieveScript,
  expected: Expected,
  world: MailWorldOptions = { security: "starttls" },
  options?: object,
): CheckCase => onServer(scriptSieve(script), expected, world, options);
const refusedWith = (...answer: readonly string[]): SieveScript => ({ on: { AUTHENTICATE: answer } });

/** The memory of a run that saw this. */
const before: Json = { mark: "000000000000", active: "old", forwards: ["known@example.net"] };
const remembering = (given: CheckCase, memory: Json = before): CheckCase => ({ ...given, memory });

testCheck(
  managesieve,
  {
    ...connectionCases(scriptSieve, /AUTHENTICATE|sales@/i),
    "all is well, and the filter is remembered": on(
      {},
      {
        ...ok,
        also: ({ metrics, evidence }, { loggedIn, memory }) => {
          expect(loggedIn).toEqual(["sales@example.test"]);
          expect(memory).toEqual({ mark: expect.stringMatching(/^[0-9a-f]{12}$/), active: "main", forwards: [] });
          expect(metrics["scripts"]).toBe(1);
          const text = evidence.join("\n");
          expect(text).toContain("C: AUTHENTICATE PLAIN (Sales@example.test, [password])");
          expect(text).not.toContain("pa55");
          expect(text).not.toContain("fileinto; keep");
        },
      },
    ),
    "without a login nobody logs in": on(
      { on: { AUTHENTICATE: "reset" } },
      { ...ok, also: (_observation, { memory, loggedIn }) => expect([memory, loggedIn]).toEqual([undefined, []]) },
      { security: "starttls" },
      { user: undefined, password: undefined },
    ),
    "a mailbox without a filter": on(
      { scripts: {} },
      { ...ok, also: (_o, { memory }) => expect(memory).toMatchObject({ active: "" }) },
    ),
    "a filter that forwards as it always did": on(
      { scripts: { main: 'redirect "archive@example.org"; redirect "colleague@example.test";' } },
      {
        status: "ok",
        findings: ["forwards"],
        also: ({ findings }) => expect(findings[0]?.data["addresses"]).toBe("archive@example.org"),
      },
    ),
    "a filter that forwards mail away since the last look": remembering(
      on(
        { scripts: { main: 'redirect :copy "thief@example.net";' } },
        critical("forward-added", ({ findings }, { immediate, memory }) => {
          expect(findings[0]?.data).toMatchObject({ addresses: "thief@example.net", script: "main", former: "old" });
          expect(immediate).toBe(true);
          expect(memory).toEqual(before);
        }),
      ),
    ),
    "the forward stands in a script that the active one takes in": remembering(
      on(
        {
          scripts: {
            main: 'include :personal "more";',
            more: 'redirect "thief@example.net";',
            unused: 'redirect "x@example.net";',
          },
        },
        critical("forward-added", ({ findings }) => expect(findings[0]?.data["addresses"]).toBe("thief@example.net")),
      ),
    ),
    "a filter that takes itself in": on({ scripts: { main: 'include "main";' } }, ok),
    "another filter, without a new forward": remembering(on({ scripts: { main: "discard;" } }, warning("script-changed"))),
    "a change that a person has accepted": remembering(
      on(
        { scripts: {} },
        { ...ok, also: (_o, { memory }) => expect(memory).toMatchObject({ active: "", forwards: [] }) },
        undefined,
        {
          // SHA-256 of nothing.
          acknowledged: "e3b0c44298fc",
        },
      ),
    ),
    "a memory that is of no use": remembering(on({}, ok), "?"),

    "BYE with a reason": on({ greeting: ['BYE (TRYLATER) "down for maintenance"'] }, critical("greeting-refused")),
    "another protocol that says OK": on({ greeting: ["OK"] }, critical("greeting-unexpected")),
    "no STARTTLS": on({ greeting: ['"SIEVE" ""', "OK"] }, critical("starttls-missing", phaseIs("tls"))),
    "STARTTLS refused": on({ on: { STARTTLS: ['NO "no key"'] } }, critical("starttls-refused")),
    "no PLAIN": {
      ...on({ greeting: ['"SIEVE" ""', '"SASL" "XOAUTH2"', "OK"] }, critical("password-login-off"), { security: "tls" }),
    },
    "the wrong password": on(
      refusedWith('NO "Authentication failed."'),
      critical("login-rejected", (_o, { rejected }) => expect(rejected?.kind).toBe("definite")),
    ),
    "a refusal without a known word": on(refusedWith("NO {4}", "what"), {
      ...warning("login-refused"),
      also: (_o, { rejected }) => expect(rejected?.kind).toBe("ambiguous"),
    }),
    "the account is locked": on(refusedWith('NO "Account disabled"'), critical("account-locked")),
    "the user database is down": on(refusedWith('NO (TRYLATER) "no"'), critical("login-unavailable")),
    "too many logins": on(refusedWith('NO "Too many connections"'), warning("login-limited")),
    "more is asked for after the password": on(refusedWith('""', 'NO "Cancelled"'), warning("login-refused")),
    "LISTSCRIPTS refused": on({ on: { LISTSCRIPTS: ['NO "not now"'] } }, critical("command-refused")),
    "no answer to LISTSCRIPTS": on({ on: { LISTSCRIPTS: "silence" } }, critical("command-timeout")),
    "the session ends with a reason": on({ on: { LISTSCRIPTS: ['BYE "shutting down"'] } }, critical("session-ended")),
    "the connection is cut at GETSCRIPT": on({ on: { GETSCRIPT: "reset" } }, critical("connection-lost")),
    "a script in pieces without end": on(
      { on: { GETSCRIPT: Array.from({ length: 400 }, () => "{0}") } },
      critical("command-refused"),
    ),
    "a script without end": on({ on: { GETSCRIPT: ["{99999999}"] } }, critical("command-refused")),
    "lines without end": on(
      { on: { LISTSCRIPTS: Array.from({ length: 300 }, (_, i) => `"s${i}"`) } },
      critical("command-refused"),
    ),
  },
  {
    shownElsewhere: Object.fromEntries(
      Object.keys(tokenFindings).map((code) => [code, "test/checks/managesieve-tokens.test.ts"]),
    ),
  },
);

test("managesieve wants user and password together", () => {
  const given = { host: "mail.example.test", password: secretOf("x") };
  expect(managesieve.options.safeParse(given).error?.issues[0]?.message).toBe("user and password belong together");
  expect(managesieve.target(managesieve.options.parse({ host: "mail.example.test" }))).toBe("mail.example.test:4190");
});
