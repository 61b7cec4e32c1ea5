import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readLines, sourceName } from "../../src/net/text-source.ts";
import { createZone } from "../support/zone.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-source-"));
});
afterAll(() => rm(folder, { recursive: true }));

const { ask } = createZone({});
const limits = { timeoutMs: 5_000, maxBytes: 1024 * 1024 };
async function read(command: readonly string[], over: Partial<typeof limits> = {}, signal = new AbortController().signal) {
  const lines: string[] = [];
  const outcome = await readLines(
    { ask, authorities: [] },
    { command },
    { ...limits, ...over },
    (line) => lines.push(line),
    signal,
  );
  return { outcome, lines };
}
const shell = (script: string): readonly string[] => ["/bin/sh", "-c", script];

describe("readLines", () => {
  test("hands over whole lines, however they come", async () => {
    const { lines, outcome } = await read(shell("printf 'a\\nb'; sleep 0.1; printf 'c\\r\\n\\nlast'"));
    expect(lines).toEqual(["a", "bc", "", "last"]);
    expect(outcome).toMatchObject({ kind: "read", cut: false });
  });

  test("of a line without end hands over its beginning, once, and the next lines whole", async () => {
    const { lines } = await read(shell("head -c 700000 /dev/zero | tr '\\0' x; echo; echo next"));
    expect(lines.map((line) => line.length)).toEqual([256 * 1024, 4]);
  });

  test("stops at the limit of bytes, and says so", async () => {
    const { outcome, lines } = await read(shell("yes 0123456789"), { maxBytes: 100_000 });
    expect(outcome).toMatchObject({ kind: "read", cut: true });
    expect(lines.length).toBeLessThanOrEqual(100_000 / 11);
  });

  test("ends what takes too long, with all that it has started", async () => {
    const mark = join(folder, "late");
    const { outcome } = await read(shell(`(sleep 1; touch ${mark}) & sleep 30`), { timeoutMs: 300 });
    expect(outcome).toMatchObject({ kind: "failed", reason: "the command /bin/sh took longer than 0.3 s" });
    await sleep(1_200);
    await expect(readFile(mark)).rejects.toThrow("ENOENT");
  });

  test("ends with the signal", async () => {
    const given = new AbortController();
    const reading = read(["/bin/sleep", "30"], {}, given.signal);
    setTimeout(() => given.abort(new Error("enough")), 50);
    await expect(reading).rejects.toThrow("enough");
  });

  test("hands on no secret of our environment", async () => {
    vi.stubEnv("SALES_PASSWORD", "b-secret");
    try {
      const { lines } = await read(["/usr/bin/env"]);
      expect(lines.join("\n")).toMatch(/^PATH=/m);
      expect(lines.join("\n")).not.toContain("b-secret");
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("arguments are arguments: there is no shell", async () => {
    const { lines } = await read(["/bin/echo", "$HOME; rm -rf /", "`id`"]);
    expect(lines).toEqual(["$HOME; rm -rf / `id`"]);
  });

  test("a file that is larger than is read", async () => {
    const file = join(folder, "large");
    await writeFile(file, "0123456789\n".repeat(1_000));
    const lines: string[] = [];
    const outcome = await readLines(
      { ask, authorities: [] },
      { file },
      { timeoutMs: 5_000, maxBytes: 1_000 },
      (line) => lines.push(line),
      new AbortController().signal,
    );
    expect(outcome).toMatchObject({ kind: "read", cut: true });
    expect(lines.length).toBe(90);
    expect(
      await readLines({ ask, authorities: [] }, { file: folder }, limits, () => undefined, new AbortController().signal),
    ).toMatchObject({
      kind: "failed",
      reason: `${folder} is not a file`,
    });
  });
});

describe("sourceName", () => {
  test("says no argument and no path of an address", () => {
    expect(sourceName({ command: ["ssh", "-i", "key", "mail"] })).toBe("ssh");
    expect(sourceName({ url: "https://user:pw@mail.example.com/secret-path" })).toBe("mail.example.com");
    expect(sourceName({ file: "/var/queue.json" })).toBe("/var/queue.json");
  });
});
