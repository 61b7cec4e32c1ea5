import type { Data, Language, Text } from "../model/text.ts";
import { fill } from "../model/text.ts";
import { bouncePhrases } from "./bounce-causes.ts";
import { checkPhrases } from "./check-phrases.ts";
import { connectionPhrases } from "./connection-phrases.ts";
import { dnsPhrases } from "./dns-phrases.ts";
import { startPhrases } from "./start-phrases.ts";

/*
 * Findings keep their technical reasons in English, as the code below them wrote them, and the language is chosen when they are
 * read. A reason of ours is one of the phrases; whatever else it holds (names, addresses, records, and in “…” what a server or
 * a library said) stays as it is. test/support/check-tester.ts fails where a finding would tell a Chinese reader English prose.
 */

/** `{reason}` in a phrase is spoken in turn, `{words}` and `{list}` stand as they are, and any other name is a value without a space. */
interface Phrase {
  /** The longest piece without a place: what a text lacks need not be matched. */
  readonly piece: string;
  readonly pattern: RegExp;
  readonly zh: string;
}

const place = /\{([a-z][a-zA-Z0-9]*)\}/g;
const forms: Readonly<Record<string, string>> = { reason: ".+", words: "“.*”|[^;]+", list: ".{1,80}" };
const ofPlace = (name: string): string => `(?<${name}>${forms[name] ?? String.raw`\S+`})`;

function compile({ en, zh }: Text): Phrase {
  const pieces = en.split(place).filter((_, index) => index % 2 === 0);
  const [piece = ""] = pieces.toSorted((a, b) => b.length - a.length);
  const source = en.replaceAll(/[\\^$.*+?()|[\]]/g, String.raw`\$&`).replaceAll(place, (_, name: string) => ofPlace(name));
  return { piece, pattern: new RegExp(`^${source}$`), zh };
}

const phrases = [...dnsPhrases, ...connectionPhrases, ...checkPhrases, ...startPhrases, ...bouncePhrases].map(compile);

/** Phrases are sentences in small letters: a name, an address or a code needs no look. */
const mayBeWords = /[a-z)] |E[A-Z]{4}/;

/** How deep reasons stand within reasons; what comes from the network could pretend to be more. */
const maxDepth = 4;

function phraseOf(text: string, depth: number): string | undefined {
  for (const { piece, pattern, zh } of phrases) {
    const found = text.includes(piece) ? pattern.exec(text) : null;
    if (found === null) continue;
    const { reason, ...values } = found.groups ?? {};
    return fill(zh, reason === undefined ? values : { ...values, reason: chineseOf(reason, depth + 1) });
  }
  return undefined;
}

/** A reason behind the name or address that it is about (`10.0.0.1:25: closed by …`), several in one text, or one in brackets. */
function composed(text: string, depth: number): string {
  const [about = ""] = /^[^;]+?: /.exec(text) ?? [];
  const rest = text.slice(about.length);
  const said = about === "" ? rest : chineseOf(rest, depth + 1);
  if (said !== rest) return `${about.slice(0, -2)}：${said}`;
  for (const [between, zh] of joints) {
    const parts = text.split(between);
    const spoken = parts.length === 1 ? parts : parts.map((part) => chineseOf(part, depth + 1));
    if (spoken.some((part, index) => part !== parts[index])) return spoken.join(zh);
  }
  return text.replaceAll(/ \(([^()]+)\)/g, (whole, inside: string) => {
    const spoken = chineseOf(inside, depth + 1);
    return spoken === inside ? whole : `（${spoken}）`;
  });
}

const joints: readonly (readonly [en: string, zh: string])[] = [
  ["; ", "；"],
  [", ", "、"],
];

function chineseOf(text: string, depth = 0): string {
  // What somebody else said may hold our words; it is not ours for that.
  if (depth > maxDepth || !mayBeWords.test(text) || text.startsWith("“")) return text;
  return phraseOf(text, depth) ?? composed(text, depth);
}

/** A technical reason of ours in both languages; what is not known here is said as it is. */
export const reasonText = (reason: string): Text => ({
  en: reason,
  zh: chineseOf(reason).replaceAll("“", "「").replaceAll("”", "」"),
});

/** What is published as it stands, whatever it says. */
const pasted: ReadonlySet<string> = new Set(["record", "policy"]);

/** The data of a finding as this reader is told them. A `reason` is in words of ours; another value may be, or may be a record. */
export function readersData(data: Data, language: Language): Data {
  if (language === "en") return data;
  const said = (key: string, value: string | number): string | number => {
    if (typeof value !== "string" || pasted.has(key)) return value;
    return key === "reason" || chineseOf(value) !== value ? reasonText(value).zh : value;
  };
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, said(key, value)]));
}

/** The text of a finding, or its advice, filled with the finding's data. */
export function sayFinding(text: Text, language: Language, data: Data): string {
  if (language === "en") return fill(text.en, data);
  const told = readersData(data, language);
  return fill(spaced(text.zh, told), told);
}

/** A space stands between Chinese and Latin, and so not around a value that is Chinese. */
export const spaced = (zh: string, data: Data): string =>
  zh.replaceAll(/( ?)\{([a-z][a-zA-Z0-9]*)\}( ?)/g, (_, before: string, name: string, after: string) => {
    const value = String(data[name] ?? "");
    return `${/^[\p{Script=Han}「（]/u.test(value) ? "" : before}{${name}}${/[\p{Script=Han}」）]$/u.test(value) ? "" : after}`;
  });
