import { describe, expect, test } from "vitest";
import { afterQuietRun, gravest } from "../../dashboard/overview-changes.ts";
import { buildOverview } from "../../src/http/overview.ts";
import type { Overview, ProbeEvent } from "../../src/model/api.ts";
import { createExampleCompany } from "../support/example-company.ts";
import { createFakeBoard } from "../support/fake-board.ts";

const now = Date.UTC(2026, 2, 4, 1, 8);
const overview: Overview = buildOverview(
  createExampleCompany(() => now),
  now,
  "1",
);

const quiet: ProbeEvent = {
  probe: "example.com/dns-dmarc",
  status: "warning",
  observed: "warning",
  findings: [{ code: "dmarc-only-watches", data: { domain: "example.com" } }],
  at: now + 5,
  durationMs: 7,
  nextAt: now + 300_005,
};

const probeIn = (some: Overview | undefined) =>
  some?.assets.flatMap((asset) => asset.probes).find((probe) => probe.id === quiet.probe);

describe("afterQuietRun()", () => {
  test("moves the times of a run that found the same", () => {
    expect(probeIn(afterQuietRun(overview, quiet))).toEqual({
      ...probeIn(overview),
      lastAt: now + 5,
      durationMs: 7,
      nextAt: now + 300_005,
    });
  });

  test("leaves an overview that is newer than the run", () => {
    expect(afterQuietRun(overview, { ...quiet, at: now - 86_400_000, observed: "critical" })).toBe(overview);
  });

  test.each<[string, Partial<ProbeEvent>]>([
    ["status", { status: "ok" }],
    ["observation", { observed: "critical" }],
    ["finding", { findings: [] }],
    ["figure in a finding", { findings: [{ code: "dmarc-only-watches", data: { domain: "other.example" } }] }],
    ["probe", { probe: "new.example/dns-mx" }],
  ])("asks for everything after another %s", (_what, change) => {
    expect(afterQuietRun(overview, { ...quiet, ...change })).toBeUndefined();
  });
});

describe("gravest()", () => {
  test("is never quieter than the sentence", () => {
    const of = (facts: Partial<Overview["sentence"]>): string =>
      gravest({ ...overview, sentence: { ...overview.sentence, faults: 0, interrupted: false, warnings: 0, ...facts } });
    expect(of({})).toBe("ok");
    expect(of({ warnings: 1 })).toBe("warning");
    expect(of({ suspected: 1 })).toBe("warning");
    expect(of({ unknown: 1 })).toBe("unknown");
    expect(of({ blind: true, warnings: 1 })).toBe("unknown");
    expect(of({ faults: 1, blind: true })).toBe("critical");
    expect(of({ interrupted: true })).toBe("critical");
    expect(of({ interrupted: false, staleSince: now })).toBe("unknown");
    expect(gravest(buildOverview(createFakeBoard({ now: () => now }), now, "1"))).toBe("unknown");
  });
});
