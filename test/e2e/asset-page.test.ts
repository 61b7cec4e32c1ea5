import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { buildPageIfNeeded } from "../../scripts/build-page.mjs";
import type { AssetHistory, Overview } from "../../src/model/api.ts";
import { createExampleCompany } from "../support/example-company.ts";
import { createLongPast } from "../support/long-past.ts";
import { startPageServer } from "../support/page-server.ts";
import { axeViolations, launchChromium, sidewaysOverflow } from "../support/chromium.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const dist = fileURLToPath(new URL("../../dashboard/dist/", import.meta.url));
const screenshots = fileURLToPath(new URL("../../test-results/screenshots/", import.meta.url));
const mailbox = "sales@example.com";
const route = `${mailbox}~canary@partner.example`;

let browser: Browser;
const closers: (() => Promise<void> | void)[] = [];
beforeAll(async () => {
  buildPageIfNeeded();
  await mkdir(screenshots, { recursive: true });
  browser = await launchChromium();
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(() => browser.close());

async function openAt(address: string, options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    locale: "en-GB",
    viewport: { width: 1280, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  closers.push(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(address);
  return { page, complaints };
}

/** A quarter of a year behind it. */
describe("the page of an asset with a long past", () => {
  async function open(asset: string, options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
    const board = createExampleCompany(Date.now);
    const long = await createLongPast(board, Date.now());
    const server = await startPageServer(board, undefined, { past: long.past });
    closers.push(
      () => server.close(),
      () => long.close(),
    );
    return openAt(`${server.url}#/asset/${asset}`, options);
  }

  test("marks the slow leg of the way, says what is usual, and tells a bar that is pointed at", async () => {
    const { page } = await open(route);
    await page.getByText("there after 46 s. Usually it takes 6").waitFor();
    await page.getByText("The longest leg: from relay-3.out.hosted-provider.example to mx1.partner.example, 41 s.").waitFor();
    expect(await page.locator("letter-way .slow").innerText()).toContain("41 s · longest");
    const track = page.locator("window-bars .track").first();
    const box = await track.boundingBox();
    // Four and a half hours ago.
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) * (1 - 4.5 / 24), (box?.y ?? 0) + 10);
    await page.getByText(/Round trip: Critical, \d\d:\d\d to \d\d:\d\d \(48 min\)/).waitFor();
    await page.getByText("Down for 48 min in all.").waitFor();
    await page.getByText(/ were lost\./).waitFor();
  });

  test.each([
    ["7 days", /Available 99\.5\d % of the time watched\. Down for 48 min/],
    ["30 days", /Available 99\.88 % of the time watched/],
    [
      "90 days",
      /Available 99\.\d+ % of the time that is known\. For 2 days nothing is known, .+ only between 97\.\d+ % and 99\.\d+ %/,
    ],
  ])("over %s says what is sure", async (name, said) => {
    const { page } = await open(route);
    await page.getByRole("tab", { name }).click();
    await page.getByText(said).waitFor();
    expect(await page.locator("incident-table tbody tr").count()).toBe(5);
  });

  test.each([
    ["en", "light", 1280, "90 days"],
    ["zh", "dark", 1280, "30 天"],
    ["zh", "light", 390, "7 天"],
    ["en", "dark", 320, "90 days"],
  ] as const)(
    "in %s, %s, %i px over %s: no serious axe violation, no sideways scrolling",
    { timeout: 60_000 },
    async (language, scheme, width, tab) => {
      for (const [name, asset] of [
        ["route", route],
        ["mailbox", mailbox],
      ] as const) {
        const { page, complaints } = await open(asset, {
          locale: language === "zh" ? "zh-CN" : "en-GB",
          viewport: { width, height: 900 },
          colorScheme: scheme,
        });
        await page.getByRole("tab", { name: tab }).click();
        await page.locator('[role="tabpanel"][aria-busy="false"]').waitFor();
        expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0);
        expect(await axeViolations(page)).toEqual([]);
        await page.screenshot({
          path: join(screenshots, `asset-past-${name}-${language}-${width}-${scheme}.png`),
          fullPage: true,
          animations: "disabled",
        });
        expect(complaints).toEqual([]);
      }
    },
  );
});

/** The whole program with its own company. */
describe("the page of an asset of the demonstration", () => {
  let folder: string;
  let daemon: ChildProcess;
  let url = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mailvigil-asset-"));
    const env = { ...process.env, LANG: "C.UTF-8", LC_ALL: "", LC_MESSAGES: "", MAILVIGIL_CONFIG: "" };
    daemon = spawn(process.execPath, [main, "start"], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    while (!url) {
      const [part]: unknown[] = await once(daemon.stdout ?? daemon, "data");
      said += String(part);
      url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? "";
    }
  }, 60_000);
  afterAll(async () => {
    daemon.kill("SIGTERM");
    await once(daemon, "exit");
    await rm(folder, { recursive: true, force: true });
  });

  const get = async (path: string): Promise<string> => (await fetch(`${url}/api/v1/${path}`)).text();
  const overview = async (): Promise<Overview> => JSON.parse(await get("overview"));
  const history = async (asset: string): Promise<AssetHistory> => JSON.parse(await get(`assets/${asset}/history`));

  const open = (hash: string, options: BrowserContextOptions = {}) => openAt(`${url}/${hash}`, options);
  const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });
  const focused = (page: Page): Promise<string> =>
    page.evaluate<string>(
      "(() => { let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement; return e?.textContent?.trim() ?? ''; })()",
    );

  test("within a minute a letter has gone its way, and the certificate's fault is there", { timeout: 90_000 }, async () => {
    await expect.poll(async () => (await history(route)).ways.length, { timeout: 60_000 }).toBe(1);
    await expect.poll(async () => (await overview()).incidents.length, { timeout: 60_000 }).toBeGreaterThan(0);
  });

  test("is reached from the overview by keyboard, and back leads to where one was", async () => {
    const { page, complaints } = await open("");
    const link = page.getByRole("link", { name: mailbox, exact: true });
    await link.focus();
    const before = await page.evaluate<number>("scrollY");
    await page.keyboard.press("Enter");
    await heading(page, mailbox).waitFor();
    expect(new URL(page.url()).hash).toBe(`#/asset/${mailbox}`);
    expect(await page.title()).toMatch(/^sales@example\.com: /);
    expect(await focused(page)).toBe(mailbox);
    expect(await page.evaluate<number>("scrollY")).toBe(0);
    await page.getByRole("tab", { name: "24 h" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { level: 2, name: "What is watched" }).waitFor();
    expect(await focused(page)).toBe(mailbox);
    expect(await page.evaluate<number>("scrollY")).toBe(before);
    expect(await page.title()).not.toMatch(/^sales@/);
    await page.goForward();
    await heading(page, mailbox).waitFor();
    expect(complaints).toEqual([]);
  });

  test("shows other windows by the arrow keys, and tells each bar and each point", async () => {
    const { page, complaints } = await open(`#/asset/${route}`);
    await page.getByRole("tab", { name: "24 h" }).focus();
    for (const [name, window] of [
      ["7 days", "7d"],
      ["30 days", "30d"],
      ["90 days", "90d"],
    ] as const) {
      const answered = page.waitForResponse((response) => response.url().includes(`window=${window}`));
      await page.keyboard.press("ArrowRight");
      expect((await answered).status()).toBe(200);
      expect(await page.getByRole("tab", { name, selected: true }).count()).toBe(1);
    }
    await page.keyboard.press("Home");
    await page.locator('[role="tabpanel"][aria-busy="false"]').waitFor();
    const bars = page.getByRole("slider", { name: "Round trip", exact: true });
    await bars.focus();
    expect(await bars.getAttribute("aria-valuetext")).toMatch(/^Round trip: OK, \d\d:\d\d to /);
    await page.keyboard.press("Home");
    expect(await bars.getAttribute("aria-valuetext")).toMatch(/^Round trip: Not watched, .+ to \d\d:\d\d \(\d+ h/);
    const chart = page.getByRole("slider", { name: "How long it took: Round trip" });
    await chart.focus();
    await page.keyboard.press("End");
    expect(await chart.getAttribute("aria-valuetext")).toMatch(/half within .+, 95 % within .+, \d+ runs/);
    await page.getByText("As a table").click();
    expect(await page.locator("latency-chart tbody tr").count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  test("draws the way of the last letter from server to server", async () => {
    const { page } = await open(`#/asset/${route}`);
    const stops = page.locator("letter-way .stop");
    await stops.first().waitFor();
    expect((await stops.allInnerTexts()).map((text) => text.replace(/\s+/g, " "))).toEqual([
      "Our server",
      "Outgoing server smtp.example.com",
      "Incoming server mx.partner.example",
      "Inbox",
    ]);
    await page.getByText(/Sent \d\d:\d\d, there /).waitFor();
    const [way] = (await history(route)).ways;
    expect(way?.legs.map(({ ms }) => typeof ms)).toEqual(["number", "number", "number"]);
  });

  test("runs a probe that is not due for hours, and shows by itself when it has", async () => {
    const { page } = await open(`#/asset/${mailbox}`);
    const row = page.locator(`probe-row[id="${mailbox}/imap-quota"]`);
    await row.getByText(/\d+ (?:s|min) ago/).waitFor();
    const lastOf = async (): Promise<number> =>
      (await overview()).assets.flatMap(({ probes }) => probes).find(({ id }) => id === `${mailbox}/imap-quota`)?.lastAt ?? 0;
    const before = await lastOf();
    const again = page.waitForResponse((response) => response.url().includes("/history?"));
    await row.getByRole("button", { name: "Run now" }).press("Enter");
    await row.getByText(/^[0-2] s ago/).waitFor({ timeout: 5_000 });
    expect(await lastOf()).toBeGreaterThan(before);
    expect((await again).status()).toBe(200);
    await row.getByRole("button", { name: "Run now" }).waitFor();
    await row.locator("summary").press("Enter");
    await row.locator("pre").waitFor();
  });

  test("names the fault of the asset first, and an incident's link leads to the overview", async () => {
    const { incidents } = await overview();
    const incident = incidents.find(({ cause }) => cause.startsWith("certificate"));
    const asset = incident?.probes[0]?.asset ?? "";
    const { page } = await open(`#/asset/${asset}`);
    await page.locator("asset-page fault-card").getByText("since").waitFor();
    await page.locator("asset-page").getByRole("button", { name: "What to do" }).click();
    await page.getByRole("button", { name: "Show the evidence" }).first().click();
    await page.locator("probe-row pre").waitFor();
    await page
      .getByRole("row")
      .getByRole("link", { name: incident?.name ?? "none", exact: true })
      .click();
    await page.getByRole("heading", { level: 2, name: "What is watched" }).waitFor();
    const named = page.locator(`fault-list fault-card[id="${incident?.name ?? ""}"][named]`);
    await named.waitFor();
    expect(await focused(page)).toContain(incident?.name);
  });

  test("says when nothing of a name is watched, and when the past cannot be read", async () => {
    const { page } = await open("#/asset/nobody%40example.com");
    await heading(page, "Nothing of this name is watched: nobody@example.com").waitFor();
    await page.getByRole("link", { name: "All mail" }).click();
    await page.getByRole("heading", { level: 2, name: "What is watched" }).waitFor();

    await page.route("**/history?**", (one) =>
      one.fulfill({ status: 500, json: { error: { code: "went-wrong", message: "The disk is full" } } }),
    );
    await page.getByRole("link", { name: mailbox, exact: true }).click();
    await page.getByText("The past could not be read: The disk is full").waitFor();
    await page.locator("probe-row").first().waitFor();
    await page.unroute("**/history?**");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator("window-bars").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  const pages = { route, mailbox, domain: "example.com" };
  const looks = (["en", "zh"] as const).flatMap((language) =>
    (["light", "dark"] as const).flatMap((scheme) =>
      ([320, 390, 1280] as const).map((width, index) => ({
        language,
        scheme,
        width,
        // Every page at every width.
        kind:
          (["route", "mailbox", "domain"] as const)[(index + (language === "en" ? 1 : 0) + (scheme === "light" ? 1 : 0)) % 3] ??
          "route",
      })),
    ),
  );
  test.each(looks)(
    "$kind in $language, $scheme, $width px: no serious axe violation, no sideways scrolling",
    { timeout: 60_000 },
    async ({ kind, language, scheme, width }) => {
      const { page, complaints } = await open(`#/asset/${pages[kind]}`, {
        locale: language === "zh" ? "zh-CN" : "en-GB",
        viewport: { width, height: 900 },
        colorScheme: scheme,
        timezoneId: "Asia/Shanghai",
      });
      await page.locator("latency-chart canvas").waitFor();
      expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0);
      expect(await axeViolations(page)).toEqual([]);
      await page.screenshot({
        path: join(screenshots, `asset-${kind}-${language}-${width}-${scheme}.png`),
        fullPage: true,
        animations: "disabled",
      });
      expect(complaints).toEqual([]);
    },
  );

  test("the overview does not pay for it: what draws it is fetched when it is opened", async () => {
    const scripts: string[] = [];
    const { page } = await open("");
    page.on("request", (request) => {
      if (request.url().endsWith(".js")) scripts.push(new URL(request.url()).pathname);
    });
    await page.getByRole("link", { name: mailbox, exact: true }).waitFor();
    expect(scripts).toEqual([]);
    await page.getByRole("link", { name: mailbox, exact: true }).click();
    await page.locator("latency-chart canvas").waitFor();
    expect(scripts).toHaveLength(1);
    expect(scripts[0]).toMatch(/^\/assets\/asset-page-/);
    const first = readdirSync(join(dist, "assets")).filter((name) => /^index-.*\.js$/.test(name));
    expect(first).toHaveLength(1);
    const source = readFileSync(join(dist, "assets", first[0] ?? ""), "utf8");
    expect(source).not.toContain("u-cursor");
    expect(source.length).toBeLessThan(100_000);
  });
});
