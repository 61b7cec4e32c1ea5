import type { Language } from "../model/text.ts";

/** The language of the terminal, as POSIX orders its variables: Chinese where they say so, else English. */
export function terminalLanguage(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = [env["LC_ALL"], env["LC_MESSAGES"], env["LANG"]].find((value) => value !== undefined && value !== "");
  return locale?.toLowerCase().startsWith("zh") === true ? "zh-CN" : "en";
}
