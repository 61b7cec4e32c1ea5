import type { Question } from "../model/check.ts";
import type { Text } from "../model/text.ts";

/** The words of an alert that belong to no check. Marks stand in brackets before the title, with the priority. */
export const marks = {
  /** Service is down. */
  down: { en: "Down", zh: "故障" },
  /** Something is wrong that is not downtime: a record, an expiry, the monitor itself. */
  fault: { en: "Fault", zh: "故障" },
  warning: { en: "Warning", zh: "注意" },
  worse: { en: "Worse", zh: "故障加重" },
  stillDown: { en: "Still down", zh: "仍未恢复" },
  stillOpen: { en: "Still open", zh: "仍未处理" },
  acknowledged: { en: "Acknowledged", zh: "已确认" },
  recovered: { en: "Recovered", zh: "恢复" },
  /** It is over because nobody looks any more: the probe is out of the configuration. */
  closed: { en: "Closed", zh: "结束" },
} as const satisfies Record<string, Text>;

export const demonstrationMark: Text = { en: "[DEMO] ", zh: "【演示】" };

/** For channels whose far side cannot tell a repeat by its id; set behind the title. */
export const repeatMark: Text = { en: " (possible repeat)", zh: "（可能重复）" };

export const alertWords = {
  bracket: { en: "[{mark} {priority}] ", zh: "【{mark} {priority}】" },
  about: { en: "{asset}: {what}", zh: "{asset}：{what}" },
  monitor: { en: "Mailvigil itself", zh: "Mailvigil 自身" },
  unconfirmedTitle: { en: " (not confirmed yet)", zh: "（尚未确认）" },
  affectsTitle: { en: ", {count} assets affected", zh: "，影响 {count} 个资产" },
  moreTitle: { en: " (+{count} more)", zh: "（另有 {count} 项）" },
  lasting: { en: ", for {duration}", zh: "，已持续 {duration}" },
  inHand: { en: "{who} is on it: {what}", zh: "{who} 正在处理：{what}" },
  someone: { en: "Someone", zh: "有人" },

  demonstration: {
    en: "Demonstration: the company and its faults are invented; nobody has to act.",
    zh: "演示：公司和故障都是虚构的，无需处理。",
  },
  cause: { en: "Cause: {what}", zh: "原因：{what}" },
  detail: { en: "In detail: {what}", zh: "具体：{what}" },
  withConfidence: { en: "{what} ({confidence})", zh: "{what}（{confidence}）" },
  notProven: { en: "not proven yet.", zh: "尚未查明。" },
  couldBe: { en: " It could be: {list}.", zh: "可能是：{list}。" },
  couldAlsoBe: { en: " It could also be: {list}.", zh: "也可能是：{list}。" },
  ruledOut: { en: " Ruled out: {list}.", zh: "已排除：{list}。" },
  evidence: { en: "Evidence: {what}", zh: "依据：{what}" },
  firstBy: { en: "First ({who}): {what}", zh: "先做（{who}）：{what}" },
  stop: { en: ".", zh: "。" },
  unwatched: { en: "{asset} is no longer watched", zh: "{asset} 不再监控" },
  was: { en: "It was: {what}", zh: "原先的问题：{what}" },
  seenBy: { en: "Seen by: {check} at {target}", zh: "检查项：{check} · {target}" },
  also: { en: "Also: {what}", zh: "另外：{what}" },
  affects: { en: "Affects: {what}", zh: "影响：{what}" },
  affectsOf: { en: "{assets} ({what})", zh: "{assets}（{what}）" },
  affectsMonitor: {
    en: "what Mailvigil can see; the mail service is not blamed meanwhile",
    zh: "监控自身的观察；在此期间不归咎于邮件服务",
  },
  victims: {
    en: "; {count} more checks fail for the same cause and are not told one by one",
    zh: "；另有 {count} 项检查因同一原因失败，不再逐一告警",
  },
  first: { en: "First: {what}", zh: "先做：{what}" },
  unconfirmed: {
    en: "Not confirmed yet: it was seen once, and a second look follows.",
    zh: "尚未确认：只看到一次，稍后会再查。",
  },
  sinceJustNow: { en: "Since {at} ({zone})", zh: "{at} 起（{zone}）" },
  since: { en: "Since {at} ({zone}), for {duration}", zh: "{at} 起（{zone}），持续 {duration}" },
  downFor: { en: "Down for {duration} ({from} to {to}, {zone})", zh: "中断 {duration}（{from} 至 {to}，{zone}）" },
  lasted: { en: "Lasted {duration} ({from} to {to}, {zone})", zh: "历时 {duration}（{from} 至 {to}，{zone}）" },
  downShortly: { en: "Down for less than a minute ({from}, {zone})", zh: "中断不到 1 分钟（{from}，{zone}）" },
  lastedShortly: { en: "Lasted less than a minute ({from}, {zone})", zh: "历时不到 1 分钟（{from}，{zone}）" },
  quietUntil: { en: "No reminders until {at} ({zone})", zh: "{at}（{zone}）之前不再提醒" },
  incident: { en: "Incident {name}", zh: "事件 {name}" },
  acknowledge: { en: "Acknowledge: {url}", zh: "确认：{url}" },
  details: { en: "Details: {url}", zh: "详情：{url}" },
  andMore: { en: "{list} and {count} more", zh: "{list} 及另外 {count} 个" },
  comma: { en: ", ", zh: "、" },
  semicolon: { en: "; ", zh: "；" },
} as const satisfies Record<string, Text>;

/** What an asset can do again when a service probe has recovered; `{asset}` is in front. */
export const worksAgain: Readonly<Partial<Record<Question, Text>>> = {
  receive: { en: "{asset} receives mail again", zh: "{asset} 恢复收信" },
  send: { en: "{asset} sends mail again", zh: "{asset} 恢复发信" },
  read: { en: "Mail of {asset} can be read again", zh: "{asset} 恢复正常读信" },
};

/** For what is no service of its own: the check's title says what holds again. */
export const inOrderAgain: Text = { en: "{asset} is in order again: {check}", zh: "{asset} 恢复正常：{check}" };

/** Of the parts of the product itself: its process and its channels. */
export const ownWords = {
  daemonRuns: { en: "Mailvigil runs again", zh: "Mailvigil 已恢复运行" },
  channelWorks: { en: "The channel {name} works again", zh: "告警通道 {name} 已恢复" },
  channelGone: { en: "The channel {name} is no longer configured", zh: "告警通道 {name} 已从配置中移除" },
  affectsDaemon: { en: "nothing is watched until it runs again", zh: "恢复运行之前，没有任何监控" },
  affectsChannel: { en: "alerts no longer go out on {name} ({rest})", zh: "告警不再经 {name} 发出（{rest}）" },
  oneRemains: { en: "{list} remains", zh: "只剩 {list}" },
  someRemain: { en: "{list} remain", zh: "还有 {list}" },
  noneRemains: { en: "no other channel works", zh: "没有其他可用通道" },
} as const satisfies Record<string, Text>;

/** What a company loses while a question is answered with no. */
export const questionWords: Readonly<Record<Question, Text>> = {
  receive: { en: "receiving mail", zh: "收信" },
  send: { en: "sending mail", zh: "发信" },
  read: { en: "reading mail", zh: "读信" },
  trusted: { en: "trust in its mail", zh: "邮件的可信度" },
  "backed-up": { en: "backup", zh: "备份" },
  paid: { en: "renewal", zh: "付费与续期" },
};
