import { once } from "node:events";
import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import { createTransport } from "nodemailer";
import { mailUid } from "../support/dovecot.ts";
import { at, password, users } from "./addresses.ts";
import type { AccountState } from "./harbour.ts";
import type { Fault } from "./fault.ts";

const [sales] = users.harbour;
const [desk] = users.orchard;
const inCyrus = "user/desk@orchard.lab";

const accountIs = (id: string, title: Fault["title"], expect: Fault["expect"], state: AccountState): Fault => ({
  id,
  title,
  at: sales,
  expect,
  apply: ({ harbour }) => harbour.setAccount(sales, state),
  undo: ({ harbour }) => harbour.setAccount(sales, undefined),
});

/** Faults of one account. */
export const accountFaults: readonly Fault[] = [
  {
    id: "password-changed",
    title: { en: "The user changed the password (Dovecot, Postfix)", zh: "用户修改了密码（Dovecot、Postfix）" },
    at: sales,
    expect: ["password-rejected"],
    apply: ({ setSecret }) => setSecret(sales, "the old one"),
  },
  {
    id: "password-changed-cyrus",
    title: { en: "The user changed the password (Cyrus, Exim)", zh: "用户修改了密码（Cyrus、Exim）" },
    at: desk,
    expect: ["password-rejected"],
    apply: ({ setSecret }) => setSecret(desk, "the old one"),
  },
  accountIs("password-expired", { en: "The password has expired", zh: "密码已过期" }, ["password-expired"], "expired"),
  accountIs(
    "account-disabled",
    {
      en: "The administrator disabled the account; Dovecot answers as if the password were wrong",
      zh: "管理员停用了该账号，Dovecot 的回答与密码错误相同",
    },
    ["account-locked", "password-rejected"],
    "disabled",
  ),
  {
    id: "account-suspended",
    title: { en: "The account may not log in until accounting has been asked", zh: "该账号被暂停登录，需联系财务" },
    at: sales,
    expect: ["account-locked", "subscription-expired"],
    apply: ({ harbour }) =>
      harbour.dovecot.setUsers({ [sales]: password, [users.harbour[1]]: password }, { [sales]: "Suspended, ask accounting" }),
    undo: ({ harbour }) => harbour.dovecot.setUsers({ [sales]: password, [users.harbour[1]]: password }),
  },
  accountIs(
    "imap-off",
    {
      en: "IMAP and POP3 were switched off for the user; SMTP still takes the password",
      zh: "该用户的 IMAP 和 POP3 被关闭，SMTP 仍接受同一密码",
    },
    ["client-access-off"],
    "imap-off",
  ),
  {
    id: "imap-denied-cyrus",
    title: { en: "The administrator denies IMAP to the user (cyr_deny)", zh: "管理员禁止该用户使用 IMAP（cyr_deny）" },
    at: desk,
    expect: ["client-access-off", "account-locked"],
    apply: ({ orchard }) => orchard.cyrus.deny(desk, "imap,imaps", "IMAP is not allowed for this account"),
    undo: ({ orchard }) => orchard.cyrus.allow(desk),
  },
  {
    id: "smtp-auth-off",
    title: { en: "The user may not send any more; IMAP still takes the password", zh: "该用户被禁止发信，IMAP 仍接受同一密码" },
    at: desk,
    expect: ["client-access-off"],
    apply: ({ orchard }) => orchard.exim.setUsers({ [desk]: "nothing fits", [users.orchard[1]]: password }),
    undo: ({ orchard }) => orchard.exim.setUsers({ [desk]: password, [users.orchard[1]]: password }),
  },
  {
    id: "permission-removed",
    title: { en: "The rights on the shared mailbox were taken away (ACL)", zh: "共享邮箱的权限被收回（ACL）" },
    at: desk,
    expect: ["permission-removed"],
    apply: async ({ orchard }) => {
      await orchard.cyrus.administer(`SETACL ${inCyrus} ${desk} -lrswipkxtecda`, `SETACL ${inCyrus} anyone p`);
    },
  },
  {
    id: "mailbox-full",
    title: { en: "The mailbox is full (Dovecot)", zh: "邮箱已满（Dovecot）" },
    at: sales,
    expect: ["mailbox-full"],
    apply: async ({ harbour }) => {
      await harbour.dovecot.halt();
      await harbour.dovecot.resume({ extraConfig: harbour.dovecotConfig("plugin {\n  quota_rule = *:storage=1k\n}") });
      await fill(join(harbour.dovecot.mailFolder(sales), "new"));
    },
    undo: async ({ harbour }) => {
      await harbour.dovecot.halt();
      await harbour.dovecot.resume({ extraConfig: harbour.dovecotConfig() });
    },
  },
  {
    id: "mailbox-full-cyrus",
    title: { en: "The mailbox is full (Cyrus)", zh: "邮箱已满（Cyrus）" },
    at: desk,
    expect: ["mailbox-full"],
    apply: async ({ orchard }) => {
      await orchard.cyrus.administer(`SETQUOTA ${inCyrus} (STORAGE 1)`);
      // Cyrus takes one more while there is room for a byte.
      const transport = createTransport({ host: at.orchard, port: 25, ignoreTLS: true });
      await transport.sendMail({ from: users.partner[0], to: desk, subject: "large", text: "x".repeat(5_000) });
      transport.close();
      for (let i = 0; i < 50; i += 1) {
        if (/STORAGE [1-9]/.test(await orchard.cyrus.administer(`GETQUOTA ${inCyrus}`))) return;
        await sleep(100);
      }
      throw new Error("The mail that fills the mailbox did not arrive");
    },
  },
  {
    id: "connection-limit",
    title: {
      en: "Other programs hold all connections that the server allows the user",
      zh: "其他程序占满了服务器允许该用户的连接数",
    },
    at: sales,
    expect: ["rate-limit"],
    apply: async ({ harbour }) => {
      await harbour.dovecot.halt();
      const tight =
        "protocol imap {\n  mail_max_userip_connections = 1\n}\nprotocol pop3 {\n  mail_max_userip_connections = 1\n}";
      await harbour.dovecot.resume({ extraConfig: harbour.dovecotConfig(tight) });
      held.push(await holdConnection(993), await holdConnection(995));
    },
    undo: async ({ harbour }) => {
      for (const socket of held.splice(0)) socket.destroy();
      await harbour.dovecot.halt();
      await harbour.dovecot.resume({ extraConfig: harbour.dovecotConfig() });
    },
  },
  accountIs(
    "user-database-down",
    { en: "The directory that knows the user's password does not answer", zh: "保存用户密码的目录服务没有回应" },
    ["server-down"],
    "backend-down",
  ),
  {
    id: "subscription-expired",
    title: {
      en: "Nobody renewed the mail subscription; the provider suspended the account",
      zh: "邮箱服务无人续费，账号被服务商暂停",
    },
    at: sales,
    expect: ["subscription-expired"],
    configure: (usual) => ({
      ...usual,
      subscriptions: [
        {
          name: "mail",
          what: "Mailboxes of harbour.lab",
          ends: new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10),
          owner: "Finance",
          pays_for: ["harbour.lab"],
        },
      ],
    }),
    apply: ({ harbour }) =>
      harbour.dovecot.setUsers(
        { [sales]: password, [users.harbour[1]]: password },
        { [sales]: "Suspended", [users.harbour[1]]: "Suspended" },
      ),
    undo: ({ harbour }) => harbour.dovecot.setUsers({ [sales]: password, [users.harbour[1]]: password }),
  },
];

const held: tls.TLSSocket[] = [];

/** Somebody else's session of the same user, from the same address. */
async function holdConnection(port: 993 | 995): Promise<tls.TLSSocket> {
  const socket = tls.connect({ host: at.harbour, port, rejectUnauthorized: false });
  socket.on("error", () => undefined);
  await once(socket, "data");
  const lines = port === 993 ? [`a LOGIN ${sales} "${password}"`] : [`USER ${sales}`, `PASS ${password}`];
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    await once(socket, "data");
  }
  return socket;
}

async function fill(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "1.lab"), `From: a@partner.lab\r\nSubject: large\r\n\r\n${"x".repeat(70)}\r\n`.repeat(50));
  for (const path of [join(folder, ".."), folder, join(folder, "1.lab")]) await chown(path, mailUid, mailUid);
}
