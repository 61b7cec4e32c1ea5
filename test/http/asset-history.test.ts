import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createPast } from "../../src/asset-past.ts";
import { createDiagnoseNow } from "../../src/engine/diagnose-now.ts";
import { createApp, type App } from "../../src/http/app.ts";
import { letterWay } from "../../src/mail/letter-way.ts";
import { journeyToJson, newJourney } from "../../src/mail/probe-journey.ts";
import type { AssetHistory } from "../../src/model/api.ts";
import type { Incident, Transition } from "../../src/model/incident.ts";
import type { Fact, Observation } from "../../src/model/observation.ts";
import { emptyBatch } from "../../src/model/state.ts";
import type { Status } from "../../src/model/status.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { exampleChecks } from "../support/example-checks.ts";
import { createFakeBoard, type FakeBoard } from "../support/fake-board.ts";
import { checkOf } from "../support/plan.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const now = Date.UTC(2026, 10, 22, 9, 0);
const headers = { host: "127.0.0.1:8993" };
const sales = "sales@example.com";
const route = `${sales}~canary@partner.example`;

const manyChecks = Array.from({ length: 80 }, (_, index) => checkOf(`check-${index}`, () => ({ findings: [], metrics: {} })));

let board: FakeBoard;
let db: Database;
let app: App;
let facts: (Fact & { readonly asset: string })[];
let recorder: ReturnType<typeof createRecorder>;
const closers: (() => void)[] = [];

