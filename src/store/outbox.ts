import type { Alert } from "../model/alert.ts";
import type { MessageKind, Priority } from "../model/incident.ts";
import type { ClaimedDelivery, DeliveryState, Outbox } from "../model/outbox.ts";
import type { NewDelivery } from "../model/state.ts";
import { createChannelHealth } from "./channel-health.ts";
import type { Database } from "./database.ts";
import { createDeliveries } from "./deliveries.ts";
import { storeError } from "./store-error.ts";
import { stored } from "./stored-json.ts";

interface Row {
  readonly seq: number;
  readonly id: string;
  readonly key: string;
  readonly channel: string;
  readonly incident: number | null;
  readonly turn: MessageKind;
  readonly priority: Priority;
  readonly not_before_at: number;
  readonly expires_at: number;
  readonly alert: string;
  readonly attempts: number;
  readonly maybe_repeat: number;
}

interface SettledRow {
  readonly id: string;
  readonly state: DeliveryState;
  readonly at: number;
  readonly isFinished: 0 | 1;
  readonly notBefore: number | null;
  readonly reference: string | null;
  readonly error: string | null;
  readonly maybeRepeat: 0 | 1;
}

/** An unfinished delivery that no older unfinished one about the same and of its channel stands before. */
const isFirst = `finished_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM outbox AS older
  WHERE older.about = outbox.about AND older.channel = outbox.channel AND older.seq < outbox.seq
    AND older.finished_at IS NULL)`;

/**
 * The rows of the outbox. What is claimed and never settled (kill -9) comes back by `recover` at the start, or by the end of
 * its lease, and is marked as a possible repeat for good.
 */
