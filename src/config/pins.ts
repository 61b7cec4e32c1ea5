import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { FoundServers } from "../model/provider.ts";

/** The servers that were found for a mail domain when it was first seen. Passwords go there and nowhere else. */
export interface Pin extends FoundServers {
  /** `2026-11-22`, UTC. */
  readonly pinnedAt: string;
}

/** `pins.json` cannot be read or written. The message names the file and the remedy. */
export class PinsError extends Error {
  override readonly name = "PinsError";
}

const serverSchema = z.strictObject({
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535),
  security: z.enum(["tls", "starttls"]),
});
const pinsSchema = z.strictObject({
  version: z.literal(1),
  pins: z.record(
    z.string(),
    z.strictObject({
      provider: z.string(),
      imap: serverSchema,
      smtp: serverSchema,
      because: z.string(),
      pinnedAt: z.string(),
    }),
  ),
});

const fileOf = (data: string): string => join(data, "pins.json");

/** The pins of a data directory by mail domain; none where there is no file yet. */
export async function readPins(data: string): Promise<ReadonlyMap<string, Pin>> {
  const file = fileOf(data);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return new Map();
    throw new PinsError(`Cannot read "${file}": give the user that runs Mailvigil the right to read it`, { cause: error });
  }
  try {
    return new Map(Object.entries(pinsSchema.parse(JSON.parse(text)).pins));
  } catch (error) {
    // Going on without would let the next DNS answer decide where the passwords go.
    throw new PinsError(`Cannot read "${file}": it is damaged; restore it, or delete it to find the mail servers anew`, {
      cause: error,
    });
  }
}

/** Writes all pins, whole or not at all (0600, the folder 0700 where it is new). */
export async function writePins(data: string, pins: ReadonlyMap<string, Pin>): Promise<void> {
  const file = fileOf(data);
  const temporary = `${file}.new`;
  try {
    await mkdir(data, { recursive: true, mode: 0o700 });
    const handle = await open(temporary, "w", 0o600);
    try {
      await handle.writeFile(`${JSON.stringify({ version: 1, pins: Object.fromEntries(pins) }, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    throw new PinsError(`Cannot write "${file}": give the user that runs Mailvigil the right to write it`, { cause: error });
  }
}
