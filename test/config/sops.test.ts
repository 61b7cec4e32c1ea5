import { beforeAll, describe, expect, test } from "vitest";
import type { LoadWorld } from "../../src/config/load.ts";
import type { Sop, SopStep } from "../../src/model/sop.ts";
import { loadPlan, planFolder } from "../support/plan-folder.ts";
import { sopCompany as head, sopWorld } from "../support/sop-company.ts";

const { write } = planFolder();
let world: LoadWorld;
beforeAll(async () => {
  world = await sopWorld();
});

const sopsOf = async (text: string): Promise<readonly Sop[]> => (await loadPlan(await write(head + text), world)).sops;
const sopOf = async (text: string): Promise<Sop> => {
  const [sop] = await sopsOf(`sops:\n${text}`);
  if (!sop) throw new Error("no SOP");
  return sop;
};
const stepOf = ({ steps }: Sop, id: string): SopStep => {
  const step = steps.find((one) => one.id === id);
  if (!step) throw new Error(`no step ${id}`);
  return step;
};
const both = (text: string) => ({ en: text, zh: text });

describe("sops in the configuration", () => {
  test("a template is taken whole, with the people of its roles and the channels of its priority", async () => {
    const sop = await sopOf("  mail-down: { use: mail-down }");
    expect(sop).toMatchObject({
      name: "mail-down",
      title: { zh: "邮件全面中断" },
      priority: "P1",
      trigger: { priorities: ["P1"], causes: [], findings: [], forMs: 300_000 },
      channels: ["duty", "second", "mail"],
      calmMs: 900_000,
    });
    expect(stepOf(sop, "vendor")).toMatchObject({
      kind: "manual",
      who: {
        role: "it",
        title: { en: "IT", zh: "IT 负责人" },
        people: [
          { id: "li", name: "李工", phone: "138 0000 0000" },
          { id: "wang", name: "Wang" },
        ],
      },
      deadlineMs: 1_200_000,
      onTimeout: "escalate",
      needs: ["confirm"],
    });
    // A role of the templates may be filled by nobody.
    expect(stepOf(sop, "emergency")).toMatchObject({ who: { role: "management", people: [] } });
    expect(stepOf(sop, "tell-staff")).toMatchObject({ kind: "notify", channels: ["duty", "second", "mail"] });
    expect(stepOf(sop, "recovered").after).toBe("resolved");
  });

  test("what is written lies over the template, key by key", async () => {
    const sop = await sopOf(`  down:
    use: mail-down
    title: Ours
    priority: P2
    calm: 0s
    trigger: { causes: [mailbox-full], findings: [imap-quota/quota-over, quota-high], for: 2h }
    channels: [second]
    steps:
      vendor: { who: shift, deadline: 15m, on_timeout: continue }
      confirm: off
      update: { kind: manual, who: wang }
      recovered: { channels: [duty, duty] }
`);
    expect(sop).toMatchObject({
      title: both("Ours"),
      priority: "P2",
      calmMs: 0,
      channels: ["second"],
      trigger: {
        causes: ["mailbox-full"],
        findings: ["imap-quota/quota-over", "quota-high"],
        priorities: [],
        forMs: 7_200_000,
      },
    });
    expect(stepOf(sop, "vendor")).toMatchObject({
      text: { en: "Call the mail provider, open a ticket, and note its number" },
      who: { role: "shift", title: { en: "Shift", zh: "值班" }, people: [{ id: "wang" }] },
      deadlineMs: 900_000,
      onTimeout: "continue",
      // Whoever needed a step that is left out needs what it needed.
      needs: [],
    });
    expect(sop.steps.map(({ id }) => id)).not.toContain("confirm");
    // Another kind keeps what steps of each kind have.
    expect(stepOf(sop, "update")).toMatchObject({
      kind: "manual",
      needs: ["tell-staff"],
      who: { role: "wang", title: both("Wang"), people: [{ id: "wang" }] },
    });
    expect(stepOf(sop, "recovered")).toMatchObject({ channels: ["duty"] });
  });

  test("a step that is left out hands on what it needed, through several", async () => {
    const sop = await sopOf(`  own:
    title: T
    summary: S
    priority: P1
    steps:
      a: { text: A }
      b: { text: B, needs: [a] }
      c: { text: C, needs: [b] }
`);
    expect(sop.steps.map(({ needs }) => needs)).toEqual([[], ["a"], ["b"]]);
    const less = await sopOf("  d: { use: domain-hijacked, steps: { lock-account: off, put-back: off } }");
    expect(stepOf(less, "clean-up").needs).toEqual(["own-change"]);
    expect(stepOf(less, "settle").needs).toEqual(["own-change"]);
  });

  test("new steps stand behind what they need, others before the recovery", async () => {
    const sop = await sopOf(`  down:
    use: mail-down
    steps:
      call-boss: { text: Call, who: boss, needs: [confirm] }
      door: { text: A note at the door }
      party: { text: Cake, when: resolved }
`);
    const ids = sop.steps.map(({ id }) => id);
    expect(ids[ids.indexOf("confirm") + 1]).toBe("call-boss");
    expect(ids[ids.indexOf("recovered") - 1]).toBe("door");
    expect(ids.at(-1)).toBe("party");
    expect(stepOf(sop, "call-boss")).toMatchObject({ who: { role: "boss", people: [{ id: "li" }] } });
    expect(stepOf(sop, "door")).toMatchObject({ who: { role: "it" }, onTimeout: "escalate", input: [] });
  });

  test("inputs, waits, and steps of the own making", async () => {
    const sop = await sopOf(`  own:
    title: { en: Ours, zh: 我们的 }
    summary: When needed
    priority: P4
    trigger: off
    channels: [duty]
    steps:
      ask: { text: "Ask about {title}", detail: "one\\ntwo {since}", input: { ticket: No., who: { title: { en: Who, zh: 谁 }, required: true } } }
      rest: { kind: wait, text: Rest, for: 1h, needs: [ask] }
`);
    expect(sop.trigger).toBeUndefined();
    expect(sop.steps).toEqual([
      {
        id: "ask",
        kind: "manual",
        text: both("Ask about {title}"),
        detail: both("one\ntwo {since}"),
        needs: [],
        who: expect.objectContaining({ role: "it" }),
        onTimeout: "escalate",
        input: [
          { key: "ticket", title: both("No."), required: false },
          { key: "who", title: { en: "Who", zh: "谁" }, required: true },
        ],
      },
      { id: "rest", kind: "wait", text: both("Rest"), needs: ["ask"], forMs: 3_600_000 },
    ]);
  });

  test("the address and the key of a webhook step are beside the SOP, never in it", async () => {
    const plan = await loadPlan(
      await write(`${head}sops:
  down:
    use: mail-down
    steps:
      crm: { kind: webhook, text: Tell the CRM, url: { env: CRM }, secret: { env: HOOK }, body: { event: down, since: "{since}" }, on_failure: continue, needs: [confirm] }
`),
      world,
    );
    expect(stepOf(plan.sops[0] ?? (await sopOf("")), "crm")).toEqual({
      id: "crm",
      kind: "webhook",
      text: both("Tell the CRM"),
      needs: ["confirm"],
      body: { event: "down", since: "{since}" },
      onFailure: "continue",
    });
    expect(plan.sopHooks).toMatchObject([{ name: "sop/down/crm", type: "webhook", from: "mailvigil.yaml:16" }]);
    expect(JSON.parse(JSON.stringify(plan.sopHooks[0]?.options))).toMatchObject({ url: "[secret]", secret: "[secret]" });
    expect(JSON.stringify(plan.sops)).not.toContain("whsec_");
    expect(JSON.stringify(plan)).not.toContain("hidden-path");
    expect(plan.sopTemplates).toEqual(["mail-down"]);
    expect(plan.channels.map(({ name }) => name)).toEqual(["duty", "second", "mail"]);
  });

  test("the hash is of the whole SOP: the order of keys does not count, everything else does", async () => {
    const hash = async (text: string): Promise<string> => (await sopOf(text)).hash;
    const one = await hash("  own: { title: T, summary: S, priority: P1, steps: { a: { text: A, who: li } } }");
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(await hash("  own: { priority: P1, steps: { a: { who: li, text: A } }, summary: S, title: T }")).toBe(one);
    const withBody = (body: string): Promise<string> =>
      hash(
        `  own: { title: T, summary: S, priority: P1, steps: { a: { kind: webhook, text: A, url: "https://x.example.net/", secret: { env: HOOK }, body: ${body} } } }`,
      );
    expect(await withBody("{ b: 1, a: { d: 2, c: [3, 4] } }")).toBe(await withBody("{ a: { c: [3, 4], d: 2 }, b: 1 }"));
    expect(await withBody("{ a: [3, 4] }")).not.toBe(await withBody("{ a: [4, 3] }"));
    const others: string[] = [];
    for (const text of [
      "  other: { title: T, summary: S, priority: P1, steps: { a: { text: A, who: li } } }",
      "  own: { title: T2, summary: S, priority: P1, steps: { a: { text: A, who: li } } }",
      "  own: { title: T, summary: S, priority: P1, steps: { a: { text: A, who: wang } } }",
      "  own: { title: T, summary: S, priority: P1, channels: [second], steps: { a: { text: A, who: li } } }",
      "  own: { title: T, summary: S, priority: P1, calm: 1m, steps: { a: { text: A, who: li } } }",
      "  own: { title: T, summary: S, priority: P1, trigger: { priorities: [P1] }, steps: { a: { text: A, who: li } } }",
      "  own: { title: T, summary: S, priority: P1, steps: { a: { text: A, who: li }, b: { text: B } } }",
    ]) {
      others.push(await hash(text));
    }
    expect(new Set([one, ...others]).size).toBe(others.length + 1);
  });

  test("without them there are none", async () => {
    const plan = await loadPlan(await write(head), world);
    expect([plan.sops, plan.sopHooks, plan.sopTemplates]).toEqual([[], [], []]);
  });
});
