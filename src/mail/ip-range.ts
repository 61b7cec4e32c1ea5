import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** A block of addresses: `first` is its lowest, with the bits behind the prefix cleared. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly bits: number;
}

/** The block of an address and a prefix length, by default the whole length. Undefined for what is no address. */
export function rangeOf(text: string, bits?: number): AddressRange | undefined {
  const bytes = bytesOf(text);
  if (bytes === undefined) return undefined;
  const whole = bytes.length * 8;
  const length = bits ?? whole;
  if (length < 0 || length > whole) return undefined;
  const rest = BigInt(whole - length);
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { family: bytes.length === 4 ? 4 : 6, first: (value >> rest) << rest, bits: length };
}

function bytesOf(text: string): readonly number[] | undefined {
  switch (isIP(text)) {
    case 4:
      return text.split(".").map(Number);
    case 6:
      if (text.includes("%")) return undefined;
      // ipaddr.js reads "::192.0.2.1" as IPv4-mapped; a URL spells every address in groups of hex.
      return ipaddr.parse(new URL(`http://[${text}]/`).hostname.slice(1, -1)).toByteArray();
    default:
      return undefined;
  }
}

const wholeOf = (range: AddressRange): number => (range.family === 4 ? 32 : 128);

/** `192.0.2.0/24`; a single address without its length. */
export function rangeText(range: AddressRange): string {
  const address = addressText(range.family, range.first);
  return range.bits === wholeOf(range) ? address : `${address}/${range.bits}`;
}

export function addressText(family: 4 | 6, value: bigint): string {
  const bytes = Array.from({ length: family === 4 ? 4 : 16 }, (_, index) =>
    Number((value >> BigInt(((family === 4 ? 3 : 15) - index) * 8)) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

/** The highest address of a block. */
export const lastOf = (range: AddressRange): bigint => range.first + (1n << BigInt(wholeOf(range) - range.bits)) - 1n;

/** Is every address of `inner` in `outer`? */
export function holds(outer: AddressRange, inner: AddressRange): boolean {
  if (outer.family !== inner.family || outer.bits > inner.bits) return false;
  const rest = BigInt(wholeOf(outer) - outer.bits);
  return outer.first >> rest === inner.first >> rest;
}
