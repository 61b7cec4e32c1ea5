import { loadConfiguration, type LoadWorld } from "../config/load.ts";
import { createMasker, type Masker } from "../config/mask.ts";
import { findDependentRoutes } from "../engine/independence.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Plan } from "../model/config.ts";
import type { Mask } from "../model/secret.ts";
import type { Language } from "../model/text.ts";
import { createResolver, type Resolver } from "../net/dns.ts";
import { loadChannels, loadChecks } from "../plugins.ts";
import { say } from "./say.ts";
import { configurationFile } from "./start.ts";
import { terminalLanguage } from "./terminal-language.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** Wrong usage or configuration (EX_USAGE of sysexits.h). */
export const exitUsage = 64;

export interface Configured {
  readonly plan: Plan;
  readonly declared: number;
  /** Of the file; where it names none, of the terminal. */
  readonly language: Language;
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly mask: Mask;
}

/**
 * Loads a configuration for one command; what is wrong with it goes to standard error, and the answer is undefined.
 * @param asking `pins` as in `LoadWorld`; left out: DNS is not asked
 */
export async function configured(
  file: string,
  env: Env,
  asking: Pick<LoadWorld, "pins"> & { readonly masker?: Masker } = {},
): Promise<Configured | undefined> {
  const masker = asking.masker ?? createMasker();
  const [checks, channels] = [await loadChecks(), await loadChannels()];
  let resolver: Resolver | undefined;
  const loaded = await loadConfiguration(file, {
    checks,
    channels,
    env,
    dependentRoutes: findDependentRoutes,
    ...asking,
    masker,
    ...(asking.pins === undefined
      ? {}
      : { createAsk: ({ dnsServers }) => (resolver = createResolver({ servers: dnsServers })).ask }),
  });
  resolver?.close();
  const language = loaded.language ?? terminalLanguage(env);
  if ("plan" in loaded) return { ...loaded, language, checks, mask: masker.mask };
  for (const error of loaded.errors) console.error(say.diagnostic(error, language));
  return undefined;
}

/** `--config`, else $MAILVIGIL_CONFIG, else ./mailvigil.yaml: also where it does not exist, so that the message names it. */
export const chosenFile = (given: string | undefined, env: Env): string => configurationFile(given, env) ?? "mailvigil.yaml";
