import type { FindingDeclaration, FoundFinding } from "../model/check.ts";
import { type DialError, type DialFailure, type Phase } from "../model/connection.ts";
import type { Severity } from "../model/status.ts";
import type { Target } from "./connection-findings.ts";

/** What every dialogue of lines with a mail server can show, from its greeting to its last command. */
export const sessionFindings = {
  "greeting-late": {
    severity: "warning",
    concerns: "server",
    timed: true,
    text: {
      en: "Mail programs wait at {host}: it greets only after {seconds} s (usually under 1 s)",
      zh: "邮件客户端在 {host} 上等待很久：过了 {seconds} 秒才应答（通常不到 1 秒）",
    },
    advice: {
      en: "Own server: look at its load, disk and DNS (reverse look-ups of clients are a common cause). Provider: look at its status page.",
      zh: "自建服务器：查看负载、磁盘和 DNS（反查客户端地址是常见原因）；使用服务商：看其状态页。",
    },
    source: "limits.slow and limits.late (5 s and 15 s): mail programs give up at 15 to 60 s",
  },
  "greeting-missing": {
    severity: "critical",
    cause: "server-down",
    concerns: "server",
    timed: true,
    text: {
      en: "Mail programs hang at {host}: port {port} takes the connection and then says nothing for {seconds} s",
      zh: "邮件客户端连接 {host} 时卡住：端口 {port} 接受了连接，却 {seconds} 秒没有应答",
    },
    advice: {
      en: "Own server: it is frozen or full; look at its load and log, then start it again. Provider: look at its status page, then call it.",
      zh: "自建服务器可能已卡死或过载：查看负载和日志，必要时重启；使用服务商：看其状态页，再联系客服。",
    },
    source: "The limit for a greeting (limits.greeting, 30 s); RFC 5321 section 4.5.3.2.1",
  },
  "greeting-refused": {
    severity: "critical",
    cause: "server-down",
    concerns: "server",
    text: {
      en: "{host} turns everybody away at the door, with a reason: {reason}",
      zh: "{host} 一连接就拒绝服务，并给出原因：{reason}",
    },
    advice: {
      en: "Read the reason. Own server: look at its log. Provider: look at its status page, or ask whether your address is blocked.",
      zh: "请先看对方给出的原因。自建服务器：查看日志；使用服务商：看其状态页，或询问本地 IP 是否被拦截。",
    },
    source: "RFC 9051 section 7.1.5 (BYE); RFC 5321 section 3.1 (554, 421)",
  },
  "greeting-unexpected": {
    severity: "critical",
    cause: "settings-changed",
    concerns: "server",
    text: {
      en: "At {host}, port {port}, something else than a mail server answers: {reason}",
      zh: "{host} 的端口 {port} 上应答的不是邮件服务：{reason}",
    },
    advice: {
      en: "Compare host and port with the set-up page of your mail provider; another program may have taken the port.",
      zh: "请与邮箱服务商的设置说明核对主机和端口；端口也可能被其他程序占用。",
    },
    source: "RFC 9051 section 7.1; RFC 5321 section 4.2",
  },
  "starttls-missing": {
    severity: "critical",
    cause: "settings-changed",
    concerns: "server",
    text: {
      en: "No password was sent to {host}: port {port} offers no encryption (no STARTTLS)",
      zh: "未向 {host} 发送密码：端口 {port} 不支持加密（没有 STARTTLS）",
    },
    advice: {
      en: "Use the port with TLS from the first byte (993 or 465). Own server: switch TLS on. If it worked before, a firewall may take STARTTLS out.",
      zh: "请改用直接加密的端口（993 或 465）；自建服务器请启用 TLS。若以前正常，可能是防火墙剥离了 STARTTLS。",
    },
    source: "RFC 8314 section 3; RFC 3207; RFC 9051 section 6.2.1",
  },
  "starttls-refused": {
    severity: "critical",
    cause: "settings-changed",
    concerns: "server",
    text: {
      en: "No password was sent to {host}: it offers encryption and then refuses to begin it ({reason})",
      zh: "未向 {host} 发送密码：对方声称支持加密，启用时却拒绝（{reason}）",
    },
    advice: {
      en: "Use the port with TLS from the first byte (993 or 465). Own server: look at its log for certificate and key.",
      zh: "请改用直接加密的端口（993 或 465）；自建服务器请查看日志中有关证书和私钥的记录。",
    },
    source: "RFC 3207 section 4 (454); RFC 9051 section 6.2.1",
  },
  "command-timeout": {
    severity: "critical",
    cause: "server-down",
    concerns: "server",
    timed: true,
    text: {
      en: "Mail programs hang at {host}: no answer to {command} within {seconds} s",
      zh: "邮件客户端在 {host} 上卡住：{command} 命令 {seconds} 秒没有应答",
    },
    advice: {
      en: "Own server: look at what {command} needs (user database, mail storage, disk). Provider: look at its status page, then call it.",
      zh: "自建服务器：检查 {command} 依赖的部分（用户库、邮件存储、磁盘）；使用服务商：看其状态页，再联系客服。",
    },
    source: "The limit for an answer (limits.command, 15 s)",
  },
  "connection-lost": {
    severity: "critical",
    cause: "server-down",
    concerns: "server",
    text: {
      en: "{host} breaks off in the middle: the connection ended at {command} ({reason})",
      zh: "{host} 中途断开：执行到 {command} 时连接中断（{reason}）",
    },
    advice: {
      en: "Own server: look at its log for a crash. Provider: look at its status page. A firewall that ends connections looks the same.",
      zh: "自建服务器：查看日志是否有崩溃；使用服务商：看其状态页。防火墙切断连接也会有同样的现象。",
    },
    source: "RFC 9051 section 7.1.5; RFC 5321 section 3.8",
  },
  "session-ended": {
    severity: "critical",
    cause: "server-down",
    concerns: "server",
    text: {
      en: "{host} ends the session at {command} of its own accord, with a reason: {reason}",
      zh: "{host} 在执行 {command} 时主动结束会话，并给出原因：{reason}",
    },
    advice: {
      en: "Read the reason. Own server: its log says more. Provider: look at its status page, then ask it, with the reason.",
      zh: "请先看对方给出的原因。自建服务器：日志里有更多细节；使用服务商：看其状态页，再附上原因联系客服。",
    },
    source: "RFC 9051 section 7.1.5 (BYE); RFC 5321 section 3.8 (421)",
  },
  "command-refused": {
    severity: "critical",
    text: {
      en: "{host} does not do what a mail program needs: it refuses {command} ({reason})",
      zh: "{host} 拒绝了邮件客户端必需的命令 {command}（{reason}）",
    },
    advice: {
      en: "Read the reason. Own server: look at its log. Provider: ask it, with the answer from the evidence.",
      zh: "请先看对方给出的原因。自建服务器：查看日志；使用服务商：附上证据中的应答联系客服。",
    },
    source: "RFC 9051 section 7.1; RFC 5321 section 4.2",
  },
} as const satisfies Record<string, FindingDeclaration>;

