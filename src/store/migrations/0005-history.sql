-- How long what a run looks at took, where that is not the duration of the run: NULL says that it is. -1: this run measured none,
-- -2: it gave a mail up for lost.
ALTER TABLE observation ADD COLUMN latency_ms INTEGER CHECK (latency_ms >= -2);

-- Closed hours (UTC) and days (of the configured zone) of each probe: milliseconds by state, how many runs, and their latencies as
-- a sketch (src/model/sketch.ts; NULL: none). They are closed once nothing in them can change, and equal what transitions and
-- observations give. An hour without a run has no row: how it stood, the transitions say.
CREATE TABLE hour (
  probe INTEGER NOT NULL REFERENCES probe,
  from_at INTEGER NOT NULL,
  up_ms INTEGER NOT NULL,
  degraded_ms INTEGER NOT NULL,
  down_ms INTEGER NOT NULL,
  unknown_ms INTEGER NOT NULL,
  maintenance_ms INTEGER NOT NULL,
  runs INTEGER NOT NULL CHECK (runs > 0),
  sketch BLOB,
  PRIMARY KEY (probe, from_at),
  CHECK (up_ms + degraded_ms + down_ms + unknown_ms + maintenance_ms = 3600000)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER hour_is_never_changed BEFORE UPDATE ON hour
BEGIN SELECT raise(ABORT, 'a closed hour is never changed'); END;

CREATE TABLE day (
  probe INTEGER NOT NULL REFERENCES probe,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL,
  up_ms INTEGER NOT NULL,
  degraded_ms INTEGER NOT NULL,
  down_ms INTEGER NOT NULL,
  unknown_ms INTEGER NOT NULL,
  maintenance_ms INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  sketch BLOB,
  PRIMARY KEY (probe, from_at),
  CHECK (up_ms + degraded_ms + down_ms + unknown_ms + maintenance_ms = to_at - from_at)
) STRICT, WITHOUT ROWID;
-- Most days are good ones; pages of 90 days read the others.
CREATE INDEX day_not_all_up ON day (probe, from_at, to_at, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms)
  WHERE up_ms < to_at - from_at;
CREATE TRIGGER day_is_never_changed BEFORE UPDATE ON day
BEGIN SELECT raise(ABORT, 'a closed day is never changed'); END;

-- How far the past of each probe is closed; its days by which zone, and from where on. After a change of the zone, days are made anew
-- from those on whose runs are all kept (runs_from_at; 0: from the first).
CREATE TABLE closed (
  probe INTEGER PRIMARY KEY REFERENCES probe,
  hours_until_at INTEGER NOT NULL,
  days_from_at INTEGER,
  days_until_at INTEGER,
  timezone TEXT,
  runs_from_at INTEGER NOT NULL DEFAULT 0,
  CHECK ((days_until_at IS NULL) = (timezone IS NULL) AND (days_from_at IS NULL) = (timezone IS NULL))
) STRICT;
