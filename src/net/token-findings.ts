import type { FindingDeclaration } from "../model/check.ts";

/** What becomes of a login by an access token. What is wrong with the credential itself is told once, by `oauth-token`. */
export const tokenFindings = {
  "credential-unusable": {
    severity: "unknown",
    cause: "monitor-credential",
    text: {
      en: "Nothing is known about {user}: Mailvigil's own access {credential} gets no token from the provider ({reason})",
      zh: "{user} 的状态不明：Mailvigil 自己的访问凭据 {credential} 无法从服务商取得令牌（{reason}）",
    },
    advice: {
      en: "See what oauth-token says about {credential} on our own side; the mailbox is not the trouble.",
      zh: "请查看本方检查 oauth-token 对 {credential} 的说明；与该邮箱无关。",
    },
    source: "RFC 6749 section 5.2; a failure of the monitor's credential is none of the mailbox",
  },
  "token-mailbox-unknown": {
    severity: "critical",
    cause: "account-locked",
    text: {
      en: "The provider knows no mailbox {user}, and gives no token for it ({reason})",
      zh: "服务商处没有邮箱 {user}，因此不发放令牌（{reason}）",
    },
    advice: {
      en: "The administrator looks whether the account was renamed, suspended or deleted; the address must be the primary one, not an alias.",
      zh: "请管理员确认该账号是否改名、停用或删除；此处须写主地址，不能写别名。",
    },
    source: "Google: invalid_grant, Invalid email or User ID",
  },
  "token-rejected": {
    severity: "critical",
    text: {
      en: "{user} cannot be read by OAuth: {host} refuses a token that the provider itself has just given ({reason})",
      zh: "{user} 无法用 OAuth 登录：服务商刚发放的令牌被 {host} 拒绝（{reason}）",
    },
    advice: {
      en: "The administrator gives the application access to this mailbox. Microsoft 365: New-ServicePrincipal with the object id of the enterprise application, then Add-MailboxPermission, or look at the application access policy. Google: switch IMAP on for the user.",
      zh: "请管理员授予应用访问该邮箱的权限。Microsoft 365：用企业应用的对象 ID 执行 New-ServicePrincipal，再执行 Add-MailboxPermission，并查看应用访问策略；Google：为该用户开启 IMAP。",
    },
    source: "RFC 7628 section 3.2.2; Exchange Online, Gmail: XOAUTH2 with status 400 or 401; 535 5.7.3",
  },
  "oauth-not-offered": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "{user} cannot be read by OAuth: {host} offers neither OAUTHBEARER nor XOAUTH2 ({reason})",
      zh: "{user} 无法用 OAuth 登录：{host} 不支持 OAUTHBEARER 和 XOAUTH2（{reason}）",
    },
    advice: {
      en: "Compare host and port with the provider's set-up page; or give this mailbox a password in place of oauth.",
      zh: "请核对主机和端口；或为该邮箱改用 password，不用 oauth。",
    },
    source: "RFC 7628 section 3; Google and Microsoft: XOAUTH2",
  },
  "client-access-off": {
    severity: "critical",
    cause: "client-access-off",
    text: {
      en: "Mail programs do not get in for {user}, with OAuth neither: {host} has this way switched off ({reason})",
      zh: "邮件客户端无法登录 {user}，用 OAuth 也不行：{host} 已关闭这种访问方式（{reason}）",
    },
    advice: {
      en: "The administrator switches IMAP, POP or SMTP AUTH on for this mailbox (Microsoft 365: mailbox ▶ Manage email apps; Set-CASMailbox).",
      zh: "请管理员为该邮箱开启 IMAP、POP 或 SMTP AUTH（Microsoft 365：邮箱 ▶ 管理电子邮件应用，或 Set-CASMailbox）。",
    },
    source: "Exchange Online: 535 5.7.139 SmtpClientAuthentication is disabled",
  },
} as const satisfies Record<string, FindingDeclaration>;

export type TokenCode = keyof typeof tokenFindings;
