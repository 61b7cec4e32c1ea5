import Sqlite from "better-sqlite3";
import type { Text } from "../model/text.ts";

/**
 * - `in-use`: another process holds the data directory
 * - `newer`: the database was written by a newer program
 * - `not-a-database`, `corrupt`: the file cannot be used
 * - `read-only`, `no-access`: the folder or a file in it cannot be written or read
 * - `full`: no space left; what was to be written is not, later writes may succeed
 * - `rejected`: the data break a rule of the database (an `at` that goes back, a memory over 64 KiB); nothing of it is stored
 * - `closed`: the store was closed
 * - `failed`: anything else
 */
export type StoreErrorCode =
  | "in-use"
  | "newer"
  | "not-a-database"
  | "corrupt"
  | "read-only"
  | "no-access"
  | "full"
  | "rejected"
  | "closed"
  | "failed";

/** One clear line that names the place and the remedy. `message` is `text.en`. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;
  readonly text: Text;

  constructor(code: StoreErrorCode, text: Text, options?: ErrorOptions) {
    super(text.en, options);
    this.code = code;
    this.text = text;
  }
}

/** What SQLite or the file system said, as a StoreError about the file or folder `place`. */
export function asStoreError(error: unknown, place: string): StoreError {
  if (error instanceof StoreError) return error;
  const said = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  return new StoreError(code, texts[code](place, said), { cause: error });
}

function codeOf(error: unknown): StoreErrorCode {
  if (error instanceof Sqlite.SqliteError) return sqliteCode(error.code);
  const system = error instanceof Error && "code" in error ? error.code : undefined;
  switch (system) {
    case "EROFS":
      return "read-only";
    case "EACCES":
    case "EPERM":
    case "ENOTDIR":
    case "EEXIST":
    case "EISDIR":
    case "ENOENT":
      return "no-access";
    case "ENOSPC":
    case "EDQUOT":
      return "full";
    case undefined:
      // Neither the disk nor SQLite: what was handed in cannot be written as JSON, or is not of its type.
      return "rejected";
    default:
      return "failed";
  }
}

function sqliteCode(code: string): StoreErrorCode {
  // The shared-memory file beside the database grows too, and says so in a code of its own when the disk is full.
  if (code === "SQLITE_FULL" || code === "SQLITE_IOERR_SHMSIZE") return "full";
  if (code.startsWith("SQLITE_NOTADB")) return "not-a-database";
  if (code.startsWith("SQLITE_CORRUPT")) return "corrupt";
  if (code.startsWith("SQLITE_READONLY")) return "read-only";
  if (code.startsWith("SQLITE_CANTOPEN") || code === "SQLITE_PERM" || code === "SQLITE_AUTH") return "no-access";
  if (code.startsWith("SQLITE_CONSTRAINT") || code === "SQLITE_TOOBIG" || code === "SQLITE_MISMATCH") return "rejected";
  if (code.startsWith("SQLITE_BUSY")) return "in-use";
  return "failed";
}

const texts: Readonly<Record<StoreErrorCode, (place: string, said: string) => Text>> = {
  "in-use": (place) => ({
    en: `"${place}" is in use by another Mailvigil: stop that one, or set settings.data to another folder`,
    zh: `「${place}」正被另一个 Mailvigil 使用：请先停止它，或将 settings.data 改为其他目录。`,
  }),
  newer: (place, said) => ({
    en: `"${place}" was written by a newer Mailvigil (${said}): start that version, or set settings.data to another folder`,
    zh: `「${place}」由更新版本的 Mailvigil 写入（${said}）：请启动该版本，或将 settings.data 改为其他目录。`,
  }),
  "not-a-database": (place) => ({
    en: `"${place}" is not a Mailvigil database: move it away, or set settings.data to another folder`,
    zh: `「${place}」不是 Mailvigil 的数据库：请移走该文件，或将 settings.data 改为其他目录。`,
  }),
  corrupt: (place, said) => ({
    en: `The database "${place}" is damaged (${said}): stop Mailvigil and put back a backup, or move the file away to start anew`,
    zh: `数据库「${place}」已损坏（${said}）：请停止 Mailvigil 并恢复备份，或移走该文件后重新开始。`,
  }),
  "read-only": (place) => ({
    en: `Cannot write to "${place}", it is read-only: make it writable, or set settings.data to another folder`,
    zh: `无法写入「${place}」，它是只读的：请改为可写，或将 settings.data 改为其他目录。`,
  }),
  "no-access": (place, said) => ({
    en: `Cannot use "${place}" (${said}): give the user that runs Mailvigil a folder of its own there, or set settings.data to another folder`,
    zh: `无法使用「${place}」（${said}）：请让运行 Mailvigil 的用户拥有该目录，或将 settings.data 改为其他目录。`,
  }),
  full: (place) => ({
    en: `No space left for "${place}": free some space on that disk; until then new observations are not stored`,
    zh: `「${place}」所在磁盘已满：请清理空间。在此之前，新的观测结果不会保存。`,
  }),
  rejected: (place, said) => ({
    en: `The database "${place}" refused what was to be stored (${said}): please report this as a fault of Mailvigil`,
    zh: `数据库「${place}」拒绝了要保存的内容（${said}）：这是 Mailvigil 的缺陷，请反馈。`,
  }),
  closed: (place) => ({
    en: `The database "${place}" is closed: Mailvigil is stopping`,
    zh: `数据库「${place}」已关闭：Mailvigil 正在停止。`,
  }),
  failed: (place, said) => ({
    en: `The database "${place}" failed (${said}): look at the disk it is on`,
    zh: `数据库「${place}」出错（${said}）：请检查所在磁盘。`,
  }),
};

/** A StoreError of our own finding, in the words of its code. */
export const storeError = (code: StoreErrorCode, place: string, said = ""): StoreError =>
  new StoreError(code, texts[code](place, said));
