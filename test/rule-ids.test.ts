import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { loadChecks } from "../src/plugins.ts";
import { type CollectedTest, collectTests } from "./support/collect-tests.ts";

// The list of rules (test/fixtures/rule-ids.yaml says how it is written) against the cases that are really run.
const root = fileURLToPath(new URL("..", import.meta.url));
const named = z.tuple([z.string(), z.string()]);
const listSchema = z.strictObject({
  rules: z.record(
    z.string(),
    z.record(
      z.string().regex(/^[A-Z]+-\d+$/),
      z
        .strictObject({
          says: z.string().min(10),
          findings: z.array(z.string()),
          broken: named.optional(),
          kept: named.optional(),
        })
        .refine(({ findings, broken, kept }) => findings.length > 0 || (broken && kept), {
          error: "no finding says it, no test shows it",
        }),
    ),
  ),
  falseAlarms: z.record(z.string().regex(/^F\d+$/), z.strictObject({ says: z.string().min(10), shown: z.array(named).min(1) })),
});

const list = listSchema.parse(parse(readFileSync(`${root}/test/fixtures/rule-ids.yaml`, "utf8")));
const rules = Object.entries(list.rules).flatMap(([check, some]) =>
  Object.entries(some).map(([id, rule]) => ({
    id,
    check,
    ...rule,
    findings: rule.findings.map((code) => (code.includes("/") ? code : `${check}/${code}`)),
  })),
);
type ListedRule = (typeof rules)[number];

/** What one case shows of one rule. A case that is unknown for another reason shows nothing. */
function sideOf({ shows }: CollectedTest, rule: ListedRule): "broken" | "kept" | undefined {
  if (shows === undefined) return undefined;
  if (shows.findings.some((code) => rule.findings.includes(`${shows.check}/${code}`))) return "broken";
  return shows.status === "unknown" ? undefined : "kept";
}

const idsIn = (name: string): string[] => /^((?:[A-Z]+-\d+ )*)/.exec(name)?.[1]?.trimEnd().split(" ").filter(Boolean) ?? [];

describe("the rules about a mail domain", () => {
  let all: readonly CollectedTest[] = [];
  let cases: readonly CollectedTest[] = [];
  const where = ({ file, name }: CollectedTest): string => `${file}: ${name}`;
  const isThere = ([file, name]: readonly [string, string]): boolean => all.some((one) => one.file === file && one.name === name);

  beforeAll(async () => {
    const [unit, integration] = [
      await collectTests(root, "unit", ["test/checks/", "test/mail/", "test/net/", "test/engine/"]),
      await collectTests(root, "integration", ["test/integration/"]),
    ];
    all = [...unit, ...integration];
    cases = all.filter(({ shows }) => shows !== undefined && shows.check in list.rules);
  }, 120_000);

  test("are shown by 150 cases and more, each of which names the rules that it shows", () => {
    expect(cases.filter(({ name }) => idsIn(name).length === 0).map(where)).toEqual([]);
    expect(cases.length).toBeGreaterThanOrEqual(150);
  });

  test("are listed, each under one check", () => {
    const ids = rules.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const unlisted = all.filter(({ name }) => idsIn(name).some((id) => !ids.includes(id)));
    expect(unlisted.map(where)).toEqual([]);
  });

  test("are each broken in one case and kept in another", () => {
    const missing = rules.flatMap((rule) => {
      const sides = all.filter(({ name }) => idsIn(name).includes(rule.id)).map((one) => sideOf(one, rule));
      return (["broken", "kept"] as const)
        .filter((side) => rule[side] === undefined && !sides.includes(side))
        .map((side) => `${rule.id} (${rule.says}) is ${side} in no case`);
    });
    expect(missing).toEqual([]);
  });

  test("that need mail or history are shown by tests that exist", () => {
    const wrong = rules.flatMap((rule) =>
      (["broken", "kept"] as const).flatMap((side) => {
        const shown = rule[side];
        if (shown === undefined) return [];
        const found = all.filter(({ file, name }) => file === shown[0] && name === shown[1]);
        if (found.length === 0) return [`${rule.id}: there is no test ${shown.join(": ")}`];
        const isOther = found.every((one) => one.shows !== undefined && sideOf(one, rule) !== side);
        return isOther ? [`${rule.id}: is not ${side} in ${shown.join(": ")}`] : [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test("have every finding of their checks, and no other", async () => {
    const declared = [...(await loadChecks())].flatMap(([id, check]) =>
      Object.keys(check.findings).map((code) => `${id}/${code}`),
    );
    const listed = new Set(rules.flatMap(({ findings }) => findings));
    expect([...listed].filter((finding) => !declared.includes(finding))).toEqual([]);
    const owed = declared.filter((finding) => finding.slice(0, finding.indexOf("/")) in list.rules);
    expect(owed.filter((finding) => !listed.has(finding))).toEqual([]);
  });

  test("raise no false alarm that is known of other tools", () => {
    const lost = Object.entries(list.falseAlarms).flatMap(([id, { shown }]) =>
      shown.filter((one) => !isThere(one)).map((one) => `${id}: ${one.join(": ")}`),
    );
    expect(lost).toEqual([]);
  });
});
