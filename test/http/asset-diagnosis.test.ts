import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createDiagnoseNow } from "../../src/engine/diagnose-now.ts";
import { createApp, type App } from "../../src/http/app.ts";
import type { AssetDiagnosis, DiagnosisStarted } from "../../src/model/api.ts";
import { causes, confidences } from "../../src/model/cause.ts";
import { createExampleCompany } from "../support/example-company.ts";
import type { FakeBoard } from "../support/fake-board.ts";

let time: number;
let board: FakeBoard;
let app: App;
let close: () => void;
beforeEach(() => {
  time = Date.UTC(2026, 2, 4, 1, 8);
  board = createExampleCompany(() => time);
  const diagnosis = createDiagnoseNow({
    board: { ...board, incidentOf: () => undefined },
    runNow: (probe) => board.asked.push(`run ${probe}`) > 0,
    now: () => time,
  });
  app = createApp({
    board,
    diagnosis,
    actions: board.actions,
    health: () => ({ loopAgeMs: 12, databaseOk: true, outboxAgeMs: 0 }),
    version: "1.2.3",
    pageFolder: "/nonexistent",
    now: () => time,
    token: "the-token",
  });
  close = () => {
    app.close();
    diagnosis.close();
  };
});
afterEach(() => close());

const headers = { host: "127.0.0.1:8993", authorization: "Bearer the-token", "content-type": "application/json" };
const press = (asset: string, more: Record<string, string> = {}) =>
  app.request(`/api/v1/assets/${asset}/diagnose`, { method: "POST", headers: { ...headers, ...more }, body: "{}" });
const startOf = z.object({ probes: z.array(z.string()), waiting: z.array(z.string()), until: z.number() });
const started = async (asset: string): Promise<DiagnosisStarted> => startOf.parse(await (await press(asset)).json());

const text = z.strictObject({ en: z.string().min(1), zh: z.string().min(1) });
const cause = z.strictObject({
  cause: z.enum(causes),
  confidence: z.enum(confidences),
  title: text,
  confidenceWord: text,
  evidence: z.array(text),
  alternatives: z.array(text),
  ruledOut: z.array(text),
  steps: z.array(text),
  actor: text,
});
const diagnosisOf = z.strictObject({
  asset: z.string(),
  status: z.enum(["ok", "warning", "critical", "unknown"]),
  summary: text,
  running: z.boolean(),
  waiting: z.array(z.string()),
  causes: z.array(cause),
});
const diagnosis = async (asset: string): Promise<AssetDiagnosis> =>
  diagnosisOf.parse(await (await app.request(`/api/v1/assets/${asset}/diagnosis`, { headers })).json());

const later = (ms: number): void => {
  time += ms;
};
const reportAll = (probes: readonly string[]): void => {
  for (const probe of probes) board.observe(probe, { at: time });
};

