import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

const program = fileURLToPath(new URL("./child.ts", import.meta.url));

/** Starts `child.ts` and resolves after its first line, `ready`. It ends with the test at the latest. */
export async function startChild(work: string, folder: string): Promise<{ child: ChildProcess; lines: string[] }> {
  const child = spawn(process.execPath, [program, work, folder], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => lines.push(line));
  await Promise.race([
    once(reader, "line"),
    once(child, "exit").then(([code]) => {
      throw new Error(`The child ended with ${String(code)} before it was ready`);
    }),
  ]);
  return { child, lines };
}

/** kill -9, and waits until the process is gone and all that it told has been read. */
export async function killChild(child: ChildProcess): Promise<void> {
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}

/** Runs `child.ts` to its end and returns the lines it told. */
export async function runChild(work: string, folder: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, work, folder]);
  return stdout.trimEnd().split("\n");
}

/**
 * The same in a mount namespace of its own, after `prepare` (a shell command, `$1` is the folder): mounts there are seen by
 * nobody else and end with the child.
 */
export async function runChildWithMounts(work: string, folder: string, prepare: string): Promise<readonly string[]> {
  const namespace = process.getuid?.() === 0 ? "--mount" : "--map-root-user";
  const command = `set -e; ${prepare}; exec "$2" "$3" "$4" "$1"`;
  const { stdout } = await promisify(execFile)("unshare", [
    namespace,
    "--mount",
    "sh",
    "-c",
    command,
    "sh",
    folder,
    process.execPath,
    program,
    work,
  ]);
  return stdout.trimEnd().split("\n");
}
