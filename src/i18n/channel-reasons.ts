import type { Text } from "../model/text.ts";
import { reasonText } from "./reasons.ts";

/** Short technical reasons of channels, as those who read Chinese are told them. The first that fits counts. */
const chinese: readonly (readonly [pattern: RegExp, zh: string])[] = [
  [/^(.+) answered (\d{3}): a redirect to (\S+); write the final address$/, "$1 返回 $2，重定向到 $3；请写最终地址"],
  [/^(.+) answered (\d{3}): a redirect; write the final address$/, "$1 返回 $2（重定向）；请写最终地址"],
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

/** A channel's short technical reason in both languages; what is not known here is said as it is. */
export function channelReason(reason: string): Text {
  // What a proxy does wrong is not said of the receiver.
  const byProxy = /\bproxy-(?:connect|handshake) |through the proxy /.test(reason);
  const known = byProxy ? undefined : chinese.find(([pattern]) => pattern.test(reason));
  const zh = known === undefined ? reasonText(reason).zh : reason.replace(known[0], known[1]);
  return { en: reason, zh: zh.replace(/the address in ((?:env|file|command) [^\s：]+)(?: |(?=：)|$)/, "$1 中的地址") };
}