describe("POST /api/v1/assets/{asset}/diagnose", () => {
  test("runs what bears on the mailbox: its own, its domain, its server, its routes, ourselves, and others to compare with", async () => {
    const response = await press("sales@example.com");
    expect(response.status).toBe(202);
    const { probes, waiting, until } = startOf.parse(await response.json());
    expect(probes.toSorted()).toEqual([
      "example.com/dns-dmarc",
      "example.com/dns-mx",
      "imap.example.com:993/tls-certificate",
      "info@example.com/imap-login",
      "monitor/egress",
      "sales@example.com/imap-login",
      "sales@example.com/imap-quota",
      "sales@example.com/smtp-submission",
      "sales@example.com~canary@partner.example/mail-roundtrip",
    ]);
    expect(waiting).toEqual(probes);
    expect(until - time).toBe(120_000);
    expect(board.asked.toSorted()).toEqual(probes.map((id) => `run ${id}`).toSorted());
  });

  test("once at a time: a second press joins the first, and a third one soon after is refused", async () => {
    const { probes } = await started("sales@example.com");
    const [first = "", ...others] = probes;
    later(1_000);
    reportAll([first]);
    const again = await started("sales@example.com");
    expect(again.waiting).toEqual(others);
    expect(board.asked).toHaveLength(probes.length);
    expect(await diagnosis("sales@example.com")).toMatchObject({ running: true, waiting: others });
    reportAll(others);
    expect(await diagnosis("sales@example.com")).toMatchObject({ running: false, waiting: [] });
    const refused = await press("sales@example.com");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "119"]);
    expect(await refused.json()).toMatchObject({ error: { code: "too-soon" } });
    later(120_000);
    expect((await press("sales@example.com")).status).toBe(202);
  });

  test("an observation from before the press, and a mail that is still on its way, are no report", async () => {
    const { probes } = await started("info@example.com");
    board.observe("info@example.com/imap-login", { at: time - 1 });
    const trip = "sales@example.com~canary@partner.example/mail-roundtrip";
    expect(probes).not.toContain(trip);
    expect((await diagnosis("info@example.com")).waiting).toContain("info@example.com/imap-login");
    await started("sales@example.com");
    board.observe(trip, { at: time, findings: [{ code: "not-there-yet", severity: "unknown" }] });
    expect((await diagnosis("sales@example.com")).waiting).toContain(trip);
    later(5);
    board.observe(trip, { at: time });
    expect((await diagnosis("sales@example.com")).waiting).not.toContain(trip);
  });

  test("after its deadline nobody is waited for, and who is late is named", async () => {
    const { probes, until } = await started("sales@example.com");
    const [first = "", ...others] = probes;
    reportAll(others);
    time = until;
    expect(await diagnosis("sales@example.com")).toMatchObject({ running: false, waiting: [first] });
  });

  test("no more than four assets at once", async () => {
    const assets = ["sales@example.com", "info@example.com", "canary@partner.example", "example.com"];
    for (const asset of assets) expect((await press(asset)).status).toBe(202);
    expect((await press("imap.example.com:993")).status).toBe(429);
    later(120_000);
    expect((await press("imap.example.com:993")).status).toBe(202);
  });

  test.each(["nobody@example.com", "monitor", "", "%E0%A4%A"])("does not know %s", async (asset) => {
    expect((await press(asset)).status).toBe(404);
    expect(board.asked).toEqual([]);
  });

  test("is behind the guards of every other action", async () => {
    expect((await press("sales@example.com", { origin: "http://evil.example" })).status).toBe(403);
    expect((await press("sales@example.com", { authorization: "Bearer wrong" })).status).toBe(401);
    expect((await press("sales@example.com", { host: "evil.example" })).status).toBe(421);
    expect(board.asked).toEqual([]);
  });
});

describe("GET /api/v1/assets/{asset}/diagnosis", () => {
  test("says in both languages that nothing is wrong", async () => {
    const said = await diagnosis("info@example.com");
    expect(said).toMatchObject({ asset: "info@example.com", causes: [] });
    expect(said.summary.en).toMatch(/^info@example\.com: /);
    expect(said.summary.zh).toMatch(/^info@example\.com：/);
  });

  test("names the cause with what it rests on and what to do, and says the same of the route to it", async () => {
    board.observe("info@example.com/imap-login", {
      at: time,
      findings: [
        { code: "login-refused", severity: "critical", data: { account: "info@example.com", host: "imap.example.com" } },
      ],
    });
    const said = await diagnosis("info@example.com");
    expect(said.status).toBe("critical");
    const [first] = said.causes;
    expect(said.summary.en).toContain(first?.title.en);
    expect(said.summary.zh).toContain(first?.title.zh);
    expect(first?.title.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(first?.evidence.length).toBeGreaterThan(0);
    expect(first?.steps.length).toBeGreaterThan(0);
    // Another mailbox of the same house is not told of it.
    const other = await diagnosis("canary@partner.example");
    expect(other.causes).toEqual([]);
  });

  test.each(["nobody@example.com", "monitor"])("does not know %s", async (asset) => {
    expect((await app.request(`/api/v1/assets/${asset}/diagnosis`, { headers })).status).toBe(404);
  });
});
