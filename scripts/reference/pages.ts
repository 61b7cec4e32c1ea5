import { formatDuration } from "../../src/config/duration.ts";
import { engineFindings } from "../../src/i18n/engine-findings.ts";
import { questionWords } from "../../src/i18n/page.ts";
import { metricName } from "../../src/http/probe-metrics.ts";
import {
  type AnyCheck,
  type Confirm,
  type FindingDeclaration,
  type MetricDeclaration,
  type Question,
  questions,
} from "../../src/model/check.ts";
import { inLanguage, type Language, languages, say, type Text } from "../../src/model/text.ts";
import { chapters, overview } from "./finding.ts";
import { code, prose, table } from "./markdown.ts";
import { optionRows } from "./options.ts";
import { measureWords, ownSide, questionSentences, severityWords, unitWords, words } from "./words.ts";

const folderOf: Readonly<Record<Language, string>> = { en: "", "zh-CN": "zh-CN/" };

/** All pages, by their path below docs/reference. */
export function referencePages(checks: ReadonlyMap<string, AnyCheck>): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  for (const language of languages) {
    const folder = folderOf[language];
    pages.set(`${folder}README.md`, indexPage([...checks.values()], language));
    for (const check of checks.values()) pages.set(`${folder}${check.id}.md`, checkPage(check, language));
  }
  return pages;
}

/** What is wrong with the pages that are there, a line each. */
export function differences(wanted: ReadonlyMap<string, string>, present: ReadonlyMap<string, string>): readonly string[] {
  const wrong = [...wanted].flatMap(([path, text]) => {
    if (!present.has(path)) return [`docs/reference/${path} is missing`];
    return present.get(path) === text ? [] : [`docs/reference/${path} is not what its check declares`];
  });
  const left = [...present.keys()].filter((path) => !wanted.has(path));
  return [...wrong, ...left.map((path) => `docs/reference/${path} belongs to no check`)];
}

const page = (parts: readonly string[]): string => `${parts.filter((part) => part !== "").join("\n\n")}\n`;

const note = (file: string, language: Language): string => `<!-- ${say(words.note, language, { file })} -->`;

const otherPage = (name: string, language: Language): string => (language === "en" ? `zh-CN/${name}` : `../${name}`);

function checkPage(check: AnyCheck, language: Language): string {
  const t = (text: Text): string => inLanguage(text, language);
  const declared: Readonly<Record<string, FindingDeclaration>> = check.findings;
  const name = `${check.id}.md`;
  return page([
    note(`checks/${check.id}.ts`, language),
    `# ${prose(t(check.title))}`,
    `${code(check.id)} · [${t(words.otherLanguage)}](${otherPage(name, language)}) · [${t(words.allChecks)}](README.md)`,
    table(
      ["", ""],
      [
        [t(words.answers), answersOf(check, language)],
        [t(words.measures), t(measureWords[check.measures])],
        [t(words.looks), pace(check, language)],
        [t(words.believed), believed(check.confirm, language)],
        [t(words.recovered), recovered(check.confirm, language)],
      ],
    ),
    `## ${t(words.options)}`,
    optionTable(check, language),
    ...metricChapter(check, language),
    `## ${t(words.findings)}`,
    t(words.findingsHow),
    overview(declared, language),
    chapters(declared, language),
  ]);
}

const asked = (question: Question, language: Language): string =>
  [questionWords[question], words.colon, questionSentences[question]].map((text) => inLanguage(text, language)).join("");

const answersOf = ({ answers }: AnyCheck, language: Language): string =>
  answers === undefined ? inLanguage(ownSide, language) : asked(answers, language);

const pace = ({ every, deadline }: AnyCheck, language: Language): string =>
  say(words.looksHow, language, { every: written(every), deadline: written(deadline) });

/** As it is written in the configuration: `15m`. */
const written = (ms: number): string => code(formatDuration(ms));

function believed({ bad: [n, m], recheckMs }: Confirm, language: Language): string {
  const how = m === 1 ? words.believedOnce : n === m ? words.believedRow : words.believedOf;
  const again = recheckMs === 0 || m === 1 ? "" : say(words.recheck, language, { recheck: written(recheckMs) });
  return say(how, language, { n, m }) + again;
}

