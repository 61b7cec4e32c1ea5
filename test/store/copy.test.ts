import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";
import { copyData, restoreData } from "../../src/store/copy.ts";
import { openDatabase } from "../../src/store/database.ts";
import { installationKey } from "../../src/store/installation-key.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { loadRemembered } from "../../src/store/remembered.ts";
import { batch, observation, start, state, temporaryFolder } from "./samples.ts";

/** A data directory that its daemon has open. */
function running(probe = "a/b") {
  const folder = join(temporaryFolder(), "data");
  const db = openDatabase(folder);
  onTestFinished(() => db.close());
  const key = installationKey(folder);
  writeFileSync(join(folder, "pins.json"), '{"a":1}');
  const recorder = createRecorder(db);
  const write = (at: number) =>
    recorder.commit(batch({ observations: [observation(probe, at)], states: [state(probe)] }), { atOnce: true });
  return { folder, db, key, write };
}

const probesIn = (folder: string): readonly string[] => {
  const db = openDatabase(folder);
  try {
    return loadRemembered(db, start).observations.map(({ probe, at }) => `${probe} ${at}`);
  } finally {
    db.close();
  }
};

describe("copyData() and restoreData()", () => {
  test("carry everything to another folder, while the daemon writes on", async () => {
    const { folder, key, write } = running();
    await write(start);
    const file = join(temporaryFolder(), "copy.mailvigil");
    const [bytes] = await Promise.all([copyData(folder, file), write(start + 1)]);
    expect(bytes).toBe(statSync(file).size);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await write(start + 2);

    const other = join(temporaryFolder(), "new", "data");
    expect(restoreData(file, other, start)).toBeUndefined();
    expect(probesIn(other)[0]).toMatch(new RegExp(`^a/b ${start}|a/b ${start + 1}$`));
    expect(installationKey(other)).toEqual(key);
    expect(readFileSync(join(other, "pins.json"), "utf8")).toBe('{"a":1}');
    expect(statSync(other).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).filter((name) => name.includes("tmp"))).toEqual([]);
  });

  test("keep beside what was there before", async () => {
    const { folder, write } = running();
    await write(start);
    const file = join(temporaryFolder(), "copy");
    await copyData(folder, file);
    const before = running("before/that");
    await before.write(start);
    before.db.close();
    const old = restoreData(file, before.folder, Date.UTC(2026, 10, 22, 9, 8, 7));
    expect(old).toBe(join(before.folder, "before-20261122T090807Z"));
    expect(probesIn(before.folder)).toEqual([`a/b ${start}`]);
    expect(probesIn(old!)).toEqual([`before/that ${start}`]);
  });

  test("take the place of a database that is damaged, and keep it", async () => {
    const { folder, write } = running();
    await write(start);
    const file = join(temporaryFolder(), "copy");
    await copyData(folder, file);
    const broken = temporaryFolder();
    for (const name of ["mailvigil.db", "mailvigil.db-wal"])
      writeFileSync(join(broken, name), "not a database at all".repeat(500));
    const old = restoreData(file, broken, start);
    expect(probesIn(broken)).toEqual([`a/b ${start}`]);
    expect(readdirSync(old!).toSorted()).toEqual(["mailvigil.db", "mailvigil.db-wal"]);
  });

  test("change nothing while a daemon runs", async () => {
    const { folder, write } = running();
    await write(start);
    const file = join(temporaryFolder(), "copy");
    await copyData(folder, file);
    expect(() => restoreData(file, folder, start)).toThrow("is in use by another Mailvigil");
    await write(start + 5);
    expect(readdirSync(folder).filter((name) => /tmp|before/.test(name))).toEqual([]);
  });

  test("never write over a file, nor read what is no copy", async () => {
    const { folder, write, db } = running();
    await write(start);
    const file = join(temporaryFolder(), "copy");
    writeFileSync(file, "mine");
    await expect(copyData(folder, file)).rejects.toThrow("is there already: name another file");
    expect(readFileSync(file, "utf8")).toBe("mine");
    const empty = join(temporaryFolder(), "empty");
    await expect(copyData(empty, `${file}2`)).rejects.toThrow("nothing to back up");
    expect(existsSync(`${file}2`)).toBe(false);

    const target = join(temporaryFolder(), "data");
    expect(() => restoreData(file, target, start)).toThrow("is not a Mailvigil database");
    expect(() => restoreData(`${file}3`, target, start)).toThrow("does not exist");
    db.close();
    expect(() => restoreData(join(folder, "mailvigil.db"), target, start)).toThrow("was not written by mailvigil backup");
    expect(readdirSync(target)).toEqual(["lock.db"]);
  });

  test("refuse a copy that is damaged, or holds a name that leads elsewhere", async () => {
    const { folder, write } = running();
    for (let at = 0; at < 200; at += 1) await write(start + at);
    const file = join(temporaryFolder(), "copy");
    await copyData(folder, file);
    const target = join(temporaryFolder(), "data");
    const bytes = readFileSync(file);
    const page = 4096;
    writeFileSync(`${file}.cut`, Buffer.concat([bytes.subarray(0, bytes.length - 3 * page), Buffer.alloc(3 * page, 7)]));
    expect(() => restoreData(`${file}.cut`, target, start)).toThrow(/is damaged|is not a Mailvigil database/);
    const evil = new Sqlite(file);
    evil.prepare("INSERT INTO backup_file VALUES ('../../evil', x'00')").run();
    evil.close();
    expect(() => restoreData(file, target, start)).toThrow("was not written by mailvigil backup");
    expect(readdirSync(target)).toEqual(["lock.db"]);
  });
});
