import type { FindingDeclaration } from "../src/model/check.ts";

/** What only POP3 can show; the rest is shared with the other checks that log in. */
export const pop3Findings = {
  "starttls-missing": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "No password was sent to {host}: port {port} offers no encryption (no STLS)",
      zh: "未向 {host} 发送密码：端口 {port} 不支持加密（没有 STLS）",
    },
    advice: {
      en: "Use the port with TLS from the first byte (995). Own server: switch TLS on. If it worked before, a firewall may take STLS out.",
      zh: "请改用直接加密的端口（995）；自建服务器请启用 TLS。若以前正常，可能是防火墙剥离了 STLS。",
    },
    source: "RFC 8314 section 3.2; RFC 2595 section 4",
  },
  "starttls-refused": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "No password was sent to {host}: it offers encryption and then refuses to begin it ({reason})",
      zh: "未向 {host} 发送密码：对方声称支持加密，启用时却拒绝（{reason}）",
    },
    advice: {
      en: "Use the port with TLS from the first byte (995). Own server: look at its log for certificate and key.",
      zh: "请改用直接加密的端口（995）；自建服务器请查看日志中有关证书和私钥的记录。",
    },
    source: "RFC 2595 section 4",
  },
  "mailbox-in-use": {
    severity: "warning",
    text: {
      en: "Mail of {user} cannot be fetched by POP3 just now: another program holds the mailbox open ({reason})",
      zh: "暂时无法用 POP3 收取 {user} 的邮件：另一个程序正占用该邮箱（{reason}）",
    },
    advice: {
      en: "Close mail programs that fetch this mailbox on other devices, or let only one of them fetch by POP3 and the others use IMAP.",
      zh: "请关闭其他设备上收取该邮箱的客户端；或只留一台用 POP3，其余改用 IMAP。",
    },
    source: "RFC 2449 section 8.1.2 (IN-USE); RFC 1939 section 4",
  },
  "login-delay": {
    severity: "unknown",
    text: {
      en: "{user} was not judged: {host} lets it in again only some time after its last login ({reason})",
      zh: "未能判断 {user}：{host} 要求两次登录之间间隔一段时间（{reason}）",
    },
    advice: {
      en: "If it stays so, ask for a longer interval of this probe (every: 30m); mail programs have to wait as well.",
      zh: "若一直如此，请调大本检查的间隔（every: 30m）；邮件客户端同样要等待。",
    },
    source: "RFC 2449 sections 6.5 and 8.1.1 (LOGIN-DELAY)",
  },
  "person-needed": {
    severity: "critical",
    cause: "account-locked",
    text: {
      en: "Nobody can fetch the mail of {user} by POP3: {host} says that a person has to act first ({reason})",
      zh: "无法用 POP3 收取 {user} 的邮件：{host} 表示须先人工处理（{reason}）",
    },
    advice: {
      en: "Read the reason. POP3 not switched on: the owner switches it on in the webmail's settings. Own server: its log names the fault (rights, disk, index). Provider: ask it.",
      zh: "请先看对方给出的原因。若未开启 POP3，请邮箱使用者在网页邮箱设置中开启；自建服务器：查看日志（权限、磁盘、索引）；使用服务商：联系客服。",
    },
    source: "RFC 3206 section 4 (SYS/PERM); Gmail: Your account is not enabled for POP access",
  },
  "maildrop-not-opened": {
    severity: "critical",
    text: {
      en: "{user} can log in, but {host} does not say what lies in its mailbox ({reason})",
      zh: "{user} 能登录，但 {host} 无法给出邮箱中的邮件（{reason}）",
    },
    advice: {
      en: "Own server: look at the mail storage (disk, rights, index). Provider: ask it, with the answer from the evidence.",
      zh: "自建服务器：检查邮件存储（磁盘、权限、索引）；使用服务商：附上证据中的应答联系客服。",
    },
    source: "RFC 1939 section 5 (STAT)",
  },
} as const satisfies Record<string, FindingDeclaration>;
