import { createHash, generateKeyPair, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";

/** The key of the demonstration's domains; all sign with the same. */
export interface DkimKey {
  /** As a record publishes it: base64 of DER. */
  readonly published: string;
  /** The message with a `DKIM-Signature` in front (RFC 6376, relaxed/simple, rsa-sha256). */
  sign(message: Buffer, as: { readonly domain: string; readonly selector: string }): Buffer;
}

const signed = new Set(["from", "to", "subject", "date", "message-id"]);

export async function createDkimKey(): Promise<DkimKey> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return {
    published: publicKey.export({ type: "spki", format: "der" }).toString("base64"),
    sign: (message, as) => Buffer.concat([Buffer.from(`${signatureOf(message, as, privateKey)}\r\n`), message]),
  };
}

function signatureOf(message: Buffer, { domain, selector }: { domain: string; selector: string }, key: KeyObject): string {
  const end = message.indexOf("\r\n\r\n");
  const head = message.toString("latin1", 0, end === -1 ? message.length : end);
  const body = end === -1 ? "" : message.toString("latin1", end + 4);
  const hash = createHash("sha256")
    .update(`${body.replace(/(?:\r\n)+$/, "")}\r\n`, "latin1")
    .digest("base64");
  const fields = head
    .split(/\r\n(?![ \t])/)
    .map(relaxed)
    .filter((field) => signed.has(field.slice(0, field.indexOf(":"))));
  const names = fields.map((field) => field.slice(0, field.indexOf(":"))).toReversed();
  const unsigned = `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=${domain}; s=${selector};\r\n\th=${names.join(":")};\r\n\tbh=${hash}; b=`;
  // A field that is there twice is taken from the bottom, so all of them in that order (RFC 6376 section 5.4.2).
  const text = [...fields.toReversed(), relaxed(unsigned)].join("\r\n");
  return `${unsigned}${sign("sha256", Buffer.from(text, "latin1"), key).toString("base64")}`;
}

/** RFC 6376 section 3.4.2. */
function relaxed(field: string): string {
  const colon = field.indexOf(":");
  const value = field
    .slice(colon + 1)
    .replace(/\r\n/g, "")
    .replace(/[ \t]+/g, " ")
    .trim();
  return `${field.slice(0, colon).trim().toLowerCase()}:${value}`;
}
