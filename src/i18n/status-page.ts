import type { ComponentState, GeneralCause, StatusPart } from "../model/status-page.ts";
import type { Text } from "../model/text.ts";

/** What the status page says, to people who have nothing to do with the running of mail. */
export const partWords: Readonly<Record<StatusPart, Text>> = {
  receive: { en: "Receiving mail", zh: "收信" },
  send: { en: "Sending mail", zh: "发信" },
  read: { en: "Opening mailboxes", zh: "打开邮箱" },
};

export const componentStateWords: Readonly<Record<ComponentState, Text>> = {
  works: { en: "Works", zh: "正常" },
  partly: { en: "Slow or partly down", zh: "缓慢或部分中断" },
  down: { en: "Down", zh: "中断" },
  unsure: { en: "We cannot tell", zh: "暂时无法判断" },
};

/** What people notice of an incident; the first is grave. */
export const noticeWords: Readonly<Record<StatusPart, { readonly grave: Text; readonly light: Text }>> = {
  receive: {
    grave: { en: "some mail to us does not arrive", zh: "部分来信收不到" },
    light: { en: "mail to us may arrive late", zh: "来信可能延迟" },
  },
  send: {
    grave: { en: "some of our mail does not go out", zh: "部分邮件发不出去" },
    light: { en: "our mail may go out late", zh: "发出的邮件可能延迟" },
  },
  read: {
    grave: { en: "some mailboxes cannot be opened", zh: "部分邮箱打不开" },
    light: { en: "some mailboxes open slowly or not at the first try", zh: "部分邮箱打开较慢或偶尔失败" },
  },
};

export const generalCauseWords: Readonly<Record<GeneralCause, Text>> = {
  watching: {
    en: "The trouble may be on the side that watches the mail.",
    zh: "问题可能在监测邮件的这一侧。",
  },
  domain: { en: "It has to do with the settings of our domain.", zh: "与我们的域名设置有关。" },
  way: { en: "The connection to the mail service is disturbed.", zh: "到邮件服务的网络线路不畅。" },
  service: { en: "The mail service itself is disturbed.", zh: "邮件服务本身出现故障。" },
  setting: { en: "It has to do with a setting of the mail service.", zh: "与邮件服务的设置有关。" },
  account: { en: "It has to do with the settings of accounts.", zh: "与账号设置有关。" },
  space: { en: "There is no room left for mail.", zh: "邮箱空间已满。" },
  refused: { en: "Filters elsewhere refuse or sort out our mail.", zh: "对方的过滤系统拒收或误判了我们的邮件。" },
  delay: { en: "Mail is held up on its way.", zh: "邮件在途中滞留。" },
};

export const statusPageWords = {
  title: { en: "Mail status", zh: "邮件状态" },
  titleOf: { en: "Mail status: {name}", zh: "{name} 邮件状态" },
  updated: { en: "As of {time} ({zone}).", zh: "截至 {time}（{zone}）。" },
  keepStill: { en: "It reloads every minute: stop that", zh: "本页每分钟自动刷新，点此停止" },
  goOn: { en: "Reload it every minute", zh: "恢复每分钟自动刷新" },
  demonstration: { en: "Demonstration: this company and its faults are invented.", zh: "演示：公司和故障均为虚构。" },

  // One sentence for all.
  allWorks: { en: "Mail works.", zh: "邮件正常。" },
  allWorksPartial: { en: "Mail works, as far as can be seen.", zh: "目前能看到的邮件功能都正常。" },
  allDown: { en: "Mail is down. We know, and it is being looked into.", zh: "邮件全部中断，我们已发现，正在处理。" },
  someDown: { en: "Part of mail is down. We know, and it is being looked into.", zh: "部分邮件功能中断，我们已发现，正在处理。" },
  somePartly: { en: "Mail works, with disturbances for some.", zh: "邮件可用，部分用户会受影响。" },
  unsure: { en: "We cannot tell at the moment how mail is.", zh: "目前无法判断邮件状况。" },
  nothing: { en: "Nothing is watched yet.", zh: "尚未开始监控。" },

  components: { en: "What works", zh: "各项功能" },
  asFarAsSeen: { en: "Works, as far as can be seen", zh: "能看到的都正常" },
  since: { en: "since {time}", zh: "{time} 起" },
  ninety: { en: "90 days ago", zh: "90 天前" },
  today: { en: "today", zh: "今天" },
  strip: { en: "{name}, the last 90 days: {text}", zh: "{name}，最近 90 天：{text}" },
  available: { en: "{value} available", zh: "可用 {value}" },
  bounds: {
    en: "{value} available ({low} to {high}: {unknown} of the time nobody could tell)",
    zh: "可用 {value}（{low} 至 {high}，{unknown} 的时间无法判断）",
  },
  noData: { en: "no data yet", zh: "暂无数据" },
  day: { en: "{day}: {text}", zh: "{day}：{text}" },
  dayDown: { en: "down {share}", zh: "中断 {share}" },
  dayPartly: { en: "slow or partly down {share}", zh: "缓慢或部分中断 {share}" },
  dayUnknown: { en: "not known {share}", zh: "无法判断 {share}" },
  dayPlanned: { en: "planned work {share}", zh: "计划维护 {share}" },
  dayNone: { en: "not watched", zh: "未监控" },
  badDays: { en: "Days with faults ({count})", zh: "有故障的日子（{count} 天）" },

  incidents: { en: "Faults of the last 14 days", zh: "最近 14 天的故障" },
  noIncidents: { en: "None.", zh: "没有。" },
  found: { en: "Found", zh: "已发现" },
  taken: { en: "Being worked on", zh: "正在处理" },
  over: { en: "Over", zh: "已恢复" },
  sinceFor: { en: "since {from}, for {duration}", zh: "{from} 起，已持续 {duration}" },
  fromTo: { en: "{from} to {to}, {duration}", zh: "{from} 至 {to}，共 {duration}" },
  feed: { en: "Follow by RSS", zh: "RSS 订阅" },
  feedAbout: { en: "Faults of mail as people notice them.", zh: "大家能感受到的邮件故障。" },
  counted: {
    en: "Counted from time, over all checks of a part; slow counts as available. Days before the first check are empty.",
    zh: "按时间统计，取该项全部检查的合计；缓慢仍算可用。开始监控之前的日子留空。",
  },
  foundAt: { en: "Found: {time}.", zh: "发现：{time}。" },
  takenNow: { en: "It is being worked on.", zh: "正在处理。" },
  overAt: { en: "Over: {time}, after {duration}.", zh: "恢复：{time}，历时 {duration}。" },
} as const satisfies Record<string, Text>;
