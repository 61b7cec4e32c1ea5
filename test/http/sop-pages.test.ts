import { beforeEach, describe, expect, test } from "vitest";
import { tmpdir } from "node:os";
import { createApp } from "../../src/http/app.ts";
import { firstSop } from "../../src/http/sop-list-view.ts";
import type { Sop } from "../../src/model/sop.ts";
import { loadChecks } from "../../src/plugins.ts";
import { englishLeft } from "../support/english-left.ts";
import { loadPlan, planFolder, planWorld } from "../support/plan-folder.ts";
import { createSopPagesWorld, li, minute, readable, zh, type SopPages } from "../support/sop-pages.ts";

let world: SopPages;
beforeEach(() => {
  world = createSopPagesWorld();
});

describe("a drill", () => {
  test("is marked on each of its pages, in the title too", async () => {
    await world.procedures.start("mail-down", "Li", { drill: true });
    const english = await world.page("/sop/S-1");
    expect(english).toContain("<title>[DRILL] S-1 Mail is totally down</title>");
    expect(english).toMatch(/<p class="drill" role="note">\[DRILL\] Nothing is broken/);
    expect(await world.page("/sop/S-1", zh)).toContain("<title>【演练】S-1 邮件全面中断</title>");
    expect(readable(await world.page("/sop", zh))).toContain("【演练】 邮件全面中断");
    expect(readable(await world.page("/sop/begin/mail-down?drill=1", zh))).toContain("【演练】全程标注【演练】");
  });
});

describe("/sop", () => {
  const { write } = planFolder();

  test("shows what goes on first, with what is late, then what there is, then what was", async () => {
    await world.procedures.start("sending-blocked", "Li", { drill: true });
    await world.procedures.act(1, { kind: "abort", by: "Li", reason: "enough" });
    world.begin();
    world.pass(12 * minute);
    const said = readable(await world.page("/sop"));
    expect(said).toMatch(/Going on now .* Mail is totally down P1 · S-2 active since 09:08, for 12 min 1 to do 1 late/);
    expect(said).toMatch(/Procedures .*Mail is totally down.*P1 7 steps begins by itself.*P2 2 steps begins by hand/);
    expect(said).toMatch(/The last 30 days \[DRILL\] Sending is blocked S-1 aborted, begun 09:08, took 0 s/);
  });

  test("is not there where nobody knows of SOPs", async () => {
    const app = createApp({ ...world.deps, pageFolder: tmpdir() });
    expect((await world.get("/sop", {}, app)).status).toBe(404);
  });

  test("shows who has none the lines that make the first one; they do", async () => {
    world = createSopPagesWorld([]);
    const html = await world.page("/sop");
    expect(html.replaceAll("&quot;", '"')).toContain(firstSop);
    const known = { ...planWorld, checks: await loadChecks() };
    const channel = `channels:\n  ops: { type: webhook, url: "https://hooks.example/", secret: { env: TOKEN } }\n`;
    const plan = await loadPlan(await write(`domains: [{ name: example.com }]\n${channel}${firstSop}`), known);
    expect(plan.sops.map(({ name }) => name)).toEqual(["mail-down"]);
  });
});

describe("the overview", () => {
  const overview = async (): Promise<unknown> => (await world.get("/api/v1/overview")).json();

  test("names the page of SOPs where there is something on it", async () => {
    expect(await overview()).toMatchObject({ pages: ["sop"] });
    world = createSopPagesWorld([]);
    expect(await overview()).toMatchObject({ pages: [] });
  });
});

describe("/sop/begin/{name}", () => {
  test("asks who, says who hears of it, and begins", async () => {
    const html = await world.page("/sop/begin/sending-blocked");
    expect(readable(html)).toContain("This is the real thing. These channels are told at once: ops.");
    const nobody = await world.post("/sop/begin/sending-blocked", { do: "start" });
    expect([nobody.status, world.procedures.runs()]).toEqual([409, []]);
    const begun = await world.post("/sop/begin/sending-blocked", { ...li, do: "start" });
    expect([begun.status, begun.headers.get("location")]).toEqual([303, "/sop/S-1"]);
    expect(world.run(1)).toMatchObject({ drill: false, begunBy: "李工", state: "active" });
  });

  test("begins a drill where a drill was asked for", async () => {
    const begun = await world.post("/sop/begin/sending-blocked?drill=1&lang=zh-CN", { ...li, do: "start" });
    expect(begun.headers.get("location")).toBe("/sop/S-1?lang=zh-CN");
    expect(world.run(1).drill).toBe(true);
  });

  test("pressed twice begins once; somebody else is told that it goes on", async () => {
    const app = world.open();
    const both = await Promise.all([1, 2].map(() => world.post("/sop/begin/sending-blocked", { ...li, do: "start" }, {}, app)));
    expect(both.map((one) => [one.status, one.headers.get("location")])).toEqual([
      [303, "/sop/S-1"],
      [303, "/sop/S-1"],
    ]);
    const other = await world.post("/sop/begin/sending-blocked", { name: "Wang", do: "start" });
    expect(other.status).toBe(409);
    const html = await other.text();
    expect(readable(html)).toContain("S-1 of this SOP goes on already");
    expect(html).toContain('value="Wang"');
    expect(world.procedures.runs()).toHaveLength(1);
  });

  test("knows no other name", async () => {
    for (const name of ["nothing", "%3Cb%3E", "..%2f"]) {
      expect((await world.get(`/sop/begin/${name}`)).status).toBe(404);
      expect((await world.post(`/sop/begin/${name}`, { ...li, do: "start" })).status).toBe(404);
    }
  });
});

