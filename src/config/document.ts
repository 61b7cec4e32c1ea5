import { open } from "node:fs/promises";
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node } from "yaml";
import { formatPath, fault, type Diagnostic, type Fault, type Path } from "./diagnostics.ts";
import { fullWidth, maxDepth, misreadings, tooDeep } from "./syntax.ts";

/** A configuration file as read: plain values, and where each of them stands. */
export interface SourceDocument {
  readonly file: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** The fault at its place; where the path does not exist, at the nearest thing above it that does. */
  at(path: Path, fault: Fault, on?: "key" | "value"): Diagnostic;
  lineOf(path: Path): number;
}

export type Read = { readonly source: SourceDocument } | { readonly errors: readonly Diagnostic[] };

const maxFileBytes = 1024 * 1024;
const maxValues = 200_000;
const maxAliases = 100;
const maxRepeatedKeys = 20;

/** Reads and parses a file, never more than 1 MiB of it. What is wrong with it comes back as diagnostics. */
export async function readDocument(file: string): Promise<Read> {
  const whole = (problem: Fault): Read => ({ errors: [{ file, line: 1, column: 1, path: "", ...problem }] });
  let bytes: Buffer;
  try {
    bytes = await readBounded(file, maxFileBytes + 1);
  } catch (error) {
    return whole(unreadable(error));
  }
  if (bytes.length > maxFileBytes) {
    return whole(
      fault(
        { en: "is larger than 1 MiB", zh: "文件超过 1 MiB" },
        { en: "name the configuration file, a YAML text", zh: "请指定配置文件（YAML 文本）" },
      ),
    );
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return whole(isGbk(bytes) ? notUtf8 : notText);
  }
  return parseSource(file, text);
}

const notText = fault(
  { en: "is not a text in UTF-8", zh: "不是 UTF-8 文本" },
  { en: "name the configuration file, a YAML text in UTF-8", zh: "请指定 UTF-8 编码的 YAML 配置文件" },
);

const notUtf8 = fault(
  { en: "is not in UTF-8 (perhaps in GBK)", zh: "文件不是 UTF-8（可能是 GBK）" },
  { en: "save it as UTF-8 in your editor", zh: "请在编辑器里另存为 UTF-8" },
);

/** Chinese as editors on Windows save it: it reads as GBK, holds Chinese and nothing that no text holds. */
function isGbk(bytes: Buffer): boolean {
  try {
    const text = new TextDecoder("gbk", { fatal: true }).decode(bytes);
    return /\p{Script=Han}/u.test(text) && !control.test(text);
  } catch {
    return false;
  }
}

// oxlint-disable-next-line no-control-regex -- what no YAML text holds (YAML 1.2, 5.1): the sign of a binary file
const control = /[\0-\x08\x0b\x0c\x0e-\x1f]/;

/** Parses the text of a configuration file. Throws nothing, whatever the text. */
export function parseSource(file: string, text: string): Read {
  const lines = new LineCounter();
  const placed = (offset: number, path: string, wrong: Fault): Diagnostic => {
    const { line, col } = lines.linePos(offset);
    const { problem, remedy } = wrong;
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), path, problem, remedy };
  };
  const whole = (wrong: Fault): Read => ({ errors: [{ file, line: 1, column: 1, path: "", ...wrong }] });

  if (control.test(text)) return whole(notText);
  if (/^(?:\s|#.*)*$/.test(text.slice(0, 10_000)) && text.length <= 10_000) {
    return whole(
      fault(
        { en: "is empty", zh: "文件为空" },
        { en: "write at least one of domains, mailboxes or endpoints", zh: "请至少写入 domains、mailboxes 或 endpoints" },
      ),
    );
  }
  let document: Document.Parsed;
  let value: unknown;
  try {
    // Its own search for repeated keys is quadratic: 60,000 keys took 50 s.
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
    const wrong = [...document.errors, ...document.warnings];
    if (wrong.length > 0) {
      return { errors: misreadings(text, wrong).map((misread) => placed(misread.offset, "", misread.fault)) };
    }
    const repeated = repeatedKeys(document);
    if (repeated.length > 0) return { errors: repeated.map((offset) => placed(offset, "", keyTwice)) };
    value = document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    return whole(error instanceof ReferenceError ? badAlias : tooDeep);
  }
  if (!isBounded(value)) return whole(tooDeep);
  if (!isRecord(value)) {
    return whole(
      fullWidth(value) ??
        fault(
          { en: "is not a mapping of keys", zh: "最外层不是键值映射" },
          { en: "begin with a key such as domains:", zh: "请以 domains: 之类的键开头" },
        ),
    );
  }
  return { source: locate(file, value, document, placed) };
}

