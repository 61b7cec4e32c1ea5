import { spawn, spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const bomb = fileURLToPath(new URL("../support/throw-later.ts", import.meta.url));

const configuration = (port: number, more = ""): string => `
settings:
  timezone: Asia/Shanghai
  language: en
  http: { listen: "127.0.0.1:${port}" }
  dns: { servers: ["127.0.0.1:1"] }
  self_tests: off
${more}domains:
  - name: example.com
`;

interface Started {
  readonly line: (pattern: RegExp) => Promise<string>;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly error: string }>;
}

describe("mailvigil start", () => {
  let folder: string;
  let file: string;
  const running: Started[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "mailvigil-start-"));
    file = join(folder, "mailvigil.yaml");
    await writeFile(file, configuration(0));
  });
  afterEach(async () => {
    for (const { kill, ended } of running.splice(0)) {
      kill("SIGKILL");
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  });

  function start(configFile: string, nodeOptions: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Started {
    const child = spawn(process.execPath, [...nodeOptions, main, "start", "--config", configFile], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, LANG: "C.UTF-8", LC_ALL: "", LC_MESSAGES: "", ...env },
    });
    let out = "";
    let error = "";
    const listeners = new Set<() => void>();
    const hear = (stream: "out" | "error") => (part: Buffer) => {
      if (stream === "out") out += part.toString();
      else error += part.toString();
      for (const listener of listeners) listener();
    };
    child.stdout.on("data", hear("out"));
    child.stderr.on("data", hear("error"));
    const ended = new Promise<{ code: number | null; out: string; error: string }>((resolve) =>
      child.on("close", (code) => resolve({ code, out, error })),
    );
    const started: Started = {
      kill: (signal) => void child.kill(signal),
      ended,
      line: (pattern) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            const match = pattern.exec(out + error);
            if (!match) return;
            listeners.delete(look);
            resolve(match[0]);
          };
          listeners.add(look);
          look();
          void ended.then(() => reject(new Error(`it ended before it said ${String(pattern)}: ${out}${error}`)));
        }),
    };
    running.push(started);
    return started;
  }

  const watching = /Mailvigil watches \d+ assets by \d+ probes: (http:\S+)/;

  test("says where it is, and ends on SIGTERM with 0", async () => {
    const daemon = start(file);
    const url = (await daemon.line(watching)).split(" ").at(-1) ?? "";
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    daemon.kill("SIGTERM");
    expect(await daemon.ended).toMatchObject({ code: 0, error: "" });
  });

  test("SIGHUP reads the configuration again, and a wrong one changes nothing", async () => {
    const daemon = start(file);
    const url = (await daemon.line(watching)).split(" ").at(-1) ?? "";
    const assets = async (): Promise<string> => (await fetch(`${url}/api/v1/overview`)).text();
    await writeFile(file, `${configuration(0)}  - name: example.net\n`);
    daemon.kill("SIGHUP");
    await daemon.line(/The configuration was read again: 34 probes/);
    expect(await assets()).toContain("example.net/dns-mx");
    await writeFile(file, `${configuration(0)}  - nome: example.org\n`);
    daemon.kill("SIGHUP");
    await daemon.line(/The configuration was not changed/);
    await daemon.line(/mailvigil\.yaml:\d+:\d+ domains\[1\]/);
    expect(await assets()).toContain("example.net/dns-mx");
  });

  test("SIGHUP with a full disk goes on, and says what needs a restart", async () => {
    const data = join(folder, "data");
    await mkdir(data, { mode: 0o700 });
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=3m", "mailvigil-test", data]).status).toBe(0);
    try {
      await writeFile(file, `${configuration(0)}  - name: example.net\n`);
      const daemon = start(file);
      await daemon.line(watching);
      spawnSync("dd", ["if=/dev/zero", `of=${join(data, "filler")}`, "bs=4k"]);
      await writeFile(file, configuration(8999));
      daemon.kill("SIGHUP");
      await daemon.line(/The configuration was read again: 17 probes/);
      await daemon.line(/settings\.http\.listen is read at the start only/);
      daemon.kill("SIGTERM");
      expect(await daemon.ended).toMatchObject({ code: 0 });
    } finally {
      spawnSync("umount", [data]);
    }
  });

  test("speaks Chinese at a Chinese terminal, where the file names no language", async () => {
    const other = net.createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const text = configuration(typeof address === "object" && address ? address.port : 0);
    await writeFile(file, text.replace("  language: en\n", ""));
    const { code, error } = await start(file, [], { LANG: "zh_CN.UTF-8" }).ended;
    other.close();
    expect(code).toBe(1);
    expect(error).toMatch(/^无法监听 127\.0\.0\.1:\d+：端口已被占用/);
  });

  test("an uncaught error is written and told as an incident, ends with 70, and the next start resolves it", async () => {
    const daemon = start(file, ["--import", bomb]);
    await daemon.line(watching);
    const { code, error } = await daemon.ended;
    expect(code).toBe(70);
    expect(error).toContain("Error: thrown on purpose");
    const incidents = (): unknown => {
      const db = new Sqlite(join(folder, "data", "mailvigil.db"), { readonly: true });
      const rows = db.prepare("SELECT cause, resolved_at IS NULL AS open FROM incident WHERE key = 'monitor/daemon'").all();
      db.close();
      return rows;
    };
    expect(incidents()).toEqual([{ cause: "daemon-crashed", open: 1 }]);
    const next = start(file);
    await next.line(watching);
    expect(incidents()).toEqual([{ cause: "daemon-crashed", open: 0 }]);
  });

  /** One line that names the place, the code that says not to try again as it is, and nothing written. */
  async function refused(configFile: string, code: number, says: RegExp): Promise<void> {
    const result = await start(configFile).ended;
    expect(result).toMatchObject({ code, out: "" });
    expect(result.error.trim().split("\n")).toHaveLength(1);
    expect(result.error).toMatch(says);
  }

  test("a port in use", async () => {
    const other = net.createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await writeFile(file, configuration(port));
    await refused(file, 1, new RegExp(`^Cannot listen on 127\\.0\\.0\\.1:${port}: it is in use; .*settings\\.http\\.listen`));
    other.close();
  });

  test("a second daemon on the same data", async () => {
    const first = start(file);
    await first.line(watching);
    await refused(file, 1, /data.*/);
    const url = (await first.line(watching)).split(" ").at(-1) ?? "";
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test("a database of a newer version, which stays as it is", async () => {
    const first = start(file);
    await first.line(watching);
    first.kill("SIGTERM");
    await first.ended;
    const path = join(folder, "data", "mailvigil.db");
    const db = new Sqlite(path);
    db.pragma("user_version = 999");
    db.close();
    const before = await readFile(path);
    await refused(file, 1, /newer/);
    expect(await readFile(path)).toEqual(before);
  });

  test("a read-only data directory", async () => {
    const data = join(folder, "data");
    await mkdir(data, { mode: 0o700 });
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", "ro,size=64k", "mailvigil-test", data]).status).toBe(0);
    try {
      await refused(file, 1, /data/);
    } finally {
      spawnSync("umount", [data]);
    }
  });

  test("a data directory that is a file", async () => {
    await writeFile(join(folder, "data"), "not a folder");
    await refused(file, 1, /data/);
    expect(await readFile(join(folder, "data"), "utf8")).toBe("not a folder");
  });

  test("an empty file, a binary file and none at all as configuration", async () => {
    await writeFile(file, "");
    await refused(file, 64, /mailvigil\.yaml/);
    await writeFile(file, Buffer.from([0, 159, 146, 150, 0, 255]));
    await refused(file, 64, /mailvigil\.yaml/);
    await refused(join(folder, "nowhere.yaml"), 64, /nowhere\.yaml/);
  });

  test("a CA file that is no certificate", async () => {
    await writeFile(join(folder, "ca.pem"), "-----BEGIN NONSENSE-----");
    await writeFile(file, configuration(0, "  tls: { ca: [ca.pem] }\n"));
    await refused(file, 64, /mailvigil\.yaml:\d+:\d+ settings\.tls\.ca\[0\]: .*ca\.pem/);
  });

  test("a configuration that others may write is still one line", async () => {
    await chmod(file, 0o666);
    expect(await start(file).line(watching)).toContain("http://127.0.0.1:");
  });
});
