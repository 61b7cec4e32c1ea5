import { afterEach, describe, expect, test } from "vitest";
import { startCalendar, type Calendar } from "../../src/engine/calendar.ts";

const hour = 3_600_000;

describe("startCalendar()", () => {
  let calendar: Calendar | undefined;
  afterEach(async () => {
    await calendar?.stop();
    calendar = undefined;
  });

  /** A calendar whose clock and store are in the test's hands. */
  function make(expression: string, timezone = "Asia/Shanghai") {
    const world = { now: 0, done: new Map<string, number>(), ran: [] as string[], fail: false, errors: 0 };
    const start = (): Calendar =>
      (calendar = startCalendar({
        jobs: [
          {
            name: "job",
            expression,
            run: (dueAt) => {
              if (world.fail) throw new Error("no disk");
              world.ran.push(new Date(dueAt).toISOString());
            },
          },
        ],
        timezone,
        runs: { lastDone: (name) => world.done.get(name), done: (name, dueAt) => void world.done.set(name, dueAt) },
        now: () => world.now,
        onError: () => {
          world.errors += 1;
        },
      }));
    return { world, start };
  }

  test("does nothing for what lay before it was known", async () => {
    const { world, start } = make("30 8 1 * *");
    world.now = Date.parse("2026-11-22T12:00:00Z");
    await start().tick();
    expect(world.ran).toEqual([]);
  });

  test("does what is due once, in the configured zone", async () => {
    const { world, start } = make("17 3 * * *");
    world.now = Date.parse("2026-11-22T12:00:00Z");
    const running = start();
    await running.tick();
    for (let i = 0; i < 60 * 24; i += 1) {
      world.now += 60_000;
      await running.tick();
    }
    expect(world.ran).toEqual(["2026-11-22T19:17:00.000Z"]);
  });

  test("makes up once for what was missed while the daemon was down", async () => {
    const { world, start } = make("30 8 1 * *");
    world.now = Date.parse("2026-11-22T12:00:00Z");
    world.done.set("job", Date.parse("2026-10-01T00:30:00Z"));
    await start().tick();
    expect(world.ran).toEqual(["2026-11-01T00:30:00.000Z"]);
    world.now += hour;
    await calendar?.tick();
    expect(world.ran).toHaveLength(1);
  });

  test("tries again what failed", async () => {
    const { world, start } = make("0 * * * *");
    world.now = Date.parse("2026-11-22T12:00:30Z");
    world.done.set("job", world.now - hour);
    world.fail = true;
    await start().tick();
    expect(world.errors).toBe(1);
    world.fail = false;
    world.now += 60_000;
    await calendar?.tick();
    expect(world.ran).toEqual(["2026-11-22T12:00:00.000Z"]);
  });

  test("a day whose hour comes twice is not lost", async () => {
    const { world, start } = make("30 2 * * *", "Europe/Berlin");
    world.now = Date.parse("2026-10-24T12:00:00Z");
    const running = start();
    await running.tick();
    for (let i = 0; i < 48 * 4; i += 1) {
      world.now += 15 * 60_000;
      await running.tick();
    }
    expect(world.ran.map((at) => at.slice(0, 10))).toContain("2026-10-25");
    expect(world.ran).toContain("2026-10-26T01:30:00.000Z");
  });
});
