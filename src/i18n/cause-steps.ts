import type { Cause } from "../model/cause.ts";
import type { Text } from "../model/text.ts";

/** What to do, from easy to hard. A step whose braces are not all known is left out. */
export const causeSteps: Readonly<Record<Cause, readonly Text[]>> = {
  "own-network": [
    { en: "Open any web page from the machine that Mailvigil runs on", zh: "在运行 Mailvigil 的机器上打开任意网页试试" },
    {
      en: "Look at its cable or Wi-Fi, the router and the firewall; restart what hangs",
      zh: "检查网线或 Wi-Fi、路由器和防火墙，重启卡住的设备",
    },
    { en: "Where a proxy is set, see that it runs and lets this machine through", zh: "若配置了代理，确认代理在运行并放行本机" },
    { en: "Ask the internet provider about an outage", zh: "向宽带运营商确认是否断网" },
  ],
  "own-port-blocked": [
    {
      en: "Try the same from another network, such as a phone's hotspot: there it works",
      zh: "换一个网络（如手机热点）再试，应当是通的",
    },
    {
      en: "Allow the port on the way out in the office firewall or the cloud's security group",
      zh: "在公司防火墙或云安全组里放行该出站端口",
    },
    {
      en: "Port 25 is closed by most clouds: use 465 or 587, or ask the cloud to open it",
      zh: "多数云厂商封 25 端口：改用 465 或 587，或向云厂商申请解封",
    },
  ],
  "tls-intercepted": [
    {
      en: "Look who issued the certificate that is shown here: that names the device",
      zh: "看当前证书的签发者，就知道是哪台设备",
    },
    {
      en: "Exempt the mail servers, or this machine, from TLS inspection in the firewall or antivirus",
      zh: "在防火墙或杀毒软件中把邮件服务器或本机排除在加密检查之外",
    },
    {
      en: "If the authority is the company's own and meant so, add it under settings.tls.ca",
      zh: "若是公司自己的证书机构且有意如此，请加入 settings.tls.ca",
    },
  ],
  "own-resolver": [
    {
      en: "Ask another DNS server by hand: dig @223.5.5.5 example.com",
      zh: "手动换一个 DNS 服务器查询：dig @223.5.5.5 example.com",
    },
    { en: "Restart the resolver or the router that answers DNS here", zh: "重启本地的 DNS 服务或路由器" },
    { en: "Name resolvers of your choice under settings.dns", zh: "在 settings.dns 中指定可用的 DNS 服务器" },
  ],
  "monitor-credential": [
    { en: "Look at the end of the client secret or key at the provider's console", zh: "到服务商控制台查看客户端密钥是否过期" },
    {
      en: "Make a new one and put it into the configuration, or run mailvigil login again",
      zh: "新建密钥并更新配置，或重新运行 mailvigil login",
    },
    { en: "Have the administrator grant the application its permissions again", zh: "请管理员重新授予应用所需的权限" },
  ],
  "domain-expired": [
    { en: "Log in at the registrar and renew the domain today", zh: "今天就登录注册商续费" },
    {
      en: "Nobody has the login? Ask the registrar's support with the company's papers",
      zh: "若没有账号，凭公司证件联系注册商客服",
    },
    { en: "Look whether it is on hold for missing papers (real-name check)", zh: "查看是否因实名认证等资料问题被停用" },
    { en: "Tell customers another address until the DNS is back (up to 48 h)", zh: "恢复前（最长 48 小时）先告知客户备用邮箱" },
  ],
  "zone-broken": [
    {
      en: "Log in at the DNS host and look whether the records of mail are there",
      zh: "登录 DNS 服务商，查看邮件相关记录是否还在",
    },
    {
      en: "See at the registrar that the name servers are the right ones, and that the account is paid",
      zh: "到注册商核对 NS 是否正确、账号是否欠费",
    },
    {
      en: "With DNSSEC: renew the signatures, or take the DS record out at the registrar",
      zh: "若启用了 DNSSEC：重新签名，或在注册商处删除 DS 记录",
    },
    { en: "A host name that never existed: correct it in the configuration", zh: "若主机名从未存在过，请更正配置" },
  ],
  "mx-changed": [
    {
      en: "Ask colleagues and service companies whether somebody moved mail on purpose",
      zh: "先问同事和外包方，是否有人在迁移邮箱",
    },
    {
      en: "If not: put the former MX records back at once and change the password of the DNS account",
      zh: "若不是：立即改回原来的 MX 记录，并修改 DNS 账号密码",
    },
    {
      en: "If so: finish the move, then accept it with mailvigil plan --accept",
      zh: "若是：完成迁移后用 mailvigil plan --accept 确认",
    },
  ],
  "path-blocked": [
    { en: "Look at the provider's status page from another network", zh: "换一个网络查看服务商的状态页" },
    {
      en: "Give the mailbox a way around: proxy: socks5://gate.example.com:1080",
      zh: "为该邮箱配置代理：proxy: socks5://gate.example.com:1080",
    },
    { en: "Where a proxy or a leased line is in use, ask whoever runs it", zh: "若已用代理或专线，请联系其管理员" },
  ],
  "provider-outage": [
    {
      en: "Look at the provider's status page, and do not change passwords or settings",
      zh: "先看服务商状态页，不要改密码和设置",
    },
    { en: "Tell colleagues, and customers another way to reach you", zh: "告知同事，并给客户一个备用联系方式" },
    { en: "Open a ticket with the evidence (mailvigil evidence)", zh: "用 mailvigil evidence 导出证据，向服务商提交工单" },
    { en: "Above an hour: use the emergency mailbox", zh: "超过一小时：启用应急邮箱" },
  ],
  "server-down": [
    { en: "See that the machine runs: power, load, disk space, memory", zh: "确认机器在运行：电源、负载、磁盘空间、内存" },
    { en: "Look at the mail services and their log, and start what is stopped", zh: "检查各邮件服务及日志，启动已停止的服务" },
    {
      en: "Look at what they depend on: database, directory, storage, certificate",
      zh: "检查其依赖：数据库、目录服务、存储、证书",
    },
    { en: "Look at the firewall and the line of the data centre", zh: "检查防火墙和机房线路" },
  ],
  certificate: [
    {
      en: "Renew the certificate and reload the mail services: they keep the old one until then",
      zh: "续签证书并重新加载邮件服务，否则仍在用旧证书",
    },
    { en: "Install the whole chain, for every name that mail programs use", zh: "安装完整证书链，并包含客户端使用的所有主机名" },
    {
      en: "See why the renewal by itself failed (certbot, acme.sh) and mend that too",
      zh: "查明自动续签（certbot、acme.sh）为何失败并修好",
    },
    {
      en: "A provider's host: use the name from its set-up page, else tell the provider",
      zh: "若是服务商的主机：改用其设置说明中的主机名，或联系服务商",
    },
  ],
  "settings-changed": [
    {
      en: "Compare host, port and encryption with the provider's set-up page",
      zh: "对照服务商的设置说明，核对主机、端口和加密方式",
    },
    { en: "Own server: undo the last change of its configuration", zh: "自建服务器：撤回最近一次配置改动" },
    { en: "Then correct the mail programs and the configuration here", zh: "然后同步更正客户端和此处的配置" },
  ],
  "rate-limit": [
    { en: "Wait an hour; do not change passwords", zh: "等一小时，不要改密码" },
    { en: "Close mail programs that hold the mailboxes open on many devices", zh: "关闭在多台设备上同时登录的客户端" },
    { en: "Let the probes run less often (every:)", zh: "调大探测间隔（every:）" },
    { en: "Ask the provider to raise the limit, or to allow this address", zh: "请服务商提高限额，或放行本机地址" },
  ],
  "subscription-expired": [
    { en: "Look at the bill in the provider's console and renew it", zh: "到服务商控制台查看账单并续费" },
    { en: "Assign the licence to the mailbox again: some take it away at the end", zh: "续费后把许可重新分配给该邮箱" },
    { en: "Ask how long mail is kept, and save what matters", zh: "询问邮件保留期限，先备份重要邮件" },
  ],
  "client-access-off": [
    { en: "Log in by webmail with the same password: it works", zh: "用同一密码登录网页邮箱，应当能登上" },
    { en: "The administrator switches IMAP, POP or SMTP on for this mailbox", zh: "请管理员为该邮箱开启 IMAP、POP 或 SMTP" },
    {
      en: "Make an app password (authorisation code) where the provider wants one",
      zh: "若服务商要求，请生成客户端专用密码（授权码）",
    },
    { en: "Change to OAuth where passwords are no longer taken", zh: "若已不支持密码登录，请改用 OAuth" },
  ],
  "account-locked": [
    {
      en: "Wait for the lock to end (often an hour) before anybody tries again",
      zh: "等锁定自动解除（常为一小时），期间不要再试",
    },
    { en: "Find the device that still has an old password", zh: "找出仍在用旧密码的设备" },
    {
      en: "The administrator unlocks or enables the account, and looks at security alarms",
      zh: "请管理员解锁或启用账号，并查看安全告警",
    },
    {
      en: "Allow the address of this network where logins are bound to addresses",
      zh: "若限制了登录 IP，请放行本网络的出口地址",
    },
  ],
  "password-expired": [
    { en: "Log in by webmail and set a new password", zh: "登录网页邮箱设置新密码" },
    {
      en: "Put the new password into all mail programs, and into the configuration here",
      zh: "在所有客户端和此处的配置中更新密码",
    },
    { en: "Exempt shared mailboxes from the end of passwords", zh: "让公共邮箱不受密码过期策略限制" },
  ],
  "password-rejected": [
    { en: "Ask whether somebody changed the password", zh: "先问是否有人改过密码" },
    { en: "Log in by webmail with the same password (mind capitals)", zh: "用同一密码登录网页邮箱（注意大小写）" },
    {
      en: "It works there? Make a new app password (authorisation code) and use it",
      zh: "网页能登上：生成新的客户端专用密码（授权码）来用",
    },
    {
      en: "It fails there, too? Reset it, then correct mail programs and the configuration",
      zh: "网页也登不上：重置密码，再更新客户端和配置",
    },
    {
      en: "The new one is refused, too? The administrator looks whether the account is disabled",
      zh: "新密码仍被拒：请管理员查看账号是否已停用",
    },
  ],
  "permission-removed": [
    { en: "Ask the administrator which permissions were changed lately", zh: "请管理员查看最近改动了哪些权限" },
    {
      en: "A mailbox: grant full access again, to the user and to Mailvigil's own account",
      zh: "若是邮箱：重新授予用户和 Mailvigil 账号完全访问权限",
    },
    {
      en: "A relay: let it take mail from this network's public address again",
      zh: "若是中继：重新放行本网络的公网地址",
    },
    { en: "Wait an hour: such a change takes time to be seen", zh: "等一小时，此类改动生效较慢" },
  ],
  "mailbox-full": [
    { en: "Empty the trash and the junk folder", zh: "清空「已删除」和「垃圾邮件」" },
    { en: "Archive old mail with large attachments", zh: "归档带大附件的旧邮件" },
    { en: "The administrator raises the limit or adds storage", zh: "请管理员提高配额或扩容" },
    { en: "Ask customers to send again what was returned meanwhile", zh: "请客户重发期间被退回的邮件" },
  ],
  "queue-stuck": [
    { en: "Read why the oldest mails wait: postqueue -p", zh: "看最早的邮件为何滞留：postqueue -p" },
    {
      en: "Mend that (DNS, the way out at port 25, a full disk), then postqueue -f",
      zh: "修好原因（DNS、25 端口出站、磁盘满），再执行 postqueue -f",
    },
    {
      en: "Thousands from one sender: a stolen password sends spam; lock that account",
      zh: "若大量邮件来自同一账号，多半是被盗号群发，请先锁定该账号",
    },
  ],
  blacklisted: [
    {
      en: "Find what sent spam: a stolen account, a web form, a computer",
      zh: "找出谁在发垃圾邮件：被盗账号、网站表单或中毒电脑",
    },
    { en: "Stop it, then ask the list to take the address off", zh: "先止住，再向黑名单申请移除" },
    { en: "Urgent mail goes by another way out meanwhile", zh: "期间急件改走其他发信通道" },
  ],
  "sender-refused": [
    { en: "Read the receiver's words in the evidence", zh: "先看证据中对方服务器的原话" },
    { en: "Mend SPF, DKIM, DMARC and the reverse name of the sending address", zh: "修正 SPF、DKIM、DMARC 和发信 IP 的反向解析" },
    {
      en: "Send the mail without links and attachments, to see whether its content is the reason",
      zh: "去掉链接和附件再发一次，看是否与内容有关",
    },
    { en: "Ask the receiver's administrator to let the domain through", zh: "请收件方管理员放行本域名" },
  ],
  greylisting: [
    { en: "Wait: it ends by itself after the first mails", zh: "请稍候，头几封之后会自行消失" },
    { en: "Ask the receiver's administrator to exempt the sender if it goes on", zh: "若持续，请收件方管理员放行发件人" },
  ],
  "junk-filter": [
    { en: "Send a mail by hand and see where it lands", zh: "手动发一封信，看落在哪里" },
    { en: "Mark it as not junk, and add the sender to the address book", zh: "标为「非垃圾邮件」，并把发件人加入通讯录" },
    { en: "Mend SPF, DKIM and DMARC of the sender, and look at block lists", zh: "修正发件域的 SPF、DKIM、DMARC，并查黑名单" },
    { en: "The receiver's administrator eases the filter for the sender", zh: "请收件方管理员为该发件人放宽过滤" },
  ],
  "silent-loss": [
    { en: "Look for the mail in quarantine and in the administrator's mail trace", zh: "在隔离区和管理后台的邮件追踪里查这封信" },
    { en: "Look at forwarding and filter rules of the mailbox", zh: "检查该邮箱的转发和过滤规则" },
    { en: "Look at the queue and the log of the sending server for the mail's number", zh: "在发件服务器的队列和日志里按编号查" },
    { en: "Tell both sides' administrators the time and the Message-ID", zh: "把时间和 Message-ID 提供给双方管理员" },
  ],
  unknown: [
    { en: "Read the evidence: what was found, and what was ruled out", zh: "先看证据：发现了什么，排除了什么" },
    {
      en: "Run mailvigil diagnose for the mailbox: it looks at everything once more",
      zh: "对该邮箱运行 mailvigil diagnose，重新逐层检查",
    },
    {
      en: "Watch a second mailbox at the same provider: it tells one account from all",
      zh: "再监控一个同服务商的邮箱，便能区分单个账号与整体故障",
    },
  ],
};

/** A server that works for others: its machine and its services run. */
export const oneAccountSteps: readonly Text[] = [
  {
    en: "Only one is hit: look at the storage, the quota and the directory entry of {account}",
    zh: "只有一人受影响：先看 {account} 的存储、配额和目录条目",
  },
  { en: "Look in the log of the mail service for {account}", zh: "在邮件服务的日志里查找 {account}" },
];
