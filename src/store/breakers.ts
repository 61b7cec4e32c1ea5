import type { Breaker } from "../model/state.ts";
import type { Database } from "./database.ts";
import type { Interning } from "./interning.ts";

interface Row {
  readonly account: string;
  readonly fingerprint: string;
  readonly kind: Breaker["kind"];
  readonly refusals: number;
  readonly opened_at: number;
  readonly retry_at: number | null;
  readonly id: string;
}

export function createBreakers({ sql }: Database, intern: Interning) {
  const replace = sql.prepare<[string, string, string, number, number, number | null, number]>(
    `INSERT INTO breaker (account, fingerprint, kind, refusals, opened_at, retry_at, probe) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (account) DO UPDATE SET fingerprint = excluded.fingerprint, kind = excluded.kind,
       refusals = excluded.refusals, opened_at = excluded.opened_at, retry_at = excluded.retry_at, probe = excluded.probe`,
  );
  const remove = sql.prepare<[string]>("DELETE FROM breaker WHERE account = ?");
  return {
    save(breaker: Breaker): void {
      const { account, fingerprint, kind, refusals, openedAt, retryAt, probe } = breaker;
      replace.run(account, fingerprint, kind, refusals, openedAt, retryAt ?? null, intern.probe(probe));
    },
    close(account: string): void {
      remove.run(account);
    },
  };
}

/**
 * The open authentication breakers. Also for the command line, which reads them beside a running daemon.
 * @throws StoreError
 */
export function readBreakers(db: Database): readonly Breaker[] {
  return db.read(() =>
    db.sql
      .prepare<[], Row>(
        `SELECT account, fingerprint, kind, refusals, opened_at, retry_at, id
         FROM breaker JOIN probe USING (probe) ORDER BY account`,
      )
      .all()
      .map((row) => ({
        account: row.account,
        fingerprint: row.fingerprint,
        kind: row.kind,
        refusals: row.refusals,
        openedAt: row.opened_at,
        retryAt: row.retry_at ?? undefined,
        probe: row.id,
      })),
  );
}
