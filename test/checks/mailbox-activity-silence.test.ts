import { describe, expect, test } from "vitest";
import { type ActivityOptions, judge } from "../../checks/mailbox-activity.judge.ts";
import { type Memory, readMemory, writeMemory } from "../../checks/mailbox-activity.memory.ts";
import { falseAlarmsPerYear } from "../../src/mail/arrival-rhythm.ts";
import { weekClock } from "../../src/mail/week-clock.ts";

const hour = 3_600_000;
const day = 24 * hour;
const everyMs = hour / 2;

/** The same numbers at every run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function poisson(mean: number, random: () => number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  let [left, count] = [Math.exp(-mean), 0];
  for (let product = random(); product > left; product *= random()) count += 1;
  left = count;
  return left;
}

const normal = (random: () => number): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

interface Company {
  readonly timezone?: string;
  /** Mails in an hour of office time. */
  readonly busy: number;
  /** Standard deviation of the logarithm of a factor that each day has of its own. */
  readonly days?: number;
  readonly seed?: number;
  readonly start?: number;
  readonly holidays?: ActivityOptions["holidays"];
  /** Of our own round trips, day and night: so many come in an hour, and so many the check knows of. */
  readonly probes?: number;
  readonly ownMails?: number;
}

/** A shared mailbox: busy from 9 to 18 on weekdays, a fifth of it until 22, little at night and at weekends. */
function createMailbox({
  timezone = "Asia/Shanghai",
  busy,
  days = 0,
  seed = 1,
  start = Date.UTC(2026, 0, 5),
  holidays = [],
  probes = 0,
  ownMails = 0,
}: Company) {
  const random = createRandom(seed);
  const clock = weekClock(timezone);
  const factors = new Map<string, number>();
  const options = { user: "sales@own.test", host: "h", share: 20, number: 100, timezone, holidays, silence: true, ownMails };
  let uidNext = 1;
  let memory: Memory = readMemory(undefined);
  let now = start;
  const rate = (): number => {
    const { hour: inWeek, day: date } = clock(now);
    const [weekday, at] = [Math.floor(inWeek / 24), inWeek % 24];
    const factor = factors.get(date) ?? Math.exp(days * normal(random) - (days * days) / 2);
    factors.set(date, factor);
    const open = weekday >= 1 && weekday <= 5;
    const share = !open ? 0.04 : at >= 9 && at < 18 ? 1 : at >= 18 && at < 22 ? 0.2 : 0.03;
    return busy * share * factor;
  };
  /** @param flows the share of its mail that comes, `probing` of our own */
  const look = (flows = 1, afterMs = everyMs, probing = 1): readonly string[] => {
    uidNext += poisson((rate() * flows * afterMs) / hour, random) + Math.round((probes * probing * afterMs) / hour);
    now += afterMs;
    return see(now);
  };
  const see = (at: number): readonly string[] => {
    const inbox = { uidValidity: 7, uidNext, mails: 50, discarded: false, label: false };
    const counts = { folders: new Map([["INBOX", inbox]]), leftOut: 0, missing: undefined };
    const judged = judge(counts, memory, options, { now: at, everyMs, note: () => undefined });
    memory = judged.memory;
    return judged.findings.map(({ code }) => code);
  };
  /** Looks until a moment. @returns how often something began to be told */
  const until = (end: number): number => {
    let [told, began] = [false, 0];
    const looks = Math.ceil((end - now) / everyMs);
    for (let i = 0; i < looks; i += 1) {
      const tells = look().length > 0;
      if (tells && !told) began += 1;
      told = tells;
    }
    return began;
  };
  return {
    look,
    until,
    see,
    rate,
    now: () => now,
    memory: () => memory,
    keep: () => (memory = readMemory(writeMemory(memory))),
    add: (mails: number) => (uidNext += mails),
  };
}

type Mailbox = ReturnType<typeof createMailbox>;

/** How long it takes until silence is told, and how many mails were missed by then. */
function untilTold(mailbox: Mailbox, mostHours: number): { readonly hours: number; readonly missed: number } {
  const began = mailbox.now();
  let missed = 0;
  while (mailbox.now() - began < mostHours * hour) {
    missed += mailbox.rate() / 2;
    if (mailbox.look(0).includes("mail-silent")) return { hours: (mailbox.now() - began) / hour, missed };
  }
  return { hours: Infinity, missed };
}

