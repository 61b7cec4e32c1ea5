import { chown, cp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { ImapFlow } from "imapflow";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import mailboxActivity from "../../checks/mailbox-activity.ts";
import { runProbe, type RunOutcome } from "../../src/engine/run-probe.ts";
import type { Json } from "../../src/model/json.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { probeOf, testNow, testWorld } from "../support/check-tester.ts";
import { type Dovecot, mailUid, startDovecot } from "../support/dovecot.ts";
import { secretOf } from "../support/mail-world.ts";
import { createZone } from "../support/zone.ts";

const host = "imap.own.test";
const users = Object.fromEntries(["a", "b", "c", "d", "e", "f", "g"].map((name) => [`${name}@own.test`, "secret"]));
const trash = `namespace inbox {
  mailbox Trash {
    auto = create
    special_use = \\Trash
  }
}`;
/** Addresses of this file's own: a server of today, and one without LIST-STATUS and SPECIAL-USE. */
const addresses = { today: "127.0.93.1", old: "127.0.93.2" };

let authority: Authority;
const running = new Map<keyof typeof addresses, Dovecot>();

beforeAll(async () => {
  authority = await createAuthority();
  const tls = await authority.issue({ names: [host] });
  running.set("today", await startDovecot({ address: addresses.today, users, tls, extraConfig: trash }));
  const extraConfig = `imap_capability = IMAP4rev1 NAMESPACE UIDPLUS LITERAL+ MOVE\n${trash}`;
  running.set("old", await startDovecot({ address: addresses.old, users, tls, extraConfig }));
});

afterAll(async () => {
  await Promise.all([...running.values()].map((dovecot) => dovecot.stop()));
});

const serverOf = (kind: keyof typeof addresses): Dovecot => {
  const found = running.get(kind);
  if (!found) throw new Error(`the server ${kind} is not running`);
  return found;
};

/** Another mail program in the same mailbox. */
async function asUser(kind: keyof typeof addresses, user: string, work: (client: ImapFlow) => Promise<void>): Promise<void> {
  const client = new ImapFlow({
    host: addresses[kind],
    port: 993,
    secure: true,
    servername: host,
    tls: { ca: authority.certPem },
    auth: { user, pass: "secret" },
    logger: false,
  });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.logout();
  }
}

async function fill(client: ImapFlow, folder: string, mails: number): Promise<void> {
  const mail = (i: number): string =>
    `From: a@other.test\r\nMessage-ID: <${folder}-${i}@other.test>\r\nSubject: ${i}\r\n\r\nx\r\n`;
  for (let i = 0; i < mails; i += 1) await client.append(folder, mail(i));
}

async function emptyOut(client: ImapFlow, folder: string, range: string, to?: string): Promise<void> {
  const lock = await client.getMailboxLock(folder);
  try {
    if (to === undefined) await client.messageDelete(range);
    else await client.messageMove(range, to);
  } finally {
    lock.release();
  }
}

/** What root has copied belongs to the mail server again. */
async function own(folder: string): Promise<void> {
  for (const name of [".", ...(await readdir(folder, { recursive: true }))]) await chown(join(folder, name), mailUid, mailUid);
}

const half = 1_800_000;

/** A mailbox that is looked at every half hour. */
function watch(kind: keyof typeof addresses, user: string) {
  const { ask } = createZone({ [host]: { A: [addresses[kind]] } });
  const options = mailboxActivity.options.parse({ host, user, password: secretOf("secret"), timezone: "Asia/Shanghai" });
  const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
  let memory: Json | undefined;
  let now = testNow;
  return async (): Promise<RunOutcome> => {
    now += half;
    const outcome = await runProbe(
      probeOf(mailboxActivity, options),
      mailboxActivity,
      testWorld({ dial, ask, memory, now: () => now }),
    );
    if (!outcome) throw new Error("the run was cut short");
    memory = outcome.memory ?? memory;
    return outcome;
  };
}

const codes = ({ observation }: RunOutcome): readonly string[] => observation.findings.map(({ code }) => code);
const secondNow = (): number => Math.floor(Date.now() / 1_000);
const said = ({ observation }: RunOutcome): string => observation.evidence.join("\n");

