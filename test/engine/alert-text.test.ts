import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { AlertInput, AlertSubject } from "../../src/engine/alert-text.ts";
import { renderAlert } from "../../src/engine/alert-text.ts";
import type { AnyCheck, Measures, Question } from "../../src/model/check.ts";
import { defineCheck } from "../../src/model/check.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Finding } from "../../src/model/observation.ts";
import type { Probe } from "../../src/model/probe.ts";
import { partsOfId } from "../../src/model/probe.ts";

const at = (clock: string): number => Date.parse(`2026-03-12T${clock}:00+08:00`);

const declare = (id: string, measures: Measures, answers: Question | undefined): AnyCheck =>
  defineCheck({
    id,
    title: { en: `Title of ${id}`, zh: `${id} 的标题` },
    measures,
    answers,
    every: 60_000,
    deadline: 60_000,
    confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
    options: z.object({}),
    findings: {
      "mailbox-full": {
        severity: "critical",
        text: {
          en: "Customers' mail to {address} is being returned: the mailbox is full. IMAP QUOTA {percent} % ({used} of {size} GB).",
          zh: "客户发给 {address} 的邮件被退回：邮箱已满。IMAP 配额已用 {percent}%（{used} / {size} GB）。",
        },
        advice: { en: "Delete large attachments, or buy room.", zh: "请删除大附件，或扩容。" },
        source: "test",
      },
      "mx-missing": {
        severity: "critical",
        text: { en: "Nobody can send mail here", zh: "别人无法给这里发信" },
        advice: { en: "Publish an MX record.", zh: "请发布 MX 记录。" },
        source: "test",
      },
      "policy-weak": {
        severity: "warning",
        text: { en: "DMARC of {address} only watches (p=none. is said)", zh: "{address} 的 DMARC 只观察" },
        advice: { en: "Ask for p=quarantine.", zh: "请改为 p=quarantine。" },
        source: "test",
      },
    },
    metrics: {},
    target: () => "",
    run: () => Promise.resolve({ findings: [] }),
  });

const full: Finding = {
  code: "mailbox-full",
  severity: "critical",
  data: { address: "sales@example.com", percent: 100, used: "5.0", size: "5.0" },
};
const missing: Finding = { code: "mx-missing", severity: "critical", data: {} };
const weak: Finding = { code: "policy-weak", severity: "warning", data: { address: "example.com" } };

function subject(
  id: string,
  findings: readonly Finding[],
  about: { measures?: Measures; answers?: Question | undefined; check?: undefined } = {},
): AlertSubject {
  const { asset, check } = partsOfId(id);
  const { measures = "service", answers = "receive" } = about;
  const probe: Probe = {
    id,
    asset,
    check,
    target: "imap.example.com:993",
    options: {},
    everyMs: 60_000,
    deadlineMs: 60_000,
    confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
    measures,
    severity: {},
    business: "critical",
    load: {},
    from: "test:1",
  };
  const declared = "check" in about ? undefined : declare(check, measures, asset === "monitor" ? undefined : answers);
  return { probe, check: declared, status: findings.length === 0 ? "ok" : "critical", findings };
}

const incident = (some: Partial<Incident> = {}): Incident => ({
  id: 1042,
  cause: "mailbox-full",
  key: "sales@example.com/imap-login",
  priority: "P2",
  severity: "critical",
  openedAt: at("09:02"),
  resolvedAt: undefined,
  unconfirmed: false,
  acknowledgedBy: undefined,
  acknowledgedUntil: undefined,
  turnCount: 1,
  lastTurnAt: at("09:02"),
  probes: [{ probe: "sales@example.com/imap-login", joinedAt: at("09:02"), leftAt: undefined, findings: [full] }],
  ...some,
});

const input = (some: Partial<AlertInput> = {}): AlertInput => ({
  id: "msg_01",
  incident: incident(),
  turn: "opened",
  subjects: [subject("sales@example.com/imap-login", [full])],
  victims: [],
  working: ["duty", "boss_mail"],
  language: "en",
  timezone: "Asia/Shanghai",
  url: "https://watch.example.com/",
  company: "Example Trading Co.",
  demonstration: false,
  now: at("09:08"),
  ...some,
});

const render = (some: Partial<AlertInput>): readonly string[] => {
  const { title, lines } = renderAlert(input(some));
  return [title, ...lines];
};