beforeEach(() => {
  board = createFakeBoard({ now: () => now, checks: [...exampleChecks, ...manyChecks] });
  facts = [];
  db = openDatabase(":memory:");
  recorder = createRecorder(db);
  const diagnosis = createDiagnoseNow({ board: { ...board, incidentOf: () => undefined }, runNow: () => false, now: () => now });
  const top = "Received: from x by smtp.example.com with ESMTPS; Sun, 22 Nov 2026 08:58:01 +0000\r\n\r\n";
  const way = letterWay({ sentAt: now - 2 * minute, tookMs: 4_000, place: "inbox", handedMs: 300, receivedAt: undefined, top });
  const past = createPast(db, {
    state: (id) => board.state(id),
    facts: (asset, kind) => facts.filter((fact) => fact.asset === asset && fact.kind === kind),
    timezone: "Asia/Shanghai",
    memory: (id) => (id.endsWith("/mail-roundtrip") ? journeyToJson({ ...newJourney, way }) : undefined),
  });
  app = createApp({
    board,
    diagnosis,
    past,
    actions: board.actions,
    health: () => ({ loopAgeMs: 0, databaseOk: true, outboxAgeMs: 0 }),
    version: "1.2.3",
    pageFolder: "/nonexistent",
    now: () => now,
  });
  closers.push(
    () => app.close(),
    () => diagnosis.close(),
    () => recorder.close(),
    () => db.close(),
  );
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const ask = (path: string) => app.request(`/api/v1/assets/${path}`, { headers });
async function history(asset: string, window = "24h"): Promise<AssetHistory> {
  const response = await ask(`${asset}/history?window=${window}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return JSON.parse(await response.text());
}

/** A probe that became each status at each moment, and was last looked at a minute ago. */
async function probe(id: string, ...changes: readonly (readonly [at: number, to: Status])[]): Promise<void> {
  board.addProbe(id);
  const last = changes.at(-1)?.[1] ?? "unknown";
  board.observe(id, { at: now - minute, since: changes.at(-1)?.[0] ?? now - day, status: last });
  const transitions = changes.map(([at, to], index): Transition => {
    return { probe: id, at, confirmedAt: at, from: changes[index - 1]?.[1] ?? "unknown", to };
  });
  await recorder.commit({ ...emptyBatch, transitions }, { atOnce: true });
}

const incidentOf = (id: number, probes: readonly string[], more: Partial<Incident> = {}): Incident => ({
  id,
  key: `${probes[0] ?? ""}#${id}`,
  cause: "mailbox-full",
  priority: "P2",
  severity: "critical",
  openedAt: now - id * hour,
  resolvedAt: now - id * hour + 10 * minute,
  unconfirmed: false,
  acknowledgedBy: undefined,
  acknowledgedUntil: undefined,
  turnCount: 1,
  lastTurnAt: now,
  probes: probes.map((one) => ({
    probe: one,
    joinedAt: now - id * hour,
    leftAt: undefined,
    findings: [{ code: "mailbox-full", severity: "critical", data: { mailbox: sales, used: "5.0", size: "5.0" } }],
  })),
  ...more,
});

describe("GET /api/v1/assets/{asset}/history", () => {
  test("bars lie where the changes were, what was not watched is a gap, and the account says what is sure", async () => {
    await probe(
      `${sales}/imap-login`,
      [now - 20 * hour, "ok"],
      [now - 2 * hour, "critical"],
      [now - hour, "unknown"],
      [now - hour / 2, "ok"],
    );
    const { probes, service, from, to } = await history(sales);
    expect([from, to]).toEqual([now - day, now]);
    const wanted = {
      bars: [
        { from: now - 20 * hour, to: now - 2 * hour, status: "ok" },
        { from: now - 2 * hour, to: now - hour, status: "critical" },
        { from: now - hour, to: now - hour / 2, status: "unknown" },
        { from: now - hour / 2, to: now, status: "ok" },
      ],
      folded: false,
      since: now - 20 * hour,
      availability: { value: 18.5 / 19.5, low: 18.5 / 20, high: 19 / 20, downMs: hour, unknownMs: hour / 2 },
    };
    expect(probes[0]).toMatchObject({ probe: `${sales}/imap-login`, service: true, ...wanted });
    expect(service).toEqual(wanted);
  });

  test.each([
    ["24h", day],
    ["7d", 7 * day],
    ["30d", 30 * day],
    ["90d", 90 * day],
  ])("the window %s is filled by what was before it", async (window, length) => {
    await probe(`${sales}/imap-login`, [now - 400 * day, "ok"]);
    const { probes } = await history(sales, window);
    expect(probes[0]?.bars).toEqual([{ from: now - length, to: now, status: "ok" }]);
    expect(probes[0]?.availability).toEqual({ value: 1, low: 1, high: 1, downMs: 0, unknownMs: 0 });
  });

  test("several probes are as bad as the worst of them at each moment, each from when it was watched", async () => {
    await probe(`${sales}/imap-login`, [now - 10 * hour, "ok"], [now - 3 * hour, "critical"], [now - 2 * hour, "ok"]);
    await probe(`${sales}/smtp-submission`, [now - 5 * hour, "ok"], [now - 2 * hour, "critical"], [now - hour, "ok"]);
    const { service } = await history(sales);
    expect(service?.bars).toEqual([
      { from: now - 10 * hour, to: now - 3 * hour, status: "ok" },
      { from: now - 3 * hour, to: now - hour, status: "critical" },
      { from: now - hour, to: now, status: "ok" },
    ]);
    expect(service?.availability).toMatchObject({ value: 0.8, downMs: 2 * hour });
  });

  test("what nothing speaks for any more is not known, and no up-time", async () => {
    await probe(`${sales}/imap-login`, [now - 10 * hour, "ok"]);
    board.observe(`${sales}/imap-login`, { at: now - 2 * hour, status: "ok" });
    const { probes } = await history(sales);
    // It speaks for ten minutes.
    expect(probes[0]?.bars.at(-1)).toEqual({ from: now - 2 * hour + 10 * minute, to: now, status: "unknown" });
    expect(probes[0]?.availability).toMatchObject({ value: 1, unknownMs: 110 * minute });
  });

  test("a probe that never ran has no bars, and nothing is said of it", async () => {
    board.addProbe(`${sales}/imap-login`);
    const { probes, service } = await history(sales);
    expect(probes[0]).toMatchObject({ bars: [], since: null, availability: { value: null, low: 0, high: 1 } });
    expect(service).toBeNull();
  });

  test("the round trip comes first, with the way of its last letter", async () => {
    await probe(`${route}/mail-roundtrip`, [now - hour, "ok"]);
    const { ways, probes } = await history(encodeURIComponent(route));
    expect(probes[0]?.probe).toBe(`${route}/mail-roundtrip`);
    expect(ways).toEqual([
      {
        probe: `${route}/mail-roundtrip`,
        sentAt: now - 2 * minute,
        tookMs: 4_000,
        place: "inbox",
        legs: [
          { host: "smtp.example.com", ms: 300 },
          { host: null, ms: null },
        ],
      },
    ]);
  });

  test("the latency is that of the first probe, or of the one asked for; what was lost has none", async () => {
    await probe(`${sales}/imap-login`, [now - 3 * hour, "ok"]);
    await probe(`${sales}/imap-quota`, [now - 3 * hour, "ok"]);
    const run = (ago: number, latencyMs: Observation["latencyMs"] & {}): Observation => {
      return { ...observationOf(`${sales}/imap-login`, now - ago, 5), latencyMs };
    };
    const observations = [run(121 * minute, 100), run(120.5 * minute, 300), run(62 * minute, "lost"), run(minute, 700)];
    const other = observationOf(`${sales}/imap-quota`, now - 2 * minute, 42);
    await recorder.commit({ ...emptyBatch, observations: [...observations, other] }, { atOnce: true });

    const { latency } = await history(sales);
    expect(latency?.probe).toBe(`${sales}/imap-login`);
    // Two hours are drawn in pieces of five minutes; the last one ends now.
    expect(latency?.points).toEqual([
      { from: now - 125 * minute, to: now - 2 * hour, p50: 100, p95: 300, runs: 2, lost: 0 },
      { from: now - 65 * minute, to: now - hour, p50: null, p95: null, runs: 1, lost: 1 },
      { from: now - 5 * minute, to: now, p50: 700, p95: 700, runs: 1, lost: 0 },
    ]);
    const asked = JSON.parse(await (await ask(`${sales}/history?check=imap-quota`)).text());
    expect(asked.latency).toMatchObject({ probe: `${sales}/imap-quota`, points: [{ p50: 42, runs: 1 }] });
    const unknown = JSON.parse(await (await ask(`${sales}/history?check=../../etc`)).text());
    expect(unknown.latency).toBeNull();
    for (const window of ["7d", "30d", "90d"]) {
      const points = (await history(sales, window)).latency?.points ?? [];
      expect(
        points.reduce((sum, { runs }) => sum + runs, 0),
        window,
      ).toBe(4);
      expect(points.at(-1)?.to, window).toBeLessThanOrEqual(now);
    }
  });

  test("incidents are those of this asset within 90 days, the latest first, with what was wrong", async () => {
    await probe(`${sales}/imap-quota`, [now - 100 * day, "ok"]);
    const mine = `${sales}/imap-quota`;
    const incidents = [
      incidentOf(1, [mine]),
      incidentOf(2, ["sales@example.com.evil/imap-quota", "zsales@example.com/imap-quota"]),
      incidentOf(3, ["info@example.com/imap-quota", mine]),
      incidentOf(4, [mine], { openedAt: now - 95 * day, resolvedAt: now - 91 * day }),
      incidentOf(5, [mine], { openedAt: now - 95 * day, resolvedAt: undefined }),
    ];
    await recorder.commit({ ...emptyBatch, incidents }, { atOnce: true });
    const { incidents: told, moreIncidents } = await history(sales);
    expect(told.map(({ name }) => name)).toEqual(["M-5", "M-3", "M-1"]);
    expect(moreIncidents).toBe(false);
    expect(told[2]).toMatchObject({ priority: "P2", openedAt: now - hour, resolvedAt: now - hour + 10 * minute });
    expect(told[2]?.title.en).toContain("sales@example.com");
    expect(told[2]?.title.zh).not.toBe(told[2]?.title.en);
  });

  test("facts are those that are shown, the latest first, and bounded", async () => {
    await probe("example.com/dns-mx", [now - hour, "ok"]);
    const fact = (kind: string, value: string, lastSeen: number) => ({
      asset: "example.com",
      kind,
      value,
      firstSeen: 0,
      lastSeen,
    });
    facts = [
      fact("dkim-selector", "old", 1),
      fact("dkim-selector", "new", 2),
      fact("authentication", "not shown", 3),
      ...Array.from({ length: 50 }, (_, index) => fact("sending-address", `192.0.2.${index}`, index)),
    ];
    const told = (await history("example.com")).facts;
    expect(told.map(({ kind }) => kind)).toEqual(["dkim-selector", "sending-address"]);
    expect(told[0]?.values.map(({ value }) => value)).toEqual(["new", "old"]);
    expect(told[1]?.values).toHaveLength(20);
    expect(told[1]?.values[0]).toEqual({ value: "192.0.2.49", lastSeen: 49 });
  });

  test.each([
    ["nobody@example.com/history", 404, "not-found"],
    ["history", 404, "not-found"],
    ["%2e%2e%2f%2e%2e%2fetc%2fpasswd/history", 404, "not-found"],
    ["%ff%fe/history", 404, "not-found"],
    ["sales%40example.com%00/history", 404, "not-found"],
    ["' OR 1=1 --/history", 404, "not-found"],
    ["%25/history", 404, "not-found"],
    [`${"a".repeat(5_000)}/history`, 404, "not-found"],
    [`${sales}/history?window=1y`, 400, "bad-request"],
    [`${sales}/history?window=`, 400, "bad-request"],
    [`${sales}/history?window=toString`, 400, "bad-request"],
  ])("%s ▶ %i", async (path, status, code) => {
    await probe(`${sales}/imap-login`, [now - hour, "ok"]);
    const response = await ask(path);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: { code, message: expect.any(String) } });
  });

  test("SALES@EXAMPLE.COM is the same asset, and without a window it is a day", async () => {
    await probe(`${sales}/imap-login`, [now - hour, "ok"]);
    const response = await ask("SALES%40EXAMPLE.COM/history");
    expect(await response.json()).toMatchObject({ asset: sales, window: "24h" });
  });

  test("a disk that fails is an error, not an empty past", async () => {
    await probe(`${sales}/imap-login`, [now - hour, "ok"]);
    db.close();
    const response = await ask(`${sales}/history`);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { code: "went-wrong" } });
  });
});

