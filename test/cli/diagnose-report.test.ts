import { expect, test } from "vitest";
import { asText } from "../../src/cli/diagnose-report.ts";
import type { Diagnosis } from "../../src/model/cause.ts";
import type { Verdict } from "../../src/model/verdict.ts";

const unpaid: Diagnosis = {
  cause: "subscription-expired",
  confidence: "high",
  about: { asset: "example.com" },
  evidence: [],
  alternatives: [],
  ruledOut: [],
  probes: ["subscription:exmail/subscription-expiry"],
};

const text = (verdict: Pick<Verdict, "status" | "otherwise">, language: "en" | "zh-CN" = "en"): readonly string[] =>
  asText(
    {
      verdict: { asset: "li@example.com", causes: [unpaid], ...verdict },
      sights: [],
      comparisons: new Set(),
      expected: 0,
      interrupted: false,
      withoutLogin: false,
    },
    language,
    400,
  ).split("\n");

test("asText heads with the cause where there is one", () => {
  const lines = text({ status: "critical", otherwise: undefined });
  expect(lines[0]).toMatch(/^The subscription that pays for example\.com has ended\./);
  expect(lines.at(-1)).toMatch(/^How sure: /);
});

test("asText says first that the mailbox works, and is sure of nothing else by that", () => {
  const otherwise = { kind: "works", checks: [] } as const;
  const lines = text({ status: "warning", otherwise });
  expect(lines[0]).toBe(
    "li@example.com works. Something else that it stands on is not in order: The subscription that pays for example.com has ended.",
  );
  expect(lines).toContain("Besides");
  expect(lines.find((line) => line.startsWith("  - The subscription"))).toMatch(/Next: /);
  expect(lines.filter((line) => /How sure|What to do/.test(line))).toEqual([]);
  expect(text({ status: "warning", otherwise }, "zh-CN")[0]).toMatch(/^li@example\.com 可以正常使用。/);
});