function locate(
  file: string,
  value: Readonly<Record<string, unknown>>,
  document: Document.Parsed,
  placed: (offset: number, path: string, wrong: Fault) => Diagnostic,
): SourceDocument {
  const at = (path: Path, wrong: Fault, on: "key" | "value" = "value"): Diagnostic =>
    placed(offsetOf(document, path, on), formatPath(path), wrong);
  return { file, value, at, lineOf: (path) => at(path, tooDeep).line };
}

/** Where the value (or its key) at a path begins; missing ones are where the thing that should hold them begins. */
function offsetOf(document: Document.Parsed, path: Path, on: "key" | "value"): number {
  let node: Node | null | undefined = document.contents;
  let offset = start(node) ?? 0;
  for (const [i, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    let key: unknown;
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      key = pair?.key;
      next = pair?.value;
    } else if (isSeq(node) && typeof part === "number") next = node.items[part];
    if (key === undefined && next === undefined) return offset;
    const last = i === path.length - 1;
    const keyOffset = start(key);
    offset = (last && on === "key" ? keyOffset : undefined) ?? startOfValue(next) ?? keyOffset ?? offset;
    node = isNode(next) ? next : undefined;
  }
  return offset;
}

const start = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** An empty value (`key:`) has a place on the next line or none: its key is the better one. */
function startOfValue(node: unknown): number | undefined {
  return isScalar(node) && node.value === null && node.source === "" ? undefined : start(node);
}

async function readBounded(file: string, limit: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const about = await handle.stat();
    if (about.isDirectory()) throw Object.assign(new Error("is a directory"), { code: "EISDIR" });
    const buffer = Buffer.alloc(limit);
    let length = 0;
    while (length < limit) {
      const { bytesRead } = await handle.read(buffer, length, limit - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}

function unreadable(error: unknown): Fault {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") {
    return fault(
      { en: "does not exist", zh: "文件不存在" },
      { en: "name the file with --config or MAILVIGIL_CONFIG", zh: "请用 --config 或 MAILVIGIL_CONFIG 指定配置文件" },
    );
  }
  if (code === "EISDIR") {
    return fault({ en: "is a folder", zh: "这是一个文件夹" }, { en: "name the file in it", zh: "请指定其中的配置文件" });
  }
  return fault(
    { en: `cannot be read (${code})`, zh: `无法读取（${code}）` },
    { en: "give the user that runs Mailvigil the right to read it", zh: "请让运行 Mailvigil 的用户有权读取" },
  );
}

const badAlias = fault(
  { en: "uses an alias (*name) that has no anchor, or too many of them", zh: "别名（*name）没有对应的锚点，或别名过多" },
  {
    en: `write the values out; at most ${maxAliases} repeated values are allowed`,
    zh: `请直接写出内容；重复引用最多 ${maxAliases} 处`,
  },
);

const keyTwice = fault(
  { en: "this key is written twice", zh: "此键出现了两次" },
  { en: "keep one of the two", zh: "请只保留一处" },
);

/** Where a key of a mapping stands that the mapping already has. */
function repeatedKeys(document: Document.Parsed): readonly number[] {
  const offsets: number[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name) && offsets.length < maxRepeatedKeys) offsets.push(start(key) ?? 0);
        seen.add(name);
      }
    },
  });
  return offsets;
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Aliases make small texts large, and circles endless: both end here. */
function isBounded(root: unknown): boolean {
  let left = maxValues;
  const walk = (value: unknown, depth: number): boolean => {
    if (--left < 0 || depth > maxDepth) return false;
    if (typeof value !== "object" || value === null) return true;
    return Object.values(value).every((inner) => walk(inner, depth + 1));
  };
  return walk(root, 0);
}
