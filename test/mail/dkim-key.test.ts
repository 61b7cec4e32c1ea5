import fc from "fast-check";
import { expect, test } from "vitest";
import { readDkimKey } from "../../src/mail/dkim-key.ts";
import { readTagList, withTags } from "../../src/mail/tag-list.ts";
import { ed25519Key, rsaKey } from "../support/dkim-keys.ts";

const p = rsaKey(2048);
const tag = fc.oneof(
  fc.constantFrom("v=DKIM1", "k=rsa", "k=ed25519", `p=${p}`, "p=", "t=y:s", "h=sha1", "s=email", "g=*", "=", "v", ";;", "p= "),
  fc.string({ unit: "binary", maxLength: 40 }),
);
const record = fc.oneof(
  fc.array(tag, { maxLength: 30 }).map((tags) => tags.join(";")),
  fc.string({ unit: "binary", maxLength: 4_000 }),
  fc.uint8Array({ maxLength: 900 }).map((bytes) => `v=DKIM1; p=${Buffer.from(bytes).toString("base64")}`),
);

test("readDkimKey never throws, and its word is short whatever a zone holds", () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 3 }), (texts) => {
      const key = readDkimKey(texts);
      expect(key.problems.length).toBeLessThan(20);
      const told = key.problems.flatMap((problem) => Object.entries(problem)).filter(([name]) => name !== "record");
      for (const [name, value] of told) expect(String(value).length, name).toBeLessThan(130);
      expect(key.usable && key.type === undefined).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test("readDkimKey takes every changed bit of the base64 for what it is", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: p.length - 1 }), (at) => {
      const changed = `${p.slice(0, at)}!${p.slice(at + 1)}`;
      expect(readDkimKey([`v=DKIM1; p=${changed}`]).problems).toEqual([{ code: "corrupt" }]);
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: p.length - 1 }), (length) => {
      expect(readDkimKey([`v=DKIM1; p=${p.slice(0, length)}`]).usable).toBe(false);
    }),
  );
});

test("readDkimKey reads the record that it proposes without a fault", () => {
  const faulty = [
    `k=rsa; v=DKIM1; p=${p}`,
    `v=DKIM1; p=${p}; p=${p}`,
    `v=DKIM1; t=y; p=${p}`,
    `v=DKIM1; h=sha1; p=${p}`,
    `v=DKIM1; s=tlsrpt; p=${p}`,
    `v=DKIM1; g=*; p=${p}`,
    `v=DKIM1; k=ed25519; t=y; p=${ed25519Key()}`,
  ];
  for (const text of faulty) {
    const [problem] = readDkimKey([text]).problems;
    const proposed = problem !== undefined && "record" in problem ? problem.record : "";
    expect(readDkimKey([proposed]).problems, text).toEqual([]);
  }
});

test("readTagList reads back what withTags writes", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/);
  const value = fc.stringMatching(/^[!-:<-~]([ -:<-~]{0,10}[!-:<-~])?$/);
  fc.assert(
    fc.property(fc.uniqueArray(fc.record({ name, value }), { selector: (one) => one.name, maxLength: 8 }), (tags) => {
      expect(readTagList(withTags(tags, {}))).toEqual({ tags, strays: [], repeated: [] });
    }),
  );
});

test("readTagList is linear in what it reads", () => {
  const started = performance.now();
  for (const text of [" ".repeat(65_000), "a=".repeat(32_000), ";".repeat(65_000), `a=${" ".repeat(60_000)}b`]) readTagList(text);
  expect(performance.now() - started).toBeLessThan(10_000);
});
