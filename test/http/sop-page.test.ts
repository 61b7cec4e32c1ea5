import { beforeEach, describe, expect, test } from "vitest";
import type { Procedures, Sop } from "../../src/model/sop.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { exampleSops } from "../support/example-sops.ts";
import { createSopPagesWorld, li, minute, readable, zh, type SopPages } from "../support/sop-pages.ts";

let world: SopPages;
beforeEach(() => {
  world = createSopPagesWorld();
});

describe("/sop/S-1", () => {
  test("says what it is, which fault it answers, what is to be done by whom until when, and what comes then", async () => {
    world.begin();
    world.pass(2 * minute);
    const said = readable(await world.page("/sop/S-1"));
    expect(said).toContain("P1 · S-1 active since 09:08, for 2 min");
    expect(said).toContain("Fault M-1042: Customers' mail to sales@example.com is being returned");
    expect(said).toContain(
      "until 09:18, 8 min left Confirm with your own eyes that mail is down Open M-1042 and read the cause.",
    );
    expect(said).toMatch(/Runs by itself: is being sent Mail has been down since 09:02 \(Customers' mail to sales@/);
    expect(said).toMatch(/Then Call the mail provider.* after: Confirm with your own eyes/);
    expect(said).toContain("after: Call the ten customers with open orders · when the fault is over");
    world.pass(10 * minute);
    expect(readable(await world.page("/sop/S-1"))).toContain("2 min late, was due at 09:18 told more people once");
  });

  test("names whom to call, to be tapped", async () => {
    world.begin();
    const html = await world.page("/sop/S-1");
    expect(html).toContain('<a class="tap" href="tel:13800000001">138 0000 0001</a>');
    expect(html).toContain('<a class="tap" href="tel:+8613900000002">+86 139-0000-0002</a>');
    expect(html).toContain('href="/#M-1042"');
  });

  test("shows the last 200 lines of a long history, and leads to all of it", async () => {
    const { id } = world.begin();
    for (let count = 0; count < 250; count++) world.procedures.happen(id, { kind: "note", by: "李工", text: `Note ${count}.` });
    const all = world.procedures.entries(id).length;
    const html = await world.page("/sop/S-1");
    expect(html.match(/<time datetime/g)).toHaveLength(200);
    expect(html).toContain("Note 249.");
    expect(html).not.toContain("Note 49.");
    expect(readable(html)).toContain(`${all - 200} older lines`);
    const path = /href="(\/api\/[^"]+)"/.exec(html)?.[1] ?? "";
    expect(JSON.parse(await (await world.get(path)).text())).toHaveProperty("entries.length", all);
    expect(readable(await world.page("/sop/S-1", zh))).toContain(`另有 ${all - 200} 条更早的`);
  });

  test("says of a history that was cut that it leads to the last 1,000 lines", async () => {
    const { id } = world.begin();
    const missing = 999 - world.procedures.entries(id).length;
    for (let count = 0; count < missing; count++)
      world.procedures.happen(id, { kind: "note", by: "李工", text: `Note ${count}.` });
    expect(readable(await world.page("/sop/S-1"))).toContain("All of it, with 799 older lines, as JSON");
    world.procedures.happen(id, { kind: "note", by: "李工", text: "One more." });
    const english = readable(await world.page("/sop/S-1"));
    expect(english).toContain("The last 1,000 lines, 800 of them older than these, as JSON");
    expect(english).not.toContain("All of it");
    expect(readable(await world.page("/sop/S-1", zh))).toContain("查看最近 1000 条记录（JSON），其中 800 条更早");
  });

  test.each([
    [
      "done",
      { do: "done", step: "confirm" },
      "now",
      () => expect(world.step("confirm")).toMatchObject({ state: "done", by: "李工" }),
    ],
    [
      "skip",
      { do: "skip", step: "confirm", reason: "no\r\ncontract" },
      "now",
      () => expect(world.step("confirm")).toMatchObject({ state: "skipped", by: "李工", reason: "no contract" }),
    ],
    [
      "note",
      { do: "note", text: "called\nthem\u202e" },
      "history",
      () =>
        expect(world.procedures.entries(1).at(-1)).toMatchObject({
          kind: "note",
          actor: "李工",
          data: { text: "called them\\u202e" },
        }),
    ],
    [
      "abort",
      { do: "abort", reason: "false alarm" },
      "now",
      () => expect(world.run(1)).toMatchObject({ state: "aborted", reason: "false alarm" }),
    ],
    [
      "who",
      { do: "who" },
      undefined,
      () => expect(world.procedures.entries(1).some(({ actor }) => actor === "李工")).toBe(false),
    ],
  ])("does what its form asks for and leads back to it: %s", async (_name, fields, anchor, check) => {
    world.begin();
    const response = await world.post("/sop/S-1", { ...li, ...fields });
    expect([response.status, response.headers.get("location")]).toEqual([
      303,
      anchor === undefined ? "/sop/S-1" : `/sop/S-1#${anchor}`,
    ]);
    check();
  });

  test("takes what a step asks for, and shows it with who and when", async () => {
    world.begin();
    await world.post("/sop/S-1", { ...li, do: "done", step: "confirm" });
    world.pass(16 * minute);
    const fields = { ...li, do: "done", step: "vendor", "input.ticket": " T-4711 ", "input.eta": "", "input.other": "x" };
    expect((await world.post("/sop/S-1", fields)).status).toBe(303);
    expect(world.step("vendor")).toMatchObject({ state: "done", input: { ticket: "T-4711" }, late: true });
    const said = readable(await world.page("/sop/S-1"));
    expect(said).toContain("done · 李工 · 09:24 late Number of the ticket: T-4711");
    expect(said).toContain('09:24 李工 · Done: "Call the mail provider, open a ticket, and note its number": T-4711');
  });

  test("closes when the fault is over for long enough and nothing is left", async () => {
    world.begin();
    for (const step of ["confirm", "vendor", "customers", "pause", "crm"]) {
      await world.post("/sop/S-1", { ...li, do: "skip", step, reason: "not needed" });
    }
    world.procedures.happen(1, { kind: "delivered", step: "tell-staff", outcome: "done", maybeRepeat: false });
    world.procedures.happen(1, { kind: "resolved" });
    expect(readable(await world.page("/sop/S-1"))).toContain("The fault is over since 09:08.");
    await world.post("/sop/S-1", { ...li, do: "done", step: "inquiries" });
    expect((await world.post("/sop/S-1", { ...li, do: "close" })).status).toBe(409);
    world.pass(11 * minute);
    expect(readable(await world.page("/sop/S-1"))).toContain("stable since 09:18");
    expect((await world.post("/sop/S-1", { ...li, do: "close" })).status).toBe(303);
    const html = await world.page("/sop/S-1");
    expect(readable(html)).toContain("closed at 09:19, took 11 min");
    expect(html).not.toContain("<form");
  });

  test("offers to try a step again that did not work", async () => {
    world.begin();
    world.procedures.happen(1, {
      kind: "delivered",
      step: "tell-staff",
      outcome: "failed",
      maybeRepeat: true,
      reason: "HTTP 500",
    });
    expect(readable(await world.page("/sop/S-1"))).toMatch(/Now \(2\) This did not work: HTTP 500 .* Try again/);
    expect((await world.post("/sop/S-1", { ...li, do: "retry", step: "tell-staff" })).status).toBe(303);
    expect(world.step("tell-staff")).toMatchObject({ state: "running", maybeRepeat: true });
  });

  const form = { ...li, step: "vendor", "input.ticket": "T-47<11>", reason: 'be"cause' };
  const ticket = 'value="T-47&lt;11&gt;"';
  const reason = "be&quot;cause</textarea";
  test.each([
    ["nobody", { ...form, person: "", do: "done" }, "Say first who you are", "请先说明您是谁", ticket],
    ["no input", { ...form, do: "done", "input.ticket": "" }, "Write down first", "请先填写", reason],
    ["no reason", { ...form, do: "skip", reason: "  " }, "Say why", "请简单写明理由", ticket],
    [
      "a long input",
      { ...form, do: "done", "input.ticket": "长".repeat(201) },
      "“Number of the ticket” is too long: 201",
      "「工单号」太长：201",
      "长".repeat(201),
    ],
    ["a long reason", { ...form, do: "skip", reason: "x".repeat(201) }, "“Why” is too long: 201", "「理由」太长：201", ticket],
    ["a long name", { do: "who", name: "n".repeat(61) }, "“Name” is too long: 61", "「姓名」太长：61", "n".repeat(61)],
    [
      "no such step",
      { ...form, do: "done", step: "nothing" },
      "has no step “nothing”",
      "中没有步骤「nothing」",
      "T-47&lt;11&gt; · be&quot;cause",
    ],
    [
      "a step that does itself",
      { ...form, do: "done", step: "crm" },
      "Nobody ticks this step",
      "这一步会自动完成",
      "T-47&lt;11&gt; · be&quot;cause",
    ],
    ["no word in a note", { ...li, do: "note", text: "" }, "The note is empty", "备注为空", ""],
    [
      "a long note",
      { ...li, do: "note", text: "n".repeat(501) },
      "is too long: 501",
      "太长：501",
      `${"n".repeat(501)}</textarea`,
    ],
    ["too early an end", { ...li, do: "close" }, "Incident M-1042 is still open", "事件 M-1042 尚未恢复", ""],
    ["no reason for an end", { ...li, do: "abort", reason: "" }, "Say why", "请简单写明理由", '<details id="abort" open>'],
    ["begun twice", { ...li, do: "begin" }, "has already begun", "已启动", ""],
    ["dismissed too late", { ...li, do: "dismiss", reason: "a\r\nb" }, "has already begun", "已启动", "a\nb</textarea"],
    ["something else", { ...li, do: "explode" }, "out of date", "页面已过期", ""],
    ["nothing", {}, "Say first who you are", "请先说明您是谁", ""],
  ])(
    "refuses %s, says why at its place and keeps what was typed",
    async (_name, fields: Record<string, string>, en, chinese, keeps) => {
      world.begin();
      await world.post("/sop/S-1", { ...li, do: "done", step: "confirm" });
      const before = world.run(1);
      const english = await world.post("/sop/S-1", fields);
      expect(english.status).toBe(409);
      const html = await english.text();
      expect(readable(html)).toContain(`Not done: `);
      expect(readable(html)).toContain(en);
      expect(readable(await (await world.post("/sop/S-1", fields, zh)).text())).toContain(chinese);
      expect(html.match(/role="alert"/g)).toHaveLength(1);
      expect(world.run(1)).toEqual(before);
      // Who has said who they are is not asked again.
      expect(readable(html).includes("You are 李工")).toBe(fields["person"] === "李工");
      expect(html).toContain(keeps);
    },
  );

  test("says of a step that is done already by whom, and keeps what the second one typed in the note", async () => {
    world.begin();
    await world.post("/sop/S-1", { ...li, do: "done", step: "confirm" });
    const first = { ...li, do: "done", step: "vendor", "input.ticket": "T-1" };
    expect((await world.post("/sop/S-1", first)).status).toBe(303);
    const again = await world.post("/sop/S-1", { ...first, person: "王工", "input.ticket": "T-2" });
    expect(again.status).toBe(409);
    const html = await again.text();
    expect(html).toMatch(/<p class="refused" role="alert" id="step-vendor">\s*Not done: This step is done already, by 李工\./);
    expect(html).toMatch(/<textarea id="text-note"[^>]*>\s*T-2<\/textarea/);
    expect(world.step("vendor")).toMatchObject({ by: "李工", input: { ticket: "T-1" } });
  });

  test.each([
    ["a note", { do: "note", text: "called <them>" }, "You wrote: called &lt;them&gt;"],
    ["a step", { do: "done", step: "vendor", "input.ticket": "T-2", reason: "why" }, "You wrote: T-2 · why"],
  ])("prints what was typed into %s of a run that has ended meanwhile", async (_name, fields, said) => {
    world.begin();
    await world.post("/sop/S-1", { ...li, do: "abort", reason: "false alarm" });
    const late = await world.post("/sop/S-1", { ...li, ...fields });
    expect(late.status).toBe(409);
    const html = await late.text();
    expect(html).toContain(`<p>${said}</p>`);
    expect(html).toContain("S-1 has ended");
    expect(html).not.toContain("<form");
    expect(await (await world.post("/sop/S-1", { ...li, ...fields }, zh)).text()).toContain("<p>您填写的内容：");
    expect(await (await world.post("/sop/S-1", { ...li, do: "close" })).text()).not.toContain("You wrote");
  });

  test("that could not be stored is shown again with what was typed, and the error is told", async () => {
    world.begin();
    const full = new StoreError("full", { en: "No space left", zh: "磁盘已满" });
    const told: unknown[] = [];
    const broken: Procedures = {
      ...world.procedures,
      act: () => Promise.reject(full),
      start: () => Promise.reject(full),
    };
    const app = world.open({ sops: broken, onError: (error) => told.push(error) });
    const fields = { ...li, do: "skip", step: "confirm", reason: "be<cause" };
    const english = await world.post("/sop/S-1", fields, {}, app);
    expect(english.status).toBe(503);
    const html = await english.text();
    expect(readable(html)).toContain("It could not be stored (the disk may be full). Nothing was changed: note it on paper");
    expect(html).toContain("be&lt;cause</textarea");
    expect(html).toContain("<details open>");
    const chinese = await world.post("/sop/begin/mail-down", { name: "Zhao" }, zh, app);
    expect(chinese.status).toBe(503);
    expect(readable(await chinese.text())).toContain("未能保存（可能磁盘已满），未做任何更改。请先记在纸上，稍后重试。");
    expect(told).toEqual([full, full]);
    expect(world.step("confirm")?.state).toBe("waiting");
    const fault = world.open({ sops: { ...broken, act: () => Promise.reject(new Error("ours")) } });
    expect((await world.post("/sop/S-1", fields, {}, fault)).status).toBe(500);
  });

  test("writes a note that is sent twice once", async () => {
    world.begin();
    const notes = (): number => world.procedures.entries(1).filter(({ kind }) => kind === "note").length;
    for (const text of ["one", "one", "two"])
      expect((await world.post("/sop/S-1", { ...li, do: "note", text })).status).toBe(303);
    expect(notes()).toBe(2);
    world.pass(2 * minute);
    await world.post("/sop/S-1", { ...li, do: "note", text: "two" });
    expect(notes()).toBe(3);
  });

  test("that was proposed waits to be begun or dismissed", async () => {
    const [mailDown] = exampleSops;
    if (mailDown?.trigger === undefined) throw new Error("No trigger");
    const later: Sop = { ...mailDown, trigger: { ...mailDown.trigger, forMs: 10 * minute } };
    world = createSopPagesWorld([later]);
    world.begin();
    world.begin();
    const html = await world.page("/sop/S-1");
    expect(readable(html)).toContain("It begins by itself at 09:18 unless it is dismissed or the fault ends.");
    expect(readable(await world.page("/sop/S-1", zh))).toMatch(
      /若未选「不启动」且故障仍在，将于 09:18 自动启动。.* 不启动… 理由 /,
    );
    expect(html).not.toContain('value="done"');
    expect((await world.post("/sop/S-1", { ...li, do: "begin" })).status).toBe(303);
    expect(world.run(1).state).toBe("active");
    expect((await world.post("/sop/S-2", { ...li, do: "dismiss", reason: "" })).status).toBe(409);
    expect((await world.post("/sop/S-2", { ...li, do: "dismiss", reason: "a test" })).status).toBe(303);
    expect(readable(await world.page("/sop/S-2"))).toMatch(/dismissed at 09:08, took 0 s .* Why : a test/);
  });

  test("remembers who acted in a cookie of its own pages", async () => {
    world.begin();
    const response = await world.post("/sop/S-1", { person: "李工", name: " Zhao & Söhne ", do: "done", step: "confirm" });
    const set = response.headers.get("set-cookie") ?? "";
    expect(set).toContain("Path=/sop");
    expect(set).toContain("SameSite=Strict");
    expect(set).not.toContain("Secure");
    expect(world.step("confirm")?.by).toBe("Zhao & Söhne");
    const cookie = set.split(";")[0] ?? "";
    const html = await world.page("/sop/S-1", { cookie });
    expect(readable(html)).toContain("You are Zhao & Söhne · Somebody else?");
    expect(html).toContain('<input type="hidden" name="person" value="Zhao &amp; Söhne" />');
    const secure = await world.post(
      "/sop/S-1",
      { ...li, do: "who" },
      { host: "watch.example", origin: "https://watch.example" },
      world.open({ allowedHosts: ["watch.example"] }),
    );
    expect(secure.headers.get("set-cookie")).toContain("Secure");
  });

  test.each(["%E0%A4%A", "%00%1b", `"><b>`, "x".repeat(500), encodeURIComponent("</script><script>alert(1)</script>")])(
    "does not trust the cookie %s",
    async (value) => {
      world.begin();
      const html = await world.page("/sop/S-1", { cookie: `mailvigil_name=${value}` });
      expect(html).not.toMatch(/<b>|<script/);
      expect(html).toContain("Confirm with your own eyes");
    },
  );

  test("is there as S-1, s-1 and 1, and nothing else is", async () => {
    world.begin();
    for (const name of ["S-1", "s-1", "1"]) expect((await world.get(`/sop/${name}`)).status).toBe(200);
    for (const name of ["S-2", "S-1x", "S-99999999999999999999", "-1", "%3Cb%3E", "begin"]) {
      const response = await world.get(`/sop/${name}`);
      expect(response.status).toBe(404);
      expect(await response.text()).not.toContain("<b>");
      expect((await world.post(`/sop/${name}`, li)).status).toBe(404);
    }
  });

  test("takes no more than 8 KiB, and says so on a page", async () => {
    world.begin();
    const response = await world.post("/sop/S-1", { ...li, do: "note", text: "长".repeat(1000) }, zh);
    expect(response.status).toBe(413);
    expect(readable(await response.text())).toContain("内容超过 8 KiB");
    expect((await world.post("/sop/S-1", { ...li, do: "note", text: "长".repeat(500) })).status).toBe(303);
  });

  test("does nothing for a form of another page", async () => {
    world.begin();
    const response = await world.post("/sop/S-1", { ...li, do: "done", step: "confirm" }, { origin: "http://evil.example" });
    expect(response.status).toBe(403);
    expect(world.step("confirm")?.state).toBe("waiting");
  });
});
