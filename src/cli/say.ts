import { formatDiagnostic, type Diagnostic } from "../config/diagnostics.ts";
import { reasonText } from "../i18n/reasons.ts";
import { startWords } from "../i18n/start.ts";
import type { Plan, Settings } from "../model/config.ts";
import { inLanguage, say as fillIn, type Language, type Text } from "../model/text.ts";

/** What `start` says to the person at the terminal. */
export const say = {
  diagnostic: (diagnostic: Diagnostic, language: Language): string => formatDiagnostic(diagnostic, language),
  started(
    url: string,
    { plan, declared }: { readonly plan: Plan; readonly declared: number },
    demonstration: boolean,
    language: Language,
  ): string {
    const words = demonstration ? startWords.demonstration : startWords.watching;
    return fillIn(words, language, { url, probes: plan.probes.length, assets: declared });
  },
  reloaded: ({ probes }: Plan, language: Language): string => fillIn(startWords.reloaded, language, { probes: probes.length }),
  /** Settings that are read once, where they are others now. */
  needsRestart(before: Settings, after: Settings, language: Language): readonly string[] {
    const read: readonly [key: string, of: (settings: Settings) => unknown][] = [
      ["http.listen", ({ http }) => `${http.host}:${http.port}`],
      ["http.token", ({ http }) => http.token?.source],
      ["url", ({ url }) => url],
      ["data", ({ data }) => data],
      ["timezone", ({ timezone }) => timezone],
    ];
    return read
      .filter(([, of]) => of(before) !== of(after))
      .map(([key]) => fillIn(startWords.needsRestart, language, { key: `settings.${key}` }));
  },
  /** An error that names its place and remedy, in the language of the terminal. */
  expected: (error: Error & { readonly text?: Text }, language: Language): string =>
    inLanguage(error.text ?? reasonText(error.message), language),
  reloadRefused: (language: Language): string => fillIn(startWords.reloadRefused, language),
};
