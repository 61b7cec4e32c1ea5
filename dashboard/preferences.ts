import type { Language } from "../src/model/text.ts";

export type Theme = "system" | "light" | "dark";

const themes: readonly Theme[] = ["system", "light", "dark"];

/** Storage may be forbidden; the page works without it. */
function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The choice counts until the page is closed.
  }
}

/** What the reader chose, else the first language of the browser that we speak. */
export function preferredLanguage(): Language {
  const chosen = recall("mailvigil.language");
  if (chosen === "en" || chosen === "zh-CN") return chosen;
  for (const tag of navigator.languages) {
    if (tag.toLowerCase().startsWith("zh")) return "zh-CN";
    if (tag.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
}

export const keepLanguage = (language: Language): void => keep("mailvigil.language", language);

export function preferredTheme(): Theme {
  const chosen = recall("mailvigil.theme");
  return themes.find((theme) => theme === chosen) ?? "system";
}

/** Shows a theme and remembers it. */
export function applyTheme(theme: Theme): void {
  keep("mailvigil.theme", theme);
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

export const nextTheme = (theme: Theme): Theme => themes[(themes.indexOf(theme) + 1) % themes.length] ?? "system";
