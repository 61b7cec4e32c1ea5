import { readFile } from "node:fs/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { buildPageIfNeeded } from "../../scripts/build-page.mjs";
import { startDaemon } from "../../src/daemon.ts";
import type { Secret } from "../../src/model/secret.ts";
import { launchChromium } from "../support/chromium.ts";
import { checkOf, namedProbe, planOf, recordingChannel } from "../support/plan.ts";

const token: Secret = { source: "test", reveal: () => Promise.resolve("page-token"), toJSON: () => "[secret]" };

test("the card of a fault offers its evidence, which who is signed in gets as a file", async () => {
  buildPageIfNeeded();
  const check = checkOf("imap-login", () => ({ findings: [{ code: "down", data: { what: "sales@example.com is down" } }] }));
  const plan = planOf([namedProbe(check, "sales@example.com")]);
  const daemon = await startDaemon({
    plan: { ...plan, settings: { ...plan.settings, http: { ...plan.settings.http, token } } },
    checks: new Map([[check.id, check]]),
    channels: new Map([["recording", recordingChannel().channel]]),
    mask: (line) => line,
    demonstration: false,
    data: ":memory:",
    log: () => undefined,
    onBug: (error) => {
      throw error;
    },
  });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  await vi.waitFor(() => expect(daemon.board.incidents()).toHaveLength(1), { timeout: 8000, interval: 20 });
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const page = await browser.newPage({ locale: "en-GB" });
  await page.goto(daemon.url);
  await page.locator("#token").fill("page-token");
  await page.locator("button").click();
  await page.getByRole("button", { name: "What to do" }).click();
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download the evidence for the provider's support" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("M-1.md");
  expect(await readFile(await download.path(), "utf8")).toMatch(/^# M-1 · [\s\S]*\*\*sales@example\.com is down\.\*\*/);
});