describe.each(["today", "old"] as const)("mailbox-activity on a real Dovecot (%s)", (kind) => {
  test(
    "a leaver moves 500 mails into the trash and empties it: seen at the next look, each time",
    { timeout: 120_000 },
    async () => {
      const user = "a@own.test";
      await asUser(kind, user, async (client) => {
        await fill(client, "INBOX", 500);
        await client.mailboxCreate("Customers");
        await fill(client, "Customers", 100);
      });
      const look = watch(kind, user);
      const first = await look();
      expect(codes(first)).toEqual([]);
      expect(first.observation.metrics).toMatchObject({ mails: 600, discarded: 0 });
      const before = await readdir(join(serverOf(kind).mailFolder(user), "new"));

      await asUser(kind, user, (client) => emptyOut(client, "INBOX", "1:50", "Customers"));
      expect(codes(await look())).toEqual([]);
      await asUser(kind, user, (client) => emptyOut(client, "INBOX", "1:450", "Trash"));
      const trashed = await look();
      expect(codes(trashed)).toEqual(["mails-trashed"]);
      expect(trashed.observation.findings[0]?.data).toMatchObject({ before: 600, missing: 450, gone: 0, folders: "“INBOX”" });
      await asUser(kind, user, (client) => emptyOut(client, "Trash", "1:*"));
      const gone = await look();
      expect(codes(gone)).toEqual(["mails-deleted"]);
      expect(gone.observation.findings[0]?.data).toMatchObject({ before: 600, gone: 450, folders: "“INBOX”" });
      expect(before.length).toBeGreaterThan(0);
    },
  );

  test("one connection, one login, nothing opened and nothing marked", async () => {
    const user = "b@own.test";
    await asUser(kind, user, (client) => fill(client, "INBOX", 3));
    const folder = serverOf(kind).mailFolder(user);
    const state = async (): Promise<readonly string[]> => [
      ...(await readdir(join(folder, "new"))),
      ...(await readdir(join(folder, "cur"))),
      await readFile(join(folder, "dovecot-uidlist"), "utf8"),
    ];
    const before = await state();
    const look = watch(kind, user);
    const outcomes = [await look(), await look(), await look()];
    expect(await state()).toEqual(before);
    for (const outcome of outcomes) {
      expect(said(outcome)).not.toMatch(/C: m\d+ (SELECT|EXAMINE|FETCH|STORE|EXPUNGE|APPEND|CREATE)/);
      expect(said(outcome).match(/connect 127/g)).toHaveLength(1);
      expect(said(outcome).includes("RETURN (SPECIAL-USE STATUS")).toBe(kind === "today");
    }
    await expect
      .poll(async () => (await serverOf(kind).log()).match(/imap\(b@own\.test\).*Disconnected: Logged out/g)?.length)
      .toBe(4);
  });

  test("a folder deleted and made anew, renamed, and deleted for good", async () => {
    const user = "c@own.test";
    await asUser(kind, user, async (client) => {
      for (const name of ["Orders", "Quotes", "Old"]) {
        await client.mailboxCreate(name);
        await fill(client, name, 30);
      }
    });
    const look = watch(kind, user);
    await look();
    await asUser(kind, user, async (client) => {
      await client.mailboxRename("Quotes", "Quotes 2026");
    });
    expect(codes(await look())).toEqual([]);
    await asUser(kind, user, async (client) => {
      await client.mailboxDelete("Orders");
      await client.mailboxCreate("Orders");
      await client.mailboxDelete("Old");
    });
    const outcome = await look();
    expect(codes(outcome)).toEqual(["folder-gone", "folder-recreated"]);
    expect(outcome.observation.findings.map(({ data }) => data["folders"])).toEqual(["“Old”", "“Orders”"]);
    expect(codes(await look())).toEqual(["folder-gone", "folder-recreated"]);
  });

  test("mail that comes is counted, however much of it is read and moved away in between", async () => {
    const user = "d@own.test";
    const look = watch(kind, user);
    await look();
    await asUser(kind, user, async (client) => {
      await fill(client, "INBOX", 12);
      await emptyOut(client, "INBOX", "1:10");
    });
    expect((await look()).observation.metrics).toMatchObject({ mails: 2, arrived: 12 });
  });

  test("a folder with a Chinese name is told as people write it", async () => {
    const user = "e@own.test";
    await asUser(kind, user, async (client) => {
      await client.mailboxCreate("客户 & 订单");
      await fill(client, "客户 & 订单", 120);
    });
    const look = watch(kind, user);
    await look();
    await asUser(kind, user, async (client) => {
      await client.mailboxDelete("客户 & 订单");
    });
    const outcome = await look();
    expect(codes(outcome)).toEqual(["mails-deleted", "folder-gone"]);
    expect(outcome.observation.findings[1]?.data["folders"]).toBe("“客户 & 订单”");
  });

  test("a mailbox that was put back from a backup is told, with the mails that it has lost", async () => {
    const user = "f@own.test";
    const folder = serverOf(kind).mailFolder(user);
    await asUser(kind, user, (client) => fill(client, "INBOX", 40));
    await cp(folder, `${folder}.backup`, { recursive: true, preserveTimestamps: true });
    await asUser(kind, user, (client) => fill(client, "INBOX", 160));
    const look = watch(kind, user);
    await look();
    await rm(folder, { recursive: true });
    await cp(`${folder}.backup`, folder, { recursive: true, preserveTimestamps: true });
    await own(folder);
    const outcome = await look();
    expect(codes(outcome), said(outcome)).toEqual(["mails-deleted", "folder-rolled-back"]);
    expect(outcome.observation.findings[0]?.data).toMatchObject({ before: 200, gone: 160 });
  });

  test("a mailbox that was deleted and made anew is told", async () => {
    const user = "g@own.test";
    const folder = serverOf(kind).mailFolder(user);
    await asUser(kind, user, (client) => fill(client, "INBOX", 150));
    const look = watch(kind, user);
    await look();
    // A new UIDVALIDITY is the second in which it is given: the old one must be over.
    const made = secondNow();
    await vi.waitFor(() => expect(secondNow()).toBeGreaterThan(made), { timeout: 3_000 });
    await rm(folder, { recursive: true });
    await asUser(kind, user, (client) => fill(client, "INBOX", 2));
    const outcome = await look();
    expect(codes(outcome), said(outcome)).toEqual(["mails-deleted", "folder-recreated"]);
    expect(outcome.observation.findings[1]?.data["folders"]).toBe("“INBOX”");
  });
});
