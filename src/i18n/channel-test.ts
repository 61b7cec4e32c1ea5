import type { Text } from "../model/text.ts";

/** What `channel test` sends, and says at the terminal. */
export const channelTestWords = {
  title: { en: "[TEST] Mailvigil of {company} reaches you here", zh: "【测试】{company} 的 Mailvigil 可以在此通知您" },
  nothing: { en: "This is no fault; nobody has to act.", zh: "这不是故障，无需处理。" },
  line: {
    en: "Channel {name} ({type}). Alerts about mail will come this way.",
    zh: "通道 {name}（{type}）。邮件出现问题时，告警会发到这里。",
  },
  noSuch: { en: "there is no channel {name}; {remedy}", zh: "没有通道 {name}；{remedy}" },
  noneDeclared: { en: "declare one in channels", zh: "请在 channels 中声明" },
  ok: {
    en: "{name}: {type} says that it took the message. See that it arrived, and that it rings.",
    zh: "{name}：{type} 表示已收下消息。请确认收到，且有提醒。",
  },
  accepted: {
    en: "{name}: {type} queued the message; that is no proof that it arrives. See that it does.",
    zh: "{name}：{type} 已将消息排队，但不代表已送达。请确认收到。",
  },
  failed: { en: "{name}: not sent: {reason}", zh: "{name}：未发送：{reason}" },
  doubtful: {
    en: "{name}: nobody can tell whether it was taken: {reason}",
    zh: "{name}：无法确定对方是否已收下：{reason}",
  },
  throttled: {
    en: "{name}: not taken now, again in {wait}: {reason}",
    zh: "{name}：暂不接收，{wait}后可再试：{reason}",
  },
} as const satisfies Record<string, Text>;
