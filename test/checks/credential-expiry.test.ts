/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import credentialExpiry from "../../checks/credential-expiry.ts";
import type { Status } from "../../src/model/status.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";

const day = 86_400_000;
/** The day so many days after today. */
const inDays = (days: number): string => new Date(testNow + days * day).toISOString().slice(0, 10);

const on = (status: Status, findings: readonly string[], days: readonly number[], also?: CheckCase["also"]): CheckCase => ({
  options: { credentials: days.map((it) => ({ name: `in-${it}`, expires: inDays(it) })) },
  status,
  findings,
  ...(also ? { also } : {}),
});

testCheck(credentialExpiry, {
  "a year": on("ok", [], [365], ({ metrics }) => expect(metrics["left"]).toBe(365.5 * 86_400)),
  "91 days": on("ok", [], [91]),
  "a quarter": on("ok", ["credential-ends-in-a-quarter"], [89]),
  "two months": on("warning", ["credential-ends-soon"], [59], ({ findings }) =>
    expect(findings[0]?.data).toEqual({ credential: "in-59", date: inDays(59), days: 59, rung: 60 }),
  ),
  "two weeks": on("critical", ["credential-ends-now"], [13], (_, { immediate }) => expect(immediate).toBe(true)),
  "its last day": on("critical", ["credential-ends-now"], [0]),
  "the day after": on("critical", ["credential-expired"], [-1]),
  "several, the first to end first": on(
    "critical",
    ["credential-expired", "credential-ends-now", "credential-ends-soon"],
    [400, 30, -5, 7],
  ),
});
