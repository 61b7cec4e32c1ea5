import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createDueHeap } from "../../src/engine/due-heap.ts";
import { firstRound, nextOnGrid, phaseOf, slotMs, wholeSlots } from "../../src/engine/schedule.ts";
import { createScheduler, type Limits, type Scheduler } from "../../src/engine/scheduler.ts";
import type { Load } from "../../src/model/check.ts";
import type { Probe } from "../../src/model/probe.ts";
import type { Secret } from "../../src/model/secret.ts";

const probe = (id: string, everyMs: number, load: Load = {}, measures: Probe["measures"] = "service"): Probe => ({
  id,
  asset: id,
  check: "x",
  target: id,
  options: {},
  everyMs,
  deadlineMs: 1000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  measures,
  severity: {},
  business: "normal",
  load,
  from: "test",
});

const credential: Secret = { source: "test", reveal: () => Promise.resolve("x"), toJSON: () => "[secret]" };

const many = (count: number, everyMs: number, load: Load = {}): Probe[] =>
  Array.from({ length: count }, (_, i) => probe(`asset-${i}/x`, everyMs, load));

describe("phaseOf() and nextOnGrid()", () => {
  const id = fc.string({ minLength: 1, maxLength: 40 });
  const every = fc.integer({ min: 1, max: 86_400_000 });

  test("a phase is a multiple of 250 ms within the interval, the same for ever", () => {
    fc.assert(
      fc.property(id, every, (name, everyMs) => {
        const phase = phaseOf(name, everyMs);
        expect(phase % slotMs).toBe(0);
        expect(phase).toBeGreaterThanOrEqual(0);
        expect(phase).toBeLessThan(wholeSlots(everyMs));
        expect(phaseOf(name, everyMs)).toBe(phase);
      }),
    );
    expect(phaseOf("example.com/dns-mx", 900_000)).toBe(326_000);
  });

  test("the next start is on the grid, between half an interval and one and a half after the last", () => {
    fc.assert(
      fc.property(id, every, fc.integer({ min: 0, max: 4e12 }), (name, everyMs, last) => {
        const whole = wholeSlots(everyMs);
        const next = nextOnGrid(name, everyMs, last);
        expect((next - phaseOf(name, everyMs)) % whole).toBe(0);
        expect(next - last).toBeGreaterThanOrEqual(whole / 2);
        expect(next - last).toBeLessThanOrEqual(1.5 * whole);
      }),
    );
  });

  test("spreads a thousand probes evenly", () => {
    const tenths = Array<number>(10).fill(0);
    for (const { id: name } of many(1000, 60_000)) {
      const tenth = Math.floor(phaseOf(name, 60_000) / 6000);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(60);
    expect(Math.max(...tenths)).toBeLessThan(140);
  });
});

describe("firstRound()", () => {
  const stale = (count: number, everyMs: number) =>
    Array.from({ length: count }, (_, i) => ({ id: `a${i}/x`, everyMs, turn: 1, ageMs: undefined }));

  test("runs everything without a fresh observation within min(interval, 10 s), one of them at once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 250, max: 3_600_000 }), (count, everyMs) => {
        const due = [...firstRound(stale(count, everyMs), 1000).values()].map((at) => at - 1000);
        expect(due).toHaveLength(count);
        expect(Math.min(...due)).toBe(0);
        expect(Math.max(...due)).toBeLessThanOrEqual(Math.min(wholeSlots(everyMs), 10_000));
      }),
    );
  });

  test("a handful begins within half a second", () => {
    expect(Math.max(...firstRound(stale(6, 300_000), 0).values())).toBeLessThanOrEqual(500);
  });

  test("what comes first is due before most of the rest, however much that is", () => {
    const rest = stale(1700, 900_000).map((run) => ({ ...run, turn: 2 }));
    const logins = Array.from({ length: 10 }, (_, i) => ({ id: `m${i}/login`, everyMs: 60_000, turn: 1, ageMs: undefined }));
    const due = firstRound([...rest, ...logins], 0);
    const last = Math.max(...logins.map(({ id }) => due.get(id) ?? Infinity));
    expect(last).toBeLessThanOrEqual(900);
    expect(rest.filter(({ id }) => (due.get(id) ?? 0) < last).length).toBeLessThan(rest.length / 5);
  });

  test("the own side goes first, a fresh observation waits for its own time", () => {
    const due = firstRound(
      [
        ...stale(50, 300_000),
        { id: "monitor/egress", everyMs: 60_000, turn: 0, ageMs: undefined },
        { id: "fresh/x", everyMs: 300_000, turn: 1, ageMs: 10_000 },
        { id: "old/x", everyMs: 300_000, turn: 1, ageMs: 300_000 },
      ],
      5_000_000,
    );
    expect(due.get("monitor/egress")).toBe(5_000_000);
    expect(due.get("fresh/x")).toBeGreaterThan(5_000_000 + 100_000);
    expect(due.get("fresh/x")).toBeLessThanOrEqual(5_000_000 + 300_000);
    expect(due.get("old/x")).toBeLessThanOrEqual(5_000_000 + 10_000);
  });
});

