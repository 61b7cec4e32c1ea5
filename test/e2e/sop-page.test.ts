import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { buildPageIfNeeded } from "../../scripts/build-page.mjs";
import { createExampleCompany } from "../support/example-company.ts";
import { exampleSops } from "../support/example-sops.ts";
import { createMemoryProcedures } from "../support/memory-procedures.ts";
import { startPageServer } from "../support/page-server.ts";
import { sopRefusals } from "../../src/i18n/sop-refusals.ts";
import { fill } from "../../src/model/text.ts";
import { axeViolations, launchChromium, sidewaysOverflow, smallTargets } from "../support/chromium.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const screenshots = fileURLToPath(new URL("../../test-results/screenshots/", import.meta.url));
const address = "127.0.141.2";
const token = "correct-horse-battery-staple";

const configuration = (hook: string): string => `
settings:
  timezone: Asia/Shanghai
  language: en
  http: { listen: "${address}:8993", token: { env: PAGE_TOKEN } }
  dns: { servers: ["127.0.141.9"] }
domains: [{ name: example.com }]
people:
  li: { name: 李工, phone: "138 0000 0001" }
  wang: { name: Wang, phone: "+86 139 0000 0002" }
  zhou: { name: Zhou }
roles:
  it: { people: [li, wang] }
  sales: { people: [zhou] }
channels:
  ops: { type: webhook, url: "${hook}", secret: { env: HOOK_SECRET }, allow_private: true }
sops:
  mail-down: { use: mail-down }
  blocked:
    title: { en: Sending is blocked, zh: 发信被封 }
    summary: { en: A blocklist names our address., zh: 发信地址被列入黑名单。 }
    priority: P2
    steps:
      stop: { who: it, deadline: 15m, text: { en: Stop all bulk mail, zh: 停掉所有群发 } }
      ask:
        who: it
        needs: [stop]
        text: { en: Ask for removal from the list, zh: 申请移出黑名单 }
        detail: { en: "Look up the address first.\\nThen fill in the form of the list.", zh: "先查询地址。\\n再填写名单的申诉表。" }
        input:
          case: { title: { en: Number of the case, zh: 案例编号 }, required: true }
          until: { en: When they answer, zh: 预计答复时间 }
      orders: { who: sales, needs: [stop], text: { en: Call whoever waits for an offer, zh: 电话联系等报价的客户 } }
`;

const run = z.looseObject({
  state: z.string(),
  drill: z.boolean(),
  reason: z.string().nullable(),
  steps: z.array(z.looseObject({ id: z.string(), state: z.string(), by: z.string().nullable(), reason: z.string().nullable() })),
});

