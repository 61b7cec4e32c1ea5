import type { FindingDeclaration } from "../src/model/check.ts";

/** What becomes of the mail in a mailbox, and whether new mail comes as it usually does. `{folders}` are names in quotes. */
export const activityFindings = {
  "mails-deleted": {
    severity: "critical",
    text: {
      en: "{gone} of {before} mails of {user} have vanished within a day, and are not in the trash either (fewer in {folders})",
      zh: "{user} 原有 {before} 封邮件，一天之内少了 {gone} 封，垃圾箱里也没有（减少的文件夹：{folders}）",
    },
    advice: {
      en: "Call whoever uses the mailbox now, and ask who else gets in. If nobody meant it: change the password, look who logged in, and have the administrator bring the mails back before the provider's time for that ends (often 7 to 30 days). Mail archived outside the mailbox looks the same.",
      zh: "请立即打电话问邮箱使用者，并查还有谁能登录。若不是有意删除：改密码、查登录记录，并请管理员尽快恢复邮件（服务商通常只保留 7 至 30 天）。把邮件归档到邮箱之外也会有同样的现象。",
    },
    source: "STATUS MESSAGES of all folders (RFC 9051 section 6.3.11) against the last 24 h; the options share and number",
  },
  "mails-trashed": {
    severity: "warning",
    text: {
      en: "{missing} of {before} mails of {user} were thrown into the trash within a day (fewer in {folders})",
      zh: "{user} 原有 {before} 封邮件，一天之内有 {missing} 封被移到垃圾箱（减少的文件夹：{folders}）",
    },
    advice: {
      en: "Ask whoever uses the mailbox. If it was not meant, move the mails back out of the trash today: it is emptied by itself.",
      zh: "请问邮箱使用者；若不是有意的，请今天就从垃圾箱移回：垃圾箱会自动清空。",
    },
    source: "STATUS MESSAGES of all folders (RFC 9051 section 6.3.11) against the last 24 h; the options share and number",
  },
  "folder-gone": {
    severity: "warning",
    text: {
      en: "Folders of {user} with {mails} mails are gone: {folders}",
      zh: "{user} 有文件夹不见了：{folders}，其中共有 {mails} 封邮件",
    },
    advice: {
      en: "Ask whoever uses the mailbox. If it was not meant, look in the trash, then ask the administrator to bring the folder back.",
      zh: "请问邮箱使用者；若不是有意的，先看垃圾箱，再请管理员恢复该文件夹。",
    },
    source:
      "LIST (RFC 9051 section 6.3.9): it is there under no other name with the same UIDVALIDITY; folders of 20 mails and more",
  },
  "folder-recreated": {
    severity: "warning",
    text: {
      en: "{count} folders of {user} are not the same as before: the server has made {folders} anew, and mail programs load everything again",
      zh: "{user} 有 {count} 个文件夹已不是原来的：服务器重建了 {folders}，邮件客户端会全部重新下载",
    },
    advice: {
      en: "Ask the administrator whether the mailbox was restored or moved to another server. If not, somebody may have deleted and made it anew: look whether mails are missing.",
      zh: "请问管理员是否恢复过邮箱或迁移过服务器；都没有，则可能有人删除后重建，请查看是否缺少邮件。",
    },
    source: "RFC 9051 section 2.3.1.1: another UIDVALIDITY",
  },
  "folder-rolled-back": {
    severity: "warning",
    text: {
      en: "{host} has put back an older state of {user}: mails that it had numbered in {folders} are unknown to it now",
      zh: "{host} 把 {user} 退回到了较早的状态：{folders} 中原已编号的邮件，服务器现在不认识了",
    },
    advice: {
      en: "The administrator looks whether a backup was put back, and what came since then. Mail programs may show wrong mails until their copy is loaded anew.",
      zh: "请管理员查看是否还原过备份、之后到达的邮件是否还在。邮件客户端可能显示错乱，需重新下载。",
    },
    source: "RFC 9051 section 2.3.1.1: UIDNEXT never falls while UIDVALIDITY stays",
  },
  "mail-silent": {
    severity: "warning",
    text: {
      en: "{user} has gone quiet: {mails} mails in the last {hours} h, where about {expected} are usual",
      zh: "{user} 异常安静：最近 {hours} 小时收到 {mails} 封邮件，平常约 {expected} 封",
    },
    advice: {
      en: "Send it a mail from outside. If that does not come: look at the MX records, the filter rules, the quarantine and how full the mailbox is. If it does: was it a holiday? Write the day into the option holidays.",
      zh: "请从外部给它发一封邮件。收不到：查 MX 记录、过滤规则、隔离区和邮箱容量。收得到：是否遇上假期？请把日期写入选项 holidays。",
    },
    source:
      "Too few for chance by the rhythm of at least two weeks (negative binomial, shared among 11 stretches): at most one false alarm in two years",
  },
  "mail-flood": {
    severity: "warning",
    text: {
      en: "{user} is flooded: {mails} mails in the last {hours} h, where about {expected} are usual",
      zh: "{user} 收到大量邮件：最近 {hours} 小时 {mails} 封，平常约 {expected} 封",
    },
    advice: {
      en: "Look at what comes: the same mail again and again is a loop of two auto-replies or forwardings, newsletters of hundreds of senders are a mail bomb that hides something (a changed password, an order). Block the source, and look through the rest.",
      zh: "请看收到的是什么：同一封反复出现，是自动回复或转发形成了循环；来自数百个发件人的订阅邮件，是邮件轰炸，意在掩盖某封邮件（改密码、下单）。请拦截来源，并仔细查看其余邮件。",
    },
    source: "At least 100 mails in an hour, five times what is usual, and too many for chance; 1,000 while nothing is learnt yet",
  },
  "mailbox-not-counted": {
    severity: "unknown",
    text: {
      en: "It was not found out whether mails of {user} are missing: not all folders could be counted ({reason})",
      zh: "未能判断 {user} 是否缺少邮件：有文件夹没有数到（{reason}）",
    },
    advice: {
      en: "If it stays so: own server, look at its log. Provider: ask it, with the answer from the evidence.",
      zh: "若一直如此：自建服务器请查看日志；使用服务商请附上证据中的应答联系客服。",
    },
    source: "The bounds of one run: 10,000 folders by LIST-STATUS (RFC 5819), 60 s",
  },
  "folders-left-out": {
    severity: "info",
    text: {
      en: "{user} has so many folders that {count} of them are not watched: whether mails are missing cannot be told there",
      zh: "{user} 的文件夹过多，有 {count} 个没有监控：无法判断其中是否缺少邮件",
    },
    advice: {
      en: "Nothing needs to be done. Mail that comes, or does not, is watched all the same.",
      zh: "无需处理；来信是否正常仍在监控。",
    },
    source: "300 folders at most are asked for one by one, where the server has no LIST-STATUS (RFC 5819)",
  },
} as const satisfies Record<string, FindingDeclaration>;
