import type { FindingDeclaration } from "../src/model/check.ts";
import { connectionFindings } from "../src/net/connection-findings.ts";

/** What somebody meets who opens the webmail in a browser. */
export const webmailFindings = {
  "webmail-elsewhere": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "Webmail leads to a stranger: {url} redirects to {host}, which is {service}, while the mail of {domain} is elsewhere. Passwords typed there are given away",
      zh: "网页邮箱被引到别处：{url} 跳转到 {host}，属于 {service}，而 {domain} 的邮件并不在那里。在那里输入的密码会泄露",
    },
    advice: {
      en: "Tell the staff not to log in there. Whoever runs the web server and the DNS of {domain} takes the redirect back, or points it at the present provider.",
      zh: "请先告知同事不要在那里登录；再请 {domain} 的网站和 DNS 管理员撤销该跳转，或改为指向现在的服务商。",
    },
    source: "A redirect that outlived a change of provider, or that somebody else has set",
  },
  "webmail-redirected": {
    severity: "warning",
    text: {
      en: "{url} leads to {host}, which belongs neither to {domain} nor to a known mail service",
      zh: "{url} 跳转到 {host}，它既不属于 {domain}，也不是已知的邮件服务",
    },
    advice: {
      en: "See whether that is meant so. If it is, write {host} under hosts of this probe; if not, tell the staff not to log in there and take the redirect back.",
      zh: "请确认是否有意如此：是，就把 {host} 写进此探测的 hosts；不是，请告知同事不要在那里登录，并撤销该跳转。",
    },
    source: "RFC 9110 section 15.4",
  },
  "webmail-loop": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "Nobody can open webmail: {url} redirects again and again ({reason})",
      zh: "网页邮箱打不开：{url} 不断跳转（{reason}）",
    },
    advice: {
      en: "Whoever runs the web server looks at its redirects; a proxy before it that takes HTTPS off is the usual cause.",
      zh: "请网站管理员检查跳转规则；常见原因是前面的代理卸下了 HTTPS。",
    },
    source: "RFC 9110 section 15.4 (redirects without end)",
  },
  "webmail-plain": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "Passwords for webmail travel in clear: {url} ends at {where}, without encryption",
      zh: "网页邮箱的密码以明文传输：{url} 最终停在 {where}，没有加密",
    },
    advice: {
      en: "Whoever runs the web server redirects all of http to https. Until then log in at the https address only.",
      zh: "请网站管理员把 http 全部跳转到 https；在此之前，只从 https 地址登录。",
    },
    source: "RFC 9110 section 4.2.2; RFC 6797",
  },
  "webmail-http-open": {
    severity: "warning",
    text: {
      en: "Who types the address of webmail without https stays unencrypted: {where} does not lead to https",
      zh: "输入网页邮箱地址时若没写 https，就一直不加密：{where} 没有跳转到 https",
    },
    advice: {
      en: "Whoever runs the web server redirects http to https, and sends Strict-Transport-Security.",
      zh: "请网站管理员把 http 跳转到 https，并发送 Strict-Transport-Security。",
    },
    source: "RFC 6797 section 7.2",
  },
  "webmail-certificate": {
    severity: "critical",
    cause: "certificate",
    text: {
      en: "Browsers warn before {url}: its certificate does not hold ({reason})",
      zh: "浏览器打开 {url} 时会警告：证书有问题（{reason}）",
    },
    advice: {
      en: "Own server: renew or repair the certificate of {host}. Provider: ask it. Nobody should click the warning away.",
      zh: "自建服务器：续签或更正 {host} 的证书；使用服务商：联系客服。请不要跳过该警告登录。",
    },
    source: "RFC 9110 section 4.3.4",
  },
  "webmail-unreachable": {
    severity: "critical",
    cause: "server-down",
    timed: true,
    text: {
      en: "Nobody can open webmail: {url} does not answer ({reason})",
      zh: "网页邮箱打不开：{url} 没有正常应答（{reason}）",
    },
    advice: {
      en: "Own server: see whether web server and machine are up. Provider: look at its status page. Mail programs may still work.",
      zh: "自建服务器：检查网站服务和机器是否正常；使用服务商：看其状态页。邮件客户端可能仍可使用。",
    },
    source: "RFC 9110 section 15",
  },
  // The same as of mail servers.
  "path-blocked": connectionFindings["path-blocked"],
  "proxy-failed": connectionFindings["proxy-failed"],
  "webmail-status": {
    severity: "critical",
    cause: "server-down",
    text: {
      en: "Webmail is out of order: {url} answers with status {status}",
      zh: "网页邮箱故障：{url} 返回状态码 {status}",
    },
    advice: {
      en: "5xx: whoever runs the web server looks at its log. 4xx: compare the address with the one the staff uses.",
      zh: "5xx：请网站管理员查看日志；4xx：请与同事实际使用的地址核对。",
    },
    source: "RFC 9110 sections 15.5 and 15.6",
  },
  "webmail-text-missing": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "At {url} is not the page that it should be: the text “{wanted}” is not there",
      zh: "{url} 上的不是应有的页面：没有找到文字「{wanted}」",
    },
    advice: {
      en: "Open it in a browser. A parking page, an error in words, or somebody else's page looks like this; if the page was only reworded, change text of this probe.",
      zh: "请用浏览器打开看看：可能是停放页、错误提示或他人的页面；若只是改了文案，请更新此探测的 text。",
    },
    source: "A server that answers 200 for everything",
  },
  "webmail-form-missing": {
    severity: "warning",
    cause: "settings-changed",
    text: {
      en: "Nobody can log in at {url}: the page has no field for a password",
      zh: "在 {url} 上无法登录：页面没有密码输入框",
    },
    advice: {
      en: "Open it in a browser. If the form is made by a script, or asks for the name first, write form: false for this probe, and a text.",
      zh: "请用浏览器打开看看；若登录框由脚本生成，或先只问用户名，请为此探测写 form: false，并改用 text。",
    },
    source: "HTML (input type=password)",
  },
  "webmail-slow": {
    severity: "warning",
    timed: true,
    text: {
      en: "Webmail is slow: {url} took {seconds} s",
      zh: "网页邮箱很慢：打开 {url} 用了 {seconds} 秒",
    },
    advice: {
      en: "Own server: look at its load and its database. Provider: look at its status page; compare with another network.",
      zh: "自建服务器：查看负载和数据库；使用服务商：看其状态页，并换个网络对比。",
    },
    source: "The limit slow (5 s)",
  },
  "webmail-unjudged": {
    severity: "unknown",
    text: {
      en: "{url} was not judged: {reason}",
      zh: "未能判断 {url}：{reason}",
    },
    advice: {
      en: "A page that turns robots away: allow the address of Mailvigil. A look-up that fails: look at the resolver. A private address: name its range under settings.network.public.",
      zh: "若页面拒绝自动访问，请放行 Mailvigil 的地址；若是解析失败，请检查 DNS 解析服务器；若是内网地址，请写进 settings.network.public。",
    },
    source: "What could not be found out is unknown",
  },
} as const satisfies Record<string, FindingDeclaration>;
