import { auditWords } from "../i18n/audit.ts";
import { statusWords } from "../i18n/commands.ts";
import { statusFacts, statusOfSeverity, worstStatus } from "../model/status.ts";
import { inLanguage, say, type Language } from "../model/text.ts";
import { spoken, type Row } from "./check-output.ts";
import { table } from "./table.ts";

export interface DomainResult {
  readonly domain: string;
  readonly rows: readonly Row[];
}

/** One thing that an audit found, as it is told. */
interface Told {
  readonly rank: number;
  readonly mark: string;
  readonly text: string;
  readonly advice: string;
  readonly from: string;
}

/** What is to be mended, the most harmful first; what only informs is left out. */
function troublesOf(rows: readonly Row[], language: Language): readonly Told[] {
  return rows
    .flatMap(({ check, observation }) =>
      observation.findings
        .filter(({ severity }) => severity !== "info")
        .map((finding) => {
          const status = statusOfSeverity(finding.severity);
          const { text, advice } = spoken(finding, check, language);
          return {
            rank: statusFacts[status].rank,
            mark: inLanguage(statusWords[status], language),
            text,
            advice,
            from: check.id,
          };
        }),
    )
    .toSorted((a, b) => b.rank - a.rank);
}

function verdictOf({ domain, rows }: DomainResult, language: Language): string {
  const worst = worstStatus(rows.map(({ observation }) => observation.status));
  return say(auditWords[`verdict-${worst}`], language, { domain, count: troublesOf(rows, language).length });
}

const fineOf = (rows: readonly Row[], language: Language): string =>
  rows
    .filter(({ observation }) => observation.status === "ok")
    .map(({ check }) => inLanguage(check.title, language))
    .join(language === "zh-CN" ? "、" : ", ");

/** The report of one domain for a terminal: the verdict, what to mend in order of harm, then what is fine. */
export function asText(result: DomainResult, language: Language): string {
  const lines = [verdictOf(result, language), ""];
  for (const { mark, text, advice, from } of troublesOf(result.rows, language)) {
    lines.push(`${mark}  ${text}`, ...(advice === "" ? [] : [`    → ${advice}`]), `    (${from})`, "");
  }
  const fine = fineOf(result.rows, language);
  if (fine !== "") lines.push(say(auditWords.fine, language, { checks: fine }));
  return lines.join("\n").trimEnd();
}

/** The same, to be forwarded. */
export function asMarkdown(result: DomainResult, language: Language): string {
  const lines = [`# ${result.domain}`, "", verdictOf(result, language), ""];
  for (const { mark, text, advice, from } of troublesOf(result.rows, language)) {
    lines.push(`- **${mark}** ${escaped(text)} (\`${from}\`)`, ...(advice === "" ? [] : [`  ${escaped(advice)}`]));
  }
  const fine = fineOf(result.rows, language);
  if (fine !== "") lines.push("", say(auditWords.fine, language, { checks: fine }));
  return lines.join("\n");
}

/** Records and server texts may hold what Markdown would read as its own. */
const escaped = (text: string): string => text.replace(/[\\`*_[\]<>|]/g, "\\$&");

/** Several domains: a line each, in the order they were given. */
export function asSummary(results: readonly DomainResult[], language: Language): string {
  return table(
    results.map((result) => {
      const worst = worstStatus(result.rows.map(({ observation }) => observation.status));
      const first = troublesOf(result.rows, language)[0];
      return [
        inLanguage(statusWords[worst], language),
        result.domain,
        String(troublesOf(result.rows, language).length),
        first?.text ?? "",
      ];
    }),
  );
}
