import { chownSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { probeHeader } from "../../src/mail/probe-mail.ts";
import { createAuthority } from "../support/certificates.ts";
import { type Dovecot, mailUid, startDovecot } from "../support/dovecot.ts";
import { day } from "../support/month-mail.ts";
import { type MonthWorld, startMonth, toInbox } from "../support/month-world.ts";

const address = "127.0.57.1";
const [sales, canary] = ["sales@own.test", "canary@partner.test"];

let world: MonthWorld | undefined;
let dovecot: Dovecot | undefined;
afterEach(async () => {
  await world?.[Symbol.asyncDispose]();
  await dovecot?.stop();
});

/** Puts a mail into a Maildir. Its time is INTERNALDATE. */
function deliver(folder: string, name: string, raw: string | Buffer, at: number): void {
  const file = join(folder, name);
  writeFileSync(file, raw);
  utimesSync(file, at / 1000, at / 1000);
  chownSync(file, mailUid, mailUid);
}

/** Every mail by its UID, with its flags and what it is. */
function mailsOf(maildir: string): readonly string[] {
  const uids = new Map(
    readFileSync(join(maildir, "dovecot-uidlist"), "utf8")
      .split("\n")
      .slice(1)
      .map((line) => [/:(\S+)/.exec(line)?.[1]?.replace(/:2,.*/, ""), line.split(" ", 1)[0]] as const),
  );
  return ["new", "cur"]
    .flatMap((part) =>
      readdirSync(join(maildir, part)).map((name) => {
        const [base = "", flags = ""] = name.split(":2,");
        const head = readFileSync(join(maildir, part, name), "utf8").split("\r\n\r\n", 1)[0] ?? "";
        return `${uids.get(base)} [${flags}] ${/Message-ID: (\S+)/i.exec(head)?.[1]}${head.includes(probeHeader) ? " ours" : ""}`;
      }),
    )
    .toSorted();
}

test("a simulated day on a real Dovecot leaves the mailbox as it was", { timeout: 600_000 }, async () => {
  const authority = await createAuthority("Authority of the Dovecot");
  dovecot = await startDovecot({
    address,
    users: { [sales]: `${sales}-1` },
    tls: await authority.issue({ names: ["imap.own.test"] }),
    pop3: true,
  });
  const maildir = dovecot.mailFolder(sales);
  for (const part of ["", "new", "cur", "tmp"]) {
    await mkdir(join(maildir, part), { recursive: true });
    chownSync(join(maildir, part), mailUid, mailUid);
  }
  let count = 0;
  world = await startMonth(
    [sales, canary],
    (mail, to) => {
      count += 1;
      if (to.account.address === sales) deliver(join(maildir, "new"), `${count}.probe`, mail.raw, Date.now());
      else toInbox(mail, to);
    },
    { zone: { "imap.own.test": { A: [address] } }, authority: authority.certPem },
  );
  const began = world.time.now();
  for (let i = 0; i < 30; i += 1) {
    const head = `Message-ID: <order-${i}@elsewhere.test>\r\nFrom: customer@elsewhere.test\r\nSubject: Order ${i}\r\n\r\nWe order.\r\n`;
    const [part, name] = i % 3 === 0 ? ["new", `${i}.order`] : ["cur", `${i}.order:2,${i % 3 === 1 ? "S" : "FS"}`];
    deliver(join(maildir, part), name, head, began - (31 - i) * 60_000);
  }
  const smtp = world.boxes.get(sales)?.ports.smtp;
  await world.use(
    `mailboxes:
  - address: ${sales}
    password: { env: SALES }
    provider: exmail
    business: critical
    off: [provider-status, port-reachability]
    imap: { host: imap.own.test, port: 993, security: tls }
    pop3: { host: imap.own.test, port: 995, security: tls }
    smtp: { host: mail.own.test, port: ${smtp}, security: tls }
  - { address: ${canary}, password: { env: CANARY }, provider: google, role: partner, off: [imap-login, pop3-login, smtp-submission, provider-status, port-reachability], ${world.serversOf(canary)} }
`,
    { SALES: `${sales}-1`, CANARY: `${canary}-1` },
  );
  await world.time.goTo(began + 600_000);
  const atFirst = mailsOf(maildir).filter((line) => !line.endsWith(" ours"));
  expect(atFirst).toHaveLength(30);
  await world.time.goTo(began + day);
  expect(mailsOf(maildir).filter((line) => !line.endsWith(" ours"))).toEqual(atFirst);
  expect(mailsOf(maildir).filter((line) => line.endsWith(" ours")).length).toBeLessThanOrEqual(1);
  expect(count).toBeGreaterThan(150);
  expect(world.runs.get("imap-login")).toBeGreaterThan(200);
  for (const check of ["imap-login", "pop3-login", "imap-quota"])
    expect([check, world.daemon().board.last(`${sales}/${check}`)?.status]).toEqual([check, "ok"]);
});
