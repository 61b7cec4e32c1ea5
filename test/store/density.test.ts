import { expect, test } from "vitest";
import type { Observation } from "../../src/model/observation.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { batch, critical, observation, start, temporaryFolder } from "./samples.ts";

const probes = 200;
const rowsEach = 600;

/** Every 30 s one run of each probe, 250 ms apart in groups, in the order in which they arrive; one in 50 finds something. */
function* arrivals(): Generator<Observation[]> {
  for (let run = 0; run < rowsEach; run++) {
    for (let first = 0; first < probes; first += 10) {
      yield Array.from({ length: 10 }, (_, i) => {
        const at = start + run * 30_000 + first * 25 + ((run * 7 + i) % 250);
        const make = (run * 13 + first + i) % 50 === 0 ? critical : observation;
        return make(`mx${first + i}.example.com:25/smtp-greeting`, at, { durationMs: 15 + ((run * 31 + i * 17) % 900) });
      });
    }
  }
}

test(`a kept observation costs at most 25 bytes, measured over ${probes} probes with ${rowsEach} rows each`, async () => {
  const db = openDatabase(temporaryFolder());
  const recorder = createRecorder(db);
  const all: Promise<void>[] = [];
  for (const observations of arrivals()) {
    all.push(...observations.map((one) => recorder.commit(batch({ observations: [one] }))));
    // Larger groups than in life, for the test's own speed; the order of rows is what counts.
    if (all.length % 200 === 0) recorder.flush();
  }
  recorder.close();
  await Promise.all(all);
  // Everything that grows with each run: the table itself, the interned texts, and indexes if there were any.
  const grows = "name IN ('observation', 'outcome', 'probe') OR name LIKE 'observation%' OR name LIKE 'sqlite_autoindex_%'";
  const bytes = Number(db.sql.prepare(`SELECT sum(pgsize) FROM dbstat WHERE ${grows}`).pluck().get());
  const rows = Number(db.sql.prepare("SELECT count(*) FROM observation").pluck().get());
  db.close();
  expect(rows).toBe(probes * rowsEach);
  expect(bytes / rows).toBeLessThanOrEqual(25);
}, 60_000);
