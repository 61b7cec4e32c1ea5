import { mkdir, readdir, rm, writeFile, chown } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import imapQuota from "../../checks/imap-quota.ts";
import { runProbe, type RunOutcome } from "../../src/engine/run-probe.ts";
import type { Json } from "../../src/model/json.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Dovecot, mailUid, startDovecot } from "../support/dovecot.ts";
import { secretOf } from "../support/mail-world.ts";
import { createZone } from "../support/zone.ts";

const host = "imap.own.test";
const user = "sales@own.test";
const users = { [user]: "secret", "boss@own.test": "secret" };
/** Addresses of this file's own: with the quota plugin, without it, and as a server of old (no STATUS=SIZE). */
const addresses = { quota: "127.0.51.1", without: "127.0.51.2", old: "127.0.51.3" };

/** 200 KiB, or 12 mails, for the user, and as much as one likes for the archive. */
const quotaPlugin = `
mail_plugins = quota
protocol imap {
  mail_plugins = quota imap_quota
}
plugin {
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=200K:messages=12
  quota2 = count:Whole "company"
  quota2_rule = *:storage=10M
}
`;
const shared = (root: string): string => `
namespace shared {
  type = public
  prefix = Public.
  separator = .
  location = maildir:${root}
  list = yes
  subscriptions = no
}
`;

let authority: Authority;
const running = new Map<keyof typeof addresses, Dovecot>();

beforeAll(async () => {
  authority = await createAuthority();
  const tls = await authority.issue({ names: [host] });
  const start = async (kind: keyof typeof addresses, extraConfig: string): Promise<void> => {
    running.set(kind, await startDovecot({ address: addresses[kind], users, tls, extraConfig }));
  };
  await start("quota", quotaPlugin);
  await start("without", shared("%h/../public"));
  await start("old", `imap_capability = IMAP4rev1 NAMESPACE UIDPLUS\n${shared("%h/../public")}`);
});

afterAll(async () => {
  await Promise.all([...running.values()].map((dovecot) => dovecot.stop()));
});

const serverOf = (kind: keyof typeof addresses): Dovecot => {
  const found = running.get(kind);
  if (!found) throw new Error(`the server ${kind} is not running`);
  return found;
};

let delivered = 0;
/** Puts a mail of exactly so many bytes, as they go over the wire, into a Maildir. */
async function put(maildir: string, bytes: number): Promise<void> {
  const head = "From: a@own.test\r\nSubject: x\r\n\r\n";
  for (const part of ["cur", "new", "tmp"]) await mkdir(join(maildir, part), { recursive: true });
  delivered += 1;
  const file = join(maildir, "new", `${1_700_000_000 + delivered}.M${delivered}P1.test`);
  await writeFile(file, head.padEnd(bytes - 2, "x") + "\r\n");
  for (const path of [maildir, ...["cur", "new", "tmp"].map((part) => join(maildir, part)), file])
    await chown(path, mailUid, mailUid);
}

async function run(kind: keyof typeof addresses, options: object = {}, memory?: Json): Promise<RunOutcome> {
  const { ask } = createZone({ [host]: { A: [addresses[kind]] } });
  const parsed = imapQuota.options.parse({ host, user, password: secretOf("secret"), ...options });
  const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
  const outcome = await runProbe(probeOf(imapQuota, parsed), imapQuota, testWorld({ dial, ask, memory }));
  if (!outcome) throw new Error("the run was cut short");
  return outcome;
}

const shows = ({ observation: { status, findings, metrics } }: RunOutcome): unknown => ({
  status,
  findings: findings.map(({ code }) => code),
  metrics,
});
const said = ({ observation }: RunOutcome): string => observation.evidence.join("\n");

