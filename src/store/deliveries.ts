import type { NewDelivery } from "../model/state.ts";
import type { Database } from "./database.ts";

/** How alerts come into the outbox, in the transaction of their turn. What becomes of them there is `outbox.ts`. */
export function createDeliveries({ sql, now }: Database) {
  const insert = sql.prepare<[string, string, string, string, number | null, string, string, number, number, number, string]>(
    `INSERT INTO outbox (id, key, channel, about, incident, turn, priority, written_at, not_before_at, expires_at, alert)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`,
  );
  return {
    /** A key that is there already adds nothing: one message a turn and channel, whatever happens twice. */
    save({ id, key, channel, incident, turn, priority, notBefore, expiresAt, alert }: NewDelivery): void {
      insert.run(
        id,
        key,
        channel,
        alert.about,
        incident ?? null,
        turn,
        priority,
        now(),
        notBefore,
        expiresAt,
        JSON.stringify(alert),
      );
    },
  };
}
