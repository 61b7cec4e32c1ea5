import type { Text } from "../model/text.ts";
import { visible } from "../model/visible.ts";

/** A zone file that cannot be read: where, why, and what to write instead. */
export class ZoneFileError extends Error {
  override readonly name = "ZoneFileError";
  /** From 1; 0 where the file as a whole is meant. */
  readonly line: number;
  readonly problem: Text;
  readonly remedy: Text;
  constructor(line: number, problem: Text, remedy: Text) {
    super(`line ${line}: ${problem.en}; ${remedy.en}`);
    this.line = line;
    this.problem = problem;
    this.remedy = remedy;
  }
}

/** One word of an entry as it is written, escapes and all; without its quotes where it had some. */
export interface Word {
  readonly raw: string;
  readonly quoted: boolean;
  readonly line: number;
}

/** What belongs together: a line, or several within parentheses (RFC 1035 section 5.1). */
export interface Entry {
  readonly line: number;
  /** It begins with a space: the name is that of the entry before. */
  readonly indented: boolean;
  readonly words: readonly Word[];
  /** What a comment says to this product alone: `; mailvigil: delete old.example.com MX` */
  readonly order: string | undefined;
}

/** One record has few words; a key in hex may be cut into many. */
const maxWords = 2_000;
const ours = /^;\s*mailvigil:(.*)$/i;

/**
 * Cuts a zone file into entries and words: comments, parentheses, quoted strings, escapes. A walk over the text that looks at each
 * character once.
 * @throws ZoneFileError
 */
export function* entriesOf(text: string): Generator<Entry> {
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const began = line;
    const indented = text[at] === " " || text[at] === "\t";
    const words: Word[] = [];
    let order: string | undefined;
    let depth = 0;
    for (; at < text.length; at++) {
      const character = text[at] ?? "";
      if (character === "\n") {
        line++;
        if (depth > 0) continue;
        at++;
        break;
      }
      if (character === " " || character === "\t" || character === "\r") continue;
      if (character === ";") {
        const end = endOfLine(text, at);
        if (words.length === 0 && depth === 0) order = ours.exec(text.slice(at, end).trimEnd())?.[1]?.trim();
        at = end - 1;
      } else if (character === "(") {
        depth++;
      } else if (character === ")") {
        if (--depth < 0) throw unbalanced(line, ")");
      } else {
        const { end, quoted } =
          character === '"' ? { end: endOfQuoted(text, at, line), quoted: true } : { end: endOfWord(text, at), quoted: false };
        words.push({ raw: quoted ? text.slice(at + 1, end - 1) : text.slice(at, end), quoted, line });
        if (words.length > maxWords) throw tooManyWords(began);
        at = end - 1;
      }
    }
    if (depth > 0) throw unbalanced(began, "(");
    if (words.length > 0 || order !== undefined) yield { line: began, indented, words, order };
  }
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}

function endOfWord(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === "\\" && text[at + 1] !== "\n") at++;
    else if (/[\s;()"]/.test(character)) break;
  }
  return Math.min(at, text.length);
}

/** Behind the closing quote. A string does not go over the end of its line: then it is the quote that is missing. */
function endOfQuoted(text: string, from: number, line: number): number {
  for (let at = from + 1; at < text.length && text[at] !== "\n"; at++) {
    if (text[at] === "\\" && text[at + 1] !== "\n") at++;
    else if (text[at] === '"') return at + 1;
  }
  throw new ZoneFileError(
    line,
    { en: "a quoted string has no end", zh: "带引号的字符串没有结束" },
    { en: 'close it with " on the same line', zh: '请在同一行用 " 结束' },
  );
}

const unbalanced = (line: number, bracket: "(" | ")"): ZoneFileError =>
  new ZoneFileError(
    line,
    { en: `“${bracket}” has no counterpart`, zh: `「${bracket}」没有配对` },
    { en: `add the other one or remove it`, zh: "请补上另一半，或删去" },
  );

const tooManyWords = (line: number): ZoneFileError =>
  new ZoneFileError(
    line,
    { en: `one record has more than ${maxWords} words`, zh: `一条记录超过 ${maxWords} 个词` },
    { en: "look for a quote or a parenthesis that is missing", zh: "请检查是否缺少引号或括号" },
  );

/**
 * The octets of a word: `\.` is the character itself, `\046` the octet with that decimal number (RFC 1035 section 5.1).
 * @throws ZoneFileError
 */
export function octetsOf({ raw, line }: Word): Buffer {
  if (!raw.includes("\\")) return Buffer.from(raw, "utf8");
  const parts: Buffer[] = [];
  for (const [, number, escaped, plain] of raw.matchAll(/\\(\d{3})|\\([^])|([^\\]+|\\$)/g)) {
    if (number !== undefined && Number(number) > 255) throw badEscape(line, `\\${number}`);
    if (plain === "\\") throw badEscape(line, "\\");
    parts.push(number === undefined ? Buffer.from(escaped ?? plain ?? "", "utf8") : Buffer.from([Number(number)]));
  }
  return Buffer.concat(parts);
}

const badEscape = (line: number, written: string): ZoneFileError =>
  new ZoneFileError(
    line,
    { en: `${written} stands for no character`, zh: `${written} 不代表任何字符` },
    { en: "write \\000 to \\255, or \\ before the character itself", zh: "请写 \\000 到 \\255，或在字符前加 \\" },
  );

/** A word as a message quotes it. */
export const shownWord = ({ raw }: Word): string => visible(raw, 80);
