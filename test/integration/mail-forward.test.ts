import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import mailForward from "../../checks/mail-forward.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { type Dovecot, startDovecot } from "../support/dovecot.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import { password, secret, watchRoundTrip } from "../support/round-trip-watch.ts";
import { createZone } from "../support/zone.ts";

const address = "127.0.121.20";
const host = "mail.own.test";
const { ask } = createZone({ [host]: { A: [address] } });
const from = "canary@own.test";
const [li, wang, backup] = ["li@own.test", "wang@own.test", "backup@own.test"] as const;
const day = 24 * 60 * 60_000;

let authority: Authority;
let dovecot: Dovecot;
let postfix: Postfix;
let old = "";

/** The mailboxes that nobody reads any more: what comes is handed to Dovecot's own delivery, whose Sieve answers. */
async function makeOldMailboxes(): Promise<void> {
  old = await mkdtemp(join(tmpdir(), "mailvigil-old-"));
  const scripts = {
    vacation:
      'require ["vacation"];\nvacation :days 1 :addresses ["old@own.test"] "We have moved. Please write to sales@own.test.";',
    silent: "keep;",
    wordless: 'require ["vacation"];\nvacation :days 1 :addresses ["wordless@own.test"] "Nobody is here.";',
  };
  for (const [name, script] of Object.entries(scripts)) {
    const home = join(old, name);
    await mkdir(join(home, "mail"), { recursive: true });
    await writeFile(join(home, "script.sieve"), script);
    await writeFile(
      join(home, "lda.conf"),
      `base_dir = ${home}/run
log_path = ${home}/lda.log
mail_location = maildir:${home}/mail
mail_home = ${home}
first_valid_uid = 1
postmaster_address = postmaster@own.test
hostname = ${host}
submission_host = ${address}:25
stats_writer_socket_path =
protocol lda {
  mail_plugins = sieve
}
plugin {
  sieve = file:${home}/script.sieve
  sieve_extensions = +vnd.dovecot.environment
}
`,
    );
    const command = `#!/bin/sh\nexport HOME=${home}\nexec /usr/lib/dovecot/dovecot-lda -c ${home}/lda.conf -f "$SENDER" -a ${name === "vacation" ? "old" : name}@own.test\n`;
    await writeFile(join(home, "deliver"), command);
    await chmod(join(home, "deliver"), 0o755);
  }
  await chmod(old, 0o755);
  // As whom Postfix runs what an alias names (default_privs).
  const nobody = 65_534;
  for (const name of await readdir(old, { recursive: true })) await chown(join(old, name), nobody, nobody);
}

beforeAll(async () => {
  await makeOldMailboxes();
  authority = await createAuthority();
  dovecot = await startDovecot({
    address,
    users: Object.fromEntries([from, li, wang, backup].map((user) => [user, password])),
    tls: await authority.issue({ names: [host] }),
  });
  const aliases = {
    "sales@us.own.test": `${li}, ${wang}, ${backup}`,
    "leaver@own.test": `${li}, ${wang}`,
    "double@own.test": `${li}, ${wang}, wang-again@own.test`,
    "halfway@own.test": `${li}, junk-of-wang@own.test`,
    "broken@own.test": `${li}, gone@own.test`,
    "old@own.test": `${li}, vacation@old.test`,
    "silent@own.test": "silent@old.test",
    "wordless@own.test": "wordless@old.test",
  };
  postfix = await startPostfix({
    address,
    hostname: host,
    domains: ["own.test"],
    dovecot,
    mailboxes: {
      ...Object.fromEntries([from, li, wang, backup].map((user) => [user, `${user}/`])),
      "wang-again@own.test": `${wang}/`,
      "junk-of-wang@own.test": `${wang}/.Junk/`,
      "robot@own.test": "robot@own.test/",
    },
    ports: { submission: false },
    tls: await authority.issue({ names: [host] }),
    extraConfig: `virtual_alias_domains = us.own.test
virtual_alias_maps = inline:{ ${Object.entries(aliases)
      .map(([alias, to]) => `{ ${alias} = ${to} }`)
      .join(", ")} }
mydestination = old.test
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
alias_maps = inline:{ ${["vacation", "silent", "wordless"].map((name) => `{ ${name} = "|${old}/${name}/deliver" }`).join(", ")} }
smtpd_reject_unlisted_recipient = no
smtpd_recipient_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
`,
  });
}, 60_000);

