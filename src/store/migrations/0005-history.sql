-- How long what a probe looks at took, where that is not the duration of the run (a round trip: from sending to finding).
ALTER TABLE observation ADD COLUMN latency_ms INTEGER;

-- Closed hours (UTC) and days (of the configured zone) of each probe: milliseconds by state, runs, and a sketch of latencies that
-- can be merged. They are made of transitions and observations, and equal what those give.
CREATE TABLE hour (
  probe INTEGER NOT NULL REFERENCES probe,
  from_at INTEGER NOT NULL,
  up_ms INTEGER NOT NULL,
  degraded_ms INTEGER NOT NULL,
  down_ms INTEGER NOT NULL,
  unknown_ms INTEGER NOT NULL,
  maintenance_ms INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  sketch BLOB,
  PRIMARY KEY (probe, from_at)
) STRICT, WITHOUT ROWID;
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
  lost INTEGER NOT NULL,
  sketch BLOB,
  PRIMARY KEY (probe, from_at)
) STRICT, WITHOUT ROWID;
