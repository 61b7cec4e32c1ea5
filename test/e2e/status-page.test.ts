import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { axeViolations, launchChromium, sidewaysOverflow } from "../support/chromium.ts";
import { createExampleCompany } from "../support/example-company.ts";
import { startPageServer } from "../support/page-server.ts";
import { pastOf, plainPage, statusOf } from "../support/status-world.ts";

const screenshots = join(import.meta.dirname, "../../test-results/screenshots");
const hour = 3_600_000;
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

/** Bad days of each kind, days that nobody could tell, and a month before the first look. */
const days = {
  ...Object.fromEntries(Array.from({ length: 30 }, (_, i) => [i + 60, { unknown: 24 * hour }])),
  40: { up: 14 * hour, down: 10 * hour },
  22: { up: 23.9 * hour, down: 0.1 * hour },
  21: { up: 20 * hour, degraded: 4 * hour },
  8: { unknown: 24 * hour },
  3: { up: 20 * hour, unknown: 4 * hour },
};
const words = {
  title: { en: "Example Trading Co.", zh: "示例贸易" },
  components: [{ name: { en: "Sales mailboxes", zh: "销售邮箱" }, assets: ["sales@example.com"] }],
};

interface Opened {
  /** In a browser that runs no script at all. */
  readonly page: Page;
  /** For axe, which is a script; where it does not load itself anew, which axe thinks nobody can stop. */
  readonly scripted: () => Promise<Page>;
}

async function open(options: BrowserContextOptions): Promise<Opened> {
  const board = createExampleCompany(Date.now);
  const past = { ...pastOf(days), incidents: () => board.incidents() };
  const status = statusOf(board, Date.now, { past, settings: () => ({ ...plainPage, ...words }) });
  const server = await startPageServer(board, "a-token", { status });
  closers.push(() => server.close());
  const visit = async (more: BrowserContextOptions, query = ""): Promise<Page> => {
    const context = await browser.newContext({ ...options, ...more });
    closers.push(() => context.close());
    const page = await context.newPage();
    await page.goto(`${server.url}status${query}`);
    return page;
  };
  return { page: await visit({ javaScriptEnabled: false }), scripted: () => visit({}, "?still=1") };
}

describe("the status page", () => {
  const looks = (["en", "zh"] as const).flatMap((language) =>
    [320, 1280].flatMap((width) => (["light", "dark"] as const).map((scheme) => ({ language, width, scheme }))),
  );

  test.each(looks)(
    "in $language, $width px, $scheme, without a script: no serious axe violation, no sideways scrolling",
    async (look) => {
      const { page, scripted } = await open({
        locale: look.language === "zh" ? "zh-CN" : "en-GB",
        viewport: { width: look.width, height: 800 },
        colorScheme: look.scheme,
      });
      const isChinese = look.language === "zh";
      await page
        .getByRole("heading", {
          level: 1,
          name: isChinese ? "邮件可用，部分用户会受影响。" : "Mail works, with disturbances for some.",
        })
        .waitFor();
      await page.getByText(isChinese ? "销售邮箱" : "Sales mailboxes").waitFor();
      expect(await page.getByRole("img").count()).toBe(4);
      await page
        .getByText(isChinese ? "有故障的日子（3 天）" : "Days with faults (3)")
        .first()
        .click();
      await page.getByRole("listitem").first().waitFor();
      const same = await scripted();
      await same
        .locator("details")
        .first()
        .evaluate((it) => it.setAttribute("open", ""));
      expect(await sidewaysOverflow(same)).toBeLessThanOrEqual(0);
      expect(await axeViolations(same)).toEqual([]);
      await page.screenshot({
        path: join(screenshots, `status-${look.language}-${look.width}-${look.scheme}.png`),
        fullPage: true,
      });
      await page.getByRole("link", { name: isChinese ? "English" : "中文" }).click();
      await page.getByRole("heading", { name: isChinese ? "What works" : "各项功能" }).waitFor();
    },
  );

  test("prints without what is of no use on paper", async () => {
    const { page } = await open({ locale: "en-GB" });
    await page.emulateMedia({ media: "print" });
    expect(await page.getByRole("link", { name: "Follow by RSS" }).isVisible()).toBe(false);
    expect((await page.pdf({ format: "A4" })).subarray(0, 5).toString()).toBe("%PDF-");
  });

  test("says the same as text alone", async () => {
    const { page } = await open({ locale: "en-GB" });
    const text = await page.locator("main").innerText();
    expect(text).toMatch(/^Mail works, with disturbances for some\.\n/);
    expect(text).toMatch(/Receiving mail\n?\s*Slow or partly down\n+since /);
    expect(text).toMatch(/90 days ago\s+today\s+9\d\.\d\d % available \(/);
    expect(text).toContain("Some mail to us does not arrive\n");
  });
});
