import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reasonText } from "../../src/i18n/reasons.ts";

const root = join(import.meta.dirname, "../..");

/** Where schemas of options stand. */
const sources = ["checks", "alerts", "src/net", "src/mail"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/texts|reply-rules/.test(name))
    .map((name) => join(folder, name)),
);

/** The words that a refusal of an option is given: beside a rule (`.refine(…, "…")`), or as its `error` or `message`. */
const wordsIn = (source: string): readonly string[] =>
  [
    ...source.matchAll(/\b(?:error|message): "([a-z][^"]* [^"]*)"/g),
    ...source.matchAll(/"(must [^"]*)"/g),
    ...source.matchAll(/\.(?:refine|regex|custom(?:<[^>\n]*>)?)\([^\n]*, "([^"]+)"/g),
  ].map(([, words = ""]) => words);

describe("what is said of an option that does not fit", () => {
  const all = [...new Set(sources.flatMap((file) => wordsIn(readFileSync(join(root, file), "utf8"))))];

  test("is found in the sources", () => {
    expect(all.length).toBeGreaterThan(35);
    expect(all).toContain("must be a filter in parentheses, such as (objectClass=person)");
    expect(all).toContain("has the sender among its members");
  });

  test.each(all)("%s: has a Chinese form", (words) => {
    const { zh } = reasonText(words);
    expect(zh).toMatch(/[\u4E00-\u9FFF]/);
    // Names of options and examples stay; sentences do not.
    expect(zh).not.toMatch(/\b(?:must|such as|or several|one of|and|where|beside)\b/);
  });
});
