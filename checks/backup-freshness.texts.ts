import type { FindingDeclaration } from "../src/model/check.ts";

const rpoSource = "The recovery point objective (rpo) in backups: of the configuration";

/** `{name}` is a backup as its place calls it. */
export const backupFindings = {
  "backup-too-old": {
    severity: "critical",
    immediate: true,
    text: {
      en: "If the mail were lost now, {hours} h of it would be gone: the newest backup {name} is older than the {rpo} h agreed",
      zh: "若现在丢失邮件，将缺最近 {hours} 小时：最新备份 {name} 已超过约定的 {rpo} 小时",
    },
    advice: {
      en: "Whoever runs the backup looks at the log of the last run, mends it and starts one now.",
      zh: "请备份负责人查看最近一次运行的日志，修复后立即备份一次。",
    },
    source: rpoSource,
  },
  "backup-missing": {
    severity: "critical",
    immediate: true,
    text: {
      en: "There is no whole backup in its place (unfinished ones: {count})",
      zh: "备份位置没有任何完整的备份（未完成：{count} 个）",
    },
    advice: {
      en: "See whether the disk or share is mounted there and whether the pattern still fits the names; then start a backup.",
      zh: "请检查磁盘或共享是否已挂载、文件名模式是否仍然匹配，然后备份一次。",
    },
    source: rpoSource,
  },
  "backup-empty": {
    severity: "critical",
    immediate: true,
    text: {
      en: "The newest backup {name} is an empty file: nothing can be restored from it",
      zh: "最新备份 {name} 是空文件，无法用来恢复",
    },
    advice: {
      en: "Look at the log of that run (a full disk and a failed dump are the usual causes), then start one now.",
      zh: "请查看该次运行的日志（常见原因：磁盘已满、导出失败），然后立即备份一次。",
    },
    source: "A file of 0 bytes",
  },
  "backup-left-unfinished": {
    severity: "warning",
    text: {
      en: "A backup was broken off and left behind: {name}, {hours} h old",
      zh: "有备份中途中断，残留 {name}，已 {hours} 小时",
    },
    advice: {
      en: "See why that run ended, then delete the remainder so that nobody restores from it.",
      zh: "请查明中断原因，然后删除残留文件，以免误用来恢复。",
    },
    source: "Names that end in .part, .tmp and the like",
  },
  "backup-shrunk": {
    severity: "warning",
    text: {
      en: "The newest backup {name} has {size}, {percent} % of the usual {usual}: something is left out",
      zh: "最新备份 {name} 为 {size}，仅为平时 {usual} 的 {percent}%，可能有内容缺失",
    },
    advice: {
      en: "Compare what it holds with the one before; if mail was deleted or moved on purpose, it settles by itself after a few runs.",
      zh: "请与上一份对比内容；若确属主动删除或迁移邮件，几次之后会自动恢复正常。",
    },
    source: "Less than half the median of the last seven sizes",
  },
  "backup-same-again": {
    severity: "warning",
    text: {
      en: "The last {count} backups are the same to the byte ({name}): an old file may be copied again and again",
      zh: "最近 {count} 份备份内容完全相同（{name}），可能一直在复制旧文件",
    },
    advice: {
      en: "See what the job reads: a mailbox in use changes every day.",
      zh: "请检查任务读取的来源：正常使用的邮箱每天都会变化。",
    },
    source: "Equal content, by the place's own checksum or by beginning, end and size",
  },
  "backup-from-the-future": {
    severity: "warning",
    text: {
      en: "{name} bears a time that is {hours} h ahead: by such a clock its age cannot be judged",
      zh: "{name} 的时间超前 {hours} 小时，无法据此判断新旧",
    },
    advice: {
      en: "Set the clock (NTP) of the machine that writes the backup, or of the storage.",
      zh: "请校准写入备份的机器或存储的时钟（NTP）。",
    },
    source: "A time more than ten minutes ahead of ours",
  },
  "backup-too-few": {
    severity: "warning",
    text: {
      en: "Only {count} backups are kept; {keep} are agreed",
      zh: "仅保留了 {count} 份备份，约定为 {keep} 份",
    },
    advice: {
      en: "See what deletes them; with few generations a fault that is noticed late has eaten the good ones.",
      zh: "请检查是谁在删除；份数太少时，故障发现得晚就没有完好的备份可用。",
    },
    source: "keep in backups: of the configuration",
  },
  "backup-place-gone": {
    severity: "critical",
    immediate: true,
    text: {
      en: "The place of the backups is not there ({reason})",
      zh: "备份位置不存在（{reason}）",
    },
    advice: {
      en: "See whether the disk or share is mounted and whether the path, bucket or repository has the same name as in the configuration.",
      zh: "请检查磁盘或共享是否已挂载，路径、存储桶或仓库名称是否与配置一致。",
    },
    source: "The answer of the file system, the storage or the backup program",
  },
  "backup-place-denied": {
    severity: "critical",
    immediate: true,
    text: {
      en: "The backups can no longer be read: whoever had to restore now could not either ({reason})",
      zh: "备份已无法读取，此时需要恢复也会失败（{reason}）",
    },
    advice: {
      en: "Give the account of Mailvigil the right to list and read there; check its key or password, which somebody may have changed.",
      zh: "请为 Mailvigil 的账户授予列出和读取权限，并核对密钥或密码是否已被更改。",
    },
    source: "The answer of the file system, the storage or the backup program",
  },
  "backup-not-judged": {
    severity: "unknown",
    text: {
      en: "The backups were not judged: their place did not say what it holds ({reason})",
      zh: "未能判断备份：未获得备份列表（{reason}）",
    },
    advice: {
      en: "See whether the storage answers and whether the backup program is installed on the machine of Mailvigil. Where there are more files than are read, name a folder or prefix with fewer.",
      zh: "请检查存储是否可用，以及 Mailvigil 所在机器是否装有该备份程序。文件数超过读取上限时，请改用文件较少的目录或前缀。",
    },
    source: "No usable answer",
  },
  "backup-job-failed": {
    severity: "critical",
    immediate: true,
    text: {
      en: "The backup says of itself that it failed, {hours} h ago",
      zh: "备份任务在 {hours} 小时前报告失败",
    },
    advice: {
      en: "Whoever runs the backup looks at the log of that run, mends it and starts one now.",
      zh: "请备份负责人查看该次运行的日志，修复后立即备份一次。",
    },
    source: "The job called /ping/…/fail",
  },
  "backup-job-exited": {
    severity: "critical",
    immediate: true,
    text: {
      en: "The backup ended with exit code {exit}, {hours} h ago",
      zh: "备份任务在 {hours} 小时前以退出码 {exit} 结束",
    },
    advice: {
      en: "Whoever runs the backup looks up that code in the manual of the program and the log of that run.",
      zh: "请备份负责人查看程序手册中该退出码的含义和该次运行的日志。",
    },
    source: "The job called /ping/…/<exit code> with another code than 0",
  },
  "backup-job-hangs": {
    severity: "warning",
    text: {
      en: "The backup began {hours} h ago and has not said that it ended",
      zh: "备份任务 {hours} 小时前开始，至今未报告结束",
    },
    advice: {
      en: "See whether it still runs; end it and start it anew where it makes no progress.",
      zh: "请检查任务是否仍在运行；若无进展，请结束后重新开始。",
    },
    source: "The job called /ping/…/start and nothing since",
  },
  "backup-silent": {
    severity: "critical",
    immediate: true,
    text: {
      en: "No backup has succeeded for {hours} h; {rpo} h are agreed",
      zh: "已有 {hours} 小时没有成功的备份，约定为 {rpo} 小时",
    },
    advice: {
      en: "See whether the job still runs by its schedule and can reach Mailvigil; then start one now.",
      zh: "请检查任务是否仍按计划运行、能否访问 Mailvigil，然后立即备份一次。",
    },
    source: rpoSource,
  },
  "backup-never-heard": {
    severity: "critical",
    immediate: true,
    text: {
      en: "The backup has never reported in, for {hours} h; {rpo} h are agreed",
      zh: "{hours} 小时以来从未收到备份任务的报告，约定为 {rpo} 小时",
    },
    advice: {
      en: "Let the job call the address that mailvigil plan shows when it has succeeded; see that it can reach it.",
      zh: "请让任务在成功后访问 mailvigil plan 列出的地址，并确认网络可达。",
    },
    source: rpoSource,
  },
  "backup-not-yet": {
    severity: "unknown",
    text: {
      en: "The backup has not reported in yet; it has {rpo} h for that",
      zh: "尚未收到备份任务的报告，期限为 {rpo} 小时",
    },
    advice: {
      en: "Let the job call the address that mailvigil plan shows when it has succeeded.",
      zh: "请让任务在成功后访问 mailvigil plan 列出的地址。",
    },
    source: rpoSource,
  },
} as const satisfies Record<string, FindingDeclaration>;