const monday10 = Date.UTC(2026, 2, 2, 2); // 10 o'clock in Shanghai

describe("mailbox-activity: silence", () => {
  test("is falsely told at most once in two years, whatever the traffic", { timeout: 120_000 }, () => {
    const companies: readonly Company[] = [
      { busy: 2 },
      { busy: 6, days: 0.2 },
      { busy: 15, days: 0.3 },
      { busy: 40 },
      { busy: 40, days: 0.4, timezone: "Europe/Berlin" },
      { busy: 150, days: 0.2 },
      { busy: 6, timezone: "America/New_York" },
      { busy: 20, days: 0.2, timezone: "Australia/Lord_Howe" },
    ];
    // Half a year of each; 40 years of such companies had two (docs/decisions/0012).
    const years = companies.length / 2;
    const told = companies.map((company, index) => {
      const mailbox = createMailbox({ ...company, seed: index + 11 });
      return mailbox.until(mailbox.now() + 182 * day);
    });
    expect(
      told.reduce((sum, one) => sum + one, 0),
      told.join(" "),
    ).toBeLessThanOrEqual(falseAlarmsPerYear * years);
  });

  test.each([
    { busy: 40, days: 0, hours: 1.5, missed: 45 },
    { busy: 15, days: 0.2, hours: 3.5, missed: 50 },
    { busy: 6, days: 0.2, hours: 8, missed: 45 },
    { busy: 2, days: 0.2, hours: 48, missed: 45 },
  ])("is found after at most $missed missed mails ($busy an hour, days differ by $days)", ({ hours, missed, ...company }) => {
    for (const seed of [1, 2, 3]) {
      const mailbox = createMailbox({ ...company, seed });
      mailbox.until(monday10);
      const found = untilTold(mailbox, 72);
      expect(found.hours).toBeLessThanOrEqual(hours);
      expect(found.missed).toBeLessThanOrEqual(missed);
    }
  });

  test("stays told through night and weekend, ends with the mail, and is not learnt as usual", () => {
    const mailbox = createMailbox({ busy: 20, days: 0.2 });
    mailbox.until(monday10 + 4 * day);
    untilTold(mailbox, 24);
    let silent = 0;
    for (let i = 0; i < 120; i += 1) silent += Number(mailbox.look(0).includes("mail-silent"));
    expect(silent).toBe(120);
    // Monday evening: nothing for three days. Tuesday morning it flows again.
    mailbox.until(monday10 + 8 * day + 4 * hour);
    expect(mailbox.look()).toEqual([]);
    expect(mailbox.until(monday10 + 11 * day)).toBe(0);
    expect(untilTold(mailbox, 72).missed).toBeLessThanOrEqual(70);
  });

  test("is told as well while a few mails (of our own round trips) go on coming", () => {
    const mailbox = createMailbox({ busy: 20 });
    mailbox.until(monday10);
    let told = 0;
    for (let i = 0; i < 12; i += 1) told += Number(mailbox.look(0.1).includes("mail-silent"));
    expect(told).toBeGreaterThan(0);
  });

  test("is not told where our own probe mails alone stay away, and is where all others do", () => {
    const withProbes = (ownMails: number, busy: number) => {
      const mailbox = createMailbox({ busy, probes: 8, ownMails });
      mailbox.until(monday10);
      return mailbox;
    };
    const without = (mailbox: Mailbox, flows: number, probing: number): boolean =>
      Array.from({ length: 48 }, () => mailbox.look(flows, everyMs, probing))
        .flat()
        .includes("mail-silent");
    expect(without(withProbes(0, 0.1), 1, 0)).toBe(true);
    expect(without(withProbes(8, 0.1), 1, 0)).toBe(false);
    expect(without(withProbes(8, 20), 1, 0)).toBe(false);
    expect(without(withProbes(8, 40), 0, 1)).toBe(true);
    expect(without(withProbes(8, 20), 0, 0)).toBe(true);
  });

  test("is not told before two weeks are learnt", () => {
    const mailbox = createMailbox({ busy: 40, start: monday10 });
    expect(mailbox.until(monday10 + 9 * day)).toBe(0);
    expect(untilTold(mailbox, 4 * 24).hours).toBe(Infinity);
  });

  test("of a holiday is told, unless the day is named", () => {
    const tuesday = "2026-03-03";
    const told = [[], [[tuesday, tuesday] as const]].map((holidays) => {
      const mailbox = createMailbox({ busy: 15, holidays });
      mailbox.until(Date.UTC(2026, 2, 2, 16));
      let codes: readonly string[] = [];
      for (let i = 0; i < 48; i += 1) codes = [...codes, ...mailbox.look(0.02)];
      // Until noon of the next day it has ended by itself.
      mailbox.until(Date.UTC(2026, 2, 4, 4));
      return { silent: codes.includes("mail-silent"), noon: mailbox.look(), after: mailbox.until(Date.UTC(2026, 2, 7)) };
    });
    expect(told).toEqual([
      { silent: true, noon: [], after: 0 },
      { silent: false, noon: [], after: 0 },
    ]);
  });

  test.each(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])("is not told for daylight saving in %s", (timezone) => {
    // Both changes of a year, of a company whose mail goes by its own clock.
    const mailbox = createMailbox({ busy: 30, timezone, start: Date.UTC(2026, 1, 1) });
    expect(mailbox.until(Date.UTC(2026, 4, 1))).toBe(0);
    const autumn = createMailbox({ busy: 30, timezone, start: Date.UTC(2026, 7, 20) });
    expect(autumn.until(Date.UTC(2026, 10, 20))).toBe(0);
  });

  test("is not told for a clock that jumps, nor for a pause of ours", () => {
    const mailbox = createMailbox({ busy: 30 });
    mailbox.until(monday10);
    const { rhythm } = mailbox.memory();
    // Ahead by 8 hours of office time in which nothing can have come, and back again.
    expect(mailbox.see(mailbox.now() + 8 * hour)).toEqual([]);
    expect(mailbox.see(mailbox.now() + 1000)).toEqual([]);
    expect(mailbox.look()).toEqual([]);
    // Switched off for a day: what came meanwhile is no flood, what did not is no silence.
    mailbox.add(3_000);
    expect(mailbox.look(1, day)).toEqual([]);
    expect(mailbox.memory().rhythm?.since).toBe(rhythm?.since);
    expect(mailbox.until(monday10 + 3 * day)).toBe(0);
    expect(untilTold(mailbox, 24).hours).toBeLessThanOrEqual(3);
  });

  test("of a week has become usual", () => {
    const mailbox = createMailbox({ busy: 20 });
    mailbox.until(monday10);
    untilTold(mailbox, 24);
    let last = 0;
    for (let i = 0; i < 9 * 48; i += 1) if (mailbox.look(0).includes("mail-silent")) last = i;
    expect(last / 48).toBeGreaterThan(6.9);
    expect(last / 48).toBeLessThan(7.1);
  });
});

