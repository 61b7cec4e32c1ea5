import { randomBytes } from "node:crypto";

/** What is attached to a probe mail, to see whether mails of that size pass. */
export interface Attachment {
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
}

/** More is not sent, whatever is asked for. */
export const maxAttachment = 50 * 1024 * 1024;
const blockBytes = 48 * 1024;

/** A table of numbers, as offices send them: a kind of file that no filter forbids. */
export const attachmentOf = (bytes: number, seq: number): Attachment => ({ name: `table-${seq}.csv`, type: "text/csv", bytes });

/** Its content, a block at a time: only one is ever held. Another one for each mail. */
export function* attachmentContent({ bytes }: Pick<Attachment, "bytes">): Generator<Buffer> {
  const rows = Array.from({ length: blockBytes / 32 }, () => `${randomBytes(15).toString("hex")}\r\n`.replace(/(.{7})./g, "$1,"));
  const block = Buffer.from(rows.join(""), "latin1");
  for (let left = bytes; left > 0; left -= block.length) yield left >= block.length ? block : block.subarray(0, left);
}

/** Octets of a mail with an attachment on its way: base64 in lines of 76 (RFC 2045 section 6.8), and some for header and text. */
export function encodedSize(bytes: number): number {
  const encoded = Math.ceil(bytes / 3) * 4;
  return encoded + Math.ceil(encoded / 76) * 2 + 4_096;
}
