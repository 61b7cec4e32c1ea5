import type { Text } from "../model/text.ts";

/** What `expiries` says at the terminal and in the calendar. */
export const expiryWords = {
  ends: { en: "ENDS", zh: "到期日" },
  left: { en: "LEFT", zh: "剩余" },
  what: { en: "WHAT", zh: "内容" },
  kind: { en: "KIND", zh: "类别" },
  owner: { en: "WHO RENEWS", zh: "续费人" },
  days: { en: "{days} d", zh: "{days} 天" },
  over: { en: "over", zh: "已过期" },
  unknown: { en: "unknown", zh: "未知" },
  none: {
    en: "nothing that ends is known; declare subscriptions: with their dates, and let the daemon look at domains and certificates once",
    zh: "没有已知的到期日；请在 subscriptions 中填写日期，并让守护进程至少检查一次域名和证书",
  },
  neverSeen: {
    en: "not known yet: {count}; the daemon finds these out, and writes them into its database",
    zh: "尚未知：{count} 个；守护进程检查之后会写入数据库，从那里读取",
  },
  calendarName: { en: "Mail: what ends when", zh: "邮件相关到期日" },
  event: { en: "Last day: {what}", zh: "最后一天：{what}" },
  renews: { en: "{owner} renews it.", zh: "由 {owner} 续费。" },
  seen: {
    en: "{kind}, as Mailvigil saw it on {date} (probe {probe}).",
    zh: "{kind}，据 Mailvigil 于 {date} 所见（探测 {probe}）。",
  },
  written: { en: "{kind}, as written in {from} (probe {probe}).", zh: "{kind}，据 {from} 所写（探测 {probe}）。" },
} as const satisfies Record<string, Text>;
