import type { Status } from "../model/status.ts";
import type { Finding } from "../model/observation.ts";
import type { Database } from "./database.ts";

/** The short numbers that stand for texts which are repeated in many rows. */
export interface Interning {
  probe(id: string): number;
  outcome(status: Status, findings: readonly Finding[]): number;
  /** After a transaction that was not committed: numbers given in it stand for nothing. */
  forget(): void;
}

export function createInterning({ sql }: Database): Interning {
  const insertProbe = sql.prepare<[string]>("INSERT INTO probe (id) VALUES (?)");
  const findProbe = sql.prepare<[string], { probe: number }>("SELECT probe FROM probe WHERE id = ?");
  const insertOutcome = sql.prepare<[string, string]>("INSERT INTO outcome (status, findings) VALUES (?, ?)");
  const findOutcome = sql.prepare<[string, string], { outcome: number }>(
    "SELECT outcome FROM outcome WHERE status = ? AND findings = ?",
  );
  const probes = new Map<string, number>();
  const outcomes = new Map<string, number>();

  const remember = (known: Map<string, number>, key: string, make: () => number): number => {
    const existing = known.get(key);
    if (existing !== undefined) return existing;
    const made = make();
    known.set(key, made);
    return made;
  };

  return {
    probe: (id) => remember(probes, id, () => findProbe.get(id)?.probe ?? Number(insertProbe.run(id).lastInsertRowid)),
    outcome(status, findings) {
      const set = findingSet(findings);
      return remember(
        outcomes,
        `${status} ${set}`,
        () => findOutcome.get(status, set)?.outcome ?? Number(insertOutcome.run(status, set).lastInsertRowid),
      );
    },
    forget() {
      probes.clear();
      outcomes.clear();
    },
  };
}

/** Codes and severities without data: there are few of these sets, whatever the data say. */
function findingSet(findings: readonly Finding[]): string {
  if (findings.length === 0) return "[]";
  const pairs = new Map(findings.map(({ code, severity }) => [`${code} ${severity}`, [code, severity]]));
  return JSON.stringify([...pairs.keys()].toSorted().map((key) => pairs.get(key)));
}
