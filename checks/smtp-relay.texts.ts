import type { FindingDeclaration } from "../src/model/check.ts";

/** What only a relay can show; the rest is shared with the other checks that talk to a mail server. */
export const smtpRelayFindings = {
  "relay-refuses-us": {
    severity: "critical",
    cause: "permission-removed",
    text: {
      en: "Nothing here can send through {host}: it does not relay for this machine's address (at {command}: “{reply}”)",
      zh: "本地无法通过 {host} 发信：它不为本机地址中继（在 {command} 阶段回答「{reply}」）",
    },
    advice: {
      en: "Compare the public address of this network with the list of the relay (Google: Admin console, SMTP relay service; Microsoft 365: connector; Postfix: mynetworks). It changes when the line does. What may log in should log in instead.",
      zh: "核对本网络的公网地址是否在中继的放行名单中（Google：管理控制台的 SMTP 中继服务；Microsoft 365：连接器；Postfix：mynetworks）。线路变更会使地址改变。能登录的设备最好改用登录发信。",
    },
    source: "RFC 5321 section 7.9; Google: 550 5.7.1 Invalid credentials for relay; Microsoft: 550 5.7.64",
  },
  "sender-not-allowed": {
    severity: "critical",
    cause: "sender-refused",
    text: {
      en: "{sender} cannot send through {host}: the relay does not take this sender (at {command}: “{reply}”)",
      zh: "{sender} 无法通过 {host} 发信：中继不接受这个发件人（在 {command} 阶段回答「{reply}」）",
    },
    advice: {
      en: "Look whether the address and its domain still exist at the relay, whether it is among the allowed senders, and whether its licence has ended.",
      zh: "检查该地址和域名在中继上是否仍存在、是否在允许的发件人之列、许可是否到期。",
    },
    source: "RFC 5321 section 4.2.3; RFC 3463 (5.1.8, 5.7.1)",
  },
  "open-relay": {
    severity: "critical",
    text: {
      en: "{host} relays for strangers: it took {sender} and {to} from this machine, which it should refuse. Spammers use such servers, and their addresses end on block lists",
      zh: "{host} 会替陌生人转发：它接受了本机以 {sender} 发往 {to} 的请求，而本应拒绝。这类服务器会被垃圾邮件发送者利用，并被列入黑名单",
    },
    advice: {
      en: "Own server: allow relaying for logged-in users and own networks alone (Postfix: smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination), and look how wide mynetworks is.",
      zh: "自建服务器：只允许已登录的用户和自有网络转发（Postfix：smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination），并检查 mynetworks 的范围是否过大。",
    },
    source: "RFC 5321 section 7.8; RFC 2505 section 2.1",
  },
  "any-sender-taken": {
    severity: "warning",
    text: {
      en: "{host} takes any sender from here: it accepted {stranger}, which is nobody of the company. One infected machine can send in everybody's name",
      zh: "{host} 接受本地发来的任意发件人：它接受了不属于本公司的 {stranger}。只要有一台机器中毒，就能冒用任何人发信",
    },
    advice: {
      en: "Let the relay take senders of the own domains alone (Google: “Only addresses in my domains”; Postfix: smtpd_sender_restrictions with a list of own domains).",
      zh: "让中继只接受本公司域名的发件人（Google：「仅限我的网域中的地址」；Postfix：在 smtpd_sender_restrictions 中限定自有域名）。",
    },
    source: "Google: SMTP relay service settings, allowed senders",
  },
  "relay-greylists": {
    severity: "warning",
    cause: "greylisting",
    text: {
      en: "{host} greylists what this machine sends: mail leaves some minutes late, and devices that never try again lose it (“{reply}”)",
      zh: "{host} 对本机启用了灰名单：邮件会晚几分钟发出，不会重试的设备则会丢信（「{reply}」）",
    },
    advice: {
      en: "Whoever runs the relay exempts own networks from greylisting.",
      zh: "请中继管理员对自有网络免除灰名单。",
    },
    source: "RFC 6647 section 5",
  },
  "relay-limited": {
    severity: "warning",
    cause: "rate-limit",
    text: {
      en: "{host} takes no more mail from here for now: its limit is reached (at {command}: “{reply}”)",
      zh: "{host} 暂时不再接收本地的邮件：已达上限（在 {command} 阶段回答「{reply}」）",
    },
    advice: {
      en: "Find out what sends so much: a mailing, a device in a loop, a broken-in machine. Google counts recipients in 24 hours; the limit ends by itself.",
      zh: "查明是什么在大量发信：群发、设备循环重发，还是机器被入侵。Google 按 24 小时的收件人数计算，到时自动恢复。",
    },
    source: "RFC 3463 (4.7.28, 5.4.5); Google: SMTP relay sending limits",
  },
  "relay-busy": {
    severity: "warning",
    text: {
      en: "{host} puts mail from here off at {command} (“{reply}”)",
      zh: "{host} 在 {command} 阶段要求稍后再试（「{reply}」）",
    },
    advice: {
      en: "Wait for the next look. If it stays so, whoever runs the relay looks at its log, load and disk.",
      zh: "请等下一次检查。若一直如此，请中继管理员查看日志、负载和磁盘。",
    },
    source: "RFC 5321 section 4.2.1 (4yz)",
  },
  "recipient-unusable": {
    severity: "unknown",
    text: {
      en: "Whether {host} relays was not found out: it refuses the recipient {to} for a reason of the recipient's own (“{reply}”)",
      zh: "未能得知 {host} 是否中继：它因收件人自身的原因拒绝了 {to}（「{reply}」）",
    },
    advice: {
      en: "Choose a recipient outside that exists (to:), best a mailbox of yours at another provider. No mail is sent to it.",
      zh: "请把 to: 换成公司以外真实存在的收件人，最好是您在其他服务商的邮箱。不会向它发送邮件。",
    },
    source: "RFC 3463 (x.1.x, x.2.x)",
  },
  "relay-unreached": {
    severity: "unknown",
    text: {
      en: "Whether {host} relays for strangers was not found out: port {port} does not answer at all ({reason})",
      zh: "未能得知 {host} 是否替陌生人转发：端口 {port} 毫无回应（{reason}）",
    },
    advice: {
      en: "A firewall that drops strangers looks like this, and so does a fault of our own network. Where it is meant to drop: let it reject (then this is ok), or override this finding's severity.",
      zh: "防火墙丢弃陌生人的连接会这样，本机网络有问题也会这样。若是有意丢弃：请改为明确拒绝（此项即正常），或调整此项的级别。",
    },
    source: "The limit for a connection (limits.connect)",
  },
  "starttls-missing": {
    severity: "warning",
    text: {
      en: "What is given to {host} can be read on its way: port {port} offers no encryption ({reason})",
      zh: "交给 {host} 的邮件在途中可被读取：端口 {port} 不支持加密（{reason}）",
    },
    advice: {
      en: "Whoever runs the relay switches STARTTLS on. In a network where that does not matter: say security: none.",
      zh: "请中继管理员启用 STARTTLS。在无需加密的内网中，可写 security: none。",
    },
    source: "RFC 3207; RFC 8314 section 3",
  },
} as const satisfies Record<string, FindingDeclaration>;
