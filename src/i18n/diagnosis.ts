import type { Actor, Cause, Clue, Confidence, Diagnosis } from "../model/cause.ts";
import type { FindingDeclaration } from "../model/check.ts";
import { nameOfAsset, partsOfId } from "../model/probe.ts";
import type { ProviderSupport } from "../model/provider.ts";
import { type Data, fill, inLanguage, type Language, say, type Text, withoutStop } from "../model/text.ts";
import { causeSteps, oneAccountSteps } from "./cause-steps.ts";
import { actorWords, causeWording, confidenceWords } from "./causes.ts";
import { clueTexts } from "./clues.ts";
import { engineFinding } from "./engine-findings.ts";
import { providerHelp } from "./provider-advice.ts";
import { sayFinding, spaced } from "./reasons.ts";

/** Where the words of a diagnosis come from that it does not hold itself. */
export interface Lookup {
  /** The declaration of a finding, by the id of the check. */
  readonly finding: (check: string, code: string) => Pick<FindingDeclaration, "text" | "advice" | "cause"> | undefined;
  /** What a provider is called, by the id of its preset. */
  readonly provider?: (id: string) => Text | undefined;
  /** What its preset knows for a person who has trouble there. */
  readonly support?: (id: string) => ProviderSupport | undefined;
}

/** A diagnosis as a person reads it, in one language. */
export interface SpokenDiagnosis {
  /** One sentence without a full stop: what is wrong. */
  readonly title: string;
  /** Cause, how sure, what speaks for it, the next step and who takes it. */
  readonly paragraph: string;
  /** `likely` */
  readonly confidence: string;
  /** One clause each, the strongest first. */
  readonly evidence: readonly string[];
  /** Names of causes that fit as well. */
  readonly alternatives: readonly string[];
  /** `Own network: another mail service answers` */
  readonly ruledOut: readonly string[];
  /** From easy to hard, without full stops. */
  readonly steps: readonly string[];
  /** Who can mend it. */
  readonly actor: string;
}

const words = {
  because: { en: "{title} ({confidence}).", zh: "{title}（{confidence}）。" },
  sure: { en: "{title}.", zh: "{title}。" },
  evidence: { en: "It rests on this: {list}.", zh: "依据：{list}。" },
  alternatives: { en: "It could also be: {list}.", zh: "也可能是：{list}。" },
  ruledOut: { en: "Ruled out: {list}.", zh: "已排除：{list}。" },
  next: { en: "Next: {step} ({actor}).", zh: "下一步：{step}（{actor}）。" },
  reason: { en: "{cause}: {because}", zh: "{cause}：{because}" },
  seen: { en: "{asset}: {said}", zh: "{asset}：{said}" },
  comma: { en: ", ", zh: "、" },
  semicolon: { en: "; ", zh: "；" },
} as const satisfies Record<string, Text>;

/** The findings whose advice a preset adds the same to as to the steps of a cause. */
const helpedAs: Readonly<Partial<Record<Cause, string>>> = {
  "client-access-off": "login-refused",
  "password-rejected": "login-rejected",
  "permission-removed": "login-not-authorized",
  "account-locked": "account-locked",
  "rate-limit": "login-limited",
  "provider-outage": "login-unavailable",
};

const place = /\{([a-zA-Z][a-zA-Z0-9]*)\}/g;

const isFilled = (text: Text, data: Data): boolean =>
  [...text.en.matchAll(place)].every(([, name = ""]) => data[name] !== undefined && data[name] !== "");

/** The first that says nothing of what is not known. */
const bestOf = (texts: readonly Text[], data: Data): Text | undefined => texts.find((text) => isFilled(text, data));

/** Tells a diagnosis: alerts, pages, commands and the evidence pack say the same. Pure. */
export function sayDiagnosis(diagnosis: Diagnosis, language: Language, lookup: Lookup): SpokenDiagnosis {
  const { cause, confidence } = diagnosis;
  const data = { ...named(diagnosis.about, language, lookup), ...pageOf(diagnosis) };
  const statement = bestOf(causeWording[cause].statements, data);
  const title = statement === undefined ? "" : filled(statement, language, data);
  const isOne = cause === "server-down" && data["account"] !== undefined;
  const general = (isOne ? oneAccountSteps : causeSteps[cause]).filter((step) => isFilled(step, data));
  const own = isOne ? undefined : ownAdvice(diagnosis, lookup);
  const common = own === undefined ? general : general.filter((step) => !isSaidBy(own, step)).slice(0, mostBesideOwn);
  const id = diagnosis.about["provider"];
  const support = typeof id === "string" ? lookup.support?.(id) : undefined;
  const steps = [
    ...(own === undefined ? [] : [shortened(sayFinding(own.advice, language, own.data), language)]),
    ...common.map((step) => filled(step, language, data)),
    ...providerHelp(helpedAs[cause] ?? "", support, language),
  ];
  const evidence = unique(diagnosis.evidence.map((clue) => sayClue(clue, language, lookup)));
  const alternatives = diagnosis.alternatives.map((one) => nameOf(one, language));
  const ruledOut = diagnosis.ruledOut.map(({ cause: other, because }) =>
    say(words.reason, language, { cause: nameOf(other, language), because: within(sayClue(because, language, lookup)) }),
  );
  const actor = say(actorWords[actorOf(diagnosis)], language);
  const [step] = steps;
  const list = (items: readonly string[], between: Text): string => items.join(inLanguage(between, language));
  const parts = [
    confidence === "high" || cause === "unknown"
      ? say(words.sure, language, { title })
      : say(words.because, language, { title, confidence: confidenceOf(confidence, language) }),
    evidence.length === 0 ? "" : say(words.evidence, language, { list: list(evidence.slice(0, 3).map(within), words.semicolon) }),
    alternatives.length === 0 ? "" : say(words.alternatives, language, { list: list(alternatives, words.comma) }),
    cause === "unknown" && ruledOut.length > 0
      ? say(words.ruledOut, language, {
          list: list(
            diagnosis.ruledOut.map((one) => nameOf(one.cause, language)),
            words.comma,
          ),
        })
      : "",
    step === undefined ? "" : say(words.next, language, { step, actor }),
  ];
  return {
    title,
    paragraph: parts.filter((part) => part !== "").join(language === "en" ? " " : ""),
    confidence: confidenceOf(confidence, language),
    evidence,
    alternatives,
    ruledOut,
    steps,
    actor,
  };
}

