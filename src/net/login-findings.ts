import type { FindingDeclaration } from "../model/check.ts";
import { otherRefusals } from "../model/provider.ts";
import type { Provider } from "./login-options.ts";
import { tokenFindings } from "./token-findings.ts";

const passwordFindings = {
  "login-rejected": {
    severity: "critical",
    cause: "password-rejected",
    immediate: true,
    rejects: "definite",
    text: {
      en: "Nobody can use {user} with this password: {host} rejects it ({reason})",
      zh: "{user} 无法登录：{host} 拒绝了密码（{reason}）",
    },
    advice: {
      en: "Log in by webmail with the same password. If that fails, reset it; if it works, make a new client password there. Then put it into the configuration.",
      zh: "先用同一密码登录网页邮箱：登不上就重置密码；能登上就在网页端重新生成客户端专用密码，再更新到配置。",
    },
    source: "RFC 5530 section 3 (AUTHENTICATIONFAILED); RFC 4954 section 6 (535 5.7.8)",
  },
  "login-refused": {
    severity: "warning",
    rejects: "ambiguous",
    text: {
      en: "{host} refused the login of {user} and does not say why: password, account, or too many logins ({reason})",
      zh: "{host} 拒绝了 {user} 登录，但没有说明原因：可能是密码、账号状态或登录过于频繁（{reason}）",
    },
    advice: {
      en: "See whether other mailboxes at {host} work: then it is this account. Log in by webmail; then ask the administrator whether IMAP and SMTP are switched on for it.",
      zh: "先看同一服务商的其他邮箱：都正常就是此账号的问题。再登录网页邮箱试试，并请管理员确认已为该账号开启 IMAP/SMTP。",
    },
    source: "An answer without a code of RFC 5530, or one that the provider gives for several causes",
  },
  "account-locked": {
    severity: "critical",
    cause: "account-locked",
    immediate: true,
    rejects: "definite",
    text: {
      en: "{user} is shut out of its mailbox: {host} has disabled or locked the account ({reason})",
      zh: "{user} 的邮箱已被停用或锁定：{host} 不允许登录（{reason}）",
    },
    advice: {
      en: "The administrator of the mail service unlocks it; look there for an unpaid bill, a dismissed employee or a security alarm.",
      zh: "请邮箱管理员解除锁定；并查看是否欠费、账号被停用或触发了安全告警。",
    },
    source: "RFC 5530 section 3 (CONTACTADMIN); RFC 5248 (5.7.13)",
  },
  "login-unavailable": {
    severity: "critical",
    cause: "server-down",
    text: {
      en: "{user} cannot log in just now: {host} says that its own backend does not answer ({reason}); the password is not the trouble",
      zh: "{user} 暂时无法登录：{host} 的后台服务没有响应（{reason}），与密码无关",
    },
    advice: {
      en: "Do not change the password. Own server: look at the authentication service and its database. Provider: look at its status page.",
      zh: "不要改密码。自建服务器：检查认证服务及其数据库；使用服务商：看其状态页。",
    },
    source: "RFC 5530 section 3 (UNAVAILABLE); RFC 4954 section 6 (454 4.7.0)",
  },
  "login-limited": {
    severity: "warning",
    cause: "rate-limit",
    text: {
      en: "{host} lets {user} in less often than it is asked: too many logins or connections ({reason})",
      zh: "{host} 限制了 {user} 的登录：登录或连接过多（{reason}）",
    },
    advice: {
      en: "Close mail programs that hold this mailbox open on several devices; if nobody does, ask for a longer interval for this probe.",
      zh: "请关闭在多台设备上同时登录该邮箱的客户端；若没有，请调大本项检查的间隔。",
    },
    source: "RFC 5530 section 3 (LIMIT, INUSE); RFC 5321 (421 4.7.x)",
  },
  "password-login-off": {
    severity: "critical",
    cause: "client-access-off",
    text: {
      en: "Mail programs that use a password no longer get in: {host} does not take passwords for {user} ({reason})",
      zh: "用密码的邮件客户端已无法登录：{host} 不接受 {user} 的密码方式（{reason}）",
    },
    advice: {
      en: "Sign in by OAuth where the mail program can; or the administrator switches password logins for IMAP or SMTP on again for this mailbox.",
      zh: "客户端请改用 OAuth 登录；或由管理员为该邮箱重新开启 IMAP/SMTP 的密码登录。",
    },
    source: "RFC 9051 section 6.2.3 (LOGINDISABLED); Exchange Online: 5.7.139, 5.7.30",
  },
} as const satisfies Record<string, FindingDeclaration>;

/** What becomes of a login, whatever the protocol, by a password or by a token. */
export const loginFindings = { ...tokenFindings, ...passwordFindings };

/** What some providers say in words of their own: for checks that log in by a dialogue of ours. */
export const policyFindings = {
  "app-password-needed": {
    severity: "critical",
    cause: "password-rejected",
    immediate: true,
    rejects: "definite",
    text: {
      en: "{user} cannot log in with this password: {host} wants an app password (authorisation code) or a sign-in by browser ({reason})",
      zh: "{user} 无法用此密码登录：{host} 要求使用客户端授权码（应用专用密码），或先在浏览器登录（{reason}）",
    },
    advice: {
      en: "Sign in once by browser and follow what it asks; then make an app password or authorisation code there and put it into the configuration.",
      zh: "请先在浏览器登录一次并按提示操作，再生成客户端授权码（应用专用密码）并更新到配置。",
    },
    source: "RFC 4954 section 6 (534 5.7.9); Gmail: 534-5.7.9, 534-5.7.14; QQ, NetEase: 授权码",
  },
  "address-denied": {
    severity: "critical",
    cause: "account-locked",
    immediate: true,
    rejects: "ambiguous",
    text: {
      en: "{user} cannot log in from this network: {host} lets in only addresses that the administrator has allowed ({reason})",
      zh: "{user} 无法从当前网络登录：{host} 只允许管理员指定的 IP 登录（{reason}）",
    },
    advice: {
      en: "The administrator of the mail service adds the address of this network to those that may log in; the password is not the trouble.",
      zh: "请邮箱管理员把当前网络的出口 IP 加入登录白名单；与密码无关。",
    },
    source: "NetEase enterprise mail: ERR.LOGIN.IPDENY",
  },
} as const satisfies Record<string, FindingDeclaration>;

export type LoginCode = keyof typeof passwordFindings;
type PolicyCode = keyof typeof policyFindings;

/** What a provider's preset says about the text of a refusal. Its ambiguous list is looked at first: in doubt nobody is blamed. */
export function knownRefusal(text: string, provider: Provider | undefined): LoginCode | PolicyCode | undefined {
  if (!provider) return undefined;
  const said = text.toLowerCase();
  const has = (parts: readonly string[] = []): boolean => parts.some((part) => said.includes(part.toLowerCase()));
  if (has(provider.ambiguousRejections)) return "login-refused";
  return (
    otherRefusals.find((code) => has(provider.otherRejections[code])) ??
    (has(provider.definiteRejections) ? "login-rejected" : undefined)
  );
}

/** All of it in the words of `loginFindings`: the password is refused, or in doubt nobody is blamed. */
export function knownRejection(text: string, provider: Provider | undefined): LoginCode | undefined {
  const known = knownRefusal(text, provider);
  if (known === "app-password-needed") return "login-rejected";
  return known === "address-denied" ? "login-refused" : known;
}
