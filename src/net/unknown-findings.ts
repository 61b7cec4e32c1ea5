import type { FindingDeclaration } from "../model/check.ts";
import type { Text } from "../model/text.ts";

/**
 * For checks that log in to look at something else: what keeps them from it is told by the check of the login, with its incident; here
 * it makes unknown what was to be looked at. Only a refused credential is told by whoever hears it first, because nobody else may try
 * it then.
 */
export const unknownFor =
  (what: Text) =>
  <K extends string>(declared: Readonly<Record<K, FindingDeclaration>>): Readonly<Record<K, FindingDeclaration>> => {
    const unknown: Record<K, FindingDeclaration> = { ...declared };
    for (const code in unknown) {
      if (!Object.hasOwn(unknown, code)) continue;
      const declaration: FindingDeclaration = unknown[code];
      if (declaration.rejects === "definite") continue;
      const { text } = declaration;
      unknown[code] = { ...declaration, severity: "unknown", text: { en: `${what.en} ${text.en}`, zh: `${what.zh}${text.zh}` } };
    }
    return unknown;
  };
