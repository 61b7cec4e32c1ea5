import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { findExpiries } from "../../src/report/expiries.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import type { Observation } from "../../src/model/observation.ts";
import type { Plan } from "../../src/model/config.ts";
import { loadChecks } from "../../src/plugins.ts";
import { emptyBatch } from "../../src/model/state.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { loadPlan, planFolder } from "../support/plan-folder.ts";

const day = 86_400_000;
const { write } = planFolder();
let checks: ReadonlyMap<string, AnyCheck>;
beforeAll(async () => {
  checks = await loadChecks();
});

const company = async (): Promise<Plan> =>
  loadPlan(
    await write(`
domains: [{ name: example.com, expires: 2027-01-05 }, { name: example.net }]
subscriptions: [{ name: exmail, what: Exmail, ends: 2027-03-31, owner: Finance }]
credentials:
  one: { provider: microsoft365, tenant: t.example, client_id: a, client_secret: { env: TOKEN }, secret_expires: 2026-12-01 }
mailboxes: [{ address: a@example.com, oauth: one, imap: { host: imap.example.com }, smtp: { host: smtp.example.com } }]
`),
    { checks },
  );

const seen = (probe: string, at: number, metrics: Observation["metrics"]): Observation => ({
  probe,
  status: "ok",
  findings: [],
  metrics,
  evidence: [],
  at,
  durationMs: 1,
});

const shown = (plan: Plan, observations: readonly Observation[]) =>
  findExpiries(plan.probes, checks, observations).map(({ what, at, owner, seenAt }) =>
    [what, at === undefined ? "?" : new Date(at).toISOString(), owner ?? "-", seenAt === undefined ? "written" : "seen"].join(
      " ",
    ),
  );

describe("findExpiries()", () => {
  test("knows what is written, and what has to be found out", async () => {
    expect(shown(await company(), [])).toEqual([
      "one 2026-12-02T00:00:00.000Z - written",
      "example.com 2027-01-06T00:00:00.000Z - written",
      "Exmail 2027-04-01T00:00:00.000Z Finance written",
      "example.net ? - written",
      "imap.example.com:993 ? - written",
      "smtp.example.com:465 ? - written",
    ]);
  });

  test("goes by what the daemon saw: a registry knows better than an invoice", async () => {
    const at = Date.UTC(2026, 10, 22);
    const observations = [
      seen("example.com/domain-expiry", at, { left: (400 * day) / 1000 }),
      seen("imap.example.com:993/tls-certificate", at, { until_expiry: -3600 }),
      seen("gone.example:993/tls-certificate", at, { until_expiry: 60 }),
    ];
    expect(shown(await company(), observations)).toEqual([
      "imap.example.com:993 2026-11-21T23:00:00.000Z - seen",
      "one 2026-12-02T00:00:00.000Z - written",
      "Exmail 2027-04-01T00:00:00.000Z Finance written",
      "example.com 2027-12-27T00:00:00.000Z - seen",
      "example.net ? - written",
      "smtp.example.com:465 ? - written",
    ]);
  });
});

/** The command as a person runs it: a process of its own. */
const expiries = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, "../../src/main.ts"), "expiries", ...args], {
    timeout: 60_000,
  });

test("the command reads the database of the daemon, beside it, and leaves it as it is", async () => {
  const file = await write(
    "settings: { data: data, language: zh-CN }\nendpoints: [{ host: imap.example.com, port: 993 }]\nsubscriptions: [{ name: a, what: 企业邮, ends: 2027-03-31, owner: 财务部 }]\n",
  );
  const db = openDatabase(join(dirname(file), "data"));
  const observations = [
    seen("imap.example.com:993/tls-certificate", Date.UTC(2026, 10, 22), { until_expiry: (10 * day) / 1000 }),
  ];
  await createRecorder(db).commit({ ...emptyBatch, observations }, { atOnce: true });
  const { stdout, stderr } = await expiries("--config", file);
  const [, first, second] = stdout.split("\n").map((line) => line.split(/ {2,}/));
  expect([first?.[0], ...(first?.slice(2) ?? [])]).toEqual(["2026-12-01", "imap.example.com:993", "证书"]);
  expect([second?.[0], ...(second?.slice(2) ?? [])]).toEqual(["2027-03-31", "企业邮", "订阅到期日", "财务部"]);
  const { stdout: calendar } = await expiries("--config", file, "--ics");
  expect(calendar.match(/^DTSTART.*$/gm)).toEqual(["DTSTART;VALUE=DATE:20261201", "DTSTART;VALUE=DATE:20270331"]);
  expect(stderr).toBe("");
  db.close();
});
