import type { Text } from "../model/text.ts";

/** What `mailvigil diagnose` says around its diagnosis. */
export const diagnoseWords = {
  password: {
    en: "Password of {address} (nothing is shown; Enter alone: look without logging in): ",
    zh: "{address} 的密码（输入时不显示；直接回车则不登录，只做外部检查）：",
  },
  withoutLogin: {
    en: "No password: what comes before the login is looked at, the login itself is not.",
    zh: "没有密码：只检查登录之前的各层，不登录。",
  },
  noTerminal: {
    en: "There is no terminal to ask for the password: hand it in with --password-stdin, or name the configuration that has it with --config.",
    zh: "没有终端可以输入密码：请用 --password-stdin 传入，或用 --config 指定含有该密码的配置。",
  },
  unanswered: {
    en: "The mail server of {domain} could not be found out ({reason}): everything else is looked at. If you know it: --imap HOST --smtp HOST",
    zh: "未能查到 {domain} 的邮件服务器（{reason}），先检查其他各项。若知道服务器，可写 --imap 主机 --smtp 主机",
  },
  forgetful: {
    en: "A refused login cannot be remembered: {reason}",
    zh: "无法记住被拒绝的登录：{reason}",
  },
  layer: { en: "{layer} …", zh: "{layer}……" },
  seen: { en: "  {done} of {all}  {status}  {title} ({target})", zh: "  {done}/{all}  {status}  {title}（{target}）" },
  stillOut: {
    en: "  the test mail of {asset} is not there yet, looking again in {seconds} s (Ctrl-C ends with what is known)",
    zh: "  {asset} 的测试邮件尚未到达，{seconds} 秒后再看（按 Ctrl-C 可提前结束）",
  },
  wellWithoutLogin: {
    en: "{address}: up to the login nothing is wrong. Whether the password is taken was not tried; call it again and give the password.",
    zh: "{address}：登录之前的各项都正常。没有尝试登录，若要检查密码，请重新运行并输入密码。",
  },
  held: {
    en: "The login of {account} was refused lately and is not tried again, so that nobody locks the account. Give another password, or try it once more with --force.",
    zh: "{account} 的登录最近被拒绝，为避免账号被锁定，不再尝试。请换一个密码，或加 --force 再试一次。",
  },
  interrupted: {
    en: "It was interrupted: {done} of {all} were looked at. What follows rests on these alone.",
    zh: "检查被中断：共 {all} 项，已检查 {done} 项。以下结论仅依据这些结果。",
  },
  steps: { en: "What to do, from easy to hard", zh: "处理步骤（由易到难）" },
  besides: { en: "Besides", zh: "此外" },
  lookedAt: { en: "What was looked at", zh: "检查了什么" },
  ruledOut: { en: "Ruled out", zh: "已排除" },
  sure: { en: "How sure: {confidence}", zh: "把握程度：{confidence}" },
  well: { en: "{layer}: in order ({titles})", zh: "{layer}：正常（{titles}）" },
  mixed: { en: "{layer}: {status}; in order: {titles}", zh: "{layer}：{status}；其余正常（{titles}）" },
  more: { en: "… and {count} more", zh: "……另有 {count} 项" },
  checks: { en: "{count} checks", zh: "{count} 项" },
  found: { en: "{layer}: {status}", zh: "{layer}：{status}" },
  line: { en: "{status}  {title} ({target}): {text}", zh: "{status}  {title}（{target}）：{text}" },
  comparedLine: {
    en: "{status}  {title} of {asset}, to compare with: {text}",
    zh: "{status}  {title}（{asset}，用于对照）：{text}",
  },
} as const satisfies Record<string, Text>;

/** What is looked at together, from ourselves outwards. */
export const layerWords = {
  "own-side": { en: "Own side", zh: "本机网络" },
  names: { en: "Domain and its records", zh: "域名与解析" },
  connection: { en: "Way to the servers", zh: "到服务器的连接" },
  encryption: { en: "Certificates", zh: "证书" },
  login: { en: "Login", zh: "登录" },
  services: { en: "Other services", zh: "其他服务" },
  storage: { en: "Storage", zh: "容量" },
  "round-trip": { en: "Mail on its way", zh: "邮件往返" },
} as const satisfies Record<string, Text>;

/** What is wrong with a call, and what to write instead. */
export const diagnoseProblems = {
  address: {
    en: '"{given}" is no mail address; write one such as sales@example.com',
    zh: "「{given}」不是邮箱地址；请写成 sales@example.com 这样的形式",
  },
  language: { en: '"{given}" is no language here; write en or zh-CN', zh: "没有「{given}」这种语言；请写 en 或 zh-CN" },
  server: {
    en: '{option}: "{given}" is no server; write a host, or host:port',
    zh: "{option}：「{given}」不是服务器；请写主机名，或「主机名:端口」",
  },
  option: { en: "{option}: {problem}; {remedy}", zh: "{option}：{problem}；{remedy}" },
  nowhere: {
    en: "{reason}. Look at the spelling of the address; where it is right, name the servers: --imap HOST --smtp HOST, or the provider: --provider ID ({providers})",
    zh: "{reason}。请检查地址是否写对；若没写错，请指定服务器：--imap 主机 --smtp 主机，或指定服务商：--provider ID（{providers}）",
  },
  "password-empty": {
    en: "--password-stdin: standard input holds no password; hand one in, or leave the option out to look without logging in",
    zh: "--password-stdin：标准输入中没有密码；请传入密码，或不写此选项，只做外部检查",
  },
  "password-long": {
    en: "--password-stdin: more than 4 KiB on standard input; hand in the password alone",
    zh: "--password-stdin：标准输入超过 4 KiB；请只传入密码",
  },
  "password-token": {
    en: "{address} is logged in to by tokens (oauth): leave --password-stdin out",
    zh: "{address} 使用 OAuth 令牌登录：请去掉 --password-stdin",
  },
} as const satisfies Record<string, Text>;
