import { manualWords } from "../i18n/manual.ts";
import type { ProviderSupport } from "../model/provider.ts";
import { inLanguage, type Language } from "../model/text.ts";
import { manualPage } from "../report/manual.ts";
import { version } from "../version.ts";
import { chosenFile, configured, exitUsage, type Env } from "./configuration.ts";
import { exitFailed } from "./expected.ts";

export interface ManualOptions {
  readonly config?: string;
  readonly language?: Language;
}

/** Writes the emergency manual to standard output, as HTML. Asks nothing of the network. Resolves with the exit code. */
export async function writeManual(options: ManualOptions, env: Env): Promise<number> {
  const found = await configured(chosenFile(options.config, env), env);
  if (!found) return exitUsage;
  const { plan, checks } = found;
  const language = options.language ?? found.language;
  if (plan.sops.length === 0) {
    console.error(inLanguage(manualWords.nothing, language));
    return exitFailed;
  }
  const providers = new Map<string, ProviderSupport>();
  for (const { support } of plan.probes) if (support) providers.set(support.title.en, support);
  const { company, timezone } = plan.settings;
  // sv writes dates as ISO 8601 does.
  const date = new Intl.DateTimeFormat("sv", { timeZone: timezone }).format(Date.now());
  const manual = {
    sops: plan.sops,
    providers: [...providers.values()],
    company,
    date,
    version,
    titleOf: (check: string) => checks.get(check)?.title,
  };
  process.stdout.write(await manualPage(manual, language));
  return 0;
}
