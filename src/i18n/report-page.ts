import type { Text } from "../model/text.ts";

export const reportPageWords = {
  title: { en: "Monthly reports", zh: "月度报告" },
  intro: {
    en: "A month that is over is made once and never changes: the hash tells.",
    zh: "月份结束后生成一次，此后不再改动，可用哈希核对。",
  },
  month: { en: "Month", zh: "月份" },
  state: { en: "State", zh: "状态" },
  stored: { en: "Final, version {version}", zh: "已定稿，第 {version} 版" },
  running: { en: "Preliminary", zh: "初步结果" },
  hash: { en: "SHA-256", zh: "SHA-256" },
  empty: { en: "Nothing has been watched yet.", zh: "还没有监控数据。" },
  before: { en: "Month before", zh: "上个月" },
  after: { en: "Month after", zh: "下个月" },
  all: { en: "All months", zh: "全部月份" },
  files: { en: "Files", zh: "下载" },
  missing: { en: "There is no report of this month.", zh: "没有这个月的报告。" },
  glance: { en: "At a glance", zh: "概览" },
} as const satisfies Record<string, Text>;
