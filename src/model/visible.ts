/**
 * Text from the network as it may be shown: control characters, invisible ones and those that turn the direction of
 * writing become escapes one can see (`\x1b`, `\u202e`), so that a banner or a record can neither drive a terminal nor
 * pretend to be something else (Unicode TR36, "Trojan Source"). Line breaks and tabs are escaped too: one text, one line.
 * Longer than `max` code units: cut, with `…` and how many are missing.
 */
export function visible(text: string, max = 2_000): string {
  // Cut before and after: escapes make it up to six times longer, and 64 KiB of them are no use to anybody.
  const shown = text.slice(0, max).replace(hidden, escape);
  if (text.length <= max && shown.length <= max) return shown;
  const kept = shown.slice(0, max).replace(/\\(?:x[\da-f]?|u[\da-f]{0,3}|u\{[\da-f]*)?$|[\ud800-\udbff]$/, "");
  return `${kept}… (${text.length} characters)`;
}

/** Controls, formats (bidirectional, zero width, tags), separators of lines, lone surrogates, private use, and what shows nothing. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;

function escape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, "0")}` : `\\u{${code.toString(16)}}`;
}
