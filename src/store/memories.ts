import type { Json } from "../model/json.ts";
import type { Batch, Remembered } from "../model/state.ts";
import type { Database } from "./database.ts";
import type { Interning } from "./interning.ts";
import { stored } from "./stored-json.ts";

type NewFact = Batch["facts"][number];

/** What checks hand to their next run, and what they learnt about assets. */
export function createMemories({ sql }: Database, intern: Interning) {
  const replaceMemory = sql.prepare<[number, string]>(
    `INSERT INTO memory (probe, memory) VALUES (?, ?)
     ON CONFLICT (probe) DO UPDATE SET memory = excluded.memory`,
  );
  const seeFact = sql.prepare<[string, string, string, number, number]>(
    `INSERT INTO fact (asset, kind, value, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (asset, kind, value) DO UPDATE SET last_seen_at = max(last_seen_at, excluded.last_seen_at)`,
  );
  return {
    /** At most 64 KiB as JSON. */
    save(probe: string, memory: Json): void {
      replaceMemory.run(intern.probe(probe), JSON.stringify(memory));
    },
    see({ asset, kind, value, at }: NewFact): void {
      seeFact.run(asset, kind, value, at, at);
    },
  };
}

export function readMemories({ sql }: Database): ReadonlyMap<string, Json> {
  const rows = sql.prepare<[], { id: string; memory: string }>("SELECT id, memory FROM memory JOIN probe USING (probe)").all();
  return new Map(rows.map(({ id, memory }) => [id, stored<Json>(memory)]));
}

export function readFacts({ sql }: Database): Remembered["facts"] {
  return sql
    .prepare<[], Remembered["facts"][number]>(
      `SELECT asset, kind, value, first_seen_at AS firstSeen, last_seen_at AS lastSeen FROM fact
       ORDER BY asset, kind, first_seen_at, value`,
    )
    .all();
}
