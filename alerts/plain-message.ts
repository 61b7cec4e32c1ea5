import { repeatMark } from "../src/i18n/alert-words.ts";
import type { Alert } from "../src/model/alert.ts";
import { cutBytes } from "../src/model/cut.ts";
import { inLanguage } from "../src/model/text.ts";

const maxTitleBytes = 300;
const maxLineBytes = 900;
const leastBytes = 60;

/** The first line, with the mark where it may come twice. */
export const titleOf = (alert: Alert, maybeRepeat: boolean, maxBytes = maxTitleBytes): string => {
  const mark = maybeRepeat ? inLanguage(repeatMark, alert.language) : "";
  return cutBytes(alert.title, maxBytes - Buffer.byteLength(mark)) + mark;
};

/**
 * The lines below the title within a number of bytes of UTF-8: the first ones first, and always the one with the link, since what is
 * left out stands behind it.
 * @param maxBytes of the joined lines
 */
export function linesOf(alert: Alert, maxBytes: number): string {
  const link = alert.url === "" ? undefined : alert.lines.findLast((line) => line.includes(alert.url));
  let left = maxBytes - (link === undefined ? 0 : Buffer.byteLength(link) + 1);
  const kept: string[] = [];
  for (const line of alert.lines) {
    if (line === link) {
      kept.push(line);
      continue;
    }
    // A few letters of a line say less than none.
    if (left < leastBytes && Buffer.byteLength(line) > left) continue;
    const cut = cutBytes(line, Math.min(maxLineBytes, left));
    kept.push(cut);
    left -= Buffer.byteLength(cut) + 1;
  }
  return cutBytes(kept.join("\n"), maxBytes);
}

/** Title and lines as one text. */
export function plainMessage(alert: Alert, maybeRepeat: boolean, maxBytes: number): string {
  const title = titleOf(alert, maybeRepeat);
  return `${title}\n${linesOf(alert, maxBytes - Buffer.byteLength(title) - 1)}`;
}

/** Whether people are called by name: something grave began, or grew worse, or nobody does its next step. The rest rings nobody. */
export const isCall = ({ priority, turn, calls }: Alert): boolean =>
  (priority === "P1" || priority === "P2") && (turn === "opened" || turn === "worsened" || calls === true);
