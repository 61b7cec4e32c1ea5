import type { YAMLError } from "yaml";
import { fault, type Fault } from "./diagnostics.ts";

/** A fault at an offset of the text. */
export interface Misread {
  readonly offset: number;
  readonly fault: Fault;
}

export const maxDepth = 32;

export const tooDeep = fault(
  { en: "is nested too deeply or too large", zh: "嵌套过深或内容过多" },
  { en: `use at most ${maxDepth} levels`, zh: `最多 ${maxDepth} 层` },
);

const shownAtOnce = 20;

/** What the YAML reader found, as a person caused it: a full-width sign or an indentation, where that is what it stumbled over. */
export function misreadings(text: string, errors: readonly YAMLError[]): readonly Misread[] {
  const deep = errors.find((error) => error.code === "RESOURCE_EXHAUSTION");
  if (deep) return [{ offset: deep.pos[0], fault: tooDeep }];
  const wide = fullWidthIn(text);
  // What comes after a full-width sign may follow from it.
  const first = wide[0]?.offset ?? Infinity;
  const others = errors
    .slice(0, shownAtOnce)
    .map((error) => cause(text, error))
    .filter(({ offset }) => offset < first && !sameLine(text, offset, first));
  const found = new Map([...others, ...wide].map((misread) => [misread.offset, misread]));
  return [...found.values()].toSorted((a, b) => a.offset - b.offset).slice(0, shownAtOnce);
}

const sameLine = (text: string, a: number, b: number): boolean => b !== Infinity && !text.slice(a, b).includes("\n");

function cause(text: string, error: YAMLError): Misread {
  const [offset] = error.pos;
  const line = text.lastIndexOf("\n", offset - 1) + 1;
  return unspaced(text, line, error) ?? deeper(text, line, error) ?? { offset, fault: syntaxFault(error) };
}

/** `key:value`, which YAML takes for a text. */
function unspaced(text: string, first: number, { code }: YAMLError): Misread | undefined {
  if (code !== "MULTILINE_IMPLICIT_KEY") return undefined;
  const colon = /^ *(?:- +)?[\w-]+(:)(?=[^\s:])/d.exec(lineFrom(text, first))?.indices?.[1];
  return colon && { offset: first + colon[0], fault: noSpace };
}

/** A key that stands deeper than the value above it allows: the reader complains at that value, the person must mend the key. */
function deeper(text: string, first: number, { code, pos }: YAMLError): Misread | undefined {
  if (code !== "MULTILINE_IMPLICIT_KEY" && code !== "BLOCK_AS_IMPLICIT_KEY") return undefined;
  // The one complaint covers both lines, the other begins where it does and ends at once.
  const next = text.indexOf("\n", pos[0]) + 1;
  if (next === 0) return undefined;
  const [above, below] = [lineFrom(text, first), lineFrom(text, next)];
  const depth = indentation(below);
  if (!/^ *(?:- +)?[\w-]+:(?: |$)/.test(below) || depth <= indentation(above)) return undefined;
  return { offset: next + depth, fault: otherIndent };
}

const lineFrom = (text: string, offset: number): string => /^.*/.exec(text.slice(offset, offset + 1_000))?.[0] ?? "";
/** Of what follows the sign of a list entry: its keys are aligned there. */
const indentation = (line: string): number => /^ *(?:- +)?/.exec(line)?.[0].length ?? 0;

/**
 * Where signs of a Chinese input method stand in place of those of YAML, at most one a line. In a sentence they are right: a
 * colon counts after a key, a comma within brackets, a quote where a value begins.
 */
