import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import type { FoundServers } from "../model/provider.ts";
import { visible } from "../model/visible.ts";
import { fault, type Fault } from "./diagnostics.ts";

/** The servers that were found for a mail domain when it was first seen. Passwords go there and nowhere else. */
export interface Pin extends FoundServers {
  /** `2026-11-22`, UTC. */
  readonly pinnedAt: string;
}

/** `pins.json` cannot be read or written. The message names the file and the remedy. */
export class PinsError extends Error {
  override readonly name = "PinsError";
  readonly fault: Fault;
  constructor(wrong: Fault, cause: unknown) {
    super(`${wrong.problem.en}; ${wrong.remedy.en}`, { cause });
    this.fault = wrong;
  }
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
    throw new PinsError(
      fault(
        {
          en: `${visible(file, 200)} cannot be read (${codeOf(error)})`,
          zh: `无法读取 ${visible(file, 200)}（${codeOf(error)}）`,
        },
        { en: "give the user that runs Mailvigil the right to read it", zh: "请让运行 Mailvigil 的用户有权读取" },
      ),
      error,
    );
  }
  try {
    return new Map(Object.entries(pinsSchema.parse(JSON.parse(text)).pins));
  } catch (error) {
    // Going on without would let the next DNS answer decide where the passwords go.
    throw new PinsError(
      fault(
        { en: `${visible(file, 200)} is damaged`, zh: `${visible(file, 200)} 已损坏` },
        { en: "restore it, or delete it to find the mail servers anew", zh: "请恢复它，或删除它以重新查找邮件服务器" },
      ),
      error,
    );
  }
}

/** Writes all pins, whole or not at all (0600, the folder 0700 where it is new). */
export async function writePins(data: string, pins: ReadonlyMap<string, Pin>): Promise<void> {
  const file = fileOf(data);
  const temporary = `${file}.new`;
  try {
    await makeFolder(resolve(data));
    const handle = await open(temporary, "w", 0o600);
    try {
      await handle.writeFile(`${JSON.stringify({ version: 1, pins: Object.fromEntries(pins) }, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    throw new PinsError(
      fault(
        {
          en: `${visible(file, 200)} cannot be written (${codeOf(error)})`,
          zh: `无法写入 ${visible(file, 200)}（${codeOf(error)}）`,
        },
        {
          en: "give the user that runs Mailvigil the right to write there, or name another folder in settings.data",
          zh: "请让运行 Mailvigil 的用户有权写入，或用 settings.data 另选文件夹",
        },
      ),
      error,
    );
  }
}

/**
 * With its parents. Level by level: Node's own recursive mkdir turns in circles where the system says ENOENT for a folder whose
 * parent is there (seen in /proc with Node 24.21).
 */
async function makeFolder(folder: string): Promise<void> {
  if (await makeOne(folder)) return;
  await makeFolder(dirname(folder));
  if (!(await makeOne(folder))) throw Object.assign(new Error(`cannot make ${folder}`), { code: "ENOENT" });
}

/** False: its parent is missing, as the system says. */
async function makeOne(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST") return true;
    if (code === "ENOENT" && dirname(folder) !== folder) return false;
    throw error;
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "?");
