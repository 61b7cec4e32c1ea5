import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { exists, makeDataFolder, makePrivateFile } from "./data-folder.ts";
import { lockFolder } from "./lock.ts";
import { migrate, versionOf } from "./migrate.ts";
import { asStoreError, storeError } from "./store-error.ts";

/** An open database. Only the files of this folder use `sql`. */
export interface Database {
  readonly sql: Sqlite.Database;
  /** The file, or `:memory:`; what errors name. */
  readonly place: string;
  readonly now: () => number;
  /**
   * Runs reading or writing as one transaction that is committed when this returns. Synchronous.
   * @throws StoreError; nothing is stored then
   */
  transaction<T>(work: () => T): T;
  /** Runs reading. @throws StoreError */
  read<T>(work: () => T): T;
  /** Closes the file and gives the data directory free. More than once does nothing. */
  close(): void;
}

export const databaseName = "mailvigil.db";

/**
 * Opens the database in a data directory for the one daemon that may use it: folder (0700) and file (0600) are made where
 * missing, the directory is locked for this process, and the schema is brought up to this program's version.
 * @param folder the data directory, or `:memory:`
 * @throws StoreError in use, newer, not a database, damaged, read-only, full
 */
export function openDatabase(folder: string, options: { readonly now?: () => number } = {}): Database {
  const now = options.now ?? Date.now;
  if (folder === ":memory:") {
    const sql = new Sqlite(":memory:");
    sql.pragma("foreign_keys = ON");
    migrate(sql, folder);
    return database(sql, folder, now, () => {});
  }
  makeDataFolder(folder);
  const unlock = lockFolder(folder);
  const file = join(folder, databaseName);
  let sql: Sqlite.Database | undefined;
  try {
    makePrivateFile(file);
    sql = new Sqlite(file, { timeout: 5_000 });
    versionOf(sql, file);
    sql.pragma("journal_mode = WAL");
    // A commit is on the disk when it returns (promise 4); NORMAL could lose the last ones with the power.
    sql.pragma("synchronous = FULL");
    sql.pragma("foreign_keys = ON");
    // After a burst the log shrinks back to 4 MiB instead of staying as it was.
    sql.pragma("journal_size_limit = 4194304");
    migrate(sql, file);
    lookForDamage(sql, file);
    return database(sql, file, now, unlock);
  } catch (error) {
    sql?.close();
    unlock();
    throw asStoreError(error, file);
  }
}

/**
 * Opens it for reading, beside a running daemon or without one. Undefined when there is no database yet.
 * @throws StoreError
 */
export function openForReading(folder: string): Database | undefined {
  const file = join(folder, databaseName);
  if (!exists(file)) return undefined;
  let sql: Sqlite.Database | undefined;
  try {
    sql = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 5_000 });
    if (versionOf(sql, file) === 0) {
      sql.close();
      return undefined;
    }
    return database(sql, file, Date.now, () => {});
  } catch (error) {
    sql?.close();
    throw asStoreError(error, file);
  }
}

/** What grows with runs and hours is left out: a year of them would hold the start up for seconds. */
function lookForDamage(sql: Sqlite.Database, file: string): void {
  const tables = sql
    .prepare<[], { name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('observation', 'evidence', 'hour', 'day', 'sqlite_sequence')",
    )
    .all();
  for (const { name } of tables) {
    const said = sql.pragma(`quick_check('${name}')`, { simple: true });
    if (said !== "ok") throw storeError("corrupt", file, String(said).replaceAll("\n", "; "));
  }
}

function database(sql: Sqlite.Database, place: string, now: () => number, unlock: () => void): Database {
  const guard = <T>(work: () => T): T => {
    if (!sql.open) throw storeError("closed", place);
    try {
      return work();
    } catch (error) {
      throw asStoreError(error, place);
    }
  };
  return {
    sql,
    place,
    now,
    transaction: (work) => guard(() => sql.transaction(work).immediate()),
    read: guard,
    close() {
      if (!sql.open) return;
      sql.close();
      unlock();
    },
  };
}
