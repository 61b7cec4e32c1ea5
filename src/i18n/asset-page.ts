import type { FactKind, PastWindow } from "../model/api.ts";
import type { LetterWay } from "../model/past.ts";
import type { Text } from "../model/text.ts";

/** The words of the page of one asset that belong to no check. */
export const assetPageWords = {
  back: { en: "All mail", zh: "邮件总览" },
  gone: { en: "Nothing of this name is watched: {asset}", zh: "没有监控这项资产：{asset}" },
  goneHint: {
    en: "It may have been renamed or taken out of the configuration. The overview shows all that is watched.",
    zh: "它可能已改名，或已从配置中移除。总览列出全部监控的资产。",
  },
  loading: { en: "Reading the past", zh: "正在读取历史" },
  failed: { en: "The past could not be read: {reason}", zh: "读取历史失败：{reason}" },
  stale: { en: "This past is as of {time}: {reason}", zh: "以下历史截至 {time}：{reason}" },

  // How it is.
  isWell: { en: "All is well, for {duration}.", zh: "一切正常，已持续 {duration}。" },
  isWellNow: { en: "All is well.", zh: "一切正常。" },
  isCritical: { en: "It has been broken for {duration}.", zh: "已持续 {duration}。" },
  isCriticalNow: { en: "It has just broken.", zh: "刚刚出现。" },
  isWarning: { en: "It works, but something needs attention.", zh: "能用，但有问题需要注意。" },
  isUnknown: { en: "It could not be found out how it is.", zh: "没能查明状况。" },
  isSuspected: { en: "It looks worse than is confirmed; it is being looked at again.", zh: "发现疑点，正在复查。" },
  isRecovering: { en: "It looks well again; that is being confirmed.", zh: "看来已恢复，正在确认。" },
  isWaiting: { en: "It has not been looked at yet.", zh: "尚未检查。" },

  related: { en: "See also", zh: "相关" },

  // What was.
  past: { en: "History", zh: "历史" },
  windows: { en: "How far back", zh: "时间范围" },
  together: { en: "Service", zh: "服务整体" },
  watchedSince: { en: "known since {time}", zh: "自 {time} 起有记录" },
  availabilitySure: { en: "Available {value} of the time watched.", zh: "监控期间可用率 {value}。" },
  availabilityBounds: {
    en: "Available {value} of the time that is known. For {unknown} nothing is known, so that only between {low} and {high} is certain.",
    zh: "已知时间内可用率 {value}。其中 {unknown}状况未知，所以只能确定在 {low} 与 {high} 之间。",
  },
  availabilityNone: { en: "Nothing is known of this time.", zh: "这段时间没有数据。" },
  downFor: { en: "Down for {duration} in all.", zh: "中断共 {duration}。" },
  neverDown: { en: "Never down.", zh: "没有中断。" },
  notWatched: { en: "Not watched", zh: "未监控" },
  span: { en: "{name}: {status}, {from} to {to} ({duration})", zh: "{name}：{status}，{from} 至 {to}（{duration}）" },
  spanFolded: { en: "{name}: at worst {status}, {from} to {to}", zh: "{name}：最差为{status}，{from} 至 {to}" },
  spanHint: {
    en: "Point at a bar, or use the arrow keys, to see exactly when.",
    zh: "指向色条，或用方向键，可查看准确的起止时间。",
  },
  probesOmitted: { en: "{count} more probes are not drawn.", zh: "另有 {count} 项检查未画出。" },
  zone: { en: "Times are those of {zone}.", zh: "时间为 {zone} 时区。" },

  // How long it took.
  latency: { en: "How long it took", zh: "用时" },
  latencyOf: { en: "Of", zh: "检查项" },
  latencyNone: { en: "Nothing was measured in this time.", zh: "这段时间没有测量数据。" },
  half: { en: "half of them within (p50)", zh: "半数不超过（p50）" },
  most: { en: "95 % within (p95)", zh: "95% 不超过（p95）" },
  losses: { en: "lost", zh: "丢失" },
  latencySaid: {
    en: "Usually {p50}, and 95 % of the time within {p95}. At the slowest: {slowest}.",
    zh: "平时约 {p50}，95% 在 {p95}以内；最慢的时段 {slowest}。",
  },
  lostSaid: { en: "{count} were lost.", zh: "丢失 {count} 次。" },
  point: {
    en: "{from} to {to}: half within {p50}, 95 % within {p95}, {runs} runs",
    zh: "{from} 至 {to}：半数 {p50}，95% {p95}，共 {runs} 次",
  },
  pointLost: { en: "{from} to {to}: nothing arrived, {runs} runs", zh: "{from} 至 {to}：没有结果，共 {runs} 次" },
  pointLosses: { en: "{point}, {count} lost", zh: "{point}，丢失 {count} 次" },
  latencyHint: { en: "Use the arrow keys to go from point to point.", zh: "用方向键逐点查看。" },
  asTable: { en: "As a table", zh: "以表格显示" },
  when: { en: "From", zh: "开始" },
  runs: { en: "Runs", zh: "次数" },
  tableShort: { en: "The latest {count}.", zh: "最近 {count} 行。" },

  // The way of a letter.
  way: { en: "The way of the last letter", zh: "上一封信走过的路" },
  wayTook: { en: "Sent {time}, there after {duration}.", zh: "{time} 发出，{duration}后到达。" },
  wayTookNoTime: { en: "Sent {time}, there within a second.", zh: "{time} 发出，1 秒内到达。" },
  wayUsual: { en: "Usually it takes {duration}.", zh: "平时约 {duration}。" },
  waySlow: { en: "The longest leg: {leg}.", zh: "最慢的一段：{leg}。" },
  wayLeg: { en: "from {from} to {to}, {duration}", zh: "从{from}到{to}，{duration}" },
  wayNone: {
    en: "No letter has arrived yet, so its way is not known.",
    zh: "还没有信到达，所以不知道它走过的路。",
  },
  us: { en: "Our server", zh: "本机" },
  sender: { en: "Outgoing server", zh: "发信服务器" },
  receiver: { en: "Incoming server", zh: "收信服务器" },
  between: { en: "On the way", zh: "中转" },
  unnamed: { en: "a server that is not named", zh: "未署名的服务器" },
  legUnknown: { en: "time unknown", zh: "用时未知" },
  underASecond: { en: "under 1 s", zh: "不到 1 秒" },
  slowest: { en: "longest", zh: "最慢" },

  // What else is known.
  probes: { en: "Probes", zh: "检查项" },
  known: { en: "What is known of it", zh: "已知信息" },
  lastSeen: { en: "last seen {time}", zh: "最近见于 {time}" },
  incidents: { en: "Incidents of the past 90 days", zh: "最近 90 天的故障" },
  noIncident: { en: "There was none.", zh: "没有故障。" },
  moreIncidents: { en: "These are the latest {count}; there are older ones.", zh: "只列出最近 {count} 起，更早的未列。" },
  incident: { en: "Incident", zh: "编号" },
  what: { en: "What it was", zh: "原因" },
  began: { en: "Began", zh: "开始" },
  lasted: { en: "Lasted", zh: "持续" },
  notOver: { en: "not over", zh: "未恢复" },
  partOf: { en: "part of {name}", zh: "并入 {name}" },
} as const satisfies Readonly<Record<string, Text>>;

export const windowWords: Readonly<Record<PastWindow, { readonly short: Text; readonly long: Text }>> = {
  "24h": { short: { en: "24 h", zh: "24 小时" }, long: { en: "the last 24 h", zh: "最近 24 小时" } },
  "7d": { short: { en: "7 days", zh: "7 天" }, long: { en: "the last 7 days", zh: "最近 7 天" } },
  "30d": { short: { en: "30 days", zh: "30 天" }, long: { en: "the last 30 days", zh: "最近 30 天" } },
  "90d": { short: { en: "90 days", zh: "90 天" }, long: { en: "the last 90 days", zh: "最近 90 天" } },
};

export const factWords: Readonly<Record<FactKind, Text>> = {
  "dkim-selector": { en: "DKIM selectors its mail is signed with", zh: "发信所用的 DKIM 选择器" },
  "sending-address": { en: "Addresses its mail comes from", zh: "发信 IP 地址" },
};

export const placeWords: Readonly<Record<LetterWay["place"], Text>> = {
  inbox: { en: "Inbox", zh: "收件箱" },
  junk: { en: "Junk folder", zh: "垃圾邮件文件夹" },
  elsewhere: { en: "Another folder", zh: "其他文件夹" },
};
