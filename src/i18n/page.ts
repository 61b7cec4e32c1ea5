import type { Question } from "../model/check.ts";
import type { AssetSummary } from "../model/config.ts";
import type { Status } from "../model/status.ts";
import type { Text } from "../model/text.ts";

export const statusWords: Readonly<Record<Status, Text>> = {
  ok: { en: "OK", zh: "正常" },
  warning: { en: "Warning", zh: "注意" },
  critical: { en: "Critical", zh: "故障" },
  unknown: { en: "Unknown", zh: "未知" },
};

export const questionWords: Readonly<Record<Question, Text>> = {
  receive: { en: "Receive", zh: "收信" },
  send: { en: "Send", zh: "发信" },
  read: { en: "Read", zh: "读信" },
  trusted: { en: "Trusted", zh: "可信" },
  "backed-up": { en: "Backed up", zh: "备份" },
  paid: { en: "Paid", zh: "到期" },
};

export const kindWords: Readonly<Record<AssetSummary["kind"], Text>> = {
  domain: { en: "Domain", zh: "域名" },
  mailbox: { en: "Mailbox", zh: "邮箱" },
  route: { en: "Round trip", zh: "往返" },
  endpoint: { en: "Server", zh: "服务器" },
  backup: { en: "Backup", zh: "备份" },
  subscription: { en: "Subscription", zh: "订阅" },
  monitor: { en: "Mailvigil itself", zh: "Mailvigil 自身" },
};

