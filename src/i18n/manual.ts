import type { SopStep } from "../model/sop.ts";
import type { Text } from "../model/text.ts";

/** The emergency manual, as it is printed. */
export const manualWords = {
  title: { en: "Emergency manual for mail", zh: "邮件应急手册" },
  lead: {
    en: "For the hour in which mail, chat or this computer do not work. Print it, keep one copy at the desk and one at home of whoever acts.",
    zh: "用于邮件、群聊或这台电脑都不可用的时候。请打印出来，办公室放一份，执行人家里放一份。",
  },
  made: { en: "As of {date} · Mailvigil {version}", zh: "{date} 版 · Mailvigil {version}" },
  renew: {
    en: "Print it anew when people, numbers or procedures change: the letters and digits of a procedure (“version”) are then different.",
    zh: "人员、电话或预案有变动时请重新打印：变动后预案的「版本」字样会不同。",
  },
  contents: { en: "Contents", zh: "目录" },
  begins: { en: "Begins", zh: "触发" },
  people: { en: "Who acts", zh: "执行人" },
  role: { en: "Role", zh: "角色" },
  person: { en: "Name", zh: "姓名" },
  phone: { en: "Phone", zh: "电话" },
  deputies: { en: "Whoever cannot be reached is followed by the next in the list.", zh: "联系不上就找名单中的下一位。" },
  providers: { en: "Providers", zh: "服务商" },
  provider: { en: "Provider", zh: "服务商" },
  help: { en: "Help", zh: "客服" },
  byHand: { en: "By hand: hotline, account, contract", zh: "手写：热线、账号、合同号" },
  others: {
    mail: { en: "Mail provider", zh: "邮箱服务商" },
    registrar: { en: "Domain registrar and DNS", zh: "域名注册商和 DNS" },
    internet: { en: "Internet provider of the office", zh: "办公室宽带运营商" },
    reseller: { en: "Reseller or service company", zh: "代理商或运维公司" },
  },
  version: { en: "version", zh: "版本" },
  when: { en: "When", zh: "何时使用" },
  tells: { en: "Mailvigil tells", zh: "Mailvigil 通知" },
  started: { en: "Begun at", zh: "开始时间" },
  leader: { en: "Led by", zh: "指挥" },
  incident: { en: "Incident", zh: "事件编号" },
  steps: { en: "Steps", zh: "步骤" },
  afterSteps: { en: "after step {steps}", zh: "第 {steps} 步之后" },
  afterRecovery: { en: "once it is over", zh: "恢复之后" },
  within: { en: "within {duration}", zh: "{duration}内" },
  wait: { en: "wait {duration}", zh: "等 {duration}" },
  message: {
    en: "Mailvigil sends it by {channels}; otherwise send it by hand:",
    zh: "Mailvigil 经 {channels} 发送；否则请手动发送：",
  },
  webhook: { en: "Mailvigil tells another system by itself", zh: "由 Mailvigil 自动通知其他系统" },
  done: { en: "done at", zh: "完成时间" },
  by: { en: "by", zh: "签名" },
  required: { en: " (needed)", zh: "（必填）" },
  notes: { en: "Notes", zh: "备注" },
  ended: { en: "Ended at", zh: "结束时间" },
  nothing: {
    en: "there is no SOP to print; write one below sops:, such as mail-down: { use: mail-down }",
    zh: "没有可打印的预案；请在 sops: 下写，例如 mail-down: { use: mail-down }",
  },
} as const;

export const kindWords: Readonly<Record<SopStep["kind"], Text>> = {
  manual: { en: "Do", zh: "操作" },
  notify: { en: "Tell", zh: "通知" },
  webhook: { en: "By itself", zh: "自动" },
  wait: { en: "Wait", zh: "等待" },
};
