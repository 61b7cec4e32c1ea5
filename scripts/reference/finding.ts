import type { FindingDeclaration } from "../../src/model/check.ts";
import { severities } from "../../src/model/status.ts";
import { inLanguage, type Language, say } from "../../src/model/text.ts";
import { code, prose, source, table } from "./markdown.ts";
import { severityMeanings, severityOrder, severityWords, words } from "./words.ts";

type Findings = Readonly<Record<string, FindingDeclaration>>;

/** The gravest first, else as they are declared. */
const ordered = (findings: Findings): readonly (readonly [code: string, finding: FindingDeclaration])[] =>
  severityOrder.flatMap((severity) => Object.entries(findings).filter(([, finding]) => finding.severity === severity));

/** The codes of each severity, each leading to what is said of it. */
export const overview = (findings: Findings, language: Language): string =>
  table(
    [inLanguage(words.severityHead, language), inLanguage(words.codeHead, language)],
    severityOrder.flatMap((severity) => {
      const codes = ordered(findings).flatMap(([name, finding]) => (finding.severity === severity ? [name] : []));
      if (codes.length === 0) return [];
      const word = `**${inLanguage(severityWords[severity], language)}**`;
      const meaning = inLanguage(severityMeanings[severity], language);
      return [[word + inLanguage(words.colon, language) + meaning, codes.map((name) => `[${code(name)}](#${name})`).join(" · ")]];
    }),
  );

/** Every finding under a heading whose anchor is its code. */
export const chapters = (findings: Findings, language: Language): string =>
  ordered(findings)
    .map(([name, finding]) => chapter(name, finding, language))
    .join("\n\n");

function chapter(name: string, finding: FindingDeclaration, language: Language): string {
  const colon = inLanguage(words.colon, language);
  const labelled = (label: string, text: string): string => `**${label}**${colon}${text}`;
  const severity = inLanguage(severityWords[finding.severity], language);
  return [
    `### ${code(name)}`,
    labelled(severity, prose(inLanguage(finding.text, language))),
    labelled(inLanguage(words.whatToDo, language), prose(inLanguage(finding.advice, language))),
    ...flags(finding, language).map((flag) => `_${flag}_`),
    `${inLanguage(words.source, language)}${colon}${source(finding.source)}`,
  ].join("\n\n");
}

function flags(
  { timed, immediate, rejects, concerns, outage, standsOn = [] }: FindingDeclaration,
  language: Language,
): readonly string[] {
  const tests = standsOn.map((test) => `[${code(`monitor/${test}`)}](${test}.md)`).join(inLanguage(words.between, language));
  return [
    ...(immediate ? [inLanguage(words.immediate, language)] : []),
    ...(rejects ? [inLanguage(words[rejects], language)] : []),
    ...(outage ? [inLanguage(words.outage, language)] : []),
    ...(concerns ? [inLanguage(words.server, language)] : []),
    ...(standsOn.length > 0 ? [say(words.standsOn, language, { tests })] : []),
    ...(timed ? [inLanguage(words.timed, language)] : []),
  ];
}

/** Has every severity its place in the order? Adding one elsewhere shall not drop its findings from the pages. */
if (severities.some((severity) => !severityOrder.some((known) => known === severity)))
  throw new Error("severityOrder of scripts/reference/words.ts lacks a severity");
