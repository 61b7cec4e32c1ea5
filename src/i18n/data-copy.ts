import type { Text } from "../model/text.ts";

/** What `backup` and `restore` say at the terminal. */
export const dataCopyWords = {
  written: {
    en: "{file}: {size} MB, read back whole. It holds the installation's key: keep it where only you can read it.",
    zh: "{file}：{size} MB，已完整校验。文件中含安装密钥，请存放在只有您能读取的地方。",
  },
  restored: { en: "{folder} is as it was in {file}.", zh: "{folder} 已恢复为 {file} 中的状态。" },
  keptBeside: { en: "What was there is kept in {old}.", zh: "原有数据保留在 {old}。" },
} as const satisfies Record<string, Text>;
