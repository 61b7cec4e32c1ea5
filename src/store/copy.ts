import {
  closeSync,
  copyFileSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import Sqlite from "better-sqlite3";
import { fill, type Text } from "../model/text.ts";
import { exists, makeDataFolder, makePrivateFile } from "./data-folder.ts";
import { databaseName } from "./database.ts";
import { lockFolder } from "./lock.ts";
import { versionOf } from "./migrate.ts";
import { asStoreError, storeError, StoreError } from "./store-error.ts";

const texts = {
  exists: { en: '"{place}" is there already: name another file', zh: "「{place}」已存在：请换一个文件名" },
  nothing: { en: 'There is no database in "{place}" yet: nothing to back up', zh: "「{place}」中还没有数据库，无需备份" },
  missing: { en: '"{place}" does not exist: name a file that backup wrote', zh: "「{place}」不存在：请指定 backup 写出的文件" },
  foreign: { en: '"{place}" was not written by mailvigil backup', zh: "「{place}」不是 mailvigil backup 写出的文件" },
} as const satisfies Record<string, Text>;

const refusal = (text: Text, place: string): StoreError =>
  new StoreError("no-access", { en: fill(text.en, { place }), zh: fill(text.zh, { place }) });

/** The small files beside the database: the installation's key, pinned servers, tokens of signed-in people. */
const maxSmall = 1024 * 1024;
const maxFiles = 200;
const isSmallFile = (name: string): boolean => !/^(?:mailvigil|lock)\.db/.test(name) && !name.endsWith(".tmp");

interface SmallFile {
  readonly name: string;
  readonly content: Buffer;
}

/**
 * Writes everything of a data directory into one file (0600), while the daemon goes on: the database by SQLite's online backup, with
 * the small files in a table of their own. It is read back whole before it gets its name.
 * @returns its size in bytes
 * @throws StoreError; there is no file then
 */
export async function copyData(folder: string, file: string): Promise<number> {
  const target = resolve(file);
  const draft = `${target}.${process.pid}.tmp`;
  if (exists(target)) throw refusal(texts.exists, target);
  const from = join(folder, databaseName);
  if (!exists(from)) throw refusal(texts.nothing, folder);
  let source: Sqlite.Database | undefined;
  let copy: Sqlite.Database | undefined;
  try {
    source = new Sqlite(from, { readonly: true, fileMustExist: true, timeout: 5_000 });
    makePrivateFile(draft);
    await source.backup(draft);
    copy = new Sqlite(draft);
    copy.pragma("journal_mode = DELETE");
    copy.exec(
      "CREATE TABLE IF NOT EXISTS backup_file (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT; DELETE FROM backup_file",
    );
    const add = copy.prepare<[string, Buffer]>("INSERT INTO backup_file VALUES (?, ?)");
    for (const { name, content } of smallFiles(folder)) add.run(name, content);
    assertWhole(copy, draft);
    copy.close();
    sync(draft);
    // Fails where somebody else made a file of that name meanwhile.
    linkSync(draft, target);
    return statSync(target).size;
  } catch (error) {
    throw asStoreError(error, target);
  } finally {
    copy?.close();
    source?.close();
    rmSync(draft, { force: true });
  }
}

function smallFiles(folder: string): readonly SmallFile[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && isSmallFile(entry.name))
    .slice(0, maxFiles)
    .filter(({ name }) => statSync(join(folder, name)).size <= maxSmall)
    .map(({ name }) => ({ name, content: readFileSync(join(folder, name)) }));
}

/**
 * Puts a copy in the place of the data in a directory. What was there is kept in a folder within it, since the directory itself may be
 * a mount that cannot be moved; no daemon may run.
 * @returns where the old data are; undefined when there were none
 * @throws StoreError `in-use`, `newer`, `not-a-database`, `corrupt` …; nothing has changed then
 */
export function restoreData(file: string, folder: string, now: number): string | undefined {
  const draft = join(folder, `restore-${process.pid}.tmp`);
  let unlock: (() => void) | undefined;
  try {
    if (!exists(file)) throw refusal(texts.missing, file);
    makeDataFolder(folder);
    unlock = lockFolder(folder);
    makeDataFolder(draft);
    const database = join(draft, databaseName);
    makePrivateFile(database);
    copyFileSync(file, database);
    unpack(database, draft, file);
    const present = ownFiles(folder);
    const old = join(folder, `before-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, "")}`);
    if (present.length > 0) makeDataFolder(old);
    for (const name of present) linkSync(join(folder, name), join(old, name));
    settle(join(folder, databaseName));
    // Each takes the place of the old one in one step, the database last: killed at any instant, one of the two is there, whole.
    const fresh = readdirSync(draft).toSorted((one, other) => Number(one === databaseName) - Number(other === databaseName));
    for (const name of fresh) renameSync(join(draft, name), join(folder, name));
    for (const name of present) if (!fresh.includes(name)) rmSync(join(folder, name), { force: true });
    return present.length > 0 ? old : undefined;
  } catch (error) {
    throw asStoreError(error, file);
  } finally {
    rmSync(draft, { recursive: true, force: true });
    unlock?.();
  }
}

/** The files of a data directory but its lock, which is held. */
const ownFiles = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("lock.db"))
    .map(({ name }) => name);

/** Takes what SQLite keeps beside a database into it, so that nothing of the old one is read with the new one. */
function settle(file: string): void {
  if (exists(file)) {
    const sql = new Sqlite(file);
    try {
      sql.pragma("journal_mode = DELETE");
    } catch {
      // Damaged: there is nothing to take in.
    } finally {
      sql.close();
    }
  }
  for (const beside of ["-wal", "-shm"]) rmSync(file + beside, { force: true });
}

function unpack(database: string, folder: string, file: string): void {
  const copy = new Sqlite(database);
  try {
    versionOf(copy, file);
    assertWhole(copy, file);
    const has = copy.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'backup_file'").get() !== undefined;
    if (!has) throw refusal(texts.foreign, file);
    for (const { name, content } of copy.prepare<[], SmallFile>("SELECT name, content FROM backup_file").all()) {
      // A name that leads elsewhere was never written by us.
      if (!/^[\w.@+-]{1,200}$/.test(name) || !isSmallFile(name)) throw refusal(texts.foreign, file);
      writeFileSync(join(folder, name), content, { mode: 0o600, flag: "wx" });
    }
    copy.exec("DROP TABLE backup_file");
  } finally {
    copy.close();
  }
}

function assertWhole(sql: Sqlite.Database, place: string): void {
  const said = sql.pragma("integrity_check(5)", { simple: true });
  if (said !== "ok") throw storeError("corrupt", place, String(said).replaceAll("\n", "; "));
}

function sync(file: string): void {
  const handle = openSync(file, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
