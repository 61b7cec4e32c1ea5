import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { loadProviders } from "../src/config/providers.ts";
import { collectTests } from "./support/collect-tests.ts";

// The table of what providers do (test/fixtures/provider-quirks.yaml) against the tests that are really run.
const root = fileURLToPath(new URL("..", import.meta.url));
const key = z.string().regex(/^[a-z0-9-]+$/);
const quirk = z.strictObject({
  says: z.string().min(10),
  shown: z.array(z.tuple([z.string(), z.string()])).min(1),
});
const table = z
  .record(key, z.record(key, quirk))
  .parse(parse(readFileSync(`${root}/test/fixtures/provider-quirks.yaml`, "utf8")));
const quirks = Object.entries(table).flatMap(([provider, some]) =>
  Object.entries(some).map(([id, one]) => ({ id: `${provider}/${id}`, ...one })),
);

test("every quirk of a provider is shown by tests that exist", { timeout: 120_000 }, async () => {
  const files = [...new Set(quirks.flatMap(({ shown }) => shown.map(([file]) => file)))];
  const isSlow = (file: string): boolean => /^test\/(integration|e2e)\//.test(file);
  const all = [
    ...(await collectTests(
      root,
      "unit",
      files.filter((file) => !isSlow(file)),
    )),
    ...(await collectTests(root, "integration", files.filter(isSlow))),
  ];
  const there = new Set(all.map(({ file, name }) => `${file}: ${name}`));
  const missing = quirks.flatMap(({ id, shown }) =>
    shown.map((one) => one.join(": ")).flatMap((one) => (there.has(one) ? [] : [`${id}: there is no test ${one}`])),
  );
  expect(missing).toEqual([]);
});

test("the table is about providers that have a preset, and servers that have none", () => {
  const others = Object.keys(table).filter((provider) => !loadProviders().has(provider));
  expect(others).toEqual(["strato", "stalwart", "any"]);
  expect(quirks.length).toBeGreaterThanOrEqual(40);
});
