import { visible } from "./visible.ts";

/**
 * A text that is no Markdown, whatever it holds: it stays one line, becomes no heading, list, link, image, HTML or table cell, and its
 * addresses are not made into links (CommonMark 0.31 section 2.4; GitHub's autolinks).
 */
export const plainMarkdown = (text: string): string =>
  visible(text)
    .replaceAll(/[\\`*_[\]<>|~&]/g, String.raw`\$&`)
    .replaceAll("://", String.raw`\://`)
    .replaceAll(/\b(www)\./gi, String.raw`$1\.`)
    .replace(/^(\s*)([-+#=])/, String.raw`$1\$2`)
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, String.raw`$1\$2`);

/** The same within a line, as code: told letter for letter. */
export function codeMarkdown(text: string): string {
  const shown = visible(text);
  const fence = "`".repeat(longestRun(shown) + 1);
  const pad = shown.startsWith("`") || shown.endsWith("`") || shown.trim() === "" ? " " : "";
  // In a table a bar ends the cell even within code (GitHub's tables).
  return `${fence}${pad}${shown.replaceAll("|", String.raw`\|`)}${pad}${fence}`;
}

/** Lines of somebody else in a block that none of them can end. */
export function fencedMarkdown(lines: readonly string[]): readonly string[] {
  const shown = lines.map((line) => visible(line));
  const fence = "`".repeat(Math.max(3, ...shown.map((line) => longestRun(line) + 1)));
  return [`${fence}text`, ...shown, fence];
}

const longestRun = (text: string): number => Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
