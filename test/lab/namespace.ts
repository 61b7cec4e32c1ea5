import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at } from "./addresses.ts";
import { groupLines, passwdLines } from "./users.ts";

export interface Namespace {
  /** Runs a program of Node in a network of its own, with the lab's users and resolver. Each call makes another one. */
  run(program: string, args: readonly string[]): ChildProcess;
  close(): Promise<void>;
}

/** So that several labs stand side by side with the same addresses, and nothing of them is seen from outside. Needs root. */
export async function prepareNamespace(): Promise<Namespace> {
  const folder = await mkdtemp(join(tmpdir(), "mailvigil-namespace-"));
  await writeFile(join(folder, "passwd"), (await readFile("/etc/passwd", "utf8")) + passwdLines);
  await writeFile(join(folder, "group"), (await readFile("/etc/group", "utf8")) + groupLines);
  await writeFile(join(folder, "resolv.conf"), `nameserver ${at.dns}\noptions timeout:1 attempts:1\n`);
  const mounts = ["passwd", "group", "resolv.conf"].map((name) => `mount --bind ${join(folder, name)} /etc/${name}`);
  const script = ["set -e", "ip link set lo up", ...mounts, 'exec "$0" "$@"'].join("\n");
  return {
    run: (program, args) =>
      spawn("unshare", ["--net", "--mount", "sh", "-c", script, process.execPath, program, ...args], {
        stdio: ["pipe", "pipe", "pipe"],
      }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
