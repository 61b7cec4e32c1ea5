import type { Text } from "../model/text.ts";

/** What the daemon says at the terminal when it starts and reloads. */
export const startWords = {
  demonstration: {
    en: `Mailvigil shows a demonstration company: {url}
Its faults come and go within minutes; no mail leaves this machine.
To watch your own mail, write mailvigil.yaml in this folder (five lines are enough, see README.md) and start again. Ctrl-C ends.`,
    zh: `Mailvigil 正在演示一家虚构公司：{url}
故障会在几分钟内自动出现和消失；不会有任何邮件离开本机。
要监控自己的邮件，请在当前目录写一个 mailvigil.yaml（五行即可，见 README.zh-CN.md），再重新启动。按 Ctrl-C 结束。`,
  },
  watching: {
    en: "Mailvigil watches {assets} assets by {probes} probes: {url}",
    zh: "Mailvigil 正在监控 {assets} 项资产，共 {probes} 个探测：{url}",
  },
  reloaded: { en: "The configuration was read again: {probes} probes", zh: "已重新读取配置：共 {probes} 个探测" },
  needsRestart: {
    en: "{key} is read at the start only: start again for its new value",
    zh: "{key} 只在启动时读取：新值需重启后生效",
  },
  reloadRefused: {
    en: "The configuration was not changed: correct the lines above and send SIGHUP again",
    zh: "配置未变更：请更正以上各行后重新发送 SIGHUP",
  },
} as const satisfies Record<string, Text>;
