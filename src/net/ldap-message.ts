import { type Connection, DialError } from "../model/connection.ts";
import { decodeText } from "./decode.ts";

/*
 * LDAP messages (RFC 4511 section 5.1) as they come from the wire, before ldapts reads them. Its parser loops for ever where a length
 * inside a message is longer than the message, calls itself once for each message of a packet, and keeps whatever never ends. So a
 * message is handed on only when it is whole, small, and built as the standard says.
 */

/** RFC 4511 section 4.2 and following: the application tags of what a server may say. */
export const operations = { bind: 0x61, entry: 0x64, done: 0x65, reference: 0x73, extended: 0x78 } as const;
const results: ReadonlySet<number> = new Set([operations.bind, operations.done, operations.extended]);

/** What a server makes of a request. */
export interface LdapResult {
  readonly code: number;
  readonly text: string;
  /** Where it sends whoever asks, with code 10. */
  readonly referrals: readonly string[];
}

export interface LdapMessage {
  readonly bytes: Buffer;
  readonly id: number;
  readonly operation: number;
  readonly result: LdapResult | undefined;
}

const maxMessage = 256 * 1024;
const maxElements = 20_000;

/**
 * Reads one message.
 * @throws DialError `too-long` for one that is too large or no LDAP, otherwise as the connection does
 */
export async function readLdap(connection: Connection, timeoutMs: number): Promise<LdapMessage> {
  const bad = (what: string): DialError =>
    new DialError(`${connection.remote}: ${what}`, { phase: "command", failure: "too-long", remote: connection.remote });
  const head = Buffer.from(await connection.readBytes(2, timeoutMs));
  if (head[0] !== 0x30) throw bad("an answer that is no LDAP");
  const first = head[1] ?? 0;
  const more = first < 0x80 ? Buffer.alloc(0) : await readLength(connection, first & 0x7f, timeoutMs);
  if (more === undefined) throw bad("an answer that is no LDAP");
  const length = first < 0x80 ? first : more.reduce((sum, byte) => sum * 256 + byte, 0);
  if (length > maxMessage) throw bad(`an answer of more than ${maxMessage} bytes`);
  const body = Buffer.from(await connection.readBytes(length, timeoutMs));
  const bytes = Buffer.concat([head, more, body]);
  try {
    return judge(bytes, { tag: 0x30, start: bytes.length - length, end: bytes.length });
  } catch (error) {
    if (error instanceof Malformed) throw bad("an answer that is no LDAP");
    throw error;
  }
}

const readLength = async (connection: Connection, count: number, timeoutMs: number): Promise<Buffer | undefined> =>
  count === 0 || count > 4 ? undefined : Buffer.from(await connection.readBytes(count, timeoutMs));

class Malformed extends Error {
  override readonly name = "Malformed";
}

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** The elements that an element is made of, exactly to its end: tags of one byte, lengths that are written out (RFC 4511 section 5.1). */
function partsOf(bytes: Buffer, { start, end }: Element): readonly Element[] {
  const parts: Element[] = [];
  for (let at = start; at < end;) {
    const tag = bytes[at] ?? 0;
    let length = bytes[at + 1];
    let from = at + 2;
    if ((tag & 0x1f) === 0x1f || length === undefined) throw new Malformed();
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4 || from + count > end) throw new Malformed();
      length = bytes.readUIntBE(from, count);
      from += count;
    }
    if (from > end || from + length > end || parts.length >= maxElements) throw new Malformed();
    parts.push({ tag, start: from, end: from + length });
    at = from + length;
  }
  return parts;
}

const must = (holds: boolean): void => {
  if (!holds) throw new Malformed();
};
const octets = 0x04;
const isNumber = (element: Element | undefined, tag: number): element is Element =>
  element?.tag === tag && element.end - element.start >= 1 && element.end - element.start <= 4;