describe("every page", () => {
  const evil = `<img src=x onerror=alert(1)>"'\u202e\x1b[31m&`;
  const hostile: Sop = {
    name: "evil",
    title: { en: `T${evil}`, zh: `T${evil}` },
    summary: { en: `S${evil}`, zh: `S${evil}` },
    priority: "P3",
    trigger: undefined,
    channels: [`C${evil}`],
    calmMs: 0,
    hash: `h${evil}`,
    steps: [
      {
        kind: "manual",
        id: "one",
        text: { en: `X${evil}`, zh: `X${evil}` },
        detail: { en: `D${evil}\n${evil}`, zh: `D${evil}` },
        needs: [],
        who: { role: "r", title: { en: `R${evil}`, zh: `R${evil}` }, people: [{ id: "p", name: `P${evil}`, phone: `1${evil}` }] },
        onTimeout: "continue",
        input: [{ key: "key", title: { en: `I${evil}`, zh: `I${evil}` }, required: false }],
      },
    ],
  };

  test.each(["en", "zh-CN"])("shows hostile names, texts and reasons as what they are (%s)", async (language) => {
    world = createSopPagesWorld([hostile]);
    const headers = { "accept-language": language };
    const who = { name: `N${evil}` };
    await world.post("/sop/begin/evil", who);
    const pages = [
      await world.page("/sop/S-1", headers),
      await world.page("/sop", headers),
      await world.page("/sop/begin/evil", headers),
    ];
    await world.post("/sop/S-1", { ...who, do: "note", text: `note ${evil}` });
    const long = { ...who, do: "done", step: "one", "input.key": `${evil}${"x".repeat(300)}`, reason: evil };
    pages.push(await (await world.post("/sop/S-1", long, headers)).text());
    await world.post("/sop/S-1", { ...who, do: "skip", step: "one", reason: `reason ${evil}` });
    pages.push(await world.page("/sop/S-1", headers));
    await world.post("/sop/S-1", { ...who, do: "abort", reason: `end ${evil}` });
    pages.push(await world.page("/sop/S-1", headers), await world.page("/sop", headers));
    for (const html of pages) {
      expect(html).not.toMatch(/<img|<script|\son\w+=[^&]*alert\(1\)>"|\p{Cf}|(?!\n)\p{Cc}/u);
      expect(html).toContain("&lt;img");
    }
    expect(world.run(1).steps[0]).toMatchObject({ state: "skipped", by: expect.stringMatching(/^N<img/) });
  });

  const states: readonly (readonly [string, () => Promise<string>])[] = [
    ["the list", () => world.page("/sop", zh)],
    ["a start", () => world.page("/sop/begin/mail-down", zh)],
    ["a drill", () => world.page("/sop/begin/sending-blocked?drill=1", zh)],
    ["a run", () => world.page("/sop/S-1", zh)],
    ["a refused action", async () => (await world.post("/sop/S-1", { do: "close" }, zh)).text()],
    ["no run", () => world.page("/sop/S-77", zh)],
  ];
  test.each(states)("speaks Chinese to the end, without a script or a style of its own: %s", async (_name, show) => {
    world.begin();
    world.pass(12 * minute);
    await world.post("/sop/S-1", { ...li, do: "note", text: "已联系" });
    const html = await show();
    const said = readable(html)
      .replaceAll(/mailvigil [a-z]+ (?:> )?[\w.-]+/gi, "")
      .replace("Example Trading Co.", "");
    expect(englishLeft(said)).toBeUndefined();
    expect(said).not.toMatch(/\{\w+\}|undefined|\[object/);
    expect(html).toContain('<html lang="zh-CN">');
    expect(html).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=|http-equiv="refresh"/);
  });

  test("stays in the language that was asked for", async () => {
    world.begin();
    const html = await world.page("/sop/S-1?lang=zh-CN");
    expect(html).toContain('action="/sop/S-1?lang=zh-CN#step-confirm"');
    const response = await world.post("/sop/S-1?lang=zh-CN", { ...li, do: "done", step: "confirm" });
    expect(response.headers.get("location")).toBe("/sop/S-1?lang=zh-CN#now");
  });

  test("shows nobody a name or a number who has not signed in", async () => {
    world.begin();
    const app = world.open({ token: "secret-token" });
    for (const path of ["/sop", "/sop/S-1", "/sop/begin/mail-down"]) {
      const response = await world.get(path, {}, app);
      expect(response.status).toBe(401);
      expect(await response.text()).not.toMatch(/李工|138|tel:/);
      expect((await world.post(path, { ...li, do: "start" }, {}, app)).status).toBe(401);
    }
    expect(world.procedures.runs()).toHaveLength(1);
    const signedIn = await world.post("/sop/S-1", { token: "secret-token" }, {}, app);
    expect([signedIn.status, signedIn.headers.get("location")]).toEqual([303, "/sop/S-1"]);
    const cookie = (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    expect(await (await world.get("/sop/S-1", { cookie }, app)).text()).toContain("tel:13800000001");
    const done = await world.post("/sop/S-1", { ...li, do: "done", step: "confirm" }, { cookie }, app);
    expect(done.status).toBe(303);
  });
});
