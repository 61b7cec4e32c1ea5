import { Packet, type Resource } from "dns2";
import type { RecordShape, RecordType } from "../model/dns.ts";

/** RFC 1035 4.2.2: what the length field of TCP can say. */
const maxMessageBytes = 65_535;
const maxRecords = 512;
const maxPointerHops = 16;
/** Of all names of one message, decompressed: 512 records share 64 bytes each, and a name repeated by pointers costs anew. */
const maxNameBytes = 64 * 1024;
/** Of all TXT records: 64 KiB of honest strings are 257. */
const maxStrings = 1024;

/** RFC 6891, and the size that DNS Flag Day 2020 found to pass everywhere without fragments. */
const udpPayloadSize = 1232;

export const typeCodes: Readonly<Record<RecordType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DS: 43,
  RRSIG: 46,
  DNSKEY: 48,
  TLSA: 52,
  SPF: 99,
  CAA: 257,
};
const optCode = 41;
const classIn = 1;

/** A message that is malformed, or larger than any honest one. */
export class DnsMessageError extends Error {
  override readonly name = "DnsMessageError";
}

export interface QueryOptions {
  readonly recurse: boolean;
  readonly checkingDisabled: boolean;
  /** False only for a server that answered FORMERR to EDNS (RFC 6891 6.2.2). */
  readonly edns: boolean;
}

/**
 * A question on the wire, with id 0: whoever sends it sets a random one. The name must come from `asciiName` or from the wire.
 * Written by hand: so small a message costs the codec, which writes bit by bit, a fifth of a whole lookup.
 * @throws DnsMessageError for a name with an empty or too long label
 */
export function encodeQuery(name: string, type: RecordType, options: QueryOptions): Buffer {
  const labels = name === "" ? [] : name.split(".");
  const query = Buffer.alloc(12 + name.length + (labels.length === 0 ? 1 : 2) + 4 + (options.edns ? 11 : 0));
  query.writeUInt8(options.recurse ? 0x01 : 0x00, 2);
  // AD asks for the AD bit of the answer (RFC 6840 5.7).
  query.writeUInt8(options.checkingDisabled ? 0x30 : 0x20, 3);
  query.writeUInt16BE(1, 4);
  query.writeUInt16BE(options.edns ? 1 : 0, 10);
  let at = 12;
  for (const label of labels) {
    // Only an alias can lead there: on the wire a label may hold a dot.
    if (label.length === 0 || label.length > 63) throw new DnsMessageError(`leads to "${name}", which cannot be asked for`);
    at = query.writeUInt8(label.length, at);
    at += query.write(label, at, "latin1");
  }
  at = query.writeUInt16BE(typeCodes[type], at + 1);
  at = query.writeUInt16BE(classIn, at);
  if (options.edns) {
    // RFC 6891 6.1.2: the root, OPT, our size, version 0 and DO.
    at = query.writeUInt16BE(optCode, at + 1);
    at = query.writeUInt16BE(udpPayloadSize, at);
    query.writeUInt16BE(0x8000, at + 2);
  }
  return query;
}

/**
 * Does this datagram answer that question: same id, same question, the QR bit? Looks at bytes only, before anything is decoded,
 * so that a forged one costs nothing. An error may leave the question out (RFC 1035 7.3).
 */
export function isAnswerTo(query: Buffer, message: Buffer): boolean {
  if (message.length < 12 || message[0] !== query[0] || message[1] !== query[1]) return false;
  if ((message.readUInt8(2) & 0xf8) !== 0x80) return false;
  const questions = message.readUInt16BE(4);
  const rcode = message.readUInt8(3) & 0x0f;
  if (questions === 0) return rcode !== 0 && rcode !== 3;
  if (questions !== 1) return false;
  let at = 12;
  for (; query[at] !== 0; at++) if (lower(query[at]) !== lower(message[at])) return false;
  // The root label, type and class.
  return message.length >= at + 5 && query.compare(message, at, at + 5, at, at + 5) === 0;
}

