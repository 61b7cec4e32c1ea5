import type { Text } from "../model/text.ts";

/** What single checks and the loader of secrets say in a reason of their own. The first that fits counts. */
export const checkPhrases: readonly Text[] = [
  // The registry of a domain.
  { en: "{words} knows no such domain, and the DNS has it", zh: "{words} 查不到此域名，但 DNS 中有它" },
  {
    en: "{protocol} {host} knows no such domain, and the DNS does not answer ({reason})",
    zh: "{protocol} {host} 查不到此域名，DNS 也没有回答：{reason}",
  },
  { en: "neither RDAP nor WHOIS is known for {tld}", zh: "不知道 {tld} 的 RDAP 或 WHOIS 服务器" },
  { en: "an answer that is not about this domain", zh: "应答说的不是这个域名" },
  { en: "its answer has no date that can be read", zh: "应答中没有可读的日期" },
  { en: "it refuses: {words}", zh: "拒绝查询：{words}" },
  { en: "it asks to be left alone for {seconds} s", zh: "对方要求 {seconds} 秒内不要再来" },
  { en: "{url} redirects to {target}, inside the network of the proxy", zh: "{url} 跳转到代理内网中的 {target}" },
  { en: "it cannot be read", zh: "内容无法读取" },
  { en: "status {status}", zh: "状态码 {status}" },
  { en: "last known", zh: "上次查到" },

  // What is wrong with a certificate (certificate-words.ts).
  { en: "it has expired", zh: "已过期" },
  { en: "it is not valid yet", zh: "尚未生效" },
  { en: "it is for another name", zh: "证书属于其他名称" },
  { en: "it is self-signed", zh: "是自签名证书" },
  { en: "its authority is not a public one", zh: "签发机构不是公共机构" },
  { en: "the intermediate certificate is missing", zh: "缺少中间证书" },
  { en: "it is not made for servers", zh: "不是服务器证书" },
  { en: "the certificate of its issuer has expired", zh: "签发者的证书已过期" },
  { en: "somebody on the way has replaced it", zh: "已被途中的设备替换" },
  { en: "there is none", zh: "没有证书" },

  // Blocklists.
  { en: "the list is closed", zh: "该名单已停止服务" },
  { en: "it has nothing to be asked for", zh: "没有可向它查询的内容" },
  { en: "it refuses our resolver ({words})", zh: "它拒绝本机的解析器，返回 {words}" },
  {
    en: "it was asked through the public resolver {address}, which it does not answer",
    zh: "查询经过公共解析器 {address}，而它不应答公共解析器",
  },
  { en: "it lists what must not be listed ({words})", zh: "它列入了不该列入的条目 {words}" },
  { en: "it answers {words}, which no list does", zh: "它返回 {words}，正常的名单不会这样应答" },
  { en: "its test entry is missing ({words})", zh: "缺少测试条目 {words}" },
  { en: "no answer: {reason}", zh: "没有应答：{reason}" },
  { en: "reputation worst to bad", zh: "信誉差" },
  { en: "honest name that others abuse", zh: "正常域名遭人滥用" },
  { en: "click tracker", zh: "点击跟踪" },
  { en: "disposable mail", zh: "一次性邮箱" },
  { en: "level {level}", zh: "{level} 级" },
  { en: "registered in the last 15 days", zh: "注册不满 15 天" },
  { en: "first seen within the last day", zh: "一天内首次出现" },

  // Records.
  { en: "the records before it are larger than is read", zh: "它之前的记录过大，未再读取" },
  { en: "it is not authoritative", zh: "不是该域的权威服务器" },
  { en: "nothing above it is known", zh: "查不到它的上级域" },
  { en: "no server of the root can be asked", zh: "根域的域名服务器都问不到" },
  { en: "no server of {zone} can be asked", zh: "{zone} 的域名服务器都问不到" },
  { en: "refers to {words}", zh: "指向 {words}" },
  { en: "(no {type} at {name})", zh: "（{name} 没有 {type} 记录）" },
  { en: "no DNS name", zh: "证书中没有 DNS 名称" },
  { en: "broken chain", zh: "证书链不完整" },
  { en: "no incomingServer or outgoingServer with a host name", zh: "没有写明主机名的 incomingServer 或 outgoingServer" },
  { en: "no mail server: {words}", zh: "不是邮件服务器：{words}" },

  // How full a mailbox is.
  { en: "no QUOTA", zh: "不支持 QUOTA" },
  { en: "no QUOTA in the answer", zh: "应答中没有 QUOTA" },
  { en: "no SIZE in the answer", zh: "应答中没有 SIZE" },
  { en: "no MESSAGES in the answer", zh: "应答中没有 MESSAGES" },
  { en: "{count} mails in all", zh: "{count} 封" },
  { en: "{count} mails or so", zh: "约 {count} 封" },
  { en: "{count} of {total} mails of one folder", zh: "有一个文件夹只统计了 {total} 封中的 {count} 封" },
  { en: "more than {count} folders", zh: "文件夹超过 {count} 个" },
  { en: "not all folders within {seconds} s", zh: "{seconds} 秒内没有统计完所有文件夹" },
  { en: "a folder with a name that is not ASCII", zh: "有文件夹的名称不是 ASCII" },

  // A directory.
  { en: "an anonymous program", zh: "匿名用户" },
  { en: "an answer that is no LDAP", zh: "应答不是 LDAP" },
  { en: "an answer of more than {count} bytes", zh: "应答超过 {count} 字节" },

  // What becomes of a mail on purpose.
  { en: "its header does not show where it waited", zh: "邮件头看不出停在哪里" },
  { en: "it waited {seconds} s at {from} until {by} took it", zh: "其中 {seconds} 秒停在 {from}，之后才由 {by} 接收" },
  { en: "its header bears no mark of a filter", zh: "邮件头没有过滤系统的标记" },
  { en: "the receiver states no result", zh: "收件方未写明验证结果" },
  { en: "the receiver found {words}", zh: "收件方的结果为 {words}" },
  { en: "it is no spamd: {words}", zh: "对方不是 spamd：{words}" },
  { en: "marked by {words}", zh: "过滤系统的标记：{words}" },
  { en: "it is held back", zh: "已被拦下" },
  { en: "it is refused", zh: "已被拒收" },
  { en: "it is put into the junk folder", zh: "已进垃圾邮件文件夹" },

  // Sources of text, and the queue that one of them tells of.
  { en: "the command {words} failed ({code}): {reason}", zh: "命令 {words} 执行失败（{code}）：{reason}" },
  { en: "{words} could not be read within {seconds} s", zh: "{words} 在 {seconds} 秒内没有读完" },
  { en: "the list of the bucket could not be read", zh: "无法读取存储桶的列表" },
  { en: "the answer of {program} could not be read", zh: "无法读取 {program} 的输出" },
  { en: "there are more than {count}", zh: "超过 {count} 个" },
  { en: "the queue manager does not get on with them", zh: "队列管理器没有推进它们" },
  { en: "for different reasons, most often {words}", zh: "原因各不相同，最常见的是 {words}" },
  { en: "for different reasons", zh: "原因各不相同" },

  // Mail servers that have not been found yet.
  { en: "the mail server of {domain} has not been looked for yet", zh: "尚未查找 {domain} 的邮件服务器" },
  { en: "the mail server of {domain} is not known yet ({reason})", zh: "尚未找到 {domain} 的邮件服务器（{reason}）" },
  { en: "{domain} has no MX and no SRV record that names a mail server", zh: "{domain} 没有指向邮件服务器的 MX 或 SRV 记录" },
  { en: "no usable DNS answer, {words}", zh: "DNS 没有可用的应答，{words}" },

  // Secrets that cannot be read, and the remedy.
  { en: "the environment variable {name} is not set", zh: "环境变量 {name} 未设置" },
  { en: "set {name} before the start, or use { file: path }", zh: "请在启动前设置 {name}，或改用 { file: 路径 }" },
  { en: "the environment variable {name} is empty", zh: "环境变量 {name} 为空" },
  { en: "put the secret into {name}", zh: "请将密码写入 {name}" },
  { en: "everybody on this machine may read {words}", zh: "本机所有用户都能读取 {words}" },
  { en: "run chmod 600 {words}", zh: "请运行 chmod 600 {words}" },
  { en: "the command {words} took longer than {seconds} s", zh: "命令 {words} 超过 {seconds} 秒未结束" },
  { en: "use a command that prints the secret at once and asks nothing", zh: "请使用能立即输出密码且无需交互的命令" },
  { en: "the command {words} printed more than 64 KiB", zh: "命令 {words} 输出超过 64 KiB" },
  { en: "use a command that prints only the secret", zh: "请使用只输出密码的命令" },
  { en: "the command {words} cannot be started ({code})", zh: "命令 {words} 无法启动（{code}）" },
  {
    en: "write it as [program, argument, …] with the full path of the program",
    zh: "请写成 [程序, 参数, …]，程序用完整路径",
  },
  { en: "the command {words} failed ({code})", zh: "命令 {words} 执行失败（{code}）" },
  { en: "run it by hand as the user that runs Mailvigil", zh: "请以运行 Mailvigil 的用户手动执行以排查" },
  { en: "the command {words} printed nothing", zh: "命令 {words} 没有输出" },
  { en: "use a command that prints the secret on standard output", zh: "请使用将密码输出到标准输出的命令" },
  { en: "{words} is not a file", zh: "{words} 不是文件" },
  { en: "name a file", zh: "请指定一个文件" },
  { en: "{words} is larger than 64 KiB", zh: "{words} 超过 64 KiB" },
  { en: "name the file that holds only the secret", zh: "请指定只含密码的文件" },
  { en: "{words} is empty", zh: "{words} 为空" },
  { en: "write the secret into it, on one line", zh: "请将密码写入该文件，单独一行" },
  { en: "{words} does not exist", zh: "{words} 不存在" },
  {
    en: "make the file, with the secret on one line, readable by its owner only",
    zh: "请创建该文件，写入密码，且仅所有者可读",
  },
  { en: "{words} cannot be read ({code})", zh: "{words} 无法读取（{code}）" },
  { en: "give the user that runs Mailvigil the right to read it", zh: "请让运行 Mailvigil 的用户有权读取" },
  { en: "the file {words} cannot be written ({code})", zh: "文件 {words} 无法写入（{code}）" },
  {
    en: "give the user that runs Mailvigil the right to write it and its folder",
    zh: "请让运行 Mailvigil 的用户能写入它及其目录",
  },
];
