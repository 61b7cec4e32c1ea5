import { execFile } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTransport } from "nodemailer";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createAuthority, issueSelfSigned, type Authority } from "../support/certificates.ts";
import { mailUid, startDovecot, type Dovecot } from "../support/dovecot.ts";
import { greylist, startPolicyServer, type PolicyServer } from "../support/policy-server.ts";
import { startPostfix, type Postfix } from "../support/postfix.ts";
import { password, secret, watchRoundTrip } from "../support/round-trip-watch.ts";
import { createZone } from "../support/zone.ts";

const command = promisify(execFile);
const own = "127.0.14.1";
const partner = "127.0.14.2";
const mailboxes = ["inbox", "junk", "werbung", "grey", "lost", "filed", "refused"].map((name) => `${name}@partner.test`);
const { ask } = createZone({ "mail.own.test": { A: [own] }, "mail.partner.test": { A: [partner] } });

let authority: Authority;
let ownDovecot: Dovecot;
let ownPostfix: Postfix;
let dovecot: Dovecot;
let policy: PolicyServer;
let postfix: Postfix;

beforeAll(async () => {
  authority = await createAuthority();
  ownDovecot = await startDovecot({
    address: own,
    users: { "sales@own.test": password },
    tls: await authority.issue({ names: ["mail.own.test"] }),
  });
  ownPostfix = await startPostfix({
    address: own,
    hostname: "mail.own.test",
    domains: ["own.test"],
    dovecot: ownDovecot,
    mailboxes: { "sales@own.test": "sales@own.test/" },
    transports: { "partner.test": `smtp:[${partner}]:25` },
    tls: await authority.issue({ names: ["mail.own.test"] }),
    extraConfig: `mua_recipient_restrictions = check_recipient_access inline:{{refused@partner.test=550 5.7.1 Not from here}, {deferred@partner.test=451 4.7.1 Too many}}, permit_sasl_authenticated, reject`,
  });
  dovecot = await startDovecot({
    address: partner,
    users: Object.fromEntries(mailboxes.map((address) => [address, password])),
    tls: await authority.issue({ names: ["mail.partner.test"] }),
    extraConfig: `namespace inbox {
  mailbox Everything {
    auto = subscribe
    special_use = \\All
  }
}`,
  });
  policy = await startPolicyServer(greylist(2_000, (request) => request["recipient"] === "grey@partner.test"));
  postfix = await startPostfix({
    address: partner,
    hostname: "mail.partner.test",
    domains: ["partner.test"],
    dovecot,
    mailboxes: {
      "inbox@partner.test": "inbox@partner.test/",
      "junk@partner.test": "junk@partner.test/.Junk/",
      "werbung@partner.test": "werbung@partner.test/.Werbung/",
      "grey@partner.test": "grey@partner.test/",
      "lost@partner.test": "discard",
      "filed@partner.test": "filed@partner.test/.Everything/",
    },
    policy: policy.service,
  });
});

afterAll(async () => {
  for (const server of [postfix, policy, dovecot, ownPostfix, ownDovecot]) await server?.stop();
});

function watch(to: string, more: { readonly from?: object; readonly to?: object; readonly options?: object } = {}) {
  return watchRoundTrip({
    options: {
      from: {
        address: "sales@own.test",
        host: "mail.own.test",
        port: 465,
        security: "tls",
        user: "sales@own.test",
        password: secret,
        ...more.from,
      },
      to: { address: to, host: "mail.partner.test", port: 993, security: "tls", user: to, password: secret, ...more.to },
      ...more.options,
    },
    ask,
    authorities: [authority.certPem],
    log: () => postfix.log(),
  });
}

async function files(...path: readonly string[]): Promise<readonly string[]> {
  const folder = join(dovecot.mailRoot, ...path);
  const [fresh, seen] = await Promise.all(["new", "cur"].map((name) => readdir(join(folder, name)).catch(() => [])));
  return [...(fresh ?? []), ...(seen ?? [])];
}

