-- Totals that a probe counts for ever (mails sent, found, lost), as they were at a moment: a month is the difference of two.
CREATE TABLE total (
  probe INTEGER NOT NULL REFERENCES probe,
  at INTEGER NOT NULL,
  totals TEXT NOT NULL,
  PRIMARY KEY (probe, at)
) STRICT, WITHOUT ROWID;

-- A month once reported: the account as JSON, with its SHA-256. A later version says why it differs.
CREATE TABLE report_month (
  month TEXT NOT NULL,
  version INTEGER NOT NULL,
  made_at INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  report TEXT NOT NULL,
  PRIMARY KEY (month, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER report_month_is_never_changed BEFORE UPDATE ON report_month
BEGIN SELECT raise(ABORT, 'a month once reported is never changed'); END;
CREATE TRIGGER report_month_is_never_deleted BEFORE DELETE ON report_month
BEGIN SELECT raise(ABORT, 'a month once reported is never deleted'); END;