describe("renderAlert()", () => {
  it("says a fault with its cause, effect, first step, age and link, in English", () => {
    expect(render({})).toEqual([
      "[Down P2] Customers' mail to sales@example.com is being returned: the mailbox is full",
      "Cause: IMAP QUOTA 100 % (5.0 of 5.0 GB)",
      "Affects: sales@example.com (receiving mail)",
      "First: Delete large attachments, or buy room.",
      "Since 09:02 (UTC+8), for 6 min · Incident M-1042 · Example Trading Co.",
      "Acknowledge: https://watch.example.com/#M-1042",
    ]);
  });

  it("says what a probe answers where that is another question than its check's", () => {
    const way = subject("a@x.example~b@y.example/mail-roundtrip", [full]);
    expect(render({ subjects: [{ ...way, probe: { ...way.probe, answers: "send" } }] })[2]).toContain("(sending mail)");
    const over = incident({ resolvedAt: at("09:10") });
    const well = { ...way, probe: { ...way.probe, answers: "send" as const } };
    expect(render({ incident: over, turn: "resolved", subjects: [well] })[0]).toContain("sends mail again");
  });

  it("says the same in Chinese", () => {
    expect(render({ language: "zh-CN" })).toEqual([
      "【故障 P2】客户发给 sales@example.com 的邮件被退回：邮箱已满",
      "原因：IMAP 配额已用 100%（5.0 / 5.0 GB）",
      "影响：sales@example.com（收信）",
      "先做：请删除大附件，或扩容。",
      "09:02 起（UTC+8），持续 6 分钟 · 事件 M-1042 · Example Trading Co.",
      "确认：https://watch.example.com/#M-1042",
    ]);
  });

  it("says that it is over and how long it lasted", () => {
    const over = incident({ resolvedAt: at("09:49") });
    const subjects = [subject("sales@example.com/imap-login", [])];
    const now = at("09:50");
    expect(render({ turn: "resolved", incident: over, subjects, now })).toEqual([
      "[Recovered P2] sales@example.com receives mail again",
      "It was: Customers' mail to sales@example.com is being returned: the mailbox is full",
      "Down for 47 min (09:02 to 09:49, UTC+8) · Incident M-1042 · Example Trading Co.",
      "Details: https://watch.example.com/#M-1042",
    ]);
    expect(render({ turn: "resolved", incident: over, subjects, now, language: "zh-CN" }).slice(0, 3)).toEqual([
      "【恢复 P2】sales@example.com 恢复收信",
      "原先的问题：客户发给 sales@example.com 的邮件被退回：邮箱已满",
      "中断 47 分钟（09:02 至 09:49，UTC+8） · 事件 M-1042 · Example Trading Co.",
    ]);
  });

  it("does not call a fault of a posture probe downtime, nor its end a return of service", () => {
    const subjects = [subject("example.com/dns-dmarc", [missing], { measures: "posture", answers: "trusted" })];
    const about = { key: "example.com/dns-dmarc", cause: "mx-missing" };
    expect(render({ subjects, incident: incident(about) })[0]).toBe("[Fault P2] example.com: Nobody can send mail here");
    const lines = render({ subjects, turn: "resolved", incident: incident({ ...about, resolvedAt: at("09:49") }) });
    expect(lines[0]).toBe("[Recovered P2] example.com is in order again: Title of dns-dmarc");
    expect(lines[2]).toMatch(/^Lasted 47 min/);
  });

  it("names no fault among the probes of an incident that is over", () => {
    const over = incident({ resolvedAt: at("09:49") });
    const { probes } = renderAlert(input({ turn: "resolved", incident: over }));
    expect(probes).toMatchObject([{ probe: "sales@example.com/imap-login", status: "ok", findings: [] }]);
  });

  it("does not say that something works again which nobody watches any more", () => {
    const over = incident({ resolvedAt: at("09:49") });
    expect(render({ turn: "resolved", incident: over, subjects: [] })[0]).toBe(
      "[Closed P2] sales@example.com is no longer watched",
    );
    expect(render({ turn: "resolved", incident: over, subjects: [], language: "zh-CN" })[0]).toBe(
      "【结束 P2】sales@example.com 不再监控",
    );
  });

  it.each([
    ["opened", "warning", "[Warning P2] ", "【注意 P2】"],
    ["worsened", "critical", "[Worse P2] ", "【故障加重 P2】"],
    ["reminder", "critical", "[Still down P2] ", "【仍未恢复 P2】"],
    ["reminder", "warning", "[Still open P2] ", "【仍未处理 P2】"],
    ["acknowledged", "critical", "[Acknowledged P2] ", "【已确认 P2】"],
    ["resolved", "warning", "[Recovered P2] ", "【恢复 P2】"],
  ] as const)("marks %s of a %s fault", (turn, severity, en, zh) => {
    expect(render({ turn, incident: incident({ severity }) })[0]?.startsWith(en)).toBe(true);
    expect(render({ turn, incident: incident({ severity }), language: "zh-CN" })[0]?.startsWith(zh)).toBe(true);
  });

  it("says in a reminder how long it has lasted", () => {
    expect(render({ turn: "reminder", now: at("11:07") })[0]).toMatch(/mailbox is full, for 2 h 5 min$/);
    expect(render({ turn: "reminder", now: at("11:07"), language: "zh-CN" })[0]).toMatch(/邮箱已满，已持续 2 小时 5 分$/);
  });

  it("says who has it in hand and until when it is quiet", () => {
    const taken = incident({ acknowledgedBy: "李工\n\u0007", acknowledgedUntil: at("10:08") });
    const [title, quiet] = render({ turn: "acknowledged", incident: taken, language: "zh-CN" });
    expect(title).toMatch(/^【已确认 P2】李工\\x0a\\x07 正在处理：客户发给/);
    expect(quiet).toBe("10:08（UTC+8）之前不再提醒");
  });

  it("says of an unconfirmed incident that it is, already in the title", () => {
    const lines = render({ incident: incident({ unconfirmed: true }) });
    expect(lines[0]).toMatch(/mailbox is full \(not confirmed yet\)$/);
    expect(lines).toContain("Not confirmed yet: it was seen once, and a second look follows.");
    expect(render({ incident: incident({ unconfirmed: true }), language: "zh-CN" })[0]).toMatch(/邮箱已满（尚未确认）$/);
    expect(render({}).join()).not.toContain("confirmed");
  });

  it("puts the mark of the demonstration first, and says that nobody has to act", () => {
    expect(render({ demonstration: true }).slice(0, 2)).toEqual([
      "[DEMO] [Down P2] Customers' mail to sales@example.com is being returned: the mailbox is full",
      "Demonstration: the company and its faults are invented; nobody has to act.",
    ]);
    expect(render({ demonstration: true, language: "zh-CN" })[0]).toMatch(/^【演示】【故障 P2】/);
    for (const turn of ["worsened", "reminder", "acknowledged", "resolved"] as const) {
      expect(render({ demonstration: true, turn })[0]).toMatch(/^\[DEMO\] \[/);
    }
  });

  it("puts what the incident rests on first, and ends long lists with what is missing", () => {
    const others = Array.from({ length: 16 }, (_, index) => subject(`box${index}@example.com/imap-login`, [weak]));
    const first = subject("example.com/dns-mx", [weak, missing]);
    const zone = incident({ key: "example.com/dns-mx", cause: "mx-missing" });
    const victims = ["sales@example.com/imap-login", "sales@example.com/smtp-submission"];
    const lines = render({ subjects: [...others, first], incident: zone, victims });
    expect(lines[0]).toBe("[Down P2] example.com: Nobody can send mail here (+1 more), 17 assets affected");
    expect(lines[1]).toBe("Cause: DMARC of example.com only watches (p=none. is said)");
    expect(lines[2]).toBe("Seen by: Title of dns-mx at imap.example.com:993");
    expect(lines[3]).toBe("Also: DMARC of example.com only watches (p=none. is said)");
    expect(lines[4]).toBe(
      "Affects: example.com, box0@example.com, box10@example.com, box11@example.com, box12@example.com and 13 more" +
        " (receiving mail); 2 more checks fail for the same cause and are not told one by one",
    );
    const zh = render({ subjects: [...others, first], incident: zone, victims, language: "zh-CN" });
    expect(zh[2]).toBe("检查项：dns-mx 的标题 · imap.example.com:993");
    expect(zh[3]).toBe("另外：example.com 的 DMARC 只观察");
    expect(zh[4]).toContain("及另外 13 个（收信）；另有 2 项检查因同一原因失败，不再逐一告警");
  });

  it("says each other kind of fault once, and what forty mailboxes say alike once", () => {
    const boxes = Array.from({ length: 40 }, (_, n) => subject(`box${n}@example.com/imap-login`, [missing]));
    const about = { incident: incident({ key: "imap.example.com/server", cause: "mx-missing", probes: [] }) };
    expect(render({ ...about, subjects: boxes }).slice(0, 2)).toEqual([
      "[Down P2] box0@example.com: Nobody can send mail here, 40 assets affected",
      "Seen by: Title of imap-login at imap.example.com:993",
    ]);
    const sending = [subject("box0@example.com/smtp-submission", [full]), subject("box1@example.com/smtp-submission", [full])];
    const both = render({ ...about, subjects: [...boxes, ...sending], language: "zh-CN" });
    expect(both[0]).toBe("【故障 P2】box0@example.com：别人无法给这里发信（另有 1 项），影响 40 个资产");
    expect(both[2]).toBe("另外：客户发给 sales@example.com 的邮件被退回：邮箱已满");
    const over = { incident: incident({ resolvedAt: at("09:49") }), turn: "resolved" } as const;
    expect(render({ ...over, subjects: boxes })[0]).toBe("[Recovered P2] box0@example.com receives mail again (+39 more)");
  });

  it.each(["subscription", "backup"])("calls a %s by its name alone", (kind) => {
    const id = `${kind}:m365/${kind}-expiry`;
    const about = { subjects: [subject(id, [missing])], incident: incident({ key: id, cause: "mx-missing", probes: [] }) };
    expect(render(about)[0]).toBe("[Down P2] m365: Nobody can send mail here");
    expect(render({ ...about, language: "zh-CN" })[0]).toBe("【故障 P2】m365：别人无法给这里发信");
    expect(render({ ...about, subjects: [], turn: "resolved" }).join()).not.toContain(`${kind}:`);
    expect(render(about).join()).not.toContain(`${kind}:`);
  });

  it("blames our own side alone for an incident of the monitor", () => {
    const subjects = [subject("monitor/egress", [missing], { measures: "monitor" })];
    const lines = render({ subjects, incident: incident({ key: "monitor", cause: "mx-missing" }) });
    expect(lines[0]).toBe("[Fault P2] Mailvigil itself: Nobody can send mail here");
    expect(lines[2]).toBe("Affects: what Mailvigil can see; the mail service is not blamed meanwhile");
  });

  it("says of a broken channel what is left, in both languages, and no check", () => {
    const id = "monitor/channel-duty";
    const reason = { reason: "hook.example answered 410", reasonZh: "hook.example 返回 410" };
    const broken: Finding = {
      code: "channel-broken",
      severity: "critical",
      data: { name: "duty", minutes: 0, count: 1, ...reason },
    };
    const about = {
      subjects: [subject(id, [broken], { measures: "monitor", check: undefined })],
      incident: incident({ key: id, cause: "channel-broken", probes: [] }),
      working: ["duty", "boss_mail"],
    };
    expect(render(about).slice(0, 3)).toEqual([
      "[Fault P2] Alerts do not go out on the channel duty (hook.example answered 410)",
      "Affects: alerts no longer go out on duty (boss_mail remains)",
      "First: Correct the address or the key of the channel. Until then alerts go out on the other channels only.",
    ]);
    expect(render({ ...about, language: "zh-CN" }).slice(0, 2)).toEqual([
      "【故障 P2】告警通道 duty 已失效，告警发不出去（hook.example 返回 410）",
      "影响：告警不再经 duty 发出（只剩 boss_mail）",
    ]);
    expect(render({ ...about, working: [] })[1]).toBe("Affects: alerts no longer go out on duty (no other channel works)");
    expect(render({ ...about, working: ["a", "b"] })[1]).toBe("Affects: alerts no longer go out on duty (a, b remain)");

    const over = { ...about, turn: "resolved", incident: { ...about.incident, resolvedAt: at("09:49") } } as const;
    expect(render(over)[0]).toBe("[Recovered P2] The channel duty works again");
    expect(render({ ...over, language: "zh-CN" })[0]).toBe("【恢复 P2】告警通道 duty 已恢复");
    expect(render({ ...over, subjects: [] })[0]).toBe("[Closed P2] The channel duty is no longer configured");
    expect(render({ ...over, subjects: [], language: "zh-CN" })[0]).toBe("【结束 P2】告警通道 duty 已从配置中移除");
  });

  it("puts the technical part of a long title into the line below, also for a channel that is not reached", () => {
    const id = "monitor/channel-duty";
    const reason = "127.0.60.40:8080: connect 127.0.60.40:8080: connection refused (ECONNREFUSED)";
    const data = { name: "duty", minutes: 5, count: 3, reason, reasonZh: "无法连接 127.0.60.40:8080：连接被拒绝" };
    const found: Finding = { code: "channel-unreachable", severity: "critical", data };
    const lines = render({
      subjects: [subject(id, [found], { measures: "monitor", check: undefined })],
      incident: incident({ key: id, cause: "channel-unreachable", probes: [] }),
    });
    expect(lines.slice(0, 2)).toEqual([
      "[Fault P2] The channel duty has taken nothing for 5 min, alerts waiting: 3",
      `In detail: ${reason}`,
    ]);
  });

  it("says of the process that it runs again, and does not name itself twice", () => {
    const id = "monitor/daemon";
    const crashed: Finding = { code: "daemon-crashed", severity: "critical", data: { reason: "boom" } };
    const subjects = [subject(id, [crashed], { measures: "monitor", check: undefined })];
    const about = incident({ key: id, cause: "daemon-crashed", probes: [] });
    const lines = render({ subjects, incident: about });
    expect(lines[0]).toBe("[Fault P2] Mailvigil itself ended after an unexpected error and is started again: “boom”");
    expect(lines.join("\n")).not.toMatch(/Cause|Seen by/);
    const over = { ...about, resolvedAt: at("09:49") };
    expect(render({ subjects, incident: over, turn: "resolved" })[0]).toBe("[Recovered P2] Mailvigil runs again");
    expect(render({ subjects, incident: over, turn: "resolved", language: "zh-CN" })[0]).toBe("【恢复 P2】Mailvigil 已恢复运行");
  });

  it("says no length of time below a minute", () => {
    const now = at("09:02") + 59_999;
    expect(render({ now })).toContain("Since 09:02 (UTC+8) · Incident M-1042 · Example Trading Co.");
    expect(render({ now, turn: "reminder" })[0]).toMatch(/mailbox is full$/);
    const over = incident({ resolvedAt: now });
    expect(render({ now, turn: "resolved", incident: over })[2]).toMatch(/^Down for less than a minute \(09:02, UTC\+8\) ·/);
    expect(render({ now, turn: "resolved", incident: over, language: "zh-CN" })[2]).toMatch(
      /^中断不到 1 分钟（09:02，UTC\+8） ·/,
    );
    expect(render({ now: at("09:03") })).toContain("Since 09:02 (UTC+8), for 1 min · Incident M-1042 · Example Trading Co.");
  });

  it("calls a route by its two ends", () => {
    const id = "sales@example.com~canary@gmail.example/mail-roundtrip";
    const lines = render({ subjects: [subject(id, [missing])], incident: incident({ key: id, cause: "mx-missing" }) });
    expect(lines[0]).toBe("[Down P2] sales@example.com → canary@gmail.example: Nobody can send mail here");
  });

  it("says what it knows where the check or the finding is no longer declared", () => {
    const id = "sales@example.com/imap-login";
    const gone = subject(id, [{ code: "old-code", severity: "critical", data: {} }], { check: undefined });
    const lines = render({ subjects: [gone], incident: incident({ cause: "old-code" }) });
    expect(lines.slice(0, 3)).toEqual([
      "[Down P2] sales@example.com: old-code",
      "Seen by: imap-login at imap.example.com:993",
      "Affects: sales@example.com",
    ]);
    expect(render({ subjects: [] })[0]).toBe("[Fault P2] sales@example.com: mailbox-full");
  });

  it("leaves the link out where no address is known", () => {
    const alert = renderAlert(input({ url: "" }));
    expect(alert.url).toBe("");
    expect(alert.lines.join("\n")).not.toContain("Acknowledge");
    expect(alert.lines.at(-1)).toContain("Incident M-1042");
  });

  it("is bounded and survives JSON, whatever the findings hold", () => {
    const long = "x".repeat(100_000);
    const huge: Finding = { ...full, data: { ...full.data, address: `sales@example.com\r\n${long}` } };
    const subjects = Array.from({ length: 200 }, (_, index) =>
      subject(
        `box${index}@example.com/imap-login`,
        Array.from({ length: 50 }, () => huge),
      ),
    );
    const alert = renderAlert(input({ subjects }));
    expect(JSON.parse(JSON.stringify(alert))).toEqual(alert);
    expect(JSON.stringify(alert).length).toBeLessThan(120_000);
    expect(alert.probes).toHaveLength(20);
    expect(alert.title.length).toBeLessThan(250);
    expect([alert.title, ...alert.lines].every((line) => !/[\r\n]/.test(line) && line.length <= 500)).toBe(true);
  });
});
