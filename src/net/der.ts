/** One element of DER (X.690): its tag byte, what it holds, and all of it. */
export interface Der {
  readonly tag: number;
  readonly value: Buffer;
  readonly whole: Buffer;
}

/** The elements that stand one after another in these bytes; undefined where they are no DER. Never throws. */
export function elementsOf(bytes: Buffer): readonly Der[] | undefined {
  const found: Der[] = [];
  for (let at = 0; at < bytes.length;) {
    const one = elementAt(bytes, at);
    if (one === undefined) return undefined;
    found.push(one);
    at += one.whole.length;
  }
  return found;
}

/** The element that begins there; undefined where it is cut off, has a tag of several bytes or 4 GiB or more. */
export function elementAt(bytes: Buffer, at: number): Der | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  const more = first < 0x80 ? 0 : first - 0x80;
  if (first === 0x80 || more > 4 || at + 2 + more > bytes.length) return undefined;
  const begin = at + 2 + more;
  const length = more === 0 ? first : bytes.readUIntBE(at + 2, more);
  if (begin + length > bytes.length) return undefined;
  return { tag, value: bytes.subarray(begin, begin + length), whole: bytes.subarray(at, begin + length) };
}

/** The tags in use here. */
export const derTag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  sequence: 0x30,
  utcTime: 0x17,
  generalizedTime: 0x18,
  /** Context-specific and constructed. */
  context: (number: number): number => 0xa0 + number,
  /** Context-specific and primitive. */
  plainContext: (number: number): number => 0x80 + number,
} as const;
