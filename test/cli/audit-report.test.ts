import { describe, expect, test } from "vitest";
import { createProgress } from "../../src/cli/audit-progress.ts";
import { asMarkdown, asSummary, asText, type Telling } from "../../src/cli/audit-report.ts";
import { type DomainResult, piecesOf } from "../../src/cli/audit-troubles.ts";
import type { Row } from "../../src/cli/check-output.ts";
import { width } from "../../src/cli/table.ts";
import { wrap } from "../../src/cli/wrap.ts";
import { builtInBlocklists, domainChecks } from "../../src/config/domain-checks.ts";
import type { Finding } from "../../src/model/observation.ts";
import { statusOf } from "../../src/model/status.ts";
import { loadChecks } from "../../src/plugins.ts";
import { probeOf } from "../support/check-tester.ts";

const checks = await loadChecks();
const domain = "example.com";

function row(id: string, ...findings: readonly Finding[]): Row {
  const check = checks.get(id);
  if (!check) throw new Error(`no check ${id}`);
  const probe = probeOf(check, check.options.parse({ domain }));
  const observation = { probe: probe.id, status: statusOf(findings), findings, metrics: {}, evidence: [], at: 0, durationMs: 1 };
  return { probe, check, observation };
}

const record = `${domain}. TXT "v=spf1 mx ~all"`;
const bad: DomainResult = {
  domain,
  rows: [
    row("dns-dmarc", { code: "dmarc-missing", severity: "critical", data: { domain, record: "v=DMARC1; p=none" } }),
    row("dns-bimi"),
    row("dns-mta-sts", {
      code: "policy-bad",
      severity: "warning",
      data: {
        domain,
        url: "https://mta-sts",
        reason: "x",
        record: '_mta-sts.example.com. TXT "v=STSv1; id=1"',
        policy: "version: STSv1 ⏎ mode: testing ⏎ mx: a",
      },
    }),
    row("dns-spf", { code: "spf-pass-all", severity: "critical", data: { domain, where: domain, record } }),
    row("dns-mx", {
      code: "mx-alias",
      severity: "critical",
      data: { domain, hosts: "m → n", record: `${domain}. MX 10 a.example., ${domain}. MX 20 b.example.` },
    }),
    row("dns-caa", { code: "caa-missing", severity: "info", data: { domain, record: `${domain}. CAA 0 issue "ca.test"` } }),
    row("dns-ptr", { code: "deadline-unclear", severity: "unknown", data: { target: domain, seconds: 60 } }),
    row("dns-dane", { code: "deadline-unclear", severity: "unknown", data: { target: domain, seconds: 60 } }),
    row(
      "smtp-mx",
      { code: "own-side-unproven", severity: "unknown", data: { self: "monitor/port25" } },
      { code: "mx-unreachable", severity: "unknown", data: { domain, hosts: "m", reason: "timeout" } },
    ),
  ],
};
const telling = (language: Telling["language"], places = Infinity): Telling => ({
  language,
  places,
  now: Date.UTC(2026, 10, 22, 12),
  notice: undefined,
});
const order = (text: string, ...parts: readonly string[]): number[] => parts.map((part) => text.indexOf(part));

