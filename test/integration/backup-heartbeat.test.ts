import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";

const run = promisify(execFile);
const main = join(import.meta.dirname, "../../src/main.ts");
/** The daemon of this test, with a token: a job has none. */
const port = 18_993;
const token = "the-token-of-the-page";

let folder: string;
let daemon: ReturnType<typeof spawn>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-heartbeat-"));
  await writeFile(
    join(folder, "mailvigil.yaml"),
    `settings: { language: en, self_tests: off, http: { listen: "127.0.0.1:${port}", token: { env: PAGE_TOKEN } } }
backups: [{ name: veeam, what: Veeam, owner: IT, rpo: 26h, heartbeat: true }]
`,
  );
  daemon = spawn(process.execPath, [main, "start", "--config", join(folder, "mailvigil.yaml")], {
    env: { ...process.env, PAGE_TOKEN: token },
    stdio: "ignore",
  });
  await vi.waitFor(() => curl("/healthz"), { timeout: 30_000, interval: 200 });
}, 40_000);
afterAll(async () => {
  const ended = new Promise((resolve) => daemon.once("exit", resolve));
  daemon.kill("SIGTERM");
  await ended;
  await rm(folder, { recursive: true });
});

const curl = async (path: string, ...args: readonly string[]): Promise<string> => {
  const { stdout } = await run("curl", [
    "-sS",
    "--max-time",
    "10",
    "-w",
    " %{http_code}",
    ...args,
    `http://127.0.0.1:${port}${path}`,
  ]);
  return stdout.replaceAll("\n", "");
};

const probeView = z.object({ observed: z.string().nullable(), findings: z.array(z.object({ code: z.string() })) });
const seen = async (): Promise<string> => {
  const answer = await curl("/api/v1/probes/backup%3Aveeam/backup-freshness", "-H", `Authorization: Bearer ${token}`);
  const { observed, findings } = probeView.parse(JSON.parse(answer.replace(/ \d{3}$/, "")));
  return [observed, ...findings.map(({ code }) => code)].join(" ");
};
const soon = (what: string): Promise<unknown> =>
  vi.waitFor(async () => expect(await seen()).toBe(what), { timeout: 10_000, interval: 100 });

describe("a job that reports in, with curl", () => {
  let path: string;
  test("the address is shown by plan, and is the same each time", async () => {
    const { stderr } = await run(process.execPath, [main, "plan", "--config", join(folder, "mailvigil.yaml")], {
      env: { ...process.env, PAGE_TOKEN: token },
    });
    path = /(\/ping\/[0-9a-f-]{36})/.exec(stderr)?.[1] ?? "";
    expect(path).toMatch(/^\/ping\/[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("start, success, failure and exit codes are heard, by GET, POST and HEAD, without a token and under any name", async () => {
    await soon("unknown backup-not-yet");
    expect(await curl(path)).toBe("OK 200");
    await soon("ok");
    expect(await curl(`${path}/start`, "-H", "Host: watch.example.com:8993")).toBe("OK 200");
    expect(await curl(`${path}/fail`, "--data-raw", "the log of the job")).toBe("OK 200");
    await soon("critical backup-job-failed");
    expect(await curl(`${path}/0`, "-X", "POST")).toBe("OK 200");
    await soon("ok");
    expect(await curl(`${path.toUpperCase().replace("PING", "ping")}/3`)).toBe("OK 200");
    await soon("critical backup-job-exited");
    expect(await curl(path, "--head")).toContain("200 OK");
    await soon("ok");
  });

  test("nobody else is heard", async () => {
    expect(await curl("/ping/00000000-0000-8000-8000-000000000000")).toBe("not found 404");
    expect(await curl(`${path}/256`)).toContain("400");
    expect(await curl(`${path}/log`)).toContain("400");
    expect(await curl(path, "-X", "DELETE")).toContain("401");
    expect(await curl("/api/v1/overview")).toContain("401");
    expect(await seen()).toBe("ok");
  });
});