function fullWidthIn(text: string): readonly Misread[] {
  const found: Misread[] = [];
  for (const { 0: line, index } of text.matchAll(/[^\n]+/g)) {
    const plain = line.replace(/(?:^| )#.*/, "").slice(0, 1_000);
    const places = signs.flatMap((sign) => sign.exec(plain)?.indices?.[1]?.[0] ?? []);
    const at = Math.min(...places);
    if (places.length > 0) found.push({ offset: index + at, fault: fullWidthFault(plain.charAt(at)) });
    if (found.length === shownAtOnce) break;
  }
  return found;
}

const signs = [/(?:^|[{,，]) *(?:- +)?["“]?[\w-]+["”]? *(：)/d, /[{[][^"'}\]，]*(，)/d, /(?:^|: |- |[[{,，]) *(“)/d];

/** Is this text, which stands where a mapping, a key or a plain word should, one because of a full-width sign in it? */
export function fullWidth(value: unknown): Fault | undefined {
  if (typeof value !== "string") return undefined;
  if (/^[\w-]+ *：/.test(value)) return fullWidthFault("：");
  return /^[“”]/.test(value) ? fullWidthFault("“") : undefined;
}

function fullWidthFault(sign: string): Fault {
  if (sign === "：") {
    return fault(
      { en: "a full-width colon 「：」 is used here", zh: "这里用了全角冒号「：」" },
      { en: "write : and a space", zh: "请改为半角「:」，后面加一个空格" },
    );
  }
  if (sign === "，") {
    return fault(
      { en: "a full-width comma 「，」 is used here", zh: "这里用了全角逗号「，」" },
      { en: "write , and a space", zh: "请改为半角「,」，后面加一个空格" },
    );
  }
  return fault(
    { en: "full-width quotes 「“”」 are used here", zh: "这里用了全角引号「“”」" },
    { en: 'write "', zh: '请改为半角「"」' },
  );
}

const noSpace = fault(
  { en: "no space follows the colon", zh: "冒号后面缺少空格" },
  { en: "write : and a space", zh: "请在「:」后面加一个空格" },
);

const otherIndent = fault(
  { en: "this line is indented otherwise than the one above", zh: "这一行的缩进与上一行不一致" },
  { en: "align them", zh: "请对齐" },
);

/** YAML's own messages quote the text around an error, which may be a password: only their codes are used. */
const syntaxFaults: Readonly<Record<string, Fault>> = {
  TAB_AS_INDENT: fault(
    { en: "a tab indents this line", zh: "此行用制表符缩进" },
    { en: "indent with spaces", zh: "请用空格缩进" },
  ),
  BAD_INDENT: otherIndent,
  MISSING_CHAR: fault(
    { en: "a quote, bracket or comma is missing", zh: "缺少引号、括号或逗号" },
    { en: "close what was opened", zh: "请补全" },
  ),
  MULTIPLE_DOCS: fault(
    { en: "a second YAML document begins here", zh: "此处开始了第二个 YAML 文档" },
    { en: "keep one document: remove the line ---", zh: "请只保留一个文档，删除 --- 行" },
  ),
  TAG_RESOLVE_FAILED: fault(
    { en: "this tag is not known", zh: "标签无法识别" },
    { en: "remove the tag (!…)", zh: "请删除标签（!…）" },
  ),
};

const openBracket = fault(
  { en: "this line is indented wrongly, or a bracket before it is not closed", zh: "此行缩进有误，或前面的括号没有闭合" },
  { en: "align it with its neighbours", zh: "请与同级的行对齐" },
);

function syntaxFault({ code, message }: YAMLError): Fault {
  if (code === "BAD_INDENT" && message.startsWith("Flow ")) return openBracket;
  if (code === "MISSING_CHAR" && message.startsWith("Sequence item without")) return otherIndent;
  return (
    syntaxFaults[code] ??
    fault(
      { en: `the YAML cannot be read here (${code})`, zh: `此处 YAML 语法有误（${code}）` },
      {
        en: "put texts that hold : # { } [ ] or quotes in quotes, and check the indentation",
        zh: "含有 : # { } [ ] 的文字请加引号，并检查缩进",
      },
    )
  );
}
