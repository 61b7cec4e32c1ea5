import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSpamReport } from "../../src/mail/spam-report.ts";

describe("readSpamReport()", () => {
  test.each([
    ["True ; 6.3 / 5.0", { score: 6.3, threshold: 5 }],
    ["False ; -2.1 / 5.0", { score: -2.1, threshold: 5 }],
    ["Yes ; 1000 / 5", { score: 1000, threshold: 5 }],
    ["false;0/0", { score: 0, threshold: 0 }],
  ])("reads the verdict %s", (verdict, expected) => {
    expect(readSpamReport(verdict, "")).toEqual({ ...expected, rules: [] });
  });

  test.each(["", "True", "True ; 6.3", "True ; NaN / 5.0", "Perhaps ; 1 / 5", "True ; 1e9 / 5", "True ; 1 / 5 ; 6"])(
    "takes %j for no verdict",
    (verdict) => {
      expect(readSpamReport(verdict, "")).toBeUndefined();
    },
  );

  test("takes the rules that cost points from the table, the dearest first, and their descriptions for none", () => {
    const report = [
      " pts rule name              description",
      "---- ---------------------- -----------------------------",
      " 0.0 URIBL_BLOCKED          ADMINISTRATOR NOTICE: The query to URIBL was blocked.",
      "                             5.0 NOT_A_RULE",
      "-1.9 BAYES_00               BODY: Bayes spam probability is 0 to 1%",
      " 0.8 BAYES_50               BODY: Bayes spam probability is 40 to 60%",
      "10.0 GTUBE_LIKE             BODY: like that",
    ].join("\n");
    expect(readSpamReport("False ; 1 / 5", report)?.rules).toEqual([
      { name: "GTUBE_LIKE", points: 10 },
      { name: "BAYES_50", points: 0.8 },
    ]);
  });

  test("keeps twenty rules of a table without end, in time", () => {
    const began = performance.now();
    const report = " 1.0 RULE\n".repeat(25_000);
    expect(readSpamReport("True ; 9 / 5", report)?.rules).toHaveLength(20);
    expect(readSpamReport("True ; 9 / 5", " ".repeat(250_000))?.rules).toEqual([]);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test("throws nothing, whatever it is given", () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: "binary" }), (verdict, report) => {
        readSpamReport(verdict, report);
        expect(readSpamReport("True ; 6.3 / 5.0", report)?.rules.every(({ points }) => points > 0)).toBe(true);
      }),
    );
  });
});
