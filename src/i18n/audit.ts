import type { Text } from "../model/text.ts";

/** What `mailvigil audit` says around its findings. */
export const auditWords = {
  noDomain: {
    en: "name a domain to audit, such as example.com, or a list with --file",
    zh: "请写要审查的域名，例如 example.com；或用 --file 指定列表",
  },
  badDomain: { en: "{domain} cannot be audited: {reason}", zh: "无法审查 {domain}：{reason}" },
  progress: { en: "{domain}  {done} of {all}  {check}  {status}", zh: "{domain}  {done}/{all}  {check}  {status}" },
  "verdict-ok": { en: "{domain}: nothing to mend.", zh: "{domain}：没有需要处理的问题。" },
  "verdict-warning": {
    en: "{domain}: mail works; {count} things should be mended.",
    zh: "{domain}：邮件可用，有 {count} 处应当处理。",
  },
  "verdict-critical": {
    en: "{domain}: mail is lost, refused or can be forged; {count} things to mend, the most harmful first.",
    zh: "{domain}：邮件会丢失、被拒收或被冒用；有 {count} 处要处理，按危害从大到小排列。",
  },
  "verdict-unknown": {
    en: "{domain}: nothing wrong was found, but {count} things could not be found out.",
    zh: "{domain}：没有发现问题，但有 {count} 处未能查清。",
  },
  fine: { en: "In order: {checks}", zh: "正常：{checks}" },
} as const satisfies Record<string, Text>;
