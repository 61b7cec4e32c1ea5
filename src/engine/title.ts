import { cutText } from "../model/cut.ts";

const opening = "(（[【「";
const closing = ")）]】」";

/** At most `max` UTF-16 units. A bracket that would stay open is left out as a whole, unless the text begins with it. */
export function cutTitle(text: string, max: number): string {
  const cut = cutText(text, max);
  if (cut === text) return text;
  const open: number[] = [];
  for (let at = 0; at < cut.length; at++) {
    if (opening.includes(cut.charAt(at))) open.push(at);
    else if (closing.includes(cut.charAt(at))) open.pop();
  }
  const [first = 0] = open;
  return first === 0 ? cut : `${cut.slice(0, first).trimEnd()}…`;
}

/** A text without the round bracket at its end, and what stood in that; "" when there is none. */
export function withoutBracket(text: string): readonly [text: string, inside: string] {
  let depth = 0;
  for (let at = text.length - 1; at > 0; at--) {
    if (")）".includes(text.charAt(at))) depth++;
    else if ("(（".includes(text.charAt(at))) depth--;
    if (depth > 0) continue;
    return at === text.length - 1 ? [text, ""] : [text.slice(0, at).trimEnd(), text.slice(at + 1, -1).trim()];
  }
  return [text, ""];
}
