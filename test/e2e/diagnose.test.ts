import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { axeViolations, launchChromium, sidewaysOverflow } from "../support/chromium.ts";
import { createExampleCompany } from "../support/example-company.ts";
import { startPageServer } from "../support/page-server.ts";

const screenshots = join(import.meta.dirname, "../../test-results/screenshots");
let browser: Browser;
beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  browser = await launchChromium();
});
afterAll(() => browser.close());

test.each([
  {
    language: "en",
    width: 1280,
    press: /^Diagnose now ?: info@example\.com$/,
    looking: /Looking: \d+ of \d+/,
    result: "Diagnosis",
  },
  { language: "zh", width: 360, press: /^立即诊断 ?: info@example\.com$/, looking: /正在检查：\d+\/\d+/, result: "诊断结果" },
])(
  "diagnoses an asset by keyboard, shows how far it is and what it comes to: $language, $width px",
  async ({ language, width, press, looking, result }) => {
    const board = createExampleCompany(Date.now);
    const held: string[] = [];
    board.actions.runNow = (id) => held.push(id) > 0;
    const server = await startPageServer(board);
    await using closing = new AsyncDisposableStack();
    closing.defer(() => server.close());
    const context = await browser.newContext({
      locale: language === "zh" ? "zh-CN" : "en-GB",
      viewport: { width, height: 800 },
    });
    closing.defer(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    const shoot = (name: string) =>
      page.screenshot({ path: join(screenshots, `${name}-${language}-${width}.png`), fullPage: true, animations: "disabled" });
    await page.goto(server.url);
    await page.getByText(language === "zh" ? "实时" : "Live", { exact: true }).waitFor();
    await page.getByRole("button", { name: /^info@example\.com / }).click();
    const button = page.getByRole("button", { name: press });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.locator("asset-diagnosis").getByText(looking).waitFor();
    expect(await button.isDisabled()).toBe(true);
    const said = page.locator("asset-diagnosis [role=status]");
    expect(await said.textContent()).toContain("info@example.com");
    expect(await axeViolations(page)).toEqual([]);
    await shoot("diagnosing");

    const refused = { code: "login-refused", data: { account: "info@example.com", host: "imap.example.com" } };
    expect(held).toContain("info@example.com/imap-login");
    for (const probe of held) board.observe(probe, probe === "info@example.com/imap-login" ? { findings: [refused] } : {});
    const section = page.getByRole("region", { name: result });
    await section.getByText(language === "zh" ? /依据：/ : /It rests on this:/).waitFor();
    const paragraph = await section.locator(".paragraph").textContent();
    expect(await said.textContent()).toBe(paragraph);
    expect(await button.isEnabled()).toBe(true);
    expect(await section.getByRole("listitem").count()).toBeGreaterThan(0);
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0);
    expect(await axeViolations(page)).toEqual([]);
    await shoot("diagnosed");

    // Pressed again at once: it says when, and looks at nothing.
    const before = held.length;
    await button.click();
    await page.locator("asset-diagnosis [role=alert]").waitFor();
    expect(held).toHaveLength(before);
    // Its row is opened anew, and what was found is still there.
    await page.getByRole("button", { name: /^info@example\.com / }).click();
    await section.waitFor({ state: "detached" });
    await page.getByRole("button", { name: /^info@example\.com / }).click();
    expect(await section.locator(".paragraph").textContent()).toBe(paragraph);
    expect(complaints.filter((line) => !line.includes("429"))).toEqual([]);
  },
);
