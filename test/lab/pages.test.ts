import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { Cause, Confidence } from "../../src/model/cause.ts";
import { allFaults } from "./faults.ts";
import { faultsPage } from "./faults-page.ts";
import { judge, type Outcome, type Said } from "./outcome.ts";

const idsOf = (page: string): readonly string[] => [...page.matchAll(/^\| [^|]* `([a-z0-9-]+)` \|/gm)].map(([, id = ""]) => id);

describe("the tables in docs have every fault, in the order of faults.ts (npm run faults writes them)", () => {
  test.each(["docs/diagnosis.md", "docs/diagnosis.zh-CN.md", "docs/faults.md", "docs/faults.zh-CN.md"])("%s", async (file) => {
    expect(idsOf(await readFile(file, "utf8"))).toEqual(allFaults.map(({ id }) => id));
  });
});

const said = (cause: Cause, confidence: Confidence, ...alternatives: readonly Cause[]): Said => ({
  cause,
  confidence,
  alternatives,
  probes: ["a/b"],
});

describe("judge", () => {
  const fault = { expect: ["server-down"], second: ["certificate"] } as const;
  test.each([
    ["a true cause", [said("server-down", "high")], "named", "high", 0],
    ["the other true cause", [said("certificate", "medium")], "named", "medium", 0],
    ["the stronger of two", [said("certificate", "low"), said("server-down", "medium")], "named", "medium", 0],
    ["a true cause besides a wrong one", [said("server-down", "low"), said("zone-broken", "high")], "named", "low", 1],
    ["a true alternative", [said("unknown", "low", "server-down")], "among", undefined, 0],
    ["something else", [said("zone-broken", "medium", "mx-changed")], "missed", undefined, 1],
    ["that nothing is known", [said("unknown", "low")], "missed", undefined, 0],
    ["nothing", [], "silent", undefined, 0],
  ] as const)("%s", (_title, diagnoses, verdict, confidence, wrong) => {
    const judged = judge(fault, diagnoses);
    expect([judged.verdict, judged.confidence, judged.wrong.length]).toEqual([verdict, confidence, wrong]);
  });
});

describe("faultsPage", () => {
  const outcome = (words: string, noticed = true): Outcome => ({
    fault: "server-stopped",
    said: [said("server-down", "high")],
    found: [],
    seconds: 1,
    tools: { blackbox: { noticed, words }, plugins: { noticed: true, words: "CRITICAL" } },
  });
  const rowOf = (page: string): string | undefined => page.split("\n").find((line) => line.includes("`server-stopped` |"));

  test("tells who names it, who notices it, and who cannot look", () => {
    const row = rowOf(faultsPage([outcome("dial tcp: connection refused")], "en"));
    expect(row?.split(" | ").slice(1)).toEqual(["**named**", "**named**", "noticed", "– |"]);
  });

  test("who says nothing has not noticed it, whatever its words", () => {
    expect(rowOf(faultsPage([outcome("connection refused", false)], "zh-CN"))).toContain("| **说出** | 没有发现 | 发现 | – |");
  });

  test("a tool's words cannot break the page", () => {
    expect(faultsPage([outcome("a `b`\n| c")], "en")).toContain("- blackbox exporter: `a 'b' | c`");
  });
});
