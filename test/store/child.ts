/**
 * What the tests of the store do in a process of their own, to end it with kill -9 or to give it a disk of its own.
 * `node child.ts WORK FOLDER`; it tells on standard output what it did, a line each.
 */
import { readdirSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../src/store/database.ts";
import { installationKey } from "../../src/store/installation-key.ts";
import { createOutbox } from "../../src/store/outbox.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { batch, critical, delivery, incident, observation, start, state } from "./samples.ts";

const [work = "", folder = ""] = process.argv.slice(2);

/** Written to the pipe at once: what is told here was told even when the process ends in the next instant. */
const tell = (line: string): void => {
  writeSync(1, `${line}\n`);
};

/** One batch with a row of every kind; all of them carry `n`. */
function numbered(n: number, probe: string): ReturnType<typeof batch> {
  const at = start + n;
  return batch({
    observations: [critical(probe, at, { metrics: { n }, evidence: [`run ${n}`] })],
    memories: [{ probe, memory: { n } }],
    facts: [{ asset: "example.com", kind: "n", value: String(n), at }],
    states: [state(probe, { lastAt: at })],
    transitions: [{ probe, from: n % 16 < 8 ? "ok" : "critical", to: n % 16 < 8 ? "critical" : "ok", at, confirmedAt: at }],
    incidents: [incident(n, { key: `key-${n}` })],
    timeline: [{ incident: n, at, actor: "system", kind: "turn", data: { n } }],
    deliveries: [delivery({ incident: n, turnCount: 1, channel: "hook" })],
  });
}

/** Commits without end from eight probes, now and then at once; `committed N` follows each COMMIT. */
function commitForEver(): void {
  const db = openDatabase(folder);
  const recorder = createRecorder(db);
  const outbox = createOutbox(db);
  const row = db.sql.prepare<[], { n: number }>("SELECT coalesce(max(id), 0) AS n FROM incident").get();
  let n = row?.n ?? 0;
  const commit = async (own: number, probe: string, atOnce: boolean): Promise<void> => {
    await recorder.commit(numbered(own, probe), { atOnce });
    tell(`committed ${own}`);
  };
  tell("ready");
  const next = (): void => {
    for (let probe = 0; probe < 8; probe++) {
      n += 1;
      void commit(n, `example.com/probe-${probe}`, probe === 7);
    }
    for (const claimed of outbox.claim(start, 8, 30_000, [])) {
      tell(`claimed ${claimed.id}`);
      outbox.settle({ id: claimed.id, at: start, state: "sent" });
      tell(`settled ${claimed.id}`);
    }
    setImmediate(next);
  };
  next();
}

/** On a disk of 1 MiB: fills it, commits, makes room, commits again. */
async function meetFullDisk(): Promise<void> {
  const db = openDatabase(folder);
  const recorder = createRecorder(db);
  await recorder.commit(batch({ observations: [observation("a/b", start)] }), { atOnce: true });
  const filler = join(folder, "filler");
  fill(filler);
  truncateSync(filler, statSync(filler).size - 200_000);
  const outcomes: string[] = [];
  for (let n = 1; n <= 40; n++) {
    const evidence = ["x".repeat(40_000)];
    const outcome = recorder
      .commit(batch({ observations: [observation("a/b", start + n, { evidence })], memories: [{ probe: `m/${n}`, memory: n }] }))
      .then(
        () => "stored",
        (error: unknown) => (error instanceof StoreError ? error.code : "other"),
      );
    recorder.flush();
    outcomes.push(await outcome);
  }
  tell(JSON.stringify({ outcomes }));
  rmSync(filler);
  await recorder.commit(batch({ observations: [observation("a/b", start + 100)] }), { atOnce: true });
  const rows = db.sql.prepare("SELECT at FROM observation ORDER BY at").pluck().all();
  const memories = db.sql.prepare("SELECT memory FROM memory ORDER BY probe").pluck().all();
  tell(JSON.stringify({ rows, memories, check: db.sql.pragma("integrity_check", { simple: true }) }));
  db.close();
  rmSync(join(folder, "mailvigil.db"));
  fill(filler);
  tell(JSON.stringify({ start: refusal(() => openDatabase(folder)) }));
}

/** Makes 100 keys, each at the same instant as another process that does the same: they wait for each other by files. */
function makeKeysTogether(): void {
  for (let n = 0; n < 100; n++) {
    writeFileSync(join(folder, `${n}.here.${process.pid}`), "");
    while (readdirSync(folder).filter((name) => name.startsWith(`${n}.here.`)).length < 2);
    tell(`${n} ${installationKey(join(folder, `key-${n}`)).toString("hex")}`);
  }
}

function fill(file: string): void {
  for (const size of [65_536, 4_096, 1]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: "a" });
    } catch {
      // Full for this size.
    }
  }
}

function refusal(work_: () => unknown): { code: string; message: string } | undefined {
  try {
    work_();
  } catch (error) {
    if (error instanceof StoreError) return { code: error.code, message: error.message };
    throw error;
  }
  return undefined;
}

switch (work) {
  case "hold": {
    const db = openDatabase(folder);
    tell("ready");
    setInterval(() => db.now(), 1_000);
    break;
  }
  case "commit":
    commitForEver();
    break;
  case "full-disk":
    await meetFullDisk();
    break;
  case "open":
    tell(JSON.stringify(refusal(() => openDatabase(folder).close()) ?? "opened"));
    break;
  case "keys":
    makeKeysTogether();
    break;
  default:
    throw new Error(`No such work: ${work}`);
}
