import { describe, expect, test } from "vitest";
import { renderAlert, type AlertInput } from "../../src/engine/alert-text.ts";
import { causeOf } from "../../src/engine/incident-key.ts";
import { sayDiagnosis } from "../../src/i18n/diagnosis.ts";
import type { Incident } from "../../src/model/incident.ts";
import type { Language } from "../../src/model/text.ts";
import { diagnosed, lookup, many, minute, now, shipped, sight, well } from "./situations.ts";

/** The message about the failing lines, diagnosed together with the others. */
function told(lines: readonly string[], language: Language = "en", others: readonly string[] = []) {
  const sights = lines.map(sight);
  const [diagnosis] = diagnosed(...well, ...lines, ...others);
  const incident: Incident = {
    id: 1042,
    cause: causeOf(sights[0]?.findings ?? []),
    key: sights[0]?.probe.id ?? "",
    priority: "P2",
    severity: "critical",
    openedAt: now - 5 * minute,
    resolvedAt: undefined,
    unconfirmed: false,
    acknowledgedBy: undefined,
    acknowledgedUntil: undefined,
    turnCount: 1,
    lastTurnAt: now,
    probes: sights.map(({ probe, findings }) => ({ probe: probe.id, joinedAt: now, leftAt: undefined, findings })),
    diagnosis,
  };
  const subjects: AlertInput["subjects"] = sights.map(({ probe, status, findings }) => ({
    probe: {
      ...probe,
      options: {},
      everyMs: minute,
      deadlineMs: minute,
      confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
      severity: {},
      load: {},
      from: "test",
    },
    check: shipped(probe.check),
    status,
    findings,
  }));
  const alert = renderAlert({
    id: "msg_1",
    incident,
    turn: "opened",
    subjects,
    victims: [],
    lookup,
    working: [],
    language,
    timezone: "Asia/Shanghai",
    url: "",
    company: "Example",
    demonstration: false,
    now,
  });
  return [alert.title, ...alert.lines];
}

const refused = "a@x.cn/imap-login imap.exmail.qq.com login-refused reason=“Login_fail.”";
const beginning = (text: string) => (line: string) => line.startsWith(text);

