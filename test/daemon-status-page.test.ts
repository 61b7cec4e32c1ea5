import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startDaemon } from "../src/daemon.ts";
import type { Transition } from "../src/model/incident.ts";
import type { Secret } from "../src/model/secret.ts";
import { emptyBatch } from "../src/model/state.ts";
import { openDatabase } from "../src/store/database.ts";
import { createRecorder } from "../src/store/recorder.ts";
import { checkOf, namedProbe, planOf, recordingChannel } from "./support/plan.ts";

const day = 86_400_000;
const probe = "info@example.com/imap-login";
let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "mailvigil-daemon-status-"));
});
afterEach(() => rm(data, { recursive: true, force: true }));

/** What an earlier life of the daemon left: a probe watched for twenty days, down for twelve hours, an incident of that. */
async function leavePast(now: number): Promise<void> {
  const db = openDatabase(data);
  const recorder = createRecorder(db);
  const change = (ago: number, from: Transition["from"], to: Transition["to"]): Transition => ({
    probe,
    from,
    to,
    at: now - ago * day,
    confirmedAt: now - ago * day,
  });
  await recorder.commit(
    {
      ...emptyBatch,
      transitions: [change(20, "unknown", "ok"), change(6.5, "ok", "critical"), change(6, "critical", "ok")],
      incidents: [
        {
          id: 7,
          cause: "down",
          key: probe,
          priority: "P3",
          severity: "critical",
          openedAt: now - 6.5 * day,
          resolvedAt: now - 6 * day,
          unconfirmed: false,
          acknowledgedBy: "Li",
          acknowledgedUntil: undefined,
          turnCount: 2,
          lastTurnAt: now - 6 * day,
          probes: [
            {
              probe,
              joinedAt: now - 6.5 * day,
              leftAt: now - 6 * day,
              findings: [{ code: "down", severity: "critical", data: { what: "imap.example.com" } }],
            },
          ],
        },
      ],
    },
    { atOnce: true },
  );
  recorder.close();
  db.close();
}

test("the status page of a daemon tells what earlier lives of it saw, to everybody where it is public", async () => {
  const now = Date.now();
  await leavePast(now);
  const check = checkOf("imap-login", () => ({ findings: [] }));
  const token: Secret = { source: "test", reveal: () => Promise.resolve("a-token"), toJSON: () => "[secret]" };
  const plan = planOf([namedProbe(check, "info@example.com")]);
  await using daemon = await startDaemon({
    plan: {
      ...plan,
      settings: { ...plan.settings, http: { ...plan.settings.http, token } },
      statusPage: { public: true, title: undefined, components: [] },
    },
    checks: new Map([[check.id, check]]),
    channels: new Map([["recording", recordingChannel().channel]]),
    mask: (line) => line,
    demonstration: false,
    data,
    log: () => undefined,
    onBug: (error) => {
      throw error;
    },
  });
  const page = await (await fetch(`${daemon.url}/status?lang=en`)).text();
  expect(page).toContain("<title>Mail status</title>");
  expect(page).toContain("Some mailboxes cannot be opened");
  expect(page).toMatch(/Over · \d+ \w+ \d\d:\d\d to \d+ \w+ \d\d:\d\d, 12 h/);
  const looks = [...page.matchAll(/<span class="(ok|warning|critical|none)" title=/g)].map(([, look]) => look);
  expect(looks.filter((look) => look === "none").length).toBeGreaterThanOrEqual(69);
  expect(looks.filter((look) => look === "critical").length).toBeGreaterThanOrEqual(1);
  expect(page).not.toMatch(/example|info@|imap|Li\b/);
  expect((await fetch(`${daemon.url}/api/v1/overview`)).status).toBe(401);
});