afterAll(async () => {
  for (const server of [postfix, dovecot]) await server?.stop();
  await rm(old, { recursive: true, force: true });
});

const mailbox = (user: string) => ({ address: user, host, port: 993, security: "tls", user, password: secret });

function watch(to: string, members: readonly string[], autoReply?: object) {
  return watchRoundTrip({
    check: mailForward,
    options: {
      from: { ...mailbox(from), port: 465, imap: { host, port: 993, security: "tls" } },
      to,
      members: members.map(mailbox),
      ...(autoReply ? { autoReply } : {}),
    },
    ask,
    authorities: [authority.certPem],
    log: () => postfix.log(),
  });
}

/** Names of the mails of a mailbox, with their flags. */
async function mailsOf(user: string, folder = ""): Promise<readonly string[]> {
  const at = join(dovecot.mailRoot, user, folder);
  const [fresh, seen] = await Promise.all(["new", "cur"].map((name) => readdir(join(at, name)).catch(() => [])));
  return [...(fresh ?? []), ...(seen ?? [])];
}
async function nothingIsLeft(): Promise<void> {
  for (const user of [from, li, wang, backup]) {
    expect(await mailsOf(user), user).toEqual([]);
    expect(await mailsOf(user, ".Junk"), `junk of ${user}`).toEqual([]);
  }
}

