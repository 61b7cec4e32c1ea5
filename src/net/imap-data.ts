import type { ImapLine } from "./imap.ts";

/** A piece of a response's data: an atom or a string; undefined for NIL; or a list of these (RFC 9051 section 4). */
export type ImapData = string | undefined | readonly ImapData[];

const maxDepth = 8;
const atom = /[^\s()"]+/y;
const inQuotes = /"((?:[^"\\]|\\.)*)"/sy;

/**
 * What stands behind the word of an untagged response: `STATUS INBOX (SIZE 5)` gives `["INBOX", ["SIZE", "5"]]`.
 * @returns undefined where it is no IMAP data
 */
export function dataOf({ code, text }: ImapLine): readonly ImapData[] | undefined {
  // A folder in brackets, such as [Gmail], looks like a response code.
  const source = code === "" ? text : `[${code}] ${text}`;
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const items = (depth: number): ImapData[] | undefined => {
    const found: ImapData[] = [];
    for (;;) {
      while (source[at] === " ") at += 1;
      if (at >= source.length) return depth === 0 ? found : undefined;
      if (source[at] === ")") {
        at += 1;
        return depth === 0 ? undefined : found;
      }
      if (source[at] === "(") {
        at += 1;
        const list = depth < maxDepth ? items(depth + 1) : undefined;
        if (list === undefined) return undefined;
        found.push(list);
        continue;
      }
      const quoted = take(inQuotes);
      const bare = quoted ? undefined : take(atom)?.[0];
      if (quoted) found.push((quoted[1] ?? "").replaceAll(/\\(.)/gs, "$1"));
      else if (bare === undefined) return undefined;
      else found.push(bare.toUpperCase() === "NIL" ? undefined : bare);
    }
  };
  return items(0);
}

/** The data of all responses of one word, without those that are no IMAP data. */
export const dataOfAll = (lines: readonly ImapLine[], word: string): readonly (readonly ImapData[])[] =>
  lines.filter((line) => line.word === word).flatMap((line) => [dataOf(line) ?? []]);

/** A name and its number, over and over: `(MESSAGES 3 SIZE 5)`. Names in upper case; what is no number is left out. */
export function numbersOf(data: ImapData): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  if (!isList(data)) return numbers;
  for (let i = 0; i + 1 < data.length; i += 2) {
    const [name, value] = [data[i], data[i + 1]];
    if (typeof name === "string" && typeof value === "string" && /^\d{1,20}$/.test(value)) {
      numbers.set(name.toUpperCase(), Number(value));
    }
  }
  return numbers;
}

export const isList = (data: ImapData): data is readonly ImapData[] => Array.isArray(data);
