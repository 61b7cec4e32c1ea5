import { formatDiagnostic, type Diagnostic } from "../config/diagnostics.ts";
import { startWords } from "../i18n/start.ts";
import type { Plan } from "../model/config.ts";
import { say as fillIn, type Language } from "../model/text.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The language of the terminal, as POSIX orders its variables: Chinese where they say so, else English. */
export function terminalLanguage(env: Env): Language {
  const locale = [env["LC_ALL"], env["LC_MESSAGES"], env["LANG"]].find((value) => value !== undefined && value !== "");
  return locale?.toLowerCase().startsWith("zh") === true ? "zh-CN" : "en";
}

/** What `start` says to the person at the terminal. */
export const say = {
  diagnostic: (diagnostic: Diagnostic, env: Env): string => formatDiagnostic(diagnostic, terminalLanguage(env)),
  started(url: string, { probes, assets }: Plan, demonstration: boolean, env: Env): string {
    const words = demonstration ? startWords.demonstration : startWords.watching;
    return fillIn(words, terminalLanguage(env), { url, probes: probes.length, assets: assets.length });
  },
  reloaded: ({ probes }: Plan, env: Env): string => fillIn(startWords.reloaded, terminalLanguage(env), { probes: probes.length }),
  reloadRefused: (env: Env): string => fillIn(startWords.reloadRefused, terminalLanguage(env)),
};
