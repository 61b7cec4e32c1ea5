import type { Text } from "../model/text.ts";

/** What `mailvigil audit` says around its findings. */
export const auditWords = {
  badDomain: { en: "{domain} cannot be audited: {reason}", zh: "无法审查 {domain}：{reason}" },
  progress: { en: "{domain}  {done} of {all}  {check}  {status}", zh: "{domain}  {done}/{all}  {check}  {status}" },
  progressMany: {
    en: "{done} of {all} domains  {domain}  {status}",
    zh: "{done}/{all} 个域名  {domain}  {status}",
  },
  "verdict-ok": { en: "{domain}: nothing to mend.", zh: "{domain}：没有需要处理的问题。" },
  "verdict-warning": {
    en: "{domain}: nothing was found that stops mail. To mend: {counts}.",
    zh: "{domain}：没有发现影响收发的故障。待处理：{counts}。",
  },
  "verdict-critical": {
    en: "{domain}: mail is lost, refused or can be forged. To mend: {counts}, the most harmful first.",
    zh: "{domain}：邮件会丢失、被拒收或被冒用。待处理：{counts}，按危害从大到小排列。",
  },
  "verdict-unknown": {
    en: "{domain}: nothing wrong was found, but not everything could be judged.",
    zh: "{domain}：没有发现问题，但有些项目无法判断。",
  },
  provider: { en: "Its mail is at {provider} ({because}).", zh: "邮箱服务商：{provider}（{because}）。" },
  count: { en: "{count} {status}", zh: "{status} {count} 处" },
  toMend: { en: "What to mend", zh: "需要处理" },
  notJudged: { en: "Not judged", zh: "无法判断" },
  noted: { en: "Nothing is broken, but worth knowing", zh: "没有故障，供参考" },
  fine: { en: "In order", zh: "正常" },
  idle: { en: "Nothing to look at", zh: "没有可检查的对象" },
  listing: { en: "{head}:", zh: "{head}：" },
  because: { en: "{checks}: {reason}", zh: "{checks}：{reason}" },
  "unproven-port25": {
    en: "it is not proven that this machine is let out at port 25 (--port25-control HOST proves it), so this is not held against anybody: {found}",
    zh: "尚未证明本机能访问外部的 25 端口（可用 --port25-control 主机 证明），以下现象暂不归咎于任何一方：{found}",
  },
  "unproven-ipv6": {
    en: "it is not proven that this machine has IPv6, so this is not held against anybody: {found}",
    zh: "尚未证明本机可以使用 IPv6，以下现象暂不归咎于任何一方：{found}",
  },
  seen: { en: "Seen from outside on {time} ({zone}).", zh: "从外部查看，时间 {time}（{zone}）。" },
  details: {
    en: "{count} domains: {counts}. For what to mend, with the records to publish: mailvigil audit DOMAIN",
    zh: "共 {count} 个域名：{counts}。要看怎么改、发布什么记录：mailvigil audit 域名",
  },
  whatIf: {
    en: "This is the future, not today: the records of {file} ({records}) laid over the DNS of today. Their signatures (DNSSEC) cannot be judged before they are made; they count as signed where the zone is signed today.",
    zh: "这是发布之后的情况，不是现状：已把 {file} 的 {records} 条记录叠加到当前 DNS 上。尚未生成的签名（DNSSEC）无法判断；区域目前已签名的，按已签名处理。",
  },
  whatIfElsewhere: {
    en: "{file} names nothing at or below {domain}: is its $ORIGIN right?",
    zh: "{file} 中没有 {domain} 及其下级的记录：$ORIGIN 写对了吗？",
  },
} as const satisfies Record<string, Text>;

/** What is wrong with a call of `mailvigil audit`, and what to write instead. */
export const auditProblems = {
  "domain-none": {
    en: "no domain: name one, such as mailvigil audit example.com, or a list with --file",
    zh: "没有域名：请写明，例如 mailvigil audit example.com，或用 --file 指定列表",
  },
  "domain-bad": {
    en: "{where}“{domain}” is no domain; write it like example.com, without @, https:// or a path",
    zh: "{where}「{domain}」不是域名；请写成 example.com 的形式，不带 @、https:// 或路径",
  },
  "file-empty": { en: "--file {file}: it names no domain; write one a line", zh: "--file {file}：里面没有域名；请每行写一个" },
  "file-missing": { en: "{option} {file}: there is no such file; check the path", zh: "{option} {file}：文件不存在；请检查路径" },
  "file-folder": { en: "{option} {file}: this is a folder; name a file", zh: "{option} {file}：这是文件夹；请指定文件" },
  "file-unreadable": {
    en: "{option} {file}: it cannot be read ({code}); check its permissions",
    zh: "{option} {file}：无法读取（{code}）；请检查权限",
  },
  "file-large": {
    en: "{option} {file}: it is larger than {mebibytes} MiB; name another file",
    zh: "{option} {file}：超过 {mebibytes} MiB；请换一个文件",
  },
  "certificate-none": {
    en: "--ca {file}: it holds no certificate that can be read; name a file in PEM form (-----BEGIN CERTIFICATE-----)",
    zh: "--ca {file}：没有可读取的证书；请指定 PEM 格式的文件（-----BEGIN CERTIFICATE-----）",
  },
  "selector-bad": {
    en: "--selector “{given}” is no DKIM selector; write what stands behind s= in a DKIM-Signature, such as mail2026",
    zh: "--selector 「{given}」不是 DKIM 选择器；请写 DKIM-Signature 中 s= 后面的内容，例如 mail2026",
  },
  "address-bad": {
    en: "--sends-from “{given}” is no address; write it like 192.0.2.1 or 2001:db8::1",
    zh: "--sends-from 「{given}」不是 IP 地址；请写成 192.0.2.1 或 2001:db8::1 的形式",
  },
  "dns-bad": {
    en: "--dns “{given}” is no name server; write its address, like 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53",
    zh: "--dns 「{given}」不是 DNS 服务器；请写它的地址，例如 192.0.2.53、192.0.2.53:5353 或 [2001:db8::53]:53",
  },
  "range-bad": {
    en: "--public “{given}” is no address range; write it like 10.0.0.0/8 or fd00::/8",
    zh: "--public 「{given}」不是网段；请写成 10.0.0.0/8 或 fd00::/8 的形式",
  },
  "list-bad": {
    en: "--dnsbl “{given}” is no zone of a block list; write it like bl.example.org",
    zh: "--dnsbl 「{given}」不是黑名单的域名；请写成 bl.example.org 的形式",
  },
  "lists-many": {
    en: "--dnsbl: {count} lists are too many; name at most {most}",
    zh: "--dnsbl：{count} 个黑名单太多；最多 {most} 个",
  },
  "control-bad": {
    en: "--port25-control “{given}” is no host; write it like mx.example.com or 192.0.2.1:25",
    zh: "--port25-control 「{given}」不是主机；请写成 mx.example.com 或 192.0.2.1:25 的形式",
  },
  "zone-bad": {
    en: "--what-if {file}, line {line}: {problem}; {remedy}",
    zh: "--what-if {file} 第 {line} 行：{problem}；{remedy}",
  },
} as const satisfies Record<string, Text>;
