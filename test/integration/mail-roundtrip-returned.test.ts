import { chown, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sayFinding } from "../../src/i18n/reasons.ts";
import check from "../../checks/mail-roundtrip.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { type Dovecot, mailUid, startDovecot } from "../support/dovecot.ts";
import { greylist, type PolicyServer, startPolicyServer } from "../support/policy-server.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import { password, secret, watchRoundTrip } from "../support/round-trip-watch.ts";
import { createZone } from "../support/zone.ts";

const own = "127.0.44.1";
const partner = "127.0.44.2";
const { ask } = createZone({ "mail.own.test": { A: [own] }, "mail.partner.test": { A: [partner] } });
const from = "sales@own.test";
const mailboxes = ["inbox", "gone", "grey", "full", "held", "junk"].map((name) => `${name}@partner.test`);

let authority: Authority;
let ownDovecot: Dovecot;
let ownPostfix: Postfix;
let dovecot: Dovecot;
let policy: PolicyServer;
let postfix: Postfix;
/** What every IMAP session was told after its login. */
let rawLogs: string;

beforeAll(async () => {
  rawLogs = await mkdtemp(join(tmpdir(), "rawlog-"));
  await chown(rawLogs, mailUid, mailUid);
  authority = await createAuthority();
  ownDovecot = await startDovecot({
    address: own,
    users: { [from]: password },
    tls: await authority.issue({ names: ["mail.own.test"] }),
  });
  ownPostfix = await startPostfix({
    address: own,
    hostname: "mail.own.test",
    domains: ["own.test"],
    dovecot: ownDovecot,
    mailboxes: { [from]: `${from}/` },
    transports: { "partner.test": `smtp:[${partner}]:25` },
    tls: await authority.issue({ names: ["mail.own.test"] }),
    // A notice at the first put-off instead of after hours.
    extraConfig: "delay_warning_time = 1s",
  });
  dovecot = await startDovecot({
    address: partner,
    users: Object.fromEntries(mailboxes.map((address) => [address, password])),
    tls: await authority.issue({ names: ["mail.partner.test"] }),
    extraConfig: `rawlog_dir = ${rawLogs}`,
  });
  policy = await startPolicyServer(greylist(6_000, (request) => request["recipient"] === "grey@partner.test"));
  postfix = await startPostfix({
    address: partner,
    hostname: "mail.partner.test",
    domains: ["partner.test"],
    dovecot,
    // There is no gone@ and no full@ for the mail server.
    mailboxes: {
      "inbox@partner.test": "inbox@partner.test/",
      "grey@partner.test": "grey@partner.test/",
      "held@partner.test": "discard",
      "junk@partner.test": "junk@partner.test/.Junk/",
    },
    policy: policy.service,
    extraConfig:
      "message_size_limit = 2000000\nsmtpd_sender_restrictions = check_recipient_access inline:{{full@partner.test=552 5.2.2 The mailbox is over its quota}}",
  });
});

afterAll(async () => {
  for (const server of [postfix, policy, dovecot, ownPostfix, ownDovecot]) await server?.stop();
  await rm(rawLogs, { recursive: true, force: true });
});

const watch = (to: string, options: object = {}) =>
  watchRoundTrip({
    options: {
      from: {
        address: from,
        host: "mail.own.test",
        port: 465,
        security: "tls",
        user: from,
        password: secret,
        imap: { host: "mail.own.test", port: 993, security: "tls" },
      },
      to: { address: to, host: "mail.partner.test", port: 993, security: "tls", user: to, password: secret },
      ...options,
    },
    ask,
    authorities: [authority.certPem],
    log: () => ownPostfix.log(),
  });

/** What lies in the sender's inbox. */
async function sendersMail(): Promise<readonly string[]> {
  const folder = ownDovecot.mailFolder(from);
  const [fresh, seen] = await Promise.all(["new", "cur"].map((name) => readdir(join(folder, name)).catch(() => [])));
  return [...(fresh ?? []), ...(seen ?? [])];
}

