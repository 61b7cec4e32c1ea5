import { accessSync, chmodSync, closeSync, constants, lstatSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { asStoreError, storeError } from "./store-error.ts";

/**
 * Makes the data directory with mode 0700, or sees that an existing one can be written. One that was there before keeps its
 * mode: it may be shared (`/tmp`), and every file of ours in it is 0600 anyway.
 * @throws StoreError naming the folder; nothing is written then
 */
export function makeDataFolder(folder: string): void {
  try {
    if (exists(folder)) {
      if (!statSync(folder).isDirectory()) throw storeError("no-access", folder, "it is not a folder");
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    } else {
      makeWithParents(folder);
    }
  } catch (error) {
    throw asStoreError(error, folder);
  }
}

/**
 * Level by level: Node's own recursive mkdir turns in circles where the system says ENOENT for a folder whose parent is there
 * (seen in /proc with Node 24.21).
 */
function makeWithParents(folder: string): void {
  const missing: string[] = [];
  let level = resolve(folder);
  while (!exists(level) && dirname(level) !== level) {
    missing.push(level);
    level = dirname(level);
  }
  for (const path of missing.toReversed()) {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      // Another process was first.
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST" && statSync(path).isDirectory())) throw error;
    }
  }
}

/** Is there a file or folder of this name? A link that leads nowhere counts. */
export const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/**
 * Creates an empty file with mode 0600 where there is none; SQLite would leave that to the umask. An existing one is never
 * opened: closing it again would give up the locks that this process holds on it.
 */
export function makePrivateFile(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  }
}
