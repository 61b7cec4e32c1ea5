import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { languages } from "../../src/model/text.ts";
import { documentOf } from "../../src/report/document.ts";
import { monthWindow } from "../../src/model/month.ts";
import { asHtml } from "../../src/report/mail-html.ts";
import { asCsv, asJson, asMarkdown, asPlainText } from "../../src/report/render.ts";
import { canonicalJson, sha256Of } from "../../src/report/stored.ts";
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