const numberOf = (bytes: Buffer, { start, end }: Element): number => bytes.readIntBE(start, end - start);
const textOf = (bytes: Buffer, element: Element | undefined): string =>
  element === undefined ? "" : decodeText(bytes.subarray(element.start, element.end));

function judge(bytes: Buffer, whole: Element): LdapMessage {
  const [id, operation, controls, ...rest] = partsOf(bytes, whole);
  if (!isNumber(id, 0x02) || operation === undefined || rest.length > 0) throw new Malformed();
  if (controls !== undefined) judgeControls(bytes, controls);
  const parts = partsOf(bytes, operation);
  const { tag } = operation;
  const message = { bytes, id: numberOf(bytes, id), operation: tag };
  if (results.has(tag)) return { ...message, result: judgeResult(bytes, parts) };
  if (tag === operations.reference) must(parts.length > 0 && parts.every((part) => part.tag === octets));
  else if (tag === operations.entry) judgeEntry(bytes, parts);
  else throw new Malformed();
  return { ...message, result: undefined };
}

function judgeResult(bytes: Buffer, [code, matched, text, ...more]: readonly Element[]): LdapResult {
  if (!isNumber(code, 0x0a)) throw new Malformed();
  must(matched?.tag === octets && text?.tag === octets);
  const referral = more.find(({ tag }) => tag === 0xa3);
  const referrals = referral === undefined ? [] : partsOf(bytes, referral).map((part) => textOf(bytes, part));
  return { code: numberOf(bytes, code), text: textOf(bytes, text), referrals: referrals.slice(0, 5) };
}

/** A name, and attributes with their values. */
function judgeEntry(bytes: Buffer, [name, attributes, ...rest]: readonly Element[]): void {
  must(name?.tag === octets && rest.length === 0);
  if (attributes?.tag !== 0x30) throw new Malformed();
  for (const attribute of partsOf(bytes, attributes)) {
    must(attribute.tag === 0x30);
    const [type, values, ...others] = partsOf(bytes, attribute);
    if (type?.tag !== octets || values?.tag !== 0x31 || others.length > 0) throw new Malformed();
    must(partsOf(bytes, values).every(({ tag }) => tag === octets));
  }
}

const paging = "1.2.840.113556.1.4.319";

/** Of pages, which we ask for; those that ldapts would read into besides (sorting, changes) nobody asked for. */
function judgeControls(bytes: Buffer, controls: Element): void {
  must(controls.tag === 0xa0);
  for (const control of partsOf(bytes, controls)) {
    must(control.tag === 0x30);
    const [type, ...more] = partsOf(bytes, control);
    must(type?.tag === octets && more.length <= 2);
    const value = more.at(-1);
    must(more.every(({ tag }) => tag === 0x01 || tag === octets));
    must(more.every(({ tag, start, end }) => tag !== 0x01 || end - start === 1));
    if (textOf(bytes, type) !== paging) {
      must(!readInto.has(textOf(bytes, type)));
      continue;
    }
    if (value?.tag !== octets) throw new Malformed();
    const [page, ...others] = partsOf(bytes, value);
    must(page?.tag === 0x30 && others.length === 0);
    const [size, cookie, ...rest] = page === undefined ? [] : partsOf(bytes, page);
    must(isNumber(size, 0x02) && cookie?.tag === octets && rest.length === 0);
  }
}

const readInto: ReadonlySet<string> = new Set([
  "1.2.840.113556.1.4.473",
  "1.2.840.113556.1.4.474",
  "2.16.840.1.113730.3.4.3",
  "2.16.840.1.113730.3.4.7",
]);

const startTlsName = "1.3.6.1.4.1.1466.20037";

/** ExtendedRequest StartTLS (RFC 4511 section 4.14.1), message 1. */
export function startTlsRequest(): Uint8Array {
  const name = Buffer.from(startTlsName, "ascii");
  const operation = Buffer.from([0x80, name.length, ...name]);
  return Buffer.from([0x30, 5 + operation.length, 0x02, 0x01, 0x01, 0x77, operation.length, ...operation]);
}
