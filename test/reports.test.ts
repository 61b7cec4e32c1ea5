import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AnyCheck } from "../src/model/check.ts";
import { monthWindow } from "../src/model/month.ts";
import { emptyBatch } from "../src/model/state.ts";
import type { Status } from "../src/model/status.ts";
import { startReports } from "../src/report-job.ts";
import { readReport, sha256Of } from "../src/report/stored.ts";
import { createReports, keptTotals, rendered, reportOf, type ReportWorld } from "../src/reports.ts";
import { openDatabase } from "../src/store/database.ts";
import { createRecorder } from "../src/store/recorder.ts";
import { readStoredReport } from "../src/store/reports.ts";
import { keepTotals } from "../src/store/totals.ts";
import { probeOf } from "./support/check-tester.ts";
import { checkOf, planOf } from "./support/plan.ts";
import { observation, state } from "./store/samples.ts";

const hour = 3_600_000;
const day = 24 * hour;
const base = planOf([]);
const zone = "Asia/Shanghai";
const { from, to } = monthWindow("2026-10", zone);

const login = checkOf("imap-login", () => ({ findings: [] }));
const trip = checkOf("mail-roundtrip", () => ({ findings: [] }));
const checks: ReadonlyMap<string, AnyCheck> = new Map([login, trip].map((check) => [check.id, check]));
const loginId = "a@example.com/imap-login";
const tripId = "a@example.com~b@example.net/mail-roundtrip";
const probes = [
  probeOf(login, { name: "a" }, { id: loginId, asset: "a@example.com", check: login.id, business: "critical" }),
  probeOf(trip, { name: "b" }, { id: tripId, asset: "a@example.com~b@example.net", check: trip.id, answers: "send" }),
];

function company() {
  const db = openDatabase(":memory:");
  const recorder = createRecorder(db);
  onTestFinished(() => {
    recorder.close();
    db.close();
  });
  const plan = planOf(probes, {
    settings: { ...base.settings, timezone: zone, company: "Example" },
    channels: [
      { name: "boss", type: "email", options: {}, from: "test" },
      { name: "ops", type: "webhook", options: {}, from: "test" },
    ],
    report: { ...base.report, channels: ["boss", "ops"] },
  });
  const commit = (batch: Partial<typeof emptyBatch>) => recorder.commit({ ...emptyBatch, ...batch }, { atOnce: true });
  return {
    db,
    plan,
    commit,
    world: (now: number): ReportWorld => ({ db, plan, checks, now }),
    change: (probe: string, at: number, was: Status, is: Status) =>
      commit({ transitions: [{ probe, from: was, to: is, at, confirmedAt: at }] }),
    count: (at: number, sent: number, found: number) =>
      commit({
        observations: [
          observation(tripId, at, {
            metrics: {
              sentTotal: sent,
              foundTotal: found,
              lateTotal: 0,
              lostTotal: sent - found,
              returnedTotal: 0,
              junkTotal: 0,
            },
          }),
        ],
      }),
    job: (now: () => number) => {
      const errors: unknown[] = [];
      const job = startReports({
        db,
        plan: () => plan,
        checks,
        now,
        demonstration: false,
        url: () => "https://mail.example.org",
        wakeDelivery: () => undefined,
        onError: (error) => errors.push(error),
      });
      onTestFinished(() => job.stop());
      return { ...job, errors };
    },
    outbox: () =>
      db.sql
        .prepare<[], { key: string; about: string; alert: string }>("SELECT key, about, alert FROM outbox ORDER BY seq")
        .all(),
  };
}