/** A mail from outside, straight to the partner's server. */
async function mailFrom(stranger: string, to: string, headers: Record<string, string> = {}, messageId?: string): Promise<void> {
  const transport = createTransport({ host: partner, port: 25, ignoreTLS: true, name: "client.test" });
  await transport.sendMail({
    from: stranger,
    to,
    subject: "Order 4711",
    text: "Please send 20.",
    headers,
    ...(messageId ? { messageId } : {}),
  });
  transport.close();
}

async function until(what: () => Promise<boolean>): Promise<void> {
  await expect.poll(what, { timeout: 10_000, interval: 50 }).toBe(true);
}

describe("mail-roundtrip on real Postfix and Dovecot", () => {
  test("delivered: the first run sends, the next finds it and takes it away", async () => {
    const trip = watch("inbox@partner.test");
    const sent = await trip.run();
    expect(sent.said).toEqual(["not-there-yet unknown"]);
    expect(sent.again).toBeGreaterThan(15_000);
    expect(sent.again).toBeLessThanOrEqual(20_000);
    expect(sent.loggedIn).toEqual(["inbox@partner.test", "sales@own.test"]);
    const found = await trip.untilKnown();
    expect(found.observation).toMatchObject({ status: "ok", findings: [] });
    expect(found.observation.metrics["roundtrip"]).toBeLessThan(15);
    expect(found.again).toBeUndefined();
    expect(await files("inbox@partner.test")).toEqual([]);

    trip.forward(15 * 60_000);
    const next = await trip.run();
    // After one that went well, the next is nothing to speak of.
    expect(next.said).toEqual(["not-there-yet info"]);
    expect((await trip.untilKnown()).observation.status).toBe("ok");
  });

  test("by STARTTLS on 587 and 143 as well", async () => {
    const trip = watch("inbox@partner.test", {
      from: { port: 587, security: "starttls" },
      to: { port: 143, security: "starttls" },
    });
    await trip.run();
    expect((await trip.untilKnown()).said).toEqual([]);
  });

  test("delivered to junk, found by \\Junk; a folder without it by its configured name", async () => {
    const trip = watch("junk@partner.test");
    await trip.run();
    const found = await trip.untilKnown();
    expect(found.said).toEqual(["delivered-to-junk critical"]);
    expect(found.observation.findings[0]?.data).toMatchObject({
      from: "sales@own.test",
      to: "junk@partner.test",
      folder: "Junk",
    });
    expect(await files("junk@partner.test", ".Junk")).toEqual([]);

    const named = watch("werbung@partner.test", { to: { junk: ["Werbung"] } });
    await named.run();
    expect((await named.untilKnown()).said).toEqual(["delivered-to-junk critical"]);
  });

  test("late: greylisted by a real 451 first", async () => {
    const trip = watch("grey@partner.test", { options: { lateAfter: 1_000 } });
    await trip.run();
    const found = await trip.untilKnown();
    expect(await ownPostfix.log()).toContain("451 4.7.1");
    expect(found.said).toEqual(["late warning"]);
    expect(found.observation.metrics["roundtrip"]).toBeGreaterThan(1);
    expect(found.observation.findings[0]?.data).toMatchObject({ limit: 1 });
    // Where it waited is in the header that Postfix wrote.
    expect(found.observation.findings[0]?.data).toMatchObject({ waitedBefore: "mail.partner.test" });
    expect(found.observation.findings[0]?.data?.["reason"]).toMatch(
      /^it waited \d+ s at mail\.own\.test until mail\.partner\.test took it$/,
    );
    expect(found.observation.evidence.join("\n")).toMatch(/mail 1: mail\.own\.test ▶ mail\.partner\.test, .*after \d+ s/);
  });

  test("lost: taken, and then in no folder; two in a row stay so while the third is under way", async () => {
    const trip = watch("lost@partner.test");
    await trip.run();
    trip.forward(15 * 60_000);
    // Before the first contact, greylisting is waited for.
    expect((await trip.run()).said).toEqual(["not-there-yet unknown"]);
    trip.forward(15 * 60_000);
    const lost = await trip.run();
    expect(lost.said).toEqual(["lost critical", "not-there-yet info"]);
    expect(lost.observation.findings[0]?.data).toMatchObject({ minutes: 30, number: 1 });
    trip.forward(15 * 60_000);
    expect((await trip.run()).said).toEqual(["lost critical", "not-there-yet info"]);
    trip.forward(20_000);
    expect((await trip.run()).said).toEqual(["lost critical", "not-there-yet info"]);
  });

  test("filed elsewhere: only in the folder that holds everything", async () => {
    const trip = watch("filed@partner.test");
    await trip.run();
    const found = await trip.untilKnown();
    expect(found.said).toEqual(["filed-elsewhere info"]);
    expect(found.observation.status).toBe("ok");
  });

  test("touches nothing of others: a stranger's mail stays, unseen, with its flags", async () => {
    const to = "inbox@partner.test";
    await mailFrom("buyer@x.test", to);
    await until(async () => (await files(to)).length === 1);
    const before = await files(to);
    const trip = watch(to);
    await trip.run();
    // SELECT would have moved it to "cur": looking is EXAMINE.
    expect(await readdir(join(dovecot.mailRoot, to, "new"))).toContain(before[0]);
    await mailFrom("buyer@x.test", to);
    await until(async () => (await files(to)).length === 3);
    expect((await trip.untilKnown()).said).toEqual([]);
    const after = await files(to);
    expect(after).toHaveLength(2);
    // Maildir keeps the flags behind ":2,": there are none.
    expect(after.map((name) => name.split(":")[1] ?? "").filter((flags) => flags !== "" && flags !== "2,")).toEqual([]);
    expect(after.map((name) => name.split(":")[0])).toContain(before[0]?.split(":")[0]);
  });

  test("a forged probe is not delivered, whatever it copies", async () => {
    const to = "lost@partner.test";
    const trip = watch(to, { options: { firstLostAfter: 60_000 } });
    await trip.run();
    const [mail] = z
      .object({ travelling: z.array(z.object({ seq: z.number(), random: z.string() })) })
      .parse(trip.memory()).travelling;
    const token = `${mail?.seq.toString(36)}.${mail?.random}.${"0".repeat(32)}`;
    const folder = join(dovecot.mailRoot, to, "new");
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, "1.forged"),
      `From: sales@own.test\r\nTo: ${to}\r\nMessage-ID: <${token}@own.test>\r\nX-Mailvigil-Probe: ${token}\r\n\r\nhello\r\n`,
    );
    await command("chown", ["-R", `${mailUid}:${mailUid}`, join(dovecot.mailRoot, to)]);
    trip.forward(30_000);
    const waiting = await trip.run();
    expect(waiting.said).toEqual(["not-there-yet unknown"]);
    expect(waiting.observation.evidence.join("\n")).toContain("is none of this route");
    trip.forward(60_000);
    expect((await trip.run()).said).toEqual(["lost critical"]);
    // It is not ours to remove.
    expect(await files(to)).toHaveLength(1);
  });

  test("send refused and send deferred carry the server's code", async () => {
    const refused = await watch("refused@partner.test", { to: { user: "inbox@partner.test" } }).run();
    expect(refused.said).toEqual(["send-refused critical"]);
    expect(refused.observation.findings[0]?.data).toMatchObject({ command: "RCPT TO", status: "5.7.1", host: "mail.own.test" });
    const deferred = await watch("deferred@partner.test", { to: { user: "inbox@partner.test" } }).run();
    expect(deferred.said).toEqual(["send-deferred warning"]);
    expect(deferred.observation.findings[0]?.data).toMatchObject({ status: "4.7.1" });
  });

  test("one bad mail alone says nothing until the next", async () => {
    const trip = watch("refused@partner.test", { to: { user: "inbox@partner.test" } });
    await trip.run();
    trip.forward(60_000);
    const between = await trip.run();
    expect(between.said).toEqual(["between-mails unknown"]);
    expect(between.observation.findings[0]?.data).toMatchObject({ last: "send-refused", minutes: 14 });
    trip.forward(14 * 60_000);
    expect((await trip.run()).said).toEqual(["send-refused critical"]);
    trip.forward(60_000);
    // Two in a row stay so.
    expect((await trip.run()).said).toEqual(["send-refused critical"]);
  });
});

