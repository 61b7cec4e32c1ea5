import { causeWording } from "../../src/i18n/causes.ts";
import { type Cause, causes, type Confidence } from "../../src/model/cause.ts";
import { inLanguage, type Language, type Text } from "../../src/model/text.ts";
import type { Fault } from "./fault.ts";
import { allFaults, doubleFaults, singleFaults } from "./faults.ts";
import { judge, type Judged, type Outcome, type Said } from "./outcome.ts";

const words = {
  title: { en: "What a diagnosis makes of each fault", zh: "每种故障的诊断结果" },
  about: {
    en: "Each fault was made on real servers (Dovecot and Postfix, Cyrus and Exim) in a network of their own; then everything that bears on the mailbox was looked at once, as `mailvigil diagnose ADDRESS` does, and what was seen was diagnosed. Nothing here is typed by hand: `npm run faults` writes this page, and a test makes all faults again and fails where this page says otherwise. `test/lab/faults.ts` has the faults.",
    zh: "每种故障都在真实的服务器（Dovecot 与 Postfix、Cyrus 与 Exim）上制造，它们在独立的网络中运行；然后像 `mailvigil diagnose 邮箱地址` 那样，把与该邮箱有关的一切查看一遍，再作诊断。本页没有手写的内容：由 `npm run faults` 生成，测试会重新制造全部故障，与本页不符即失败。故障的定义在 `test/lab/faults.ts`。",
  },
  rule: {
    en: "**named**: a true cause is the cause of a diagnosis. **among**: it is one of the alternatives that a diagnosis names. **missed**: neither. **silent**: there is no diagnosis. *Besides* is what was said as well and is not so; with “sure” it would be the worst that a diagnosis can do.",
    zh: "**说中**：诊断给出的原因就是真实原因。**在列**：真实原因在诊断列出的其他可能之中。**未中**：两者都不是。**无声**：没有诊断。「另外说了」是同时说出但并非事实的原因；若还说「确定」，就是诊断最严重的错误。",
  },
  singles: { en: "One fault at a time", zh: "单一故障" },
  doubles: { en: "Two faults at a time", zh: "两个故障同时发生" },
  doublesAbout: {
    en: "One fault may hide the other: it counts as named when one of the two is.",
    zh: "一个故障可能掩盖另一个，说中其中之一即算说中。",
  },
  confusion: { en: "What each cause was taken for", zh: "各原因被诊断成什么" },
  fault: { en: "fault", zh: "故障" },
  truth: { en: "what it is", zh: "真实原因" },
  said: { en: "what was said", zh: "诊断" },
  verdict: { en: "verdict", zh: "结果" },
  besides: { en: "besides", zh: "另外说了" },
  faults: { en: "faults", zh: "故障数" },
  taken: { en: "taken for", zh: "被诊断为" },
  or: { en: " or ", zh: " 或 " },
  and: { en: " and ", zh: " 和 " },
  sum: {
    en: "{named} of {all} named, {among} among the alternatives, {missed} missed, {silent} silent; {high} wrong causes said with “sure”.",
    zh: "共 {all} 种：说中 {named}，在列 {among}，未中 {missed}，无声 {silent}；说「确定」却说错的有 {high} 个。",
  },
  named: { en: "named", zh: "说中" },
  among: { en: "among", zh: "在列" },
  missed: { en: "missed", zh: "未中" },
  silent: { en: "silent", zh: "无声" },
  high: { en: "sure", zh: "确定" },
  medium: { en: "likely", zh: "较可能" },
  low: { en: "a guess", zh: "推测" },
  bracket: { en: " ({text})", zh: "（{text}）" },
  semicolon: { en: "; ", zh: "；" },
  comma: { en: ", ", zh: "、" },
} satisfies Record<string, Text>;

interface Row {
  readonly fault: Fault;
  readonly outcome: Outcome;
  readonly judged: Judged;
}

