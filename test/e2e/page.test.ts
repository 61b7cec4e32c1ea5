import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { axeViolations, launchChromium, sidewaysOverflow } from "../support/chromium.ts";
import { createExampleCompany } from "../support/example-company.ts";
import type { FakeBoard } from "../support/fake-board.ts";
import { createFakeBoard } from "../support/fake-board.ts";
import type { PageServer } from "../support/page-server.ts";
import { startPageServer } from "../support/page-server.ts";
import type { Data } from "../../src/model/text.ts";

const screenshots = join(import.meta.dirname, "../../test-results/screenshots");
let browser: Browser;
const closers: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  browser = await launchChromium();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Opened {
  readonly page: Page;
  readonly server: PageServer;
  /** What the page complained about: errors, and what its policy refused. */
  readonly complaints: string[];
}

async function open(board: FakeBoard, options: BrowserContextOptions = {}, token?: string): Promise<Opened> {
  const server = await startPageServer(board, token);
  closers.push(() => server.close());
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 }, ...options });
  closers.push(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(server.url);
  return { page, server, complaints };
}

const shoot = (page: Page, name: string): Promise<Buffer> =>
  page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true, animations: "disabled" });

const company = (): FakeBoard => createExampleCompany(Date.now);

describe("the overview", () => {
  const looks = (["en", "zh"] as const).flatMap((language) =>
    [360, 1280].flatMap((width) => (["light", "dark"] as const).map((scheme) => ({ language, width, scheme }))),
  );

  test.each(looks)("in $language, $width px, $scheme: no serious axe violation, no sideways scrolling", async (look) => {
    const { page, complaints } = await open(createExampleCompany(Date.now, true), {
      locale: look.language === "zh" ? "zh-CN" : "en-GB",
      viewport: { width: look.width, height: 800 },
      colorScheme: look.scheme,
    });
    const heading = page.getByRole("heading", { level: 1 });
    await heading
      .filter({ hasText: look.language === "zh" ? "邮件部分中断：有一处故障。" : "Mail is partly down: one fault." })
      .waitFor();
    await page.getByText(look.language === "zh" ? "实时" : "Live", { exact: true }).waitFor();
    expect(await page.evaluate("document.documentElement.lang")).toBe(look.language === "zh" ? "zh-CN" : "en");
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0);
    expect(await axeViolations(page)).toEqual([]);
    await shoot(page, `overview-${look.language}-${look.width}-${look.scheme}`);

    const words =
      look.language === "zh"
        ? { todo: "怎么办", run: "立即检查", cause: "原因（很可能）：邮箱 sales@example.com 已满", ruledOut: "已排除（2 项）" }
        : {
            todo: "What to do",
            run: "Run now",
            cause: "Cause, likely: The mailbox sales@example.com is full",
            ruledOut: "Ruled out (2)",
          };
    await page.getByRole("button", { name: words.todo }).first().click();
    await page.getByText(words.cause).waitFor();
    await page.getByText(words.ruledOut).click();
    await page
      .getByRole("button", { name: /^sales@example\.com / })
      .first()
      .click();
    await page.getByRole("button", { name: words.run }).first().waitFor();
    await page.locator("probe-row summary").first().click();
    await page.getByText("C: a2 GETQUOTAROOT INBOX").waitFor();
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0);
    expect(await axeViolations(page)).toEqual([]);
    await shoot(page, `opened-${look.language}-${look.width}-${look.scheme}`);
    expect(complaints).toEqual([]);
  });

  test("shows a fault within 2 s of its observation, says it once, and shows that it is over", async () => {
    const board = company();
    const { page } = await open(board);
    await page.getByText("Live", { exact: true }).waitFor();
    const start = Date.now();
    board.observe("info@example.com/imap-login", {
      findings: [{ code: "login-refused", data: { account: "info@example.com" } }],
    });
    board.putIncident({
      id: 1043,
      key: "info@example.com/imap-login",
      cause: "login-refused",
      probes: [
        {
          probe: "info@example.com/imap-login",
          joinedAt: Date.now(),
          leftAt: undefined,
          findings: [{ code: "login-refused", severity: "critical", data: { account: "info@example.com" } }],
        },
      ],
    });
    await page.getByRole("heading", { name: "Mail is partly down: two faults." }).waitFor({ timeout: 2000 });
    await page.locator("fault-card", { hasText: "info@example.com" }).waitFor({ timeout: 2000 });
    expect(Date.now() - start).toBeLessThan(2000);
    const announcement = page.locator("#announcement");
    expect(await announcement.textContent()).toBe("New fault: info@example.com. The password of info@example.com was rejected");
    expect(await page.title()).toBe("Mail is partly down: two faults. · Example Trading Co.");

    board.putIncident({ id: 1043, key: "info@example.com/imap-login", resolvedAt: Date.now(), cause: "login-refused" });
    board.observe("info@example.com/imap-login", {});
    await page.getByRole("heading", { name: "Mail is partly down: one fault." }).waitFor({ timeout: 2000 });
  });

  test("shows at once what is not confirmed yet, as not confirmed", async () => {
    const board = company();
    const { page } = await open(board);
    await page.getByText("Live", { exact: true }).waitFor();
    board.observe("info@example.com/imap-login", {
      findings: [{ code: "login-refused", data: { account: "info@example.com" } }],
      status: "ok",
    });
    const row = page.locator("asset-row", { hasText: "info@example.com" });
    await row.getByText("The password of info@example.com was rejected").waitFor({ timeout: 2000 });
    await row.getByText("(not confirmed yet)").waitFor();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("one fault");
  });

  test("moves the times of a run that found the same without fetching everything", async () => {
    const board = company();
    const { page } = await open(board);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByRole("button", { name: /^example\.com / }).click();
    await page.getByText("3 min ago, took 120 ms").waitFor();
    let fetches = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/overview")) fetches += 1;
    });
    board.observe("example.com/dns-dmarc", {
      findings: [{ code: "dmarc-only-watches", data: { domain: "example.com" } }],
      durationMs: 345,
    });
    await page.getByText("took 345 ms").waitFor({ timeout: 2000 });
    expect(fetches).toBe(0);
  });

  test("resumes by Last-Event-ID after the line was cut, and shows what happened meanwhile", async () => {
    const board = company();
    const { page, server } = await open(board);
    await page.getByText("Live", { exact: true }).waitFor();
    board.observe("example.com/dns-mx", { durationMs: 5 });
    await page.waitForTimeout(100);
    const resumed = page.waitForRequest((request) => request.url().includes("/events"));
    server.cut();
    board.observe("example.com/dns-mx", { findings: [{ code: "mx-missing", data: { domain: "example.com" } }], status: "ok" });
    await page.getByText("Reconnecting").waitFor({ timeout: 2000 });
    const headers = await (await resumed).allHeaders();
    expect(headers["last-event-id"]).toMatch(/^[0-9a-f]{12}-\d+$/);
    await page.getByText("Live", { exact: true }).waitFor({ timeout: 10_000 });
    await page.getByText("Nobody can find where to deliver mail for example.com").waitFor({ timeout: 2000 });
  });

  const focusedText =
    "(() => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at?.innerText ?? ''; })()";

  test("acknowledges and runs a probe by keyboard alone", async () => {
    const board = company();
    const { page } = await open(board);
    await page.getByText("Live", { exact: true }).waitFor();
    const focused = (): Promise<string> => page.evaluate<string>(focusedText);
    const tabTo = async (text: string): Promise<void> => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press("Tab");
        if ((await focused()).startsWith(text)) return;
      }
      throw new Error(`Tab never reached "${text}"`);
    };
    const advice = page.locator("fault-card").getByText("Delete or archive large attachments");
    expect(await advice.isVisible()).toBe(false);
    await tabTo("What to do");
    await page.keyboard.press("Enter");
    expect(await advice.isVisible()).toBe(true);
    await tabTo("Acknowledge");
    await page.keyboard.press("Enter");
    await page.getByText(/^Acknowledged \(web page\), no reminders until \d\d:\d\d$/).waitFor();
    expect(board.asked).toEqual(["acknowledge 1042 web page 60"]);

    await tabTo("Show the evidence");
    await page.keyboard.press("Enter");
    await page.getByText("C: a2 GETQUOTAROOT INBOX").waitFor();
    expect(await focused()).toContain("Evidence");
    await page.keyboard.press("Shift+Tab");
    expect(await focused()).toContain("Run now");
    await page.keyboard.press("Enter");
    await page.getByText("took 77 ms").waitFor({ timeout: 2000 });
    expect(board.asked).toEqual(["acknowledge 1042 web page 60", "run sales@example.com/imap-quota"]);
  });

  test("keeps the chosen language and appearance", async () => {
    const { page } = await open(company());
    await page.getByRole("button", { name: "中文" }).click();
    await page.getByRole("heading", { name: "邮件部分中断：有一处故障。" }).waitFor();
    await page.getByRole("button", { name: "外观：跟随系统" }).click();
    await page.getByRole("button", { name: "外观：浅色" }).click();
    await page.reload();
    await page.getByRole("button", { name: "外观：深色" }).waitFor();
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(18, 20, 23)");
    await page.getByRole("button", { name: "English" }).waitFor();
  });

  test("says so when the server is gone, keeps what it knew, and comes back by itself", async () => {
    const board = company();
    const { page } = await open(board);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.route("**/api/v1/overview", (route) => route.abort());
    board.emit({ kind: "reloaded" });
    await page.getByText("Mailvigil does not answer. What you see is from").waitFor();
    await page.getByRole("heading", { name: "Mail is partly down: one fault." }).waitFor();
    await shoot(page, "stale-en-1280-light");
    await page.unroute("**/api/v1/overview");
    await page.getByRole("button", { name: "Try again" }).click();
    const stale = page.getByText("Mailvigil does not answer.");
    await stale.waitFor({ state: "detached" });
    expect(await stale.count()).toBe(0);
  });

  test("has a page for nothing to watch, for no answer at all, and for its own troubles", async () => {
    const empty = await open(createFakeBoard({ now: Date.now }), { locale: "zh-CN", viewport: { width: 360, height: 700 } });
    await empty.page.getByRole("heading", { name: "还没有监控任何邮件。" }).waitFor();
    expect(await sidewaysOverflow(empty.page)).toBeLessThanOrEqual(0);
    expect(await axeViolations(empty.page)).toEqual([]);
    await shoot(empty.page, "empty-zh-360-light");

    await empty.page.route("**/api/v1/overview", (route) => route.abort());
    await empty.page.reload();
    await empty.page.getByRole("heading", { name: "Mailvigil 没有响应。" }).waitFor();
    expect(await axeViolations(empty.page)).toEqual([]);
    await shoot(empty.page, "failed-zh-360-light");

    const board = company();
    board.setTroubles([
      {
        code: "disk-full",
        en: "The disk is full: runs go on, but nothing is stored.",
        zh: "磁盘已满：检查照常进行，但无法保存。",
      },
    ]);
    board.setChannels([
      { name: "duty", type: "webhook", brokenSince: Date.now() - 600_000, lastError: "HTTP 401", lastSentAt: undefined },
    ]);
    const troubled = await open(board, { colorScheme: "dark" });
    await troubled.page.getByRole("alert").getByText("The disk is full").waitFor();
    await troubled.page.getByText(/broken since .*: HTTP 401/).waitFor();
    expect(await axeViolations(troubled.page)).toEqual([]);
    await shoot(troubled.page, "troubles-en-1280-dark");
  });

  test("stays usable with hundreds of assets", async () => {
    const board = company();
    for (let n = 0; n < 600; n += 1) {
      const id = `box${String(n).padStart(3, "0")}@example.com/imap-login`;
      board.addProbe(id);
      board.observe(id, n % 97 === 5 ? { findings: [{ code: "login-refused", data: { account: `box${n}@example.com` } }] } : {});
    }
    const { page } = await open(board);
    const rows = page.locator("asset-row");
    await rows.first().waitFor();
    expect(await rows.count()).toBe(20);
    await shoot(page, "many-en-1280-light");
    await page.getByRole("searchbox", { name: "Find an asset" }).fill("box123");
    await page.locator('asset-row[id="box123@example.com"]').waitFor();
    expect(await rows.count()).toBe(1);
    await page.getByRole("searchbox").fill("nobody");
    await page.getByText("No asset fits “nobody”.").waitFor();
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "Show all 607" }).click();
    expect(await rows.count()).toBe(607);
    expect(await axeViolations(page)).toEqual([]);
  });

  /** Eight grave incidents beside the company's own two. */
  const troubledCompany = (): FakeBoard => {
    const board = company();
    for (let n = 1; n <= 8; n += 1) {
      const probe = `box${n}@example.com/imap-login`;
      const found = { code: "login-refused", data: { account: `box${n}@example.com` } };
      board.addProbe(probe);
      board.observe(probe, { findings: [found] });
      const held = { probe, joinedAt: Date.now(), leftAt: undefined, findings: [{ ...found, severity: "critical" as const }] };
      board.putIncident({ id: 2000 + n, key: probe, cause: "login-refused", priority: "P3", probes: [held] });
    }
    return board;
  };

  test("goes to the incident that the address names, be it open, further down or over", async () => {
    const board = troubledCompany();
    const { page, server } = await open(board);
    await page.getByText("Live", { exact: true }).waitFor();
    expect(await page.locator("fault-card").count()).toBe(5);
    const named = page.locator("fault-card[named]");
    expect(await named.count()).toBe(0);

    const linked = await page.context().newPage();
    await linked.goto(`${server.url}#M-2008`);
    const card = linked.locator("fault-card[named]");
    await card.getByText("M-2008").waitFor();
    await expect.poll(() => linked.evaluate<string>(focusedText)).toContain("M-2008");
    const inView = async (): Promise<boolean> => {
      const box = await card.boundingBox();
      return box !== null && box.y >= 0 && box.y + box.height <= 900;
    };
    await expect.poll(inView).toBe(true);

    await linked.evaluate("location.hash = 'M-1040'");
    await linked.locator("fault-card[named]", { hasText: "M-1040" }).waitFor();
    expect(await card.getByRole("button", { name: "Acknowledge" }).count()).toBe(0);
    expect(await card.getByText("The password of info@example.com was rejected").first().isVisible()).toBe(true);
    expect(await axeViolations(linked)).toEqual([]);
    await linked.evaluate("location.hash = 'M-7'");
    await linked.getByText("M-7 was over more than 24 h ago.").waitFor();
  });

  test("acknowledges any open incident, from the whole list and from its asset", async () => {
    const board = troubledCompany();
    const { page } = await open(board);
    await page.getByRole("button", { name: "Show all 10" }).click();
    expect(await page.locator("fault-card").count()).toBe(10);
    await page.locator("fault-card", { hasText: "M-2007" }).getByRole("button", { name: "Acknowledge" }).click();
    await expect.poll(() => board.asked).toEqual(["acknowledge 2007 web page 60"]);

    await page.getByRole("button", { name: /^box8@example\.com / }).click();
    await page.getByRole("button", { name: /^Acknowledge ?: M-2008$/ }).click();
    await expect.poll(() => board.asked).toEqual(["acknowledge 2007 web page 60", "acknowledge 2008 web page 60"]);
    await page
      .locator("asset-row", { hasText: "M-2008" })
      .getByText(/^Acknowledged \(web page\)/)
      .waitFor();
  });

  test("says of an incident with several causes what to do about each, once, and names it at its asset", async () => {
    const board = company();
    const bad = (probe: string, code: string, data: Data) => {
      const findings = [{ code, data, severity: "critical" as const }];
      board.addProbe(probe);
      board.observe(probe, { findings });
      return { probe, joinedAt: Date.now(), leftAt: undefined, findings };
    };
    const probes = [
      bad("a@example.net/imap-login", "login-refused", { account: "a@example.net" }),
      bad("b@example.net/imap-login", "login-refused", { account: "b@example.net" }),
      bad("example.net/dns-dmarc", "dmarc-only-watches", { domain: "example.net" }),
    ];
    board.putIncident({ id: 3001, key: "example.net/weaknesses", cause: "login-refused", priority: "P1", probes });
    const { page } = await open(board, { locale: "zh-CN" });
    const card = page.locator("fault-card", { hasText: "M-3001" });
    await card.getByText("（另有 2 项）").waitFor();
    await card.getByRole("button", { name: "怎么办" }).click();
    await card.getByText("先看两周报告，再改为 p=quarantine。").waitFor();
    expect(await card.getByRole("button", { name: /^查看证据/ }).count()).toBe(2);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: /^example\.net / }).click();
    const row = page.locator("asset-row .incident", { hasText: "M-3001" });
    expect(await row.innerText()).toContain("a@example.net");
    expect(await sidewaysOverflow(page)).toBe(0);
  });

  test("says from when the picture is while nothing can be stored, and which channel is behind", async () => {
    const board = createExampleCompany(Date.now);
    board.setTroubles([{ code: "store-failed", en: "The disk is full", zh: "磁盘已满" }]);
    const duty = { name: "duty", type: "webhook", brokenSince: undefined, lastSentAt: Date.now() - 600_000 };
    board.setChannels([{ ...duty, lastError: "HTTP 503", waiting: 3, waitingSince: Date.now() - 300_000 }]);
    const { page } = await open(board, { locale: "zh-CN" });
    await page.getByRole("heading", { name: /^无法存储监控数据：以下是 \d\d:\d\d 的情况。$/ }).waitFor();
    await page.getByText(/\d\d:\d\d 起有 3 条未能送出：HTTP 503/).waitFor();
    expect(await page.locator("page-foot li status-mark[status=warning]").count()).toBe(1);
  });

  test("asks for the token, and is there after signing in", async () => {
    const { page } = await open(company(), { locale: "zh-CN" }, "correct-horse");
    await page.getByRole("heading", { name: "登录 Mailvigil" }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await shoot(page, "login-zh-1280-light");
    await page.evaluate("location.hash = 'M-1040'");
    await page.getByLabel("访问令牌").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("令牌不正确。").waitFor();
    await page.getByLabel("访问令牌").fill("correct-horse");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "邮件部分中断：有一处故障。" }).waitFor();
    await page.locator("fault-card[named]", { hasText: "M-1040" }).waitFor();
    await page.getByText("实时", { exact: true }).waitFor();
  });
});