describe("mail-forward on a real Postfix and Dovecot", () => {
  test("an alias reaches each member and the backup mailbox", async () => {
    const trip = watch("sales@us.own.test", [li, wang, backup]);
    await trip.run();
    const { said, observation } = await trip.untilKnown();
    expect(said).toEqual([]);
    expect(observation.metrics["reached"]).toBe(3);
    await nothingIsLeft();
  });

  test("a member was taken out: who lacks it is named when its time is up", async () => {
    const trip = watch("leaver@own.test", [li, wang, backup]);
    await trip.run();
    await expect.poll(async () => (await mailsOf(li)).length + (await mailsOf(wang)).length, { timeout: 10_000 }).toBe(2);
    trip.forward(31 * 60_000);
    const { said, observation } = await trip.run();
    expect(said[0]).toBe("member-missing warning");
    expect(observation.findings[0]?.data).toMatchObject({ members: backup, count: 1, all: 3 });
    await nothingIsLeft();
  });

  test("one stands in it twice", async () => {
    const trip = watch("double@own.test", [li, wang]);
    await trip.run();
    await expect.poll(async () => (await mailsOf(wang)).length, { timeout: 10_000 }).toBe(2);
    const { said, observation } = await trip.untilKnown();
    expect(said).toEqual(["member-twice warning"]);
    expect(observation.findings[0]?.data).toMatchObject({ members: wang, copies: 2 });
    await nothingIsLeft();
  });

  test("one has it in junk", async () => {
    const trip = watch("halfway@own.test", [li, wang]);
    await trip.run();
    const { said, observation } = await trip.untilKnown();
    expect(said).toEqual(["member-junk warning"]);
    expect(observation.findings[0]?.data).toMatchObject({ members: wang, folder: "Junk" });
    await nothingIsLeft();
  });

  test("a member's address is gone: the bounce is read, told and taken away", async () => {
    const trip = watch("broken@own.test", [li, wang]);
    await trip.run();
    await expect.poll(async () => (await mailsOf(from)).length, { timeout: 10_000 }).toBe(1);
    trip.forward(60_000);
    expect((await trip.run()).said).toEqual(["not-there-yet unknown"]);
    await nothingIsLeft();
    trip.forward(30 * 60_000);
    const { said, observation } = await trip.run();
    expect(said).toEqual(["forward-bounced warning", "member-missing warning"]);
    expect(observation.findings[0]?.data).toMatchObject({ causes: "unknown-mailbox" });
  });

  test("an old address hands on, answers once by Sieve, names the new one, and leaves machines alone", async () => {
    const trip = watch("old@own.test", [li], { names: "sales@own.test" });
    await trip.run();
    const { said, observation } = await trip.untilKnown();
    expect(said, await postfix.log()).toEqual([]);
    expect(observation.metrics["answer"]).toBeGreaterThanOrEqual(0);
    expect(trip.memory()).toMatchObject({ past: [{ asks: true, answers: 1 }], answer: { last: [] } });
    // The next mail is of a machine, and nobody answers it.
    trip.forward(60 * 60_000);
    await trip.run();
    expect((await trip.untilKnown()).said).toEqual([]);
    await sleep(1_000);
    trip.forward(60 * 60_000);
    expect((await trip.run()).said).toEqual(["not-there-yet info"]);
    expect(trip.memory()).toMatchObject({ past: [{ answers: 1 }, { asks: false, answers: 0 }] });
    await trip.untilKnown();
    await nothingIsLeft();
  });

  test("a rule that answers everything answers machines, too", async () => {
    const trip = watch("robot@own.test", [], { names: "sales@own.test" });
    const robot = async (): Promise<void> => {
      await expect.poll(async () => (await mailsOf("robot@own.test")).length, { timeout: 10_000 }).toBe(1);
      const folder = join(dovecot.mailRoot, "robot@own.test", "new");
      const [name = ""] = await readdir(folder);
      const mail = await readFile(join(folder, name), "utf8");
      await rm(join(folder, name));
      const transport = createTransport({ host: address, port: 25, ignoreTLS: true });
      await transport.sendMail({
        from: "robot@own.test",
        to: from,
        subject: "Auto: moved",
        text: "Please write to sales@own.test.",
        inReplyTo: /^Message-ID: (<.*>)/im.exec(mail)?.[1] ?? "",
      });
      transport.close();
      await expect.poll(async () => (await mailsOf(from)).length, { timeout: 10_000 }).toBe(1);
    };
    await trip.run();
    await robot();
    trip.forward(5_000);
    expect((await trip.run()).said).toEqual(["auto-reply-unmarked info"]);
    trip.forward(60 * 60_000);
    await trip.run();
    await robot();
    trip.forward(5_000);
    expect((await trip.run()).said).toContain("auto-reply-to-machines warning");
    await nothingIsLeft();
  });

  test("an old address that says nothing", async () => {
    const trip = watch("silent@own.test", [], { names: "sales@own.test" });
    await trip.run();
    trip.forward(16 * 60_000);
    const { said } = await trip.run();
    expect(said).toEqual(["auto-reply-missing warning"]);
  });

  test("an old address that does not name the new one", async () => {
    const trip = watch("wordless@own.test", [], { names: "sales@own.test" });
    await trip.run();
    const { said, observation } = await trip.untilKnown();
    expect(said).toEqual(["auto-reply-names-other warning"]);
    expect(observation.findings[0]?.data).toMatchObject({ said: "Nobody is here." });
  });

  test("other people's mail and answers stay as they are, read or not", async () => {
    const transport = createTransport({ host: address, port: 25, ignoreTLS: true });
    for (const to of [from, li])
      await transport.sendMail({
        from: "someone@else.test",
        to,
        subject: "Auto: out of office",
        text: "hello",
        headers: { "Auto-Submitted": "auto-replied" },
      });
    transport.close();
    await expect.poll(async () => (await mailsOf(li)).length, { timeout: 10_000 }).toBe(1);
    await expect.poll(async () => (await mailsOf(from)).length, { timeout: 10_000 }).toBe(1);
    const before = [...(await mailsOf(from)), ...(await mailsOf(li))];
    const trip = watch("old@own.test", [li]);
    await trip.run();
    await trip.untilKnown();
    // A day later it sweeps both mailboxes.
    trip.forward(2 * day);
    await trip.run();
    await trip.untilKnown();
    const after = [...(await mailsOf(from)), ...(await mailsOf(li))];
    const ids = (names: readonly string[]) => new Set(names.map((name) => name.split(":")[0]));
    expect(ids(after)).toEqual(ids(before));
    // Maildir keeps the flags behind ":2,": there are none.
    expect(after.map((name) => name.split(":2,")[1] ?? "").filter((flags) => flags !== "")).toEqual([]);
  });
});
