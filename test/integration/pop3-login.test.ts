import { chown, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import pop3Login from "../../checks/pop3-login.ts";
import { runProbe, type RunOutcome } from "../../src/engine/run-probe.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Authority, createAuthority, issueSelfSigned } from "../support/certificates.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Dovecot, mailUid, startDovecot } from "../support/dovecot.ts";
import { secretOf } from "../support/mail-world.ts";
import { createZone } from "../support/zone.ts";

const host = "pop.own.test";
const user = "sales@own.test";
const users = { [user]: 'pa:ss "word\\ x', "office@own.test": "wörd §", "boss@own.test": "x" };
/** Addresses of this file's own. */
const addresses = { good: "127.0.52.1", selfSigned: "127.0.52.2", broken: "127.0.52.3", plain: "127.0.52.4" };

let authority: Authority;
const running = new Map<string, Dovecot>();

beforeAll(async () => {
  authority = await createAuthority();
  const tls = await authority.issue({ names: [host] });
  const pop3 = { users, pop3: true, disabled: { "boss@own.test": "Suspended" } } as const;
  const start = async (address: string, more: object): Promise<void> => {
    running.set(address, await startDovecot({ address, ...pop3, ...more }));
  };
  await start(addresses.good, { tls });
  await start(addresses.selfSigned, { tls: await issueSelfSigned({ names: [host] }) });
  // A quota that no session can be begun with.
  await start(addresses.broken, { tls, extraConfig: "mail_plugins = quota\nplugin {\n quota = count:x\n quota_rule = ?\n}" });
  await start(addresses.plain, {});
});

afterAll(async () => {
  await Promise.all([...running.values()].map((dovecot) => dovecot.stop()));
});

async function run(address: string, options: object = {}): Promise<RunOutcome> {
  const { ask } = createZone({ [host]: { A: [address] } });
  const parsed = pop3Login.options.parse({ host, user, password: secretOf(users[user]), ...options });
  const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
  const outcome = await runProbe(probeOf(pop3Login, parsed), pop3Login, testWorld({ dial, ask }));
  if (!outcome) throw new Error("the run was cut short");
  return outcome;
}

const verdict = ({ observation: { status, findings, evidence } }: RunOutcome): unknown => ({
  status,
  findings: findings.map(({ code, data }) => `${String(data["phase"])}: ${code}`),
  evidence: status === "ok" ? [] : evidence,
});
const shows = (status: string, ...findings: readonly string[]): unknown => expect.objectContaining({ status, findings });

describe("pop3-login on a real Dovecot", () => {
  test("logs in at 995 and by STLS, counts the mails, and leaves them as they are", async () => {
    const dovecot = running.get(addresses.good);
    const maildir = dovecot?.mailFolder(user) ?? "";
    const made = [maildir, ...["cur", "new", "tmp"].map((part) => join(maildir, part))];
    for (const folder of made) await mkdir(folder, { recursive: true });
    const files = ["1700000001.M1P1.test", "1700000002.M2P1.test"].map((name) => join(maildir, "new", name));
    for (const file of files) await writeFile(file, "Subject: x\r\n\r\nhello\r\n");
    for (const path of [...made, ...files]) await chown(path, mailUid, mailUid);

    for (const options of [{}, { port: 110 }]) {
      const outcome = await run(addresses.good, options);
      expect(verdict(outcome)).toEqual(shows("ok"));
      expect(outcome.loggedIn).toEqual([user]);
      expect(outcome.observation.metrics).toMatchObject({ mails: 2, size: 42 });
      const evidence = outcome.observation.evidence.join("\n");
      expect(evidence).toContain("C: PASS [password]");
      expect(evidence).not.toMatch(/RETR|DELE|TOP /);
    }
    // Seen or not: Dovecot marks it by a suffix S in the name.
    const names = [...(await readdir(join(maildir, "new"))), ...(await readdir(join(maildir, "cur")))];
    expect(names.filter((name) => /:2,.*S/.test(name))).toEqual([]);
    expect(names).toHaveLength(2);
    const said = async (what: RegExp): Promise<number> => [...((await dovecot?.log()) ?? "").matchAll(what)].length;
    expect(await said(/pop3-login: .*Login: user=<sales@own.test>/g)).toBe(2);
    await expect.poll(() => said(/Disconnected: Logged out .*retr=0\/0, del=0\/2/g)).toBe(2);
  });

  test("logs in with a password that is not ASCII", async () => {
    const outcome = await run(addresses.good, { user: "office@own.test", password: secretOf("wörd §") });
    expect(verdict(outcome)).toEqual(shows("ok"));
    expect(outcome.observation.evidence.join("\n")).toContain("AUTH PLAIN (office@own.test, [password])");
  });

  test("is told that the password is wrong, and that an account is disabled", async () => {
    const wrong = await run(addresses.good, { password: secretOf("wrong") });
    expect(verdict(wrong)).toEqual(shows("critical", "auth: login-rejected"));
    expect([wrong.immediate, wrong.rejected?.kind]).toEqual([true, "definite"]);
    const disabled = await run(addresses.good, { user: "boss@own.test", password: secretOf("x") });
    expect(verdict(disabled)).toEqual(shows("critical", "auth: login-rejected"));
    expect(disabled.observation.findings[0]?.data["reason"]).toContain("Suspended");
  });

  test("does not call a broken mail storage a wrong password", async () => {
    const { observation, rejected } = await run(addresses.broken);
    expect(observation.findings.map(({ code }) => code)).toEqual(["login-unavailable"]);
    expect(rejected).toBeUndefined();
  });

  test("sends no password to who is not proved, and none in clear", async () => {
    for (const port of [995, 110]) {
      expect(verdict(await run(addresses.selfSigned, { port }))).toEqual(shows("critical", "tls: certificate-self-signed"));
    }
    expect(verdict(await run(addresses.plain, { port: 110 }))).toEqual(shows("critical", "tls: starttls-missing"));
    expect(verdict(await run(addresses.plain))).toEqual(shows("critical", "connect: connection-refused"));
    for (const address of [addresses.selfSigned, addresses.plain]) {
      expect(await running.get(address)?.log()).not.toContain(user);
    }
  });
});
