import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { emptyBatch } from "../../src/model/state.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { freezeMonth } from "../../src/store/reports.ts";
import { planFolder } from "../support/plan-folder.ts";
import { state } from "../store/samples.ts";

const { write } = planFolder();
const hour = 3_600_000;

const report = (args: readonly string[]) =>
  new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((done) => {
    const main = join(import.meta.dirname, "../../src/main.ts");
    execFile(
      process.execPath,
      [main, "report", ...args],
      { env: { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", PW: "x" }, timeout: 60_000 },
      (error, out, err) => done({ code: error ? Number(error.code ?? -1) : 0, out, err }),
    );
  });

const company = (): Promise<string> =>
  write(`settings: { data: data, language: en, timezone: Asia/Shanghai }
mailboxes: [{ address: sales@example.com, password: { env: PW }, business: critical, imap: { host: imap.example.com }, smtp: { host: smtp.example.com }, off: [smtp-submission] }]
`);

/** October 2026 in Shanghai. */
const october = Date.UTC(2026, 8, 30, 16);

const made = z.object({
  isPreliminary: z.boolean(),
  overall: z.object({ verdict: z.string(), account: z.record(z.string(), z.number()) }),
});

describe("mailvigil report", () => {
  test("accounts for a month from what the daemon stored, and for what nobody saw after its end", async () => {
    const file = await company();
    const db = openDatabase(join(dirname(file), "data"));
    const probe = "sales@example.com/imap-login";
    const change = (at: number, from: "ok" | "critical" | "unknown", to: "ok" | "critical") => ({
      probe,
      from,
      to,
      at,
      confirmedAt: at,
    });
    await createRecorder(db).commit(
      {
        ...emptyBatch,
        transitions: [
          change(october - hour, "unknown", "ok"),
          change(october + 24 * hour, "ok", "critical"),
          change(october + 26 * hour, "critical", "ok"),
        ],
        // The daemon was stopped after ten days, and nobody started it again.
        states: [{ ...state(probe), coverUntil: october + 240 * hour }],
      },
      { atOnce: true },
    );
    const { code, out, err } = await report(["--month", "2026-10", "--format", "json", "--config", file]);
    expect([code, err]).toEqual([0, ""]);
    const { overall, isPreliminary } = made.parse(JSON.parse(out));
    expect(isPreliminary).toBe(false);
    expect(overall.account).toEqual({ up: 238 * hour, degraded: 0, down: 2 * hour, unknown: 504 * hour, maintenance: 0 });
    expect(overall.verdict).toBe("missed");
    const html = await report(["--month", "2026-10", "--language", "zh-CN", "--config", file]);
    expect(html.out).toContain("<h1");
    expect(html.out).toContain("观测时间不足 95%");
    db.close();
  });

  test("names what has ended already besides what soon will", async () => {
    const day = (days: number) => new Date(Date.now() + days * 24 * hour).toISOString().slice(0, 10);
    const file = await write(`settings: { data: data, language: en }
domains: [{ name: example.com, off: [domain-expiry] }]
subscriptions:
  - { name: over, what: Seats that are over, ends: ${day(-3)}, owner: Finance }
  - { name: soon, what: Seats that end soon, ends: ${day(30)}, owner: Finance }
  - { name: far, what: Seats for long, ends: ${day(300)}, owner: Finance }
`);
    openDatabase(join(dirname(file), "data")).close();
    const { out } = await report(["--month", "2026-10", "--format", "md", "--config", file]);
    const list = out.slice(out.indexOf("## What has ended, or ends within 90 days"));
    expect(list.match(/Seats [a-z ]+(?= \|)/g)).toEqual(["Seats that are over", "Seats that end soon"]);
  });

  test.each([
    [["--month", "2026-13"], "2026-13 is no month; write it like 2026-10"],
    [["--month", "2926-01"], "2926-01 has not begun"],
    [["--target", "high"], "high is no target; write a share such as 99.9"],
    [["--month", "2026-10"], "is stored in"],
  ])("%o ends with 64 and the remedy", async (args, says) => {
    const { code, out, err } = await report([...args, "--config", await company()]);
    expect([code, out]).toEqual([64, ""]);
    expect(err).toContain(says);
  });
});

describe("mailvigil report --reissue", () => {
  async function stored(): Promise<{ readonly file: string; readonly data: string }> {
    const file = await write(`settings: { data: data, language: en, timezone: Asia/Shanghai }
mailboxes: [{ address: sales@example.com, password: { env: PW }, business: critical, imap: { host: imap.example.com }, smtp: { host: smtp.example.com }, off: [smtp-submission] }]
channels: { boss: { type: webhook, url: https://hooks.example.org/x, secret: { env: PW } } }
report: { channels: [boss] }
`);
    const data = join(dirname(file), "data");
    const db = openDatabase(data);
    const at = october + hour;
    await createRecorder(db).commit(
      { ...emptyBatch, transitions: [{ probe: "sales@example.com/imap-login", from: "unknown", to: "ok", at, confirmedAt: at }] },
      { atOnce: true },
    );
    freezeMonth(
      db,
      { month: "2026-10", version: 1, madeAt: at, sha256: "0".repeat(64), report: readFileSync(old, "utf8").trim() },
      [],
    );
    db.close();
    return { file, data };
  }
  const old = new URL("../fixtures/report/stored-1.json", import.meta.url);

  test("stores the next version with its reason, and leaves it to the daemon to tell", async () => {
    const { file, data } = await stored();
    const before = await report(["--month", "2026-10", "--format", "md", "--config", file]);
    expect(before.out).toContain("示例贸易 Example Trading");
    const { code, out } = await report(["--month", "2026-10", "--format", "md", "--reissue", "M-3 was ours", "--config", file]);
    expect(code).toBe(0);
    expect(out).toContain("Made once more: M-3 was ours");
    expect(out).toContain("Version 2 of this report");
    expect((await report(["--month", "2026-10", "--format", "md", "--config", file])).out).toBe(out);
    const db = openDatabase(data);
    expect(db.sql.prepare("SELECT version FROM report_month ORDER BY version").pluck().all()).toEqual([1, 2]);
    expect(db.sql.prepare("SELECT key FROM outbox").pluck().all()).toEqual(["report:2026-10:2:boss"]);
    db.close();
  });

  test("is refused while the daemon runs, without a reason, and of a month that is not stored", async () => {
    const { file, data } = await stored();
    const empty = await report(["--month", "2026-10", "--reissue", " ", "--config", file]);
    expect([empty.code, empty.err]).toEqual([64, "write in 1 to 300 characters why it is made once more\n"]);
    const unknown = await report(["--month", "2026-09", "--reissue", "x", "--config", file]);
    expect([unknown.code, unknown.err]).toEqual([64, "2026-09 is not stored yet: there is nothing to make once more\n"]);
    const db = openDatabase(data);
    const running = await report(["--month", "2026-10", "--reissue", "x", "--config", file]);
    expect(running.code).toBe(1);
    expect(running.err).toContain("in use");
    db.close();
  });
});
