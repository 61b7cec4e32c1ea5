import type { Text } from "../model/text.ts";

/** What src/net says of a DNS question without a usable answer. The first that fits counts. */
export const dnsPhrases: readonly Text[] = [
  // Of a second look at a negative answer; before the phrases that its own reason could be.
  {
    en: "{server} has no {type} of {name}; not confirmed: {reason}",
    zh: "{server} 称 {name} 没有 {type} 记录，但未得到证实：{reason}",
  },
  { en: "the servers of the root cannot be found: {reason}", zh: "查不到根域的域名服务器：{reason}" },
  { en: "the servers of {zone} cannot be found: {reason}", zh: "查不到 {zone} 的域名服务器：{reason}" },
  { en: "no zone was found above the root", zh: "找不到所属的域" },
  { en: "no zone was found above {name}", zh: "找不到 {name} 所属的域" },
  { en: "no server of the zone {zone} has an address", zh: "{zone} 的域名服务器都没有地址" },
  { en: "{server} ({address}) does not answer for the zone {zone}", zh: "{server} {address} 并不提供 {zone} 域" },
  { en: "{server} ({address}), a server of the zone {zone}, has one", zh: "{zone} 的域名服务器 {server} {address} 却说有" },

  // Of one server.
  { en: "{server} did not answer within {ms} ms", zh: "{server} 在 {ms} 毫秒内没有应答" },
  { en: "{server} did not answer over TCP within {ms} ms", zh: "{server} 在 {ms} 毫秒内没有经 TCP 应答" },
  {
    en: "{server} sent {count} answers to something else, and none to this question",
    zh: "{server} 发来 {count} 个应答，都与本次查询无关",
  },
  { en: "{server} answered another question over TCP", zh: "{server} 经 TCP 答非所问" },
  { en: "{server} cannot be reached: {reason}", zh: "连不上 {server}：{reason}" },
  { en: "{server} cannot be reached over TCP: {reason}", zh: "无法经 TCP 连接 {server}：{reason}" },
  {
    en: "{server} closed the connection after {count} octets, before its answer was whole",
    zh: "{server} 只发来 {count} 字节就断开连接，应答不完整",
  },
  { en: "{server} was given up: the resolver is closed", zh: "解析器已停止，不再等待 {server}" },
  { en: "{server} answered rcode {code} (extended error {words})", zh: "{server} 返回错误码 {code}，扩展错误 {words}" },
  { en: "{server} answered rcode {code}", zh: "{server} 返回错误码 {code}" },
  { en: "{server} answered {code} (extended error {words})", zh: "{server} 返回 {code}，扩展错误 {words}" },
  { en: "{server} answered {code}", zh: "{server} 返回 {code}" },
  { en: "{server} gave records with NXDOMAIN", zh: "{server} 的应答自相矛盾：称域名不存在，却给出记录" },
  { en: "{server} refers to other servers instead of answering", zh: "{server} 没有作答，只指向其他服务器" },
  { en: "{server} names an alias and does not answer for its target", zh: "{server} 只给出别名，没有给出别名的结果" },
  { en: "{name} leads to more than {count} aliases in a row", zh: "{name} 的 CNAME 别名连续超过 {count} 层" },
  { en: "no name server is configured, and the system has none", zh: "没有配置 DNS 服务器，系统也没有" },
  { en: '"{words}" is no domain name', zh: "「{words}」不是域名" },
  {
    en: '"{words}" is no name server; write its address, like 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53',
    zh: "「{words}」不是 DNS 服务器；请写地址，例如 192.0.2.53、192.0.2.53:5353 或 [2001:db8::53]:53",
  },

  // Of its message.
  { en: "the answer of {server} cannot be decoded: {words}", zh: "{server} 的应答无法解码：「{words}」" },
  {
    en: "the answer of {server} has a record that cannot be decoded: {words}",
    zh: "{server} 的应答含有无法解码的记录：「{words}」",
  },
  { en: "the answer of {server} is shorter than a header", zh: "{server} 的应答比报头还短" },
  { en: "the answer of {server} is longer than {count} octets", zh: "{server} 的应答超过 {count} 字节" },
  { en: "the answer of {server} has {count} questions", zh: "{server} 的应答含有 {count} 个问题" },
  {
    en: "the answer of {server} has {count} records, more than {limit}",
    zh: "{server} 的应答含有 {count} 条记录，超过 {limit} 条",
  },
  { en: "the answer of {server} has names of more than {count} octets", zh: "{server} 的应答中域名共超过 {count} 字节" },
  { en: "the answer of {server} has more than {count} strings", zh: "{server} 的应答含有超过 {count} 个字符串" },
  { en: "the answer of {server} ends within a record", zh: "{server} 的应答在记录中途截断" },
  { en: "the answer of {server} ends within a name", zh: "{server} 的应答在域名中途截断" },
  {
    en: "the answer of {server} has a name of more than {count} pointers",
    zh: "{server} 的应答中有域名含超过 {count} 个压缩指针",
  },
  {
    en: "the answer of {server} has a name of more than {count} octets",
    zh: "{server} 的应答中有域名超过 {count} 字节",
  },
  { en: "the answer of {server} has a pointer that does not go back", zh: "{server} 的应答中有不合法的压缩指针" },
  { en: "the answer of {server} has a label of a reserved kind", zh: "{server} 的应答中有不合法的域名标签" },
  { en: "the answer of {server} has an incomplete record", zh: "{server} 的应答中有不完整的记录" },
  { en: "the answer of {server} is truncated over TCP, too", zh: "{server} 经 TCP 的应答仍被截断" },
  {
    en: 'the answer of {server} leads to "{words}", which cannot be asked for',
    zh: "{server} 的应答指向「{words}」，这个名称无法查询",
  },

  // Of a name that was to be connected to.
  { en: "resolve {name}: no such name", zh: "域名 {name} 不存在" },
  { en: "resolve {name}: the name has no address", zh: "域名 {name} 没有地址" },
  { en: "resolve {name}: no address on the public internet ({words})", zh: "{name} 没有公网地址，只有 {words}" },
  { en: "resolve {name}: given up", zh: "查询 {name} 未完成就已中止" },
  { en: "resolve {name}: {reason}", zh: "查询 {name} 失败：{reason}" },

  // RFC 8914, with the number of the extended error.
  { en: "Unsupported DNSKEY Algorithm ({code})", zh: "密钥算法不受支持，扩展错误 {code}" },
  { en: "Unsupported DS Digest Type ({code})", zh: "DS 摘要类型不受支持，扩展错误 {code}" },
  { en: "DNSSEC Indeterminate ({code})", zh: "签名状态无法确定，扩展错误 {code}" },
  { en: "DNSSEC Bogus ({code})", zh: "签名无效，扩展错误 {code}" },
  { en: "Signature Expired before Valid ({code})", zh: "签名的到期时间早于生效时间，扩展错误 {code}" },
  { en: "Signature Expired ({code})", zh: "签名已过期，扩展错误 {code}" },
  { en: "Signature Not Yet Valid ({code})", zh: "签名尚未生效，扩展错误 {code}" },
  { en: "DNSKEY Missing ({code})", zh: "缺少 DNSKEY 记录，扩展错误 {code}" },
  { en: "RRSIGs Missing ({code})", zh: "缺少签名记录，扩展错误 {code}" },
  { en: "No Zone Key Bit Set ({code})", zh: "密钥没有域密钥标志，扩展错误 {code}" },
  { en: "NSEC Missing ({code})", zh: "缺少 NSEC 记录，扩展错误 {code}" },
  { en: "Unsupported NSEC3 Iterations Value ({code})", zh: "NSEC3 迭代次数不受支持，扩展错误 {code}" },
  { en: "nothing so far", zh: "暂无记录" },
];
