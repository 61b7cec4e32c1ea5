import { spawn } from "node:child_process";
import { quoted } from "../model/text.ts";
import { visible } from "../model/visible.ts";

/** How a reading ended. */
export type SourceOutcome =
  | {
      readonly kind: "read";
      /** There was more than is read. */
      readonly cut: boolean;
      /** When it was written, where the source tells; milliseconds UTC. */
      readonly writtenAt: number | undefined;
      /** What a command said besides: the end of it. */
      readonly said: string;
    }
  /** `reason` is in words of ours (src/i18n/reasons.ts). */
  | { readonly kind: "failed"; readonly reason: string; readonly said: string };

export interface Limits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** Longer lines are cut: what identifies one stands in its beginning. */
export const maxLine = 256 * 1024;
const maxSaid = 2_000;

/** Cuts a stream of bytes into lines. A line that is too long is handed over by its beginning, once. */
export function lineCutter(line: (text: string) => void): { readonly add: (chunk: Buffer) => void; readonly end: () => void } {
  let rest = Buffer.alloc(0);
  let skipping = false;
  const give = (bytes: Buffer): void => {
    if (!skipping) line(bytes.toString("utf8").replace(/\r$/, ""));
    skipping = false;
  };
  return {
    add: (chunk) => {
      let from = 0;
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
        const piece = chunk.subarray(from, at);
        give(rest.length === 0 ? piece : Buffer.concat([rest, piece]));
        rest = Buffer.alloc(0);
        from = at + 1;
      }
      if (from < chunk.length && !skipping) rest = Buffer.concat([rest, chunk.subarray(from)]);
      if (rest.length < maxLine) return;
      give(rest.subarray(0, maxLine));
      rest = Buffer.alloc(0);
      skipping = true;
    },
    end: () => {
      if (rest.length > 0) give(rest);
    },
  };
}

/** What a program such as ssh or sudo needs; everything else of our environment may be a secret. */
const handedOn = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "TMPDIR",
  "TZ",
  "SSH_AUTH_SOCK",
  "KRB5CCNAME",
  "SystemRoot",
];

interface CommandRun {
  readonly limits: Limits;
  /** Gets every line of its standard output, as it comes. */
  readonly line: (text: string) => void;
  /** Goes into its environment: an argument could be seen by every user of the machine. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Runs without a shell, in a process group of its own that is ended as a whole. */
export function runCommand(
  [program = "", ...args]: readonly string[],
  { limits: { timeoutMs, maxBytes }, line, secrets = {} }: CommandRun,
  signal: AbortSignal,
): Promise<SourceOutcome> {
  signal.throwIfAborted();
  const shown = visible(program, 200);
  const inherited = handedOn.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  const env = { ...Object.fromEntries(inherited), ...secrets };
  return new Promise((resolve, reject) => {
    const isGroup = process.platform !== "win32";
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"], detached: isGroup });
    const cutter = lineCutter(line);
    let size = 0;
    let said = "";
    let failure: string | undefined;
    let cut = false;
    let thrown: { readonly error: unknown } | undefined;
    const stop = (): void => {
      child.stdout.destroy();
      child.stderr.destroy();
      try {
        if (child.pid !== undefined && isGroup) process.kill(-child.pid, "SIGKILL");
        else child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
    };
    const timer = setTimeout(() => {
      failure ??= `the command ${shown} took longer than ${timeoutMs / 1000} s`;
      stop();
    }, timeoutMs);
    signal.addEventListener("abort", stop, { once: true });
    const guarded = (work: () => void): void => {
      try {
        work();
      } catch (error) {
        thrown ??= { error };
        stop();
      }
    };
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) return guarded(() => cutter.add(chunk));
      cut = true;
      stop();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString("utf8")).slice(-maxSaid);
    });
    const finish = (outcome: SourceOutcome): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      if (signal.aborted) reject(signal.reason instanceof Error ? signal.reason : new Error("given up"));
      else if (thrown) reject(thrown.error instanceof Error ? thrown.error : new Error(String(thrown.error)));
      else resolve(outcome);
    };
    child.on("error", (error) => {
      const code = "code" in error ? String(error.code) : error.message;
      finish({ kind: "failed", reason: `the command ${shown} cannot be started (${code})`, said });
    });
    child.on("close", (status, killedBy) => {
      if (failure === undefined && !cut && !thrown) guarded(cutter.end);
      const how = status === null ? String(killedBy) : String(status);
      if (failure === undefined && !cut && status !== 0) failure = failedWith(shown, how, said);
      finish(
        failure === undefined ? { kind: "read", cut, writtenAt: undefined, said } : { kind: "failed", reason: failure, said },
      );
    });
  });
}

function failedWith(shown: string, how: string, said: string): string {
  const last = said.trim().split("\n").at(-1)?.trim() ?? "";
  return `the command ${shown} failed (${how})${last === "" ? "" : `: ${quoted(visible(last, 300))}`}`;
}
