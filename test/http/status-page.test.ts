import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createDiagnoseNow } from "../../src/engine/diagnose-now.ts";
import type { App, AppDeps } from "../../src/http/app.ts";
import { createApp } from "../../src/http/app.ts";
import { causes, confidences } from "../../src/model/cause.ts";
import type { StatusPageSettings } from "../../src/model/status-page.ts";
import type { StatusWorld } from "../../src/report/status-page.ts";
import { loadChecks } from "../../src/plugins.ts";
import { createExampleCompany } from "../support/example-company.ts";
import type { FakeBoard } from "../support/fake-board.ts";
import { createFakeBoard } from "../support/fake-board.ts";
import { pastOf, plainPage, statusOf } from "../support/status-world.ts";

const pageFolder = mkdtempSync(join(tmpdir(), "mailvigil-status-"));
afterAll(() => rmSync(pageFolder, { recursive: true }));

const hour = 3_600_000;
/** 09:08 in Shanghai. */
let time = Date.UTC(2026, 2, 4, 1, 8);
const now = (): number => time;
let board: FakeBoard;
beforeEach(() => {
  time = Date.UTC(2026, 2, 4, 1, 8);
  board = createExampleCompany(now);
});

const open = (more: Partial<AppDeps> = {}, world: Partial<StatusWorld> = {}): App =>
  createApp({
    board,
    status: statusOf(board, now, world),
    diagnosis: createDiagnoseNow({ board: { ...board, incidentOf: () => undefined }, runNow: () => false, now }),
    actions: board.actions,
    health: () => ({ loopAgeMs: 12, databaseOk: true, outboxAgeMs: 0 }),
    version: "1.2.3",
    pageFolder,
    allowedHosts: ["mail.example.org"],
    now,
    ...more,
  });

const get = async (app: App, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  app.request(path, { headers: { host: "127.0.0.1:8993", ...headers } });
const textOf = async (app: App, path: string, headers: Record<string, string> = {}): Promise<string> =>
  (await get(app, path, headers)).text();

const withPage = (page: Partial<StatusPageSettings>): Partial<StatusWorld> => ({ settings: () => ({ ...plainPage, ...page }) });
const forms = ["/status?lang=en", "/status?lang=zh-CN", "/status.rss?lang=en", "/status.rss?lang=zh-CN", "/status.json"] as const;

describe("/status tells nobody who, where or what exactly:", () => {
  /** Whatever could be told, each piece with the word in it. */
  const canary = "kanari";
  const user = `${canary}-user@${canary}-domain.example`;
  const told = new Set<string>();

  async function expectSilence(silent: FakeBoard): Promise<void> {
    board = silent;
    const app = open({ token: `${canary}-token` }, withPage({ public: true }));
    for (const path of forms) {
      const response = await get(app, path);
      const body = await response.text();
      expect(response.status).toBe(200);
      expect(`${JSON.stringify([...response.headers])}${body}`.toLowerCase()).not.toContain(canary);
      for (const [title = ""] of body.matchAll(/<h3>[^<]+/g)) told.add(title);
    }
  }

  /** Every name that a text of a finding has in braces, and some more. */
  const dataOf = (texts: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      [
        "host",
        "user",
        "address",
        "ip",
        "reason",
        ...texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name)),
      ].map((name) => [name, `${canary}-${name}`]),
    );

  test("every finding of every check", async () => {
    const checks = await loadChecks();
    for (const check of checks.values()) {
      const silent = createFakeBoard({ now, company: `${canary} Trading`, checks: [check] });
      const probe = `${user}/${check.id}`;
      silent.addProbe(probe, { target: `${canary}-host.example:993`, measures: check.measures, business: "critical" });
      const findings = Object.entries(check.findings).map(([code, { text, advice, severity }]) => ({
        code,
        severity: severity === "info" ? ("critical" as const) : severity,
        data: dataOf([text.en, text.zh, advice.en, advice.zh]),
      }));
      silent.observe(probe, { findings, evidence: [`${canary}-evidence`] });
      silent.setChannels([
        { name: `${canary}-channel`, type: "webhook", brokenSince: time, lastError: `${canary}-error`, lastSentAt: undefined },
      ]);
      silent.setTroubles([{ code: "channel-broken", en: `${canary}-trouble`, zh: `${canary}-trouble` }]);
      for (const [i, finding] of findings.entries())
        silent.putIncident({
          id: i + 1,
          key: probe,
          cause: finding.code,
          acknowledgedBy: `${canary}-person`,
          severity: finding.severity === "critical" ? "critical" : "warning",
          ...(i % 3 === 0 ? { resolvedAt: time + 60_000 } : {}),
          probes: [{ probe, joinedAt: time, leftAt: undefined, findings: [finding] }],
        });
      await expectSilence(silent);
    }
    // It is not silent because it says nothing.
    expect([...told].join("\n")).toContain("Some mail to us does not arrive");
    expect([...told].join("\n")).toContain("部分邮箱打不开");
  }, 60_000);

  test("every cause, however sure", async () => {
    const silent = createFakeBoard({ now, company: `${canary} Trading` });
    const probe = `${user}/imap-login`;
    silent.addProbe(probe);
    let id = 0;
    for (const cause of causes)
      for (const confidence of confidences)
        silent.putIncident({
          id: (id += 1),
          key: `${probe} ${id}`,
          openedAt: time - id,
          ...(id % 2 === 0 ? { resolvedAt: time } : {}),
          diagnosis: {
            cause,
            confidence,
            about: dataOf(["{account}", "{provider}", "{domain}", "{proxy}", "{ports}", "{issuer}"].map(String)),
            evidence: [{ kind: "compared", code: "login-works", data: { account: user } }],
            alternatives: [],
            ruledOut: [],
            probes: [probe],
          },
          probes: [
            {
              probe,
              joinedAt: time,
              leftAt: undefined,
              findings: [{ code: "login-refused", severity: "critical", data: { account: user } }],
            },
          ],
        });
    await expectSilence(silent);
    expect(statusOf(silent, now).view().notices).toHaveLength(50);
  });
});

