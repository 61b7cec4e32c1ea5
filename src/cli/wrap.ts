import { width } from "./table.ts";

/**
 * Breaks a text into lines of at most so many places, at spaces, and between Chinese characters where no punctuation would begin a
 * line. A word that is longer stays whole: it may be a record. The first line may have another number of places.
 */
export function wrap(text: string, places: number, ofFirst: number = places): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const part of text.match(parts) ?? []) {
    if (line !== "" && width(line) + width(part.trimEnd()) > (lines.length === 0 ? ofFirst : places)) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += part;
  }
  return line.trimEnd() === "" && lines.length > 0 ? lines : [...lines, line.trimEnd()];
}

const parts = /[\p{Script=Han}][，。；：、！？）」』]*\s*|(?:(?!\p{Script=Han})\S)+\s*|\s+/gu;

/** The same, each line with something before it; the first may begin otherwise. */
export const indented = (text: string, places: number, before: string, first: string = before): readonly string[] =>
  wrap(text, Math.max(20, places - width(before)), Math.max(20, places - width(first))).map(
    (line, index) => `${index === 0 ? first : before}${line}`,
  );
