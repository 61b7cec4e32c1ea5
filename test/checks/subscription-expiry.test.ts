/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import subscriptionExpiry from "../../checks/subscription-expiry.ts";
import type { Status } from "../../src/model/status.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";

const day = 86_400_000;
/** The day so many days after today. */
const inDays = (days: number): string => new Date(testNow + days * day).toISOString().slice(0, 10);

const on = (status: Status, findings: readonly string[], days: number, also?: CheckCase["also"]): CheckCase => ({
  options: {
    what: "Exmail Pro, 50 seats",
    ends: inDays(days),
    owner: "Finance (Ms Li)",
    seats: 50,
    note: "invoice 2026-0417",
    paysFor: ["example.com"],
  },
  status,
  findings,
  ...(also ? { also } : {}),
});

testCheck(subscriptionExpiry, {
  "a year": on("ok", [], 365, ({ metrics, evidence }) => {
    expect(metrics["left"]).toBe(365.5 * 86_400);
    expect(evidence.join("\n")).toContain("50 seats; Finance (Ms Li); invoice 2026-0417; example.com");
  }),
  "91 days": on("ok", [], 91),
  "a quarter": on("ok", ["subscription-ends-in-a-quarter"], 89),
  "two months": on("warning", ["subscription-ends-soon"], 59, ({ findings }) =>
    expect(findings[0]?.data).toEqual({
      what: "Exmail Pro, 50 seats",
      date: inDays(59),
      days: 59,
      rung: 60,
      owner: "Finance (Ms Li)",
      paysFor: "example.com",
    }),
  ),
  "two weeks": on("critical", ["subscription-ends-now"], 13, (_, { immediate }) => expect(immediate).toBe(true)),
  "its last day": on("critical", ["subscription-ends-now"], 0),
  "nothing else is declared": {
    options: { what: "Mail", ends: inDays(20), owner: "IT" },
    status: "warning",
    findings: ["subscription-ends-soon"],
    also: ({ findings }) => expect(findings[0]?.data["paysFor"]).toBe("Mail"),
  },
  "it pays for more than can be said": {
    options: { what: "Mail", ends: inDays(-1), owner: "IT", paysFor: Array.from({ length: 40 }, (_, n) => `box${n}@x.example`) },
    status: "critical",
    findings: ["subscription-expired"],
    also: ({ findings }) => {
      expect(findings[0]?.data["paysFor"]).toMatch(/^box0@x\.example, .*box19@x\.example$/);
      expect(String(findings[0]?.data["covers"]).split(" ")).toHaveLength(40);
    },
  },
  "the day after": on("critical", ["subscription-expired"], -1, ({ metrics }) => expect(metrics["left"]).toBeLessThan(0)),
});