/** The whole program, its SOPs, and somebody with a phone. */
describe("a run of an SOP on a phone", () => {
  let folder = "";
  let daemon: ChildProcess;
  let browser: Browser;
  const told: string[] = [];
  const url = `http://${address}:8993`;
  const receiver = http.createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      told.push(body);
      response.end("ok");
    });
  });

  beforeAll(async () => {
    buildPageIfNeeded();
    await mkdir(screenshots, { recursive: true });
    folder = await mkdtemp(join(tmpdir(), "mailvigil-sop-"));
    receiver.listen(8994, address);
    await once(receiver, "listening");
    const file = join(folder, "mailvigil.yaml");
    await writeFile(file, configuration(`http://${address}:8994/`));
    const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
    const env = { ...process.env, LANG: "C.UTF-8", LC_ALL: "", PAGE_TOKEN: token, HOOK_SECRET: secret };
    daemon = spawn(process.execPath, [main, "start", "--config", file], {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    daemon.stdout?.on("data", (part: Buffer) => (said += part.toString()));
    browser = await launchChromium();
    for (let tried = 0; !said.includes(url) && daemon.exitCode === null && tried < 300; tried += 1) await sleep(100);
    if (!said.includes(url)) throw new Error(`The daemon has not begun: ${said}`);
  });
  afterAll(async () => {
    await browser.close();
    if (daemon.kill("SIGTERM")) await once(daemon, "exit");
    receiver.closeAllConnections();
    receiver.close();
    await rm(folder, { recursive: true, force: true });
  });

  const stored = async (name: string): Promise<z.output<typeof run>> => {
    const response = await fetch(`${url}/api/v1/sops/runs/${name}`, { headers: { authorization: `Bearer ${token}` } });
    return run.parse(await response.json());
  };

  /** A phone that is signed in: it asked for `path` and came back to it. */
  async function phone(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({
      locale: "en-GB",
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      ...options,
    });
    const page = await context.newPage();
    await page.goto(url + path);
    await page.locator("#token").fill(token);
    await page.getByRole("button").click();
    expect(page.url()).toBe(url + path);
    return page;
  }

  const looked = async (page: Page, name: string): Promise<void> => {
    expect(await axeViolations(page)).toEqual([]);
    expect(await smallTargets(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0);
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  };

  test("a drill: begun, ticked, refused, skipped with a reason, closed", async () => {
    const page = await phone("/sop");
    await looked(page, "sop-list");
    await page.getByRole("link", { name: "Drill… Sending is blocked" }).tap();
    await page.getByLabel("Who are you?").selectOption("李工");
    await looked(page, "sop-drill");
    await page.getByRole("button", { name: "Start the drill" }).tap();
    await page.waitForURL(`${url}/sop/S-1`);
    await page.getByText("[DRILL] Nothing is broken.").waitFor();
    await page.getByText("You are 李工").waitFor();
    await looked(page, "sop-run-begun");

    await page.getByRole("button", { name: "Done: Stop all bulk mail" }).tap();
    await page.getByRole("heading", { name: "Now (2)" }).waitFor();
    expect(page.url()).toBe(`${url}/sop/S-1#now`);
    await page.reload();
    expect(await stored("S-1")).toMatchObject({ drill: true, steps: [{ state: "done", by: "李工" }, {}, {}] });

    await page.getByLabel("When they answer").fill("tomorrow");
    await page.getByRole("button", { name: "Done: Ask for removal" }).tap();
    await page.getByRole("alert").filter({ hasText: "Not done: Write down first" }).waitFor();
    expect(await page.getByLabel("When they answer").inputValue()).toBe("tomorrow");
    await looked(page, "sop-run-refused");
    await page.getByLabel("Number of the case").fill("C-17");
    await page.getByRole("button", { name: "Done: Ask for removal" }).tap();

    const orders = page.locator("#step-orders");
    await orders.getByText("Skip this step…").tap();
    await orders.getByLabel("Why").fill("nobody waits");
    await looked(page, "sop-run-skip");
    await page.getByRole("button", { name: "Skip: Call whoever" }).tap();
    await page.getByText("All steps are done.").waitFor();
    await page.getByRole("textbox", { name: "It goes into the history" }).fill("the list answered at once");
    await page.getByRole("button", { name: "Note it" }).tap();
    await page.getByText("Note: the list answered at once").waitFor();
    await page.getByRole("button", { name: "Close", exact: true }).tap();
    await page.getByText(/closed at/).waitFor();
    await looked(page, "sop-run-closed");
    expect(await stored("S-1")).toMatchObject({
      state: "closed",
      steps: [
        { id: "stop", state: "done" },
        { id: "ask", state: "done", noted: { case: "C-17", until: "tomorrow" } },
        { id: "orders", state: "skipped", by: "李工", reason: "nobody waits" },
      ],
    });
    await expect.poll(() => told.some((body) => body.includes("[DRILL]") && body.includes("Sending is blocked"))).toBe(true);
    await page.context().close();
  });

  test("two people whose browsers run no script: what one has done the other cannot do again, and nothing that was typed is lost", async () => {
    const first = await phone("/sop/begin/blocked", { javaScriptEnabled: false });
    await first.getByLabel("Who are you?").selectOption("Wang");
    await first.getByRole("button", { name: "Start for real" }).tap();
    await first.waitForURL(/\/sop\/S-2$/);
    await first.getByRole("button", { name: "Done: Stop all" }).tap();
    const second = await phone("/sop/S-2?lang=zh-CN", { locale: "zh-CN", javaScriptEnabled: false });
    await second.getByLabel("案例编号").fill("C-18");
    await first.getByLabel("Number of the case").fill("C-19");
    await first.getByRole("button", { name: "Done: Ask for removal" }).tap();
    await first.getByText("Number of the case: C-19").waitFor();
    await second.locator("#step-ask").getByLabel("您是谁？").selectOption("李工");
    await second.getByRole("button", { name: "完成：申请移出黑名单" }).tap();
    await second
      .getByRole("alert")
      .filter({ hasText: `未执行：${fill(sopRefusals.stepDone.zh, { by: "Wang" })}` })
      .waitFor();
    expect(await second.getByRole("textbox", { name: "记入处理记录" }).inputValue()).toBe("C-18");
    await second.getByText("中止…").tap();
    await second.locator("#abort").getByLabel("理由").fill("测试");
    await second.getByRole("button", { name: "中止" }).tap();
    await second.getByText(/已中止（/).waitFor();
    expect(await stored("S-2")).toMatchObject({ state: "aborted", reason: "测试" });
    await first.context().close();
    await second.context().close();
  });

  const looks = (["en-GB", "zh-CN"] as const).flatMap((locale) =>
    (["light", "dark"] as const).map((colorScheme) => ({ locale, colorScheme })),
  );
  test.each(looks)(
    "the longest of the templates in $locale, $colorScheme: readable, reachable, nothing sideways",
    async (look) => {
      const page = await phone("/sop/begin/mail-down?drill=1", look);
      const going = page.getByRole("link", { name: /S-\d+/ });
      await ((await going.count()) > 0
        ? going.first().tap()
        : page
            .getByRole("combobox")
            .selectOption("Zhou")
            .then(() => page.getByRole("button").tap()));
      await page.waitForURL(/\/sop\/S-\d+$/);
      await looked(page, `sop-template-${look.locale}-${look.colorScheme}`);
      await page.goto(`${url}/sop`);
      await looked(page, `sop-list-${look.locale}-${look.colorScheme}`);
      await page.setViewportSize({ width: 1280, height: 900 });
      expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0);
      await page.context().close();
    },
  );

  test("a fault on the dashboard names the run that answers it, with the way to its steps", async () => {
    const board = createExampleCompany(Date.now);
    const procedures = createMemoryProcedures(exampleSops, Date.now);
    procedures.trigger("mail-down", 1042);
    const server = await startPageServer({ ...board, sopRuns: () => procedures.runs() }, undefined, { sops: procedures });
    const page = await browser.newPage({ viewport: { width: 390, height: 844 }, locale: "zh-CN" });
    await page.goto(server.url);
    const link = page.getByRole("link", { name: "应急预案 S-1「邮件全面中断」：进行中" });
    await link.waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0);
    await page.screenshot({ path: join(screenshots, "sop-fault-card.png"), fullPage: true });
    await link.click();
    await page.waitForURL(/\/sop\/S-1\?lang=zh-CN$/);
    await page.getByRole("heading", { name: "邮件全面中断" }).waitFor();
    await page.close();
    server.close();
  });

  test("the dashboard leads to it", async () => {
    const page = await phone("/");
    await page.getByRole("link", { name: "Emergency procedures" }).tap();
    await page.getByRole("heading", { name: "Emergency procedures", level: 1 }).waitFor();
    await page.getByRole("link", { name: /^Mailvigil/ }).tap();
    await page.waitForURL(`${url}/`);
    expect(await page.locator("overview-page").count()).toBe(1);
    await page.context().close();
  });
});