const recovered = ({ good }: Confirm, language: Language): string =>
  say(good === 1 ? words.recoveredAfter : words.recoveredRow, language, { n: good });

function optionTable(check: AnyCheck, language: Language): string {
  const t = (text: Text): string => inLanguage(text, language);
  return table(
    [t(words.optionHead), t(words.typeHead), t(words.defaultHead), t(words.meaningHead)],
    optionRows(check.options).flatMap(({ name, type, required, fallback, text }) => {
      if (text === undefined) return [];
      const otherwise = fallback === undefined ? (required ? t(words.required) : "–") : code(fallback);
      return [[code(name), t(type), otherwise, prose(t(text))]];
    }),
  );
}

function metricChapter({ id, metrics }: AnyCheck, language: Language): readonly string[] {
  const t = (text: Text): string => inLanguage(text, language);
  const declared = Object.entries<MetricDeclaration>(metrics);
  if (declared.length === 0) return [];
  return [
    `## ${t(words.metrics)}`,
    table(
      [t(words.metricHead), t(words.labelHead), t(words.prometheusHead), t(words.unitHead), t(words.helpHead)],
      declared.map(([name, { label, help, unit }]) => [
        code(name),
        prose(t(label)),
        code(metricName(id, name, unit)),
        t(unitWords[unit]),
        prose(help),
      ]),
    ),
  ];
}

/** Taken as it stands by the configuration; a test loads it. */
const exampleIn = (language: Language): string => `domains:
  - name: example.com
probes:
  example.com/dns-mx: # ${inLanguage(words.exampleDerived, language)}
    every: 10m
    options: { expected: [mx1.example.net, mx2.example.net] }
    severity: { mx-single: warning }
  shop.example/domain-expiry: # ${inLanguage(words.exampleAdded, language)}
    check: domain-expiry
    options: { domain: shop.example }`;

function indexPage(checks: readonly AnyCheck[], language: Language): string {
  const t = (text: Text): string => inLanguage(text, language);
  const groups = [...questions, undefined].map((question) => ({
    title: question === undefined ? t(ownSide) : asked(question, language),
    members: checks.filter(({ answers }) => answers === question),
  }));
  const link = (id: string): string => `[${code(id)}](${id}.md)`;
  return page([
    note("checks/", language),
    `# ${t(words.indexTitle)}`,
    `[${t(words.otherLanguage)}](${otherPage("README.md", language)})`,
    t(words.indexIntro),
    ...groups.flatMap(({ title, members }) =>
      members.length === 0
        ? []
        : [
            `## ${title}`,
            table(
              [t(words.checkHead), t(words.titleHead), t(words.everyHead), t(words.countHead)],
              members.map((check) => [
                link(check.id),
                prose(t(check.title)),
                written(check.every),
                String(Object.keys(check.findings).length),
              ]),
            ),
          ],
    ),
    `## ${t(words.options)}`,
    t(words.indexSet),
    `\`\`\`yaml\n${exampleIn(language)}\n\`\`\``,
    `## ${t(words.engine)}`,
    t(words.engineHow),
    overview(engineFindings, language),
    chapters(engineFindings, language),
    `## ${t(words.byCode)}`,
    codeTable(checks, language),
  ]);
}

/** Where each code is told of, by its name: what an alert shows is found by searching this page. */
function codeTable(checks: readonly AnyCheck[], language: Language): string {
  const t = (text: Text): string => inLanguage(text, language);
  const places = checks.flatMap(({ id, findings }) =>
    Object.entries<FindingDeclaration>(findings).map(([name, { severity }]) => ({ name, id, severity })),
  );
  const byName = [...Map.groupBy(places, ({ name }) => name)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return table(
    [t(words.codeHead), t(words.severityHead), t(words.whereHead)],
    byName.map(([name, where]) => [
      code(name),
      [...new Set(where.map(({ severity }) => t(severityWords[severity])))].join(" / "),
      where.map(({ id }) => `[${code(id)}](${id}.md#${name})`).join(" · "),
    ]),
  );
}
