import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debianVersion } from "./machine.ts";
import type { MailServer } from "./mail-server.ts";
import { cpuMs, launch } from "./processes.ts";

/** The blackbox exporter, and what asks it to probe as Prometheus would: over kept connections, evenly in time. */
export interface Blackbox extends AsyncDisposable {
  readonly pid: number;
  /** Logs in `perSecond` times a second for so long. @returns the CPU of the exporter for each login, in milliseconds */
  measure(module: BlackboxModule, perSecond: number, ms: number): Promise<number>;
}

/** `login`: greeting, LOGIN, LOGOUT. `inbox`: the commands that our check sends. */
type BlackboxModule = "login" | "inbox";

export const noBlackbox = (): string | undefined =>
  debianVersion("prometheus-blackbox-exporter") === undefined ? "prometheus-blackbox-exporter is not installed" : undefined;

const address = "127.0.93.100:19115";

export async function startBlackbox(server: MailServer): Promise<Blackbox> {
  const folder = await mkdtemp(join(tmpdir(), "mailvigil-bench-"));
  const file = join(folder, "blackbox.yml");
  await writeFile(file, JSON.stringify({ modules: { login: moduleOf(server, []), inbox: moduleOf(server, inboxCommands) } }));
  const exporter = launch("prometheus-blackbox-exporter", [
    `--config.file=${file}`,
    `--web.listen-address=${address}`,
    "--log.level=error",
  ]);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  let next = 0;
  const probe = (module: BlackboxModule): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const host = server.hosts[next++ % server.hosts.length];
      const url = `http://${address}/probe?module=${module}&target=${host}:${server.port}`;
      const request = http.get(url, { agent, timeout: 15_000 }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => resolve(text.includes("\nprobe_success 1")));
      });
      request.on("error", reject);
    });
  try {
    await untilTrue(
      () => probe("login").catch(() => false),
      () => exporter.output(),
    );
  } catch (error) {
    await exporter.stop();
    throw error;
  }
  return {
    pid: exporter.pid,
    async measure(module, perSecond, ms) {
      const before = cpuMs(exporter.pid);
      const answers = await atRate(perSecond, ms, () => probe(module));
      const used = cpuMs(exporter.pid) - before;
      const failed = answers.filter((ok) => !ok).length;
      if (failed > 0) throw new Error(`${failed} of ${answers.length} logins of the blackbox exporter failed`);
      return used / answers.length;
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      await exporter.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const inboxCommands = [
  { send: 'b ID ("name" "Mailvigil" "vendor" "Mailvigil")' },
  { expect: "^b OK" },
  { send: "c EXAMINE INBOX" },
  { expect: "^c OK" },
];

function moduleOf(server: MailServer, between: readonly object[]): object {
  const [{ address: user, password } = { address: "", password: "" }] = server.mailboxes;
  return {
    prober: "tcp",
    timeout: "10s",
    tcp: {
      tls: true,
      tls_config: { ca_file: server.authorityFile },
      query_response: [
        { expect: "^\\* OK" },
        { send: `a LOGIN "${user}" "${password}"` },
        { expect: "^a OK" },
        ...between,
        { send: "z LOGOUT" },
        { expect: "^z OK" },
      ],
    },
  };
}

/** Starts work evenly in time, whatever became of the work before (an open loop), and waits for the last of it. */
async function atRate<T>(perSecond: number, ms: number, work: () => Promise<T>): Promise<readonly T[]> {
  const all: Promise<T>[] = [];
  const total = Math.round((perSecond * ms) / 1000);
  const began = performance.now();
  await new Promise<void>((resolve) => {
    const timer = setInterval(
      () => {
        const due = Math.min(total, Math.floor(((performance.now() - began) * perSecond) / 1000) + 1);
        while (all.length < due) all.push(work());
        if (all.length < total) return;
        clearInterval(timer);
        resolve();
      },
      Math.max(1, 500 / perSecond),
    );
  });
  return Promise.all(all);
}

async function untilTrue(test: () => Promise<boolean>, why: () => string): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await test())) {
    if (performance.now() > end) throw new Error(`The blackbox exporter does not log in: ${why()}`);
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
}

const plugin = "/usr/lib/nagios/plugins/check_simap";

export const noPlugin = (): string | undefined => (existsSync(plugin) ? undefined : "monitoring-plugins-basic is not installed");

/**
 * Logs in `count` times with check_simap, one process after the other as Nagios starts them.
 * @returns the CPU of the plugin for each login, in milliseconds: what the shell's `times` says of its children
 */
export async function measurePlugin(server: MailServer, count: number): Promise<number> {
  const [{ address: user, password } = { address: "", password: "" }] = server.mailboxes;
  const args = [
    "-H",
    server.hosts[0] ?? "",
    "-p",
    String(server.port),
    "-E",
    "-s",
    `a LOGIN ${user} ${password}\\r\\n`,
    "-e",
    "a OK",
  ];
  const loop = 'n=$1; shift; while [ $n -gt 0 ]; do "$@" >/dev/null || exit 1; n=$((n-1)); done; times';
  const shell = spawn("/bin/sh", ["-c", loop, "sh", String(count), plugin, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  shell.stdout.on("data", (part: Buffer) => (output += part.toString()));
  await once(shell, "close");
  // The second line: user and system time of the children, each as `0m1.230000s`.
  const spent = output
    .trim()
    .split("\n")[1]
    ?.matchAll(/(\d+)m([\d.]+)s/g);
  const seconds = [...(spent ?? [])].reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
  if (shell.exitCode !== 0 || seconds === 0) throw new Error(`check_simap did not log in: ${output}`);
  return (seconds * 1000) / count;
}
