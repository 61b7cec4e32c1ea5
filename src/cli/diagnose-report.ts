import { loadProviders } from "../config/providers.ts";
import { statusWords } from "../i18n/commands.ts";
import { diagnoseWords, layerWords } from "../i18n/diagnose.ts";
import { actorOf, type Lookup, sayDiagnosis, type SpokenDiagnosis } from "../i18n/diagnosis.ts";
import { engineFindings } from "../i18n/engine-findings.ts";
import { sayFinding } from "../i18n/reasons.ts";
import type { Diagnosis } from "../model/cause.ts";
import { statusFacts, worstStatus, type Status } from "../model/status.ts";
import { inLanguage, say, type Language, type Text } from "../model/text.ts";
import { asJson as rowAsJson } from "./check-output.ts";
import { layerOf, layers, type Layer } from "./look-around.ts";
import type { Sight } from "./lookout.ts";
import { indented, wrap } from "./wrap.ts";

/** What a look around one mailbox brought. */
export interface Found {
  readonly address: string;
  readonly sights: readonly Sight[];
  /** Probes of others, looked at to compare with. */
  readonly comparisons: ReadonlySet<string>;
  readonly diagnoses: readonly Diagnosis[];
  /** How many were to be looked at. */
  readonly expected: number;
  readonly interrupted: boolean;
  readonly withoutLogin: boolean;
}

/**
 * What keeps this mailbox from its mail, the nearest and gravest first. What only concerns those who were compared with is theirs,
 * and is not told.
 */
function causesOf({ address, diagnoses, sights, comparisons }: Found): readonly Diagnosis[] {
  const byId = new Map(sights.map((sight) => [sight.probe.id, sight]));
  const asset = (id: string): string => byId.get(id)?.probe.asset ?? "";
  const isOwn = ({ probes }: Diagnosis): boolean => probes.some((id) => asset(id).split("~").includes(address));
  const rank = ({ probes }: Diagnosis): number =>
    statusFacts[worstStatus(probes.map((id) => byId.get(id)?.status ?? "unknown"))].rank;
  // A network without port 25 or IPv6 is a common thing, and keeps nobody from a mailbox.
  const matters = (id: string): boolean =>
    !comparisons.has(id) && (asset(id) !== "monitor" || byId.get(id)?.status === "critical");
  return diagnoses
    .filter(({ probes }) => probes.some(matters))
    .toSorted((a, b) => Number(isOwn(b)) - Number(isOwn(a)) || rank(b) - rank(a));
}

/**
 * As the exit code says it: whether this mailbox works. A weak record is listed, but nobody is kept from mail by it; a date to come
 * counts where all else is well. What could not be judged counts where it is the mailbox's own: many networks have no port 25.
 */
export function statusOf(found: Found): Status {
  const named = new Set(causesOf(found).flatMap(({ probes }) => probes));
  const others = found.sights.filter(({ probe }) => !named.has(probe.id) && !found.comparisons.has(probe.id));
  const present = worstStatus([
    ...found.sights.filter(({ probe }) => named.has(probe.id)).map(({ status }) => status),
    ...others.filter((sight) => counts(sight, found)).map(({ status }) => status),
  ]);
  if (present !== "ok") return present;
  return others.some(({ probe, status }) => probe.measures === "expiry" && status === "warning") ? "warning" : "ok";
}

function counts({ probe, status }: Sight, { address }: Found): boolean {
  if (status === "critical") return true;
  if (probe.measures !== "service") return false;
  return status !== "unknown" || probe.asset.split("~").includes(address);
}

/** What was not looked at is not known. */
export const exitOf = (found: Found): number => {
  const status = statusOf(found);
  return statusFacts[found.interrupted && status !== "critical" ? "unknown" : status].exitCode;
};

/** The cause, the evidence and the next step in one paragraph; where there is no cause, what that rests on. */
function summaryOf(found: Found, spoken: readonly SpokenDiagnosis[], language: Language): string {
  const [first] = spoken;
  if (first !== undefined) return first.paragraph;
  const { address, sights, withoutLogin, comparisons } = found;
  const own = sights.filter(({ probe }) => !comparisons.has(probe.id));
  const held = own.flatMap(({ findings }) => findings.filter(({ code }) => code === "login-held"))[0];
  if (held) return say(diagnoseWords.held, language, { account: held.data["account"] ?? address });
  const what = (some: readonly Sight[]): string =>
    [...new Set(some.map((sight) => titleOf(sight, language)))].join(language === "en" ? ", " : "、");
  const status = statusOf(found);
  if (status === "critical") {
    return say(diagnoseWords.unnamed, language, { address, what: what(own.filter((sight) => sight.status === "critical")) });
  }
  const unjudged = own.filter((sight) => sight.status === "unknown" && counts(sight, found));
  if (unjudged.length > 0) return say(diagnoseWords.notJudged, language, { address, what: what(unjudged) });
  if (withoutLogin) return say(diagnoseWords.nothingWrongWithoutLogin, language, { address });
  const isWell = own.every(({ status: seen }) => seen === "ok" || seen === "unknown");
  return say(isWell ? diagnoseWords.nothingWrong : diagnoseWords.onlyWeak, language, { address });
}

const lookupOf = (sights: readonly Sight[]): Lookup => {
  const checks = new Map(sights.map(({ check }) => [check.id, check]));
  return {
    finding: (check, code) => checks.get(check)?.findings[code],
    provider: (id) => loadProviders().get(id)?.title,
  };
};

const titleOf = ({ check }: Sight, language: Language): string => inLanguage(check.title, language);

/** The one JSON object of `--json`. */
export function asJson(found: Found, language: Language): object {
  const lookup = lookupOf(found.sights);
  const causes = causesOf(found);
  const spoken = causes.map((diagnosis) => sayDiagnosis(diagnosis, language, lookup));
  return {
    address: found.address,
    status: statusOf(found),
    summary: summaryOf(found, spoken, language),
    complete: !found.interrupted,
    diagnoses: causes.map((diagnosis, i) => {
      const { cause, confidence, about, alternatives, probes } = diagnosis;
      const said = spoken[i];
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
  const lookup = lookupOf(found.sights);
  const spoken = causesOf(found).map((diagnosis) => sayDiagnosis(diagnosis, language, lookup));
  const [first, ...others] = spoken;
  const heading = (text: Text): readonly string[] => ["", inLanguage(text, language)];
  const item = (text: string): readonly string[] => indented(text, places, "    ", "  - ");
  const lines: string[] = [];
  if (found.interrupted) {
    const said = say(diagnoseWords.interrupted, language, { done: found.sights.length, all: found.expected });
    lines.push(...wrap(said, places), "");
  }
  lines.push(...wrap(summaryOf(found, spoken, language), places));
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

const ofEngine: Readonly<Record<string, { readonly text: Text }>> = engineFindings;

function badLine(sight: Sight, { comparisons }: Found, language: Language): string {
  const { probe, check, status, findings } = sight;
  const said = findings
    .filter(({ severity }) => severity !== "info")
    .map(({ code, data }) => {
      const declared = check.findings[code] ?? ofEngine[code];
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
