import { z } from "zod";
import { maxAttachment } from "../src/mail/probe-attachment.ts";
import { expectations } from "../src/mail/probe-verdict.ts";
import { explain, writtenAsDuration } from "../src/model/check.ts";
import { receiverMailbox, senderMailbox } from "../src/net/mailbox-options.ts";

export const minute = 60_000;
const duration = z.number().int().min(1_000).meta(writtenAsDuration);

export const options = z
  .strictObject({
    from: senderMailbox.meta(explain({ en: "Who sends, and the submission server", zh: "发件邮箱及其发信服务器" })),
    to: receiverMailbox.meta(explain({ en: "Who receives, and the IMAP server", zh: "收件邮箱及其 IMAP 服务器" })),
    ownSender: z
      .boolean()
      .default(false)
      .meta(
        explain({
          en: "The sender is one of the company's own mailboxes: what its mail shows (DKIM selector, sending address) is kept for the checks of its domain",
          zh: "发件邮箱属于本公司：其邮件显示的信息（DKIM 选择器、发信地址）会供本域名的检查使用",
        }),
      ),
    spamd: z
      .strictObject({
        host: z
          .string()
          .min(1)
          .meta(explain({ en: "The host that spamd runs on", zh: "运行 spamd 的主机" })),
        port: receiverMailbox.shape.port.default(783),
      })
      .optional()
      .meta(
        explain({
          en: "A SpamAssassin of your own that is asked what it thinks of each mail that arrived; left out: none is asked",
          zh: "自己的 SpamAssassin，用来给每封到达的邮件打分；不写则不打分",
        }),
      ),
    expect: z
      .enum(expectations)
      .default("delivered")
      .meta(
        explain({
          en: "What shall become of the mails, so that a filter or an approval rule is proved to work. delivered: in the inbox in time. held: in no folder (a quarantine, an approval). rejected: refused or returned. junk: in the junk folder. Anything else is a fault",
          zh: "邮件应有的结果，用来证明过滤或审批规则有效。delivered：按时进收件箱。held：不出现在任何文件夹（隔离或待审批）。rejected：被拒收或退回。junk：进垃圾邮件文件夹。与此不符即为故障",
        }),
      ),
    size: z
      .int()
      .min(1)
      .max(maxAttachment)
      .optional()
      .meta(
        explain({
          en: "Bytes of an attachment, so that mails of that size are seen to pass (at most 50 MB); left out: none is sent",
          zh: "附件的字节数，用来确认这么大的邮件能通过（最多 50 MB）；不写则不发附件",
        }),
      ),
    sizeEvery: duration
      .default(24 * 60 * minute)
      .meta(explain({ en: "Time between two mails with an attachment", zh: "两封带附件邮件的间隔" })),
    sizeWithin: duration
      .max(4 * minute)
      .default(4 * minute)
      .meta(
        explain({
          en: "How long handing one over may take (at most 4 min: 20 MB at 1 Mbit/s)",
          zh: "投递一封带附件邮件的时限（最多 4 分钟）",
        }),
      ),
    sendEvery: duration.optional().meta(
      explain({
        en: "Time between two mails; left out: the interval of the probe. Looks come in between",
        zh: "两封探测邮件的间隔，不写则为探测间隔；其间会多次查看是否到达",
      }),
    ),
    lateAfter: duration.default(minute).meta(explain({ en: "From when on a mail is late", zh: "超过多久算迟到" })),
    lostAfter: duration.default(15 * minute).meta(explain({ en: "From when on a mail is lost", zh: "超过多久算丢失" })),
    firstLostAfter: duration.optional().meta(
      explain({
        en: "The same until the first mail has arrived, because of greylisting; left out: 30 min, or lost_after where that is more",
        zh: "第一封到达之前的丢失时限（因灰名单而放宽）；不写则为 30 分钟，或更长的 lost_after",
      }),
    ),
  })
  // What somebody sends to himself lies among the sent mails alone at Gmail, and passes no filter anywhere.
  .refine(({ from, to }) => from.address.toLowerCase() !== to.address.toLowerCase(), {
    path: ["to", "address"],
    error: "must be another mailbox than the one that sends",
  });
export type Options = z.output<typeof options>;
