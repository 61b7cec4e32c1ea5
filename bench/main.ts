import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { audits } from "./audit.ts";
import { busyLogins } from "./busy-logins.ts";
import { dns } from "./dns.ts";
import { events } from "./events.ts";
import { history } from "./history.ts";
import { load, machine } from "./machine.ts";
import { metrics } from "./metrics.ts";
import { root } from "./processes.ts";
import { ratioOf, tableOf, verdictOf, type Part, type Row } from "./report.ts";
import { roundTrips } from "./roundtrip.ts";
import { starts } from "./start.ts";
import { steadyLogins } from "./steady-logins.ts";
import { storage } from "./storage.ts";

/** The parts by the names that they are asked for: `npm run bench -- dns metrics`. */
const parts: Readonly<Record<string, () => Promise<Part>>> = {
  "busy-logins": busyLogins,
  "steady-logins": steadyLogins,
  storage,
  history,
  start: starts,
  dns,
  audit: audits,
  metrics,
  events,
  roundtrip: roundTrips,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(", ")}; write some of ${Object.keys(parts).join(", ")}, or none for all`);
  process.exit(64);
}

const startedAt = new Date();
const rows: Row[] = [];
const notes: string[] = [];
const loads = [load()];
for (const [name, run] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.error(`${name} …`);
  try {
    const part = await run();
    rows.push(...part.rows);
    notes.push(...part.notes);
  } catch (error) {
    process.exitCode = 1;
    notes.push(`${name} failed: ${error instanceof Error ? error.message : String(error)}`);
    console.error(error);
  }
  loads.push(load());
}

const took = Math.round((Date.now() - startedAt.getTime()) / 1000);
const about = `Measured on ${machine()}. ${startedAt.toISOString().slice(0, 16)}Z, ${took} s; load of the machine before each part and at the end ${loads.join(", ")}.`;
console.log([tableOf(rows), "Medians, the least and the most in brackets.", ...notes, about].join("\n\n"));

const results = join(root, "test-results");
await mkdir(results, { recursive: true });
const judged = rows.map((row) => ({ ...row, ratio: ratioOf(row), verdict: verdictOf(row) }));
await writeFile(
  join(results, "bench.json"),
  `${JSON.stringify({ startedAt, machine: machine(), loads, rows: judged, notes }, undefined, 2)}\n`,
);
process.exit();
