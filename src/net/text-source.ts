import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { setImmediate as breath } from "node:timers/promises";
import { z } from "zod";
import { type CheckContext, explain } from "../model/check.ts";
import { quoted } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import { get } from "./get.ts";
import { type Limits, lineCutter, maxLine, runCommand, type SourceOutcome } from "./run-command.ts";

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
  if (source.command !== undefined) return runCommand(source.command, { limits, line }, signal);
  if (source.file !== undefined) return readFile(source.file, limits, line, signal);
  return fetchLines(ctx, source.url ?? "", limits, line, signal);
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
