/** Markdown as GitHub shows it (GFM). */

const place = String.raw`\{[a-zA-Z][a-zA-Z0-9]*\}`;
const joined = String.raw`[\w.@/:=+*-]*`;

/** What stands as it is: code, web addresses, and words with a place for data, as `mail.{domain}`, which become code. */
const kept = new RegExp(
  String.raw`(?<code>\x60[^\x60]+\x60)|(?<data>${joined}${place}(?:${joined}(?:${place}|[\w*]))*)|(?<url>https?://[\w./?=&%#-]+[\w/])`,
  "g",
);

const escaped = (plain: string): string => plain.replace(/[\\`*_~<>[\]|&]/g, String.raw`\$&`);

/** A text of a declaration: nothing in it is taken for Markdown, and the places for data are shown as code. */
export function prose(text: string): string {
  let written = "";
  let end = 0;
  for (const match of text.matchAll(kept)) {
    const [found] = match;
    written += escaped(text.slice(end, match.index));
    end = match.index + found.length;
    if (match.groups?.["data"] !== undefined) written += code(found);
    else written += match.groups?.["url"] === undefined ? found : `<${found}>`;
  }
  return written + escaped(text.slice(end));
}

/** Inline code that may hold backticks and stand in a table (GFM: a pipe is escaped even in code). */
export function code(text: string): string {
  const fence = text.includes("`") ? "``" : "`";
  const space = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${fence}${space}${text.replaceAll("|", String.raw`\|`)}${space}${fence}`;
}

/** A table; without rows, nothing. Cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** `RFC 5321 section 5.1` leads to that section. Other words of a source stay words. */
export function source(text: string): string {
  return prose(text).replace(/\bRFC (\d+)(?: section (\d+(?:\.\d+)*))?/g, (words, number: string, section?: string) => {
    const where = section === undefined ? "" : `#section-${section}`;
    return `[${words}](https://www.rfc-editor.org/rfc/rfc${number}${where})`;
  });
}
