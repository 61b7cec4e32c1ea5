import type { FindingDeclaration } from "../src/model/check.ts";

/** What the filters on the server do with the mail of a mailbox. */
export const sieveFindings = {
  "forward-added": {
    severity: "critical",
    immediate: true,
    text: {
      en: "Mail of {user} is now sent on to {addresses}: its filter on {host} was changed (script “{script}”)",
      zh: "{user} 的邮件正被转发到 {addresses}：{host} 上的过滤规则已被改动（脚本「{script}」）",
    },
    advice: {
      en: "Ask the owner of the mailbox at once, by phone. If it was not the owner: change the password, take the rule out, look who logged in. If it is meant so, write acknowledged: {mark} in the options of this probe.",
      zh: "请立即打电话向邮箱使用者核实：不是本人所为，就改密码、删除规则并查登录记录；确属有意，请在此探测的选项写 acknowledged: {mark}。",
    },
    source: "RFC 5228 section 4.2 (redirect): a rule that sends mail away is how a mailbox is robbed unseen",
  },
  "script-changed": {
    severity: "warning",
    text: {
      en: "The filter of {user} on {host} is not what it was: script “{script}”, before “{former}”",
      zh: "{user} 在 {host} 上的过滤规则变了：现为脚本「{script}」，原为「{former}」",
    },
    advice: {
      en: "Ask the owner of the mailbox. A rule that throws mail away or hides it in a folder serves a thief, too. If it is meant so, write acknowledged: {mark} in the options of this probe.",
      zh: "请向邮箱使用者核实；丢弃邮件或把邮件藏进文件夹的规则也可能是盗用者所为。确属有意，请在此探测的选项写 acknowledged: {mark}。",
    },
    source: "RFC 5804 sections 2.7 and 2.9 (LISTSCRIPTS, GETSCRIPT)",
  },
  forwards: {
    severity: "info",
    text: {
      en: "The filter of {user} on {host} sends mail on to {addresses}, as it did when it was accepted",
      zh: "{user} 在 {host} 上的过滤规则会把邮件转发到 {addresses}，与确认时一致",
    },
    advice: {
      en: "See whether that is still wanted.",
      zh: "请确认是否仍有需要。",
    },
    source: "RFC 5228 section 4.2 (redirect)",
  },
} as const satisfies Record<string, FindingDeclaration>;