export function createOutbox(db: Database): Outbox {
  const { sql } = db;
  const recover = sql.prepare<[number]>(
    `UPDATE outbox SET state = 'pending', lease_until_at = NULL, maybe_repeat = 1, not_before_at = min(not_before_at, ?)
     WHERE finished_at IS NULL AND state = 'sending'`,
  );
  const endLeases = sql.prepare<[number]>(
    `UPDATE outbox SET state = 'pending', lease_until_at = NULL, maybe_repeat = 1
     WHERE finished_at IS NULL AND state = 'sending' AND lease_until_at <= ?`,
  );
  const due = sql.prepare<[number, string, number], { seq: number }>(
    `SELECT seq FROM outbox WHERE ${isFirst} AND state = 'pending' AND not_before_at <= ?
       AND channel NOT IN (SELECT value FROM json_each(?)) ORDER BY priority, seq LIMIT ?`,
  );
  const take = sql.prepare<[number, number], Row>(
    `UPDATE outbox SET state = 'sending', attempts = attempts + 1, lease_until_at = ? WHERE seq = ?
     RETURNING seq, id, key, channel, incident, turn, priority, not_before_at, expires_at, alert, attempts, maybe_repeat`,
  );
  const settle = sql.prepare<[SettledRow]>(
    `UPDATE outbox SET state = @state, lease_until_at = NULL, finished_at = iif(@isFinished, @at, NULL),
       not_before_at = coalesce(@notBefore, not_before_at), reference = coalesce(@reference, reference), error = @error,
       maybe_repeat = max(maybe_repeat, @maybeRepeat)
     WHERE id = @id AND finished_at IS NULL`,
  );
  const release = sql.prepare<[number, string]>(
    "UPDATE outbox SET not_before_at = min(not_before_at, ?) WHERE finished_at IS NULL AND channel = ?",
  );
  const waiting = sql.prepare<[], { channel: string; count: number; since: number }>(
    `SELECT channel, count(*) AS count, min(written_at) AS since FROM outbox WHERE finished_at IS NULL
     GROUP BY channel ORDER BY channel`,
  );
  const isKnown = sql.prepare<[string], { seq: number }>("SELECT seq FROM outbox WHERE id = ?");
  const nextDue = sql.prepare<[], { at: number | null }>(
    `SELECT min(iif(state = 'sending', lease_until_at, not_before_at)) AS at FROM outbox WHERE ${isFirst}`,
  );
  const oldest = sql.prepare<[], { at: number | null }>("SELECT min(written_at) AS at FROM outbox WHERE finished_at IS NULL");
  const told = sql.prepare<[number], { channel: string }>(
    `WITH RECURSIVE part (id) AS (SELECT ? UNION SELECT incident.id FROM incident JOIN part ON incident.merged_into = part.id)
     SELECT DISTINCT channel FROM outbox WHERE incident IN (SELECT id FROM part) AND turn IN ('opened', 'worsened', 'reminder')
       AND state IN ('pending', 'sending', 'sent', 'accepted') ORDER BY channel`,
  );
  // A delivery's key without its channel names the turn.
  const untaken = sql.prepare<[number], Row & { readonly channels: string }>(
    `SELECT *, min(seq), json_group_array(channel) AS channels FROM (
       SELECT *, substr(key, 1, length(key) - length(channel)) AS turn_key FROM outbox AS mine
       WHERE priority = 'P1' AND state IN ('pending', 'sending', 'dead') AND expires_at > ? AND turn IN ('opened', 'worsened', 'sop')
         AND NOT EXISTS (SELECT 1 FROM outbox AS other WHERE other.about = mine.about
           AND other.key = substr(mine.key, 1, length(mine.key) - length(mine.channel)) || other.channel
           AND other.state IN ('sent', 'accepted', 'obsolete'))
         AND NOT EXISTS (SELECT 1 FROM incident WHERE id = mine.incident AND resolved_at IS NOT NULL))
     GROUP BY turn_key ORDER BY min(seq)`,
  );
  const written = sql.prepare<[string], Row & { readonly state: DeliveryState; readonly error: string | null }>(
    "SELECT * FROM outbox WHERE about = ? ORDER BY seq",
  );
  const deliveries = createDeliveries(db);
  const health = createChannelHealth(db);

  return {
    recover: (now) => db.transaction(() => recover.run(now).changes),
    claim: (now, limit, leaseMs, except) =>
      db.transaction(() => {
        endLeases.run(now);
        return due.all(now, JSON.stringify(except), limit).flatMap(({ seq }) => take.all(now + leaseMs, seq).map(fromRow));
      }),
    settle({ id, at, state, notBefore, reference, error, maybeRepeat }) {
      const row: SettledRow = {
        id,
        state,
        at,
        isFinished: state === "pending" ? 0 : 1,
        notBefore: notBefore ?? null,
        reference: reference ?? null,
        error: error ?? null,
        maybeRepeat: maybeRepeat === true ? 1 : 0,
      };
      db.transaction(() => {
        if (settle.run(row).changes === 0 && !isKnown.get(id)) throw storeError("rejected", db.place, `no delivery "${id}"`);
      });
    },
    release: (channel, now) => db.transaction(() => void release.run(now, channel)),
    waiting: () => db.read(() => waiting.all()),
    nextDueAt: () => db.read(() => nextDue.get()?.at ?? undefined),
    oldestPendingAt: () => db.read(() => oldest.get()?.at ?? undefined),
    toldChannels: (incident) => db.read(() => told.all(incident).map(({ channel }) => channel)),
    untaken: (now) =>
      db.read(() =>
        untaken.all(now).map((row) => ({ delivery: newFromRow(row), channels: stored<readonly string[]>(row.channels) })),
      ),
    about: (about) =>
      db.read(() =>
        written.all(about).map((row) => ({
          key: row.key,
          alert: stored<Alert>(row.alert),
          state: row.state,
          maybeRepeat: row.maybe_repeat === 1,
          error: row.error ?? undefined,
        })),
      ),
    add(some) {
      db.transaction(() => {
        for (const delivery of some) deliveries.save(delivery);
      });
    },
    saveChannel: health.save,
    channels: health.all,
  };
}

const newFromRow = (row: Row): NewDelivery => ({
  id: row.id,
  key: row.key,
  channel: row.channel,
  incident: row.incident ?? undefined,
  turn: row.turn,
  priority: row.priority,
  notBefore: row.not_before_at,
  expiresAt: row.expires_at,
  alert: stored<Alert>(row.alert),
});

const fromRow = (row: Row): ClaimedDelivery => ({
  ...newFromRow(row),
  attempts: row.attempts,
  maybeRepeat: row.maybe_repeat === 1,
});
