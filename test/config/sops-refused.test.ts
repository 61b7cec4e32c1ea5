import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { formatDiagnostic } from "../../src/config/diagnostics.ts";
import { loadConfiguration, type LoadWorld } from "../../src/config/load.ts";
import type { Language } from "../../src/model/text.ts";
import { planFolder } from "../support/plan-folder.ts";
import { sopCompany as head, sopWorld } from "../support/sop-company.ts";

const fixtures = join(import.meta.dirname, "../fixtures/config");
const { write } = planFolder();
let world: LoadWorld;
beforeAll(async () => {
  world = await sopWorld();
});

const messages = async (file: string, language: Language): Promise<readonly string[]> => {
  const loaded = await loadConfiguration(file, world);
  return "errors" in loaded
    ? loaded.errors.map((error) => formatDiagnostic(error, language).replace(/^.*\.yaml:(\d+):\d+:? /, "$1 "))
    : [];
};

/** Line and words; the places in Chinese are the same. */
const refused: readonly (readonly [en: string, zh: string])[] = [
  [
    '8 people.li.phone: 13800000000 is not a phone number; write 1 to 60 characters on one line, in quotes if it is a number, such as "138 0000 0000"',
    '8 people.li.phone：13800000000 不是电话号码；请在一行内写 1 至 60 个字符，数字需加引号，例如 "138 0000 0000"',
  ],
  [
    "9 people.Zhou: is not a name here; use 1 to 40 small letters, digits and -, a letter first",
    "9 people.Zhou：不是有效的名称；请用 1 至 40 个小写字母、数字和 -，以字母开头",
  ],
  [
    '10 people.long.phone: "012345678901234567890123456789012345678901234567890123456789… (61 characters)" is not a phone number; write 1 to 60 characters on one line, in quotes if it is a number, such as "138 0000 0000"',
    '10 people.long.phone：「012345678901234567890123456789012345678901234567890123456789… (61 characters)」不是电话号码；请在一行内写 1 至 60 个字符，数字需加引号，例如 "138 0000 0000"',
  ],
  [
    "11 people.wang.mobile: is not a known key; write one of name, phone",
    "11 people.wang.mobile：不是已知的键；可用的键：name、phone",
  ],
  [
    "13 roles.it[1]: there is no such person; write one of li, Zhou, long, wang",
    "13 roles.it[1]：没有这个人；可用的有：li、Zhou、long、wang",
  ],
  [
    "14 roles.sales: is a role that nobody fills; name at least one person, deputies behind: [li, wang]",
    "14 roles.sales：这个角色没有人；请至少写一人，代理人排在后面：[li, wang]",
  ],
  ["15 roles.boss.people[1]: is named twice; name each person once", "15 roles.boss.people[1]：重复出现；每人只写一次"],
  [
    "16 roles.li: is also the name of a person; give the role another name",
    "16 roles.li：与 people 中的名称相同；请为角色换一个名称",
  ],
  ["18 sops.a.use: there is no such template; write mail-down", "18 sops.a.use：没有这个模板；请改为 mail-down"],
  [
    '21 sops.b.priority: "P0" is not a choice here; write P1, P2, P3 or P4',
    "21 sops.b.priority：「P0」不是可选值；请写 P1, P2, P3 或 P4",
  ],
  [
    '22 sops.b.trigger.causes[0]: "mailbox-ful" is not a choice here; write mailbox-full',
    "22 sops.b.trigger.causes[0]：「mailbox-ful」不是可选值；请改为 mailbox-full",
  ],
  [
    '22 sops.b.trigger.for: "8d" is too long; write a duration from 0ms to 7d',
    "22 sops.b.trigger.for：「8d」过长；请写 0ms 至 7d 之间的时长",
  ],
  ["23 sops.b.channels[0]: there is no such channel; write duty", "23 sops.b.channels[0]：没有这个通道；请改为 duty"],
  [
    "25 sops.b.steps.vendr: the template has no such step; write vendor; to add a step, say its text",
    "25 sops.b.steps.vendr：模板中没有这个步骤；请改为 vendor；若要新增步骤，请写 text",
  ],
  [
    "26 sops.b.steps.vendor.who: there is no such role or person; write it",
    "26 sops.b.steps.vendor.who：没有这个角色或人员；请改为 it",
  ],
  [
    '26 sops.b.steps.vendor.deadline: "30s" is too short; write a duration from 1m to 30d',
    "26 sops.b.steps.vendor.deadline：「30s」过短；请写 1m 至 30d 之间的时长",
  ],
  [
    '27 sops.b.steps.account.deadline: "31d" is too long; write a duration from 1m to 30d',
    "27 sops.b.steps.account.deadline：「31d」过长；请写 1m 至 30d 之间的时长",
  ],
  [
    '27 sops.b.steps.account.on_timeout: "escalat" is not a choice here; write escalate',
    "27 sops.b.steps.account.on_timeout：「escalat」不是可选值；请改为 escalate",
  ],
  [
    "29 sops.b.steps.new.text: nothing fills {phone}; use {incident}, {title}, {company}, {since}, or leave the braces out",
    "29 sops.b.steps.new.text：没有内容可填入 {phone}；可用的有 {incident}、{title}、{company}、{since}；否则请去掉花括号",
  ],
  [
    "29 sops.b.steps.new.needs[1]: there is no such step; write one of confirm, tell-staff, vendor, account, emergency, customers, update, recovered, catch-up",
    "29 sops.b.steps.new.needs[1]：没有这个步骤；可用的有：confirm、tell-staff、vendor、account、emergency、customers、update、recovered、catch-up",
  ],
  [
    "30 sops.b.steps.gone: the template has no such step; write one of confirm, tell-staff, vendor, account, emergency, customers, update, next-word, recovered, catch-up; to add a step, say its text",
    "30 sops.b.steps.gone：模板中没有这个步骤；可用的有：confirm、tell-staff、vendor、account、emergency、customers、update、next-word、recovered、catch-up；若要新增步骤，请写 text",
  ],
  [
    "31 sops.b.steps.again: is not a step; write { text: … }, or off to leave it out",
    "31 sops.b.steps.again：不是有效的步骤；请写 { text: … }，或写 off 去掉这一步",
  ],
  [
    "32 sops.c: tells nobody: it has no channel; write channels: [duty]",
    "32 sops.c：没有通道，无法通知任何人；请写 channels: [duty]",
  ],
  [
    "34 sops.c.trigger.findings[0]: no check has such a finding; write dns-mx/mx-missing",
    "34 sops.c.trigger.findings[0]：没有检查会给出这个发现；请改为 dns-mx/mx-missing",
  ],
  [
    "34 sops.c.trigger.findings[1]: no check has such a finding; write quota-over",
    "34 sops.c.trigger.findings[1]：没有检查会给出这个发现；请改为 quota-over",
  ],
  [
    "37 sops.d.summary: is not in both languages; write en and zh, or one text for both",
    "37 sops.d.summary：没有写全两种语言；请同时写 en 和 zh，或只写一段文字",
  ],
  [
    "39 sops.d.trigger: names nothing that begins it; write { causes: [mailbox-full] }, findings or priorities, or off",
    "39 sops.d.trigger：没有写明触发条件；请写 { causes: [mailbox-full] }、findings 或 priorities，或写 off",
  ],
  [
    "41 sops.d.steps.one.needs: these steps wait for each other: one → two → three → one; take one of these needs out",
    "41 sops.d.steps.one.needs：这些步骤互相等待：one → two → three → one；请去掉其中一处 needs",
  ],
  [
    "44 sops.e: tells nobody: it has no channel; write channels: [duty]",
    "44 sops.e：没有通道，无法通知任何人；请写 channels: [duty]",
  ],
  [
    '50 sops.e.steps.wait.for: "10s" is too short; write a duration from 1m to 30d',
    "50 sops.e.steps.wait.for：「10s」过短；请写 1m 至 30d 之间的时长",
  ],
  [
    "51 sops.e.steps.crm.secret: is missing; write where the signing key is, such as { env: DUTY_SECRET }; it begins with whsec_",
    "51 sops.e.steps.crm.secret：缺失；请写签名密钥的来源，例如 { env: DUTY_SECRET }；密钥以 whsec_ 开头",
  ],
  [
    "51 sops.e.steps.crm.body.a[0]: nothing fills {foo}; use {incident}, {title}, {company}, {since}, or leave the braces out",
    "51 sops.e.steps.crm.body.a[0]：没有内容可填入 {foo}；可用的有 {incident}、{title}、{company}、{since}；否则请去掉花括号",
  ],
  [
    '52 sops.e.steps.call.kind: "phone" is not a choice here; write manual, notify, webhook or wait',
    "52 sops.e.steps.call.kind：「phone」不是可选值；请写 manual, notify, webhook 或 wait",
  ],
  [
    "53 sops.e.steps.One: is not a name here; use 1 to 40 small letters, digits and -, a letter first",
    "53 sops.e.steps.One：不是有效的名称；请用 1 至 40 个小写字母、数字和 -，以字母开头",
  ],
  ["55 sops.g.title: nothing fills {incident}; leave the braces out", "55 sops.g.title：没有内容可填入 {incident}；请去掉花括号"],
  ["55 sops.g.triger: is not a known key; write trigger", "55 sops.g.triger：不是已知的键；请改为 trigger"],
  [
    '55 sops.g.calm: "1x" is not a duration; write a number and s, m, h or d, such as 5m',
    "55 sops.g.calm：「1x」不是时长；请写数字加 s、m、h 或 d，例如 5m",
  ],
  [
    "56 sops.h: is not an SOP; write { use: mail-down }, or title, summary, priority and steps",
    "56 sops.h：不是有效的预案；请写 { use: mail-down }，或写 title、summary、priority 和 steps",
  ],
  [
    "57 sops.i.steps: has no steps; write at least one step, or use a template",
    "57 sops.i.steps：没有步骤；请至少写一个步骤，或使用模板",
  ],
];

