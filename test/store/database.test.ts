import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
  openSync,
  writeSync,
  closeSync,
} from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";
import { readBreakers } from "../../src/store/breakers.ts";
import { openDatabase, openForReading } from "../../src/store/database.ts";
import type { Database } from "../../src/store/database.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { killChild, runChildWithMounts, startChild } from "./child-process.ts";
import { batch, observation, start, temporaryFolder } from "./samples.ts";

const modeOf = (path: string): number => statSync(path).mode & 0o777;
const hashOf = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

function open(folder: string): Database {
  const db = openDatabase(folder);
  onTestFinished(() => {
    db.close();
  });
  return db;
}

function refusalOf(work: () => unknown): StoreError {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("It was not refused");
}

describe("openDatabase", () => {
  test("makes the folder and every file for the owner alone, whatever the umask", () => {
    const umask = process.umask(0);
    onTestFinished(() => {
      process.umask(umask);
    });
    const folder = join(temporaryFolder(), "deep", "data");
    const db = open(folder);
    db.sql.exec("CREATE TABLE something (a INTEGER)");
    expect(modeOf(folder)).toBe(0o700);
    const modes = Object.fromEntries(readdirSync(folder).map((name) => [name, modeOf(join(folder, name))]));
    expect(modes).toEqual({ "lock.db": 0o600, "mailvigil.db": 0o600, "mailvigil.db-shm": 0o600, "mailvigil.db-wal": 0o600 });
  });

  test("makes an existing file private, and leaves the mode of an existing folder", () => {
    const folder = temporaryFolder();
    openDatabase(folder).close();
    chmodSync(folder, 0o755);
    chmodSync(join(folder, "mailvigil.db"), 0o644);
    open(folder);
    expect(modeOf(join(folder, "mailvigil.db"))).toBe(0o600);
    expect(modeOf(folder)).toBe(0o755);
  });

  test("writes ahead, syncs at every commit, checks foreign keys, and every table is strict", () => {
    const { sql } = open(temporaryFolder());
    expect(sql.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(sql.pragma("synchronous", { simple: true })).toBe(2);
    expect(sql.pragma("foreign_keys", { simple: true })).toBe(1);
    const loose = sql.prepare(
      "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
    );
    expect(loose.all()).toEqual([]);
  });

  test.each(["file", ":memory:"])("migrates from nothing to one version per migration, once (%s)", (kind) => {
    const folder = kind === "file" ? temporaryFolder() : kind;
    const migrations = readdirSync(join(import.meta.dirname, "../../src/store/migrations"));
    const db = open(folder);
    expect(migrations.toSorted().map((name) => Number.parseInt(name, 10))).toEqual(migrations.map((_, i) => i + 1));
    expect(db.sql.pragma("user_version", { simple: true })).toBe(migrations.length);
  });

  test("opens again what it closed, with what was in it", async () => {
    const folder = temporaryFolder();
    const first = open(folder);
    await createRecorder(first).commit(batch({ observations: [observation("a/b", start)] }), { atOnce: true });
    first.close();
    first.close();
    expect(open(folder).sql.prepare("SELECT at FROM observation").pluck().all()).toEqual([start]);
  });

  test("says that it is closed when it is used after its end", () => {
    const db = openDatabase(temporaryFolder());
    db.close();
    expect(refusalOf(() => db.transaction(() => 1)).code).toBe("closed");
  });
});

describe("openDatabase refuses, in one line that names the place and the remedy, and writes nothing", () => {
  test("a database of a newer version", () => {
    const folder = temporaryFolder();
    const db = openDatabase(folder);
    db.sql.pragma("user_version = 99");
    db.close();
    const file = join(folder, "mailvigil.db");
    const before = hashOf(file);
    const refusal = refusalOf(() => openDatabase(folder));
    expect(refusal.code).toBe("newer");
    expect(refusal.message).toMatch(
      /mailvigil\.db" was written by a newer Mailvigil \(99 > \d+\): start that version, or set settings\.data/,
    );
    expect(refusal.text.zh).toContain(file);
    expect(hashOf(file)).toBe(before);
    expect(refusalOf(() => openForReading(folder)).code).toBe("newer");
    // The lock was given back: a second try says the same, not that the folder is in use.
    expect(refusalOf(() => openDatabase(folder)).code).toBe("newer");
  });

  test.each([
    { what: "text", content: Buffer.from("settings:\n  data: here\n".repeat(300)) },
    { what: "noise", content: Buffer.from(Array.from({ length: 9_000 }, (_, i) => (i * 7_919 + (i >> 3)) % 256)) },
  ])("a file that is no database ($what)", ({ content }) => {
    const folder = temporaryFolder();
    const file = join(folder, "mailvigil.db");
    writeFileSync(file, content);
    const refusal = refusalOf(() => openDatabase(folder));
    expect(refusal.code).toBe("not-a-database");
    expect(refusal.message).toBe(`"${file}" is not a Mailvigil database: move it away, or set settings.data to another folder`);
    expect(readFileSync(file)).toEqual(content);
  });

  test("a database of another program", () => {
    const folder = temporaryFolder();
    const file = join(folder, "mailvigil.db");
    const other = new Sqlite(file);
    other.exec("CREATE TABLE heartbeat (id INTEGER)");
    other.close();
    const before = hashOf(file);
    expect(refusalOf(() => openDatabase(folder)).code).toBe("not-a-database");
    expect(hashOf(file)).toBe(before);
  });

  test.each([
    {
      what: "pages overwritten",
      harm: (file: string) => {
        const handle = openSync(file, "r+");
        writeSync(handle, Buffer.alloc(12_288, 0xa5), 0, 12_288, 4_096);
        closeSync(handle);
      },
    },
    {
      what: "cut off",
      harm: (file: string) => {
        truncateSync(file, 20_000);
      },
    },
  ])("a damaged database ($what)", ({ harm }) => {
    const folder = temporaryFolder();
    openDatabase(folder).close();
    const file = join(folder, "mailvigil.db");
    harm(file);
    const refusal = refusalOf(() => openDatabase(folder));
    expect(refusal.code).toBe("corrupt");
    expect(refusal.message).toContain(`The database "${file}" is damaged`);
    expect(refusal.message).not.toContain("\n");
  });

  test("a folder that is a file, and one below a file", () => {
    const file = join(temporaryFolder(), "data");
    writeFileSync(file, "mine");
    for (const folder of [file, join(file, "deeper")]) {
      const refusal = refusalOf(() => openDatabase(folder));
      expect(refusal.code).toBe("no-access");
      expect(refusal.message).toContain(folder);
    }
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  test.each([
    { what: "empty", fill: () => {} },
    {
      what: "with a database",
      fill: (folder: string) => {
        openDatabase(folder).close();
      },
    },
  ])("a read-only folder ($what)", async ({ fill }) => {
    const folder = join(temporaryFolder(), "data");
    mkdirSync(folder);
    fill(folder);
    const before = readdirSync(folder);
    const lines = await runChildWithMounts("open", folder, 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"');
    expect(lines).toEqual([
      JSON.stringify({
        code: "read-only",
        message: `Cannot write to "${folder}", it is read-only: make it writable, or set settings.data to another folder`,
      }),
    ]);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe("one daemon per data directory", () => {
  test("a second one is refused while the first lives, and not after kill -9", async () => {
    const folder = temporaryFolder();
    const { child } = await startChild("hold", folder);
    const refusal = refusalOf(() => openDatabase(folder));
    expect(refusal.code).toBe("in-use");
    expect(refusal.message).toBe(
      `"${folder}" is in use by another Mailvigil: stop that one, or set settings.data to another folder`,
    );
    const beside = openForReading(folder);
    expect(beside && readBreakers(beside)).toEqual([]);
    beside?.close();
    await killChild(child);
    expect(open(folder).read(() => "read")).toBe("read");
  });

  test("the same process does not get it twice", () => {
    const folder = temporaryFolder();
    const first = open(folder);
    expect(refusalOf(() => openDatabase(folder)).code).toBe("in-use");
    first.close();
    open(folder).close();
  });
});

describe("openForReading", () => {
  test("is undefined where there is no database yet, and makes none", () => {
    const folder = temporaryFolder();
    expect(openForReading(folder)).toBeUndefined();
    expect(openForReading(join(folder, "none"))).toBeUndefined();
    writeFileSync(join(folder, "mailvigil.db"), "");
    expect(openForReading(folder)).toBeUndefined();
  });

  test.each(["while the daemon runs", "after it has stopped"])("reads breakers %s, and writes nothing", async (when) => {
    const folder = temporaryFolder();
    const db = open(folder);
    const breaker = {
      account: "sales@example.com",
      fingerprint: "00ff",
      kind: "definite" as const,
      refusals: 2,
      openedAt: start,
      retryAt: start + 1_800_000,
      probe: "sales@example.com/imap-login",
    };
    await createRecorder(db).commit(
      batch({ breakers: [breaker, { ...breaker, account: "info@example.com", retryAt: undefined }] }),
      { atOnce: true },
    );
    if (when === "after it has stopped") db.close();
    const reading = openForReading(folder);
    expect(reading && readBreakers(reading)).toEqual([{ ...breaker, account: "info@example.com", retryAt: undefined }, breaker]);
    expect(refusalOf(() => reading?.transaction(() => reading.sql.exec("DELETE FROM breaker"))).code).toBe("read-only");
    reading?.close();
  });
});
