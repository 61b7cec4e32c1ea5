import type { Text } from "../model/text.ts";

/** What ends a start, besides the faults of the configuration. The first that fits counts. */
export const startPhrases: readonly Text[] = [
  // Files in checks/ and alerts/channels/ (src/plugins.ts).
  { en: '"{words}" is no check: {reason}', zh: "「{words}」不是检查项：{reason}" },
  { en: '"{words}" is no channel: {reason}', zh: "「{words}」不是告警通道：{reason}" },
  { en: 'Cannot load the check "{path}": {words}', zh: "无法加载检查项「{path}」：「{words}」" },
  { en: 'Cannot load the channel "{path}": {words}', zh: "无法加载告警通道「{path}」：「{words}」" },
  { en: "it has no default export", zh: "没有默认导出" },
  {
    en: "its default export is not an object; write export default defineCheck({ … })",
    zh: "默认导出不是对象；请写 export default defineCheck({ … })",
  },
  {
    en: "its default export is not an object; write export default defineChannel({ … })",
    zh: "默认导出不是对象；请写 export default defineChannel({ … })",
  },
  { en: 'its id is "{id}"; it must equal the file name, "{name}"', zh: "id 是「{id}」；须与文件名一致，即「{name}」" },
  { en: "title is not a text in en and zh", zh: "title 不是含 en 和 zh 的文本" },
  { en: "options is not a zod schema", zh: "options 不是 zod 模式" },
  { en: "{key} is not a function", zh: "{key} 不是函数" },
  { en: "measures is not one of {words}", zh: "measures 只能是 {words} 之一" },
  { en: "{key} is not a number of milliseconds", zh: "{key} 不是毫秒数" },
  { en: "confirm is not { bad: [n, m], good, recheckMs }", zh: "confirm 不是 { bad: [n, m], good, recheckMs }" },
  { en: "{key} is not an object", zh: "{key} 不是对象" },
  { en: "perMinute is not a number of messages", zh: "perMinute 不是消息条数" },
  { en: 'the code of the finding "{code}" is not in kebab-case', zh: "发现「{code}」的代码须用小写字母和连字符" },
  { en: 'the finding "{code}" has no severity', zh: "发现「{code}」没有 severity" },
  { en: 'the finding "{code}" has no source', zh: "发现「{code}」没有 source" },
  { en: 'the finding "{code}" has no {key} in en and zh', zh: "发现「{code}」没有含 en 和 zh 的 {key}" },
  { en: 'the metric "{name}" is not { label, help, unit }', zh: "指标「{name}」不是 { label, help, unit }" },
  { en: 'the metric "{name}" has no label in en and zh', zh: "指标「{name}」没有含 en 和 zh 的 label" },

  // A sign-in (src/net/sign-in*.ts).
  { en: "the provider gave {words}", zh: "服务商给出的是 {words}" },
  { en: "the provider sent the browser back with {words}", zh: "服务商让浏览器带回的是 {words}" },
  { en: "the answer to the device request is none of RFC 8628", zh: "对设备码请求的应答不符合 RFC 8628" },

  // Options of checks and channels that do not fit (src/config/issues.ts).
  { en: "must be a domain name, such as {words}", zh: "应为域名，例如 {words}" },
  { en: "must be an address and a port, such as {words}", zh: "应为地址和端口，例如 {words}" },
  { en: "must be an address, such as {words}", zh: "应为地址，例如 {words}" },
  { en: "must be an address", zh: "应为地址" },
  { en: "must be a web address, such as {words}", zh: "应为网址，例如 {words}" },
  { en: "must be a web address", zh: "应为网址" },
  { en: "must be a host, such as {words}", zh: "应为主机，例如 {words}" },
  { en: "must be host:port, such as {words}", zh: "应为主机:端口，例如 {words}" },
  { en: "must be a selector, such as {words}", zh: "应为选择器，例如 {words}" },
  { en: "must be a date, such as {words}", zh: "应为日期，例如 {words}" },
  { en: "must be a code, such as {words}", zh: "应为代码，例如 {words}" },
  { en: "must be a mail address", zh: "应为邮箱地址" },
  { en: "must be a secret", zh: "应指明密钥的来源" },
  {
    en: "must be the SHA-256 of the certificate: 64 hexadecimal digits",
    zh: "应为证书的 SHA-256 指纹：64 位十六进制数字",
  },
  { en: "user and password belong together", zh: "user 和 password 须同时填写" },

  // Settings that are read when the network is made.
  {
    en: '"{words}" is no address range; write it like 10.0.0.0/8 or fd00::/8',
    zh: "「{words}」不是地址段；请写成 10.0.0.0/8 或 fd00::/8 的形式",
  },
];
