import { commandWords } from "../i18n/commands.ts";
import { inLanguage, say } from "../model/text.ts";
import { configured, exitUsage, type Env } from "./configuration.ts";

/**
 * `ok: N assets, M probes`, or every error on standard error. Asks nothing of the network, and says so where DNS would give more
 * probes. Resolves with the exit code.
 */
export async function validate(file: string, env: Env): Promise<number> {
  const found = await configured(file, env);
  if (!found) return exitUsage;
  const { plan, language, declared } = found;
  console.log(say(commandWords.valid, language, { assets: declared, probes: plan.probes.length }));
  if (plan.probes.some((probe) => probe.waiting !== undefined)) console.log(inLanguage(commandWords.withoutDns, language));
  return 0;
}