describe("mail-roundtrip in a mailbox of another kind", () => {
  const address = "127.0.14.3";
  const to = "inbox@other.test";
  let otherDovecot: Dovecot | undefined;
  let otherPostfix: Postfix | undefined;

  afterEach(async () => {
    await otherPostfix?.stop();
    await otherDovecot?.stop();
  });

  /** One machine of its own that sends to itself; its certificate is signed by nobody. */
  async function start(imapConfig: string) {
    const tls = await issueSelfSigned({ names: ["mail.other.test"] });
    otherDovecot = await startDovecot({
      address,
      users: { [to]: password, "sales@other.test": password },
      tls,
      extraConfig: imapConfig,
    });
    otherPostfix = await startPostfix({
      address,
      hostname: "mail.other.test",
      domains: ["other.test"],
      dovecot: otherDovecot,
      mailboxes: { [to]: `${to}/` },
      tls,
    });
    const server = { host: address, password: secret, fingerprint: tls.fingerprint };
    const trip = (security: "tls" | "starttls", more: object = {}) =>
      watch(to, {
        from: {
          ...server,
          address: "sales@other.test",
          user: "sales@other.test",
          security,
          port: security === "tls" ? 465 : 587,
        },
        to: { ...server, security, port: security === "tls" ? 993 : 143, ...more },
      });
    return { trip, dovecot: otherDovecot };
  }

  test("a pinned certificate is believed on both sides, with TLS and STARTTLS; another one is not", async () => {
    const { trip } = await start("");
    for (const security of ["tls", "starttls"] as const) {
      const pinned = trip(security);
      expect((await pinned.run()).said).toEqual(["not-there-yet unknown"]);
      expect((await pinned.untilKnown()).said).toEqual([]);
      expect((await trip(security, { fingerprint: "ab".repeat(32) }).run()).said).toEqual(["certificate-not-pinned critical"]);
    }
  });

  test("without UIDPLUS it only marks its own where somebody else's mail is marked as well", async () => {
    const { trip, dovecot: server } = await start("imap_capability = IMAP4rev1 ID LITERAL+ SASL-IR SPECIAL-USE");
    const folder = join(server.mailFolder(to), "cur");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "1.deleted:2,T"), "Subject: wanted back\r\n\r\nhello\r\n");
    await command("chown", ["-R", `${mailUid}:${mailUid}`, server.mailFolder(to)]);
    const marked = trip("tls");
    await marked.run();
    const kept = await marked.untilKnown();
    expect(kept.said).toEqual(["probe-not-removed info"]);
    expect(kept.observation.status).toBe("ok");
    const left = await readdir(folder);
    expect(left).toHaveLength(2);
    expect(left.filter((name) => name.endsWith(":2,T"))).toHaveLength(2);

    await rm(join(folder, "1.deleted:2,T"));
    const alone = trip("tls");
    await alone.run();
    expect((await alone.untilKnown()).said).toEqual(["probe-not-removed info"]);
  });

  test("with UIDPLUS somebody else's marked mail stays", async () => {
    const { trip, dovecot: server } = await start("");
    const folder = join(server.mailFolder(to), "cur");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "1.deleted:2,T"), "Subject: wanted back\r\n\r\nhello\r\n");
    await command("chown", ["-R", `${mailUid}:${mailUid}`, server.mailFolder(to)]);
    const marked = trip("tls");
    await marked.run();
    expect((await marked.untilKnown()).said).toEqual([]);
    expect(await readdir(folder)).toEqual(["1.deleted:2,T"]);
  });

  test("says which program it is after the login, where the provider wants that", async () => {
    const { trip, dovecot: server } = await start("imap_id_log = *");
    await trip("tls", { provider: { id: "netease", idAfterLogin: true } }).run();
    const ids = (await server.log()).split("\n").filter((line) => line.includes("ID sent"));
    // Dovecot logs by the process: `imap-login` before, `imap(user)` after.
    expect(ids.some((line) => line.includes(`imap(${to})`) && line.includes("name=Mailvigil"))).toBe(true);
  });
});
