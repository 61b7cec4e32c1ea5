/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import ldapDirectory from "../../checks/ldap-directory.ts";
import type { Json } from "../../src/model/json.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { connectionCases, type Expected, ok, onServer } from "../support/connection-cases.ts";
import { ber, entry, holdingAccounts, ldap, type LdapScript, page, result, scriptLdap } from "../support/ldap-script.ts";
import type { MailWorldOptions } from "../support/mail-world.ts";

/** Short enough for a test. Seconds. */
const limits = { connect: 1, tls: 0.3, command: 0.3, slow: 0.25 };
const base = "dc=test";

const on = (
  script: LdapScript,
  expected: Expected,
  memory?: Json,
  options: object = {},
  world: MailWorldOptions = {},
): CheckCase => ({
  ...onServer(scriptLdap(script), expected, world, { base, limits, ...options }),
  ...(memory === undefined ? {} : { memory }),
});
const told = (as: "ok" | "warning" | "critical" | "unknown", code: string, also?: CheckCase["also"]): Expected => ({
  status: as,
  findings: [code],
  ...(also ? { also } : {}),
});
const dataIs =
  (data: object): NonNullable<CheckCase["also"]> =>
  ({ findings }) =>
    expect(findings[0]?.data).toMatchObject(data);

const withoutPreset = (options: object = {}): object =>
  Object.fromEntries(Object.entries(options).filter(([key]) => key !== "provider"));

/** How a directory is reached is as with every server; it has no greeting, and no preset knows where its way is blocked. */
const onTheWay = Object.fromEntries(
  Object.entries(connectionCases(() => scriptLdap(), /pa55|sales@/i))
    .filter(([name]) => !/greeting|blocked in China/.test(name))
    .map(([name, given]) => [name, { ...given, options: { ...withoutPreset(given.options), base, limits } }]),
);

/** The words of Active Directory. */
const refusedByActiveDirectory = (data: string): LdapScript => ({
  bind: (id) => [
    ldap(id, result(0x61, 49, `80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data ${data}, v4563\0`)),
  ],
});
const bindAnswers = (code: number, text = ""): LdapScript => ({ bind: (id) => [ldap(id, result(0x61, code, text))] });
const findAnswers = (code: number, text = "", more?: Buffer): LdapScript => ({
  find: (id) => [ldap(id, result(0x65, code, text, more))],
});
const rejected =
  (kind: "definite" | "ambiguous"): NonNullable<CheckCase["also"]> =>
  (_observation, outcome) =>
    expect(outcome.rejected?.kind).toBe(kind);

const hour = 3_600_000;
const hadAccounts = (count: number, agoMs = 2 * hour): Json => ({
  counted: [testNow - agoMs, count, false],
  held: [[testNow - agoMs, count, 0]],
});

/** What no server says: all of it must end soon, with a finding and without harm. */
const hostile = (bytes: Buffer | readonly Buffer[]): LdapScript => ({ find: () => [bytes].flat() });
const entryOf = (id: number, ...parts: readonly Buffer[]): Buffer => ldap(id, ber(0x64, ...parts));

