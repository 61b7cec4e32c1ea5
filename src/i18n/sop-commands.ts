import type { RunState, StepState } from "../model/sop.ts";
import type { Text } from "../model/text.ts";

/** What `sop start`, `sop status` and `drill sop` say at the terminal. */
export const sopCommandWords = {
  begun: { en: "{run} has begun: {title}. Tick its steps at {url}", zh: "{run} 已启动：{title}。请在此勾选步骤：{url}" },
  drillBegun: {
    en: "{run} has begun as a drill: {title}. Tick its steps at {url}",
    zh: "{run} 已作为演练启动：{title}。请在此勾选步骤：{url}",
  },
  drill: { en: "[DRILL] ", zh: "【演练】" },
  noSuch: {
    en: 'No SOP is named "{name}": {remedy}; mailvigil sop list shows them all',
    zh: "没有名为「{name}」的预案：{remedy}；可用 mailvigil sop list 查看全部",
  },
  noneDeclared: { en: "the configuration has none, add one under sops", zh: "配置中没有预案，请在 sops 下添加" },
  notLoaded: {
    en: 'The daemon that runs does not know "{name}" yet: let it read the configuration again (SIGHUP, or restart it)',
    zh: "运行中的 Mailvigil 还没有读到「{name}」：请让它重新读取配置（发送 SIGHUP 或重启）",
  },
  badRun: { en: '"{name}" is no run of an SOP: write S-3 or 3', zh: "「{name}」不是预案运行编号：请写 S-3 或 3" },
  noRun: {
    en: "There is no run {name}; mailvigil sop status lists the latest",
    zh: "没有 {name} 这次运行；可用 mailvigil sop status 查看最近的运行",
  },
  badName: {
    en: "Say who you are with --by NAME: 1 to 60 characters",
    zh: "请用 --by 写明您是谁：1 到 60 个字符",
  },
  notRunning: {
    en: "No Mailvigil answers at {url} ({reason}): start it with mailvigil start and the same configuration, then call this again",
    zh: "{url} 没有 Mailvigil 应答（{reason}）：请先用同一份配置运行 mailvigil start，再执行本命令",
  },
  notOurs: {
    en: "What answers at {url} is no Mailvigil, or one of another version: look at settings.http.listen",
    zh: "{url} 上应答的不是 Mailvigil，或版本不同：请检查 settings.http.listen",
  },
  unauthorized: {
    en: "The daemon at {url} does not take the token of this configuration: restart it if the token is new",
    zh: "{url} 上的 Mailvigil 不接受此配置中的令牌：如果令牌是新换的，请重启它",
  },
  refused: { en: "Refused: {reason}", zh: "未执行：{reason}" },
  noRuns: { en: "No SOP was applied in the last 30 days.", zh: "最近 30 天没有启动过预案。" },
  run: { en: "RUN", zh: "编号" },
  state: { en: "STATE", zh: "状态" },
  since: { en: "SINCE", zh: "开始时间" },
  steps: { en: "STEPS", zh: "步骤" },
  title: { en: "SOP", zh: "预案" },
  step: { en: "STEP", zh: "步骤" },
  who: { en: "WHO", zh: "负责人" },
  due: { en: "DUE", zh: "时限" },
  what: { en: "WHAT", zh: "内容" },
  ended: { en: "{done} of {all}", zh: "{done}/{all}" },
  late: { en: "{state}, late", zh: "{state}，超时" },
  comma: { en: ", ", zh: "、" },
  head: {
    en: "{run} {title}: {state}, begun by {by} at {at} ({zone})",
    zh: "{run} {title}：{state}，{by} 于 {at} 启动（{zone}）",
  },
  proposedHead: { en: "{run} {title}: {state} since {at} ({zone})", zh: "{run} {title}：{at} 起{state}（{zone}）" },
  answers: { en: "It answers incident {incident}.", zh: "处理的事件：{incident}。" },
  link: { en: "Tick its steps at {url}", zh: "勾选步骤：{url}" },
} as const satisfies Record<string, Text>;

export const runStateWords: Readonly<Record<RunState, Text>> = {
  proposed: { en: "proposed", zh: "待启动" },
  active: { en: "active", zh: "进行中" },
  stable: { en: "stable", zh: "恢复观察" },
  closed: { en: "closed", zh: "已结束" },
  aborted: { en: "aborted", zh: "已中止" },
  dismissed: { en: "dismissed", zh: "未启动" },
};

export const stepStateWords: Readonly<Record<StepState, Text>> = {
  blocked: { en: "blocked", zh: "未到" },
  waiting: { en: "waiting", zh: "待办" },
  running: { en: "running", zh: "执行中" },
  done: { en: "done", zh: "完成" },
  skipped: { en: "skipped", zh: "跳过" },
  failed: { en: "failed", zh: "失败" },
};