/** The words of the overview that belong to no check. */
export const pageWords = {
  // The bar at the top.
  live: { en: "Live", zh: "实时" },
  connecting: { en: "Connecting", zh: "连接中" },
  reconnecting: { en: "Reconnecting", zh: "重新连接中" },
  theme: { en: "Appearance: {now}", zh: "外观：{now}" },
  themeSystem: { en: "as the system", zh: "跟随系统" },
  themeLight: { en: "light", zh: "浅色" },
  themeDark: { en: "dark", zh: "深色" },
  toMain: { en: "To the content", zh: "跳到正文" },

  // What is broken.
  faults: { en: "What needs someone", zh: "需要处理" },
  sinceTime: { en: "since {time}", zh: "{time} 起" },
  since: { en: "since {time}, for {duration}", zh: "{time} 起，已持续 {duration}" },
  whatToDo: { en: "What to do", zh: "怎么办" },
  acknowledge: { en: "Acknowledge", zh: "确认" },
  acknowledgeHint: { en: "I am on it: no reminders for 1 h", zh: "由我处理：1 小时内不再提醒" },
  acknowledged: {
    en: "Acknowledged ({by}), no reminders until {time}",
    zh: "已确认（{by}），{time} 前不再提醒",
  },
  thisPage: { en: "web page", zh: "网页" },
  unconfirmedIncident: { en: "seen once, not confirmed yet", zh: "仅出现一次，待确认" },
  bracketed: { en: " ({text})", zh: "（{text}）" },
  moreProbes: { en: "and {count} more", zh: "另有 {count} 项" },
  allFaults: { en: "Show all {count}", zh: "显示全部 {count} 处" },
  incidentGone: { en: "{name} was over more than 24 h ago.", zh: "{name} 已在 24 小时之前结束。" },
  diagnosed: { en: "Cause: {title}", zh: "原因：{title}" },
  diagnosedLikely: { en: "Cause, {confidence}: {title}", zh: "原因（{confidence}）：{title}" },
  steps: { en: "What to do, the easy things first", zh: "怎么处理（由易到难）" },
  whoActs: { en: "Who acts: {actor}", zh: "由谁处理：{actor}" },
  restsOn: { en: "What it rests on", zh: "依据" },
  couldBe: { en: "It could also be: {list}", zh: "也可能是：{list}" },
  ruledOut: { en: "Ruled out ({count})", zh: "已排除（{count} 项）" },
  sopRun: { en: "Emergency procedure {name}, {title}: {state}", zh: "应急预案 {name}「{title}」：{state}" },
  partOf: { en: "part of {name}", zh: "并入 {name}" },
  showProbe: { en: "Show the evidence", zh: "查看证据" },
  evidencePack: { en: "Download the evidence for the provider's support", zh: "下载给服务商客服的证据" },
  announceFault: { en: "New fault: {asset}. {text}", zh: "新故障：{asset}。{text}" },
  announceAcknowledged: { en: "{name} is acknowledged.", zh: "{name} 已确认。" },
  assetTab: { en: "{asset}: {status} · {company}", zh: "{asset}：{status} · {company}" },
  announceRun: { en: "{title} is being run.", zh: "「{title}」正在检查。" },
  actionFailed: { en: "That did not work: {reason}", zh: "操作失败：{reason}" },
  dismiss: { en: "Close", zh: "关闭" },

  // The six questions.
  questions: { en: "Six questions", zh: "六个问题" },
  ofTotal: { en: "{ok} of {total}", zh: "{ok} / {total}" },
  notWatched: { en: "Not watched", zh: "未监控" },

  // Assets and probes.
  assets: { en: "What is watched", zh: "监控的资产" },
  sinceHead: { en: "Since", zh: "持续" },
  ofPartner: { en: " of a partner", zh: "（对方）" },
  dayAgo: { en: "24 h ago", zh: "24 小时前" },
  nowWord: { en: "now", zh: "现在" },
  barsLabel: { en: "Last 24 h: {parts}", zh: "最近 24 小时：{parts}" },
  barsPart: { en: "{status} {duration}", zh: "{status} {duration}" },
  barsGap: { en: "not watched {duration}", zh: "未监控 {duration}" },
  unconfirmed: { en: "not confirmed yet", zh: "待确认" },
  recovering: { en: "Looks well again, not confirmed yet", zh: "看来已恢复，待确认" },
  waiting: { en: "Not looked at yet", zh: "尚未检查" },
  allWell: { en: "{count} probes", zh: "{count} 项检查" },
  oneWell: { en: "1 probe", zh: "1 项检查" },
  tookRoundtrip: { en: "Round trip in {duration}", zh: "往返 {duration}" },
  tookNoTime: { en: "Round trip within a second", zh: "往返不到 1 秒" },
  moreFindings: { en: "{text}, and {count} more", zh: "{text}，另有 {count} 项" },
  flapping: { en: "changes often", zh: "反复变化" },
  runNow: { en: "Run now", zh: "立即检查" },
  running: { en: "Running", zh: "检查中" },
  evidence: { en: "Evidence", zh: "证据" },
  evidenceNone: { en: "The last run left no evidence.", zh: "上次检查没有留下证据。" },
  evidenceLoading: { en: "Fetching the evidence", zh: "正在读取证据" },
  evidenceFailed: { en: "The evidence could not be fetched: {reason}", zh: "读取证据失败：{reason}" },
  declaredAt: { en: "Declared at {place}", zh: "配置于 {place}" },
  lastRun: { en: "{ago} ago, took {took}", zh: "{ago}前检查，用时 {took}" },
  nextRun: { en: "next at {time}", zh: "下次 {time}" },
  source: { en: "Source: {source}", zh: "依据：{source}" },

  // Many of them.
  filter: { en: "Find an asset", zh: "查找资产" },
  filterNone: { en: "No asset fits “{text}”.", zh: "没有符合「{text}」的资产。" },
  showAll: { en: "Show all {count}", zh: "显示全部 {count} 个" },

  // What was.
  resolved: { en: "Over within the last 24 h", zh: "24 小时内已恢复" },
  resolvedLine: { en: "{from} to {to}, {duration}", zh: "{from} 至 {to}，共 {duration}" },
  alertsGo: { en: "Alerts go through", zh: "告警通道" },
  channelSent: { en: "last sent {time}", zh: "上次发送 {time}" },
  channelNever: { en: "nothing sent yet", zh: "还没有发送过" },
  channelBroken: { en: "broken since {time}: {reason}", zh: "{time} 起不可用：{reason}" },
  channelFails: {
    en: "{count} waiting since {time}: {reason}",
    zh: "{time} 起有 {count} 条未能送出：{reason}",
  },
  noChannels: {
    en: "No alert channel is configured: faults are shown here and told to nobody.",
    zh: "没有配置告警通道：故障只在这里显示，不会通知任何人。",
  },
  timesIn: { en: "Times in {zone}", zh: "时间：{zone}" },
  times: { en: "Times in {zone} ({offset})", zh: "时间：{zone}（{offset}）" },

  pageSop: { en: "Emergency procedures", zh: "应急预案" },
  pageReport: { en: "Monthly report", zh: "月度报告" },
  pageStatus: { en: "Status page", zh: "状态页" },

  // Notices.
  demonstration: { en: "Demonstration", zh: "演示" },
  demonstrationText: {
    en: "Company, people and faults are invented; all mail, alerts too, stays on this machine.",
    zh: "公司、人员和故障都是虚构的；所有邮件，包括告警，都不会离开本机。",
  },
  watchYourOwn: { en: "Watch your own mail", zh: "监控自己的邮件" },
  watchSteps: {
    en: "Write mailvigil.yaml in this folder, give the password in the environment, and start again with npm start.",
    zh: "在本文件夹写好 mailvigil.yaml，用环境变量给出密码，再运行 npm start。",
  },
  troubles: { en: "Mailvigil cannot do all of its work", zh: "Mailvigil 有部分工作无法进行" },

  // Nothing, not yet, not any more.
  empty: {
    en: "Declare a domain or a mailbox in mailvigil.yaml; five lines are enough.",
    zh: "在 mailvigil.yaml 中声明域名或邮箱，五行即可。",
  },
  loading: { en: "Looking at the mail", zh: "正在读取邮件状况" },
  failed: { en: "Mailvigil does not answer.", zh: "Mailvigil 没有响应。" },
  failedHint: {
    en: "Check that it still runs and can be reached ({reason}). The page tries again by itself.",
    zh: "请确认它仍在运行且网络可达（{reason}）。页面会自动重试。",
  },
  stale: {
    en: "Mailvigil does not answer. What you see is from {time}.",
    zh: "Mailvigil 没有响应，以下是 {time} 的情况。",
  },
  noConnection: { en: "no connection", zh: "无法连接" },
  tryAgain: { en: "Try again", zh: "重试" },
} as const satisfies Record<string, Text>;

/** Enough to watch one domain and one mailbox. */
export const fiveLines = `domains:
  - name: example.com
mailboxes:
  - address: sales@example.com
    password: { env: SALES_PASSWORD }`;

/** The name of a language in itself: whoever looks for it reads it. */
export const languageNames = { en: "English", "zh-CN": "中文" } as const;
