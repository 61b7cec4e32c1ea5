import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { startReceiver, type Receiver } from "../support/receiver.ts";

const main = join(import.meta.dirname, "../../src/main.ts");
const templates = (await readdir(join(import.meta.dirname, "../../alerts/sops")))
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => name.slice(0, -".yaml".length));

const host = "127.0.62.1";
const port = 18_993;
const url = `http://${host}:${port}`;
const token = "drill-token-drill-token";
const until = { timeout: 20_000, interval: 50 };

const detail = z.object({
  name: z.string(),
  drill: z.boolean(),
  state: z.string(),
  incident: z.null(),
  steps: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      state: z.string(),
      input: z.array(z.object({ key: z.string() })),
      simulated: z.boolean(),
    }),
  ),
  entries: z.array(z.object({ kind: z.string(), actor: z.string() })),
});
const payload = z.object({
  data: z.object({
    about: z.string(),
    priority: z.string(),
    title: z.string(),
    lines: z.array(z.string()).min(1),
    data: z.object({ drill: z.boolean(), run: z.string() }),
  }),
});

let folder = "";
let file = "";
let daemon: ChildProcess | undefined;
let errors = "";
let receiver: Receiver;
const env = {
  PATH: process.env["PATH"] ?? "",
  LANG: "C.UTF-8",
  TOKEN: token,
  HOOK: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
};

const cli = (...args: readonly string[]) =>
  new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((done) => {
    execFile(process.execPath, [main, ...args, "--config", file], { env, timeout: 60_000 }, (error, out, err) =>
      done({ code: error ? Number(error.code ?? -1) : 0, out, err }),
    );
  });
const call = async (path: string, body?: object): Promise<unknown> => {
  const response = await fetch(url + path, {
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
};
const runOf = async (name: string) => detail.parse(await call(`/api/v1/sops/runs/${name}`));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-drill-"));
  receiver = await startReceiver(undefined, { address: host, port: 0 });
  file = join(folder, "mailvigil.yaml");
  const sops = templates.map((name) => `  ${name}: { use: ${name}, channels: [duty] }`).join("\n");
  await writeFile(
    file,
    `settings:
  data: data
  language: zh-CN
  timezone: Asia/Shanghai
  self_tests: off
  http: { listen: "${host}:${port}", token: { env: TOKEN } }
subscriptions: [{ name: seats, what: Seats, ends: 2099-01-01, owner: Finance }]
people:
  li: { name: 李工, phone: "13800001111" }
roles: { it: [li], management: [li] }
channels:
  duty: { type: webhook, url: "http://${host}:${receiver.port}/duty", secret: { env: HOOK }, allow_private: true }
alerts: { rules: [{ priorities: [P1, P2, P3, P4], channels: [duty] }] }
sops:
${sops}
`,
  );
  daemon = spawn(process.execPath, [main, "start", "--config", file], { env, stdio: ["ignore", "pipe", "pipe"] });
  daemon.stderr?.on("data", (part: Buffer) => (errors += part.toString()));
  await new Promise<void>((resolve, reject) => {
    daemon?.stdout?.once("data", () => resolve());
    daemon?.once("close", () => reject(new Error(errors)));
  });
});
afterAll(async () => {
  daemon?.kill("SIGTERM");
  await receiver[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const month = new Date().toISOString().slice(0, 7);
async function countedNow(): Promise<readonly string[]> {
  const metrics = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text();
  const counted = metrics
    .split("\n")
    .filter((line) => /^mailvigil_(?:sop|incidents|probe_status|roundtrip|channel_broken)/.test(line));
  expect(counted).toContain('mailvigil_sop_runs{state="active"} 0');
  return counted;
}
/** Everything that counts: the report of this month, the metrics about incidents and procedures, the overview's incidents. */
async function figures(): Promise<string> {
  const report = await cli("report", "--month", month, "--format", "json");
  expect([report.code, report.err]).toEqual([0, ""]);
  const counted = await countedNow();
  const overview = z
    .looseObject({ incidents: z.array(z.unknown()), sentence: z.unknown() })
    .parse(await call("/api/v1/overview"));
  // The month goes on while this runs: what only tells the time is left out.
  const timeless = report.out.replace(/\d{7,}|"sha256": "[^"]*"/g, "#");
  return [timeless, ...counted, JSON.stringify([overview.incidents, overview.sentence])].join("\n");
}

describe("a drill of each template, from end to end", () => {
  test("changes no figure, and everything that it sends is marked", { timeout: 280_000 }, async () => {
    expect(templates).toHaveLength(7);
    const before = await figures();
    for (const template of templates) {
      const begun = await cli("drill", "sop", template, "--by", "李工");
      expect([begun.code, begun.err]).toEqual([0, ""]);
      const name = /S-\d+/.exec(begun.out)?.[0] ?? "";
      expect(begun.out).toMatch(new RegExp(`^${name} 已作为演练启动：.+${url}/sop/${name}\n$`));
      // Nor is it counted while it goes on.
      expect((await runOf(name)).state).toBe("active");
      await countedNow();
      const closed = await follow(name);
      expect(closed).toMatchObject({ state: "closed", drill: true });
      const open = closed.steps.filter(({ state }) => state !== "done" && state !== "skipped");
      expect([template, open]).toEqual([template, []]);
      expect(closed.entries.filter(({ kind }) => kind === "started" || kind === "closed").map(({ actor }) => actor)).toEqual([
        "李工",
        "李工",
      ]);
    }

    // What is over is told too.
    const sent = () => receiver.received.map(({ body }) => payload.parse(JSON.parse(body.toString())).data);
    await expect
      .poll(() => new Set(sent().flatMap(({ title, about }) => (title.includes("已结束") ? [about] : []))).size, until)
      .toBe(templates.length);
    for (const { title, lines, priority, data } of sent()) {
      expect([title, title.startsWith("【演练】"), lines[0]?.startsWith("【演练】")]).toEqual([title, true, true]);
      // Nobody is woken, and nothing goes before what is real.
      expect([priority, data.drill]).toEqual(["P4", true]);
    }
    expect(JSON.stringify(sent())).not.toContain("13800001111");
    expect(sent().length).toBeGreaterThan(4 * templates.length);
    expect(await figures()).toBe(before);
    const status = await cli("sop", "status");
    expect(status.out.match(/【演练】/g)).toHaveLength(templates.length);
    expect(errors).toBe("");
  });
});

/** Does all its steps, as people would; what waits for hours is skipped. Returns it closed. */
async function follow(name: string): Promise<z.output<typeof detail>> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const { steps } = await runOf(name);
    const waiting = steps.find(({ state }) => state === "waiting");
    const pause = steps.find(({ state, kind }) => state === "running" && kind === "wait");
    const open = steps.filter(({ state }) => state === "blocked" || state === "waiting" || state === "running");
    if (waiting) {
      const input = Object.fromEntries(waiting.input.map(({ key }) => [key, "30"]));
      await call(`/api/v1/sops/runs/${name}/done`, { by: "李工", step: waiting.id, input });
    } else if (pause) await call(`/api/v1/sops/runs/${name}/skip`, { by: "李工", step: pause.id, reason: "演练不等" });
    else if (open.length === 0) break;
    else await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return detail.parse(await call(`/api/v1/sops/runs/${name}/close`, { by: "李工" }));
}