describe("a month that is over", () => {
  async function october() {
    const it = company();
    await it.change(loginId, from - day, "unknown", "ok");
    await it.change(loginId, from + 9 * day, "ok", "critical");
    await it.change(loginId, from + 9 * day + hour, "critical", "ok");
    return it;
  }

  test("is stored with its messages once: mail gets the whole, a chat the lead and the link", async () => {
    const it = await october();
    let now = to + 8 * hour;
    const job = it.job(() => now);
    await job.tick();
    expect(it.db.read(() => readStoredReport(it.db, "2026-10"))).toBeUndefined();
    now = to + 8.5 * hour;
    for (let looks = 0; looks < 5; looks += 1, now += day) await job.tick();
    expect(job.errors).toEqual([]);
    const stored = it.db.read(() => readStoredReport(it.db, "2026-10"))!;
    expect(stored).toMatchObject({ version: 1, madeAt: to + 8.5 * hour, sha256: sha256Of(stored.report) });
    const rows = it.outbox();
    expect(rows.map(({ key, about }) => [key, about])).toEqual([
      ["report:2026-10:1:boss", "2026-10"],
      ["report:2026-10:1:ops", "2026-10"],
    ]);
    const [mail, chat] = rows.map(({ alert }) => JSON.parse(alert));
    expect(mail.title).toBe("Mail reliability of Example, 2026-10: 99.865 %, target missed");
    expect(mail.mail.html).toContain("https://mail.example.org/report/2026-10");
    expect(mail.mail.html).toContain(stored.sha256);
    expect(mail.mail.text).toContain("Target missed: mail worked 99.865 % of the time (99.9 % wanted).");
    expect(chat.mail).toBeUndefined();
    expect(chat.lines[0]).toBe("Target missed: mail worked 99.865 % of the time (99.9 % wanted).");
    expect(chat.lines.at(-1)).toBe("On the page: https://mail.example.org/report/2026-10");
    expect(chat.data).toEqual({ month: "2026-10", version: 1, sha256: stored.sha256 });
  });

  test("waits for what is not decided, and says so on the third day", async () => {
    const it = await october();
    await it.commit({ states: [state(loginId, { undecidedSince: to - hour, coverUntil: to + 9 * day })] });
    let now = to + day;
    const job = it.job(() => now);
    await job.tick();
    expect(it.outbox()).toEqual([]);
    now = to + 2 * day;
    await job.tick();
    const [mail] = it.outbox().map(({ alert }) => JSON.parse(alert));
    expect(mail.lines[0]).toBe("Preliminary: 1 probes were not decided yet when the month ended.");
  });

  test("never changes, whatever becomes of the database, the configuration and the clock", async () => {
    const it = await october();
    const now = to + day;
    await it.job(() => now).tick();
    const write = async (world: ReportWorld): Promise<readonly string[]> => {
      const made = (await reportOf(world, "2026-10"))!;
      return (["html", "md", "json", "csv"] as const).flatMap((format) =>
        (["en", "zh-CN"] as const).map((language) => rendered(made, format, language)),
      );
    };
    const before = await write(it.world(now));
    await it.change(loginId, to + 10 * day, "ok", "critical");
    it.db.sql.exec("DELETE FROM observation; DELETE FROM probe_state");
    const other = { ...it.plan, probes: [], settings: { ...it.plan.settings, company: "Renamed", timezone: "UTC" } };
    expect(await write({ ...it.world(now + 900 * day), plan: other, checks: new Map() })).toEqual(before);
    expect(() => it.db.sql.exec("UPDATE report_month SET report = '{}'")).toThrow("a month once reported is never changed");
    expect(() => it.db.sql.exec("DELETE FROM report_month")).toThrow("a month once reported is never deleted");
  });

  test("has the same hash whenever and however often it is made", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 740 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 3 }),
        async (hours, days) => {
          const it = company();
          await it.change(loginId, from - day, "unknown", "ok");
          let was: Status = "ok";
          for (const at of hours.toSorted((a, b) => a - b)) {
            const is: Status = was === "ok" ? "critical" : "ok";
            await it.change(loginId, from + at * hour, was, is);
            was = is;
          }
          const hashes = new Set<string>();
          for (const later of days) hashes.add((await reportOf(it.world(to + later * day), "2026-10"))!.frozen.sha256);
          expect(hashes.size).toBe(1);
          const made = (await reportOf(it.world(to + day), "2026-10"))!;
          // What is stored says the same as what was made.
          const again = { ...made, report: readReport(made.canonical) };
          for (const format of ["md", "html", "csv"] as const)
            expect(rendered(again, format, "en")).toBe(rendered(made, format, "en"));
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("the delivery rate of a month", () => {
  test("is the difference of the counts at its two midnights, by which the mail of other months is left out", async () => {
    const it = company();
    await it.change(loginId, from - day, "unknown", "ok");
    for (let hours = -48; hours < 32 * 24; hours += 1) {
      await it.count(from + hours * hour + 60_000, 100 + hours, 90 + hours);
      // The clock looks once a minute: shortly after midnight.
      if (hours % 24 === 0) keepTotals(it.db, keptTotals);
    }
    const { report } = (await reportOf(it.world(to + 2 * day), "2026-10"))!;
    expect(report.delivery).toMatchObject([
      { asset: "a@example.com~b@example.net", way: "out", judged: 744, inTime: 744, verdict: "met" },
    ]);
  });

  test("of a route that is new counts from nothing, and in the running month to the last run", async () => {
    const it = company();
    await it.change(loginId, from - day, "unknown", "ok");
    await it.count(from + 10 * day, 1, 1);
    await it.count(from + 11 * day, 60, 58);
    keepTotals(it.db, keptTotals);
    await it.count(from + 12 * day, 70, 67);
    const { report } = (await reportOf(it.world(from + 13 * day), "2026-10"))!;
    expect(report.delivery).toMatchObject([{ judged: 70, inTime: 67 }]);
    expect(keepTotals(it.db, keptTotals)).toBe(1);
    expect(keepTotals(it.db, keptTotals)).toBe(0);
  });
});

describe("createReports()", () => {
  test("knows the months from the first run to now, and none before or after", async () => {
    const it = company();
    const reports = createReports(() => it.world(to + 40 * day));
    expect(reports.months()).toEqual([]);
    await it.change(loginId, from + day, "unknown", "ok");
    expect(reports.months().map(({ month }) => month)).toEqual(["2026-12", "2026-11", "2026-10"]);
    expect(await reports.document("2026-09", "en")).toBeUndefined();
    expect(await reports.document("2027-01", "en")).toBeUndefined();
    expect(await reports.document("2026-1", "en")).toBeUndefined();
    expect((await reports.document("2026-11", "en"))?.year.months).toHaveLength(2);
    expect(await reports.file("2026-11", "csv", "en")).toMatch(/^\ufeffservice,/);
  });
});
