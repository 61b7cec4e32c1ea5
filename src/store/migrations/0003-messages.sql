-- A message may be about something else than an incident: a run of an SOP, a monthly report. `about` is what it is about, and the
-- order of messages is kept per `about` and channel.
CREATE TABLE outbox_new (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL UNIQUE,
  channel TEXT NOT NULL,
  about TEXT NOT NULL,
  incident INTEGER REFERENCES incident,
  turn TEXT NOT NULL CHECK (turn IN ('opened', 'worsened', 'reminder', 'acknowledged', 'resolved', 'sop', 'report')),
  priority TEXT NOT NULL CHECK (priority IN ('P1', 'P2', 'P3', 'P4')),
  written_at INTEGER NOT NULL,
  not_before_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  alert TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'sending', 'sent', 'accepted', 'dead', 'obsolete')),
  attempts INTEGER NOT NULL DEFAULT 0,
  maybe_repeat INTEGER NOT NULL DEFAULT 0 CHECK (maybe_repeat IN (0, 1)),
  lease_until_at INTEGER,
  finished_at INTEGER,
  reference TEXT,
  error TEXT,
  CHECK ((turn IN ('sop', 'report')) = (incident IS NULL)),
  CHECK ((state = 'sending') = (lease_until_at IS NOT NULL)),
  CHECK ((state IN ('pending', 'sending')) = (finished_at IS NULL))
) STRICT;
INSERT INTO outbox_new (seq, id, key, channel, about, incident, turn, priority, written_at, not_before_at, expires_at, alert,
    state, attempts, maybe_repeat, lease_until_at, finished_at, reference, error)
  SELECT seq, id, key, channel, 'M-' || incident, incident, turn, priority, written_at, not_before_at, expires_at,
    json_set(alert, '$.about', 'M-' || incident), state, attempts, maybe_repeat, lease_until_at, finished_at, reference, error
  FROM outbox ORDER BY seq;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_unfinished ON outbox (about, channel, seq) WHERE finished_at IS NULL;
CREATE INDEX outbox_finished ON outbox (finished_at) WHERE finished_at IS NOT NULL;
-- What `untaken` looks for: the urgent that nobody has taken.
CREATE INDEX outbox_urgent ON outbox (expires_at) WHERE priority = 'P1' AND state IN ('pending', 'sending', 'dead');
CREATE INDEX outbox_about ON outbox (about, channel);
CREATE INDEX outbox_incident ON outbox (incident, channel) WHERE incident IS NOT NULL;
