import { randomBytes } from "node:crypto";
import type { Connection } from "../model/connection.ts";

/** Suites of SSL 3.0's time: RSA with 3DES, RC4 and AES, and their ephemeral kin. */
const suites = [0x000a, 0x0005, 0x0004, 0x002f, 0x0035, 0x0016, 0x0033, 0x0039, 0xc013, 0xc014];
const version = [3, 0];
const handshake = 22;
const serverHello = 2;

/**
 * Does the far side take SSL 3.0 (RFC 6101)? OpenSSL no longer speaks it, so the greeting is written by hand; nothing is read
 * behind the first words of the answer.
 * @param connection plain, and where the handshake would begin
 * @throws DialError when nothing comes, or the far side hangs up
 */
export async function takesSsl3(connection: Connection, timeoutMs: number): Promise<boolean> {
  connection.write(clientHello());
  const [kind] = await connection.readBytes(5, timeoutMs);
  if (kind !== handshake) return false;
  // Kind, length in three bytes, version.
  const [message, , , , major, minor] = await connection.readBytes(6, timeoutMs);
  return message === serverHello && major === version[0] && minor === version[1];
}

/** RFC 6101 section 5.6.1.2: version, random, no session, suites, no compression. */
function clientHello(): Buffer {
  const list = Buffer.alloc(2 + suites.length * 2);
  list.writeUInt16BE(suites.length * 2);
  suites.forEach((suite, index) => list.writeUInt16BE(suite, 2 + index * 2));
  const hello = Buffer.concat([Buffer.from(version), randomBytes(32), Buffer.from([0]), list, Buffer.from([1, 0])]);
  const message = Buffer.concat([Buffer.from([1, 0, 0, hello.length]), hello]);
  return Buffer.concat([Buffer.from([handshake, ...version, 0, message.length]), message]);
}
