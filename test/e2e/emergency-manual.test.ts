import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadProviders, supportOf } from "../../src/config/providers.ts";
import { templateNames } from "../../src/config/sop-templates.ts";
import type { Language } from "../../src/model/text.ts";
import { manualPage } from "../../src/report/manual.ts";
import { loadPlan, planFolder } from "../support/plan-folder.ts";
import { axeViolations, launchChromium, sidewaysOverflow } from "../support/chromium.ts";
import { sopCompany, sopWorld } from "../support/sop-company.ts";

const { path, write } = planFolder();
let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const company = (): Promise<string> =>
  write(
    `${sopCompany.replace("company: Example", 'company: "Müller & <b>Söhne</b>"')}
mailboxes: [{ address: a@163.com, password: { env: HOOK }, provider: netease }]
sops:
${templateNames()
  .map((name) => `  ${name}: { use: ${name} }`)
  .join("\n")}
  own:
    title: "Own <script>alert(1)</script>"
    summary: "Of {own} & others"
    priority: P3
    steps:
      crm: { kind: webhook, text: "Tell {company}", url: "https://crm.example.net/hidden", secret: { env: HOOK } }
`.replace("{own}", "our own"),
  );

const planned = async () => (await loadPlan(await company(), await sopWorld())).sops;

/** The page that the command writes, but for the providers, which it takes from the probes. */
const opened = async (language: Language, width = 1280) => {
  const sops = await planned();
  const { checks } = await sopWorld();
  const netease = loadProviders().get("netease");
  const providers = netease ? [supportOf(netease)] : [];
  const about = { company: "Müller & <b>Söhne</b>", date: "2026-11-22", version: "1.2.3" };
  const titleOf = (check: string) => checks.get(check)?.title;
  const html = await manualPage({ sops, providers, ...about, titleOf }, language);
  const file = join(path(), "manual.html");
  await writeFile(file, html);
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(`file://${file}`);
  return { html, page, asked, sops };
};

describe("the emergency manual", () => {
  test("is one file that loads nothing, and holds no secret, script or markup of others", async () => {
    const { html, page, asked } = await opened("en");
    expect(asked).toHaveLength(1);
    expect(html).not.toMatch(/<(?:script|img|link|iframe|object|form)\b|\son\w+=|(?:src|action)=|@import|url\(/i);
    expect([...html.matchAll(/href="([^"]*)"/g)].every(([, to = ""]) => to.startsWith("#"))).toBe(true);
    expect(html).not.toContain("whsec_");
    expect(html).not.toContain("crm.example.net");
    expect(await page.title()).toBe("Emergency manual for mail · Müller & <b>Söhne</b>");
    expect(await page.locator("b, script").count()).toBe(0);
    await page.close();
  });

  test.each([
    ["en", "Emergency manual for mail", /\p{Script=Han}/u],
    ["zh-CN", "邮件应急手册", /\b(?:within|Phone|Steps|done at|whoever)\b/],
  ] as const)(
    "in %s: contents, people with numbers, providers, and each SOP with its steps as boxes",
    async (language, title, other) => {
      const { page, sops } = await opened(language);
      expect(sops).toHaveLength(8);
      expect(await page.locator("html").getAttribute("lang")).toBe(language);
      expect(await page.locator("h1").textContent()).toBe(title);
      for (const sop of sops) {
        const section = page.locator(`section[id="${sop.name}"]`);
        expect(await section.locator("> ol > li").count(), sop.name).toBe(sop.steps.length);
        expect(await section.locator(".box").count(), sop.name).toBe(sop.steps.length);
        expect(await section.textContent()).toContain(sop.hash.slice(0, 8));
        expect(await page.locator(`.contents a[href="#${sop.name}"]`).count()).toBe(1);
      }
      const text = (await page.locator("main").innerText()).replaceAll(/\s+/g, " ");
      // Whoever reads it has no network: the number stands at the step.
      expect(await page.locator("section .about").first().textContent()).toContain("李工 138 0000 0000");
      expect(text).toContain("kefu@188.com");
      expect(text).toMatch(/20\d\d-\d\d-\d\d.*Mailvigil \d/);
      // What a run fills in is filled in with a pen.
      expect(text).not.toMatch(/\{\w+\}/);
      expect(text).toContain("Müller & <b>Söhne</b>");
      expect(text.replaceAll("李工", "")).not.toMatch(other);
      await page.close();
    },
  );

  test.each([390, 1280])("at %d px nothing scrolls sideways and axe finds nothing", async (width) => {
    const { page } = await opened("zh-CN", width);
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0);
    expect(await axeViolations(page)).toEqual([]);
    await page.close();
  });

  test("prints on A4, each SOP on a page of its own", async () => {
    const { page } = await opened("zh-CN");
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    const boxes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([, w, h]) => [
      Math.round(Number(w)),
      Math.round(Number(h)),
    ]);
    expect(boxes.length).toBeGreaterThan(8);
    expect(boxes.every(([w, h]) => w === 595 && h === 842)).toBe(true);
    await page.emulateMedia({ media: "print" });
    const style = "[...document.querySelectorAll('section')].map((one) => getComputedStyle(one).breakBefore)";
    const breaks = await page.evaluate<readonly string[]>(style);
    expect(breaks).toEqual(Array.from({ length: 8 }, () => "page"));
    await page.close();
  });
});
