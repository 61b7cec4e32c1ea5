import type { FindingDeclaration } from "../src/model/check.ts";

/** What only IMAP can show; the rest is shared with the other checks that log in. */
export const imapFindings = {
  preauth: {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "Anybody who reaches {host} may read mail: it asks for no password (PREAUTH)",
      zh: "任何人连上 {host} 都能读信：服务器不要求密码（PREAUTH）",
    },
    advice: {
      en: "Own server: take this port off the network and look at its configuration. Provider: compare host and port with its set-up page.",
      zh: "自建服务器：先关闭该端口对外访问，再检查配置；使用服务商：核对主机和端口。",
    },
    source: "RFC 9051 section 7.1.4; before STARTTLS it keeps TLS away (RFC 9051 section 11.3)",
  },
  "login-not-authorized": {
    severity: "critical",
    cause: "permission-removed",
    immediate: true,
    rejects: "definite",
    text: {
      en: "The password of {user} is right, yet {host} does not let it into this mailbox ({reason})",
      zh: "{user} 的密码正确，但 {host} 不允许它进入这个邮箱（{reason}）",
    },
    advice: {
      en: "The administrator gives {user} access to this mailbox, or switches IMAP on for it.",
      zh: "请管理员为 {user} 授予该邮箱的权限，或开启其 IMAP 功能。",
    },
    source: "RFC 5530 section 3 (AUTHORIZATIONFAILED, NOPERM)",
  },
  "password-expired": {
    severity: "critical",
    cause: "password-expired",
    immediate: true,
    rejects: "definite",
    text: {
      en: "Nobody can use {user} until it has a new password: the old one has expired ({reason})",
      zh: "{user} 的密码已过期，更换之前无法登录（{reason}）",
    },
    advice: {
      en: "Set a new password by webmail, put it into mail programs and into the configuration; ask the administrator to exempt shared mailboxes.",
      zh: "请在网页邮箱设置新密码，并更新邮件客户端和配置；可请管理员让公共邮箱的密码不过期。",
    },
    source: "RFC 5530 section 3 (EXPIRED)",
  },
  "login-needs-tls": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "{host} refuses {user} although the connection is encrypted: it wants more privacy ({reason})",
      zh: "连接已加密，{host} 仍以安全为由拒绝 {user} 登录（{reason}）",
    },
    advice: {
      en: "Own server: a proxy in front may not tell it that the connection is encrypted. Provider: compare port and security with its set-up page.",
      zh: "自建服务器：前面的代理可能没有告知连接已加密；使用服务商：核对端口与加密方式。",
    },
    source: "RFC 5530 section 3 (PRIVACYREQUIRED)",
  },
  "mailbox-not-connected": {
    severity: "critical",
    text: {
      en: "{user} can log in but has no mailbox behind it: disabled, without a licence, or its storage is down ({reason})",
      zh: "{user} 能登录，但后面没有可用的邮箱：可能被停用、没有许可证，或存储故障（{reason}）",
    },
    advice: {
      en: "The administrator looks in the Microsoft 365 admin centre whether {user} has a licence with Exchange Online and IMAP is on, then at service health.",
      zh: "请管理员在 Microsoft 365 管理中心查看 {user} 是否有 Exchange Online 许可证并开启了 IMAP；再看服务运行状况。",
    },
    source: "Exchange Online: User is authenticated but not connected",
  },
  "id-wanted": {
    severity: "critical",
    text: {
      en: "{host} calls the login of {user} unsafe and opens no folder, though Mailvigil named itself ({reason})",
      zh: "{host} 认为 {user} 的登录不安全，不允许打开文件夹，虽已发送客户端标识（{reason}）",
    },
    advice: {
      en: "The owner of the mailbox switches IMAP on in the webmail's settings and uses a client authorisation code as the password; if that does not help, ask the provider.",
      zh: "请邮箱使用者在网页邮箱设置中开启 IMAP，并用「客户端授权码」作为密码；仍不行再联系服务商。",
    },
    source: "NetEase (Coremail): SELECT Unsafe Login; RFC 2971",
  },
  "inbox-not-opened": {
    severity: "critical",
    text: {
      en: "{user} can log in, but its inbox cannot be opened at {host} ({reason})",
      zh: "{user} 能登录，但 {host} 打不开收件箱（{reason}）",
    },
    advice: {
      en: "Own server: look at the mail storage (disk, rights, index). Provider: ask it, with the answer from the evidence.",
      zh: "自建服务器：检查邮件存储（磁盘、权限、索引）；使用服务商：附上证据中的应答联系客服。",
    },
    source: "RFC 9051 section 6.3.3",
  },
  "mailbox-over-quota": {
    severity: "critical",
    cause: "mailbox-full",
    text: {
      en: "{user} is full: {host} says that its quota is used up ({reason})",
      zh: "{user} 的邮箱已满：{host} 报告空间已用完（{reason}）",
    },
    advice: {
      en: "The owner of the mailbox deletes or archives large attachments, or the administrator enlarges it.",
      zh: "请邮箱使用者删除或归档大附件，或请管理员扩容。",
    },
    source: "RFC 5530 section 3 (OVERQUOTA)",
  },
  "server-bug": {
    severity: "warning",
    text: {
      en: "{host} reports a fault of its own for {user} ({reason})",
      zh: "{host} 报告处理 {user} 时自身出错（{reason}）",
    },
    advice: {
      en: "Own server: look at its log and repair the mailbox. Provider: ask it, with the answer from the evidence.",
      zh: "自建服务器：查看日志并修复邮箱；使用服务商：附上证据中的应答联系客服。",
    },
    source: "RFC 5530 section 3 (SERVERBUG, CORRUPTION)",
  },
  "server-alert": {
    severity: "info",
    text: {
      en: "{host} wants {user} to know: {reason}",
      zh: "{host} 提醒 {user}：{reason}",
    },
    advice: {
      en: "Read it; the owner of the mailbox would have seen it in a mail program.",
      zh: "请阅读内容；邮箱使用者在邮件客户端里也会看到它。",
    },
    source: "RFC 9051 section 7.1 (ALERT)",
  },
} as const satisfies Record<string, FindingDeclaration>;
