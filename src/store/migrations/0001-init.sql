-- Moments are integers, milliseconds UTC, named *_at (but `at` itself); durations *_ms. JSON is as JSON.stringify writes it.

-- Texts that are repeated in many rows are stored once.
CREATE TABLE probe (
  probe INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE
) STRICT;

-- A status with the finding set that made it: [["code","severity"],…], sorted.
CREATE TABLE outcome (
  outcome INTEGER PRIMARY KEY,
  status TEXT NOT NULL CHECK (status IN ('ok', 'warning', 'critical', 'unknown')),
  findings TEXT NOT NULL,
  UNIQUE (status, findings)
) STRICT;
-- SQLite stores the integers 0 and 1 in no byte at all: the most frequent outcome is 1.
INSERT INTO outcome VALUES (1, 'ok', '[]');

-- One row a run, kept by age.
CREATE TABLE observation (
  probe INTEGER NOT NULL REFERENCES probe,
  at INTEGER NOT NULL,
  outcome INTEGER NOT NULL REFERENCES outcome,
  duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
  PRIMARY KEY (probe, at)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER observation_is_never_changed BEFORE UPDATE ON observation
BEGIN SELECT raise(ABORT, 'an observation is never changed'); END;

-- The last one of each probe, in full. It also guards that `at` goes on per probe.
CREATE TABLE last_observation (
  probe INTEGER PRIMARY KEY REFERENCES probe,
  at INTEGER NOT NULL,
  observation TEXT NOT NULL
) STRICT;

CREATE TRIGGER observation_at_increases BEFORE UPDATE ON last_observation WHEN new.at <= old.at
BEGIN SELECT raise(ABORT, 'the moment of an observation must be later than the last one of its probe'); END;

-- Observations in full: the first and the last of each transition (kept 1), and those of a change that is not decided yet (0).
CREATE TABLE evidence (
  probe INTEGER NOT NULL REFERENCES probe,
  at INTEGER NOT NULL,
  kept INTEGER NOT NULL CHECK (kept IN (0, 1)),
  observation TEXT NOT NULL,
  PRIMARY KEY (probe, at)
) STRICT;
CREATE INDEX evidence_undecided ON evidence (probe, at) WHERE kept = 0;

-- Written with every run: for a list of more than two, IN builds a table each time (2 us); OR does not.
CREATE TABLE probe_state (
  probe INTEGER PRIMARY KEY REFERENCES probe,
  status TEXT NOT NULL CHECK (status = 'ok' OR status = 'warning' OR status = 'critical' OR status = 'unknown'),
  since_at INTEGER NOT NULL,
  verdict TEXT CHECK (verdict = 'ok' OR verdict = 'warning' OR verdict = 'critical'),
  recent TEXT NOT NULL,
  undecided_since_at INTEGER,
  last_at INTEGER,
  cover_until_at INTEGER,
  flips TEXT NOT NULL CHECK (length(flips) <= 20 AND flips NOT GLOB '*[^01]*'),
  flapping INTEGER NOT NULL CHECK (flapping IN (0, 1))
) STRICT;

CREATE TABLE memory (
  probe INTEGER PRIMARY KEY REFERENCES probe,
  memory TEXT NOT NULL CHECK (octet_length(memory) <= 65536)
) STRICT;

CREATE TABLE fact (
  asset TEXT NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL CHECK (last_seen_at >= first_seen_at),
  PRIMARY KEY (asset, kind, value)
) STRICT, WITHOUT ROWID;

-- The source of truth for availability, kept for ever.
CREATE TABLE transition (
  probe INTEGER NOT NULL REFERENCES probe,
  at INTEGER NOT NULL,
  confirmed_at INTEGER NOT NULL CHECK (confirmed_at >= at),
  from_status TEXT NOT NULL CHECK (from_status IN ('ok', 'warning', 'critical', 'unknown')),
  to_status TEXT NOT NULL CHECK (to_status IN ('ok', 'warning', 'critical', 'unknown') AND to_status <> from_status),
  PRIMARY KEY (probe, at)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER transition_is_never_changed BEFORE UPDATE ON transition
BEGIN SELECT raise(ABORT, 'a transition is never changed'); END;
CREATE TRIGGER transition_is_never_deleted BEFORE DELETE ON transition
BEGIN SELECT raise(ABORT, 'a transition is never deleted'); END;
CREATE TRIGGER transition_at_increases BEFORE INSERT ON transition
WHEN new.at <= (SELECT max(at) FROM transition WHERE probe = new.probe)
BEGIN SELECT raise(ABORT, 'the moment of a transition must be later than the last one of its probe'); END;

CREATE TABLE incident (
  id INTEGER PRIMARY KEY,
  cause TEXT NOT NULL,
  key TEXT NOT NULL,
  priority TEXT NOT NULL CHECK (priority IN ('P1', 'P2', 'P3', 'P4')),
  severity TEXT NOT NULL CHECK (severity IN ('warning', 'critical')),
  opened_at INTEGER NOT NULL,
  resolved_at INTEGER,
  unconfirmed INTEGER NOT NULL CHECK (unconfirmed IN (0, 1)),
  acknowledged_by TEXT,
  acknowledged_until_at INTEGER,
  turn_count INTEGER NOT NULL,
  last_turn_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX incident_open ON incident (key) WHERE resolved_at IS NULL;

CREATE TRIGGER incident_is_never_deleted BEFORE DELETE ON incident
BEGIN SELECT raise(ABORT, 'an incident is never deleted'); END;

CREATE TABLE incident_probe (
  incident INTEGER NOT NULL REFERENCES incident,
  position INTEGER NOT NULL,
  probe INTEGER NOT NULL REFERENCES probe,
  joined_at INTEGER NOT NULL,
  left_at INTEGER,
  findings TEXT NOT NULL,
  PRIMARY KEY (incident, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE timeline (
  entry INTEGER PRIMARY KEY,
  incident INTEGER NOT NULL REFERENCES incident,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('turn', 'joined', 'left', 'delivery', 'note')),
  data TEXT NOT NULL
) STRICT;
CREATE INDEX timeline_incident ON timeline (incident, entry);

CREATE TRIGGER timeline_is_never_changed BEFORE UPDATE ON timeline
BEGIN SELECT raise(ABORT, 'the timeline is never changed'); END;
CREATE TRIGGER timeline_is_never_deleted BEFORE DELETE ON timeline
BEGIN SELECT raise(ABORT, 'the timeline is never deleted'); END;

-- Deliveries. `seq` is the order per incident and channel; unfinished is what has no finished_at.
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL UNIQUE,
  channel TEXT NOT NULL,
  incident INTEGER NOT NULL REFERENCES incident,
  turn TEXT NOT NULL CHECK (turn IN ('opened', 'worsened', 'reminder', 'acknowledged', 'resolved')),
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
  CHECK ((state = 'sending') = (lease_until_at IS NOT NULL)),
  CHECK ((state IN ('pending', 'sending')) = (finished_at IS NULL))
) STRICT;
CREATE INDEX outbox_unfinished ON outbox (incident, channel, seq) WHERE finished_at IS NULL;
CREATE INDEX outbox_finished ON outbox (finished_at) WHERE finished_at IS NOT NULL;
-- What `untaken` looks for: the urgent that nobody has taken.
CREATE INDEX outbox_urgent ON outbox (expires_at) WHERE priority = 'P1' AND state IN ('pending', 'sending', 'dead');
CREATE INDEX outbox_incident ON outbox (incident, channel);

CREATE TABLE channel_health (
  name TEXT PRIMARY KEY,
  broken_since_at INTEGER,
  last_error TEXT,
  last_sent_at INTEGER
) STRICT, WITHOUT ROWID;

-- Open authentication breakers. The fingerprint is an HMAC, never the secret.
CREATE TABLE breaker (
  account TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('definite', 'ambiguous')),
  refusals INTEGER NOT NULL CHECK (refusals > 0),
  opened_at INTEGER NOT NULL,
  retry_at INTEGER,
  probe INTEGER NOT NULL REFERENCES probe
) STRICT, WITHOUT ROWID;

-- What the calendar has done.
CREATE TABLE calendar_run (
  name TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  done_at INTEGER NOT NULL,
  PRIMARY KEY (name, due_at)
) STRICT, WITHOUT ROWID;
