import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type Sqlite from "better-sqlite3";
import { storeError } from "./store-error.ts";

/** "Mvgl", so that a database of somebody else is never taken for ours. */
const applicationId = 0x4d76_676c;

interface Migration {
  readonly version: number;
  readonly file: string;
}

/** In their order. A released one is never edited: a later change is a new file. */
function migrations(): readonly Migration[] {
  const folder = join(import.meta.dirname, "migrations");
  return readdirSync(folder)
    .toSorted()
    .map((name) => ({ version: Number.parseInt(name, 10), file: join(folder, name) }));
}

/**
 * Brings a database up to this program's version, each step in one transaction.
 * @throws StoreError `newer` or `not-a-database`; nothing is written then
 */
export function migrate(sql: Sqlite.Database, place: string): void {
  const known = migrations();
  const version = versionOf(sql, place, known.length);
  for (const migration of known.slice(version)) {
    const text = readFileSync(migration.file, "utf8");
    sql
      .transaction(() => {
        sql.exec(text);
        sql.pragma(`user_version = ${migration.version}`);
        sql.pragma(`application_id = ${applicationId}`);
      })
      .immediate();
  }
}

/** The version of a database that this program can read. 0: empty. */
export function versionOf(sql: Sqlite.Database, place: string, latest = migrations().length): number {
  const version = Number(sql.pragma("user_version", { simple: true }));
  const isOurs = sql.pragma("application_id", { simple: true }) === applicationId;
  const isEmpty = sql.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
  if (!isOurs && !(isEmpty && version === 0)) throw storeError("not-a-database", place);
  if (version > latest) throw storeError("newer", place, `${version} > ${latest}`);
  return version;
}
