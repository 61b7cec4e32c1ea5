import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { evidenceWorld, type EvidenceTestWorld, sales } from "../support/evidence-world.ts";

const main = join(import.meta.dirname, "../../src/main.ts");

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const run = (args: readonly string[], cwd: string, lang = "C.UTF-8"): Promise<Ended> =>
  new Promise((done) => {
    const env = { PATH: process.env["PATH"] ?? "", LANG: lang, PASSWORD: "secret-of-sales" };
    execFile(
      process.execPath,
      [main, "evidence", ...args],
      { env, cwd, timeout: 60_000, maxBuffer: 8 << 20 },
      (error, out, err) => {
        done({ code: error ? Number(error.code ?? -1) : 0, out, err });
      },
    );
  });

const yaml = (
  data: string,
  language: string,
): string => `settings: { language: ${language}, company: Own Ltd, timezone: Asia/Shanghai, data: ${data}, self_tests: off }
mailboxes:
  - { address: sales@own.test, password: { env: PASSWORD }, imap: { host: imap.own.test }, smtp: { host: smtp.own.test } }
`;

/** A store with one incident, written through the engine, and a configuration beside it. */
async function installed(language = "en"): Promise<EvidenceTestWorld> {
  const world = evidenceWorld((ctx, probe) => {
    ctx.note(probe === sales ? "S: m1 NO go away, secret-of-sales" : "S: fine");
    return {
      findings:
        probe === sales
          ? [{ code: "login-rejected", data: { host: "imap.own.test", user: "sales@own.test", reason: "“NO”" } }]
          : [],
    };
  });
  for (let i = 0; i < 3; i += 1) await world.round();
  await writeFile(join(world.folder, "mailvigil.yaml"), yaml(".", language));
  return world;
}

describe("mailvigil evidence", () => {
  test.each(["M-1", "m-1", "1", sales, sales.toUpperCase()])(
    "%s, beside a daemon that has the database open, and leaves it as it is",
    async (name) => {
      const world = await installed();
      const before = (await readdir(world.folder)).toSorted();
      const { code, out, err } = await run([name], world.folder);
      expect([code, err]).toEqual([0, ""]);
      expect(out).toMatch(
        /^# (M-1|sales@own\.test\/imap-login) · Evidence for the provider's support · 提供给服务商客服的证据\n/,
      );
      expect(out).toContain("S: m1 NO go away, [secret]\n");
      expect(out).not.toContain("secret-of-sales");
      expect((await readdir(world.folder)).toSorted()).toEqual(before);
      await world.round();
      expect(world.board.last(sales)?.status).toBe("critical");
    },
  );

  test("into a file", async () => {
    const world = await installed();
    const { code, out, err } = await run(["M-1", "--out", "pack.md"], world.folder);
    expect([code, out, err]).toEqual([0, "", "written: pack.md\n"]);
    expect(await readFile(join(world.folder, "pack.md"), "utf8")).toContain("Own Ltd");
    expect((await stat(join(world.folder, "pack.md"))).size).toBeGreaterThan(1_000);
  });

  describe("wrong usage", () => {
    const cases: readonly (readonly [args: readonly string[], says: string])[] = [
      [["M-7"], "there is no incident M-7; the nearest are M-1\n"],
      [["sales@own.test/imap-logni"], "there is no probe sales@own.test/imap-logni; near it are sales@own.test/imap-login"],
      [["sales"], "there is no probe sales; near it are sales@own.test/"],
      [["\u001b[31mzzz"], "there is no incident and no probe \\x1b[31mzzz; write M-1042 or the id of a probe"],
      [["M-1", "--out", "none/there.md"], "none/there.md cannot be written (ENOENT); name another one with --out\n"],
      [["M-1", "--config", "absent.yaml"], "absent.yaml:1:1: does not exist"],
      [[], "missing required argument 'incident|probe'"],
    ];
    let world: EvidenceTestWorld;
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "mailvigil-evidence-empty-"));
      return () => rmSync(folder, { recursive: true });
    });
    beforeEach(async () => {
      world = await installed();
    });
    test.each(cases)("%j", async (args, says) => {
      const { code, out, err } = await run(args, world.folder);
      expect([code, out]).toEqual([64, ""]);
      expect(err).toContain(says);
      expect(err).not.toMatch(/^ +at /m);
    });

    test("where nothing is stored yet, and nothing is made", async () => {
      await writeFile(join(folder, "mailvigil.yaml"), yaml("data", "zh-CN"));
      const { code, err } = await run(["1"], folder);
      expect([code, err]).toEqual([64, `${join(folder, "data")} 中还没有数据；请先用此配置启动 Mailvigil\n`]);
      expect(await readdir(folder)).toEqual(["mailvigil.yaml"]);
    });
  });

  test("in Chinese", async () => {
    const world = await installed("zh-CN");
    onTestFinished(() => world.stop());
    expect(await run(["M-9"], world.folder)).toEqual({ code: 64, out: "", err: "没有事件 M-9；最接近的是 M-1\n" });
  });
});
