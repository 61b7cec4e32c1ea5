import { humanDuration } from "../i18n/durations.ts";
import { type Lookup, sayDiagnosis } from "../i18n/diagnosis.ts";
import { evidenceHeads, evidenceWords as words, requestsByCause, requestSubjects, requestWords } from "../i18n/evidence.ts";
import { statusWords } from "../i18n/commands.ts";
import { engineFinding } from "../i18n/engine-findings.ts";
import { sayFinding } from "../i18n/reasons.ts";
import { zoneName } from "../i18n/times.ts";
import type { FindingDeclaration } from "../model/check.ts";
import { codeMarkdown, fencedMarkdown, plainMarkdown } from "../model/markdown.ts";
import type { Finding, Observation } from "../model/observation.ts";
import { nameOfAsset } from "../model/probe.ts";
import { type Data, inLanguage, type Language, languages, say, type Text } from "../model/text.ts";
import type { EvidenceFacts, EvidenceProbe } from "./evidence-facts.ts";
import { placesOf } from "./evidence-places.ts";

/** Of one run: its beginning and its end matter most. */
const headLines = 60;
const tailLines = 30;
const maxFindings = 5;
const maxNamed = 12;

/**
 * One Markdown for the provider's support, in both languages, section by section. Everything that came from the network or from a
 * person is told as text: it can end no block and make no link. Pure.
 */
export function renderEvidence(facts: EvidenceFacts): string {
  const spoken = { en: speak(facts, "en"), "zh-CN": speak(facts, "zh-CN") };
  const head: readonly string[] = [
    `# ${facts.subject} · ${both(words.pack)}`,
    ...languages.map((language) => plainMarkdown(say(words.made, language, { time: utc(facts.now), company: facts.company }))),
    ...(facts.demonstration ? [`**${both(words.demonstration)}**`] : []),
  ];
  const sections: readonly (readonly [keyof typeof evidenceHeads, readonly string[]])[] = [
    ["what", whatIsBroken(facts, spoken)],
    ["question", question(facts)],
    ["diagnosis", diagnosis(facts, spoken)],
    ["asked", addresses(facts)],
    ["transcripts", transcripts(facts)],
    ["mails", mails(facts)],
    ["history", history(facts)],
    ["works", works(facts)],
    ["from", observer(facts)],
  ];
  const told = sections.filter(([, blocks]) => blocks.length > 0);
  return `${[...head, ...told.flatMap(([name, blocks]) => [`## ${both(evidenceHeads[name])}`, ...blocks])].join("\n\n")}\n`;
}

const both = ({ en, zh }: Text): string => (en === zh ? en : `${en} · ${zh}`);
/** A sentence a language, below each other. */
const paragraphs = (text: Text, data: (language: Language) => Data = () => ({})): readonly string[] =>
  languages.map((language) => plainMarkdown(say(text, language, data(language))));
const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join("\n");
const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const table = (heads: readonly Text[], rows: readonly (readonly string[])[]): string =>
  [row(heads.map(both)), row(heads.map(() => "---")), ...rows.map(row)].join("\n");

/** `2026-11-22 10:00:05 UTC` */
const utc = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
/** `2026-11-22 18:00:05 UTC+8` */
function local(at: number, timezone: string): string {
  // Swedish writes dates as ISO 8601 does.
  const text = new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "medium" }).format(at);
  return `${text} ${zoneName(at, timezone)}`;
}

/** Both; at a company that keeps UTC, once. */
const moment = (at: number, timezone: string): string => {
  const there = local(at, timezone);
  return there === utc(at) ? there : `${utc(at)} (${there})`;
};

interface Spoken {
  /** What is broken, in one sentence without a full stop. */
  readonly sentence: string;
  /** What the failing check itself found, where the sentence is the cause. */
  readonly found: string | undefined;
  readonly diagnosis: ReturnType<typeof sayDiagnosis> | undefined;
  readonly finding: (probe: EvidenceProbe, finding: Finding) => string;
}

