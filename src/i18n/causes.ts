import type { Actor, Cause, Confidence } from "../model/cause.ts";
import type { Text } from "../model/text.ts";

/** What a cause is called, and how it is said of something. */
export interface CauseWording {
  /** In a word or two, as in a list. */
  readonly name: Text;
  /** One sentence without its full stop; the first whose braces are all known is said, the last has none. */
  readonly statements: readonly Text[];
  readonly actor: Actor;
}

export const causeWording: Readonly<Record<Cause, CauseWording>> = {
  "own-network": {
    name: { en: "Own network", zh: "本机网络" },
    statements: [
      {
        en: "The proxy {proxy}, by which mail servers are reached, does not work; nothing is known about what lies behind it",
        zh: "连接邮件服务器所用的代理 {proxy} 不可用，暂时无法判断其后的邮件服务",
      },
      {
        en: "The network of the machine that Mailvigil runs on does not get out; nothing is known about the mail service",
        zh: "运行 Mailvigil 的机器上不了网，暂时无法判断邮件服务",
      },
    ],
    actor: "network",
  },
  "own-port-blocked": {
    name: { en: "Port blocked here", zh: "本地网络封了端口" },
    statements: [
      {
        en: "This network lets nobody out at port {ports}; the mail service is not the cause",
        zh: "本地网络不放行端口 {ports}，与邮件服务无关",
      },
      {
        en: "This network lets nobody out at a mail port; the mail service is not the cause",
        zh: "本地网络不放行邮件端口，与邮件服务无关",
      },
    ],
    actor: "network",
  },
  "tls-intercepted": {
    name: { en: "Encryption opened on the way", zh: "加密连接被拦截" },
    statements: [
      {
        en: "A device in this network opens encrypted connections and shows certificates of {issuer} in place of the real ones",
        zh: "本地网络有设备在拦截加密连接，用 {issuer} 的证书替换了真证书",
      },
      {
        en: "A device in this network opens encrypted connections and shows certificates of its own",
        zh: "本地网络有设备在拦截加密连接，换上了自己的证书",
      },
    ],
    actor: "network",
  },
  "own-resolver": {
    name: { en: "Own DNS", zh: "本机 DNS" },
    statements: [
      {
        en: "The DNS server that this machine asks does not work or gives false answers; nothing is known about the mail service",
        zh: "本机使用的 DNS 服务器没有响应或给出错误应答，暂时无法判断邮件服务",
      },
    ],
    actor: "network",
  },
  "monitor-credential": {
    name: { en: "Mailvigil's own access", zh: "Mailvigil 自己的授权" },
    statements: [
      {
        en: "Mailvigil's own access {credential} is no longer accepted; people's mail is not affected",
        zh: "Mailvigil 自己的授权 {credential} 已失效，员工收发邮件不受影响",
      },
      {
        en: "Mailvigil's own access to mailboxes is no longer accepted; people's mail is not affected",
        zh: "Mailvigil 读取邮箱的授权已失效，员工收发邮件不受影响",
      },
    ],
    actor: "monitor-operator",
  },
  "domain-expired": {
    name: { en: "Domain expired", zh: "域名到期" },
    statements: [
      { en: "The domain {domain} has expired or is switched off at the registrar", zh: "域名 {domain} 已到期，或被注册商停用" },
      { en: "A domain has expired or is switched off at the registrar", zh: "域名已到期，或被注册商停用" },
    ],
    actor: "payer",
  },
  "zone-broken": {
    name: { en: "DNS broken", zh: "DNS 解析故障" },
    statements: [
      {
        en: "DNS records of {domain} that mail depends on are missing or wrong",
        zh: "{domain} 的 DNS 有故障：收发邮件所需的记录缺失或有误",
      },
      { en: "The DNS no longer knows {host}", zh: "DNS 里查不到 {host}" },
      { en: "DNS records that mail depends on are missing or wrong", zh: "收发邮件所需的 DNS 记录缺失或有误" },
    ],
    actor: "dns-host",
  },
  "mx-changed": {
    name: { en: "MX changed", zh: "MX 被改动" },
    statements: [
      {
        en: "The DNS now sends the mail of {domain} elsewhere: its MX records were changed",
        zh: "{domain} 的 MX 记录被改动，邮件被送往别处",
      },
      { en: "The DNS now sends mail elsewhere: MX records were changed", zh: "MX 记录被改动，邮件被送往别处" },
    ],
    actor: "dns-host",
  },
  "path-blocked": {
    name: { en: "Way blocked", zh: "线路被阻断" },
    statements: [
      {
        en: "The way from here to {provider} is blocked, as it is known to be in mainland China; the service itself need not be down",
        zh: "从这里到 {provider} 的线路不通（已知在中国大陆无法直接访问），服务本身未必有故障",
      },
      {
        en: "The way from here to {host} is blocked; the service itself need not be down",
        zh: "从这里到 {host} 的线路不通，服务本身未必有故障",
      },
      {
        en: "The way from here to the mail service is blocked; the service itself need not be down",
        zh: "从这里到邮件服务的线路不通，服务本身未必有故障",
      },
    ],
    actor: "network",
  },
  "provider-outage": {
    name: { en: "Provider outage", zh: "服务商故障" },
    statements: [
      {
        en: "{provider} works for others and not for {account}: the trouble is in its part of the service",
        zh: "{provider} 对别人正常，唯独 {account} 用不了：故障在它所在的部分",
      },
      { en: "The mail provider {provider} is out of order", zh: "邮箱服务商 {provider} 出现故障" },
      { en: "The mail provider behind {host} is out of order", zh: "{host} 的邮箱服务商出现故障" },
      { en: "The mail provider is out of order", zh: "邮箱服务商出现故障" },
    ],
    actor: "provider",
  },
  "server-down": {
    name: { en: "Server down", zh: "服务器故障" },
    statements: [
      { en: "Webmail at {page} does not work", zh: "网页邮箱 {page} 打不开" },
      {
        en: "The mail service on {host} works for others and not for {account}",
        zh: "{host} 的邮件服务对别人正常，唯独 {account} 用不了",
      },
      {
        en: "The mail servers of {domain} do not work ({hosts})",
        zh: "{domain} 的邮件服务器不工作（{hosts}）",
      },
      { en: "The mail service on {host} does not work", zh: "{host} 上的邮件服务不工作" },
      { en: "The mail server does not work", zh: "邮件服务器不工作" },
    ],
    actor: "mail-administrator",
  },
  certificate: {
    name: { en: "Certificate", zh: "证书" },
    statements: [
      {
        en: "Browsers warn before webmail at {page} because of its certificate",
        zh: "网页邮箱 {page} 的证书有问题，浏览器会警告",
      },
      { en: "Mail programs refuse {host} because of its certificate", zh: "{host} 的证书有问题，邮件客户端拒绝连接" },
      { en: "Mail programs refuse the server because of its certificate", zh: "服务器证书有问题，邮件客户端拒绝连接" },
    ],
    actor: "mail-administrator",
  },
  "settings-changed": {
    name: { en: "Server settings", zh: "服务器设置" },
    statements: [
      {
        en: "Webmail at {page} is not as it was: redirect, encryption or content",
        zh: "网页邮箱 {page} 变了样：跳转、加密或页面内容",
      },
      {
        en: "{host} is no longer set up as mail programs expect it: port, encryption or way of login",
        zh: "{host} 的设置与客户端不符：端口、加密或登录方式变了",
      },
      {
        en: "The settings of the mail service no longer fit: server, port, encryption or rule",
        zh: "邮件服务的设置不再匹配：服务器、端口、加密或规则变了",
      },
    ],
    actor: "mail-administrator",
  },
  "rate-limit": {
    name: { en: "Provider's limit", zh: "服务商限流" },
    statements: [
      {
        en: "{provider} limits logins or mails from here; no password is wrong for that",
        zh: "{provider} 限制了从这里登录或发信的频率，密码不一定有错",
      },
      {
        en: "{host} limits logins or mails from here; no password is wrong for that",
        zh: "{host} 限制了从这里登录或发信的频率，密码不一定有错",
      },
      { en: "The server limits logins or mails from here", zh: "服务器限制了从这里登录或发信的频率" },
    ],
    actor: "monitor-operator",
  },
  "subscription-expired": {
    name: { en: "Subscription ended", zh: "服务已到期" },
    statements: [
      { en: "The subscription that pays for {asset} has ended", zh: "{asset} 所在的付费服务已到期" },
      { en: "The mail subscription has ended", zh: "邮箱服务的订阅已到期" },
    ],
    actor: "payer",
  },
  "client-access-off": {
    name: { en: "Mail programs switched off", zh: "客户端收发被关闭" },
    statements: [
      {
        en: "Mail programs are switched off for {account} ({protocol}); its password is not the trouble",
        zh: "{account} 的客户端收发功能（{protocol}）被关闭，与密码无关",
      },
      {
        en: "Mail programs are switched off for {account}, or need another way of login",
        zh: "{account} 的客户端收发功能被关闭，或需要换一种登录方式",
      },
      {
        en: "Mail programs are switched off for the mailbox, or need another way of login",
        zh: "邮箱的客户端收发功能被关闭，或需要换一种登录方式",
      },
    ],
    actor: "mail-administrator",
  },
  "account-locked": {
    name: { en: "Account locked", zh: "账号被锁定" },
    statements: [
      {
        en: "The account {account} is locked, disabled or shut out by a policy",
        zh: "账号 {account} 被锁定、停用，或被安全策略拦住",
      },
      { en: "The account is locked, disabled or shut out by a policy", zh: "账号被锁定、停用，或被安全策略拦住" },
    ],
    actor: "mail-administrator",
  },
  "password-expired": {
    name: { en: "Password expired", zh: "密码过期" },
    statements: [
      { en: "The password of {account} has expired", zh: "{account} 的密码已过期" },
      { en: "The password has expired", zh: "密码已过期" },
    ],
    actor: "user",
  },
  "password-rejected": {
    name: { en: "Password refused", zh: "密码被拒" },
    statements: [
      {
        en: "The password of {account} is refused: it was changed, an app password is wanted, or the account is closed",
        zh: "{account} 的密码被拒：可能改过密码、需要客户端专用密码，或账号已停用",
      },
      {
        en: "The password is refused: it was changed, an app password is wanted, or the account is closed",
        zh: "密码被拒：可能改过密码、需要客户端专用密码，或账号已停用",
      },
    ],
    actor: "user",
  },
  "permission-removed": {
    name: { en: "Permission removed", zh: "权限被收回" },
    statements: [
      { en: "{account} may no longer open this mailbox: its permission was removed", zh: "{account} 不再有打开此邮箱的权限" },
      { en: "{host} no longer allows this: a permission was removed", zh: "{host} 不再放行：相关权限被收回" },
      { en: "A permission was removed", zh: "相关权限被收回" },
    ],
    actor: "mail-administrator",
  },
  "mailbox-full": {
    name: { en: "Mailbox full", zh: "邮箱已满" },
    statements: [
      { en: "The mailbox {account} is full: mail to it is returned", zh: "邮箱 {account} 已满，新邮件会被退回" },
      { en: "The mailbox is full: mail to it is returned", zh: "邮箱已满，新邮件会被退回" },
    ],
    actor: "user",
  },
  "queue-stuck": {
    name: { en: "Queue stuck", zh: "队列积压" },
    statements: [
      { en: "Mail waits in the queue of {host} and does not leave", zh: "邮件积压在 {host} 的队列里，发不出去" },
      { en: "Mail waits in the server's queue and does not leave", zh: "邮件积压在服务器队列里，发不出去" },
    ],
    actor: "mail-administrator",
  },
  blacklisted: {
    name: { en: "On a block list", zh: "进了黑名单" },
    statements: [
      {
        en: "Receivers refuse mail of {domain}: its sender is on a block list",
        zh: "收件方拒收 {domain} 的邮件：发信地址进了黑名单",
      },
      { en: "Receivers refuse our mail: its sender is on a block list", zh: "收件方拒收本公司邮件：发信地址进了黑名单" },
    ],
    actor: "mail-administrator",
  },
  "sender-refused": {
    name: { en: "Refused by the receiver", zh: "对方拒收" },
    statements: [
      {
        en: "The receiver of {to} does not accept mail of {from}: its policy, or how the sender proves itself",
        zh: "{to} 一方拒收 {from} 的邮件：对方的策略，或发件人验证未通过",
      },
      {
        en: "The receiver does not accept our mail: its policy, or how we prove ourselves",
        zh: "对方拒收邮件：对方的策略，或发件人验证未通过",
      },
    ],
    actor: "mail-administrator",
  },
  greylisting: {
    name: { en: "Greylisting", zh: "灰名单延迟" },
    statements: [
      {
        en: "The receiver of {to} makes unknown senders wait (greylisting); the mail comes a little later",
        zh: "{to} 一方启用了灰名单，陌生发件人的邮件会晚到",
      },
      {
        en: "The receiver makes unknown senders wait (greylisting); the mail comes a little later",
        zh: "收件方启用了灰名单，陌生发件人的邮件会晚到",
      },
    ],
    actor: "far-side",
  },
  "junk-filter": {
    name: { en: "Junk folder", zh: "被判为垃圾邮件" },
    statements: [
      { en: "Mail from {from} arrives in the junk folder of {to}", zh: "{from} 的邮件进了 {to} 的垃圾邮件文件夹" },
      { en: "Mail arrives in the junk folder", zh: "邮件进了垃圾邮件文件夹" },
    ],
    actor: "far-side",
  },
  "silent-loss": {
    name: { en: "Lost without a word", zh: "邮件无声丢失" },
    statements: [
      {
        en: "Mail from {from} to {to} is accepted and never arrives, and nobody is told",
        zh: "{from} 发给 {to} 的邮件被收下后没有送达，也没有退信",
      },
      { en: "Mail is accepted and never arrives, and nobody is told", zh: "邮件被收下后没有送达，也没有退信" },
    ],
    actor: "mail-administrator",
  },
  unknown: {
    name: { en: "Not found out", zh: "原因未明" },
    statements: [
      { en: "What is wrong with {asset} is not proven", zh: "{asset} 的故障原因还不能确定" },
      { en: "What is wrong is not proven", zh: "故障原因还不能确定" },
    ],
    actor: "mail-administrator",
  },
};

export const confidenceWords: Readonly<Record<Confidence, Text>> = {
  high: { en: "sure", zh: "确定" },
  medium: { en: "likely", zh: "很可能" },
  low: { en: "a guess", zh: "猜测" },
};

export const actorWords: Readonly<Record<Actor, Text>> = {
  "monitor-operator": { en: "whoever runs Mailvigil", zh: "Mailvigil 的维护人员" },
  network: { en: "whoever runs this network", zh: "本地网络的管理员" },
  "dns-host": { en: "whoever manages the DNS of the domain", zh: "域名解析的管理员" },
  "mail-administrator": { en: "the mail administrator", zh: "邮箱管理员" },
  provider: { en: "the mail provider", zh: "邮箱服务商" },
  user: { en: "whoever uses the mailbox, else the mail administrator", zh: "邮箱使用人，或邮箱管理员" },
  payer: { en: "whoever pays for it", zh: "负责付费续期的人" },
  "far-side": { en: "the receiver's mail administrator", zh: "收件方的邮件管理员" },
};
