import { domainToUnicode } from "node:url";
import { auditWords } from "../i18n/audit.ts";
import { statusWords } from "../i18n/commands.ts";
import { localTime, zoneName } from "../i18n/times.ts";
import { statuses, statusFacts, statusOfSeverity, type Severity, type Status } from "../model/status.ts";
import { inLanguage, say, type Language } from "../model/text.ts";
import { type DomainResult, notJudged, quietOf, statusOfRows, type Trouble, troublesOf } from "./audit-troubles.ts";
import { table, width } from "./table.ts";
import { indented } from "./wrap.ts";

export interface Telling {
  readonly language: Language;
  /** Places of the terminal; Infinity where the output is no terminal: then nothing is broken into lines. */
  readonly places: number;
  /** Milliseconds UTC. */
  readonly now: number;
  /** What is to be known before all: that this is the future. */
  readonly notice: string | undefined;
}

const toMend: readonly Severity[] = ["critical", "warning"];

function verdictOf({ domain, rows }: DomainResult, troubles: readonly Trouble[], language: Language): string {
  const counts = countsOf(
    troubles.map(({ severity }) => statusOfSeverity(severity)),
    language,
  );
  return say(auditWords[`verdict-${statusOfRows(rows)}`], language, { domain: shownName(domain, language), counts });
}

/** As people write it, with what stands in the DNS beside it: two names can look the same. */
function shownName(domain: string, language: Language): string {
  const written = domainToUnicode(domain);
  if (written === "" || written === domain) return domain;
  return language === "zh-CN" ? `${written}（${domain}）` : `${written} (${domain})`;
}

function providerOf({ provider }: DomainResult, language: Language): string | undefined {
  if (!provider) return undefined;
  const { title, because } = provider;
  return say(auditWords.provider, language, { provider: inLanguage(title, language), because });
}

/** `2 critical, 3 warning`, the worst first. */
function countsOf(some: readonly Status[], language: Language): string {
  const ordered = statuses.toSorted((a, b) => statusFacts[b].rank - statusFacts[a].rank);
  return ordered
    .map((status) => ({ status: inLanguage(statusWords[status], language), count: some.filter((one) => one === status).length }))
    .filter(({ count }) => count > 0)
    .map((data) => say(auditWords.count, language, data))
    .join(listComma(language));
}

const listComma = (language: Language): string => (language === "zh-CN" ? "、" : ", ");

function seenAt(now: number, language: Language): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  // Another year than any: a report that is forwarded says the day.
  const time = localTime(now, { timezone: timeZone, language, now: 0 });
  return say(auditWords.seen, language, { time, zone: zoneName(now, timeZone) });
}

/** The report of one domain for a terminal: the verdict, what to mend in order of harm, what was not judged, what is fine. */
export function asText(result: DomainResult, telling: Telling): string {
  const { language, places, now, notice } = telling;
  const troubles = troublesOf(result.rows, toMend, language);
  const lines: string[] = [];
  const paragraph = (text: string, before = "", first = before): void =>
    void lines.push(...indented(text, places, before, first));
  if (notice !== undefined) {
    paragraph(notice);
    lines.push("");
  }
  paragraph(verdictOf(result, troubles, language));
  const provider = providerOf(result, language);
  if (provider !== undefined) paragraph(provider);
  for (const [index, { severity, text, advice, checks }] of troubles.entries()) {
    const number = `${index + 1}. `;
    const mark = `${number}${inLanguage(statusWords[statusOfSeverity(severity)], language)}  `;
    const before = " ".repeat(number.length);
    lines.push("");
    paragraph(`${text}  [${checks.join(", ")}]`, before, mark);
    for (const [at, piece] of advice.entries()) {
      if (piece.kind === "said") paragraph(piece.text, `${before}  `, at === 0 ? `${before}→ ` : `${before}  `);
      else lines.push("", ...piece.lines.map((line) => `${before}      ${line}`), ...(at < advice.length - 1 ? [""] : []));
    }
  }
  const section = (head: string, items: readonly string[]): void => {
    if (items.length === 0) return;
    lines.push("", say(auditWords.listing, language, { head }));
    for (const item of items) paragraph(item, "    ", "  - ");
  };
  section(inLanguage(auditWords.notJudged, language), reasonsOf(result, language));
  section(inLanguage(auditWords.noted, language), notedOf(result, language));
  const { fine, idle } = quietOf(result, language);
  for (const [head, titles] of [
    [auditWords.fine, fine],
    [auditWords.idle, idle],
  ] as const) {
    if (titles.length === 0) continue;
    const listing = say(auditWords.listing, language, { head: inLanguage(head, language) });
    lines.push("");
    paragraph(`${listing}${language === "en" ? " " : ""}${titles.join(listComma(language))}`);
  }
  lines.push("");
  paragraph(seenAt(now, language));
  return lines.join("\n");
}

