import type { Person, Sop, Who } from "../../src/model/sop.ts";

const minute = 60_000;
const li: Person = { id: "li", name: "李工", phone: "138 0000 0001" };
const wang: Person = { id: "wang", name: "王工", phone: "+86 139-0000-0002" };
const it: Who = { role: "it", title: { en: "IT", zh: "IT 负责人" }, people: [li, wang] };
const sales: Who = { role: "sales", title: { en: "Sales", zh: "销售负责人" }, people: [{ id: "zhou", name: "Zhou" }] };

/** Two SOPs of the example company, with every kind of step. */
export const exampleSops: readonly Sop[] = [
  {
    name: "mail-down",
    title: { en: "Mail is totally down", zh: "邮件全面中断" },
    summary: {
      en: "Nobody in the company receives or sends mail, or mail to the whole domain comes back.",
      zh: "全公司收不到或发不出邮件，或发往本公司域名的邮件全部被退。",
    },
    priority: "P1",
    trigger: { findings: [], causes: [], priorities: ["P1"], forMs: 0 },
    channels: ["ops", "boss"],
    calmMs: 10 * minute,
    hash: "5e".repeat(32),
    steps: [
      {
        kind: "manual",
        id: "confirm",
        text: { en: "Confirm with your own eyes that mail is down", zh: "亲自确认故障" },
        detail: {
          en: "Open {incident} and read the cause.\nFrom a phone with Wi-Fi off, log in to webmail.",
          zh: "打开 {incident}，先看原因。\n手机关掉 Wi-Fi，用流量登录网页邮箱。",
        },
        needs: [],
        who: it,
        deadlineMs: 10 * minute,
        onTimeout: "escalate",
        input: [],
      },
      {
        kind: "manual",
        id: "vendor",
        text: { en: "Call the mail provider, open a ticket, and note its number", zh: "致电邮箱服务商并提交工单，记下工单号" },
        detail: {
          en: "Export the evidence first: mailvigil evidence {incident}. It holds times, addresses and the servers' own words, and no password.\nTencent Exmail: WeCom admin console → Collaboration → Mail → help.",
          zh: "先导出证据：mailvigil evidence {incident}。里面有时间、地址和服务器原话，没有密码。\n腾讯企业邮：企业微信管理后台 → 协作 → 邮件 → 帮助。",
        },
        needs: ["confirm"],
        who: it,
        deadlineMs: 15 * minute,
        onTimeout: "escalate",
        input: [
          { key: "ticket", title: { en: "Number of the ticket", zh: "工单号" }, required: true },
          { key: "eta", title: { en: "When they expect it to be mended", zh: "预计恢复时间" }, required: false },
        ],
      },
      {
        kind: "manual",
        id: "customers",
        text: { en: "Call the ten customers with open orders", zh: "电话联系有在途订单的十家客户" },
        needs: ["confirm"],
        who: sales,
        deadlineMs: 60 * minute,
        onTimeout: "continue",
        input: [],
      },
      {
        kind: "notify",
        id: "tell-staff",
        text: {
          en: "Mail has been down since {since} ({title}). Reach customers by phone.",
          zh: "邮件自 {since} 起中断（{title}）。急事请电话联系客户。",
        },
        needs: [],
        channels: ["ops"],
      },
      {
        kind: "wait",
        id: "pause",
        text: { en: "Give the provider time", zh: "等待服务商处理" },
        needs: ["confirm"],
        forMs: 30 * minute,
      },
      {
        kind: "webhook",
        id: "crm",
        text: { en: "Put a notice into the CRM", zh: "在 CRM 中挂公告" },
        needs: ["vendor"],
        body: { event: "mail_outage" },
        onFailure: "continue",
      },
      {
        kind: "manual",
        id: "inquiries",
        text: { en: "Check that every inquiry of the outage has arrived", zh: "核对中断期间的询盘是否补收齐" },
        needs: ["customers"],
        after: "resolved",
        who: sales,
        onTimeout: "escalate",
        input: [],
      },
    ],
  },
  {
    name: "sending-blocked",
    title: { en: "Sending is blocked", zh: "发信被封" },
    summary: {
      en: "A blocklist names our address, or the provider has stopped us.",
      zh: "发信地址被列入黑名单，或被服务商停发。",
    },
    priority: "P2",
    trigger: undefined,
    channels: ["ops"],
    calmMs: 0,
    hash: "a1".repeat(32),
    steps: [
      {
        kind: "manual",
        id: "stop",
        text: { en: "Stop all bulk mail", zh: "停掉所有群发" },
        needs: [],
        who: it,
        deadlineMs: 15 * minute,
        onTimeout: "escalate",
        input: [],
      },
      {
        kind: "manual",
        id: "ask",
        text: { en: "Ask for removal from the list", zh: "申请移出黑名单" },
        needs: ["stop"],
        who: it,
        onTimeout: "escalate",
        input: [{ key: "case", title: { en: "Number of the case", zh: "案例编号" }, required: true }],
      },
    ],
  },
];
