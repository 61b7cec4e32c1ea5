import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Breaker } from "../../src/model/state.ts";
import { openRefusals } from "../../src/store/refusals.ts";
import { StoreError } from "../../src/store/store-error.ts";

const hour = 3_600_000;
let folder: string;
let time: number;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "mailvigil-refusals-")), "state");
  time = Date.UTC(2026, 2, 4);
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

const breaker = (account: string, more: Partial<Breaker> = {}): Breaker => ({
  account,
  fingerprint: "f",
  kind: "definite",
  refusals: 1,
  openedAt: time,
  retryAt: time + hour / 2,
  probe: `${account}/imap-login`,
  ...more,
});
const open = () => openRefusals(folder, () => time);
const accounts = (): readonly string[] => open().known.map(({ account }) => account);

describe("openRefusals", () => {
  test("gives back what was refused, the last one of each account, also where it may never be retried", () => {
    expect(open().known).toEqual([]);
    open().remember(breaker("a@x.test"));
    open().remember(breaker("b@x.test"));
    open().remember(breaker("a@x.test", { refusals: 2, retryAt: undefined }));
    expect(open().known).toMatchObject([
      { account: "b@x.test", refusals: 1, retryAt: time + hour / 2 },
      { account: "a@x.test", refusals: 2, retryAt: undefined },
    ]);
  });

  test("forgets what was taken, and what is a day old or from the future", () => {
    open().remember(breaker("a@x.test"));
    open().remember(breaker("b@x.test"));
    open().forget("a@x.test");
    expect(accounts()).toEqual(["b@x.test"]);
    time += 24 * hour - 1;
    expect(accounts()).toEqual(["b@x.test"]);
    time += 1;
    expect(accounts()).toEqual([]);
    time -= 48 * hour;
    expect(accounts()).toEqual([]);
  });

  test("is one file that only its owner reads, and leaves no draft", () => {
    open().remember(breaker("a@x.test"));
    expect(readdirSync(folder)).toEqual(["refused-logins.json"]);
    expect(statSync(join(folder, "refused-logins.json")).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test.each([
    ["no JSON", "{"],
    ["another shape", '[{"account":1}]'],
    ["too long", JSON.stringify("x".repeat(300_000))],
  ])("takes a file with %s as none, and writes a new one", (_what, text) => {
    open().remember(breaker("a@x.test"));
    writeFileSync(join(folder, "refused-logins.json"), text);
    expect(accounts()).toEqual([]);
    open().remember(breaker("b@x.test"));
    expect(accounts()).toEqual(["b@x.test"]);
  });

  test("keeps the last two hundred", () => {
    const refusals = open();
    for (let i = 0; i < 203; i += 1) refusals.remember(breaker(`m${i}@x.test`));
    expect([accounts().length, accounts()[0]]).toEqual([200, "m3@x.test"]);
  });

  test("says with an error of the store that its folder cannot be made", () => {
    writeFileSync(folder, "a file is in the way");
    expect(() => open().remember(breaker("a@x.test"))).toThrow(StoreError);
  });
});
