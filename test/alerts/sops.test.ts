import { beforeAll, describe, expect, test } from "vitest";
import type { LoadWorld } from "../../src/config/load.ts";
import { readTemplate, templateNames } from "../../src/config/sop-templates.ts";
import { sopPlaceholders } from "../../src/config/sop-words.ts";
import { roleTitles } from "../../src/i18n/sop-roles.ts";
import { causes } from "../../src/model/cause.ts";
import type { Sop, SopStep } from "../../src/model/sop.ts";
import type { Text } from "../../src/model/text.ts";
import { loadPlan, planFolder } from "../support/plan-folder.ts";
import { sopCompany, sopWorld } from "../support/sop-company.ts";

const { write } = planFolder();
let world: LoadWorld;
beforeAll(async () => {
  world = await sopWorld();
});

const load = async (name: string): Promise<Sop> => {
  const plan = await loadPlan(await write(`${sopCompany}sops: { ${name}: { use: ${name} } }`), world);
  const [sop] = plan.sops;
  if (!sop) throw new Error(`${name} gave no SOP`);
  return sop;
};

const textsOf = (step: SopStep): readonly Text[] => [
  step.text,
  ...(step.detail ? [step.detail] : []),
  ...(step.kind === "manual" ? step.input.map(({ title }) => title) : []),
];
const namesIn = (text: string): readonly string[] => [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name = ""]) => name).toSorted();

test("templateNames() are the seven procedures", () => {
  expect(templateNames()).toEqual([
    "backup-unusable",
    "domain-hijacked",
    "employee-leaves",
    "mail-down",
    "sending-blocked",
    "shared-mailbox-down",
    "subscription-lapsed",
  ]);
});

describe.each(templateNames())("alerts/sops/%s.yaml", (name) => {
  test("gives a whole SOP, the same each time, that survives JSON", async () => {
    const sop = await load(name);
    expect(JSON.parse(JSON.stringify(sop))).toEqual(sop.trigger ? sop : { ...sop, trigger: undefined });
    expect((await load(name)).hash).toBe(sop.hash);
    // All of it is in the SOP: no key of the template was dropped.
    const { steps } = readTemplate(name);
    expect(sop.steps.map(({ id }) => id)).toEqual(Object.keys(steps ?? {}));
    expect(sop.steps.length).toBeGreaterThanOrEqual(6);
    expect(sop.steps.length).toBeLessThanOrEqual(10);
  });

  test("says everything in both languages, with the same places to fill", async () => {
    const sop = await load(name);
    for (const { en, zh } of [sop.title, sop.summary, ...sop.steps.flatMap(textsOf)]) {
      expect(en, en).not.toMatch(/\p{Script=Han}/u);
      expect(zh, zh).toMatch(/\p{Script=Han}/u);
      // No half-width comma or stop between Chinese characters.
      expect(zh, zh).not.toMatch(/\p{Script=Han}[,;:?!]/u);
      expect(zh, zh).not.toMatch(/\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/u);
      expect(namesIn(en), en).toEqual(namesIn(zh));
      expect(namesIn(en).filter((one) => !sopPlaceholders.includes(one))).toEqual([]);
      expect(en.split("\n").length, en).toBe(zh.split("\n").length);
    }
  });

  test("is begun by what a check finds or a diagnosis names", async () => {
    const { trigger } = await load(name);
    expect(trigger === undefined, "begun by hand alone").toBe(name === "employee-leaves");
    expect((trigger?.causes ?? []).filter((cause) => !causes.includes(cause))).toEqual([]);
    for (const finding of trigger?.findings ?? []) {
      const [check = "", code = ""] = finding.split("/");
      const declared = world.checks.get(check)?.findings[code];
      expect(declared, finding).toBeDefined();
      // Only what opens an incident begins anything.
      expect(["warning", "critical"], finding).toContain(declared?.severity);
    }
  });

  test("names roles that every configuration knows, deadlines, and who hears that it is over", async () => {
    const { steps, trigger } = await load(name);
    const manual = steps.filter((step) => step.kind === "manual");
    for (const { id, who, deadlineMs } of manual) {
      expect(Object.keys(roleTitles), id).toContain(who.role);
      expect(deadlineMs, id).toBeDefined();
    }
    expect(manual.some(({ onTimeout }) => onTimeout === "escalate")).toBe(true);
    expect(steps.some(({ kind, after }) => kind === "notify" && after === undefined)).toBe(true);
    expect(steps.some(({ kind, after }) => kind === "notify" && after === "resolved")).toBe(trigger !== undefined);
    expect(manual.some(({ after }) => after === "resolved")).toBe(trigger !== undefined);
    // Something can be done at once.
    expect(steps.some(({ needs, after }) => needs.length === 0 && after === undefined)).toBe(true);
  });
});