function speak(facts: EvidenceFacts, language: Language): Spoken {
  const lookup: Lookup = { finding: facts.declared, provider: facts.providers };
  const told = facts.diagnosis && sayDiagnosis(facts.diagnosis, language, lookup);
  const finding = ({ check }: EvidenceProbe, { code, data }: Finding): string => {
    const declared: FindingDeclaration | undefined = facts.declared(check, code) ?? engineFinding(code);
    return declared ? sayFinding(declared.text, language, data) : code;
  };
  const [chief] = facts.probes;
  const worst = chief?.findings[0];
  const said = (probe: EvidenceProbe): string =>
    worst === undefined
      ? say(words.nothingWrong, language, { asset: probe.asset, check: inLanguage(probe.title, language) })
      : withAsset(probe, finding(probe, worst), language);
  const isKnown = told !== undefined && facts.diagnosis?.cause !== "unknown" && told.title !== "";
  return {
    sentence: isKnown ? told.title : chief ? said(chief) : "",
    found: isKnown && chief && worst ? said(chief) : undefined,
    diagnosis: told,
    finding,
  };
}

type Languages = Readonly<Record<Language, Spoken>>;

function whatIsBroken(facts: EvidenceFacts, spoken: Languages): readonly string[] {
  const { since, until, now, timezone, probes, moreProbes } = facts;
  const length = languages.map((language) => humanDuration((until ?? now) - since, language)).join(" · ");
  const [chief] = probes;
  const named = probes.slice(0, maxNamed).map((probe) => `${codeMarkdown(probe.asset)} ${both(probe.title)}`);
  const unnamed = probes.length - named.length + moreProbes;
  const lines: readonly (readonly [Text, string])[] = [
    [words.since, moment(since, timezone)],
    [words.until, until === undefined ? both(words.lasting) : moment(until, timezone)],
    [words.duration, length],
    ...(chief ? [[words.seen, seen(chief)] as const] : []),
    ...(chief?.target === undefined ? [] : [[words.server, codeMarkdown(chief.target)] as const]),
    ...(facts.provider ? [[words.provider, providerOf(facts.provider)] as const] : []),
    [words.probes, [...named, ...(unnamed > 0 ? [both(filled(words.more, { count: unnamed }))] : [])].join("; ")],
  ];
  return [
    ...languages.flatMap((language) => {
      const { sentence, found } = spoken[language];
      const rest = found === undefined ? [] : [plainMarkdown(withStop(found, language))];
      return [`**${plainMarkdown(withStop(sentence, language))}**`, ...rest];
    }),
    list(lines.map(([name, said]) => `${both(name)}: ${said}`)),
  ];
}

const providerOf = ({ title, support }: NonNullable<EvidenceFacts["provider"]>): string =>
  `${plainMarkdown(both(title))}${support === undefined ? "" : ` (${plainMarkdown(both(filled(words.support, { support })))})`}`;

/** What names the asset itself need not be told whose it is. */
const withAsset = ({ asset }: EvidenceProbe, said: string, language: Language): string =>
  asset.split("~").every((part) => said.toLowerCase().includes(part.toLowerCase()))
    ? said
    : say(words.about, language, { asset: nameOfAsset(asset), said });

const filled = (text: Text, data: Data): Text => ({ en: say(text, "en", data), zh: say(text, "zh-CN", data) });

const withStop = (sentence: string, language: Language): string =>
  /[.。！？!?]$/.test(sentence) ? sentence : `${sentence}${language === "en" ? "." : "。"}`;

function seen({ runs, everyMs }: EvidenceProbe): string {
  const { ok, unknown } = runs;
  const bad = runs.warning + runs.critical;
  const all = ok + unknown + bad;
  const counted = filled(unknown > 0 ? words.runsUnclear : words.runs, { bad, all, unknown });
  if (everyMs === undefined) return both(counted);
  const every: Text = {
    en: say(words.every, "en", { every: humanDuration(everyMs, "en") }),
    zh: say(words.every, "zh-CN", { every: humanDuration(everyMs, "zh-CN") }),
  };
  return both({ en: `${counted.en}, ${every.en}`, zh: `${counted.zh}，${every.zh}` });
}

