import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { setImmediate as breath } from "node:timers/promises";
import { z } from "zod";
import { type CheckContext, explain } from "../model/check.ts";
import { quoted } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import { get } from "./get.ts";

/** Where a text comes from that some other program writes: exactly one of the three. Agentless: nothing of ours runs there. */
export const textSourceOptions = {
  command: z
    .array(z.string().max(1_000))
    .min(1)
    .max(50)
    .refine(([program = ""]) => program !== "", { error: "must begin with a program" })
    .optional()
    .meta(
      explain({
        en: "A program and its arguments that print it, run without a shell: [ssh, mail.example.com, postqueue, -j]",
        zh: "输出内容的程序及其参数，不经过 shell：[ssh, mail.example.com, postqueue, -j]",
      }),
    ),
  file: z
    .string()
    .refine(isAbsolute, { error: "must be an absolute path" })
    .optional()
    .meta(explain({ en: "A file that something else writes now and then", zh: "由其他程序定期写入的文件" })),
  url: z
    .url({ protocol: /^https?$/, error: "must be an http or https address" })
    .optional()
    .meta(explain({ en: "An http or https address that it is fetched from", zh: "用来获取内容的 http 或 https 地址" })),
};

export interface TextSource {
  readonly command?: readonly string[] | undefined;
  readonly file?: string | undefined;
  readonly url?: string | undefined;
}

/** What a person calls it: the program alone, because arguments may say more than a page should hold. */
export const sourceName = ({ command, file, url }: TextSource): string =>
  visible(command?.[0] ?? file ?? (url === undefined ? "" : URL.parse(url)?.host) ?? "", 200);

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

interface Limits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** Longer lines are cut: what identifies one stands in its beginning. */
const maxLine = 256 * 1024;
const maxSaid = 2_000;
/** An answer over HTTP is held as a whole. */
const maxBody = 8 * 1024 * 1024;

/**
 * Hands every line of a source to `line`, as it comes: nothing is collected. Bounded in time and bytes. Never throws but for the
 * signal, and for what `line` throws.
 */
export function readLines(
  ctx: Pick<CheckContext, "ask" | "authorities">,
  source: TextSource,
  limits: Limits,
  line: (text: string) => void,
  signal: AbortSignal,
): Promise<SourceOutcome> {
  if (source.command !== undefined) return runCommand(source.command, limits, line, signal);
  if (source.file !== undefined) return readFile(source.file, limits, line, signal);
  return fetchLines(ctx, source.url ?? "", limits, line, signal);
}

/** Cuts a stream of bytes into lines. A line that is too long is handed over by its beginning, once. */
function lineCutter(line: (text: string) => void): { readonly add: (chunk: Buffer) => void; readonly end: () => void } {
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

/** Runs without a shell, in a process group of its own that is ended as a whole. */
function runCommand(
  [program = "", ...args]: readonly string[],
  { timeoutMs, maxBytes }: Limits,
  line: (text: string) => void,
  signal: AbortSignal,
): Promise<SourceOutcome> {
  signal.throwIfAborted();
  const shown = visible(program, 200);
  const env = Object.fromEntries(
    handedOn.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
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

async function readFile(
  path: string,
  { timeoutMs, maxBytes }: Limits,
  line: (text: string) => void,
  signal: AbortSignal,
): Promise<SourceOutcome> {
  const shown = visible(path, 200);
  const clock = AbortSignal.timeout(timeoutMs);
  try {
    const about = await stat(path);
    if (!about.isFile()) return { kind: "failed", reason: `${shown} is not a file`, said: "" };
    const cutter = lineCutter(line);
    const stream = createReadStream(path, { signal: AbortSignal.any([signal, clock]), end: maxBytes - 1 });
    for await (const chunk of stream) if (Buffer.isBuffer(chunk)) cutter.add(chunk);
    const cut = about.size > maxBytes;
    if (!cut) cutter.end();
    return { kind: "read", cut, writtenAt: about.mtimeMs, said: "" };
  } catch (error) {
    signal.throwIfAborted();
    if (clock.aborted) return { kind: "failed", reason: `${shown} could not be read within ${timeoutMs / 1000} s`, said: "" };
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    const missing = code === "ENOENT" || code === "ENOTDIR";
    return { kind: "failed", reason: missing ? `${shown} does not exist` : `${shown} cannot be read (${code})`, said: "" };
  }
}

/** So many lines are read before others have their turn. */
const linesAtOnce = 500;

async function fetchLines(
  { ask, authorities }: Pick<CheckContext, "ask" | "authorities">,
  url: string,
  { timeoutMs, maxBytes }: Limits,
  line: (text: string) => void,
  signal: AbortSignal,
): Promise<SourceOutcome> {
  // The operator names it, and it is theirs: most of them are inside.
  const answer = await get({
    url,
    ask,
    isPublic: () => true,
    authorities,
    signal,
    timeoutMs,
    maxBytes: Math.min(maxBytes, maxBody),
    redirects: 0,
  });
  signal.throwIfAborted();
  if (answer.kind === "failed") return { kind: "failed", reason: quoted(answer.text), said: "" };
  if (answer.status !== 200) return { kind: "failed", reason: `status ${answer.status}`, said: "" };
  for (const [index, text] of answer.body.split("\n").entries()) {
    if (text !== "") line(text.replace(/\r$/, "").slice(0, maxLine));
    if (index % linesAtOnce === linesAtOnce - 1) await breath(undefined, { signal });
  }
  const writtenAt = Date.parse(answer.headers["last-modified"] ?? "");
  return { kind: "read", cut: false, writtenAt: Number.isFinite(writtenAt) ? writtenAt : undefined, said: "" };
}
