import { loadProviders, supportOf } from "../config/providers.ts";
import { statusWords } from "../i18n/commands.ts";
import { diagnoseWords, layerWords } from "../i18n/diagnose.ts";
import { actorOf, type Lookup } from "../i18n/diagnosis.ts";
import { engineFinding } from "../i18n/engine-findings.ts";
import { sayFinding } from "../i18n/reasons.ts";
import { sayVerdict, type SpokenVerdict } from "../i18n/verdict.ts";
import { statusFacts, worstStatus } from "../model/status.ts";
import { inLanguage, say, type Language, type Text } from "../model/text.ts";
import type { Verdict } from "../model/verdict.ts";
import { asJson as rowAsJson } from "./check-output.ts";
import { layerOf, layers, type Layer } from "./look-around.ts";
import type { Sight } from "./lookout.ts";
import { indented, wrap } from "./wrap.ts";

/** What a look around one mailbox brought. */
export interface Found {
  readonly verdict: Verdict;
  readonly sights: readonly Sight[];
  /** Probes of others, looked at to compare with. */
  readonly comparisons: ReadonlySet<string>;
  /** How many were to be looked at. */
  readonly expected: number;
  readonly interrupted: boolean;
  readonly withoutLogin: boolean;
}

/** What was not looked at is not known. */
export const exitOf = ({ verdict: { status }, interrupted }: Found): number =>
  statusFacts[interrupted && status !== "critical" ? "unknown" : status].exitCode;

/** What only this command can advise goes before what every reader is told. */
function spokenOf({ verdict, sights, withoutLogin }: Found, language: Language): SpokenVerdict {
  const checks = new Map(sights.map(({ check }) => [check.id, check]));
  const lookup: Lookup = {
    finding: (check, code) => checks.get(check)?.findings[code],
    provider: (id) => loadProviders().get(id)?.title,
    support(id) {
      const preset = loadProviders().get(id);
      return preset && supportOf(preset);
    },
  };
  const spoken = sayVerdict(verdict, language, { ...lookup, title: (check) => checks.get(check)?.title });
  const address = verdict.asset;
  if (verdict.otherwise?.kind === "held") {
    const account = verdict.otherwise.account ?? address;
    return { ...spoken, summary: say(diagnoseWords.held, language, { account }) };
  }
  if (verdict.otherwise?.kind === "well" && withoutLogin) {
    return { ...spoken, summary: say(diagnoseWords.wellWithoutLogin, language, { address }) };
  }
  return spoken;
}

const titleOf = ({ check }: Sight, language: Language): string => inLanguage(check.title, language);

/** The one JSON object of `--json`. */
export function asJson(found: Found, language: Language): object {
  const { verdict } = found;
  const { summary, causes } = spokenOf(found, language);
  return {
    address: verdict.asset,
    status: verdict.status,
    summary,
    complete: !found.interrupted,
    diagnoses: verdict.causes.map((diagnosis, i) => {
      const { cause, confidence, about, alternatives, probes } = diagnosis;
      const said = causes[i];
      return {
        cause,
        confidence,
        actor: actorOf(diagnosis),
        about,
        alternatives,
        probes,
        title: said?.title,
        evidence: said?.evidence,
        ruledOut: diagnosis.ruledOut.map(({ cause: other }, at) => ({ cause: other, text: said?.ruledOut[at] })),
        steps: said?.steps,
      };
    }),
    looked: found.sights.map(({ probe, check, observation }) => ({
      layer: layerOf(probe),
      comparison: found.comparisons.has(probe.id),
      ...rowAsJson({ probe, check, observation }, language),
    })),
  };
}

/** For a terminal: the paragraph first, below it what it rests on. */
export function asText(found: Found, language: Language, places: number): string {
  const { summary, causes } = spokenOf(found, language);
  // While the mailbox works, what is wrong besides heads nothing.
  const first = found.verdict.otherwise === undefined ? causes[0] : undefined;
  const others = first === undefined ? causes : causes.slice(1);
  const heading = (text: Text): readonly string[] => ["", inLanguage(text, language)];
  const item = (text: string): readonly string[] => indented(text, places, "    ", "  - ");
  const lines: string[] = [];
  if (found.interrupted) {
    const said = say(diagnoseWords.interrupted, language, { done: found.sights.length, all: found.expected });
    lines.push(...wrap(said, places), "");
  }
  lines.push(...wrap(summary, places));
  if (first && first.steps.length > 1) {
    lines.push(...heading(diagnoseWords.steps));
    for (const [i, step] of first.steps.entries()) lines.push(...indented(step, places, "     ", `  ${i + 1}. `));
  }
  if (others.length > 0) lines.push(...heading(diagnoseWords.besides), ...others.flatMap(({ paragraph }) => item(paragraph)));
  lines.push(...heading(diagnoseWords.lookedAt));
  for (const layer of layers) lines.push(...layerLines(layer, found, language, places));
  if (first && first.ruledOut.length > 0) {
    lines.push(...heading(diagnoseWords.ruledOut), ...first.ruledOut.flatMap(item));
  }
  if (first) lines.push("", say(diagnoseWords.sure, language, { confidence: first.confidence }));
  return lines.join("\n");
}

/** More names than this say less than their number. */
const mostTitles = 5;
/** What is wrong with one layer mostly has one reason, and the lines say it again and again. */
const mostLines = 4;

/** What is in order in one line a layer; each of the others in its own. */
function layerLines(layer: Layer, found: Found, language: Language, places: number): readonly string[] {
  const here = found.sights.filter(({ probe }) => layerOf(probe) === layer);
  if (here.length === 0) return [];
  const head = inLanguage(layerWords[layer], language);
  const well = here.filter(({ status }) => status === "ok");
  const bad = here.filter(({ status }) => status !== "ok");
  const names = [...new Set(well.map((sight) => titleOf(sight, language)))];
  const titles =
    names.length > mostTitles
      ? say(diagnoseWords.checks, language, { count: well.length })
      : names.join(language === "en" ? ", " : "、");
  const words = { layer: head, titles, status: inLanguage(statusWords[worstStatus(bad.map(({ status }) => status))], language) };
  const line = well.length === 0 ? diagnoseWords.found : bad.length === 0 ? diagnoseWords.well : diagnoseWords.mixed;
  const rank = ({ status }: Sight): number => statusFacts[status].rank;
  const shown = bad.toSorted((a, b) => rank(b) - rank(a)).slice(0, mostLines);
  const left = bad.length - shown.length;
  return [
    ...indented(say(line, language, words), places, "    ", "  "),
    ...shown.flatMap((sight) => indented(badLine(sight, found, language), places, "        ", "      ")),
    ...(left > 0 ? [`      ${say(diagnoseWords.more, language, { count: left })}`] : []),
  ];
}

function badLine(sight: Sight, { comparisons }: Found, language: Language): string {
  const { probe, check, status, findings } = sight;
  const said = findings
    .filter(({ severity }) => severity !== "info")
    .map(({ code, data }) => {
      const declared = check.findings[code] ?? engineFinding(code);
      return declared ? sayFinding(declared.text, language, data) : code;
    });
  const text = [...new Set(said)].join(" ");
  const title = titleOf(sight, language);
  const compared = comparisons.has(probe.id);
  return say(compared ? diagnoseWords.comparedLine : diagnoseWords.line, language, {
    status: inLanguage(statusWords[status], language),
    title,
    asset: probe.asset,
    target: probe.target,
    text,
  });
}
