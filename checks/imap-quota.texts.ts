import type { FindingDeclaration } from "../src/model/check.ts";

/** `{used}` and `{limit}` are sizes, or numbers of mails. */
export const quotaFindings = {
  "quota-over": {
    severity: "critical",
    cause: "mailbox-full",
    text: {
      en: "{user} is full ({used} of {limit}): mail to it is returned to its senders",
      zh: "{user} 的邮箱已满（{used} / {limit}）：新来信会被退回",
    },
    advice: {
      en: "The owner of the mailbox empties the trash and deletes or archives mail with large attachments today, or the administrator enlarges it.",
      zh: "请邮箱使用者今天就清空垃圾箱，删除或归档带大附件的邮件，或请管理员扩容。",
    },
    source: "RFC 9208 section 4.2.1; RFC 5530 section 3 (OVERQUOTA); 5.2.2 of RFC 3463 for who writes to it",
  },
  "quota-nearly-full": {
    severity: "critical",
    text: {
      en: "{user} is full to {percent} % ({used} of {limit}): soon mail to it will be returned",
      zh: "{user} 的邮箱已用 {percent}%（{used} / {limit}）：很快就会退回来信",
    },
    advice: {
      en: "The owner of the mailbox empties the trash and deletes or archives mail with large attachments, or the administrator enlarges it.",
      zh: "请邮箱使用者清空垃圾箱，删除或归档带大附件的邮件，或请管理员扩容。",
    },
    source: "RFC 9208 section 4.2.1; the option critical (95 %)",
  },
  "quota-high": {
    severity: "warning",
    text: {
      en: "{user} is full to {percent} % ({used} of {limit})",
      zh: "{user} 的邮箱已用 {percent}%（{used} / {limit}）",
    },
    advice: {
      en: "The owner of the mailbox archives old mail with large attachments in the next days, or the administrator enlarges it.",
      zh: "请邮箱使用者近日归档带大附件的旧邮件，或请管理员扩容。",
    },
    source: "RFC 9208 section 4.2.1; the option warn (80 %)",
  },
  "quota-filling": {
    severity: "warning",
    text: {
      en: "{user} will be full in about {days} days if it goes on growing by {growth} every day ({percent} % now, {used} of {limit})",
      zh: "若每天继续增加 {growth}，{user} 的邮箱约 {days} 天后装满（现已用 {percent}%，{used} / {limit}）",
    },
    advice: {
      en: "The administrator enlarges the mailbox or sets up an archive before that day; the owner looks what has begun to fill it (newsletters, reports, a forwarding).",
      zh: "请管理员在此之前扩容或启用归档；并请使用者查看是什么在占用空间（订阅、报表、自动转发）。",
    },
    source: "The median slope of the daily maxima (Theil and Sen) since the last clean-up; the option days (14)",
  },
  "quota-unsupported": {
    severity: "info",
    text: {
      en: "How full {user} is cannot be watched: {host} does not tell it by IMAP ({reason})",
      zh: "无法监控 {user} 的邮箱容量：{host} 不通过 IMAP 提供（{reason}）",
    },
    advice: {
      en: "Look up the size of the mailbox in the provider's administration and write it into the options of this probe, such as limit: 5 GB. What lies in it is then added up.",
      zh: "请在服务商的管理后台查到邮箱容量，写入本检查的选项，例如 limit: 5 GB；之后会自行统计已用空间。",
    },
    source: "RFC 9208 section 3 (the capability QUOTA); many providers have none (Exmail, NetEase, Microsoft 365)",
  },
  "quota-unlimited": {
    severity: "info",
    text: {
      en: "{host} sets {user} no limit that could be watched",
      zh: "{host} 没有为 {user} 设置容量上限，无从监控",
    },
    advice: {
      en: "If there is a limit all the same (the contract, the disk), write it into the options of this probe, such as limit: 5 GB.",
      zh: "若实际有上限（合同或磁盘），请写入本检查的选项，例如 limit: 5 GB。",
    },
    source: "RFC 9208 section 4.2.1: a quota root without resources, or with a limit of 0",
  },
  "quota-failed": {
    severity: "unknown",
    text: {
      en: "How full {user} is could not be found out this time: {host} has it, and does not tell ({reason})",
      zh: "这次未能查到 {user} 的邮箱容量：{host} 支持查询，但没有给出结果（{reason}）",
    },
    advice: {
      en: "If it stays so: own server, look at its log and at the quota's storage. Provider: ask it, with the answer from the evidence.",
      zh: "若一直如此：自建服务器请查看日志和配额的存储；使用服务商请附上证据中的应答联系客服。",
    },
    source: "RFC 9208 section 4.1.2; RFC 5530 section 3",
  },
  "quota-not-counted": {
    severity: "unknown",
    text: {
      en: "{user} holds at least {used} of {limit}; not all of it was counted this time ({reason})",
      zh: "{user} 至少已用 {used}（上限 {limit}）；这次没有统计完（{reason}）",
    },
    advice: {
      en: "It goes on where it stopped at the next run. If it stays so, ask the provider for a way to see how full the mailbox is, and switch this check off.",
      zh: "下次会接着统计。若一直统计不完，请向服务商询问查看容量的方法，并关闭本检查。",
    },
    source: "The bounds of one run: 1,000 folders, 200,000 mails, 60 s",
  },
} as const satisfies Record<string, FindingDeclaration>;
