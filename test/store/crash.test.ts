import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { openDatabase } from "../../src/store/database.ts";
import { loadRemembered } from "../../src/store/remembered.ts";
import { createOutbox } from "../../src/store/outbox.ts";
import { killChild, startChild } from "./child-process.ts";
import { start, temporaryFolder } from "./samples.ts";

const rounds = 20;

/** Mulberry32: the same instants in every run of the test. */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const numbers = (lines: readonly string[], word: string): number[] =>
  lines
    .filter((line) => line.startsWith(word))
    .map((line) =>
      Number(
        line
          .slice(word.length)
          .replace(/^ msg_/, "")
          .split(":")[0],
      ),
    );

test(`kill -9 at ${rounds} instants: nothing acknowledged is missing, no batch is there by half, no delivery is lost`, async () => {
  const folder = temporaryFolder();
  const next = random(20_260_105);
  const committed = new Set<number>();
  const settled = new Set<number>();
  let repeats = 0;
  let wanted = 0;
  for (let round = 0; round < rounds; round++) {
    const { child, lines } = await startChild("commit", folder);
    // After so many commits, however fast the machine, and then at any instant of the one that follows.
    const least = Math.floor(next() * 20);
    wanted += least;
    await vi.waitFor(() => expect(numbers(lines, "committed").length).toBeGreaterThanOrEqual(least), {
      timeout: 30_000,
      interval: 1,
    });
    await sleep(next() * 20);
    await killChild(child);
    for (const n of numbers(lines, "committed")) committed.add(n);
    for (const n of numbers(lines, "settled")) settled.add(n);

    const db = openDatabase(folder);
    const column = (sql: string): unknown[] => db.sql.prepare(sql).pluck().all();
    const stored = column("SELECT id FROM incident ORDER BY id");
    // Whole: each kind of row names the same batches, and they are the first ones, without a hole.
    expect(stored).toEqual(Array.from(stored, (_, i) => i + 1));
    expect(column(`SELECT at - ${start} FROM observation ORDER BY at`)).toEqual(stored);
    expect(column(`SELECT at - ${start} FROM transition ORDER BY at`)).toEqual(stored);
    expect(column("SELECT incident FROM timeline ORDER BY incident")).toEqual(stored);
    expect(column("SELECT incident FROM outbox ORDER BY incident")).toEqual(stored);
    expect(column("SELECT CAST(value AS INTEGER) FROM fact ORDER BY 1")).toEqual(stored);
    expect([...committed].filter((n) => n > stored.length)).toEqual([]);
    // What is remembered of each probe is of one and the same batch, its last one.
    const { observations, memories, states } = loadRemembered(db, start);
    for (const { probe, at, metrics } of observations) {
      expect(memories.get(probe)).toEqual({ n: metrics["n"] });
      expect(states.find((one) => one.probe === probe)?.lastAt).toBe(at);
      expect(at).toBe(start + Number(metrics["n"]));
    }
    // What was settled stays so; what was out is pending again, and marked.
    const sent = new Set(column("SELECT incident FROM outbox WHERE state = 'sent'"));
    expect([...settled].filter((n) => !sent.has(n))).toEqual([]);
    repeats += createOutbox(db).recover(start);
    expect(column("SELECT count(*) FROM outbox WHERE state = 'sending'")).toEqual([0]);
    expect(db.sql.pragma("integrity_check", { simple: true })).toBe("ok");
    db.close();
  }
  expect(wanted).toBeGreaterThan(rounds * 5);
  expect(committed.size).toBeGreaterThanOrEqual(wanted);
  expect(settled.size).toBeGreaterThan(0);
  expect(repeats).toBeGreaterThan(0);
}, 120_000);
