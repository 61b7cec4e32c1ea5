import { nameOfAsset } from "../model/probe.ts";
import { inLanguage, type Language, say, type Text } from "../model/text.ts";
import type { Verdict, WithoutCause } from "../model/verdict.ts";
import { type Lookup, sayDiagnosis, type SpokenDiagnosis } from "./diagnosis.ts";

const otherwiseTexts: Readonly<Record<WithoutCause, Text>> = {
  held: {
    en: "The login of {account} was refused lately and is not tried again now, so that nobody locks the account; whether anything else is wrong is not known.",
    zh: "{account} 的登录最近被拒绝，为避免账号被锁定，现在不再尝试，因此无法判断是否还有其他故障。",
  },
  unnamed: {
    en: "{asset}: something is wrong, and what was seen does not tell why: {what}.",
    zh: "{asset}：有故障，但从现象看不出原因：{what}。",
  },
  "not-judged": {
    en: "{asset}: no fault was found, but not everything could be judged: {what}.",
    zh: "{asset}：没有发现故障，但有些项目无法判断：{what}。",
  },
  weak: {
    en: "{asset}: nothing was found that keeps anybody from mail. What should be mended all the same is among what was looked at.",
    zh: "{asset}：没有发现影响收发的故障。检查结果中列出的问题仍建议处理。",
  },
  works: {
    en: "{asset} works. Something else that it stands on is not in order: {what}.",
    zh: "{asset} 可以正常使用。但它所依赖的其他项目有问题：{what}。",
  },
  well: {
    en: "{asset}: nothing is wrong. Everything that was looked at works.",
    zh: "{asset}：没有发现故障，检查过的各项都正常。",
  },
};

export interface SpokenVerdict {
  /** One paragraph: the cause, the evidence, the next step; or why there is none. */
  readonly summary: string;
  /** One for each cause. */
  readonly causes: readonly SpokenDiagnosis[];
}

/** The paragraph that a person asked for. */
export function sayVerdict(
  verdict: Verdict,
  language: Language,
  lookup: Lookup & { readonly title: (check: string) => Text | undefined },
): SpokenVerdict {
  const causes = verdict.causes.map((diagnosis) => sayDiagnosis(diagnosis, language, lookup));
  const { otherwise, asset } = verdict;
  if (otherwise === undefined) return { summary: causes[0]?.paragraph ?? "", causes };
  const what =
    otherwise.kind === "works"
      ? causes.map(({ title }) => title)
      : otherwise.checks.map((check) => inLanguage(lookup.title(check) ?? { en: check, zh: check }, language));
  const between = otherwise.kind === "works" ? { en: "; ", zh: "；" } : { en: ", ", zh: "、" };
  const data = {
    asset: nameOfAsset(asset),
    account: otherwise.account ?? asset,
    what: what.join(inLanguage(between, language)),
  };
  return { summary: say(otherwiseTexts[otherwise.kind], language, data), causes };
}