describe("createDueHeap()", () => {
  test("gives what is due in order, each id once, at its newest time", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.tuple(fc.constant("put"), fc.integer({ min: 0, max: 9 }), fc.nat(100)),
            fc.tuple(fc.constant("remove"), fc.integer({ min: 0, max: 9 }), fc.constant(0)),
          ),
        ),
        fc.nat(100),
        (steps, now) => {
          const heap = createDueHeap();
          const model = new Map<string, number>();
          for (const [what, number, due] of steps) {
            const id = `p${number}`;
            if (what === "put") {
              heap.put(id, due);
              model.set(id, due);
            } else {
              heap.remove(id);
              model.delete(id);
            }
          }
          const all = [...model.values()];
          expect(heap.next()).toBe(all.length > 0 ? Math.min(...all) : undefined);
          const taken = heap.take(now);
          const times = taken.map((id) => model.get(id) ?? -1);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          expect(new Set(taken)).toEqual(new Set([...model].filter(([, due]) => due <= now).map(([id]) => id)));
          expect(taken.length).toBe(new Set(taken).size);
        },
      ),
    );
  });
});

describe("createScheduler()", () => {
  const limits: Limits = { atOnce: 64, perHost: 8 };
  let scheduler: Scheduler;
  let started: { id: string; at: number }[];
  let active: Map<string, number>;
  let worst: { all: number; perHost: number; perAccount: number; perProbe: number };

  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 22), toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
    started = [];
    active = new Map();
    worst = { all: 0, perHost: 0, perAccount: 0, perProbe: 0 };
  });
  afterEach(async () => {
    const stopping = scheduler.stop();
    await vi.advanceTimersByTimeAsync(120_000);
    await stopping;
    vi.useRealTimers();
  });

  function count(key: string, by: number): number {
    active.set(key, (active.get(key) ?? 0) + by);
    return active.get(key) ?? 0;
  }

  function make(options: {
    runMs: number;
    limits?: Limits;
    again?: number;
    ages?: Record<string, number>;
    onRun?: (id: string) => void;
  }): Scheduler {
    const origin = Date.now();
    scheduler = createScheduler({
      limits: options.limits ?? limits,
      ageMs: (id) => options.ages?.[id],
      onError: (error) => {
        throw error;
      },
      run: async ({ id, load }) => {
        started.push({ id, at: Date.now() - origin });
        options.onRun?.(id);
        worst.all = Math.max(worst.all, count("all", 1));
        worst.perHost = Math.max(worst.perHost, count(`h${load.host ?? id}`, 1));
        worst.perAccount = Math.max(worst.perAccount, count(`a${load.logins?.[0]?.account ?? id}`, 1));
        worst.perProbe = Math.max(worst.perProbe, count(`p${id}`, 1));
        await new Promise((resolve) => setTimeout(resolve, options.runMs));
        for (const key of ["all", `h${load.host ?? id}`, `a${load.logins?.[0]?.account ?? id}`, `p${id}`]) count(key, -1);
        return options.again;
      },
    });
    return scheduler;
  }

  const timesOf = (id: string): number[] => started.filter((run) => run.id === id).map((run) => run.at);

  test("runs each probe once an interval, without drift", async () => {
    make({ runMs: 40 }).replace(many(20, 60_000));
    await vi.advanceTimersByTimeAsync(3_600_000);
    for (const { id } of many(20, 60_000)) {
      const times = timesOf(id).slice(1);
      expect(times.length).toBeGreaterThanOrEqual(58);
      expect(new Set(times.map((at) => at % 60_000)).size).toBe(1);
    }
  });

  test("holds the caps and still runs everything", async () => {
    const probes = [
      ...many(30, 60_000, { host: "one.example" }),
      ...Array.from({ length: 5 }, (_, i) =>
        probe(`acc/${i}`, 60_000, { host: "two.example", logins: [{ account: "li", credential }] }),
      ),
    ];
    make({ runMs: 2000, limits: { atOnce: 6, perHost: 3 } }).replace(probes);
    await vi.advanceTimersByTimeAsync(50_000);
    expect(worst).toMatchObject({ perHost: 3, perAccount: 1, perProbe: 1 });
    expect(worst.all).toBeLessThanOrEqual(6);
    expect(new Set(started.map(({ id }) => id)).size).toBe(35);
  });

  test("a hundred looks that hang keep nothing waiting that is of another kind", async () => {
    const login = (id: string): Load => ({ logins: [{ account: id, credential }] });
    const kinds = {
      records: (id: string) => probe(`records-${id}`, 900_000, {}, "posture"),
      mx: (id: string) => probe(`mx-${id}`, 900_000),
      login: (id: string) => probe(`login-${id}`, 900_000, login(id)),
    };
    for (const [stuck, free] of [
      ["records", "login"],
      ["mx", "login"],
      ["records", "mx"],
      ["login", "records"],
    ] as const) {
      started = [];
      const hanging = many(100, 900_000).map(({ id }) => kinds[stuck](id));
      make({ runMs: 45_000 }).replace(hanging);
      await vi.advanceTimersByTimeAsync(11_000);
      expect(started).toHaveLength(64);
      const other = kinds[free]("free");
      scheduler.replace([...hanging, other]);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(started.map(({ id }) => id)).toContain(other.id);
      const stopping = scheduler.stop();
      await vi.advanceTimersByTimeAsync(120_000);
      await stopping;
    }
  });

  test("after a start the own side is first, then the logins, then the rest", async () => {
    make({ runMs: 10 }).replace([
      ...many(200, 900_000).map(({ id }) => probe(`records-${id}`, 900_000, {}, "posture")),
      ...many(100, 900_000).map(({ id }) => probe(`mx-${id}`, 900_000)),
      ...many(10, 60_000).map(({ id }) => probe(`login-${id}`, 60_000, { logins: [{ account: id, credential }] })),
      probe("monitor/egress", 60_000, {}, "monitor"),
    ]);
    await vi.advanceTimersByTimeAsync(1_050);
    expect(started[0]?.id).toBe("monitor/egress");
    expect(started.filter(({ id }) => id.startsWith("login-"))).toHaveLength(10);
  });

  test("thousands that wait for one host cost no more than their runs", async () => {
    const probes = many(5000, 600_000, { host: "one.example" });
    const before = process.cpuUsage();
    make({ runMs: 1 }).replace(probes);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(new Set(started.map(({ id }) => id)).size).toBe(5000);
    const { user, system } = process.cpuUsage(before);
    // Asking everybody in the queue for every place took 16 s; now it is well under one, on a slow machine too.
    expect((user + system) / 1e6).toBeLessThan(8);
  });

  test("a run that gave its places free lets others start, and is not started twice itself", async () => {
    const origin = Date.now();
    scheduler = createScheduler({
      limits: { atOnce: 1, perHost: 1 },
      ageMs: () => undefined,
      onError: (error) => {
        throw error;
      },
      run: async ({ id }, free) => {
        started.push({ id, at: Date.now() - origin });
        worst.perProbe = Math.max(worst.perProbe, count(`p${id}`, 1));
        await new Promise((resolve) => setTimeout(resolve, 100));
        free();
        await new Promise((resolve) => setTimeout(resolve, 5000));
        count(`p${id}`, -1);
        return undefined;
      },
    });
    scheduler.replace(many(10, 60_000, { host: "one.example" }));
    await vi.advanceTimersByTimeAsync(3000);
    expect(new Set(started.map(({ id }) => id)).size).toBe(10);
    for (const { id } of many(10, 60_000)) scheduler.runNow(id);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(started).toHaveLength(20);
    expect(worst.perProbe).toBe(1);
  });

  test("never runs one probe twice at once, also when asked to", async () => {
    make({ runMs: 5000 }).replace(many(1, 60_000));
    await vi.advanceTimersByTimeAsync(100);
    for (let i = 0; i < 5; i += 1) expect(scheduler.runNow("asset-0/x")).toBe(true);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(worst.perProbe).toBe(1);
    expect(started).toHaveLength(2);
    expect(scheduler.runNow("nobody/x")).toBe(false);
  });

  test("looks again when a run asks for it", async () => {
    make({ runMs: 10, again: 20_000 }).replace(many(1, 900_000));
    await vi.advanceTimersByTimeAsync(61_000);
    expect(started.length).toBe(4);
  });

  test("runFresh() waits for a run that began late enough, and starts one beside the caps", async () => {
    make({ runMs: 1000, limits: { atOnce: 1, perHost: 1 } }).replace([
      probe("monitor/egress", 60_000, {}, "monitor"),
      probe("monitor/clock", 600_000, {}, "monitor"),
    ]);
    await vi.advanceTimersByTimeAsync(100);
    expect(started.map(({ id }) => id)).toEqual(["monitor/egress"]);
    const since = performance.now();
    let done = false;
    const fresh = scheduler.runFresh("monitor/egress", since).then(() => (done = true));
    await vi.advanceTimersByTimeAsync(1500);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    await fresh;
    expect(timesOf("monitor/egress").length).toBe(2);
  });

  test("after a sleep everything is looked at anew", async () => {
    make({ runMs: 10 }).replace(many(10, 3_600_000));
    await vi.advanceTimersByTimeAsync(15_000);
    expect(started).toHaveLength(10);
    vi.setSystemTime(Date.now() + 5 * 3_600_000);
    await vi.advanceTimersByTimeAsync(75_000);
    expect(started).toHaveLength(20);
  });

  test("a reload starts new probes, drops removed ones and leaves the others alone", async () => {
    make({ runMs: 10 }).replace(many(3, 600_000));
    await vi.advanceTimersByTimeAsync(11_000);
    scheduler.replace([...many(2, 600_000), probe("new/x", 600_000)]);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(timesOf("new/x")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_800_000);
    expect(timesOf("asset-2/x")).toHaveLength(1);
    expect(timesOf("asset-0/x").length).toBeGreaterThanOrEqual(3);
    expect(scheduler.nextAt("asset-0/x")).toBeGreaterThan(Date.now());
    expect(scheduler.nextAt("asset-2/x")).toBeUndefined();
  });
});
