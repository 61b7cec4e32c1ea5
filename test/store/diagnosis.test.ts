import { readFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import type { Diagnosis } from "../../src/model/cause.ts";
import { openDatabase } from "../../src/store/database.ts";
import { readIncidents } from "../../src/store/incidents.ts";
import { createOutbox } from "../../src/store/outbox.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { batch, delivery, incident, start, temporaryFolder } from "./samples.ts";

const diagnosis: Diagnosis = {
  cause: "zone-broken",
  confidence: "high",
  about: { domain: "example.com" },
  evidence: [
    {
      kind: "found",
      probe: "example.com/dns-consistency",
      finding: { code: "zone-dead", severity: "critical", data: { reason: "没有应答" } },
    },
    { kind: "compared", code: "zone-victims", data: { count: 40, domain: "example.com" } },
  ],
  alternatives: [],
  ruledOut: [{ cause: "own-resolver", because: { kind: "compared", code: "resolver-passed", data: {} } }],
  probes: ["a@example.com/imap-login", "example.com/dns-consistency"],
};

function open(folder: string): ReturnType<typeof openDatabase> {
  const db = openDatabase(folder);
  onTestFinished(() => db.close());
  return db;
}

test("an incident of a database from before diagnoses is read, and then keeps one", async () => {
  const folder = temporaryFolder();
  const old = new Sqlite(join(folder, "mailvigil.db"));
  old.exec(readFileSync(join(import.meta.dirname, "../../src/store/migrations/0001-init.sql"), "utf8"));
  old.pragma("user_version = 1");
  old.pragma("application_id = 0x4d76676c");
  old.exec(
    `INSERT INTO incident VALUES (1, 'zone-dead', 'example.com/dns-consistency', 'P1', 'critical', ${start}, NULL, 0, NULL, NULL, 1, ${start})`,
  );
  old.close();

  const db = open(folder);
  const [before] = readIncidents(db, start);
  expect(before).toMatchObject({ id: 1, cause: "zone-dead" });
  expect(before?.diagnosis).toBeUndefined();
  const recorder = createRecorder(db);
  await recorder.commit(batch({ incidents: [{ ...incident(1), diagnosis }] }), { atOnce: true });
  expect(readIncidents(db, start)[0]?.diagnosis).toEqual(diagnosis);
});

test("one that became part of another says of which, and who was told of it is told of the end of the other", async () => {
  const db = open(temporaryFolder());
  const recorder = createRecorder(db);
  const told = (id: number, channel: string) => delivery({ incident: id, turnCount: 1, channel });
  await recorder.commit(
    batch({ incidents: [incident(1), incident(2), incident(3)], deliveries: [told(1, "mail"), told(2, "hook"), told(3, "sms")] }),
    { atOnce: true },
  );
  await recorder.commit(
    batch({ incidents: [incident(3, { resolvedAt: start, mergedInto: 2 }), incident(2, { resolvedAt: start, mergedInto: 1 })] }),
    { atOnce: true },
  );
  expect(readIncidents(db, start).map(({ id, mergedInto }) => [id, mergedInto])).toEqual([
    [1, undefined],
    [2, 1],
    [3, 2],
  ]);
  const outbox = createOutbox(db);
  expect(outbox.toldChannels(1)).toEqual(["hook", "mail", "sms"]);
  expect(outbox.toldChannels(3)).toEqual(["sms"]);
});
