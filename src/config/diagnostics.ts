import { inLanguage, type Language, type Text } from "../model/text.ts";
import { visible } from "../model/visible.ts";

/** Where in the document: keys and indexes from the root. */
export type Path = readonly (string | number)[];

/** What is wrong with one value, and what to write instead. Never holds the value of a secret. */
export interface Fault {
  readonly problem: Text;
  readonly remedy: Text;
}

/** One fault with its place. `line` and `column` count from 1. */
export interface Diagnostic extends Fault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `mailboxes[0].password`; empty for the file as a whole. */
  readonly path: string;
}

export const fault = (problem: Text, remedy: Text): Fault => ({ problem, remedy });

/** `file:line:column path: what is wrong; what to write instead` */
export function formatDiagnostic(diagnostic: Diagnostic, language: Language): string {
  const { file, line, column, path } = diagnostic;
  const place = `${file}:${line}:${column}${path === "" ? "" : ` ${path}`}`;
  const problem = inLanguage(diagnostic.problem, language);
  const remedy = inLanguage(diagnostic.remedy, language);
  return language === "zh-CN" ? `${place}：${problem}；${remedy}` : `${place}: ${problem}; ${remedy}`;
}

/** `a.b[0]["c/d"]` */
export function formatPath(path: Path): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[\w-]+$/.test(part)) text += text === "" ? part : `.${part}`;
    else text += `[${JSON.stringify(visible(part, 80))}]`;
  }
  return text;
}

/** A value as a message may show it: quoted, on one line, short. Objects and lists are named, not printed. */
export function show(value: unknown): Text {
  if (Array.isArray(value)) return { en: "a list", zh: "列表" };
  if (typeof value === "object" && value !== null) return { en: "a mapping", zh: "映射" };
  const text = typeof value === "string" ? `"${visible(value, 60)}"` : String(value);
  return { en: text, zh: typeof value === "string" ? `「${visible(value, 60)}」` : `${text} ` };
}

/** The nearest of some words by edits, where it is near enough to be meant. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  // Two letters are near to everything of two letters.
  let least = (word.length <= 2 ? 0 : word.length === 3 ? 1 : Math.max(2, Math.floor(word.length / 3))) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase().slice(0, 100), candidate.toLowerCase().slice(0, 100));
    if (word.length >= 2 && candidate.startsWith(word)) return candidate;
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** Insertions, deletions and replacements (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** `write one of a, b` or, where one of them is near, `did you mean b?` */
export function suggest(word: string, known: readonly string[]): Text {
  const near = nearest(word, known);
  if (near !== undefined) return { en: `write ${near}`, zh: `请改为 ${near}` };
  if (known.length === 0) return { en: "remove it", zh: "请删除" };
  return { en: `write one of ${known.join(", ")}`, zh: `可用的有：${known.join("、")}` };
}
