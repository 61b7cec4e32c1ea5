import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { startDemo } from "../../src/demo/start-demo.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const ports = { daemon: 18_985, prometheus: 18_986 };

const span = z.object({ x: z.int().min(0), y: z.int().min(0), w: z.int().min(1), h: z.int().min(1) });
const dashboard = z
  .object({
    uid: z.string().regex(/^[\w-]{1,40}$/),
    title: z.string(),
    schemaVersion: z.int().min(36),
    templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.enum(["datasource", "query"]) })) }),
    panels: z.array(
      z.object({
        id: z.int().min(1),
        type: z.enum(["stat", "timeseries", "state-timeline", "bargauge"]),
        title: z.string().min(1),
        description: z.string().min(1),
        gridPos: span,
        datasource: z.object({ type: z.literal("prometheus"), uid: z.literal("${datasource}") }),
        targets: z.array(z.object({ refId: z.string(), expr: z.string().min(1), legendFormat: z.string() })).min(1),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(root, "deploy/grafana/mailvigil.json"), "utf8")));

/** What Grafana puts into its variables. */
const filled = (expr: string): string => expr.replaceAll("$asset", ".*").replaceAll("$__range", "1h");
const queries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ refId, expr }) => [`${title} ${refId}`, filled(expr)] as const),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-grafana-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the dashboard for Grafana", () => {
  test("has panels that stand beside each other, each with an id and a title in both languages", () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
    for (const { title } of panels) expect(title).toMatch(/\p{Script=Han}.*[A-Z][A-Za-z]+/u);
    const { providers } = z
      .object({
        apiVersion: z.literal(1),
        providers: z.array(z.object({ type: z.literal("file"), options: z.object({ path: z.string() }) })),
      })
      .parse(parse(readFileSync(join(root, "deploy/grafana/provisioning.yaml"), "utf8")));
    expect(providers).toHaveLength(1);
  });

  test("asks Prometheus something it understands", async () => {
    const rules = queries.map(([, expr], i) => ({ record: `panel:${i}`, expr }));
    const file = join(folder, "panels.json");
    await writeFile(file, JSON.stringify({ groups: [{ name: "panels", rules }] }));
    const { stdout } = await run("promtool", ["check", "rules", file]);
    expect(stdout).toContain(`SUCCESS: ${queries.length} rules found`);
  });

  test("shows in each panel what a real Mailvigil tells a real Prometheus", async () => {
    await using demo = await startDemo({ folder: join(folder, "company") });
    const text = readFileSync(demo.configurationFile, "utf8").replace(
      /^settings:$/m,
      `settings:\n  http: { listen: "127.0.0.1:${ports.daemon}" }`,
    );
    await writeFile(demo.configurationFile, text);
    await writeFile(
      join(folder, "prometheus.yml"),
      `global: { scrape_interval: 1s }
scrape_configs: [{ job_name: mailvigil, static_configs: [{ targets: ["127.0.0.1:${ports.daemon}"] }] }]
`,
    );
    let said = "";
    const daemon = spawn(process.execPath, [join(root, "src/main.ts"), "start", "--config", demo.configurationFile]);
    daemon.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const prometheus = spawn(
      "prometheus",
      [
        `--config.file=${join(folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(folder, "tsdb")}`,
        `--web.listen-address=127.0.0.1:${ports.prometheus}`,
      ],
      { stdio: "ignore" },
    );
    const answer = z.object({ status: z.string(), data: z.object({ result: z.array(z.unknown()) }) });
    const empty = async (): Promise<readonly string[]> => {
      const found = await Promise.all(
        queries.map(async ([name, expr]) => {
          const response = await fetch(
            `http://127.0.0.1:${ports.prometheus}/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`,
          );
          const { status, data } = answer.parse(await response.json());
          return status === "success" && data.result.length > 0 ? [] : [name];
        }),
      );
      return found.flat();
    };
    try {
      await vi.waitFor(async () => expect(await empty(), said).toEqual([]), { timeout: 90_000, interval: 1_000 });
    } finally {
      daemon.kill("SIGKILL");
      prometheus.kill("SIGKILL");
    }
  }, 120_000);
});
