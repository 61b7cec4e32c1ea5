import { describe, expect, test } from "vitest";
import { buildOverview, kindOfAsset } from "../../src/http/overview.ts";
import { createExampleCompany } from "../support/example-company.ts";
import { createFakeBoard } from "../support/fake-board.ts";

const now = Date.UTC(2026, 2, 4, 1, 8);
const clock = (): number => now;

describe("buildOverview()", () => {
  test("puts the worst asset first and the own side last among equals", () => {
    const { assets } = buildOverview(createExampleCompany(clock), now, "1");
    expect(assets.map(({ id, status }) => [id, status])).toEqual([
      ["sales@example.com", "critical"],
      ["example.com", "warning"],
      ["sales@example.com~canary@partner.example", "ok"],
      ["canary@partner.example", "ok"],
      ["imap.example.com:993", "ok"],
      ["info@example.com", "ok"],
      ["monitor", "ok"],
    ]);
  });

  test("answers the six questions by assets, and leaves those that nothing answers without a status", () => {
    const { questions } = buildOverview(createExampleCompany(clock), now, "1");
    expect(
      questions.map(({ question, status, counts, worst }) => [question, status, counts.ok, counts.critical, worst?.asset]),
    ).toEqual([
      ["receive", "critical", 4, 1, "sales@example.com"],
      ["send", "ok", 3, 0, undefined],
      ["read", "ok", 3, 0, undefined],
      ["trusted", "warning", 1, 0, "example.com"],
      ["backed-up", null, 0, 0, undefined],
      ["paid", null, 0, 0, undefined],
    ]);
  });

  test("counts causes for the sentence, not probes", () => {
    const { sentence } = buildOverview(createExampleCompany(clock), now, "1");
    expect(sentence).toEqual({ assets: 6, waiting: 0, faults: 1, warnings: 1, unknown: 0, suspected: 0, down: [], blind: false });
  });

  test("counts what is bad and in no incident, so that the sentence is never too good", () => {
    const board = createExampleCompany(clock);
    board.observe("info@example.com/imap-login", {
      findings: [{ code: "login-refused", data: { account: "info@example.com" } }],
    });
    expect(buildOverview(board, now, "1").sentence).toMatchObject({ faults: 2, warnings: 1 });
  });

  test("fills texts and advice in both languages", () => {
    const { assets, incidents } = buildOverview(createExampleCompany(clock), now, "1");
    const finding = assets[0]?.probes[0]?.findings[0];
    expect(finding?.text.en).toBe("Customers' mail to sales@example.com is being returned: the mailbox is full (5.0 of 5.0 GB)");
    expect(finding?.text.zh).toContain("邮箱已满（5.0 / 5.0 GB）");
    expect(finding?.advice.zh).toBe("删除或归档大附件，或请管理员扩容。");
    expect(incidents.map(({ name }) => name)).toEqual(["M-1042", "M-1038", "M-1040"]);
    expect(incidents[0]?.probes[0]).toMatchObject({ asset: "sales@example.com", check: "imap-quota", leftAt: null });
  });

  test("draws the last 24 hours of an asset with what was not known and what was not watched", () => {
    const { assets } = buildOverview(createExampleCompany(clock), now, "1");
    const hours = (at: number): number => Math.round(((at - now) / 3_600_000) * 10) / 10;
    const barsOf = (id: string): unknown =>
      assets.find((asset) => asset.id === id)?.bars.map(({ from, to, status }) => [hours(from), hours(to), status]);
    expect(barsOf("sales@example.com")).toEqual([
      [-24, -15, "ok"],
      [-15, -14.4, "unknown"],
      [-14.4, -0.1, "ok"],
      [-0.1, 0, "critical"],
    ]);
    expect(barsOf("sales@example.com~canary@partner.example")).toEqual([[-9, 0, "ok"]]);
  });

  test("shows what was observed and not yet confirmed as a suspicion", () => {
    const board = createFakeBoard({ now: clock });
    board.addProbe("example.com/dns-mx");
    board.observe("example.com/dns-mx", { findings: [{ code: "mx-missing", data: { domain: "example.com" } }], status: "ok" });
    const { assets, sentence } = buildOverview(board, now, "1");
    expect(assets[0]).toMatchObject({ status: "ok", observed: "critical", probes: [{ unconfirmed: true }] });
    expect(sentence).toMatchObject({ suspected: 1, faults: 0, down: [] });
  });

  test("says that every asset fails a question only when every one does", () => {
    const board = createFakeBoard({ now: clock });
    for (const id of ["a.example/dns-mx", "b.example/dns-mx"]) board.addProbe(id);
    board.observe("a.example/dns-mx", { findings: [{ code: "mx-missing" }] });
    board.observe("b.example/dns-mx", {});
    expect(buildOverview(board, now, "1").sentence).toMatchObject({ down: [], faults: 1 });
    board.observe("b.example/dns-mx", { findings: [{ code: "mx-missing" }] });
    expect(buildOverview(board, now, "1").sentence).toMatchObject({ down: ["receive"], faults: 2 });
  });

  test("does not judge mail while the own side is broken", () => {
    const board = createFakeBoard({ now: clock });
    board.addProbe("monitor/egress");
    board.addProbe("a.example/dns-mx");
    board.observe("monitor/egress", { findings: [{ code: "egress-lost", severity: "critical" }] });
    board.observe("a.example/dns-mx", { findings: [{ code: "own-side", data: { self: "egress" } }] });
    const { sentence, assets } = buildOverview(board, now, "1");
    expect(sentence).toMatchObject({ blind: true, unknown: 1, assets: 1 });
    expect(assets.find(({ id }) => id === "a.example")?.probes[0]?.findings[0]?.text.en).toContain(
      "our own side has a fault (egress)",
    );
  });

  test("is empty and JSON-safe when nothing is watched", () => {
    const overview = buildOverview(createFakeBoard({ now: clock }), now, "1");
    expect(overview.assets).toEqual([]);
    expect(overview.sentence.assets).toBe(0);
    expect(JSON.parse(JSON.stringify(overview))).toEqual(overview);
  });

  test("never holds an option of a probe", () => {
    expect(JSON.stringify(buildOverview(createExampleCompany(clock), now, "1"))).not.toContain("geheim");
  });

  test("takes less than 150 ms for 500 assets with 3,000 probes", () => {
    const board = createFakeBoard({ now: clock });
    const checks = ["dns-mx", "dns-dmarc", "imap-login", "imap-quota", "smtp-submission", "tls-certificate"];
    for (let n = 0; n < 500; n += 1) {
      for (const check of checks) {
        const id = `box${n}@example.com/${check}`;
        board.addProbe(id);
        board.setTransitions(id, [
          { from: "unknown", to: "ok", at: now - 9e7 },
          { from: "ok", to: "critical", at: now - 4e7 },
          { from: "critical", to: "ok", at: now - 3e7 },
        ]);
        board.observe(id, { at: now - 1000, metrics: { login: 1 } });
      }
    }
    buildOverview(board, now, "1");
    const start = performance.now();
    buildOverview(board, now, "1");
    expect(performance.now() - start).toBeLessThan(150);
  });
});

describe("kindOfAsset()", () => {
  test.each([
    ["example.com", "domain"],
    ["sales@example.com", "mailbox"],
    ["a@x.example~b@y.example", "route"],
    ["imap.example.com:993", "endpoint"],
    ["monitor", "monitor"],
  ])("takes %s for a %s", (id, kind) => {
    expect(kindOfAsset(id)).toBe(kind);
  });
});
