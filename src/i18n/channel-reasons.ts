import type { Text } from "../model/text.ts";
import { reasonText } from "./reasons.ts";

/** Short technical reasons of channels, as those who read Chinese are told them. The first that fits counts. */
const chinese: readonly (readonly [pattern: RegExp, zh: string])[] = [
  [/^(.+) answered (\d{3}): a redirect to (\S+); write the final address$/, "$1 返回 $2，重定向到 $3；请写最终地址"],
  [/^(.+) answered (\d{3}): a redirect; write the final address$/, "$1 返回 $2（重定向）；请写最终地址"],
  [/^(.+) answered (\d{3}) without saying that it took the message$/, "$1 返回 $2，但没有说明已收下消息"],
  [/^(.+) has no access_token; copy it whole$/, "$1 缺少 access_token；请完整复制"],
  [/^(.+) has no key; copy it whole$/, "$1 缺少 key；请完整复制"],
  [/^(.+) names no topic; write https:\/\/host\/topic$/, "$1 没有主题；请写 https://主机/主题"],
  [/^The secret in (.+) is no token of a bot$/, "$1 中不是机器人的令牌"],
  [/^(.+) answered (\d{3})$/, "$1 返回 $2"],
  [/^(.+?): .*\bECONNREFUSED\b.*$/, "无法连接 $1：连接被拒绝"],
  [/^(.+?): .*(?:\bETIMEDOUT\b|nothing for \d+|No answer within).*$/, "无法连接 $1：超时"],
  [/^(.+?): .*\b(?:EHOSTUNREACH|ENETUNREACH)\b.*$/, "无法连接 $1：网络不通"],
  [/^(.+?): .*\b(?:ECONNRESET|EPIPE)\b.*$/, "$1 断开了连接"],
  [/^(.+?): The login was refused(?:: (.+))?$/, "$1：登录被拒绝：$2"],
  [/^(.+?): Sender or recipients were refused(?:: (.+))?$/, "$1：发件人或收件人被拒绝：$2"],
  [/^No answer within (\d+) s$/, "$1 秒内没有应答"],
  [/^(.+) is no http or https address$/, "$1 不是 http 或 https 地址"],
  [/^The secret in (.+) is not whsec_ and 24 to 64 bytes of base64$/, "$1 中的密钥不是 whsec_ 加 24 至 64 字节的 base64"],
  [/^(.+?): Nothing is posted to (\S+): .*$/, "不向内网地址 $2 推送；接收端在内网时请写 allow_private: true"],
  [/^(.+?): Nothing is posted over the internet without TLS; write https:\/\/$/, "$1：经公网推送必须用 https://"],
];

/** What the codes of chat services mean, in the words of their channels. */
const meanings: ReadonlyMap<string, string> = new Map([
  ["an unknown code", "未知代码"],
  ["the service is busy", "服务繁忙"],
  ["too many messages", "发送过于频繁"],
  ["too many messages (20 a minute)", "发送过于频繁（每分钟限 20 条）"],
  ["too many messages (20 a minute), nothing is taken for ten minutes", "发送过于频繁（每分钟限 20 条），十分钟内不再接收"],
  ["there is no such robot; copy its address anew", "机器人不存在；请重新复制地址"],
  ["the group was dissolved", "群已解散"],
  ["the robot is switched off", "机器人已停用"],
  ["the messages of this month are used up", "本月消息额度已用完"],
  ["the message has a wrong form", "消息格式不被接受"],
  ["the message is too long", "消息过长"],
  ["the robot wants a keyword; set it to signing instead", "机器人要求关键词；请改用加签"],
  ["the robot takes messages from other addresses only", "本机 IP 不在机器人的白名单中"],
  ["the signature does not fit; check the signing key and the clock of this machine", "签名不符；请核对加签密钥和本机时钟"],
  ["the webhook was removed or its channel is closed", "Webhook 已删除，或频道已关闭"],
  ["there is no such bot; check the token", "机器人不存在；请核对令牌"],
  ["the bot was blocked, or removed from the chat", "机器人被屏蔽，或已移出会话"],
  ["there is no such chat, or the bot may not write there", "会话不存在，或机器人无权发言"],
  ["there is no such device; copy its key anew", "设备不存在；请重新复制密钥"],
]);

/** A channel's short technical reason in both languages; what is not known here is said as it is. */
export function channelReason(reason: string): Text {
  const [, far, code, meaning = ""] = /^(.+?) answered (-?\d+): (.+)$/.exec(reason) ?? [];
  const meant = meanings.get(meaning);
  if (meant !== undefined) return { en: reason, zh: theirPlace(`${far} 返回 ${code}：${meant}`) };
  // What a proxy does wrong is not said of the receiver.
  const byProxy = /\bproxy-(?:connect|handshake) |through the proxy /.test(reason);
  const known = byProxy ? undefined : chinese.find(([pattern]) => pattern.test(reason));
  const zh = known === undefined ? reasonText(reason).zh : reason.replace(known[0], known[1]);
  return { en: reason, zh: theirPlace(zh) };
}

const theirPlace = (zh: string): string =>
  zh.replace(/the address in ((?:env|file|command) [^\s：]+)(?: |(?=：)|$)/, "$1 中的地址");
