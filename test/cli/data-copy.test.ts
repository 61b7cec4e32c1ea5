import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../src/store/database.ts";

const main = join(import.meta.dirname, "../../src/main.ts");

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command in a process of its own, at a terminal of the other language. */
const mailvigil = (args: readonly string[]): Promise<Ended> =>
  new Promise((done) => {
    const env = { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8" };
    execFile(process.execPath, [main, ...args], { env, timeout: 60_000 }, (error, out, err) => {
      done({ code: error ? Number(error.code ?? -1) : 0, out, err });
    });
  });

function installation() {
  const folder = mkdtempSync(join(tmpdir(), "mailvigil-copy-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const config = join(folder, "mailvigil.yaml");
  const data = join(folder, "data");
  writeFileSync(config, `settings: { language: zh-CN, data: ${data} }\ndomains: [{ name: example.com }]\n`);
  return { folder, data, config: ["--config", config] as const };
}

describe("what a command cannot do ends with 1, in the language of the configuration", () => {
  test("restore() while the daemon runs", async () => {
    const { folder, data, config } = installation();
    const db = openDatabase(data);
    onTestFinished(() => db.close());
    const copy = join(folder, "copy.db");
    expect(await mailvigil(["backup", copy, ...config])).toMatchObject({ code: 0, err: "" });
    const { code, out, err } = await mailvigil(["restore", copy, ...config]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("正被另一个 Mailvigil 使用");
  });

  test("restore() of no backup, and backup() onto a file or of nothing", async () => {
    const { folder, data, config } = installation();
    const foreign = join(folder, "notes.txt");
    writeFileSync(foreign, "no database at all\n");
    for (const args of [
      ["restore", foreign],
      ["restore", join(folder, "absent.db")],
      ["backup", foreign],
      ["backup", join(folder, "new.db")],
    ]) {
      const { code, out, err } = await mailvigil([...args, ...config]);
      expect({ code, out }, args.join(" ")).toEqual({ code: 1, out: "" });
      expect(err).toMatch(/「.*」.*[\u4E00-\u9FFF]/);
      expect(err.trim().split("\n")).toHaveLength(1);
    }
    openDatabase(data).close();
    writeFileSync(join(data, "mailvigil.db"), "damaged ".repeat(1_000));
    for (const command of [["report"], ["evidence", "M-1"]]) {
      const { code, out, err } = await mailvigil([...command, ...config]);
      expect({ code, out }, command[0]).toEqual({ code: 1, out: "" });
      expect(err).toMatch(/「.*」.*[\u4E00-\u9FFF]/);
    }
  });
});
