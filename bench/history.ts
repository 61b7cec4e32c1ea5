import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { advance, freshState } from "../src/engine/advance.ts";
import { closeAll } from "../src/engine/rolling.ts";
import type { Span } from "../src/model/account.ts";
import type { Confirm } from "../src/model/check.ts";
import { daysOf, startOfDay } from "../src/model/days.ts";
import type { Transition } from "../src/model/incident.ts";
import type { Observation } from "../src/model/observation.ts";
import { encodeSketch, quantile as latencyOf, sketchOf } from "../src/model/sketch.ts";
import { emptyBatch, type Batch, type ProbeState } from "../src/model/state.ts";
import { createStatusSource } from "../src/report/status-page.ts";
import { type Database, openDatabase, openForReading } from "../src/store/database.ts";
import { readDayAccounts, readPeriods } from "../src/store/history-series.ts";
import { readIncidents } from "../src/store/incidents.ts";
import { createRecorder } from "../src/store/recorder.ts";
import { createRollups } from "../src/store/rollups.ts";
import { createFullBoard } from "./full-board.ts";
import { ownCpuUs } from "./processes.ts";
import { seeded } from "./random.ts";
import { quantile, type Part } from "./report.ts";

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const minuteMs = 60_000;
const timezone = "Asia/Shanghai";
const confirm: Confirm = { bad: [3, 4], good: 1, recheckMs: 20_000 };
/** A year that is over: 1 January 2025 in Shanghai to 1 January 2026. */
const year: Span = { from: startOfDay(2025, 1, 1, timezone), to: startOfDay(2026, 1, 1, timezone) };
const months = Array.from({ length: 12 }, (_, i) => ({
  from: startOfDay(2025, i + 1, 1, timezone),
  to: i === 11 ? year.to : startOfDay(2025, i + 2, 1, timezone),
}));
const written = { probes: 100 };
/** What comes together in the 200 ms that the recorder waits, at 1,000 runs a second. */
const inGroup = 200;
const read = 500;
/** A year of 100 probes is 52.56 million runs: as much of it as fits into so many seconds is written through the recorder. */
const budgetMs = Number(process.env["HISTORY_SECONDS"] ?? 420) * 1_000;