describe("the report of an audit", () => {
  test("names the provider below the verdict, and the record that says so", () => {
    const provider = { title: { en: "Tencent Exmail", zh: "腾讯企业邮" }, because: "MX mxbiz1.qq.com" };
    const good: DomainResult = { domain, rows: [row("dns-bimi")], provider };
    expect(asText(good, telling("en")).split("\n")[1]).toBe("Its mail is at Tencent Exmail (MX mxbiz1.qq.com).");
    expect(asText(good, telling("zh-CN")).split("\n")[1]).toBe("邮箱服务商：腾讯企业邮（MX mxbiz1.qq.com）。");
    expect(asMarkdown(good, telling("en")).split("\n")[4]).toBe("Its mail is at Tencent Exmail (MX mxbiz1.qq.com).");
    expect(asText({ domain, rows: good.rows }, telling("en"))).not.toContain("Its mail is at");
  });

  test.each(["en", "zh-CN"] as const)(
    "says the verdict, then what to mend by harm, then what was not judged, noted and fine (%s)",
    (language) => {
      const text = asText(bad, telling(language));
      const [verdict = ""] = text.split("\n");
      expect(verdict).toMatch(
        language === "en" ? /^example\.com: .*3 critical, 1 warning/ : /^example\.com：.*故障 3 处、注意 1 处/,
      );
      const heads =
        language === "en"
          ? ["Not judged:", "Nothing is broken", "In order: Logo"]
          : ["无法判断：", "没有故障，供参考：", "正常：邮件旁"];
      const places = order(text, "[dns-mx]", "[dns-spf]", "[dns-dmarc]", "[dns-mta-sts]", ...heads);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(Math.min(...places)).toBeGreaterThan(0);
      expect(text).toMatch(language === "en" ? /22 Nov 2026/ : /2026 年 11 月 22 日/);
    },
  );

  test("sets each record apart on a line of its own, ready to be copied", () => {
    const lines = asText(bad, telling("en"))
      .split("\n")
      .map((line) => line.trim());
    for (const one of [
      record,
      `${domain}. MX 10 a.example.`,
      `${domain}. MX 20 b.example.`,
      `_dmarc.${domain}. TXT "v=DMARC1; p=none"`,
      "version: STSv1",
      "mx: a",
    ])
      expect(lines).toContain(one);
  });

  test("puts them into fences in Markdown, and keeps the text of others from being Markdown", () => {
    const text = asMarkdown(bad, { ...telling("en"), notice: "the *future*" });
    expect(text).toMatch(/^# example\.com\n\n> the \\\*future\\\*\n\n\*\*example\.com: /);
    expect(text).toContain(`   \`\`\`\n   ${record}\n   \`\`\``);
    const hostile = {
      domain,
      rows: [
        row("dns-spf", {
          code: "spf-pass-all",
          severity: "critical",
          data: { domain: "a|b`c<d>", where: domain, record: 'x. TXT "```"' },
        }),
      ],
    };
    expect(asMarkdown(hostile, telling("en"))).toContain("a\\|b\\`c\\<d\\>");
    expect(asMarkdown(hostile, telling("en"))).toContain('````\n   x. TXT "```"\n   ````');
  });

  test("says once what stopped several checks, and what is not held against anybody", () => {
    const text = asText(bad, telling("en"));
    expect(text.match(/given up after 60 s/g)).toHaveLength(1);
    expect(text).toMatch(/ {2}- Names of own sending servers[^:]*, TLSA records[^:]*: /);
    expect(text).toMatch(/--port25-control HOST proves it.*none of its mail servers answers/);
  });

  test("breaks lines on a terminal alone, and never a record", () => {
    expect(
      asText(bad, telling("en"))
        .split("\n")
        .some((line) => line.length > 100),
    ).toBe(true);
    for (const language of ["en", "zh-CN"] as const) {
      const long = asText(bad, telling(language, 50))
        .split("\n")
        .filter((line) => width(line) > 50);
      expect(long.filter((line) => !line.includes(' TXT "'))).toEqual([]);
    }
  });

  test("several domains are a line each with the worst of it, cut on a terminal", () => {
    const good: DomainResult = { domain: "fine.example", rows: [row("dns-bimi")] };
    const lines = asSummary([good, bad], telling("en")).split("\n");
    expect(lines[0]).toMatch(/^ok +fine\.example +–$/);
    expect(lines[1]).toMatch(/^critical +example\.com +3 critical, 1 warning +Some senders refuse/);
    expect(lines.at(-1)).toBe(
      "2 domains: 1 critical, 1 ok. For what to mend, with the records to publish: mailvigil audit DOMAIN",
    );
    for (const line of asSummary([good, bad], telling("zh-CN", 60)).split("\n")) expect(width(line)).toBeLessThanOrEqual(60);
  });

  test("a domain without a fault says so", () => {
    const text = asText({ domain, rows: [row("dns-bimi")] }, telling("en"));
    expect(text).toMatch(/^example\.com: nothing to mend\.\n\nIn order: Logo/);
  });
});

test("advice of what an audit runs names its own option wherever it names a name server of the configuration", () => {
  const world = { providers: [], blocklists: builtInBlocklists, single: { relayTest: false } };
  const nobody = { provider: undefined, selectors: [], senders: [], caaHosts: [], expires: undefined };
  const ids = domainChecks({ name: domain, receives: true, sends: true, ...nobody }, world).map(({ check }) => check);
  const advice = [...ids, "tls-certificate"].flatMap((id) =>
    Object.values(checks.get(id)?.findings ?? {}).flatMap((finding) => [finding.advice.en, finding.advice.zh]),
  );
  const named = advice.filter((text) => text.includes("settings.dns.servers"));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((text) => !text.includes("--dns"))).toEqual([]);
});