function question({ probes, since, until, diagnosis: known }: EvidenceFacts): readonly string[] {
  const [chief] = probes;
  if (chief === undefined) return [];
  const { asset, check, target, title } = chief;
  const subject = requestSubjects[check] ?? title;
  const special = requestsByCause[known?.cause ?? "unknown"];
  const ask = until === undefined ? requestWords.please : requestWords.pleaseOver;
  const data = (language: Language): Data => ({
    what: spaced(inLanguage(subject, language), language),
    asset: nameOfAsset(asset).replace(" → ", language === "en" ? " to " : " 发往 "),
    target: target ?? asset,
    since: utc(since),
    until: utc(until ?? since),
  });
  return languages.map((language) =>
    plainMarkdown(
      [
        say(ask, language, data(language)),
        ...(special ? [inLanguage(special, language)] : []),
        inLanguage(until === undefined ? requestWords.answerOpen : requestWords.answer, language),
      ].join(language === "en" ? " " : ""),
    ),
  );
}

/** Behind Chinese, a word in Latin letters stands apart. */
const spaced = (word: string, language: Language): string => (language === "zh-CN" && /^[\w]/.test(word) ? ` ${word}` : word);

function diagnosis(facts: EvidenceFacts, spoken: Languages): readonly string[] {
  return languages.flatMap((language) => {
    const { diagnosis: told, finding } = spoken[language];
    if (told === undefined || facts.diagnosis === undefined) {
      const found = facts.probes.flatMap((probe) =>
        probe.findings.slice(0, maxFindings).map((one) => withAsset(probe, finding(probe, one), language)),
      );
      const shown = [...new Set(found)].slice(0, maxNamed).map(plainMarkdown);
      return shown.length === 0 ? [] : [inLanguage(words.noDiagnosis, language), list(shown)];
    }
    const { alternatives } = told;
    const between = language === "en" ? ", " : "、";
    return [
      plainMarkdown(withStop(told.title, language)),
      plainMarkdown(say(words.sure, language, { confidence: told.confidence })),
      ...(told.evidence.length === 0 ? [] : [inLanguage(words.evidence, language), list(told.evidence.map(plainMarkdown))]),
      ...(alternatives.length === 0
        ? []
        : [plainMarkdown(say(words.alternatives, language, { list: alternatives.join(between) }))]),
      ...(told.ruledOut.length === 0 ? [] : [inLanguage(words.ruledOut, language), list(told.ruledOut.map(plainMarkdown))]),
    ];
  });
}

/** A run, once, however often it stands in the facts. */
const runsOf = (probe: EvidenceProbe): readonly Observation[] =>
  [probe.first, probe.last]
    .filter((run): run is Observation => run !== undefined)
    .filter((run, i, all) => all.indexOf(run) === i);

function addresses({ probes }: EvidenceFacts): readonly string[] {
  const rows = probes.flatMap((probe) =>
    runsOf(probe).flatMap((run) =>
      placesOf(run).map(({ address, port, family, tls, certificate }) => [
        codeMarkdown(address),
        String(port),
        family,
        tls ?? "-",
        certificate ? `${codeMarkdown(certificate.issuer)} ${codeMarkdown(certificate.sha256)}` : "-",
        utc(run.at).replace(" UTC", ""),
      ]),
    ),
  );
  const unique = [...new Map(rows.map((cells) => [cells.join(), cells])).values()];
  if (unique.length === 0) return probes.length === 0 ? [] : paragraphs(words.noAddress);
  const heads = [words.address, words.port, words.family, words.tls, words.certificate, words.inRun];
  return [table(heads, unique.slice(0, 40))];
}

