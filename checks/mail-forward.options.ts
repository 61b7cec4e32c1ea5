import { z } from "zod";
import { maxMembers } from "../src/mail/forward-journey.ts";
import { explain, writtenAsDuration } from "../src/model/check.ts";
import { receiverMailbox, senderMailbox } from "../src/net/mailbox-options.ts";

export const minute = 60_000;
const day = 24 * 60 * minute;
const duration = z.number().int().min(1_000).meta(writtenAsDuration);
const address = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, "must be a mail address");

export const options = z
  .strictObject({
    from: senderMailbox.meta(
      explain({
        en: "Who sends, best from outside the company, and the submission server",
        zh: "发件邮箱（最好在公司以外）及其发信服务器",
      }),
    ),
    to: address.meta(
      explain({
        en: "The shared mailbox, alias, group or old address that mail is sent to",
        zh: "收件地址：共享邮箱、别名、群组或旧地址",
      }),
    ),
    members: z
      .array(receiverMailbox)
      .max(maxMembers)
      .default([])
      .meta(
        explain({
          en: "The mailboxes that each mail must reach, and their IMAP servers",
          zh: "每封邮件都必须送达的邮箱及其 IMAP 服务器",
        }),
      ),
    autoReply: z
      .strictObject({
        names: z
          .string()
          .min(1)
          .max(320)
          .meta(explain({ en: "What the answer must name: the new address", zh: "自动回复中必须出现的内容：新地址" })),
        every: duration.default(8 * day).meta(
          explain({
            en: "Time between two mails that ask for an answer. Longer than the program's own pause: Sieve answers one sender once in 7 days, Exchange once for as long as it is switched on",
            zh: "两封要求自动回复的邮件的间隔，须长于回复程序自身的间隔：Sieve 对同一发件人 7 天只回复一次，Exchange 在开启期间只回复一次",
          }),
        ),
        within: duration
          .default(15 * minute)
          .meta(explain({ en: "From when on an answer is missing", zh: "超过多久没有回复算缺失" })),
      })
      .optional()
      .meta(explain({ en: "The address answers by itself and names another one", zh: "该地址会自动回复，并告知另一个地址" })),
    sendEvery: duration.optional().meta(
      explain({
        en: "Time between two mails; left out: the interval of the probe",
        zh: "两封探测邮件的间隔，不写则为探测间隔",
      }),
    ),
    lateAfter: duration.default(2 * minute).meta(explain({ en: "From when on a mail is late", zh: "超过多久算迟到" })),
    lostAfter: duration.default(15 * minute).meta(explain({ en: "From when on a mail is lost", zh: "超过多久算丢失" })),
    firstLostAfter: duration.optional().meta(
      explain({
        en: "The same until the first mail has arrived everywhere, because of greylisting; left out: 30 min, or lost_after where that is more",
        zh: "第一封全部送达之前的丢失时限（因灰名单而放宽）；不写则为 30 分钟，或更长的 lost_after",
      }),
    ),
  })
  .refine(({ members, autoReply }) => members.length > 0 || autoReply !== undefined, {
    error: "must have members, auto_reply or both",
  })
  .refine(({ from, autoReply }) => autoReply === undefined || from.imap !== undefined, {
    error: "needs the IMAP server of the sender, where the answer comes",
    path: ["from"],
  })
  .refine(({ from, members }) => members.every((member) => member.address.toLowerCase() !== from.address.toLowerCase()), {
    error: "has the sender among its members",
    path: ["members"],
  });
export type Options = z.output<typeof options>;
