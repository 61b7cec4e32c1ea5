import { type Dial, DialError } from "../model/connection.ts";
import type { Ask } from "../model/dns.ts";
import { resolveAddresses } from "./resolve-addresses.ts";

const maxLines = 2_000;
const maxChars = 256 * 1024;
/** What may stand at the end without a line end. */
const maxTail = 2_048;
const maxAddresses = 3;
const connectTimeoutMs = 5_000;
/** Between two lines. A whole answer has `maxTotalMs`. */
const lineTimeoutMs = 10_000;
const maxTotalMs = 15_000;

interface WhoisWorld {
  readonly ask: Ask;
  readonly dial: Dial;
  readonly isPublic: (address: string) => boolean;
}

/**
 * One question to a WHOIS server (RFC 3912), and all that it answers until it closes the connection, within bounds.
 * @throws DialError
 */
export async function askWhois(
  { ask, dial, isPublic }: WhoisWorld,
  where: { readonly host: string; readonly port: number; readonly query: string },
  signal: AbortSignal,
): Promise<string> {
  const { host, port, query } = where;
  const found = await resolveAddresses(ask, host, signal);
  const addresses = found.filter(isPublic).slice(0, maxAddresses);
  let failed = new DialError(`resolve ${host}: no address on the public internet (${found.join(", ")})`, {
    phase: "resolve",
    failure: "no-address",
  });
  for (const address of addresses) {
    try {
      const connection = await dial({ host, port, tls: "none", address, connectTimeoutMs }, signal);
      try {
        connection.write(`${query}\r\n`);
        return await readAll(connection);
      } finally {
        connection.close();
      }
    } catch (error) {
      if (!(error instanceof DialError) || error.failure === "aborted") throw error;
      failed = error;
    }
  }
  throw failed;
}

async function readAll(connection: Awaited<ReturnType<Dial>>): Promise<string> {
  const began = performance.now();
  const lines: string[] = [];
  let chars = 0;
  try {
    while (lines.length < maxLines && chars < maxChars) {
      const left = maxTotalMs - (performance.now() - began);
      const line = await connection.readLine(Math.max(1, Math.min(lineTimeoutMs, left)));
      chars += line.length;
      lines.push(line);
    }
  } catch (error) {
    if (!(error instanceof DialError) || error.failure !== "closed") throw error;
    lines.push(await readTail(connection));
  }
  return lines.join("\n");
}

/** The last line of some servers has no end. */
async function readTail(connection: Awaited<ReturnType<Dial>>): Promise<string> {
  const tail: number[] = [];
  try {
    while (tail.length < maxTail) tail.push(...(await connection.readBytes(1, 1_000)));
  } catch {
    // That was all.
  }
  return Buffer.from(tail).toString();
}
