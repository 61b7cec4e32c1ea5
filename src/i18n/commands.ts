import type { Status } from "../model/status.ts";
import type { Text } from "../model/text.ts";

/** What `validate`, `plan` and `check` say at the terminal. */
export const commandWords = {
  // The first words are the same in both languages: scripts look for them.
  valid: {
    en: "ok: {assets} assets, {probes} probes",
    zh: "ok: {assets} assets, {probes} probes（{assets} 项资产，{probes} 个探测）",
  },
  counts: { en: "{assets} assets, {probes} probes", zh: "{assets} 项资产，{probes} 个探测" },
  withoutDns: {
    en: "validate asks no DNS: once the mail servers are found, probes of their certificates follow; mailvigil plan shows all",
    zh: "validate 不查询 DNS：找到邮件服务器后，还会增加证书等探测；可用 mailvigil plan 查看全部",
  },
  probe: { en: "PROBE", zh: "探测" },
  target: { en: "TARGET", zh: "目标" },
  every: { en: "EVERY", zh: "间隔" },
  deadline: { en: "DEADLINE", zh: "时限" },
  confirm: { en: "CONFIRM", zh: "确认" },
  from: { en: "FROM", zh: "来自" },
  waiting: { en: "{probe} cannot run yet: {reason}", zh: "{probe} 暂时无法运行：{reason}" },
  heartbeat: {
    en: "{what} reports in at {url} (and /start, /fail or /<exit code> behind it)",
    zh: "{what} 的报告地址：{url}（开始加 /start，失败加 /fail，或加 /<退出码>）",
  },
  noneChosen: { en: "no probe fits {globs}; {hint}", zh: "没有符合 {globs} 的探测；{hint}" },
  hint: { en: "mailvigil plan shows their ids", zh: "可用 mailvigil plan 查看 id" },
  running: { en: "{done} of {all}  {probe}  {status}", zh: "{done}/{all}  {probe}  {status}" },
  stillOut: { en: "{probe}: not there yet, looking again in {seconds} s", zh: "{probe}：尚未到达，{seconds} 秒后再看" },
  summary: {
    en: "{all} probes: {ok} ok, {warning} warning, {critical} critical, {unknown} unknown",
    zh: "共 {all} 个探测：正常 {ok}，注意 {warning}，故障 {critical}，未知 {unknown}",
  },
} as const satisfies Record<string, Text>;

export const statusWords: Readonly<Record<Status, Text>> = {
  ok: { en: "ok", zh: "正常" },
  warning: { en: "warning", zh: "注意" },
  critical: { en: "critical", zh: "故障" },
  unknown: { en: "unknown", zh: "未知" },
};
