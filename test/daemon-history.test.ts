import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startDaemon } from "../src/daemon.ts";
import { freshState } from "../src/engine/advance.ts";
import { emptyBatch } from "../src/model/state.ts";
import { openDatabase, openForReading } from "../src/store/database.ts";
import { createRecorder } from "../src/store/recorder.ts";
import { checkOf, namedProbe, planOf, recordingChannel } from "./support/plan.ts";

const hour = 3_600_000;
let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "mailvigil-daemon-history-"));
});
afterEach(() => rm(data, { recursive: true, force: true }));

/** A year of a run every six hours, of which nothing was closed yet. */
async function leaveYear(probe: string, now: number): Promise<void> {
  const db = openDatabase(data);
  const recorder = createRecorder(db);
  const ats = Array.from({ length: 4 * 365 }, (_, i) => now - (4 * 365 - i) * 6 * hour);
  const [first = now] = ats;
  const lastAt = ats.at(-1) ?? now;
  await recorder.commit(
    {
      ...emptyBatch,
      observations: ats.map((at) => ({ probe, status: "ok", findings: [], metrics: {}, evidence: [], at, durationMs: 30 })),
      transitions: [{ probe, from: "unknown", to: "ok", at: first, confirmedAt: first }],
      states: [{ ...freshState(probe, first), status: "ok", verdict: "ok", lastAt, coverUntil: now + 6 * hour }],
    },
    { atOnce: true },
  );
  recorder.close();
  db.close();
}

test("startDaemon() makes up for hours and days of a year, and answers meanwhile", async () => {
  const check = checkOf("imap-login", () => ({ findings: [] }));
  const probe = namedProbe(check, "info@example.com", { everyMs: 6 * hour });
  await leaveYear(probe.id, Date.now());
  const log: string[] = [];
  const recording = recordingChannel();
  await using daemon = await startDaemon({
    plan: planOf([probe]),
    checks: new Map([[check.id, check]]),
    channels: new Map([[recording.channel.id, recording.channel]]),
    mask: (line) => line,
    demonstration: false,
    data,
    nextFreePort: true,
    log: (line) => void log.push(line),
    onBug: (error) => void log.push(String(error)),
  });
  let slowest = 0;
  const closed = (): readonly number[] => {
    const db = openForReading(data);
    const count = (table: string): number => Number(db?.sql.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
    const found = [count("hour"), count("day")];
    db?.close();
    return found;
  };
  await vi.waitFor(
    async () => {
      const start = performance.now();
      expect((await fetch(`${daemon.url}/healthz`)).status).toBe(200);
      slowest = Math.max(slowest, performance.now() - start);
      const [hours = 0, days = 0] = closed();
      expect(hours).toBeGreaterThanOrEqual(4 * 365 - 2);
      expect(days).toBeGreaterThanOrEqual(363);
    },
    { timeout: 20_000, interval: 5 },
  );
  expect(slowest).toBeLessThan(1_000);
  expect(log).toEqual([]);
}, 30_000);
