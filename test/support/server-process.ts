import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A server that runs as a child of the test and never outlives it. */
export interface ServerProcess {
  /** What it wrote to its standard output and error. */
  output(): string;
  /** To it and all that it has started: `SIGSTOP` freezes it, with its ports open. */
  signal(name: NodeJS.Signals): void;
  /** Ends it, and whatever is left of its process group after half a second. */
  stop(): Promise<void>;
}

// The shell holds the other end of our pipe: when the test process is gone, however it ended, it ends the server.
// (PR_SET_PDEATHSIG would not do: mail servers change their user, which clears it.) Node raises the limit of open files to
// a million, and Postfix closes them one by one at its start: 2 s.
const guard = 'ulimit -n 4096; "$@" </dev/null & read -r _; kill $!; wait $!';

/** Starts a server in the foreground, in a process group of its own. It ends with the test process. */
export function startServerProcess(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ServerProcess {
  const child = spawn("/bin/sh", ["-c", guard, "sh", command, ...args], {
    detached: true,
    stdio: "pipe",
    env: { ...process.env, ...env },
  });
  const output: string[] = [];
  child.stdout.on("data", (part: Buffer) => output.push(part.toString()));
  child.stderr.on("data", (part: Buffer) => output.push(part.toString()));
  child.stdin.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => {
      output.push(String(error));
      resolve();
    });
  });
  return {
    output: () => output.join(""),
    signal: (name) => {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    },
    stop: async () => {
      child.stdin.end();
      await Promise.race([ended, sleep(500, undefined, { ref: false })]);
      if (child.pid !== undefined) {
        try {
          process.kill(-child.pid, "SIGKILL");
        } catch {
          // The whole group is gone already.
        }
      }
      await ended;
    },
  };
}

/**
 * Two test files on one address would talk to each other's servers without noticing. What has just been ended may hold its ports
 * a moment longer.
 * @throws Error when something listens there for 3 s
 */
export async function assertFree(host: string, ports: readonly number[]): Promise<void> {
  const end = performance.now() + 3_000;
  for (const port of ports) {
    while (await isTaken(host, port)) {
      if (performance.now() > end) throw new Error(`${host}:${port} is taken: give each test file addresses of its own`);
      await sleep(50);
    }
  }
}

async function isTaken(host: string, port: number): Promise<boolean> {
  const socket = net.connect(port, host);
  const taken = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return taken;
}

/**
 * Waits until every port takes connections, and says something on those where the server speaks first.
 * @throws Error with what `why` says, when one does not within 40 s, which only a busy machine needs
 */
export async function untilServing(
  host: string,
  greeting: readonly number[],
  silent: readonly number[],
  why: () => string,
): Promise<void> {
  const end = performance.now() + 40_000;
  for (const port of [...greeting, ...silent]) {
    for (;;) {
      const socket = net.connect(port, host);
      try {
        const signal = AbortSignal.timeout(10_000);
        await once(socket, greeting.includes(port) ? "data" : "connect", { signal });
        break;
      } catch (error) {
        if (performance.now() > end) throw new Error(`Nothing serves ${host}:${port}: ${why()}`, { cause: error });
        await sleep(20);
      } finally {
        socket.destroy();
      }
    }
  }
}
