/** Decodes what MIME encodes (RFC 2045, 2047). Bytes travel as Latin-1 strings: one character, one octet. Nothing here throws. */

const maxHeader = 4_000;

const octetsOf = (latin: string): Uint8Array => Buffer.from(latin, "latin1");

/**
 * Octets in the charset that was declared. Where none was, or one that does not exist or does not fit: UTF-8 where it is valid, else
 * GB18030, which Chinese servers write without saying so.
 */
export function decodeCharset(latin: string, charset: string | undefined): string {
  const octets = octetsOf(latin);
  const label = charset?.toLowerCase().replace(/\*.*$/, "").trim() ?? "";
  if (!undeclared.has(label)) {
    try {
      // Streaming: a text that was cut within a character is not wrong.
      return new TextDecoder(aliases.get(label) ?? label, { fatal: true }).decode(octets, { stream: true });
    } catch {
      // An unknown label, or octets that are not what they are said to be.
    }
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets, { stream: true });
  } catch {
    return new TextDecoder("gb18030").decode(octets);
  }
}

const undeclared: ReadonlySet<string> = new Set(["", "us-ascii", "ascii", "unknown-8bit", "x-unknown", "default", "binary"]);
/** What the Encoding standard does not know by this name. GBK and GB2312 are parts of GB18030. */
const aliases: ReadonlyMap<string, string> = new Map([
  ["gb2312", "gb18030"],
  ["gbk", "gb18030"],
  ["cp936", "gb18030"],
  ["gb2312-80", "gb18030"],
  ["utf8", "utf-8"],
  ["cp1252", "windows-1252"],
]);

/** Undoes a Content-Transfer-Encoding; an unknown one is left as it is. */
export function decodeTransfer(latin: string, encoding: string): string {
  switch (encoding.trim().toLowerCase()) {
    case "base64":
      return Buffer.from(latin, "base64").toString("latin1");
    case "quoted-printable":
      return fromQuotedPrintable(latin.replace(/=[ \t]*\r?\n/g, ""));
    default:
      return latin;
  }
}

const fromQuotedPrintable = (text: string): string =>
  text.replace(/=([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

const encodedWord = /=\?([^?\s]{1,60})\?([bq])\?([^?\r\n]*)\?=/gi;

interface Run {
  readonly charset: string | undefined;
  octets: string;
}

/**
 * The value of a header as a person reads it: unfolded, encoded words decoded (RFC 2047). Neighbouring words of one charset are joined
 * before they are decoded, because servers cut between the octets of a character.
 */
export function decodeHeader(value: string): string {
  const line = value.slice(0, maxHeader).replace(/\r?\n[ \t]*/g, " ");
  const runs: Run[] = [];
  let at = 0;
  const add = (charset: string | undefined, octets: string): void => {
    const last = runs.at(-1);
    if (last && last.charset === charset) last.octets += octets;
    else if (octets !== "") runs.push({ charset, octets });
  };
  for (const word of line.matchAll(encodedWord)) {
    const [whole, charset = "", how = "", text = ""] = word;
    const between = line.slice(at, word.index);
    // White space between two words is none (RFC 2047 section 6.2).
    if (at === 0 || between.trim() !== "") add(undefined, between);
    const plain = how.toLowerCase() === "b" ? decodeTransfer(text, "base64") : fromQuotedPrintable(text.replaceAll("_", " "));
    add(charset.toLowerCase(), plain);
    at = word.index + whole.length;
  }
  add(undefined, line.slice(at));
  return runs
    .map(({ charset, octets }) => decodeCharset(octets, charset))
    .join("")
    .trim();
}
