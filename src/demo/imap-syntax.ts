/** One argument of a command: an atom, a string (quoted or literal), or a list in parentheses. */
export type Token =
  | { readonly kind: "atom"; readonly value: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "list"; readonly items: readonly Token[] };

/** A command that cannot be read: answered with BAD, the session goes on. */
export class ImapSyntaxError extends Error {
  override readonly name = "ImapSyntaxError";
}

const deepest = 8;

/** A string as IMAP sends it: quoted where that is allowed, else a literal (RFC 3501 4.3). `text` holds bytes as Latin-1. */
export function quote(text: string): string {
  // oxlint-disable-next-line no-control-regex -- exactly what a quoted string may not hold
  if (/[\0\r\n\u0080-\u00ff]/.test(text)) return `{${text.length}}\r\n${text}`;
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

export const quoteOrNil = (text: string | undefined): string => (text === undefined || text === "" ? "NIL" : quote(text));

/**
 * The arguments of a command (RFC 3501 9). Literals have been put into the line as quoted strings before.
 * @throws ImapSyntaxError
 */
export function parseTokens(text: string): Token[] {
  let at = 0;

  function readQuoted(): string {
    let value = "";
    for (at++; at < text.length; at++) {
      const char = text.charAt(at);
      if (char === '"') {
        at++;
        return value;
      }
      if (char === "\\") at++;
      value += text.charAt(at);
    }
    throw new ImapSyntaxError("A quoted string has no end");
  }

  /** An atom goes to the next blank or parenthesis; what is in its brackets, as in `BODY[HEADER.FIELDS (TO)]`, belongs to it. */
  function readAtom(): string {
    const start = at;
    let inBrackets = false;
    for (; at < text.length; at++) {
      const char = text.charAt(at);
      if (char === "[") inBrackets = true;
      else if (char === "]") inBrackets = false;
      else if (!inBrackets && (char === " " || char === "(" || char === ")" || char === '"')) break;
    }
    if (inBrackets) throw new ImapSyntaxError("A bracket is not closed");
    return text.slice(start, at);
  }

  function readUntil(close: ")" | undefined, depth: number): Token[] {
    if (depth > deepest) throw new ImapSyntaxError("Too many parentheses");
    const tokens: Token[] = [];
    while (at < text.length) {
      const char = text.charAt(at);
      if (char === " ") at++;
      else if (char === '"') tokens.push({ kind: "string", value: readQuoted() });
      else if (char === "(") {
        at++;
        tokens.push({ kind: "list", items: readUntil(")", depth + 1) });
      } else if (char === ")") {
        if (close === undefined) throw new ImapSyntaxError("A parenthesis is closed that was not opened");
        at++;
        return tokens;
      } else tokens.push({ kind: "atom", value: readAtom() });
    }
    if (close !== undefined) throw new ImapSyntaxError("A parenthesis is not closed");
    return tokens;
  }

  return readUntil(undefined, 0);
}

/** The text of an atom or a string. @throws ImapSyntaxError for a list or nothing */
export function textOf(token: Token | undefined, what: string): string {
  if (token === undefined || token.kind === "list") throw new ImapSyntaxError(`${what} is missing`);
  return token.value;
}

/** Does a sequence set (`1:3,7,9:*`) hold a number? `largest` is what `*` means. @throws ImapSyntaxError */
export function parseSequence(text: string, largest: number): (n: number) => boolean {
  const ranges = text.split(",").map((part) => {
    const match = /^(\d{1,10}|\*)(?::(\d{1,10}|\*))?$/.exec(part);
    if (match === null) throw new ImapSyntaxError(`"${part}" is no sequence of numbers`);
    const from = match[1] === "*" ? largest : Number(match[1]);
    const to = match[2] === undefined ? from : match[2] === "*" ? largest : Number(match[2]);
    return { low: Math.min(from, to), high: Math.max(from, to) };
  });
  return (n) => ranges.some((range) => range.low <= n && n <= range.high);
}