const lower = (byte: number | undefined): number => (byte === undefined ? -1 : byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte);

/** What of a message is used. Names are lower case, without the final dot. */
export interface Message {
  readonly rcode: number;
  readonly truncated: boolean;
  readonly authoritative: boolean;
  readonly authenticated: boolean;
  readonly recursionAvailable: boolean;
  readonly edns: boolean;
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  readonly additionals: readonly WireRecord[];
  /** RFC 8914 INFO-CODEs. */
  readonly extendedErrors: readonly number[];
}

export interface WireRecord {
  readonly name: string;
  readonly type: number;
  readonly ttl: number;
  readonly data: Resource;
}

/**
 * Decodes a message within bounds that keep a hostile one cheap: size, records, pointer hops, bytes of names.
 * @throws DnsMessageError and nothing else
 */
export function decodeMessage(bytes: Buffer): Message {
  checkBounds(bytes);
  let packet: Packet;
  try {
    packet = Packet.parse(bytes);
  } catch (cause) {
    throw new DnsMessageError(`cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const [error] = packet.errors;
  if (error !== undefined) throw new DnsMessageError(`has a record that cannot be decoded: ${error.message}`, { cause: error });
  const opt = packet.additionals.find((record) => record.type === optCode);
  return {
    rcode: packet.header.rcode,
    truncated: packet.header.tc === 1,
    authoritative: packet.header.aa === 1,
    authenticated: (bytes.readUInt8(3) & 0x20) !== 0,
    recursionAvailable: packet.header.ra === 1,
    edns: opt !== undefined,
    answers: packet.answers.filter(isInternet).map(toWireRecord),
    authorities: packet.authorities.filter(isInternet).map(toWireRecord),
    additionals: packet.additionals.filter(isInternet).map(toWireRecord),
    extendedErrors: (opt?.rdata ?? []).flatMap((option) =>
      "infoCode" in option && typeof option.infoCode === "number" ? [option.infoCode] : [],
    ),
  };
}

const isInternet = (record: Resource): boolean => record.class === classIn;

const toWireRecord = (record: Resource): WireRecord => ({
  name: record.name.toLowerCase(),
  type: record.type,
  ttl: record.ttl,
  data: record,
});

export const isType = (record: WireRecord, type: RecordType): boolean => record.type === typeCodes[type];

/**
 * The record as `node:dns` would give it.
 * @throws DnsMessageError when the decoder left something out
 */
export const shapeOf = <T extends RecordType>(record: WireRecord, type: T): RecordShape[T] => shapes[type](record.data);

const shapes: { readonly [T in RecordType]: (record: Resource) => RecordShape[T] } = {
  A: (record) => text(record.address),
  AAAA: (record) => text(record.address),
  NS: (record) => text(record.ns).toLowerCase(),
  CNAME: (record) => text(record.domain).toLowerCase(),
  PTR: (record) => text(record.domain),
  MX: (record) => ({ priority: number(record.priority), exchange: text(record.exchange) }),
  TXT: (record) => texts(record.data),
  SPF: (record) => texts(record.data),
  SRV: (record) => ({
    priority: number(record.priority),
    weight: number(record.weight),
    port: number(record.port),
    name: text(record.target),
  }),
  SOA: (record) => ({
    nsname: text(record.primary),
    hostmaster: text(record.admin),
    serial: number(record.serial),
    refresh: number(record.refresh),
    retry: number(record.retry),
    expire: number(record.expiration),
    minttl: number(record.minimum),
  }),
  CAA: (record) => ({ critical: number(record.flags), tag: text(record.tag), value: text(record.value) }),
  TLSA: (record) => raw(record.data),
  DS: (record) => raw(record.data),
  RRSIG: (record) => raw(record.data),
  // The codec takes this one apart and keeps no RDATA (RFC 4034 2.1: flags, protocol, algorithm, key).
  DNSKEY: (record) => {
    const head = [number(record.flags) >> 8, number(record.flags) & 0xff, number(record.protocol), number(record.algorithm)];
    return Uint8Array.from([...head, ...Buffer.from(text(record.key), "base64")]);
  },
};

const incomplete = (): never => {
  throw new DnsMessageError("has an incomplete record");
};
const text = (value: unknown): string => (typeof value === "string" ? value : incomplete());
const number = (value: unknown): number => (typeof value === "number" ? value : incomplete());
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : incomplete());
const raw = (value: unknown): Uint8Array => (value instanceof Uint8Array ? Uint8Array.from(value) : incomplete());

/** RDATA that holds names: how many octets come before the first of them, and how many names there are. */
const namesInData: ReadonlyMap<number, readonly [skip: number, names: number]> = new Map([
  [typeCodes.NS, [0, 1]],
  [typeCodes.CNAME, [0, 1]],
  [typeCodes.PTR, [0, 1]],
  [typeCodes.SOA, [0, 2]],
  [typeCodes.MX, [2, 1]],
  [typeCodes.SRV, [6, 1]],
  [typeCodes.RRSIG, [18, 1]],
]);

/** Walks over the message once, by lengths alone. What it lets pass costs the decoder at most some milliseconds. */
function checkBounds(bytes: Buffer): void {
  if (bytes.length < 12) throw new DnsMessageError("is shorter than a header");
  if (bytes.length > maxMessageBytes) throw new DnsMessageError(`is longer than ${maxMessageBytes} octets`);
  const questions = bytes.readUInt16BE(4);
  const records = bytes.readUInt16BE(6) + bytes.readUInt16BE(8) + bytes.readUInt16BE(10);
  if (questions > 1) throw new DnsMessageError(`has ${questions} questions`);
  if (records > maxRecords) throw new DnsMessageError(`has ${records} records, more than ${maxRecords}`);

  let nameBytes = 0;
  let strings = 0;
  const name = (start: number): number => {
    const { end, length } = walkName(bytes, start);
    nameBytes += length;
    if (nameBytes > maxNameBytes) throw new DnsMessageError(`has names of more than ${maxNameBytes} octets`);
    return end;
  };
  let at = 12;
  if (questions === 1) at = name(at) + 4;
  for (let index = 0; index < records; index++) {
    at = name(at) + 10;
    if (at > bytes.length) throw new DnsMessageError("ends within a record");
    const [skip, names] = namesInData.get(bytes.readUInt16BE(at - 10)) ?? [0, 0];
    let inside = at + skip;
    for (let count = 0; count < names; count++) inside = name(inside);
    const end = at + bytes.readUInt16BE(at - 2);
    if (end > bytes.length) throw new DnsMessageError("ends within a record");
    const type = bytes.readUInt16BE(at - 10);
    if (type === typeCodes.TXT || type === typeCodes.SPF) {
      for (; at < end; at += 1 + (bytes[at] ?? 0)) strings++;
      if (strings > maxStrings) throw new DnsMessageError(`has more than ${maxStrings} strings`);
    }
    at = end;
  }
}

/** Where the bytes of a name end, and how long it is without compression. Pointers go backwards only (RFC 1035 4.1.4). */
function walkName(bytes: Buffer, start: number): { end: number; length: number } {
  let end: number | undefined;
  let length = 1;
  let hops = 0;
  let at = start;
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined) throw new DnsMessageError("ends within a name");
    if (byte === 0) return { end: end ?? at + 1, length };
    if (byte >= 0xc0) {
      const low = bytes[at + 1];
      if (low === undefined) throw new DnsMessageError("ends within a name");
      if (++hops > maxPointerHops) throw new DnsMessageError(`has a name of more than ${maxPointerHops} pointers`);
      end ??= at + 2;
      const target = ((byte & 0x3f) << 8) | low;
      if (target >= at) throw new DnsMessageError("has a pointer that does not go back");
      at = target;
    } else {
      if (byte > 63) throw new DnsMessageError("has a label of a reserved kind");
      length += byte + 1;
      if (length > 255) throw new DnsMessageError("has a name of more than 255 octets");
      at += byte + 1;
    }
  }
}
