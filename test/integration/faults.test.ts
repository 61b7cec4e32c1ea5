import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { beforeAll, describe, expect, test } from "vitest";
import { runFaults } from "../lab/campaign.ts";
import { diagnosisPage } from "../lab/diagnosis-page.ts";
import { allFaults, doubleFaults, singleFaults } from "../lab/faults.ts";
import { judge, type Outcome } from "../lab/outcome.ts";

let outcomes: ReadonlyMap<string, Outcome>;

beforeAll(async () => {
  const all = await runFaults(allFaults, 2 * availableParallelism());
  outcomes = new Map(all.map((outcome) => [outcome.fault, outcome]));
  console.log(diagnosisPage(all, "en"));
}, 600_000);

const told = (id: string): string => {
  const { said = [], found = [] } = outcomes.get(id) ?? {};
  return JSON.stringify({ said, found }, undefined, 1);
};

test("there are 40 single faults and 10 double ones, each with an id of its own", () => {
  expect(singleFaults.length).toBeGreaterThanOrEqual(40);
  expect(doubleFaults.length).toBeGreaterThanOrEqual(10);
  expect(new Set(allFaults.map(({ id }) => id)).size).toBe(allFaults.length);
});

describe("no wrong cause is said for sure", () => {
  test.each(allFaults)("$id", (fault) => {
    const { wrong } = judge(fault, outcomes.get(fault.id)?.said ?? []);
    expect(
      wrong.filter(({ confidence }) => confidence === "high"),
      told(fault.id),
    ).toEqual([]);
  });
});

describe("a single fault is named, or is among what it is said to be", () => {
  test.each(singleFaults)("$id", (fault) => {
    expect(["named", "among"], told(fault.id)).toContain(judge(fault, outcomes.get(fault.id)?.said ?? []).verdict);
  });
});

describe("of two faults at least one is named", () => {
  test.each(doubleFaults)("$id", (fault) => {
    expect(judge(fault, outcomes.get(fault.id)?.said ?? []).verdict, told(fault.id)).toBe("named");
  });
});

const timed = new Set(allFaults.filter((fault) => fault.timed === true).map(({ id }) => id));

/**
 * Fault ▶ verdict, as the table says it. How sure a diagnosis is may differ with the machine; what it comes to may not, but for what
 * rests on times.
 */
const verdictsIn = (page: string): readonly string[] =>
  [...page.matchAll(/^\| [^|]*`([a-z0-9-]+)` \| [^|]* \| [^|]* \| ([^|]*) \|/gm)].map(([, id = "", verdict = ""]) =>
    timed.has(id)
      ? `${id} ${verdict.replace(/^(among|在列)$/, (word) => (word === "among" ? "named" : "说中"))}`
      : `${id} ${verdict}`,
  );

test.each([
  ["en", "docs/diagnosis.md"],
  ["zh-CN", "docs/diagnosis.zh-CN.md"],
] as const)("the table in %s is as it was found just now (npm run faults writes it)", async (language, file) => {
  const found = verdictsIn(diagnosisPage([...outcomes.values()], language));
  expect(found.length).toBe(allFaults.length);
  expect(found).toEqual(verdictsIn(await readFile(file, "utf8")));
});
