import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { launchDaemon, listening, openStored } from "./daemon.ts";
import { startMailServer, whyNoMailServer, writeCompany, type Company } from "./mail-server.ts";
import { launch, root, type Launched } from "./processes.ts";
import { median, short, type Beside, type Part, type Row } from "./report.ts";

const probes = 500;
const rounds = 3;
/** The promise: from the second start on the first observation is stored this soon. */
const soonMs = 2_000;
const pollMs = 5;

interface Start {
  readonly listensMs: number;
  readonly firstMs: number;
  /** Until every probe had been looked at; only where that was waited for. */
  readonly allMs: number | undefined;
}

/** From the start of the process to the first observation on the disk, for a company of its own and for a newcomer. */
export async function starts(): Promise<Part> {
  const empty: number[] = [];
  for (let i = 0; i < 10; i += 1) empty.push(await emptyNode());
  const beside: Beside = { name: "an empty node, from its start to its end (floor)", unit: "ms", samples: empty };

  const company = await companyStarts(beside);
  const demonstration = await demonstrationStarts(beside);
  return { rows: [...company.rows, ...demonstration.rows], notes: [...company.notes, ...demonstration.notes] };
}

async function companyStarts(beside: Beside): Promise<Part> {
  const why = whyNoMailServer();
  if (why !== undefined) return { rows: [], notes: [`The start with ${probes} probes was not measured: ${why}.`] };
  await using server = await startMailServer(probes);
  const [first, second]: [Start[], Start[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    await using company = await writeCompany(server, probes);
    first.push(await timeStart(company, round === 0));
    sleepAnHour(company.database);
    second.push(await timeStart(company, round === 0));
  }
  const all = second.flatMap(({ allMs }) => allMs ?? []);
  const row = (what: string, samples: readonly number[], goals: Row["goals"] = []): Row => ({
    what: `${what}, ${probes} probes`,
    ours: { unit: "ms", samples },
    beside,
    goals,
  });
  return {
    rows: [
      row(
        "first start, nothing cached, until it listens",
        first.map(({ listensMs }) => listensMs),
      ),
      row(
        "first start until the first observation is stored",
        first.map(({ firstMs }) => firstMs),
      ),
      row(
        "second start, an hour later, until it listens",
        second.map(({ listensMs }) => listensMs),
      ),
      row(
        "second start until the first observation is stored",
        second.map(({ firstMs }) => firstMs),
        [{ of: "ours", most: 300 }],
      ),
      row("second start until every probe has been looked at", all, [{ of: "ours", most: 10_000 }]),
    ],
    notes: [
      promise(
        `with ${probes} probes`,
        second.map(({ firstMs }) => firstMs),
      ),
    ],
  };
}

async function demonstrationStarts(beside: Beside): Promise<Part> {
  const why = whyNoDemonstration();
  if (why !== undefined) return { rows: [], notes: [`npm start was not measured: ${why}.`] };
  const cache = await mkdtemp(join(tmpdir(), "mailvigil-bench-"));
  const samples: number[] = [];
  try {
    // The first start fills the compile cache, and is not counted.
    for (let start = 0; start <= rounds; start += 1) {
      const took = await timeNpmStart(cache);
      if (start > 0) samples.push(took);
    }
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
  const what = "npm start, the demonstration, second start until the first observation is stored";
  return {
    rows: [{ what, ours: { unit: "ms", samples }, beside, goals: [{ of: "ours", most: soonMs }] }],
    notes: [promise("by npm start", samples)],
  };
}

function promise(how: string, samples: readonly number[]): string {
  const worst = Math.max(...samples);
  return `From the second start on the first observation is stored within 2 s, ${how}: ${worst <= soonMs ? "yes" : "no"} (${short(median(samples) / 1000)} s, at most ${short(worst / 1000)} s).`;
}

/** It would install packages or watch a company of its own, which is another start. */
function whyNoDemonstration(): string | undefined {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const marker = join(root, "node_modules", ".installed");
  if (!existsSync(marker) || readFileSync(marker, "utf8") !== lock) return "run npm start once, which installs the packages";
  return existsSync(join(root, "mailvigil.yaml")) ? "there is a mailvigil.yaml, which it would watch" : undefined;
}

async function timeStart(company: Company, waitForAll: boolean): Promise<Start> {
  const from = Date.now();
  const daemon = launchDaemon(company);
  try {
    const [listensMs, firstMs] = await Promise.all([
      daemon.said(listening).then(() => performance.now() - daemon.startedAt),
      untilStored(daemon, () => company.database, from, 1),
    ]);
    return {
      listensMs,
      firstMs,
      allMs: waitForAll ? await untilStored(daemon, () => company.database, from, probes) : undefined,
    };
  } finally {
    // A start that is asked to end before it listens does not end cleanly, and leaves no compile cache.
    await daemon.stop();
  }
}

async function timeNpmStart(cache: string): Promise<number> {
  const folder = await mkdtemp(join(cache, "start-"));
  const env = { ...process.env, TMPDIR: folder, NODE_COMPILE_CACHE: join(cache, "compiled"), MAILVIGIL_CONFIG: "" };
  const from = Date.now();
  const npm = launch("npm", ["start"], { env, group: true });
  const database = (): string => {
    const demonstration = readdirSync(folder).find((name) => name.startsWith("mailvigil-demo-"));
    return join(folder, demonstration ?? "", "data", "mailvigil.db");
  };
  try {
    return await untilStored(npm, database, from, 1);
  } finally {
    await npm.said(/demonstration company/);
    await npm.stop();
  }
}

/** @returns milliseconds from the start of the process until so many probes have an observation that began since */
async function untilStored(launched: Launched, database: () => string, from: number, count: number): Promise<number> {
  const end = launched.startedAt + 30_000;
  for (;;) {
    if (storedSince(database(), from) >= count) return performance.now() - launched.startedAt;
    if (performance.now() > end) throw new Error(`Nothing was stored within 30 s: ${launched.output()}`);
    await sleep(pollMs);
  }
}

function storedSince(database: string, from: number): number {
  if (!existsSync(database)) return 0;
  try {
    using stored = openStored(database);
    return stored.probesSince(from);
  } catch (error) {
    // It is being made just now.
    if (error instanceof Sqlite.SqliteError) return 0;
    throw error;
  }
}

/** As if the daemon had been stopped an hour ago: what was seen is stale, and everything is due. */
function sleepAnHour(database: string): void {
  const sql = new Sqlite(database);
  sql.prepare("UPDATE probe_state SET last_at = last_at - 3600000").run();
  sql.close();
}

async function emptyNode(): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
  await once(child, "exit");
  return performance.now() - began;
}
