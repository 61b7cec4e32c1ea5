import { readHeader } from "./mail-trace.ts";
import { decodeCharset, decodeHeader, decodeTransfer } from "./mime-text.ts";

/** One leaf of a mail (RFC 2045, 2046): a text, a report, an attachment, or a whole mail (`message/rfc822`), which is not opened. */
export interface Part {
  /** `text/plain`, lower case. */
  readonly type: string;
  readonly charset: string | undefined;
  /** As it stands in the mail, Latin-1. */
  readonly encoding: string;
  readonly raw: string;
}

export interface Mail {
  /** The values of header fields of a name (lower case), from the top, folded and Latin-1. */
  all(name: string): readonly string[];
  /** The first of them, unfolded and decoded; "" where there is none. */
  header(name: string): string;
  /** Lower case; `text/plain` where nothing else is said. */
  readonly type: string;
  /** Of the Content-Type, names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  /** The header as it stands, Latin-1. */
  readonly top: string;
  /** In order. */
  readonly parts: readonly Part[];
  /** More parts or levels were there than are read. */
  readonly cut: boolean;
}

/** A report has three parts; some gateways wrap it a few times. */
const maxParts = 60;
const maxDepth = 8;
const maxParameters = 20;
/** Of one text: what matters stands in its beginning. */
const maxText = 128 * 1024;

/**
 * Takes a mail apart. `source` is the raw mail as Latin-1; a leading mbox line, byte order mark or empty line is left out. Each level
 * reads its own part of the text once: linear in the length. Never throws.
 */
export function readMail(source: string): Mail {
  const text = source.replace(/^(?:\xef\xbb\xbf)?(?:\r?\n)*(?:>?From [^\r\n]*\r?\n)?/, "");
  const parts: Part[] = [];
  const found = { parts, cut: false };
  const { top, fields, type, parameters } = collect(text.includes("\n") ? text : text.replaceAll("\r", "\n"), 0, found);
  const all = (name: string): readonly string[] => fields.filter((field) => field.name === name).map(({ value }) => value);
  return { all, header: (name) => decodeHeader(all(name)[0] ?? ""), type, parameters, top, parts, cut: found.cut };
}

interface Entity {
  readonly top: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

function collect(text: string, depth: number, found: { readonly parts: Part[]; cut: boolean }): Entity {
  const { top, body } = split(text);
  const fields = readHeader(`${top}\r\n\r\n`).fields;
  const value = (name: string): string => fields.find((field) => field.name === name)?.value ?? "";
  const { type, parameters } = contentType(value("content-type"));
  const entity = { top, fields, type, parameters };
  const boundary = parameters.get("boundary");
  if (type.startsWith("multipart/") && boundary !== undefined && boundary !== "") {
    if (depth >= maxDepth) found.cut = true;
    else
      for (const piece of piecesOf(body, boundary)) {
        if (found.parts.length >= maxParts) {
          found.cut = true;
          break;
        }
        collect(piece, depth + 1, found);
      }
  } else {
    found.parts.push({ type, charset: parameters.get("charset"), encoding: value("content-transfer-encoding"), raw: body });
  }
  return entity;
}

/** At the empty line; a part that begins with one has no header. */
function split(text: string): { readonly top: string; readonly body: string } {
  const leading = /^\r?\n/.exec(text);
  if (leading) return { top: "", body: text.slice(leading[0].length) };
  const end = /\r?\n\r?\n/.exec(text);
  return end ? { top: text.slice(0, end.index), body: text.slice(end.index + end[0].length) } : { top: text, body: "" };
}

/** `text/html; charset="gb2312"`, unfolded or not (RFC 2045 section 5.1). */
export function contentType(value: string): { readonly type: string; readonly parameters: ReadonlyMap<string, string> } {
  const line = value.slice(0, 2_000).replace(/\r?\n[ \t]*/g, " ");
  const type = /^[\w!#$&^.+-]{1,60}\/[\w!#$&^.+-]{1,60}/.exec(line.trim())?.[0].toLowerCase() ?? "text/plain";
  const parameters = new Map<string, string>();
  for (const [, name = "", quoted, bare = ""] of line.matchAll(/;\s*([\w-]{1,60})\*?\s*=\s*(?:"([^"]*)"|([^\s;]*))/g)) {
    if (parameters.size < maxParameters && !parameters.has(name.toLowerCase()))
      parameters.set(name.toLowerCase(), quoted ?? bare);
  }
  return { type, parameters };
}

/** What stands between the boundary lines (RFC 2046 section 5.1.1); a missing last one is no fault. */
function* piecesOf(body: string, boundary: string): Generator<string> {
  const mark = `--${boundary}`;
  let from: number | undefined;
  for (let at = body.indexOf(mark); at !== -1; at = body.indexOf(mark, at + mark.length)) {
    if (at > 0 && body[at - 1] !== "\n") continue;
    const after = /^(--)?[ \t]*(?:\r?\n|$)/.exec(body.slice(at + mark.length, at + mark.length + 200));
    if (!after) continue;
    if (from !== undefined) yield body.slice(from, at).replace(/\r?\n$/, "");
    if (after[1] !== undefined) return;
    from = at + mark.length + after[0].length;
  }
  if (from !== undefined) yield body.slice(from);
}

/** What a part holds, Latin-1. */
export const contentOf = ({ encoding, raw }: Part): string => decodeTransfer(raw, encoding);

/** A part as text; at most 128 Ki octets of it are read. */
export const textOf = ({ encoding, raw, charset }: Part): string =>
  decodeCharset(decodeTransfer(raw.slice(0, 2 * maxText), encoding).slice(0, maxText), charset);
