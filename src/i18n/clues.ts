import type { Text } from "../model/text.ts";

/** What a comparison of probes shows; as evidence, or as the reason why another cause is not it. One clause without a full stop. */
export const clueTexts = {
  "egress-failed": { en: "Mailvigil's own network test fails", zh: "Mailvigil 自身的网络测试未通过" },
  "egress-passed": { en: "Mailvigil's own network test passes", zh: "Mailvigil 自身的网络测试通过" },
  "resolver-failed": { en: "Mailvigil's own DNS test fails", zh: "Mailvigil 自身的 DNS 测试未通过" },
  "resolver-passed": { en: "Mailvigil's own DNS test passes", zh: "Mailvigil 自身的 DNS 测试通过" },
  "own-side-fails": {
    en: "Our own side has a fault, so nothing about others is sure",
    zh: "监控自身有故障，对其他方面的判断都不能确定",
  },
  "port25-passed": { en: "Port 25 is open on the way out", zh: "25 端口出站是通的" },
  "not-intercepted": { en: "Nothing here opens encrypted connections", zh: "本地没有设备拦截加密连接" },
  "clock-right": { en: "The clock of this machine is right", zh: "本机时钟准确" },
  "all-places-fail": { en: "All mail services fail from here at once: {list}", zh: "从这里同时连不上所有邮件服务：{list}" },
  "others-answer": { en: "Other mail services answer: {list}", zh: "其他邮件服务正常应答：{list}" },
  "hosts-fail": { en: "{count} of its hosts fail at once: {list}", zh: "它的 {count} 台主机同时出现故障：{list}" },
  "probes-fail": { en: "{count} checks fail at {host}", zh: "{host} 上有 {count} 项检查失败" },
  "none-answers": { en: "None of its hosts answers here now", zh: "它的主机目前都连不上" },
  "host-answers": { en: "{host} answers other checks ({list})", zh: "{host} 对其他检查有应答（{list}）" },
  "port-open-elsewhere": { en: "The same port answers elsewhere: {list}", zh: "其他服务的同一端口有应答：{list}" },
  "port-fails-everywhere": {
    en: "Port {ports} answers at no mail service from here",
    zh: "从这里看，所有邮件服务的端口 {ports} 都没有应答",
  },
  "provider-says-well": { en: "{provider} itself reports no trouble", zh: "{provider} 官方状态正常" },
  "others-get-in": { en: "Other mailboxes get in at the same server: {list}", zh: "同一服务器上的其他邮箱能登录：{list}" },
  "protocol-gets-in": {
    en: "{account} gets in by {protocol} with the same password",
    zh: "{account} 用同一密码可以通过 {protocol} 登录",
  },
  "accounts-refused": { en: "{count} accounts are refused at once: {list}", zh: "{count} 个账号同时被拒：{list}" },
  "nothing-to-compare": { en: "No other mailbox is watched there to compare with", zh: "没有监控同一服务器的其他邮箱，无从比较" },
  "zone-victims": { en: "{count} names in {domain} cannot be found", zh: "{domain} 下有 {count} 个名字查不到" },
  "zone-well": { en: "The DNS of {domain} answers well", zh: "{domain} 的 DNS 正常" },
  "registration-well": { en: "The domain {domain} is registered and paid", zh: "域名 {domain} 注册正常、未欠费" },
  "mx-same": { en: "The MX records of {domain} are unchanged", zh: "{domain} 的 MX 记录没有变化" },
  "changed-lately": { en: "DNS records of {domain} changed a short time before", zh: "不久前 {domain} 的 DNS 记录有改动" },
  "certificate-well": { en: "The certificate of {host} is good", zh: "{host} 的证书正常" },
  "not-full": { en: "{account} is not full", zh: "{account} 未满" },
  "login-works": { en: "{account} can log in", zh: "{account} 能正常登录" },
  "not-listed": { en: "{domain} is on no block list", zh: "{domain} 不在黑名单上" },
  "queue-short": { en: "The queue of {host} is short", zh: "{host} 的队列没有积压" },
  "mail-arrives": { en: "Mail on other ways arrives: {list}", zh: "其他线路的邮件能送达：{list}" },
  "nothing-arrives": { en: "No mail arrives at {domain} on any way that is watched", zh: "所有监控线路的邮件都到不了 {domain}" },
  "paid-for": { en: "The subscription {what} paid for it and has ended", zh: "为它付费的「{what}」已到期" },
} as const satisfies Record<string, Text>;

export type ClueCode = keyof typeof clueTexts;