async function untilReturned(count: number): Promise<void> {
  await expect.poll(async () => (await sendersMail()).length, { timeout: 15_000, interval: 100 }).toBe(count);
}

describe("mail-roundtrip, mail that comes back on real Postfix and Dovecot", () => {
  test("returned: told with its cause 20 s later, and the report is taken away", async () => {
    const trip = watch("gone@partner.test");
    expect((await trip.run()).said).toEqual(["not-there-yet unknown"]);
    await untilReturned(1);
    trip.forward(20_000);
    const returned = await trip.run();
    expect(returned.said).toEqual(["bounced critical"]);
    const [found] = returned.observation.findings;
    expect(found?.data).toMatchObject({ causes: "unknown-mailbox", who: "whoever sent it", number: 1 });
    expect(found?.data?.["said"]).toMatch(/^550 5\.1\.1 /);
    const { text, advice } = check.findings.bounced;
    expect(sayFinding(text, "zh-CN", found?.data ?? {})).toMatch(
      /^sales@own\.test 发给 gone@partner\.test 的邮件被退回。邮箱 gone@partner\.test 不存在.*的原话：「550 5\.1\.1 /,
    );
    expect(sayFinding(advice, "zh-CN", found?.data ?? {})).toMatch(/^应由发件人处理。先检查地址/);
    expect(returned.again).toBeUndefined();
    expect(returned.observation.metrics).toMatchObject({ sentTotal: 1, lostTotal: 0, duplicatesTotal: 0 });
    expect(await sendersMail()).toEqual([]);
  });

  test("another cause by another answer; two in a row stay so until the third is known", async () => {
    const trip = watch("full@partner.test");
    for (const said of [["bounced critical"], ["bounced critical"]]) {
      await trip.run();
      await untilReturned(1);
      trip.forward(120_000);
      const returned = await trip.run();
      expect(returned.said).toEqual(said);
      expect(returned.observation.findings[0]?.data).toMatchObject({ causes: "mailbox-full", who: "the recipient" });
      trip.forward(15 * 60_000);
    }
    expect((await trip.run()).said).toEqual(["bounced critical", "not-there-yet info"]);
    await untilReturned(1);
    trip.forward(120_000);
    await trip.run();
  });

  test("greylisted: put off in the words of the far side, then delivered", async () => {
    const trip = watch("grey@partner.test", { lateAfter: 3_600_000 });
    await trip.run();
    await untilReturned(1);
    trip.forward(120_000);
    const waiting = await trip.run();
    expect(waiting.said).toEqual(["not-there-yet unknown", "greylisted info"]);
    expect(waiting.observation.findings[1]?.data?.["said"]).toMatch(/4\.7\.1/);
    expect(await sendersMail()).toEqual([]);
    const arrived = await trip.untilKnown();
    expect(arrived.said).toEqual([]);
  });

  test("expect: held, rejected and junk are proved to work, and told when they do not", async () => {
    const rejected = watch("gone@partner.test", { expect: "rejected" });
    await rejected.run();
    await untilReturned(1);
    rejected.forward(20_000);
    expect((await rejected.run()).said).toEqual(["as-expected info"]);

    const held = watch("held@partner.test", { expect: "held", firstLostAfter: 60_000 });
    await held.run();
    held.forward(60_000);
    expect((await held.run()).said).toEqual(["as-expected info"]);

    const junk = watch("junk@partner.test", { expect: "junk" });
    await junk.run();
    expect((await junk.untilKnown()).said).toEqual(["as-expected info"]);

    for (const [expected, code] of [
      ["held", "not-held"],
      ["rejected", "not-rejected"],
      ["junk", "not-in-junk"],
    ] as const) {
      const trip = watch("inbox@partner.test", { expect: expected });
      await trip.run();
      expect((await trip.untilKnown()).said, expected).toEqual([`${code} critical`]);
    }
  });

  test("a large mail passes, is too large for the far side, or for the own server by its own word", async () => {
    const small = watch("inbox@partner.test", { size: 1024 * 1024 });
    await small.run();
    expect((await small.untilKnown()).said).toEqual([]);
    await expect
      .poll(async () => (await small.run()).memory, { timeout: 15_000, interval: 250 })
      .toMatchObject({ travelling: [], large: { badStreak: 0, triedAt: expect.any(Number) } });
    expect(await readdir(join(dovecot.mailFolder("inbox@partner.test"), "cur"))).toEqual([]);

    // The far side says its limit in EHLO, too: Postfix returns the mail.
    const larger = watch("inbox@partner.test", { size: 3 * 1024 * 1024 });
    await larger.run();
    await untilReturned(1);
    larger.forward(180_000);
    const returned = await larger.run();
    expect(returned.said).toContain("size-refused warning");
    expect(returned.observation.findings.find(({ code }) => code === "size-refused")?.data).toMatchObject({
      causes: "too-large",
      size: "3 MB",
    });
    expect(await sendersMail()).toEqual([]);

    const largest = watch("inbox@partner.test", { size: 9 * 1024 * 1024 });
    const limited = await largest.run();
    expect(limited.said).toContain("size-limit warning");
    expect(limited.observation.findings.find(({ code }) => code === "size-limit")?.data).toMatchObject({
      size: "9 MB",
      limit: "9.8 MB",
      needs: "12.3 MB",
    });
  });

  test("a mail that is there at the first look costs two connections and at most 12 IMAP commands", async () => {
    const trip = watch("inbox@partner.test", { ownSender: true });
    await trip.run();
    await trip.untilKnown();
    trip.forward(15 * 60_000);
    await trip.run();
    const [there, here] = [(await dovecot.log()).length, (await ownDovecot.log()).length];
    await expect
      .poll(async () => readdir(join(dovecot.mailFolder("inbox@partner.test"), "new")), { timeout: 10_000, interval: 50 })
      .toHaveLength(1);
    trip.forward(20_000);
    expect((await trip.run()).said).toEqual([]);
    const logins = (text: string): number => text.match(/imap-login: .*Login: user=/g)?.length ?? 0;
    expect(logins((await dovecot.log()).slice(there))).toBe(1);
    expect(logins((await ownDovecot.log()).slice(here))).toBe(0);
    const raw = await readdir(rawLogs);
    const texts = await Promise.all(
      raw.filter((name) => name.endsWith(".in")).map((name) => readFile(join(rawLogs, name), "utf8")),
    );
    const last = texts.toSorted((a, b) => Number(a.split(" ", 1)[0]) - Number(b.split(" ", 1)[0])).at(-1) ?? "";
    const commands = last.split(/\r?\n/).flatMap((line) => /^\d+\.\d+ (\S+ .*)$/.exec(line)?.[1] ?? []);
    // CAPABILITY and AUTHENTICATE come before the log begins.
    expect(commands.length + 2, commands.join("\n")).toBeLessThanOrEqual(12);
    expect(commands.at(-1)).toMatch(/LOGOUT$/);
  });

  test("the sender's own mail stays as it is, a bounce of it as well, and nothing is marked as read", async () => {
    const transport = createTransport({
      host: own,
      port: 465,
      secure: true,
      tls: { rejectUnauthorized: false },
      auth: { user: from, pass: password },
    });
    await transport.sendMail({ from, to: from, subject: "a note", text: "hello" });
    await transport.sendMail({ from, to: "gone@partner.test", subject: "an offer", text: "hello" });
    transport.close();
    await untilReturned(2);
    const before = await sendersMail();
    const trip = watch("gone@partner.test");
    await trip.run();
    await untilReturned(3);
    trip.forward(20_000);
    expect((await trip.run()).said).toEqual(["bounced critical"]);
    const after = await sendersMail();
    // Maildir keeps the flags behind ":2,": there are none.
    expect(after.map((name) => name.split(":")[1] ?? "").filter((flags) => flags !== "" && flags !== "2,")).toEqual([]);
    expect(new Set(after.map((name) => name.split(":")[0]))).toEqual(new Set(before.map((name) => name.split(":")[0])));
  });
});