describe("a big asset", () => {
  const probes = 80;
  const flips = 300;

  test("is bounded, and nothing holds others up for 50 ms", { timeout: 60_000 }, async () => {
    const ids = Array.from({ length: probes }, (_, index) => `big.example/check-${index}`);
    const transitions: Transition[] = [];
    const observations: Observation[] = [];
    for (const [index, id] of ids.entries()) {
      board.addProbe(id);
      board.observe(id, { at: now - minute });
      for (let flip = 0; flip < flips; flip += 1) {
        const at = now - 80 * day + flip * 6 * hour + index * minute;
        const [from, to]: readonly [Status, Status] = flip % 2 === 0 ? ["ok", "critical"] : ["critical", "ok"];
        transitions.push({ probe: id, at, confirmedAt: at, from: flip === 0 ? "unknown" : from, to });
      }
    }
    for (let run = 0; run < 3_000; run += 1)
      observations.push(observationOf("big.example/check-0", now - 25 * hour + run * 30_000, run % 100));
    const incidents = Array.from({ length: 130 }, (_, index) => incidentOf(index + 1, ["big.example/check-0"]));
    await recorder.commit({ ...emptyBatch, transitions, observations, incidents }, { atOnce: true });
    for (const window of ["24h", "7d", "30d", "90d"]) {
      let answer = "";
      const held = await longestHold(async () => {
        answer = await (await ask(`big.example/history?window=${window}`)).text();
      });
      const told: AssetHistory = JSON.parse(answer);
      expect(told.probes).toHaveLength(60);
      expect(told.omitted).toBe(20);
      expect(told.incidents).toHaveLength(100);
      expect(told.moreIncidents).toBe(true);
      expect(told.latency?.points.length).toBeLessThanOrEqual(2_000);
      for (const { bars } of told.probes) {
        expect(bars.length).toBeLessThanOrEqual(360);
        expect(bars.at(-1)?.to).toBe(now);
      }
      expect(held, window).toBeLessThan(50);
    }
  });
});

const observationOf = (id: string, at: number, durationMs: number): Observation => ({
  probe: id,
  status: "ok",
  findings: [],
  metrics: {},
  evidence: [],
  at,
  durationMs,
});

/** How many milliseconds of work there are at most between two turns, by the thread's own clock: others work on this machine, too. */
async function longestHold(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  const worked = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let last = worked();
  let isOver = false;
  const tick = (): void => {
    const at = worked();
    longest = Math.max(longest, at - last);
    last = at;
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  isOver = true;
  // The last piece of work is over when the next turn begins.
  await new Promise<void>((resolve) => void setImmediate(resolve));
  return longest;
}
