import { z } from "zod";
import { explain } from "../model/check.ts";
import { loginOptions } from "./login-options.ts";

const account = {
  ...loginOptions,
  address: z
    .string()
    .regex(/^[^\s@]+@[^\s@]+$/, "must be a mail address")
    .meta(explain({ en: "The mail address", zh: "邮件地址" })),
  security: z.enum(["tls", "starttls"]).meta(
    explain({
      en: "tls: from the first byte. starttls: plain at first, and nothing secret is sent before it",
      zh: "tls：一连接就加密。starttls：先明文再加密，加密前不发送密码",
    }),
  ),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .meta(explain({ en: "Its port", zh: "端口" })),
};

const junk = z
  .array(z.string().min(1))
  .max(20)
  .default([])
  .meta(
    explain({
      en: "Folders that nobody reads, besides those that the server marks with \\Junk",
      zh: "没有人看的文件夹；服务器已标为 \\Junk 的不必写",
    }),
  );

/** A mailbox that probe mails are sent from, and where what comes back is read. */
export const senderMailbox = z.strictObject({
  ...account,
  imap: z
    .strictObject({
      host: loginOptions.host,
      port: account.port,
      security: account.security,
      fingerprint: loginOptions.fingerprint,
      junk,
    })
    .optional()
    .meta(
      explain({
        en: "The IMAP server of the sender's mailbox, where returned mails are looked for; left out: they are not",
        zh: "发件邮箱的 IMAP 服务器，用来查找退信；不写则不查找",
      }),
    ),
});

/** A mailbox that probe mails are looked for in. */
export const receiverMailbox = z.strictObject({ ...account, junk });
