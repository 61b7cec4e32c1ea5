import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { makePrivateFile } from "./data-folder.ts";
import { asStoreError, storeError } from "./store-error.ts";

/**
 * Takes the data directory for this process: an exclusive SQLite lock on a file of its own, so that others may still read the
 * database. The kernel holds it, and it dies with the process, however that ends.
 * @returns what gives the folder free again
 * @throws StoreError `in-use` when another process holds it
 */
export function lockFolder(folder: string): () => void {
  let lock: Sqlite.Database | undefined;
  try {
    const file = join(folder, "lock.db");
    makePrivateFile(file);
    lock = new Sqlite(file, { timeout: 0 });
    // Nothing is ever written to it: no journal beside it either.
    lock.pragma("journal_mode = MEMORY");
    lock.exec("BEGIN EXCLUSIVE");
    const held = lock;
    return () => {
      held.close();
    };
  } catch (error) {
    lock?.close();
    const isBusy = error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY");
    throw isBusy ? storeError("in-use", folder) : asStoreError(error, folder);
  }
}
