import { describe, expect, test } from "vitest";
import { createReportPages } from "../../src/http/report-page.ts";
import type { Reports } from "../../src/model/report.ts";
import { documentOf } from "../../src/report/document.ts";
import { canonicalJson, sha256Of } from "../../src/report/stored.ts";
import { madeUpMonth } from "../report/made-up-month.ts";

const report = madeUpMonth();
const canonical = canonicalJson(report);
const frozen = { month: "2026-10", version: 1, madeAt: Date.UTC(2026, 10, 1, 0, 30), sha256: sha256Of(canonical) };

const reports: Reports = {
  months: () => [{ month: "2026-11" }, frozen, { month: "2026-09" }],
  document: (month, language) => Promise.resolve(month === "2026-10" ? documentOf(report, language, frozen) : undefined),
  file: (month, format, language) => Promise.resolve(month === "2026-10" ? `${format} ${language}` : undefined),
};
const app = createReportPages({ reports, board: { company: "Example & Sons", language: "en" } });

const get = async (path: string): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }> => {
  const response = await app.request(path);
  return { status: response.status, text: await response.text(), headers: response.headers };
};

describe("/report", () => {
  test("lists the months: what is final with its hash, what is not as preliminary", async () => {
    const { status, text } = await get("/report?lang=en");
    expect(status).toBe(200);
    expect(text).toContain('<a href="/report/2026-10?lang=en">2026-10</a>');
    expect(text).toContain("Final, version 1");
    expect(text).toContain(frozen.sha256);
    expect(text.match(/Preliminary/g)).toHaveLength(2);
    expect(text).toContain("Example &amp; Sons");
  });
});

describe("/report/2026-10", () => {
  test.each(["en", "zh-CN"] as const)("shows the month in %s, with pictures, and no style of its own", async (language) => {
    const { status, text } = await get(`/report/2026-10?lang=${language}`);
    expect(status).toBe(200);
    expect(text).toContain(`<html lang="${language}">`);
    expect(text).not.toMatch(/style=|<script/);
    expect(text.match(/<rect x="\d+" y="\d+" width="38"/g)).toHaveLength(31);
    expect(text).toContain(frozen.sha256);
    for (const path of ["2026-11", "2026-09", "2026-10.html", "2026-10.md", "2026-10.json", "2026-10.csv"])
      expect(text).toContain(`/report/${path}?lang=${language}"`);
  });

  test("comes as a file", async () => {
    const { status, text, headers } = await get("/report/2026-10.csv?lang=zh-CN");
    expect([status, text]).toEqual([200, "csv zh-CN"]);
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(headers.get("content-disposition")).toBe('attachment; filename="mailvigil-2026-10.csv"');
  });

  test.each(["/report/2026-08", "/report/2026-08.csv", "/report/2026-13", "/report/2026-10.exe", "/report/2026-10.csv.md"])(
    "%s is not there",
    async (path) => {
      const { status, text } = await get(path);
      expect(status).toBe(404);
      expect(text).toContain("There is no report of this month.");
    },
  );
});