describe("imap-quota on a real Dovecot", () => {
  test("is told usage and limit of both roots, and finds the mailbox filling, nearly full and over", async () => {
    const maildir = serverOf("quota").mailFolder(user);
    expect(shows(await run("quota"))).toMatchObject({
      status: "ok",
      findings: [],
      metrics: { used: 0, limit: 204_800, mails: 0 },
    });
    for (let i = 0; i < 7; i += 1) await put(maildir, 24 * 1024);
    const high = await run("quota");
    expect(shows(high)).toMatchObject({
      status: "warning",
      findings: ["quota-high"],
      metrics: { used: 168 * 1024, share: 0.84 },
    });
    expect(said(high)).toContain('quota "Whole "company"": STORAGE 172032 of 10485760');
    await put(maildir, 24 * 1024);
    expect(shows(await run("quota"))).toMatchObject({ status: "critical", findings: ["quota-nearly-full"] });
    await put(maildir, 24 * 1024);
    expect(shows(await run("quota"))).toMatchObject({ status: "critical", findings: ["quota-over"] });
    // Nothing was opened, read or marked: what is new is still new.
    expect(await readdir(join(maildir, "new"))).toHaveLength(9);
    expect(said(high)).not.toMatch(/C: m\d+ (SELECT|EXAMINE|FETCH)/);
    await expect.poll(async () => (await serverOf("quota").log()).match(/Disconnected: Logged out/g)?.length).toBe(4);
  });

  test("says that it cannot be watched where there is no quota, and how it can", async () => {
    const outcome = await run("without");
    expect(shows(outcome)).toMatchObject({ status: "ok", findings: ["quota-unsupported"], metrics: {} });
    expect(outcome.loggedIn).toEqual([user]);
  });

  test.each(["without", "old"] as const)("adds up the mailbox of a server %s quota, and not what is public", async (kind) => {
    const dovecot = serverOf(kind);
    const maildir = dovecot.mailFolder(user);
    await put(maildir, 5_000);
    await put(maildir, 6_000);
    await put(join(maildir, ".Archive.2026"), 70_000);
    await put(join(dovecot.mailRoot, "public", ".News"), 900_000);
    await chown(join(dovecot.mailRoot, "public"), mailUid, mailUid);
    const outcome = await run(kind, { limit: 100_000 });
    expect(said(outcome)).toContain("in 3 folders, 3 left out");
    expect(shows(outcome)).toMatchObject({
      status: "warning",
      findings: ["quota-high"],
      metrics: { used: 81_000, limit: 100_000, share: 0.81 },
    });
    expect(said(outcome).includes('LIST "" "*" RETURN (STATUS (SIZE))')).toBe(kind === "without");
    expect(said(outcome).includes("RFC822.SIZE")).toBe(kind === "old");
    expect(await readdir(join(maildir, "new"))).toHaveLength(2);
  });

  test("goes on from the mails that it has counted, and begins anew when one of them is gone", async () => {
    const dovecot = serverOf("old");
    const maildir = dovecot.mailFolder("boss@own.test");
    const files = 1_200;
    for (let i = 0; i < files; i += 1) await put(maildir, 100);
    const boss = { user: "boss@own.test", limit: "1 GB" };
    const commands = (outcome: RunOutcome): readonly string[] =>
      said(outcome)
        .match(/C: m\d+ FETCH [\d:]+/g)
        ?.map((line) => line.replace(/.* /, "")) ?? [];

    const first = await run("old", boss);
    expect(shows(first)).toMatchObject({ status: "ok", findings: [], metrics: { used: files * 100 } });
    expect(commands(first)).toEqual(["1:1000", "1000:1200"]);
    await put(maildir, 150);
    const second = await run("old", boss, first.memory);
    expect(shows(second)).toMatchObject({ metrics: { used: files * 100 + 150 } });
    expect(commands(second)).toEqual(["1200:1201"]);
    const [oldest = ""] = (await readdir(join(maildir, "new"))).toSorted();
    await rm(join(maildir, "new", oldest));
    const third = await run("old", boss, second.memory);
    expect(shows(third)).toMatchObject({ metrics: { used: (files - 1) * 100 + 150 } });
    expect(commands(third)).toEqual(["1:1000", "1000:1200"]);
  });

  test("tells a refused password like the other checks of the account, and leaves all else to imap-login", async () => {
    const outcome = await run("quota", { password: secretOf("wrong") });
    expect(shows(outcome)).toMatchObject({ status: "critical", findings: ["login-rejected"], metrics: {} });
    expect(outcome.rejected?.kind).toBe("definite");
    expect(shows(await run("quota", { port: 9 }))).toMatchObject({ status: "unknown", findings: ["connection-refused"] });
  });
});