describe("an alert", () => {
  test("names a likely cause as likely, with what comparing shows and what else it could be", () => {
    const lines = told([refused], "en", ["b@x.cn/imap-login imap.exmail.qq.com ok"]);
    expect(lines.find(beginning("Cause"))).toBe(
      "Cause: The password of a@x.cn is refused: it was changed, an app password is wanted, or the account is closed (likely). It could also be: Account locked, Mail programs switched off, Password expired.",
    );
    expect(lines.find(beginning("Evidence"))).toBe("Evidence: “Login fail.”; Other mailboxes get in at the same server: b@x.cn");
    expect(lines.find(beginning("First"))).toBe(
      "First (whoever uses the mailbox, else the mail administrator): Ask whether somebody changed the password; Log in by webmail with the same password (mind capitals)",
    );
  });

  test("says that nothing is proven, and what was ruled out", () => {
    const lines = told([refused]);
    expect(lines.find(beginning("Cause"))).toBe(
      "Cause: not proven yet. It could be: Password refused, Account locked, Mail programs switched off. Ruled out: Own network, Own DNS, Encryption opened on the way.",
    );
    expect(told([refused], "zh-CN").find(beginning("原因"))).toBe(
      "原因：尚未查明。可能是：密码被拒、账号被锁定、客户端收发被关闭。已排除：本机网络、本机 DNS、加密连接被拦截。",
    );
  });

  test("tells nothing twice where the finding says it", () => {
    const lines = told(["a@x.cn/imap-login mail.x.cn account-locked reason=“locked”"]);
    expect(lines.filter(beginning("Cause"))).toEqual([]);
    expect(lines.filter(beginning("In detail"))).toEqual(["In detail: “locked”"]);
    expect(lines.filter(beginning("Evidence"))).toEqual([]);
    expect(lines.find(beginning("First"))).toMatch(
      /^First \(the mail administrator\): The administrator of the mail service unlocks it/,
    );
  });

  test("begins with what the finding advises that says the cause, as the card does", () => {
    const steps = (line: string, language: Language): readonly string[] => {
      const [diagnosis] = diagnosed(...well, line);
      return diagnosis === undefined ? [] : sayDiagnosis(diagnosis, language, lookup).steps;
    };
    const inside = "x.cn/dns-mx mx-private-address hosts=mx.x.cn";
    expect(steps(inside, "en").slice(0, 2)).toEqual([
      "Whoever manages the DNS of x.cn publishes the public address. Is it only our resolver that shows the inside? Then set settings.dns.servers (audit: --dns) to an outside one",
      "Log in at the DNS host and look whether the records of mail are there",
    ]);
    expect(steps(inside, "zh-CN")[0]).toMatch(/^请 x\.cn 的 DNS 管理员改为公网地址/);
    expect(told([inside]).find(beginning("First"))).toContain("publishes the public address");
    const both = [inside, "p@p.cn~a@x.cn/mail-roundtrip bounced causes=route"];
    expect(told(both).find(beginning("First"))).toContain("publishes the public address");
    // What the advice says already is not said again, in either language.
    const locked = "a@x.cn/imap-login mail.x.cn account-locked reason=“locked”";
    expect(steps(locked, "en").filter((step) => /unlocks/.test(step))).toHaveLength(1);
    expect(steps(locked, "zh-CN")).toHaveLength(steps(locked, "en").length);
  });

  test("asks nobody to look at a machine that lets others in", () => {
    const lines = told(["a@x.cn/imap-login mail.x.cn login-unavailable"], "zh-CN", ["b@x.cn/imap-login mail.x.cn ok"]);
    expect(lines.find(beginning("先做"))).toBe(
      "先做（邮箱管理员）：只有一人受影响：先看 a@x.cn 的存储、配额和目录条目；在邮件服务的日志里查找 a@x.cn",
    );
  });

  test("is headed by the cause that several assets have in common", () => {
    const [title, ...lines] = told(
      [
        ...many(40, (n) => `b${n}@x.cn/imap-login imap.exmail.qq.com connect-timeout reason=timeout`),
        "c@x.cn/smtp-submission smtp.exmail.qq.com connect-timeout reason=timeout",
      ],
      "zh-CN",
      ["d@z.cn/imap-login imap.qiye.163.com ok"],
    );
    expect(title).toBe("【故障 P2】邮箱服务商腾讯企业邮出现故障（另有 1 项），影响 41 个资产");
    expect(lines.find(beginning("依据"))).toMatch(/它的 2 台主机同时出现故障：imap\.exmail\.qq\.com、smtp\.exmail\.qq\.com/);
    expect(lines.find(beginning("先做（邮箱服务商）"))).toBeDefined();
  });

  test("tells what heads it, or is its evidence, once", () => {
    const zone = told([
      ...many(12, (n) => `b${n}@x.cn/imap-login imap.x.cn name-not-found reason=NXDOMAIN`),
      "x.cn/dns-consistency zone-dead zone=x.cn servers=ns1 reason=timeout",
    ]);
    expect(zone[0]).toBe("[Down P2] DNS records of x.cn that mail depends on are missing or wrong, 13 assets affected");
    expect(zone[1]).toMatch(/^Evidence: Nobody can look x\.cn up/);
    expect(zone.filter(beginning("Also"))).toEqual([]);
    const expired = ["mail.x.cn:993/tls-certificate", "a@x.cn/imap-login"].map(
      (id) => `${id} mail.x.cn certificate-expired ends=2026-11-01`,
    );
    expect(told(expired).filter(beginning("Also"))).toEqual([]);
  });

  test("stays within what a channel takes", () => {
    const lines = told(many(60, (n) => `b${n}@x.cn/imap-login imap.exmail.qq.com connect-timeout reason=${"x".repeat(900)}`));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(500);
    expect(lines.length).toBeLessThanOrEqual(8);
  });
});
