import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { exists, makeDataFolder } from "./data-folder.ts";
import { asStoreError, StoreError } from "./store-error.ts";

const keyBytes = 32;

/**
 * The installation's own key, 32 random bytes in `key` (0600) in the data directory: signs probe mails and fingerprints
 * refused credentials. Made once; two processes that come at the same time get the same one.
 * @param folder the data directory, or `:memory:` for a key that lives as long as the process
 * @throws StoreError
 */
export function installationKey(folder: string): Buffer {
  if (folder === ":memory:") return randomBytes(keyBytes);
  makeDataFolder(folder);
  const file = join(folder, "key");
  try {
    if (!exists(file)) create(folder, file);
    const key = readFileSync(file);
    if (key.length !== keyBytes) throw wrongLength(file, key.length);
    return key;
  } catch (error) {
    throw asStoreError(error, file);
  }
}

/** Whole or not at all: written under another name, then linked, which fails where another process was first. */
function create(folder: string, file: string): void {
  const draft = join(folder, `key.${process.pid}.${randomBytes(4).toString("hex")}.tmp`);
  try {
    const handle = openSync(draft, "wx", 0o600);
    try {
      writeSync(handle, randomBytes(keyBytes));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function wrongLength(file: string, length: number): StoreError {
  return new StoreError("corrupt", {
    en: `The key "${file}" has ${length} bytes instead of ${keyBytes}: put back a backup of it, or remove it and a new one is made`,
    zh: `密钥文件「${file}」为 ${length} 字节，应为 ${keyBytes} 字节：请恢复备份，或删除该文件，程序会新建一个。`,
  });
}
