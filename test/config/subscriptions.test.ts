import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { formatDiagnostic } from "../../src/config/diagnostics.ts";
import { loadConfiguration, type LoadWorld } from "../../src/config/load.ts";
import type { Language } from "../../src/model/text.ts";
import { loadChecks } from "../../src/plugins.ts";
import { loadPlan, planFolder, planWorld, probeIn } from "../support/plan-folder.ts";

const fixtures = join(import.meta.dirname, "../fixtures/config");
const { write } = planFolder();
let world: LoadWorld;
beforeAll(async () => {
  world = { ...planWorld, checks: await loadChecks() };
});

const messages = async (language: Language): Promise<readonly string[]> => {
  const loaded = await loadConfiguration(join(fixtures, "subscriptions.yaml"), world);
  return "errors" in loaded ? loaded.errors.map((error) => formatDiagnostic(error, language).replaceAll(`${fixtures}/`, "")) : [];
};

describe("subscriptions in the configuration", () => {
  test("become a probe each, and pay for the whole company where nothing else is said", async () => {
    const file = await write(`
domains: [{ name: Example.com }, { name: example.net }]
subscriptions:
  - { name: exmail, what: "Exmail Pro", ends: 2027-03-31, owner: Finance, seats: 50, note: "invoice 17" }
  - { name: outdoor, what: Website, ends: 2027-01-01, owner: IT, pays_for: [EXAMPLE.net], business: low }
`);
    const plan = await loadPlan(file, world);
    expect(plan.assets.filter(({ kind }) => kind === "subscription")).toEqual([
      { id: "subscription:exmail", kind: "subscription", business: "critical" },
      { id: "subscription:outdoor", kind: "subscription", business: "low" },
    ]);
    const probe = probeIn(plan, "subscription:exmail/subscription-expiry");
    expect(probe).toMatchObject({
      target: "Exmail Pro",
      measures: "expiry",
      business: "critical",
      options: {
        what: "Exmail Pro",
        ends: "2027-03-31",
        owner: "Finance",
        seats: 50,
        note: "invoice 17",
        paysFor: ["example.com", "example.net"],
      },
    });
    expect(probeIn(plan, "subscription:outdoor/subscription-expiry").options).toEqual({
      what: "Website",
      ends: "2027-01-01",
      owner: "IT",
      paysFor: ["example.net"],
    });
  });

  test("alone are something to watch", async () => {
    const file = await write("subscriptions: [{ name: a, what: Mail, ends: 2027-03-31, owner: IT }]\n");
    const plan = await loadPlan(file, world);
    expect(probeIn(plan, "subscription:a/subscription-expiry").options).toMatchObject({ paysFor: [] });
  });

  test("are refused with their place and what to write", async () => {
    expect(await messages("en")).toEqual([
      "subscriptions.yaml:4:5 subscriptions[1]: exmail is declared already in line 3; keep one of the two",
      'subscriptions.yaml:5:13 subscriptions[2].name: "Ex Mail" is not a name for a subscription; use 1 to 60 small letters, digits and -, such as exmail',
      'subscriptions.yaml:5:40 subscriptions[2].ends: "31.3.2027" is not a date; write it like 2027-03-31',
      "subscriptions.yaml:6:5 subscriptions[3].owner: is missing; write who looks after it, such as Finance (Ms Li)",
      'subscriptions.yaml:7:73 subscriptions[4].seats: "many" is not a number of mailboxes; write a whole number from 1 to 1000000',
      "subscriptions.yaml:8:76 subscriptions[5].pays_for[0]: is neither among the domains nor the mailboxes; write example.com",
      "subscriptions.yaml:9:5 subscriptions[6].ends: is missing; write it like 2027-03-31",
      "subscriptions.yaml:9:30 subscriptions[6].end: is not a known key; write ends",
    ]);
  });
  test("are refused in Chinese as well", async () => {
    expect(await messages("zh-CN")).toEqual([
      "subscriptions.yaml:4:5 subscriptions[1]：exmail 已在第 3 行声明；请只保留一处",
      "subscriptions.yaml:5:13 subscriptions[2].name：「Ex Mail」不是订阅的名称；请用 1 至 60 个小写字母、数字和 -，例如 exmail",
      "subscriptions.yaml:5:40 subscriptions[2].ends：「31.3.2027」不是日期；请写成 2027-03-31",
      "subscriptions.yaml:6:5 subscriptions[3].owner：缺失；请写明由谁负责，例如 财务部（李女士）",
      "subscriptions.yaml:7:73 subscriptions[4].seats：「many」不是邮箱数量；请写 1 至 1000000 的整数",
      "subscriptions.yaml:8:76 subscriptions[5].pays_for[0]：既不在 domains 也不在 mailboxes 中；请改为 example.com",
      "subscriptions.yaml:9:5 subscriptions[6].ends：缺失；请写成 2027-03-31",
      "subscriptions.yaml:9:30 subscriptions[6].end：不是已知的键；请改为 ends",
    ]);
  });
});
