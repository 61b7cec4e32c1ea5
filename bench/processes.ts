import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A child of the bench; it never outlives it. */
export interface Launched {
  readonly pid: number;
  /** `performance.now()` when it was started. */
  readonly startedAt: number;
  /** All that it wrote, both streams. */
  output(): string;
  /** The first match of a line it wrote, or will write. Rejects when it ends, or after 30 s. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Asks it to end, insists after 8 s, and waits. */
  stop(): Promise<void>;
}

interface LaunchOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Signals go to all that it started, too. */
  readonly group?: boolean;
}

export const root = fileURLToPath(new URL("..", import.meta.url));

const children = new Set<() => void>();
process.on("exit", () => {
  for (const kill of children) kill();
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

export function launch(command: string, args: readonly string[], options: LaunchOptions = {}): Launched {
  const { env = process.env, cwd = root, group = false } = options;
  const startedAt = performance.now();
  const child = spawn(command, args, { cwd, env, detached: group, stdio: ["ignore", "pipe", "pipe"] });
  const signal = signaller(child, group);
  const kill = (): void => signal("SIGKILL");
  children.add(kill);
  let output = "";
  const listeners = new Set<() => void>();
  const hear = (part: Buffer): void => {
    output += part.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      output += String(error);
      resolve();
    });
    child.once("close", () => resolve());
  }).finally(() => children.delete(kill));

  return {
    pid: child.pid ?? -1,
    startedAt,
    output: () => output,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const give = (why: string): void => reject(new Error(`${command} ${args.join(" ")} ${why}:\n${output}`));
        const timer = setTimeout(() => give(`did not say ${String(pattern)} within 30 s`), 30_000);
        const look = (): void => {
          const match = pattern.exec(output);
          if (!match) return;
          clearTimeout(timer);
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
        void ended.finally(() => {
          clearTimeout(timer);
          give("ended");
        });
      }),
    async stop() {
      signal("SIGTERM");
      const insist = setTimeout(kill, 8_000);
      await ended;
      clearTimeout(insist);
    },
  };
}

const signaller = (child: ChildProcess, group: boolean) => (name: NodeJS.Signals) => {
  if (child.pid === undefined) return;
  try {
    if (group) process.kill(-child.pid, name);
    else child.kill(name);
  } catch {
    // It has ended by itself.
  }
};

/** Linux counts in hundredths of a second, whatever its own tick is (proc(5), _SC_CLK_TCK). */
const msPerTick = 10;

/** CPU that a process has used so far, user and system, all its threads (proc(5), fields 14 and 15), in milliseconds. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}

/** Memory of a process that is in RAM now, in MB of a million bytes. */
export function residentMb(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (Number(kib) * 1024) / 1e6;
}

/** CPU of this process since `before`, in microseconds. */
export function ownCpuUs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
