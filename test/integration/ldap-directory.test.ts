import { Client } from "ldapts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import ldapDirectory from "../../checks/ldap-directory.ts";
import { runProbe, type RunOutcome } from "../../src/engine/run-probe.ts";
import type { Json } from "../../src/model/json.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { probeOf, testNow, testWorld } from "../support/check-tester.ts";
import { secretOf } from "../support/mail-world.ts";
import { manager, reader, type Slapd, startSlapd, suffix } from "../support/slapd.ts";
import { createZone } from "../support/zone.ts";

const host = "ldap.own.test";
/** Addresses of this file's own. */
const addresses = { open: "127.0.94.1", strict: "127.0.94.2", plain: "127.0.94.3", expired: "127.0.94.4" };

let authority: Authority;
const running = new Map<keyof typeof addresses, Slapd>();

beforeAll(async () => {
  authority = await createAuthority();
  const tls = await authority.issue({ names: [host] });
  const start = async (
    kind: keyof typeof addresses,
    options: Omit<Parameters<typeof startSlapd>[0], "address">,
  ): Promise<void> => {
    running.set(kind, await startSlapd({ address: addresses[kind], ...options }));
  };
  await start("open", {
    tls,
    people: 1_234,
    extraConfig: "moduleload back_ldap\nreferral ldap://dc2.own.test",
    // A database that lies on another server, which is down.
    databaseConfig: `
sizelimit size.soft=500 size.hard=500 size.pr=unlimited size.prtotal=unlimited
database ldap
suffix dc=far,dc=test
uri ldap://127.0.94.99:9
`,
  });
  await start("strict", {
    tls,
    people: 10,
    extraConfig: "disallow bind_anon\nsizelimit size.hard=5 size.prtotal=disabled",
    databaseConfig: `access to attrs=userPassword by anonymous auth
access to dn.exact="${suffix}" by dn.exact="${reader}" read
access to dn.subtree="ou=people,${suffix}" by * none`,
  });
  await start("plain", { people: 3 });
  await start("expired", {
    tls: await authority.issueExpired({ names: [host] }),
    people: 3,
    extraConfig: "sizelimit size.soft=2 size.hard=2 size.prtotal=disabled",
  });
}, 60_000);

afterAll(async () => {
  await Promise.all([...running.values()].map((slapd) => slapd.stop()));
});

async function run(kind: keyof typeof addresses, options: object = {}, memory?: Json): Promise<RunOutcome> {
  const { ask } = createZone({ [host]: { A: [addresses[kind]] } });
  const account = { user: reader, password: secretOf("secret"), base: suffix };
  const parsed = ldapDirectory.options.parse({ host, ...account, ...options });
  const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
  const outcome = await runProbe(probeOf(ldapDirectory, parsed), ldapDirectory, testWorld({ dial, ask, memory }));
  if (!outcome) throw new Error("the run was cut short");
  return outcome;
}

const codes = ({ observation }: RunOutcome): readonly string[] => observation.findings.map(({ code }) => code);
const said = ({ observation }: RunOutcome): string => observation.evidence.join("\n");
const anonymous = { user: undefined, password: undefined };

describe("ldap-directory on a real slapd", () => {
  test.each([
    ["LDAPS", {}],
    ["StartTLS", { security: "starttls" }],
    ["anonymous, without encryption", { security: "none", ...anonymous }],
  ])("finds and counts 1,234 people by %s, in pages beyond the server's limit", async (_name, options) => {
    const outcome = await run("open", options);
    expect(codes(outcome)).toEqual([]);
    expect(outcome.observation.metrics).toMatchObject({ accounts: 1_234 });
    expect(said(outcome)).not.toContain("secret");
    expect(outcome.loggedIn).toEqual("user" in options ? [] : [reader]);
  });

  test("sees accounts go, and come back", async () => {
    const first = await run("open");
    const client = new Client({ url: `ldap://${addresses.open}` });
    await client.bind(manager, "secret");
    for (let i = 0; i < 200; i += 1) await client.del(`uid=p${i},ou=people,${suffix}`);
    const { counted: _, ...memory } = Object(first.memory);
    const second = await run("open", {}, memory);
    expect(codes(second)).toEqual(["accounts-dropped"]);
    expect(second.observation.findings[0]?.data).toMatchObject({ before: 1_234, missing: 200, count: 1_034 });
    for (let i = 0; i < 200; i += 1) {
      await client.add(`uid=p${i},ou=people,${suffix}`, { objectClass: "inetOrgPerson", uid: `p${i}`, cn: "x", sn: "x" });
    }
    await client.unbind();
    expect(second.memory).toMatchObject({ counted: [testNow, 1_034, false] });
    expect(codes(await run("open", {}, second.memory))).toEqual([]);
  });

  test.each([
    ["a wrong password", "open", { password: secretOf("wrong") }, "bind-rejected"],
    ["an unknown account", "open", { user: `cn=nobody,${suffix}` }, "bind-rejected"],
    ["a name that is no DN", "open", { user: "nobody" }, "bind-account-unknown"],
    ["a base that is not there", "open", { base: `ou=gone,${suffix}` }, "base-not-found"],
    ["a base that is elsewhere", "open", { base: "dc=else,dc=test" }, "directory-referral"],
    [
      "a base on a server that is down",
      "open",
      { base: "dc=far,dc=test", ...anonymous, security: "none" },
      "directory-unavailable",
    ],
    ["a filter that fits nobody", "open", { filter: "(mail=nobody@own.test)" }, "accounts-none"],
    ["fewer than there must be", "open", { accounts: 2_000 }, "accounts-missing"],
    ["no anonymous login", "strict", anonymous, "bind-refused"],
    ["an account that may not read", "strict", {}, "accounts-none"],
    ["no StartTLS", "plain", { security: "starttls" }, "starttls-missing"],
    ["nothing at the port of LDAPS", "plain", {}, "connection-refused"],
    ["an expired certificate", "expired", {}, "certificate-expired"],
    ["an expired certificate, by StartTLS", "expired", { security: "starttls" }, "certificate-expired"],
  ] as const)("%s", async (_name, kind, options, code) => {
    const outcome = await run(kind, options);
    expect(codes(outcome), said(outcome)).toEqual([code]);
    // Nothing secret to whom nobody vouches for.
    expect(said(outcome).includes("C: bind")).toBe(!/^(certificate|starttls|connection)/.test(code));
  });

  test("counts without pages where the server takes none, and says where it shows only a part", async () => {
    const all = await run("strict", { user: manager, base: suffix });
    expect(all.observation.metrics).toMatchObject({ accounts: 10 });
    const part = await run("expired", { security: "none", ...anonymous, accounts: 3 });
    expect(codes(part), said(part)).toEqual(["accounts-cut"]);
    expect(part.observation.findings[0]?.data).toMatchObject({ count: 2 });
  });

  test("a frozen server is told as one, and heals", async () => {
    const slapd = running.get("plain");
    if (!slapd) throw new Error("no server");
    const options = { security: "none", ...anonymous, limits: { command: 0.5 } };
    expect(codes(await run("plain", options))).toEqual([]);
    slapd.signal("SIGSTOP");
    try {
      expect(codes(await run("plain", options))).toEqual(["command-timeout"]);
    } finally {
      slapd.signal("SIGCONT");
    }
    expect(codes(await run("plain", options))).toEqual([]);
  });
});
