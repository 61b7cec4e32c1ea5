/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import check from "../../checks/provider-advisory.ts";
import { loadProviders } from "../../src/config/providers.ts";
import { sayFinding } from "../../src/i18n/reasons.ts";
import type { Status } from "../../src/model/status.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";

const day = 86_400_000;
const [basic] = loadProviders().get("microsoft365")?.advisories ?? [];
const [workmail] = loadProviders().get("workmail")?.advisories ?? [];

const at = (date: string, status: Status, codes: readonly string[], also?: CheckCase["also"]): CheckCase => ({
  options: {
    provider: "Microsoft 365",
    advisories: [basic, workmail].flatMap((one) =>
      one ? [{ on: one.on, notice: one.text, mailboxes: Array.from({ length: 7 }, (_, i) => `m${i}@example.com`) }] : [],
    ),
  },
  status,
  findings: codes,
  now: Date.parse(date),
  ...(also ? { also } : {}),
});

testCheck(check, {
  "long before both": at("2026-08-01", "ok", ["change-ahead", "change-ahead"]),
  "39 days before passwords end for sending": at(
    "2026-11-22T12:00:00Z",
    "warning",
    ["change-near", "change-ahead"],
    ({ findings, metrics }) => {
      const [first] = findings;
      expect(first?.data).toMatchObject({
        date: "2026-12-31",
        days: 39,
        mailboxes: "m0@example.com, m1@example.com, m2@example.com, m3@example.com, m4@example.com +2",
      });
      expect(sayFinding(check.findings["change-near"].text, "zh-CN", first?.data ?? {})).toMatch(
        /^还有 39 天（2026-12-31），Microsoft 将默认关闭/,
      );
      expect(metrics["left"]).toBe((39.5 * day) / 1000);
    },
  ),
  "its last day": at("2026-12-31T23:00:00Z", "warning", ["change-near", "change-ahead"]),
  "the day after": at("2027-01-01", "ok", ["change-in-force", "change-ahead"]),
  "a month before the service ends": at("2027-03-01", "warning", ["change-in-force", "change-near"]),
  "after both": at("2027-04-02", "ok", ["change-in-force", "change-in-force"], ({ metrics }) =>
    expect(metrics["left"]).toBeUndefined(),
  ),
});
