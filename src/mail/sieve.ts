/** What of a Sieve script (RFC 5228) decides who reads the mail. */
export interface SieveReading {
  /** Where it sends mail on to (`redirect`, RFC 5228 section 4.2), as written, each once. */
  readonly redirects: readonly string[];
  /** The scripts that it takes in (`include`, RFC 6609). */
  readonly includes: readonly string[];
}

const maxFound = 50;
const maxAddress = 320;

/**
 * Reads the arguments of `redirect` and `include` out of a script. Comments and other strings are passed over, what is no Sieve
 * too: never throws.
 * @param script at most 256 KiB
 */
export function readSieve(script: string): SieveReading {
  const redirects = new Set<string>();
  const includes = new Set<string>();
  let command = "";
  let last: string | undefined;
  for (const token of tokensOf(script)) {
    if (token.kind === "text") last = token.text;
    else if (token.kind === "word") {
      command = token.text.toLowerCase();
      last = undefined;
    } else {
      const found = command === "redirect" ? redirects : command === "include" ? includes : undefined;
      if (token.text === ";" && last !== undefined && found && found.size < maxFound) found.add(last.slice(0, maxAddress));
      command = "";
      last = undefined;
    }
  }
  return { redirects: [...redirects], includes: [...includes] };
}

interface Token {
  readonly kind: "text" | "word" | "end";
  readonly text: string;
}

/** Commands and their strings; tags (`:copy`) and numbers belong to nothing that is looked for. */
function* tokensOf(script: string): Generator<Token> {
  let at = 0;
  const upTo = (end: string): string => {
    const found = script.indexOf(end, at);
    const text = script.slice(at, found === -1 ? script.length : found);
    at = found === -1 ? script.length : found + end.length;
    return text;
  };
  while (at < script.length) {
    const next = script.charAt(at);
    if (next === "#") upTo("\n");
    else if (script.startsWith("/*", at)) upTo("*/");
    else if (next === '"') {
      at += 1;
      let text = "";
      while (at < script.length && script.charAt(at) !== '"') {
        if (script.charAt(at) === "\\") at += 1;
        text += script.charAt(at);
        at += 1;
      }
      at += 1;
      yield { kind: "text", text };
    } else if (/[A-Za-z_:]/.test(next)) {
      const [word = next] = /^[:\w]+/.exec(script.slice(at, at + 200)) ?? [];
      at += word.length;
      // RFC 5228 section 2.4.2: a text of many lines ends with a dot alone.
      if (word.toLowerCase() === "text:") {
        upTo("\n");
        yield { kind: "text", text: upTo("\n.").trim() };
      } else if (!word.startsWith(":")) yield { kind: "word", text: word };
    } else {
      at += 1;
      if (";{}".includes(next)) yield { kind: "end", text: next };
    }
  }
}