export type SessionCode = keyof typeof sessionFindings;

/** How far a session has come. `command` is the protocol's own word; it is put into findings as it is. */
export interface Step {
  readonly phase: Phase;
  readonly command: string;
}

const lost: ReadonlySet<DialFailure> = new Set(["closed", "reset", "timeout"]);

/**
 * The finding for a connection that stopped answering, or ended, at a step.
 * @returns undefined where the error says nothing about the target: throw it on
 */
export function sessionFinding(
  error: DialError,
  step: Step & { readonly waitedMs: number },
  target: Target,
): FoundFinding<SessionCode> | undefined {
  const { phase, command } = step;
  const seconds = Math.round(step.waitedMs / 1000);
  const data = { phase, ...target, command, seconds, reason: error.message };
  if (error.failure === "too-long") return { code: phase === "greeting" ? "greeting-unexpected" : "command-refused", data };
  if (!lost.has(error.failure)) return undefined;
  if (error.failure !== "timeout") return { code: "connection-lost", data };
  return { code: phase === "greeting" ? "greeting-missing" : "command-timeout", data };
}

/** What a greeting that came after `ms` is worth; undefined when it was in time. Limits in seconds. */
export function lateGreeting(
  ms: number,
  limits: { readonly slow: number; readonly late: number },
  target: Target,
): FoundFinding<"greeting-late"> | undefined {
  const seconds = ms / 1000;
  if (seconds < limits.slow) return undefined;
  const severity: Severity = seconds < limits.late ? "warning" : "critical";
  return { code: "greeting-late", severity, data: { phase: "greeting", ...target, seconds: Math.round(seconds * 10) / 10 } };
}
