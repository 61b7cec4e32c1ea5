import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { formatDiagnostic } from "../../src/config/diagnostics.ts";
import { loadConfiguration, type LoadWorld } from "../../src/config/load.ts";
import type { Language } from "../../src/model/text.ts";
import { loadChecks } from "../../src/plugins.ts";
import { loadPlan, planFolder, planWorld } from "../support/plan-folder.ts";

const fixtures = join(import.meta.dirname, "../fixtures/config");
const { write } = planFolder();
let world: LoadWorld;
beforeAll(async () => {
  world = { ...planWorld, checks: await loadChecks() };
});

const remedy = {
  en: "write a name of 1 to 80 characters, or { en: Sales, zh: 销售 }",
  zh: "请写 1 至 80 个字符的名称，或 { en: Sales, zh: 销售 }",
};

const messages = async (language: Language): Promise<readonly string[]> => {
  const loaded = await loadConfiguration(join(fixtures, "status-page.yaml"), world);
  return "errors" in loaded ? loaded.errors.map((error) => formatDiagnostic(error, language).replaceAll(`${fixtures}/`, "")) : [];
};

describe("status_page in the configuration", () => {
  test("is behind the token, without a name and without groups where nothing is said", async () => {
    const plan = await loadPlan(await write("domains: [{ name: example.com }]\n"), world);
    expect(plan.settings.company).toBe("example.com");
    expect(plan.statusPage).toEqual({ public: false, title: undefined, components: [] });
  });

  test("is called by its title, else by the company where that is written", async () => {
    const company = "settings: { company: Example Trading Co. }\ndomains: [{ name: example.com }]\n";
    const named = { en: "Example Trading Co.", zh: "Example Trading Co." };
    expect((await loadPlan(await write(company), world)).statusPage.title).toEqual(named);
    const both = `${company}status_page: { title: { en: Mail of Example, zh: 示例公司邮件 } }\n`;
    expect((await loadPlan(await write(both), world)).statusPage.title).toEqual({ en: "Mail of Example", zh: "示例公司邮件" });
  });

  test("has groups of declared assets", async () => {
    const file = await write(`
domains: [{ name: example.com }]
mailboxes: [{ address: sales@example.com, password: { env: SALES_PASSWORD }, provider: exmail }]
endpoints: [{ host: webmail.example.com, port: 443 }]
status_page:
  public: true
  components:
    - { name: { en: Sales, zh: 销售邮箱 }, assets: [Sales@example.com] }
    - { name: Webmail, assets: ["webmail.example.com:443", example.com] }
`);
    expect((await loadPlan(file, world)).statusPage).toEqual({
      public: true,
      title: undefined,
      components: [
        { name: { en: "Sales", zh: "销售邮箱" }, assets: ["sales@example.com"] },
        { name: { en: "Webmail", zh: "Webmail" }, assets: ["webmail.example.com:443", "example.com"] },
      ],
    });
  });

  test("is refused with its place and what to write", async () => {
    expect(await messages("en")).toEqual([
      'status-page.yaml:3:11 status_page.public: "yes" is not true or false; write true or false',
      "status-page.yaml:4:3 status_page.titel: is not a known key; write title",
      "status-page.yaml:6:31 status_page.components[0].assets[0]: is not among the domains, mailboxes and endpoints; write example.com",
      `status-page.yaml:7:15 status_page.components[1].name: is not a name in both languages; ${remedy.en}`,
      `status-page.yaml:8:7 status_page.components[2].name: is missing; ${remedy.en}`,
      "status-page.yaml:8:17 status_page.components[2].assets: is empty; write at least 1 of them",
      `status-page.yaml:9:15 status_page.components[3].name: "" is not a name; ${remedy.en}`,
    ]);
  });
  test("is refused in Chinese as well", async () => {
    expect(await messages("zh-CN")).toEqual([
      "status-page.yaml:3:11 status_page.public：「yes」不是 true 或 false；请写 true 或 false",
      "status-page.yaml:4:3 status_page.titel：不是已知的键；请改为 title",
      "status-page.yaml:6:31 status_page.components[0].assets[0]：不在 domains、mailboxes、endpoints 之中；请改为 example.com",
      `status-page.yaml:7:15 status_page.components[1].name：不是中英文名称；${remedy.zh}`,
      `status-page.yaml:8:7 status_page.components[2].name：缺失；${remedy.zh}`,
      "status-page.yaml:8:17 status_page.components[2].assets：为空；请至少写 1 个",
      `status-page.yaml:9:15 status_page.components[3].name：「」不是名称；${remedy.zh}`,
    ]);
  });
});