describe("/status", () => {
  test("says in users' words how mail is, since when, and what was", async () => {
    const app = open({}, withPage({ title: { en: "Example Trading", zh: "示例贸易" } }));
    const page = await textOf(app, "/status?lang=en");
    expect(page).toContain("<title>Mail status: Example Trading</title>");
    expect(page).toContain(
      '<link rel="alternate" type="application/rss+xml" title="Mail status: Example Trading" href="/status.rss?lang=en" />',
    );
    expect(page).toContain('<meta http-equiv="refresh" content="60" />');
    expect(page).toContain('href="/status?lang=en&amp;still=1"');
    expect(await textOf(app, "/status?lang=en&still=1")).not.toContain("http-equiv");
    expect(page).toContain("<h1>Mail works, with disturbances for some.</h1>");
    expect(page).toMatch(/<span>Receiving mail<\/span> <span class="mark warning">Slow or partly down<\/span>/);
    expect(page).toMatch(/<span>Opening mailboxes<\/span> <span class="mark ok">Works<\/span>/);
    expect(page).toContain("Found · since 09:02, for 6 min");
    expect(page).toContain("Over · 04:08 to 04:56, 48 min");
    expect(page.match(/<span class="(?:ok|warning|critical|none)" title="/g)).toHaveLength(3 * 90);
    const chinese = await textOf(app, "/status", { "accept-language": "zh-CN,en;q=0.5" });
    expect(chinese).toContain("<h1>邮件可用，部分用户会受影响。</h1>");
    expect(chinese).toContain("已发现 · 09:02 起，已持续 6 分钟");
    expect(chinese).not.toMatch(/style="|<script/);
  });

  test("shows by day how much worked, and what nobody saw as empty", async () => {
    const days = {
      1: { up: 18 * hour, down: 6 * hour },
      2: { up: 23.9 * hour, down: 0.1 * hour },
      3: { up: 20 * hour, unknown: 4 * hour },
    };
    const gone = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [i + 30, { unknown: 24 * hour }]));
    const past = { ...pastOf({ ...days, ...gone }), incidents: () => [] };
    const page = await textOf(open({}, { past }), "/status?lang=en");
    const cells = [...page.matchAll(/<span class="(\w+)" title="([^"]*)"/g)]
      .slice(90 * 2, 90 * 3)
      .map(([, look, text]) => [look, text]);
    expect(cells[0]).toEqual(["none", "5 Dec 2025: not watched"]);
    expect(cells.filter(([look]) => look === "none")).toHaveLength(60);
    expect(cells.slice(86, 89)).toEqual([
      ["ok", "1 Mar: 100 % available, not known 16.66 %"],
      ["warning", "2 Mar: 99.58 % available, down 0.41 %"],
      ["critical", "3 Mar: 75.00 % available, down 25.00 %"],
    ]);
    expect(page).toContain("<li>3 Mar: 75.00 % available, down 25.00 %</li>");
    expect(page).toMatch(/9\d\.\d\d % available \(9\d\.\d\d % to 9\d\.\d\d %: 0\.\d\d % of the time nobody could tell\)/);
  });

  test("says nothing of a company whose name nobody wrote", async () => {
    const all = await Promise.all(forms.map((path) => textOf(open(), path)));
    expect(all.join("")).not.toContain("Example Trading");
    expect(all[0]).toContain("<title>Mail status</title>");
    expect(all[1]).toContain("<title>邮件状态</title>");
  });
});

describe("/status.rss", () => {
  const parser = new XMLParser({ ignoreAttributes: false, isArray: (name) => name === "item" });
  const items = (xml: string): unknown => parser.parse(xml).rss.channel.item;

  test("is RSS 2.0 with one item for each incident, which keeps its guid while it changes", async () => {
    const title = { en: `A & B <"x">`, zh: "甲 & 乙" };
    const xml = await textOf(open({}, withPage({ title })), "/status.rss?lang=en");
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(parser.parse(xml).rss).toMatchObject({
      "@_version": "2.0",
      channel: {
        title: 'Mail status: A & B <"x">',
        language: "en",
      },
    });
    const first = {
      title: "Some mail to us does not arrive",
      link: "http://127.0.0.1:8993/status?lang=en#n1042",
      guid: { "#text": "mailvigil-notice-1042", "@_isPermaLink": "false" },
      pubDate: "Wed, 04 Mar 2026 01:02:00 GMT",
      description: "Found: 4 Mar 2026 09:02 UTC+8.",
    };
    expect(items(xml)).toEqual([
      first,
      {
        title: "Some mailboxes cannot be opened",
        link: "http://127.0.0.1:8993/status?lang=en#n1040",
        guid: { "#text": "mailvigil-notice-1040", "@_isPermaLink": "false" },
        pubDate: "Tue, 03 Mar 2026 20:08:00 GMT",
        description: "Found: 4 Mar 2026 04:08 UTC+8. Over: 4 Mar 2026 04:56 UTC+8, after 48 min.",
      },
    ]);
    const known = board.incidents().find(({ id }) => id === 1042);
    board.putIncident({ key: "x", ...known, id: 1042, acknowledgedBy: "Li" });
    const app = open();
    expect(items(await textOf(app, "/status.rss?lang=en"))).toMatchObject([
      { ...first, description: "Found: 4 Mar 2026 09:02 UTC+8. It is being worked on." },
      {},
    ]);
    expect(items(await textOf(app, "/status.rss?lang=zh-CN"))).toMatchObject([
      { title: "部分来信收不到", description: "发现：2026 年 3 月 4 日 09:02 UTC+8。正在处理。" },
      {},
    ]);
  });

  test("names itself by the address it was asked by, with https where that is configured", async () => {
    const link = async (host: string): Promise<unknown> =>
      parser.parse(await textOf(open(), "/status.rss?lang=en", { host })).rss.channel.link;
    expect(await link("mail.example.org")).toBe("https://mail.example.org/status?lang=en");
    expect(await link("127.0.0.1:9000")).toBe("http://127.0.0.1:9000/status?lang=en");
  });
});

describe("who may read it", () => {
  const token = "open-sesame";
  test("everybody where it is public, and those alone who have the token where it is not; a reload decides anew", async () => {
    let isPublic = false;
    const app = open({ token }, { settings: () => ({ ...plainPage, public: isPublic }) });
    const statusOfAll = async (headers = {}) => Promise.all(forms.map(async (path) => (await get(app, path, headers)).status));
    expect(await statusOfAll()).toEqual([401, 401, 401, 401, 401]);
    expect(await statusOfAll({ authorization: `Bearer ${token}` })).toEqual([200, 200, 200, 200, 200]);
    isPublic = true;
    expect(await statusOfAll()).toEqual([200, 200, 200, 200, 200]);
    expect((await get(app, "/api/v1/overview")).status).toBe(401);
    expect((await get(app, "/status", { host: "evil.example" })).status).toBe(421);
  });

  test("leads home only where there is one to go to", async () => {
    expect(await textOf(open({}, withPage({ public: false })), "/status")).toContain('<a href="/">');
    expect(await textOf(open({}, withPage({ public: true })), "/status")).not.toContain('<a href="/">');
  });
});

describe("a thousand readers", () => {
  test("cost one look in ten seconds, and nothing is sent twice to whom nothing has changed", async () => {
    const status = statusOf(board, now);
    let looks = 0;
    const app = open({ status: { isPublic: true, url: status.url, view: () => ((looks += 1), status.view()) } });
    const first = await get(app, "/status");
    const etag = first.headers.get("etag") ?? "";
    expect(first.headers.get("cache-control")).toBe("public, max-age=10");
    for (const path of [...forms, ...forms]) await get(app, path);
    expect(looks).toBe(1);
    expect((await get(app, "/status", { "if-none-match": etag })).status).toBe(304);
    time += 60_000;
    expect((await get(app, "/status", { "if-none-match": etag })).status).toBe(200);
    expect(looks).toBe(2);
  });

  test("are held at a pace", async () => {
    const app = open();
    const statuses: number[] = [];
    for (let i = 0; i < 501; i++) statuses.push((await get(app, "/status.json")).status);
    expect(statuses.filter((one) => one === 200)).toHaveLength(500);
    const held = await get(app, "/status.json");
    expect([held.status, held.headers.get("retry-after")]).toEqual([429, "2"]);
    time += 1_000;
    expect((await get(app, "/status.json")).status).toBe(200);
  });
});