/** `docs/diagnosis.md`, of all faults; without times, so that it is the same whenever the same was found. */
export function diagnosisPage(outcomes: readonly Outcome[], language: Language): string {
  const say = (text: Text): string => inLanguage(text, language);
  const rows = allFaults.flatMap((fault): Row[] => {
    const outcome = outcomes.find((one) => one.fault === fault.id);
    return outcome ? [{ fault, outcome, judged: judge(fault, outcome.said) }] : [];
  });
  const of = (some: readonly Fault[]): readonly Row[] => rows.filter(({ fault }) => some.includes(fault));
  return [
    `# ${say(words.title)}`,
    say(words.about),
    say(words.rule),
    `## ${say(words.singles)}`,
    sums(of(singleFaults), language),
    table(of(singleFaults), language),
    `## ${say(words.doubles)}`,
    say(words.doublesAbout),
    sums(of(doubleFaults), language),
    table(of(doubleFaults), language),
    `## ${say(words.confusion)}`,
    confusion(of(singleFaults), language),
    "",
  ].join("\n\n");
}

function sums(rows: readonly { readonly judged: Judged }[], language: Language): string {
  const count = (verdict: Judged["verdict"]): number => rows.filter(({ judged }) => judged.verdict === verdict).length;
  const numbers: Readonly<Record<string, number>> = {
    all: rows.length,
    named: count("named"),
    among: count("among"),
    missed: count("missed"),
    silent: count("silent"),
    high: rows.flatMap(({ judged }) => judged.wrong).filter(({ confidence }) => confidence === "high").length,
  };
  return inLanguage(words.sum, language).replaceAll(/\{(\w+)\}/g, (_all, key: string) => String(numbers[key]));
}

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const nameOf = (cause: Cause, language: Language): string => inLanguage(causeWording[cause].name, language);

function table(rows: readonly Row[], language: Language): string {
  const say = (text: Text): string => inLanguage(text, language);
  const names = (some: readonly Cause[]): string => some.map((cause) => nameOf(cause, language)).join(say(words.or));
  const sure = (cause: Cause, confidence: Confidence): string =>
    nameOf(cause, language) + say(words.bracket).replace("{text}", say(words[confidence]));
  const heads = [words.fault, words.truth, words.said, words.verdict, words.besides].map(say);
  return [
    line(heads),
    line(heads.map(() => "---")),
    ...rows.map(({ fault, outcome, judged }) => {
      const truth = [fault.expect, ...(fault.second ? [fault.second] : [])].map(names).join(say(words.and));
      const wrong = distinct(judged.wrong.map(({ cause, confidence }) => sure(cause, confidence)));
      const right = outcome.said.filter(({ cause }) => !judged.wrong.some((one) => one.cause === cause));
      const said = distinct(right.map((one) => spoken(one, { sure, names, or: say(words.or) })));
      return line([
        `${say(fault.title)} \`${fault.id}\``,
        truth,
        said.join(say(words.semicolon)) || "—",
        say(words[judged.verdict]),
        wrong.join(say(words.semicolon)) || "—",
      ]);
    }),
  ].join("\n");
}

interface Speech {
  readonly sure: (cause: Cause, confidence: Confidence) => string;
  readonly names: (some: readonly Cause[]) => string;
  readonly or: string;
}

const spoken = ({ cause, confidence, alternatives }: Said, { sure, names, or }: Speech): string =>
  alternatives.length === 0 ? sure(cause, confidence) : `${sure(cause, confidence)}${or}${names(alternatives)}`;

/** In a fixed order: which probe was looked at first says nothing. */
const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].toSorted();

/** True cause by said cause, as a list for each: a square of 28 causes would be mostly empty. */
function confusion(rows: readonly Row[], language: Language): string {
  const say = (text: Text): string => inLanguage(text, language);
  const heads = [words.truth, words.faults, words.taken].map(say);
  const lines = causes.flatMap((cause) => {
    const here = rows.filter(({ fault }) => fault.expect[0] === cause);
    if (here.length === 0) return [];
    const counts = new Map<Cause | "silent", number>();
    for (const { outcome } of here) {
      const said = new Set(outcome.said.map((one) => one.cause));
      for (const one of said.size === 0 ? (["silent"] as const) : said) counts.set(one, (counts.get(one) ?? 0) + 1);
    }
    const taken = [...counts]
      .toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
      .map(([one, n]) => `${one === "silent" ? say(words.silent) : nameOf(one, language)} ${n}`);
    return [line([nameOf(cause, language), String(here.length), taken.join(say(words.comma))])];
  });
  return [line(heads), line(heads.map(() => "---")), ...lines].join("\n");
}