const reasonsOf = ({ rows }: DomainResult, language: Language): readonly string[] =>
  notJudged(rows, language).map(({ checks, reason }) =>
    say(auditWords.because, language, { checks: checks.join(listComma(language)), reason }),
  );

const notedOf = ({ rows }: DomainResult, language: Language): readonly string[] =>
  troublesOf(rows, ["info"], language).map(({ text }) => shortened(text));

/** What is not to be mended is told in short; --json has the whole. */
const shortened = (text: string): string => (text.length > 320 ? `${text.slice(0, 300).trimEnd()}…` : text);

/** The same, to be forwarded. */
export function asMarkdown(result: DomainResult, { language, now, notice }: Telling): string {
  const troubles = troublesOf(result.rows, toMend, language);
  const lines = [`# ${escaped(shownName(result.domain, language))}`, ""];
  if (notice !== undefined) lines.push(`> ${escaped(notice)}`, "");
  lines.push(`**${escaped(verdictOf(result, troubles, language))}**`);
  const provider = providerOf(result, language);
  if (provider !== undefined) lines.push("", escaped(provider));
  const section = (head: string, items: readonly string[]): void => {
    if (items.length > 0) lines.push("", `## ${head}`, "", ...items);
  };
  section(
    inLanguage(auditWords.toMend, language),
    troubles.flatMap(({ severity, text, advice, checks }, index) => {
      const number = `${index + 1}. `;
      const before = " ".repeat(number.length);
      const mark = `**${inLanguage(statusWords[statusOfSeverity(severity)], language)}**`;
      const from = checks.map((check) => `\`${check}\``).join(", ");
      return [
        ...(index === 0 ? [] : [""]),
        `${number}${mark} ${escaped(text)} (${from})`,
        ...advice.flatMap((piece) =>
          piece.kind === "said"
            ? ["", `${before}${escaped(piece.text)}`]
            : ["", ...fenced(piece.lines).map((line) => `${before}${line}`)],
        ),
      ];
    }),
  );
  const bullets = (items: readonly string[]): readonly string[] => items.map((item) => `- ${escaped(item)}`);
  section(inLanguage(auditWords.notJudged, language), bullets(reasonsOf(result, language)));
  section(inLanguage(auditWords.noted, language), bullets(notedOf(result, language)));
  const { fine, idle } = quietOf(result, language);
  section(inLanguage(auditWords.fine, language), fine.length === 0 ? [] : [escaped(fine.join(listComma(language)))]);
  section(inLanguage(auditWords.idle, language), idle.length === 0 ? [] : [escaped(idle.join(listComma(language)))]);
  lines.push("", escaped(seenAt(now, language)));
  return lines.join("\n");
}

/** Records and server texts may hold what Markdown would read as its own. */
const escaped = (text: string): string => text.replace(/[\\`*_[\]<>|#]/g, "\\$&");

/** A fence is longer than any run of backticks within it. */
function fenced(lines: readonly string[]): readonly string[] {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = "`".repeat(longest + 1);
  return [fence, ...lines, fence];
}

/** Several domains: a line each, in the order they were given, and how to go on. */
export function asSummary(results: readonly DomainResult[], { language, places, notice }: Telling): string {
  const told = results.map((result) => {
    const troubles = troublesOf(result.rows, toMend, language);
    const status = statusOfRows(result.rows);
    const worst = troubles[0]?.text ?? (status === "unknown" ? reasonsOf(result, language)[0] : undefined);
    const counts = countsOf(
      troubles.map(({ severity }) => statusOfSeverity(severity)),
      language,
    );
    return {
      status,
      cells: [inLanguage(statusWords[status], language), shownName(result.domain, language), counts || "–", worst ?? ""],
    };
  });
  const counts = countsOf(
    told.map(({ status }) => status),
    language,
  );
  return [
    ...(notice === undefined ? [] : [...indented(notice, places, ""), ""]),
    ...table(told.map(({ cells }) => cells))
      .split("\n")
      .map((line) => cut(line, places)),
    "",
    ...indented(say(auditWords.details, language, { count: results.length, counts }), places, ""),
  ].join("\n");
}

/** A line as far as it fits. */
function cut(line: string, places: number): string {
  if (width(line) <= places) return line;
  let kept = "";
  for (const character of line) {
    if (width(kept) + width(character) > places - 1) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}
