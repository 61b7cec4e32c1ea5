/** What stands where a text was cut. */
const cutMark = "…";

/** At most `max` UTF-16 units, the mark included; never half a character. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  return text.slice(0, Math.max(0, max - cutMark.length)).replace(/[\ud800-\udbff]$/, "") + cutMark;
}

const markBytes = 3;
const encoder = new TextEncoder();

/** At most `max` bytes of UTF-8, the mark included; never half a character. */
export function cutBytes(text: string, max: number): string {
  // Each UTF-16 unit is at most three bytes, so short texts need no counting.
  if (text.length * 3 <= max) return text;
  const room = new Uint8Array(Math.max(0, max));
  if (encoder.encodeInto(text, room).read === text.length) return text;
  if (max < markBytes) return "";
  const { read } = encoder.encodeInto(text, room.subarray(0, max - markBytes));
  return text.slice(0, read) + cutMark;
}
