import { randomBytes } from "node:crypto";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * `msg_` and a ULID (26 characters of Crockford's base 32: 48 bits of milliseconds, 80 random bits): unique without asking
 * anybody, in order of time.
 * @param random 10 bytes
 */
export function createMessageId(now: number, random: Uint8Array = randomBytes(10)): string {
  let bits = BigInt(Math.max(0, Math.floor(now))) & 0xffff_ffff_ffffn;
  for (const byte of random) bits = (bits << 8n) | BigInt(byte);
  let text = "";
  for (let place = 0; place < 26; place++) {
    text = (alphabet[Number(bits & 31n)] ?? "0") + text;
    bits >>= 5n;
  }
  return `msg_${text}`;
}
