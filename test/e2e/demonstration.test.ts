import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildPageIfNeeded } from "../../scripts/build-page.mjs";
import { axeViolations, launchChromium, sidewaysOverflow } from "../support/chromium.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const screenshots = fileURLToPath(new URL("../../test-results/screenshots/", import.meta.url));

/** What a newcomer sees: the whole program, its own company, real servers in the process, and Chromium. */
describe("the demonstration", () => {
  let folder: string;
  let daemon: ChildProcess;
  let browser: Browser;
  let url = "";

  beforeAll(async () => {
    buildPageIfNeeded();
    await mkdir(screenshots, { recursive: true });
    folder = await mkdtemp(join(tmpdir(), "mailvigil-newcomer-"));
    const env = { ...process.env, LANG: "C.UTF-8", LC_ALL: "", LC_MESSAGES: "", MAILVIGIL_CONFIG: "" };
    daemon = spawn(process.execPath, [main, "start"], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    while (!url) {
      const [part]: unknown[] = await once(daemon.stdout ?? daemon, "data");
      said += String(part);
      url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? "";
    }
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    daemon.kill("SIGTERM");
    await once(daemon, "exit");
    await rm(folder, { recursive: true, force: true });
  });

  const overview = async (): Promise<{
    incidents: readonly { cause: string; resolvedAt?: number | null }[];
    assets: readonly { probes: readonly { lastAt?: number | null }[] }[];
  }> => JSON.parse(await (await fetch(`${url}/api/v1/overview`)).text());

  test("every probe has been looked at within a quarter of a minute", async () => {
    await expect
      .poll(
        async () =>
          (await overview()).assets.flatMap(({ probes }) => probes).filter(({ lastAt }) => typeof lastAt !== "number").length,
        { timeout: 15_000 },
      )
      .toBe(0);
  });

  test("a fault comes by itself, is on the open page within 2 s, and goes by itself", { timeout: 150_000 }, async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: "en-GB", timezoneId: "Asia/Shanghai" });
    await page.goto(url);
    const loginFault = async (): Promise<boolean> =>
      (await overview()).incidents.some(
        ({ cause, resolvedAt }) => cause === "login-unavailable" && typeof resolvedAt !== "number",
      );
    await expect.poll(loginFault, { timeout: 60_000, interval: 50 }).toBe(true);
    const seen = performance.now();
    await page
      .getByText(/info@example\.com/)
      .first()
      .waitFor();
    await page.getByRole("heading", { level: 1 }).filter({ hasText: /fault/ }).waitFor({ timeout: 2_000 });
    expect(performance.now() - seen).toBeLessThan(2_000);
    await page.getByRole("link", { name: "Emergency procedure S-1, A shared mailbox is down: active" }).click();
    await page.getByRole("heading", { level: 1, name: "A shared mailbox is down" }).waitFor();
    await page.getByText("000-0000-0001").first().waitFor();
    await page.goto(url);
    for (const [locale, scheme, width] of [
      ["en-GB", "light", 1280],
      ["zh-CN", "light", 1280],
      ["zh-CN", "dark", 360],
    ] as const) {
      const shown = await browser.newPage({
        viewport: { width, height: width === 360 ? 780 : 900 },
        locale,
        colorScheme: scheme,
        timezoneId: "Asia/Shanghai",
      });
      await shown.goto(url);
      await shown.getByText("info@example.com").first().waitFor();
      expect(await sidewaysOverflow(shown)).toBe(0);
      expect(await axeViolations(shown)).toEqual([]);
      await shown.screenshot({ path: join(screenshots, `demonstration-${locale.slice(0, 2)}-${width}-${scheme}.png`) });
      await shown.close();
    }
    await expect.poll(loginFault, { timeout: 90_000, interval: 500 }).toBe(false);
    await page.getByRole("heading", { level: 1 }).filter({ hasNotText: /fault/ }).waitFor({ timeout: 5_000 });
    await page.close();
  });

  test("is marked as a demonstration in its page and at the terminal", async () => {
    const page = await browser.newPage({ locale: "zh-CN" });
    await page.goto(url);
    await page.getByText("演示").first().waitFor();
    await page.close();
    expect(url).toMatch(/:89\d\d$/);
  });
});
