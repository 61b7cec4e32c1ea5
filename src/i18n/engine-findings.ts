import type { FindingDeclaration } from "../model/check.ts";

/** What the engine itself can say about a run, whatever the check. Their codes belong to no check. */
export const engineFindings = {
  deadline: {
    severity: "critical",
    text: {
      en: "{target} was connected but had not finished answering after {seconds} s",
      zh: "已连接 {target}，但 {seconds} 秒内没有答完",
    },
    advice: {
      en: "Look at the load of the server, or ask its provider; the evidence shows at which step it stopped.",
      zh: "请查看服务器负载，或询问服务商；证据里写明停在哪一步。",
    },
    source: "The deadline of the probe: who is connected and does not answer in time serves nobody",
    timed: true,
  },
  "deadline-unclear": {
    severity: "unknown",
    text: {
      en: "The run was given up after {seconds} s before {target} could be judged",
      zh: "检查进行 {seconds} 秒后中止，无法判断 {target} 的状态",
    },
    advice: {
      en: "Nothing to do if it happens once. If it stays, look at the load and the network of the machine Mailvigil runs on.",
      zh: "偶尔出现不必处理；若持续出现，请检查运行 Mailvigil 的机器的负载和网络。",
    },
    source: "What was not reached says nothing about the server",
  },
  "work-unbounded": {
    severity: "unknown",
    text: {
      en: "Not judged: looking at {target} costs more than one domain may ({questions} DNS questions, {mebibytes} MiB of answers, {connections} connections)",
      zh: "未作判断：检查 {target} 超出了单个域名的上限（{questions} 次 DNS 查询、{mebibytes} MiB 应答、{connections} 个连接）",
    },
    advice: {
      en: "Look at its records for what has no end: SPF includes, aliases, mail servers; the other findings name them. Whoever manages its DNS clears them up.",
      zh: "请查看其记录中是否有没有尽头的内容：SPF include、别名、收信服务器；其他结论会指明。请其 DNS 管理员清理。",
    },
    source: "design: the work of one audit is bounded, whatever the zone says",
  },
  "check-failed": {
    severity: "unknown",
    text: { en: "The check itself failed: “{reason}”", zh: "检查本身出错：「{reason}」" },
    advice: {
      en: "This is a fault of Mailvigil or of its machine, not of the mail. Please report it with the evidence.",
      zh: "这是 Mailvigil 或其所在机器的问题，与邮件服务无关。请附上证据反馈。",
    },
    source: "A fault of our own says nothing about the mail",
  },
  "login-held": {
    severity: "unknown",
    text: {
      en: "No login is tried as {account}: it was refused, and more tries could lock the account",
      zh: "暂不以 {account} 登录：此前已被拒绝，再试可能导致账号被锁",
    },
    advice: {
      en: "Correct the password or the account; a changed password is tried at once. Where the account was unlocked, press Run now: it is tried once.",
      zh: "请更正密码或账号设置；密码改动后会立即重试。若账号已解锁，请按「立即检查」，会试一次。",
    },
    source: "docs/decisions/0005: one breaker for each credential",
  },
  "daemon-crashed": {
    severity: "critical",
    text: {
      en: "Mailvigil itself ended after an unexpected error and is started again: “{reason}”",
      zh: "Mailvigil 自身因意外错误退出，正在重新启动：「{reason}」",
    },
    advice: {
      en: "Look whether it watches again. If this repeats, report it with the log; until then nobody watches in between.",
      zh: "请确认监控已恢复。若反复出现，请附日志反馈；重启期间无人值守。",
    },
    source: "What the process wrote down when it ended",
  },
  "channel-broken": {
    severity: "critical",
    text: {
      en: "Alerts do not go out on the channel {name} ({reason})",
      zh: "告警通道 {name} 已失效，告警发不出去（{reasonZh}）",
    },
    advice: {
      en: "Correct the address or the key of the channel. Until then alerts go out on the other channels only.",
      zh: "请更正该通道的地址或密钥；在此之前，告警只从其他通道发出。",
    },
    source: "An alert that reaches nobody is a fault of its own",
  },
  "channel-unreachable": {
    severity: "critical",
    text: {
      en: "The channel {name} has taken nothing for {minutes} min, alerts waiting: {count} ({reason})",
      zh: "告警通道 {name} 已有 {minutes} 分钟发不出告警，{count} 条待发（{reasonZh}）",
    },
    advice: {
      en: "See to it that the receiver runs and can be reached from here. What waits is sent as soon as it can be.",
      zh: "请确认接收端正在运行，并且本机能连上它。恢复后，待发的告警会立即发出。",
    },
    source: "An alert that reaches nobody is a fault of its own",
  },
  "own-side": {
    severity: "unknown",
    text: {
      en: "Not judged: our own side has a fault ({self})",
      zh: "未作判断：监控自身有故障（{self}）",
    },
    advice: {
      en: "Mend the network, resolver or clock of the machine Mailvigil runs on; the mail service is not blamed meanwhile.",
      zh: "请先修复运行 Mailvigil 的机器的网络、DNS 解析或时钟；在此之前不会归咎于邮件服务。",
    },
    source: "docs/decisions/0008: we look at ourselves before we blame",
  },
  "own-side-unproven": {
    severity: "unknown",
    text: {
      en: "Not judged: that our own side is in order is not proven ({self})",
      zh: "未作判断：尚未证明监控自身正常（{self}）",
    },
    advice: {
      en: "See to it that this self-test passes: many networks and clouds block port 25 on the way out, or have no IPv6. Until then the mail service is not blamed.",
      zh: "请让该自检通过：许多网络和云主机封锁对外的 25 端口，或没有 IPv6。在此之前不会归咎于邮件服务。",
    },
    source: "docs/decisions/0008: we look at ourselves before we blame",
  },
  "server-unknown": {
    severity: "unknown",
    text: { en: "Not looked at: {reason}", zh: "未检查：{reason}" },
    advice: {
      en: "See to it that DNS answers here, or name the servers: imap: { host: … } and smtp: { host: … }.",
      zh: "请确认本机 DNS 可用，或直接写明服务器：imap: { host: … } 与 smtp: { host: … }。",
    },
    source: "A failed look-up says nothing about the server",
  },
  "secret-unreadable": {
    severity: "unknown",
    cause: "monitor-credential",
    text: { en: "The password could not be read: {reason}", zh: "无法读取密码：{reason}" },
    advice: {
      en: "Correct the place that the configuration names for this secret.",
      zh: "请检查配置中为该密码指定的来源。",
    },
    source: "The place that the configuration names for the secret",
  },
} as const satisfies Record<string, FindingDeclaration>;

export type EngineFindingCode = keyof typeof engineFindings;

const byCode: ReadonlyMap<string, FindingDeclaration> = new Map(Object.entries(engineFindings));

/** How the engine declares a code that no check has; undefined: it is none of these. */
export const engineFinding = (code: string): FindingDeclaration | undefined => byCode.get(code);
