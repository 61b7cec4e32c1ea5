import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { createEventHub } from "../../src/http/events.ts";
import { createMetrics } from "../../src/http/metrics.ts";
import { createProbeMetrics, escapeLabel, metricName } from "../../src/http/probe-metrics.ts";
import { loadChecks } from "../../src/plugins.ts";
import { propose } from "../../src/engine/sop.ts";
import { exampleSops } from "../support/example-sops.ts";
import { createExampleCompany } from "../support/example-company.ts";
import { exampleChecks } from "../support/example-checks.ts";
import { createFakeBoard } from "../support/fake-board.ts";

const now = Date.UTC(2026, 2, 4, 1, 8);
const health = () => ({ loopAgeMs: 0, databaseOk: true, outboxAgeMs: 1500 });

/** What the real promtool says about a page of metrics; empty when it has nothing to say. */
function promtool(text: string): string {
  const run = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
  if (run.error !== undefined) throw run.error;
  return `${run.status === 0 ? "" : `exit ${run.status} `}${run.stdout}${run.stderr}`;
}

describe("/metrics", () => {
  test("gives each probe its status, last run and duration, and its check's metrics", async () => {
    const hub = createEventHub({ boot: "b" });
    const text = await createMetrics({
      board: createExampleCompany(() => now),
      health,
      hub,
      version: "1.2.3",
      now: () => now,
    }).render();
    const labels = '{probe="sales@example.com/imap-quota",check="imap-quota",asset="sales@example.com"}';
    expect(text).toContain(`\nmailvigil_probe_status${labels} 2\n`);
    expect(text).toContain(`\nmailvigil_probe_last_run_timestamp_seconds${labels} ${(now - 60_000) / 1000}\n`);
    expect(text).toContain(`\nmailvigil_probe_duration_seconds${labels} 0.12\n`);
    expect(text).toContain(`\nmailvigil_imap_quota_used_ratio${labels} 1\n`);
    expect(text).toContain('mailvigil_incidents_open{priority="P2"} 1\n');
    expect(text).toContain('mailvigil_channel_broken{channel="duty",type="webhook"} 0\n');
    expect(text).toContain("mailvigil_outbox_age_seconds 1.5\n");
    expect(text).toContain("mailvigil_database_ok 1\n");
    expect(text).toContain("process_cpu_user_seconds_total ");
    expect(promtool(text)).toBe("");
    hub.close();
  });

  test("finds promtool's complaint where there is one", () => {
    expect(promtool("# HELP days_total x\n# TYPE days_total gauge\ndays_total 1\n")).toContain("_total");
  });

  test("is silent under promtool for every check there is, with each of its metrics", async () => {
    const checks = [...(await loadChecks()).values(), ...exampleChecks];
    const board = createFakeBoard({ now: () => now, checks });
    for (const check of checks) {
      const id = `example.com/${check.id}`;
      board.addProbe(id);
      board.observe(id, { metrics: Object.fromEntries(Object.keys(check.metrics).map((name) => [name, 1])) });
    }
    expect(promtool(createProbeMetrics(board).render())).toBe("");
  });

  test("calls a probe without an observation unknown and leaves out what is not known", () => {
    const board = createFakeBoard({ now: () => now });
    board.addProbe("example.com/dns-mx");
    const text = createProbeMetrics(board).render();
    expect(text).toContain('mailvigil_probe_status{probe="example.com/dns-mx",check="dns-mx",asset="example.com"} 3\n');
    expect(text).not.toContain("last_run");
    expect(text).not.toContain("mailvigil_dns_mx_hosts");
  });

  test("escapes what a label may not hold, and never names a target or an option", async () => {
    const board = createFakeBoard({ now: () => now });
    board.addProbe('we"ird\\\n@example.com/imap-login');
    const text = createProbeMetrics(board).render();
    expect(text).toContain('asset="we\\"ird\\\\\\n@example.com"');
    expect(text).not.toContain("geheim");
    expect(promtool(text)).toBe("");
  });

  test("follows a reload", () => {
    const board = createFakeBoard({ now: () => now });
    const metrics = createProbeMetrics(board);
    metrics.render();
    board.addProbe("example.com/dns-mx");
    board.emit({ kind: "reloaded" });
    expect(metrics.render()).toContain("example.com/dns-mx");
  });

  test("counts the steps of SOPs that are late, and no drill", async () => {
    const sop = exampleSops[0];
    if (sop === undefined) throw new Error("There is no example");
    const run = (id: number, drill: boolean) => propose(sop, { id, drill, incident: undefined, by: "Li", now }).run;
    const board = { ...createExampleCompany(() => now), sopRuns: () => [run(1, false), run(2, true)] };
    const at = (moment: number) =>
      createMetrics({ board, health, hub: createEventHub({ boot: "b" }), version: "1", now: () => moment }).render();
    expect(await at(now)).toContain('mailvigil_sop_runs{state="active"} 1\nmailvigil_sop_runs{state="stable"} 0\n');
    expect(await at(now)).toContain("\nmailvigil_sop_steps_late 0\n");
    const late = await at(now + 10 * 60_000);
    expect(late).toContain("\nmailvigil_sop_steps_late 1\n");
    expect(promtool(late)).toBe("");
  });

  test("keeps round trips as a distribution, and nothing else", async () => {
    const board = createExampleCompany(() => now);
    const hub = createEventHub({ boot: "b" });
    const metrics = createMetrics({ board, health, hub, version: "1", now: () => now });
    board.observe("sales@example.com~canary@partner.example/mail-roundtrip", { metrics: { roundtrip: 4 } });
    board.observe("sales@example.com~canary@partner.example/mail-roundtrip", {});
    board.observe("sales@example.com/imap-login", { metrics: { login: 4 } });
    const text = await metrics.render();
    const label = 'asset="sales@example.com~canary@partner.example"';
    expect(text).toContain(`mailvigil_roundtrip_duration_seconds_bucket{le="2",${label}} 0\n`);
    expect(text).toContain(`mailvigil_roundtrip_duration_seconds_bucket{le="5",${label}} 1\n`);
    expect(text).toContain(`mailvigil_roundtrip_duration_seconds_count{${label}} 1\n`);
    expect(text.match(/^# TYPE mailvigil_\S+ histogram$/gm)).toHaveLength(1);
    hub.close();
  });

  test("renders 10,000 series without holding the loop for long", () => {
    const board = createFakeBoard({ now: () => now });
    for (let n = 0; n < 2500; n += 1) {
      board.addProbe(`box${n}@example.com/imap-login`);
      board.observe(`box${n}@example.com/imap-login`, { metrics: { login: 0.25 } });
    }
    const metrics = createProbeMetrics(board);
    const times = Array.from({ length: 25 }, () => {
      const start = performance.now();
      expect(metrics.render().length).toBeGreaterThan(1_000_000);
      return performance.now() - start;
    }).toSorted((a, b) => a - b);
    // Only that it does not explode: how fast it is, bench/ says.
    expect(times[5]).toBeLessThan(200);
  });
});

describe("metricName()", () => {
  test.each([
    ["imap-login", "login", "seconds", "mailvigil_imap_login_login_seconds"],
    ["dns-mx", "hosts", "none", "mailvigil_dns_mx_hosts"],
    ["tls-certificate", "valid-for", "seconds", "mailvigil_tls_certificate_valid_for_seconds"],
    ["imap-quota", "usedBytes", "bytes", "mailvigil_imap_quota_used_bytes"],
  ] as const)("of %s %s in %s is %s", (check, metric, unit, name) => {
    expect(metricName(check, metric, unit)).toBe(name);
  });
});

describe("escapeLabel()", () => {
  test("escapes backslash, quote and line break (text format 0.0.4)", () => {
    expect(escapeLabel('a\\b"c\nd')).toBe('a\\\\b\\"c\\nd');
  });
});