function transcripts({ probes, timezone }: EvidenceFacts): readonly string[] {
  if (probes.length === 0) return [];
  return [
    ...paragraphs(words.masked),
    ...probes.flatMap((probe) => {
      const runs = runsOf(probe);
      return [
        `### ${codeMarkdown(probe.asset)} ${both(probe.title)}`,
        ...runs.flatMap((run, i) => {
          const time = moment(run.at, timezone);
          const only = probe.bad ? words.onlyRun : words.anyRun;
          const name = runs.length === 1 ? only : i === 0 ? words.firstRun : words.lastRun;
          return [
            plainMarkdown(both(filled(name, { time }))),
            ...(run.evidence.length === 0 ? paragraphs(words.noTrail) : [fencedMarkdown(bounded(run.evidence)).join("\n")]),
          ];
        }),
      ];
    }),
  ];
}

function bounded(lines: readonly string[]): readonly string[] {
  const left = lines.length - headLines - tailLines;
  if (left <= 0) return lines;
  return [...lines.slice(0, headLines), say(words.leftOut, "en", { count: left }), ...lines.slice(-tailLines)];
}

function mails({ probes }: EvidenceFacts): readonly string[] {
  return probes.flatMap(({ mails: sent }) => {
    if (sent === undefined || (sent.mails.length === 0 && sent.sendingAddresses.length === 0)) return [];
    const rows = sent.mails.map(({ messageId, sentAt, fate }) => [
      codeMarkdown(messageId),
      utc(sentAt).replace(" UTC", ""),
      both(words[fate]),
    ]);
    return [
      plainMarkdown(both(filled(words.route, { from: sent.from, to: sent.to }))),
      ...(rows.length === 0 ? [] : [table([words.messageId, words.sent, words.fate], rows)]),
      ...(sent.sendingAddresses.length === 0
        ? []
        : paragraphs(words.sendingAddress, () => ({ list: sent.sendingAddresses.join(", ") }))),
    ];
  });
}

function history({ probes, timezone }: EvidenceFacts): readonly string[] {
  return probes.flatMap((probe) => {
    const { transitions, transitionCount } = probe;
    const rows = transitions.map(({ at, from, to, confirmedAt }) => [
      utc(at).replace(" UTC", ""),
      local(at, timezone),
      both(statusWords[from]),
      both(statusWords[to]),
      utc(confirmedAt).replace(" UTC", ""),
    ]);
    return [
      `### ${codeMarkdown(probe.asset)} ${both(probe.title)}`,
      ...(transitionCount > transitions.length
        ? paragraphs(words.someShown, () => ({ all: transitionCount, shown: transitions.length }))
        : []),
      ...(rows.length === 0
        ? paragraphs(words.noHistory)
        : [table([words.time, words.local, words.from, words.to, words.confirmed], rows)]),
    ];
  });
}

function works({ works: well, worksElsewhere: elsewhere, worksAreOfLastDay: isLong, probes }: EvidenceFacts): readonly string[] {
  if (probes.length === 0) return [];
  const named = well.map(
    ({ asset, title, target, runs }) =>
      `${codeMarkdown(asset)} ${both(title)} (${codeMarkdown(target)}): ${both(filled(isLong ? words.wellRunsLately : words.wellRuns, { all: runs }))}`,
  );
  const items = [...named, ...(elsewhere > 0 ? [both(filled(words.worksElsewhere, { count: elsewhere }))] : [])];
  return items.length === 0 ? paragraphs(words.nothingWorks) : [list(items)];
}

function observer({ observer: { version, host, addresses: own }, timezone }: EvidenceFacts): readonly string[] {
  const items = [
    filled(words.version, { version, host }),
    ...(own.length === 0 ? [] : [filled(words.addresses, { list: own.join(", ") })]),
    filled(words.zone, { timezone }),
  ];
  return [list(items.map((item) => plainMarkdown(both(item))))];
}
