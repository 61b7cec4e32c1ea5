import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { installationKey } from "../../src/store/installation-key.ts";
import { runChild } from "./child-process.ts";
import { temporaryFolder } from "./samples.ts";

test("installationKey() makes 32 bytes for the owner alone, once", () => {
  const folder = join(temporaryFolder(), "data");
  const key = installationKey(folder);
  expect(key).toHaveLength(32);
  expect(new Set(key).size).toBeGreaterThan(8);
  expect(installationKey(folder)).toEqual(key);
  expect(readFileSync(join(folder, "key"))).toEqual(key);
  expect(statSync(join(folder, "key")).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["key"]);
  expect(installationKey(join(temporaryFolder(), "data"))).not.toEqual(key);
});

test("installationKey() is the same for processes that make it at the same time", async () => {
  const folder = temporaryFolder();
  const [one, other] = await Promise.all([runChild("keys", folder), runChild("keys", folder)]);
  expect(one).toHaveLength(100);
  expect(new Set(one).size).toBe(100);
  expect(other).toEqual(one);
  expect(readdirSync(join(folder, "key-99"))).toEqual(["key"]);
});

test("installationKey() refuses a file that is no key, and leaves it", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "key"), "short");
  expect(() => installationKey(folder)).toThrow(`The key "${join(folder, "key")}" has 5 bytes instead of 32: put back a backup`);
  expect(readFileSync(join(folder, "key"), "utf8")).toBe("short");
});

test("installationKey() beside a database in memory lives as long as the process", () => {
  expect(installationKey(":memory:")).toHaveLength(32);
});
