import { usageErrors } from "../i18n/usage.ts";
import { say, type Language } from "../model/text.ts";

/** What commander says of a wrong call, in the language of the terminal. What is not known stays in its own words. */
export function usageError(said: string, language: Language): string {
  if (language === "en") return said.replace(/ · [^\n]*/, "");
  // Its suggestion is a line of its own.
  return said
    .split("\n")
    .map((line) => translated(line, language))
    .join("\n");
}

function translated(line: string, language: Language): string {
  for (const { pattern, text } of usageErrors) {
    const groups = pattern.exec(line)?.groups;
    if (groups) return say(text, language, groups);
  }
  return line;
}
