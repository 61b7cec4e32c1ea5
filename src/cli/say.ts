import { formatDiagnostic, type Diagnostic } from "../config/diagnostics.ts";
import { startWords } from "../i18n/start.ts";
import type { Plan, Settings } from "../model/config.ts";
import { inLanguage, say as fillIn, type Language, type Text } from "../model/text.ts";

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
  /** Settings that are read once, where they are others now. */
  needsRestart(before: Settings, after: Settings, env: Env): readonly string[] {
    const read: readonly [key: string, of: (settings: Settings) => unknown][] = [
      ["http.listen", ({ http }) => `${http.host}:${http.port}`],
      ["http.token", ({ http }) => http.token?.source],
      ["url", ({ url }) => url],
      ["data", ({ data }) => data],
      ["timezone", ({ timezone }) => timezone],
    ];
    return read
      .filter(([, of]) => of(before) !== of(after))
      .map(([key]) => fillIn(startWords.needsRestart, terminalLanguage(env), { key: `settings.${key}` }));
  },
  /** An error that names its place and remedy, in the language of the terminal where it has both. */
  expected: (error: Error & { readonly text?: Text }, env: Env): string =>
    error.text ? inLanguage(error.text, terminalLanguage(env)) : error.message,
  reloadRefused: (env: Env): string => fillIn(startWords.reloadRefused, terminalLanguage(env)),
};
