import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { startDemo, type Demo } from "../../src/demo/start-demo.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const rows = z.array(z.object({ probe: z.string(), findings: z.array(z.object({ code: z.string() })) }));

describe("mailvigil check does no harm", () => {
  let folder: string;
  let demo: Demo;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mailvigil-check-"));
    demo = await startDemo({ folder, clock: () => 0 });
    const yaml = await readFile(demo.configurationFile, "utf8");
    const secret = /address: "?sales@example\.com"?[\s\S]*?file: "?([^"\s}]+)/.exec(yaml)?.[1] ?? "";
    await writeFile(resolve(folder, secret), "wrong", { mode: 0o600 });
  });
  afterAll(async () => {
    await demo.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function check(...args: readonly string[]) {
    const child = spawn(process.execPath, [main, "check", "--config", demo.configurationFile, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let error = "";
    child.stdout.on("data", (part: Buffer) => (out += part.toString()));
    child.stderr.on("data", (part: Buffer) => (error += part.toString()));
    const ended = once(child, "close").then(([code]: unknown[]) => ({ code, out, error }));
    return { child, ended, saidError: () => error };
  }

  test.each([[[]], [["--force"]]])(
    "a refused password is sent once a command, whatever the protocols and routes: %j",
    async (more) => {
      const { code, out } = await check("--only", "*sales@example.com*", "--json", "--wait", "1s", ...more).ended;
      const found = rows.parse(JSON.parse(out)).map(({ findings }) => findings.map(({ code: finding }) => finding));
      expect(found.length).toBeGreaterThan(3);
      expect(found.filter((codes) => codes.some((each) => /reject|refused/.test(each)))).toHaveLength(1);
      expect(found.filter((codes) => codes.includes("login-held"))).toHaveLength(found.length - 1);
      expect(code).toBe(2);
    },
  );

  test("what Ctrl-C cut short is not ok", async () => {
    const { child, ended, saidError } = check(
      "--only",
      "*info@example.com/imap-login",
      "--only",
      "*mail-roundtrip",
      "--wait",
      "2m",
    );
    while (!saidError().includes("info@example.com/imap-login")) await once(child.stderr, "data");
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
  });
});
