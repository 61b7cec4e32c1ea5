import ipaddr from "ipaddr.js";
import { isIP } from "node:net";
import { z } from "zod";
import { priorities } from "../model/incident.ts";
import { proxyRemedy, readProxy } from "../model/proxy.ts";
import { severities } from "../model/status.ts";
import { languages, type Text } from "../model/text.ts";
import { isSelector } from "../model/dns-words.ts";
import { fault, show } from "./diagnostics.ts";
import { isRecord } from "./document.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { isText, judged, leaf, oneOf } from "./leaf.ts";
import { joinHostPort, splitHostPort, toHost, toHostName, toMailAddress } from "./names.ts";
import type { SecretSpec } from "./secrets.ts";
import { fullWidth } from "./syntax.ts";

/** What may be written in mailvigil.yaml, key by key. Keys are snake_case; every value says itself what is wrong with it. */

export const text = leaf(
  { en: "a text", zh: "文字" },
  { en: "write a text of 1 to 200 characters, in quotes if it is a number", zh: "请写 1 至 200 个字符的文字，数字需加引号" },
  (value) => (isText(value) && value.trim() !== "" && value.length <= 200 ? value : undefined),
);
/** What an asset is called that has no address: part of its id. */
export const assetName = (kind: Text) =>
  leaf(
    kind,
    { en: "use 1 to 60 small letters, digits and -, such as exmail", zh: "请用 1 至 60 个小写字母、数字和 -，例如 exmail" },
    (value) => (isText(value) && /^[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?$/.test(value) ? value : undefined),
  );
export const owner = leaf(
  { en: "a person or department", zh: "人员或部门" },
  { en: "write who looks after it, such as Finance (Ms Li)", zh: "请写明由谁负责，例如 财务部（李女士）" },
  (value) => (isText(value) && value.trim() !== "" && value.length <= 200 ? value : undefined),
);
export const boolean = leaf(
  { en: "true or false", zh: " true 或 false" },
  { en: "write true or false", zh: "请写 true 或 false" },
  (value) => (typeof value === "boolean" ? value : undefined),
);
const timezone = leaf(
  { en: "a time zone", zh: "时区" },
  { en: "write an IANA name such as Asia/Shanghai", zh: "请写 IANA 名称，例如 Asia/Shanghai" },
  (value) => (isText(value) ? knownTimeZone(value) : undefined),
);
const url = leaf(
  { en: "a web address", zh: "网址" },
  { en: "write it like https://mailvigil.example.com", zh: "请写成 https://mailvigil.example.com" },
  (value) => (isText(value) && /^https?:\/\/[^\s]+$/.test(value) && URL.canParse(value) ? value.replace(/\/+$/, "") : undefined),
);
const address = leaf(
  { en: "an IP address", zh: " IP 地址" },
  { en: "write it like 203.0.113.5 or 2001:db8::5", zh: "请写成 203.0.113.5 或 2001:db8::5" },
  (value) => (isText(value) && isIP(value) !== 0 ? value.toLowerCase() : undefined),
);
const selector = leaf(
  { en: "a DKIM selector", zh: " DKIM 选择器" },
  { en: "write a name such as s1 or google, without ._domainkey", zh: "请写名称，例如 s1 或 google，不带 ._domainkey" },
  (value) => (isText(value) && isSelector(value) && !value.includes("_domainkey") ? value.toLowerCase() : undefined),
);
export const date = leaf(
  { en: "a date", zh: "日期" },
  { en: "write it like 2027-03-31", zh: "请写成 2027-03-31" },
  (value) => z.iso.date().safeParse(value).data,
);
const port = leaf({ en: "a port", zh: "端口" }, { en: "write a number from 1 to 65535", zh: "请写 1 至 65535 的数字" }, (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535 ? value : undefined,
);
const host = leaf(
  { en: "a host name", zh: "主机名" },
  { en: "write a name such as imap.example.com, without a port", zh: "请写主机名，例如 imap.example.com，不带端口" },
  (value) => (isText(value) ? toHost(value) : undefined),
);
export const domainName = leaf(
  { en: "a domain", zh: "域名" },
  { en: "write a name such as example.com", zh: "请写域名，例如 example.com" },
  (value) => (isText(value) ? toHostName(value) : undefined),
);
const mailAddress = leaf(
  { en: "a mail address", zh: "邮件地址" },
  { en: "write it like sales@example.com", zh: "请写成 sales@example.com" },
  (value) => (isText(value) ? toMailAddress(value) : undefined),
);
const path = leaf({ en: "a path", zh: "路径" }, { en: "write the path of a file", zh: "请写文件路径" }, (value) =>
  isText(value) && value !== "" && !value.includes("\0") ? value : undefined,
);
const fingerprint = leaf(
  { en: "a SHA-256 fingerprint", zh: " SHA-256 指纹" },
  {
    en: "write the 64 hexadecimal digits that openssl x509 -fingerprint -sha256 prints",
    zh: "请写 openssl x509 -fingerprint -sha256 输出的 64 位十六进制数",
  },
  (value) => {
    const digits = isText(value) ? value.replaceAll(":", "").toLowerCase() : "";
    return /^[0-9a-f]{64}$/.test(digits) ? digits : undefined;
  },
);
const dnsServer = leaf(
  { en: "the address of a DNS server", zh: " DNS 服务器地址" },
  { en: "write an IP address such as 223.5.5.5 or 127.0.0.1:5353", zh: "请写 IP 地址，例如 223.5.5.5 或 127.0.0.1:5353" },
  (value) => {
    const found = isText(value) ? splitHostPort(value, 53) : undefined;
    return found && isIP(found.host) !== 0 && found.port > 0 ? joinHostPort(found.host, found.port) : undefined;
  },
);
const hostPort = leaf(
  { en: "host:port", zh: " host:port 形式" },
  { en: "write it like 223.5.5.5:443", zh: "请写成 223.5.5.5:443" },
  (value) => {
    const found = isText(value) ? splitHostPort(value) : undefined;
    return found && found.port > 0 ? joinHostPort(found.host, found.port) : undefined;
  },
);
const listen = leaf(
  { en: "an address to listen at", zh: "监听地址" },
  { en: "write it like 127.0.0.1:8993", zh: "请写成 127.0.0.1:8993" },
  (value) => (isText(value) ? splitHostPort(value, 8993) : undefined),
);
const spamd = leaf(
  { en: "the address of a spamd", zh: "spamd 的地址" },
  { en: "write it like 127.0.0.1:783", zh: "请写成 127.0.0.1:783" },
  (value) => {
    const found = isText(value) ? splitHostPort(value, 783) : undefined;
    return found && found.host !== "" && found.port > 0 ? found : undefined;
  },
);
const addressRange = leaf(
  { en: "a range of addresses", zh: "地址段" },
  { en: "write it like 10.0.0.0/8", zh: "请写成 10.0.0.0/8" },
  (value) => (isText(value) && (ipaddr.isValidCIDR(value) || isIP(value) !== 0) ? value : undefined),
);

/** `5m`; a cron expression is told apart, because other tools take one here. */
export const duration = (leastMs: number, mostMs: number) => {
  const remedy = { en: "write a number and s, m, h or d, such as 5m", zh: "请写数字加 s、m、h 或 d，例如 5m" };
  const [least, most] = [formatDuration(leastMs), formatDuration(mostMs)];
  return judged(remedy, (value) => {
    const ms = isText(value) ? parseDuration(value) : undefined;
    const shown = show(value);
    if (isText(value) && /^[\d*/,-]+( [\d*/,-]+){4,5}$/.test(value)) {
      return fault({ en: `${shown.en} is a cron expression`, zh: `${shown.zh}是 cron 表达式` }, remedy);
    }
    if (ms === undefined) return fault({ en: `${shown.en} is not a duration`, zh: `${shown.zh}不是时长` }, remedy);
    if (ms >= leastMs && ms <= mostMs) return { value: ms };
    const [en, zh] = ms < leastMs ? ["short", "短"] : ["long", "长"];
    return fault(
      { en: `${shown.en} is too ${en}`, zh: `${shown.zh}过${zh}` },
      { en: `write a duration from ${least} to ${most}`, zh: `请写 ${least} 至 ${most} 之间的时长` },
    );
  });
};
const second = 1_000;
const day = 86_400_000;
const interval = duration(second, 31 * day);

const secretRemedy = {
  en: "write { env: NAME }, { file: path } or { command: [program, argument] }",
  zh: "请写 { env: 变量名 }、{ file: 路径 } 或 { command: [程序, 参数] }",
};

/** A secret never stands in the file itself. The value that does is not repeated in the message. */
export const secret = judged<SecretSpec>(secretRemedy, (value) => {
  const spec = toSecretSpec(value);
  if (spec) return { value: spec };
  if (isRecord(value)) return fault({ en: "is not the place of a secret", zh: "不是有效的密码来源" }, secretRemedy);
  return plainSecret;
});

export const missingSecret = fault({ en: "is missing", zh: "缺失" }, secretRemedy);

export const plainSecret = fault(
  { en: "a secret must not stand in this file as text", zh: "密码不能以明文写在此文件中" },
  secretRemedy,
);

/** `{ env: NAME }`, `{ file: path }`, `{ command: [argv] }`, and nothing else. */
export function toSecretSpec(value: unknown): SecretSpec | undefined {
  if (!isRecord(value) || Object.keys(value).length !== 1) return undefined;
  const { env, file, command } = value;
  if (isText(env) && /^[A-Za-z_][A-Za-z0-9_]*$/.test(env)) return { kind: "env", name: env };
  if (isText(file) && file !== "" && !file.includes("\0")) return { kind: "file", path: file };
  if (Array.isArray(command) && command.length > 0 && command.length <= 50 && command.every(isText) && command[0] !== "") {
    return { kind: "command", argv: command };
  }
  return undefined;
}

/** The password of a proxy is never written here, only where it is kept, like every other. */
const proxy = judged(proxyRemedy, (value) => {
  const read = readProxy(value, toSecretSpec);
  return "problem" in read ? (fullWidth(value) ?? read) : { value: read };
});

const business = oneOf(["critical", "normal", "low"]);
const off = z.array(text).default([]);
const server = z.strictObject({
  host: host.optional(),
  port: port.optional(),
  security: oneOf(["tls", "starttls"]).optional(),
  fingerprint: fingerprint.optional(),
});

/** Key by key, so that one wrong setting hides no other. */
/** The account of a month is made of whole rows until it is written. */
const kept = duration(35 * day, 3650 * day);

export const settingsSchemas = {
  timezone: timezone.optional(),
  language: oneOf(languages).optional(),
  company: text.optional(),
  url: url.optional(),
  data: path.optional(),
  http: z.strictObject({ listen: listen.optional(), token: secret.optional() }).optional(),
  dns: z.strictObject({ servers: z.array(dnsServer).optional(), authority_port: port.optional() }).optional(),
  tls: z.strictObject({ ca: z.array(path).optional() }).optional(),
  network: z.strictObject({ public: z.array(addressRange).optional() }).optional(),
  spamd: spamd.optional(),
  keep: z.strictObject({ observations: kept.optional(), hours: kept.optional() }).optional(),
  self_tests: z.unknown().optional(),
};
/** `self_tests` is `off`, or this. */
export const selfTestsSchema = z.strictObject({ egress: z.array(hostPort).min(1).optional() });

export const domainSchema = z.strictObject({
  name: domainName,
  receives: boolean.default(true),
  sends: boolean.default(true),
  selectors: z.array(selector).max(10).default([]),
  senders: z.array(address).max(64).default([]),
  expires: date.optional(),
  business: business.optional(),
  off,
});

export const mailboxSchema = z.strictObject({
  address: mailAddress,
  login: text.optional(),
  password: secret.optional(),
  oauth: z.unknown().optional(),
  provider: text.optional(),
  imap: server.optional(),
  smtp: server.optional(),
  pop3: server.optional(),
  activity: boolean.optional(),
  proxy: proxy.optional(),
  business: business.optional(),
  role: oneOf(["partner"]).optional(),
  off,
});

/** 1 MB is 1024 × 1024 bytes, as mail providers count. */
const mailSize = leaf(
  { en: "a size of at most 50 MB", zh: "不超过 50 MB 的大小" },
  { en: "write it like 20MB or 500KB", zh: "请写成 20MB 或 500KB" },
  (value) => {
    const [, number, unit] = /^(\d{1,6}(?:\.\d{1,3})?)\s?(KB|MB)$/i.exec(isText(value) ? value.trim() : "") ?? [];
    const bytes = Math.round(Number(number) * (unit?.toUpperCase() === "KB" ? 1024 : 1024 * 1024));
    return bytes >= 1 && bytes <= 50 * 1024 * 1024 ? bytes : undefined;
  },
);

export const routeSchema = z.strictObject({
  from: mailAddress,
  to: mailAddress,
  every: interval.optional(),
  late_after: duration(second, 7 * day).optional(),
  lost_after: duration(second, 7 * day).optional(),
  expect: oneOf(["delivered", "held", "rejected", "junk"]).optional(),
  size: mailSize.optional(),
  size_every: duration(3_600_000, 31 * day).optional(),
  business: business.optional(),
  off,
});

export const endpointSchema = z.strictObject({
  host,
  port,
  protocol: oneOf(["tls", "imap", "smtp", "pop3"]).default("tls"),
  business: business.optional(),
  off,
});

export const ruleSchema = z.strictObject({
  priorities: z.array(oneOf(priorities)).min(1).optional(),
  channels: z.array(text).min(1),
});
const offOr = (leastMs: number, example: string) => {
  const least = formatDuration(leastMs);
  const remedy = { en: `write a duration such as ${example}, or off`, zh: `请写时长，例如 ${example}，或写 off` };
  return judged(remedy, (value) => {
    if (value === "off") return { value: 0 };
    const ms = isText(value) ? parseDuration(value) : undefined;
    if (ms !== undefined && ms >= leastMs) return { value: ms };
    return fault({ en: `is not a duration of at least ${least}`, zh: `不是至少 ${least} 的时长` }, remedy);
  });
};
const reminder = offOr(60 * second, "30m");
export const remindSchema = z.strictObject({
  P1: reminder.optional(),
  P2: reminder.optional(),
  P3: reminder.optional(),
  P4: reminder.optional(),
});

const count = leaf(
  { en: "a count", zh: "次数" },
  { en: "write a whole number from 1 to 20", zh: "请写 1 至 20 的整数" },
  (value) => (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 20 ? value : undefined),
);
const badRemedy = { en: "write [3, 4] for bad in 3 of the last 4", zh: "请写 [3, 4]，表示最近 4 次中有 3 次异常" };
const badOf = judged<readonly [n: number, m: number]>(badRemedy, (value) => {
  const [n, m, ...more]: unknown[] = Array.isArray(value) ? value : [];
  const whole = (it: unknown): it is number => typeof it === "number" && Number.isInteger(it) && it >= 1 && it <= 20;
  if (whole(n) && whole(m) && n <= m && more.length === 0) return { value: [n, m] };
  return fault({ en: "is not two numbers n, m with n at most m", zh: "不是两个数 n、m（n 不大于 m）" }, badRemedy);
});
const recheck = offOr(second, "20s");

export const probeSchema = z.strictObject({
  check: text.optional(),
  every: interval.optional(),
  deadline: duration(second, day / 24).optional(),
  confirm: z.strictObject({ bad: badOf.optional(), good: count.optional(), recheck: recheck.optional() }).optional(),
  severity: z.record(z.string(), oneOf(severities)).optional(),
  business: business.optional(),
  options: z.record(z.string(), z.unknown()).optional(),
});

/** The keys of the file. */
export const topLevelKeys = [
  "settings",
  "domains",
  "credentials",
  "mailboxes",
  "routes",
  "forwards",
  "endpoints",
  "relays",
  "queues",
  "directories",
  "subscriptions",
  "backups",
  "dnsbl",
  "status_page",
  "channels",
  "alerts",
  "people",
  "roles",
  "report",
  "sops",
  "probes",
] as const;
export const alertsKeys = ["rules", "remind"] as const;
/** Words of the design that come with later versions: refused by name, never ignored. */
export const laterKeys: readonly string[] = ["silences", "maintenance"];

/** The IANA name as the system writes it. `UTC` and offsets such as `+08:00` are none. */
function knownTimeZone(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
