import { commandWords } from "../i18n/commands.ts";
import { say } from "../model/text.ts";
import { configured, exitUsage, type Env } from "./configuration.ts";
import { terminalLanguage } from "./say.ts";

/** `ok: N assets, M probes`, or every error on standard error. Asks nothing of the network. Resolves with the exit code. */
export async function validate(file: string, env: Env): Promise<number> {
  const found = await configured(file, env);
  if (!found) return exitUsage;
  console.log(say(commandWords.valid, terminalLanguage(env), { assets: found.declared, probes: found.plan.probes.length }));
  return 0;
}
