import type { Text } from "../model/text.ts";

/** What is said when the product cannot do its own work. */
export const emergencyWords = {
  storeFailed: {
    title: {
      en: "[Monitor] Mailvigil cannot write its data: history is being lost",
      zh: "【监控】Mailvigil 无法写入数据：历史记录正在丢失",
    },
    line: {
      en: "It goes on probing, but nothing is stored and no further alert is sent. First: free space on the disk or mend the data directory. ({reason})",
      zh: "检查仍在进行，但不再存储，也不再发送告警。先做：清理磁盘空间，或修复数据目录。（{reason}）",
    },
  },
  storeWorks: {
    title: { en: "[Monitor] Mailvigil writes its data again", zh: "【监控】Mailvigil 已恢复写入数据" },
    line: {
      en: "The time in between is accounted as unknown. (It was: {reason})",
      zh: "中断期间按「未知」计入。（此前：{reason}）",
    },
  },
  channelBroken: {
    en: "The channel {name} is broken, alerts do not go out on it: {reason}",
    zh: "告警通道 {name} 已失效，无法发出告警：{reason}",
  },
  noChannel: {
    en: "No channel is configured: nobody is told when mail breaks",
    zh: "尚未配置告警通道：邮件出故障时不会通知任何人",
  },
} as const satisfies Record<string, Text | { readonly title: Text; readonly line: Text }>;
