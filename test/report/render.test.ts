import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { languages } from "../../src/model/text.ts";
import { documentOf } from "../../src/report/document.ts";
import { monthWindow } from "../../src/model/month.ts";
import { asHtml } from "../../src/report/mail-html.ts";
import { asCsv, asJson, asMarkdown, asPlainText } from "../../src/report/render.ts";
import { canonicalJson, readReport, sha256Of } from "../../src/report/stored.ts";
import { madeUpMonth } from "./made-up-month.ts";

const stored = canonicalJson(madeUpMonth());
const frozen = { version: 1, madeAt: Date.UTC(2026, 10, 1, 0, 30), sha256: sha256Of(stored) };

/** `UPDATE_GOLDEN=1` writes them anew; they are read before they are committed. */
function golden(name: string, text: string): string {
  const file = new URL(`../fixtures/report/${name}`, import.meta.url);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
  return readFileSync(file, "utf8");
}

describe.each(languages)("the report of a made-up month, %s", (language) => {
  const document = documentOf(madeUpMonth(), language, frozen);
  test("as Markdown", () => {
    const text = asMarkdown(document);
    expect(text).toBe(golden(`month.${language}.md`, text));
  });
  test("as plain text", () => {
    const text = asPlainText(document);
    expect(text).toBe(golden(`month.${language}.txt`, text));
  });
  test("as HTML that Outlook shows and Gmail does not cut", () => {
    const html = asHtml(document);
    expect(html).toBe(golden(`month.${language}.html`, html));
    expect(html).not.toMatch(/<(?:svg|script|img|link)|url\(|flex|grid|var\(|rgba?\(/);
    expect(Buffer.byteLength(html)).toBeLessThan(100_000);
  });
});

test("as CSV, for a spreadsheet in China too", () => {
  const text = asCsv(madeUpMonth());
  expect(text).toBe(golden("month.csv", text));
});

test("as JSON, where nothing that is not known is left out", () => {
  const json = asJson(stored);
  expect(JSON.parse(json)).toMatchObject({ month: "2026-10", overall: { verdict: "missed", account: { down: 67 * 60_000 } } });
  expect(JSON.parse(json).services[0].repair).toHaveProperty("atLeast", null);
});

test("a month that is not over says so first", () => {
  const { from } = monthWindow("2026-10", "Asia/Shanghai");
  expect(documentOf(madeUpMonth({ now: from + 9 * 86_400_000 }), "en", frozen).lead[0]).toBe(
    "Preliminary: the month is not over, this counts to 10 Oct 00:00.",
  );
});

test("days of one kind after each other are told in one line", () => {
  const { from } = monthWindow("2026-10", "Asia/Shanghai");
  const day = 86_400_000;
  const month = madeUpMonth({ now: from + 9 * day });
  const unseen = { up: 0, degraded: 0, down: 0, unknown: day, maintenance: 0 };
  const days = month.days.map((one, index) => (index < 5 ? { ...one, account: unseen } : one));
  expect(documentOf({ ...month, days }, "en", frozen).days.notable).toEqual([
    "1 Oct – 5 Oct: not observed 5 days",
    "7 Oct: impaired 15 h",
    "8 Oct: down 47 min",
  ]);
  expect(documentOf({ ...month, days }, "zh-CN", frozen).days.notable[0]).toBe("10 月 1 日 – 10 月 5 日：未观测 5 天");
});

test("nothing that a name holds becomes markup or a formula", () => {
  const evil = {
    ...madeUpMonth(),
    company: '<b>"|*x*',
    services: madeUpMonth().services.map((row) => ({ ...row, asset: '=1+1,"<i>|`' })),
  };
  const document = documentOf(evil, "en", frozen);
  expect(asHtml(document)).not.toMatch(/<b>|<i>/);
  expect(asMarkdown(document)).toContain(String.raw`\<b\>"\|\*x\*`);
  expect(asCsv(evil)).toContain(`"'=1+1,""<i>|\`"`);
});

test("a mail of hundreds of services with long names stays below what Gmail cuts at, and says what it left out", () => {
  const month = madeUpMonth();
  const long = (index: number): string => `${"很长的邮箱名".repeat(20)}${index}@example.com`;
  const many = <T>(rows: readonly T[], count: number): readonly T[] =>
    Array.from({ length: count }, (_, index) => rows[index % rows.length] ?? rows[0]!);
  const huge = {
    ...month,
    company: "公司".repeat(200),
    services: many(month.services, 500).map((row, index) => ({ ...row, asset: long(index) })),
    incidents: many(month.incidents, 500).map((row, index) => ({ ...row, id: index + 1, assets: [long(1), long(2), long(3)] })),
    delivery: many(month.delivery, 200).map((row, index) => ({ ...row, asset: `${long(index)}~${long(index)}` })),
    ends: many(month.ends, 300).map((row, index) => ({ ...row, what: long(index) })),
  };
  for (const language of languages) {
    const html = asHtml(documentOf(huge, language, frozen), { text: "x", url: "https://mailvigil.example.com/report/2026-10" });
    expect(Buffer.byteLength(html)).toBeLessThan(100_000);
    expect(html).toMatch(language === "en" ? /and 4\d\d more/ : /另有 4\d\d 项/);
  }
});

test("a month that was stored in the first form is read for ever", () => {
  // Never made anew: this is what lies in databases.
  const old = readFileSync(new URL("../fixtures/report/stored-1.json", import.meta.url), "utf8").trimEnd();
  expect(sha256Of(old)).toBe("ee6b2594bf6bbd9b9ab15fa97faf1b4541e6beb952e34044f90b0f53762f8c77");
  const document = documentOf(readReport(old), "en", frozen);
  expect(document.lead[0]).toBe("Target missed: mail worked 99.849 % of the time (99.9 % wanted).");
  expect(document.days.days).toHaveLength(31);
  expect(asHtml(document)).toContain("M-1043");
  expect(() => readReport(old.replace('"schema":1', '"schema":2'))).toThrow("A report of form 2 is not known; update Mailvigil");
});
