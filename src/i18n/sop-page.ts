import type { Text } from "../model/text.ts";
import type { SopEntryKind } from "../model/sop.ts";

/** One line of a run's history, without when and who. */
export const entryWords: Readonly<Record<SopEntryKind, Text>> = {
  proposed: { en: "Proposed", zh: "建议启动" },
  started: { en: "Started", zh: "启动" },
  ready: { en: "Its turn: {step}", zh: "轮到：{step}" },
  done: { en: "Done: {step}", zh: "完成：{step}" },
  skipped: { en: "Skipped: {step}", zh: "跳过：{step}" },
  failed: { en: "Failed: {step}", zh: "失败：{step}" },
  late: { en: "Late: {step}", zh: "超时：{step}" },
  escalated: { en: "Told more people: {step}", zh: "已升级通知：{step}" },
  resolved: { en: "The fault is over", zh: "故障已恢复" },
  "failing-again": { en: "The fault is back", zh: "故障再次出现" },
  stable: { en: "Stable", zh: "已稳定" },
  closed: { en: "Closed", zh: "结束" },
  aborted: { en: "Aborted", zh: "中止" },
  dismissed: { en: "Dismissed", zh: "不启动" },
  note: { en: "Note", zh: "备注" },
};

/** The pages where runs of SOPs are begun and ticked. */
export const sopPageWords = {
  // The list.
  title: { en: "Emergency procedures", zh: "应急预案" },
  goingOn: { en: "Going on now", zh: "正在执行" },
  nothingGoesOn: { en: "No procedure is going on.", zh: "目前没有预案在执行。" },
  procedures: { en: "Procedures", zh: "全部预案" },
  lastMonth: { en: "The last 30 days", zh: "近 30 天" },
  steps: { en: "{count} steps", zh: "{count} 步" },
  oneStep: { en: "one step", zh: "1 步" },
  byHand: { en: "begins by hand", zh: "手动启动" },
  byItself: { en: "begins by itself", zh: "自动启动" },
  byItselfAfter: { en: "begins by itself after {duration}", zh: "持续 {duration}后自动启动" },
  start: { en: "Start…", zh: "启动…" },
  drill: { en: "Drill…", zh: "演练…" },
  late: { en: "{count} late", zh: "{count} 步超时" },
  waiting: { en: "{count} to do", zh: "{count} 步待办" },
  manual: {
    en: "For the day when nothing works: `mailvigil sop manual > manual.html` makes one page to print.",
    zh: "以防网络也中断：用 `mailvigil sop manual > manual.html` 生成单页手册，打印备用。",
  },
  empty: {
    en: "No procedure is set up yet. These lines in mailvigil.yaml make the first one:",
    zh: "还没有预案。在 mailvigil.yaml 里加上这几行，就有了第一份：",
  },
  emptyOthers: {
    en: "`mailvigil sop list` shows the templates that come with Mailvigil.",
    zh: "用 `mailvigil sop list` 查看全部现成模板。",
  },
  took: { en: "{state}, begun {time}, took {duration}", zh: "{state}，{time} 启动，历时 {duration}" },

  // Before a start.
  startTitle: { en: "Start: {title}", zh: "启动：{title}" },
  drillTitle: { en: "Drill: {title}", zh: "演练：{title}" },
  startWarning: {
    en: "This is the real thing. These channels are told at once: {channels}.",
    zh: "这是正式启动。将立即通知：{channels}。",
  },
  startSilent: { en: "This is the real thing. No channel is told.", zh: "这是正式启动。未设置通知渠道。" },
  drillWarning: {
    en: "Everything is marked as a drill. Nothing is sent to other systems, and no figure counts it.",
    zh: "全程标注【演练】。不调用其他系统，不计入任何统计。",
  },
  startNow: { en: "Start for real", zh: "正式启动" },
  drillNow: { en: "Start the drill", zh: "开始演练" },
  alreadyGoing: {
    en: "{name} of this procedure is going on already, since {time}.",
    zh: "该预案的 {name} 已在执行（{time} 起）。",
  },
  whatWillBeDone: { en: "What will be done", zh: "将要做的事" },
  back: { en: "Back to all procedures", zh: "返回全部预案" },

  // A run.
  /** It stays in sight: one line on a phone. */
  drillBanner: { en: "[DRILL] Nothing is broken.", zh: "【演练】没有任何故障。" },
  since: { en: "{state} since {time}, for {duration}", zh: "{state}，{time} 起，已 {duration}" },
  ended: { en: "{state} at {time}, took {duration}", zh: "{state}（{time}），历时 {duration}" },
  answers: { en: "Fault", zh: "对应故障" },
  faultOver: { en: "The fault is over since {time}.", zh: "故障已于 {time} 恢复。" },
  asOf: { en: "As of {time}", zh: "截至 {time}" },
  reload: { en: "Load again", zh: "刷新" },
  proposedHint: {
    en: "Somebody should look: it has not begun. It begins by itself at {time} unless it is dismissed or the fault ends.",
    zh: "请先查看：预案尚未启动。若未选「不启动」且故障仍在，将于 {time} 自动启动。",
  },
  proposedWaits: { en: "It has not begun and waits for somebody to begin it.", zh: "预案尚未启动，等待人工启动。" },
  begin: { en: "Begin now", zh: "立即启动" },
  dismiss: { en: "Dismiss…", zh: "不启动…" },
  dismissNow: { en: "Dismiss", zh: "不启动" },
  now: { en: "Now", zh: "现在要做" },
  nothingNow: { en: "Nothing waits for a person.", zh: "目前没有需要人处理的步骤。" },
  allDone: { en: "All steps are done.", zh: "所有步骤已完成。" },
  due: { en: "until {time}, {duration} left", zh: "限 {time} 前，还剩 {duration}" },
  overdue: { en: "{duration} late, was due at {time}", zh: "已超时 {duration}（期限 {time}）" },
  escalated: { en: "told more people {count} times", zh: "已升级通知 {count} 次" },
  escalatedOnce: { en: "told more people once", zh: "已升级通知 1 次" },
  stepFailed: { en: "This did not work", zh: "执行失败" },
  who: { en: "Who", zh: "负责人" },
  onDuty: { en: "whoever is on duty", zh: "值班人员" },
  done: { en: "Done", zh: "完成" },
  retry: { en: "Try again", zh: "重试" },
  skip: { en: "Skip this step…", zh: "跳过此步…" },
  skipNow: { en: "Skip", zh: "跳过" },
  reason: { en: "Why", zh: "理由" },
  /** Of a step that failed. */
  failure: { en: "Why", zh: "原因" },
  optional: { en: "if there is one", zh: "可不填" },
  running: { en: "Runs by itself", zh: "自动执行中" },
  waitUntil: { en: "waits until {time}, {duration} left", zh: "等待至 {time}，还剩 {duration}" },
  beingSent: { en: "is being sent", zh: "正在发送" },
  next: { en: "Then", zh: "接下来" },
  afterSteps: { en: "after: {list}", zh: "前置：{list}" },
  afterResolved: { en: "when the fault is over", zh: "故障恢复后" },
  finished: { en: "Done so far", zh: "已处理" },
  wasLate: { en: "late", zh: "超时" },
  maybeRepeat: { en: "perhaps sent twice", zh: "可能重复发送" },
  simulated: { en: "not carried out, only shown", zh: "未实际执行，仅演示" },
  bySystem: { en: "by itself", zh: "自动" },
  youWrote: { en: "You wrote: {text}", zh: "您填写的内容：{text}" },
  notStored: {
    en: "It could not be stored (the disk may be full). Nothing was changed: note it on paper and try again.",
    zh: "未能保存（可能磁盘已满），未做任何更改。请先记在纸上，稍后重试。",
  },
  notDone: { en: "Not done: {reason}", zh: "未执行：{reason}" },

  // Who acts.
  you: { en: "You are {name}", zh: "您是 {name}" },
  notYou: { en: "Somebody else?", zh: "换人" },
  whoAreYou: { en: "Who are you?", zh: "您是谁？" },
  choose: { en: "Choose…", zh: "请选择…" },
  otherName: { en: "or another name", zh: "或其他姓名" },
  remember: { en: "That is me", zh: "确定" },
  sayWho: {
    en: "Say first who you are: choose a name, or write yours at the top.",
    zh: "请先说明您是谁：选择姓名，或在页首填写。",
  },
  tooLong: {
    en: "“{field}” is too long: {length} characters, at most {most}.",
    zh: "「{field}」太长：{length} 个字符，最多 {most} 个。",
  },
  tooMuch: {
    en: "This was more than 8 KiB and was not read. Write less; put long texts elsewhere and note where.",
    zh: "内容超过 8 KiB，未处理。请精简；长内容请另存，并在此注明位置。",
  },
  notUnderstood: {
    en: "The page is out of date or the form is incomplete. Load it again.",
    zh: "页面已过期或表单不完整，请刷新。",
  },

  // Notes and the end.
  note: { en: "Note something", zh: "添加备注" },
  noteHint: { en: "It goes into the history, with your name and the time.", zh: "记入处理记录，附姓名和时间。" },
  noteNow: { en: "Note it", zh: "记下" },
  end: { en: "End it", zh: "结束" },
  closeHint: { en: "When mail works again and nothing is left to do.", zh: "邮件已恢复、没有遗留事项时再结束。" },
  close: { en: "Close", zh: "结束" },
  abort: { en: "Abort…", zh: "中止…" },
  abortNow: { en: "Abort", zh: "中止" },
  abortHint: {
    en: "A false alarm, or another way was taken: the remaining steps are not done.",
    zh: "误报或改用其他办法：其余步骤不再执行。",
  },
  history: { en: "History", zh: "处理记录" },
  /** Where the JSON does not reach back to the beginning. */
  olderLast: {
    en: "The last 1,000 lines, {count} of them older than these, as JSON",
    zh: "查看最近 1000 条记录（JSON），其中 {count} 条更早",
  },
  older: { en: "All of it, with {count} older lines, as JSON", zh: "查看全部记录（JSON），另有 {count} 条更早的" },
  name: { en: "Name", zh: "姓名" },
  version: { en: "Version of the procedure: {hash}", zh: "预案版本：{hash}" },
  noRun: { en: "There is no run {name}.", zh: "没有 {name}。" },
  noSop: { en: "There is no procedure {name}.", zh: "没有预案 {name}。" },
} as const satisfies Record<string, Text>;
