import { createHash } from "node:crypto";
import { glob, open, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { quoted } from "../src/model/text.ts";
import { visible } from "../src/model/visible.ts";
import type { Generation, Looked } from "./backup-freshness.judge.ts";

/** A folder with more is read so far; a nightly backup fills it in 27 years. */
const maxFiles = 10_000;
/** Of the newest files that have one size: beginning and end. */
const sampleBytes = 64 * 1024;
const sampled = 3;
const partial = /\.(?:part|partial|tmp|temp|incomplete|filepart|writing)$|^\.|~$/i;

/** The files that a pattern names: `*` and `?` within a name, `**` over folders. Never throws but for the signal. */
export async function lookInFolder(pattern: string, signal: AbortSignal): Promise<Looked> {
  const place = fixedPart(pattern);
  try {
    await within(stat(place), signal);
    const generations: Generation[] = [];
    // A walk that finds nothing ends by this alone.
    for await (const path of glob(pattern, { exclude: () => signal.aborted })) {
      signal.throwIfAborted();
      const about = await stat(path).catch(() => undefined);
      // It was deleted while we looked.
      if (!about || !(about.isFile() || about.isDirectory())) continue;
      const name = basename(path);
      const bytes = about.isFile() ? about.size : undefined;
      generations.push({ name: visible(name, 200), at: about.mtimeMs, bytes, isPartial: partial.test(name) });
      if (generations.length > maxFiles) return { kind: "listed", generations, isCut: true };
    }
    signal.throwIfAborted();
    return { kind: "listed", generations: await withContent(generations, pattern, signal) };
  } catch (error) {
    signal.throwIfAborted();
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    const reason = quoted(`${visible(place, 200)}: ${code}`);
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "gone", reason };
    return { kind: code === "EACCES" || code === "EPERM" ? "denied" : "unknown", reason };
  }
}

/** The folder above the first part that is a pattern. */
function fixedPart(pattern: string): string {
  const wild = pattern.search(/[*?[{]/);
  return wild === -1 ? dirname(pattern) : dirname(`${pattern.slice(0, wild)}x`);
}

/** A share that is gone holds a call for ever: only the wait can be ended. */
function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      const end = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error("given up"));
      if (signal.aborted) end();
      else signal.addEventListener("abort", end, { once: true });
    }),
  ]);
}

/** Where the newest have one size, what they begin and end with is compared. */
async function withContent(
  generations: readonly Generation[],
  pattern: string,
  signal: AbortSignal,
): Promise<readonly Generation[]> {
  const newest = generations
    .filter(({ isPartial }) => isPartial !== true)
    .toSorted((a, b) => b.at - a.at)
    .slice(0, sampled);
  const [first] = newest;
  if (!first?.bytes || newest.length < sampled || newest.some(({ bytes }) => bytes !== first.bytes)) return generations;
  // Files of several folders may have one name: then nothing is said.
  if (pattern.includes("**")) return generations;
  const contents = new Map<Generation, string | undefined>();
  for (const one of newest) {
    signal.throwIfAborted();
    contents.set(one, await sampleOf(join(dirname(pattern), one.name), one.bytes ?? 0));
  }
  return generations.map((one) => (contents.has(one) ? { ...one, content: contents.get(one) } : one));
}

async function sampleOf(path: string, size: number): Promise<string | undefined> {
  try {
    await using file = await open(path, "r");
    const hash = createHash("sha256");
    const buffer = Buffer.alloc(sampleBytes);
    for (const position of [0, Math.max(0, size - sampleBytes)]) {
      const { bytesRead } = await file.read(buffer, 0, sampleBytes, position);
      hash.update(buffer.subarray(0, bytesRead));
    }
    return `${size} ${hash.digest("hex")}`;
  } catch {
    return undefined;
  }
}