/** What a year of runs costs on the disk and in CPU with all hours and days closed, and how fast it is read again. */
export async function history(): Promise<Part> {
  const folder = await mkdtemp(join(tmpdir(), "mailvigil-bench-"));
  try {
    const ours = await writeYear(join(folder, "written"));
    const naive = writeNaive(join(folder, "naive.db"));
    await rm(join(folder, "written"), { recursive: true });
    const name = "a row with names, ISO time, milliseconds and JSON, and an index";
    const pages = await readYear(join(folder, "read"));
    return {
      rows: [
        {
          what: `bytes for each run on the disk, hours and days included, ${ours.days} days of ${written.probes} probes at 60 s`,
          ours: { unit: "B", samples: [ours.bytes] },
          beside: { name, unit: "B", samples: [naive.bytes] },
          goals: [{ of: "ours", most: 25 }],
        },
        {
          what: "CPU for each run stored, hours and days included, FULL, 200 to a transaction",
          ours: { unit: "µs", samples: ours.cpuUs },
          beside: { name, unit: "µs", samples: [naive.cpuUs] },
          goals: [{ of: "ours", most: 10 }],
        },
        {
          what: "the longest that closing hours and days held the event loop",
          ours: { unit: "ms", samples: [ours.longestMs] },
          beside: "–",
          goals: [],
        },
        {
          what: `90 days of ${read} probes, by day`,
          ours: { unit: "ms", samples: pages.bars },
          beside: { name: `${name}, one probe × ${read}`, unit: "ms", samples: naive.bars },
          goals: [{ of: "ours", most: 10 }],
        },
        {
          what: "a year of one probe by month, with p50, p95 and p99",
          ours: { unit: "ms", samples: pages.one },
          beside: { name, unit: "ms", samples: naive.report },
          goals: [{ of: "ours", most: 5 }],
        },
        {
          what: "the same, of a file that was just opened",
          ours: { unit: "ms", samples: pages.cold },
          beside: "–",
          goals: [{ of: "ours", most: 50 }],
        },
        {
          what: `a year of ${read} probes by month, with p50, p95 and p99`,
          ours: { unit: "ms", samples: pages.all },
          beside: "–",
          goals: [{ of: "ours", most: 1_000 }],
        },
        {
          what: `GET /api/v1/overview, ${read} probes, p99`,
          ours: { unit: "ms", samples: pages.overview },
          beside: "–",
          goals: [{ of: "ours", most: 15 }],
        },
        {
          what: `GET /status, ${read} probes, the first after a start`,
          ours: { unit: "ms", samples: pages.firstStatus },
          beside: "–",
          goals: [{ of: "ours", most: 15 }],
        },
        {
          what: `GET /status, ${read} probes, p99`,
          ours: { unit: "ms", samples: pages.status },
          beside: "–",
          goals: [{ of: "ours", most: 15 }],
        },
      ],
      notes: [
        `Of the year, ${ours.days} days (${(ours.days * written.probes * 1_440).toLocaleString("en")} runs) were written through the recorder in ${Math.round(budgetMs / 1_000)} s at most. What is read is a year of ${read} probes whose days were closed from transitions and given the latencies of 1,440 runs each.`,
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeYear(folder: string) {
  const db = openDatabase(folder);
  const recorder = createRecorder(db);
  const rollups = createRollups(db);
  let longestMs = 0;
  const watched = {
    ...rollups,
    close(...given: Parameters<typeof rollups.close>) {
      const start = performance.now();
      const done = rollups.close(...given);
      longestMs = Math.max(longestMs, performance.now() - start);
      return done;
    },
  };
  const states = new Map<string, ProbeState>();
  const random = seeded(7);
  const end = performance.now() + budgetMs;
  const cpuUs: number[] = [];
  for (const day of daysOf(year, timezone)) {
    let spent = 0;
    for (let hour = day.from; hour < day.to; hour += hourMs) {
      for (let minute = hour; minute < hour + hourMs; minute += minuteMs) {
        const batches = Array.from({ length: written.probes }, (_, probe) =>
          batchOf(observationOf(probe, minute + probe * (minuteMs / written.probes), random), states),
        );
        const before = process.cpuUsage();
        const stored = Promise.all(batches.map((batch) => recorder.commit(batch)));
        if ((minute / minuteMs) % (inGroup / written.probes) === 1) recorder.flush();
        spent += ownCpuUs(before);
        stored.catch(() => undefined);
      }
      const before = process.cpuUsage();
      recorder.flush();
      await closeAll(watched, timezone);
      spent += ownCpuUs(before);
    }
    cpuUs.push(spent / (written.probes * 1_440));
    if (performance.now() > end) break;
  }
  recorder.close();
  const bytes = Number(db.sql.prepare("SELECT sum(pgsize) FROM dbstat").pluck().get());
  db.close();
  return { days: cpuUs.length, bytes: bytes / (cpuUs.length * written.probes * 1_440), cpuUs, longestMs };
}

function batchOf(observation: Observation, states: Map<string, ProbeState>): Batch {
  const before = states.get(observation.probe) ?? freshState(observation.probe, year.from);
  const { state, transitions } = advance(before, { ...observation, immediate: false }, confirm, 2 * minuteMs);
  states.set(observation.probe, state);
  return { ...emptyBatch, observations: [observation], states: [state], transitions };
}

/** A login takes from 60 ms to a second, most of them about 150; each probe is down for 20 minutes about once a week. */
function observationOf(probe: number, at: number, random: () => number): Observation {
  const down = (Math.floor(at / minuteMs) + probe * 97) % (7 * 1_440) < 20;
  const latency = latencyMs(random);
  return {
    probe: `mailbox-${probe}@example.com/imap-login`,
    status: down ? "critical" : "ok",
    findings: down ? [{ code: "refused", severity: "critical", data: { host: "mail.example.com", port: 993 } }] : [],
    metrics: { connect: 0.021, tls: 0.043, login: latency / 1_000 },
    evidence: ["connect 127.0.93.1:993: 1 ms", "tls 127.0.93.1:993: TLSv1.3, TLS_AES_256_GCM_SHA384, 4 ms"],
    at: Math.floor(at),
    durationMs: latency,
  };
}

const latencyMs = (random: () => number): number => Math.round(60 + 90 * -Math.log(1 - random()) + 20 * random());

/** A day of all probes in the order in which runs arrive: what a run costs. A year of one of them: what reading costs. */
function writeNaive(file: string) {
  const sql = new Sqlite(file);
  sql.pragma("journal_mode = WAL");
  sql.pragma("synchronous = FULL");
  sql.exec(`CREATE TABLE result (id INTEGER PRIMARY KEY AUTOINCREMENT, probe TEXT, at TEXT, status TEXT, duration_ms REAL, detail TEXT);
    CREATE INDEX result_probe ON result (probe, at)`);
  const insert = sql.prepare("INSERT INTO result (probe, at, status, duration_ms, detail) VALUES (?, ?, ?, ?, ?)");
  const write = sql.transaction((group: readonly Observation[]) => {
    for (const { probe, at, status, durationMs, findings, metrics } of group)
      insert.run(probe, new Date(at).toISOString(), status, durationMs, JSON.stringify({ findings, metrics }));
  });
  const random = seeded(7);
  const writeRuns = (runs: number, runOf: (index: number) => Observation): number => {
    let spent = 0;
    for (let first = 0; first < runs; first += inGroup) {
      const group = Array.from({ length: Math.min(inGroup, runs - first) }, (_, i) => runOf(first + i));
      const before = process.cpuUsage();
      write(group);
      spent += ownCpuUs(before);
    }
    return spent / runs;
  };
  const step = minuteMs / written.probes;
  const runsOfDay = written.probes * 1_440;
  const cpuUs = writeRuns(runsOfDay, (i) => observationOf(i % written.probes, year.from - dayMs + i * step, random));
  const bytes = Number(sql.prepare("SELECT sum(pgsize) FROM dbstat").pluck().get()) / runsOfDay;
  writeRuns((year.to - year.from) / minuteMs, (i) => observationOf(0, year.from + i * minuteMs, random));
  const bars = sql.prepare(
    "SELECT substr(at, 1, 10) AS day, status, count(*) FROM result WHERE probe = ? AND at >= ? GROUP BY day, status",
  );
  const month = sql
    .prepare("SELECT duration_ms, status FROM result WHERE probe = ? AND at >= ? AND at < ? ORDER BY duration_ms")
    .pluck();
  const probe = "mailbox-0@example.com/imap-login";
  const iso = (at: number): string => new Date(at).toISOString();
  const taken = {
    bars: timed(5, () => bars.all(probe, iso(year.to - 90 * dayMs))).map((ms) => ms * read),
    report: timed(5, () =>
      months.map(({ from, to }) => {
        const sorted = month.all(probe, iso(from), iso(to));
        return [0.5, 0.95, 0.99].map((q) => sorted[Math.ceil(q * sorted.length) - 1]);
      }),
    ),
  };
  sql.close();
  return { bytes, cpuUs, ...taken };
}

async function readYear(folder: string) {
  let clock = year.to + hourMs;
  const now = (): number => clock;
  const full = createFullBoard(read, (board) => ({
    now,
    status: createStatusSource({
      board,
      past: {
        days: (probes, window, zone) => readDayAccounts(db, probes, window, zone),
        incidents: (since) => readIncidents(db, since),
      },
      settings: () => ({ public: true, title: undefined, components: [] }),
      url: () => "http://127.0.0.1:8993",
      now,
    }),
  }));
  const ids = full.probes.map(({ id }) => id);
  const db = openDatabase(folder);
  await closeDays(db, ids);
  const window = { from: year.to - 90 * dayMs, to: year.to };
  const reported = (from: Database, probes: readonly string[]): unknown =>
    readPeriods(from, probes, months)
      .values()
      .map((periods) => periods.map(({ latencies }) => [0.5, 0.95, 0.99].map((q) => latencyOf(latencies, q))))
      .toArray();
  const request = async (path: string): Promise<number> => {
    // What is kept for ten seconds is made anew.
    clock += 10_000;
    const start = performance.now();
    const response = await full.app.request(path, { headers: { host: "127.0.0.1" } });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`GET ${path} was answered with ${response.status}`);
    return performance.now() - start;
  };
  const p99 = async (path: string): Promise<readonly number[]> => {
    const rounds: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const samples: number[] = [];
      for (let i = 0; i < 200; i += 1) {
        // A run between two looks: so is what is kept until something happens.
        const probe = full.probes[(round * 200 + i) % read];
        if (probe) full.board.apply(full.batchOf(probe, Date.now()));
        samples.push(await request(path));
      }
      rounds.push(quantile(samples, 0.99));
    }
    return rounds;
  };
  const cold = Array.from({ length: 5 }, (_, i) => {
    const fresh = openForReading(folder);
    if (fresh === undefined) throw new Error("the database that was written is not there");
    const [took = Number.NaN] = timed(1, () => reported(fresh, [ids[i * 90] ?? ""]));
    fresh.close();
    return took;
  });
  const firstStatus = [await request("/status")];
  const taken = {
    bars: timed(15, () => readDayAccounts(db, ids, window, timezone)),
    one: timed(15, () => reported(db, [ids[7] ?? ""])),
    cold,
    all: timed(3, () => reported(db, ids)),
    overview: await p99("/api/v1/overview"),
    firstStatus,
    status: await p99("/status"),
  };
  full.app.close();
  db.close();
  return taken;
}

/** A year of days as closing writes them, but for the latencies: those of 1,440 runs, from 40 such days in turn. */
async function closeDays(db: Database, ids: readonly string[]): Promise<void> {
  const recorder = createRecorder(db);
  for (const [which, probe] of ids.entries()) {
    const transitions: Transition[] = [{ probe, from: "unknown", to: "ok", at: year.from, confirmedAt: year.from }];
    for (let at = year.from + (which % 30) * dayMs + 5 * hourMs; at < year.to; at += 30 * dayMs) {
      const up = at + 20 * minuteMs;
      transitions.push({ probe, from: "ok", to: "critical", at, confirmedAt: at });
      transitions.push({ probe, from: "critical", to: "ok", at: up, confirmedAt: up });
    }
    const last = { lastAt: year.to, coverUntil: year.to + 2 * minuteMs };
    const state: ProbeState = { ...freshState(probe, year.from), status: "ok", verdict: "ok", ...last };
    await recorder.commit({ ...emptyBatch, states: [state], transitions }, { atOnce: true });
  }
  recorder.close();
  db.sql.exec(`INSERT INTO closed (probe, hours_until_at) SELECT probe, ${year.to} FROM probe`);
  const rollups = createRollups(db);
  const days = daysOf(year, timezone);
  for (let probe = 1; probe <= ids.length; probe += 1)
    for (let done = 0; done < days.length;)
      done += rollups.close(
        days.slice(done).map((day) => ({ kind: "day", probe, ...day })),
        timezone,
      );
  const random = seeded(11);
  const sketches = Array.from({ length: 40 }, () =>
    encodeSketch(sketchOf(Array.from({ length: 1_440 }, () => latencyMs(random)))),
  );
  db.sql.exec("DROP TRIGGER day_is_never_changed");
  const update = db.sql.prepare<[Uint8Array, number, number]>(
    "UPDATE day SET runs = 1440, sketch = ? WHERE probe = ? AND from_at = ?",
  );
  db.transaction(() => {
    for (let probe = 1; probe <= ids.length; probe += 1)
      for (const [index, day] of days.entries())
        update.run(sketches[(probe + index) % sketches.length] ?? new Uint8Array(), probe, day.from);
  });
}

function timed(times: number, work: () => unknown): readonly number[] {
  return Array.from({ length: times }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
}
