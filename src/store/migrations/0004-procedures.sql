-- Runs of SOPs. `run` is the whole of it as JSON (model/sop.ts), the SOP as it was when the run began included.
CREATE TABLE sop_run (
  id INTEGER PRIMARY KEY,
  sop TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed', 'active', 'stable', 'closed', 'aborted', 'dismissed')),
  drill INTEGER NOT NULL CHECK (drill IN (0, 1)),
  incident INTEGER REFERENCES incident,
  proposed_at INTEGER NOT NULL,
  ended_at INTEGER,
  run TEXT NOT NULL,
  CHECK (drill = 0 OR incident IS NULL),
  CHECK ((state IN ('closed', 'aborted', 'dismissed')) = (ended_at IS NOT NULL))
) STRICT;
-- An incident has one run of an SOP at a time.
CREATE UNIQUE INDEX sop_run_going ON sop_run (sop, incident) WHERE ended_at IS NULL AND incident IS NOT NULL;
CREATE INDEX sop_run_open ON sop_run (id) WHERE ended_at IS NULL;

CREATE TRIGGER sop_run_is_never_deleted BEFORE DELETE ON sop_run
BEGIN SELECT raise(ABORT, 'a run of an SOP is never deleted'); END;
CREATE TRIGGER sop_run_stays_ended BEFORE UPDATE ON sop_run WHEN old.ended_at IS NOT NULL
BEGIN SELECT raise(ABORT, 'a run of an SOP that has ended is never changed'); END;

-- What happened in a run; append-only.
CREATE TABLE sop_entry (
  entry INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES sop_run,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  step TEXT,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX sop_entry_run ON sop_entry (run, entry);

CREATE TRIGGER sop_entry_is_never_changed BEFORE UPDATE ON sop_entry
BEGIN SELECT raise(ABORT, 'what happened in a run is never changed'); END;
CREATE TRIGGER sop_entry_is_never_deleted BEFORE DELETE ON sop_entry
BEGIN SELECT raise(ABORT, 'what happened in a run is never deleted'); END;
