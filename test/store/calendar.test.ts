import { expect, test } from "vitest";
import { createCalendarRuns } from "../../src/store/calendar.ts";
import { openDatabase } from "../../src/store/database.ts";
import { start, temporaryFolder } from "./samples.ts";

test("lastDone() is the latest due moment of a name that was done, also after a restart", () => {
  const folder = temporaryFolder();
  const db = openDatabase(folder);
  const runs = createCalendarRuns(db);
  expect(runs.lastDone("retention")).toBeUndefined();
  runs.done("retention", start + 2, start + 50);
  runs.done("retention", start + 1, start + 60);
  runs.done("retention", start + 2, start + 70);
  runs.done("report", start + 9, start + 10);
  db.close();
  const again = openDatabase(folder);
  expect(createCalendarRuns(again).lastDone("retention")).toBe(start + 2);
  again.close();
});
