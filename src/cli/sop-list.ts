import { templateNames } from "../config/sop-templates.ts";
import { sopWords } from "../i18n/sop-list.ts";
import type { Sop } from "../model/sop.ts";
import { inLanguage, type Language, say } from "../model/text.ts";
import { rolesOf, triggerSaid, whoSaid } from "../report/sop-said.ts";
import { chosenFile, configured, exitUsage, type Env } from "./configuration.ts";
import { table } from "./table.ts";

/**
 * Lists the SOPs of a configuration: a block for each, or with `json` one object on standard output. Roles that nobody fills, and templates
 * that are not used yet, are told on standard error. Resolves with the exit code.
 */
export async function listSops(options: { readonly config?: string; readonly json?: boolean }, env: Env): Promise<number> {
  const found = await configured(chosenFile(options.config, env), env);
  if (!found) return exitUsage;
  const { plan, language } = found;
  const unused = templateNames().filter((name) => !plan.sopTemplates.includes(name));
  if (options.json === true) {
    console.log(JSON.stringify({ sops: plan.sops.map((sop) => asJson(sop, language)), unused }, undefined, 2));
    return 0;
  }
  if (plan.sops.length > 0) console.log(asBlocks(plan.sops, language));
  else console.error(inLanguage(sopWords.none, language));
  for (const sop of plan.sops) {
    for (const who of rolesOf([sop]).filter(({ people }) => people.length === 0)) {
      const about = { sop: sop.name, role: inLanguage(who.title, language), key: who.role };
      console.error(say(sopWords.unfilled, language, about));
    }
  }
  if (unused.length > 0) {
    console.error(inLanguage(sopWords.unused, language));
    for (const name of unused) console.error(`  ${name}: { use: ${name} }`);
  }
  return 0;
}

/** A block for each: what begins one may be long. */
const asBlocks = (sops: readonly Sop[], language: Language): string =>
  sops
    .map((sop) => {
      const who = rolesOf([sop]).map((one) => whoSaid(one, language));
      const rows = [
        ["trigger", triggerSaid(sop.trigger, language)],
        ["channels", sop.channels.join(", ")],
        ["who", who.join(language === "en" ? "; " : "；")],
        ["steps", String(sop.steps.length)],
      ] as const;
      const head = `${sop.name}  ${inLanguage(sop.title, language)}  ${sop.priority}`;
      return `${head}\n${table(rows.map(([key, value]) => [` ${inLanguage(sopWords[key], language)}`, value]))}`;
    })
    .join("\n\n");

const asJson = (sop: Sop, language: Language) => ({
  name: sop.name,
  title: inLanguage(sop.title, language),
  summary: inLanguage(sop.summary, language),
  priority: sop.priority,
  trigger: sop.trigger ?? null,
  channels: sop.channels,
  roles: rolesOf([sop]).map(({ role, title, people }) => ({
    role,
    title: inLanguage(title, language),
    people: people.map(({ name }) => name),
  })),
  steps: sop.steps.map(({ id, kind, text }) => ({ id, kind, text: inLanguage(text, language) })),
  hash: sop.hash,
});
