/** The languages that a person reads: English and Simplified Chinese. */
export const languages = ["en", "zh-CN"] as const;
export type Language = (typeof languages)[number];

/** One text in both languages: a missing translation does not compile. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

/** The values that a text names in braces, JSON-safe. */
export type Data = Readonly<Record<string, string | number>>;

export const inLanguage = (text: Text, language: Language): string => (language === "zh-CN" ? text.zh : text.en);

/** Puts values into the places a text names: `fill("{host} is gone", { host })`. An unknown name stays as it is. */
export const fill = (template: string, data: Data): string =>
  template.replace(/\{([a-zA-Z][a-zA-Z0-9]*)\}/g, (place, name: string) =>
    Object.hasOwn(data, name) ? String(data[name]) : place,
  );

/** What somebody else said, as it was said: a server, a library, a record. In a reason it stands out from words of ours. */
export const quoted = (words: string): string => `“${words}”`;

export const say = (text: Text, language: Language, data: Data = {}): string => fill(inLanguage(text, language), data);

/** A sentence as a clause: without the full stop at its end. */
export const withoutStop = (text: string): string => text.replace(/[.。]$/, "");
