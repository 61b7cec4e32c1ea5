import type { Outbox } from "../model/outbox.ts";
import type { Database } from "./database.ts";

interface Row {
  readonly name: string;
  readonly broken_since_at: number | null;
  readonly last_error: string | null;
  readonly last_sent_at: number | null;
}

/** Where each channel stands, whatever the configuration says now. */
export function createChannelHealth(db: Database): { readonly save: Outbox["saveChannel"]; readonly all: Outbox["channels"] } {
  const replace = db.sql.prepare<[string, number | null, string | null, number | null]>(
    `INSERT INTO channel_health (name, broken_since_at, last_error, last_sent_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET broken_since_at = excluded.broken_since_at, last_error = excluded.last_error,
       last_sent_at = excluded.last_sent_at`,
  );
  const all = db.sql.prepare<[], Row>("SELECT * FROM channel_health ORDER BY name");
  return {
    save(name, { brokenSince, lastError, lastSentAt }) {
      db.transaction(() => replace.run(name, brokenSince ?? null, lastError ?? null, lastSentAt ?? null));
    },
    all: () =>
      db.read(() =>
        all.all().map((row) => ({
          name: row.name,
          brokenSince: row.broken_since_at ?? undefined,
          lastError: row.last_error ?? undefined,
          lastSentAt: row.last_sent_at ?? undefined,
        })),
      ),
  };
}
