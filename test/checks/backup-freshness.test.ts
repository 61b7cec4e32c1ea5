/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import backupFreshness from "../../checks/backup-freshness.ts";
import type { Status } from "../../src/model/status.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";

const hour = 3_600_000;
const common = { what: "Mail", owner: "IT", rpo: 26 * hour };

interface File {
  readonly hours: number;
  readonly bytes?: number;
  /** The letter it is full of. */
  readonly of?: string;
}

/** Files by name in a real folder, each so many hours old. */
const inFolder =
  (files: Readonly<Record<string, File>>, more: object = {}): NonNullable<CheckCase["world"]> =>
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "mailvigil-backup-"));
    for (const [name, { hours, bytes = 100, of }] of Object.entries(files)) {
      const path = join(folder, name);
      await mkdir(join(path, ".."), { recursive: true });
      await writeFile(path, Buffer.alloc(bytes, of ?? name));
      const at = (testNow - hours * hour) / 1_000;
      await utimes(path, at, at);
    }
    return {
      options: { ...common, folder: join(folder, "*.tar*"), ...more },
      close: () => rm(folder, { recursive: true }),
    };
  };

const on = (
  status: Status,
  findings: readonly string[],
  files: Readonly<Record<string, File>>,
  also?: CheckCase["also"],
  more?: object,
): CheckCase => ({ world: inFolder(files, more), status, findings, ...(also ? { also } : {}) });

const nights = (count: number, bytes: (night: number) => number): Record<string, File> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, night) => [`${night}.tar`, { hours: 24 * night + 3, bytes: bytes(night) }]),
  );

const heard = (
  status: Status,
  findings: readonly string[],
  pings: Readonly<Record<string, number>>,
  since?: number,
): CheckCase => ({
  options: { ...common, heartbeat: true },
  facts: Object.entries(pings).map(([value, hours]) => ({
    kind: "ping",
    value,
    firstSeen: testNow - 1_000 * hour,
    lastSeen: testNow - hours * hour,
  })),
  memory: { seen: [], since: testNow - (since ?? 100) * hour },
  status,
  findings,
});

testCheck(
  backupFreshness,
  {
    "a backup of last night": on(
      "ok",
      [],
      nights(8, () => 1_000),
      ({ metrics }) => expect(metrics).toEqual({ age: 3 * 3_600, size: 1_000, generations: 8 }),
    ),
    "a bit more or less each night is normal": on(
      "ok",
      [],
      nights(8, (night) => 1_000 + 60 * night),
    ),
    "older than agreed": on("critical", ["backup-too-old"], { "a.tar": { hours: 27 } }, ({ findings }, { immediate }) => {
      expect(findings[0]?.data).toEqual({ name: "a.tar", hours: 27, rpo: 26 });
      expect(immediate).toBe(true);
    }),
    "an empty folder": on("critical", ["backup-missing"], { "other.txt": { hours: 1 } }),
    "an empty file": on("critical", ["backup-empty"], { "a.tar": { hours: 1, bytes: 0 }, "b.tar": { hours: 25 } }),
    "one that is being written is not looked at": on("ok", [], { "a.tar.part": { hours: 0, bytes: 5 }, "b.tar": { hours: 25 } }),
    "one that was broken off counts for nothing": on("critical", ["backup-missing", "backup-left-unfinished"], {
      "a.tar.part": { hours: 30 },
    }),
    "half of what is usual": on(
      "warning",
      ["backup-shrunk"],
      nights(8, (night) => (night === 0 ? 499 : 1_000 + night)),
      ({ findings }) => expect(findings[0]?.data).toEqual({ name: "0.tar", size: "499 B", usual: "1004 B", percent: 50 }),
    ),
    "two are no habit": on(
      "ok",
      [],
      nights(3, (night) => (night === 0 ? 10 : 1_000)),
    ),
    "a file that is overwritten each night is compared with memory": {
      ...on("warning", ["backup-shrunk"], { "mail.tar": { hours: 2, bytes: 10 } }, (_, { memory }) =>
        expect(memory).toEqual({
          seen: [2, 26, 50, 74].map((hours) => ({ at: testNow - hours * hour, bytes: hours === 2 ? 10 : 5_000 })),
        }),
      ),
      memory: { seen: [26, 50, 74].map((hours) => ({ at: testNow - hours * hour, bytes: 5_000 })) },
    },
    "the same file three times": on("warning", ["backup-same-again"], {
      "a.tar": { hours: 1, of: "x", bytes: 200_000 },
      "b.tar": { hours: 25, of: "x", bytes: 200_000 },
      "c.tar": { hours: 49, of: "x", bytes: 200_000 },
    }),
    "one size, other content": on(
      "ok",
      [],
      nights(8, () => 200_000),
    ),
    "a clock that is ahead": on(
      "warning",
      ["backup-from-the-future"],
      { "a.tar": { hours: -5 }, "b.tar": { hours: 3 } },
      ({ findings }) => expect(findings[0]?.data).toEqual({ name: "a.tar", hours: 5 }),
    ),
    "fewer than agreed": on(
      "warning",
      ["backup-too-few"],
      nights(3, () => 1_000),
      undefined,
      { keep: 7 },
    ),
    "a folder that is not there": {
      options: { ...common, folder: "/nonexistent/mail/*.tar" },
      status: "critical",
      findings: ["backup-place-gone"],
    },
    "a folder of folders": {
      world: inFolder({ "2026-11-22/mail.tar": { hours: 3 } }),
      options: {},
      status: "critical",
      findings: ["backup-missing"],
    },

    "a job that reported in": heard("ok", [], { success: 3, start: 4 }),
    "a job that failed": heard("critical", ["backup-job-failed"], { fail: 2, success: 20 }),
    "a job that failed and succeeded since": heard("ok", [], { fail: 20, success: 2 }),
    "a job that ended with a code": {
      ...heard("critical", ["backup-job-exited"], { "exit 3": 2, "exit 1": 30, success: 20 }),
      also: ({ findings }) => expect(findings[0]?.data).toEqual({ exit: 3, hours: 2 }),
    },
    "a job that hangs": heard("warning", ["backup-job-hangs"], { start: 25, success: 25.5 }),
    "a job that runs": heard("ok", [], { start: 2, success: 25.5 }),
    "a job that fell silent": heard("critical", ["backup-silent"], { success: 27 }),
    "a job that never reported in": heard("critical", ["backup-never-heard"], {}),
    "a job that is new": heard("unknown", ["backup-not-yet"], {}, 2),
    "the first run begins to wait": {
      options: { ...common, heartbeat: true },
      status: "unknown",
      findings: ["backup-not-yet"],
      also: (_, { memory }) => expect(memory).toEqual({ seen: [], since: testNow }),
    },
  },
  {
    shownElsewhere: {
      "backup-place-denied": "test/checks/backup-freshness-storage.test.ts",
      "backup-not-judged": "test/checks/backup-freshness-storage.test.ts",
    },
  },
);
