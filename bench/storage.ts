import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { advance, freshState } from "../src/engine/advance.ts";
import type { Confirm } from "../src/model/check.ts";
import type { Finding, Observation } from "../src/model/observation.ts";
import { emptyBatch, type Batch, type ProbeState } from "../src/model/state.ts";
import { openDatabase } from "../src/store/database.ts";
import { createRecorder } from "../src/store/recorder.ts";
import { ownCpuUs } from "./processes.ts";
import { seeded } from "./random.ts";
import type { Part } from "./report.ts";

const probes = 200;
const everyMs = 300_000;
/** Ten days. */
const runsEach = 2_880;
/** What comes together in the 200 ms that the recorder waits, at 1,000 observations a second. */
const inGroup = 200;
const rounds = 5;
const confirm: Confirm = { bad: [3, 4], good: 1, recheckMs: 20_000 };
const start = Date.UTC(2026, 0, 5);

/** What an observation costs on the disk and in CPU, through the real recorder, beside the table that comes to mind first. */
export async function storage(): Promise<Part> {
  const folder = await mkdtemp(join(tmpdir(), "mailvigil-bench-"));
  try {
    const whole = await writeOurs(join(folder, "whole"), runsEach);
    const naive = writeNaive(join(folder, "naive.db"), runsEach);
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      theirs.push(writeNaive(join(folder, `naive-${round}.db`), 100).cpuUs);
      ours.push((await writeOurs(join(folder, `ours-${round}`), 100)).cpuUs);
    }
    const rows = probes * runsEach;
    const name = "a row with names, ISO time, milliseconds and JSON, and an index";
    return {
      rows: [
        {
          what: `bytes for each observation on the disk, all tables, ${rows.toLocaleString("en")} observations`,
          ours: { unit: "B", samples: [whole.bytes] },
          beside: { name, unit: "B", samples: [naive.bytes] },
          goals: [{ of: "ours", most: 25 }],
        },
        {
          what: `CPU for each stored observation and state, FULL, ${inGroup} to a transaction`,
          ours: { unit: "µs", samples: ours },
          beside: { name, unit: "µs", samples: theirs },
          goals: [{ of: "ours", most: 10 }],
        },
      ],
      notes: [],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Cost {
  readonly bytes: number;
  /** Of the recorder alone: what the batches are made with is not counted. */
  readonly cpuUs: number;
}

async function writeOurs(folder: string, runs: number): Promise<Cost> {
  const db = openDatabase(folder);
  const recorder = createRecorder(db);
  const states = new Map<string, ProbeState>();
  let cpuUs = 0;
  for (const observations of groups(runs)) {
    const batches = observations.map((observation) => batchOf(observation, states));
    const before = process.cpuUsage();
    const stored = Promise.all(batches.map((batch) => recorder.commit(batch)));
    recorder.flush();
    await stored;
    cpuUs += ownCpuUs(before);
  }
  recorder.close();
  const bytes = Number(db.sql.prepare("SELECT sum(pgsize) FROM dbstat").pluck().get());
  db.close();
  return { bytes: bytes / (probes * runs), cpuUs: cpuUs / (probes * runs) };
}

function batchOf(observation: Observation, states: Map<string, ProbeState>): Batch {
  const before = states.get(observation.probe) ?? freshState(observation.probe, start);
  const { state, transitions } = advance(before, { ...observation, immediate: false }, confirm, 2 * everyMs);
  states.set(observation.probe, state);
  return { ...emptyBatch, observations: [observation], states: [state], transitions };
}

function writeNaive(file: string, runs: number): Cost {
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
  let cpuUs = 0;
  for (const observations of groups(runs)) {
    const before = process.cpuUsage();
    write(observations);
    cpuUs += ownCpuUs(before);
  }
  const bytes = Number(sql.prepare("SELECT sum(pgsize) FROM dbstat").pluck().get());
  sql.close();
  return { bytes: bytes / (probes * runs), cpuUs: cpuUs / (probes * runs) };
}

/** Runs of all probes in the order in which they arrive. */
function* groups(runs: number): Generator<readonly Observation[]> {
  const random = seeded(7);
  let group: Observation[] = [];
  for (let run = 0; run < runs; run += 1) {
    for (let probe = 0; probe < probes; probe += 1) {
      const at = start + run * everyMs + Math.floor((probe * everyMs) / probes) + Math.floor(random() * 20);
      group.push(observationOf(probe, run, at, random));
      if (group.length < inGroup) continue;
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

const badFinding: Finding = {
  code: "greeting-late",
  severity: "warning",
  data: { host: "mail.example.com", port: 993, seconds: 6 },
};

/** One run in 100 finds something, and each probe is down for half an hour once in the ten days. */
function observationOf(probe: number, run: number, at: number, random: () => number): Observation {
  const down = (run + probe * 37) % runsEach < 6;
  const findings: readonly Finding[] = down
    ? [{ code: "refused", severity: "critical", data: { host: "mail.example.com", port: 993 } }]
    : random() < 0.01
      ? [badFinding]
      : [];
  const [connect, tls, login] = [random() * 40, random() * 90, random() * 200];
  return {
    probe: `mailbox-${probe}@example.com/imap-login`,
    status: down ? "critical" : findings.length > 0 ? "warning" : "ok",
    findings,
    metrics: { connect: Math.round(connect) / 1000, tls: Math.round(tls) / 1000, login: Math.round(login) / 1000 },
    evidence,
    at,
    durationMs: Math.round(connect + tls + login),
  };
}

/** As Dovecot 2.3 answers. */
const evidence = [
  "connect 127.0.93.1:993: 1 ms",
  "tls 127.0.93.1:993: TLSv1.3, TLS_AES_256_GCM_SHA384, 4 ms",
  "S: * OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN AUTH=LOGIN] Dovecot (Debian) ready.",
  "C: m1 LOGIN m1@example.com [password]",
  "S: m1 OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT THREAD=REFERENCES MULTIAPPEND] Logged in",
  "C: m2 EXAMINE INBOX",
  "S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
  "S: * 0 EXISTS",
  "S: m2 OK [READ-ONLY] Examine completed (0.001 + 0.000 secs).",
];
