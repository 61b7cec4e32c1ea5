import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Incident } from "../../src/model/incident.ts";
import { type Change, cut, type Piece, type State, sum } from "../../src/model/account.ts";
import { worstOf } from "../../src/report/combine.ts";
import { documentOf } from "../../src/report/document.ts";
import { makeReport, type ReportInput, type Watched } from "../../src/report/monthly.ts";

const hour = 3_600_000;
const window = { from: 1_000 * hour, to: 1_720 * hour };

const watched = (
  id: string,
  changes: readonly (readonly [hours: number, to: Change["to"]])[],
  more: Partial<Watched> = {},
): Watched => ({
  id: `${id}/imap-login`,
  asset: id,
  check: "imap-login",
  measures: "service",
  answers: "read",
  business: "normal",
  ours: true,
  changes: changes.map(([hours, to]) => ({ at: window.from + hours * hour, to })),
  ...more,
});

const incident = (id: number, more: Partial<Incident> = {}): Incident => ({
  id,
  cause: "connect-timeout",
  key: "x",
  priority: "P2",
  severity: "critical",
  openedAt: window.from + id * hour,
  resolvedAt: window.from + (id + 1) * hour,
  unconfirmed: false,
  acknowledgedBy: undefined,
  acknowledgedUntil: undefined,
  turnCount: 2,
  lastTurnAt: 0,
  probes: [{ probe: "a@x/imap-login", joinedAt: 0, leftAt: undefined, findings: [] }],
  ...more,
});

const report = (probes: readonly Watched[], more: Partial<ReportInput> = {}) =>
  makeReport({
    month: "2026-10",
    window,
    now: window.to + hour,
    target: 0.999,
    company: "Example",
    timezone: "UTC",
    version: "1",
    probes,
    incidents: [],
    ends: [],
    undecided: 0,
    before: [],
    titleOf: () => undefined,
    ...more,
  });

describe("worstOf()", () => {
  const span = { from: 0, to: 60 };
  const states: readonly State[] = ["up", "degraded", "down", "unknown", "maintenance"];
  const rank = ["maintenance", "up", "degraded", "unknown", "down"];
  const account = fc
    .uniqueArray(fc.record({ at: fc.nat(59), to: fc.constantFrom("ok", "warning", "critical", "unknown") }), {
      selector: ({ at }) => at,
    })
    .map((changes) =>
      cut(
        changes.toSorted((a, b) => a.at - b.at),
        span,
      ),
    );
  const at = (pieces: readonly Piece[], moment: number): State =>
    pieces.find(({ from, to }) => from <= moment && moment < to)!.state;

  test("is at each moment as bad as the worst, and fills the window", () => {
    fc.assert(
      fc.property(fc.array(account, { minLength: 1, maxLength: 5 }), (accounts) => {
        const pieces = worstOf(accounts, span);
        for (let moment = 0; moment < 60; moment += 1) {
          const worst = accounts.map((one) => at(one, moment)).toSorted((a, b) => rank.indexOf(b) - rank.indexOf(a))[0];
          expect(at(pieces, moment)).toBe(worst);
        }
        expect(Object.values(sum(pieces)).reduce((all, one) => all + one, 0)).toBe(60);
        expect(states).toContain(pieces[0]?.state);
      }),
    );
  });

  test("of nothing is nothing known", () => {
    expect(worstOf([], span)).toEqual([{ from: 0, to: 60, state: "unknown" }]);
  });
});

