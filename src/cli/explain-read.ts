import { open } from "node:fs/promises";
import { explainProblems } from "../i18n/explain.ts";
import { rawMail } from "../mail/dsn.ts";
import { type Mail, readMail } from "../mail/mime-parts.ts";
import type { Data } from "../model/text.ts";
import { visible } from "../model/visible.ts";

/** A mail with attachments; what is asked for is its header. */
const maxMebibytes = 25;
const maxBytes = maxMebibytes * 1024 * 1024;

export interface Problem {
  readonly problem: keyof typeof explainProblems;
  readonly data: Data;
}

/** The octets of a saved mail, and the mail taken apart. `-` is standard input. */
export async function readMailFile(path: string): Promise<{ readonly source: Uint8Array; readonly mail: Mail } | Problem> {
  const file = path === "-" ? "-" : visible(path, 200);
  const failed = (problem: Problem["problem"], code = ""): Problem => ({
    problem,
    data: { file, code, mebibytes: maxMebibytes },
  });
  let source: Uint8Array | undefined;
  try {
    source = path === "-" ? await bounded(process.stdin) : await readFileBounded(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "?";
    return failed(code === "ENOENT" ? "file-missing" : code === "EISDIR" ? "file-folder" : "file-unreadable", code);
  }
  if (source === undefined) return failed("file-large");
  if (source.length === 0) return failed("file-empty");
  // A compound file (MS-CFB 2.2).
  if (Buffer.from(source.subarray(0, 8)).toString("hex") === "d0cf11e0a1b11ae1") return failed("outlook-msg");
  const mail = readMail(rawMail(source));
  return known.filter((name) => mail.all(name).length > 0).length < 2 ? failed("no-mail") : { source, mail };
}

/** Two of these make a header: a text with a colon in it has none or one by chance. */
const known = [
  "from",
  "to",
  "subject",
  "date",
  "received",
  "message-id",
  "return-path",
  "mime-version",
  "content-type",
  "delivered-to",
  "reply-to",
];

async function readFileBounded(path: string): Promise<Uint8Array | undefined> {
  const handle = await open(path, "r");
  try {
    // Not by its size: a pipe has none.
    return await bounded(handle.createReadStream({ autoClose: false }));
  } finally {
    await handle.close();
  }
}

/** Undefined: there is more than is read. */
async function bounded(stream: AsyncIterable<unknown>): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of stream) {
    const octets = Buffer.isBuffer(part) ? part : Buffer.from(String(part), "latin1");
    length += octets.length;
    if (length > maxBytes) return undefined;
    parts.push(octets);
  }
  return Buffer.concat(parts);
}
