import type { FindingDeclaration } from "../src/model/check.ts";
import { connectionFindings } from "../src/net/connection-findings.ts";

const advice = {
  en: "Nothing is to be mended here: do not change passwords or settings. Tell the staff, follow {link}, and use the phone for what is urgent.",
  zh: "问题不在本地：不要改密码或设置。请告知同事，关注 {link}，急事改用电话联系。",
};

/** What the provider says about its own mail service. */
export const statusFindings = {
  "provider-outage": {
    severity: "critical",
    cause: "provider-outage",
    outage: true,
    text: {
      en: "{provider} itself reports that “{service}” is down, since {since}: “{title}” ({word})",
      zh: "{provider} 自己公布：「{service}」已中断，自 {since} 起：「{title}」（{word}）",
    },
    advice,
    source: "The provider's own status page, in its own words",
  },
  "provider-trouble": {
    severity: "warning",
    cause: "provider-outage",
    outage: true,
    text: {
      en: "{provider} itself reports trouble with “{service}”, since {since}: “{title}” ({word})",
      zh: "{provider} 自己公布：「{service}」出现问题，自 {since} 起：「{title}」（{word}）",
    },
    advice,
    source: "The provider's own status page, in its own words",
  },
  "provider-notice": {
    severity: "info",
    text: {
      en: "{provider} announces something about “{service}”, since {since}: “{title}” ({word})",
      zh: "{provider} 发布了关于「{service}」的公告，自 {since} 起：「{title}」（{word}）",
    },
    advice: {
      en: "Read {link}; during a maintenance short interruptions are to be expected.",
      zh: "请阅读 {link}；维护期间可能会短暂中断。",
    },
    source: "The provider's own status page, in its own words",
  },
  // The same as of mail servers.
  "path-blocked": connectionFindings["path-blocked"],
  "proxy-failed": connectionFindings["proxy-failed"],
  "status-unread": {
    severity: "unknown",
    text: {
      en: "What {provider} says about itself is not known: {page} could not be read ({reason})",
      zh: "无法得知 {provider} 自己公布的状态：{page} 读取失败（{reason}）",
    },
    advice: {
      en: "Open {page} in a browser. If it has moved, write its new address as url of this probe; mail itself is watched by other checks.",
      zh: "请用浏览器打开 {page}；若地址已变，请更新此探测的 url。邮件本身另有其他检查。",
    },
    source: "A page that cannot be read says nothing, neither that all is well nor that it is not",
  },
  "status-no-token": {
    severity: "unknown",
    cause: "monitor-credential",
    text: {
      en: "What {provider} says about itself is not known: Mailvigil's own access {credential} gets no token ({reason})",
      zh: "无法得知 {provider} 自己公布的状态：Mailvigil 自己的访问凭据 {credential} 取不到令牌（{reason}）",
    },
    advice: {
      en: "See what oauth-token says about {credential} on our own side; the provider is not the trouble.",
      zh: "请查看本方检查 oauth-token 对 {credential} 的说明；与服务商无关。",
    },
    source: "RFC 6749 section 5.2; a failure of the monitor's credential is none of the provider",
  },
  "status-not-granted": {
    severity: "info",
    text: {
      en: "What {provider} says about itself cannot be read: {credential} lacks the permission ServiceHealth.Read.All",
      zh: "无法读取 {provider} 自己公布的状态：{credential} 没有 ServiceHealth.Read.All 权限",
    },
    advice: {
      en: "The administrator grants the application the application permission ServiceHealth.Read.All of Microsoft Graph, with consent; or write off: [provider-status] at the mailboxes.",
      zh: "请管理员为该应用授予 Microsoft Graph 的应用程序权限 ServiceHealth.Read.All 并同意；不需要的话，在邮箱处写 off: [provider-status]。",
    },
    source: "https://learn.microsoft.com/graph/api/serviceannouncement-list-healthoverviews",
  },
  "status-refused": {
    severity: "unknown",
    text: {
      en: "What {provider} says about itself is not known: {page} wants another token ({reason})",
      zh: "无法得知 {provider} 自己公布的状态：{page} 不接受当前令牌（{reason}）",
    },
    advice: {
      en: "Make a new token with the right to read service health (Microsoft Graph: ServiceHealth.Read.All) and put it where token of this probe says.",
      zh: "请重新生成有权读取服务运行状况的令牌（Microsoft Graph：ServiceHealth.Read.All），放到此探测的 token 所指之处。",
    },
    source: "RFC 9110 sections 15.5.2 and 15.5.4 (401, 403)",
  },
} as const satisfies Record<string, FindingDeclaration>;