describe("makeReport()", () => {
  const sales = watched(
    "sales@x",
    [
      [-5, "ok"],
      [10, "critical"],
      [12, "ok"],
    ],
    { business: "critical" },
  );

  test("accounts for every service, the worst first, and for the company by what is critical", () => {
    const { overall, services } = report([
      sales,
      watched("hr@x", [
        [-5, "ok"],
        [100, "critical"],
        [200, "ok"],
      ]),
    ]);
    expect(services.map(({ asset, account }) => [asset, account.down / hour])).toEqual([
      ["hr@x", 100],
      ["sales@x", 2],
    ]);
    expect(overall.account.down).toBe(2 * hour);
    expect(overall.verdict).toBe("missed");
    expect(overall.repair).toMatchObject({ count: 1, mean: 2 * hour });
    expect(overall.budget).toEqual({ allowed: 0.72 * hour, left: (0.72 - 2) * hour });
  });

  test("unites the downtime of several probes of one mailbox, and does not add it", () => {
    const smtp = watched(
      "sales@x",
      [
        [-5, "ok"],
        [11, "critical"],
        [13, "ok"],
      ],
      { id: "sales@x/smtp-submission", check: "smtp-submission" },
    );
    expect(report([sales, smtp]).services[0]?.account.down).toBe(3 * hour);
  });

  test("leaves out what is a partner's, and what is no service", () => {
    const partner = watched("canary@y", [[-5, "critical"]], { ours: false });
    const record = watched("x", [[-5, "critical"]], { measures: "posture" });
    expect(report([sales, partner, record]).services.map(({ asset }) => asset)).toEqual(["sales@x"]);
  });

  test("never takes for up what nobody saw", () => {
    const { overall } = report([watched("a@x", [[360, "ok"]], { business: "critical" })]);
    expect(overall.availability).toEqual({ value: 1, low: 0.5, high: 1, coverage: 0.5 });
    expect(overall.verdict).toBe("undecided");
    expect(report([]).overall.availability).toEqual({ value: undefined, low: 0, high: 1, coverage: 0 });
  });

  test("of a month that is not over says so, and counts to now", () => {
    const { isPreliminary, window: counted } = report([sales], { now: window.from + 24 * hour });
    expect([isPreliminary, counted.to - counted.from]).toEqual([true, 24 * hour]);
    expect(report([sales]).isPreliminary).toBe(false);
  });

  test("lists what was told, once", () => {
    const rows = report([], {
      incidents: [incident(3), incident(1), incident(2, { turnCount: 0 }), incident(4, { mergedInto: 3 })],
    }).incidents;
    expect(rows.map(({ id, assets }) => [id, ...assets])).toEqual([
      [1, "a@x"],
      [3, "a@x"],
    ]);
  });

  test("says how much of the time a backup was young enough", () => {
    const backup = watched(
      "backup:nightly",
      [
        [-5, "ok"],
        [72, "critical"],
        [144, "warning"],
        [360, "unknown"],
      ],
      { measures: "expiry" },
    );
    expect(report([backup]).backups).toEqual([{ asset: "backup:nightly", compliance: 0.8, coverage: 0.5 }]);
  });

  test("is the same whatever the order of the probes", () => {
    const probes = [sales, watched("b@x", [[-5, "ok"]]), watched("c@x", [[5, "warning"]])];
    fc.assert(
      fc.property(fc.shuffledSubarray(probes, { minLength: 3 }), (some) => {
        expect(report(some)).toEqual(report(probes));
      }),
    );
  });
});

describe("who is watched only for a part of the month", () => {
  const whole = watched("sales@x", [[-5, "ok"]], { business: "critical" });

  test("counts from the first known status on, and leaves the others as they are", () => {
    const late = watched(
      "new@x",
      [
        [500, "ok"],
        [600, "critical"],
        [601, "ok"],
      ],
      { business: "critical" },
    );
    const { overall, services } = report([whole, late]);
    expect(overall.account).toEqual({ up: 719 * hour, degraded: 0, down: hour, unknown: 0, maintenance: 0 });
    expect(services.find(({ asset }) => asset === "new@x")?.account).toMatchObject({
      up: 219 * hour,
      down: hour,
      unknown: 500 * hour,
    });
  });

  test("does not count where nothing of it was ever known", () => {
    const { overall, services } = report([whole, watched("waiting@x", [], { business: "critical" })]);
    expect(overall.account).toMatchObject({ up: 720 * hour, unknown: 0 });
    expect(services.find(({ asset }) => asset === "waiting@x")?.account).toMatchObject({ unknown: 720 * hour });
  });

  test("is unknown where nobody was watched yet", () => {
    expect(report([watched("new@x", [[100, "ok"]])]).overall.account).toMatchObject({ up: 620 * hour, unknown: 100 * hour });
  });
});

test("a month within one outage is not told to be without", () => {
  const made = report([watched("sales@x", [[-24, "critical"]])]);
  expect(made.overall.outages).toEqual([]);
  expect(made.overall.repair.atLeast).toBeUndefined();
  const said = documentOf(made, "en", { sha256: "0" }).lead.join(" ");
  expect(said).not.toContain("No outage.");
  expect(said).toContain("one from before it went on for 30 days");
});

test("a target is printed as it was written", () => {
  const made = report([watched("sales@x", [[-24, "ok"]])], { target: 0.9995 });
  expect(documentOf(made, "en", { sha256: "0" }).lead.join(" ")).toContain("99.95 %");
  expect(documentOf(made, "zh-CN", { sha256: "0" }).lead.join(" ")).toContain("99.95%");
});
