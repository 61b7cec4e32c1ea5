const entities: Readonly<Record<string, string>> = {
  nbsp: " ",
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
  ldquo: "“",
  rdquo: "”",
};
const lineTags = /^\/?(?:p|div|br|tr|td|th|li|ul|ol|table|h[1-6]|hr|pre|blockquote|title|dt|dd)$/;

/**
 * The words of an HTML text, a line for each block and cell; style, script and comments are left out. Looks at each character once.
 * Never throws.
 */
export function htmlToText(html: string): string {
  const lower = html.toLowerCase();
  let text = "";
  let at = 0;
  /** From here on there is none of these any more: looked for once. */
  const absent = new Set<string>();
  const skipTo = (end: string, from: number): number => {
    const found = absent.has(end) ? -1 : lower.indexOf(end, from);
    if (found === -1) absent.add(end);
    return found === -1 ? html.length : found + end.length;
  };
  while (at < html.length) {
    const open = html.indexOf("<", at);
    if (open === -1) {
      text += html.slice(at);
      break;
    }
    text += html.slice(at, open);
    const name = /^<(\/?[a-z][a-z0-9]{0,15})(?=[\s/>])/.exec(lower.slice(open, open + 20))?.[1];
    if (lower.startsWith("<!--", open)) at = skipTo("-->", open);
    else if (name === "style" || name === "script" || name === "head") at = skipTo(`</${name}>`, open);
    else if (name !== undefined || /^<[!?]/.test(lower.slice(open, open + 2))) {
      at = skipTo(">", open);
      if (name !== undefined && lineTags.test(name)) text += "\n";
    } else {
      // An address in angle brackets that nobody escaped.
      text += "<";
      at = open + 1;
    }
  }
  return text.replace(/&(#x?[\da-f]{1,6}|[a-z]{2,8});/gi, (whole, entity: string) => entityOf(entity) ?? whole);
}

function entityOf(entity: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([\da-f]+)|(\d+))$/i.exec(entity) ?? [];
  const code = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16);
  if (Number.isNaN(code)) return entities[entity.toLowerCase()];
  return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : "";
}