describe("mailbox-activity: floods", () => {
  test("are told in the hour, and not learnt", () => {
    const mailbox = createMailbox({ busy: 20, days: 0.3 });
    mailbox.until(monday10);
    mailbox.add(150);
    expect(mailbox.look()).toEqual(["mail-flood"]);
    mailbox.look();
    mailbox.look();
    expect(mailbox.look()).toEqual([]);
    expect(mailbox.until(monday10 + 7 * day)).toBe(0);
  });

  test("must be large while nothing is learnt, and beyond what the mailbox is used to", () => {
    const young = createMailbox({ busy: 20, start: monday10 });
    young.look();
    young.add(900);
    expect(young.look()).toEqual([]);
    young.add(1_000);
    expect(young.look()).toEqual(["mail-flood"]);
    const busy = createMailbox({ busy: 300 });
    busy.until(monday10);
    busy.add(300);
    expect(busy.look()).toEqual([]);
  });
});

test("what is remembered of a year of looks is small, and is read back as it was written", () => {
  const mailbox = createMailbox({ busy: 2_000, days: 0.4 });
  mailbox.until(monday10);
  const before = mailbox.keep();
  expect(mailbox.keep()).toEqual(before);
  expect(before.rhythm?.bins).toHaveLength(168);
  expect(Buffer.byteLength(JSON.stringify(writeMemory(before)))).toBeLessThan(25 * 1024);
});