describe("sops that are refused", () => {
  test("all at once, each with its place and what to write", async () => {
    expect(await messages(join(fixtures, "sops.yaml"), "en")).toEqual(refused.map(([en]) => en));
    expect(await messages(join(fixtures, "sops.yaml"), "zh-CN")).toEqual(refused.map(([, zh]) => zh));
  });

  const one = async (text: string, language: Language = "en"): Promise<readonly string[]> =>
    messages(await write(head + text), language);
  const steps = (count: number): string =>
    `{ title: T, summary: S, priority: P1, steps: { ${Array.from({ length: count }, (_, i) => `s${i}: { text: T }`).join(", ")} } }`;

  test("promise 6: an SOP whose every channel needs the watched mail", async () => {
    const text = "sops: { a: { use: mail-down, channels: [mail] } }";
    expect(await one(text)).toEqual([
      "12 sops.a.channels: this SOP tells only mail, which needs the very mail that is watched; add a channel that needs none of it, such as a webhook, or mail at another provider",
    ]);
    expect((await one(text, "zh-CN"))[0]).toContain("这个预案只通知 mail，而它依赖被监控的邮件服务本身");
    expect(await one("sops: { a: { use: mail-down, channels: [mail, duty] } }")).toEqual([]);
  });

  test("more steps than anybody reads, and more SOPs", async () => {
    expect(await one(`sops: { a: ${steps(40)} }`)).toEqual([]);
    expect(await one(`sops: { a: ${steps(41)} }`)).toEqual([
      "12 sops.a.steps: are 41 steps; write at most 40; nobody reads more in an emergency",
    ]);
    const many = (count: number): string =>
      `sops: { ${Array.from({ length: count }, (_, i) => `a${i}: ${steps(1)}`).join(", ")} }`;
    expect(await one(many(50))).toEqual([]);
    expect(await one(many(51))).toEqual(["12 sops: are 51 SOPs; write at most 50"]);
  });

  test("an SOP where there is no channel at all", async () => {
    const file = await write("domains: [{ name: example.com }]\nsops: { a: { use: mail-down } }\n");
    expect(await messages(file, "en")).toEqual(["2 sops.a: tells nobody: it has no channel; declare one in channels"]);
    expect(await messages(file, "zh-CN")).toEqual(["2 sops.a：没有通道，无法通知任何人；请在 channels 中声明一个通道"]);
  });

  test("a name or a number with control characters", async () => {
    const text = head.replace("name: Wang", String.raw`name: "Wa\u0007ng", phone: "1\u202e2"`);
    expect(await messages(await write(text), "en")).toEqual([
      String.raw`10 people.wang.name: "Wa\x07ng" is not a name; write 1 to 60 characters on one line, in quotes if it is a number, such as 李工`,
      String.raw`10 people.wang.phone: "1\u202e2" is not a phone number; write 1 to 60 characters on one line, in quotes if it is a number, such as "138 0000 0000"`,
    ]);
  });

  test.each([
    ["sops: []", "12 sops: a list is not a mapping; write sops: with keys below it"],
    ["sops: { a: { use: mail-down }, a: { use: mail-down } }", "12 this key is written twice; keep one of the two"],
    [
      "sops: { a: { use: mail-down, steps: [vendor] } }",
      "12 sops.a.steps: is not a mapping of steps; write each step below its name: vendor: { text: … }",
    ],
    [
      "sops: { a: { use: mail-down, steps: { crm: { kind: webhook, text: T, url: 'https://x.example.net/', secret: whsec_plain } } } }",
      "12 sops.a.steps.crm.secret: a secret must not stand in this file as text; write { env: NAME }, { file: path } or { command: [program, argument] }",
    ],
    [
      "sops: { a: { use: mail-down, steps: { vendor: { who: [li] } } } }",
      "12 sops.a.steps.vendor.who: there is no such role or person; write one of li, wang, it, sales, management, shift, boss",
    ],
    [
      "sops: { a: { use: mail-down, steps: { customers: { who: } } } }",
      "12 sops.a.steps.customers.who: there is no such role or person; write one of li, wang, it, sales, management, shift, boss",
    ],
    [
      "sops: { a: { use: mail-down, steps: { update: { kind: } } } }",
      "12 sops.a.steps.update.kind: is missing; write manual, notify, webhook or wait",
    ],
    ["sops: { a: { use: mail-down, priority: P4 } }", "12 sops.a: tells nobody: it has no channel; write channels: [duty]"],
    [
      "sops: { a: { use: mail-down, steps: { tell-staff: { channels: [] } } } }",
      "12 sops.a.steps.tell-staff.channels: is empty; write at least 1 of them",
    ],
    [
      "sops: { a: { use: mail-down, steps: { vendor: { input: { Ticket: No. } } } } }",
      "12 sops.a.steps.vendor.input.Ticket: is not a name here; use 1 to 40 small letters, digits and _, such as ticket",
    ],
    [
      "sops: { a: { use: mail-down, steps: { vendor: { input: { ticket: { titel: No. } } } } } }",
      "12 sops.a.steps.vendor.input.ticket: a mapping is not an input; write what is to be noted, or { title: …, required: true }",
    ],
    ["sops: { a: { use: mail-down, steps: { confirm: { needs: [recovered] } } } }", ""],
    [
      "sops: { a: { use: mail-down, steps: { confirm: { needs: [customers] } } } }",
      "12 sops.a.steps.confirm.needs: these steps wait for each other: confirm → customers → emergency → confirm; take one of these needs out",
    ],
    [
      `sops: { a: { use: mail-down, steps: { crm: { kind: webhook, text: T, url: 'https://x.example.net/', secret: { env: HOOK }, body: "${"x".repeat(17_000)}" } } } }`,
      "12 sops.a.steps.crm.body: is larger than 16 KiB; send less; the receiver can ask for the rest",
    ],
  ])("%.90s", async (text, expected) => {
    expect(await one(text)).toEqual(expected === "" ? [] : [expected]);
  });
});
