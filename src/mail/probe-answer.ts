import { isAutoReply } from "./auto-reply.ts";
import { rawMail } from "./dsn.ts";
import { htmlToText } from "./html-text.ts";
import { readMail, textOf } from "./mime-parts.ts";
import { decodeHeader } from "./mime-text.ts";
import { idOfMessage, probeHeader, type ProbeId } from "./probe-mail.ts";

/** What somebody's program, or somebody, answered to a probe mail. */
export interface ProbeAnswer {
  readonly id: ProbeId;
  /** Lower case. */
  readonly from: string;
  /** It says that a program wrote it (RFC 3834 section 5, and what servers wrote before it). */
  readonly automatic: boolean;
  /** All that it says, at most 64 Ki characters. */
  readonly text: string;
}

/** What `mayBeAnswer` needs of a header. */
export const answerHeaders = ["In-Reply-To", "References", "Subject"];

/** A mail that answers may be about. Programs that do not say what they answer repeat at least its subject. */
export interface Answered {
  readonly id: ProbeId;
  readonly subject: string;
}

const maxText = 64 * 1024;

type Sign = (text: string) => string;

function answeredId(
  header: (name: string) => string,
  known: readonly Answered[],
  route: string,
  sign: Sign,
): ProbeId | undefined {
  // Our own mail, perhaps handed on: no answer.
  if (header(probeHeader.toLowerCase()) !== "") return undefined;
  for (const name of ["in-reply-to", "references"]) {
    for (const [messageId] of header(name)
      .slice(0, 4_000)
      .matchAll(/<[^<>\s]{1,300}>/g)) {
      const id = idOfMessage(messageId, route, sign);
      if (id) return id;
    }
  }
  const subject = header("subject");
  return known.find((one) => one.subject !== "" && subject.includes(one.subject))?.id;
}

/** Is a mail worth being read as an answer? By its header alone. @param headers lower-case names ▶ unfolded values */
export const mayBeAnswer = (
  headers: ReadonlyMap<string, string>,
  known: readonly Answered[],
  route: string,
  sign: Sign,
): boolean => {
  const value = (name: string): string => headers.get(name) ?? "";
  const header = (name: string): string =>
    name === "subject" && value(name).includes("=?") ? decodeHeader(value(name)) : value(name);
  return answeredId(header, known, route, sign) !== undefined;
};

/** Reads an answer to a probe mail of a route; undefined for every other mail. Never throws. @param top Latin-1 */
export function readProbeAnswer(top: string, known: readonly Answered[], route: string, sign: Sign): ProbeAnswer | undefined {
  const mail = readMail(rawMail(Buffer.from(top, "latin1")));
  const id = answeredId((name) => mail.header(name), known, route, sign);
  if (id === undefined) return undefined;
  const from = mail.header("from");
  const texts = mail.parts.flatMap((part) => {
    if (part.type === "text/plain") return [textOf(part)];
    return part.type === "text/html" ? [htmlToText(textOf(part))] : [];
  });
  return {
    id,
    from: (/<([^<>\s]+)>\s*$/.exec(from)?.[1] ?? from.trim()).slice(0, 320).toLowerCase(),
    automatic: isAutoReply(mail),
    text: [mail.header("reply-to"), ...texts].join("\n").slice(0, maxText),
  };
}