test("piecesOf leaves out a record that could not be worked out", () => {
  expect(piecesOf("Publish: {record}", { record: "–" })).toEqual([{ kind: "said", text: "Publish." }]);
  expect(piecesOf("请发布：{record} 然后等待。", { record: "–" })).toEqual([
    { kind: "said", text: "请发布。" },
    { kind: "said", text: "然后等待。" },
  ]);
  expect(piecesOf('发布：_dmarc.{at}. TXT "{record}"（须存在）', { at: "a.b", record: "v=DMARC1; p=none" })).toEqual([
    { kind: "said", text: "发布：" },
    { kind: "paste", lines: ['_dmarc.a.b. TXT "v=DMARC1; p=none"'] },
    { kind: "said", text: "（须存在）" },
  ]);
});

test("piecesOf cuts a record into strings of 255 octets, as a zone holds them", () => {
  const key = `v=DKIM1; p=${"A".repeat(300)}`;
  const [, paste] = piecesOf('Publish: {name}. TXT "{record}"', { name: "s1._domainkey.a.b", record: key });
  const lines = [`s1._domainkey.a.b. TXT "${key.slice(0, 255)}" "${key.slice(255)}"`];
  expect(paste).toEqual({ kind: "paste", lines });
});

test("an international name stands there as people write it, and as the DNS has it", () => {
  const result: DomainResult = { domain: "xn--fsqu00a.xn--0zwm56d", rows: [row("dns-bimi")] };
  expect(asText(result, telling("zh-CN"))).toMatch(/^例子\.测试（xn--fsqu00a\.xn--0zwm56d）：没有需要处理的问题。/);
  expect(asMarkdown(result, telling("en"))).toMatch(/^# 例子\.测试 \(xn--fsqu00a\.xn--0zwm56d\)\n/);
});

test("what had nothing to look at is not called in order", () => {
  const { language, ...rest } = telling("en");
  const result: DomainResult = { domain, rows: [row("dns-bimi"), { ...row("smtp-mx"), nothing: true }] };
  const text = asText(result, { language, ...rest });
  expect(text).toContain("\n\nIn order: Logo");
  expect(text).toContain("\n\nNothing to look at: Mail servers (port 25)\n");
  expect(asMarkdown(result, { language, ...rest })).toContain("## Nothing to look at\n\nMail servers (port 25)\n");
});

test("wrap keeps words, and no line begins with Chinese punctuation", () => {
  expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrap("_dmarc.averylongname.example.com", 10)).toEqual(["_dmarc.averylongname.example.com"]);
  for (const places of [8, 10, 12, 15, 21]) {
    const lines = wrap("请联系管理员，删除这条记录：然后再发布；（不要忘记）完成。", places);
    expect(lines.join("")).toBe("请联系管理员，删除这条记录：然后再发布；（不要忘记）完成。");
    expect(lines.filter((line) => /^[，。；：、）]/.test(line))).toEqual([]);
  }
  expect(wrap("", 10)).toEqual([""]);
});

describe("createProgress", () => {
  function shown(isTTY: boolean, domains: number): string {
    let text = "";
    const progress = createProgress({ isTTY, columns: 40, write: (part) => (text += part) }, domains, "en");
    progress.checked("a.example", 1, 2, "dns-mx", "ok");
    progress.checked("a.example", 2, 2, "dns-spf", "critical");
    progress.finished("a.example", "critical");
    progress.end();
    return text;
  }
  test("is a line for each check, or with several domains for each domain", () => {
    expect(shown(false, 1)).toBe("a.example  1 of 2  dns-mx  ok\na.example  2 of 2  dns-spf  critical\n");
    expect(shown(false, 3)).toBe("1 of 3 domains  a.example  critical\n");
  });
  test("is one line on a terminal, which is gone in the end", () => {
    const text = shown(true, 1);
    expect(text).not.toContain("\n");
    expect(
      text
        .split("\r")
        .slice(-2)
        .map((part) => part.trim()),
    ).toEqual(["", ""]);
    for (const part of text.split("\r")) expect(part.length).toBeLessThan(40);
  });
});