/** With the advice of a finding before them, so many steps that hold for every such cause are enough. */
const mostBesideOwn = 3;

interface OwnAdvice {
  readonly advice: Text;
  readonly data: Data;
}

/** What the strongest finding advises that by itself says this very cause: it knows more than what holds for all such causes. */
function ownAdvice({ cause, evidence }: Diagnosis, lookup: Lookup): OwnAdvice | undefined {
  for (const clue of evidence) {
    if (clue.kind !== "found") continue;
    const { code, data } = clue.finding;
    const declared = lookup.finding(partsOfId(clue.probe).check, code) ?? engineFinding(code);
    if (declared?.cause !== cause || !("advice" in declared)) continue;
    if (declared.advice.en !== "" && isFilled(declared.advice, data)) return { advice: declared.advice, data };
  }
  return undefined;
}

/** Decided by the English words, so that both languages have the same steps. */
function isSaidBy({ advice, data }: OwnAdvice, step: Text): boolean {
  const said = wordsOf(fill(advice.en, data));
  const here = [...wordsOf(step.en)];
  return here.length > 0 && here.filter((word) => said.has(word)).length >= mostlySaid * here.length;
}
const mostlySaid = 0.55;
const wordsOf = (text: string): ReadonlySet<string> =>
  new Set(
    text
      .toLowerCase()
      .match(/[a-z]{4,}/g)
      ?.map((word) => word.replace(/s$/, "")),
  );

/** Characters of a step, Chinese ones telling about twice as much. */
const longest: Readonly<Record<Language, number>> = { en: 220, "zh-CN": 110 };

/** Its first sentences that are short enough together, at least one, without the last full stop. */
function shortened(advice: string, language: Language): string {
  const sentences =
    advice
      .replaceAll(/\s+/g, " ")
      .trim()
      .match(/.+?(?:[.!?](?= |$)|[。！？]|$)/g) ?? [];
  let said = "";
  for (const sentence of sentences) {
    if (said !== "" && said.length + sentence.length > longest[language]) break;
    said += sentence;
  }
  return withoutStop(said.trim());
}

export const nameOf = (cause: Cause, language: Language): string => say(causeWording[cause].name, language);

const confidenceOf = (confidence: Confidence, language: Language): string => say(confidenceWords[confidence], language);

/** What stands on a provider's machines is mended there. */
export function actorOf({ cause, about }: Pick<Diagnosis, "cause" | "about">): Actor {
  const onTheirs = cause === "server-down" || cause === "certificate" || cause === "settings-changed" || cause === "queue-stuck";
  return onTheirs && about["provider"] !== undefined ? "provider" : causeWording[cause].actor;
}

const named = (about: Data, language: Language, { provider }: Lookup): Data => {
  const id = about["provider"];
  const title = typeof id === "string" ? provider?.(id) : undefined;
  return title === undefined ? about : { ...about, provider: inLanguage(title, language) };
};

/** Where nothing but webmail fails, browsers are spoken of and not mail programs. */
function pageOf({ about, probes }: Diagnosis): Data {
  const { host } = about;
  return host !== undefined && probes.every((id) => partsOfId(id).check === "webmail-login-page") ? { page: host } : {};
}

const ofClues: Readonly<Record<string, Text>> = clueTexts;

function sayClue(clue: Clue, language: Language, lookup: Lookup): string {
  if (clue.kind === "compared") {
    const text = ofClues[clue.code];
    return text === undefined ? clue.code : filled(text, language, enumerated(named(clue.data, language, lookup), language));
  }
  const { asset, check } = partsOfId(clue.probe);
  const { code, data } = clue.finding;
  const declared = lookup.finding(check, code) ?? engineFinding(code);
  const said = declared === undefined ? code : withoutStop(sayFinding(declared.text, language, data).replace(/\s+/g, " ").trim());
  const isNamed =
    asset === "monitor" ||
    nameOfAsset(asset)
      .split(/ → |:/)
      .every((part) => said.toLowerCase().includes(part.toLowerCase()));
  return isNamed ? said : say(words.seen, language, { asset: nameOfAsset(asset), said });
}

/** In Chinese no space stands around a name that is Chinese. */
const filled = (text: Text, language: Language, data: Data): string =>
  language === "en" ? fill(text.en, data) : fill(spaced(text.zh, data), data);

/** Lists are kept as `a, b`. */
const enumerated = (data: Data, language: Language): Data => {
  const list = data["list"];
  return language === "en" || typeof list !== "string"
    ? data
    : { ...data, list: list.replaceAll(", ", "、").replace(/ \+(\d+)$/, " 及另外 $1 个") };
};

/** Behind a colon a sentence goes on in small letters, unless it begins with a name. */
const within = (clause: string): string =>
  /^(Mailvigil|Port|DNS|TLS)\b/.test(clause) || !/^[A-Z][a-z]* /.test(clause)
    ? clause
    : clause.charAt(0).toLowerCase() + clause.slice(1);

const unique = (items: readonly string[]): readonly string[] => [...new Set(items)];