testCheck(ldapDirectory, {
  ...onTheWay,

  "twelve accounts": on(
    {},
    {
      ...ok,
      also: ({ metrics, evidence }, { loggedIn, memory }) => {
        expect(loggedIn).toEqual(["sales@example.test"]);
        expect(metrics).toMatchObject({ accounts: 12 });
        expect(Object.keys(metrics).toSorted()).toEqual(["accounts", "connect", "login", "resolve", "search", "tls"]);
        expect(memory).toEqual({ counted: [testNow, 12, false], held: [[testNow, 12, 0]] });
        expect(evidence.join("\n")).toContain("C: bind\nas Sales@example.test, [password]\nS: result 0");
        expect(evidence.join("\n")).not.toContain("pa55");
      },
    },
  ),
  "by StartTLS": on({}, ok, undefined, {}, { security: "starttls" }),
  "anonymous, without encryption": on(
    {},
    { ...ok, also: (_observation, { loggedIn }) => expect(loggedIn).toEqual([]) },
    undefined,
    { user: undefined, password: undefined, security: "none" },
    { security: "starttls" },
  ),
  pages: on(
    {
      count: [
        (id) => [ldap(id, entry("cn=a")), ldap(id, entry("cn=b")), ldap(id, result(0x65), page("more"))],
        (id) => [ldap(id, entry("cn=c")), ldap(id, result(0x65), page())],
      ],
    },
    { ...ok, also: ({ metrics }) => expect(metrics).toMatchObject({ accounts: 3 }) },
  ),
  "references to other servers, which are not followed": on(
    {
      count: [
        (id) => [
          ldap(id, entry("cn=a")),
          ldap(id, ber(0x73, ber(0x04, "ldap://other.test/dc=x"))),
          ldap(id, result(0x65), page()),
        ],
      ],
    },
    { ...ok, also: ({ metrics }) => expect(metrics).toMatchObject({ accounts: 1 }) },
  ),

  "no such account": on(refusedByActiveDirectory("525"), told("critical", "bind-account-unknown", rejected("definite"))),
  "a wrong password": on(
    refusedByActiveDirectory("52e"),
    told("critical", "bind-rejected", (observation, outcome) => {
      expect([outcome.rejected?.kind, outcome.immediate]).toEqual(["definite", true]);
      expect(observation.findings[0]?.data["reason"]).toContain("data 52e");
    }),
  ),
  "the wrong hour": on(refusedByActiveDirectory("530"), told("critical", "logon-not-permitted", rejected("ambiguous"))),
  "the wrong machine": on(refusedByActiveDirectory("531"), told("critical", "logon-not-permitted")),
  "a password that has expired": on(refusedByActiveDirectory("532"), told("critical", "password-expired", rejected("definite"))),
  "a disabled account": on(refusedByActiveDirectory("533"), told("critical", "account-disabled", rejected("definite"))),
  "an expired account": on(refusedByActiveDirectory("701"), told("critical", "account-expired", rejected("definite"))),
  "a password that must be changed": on(refusedByActiveDirectory("773"), told("critical", "password-must-change")),
  "a locked account": on(refusedByActiveDirectory("775"), told("critical", "account-locked", rejected("definite"))),
  "49 without a word": on(bindAnswers(49), told("critical", "bind-rejected")),
  "49 with a code that is not known": on(refusedByActiveDirectory("999"), told("critical", "bind-rejected")),
  "a locked account of 389 Directory Server": on(
    bindAnswers(19, "Exceed password retry limit. Please try later."),
    told("critical", "account-locked"),
  ),
  "a disabled account of 389 Directory Server": on(
    bindAnswers(53, "Account inactivated. Contact system administrator."),
    told("critical", "account-disabled"),
  ),
  "no anonymous login": on(
    bindAnswers(48, "anonymous bind disallowed"),
    told("critical", "bind-refused", (_observation, outcome) => expect(outcome.rejected).toBeUndefined()),
    undefined,
    { user: undefined, password: undefined },
  ),
  "a stronger login is wanted": on(bindAnswers(8, "00002028: LdapErr: DSID-0C0903D3"), told("critical", "bind-refused")),
  busy: on(bindAnswers(51), told("warning", "directory-busy")),
  "busy at the look-up": on(findAnswers(51, "too busy"), told("warning", "directory-busy")),
  unavailable: on(bindAnswers(52, "shutting down"), told("critical", "directory-unavailable")),
  "another server is to be asked": on(
    findAnswers(10, "0000202B: RefErr", ber(0xa3, ber(0x04, "ldap://dc2.other.test/dc=test"))),
    told("warning", "directory-referral", dataIs({ servers: "ldap://dc2.other.test/dc=test" })),
  ),
  "no such base": on(findAnswers(32), told("critical", "base-not-found", dataIs({ base }))),
  "no right to look": on(findAnswers(50, "Insufficient access"), told("critical", "search-refused")),
  "an anonymous look at Active Directory": on(
    findAnswers(
      1,
      "000004DC: LdapErr: DSID-0C090A5C, comment: In order to perform this operation a successful bind must be completed",
    ),
    told("critical", "search-refused", dataIs({ user: "an anonymous program" })),
    undefined,
    { user: undefined, password: undefined },
  ),
  "no right to count": on({ count: [(id) => [ldap(id, result(0x65, 50))]] }, told("critical", "search-refused")),
  "another fault": on(findAnswers(80, "internal error"), told("critical", "search-failed", dataIs({ command: "search" }))),
  "a late answer": on({ delay: 140 }, told("warning", "directory-slow")),

  "fewer than there must be": on({}, told("critical", "accounts-missing", dataIs({ count: 12, least: 13 })), undefined, {
    accounts: 13,
  }),
  "as many as there must be": on({}, ok, undefined, { accounts: 12 }),
  none: on({ count: [holdingAccounts(0)] }, told("warning", "accounts-none", dataIs({ filter: "(objectClass=person)" }))),
  "many have gone": on({}, told("critical", "accounts-dropped", dataIs({ before: 20, missing: 8 })), hadAccounts(20)),
  "few have gone": on({}, ok, hadAccounts(16)),
  "a small share has gone": on({ count: [holdingAccounts(190)] }, ok, hadAccounts(200)),
  "counted within the hour": on(
    { count: [holdingAccounts(1)] },
    {
      ...ok,
      also: ({ metrics, evidence }, { memory }) => {
        expect(metrics).toMatchObject({ accounts: 12 });
        expect(memory).toEqual(hadAccounts(12, hour / 2));
        expect(evidence.join("\n")).not.toContain("below");
      },
    },
    hadAccounts(12, hour / 2),
  ),
  "counted within the hour, and wrong then": on({}, ok, hadAccounts(3, hour / 2), { accounts: 12 }),
  "the clock was put back": on(
    { count: [holdingAccounts(13)] },
    { ...ok, also: ({ metrics }) => expect(metrics).toMatchObject({ accounts: 13 }) },
    hadAccounts(12, -5 * hour),
  ),
  "memory that is not ours": on({}, ok, { held: "?" }),
  "more than the server shows": on(
    { count: [(id) => [ldap(id, entry("cn=a")), ldap(id, result(0x65, 4, "size limit"))]] },
    told("ok", "accounts-cut", ({ findings, metrics }, { memory }) => {
      expect(findings[0]?.data).toMatchObject({ count: 1 });
      expect(metrics["accounts"]).toBeUndefined();
      expect(memory).toMatchObject({ held: [[testNow - 2 * hour, 100, 0]] });
    }),
    hadAccounts(100),
  ),
  "a server without pages": on(
    {
      count: [
        (id) => [ldap(id, result(0x65, 12, "critical extension is unavailable"))],
        (id) => [ldap(id, entry("cn=a")), ldap(id, entry("cn=b")), ldap(id, result(0x65))],
      ],
    },
    { ...ok, also: ({ metrics }) => expect(metrics).toMatchObject({ accounts: 2 }) },
  ),
  "pages without end": on(
    { count: [(id) => [...Array.from({ length: 7_000 }, () => ldap(id, entry("cn=a"))), ldap(id, result(0x65), page("more"))]] },
    told("ok", "accounts-cut", dataIs({ count: 20_000 })),
    undefined,
    { limits: { ...limits, command: 10, slow: 10 } },
  ),
  "entries without end": on(
    { count: [(id) => Array.from({ length: 21_000 }, () => ldap(id, entry("cn=a")))] },
    told("ok", "accounts-cut", dataIs({ count: 20_000 })),
    undefined,
    { limits: { ...limits, command: 10, slow: 10 } },
  ),

  "no StartTLS": on(
    { startTls: (id) => [ldap(id, result(0x78, 2, "unsupported extended operation"))] },
    told("critical", "starttls-missing"),
    undefined,
    {},
    { security: "starttls" },
  ),
  "StartTLS refused": on(
    { startTls: (id) => [ldap(id, result(0x78, 52, "TLS is not set up"))] },
    told("critical", "starttls-refused"),
    undefined,
    {},
    { security: "starttls" },
  ),
  "an answer put in before TLS": on(
    { startTls: (id) => [ldap(id, result(0x78)), ldap(2, result(0x61))] },
    told("critical", "tls-failed"),
    undefined,
    {},
    { security: "starttls" },
  ),
  "no answer": on({ bind: () => "silence" }, told("critical", "command-timeout", dataIs({ command: "bind", phase: "auth" }))),
  "no answer to the look-up": on({ find: () => "silence" }, told("critical", "command-timeout", dataIs({ command: "search" }))),
  "no answer while it counts": on({ count: [(id) => [ldap(id, entry("cn=a"))]] }, told("critical", "command-timeout")),
  "the connection is cut": on({ find: () => "reset" }, told("critical", "connection-lost")),
  "the connection is ended": on({ find: () => "hangup" }, told("critical", "connection-lost")),
  "a notice of disconnection": on(
    { bind: () => [ldap(0, result(0x78, 52, "the server is going down", ber(0x8a, "1.3.6.1.4.1.1466.20036")))] },
    told("critical", "session-ended", dataIs({ reason: "52 “the server is going down”" })),
  ),
  "a notice of disconnection, and the end": onServer(
    async (client) => {
      await client.bytes(10);
      client.send(ldap(0, result(0x78, 52, "the server is going down")));
      client.end();
    },
    told("critical", "session-ended", dataIs({ reason: "52 “the server is going down”" })),
    {},
    { base, limits },
  ),

  "another protocol": on(hostile(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")), told("critical", "command-refused")),
  "a message of 16 MiB": on(hostile(Buffer.from([0x30, 0x84, 1, 0, 0, 0, 0])), told("critical", "command-refused")),
  "a length of eight bytes": on(hostile(Buffer.from([0x30, 0x88, 1, 0, 0, 0, 0, 0, 0, 0])), told("critical", "command-refused")),
  "a length without end": on(hostile(Buffer.from([0x30, 0x80, 2, 1, 3])), told("critical", "command-refused")),
  "attributes longer than their message": on(
    hostile(ber(0x30, ber(0x02, 3), Buffer.from([0x64, 0x05, 0x04, 0x01, 0x61, 0x30, 0x7f]))),
    told("critical", "command-refused"),
  ),
  "an attribute that is a string": on(
    hostile(entryOf(3, ber(0x04, "a"), ber(0x30, ber(0x04, Buffer.from([0x04]))))),
    told("critical", "command-refused"),
  ),
  "an entry without attributes": on(hostile(entryOf(3, ber(0x04, "a"))), told("critical", "command-refused")),
  "a result without a code": on(hostile(ldap(3, ber(0x65))), told("critical", "command-refused")),
  "an operation that no server sends": on(hostile(ldap(3, ber(0x63, ber(0x04, "a")))), told("critical", "command-refused")),
  "a control that nobody asked for": on(
    hostile(ldap(3, result(0x65), ber(0xa0, ber(0x30, ber(0x04, "1.2.840.113556.1.4.473"), ber(0x04, "x"))))),
    told("critical", "command-refused"),
  ),
  "answers to questions that nobody asked": on(
    { find: (id) => [ldap(99, result(0x65)), ldap(id, entry("dc=test")), ldap(id, result(0x65))] },
    ok,
  ),
  "a dribble": onServer(
    async (client) => {
      await client.bytes(10);
      client.send(Buffer.from([0x30, 0x82, 0x10, 0x00]));
      for (let i = 0; i < 60; i += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        client.send(Buffer.from([0x02]));
      }
    },
    told("critical", "command-timeout"),
    {},
    { base, limits },
  ),
});
