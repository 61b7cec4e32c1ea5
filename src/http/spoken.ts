import { engineFinding } from "../i18n/engine-findings.ts";
import { withProviderAdvice } from "../i18n/provider-advice.ts";
import { sayFinding } from "../i18n/reasons.ts";
import type { AnyCheck, FindingDeclaration } from "../model/check.ts";
import type { FindingView } from "../model/api.ts";
import type { Finding } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import { statusFacts, statusOfSeverity } from "../model/status.ts";
import type { Data, Text } from "../model/text.ts";

/** A code that nobody declares any more: an old observation of a check that has changed since. */
const undeclared = (code: string): Pick<FindingDeclaration, "text" | "advice" | "source"> => ({
  text: { en: code, zh: code },
  advice: { en: "Run the probe again; this was found by an older version.", zh: "请重新检查一次；这是旧版本留下的结论。" },
  source: "",
});

/** Whose finding it is, as far as its provider adds to the advice. */
type Speaker = Pick<Probe, "check" | "support">;

const advised = (advice: Text, finding: Finding, probe: Speaker | undefined): Text => {
  const filled = fillBoth(advice, finding.data);
  return {
    en: withProviderAdvice(filled.en, finding, probe, "en"),
    zh: withProviderAdvice(filled.zh, finding, probe, "zh-CN"),
  };
};

const fillBoth = (text: Text, data: Data): Text => ({
  en: sayFinding(text, "en", data),
  zh: sayFinding(text, "zh-CN", data),
});

const worseFirst = (a: Finding, b: Finding): number =>
  statusFacts[statusOfSeverity(b.severity)].rank - statusFacts[statusOfSeverity(a.severity)].rank;

/** Findings as a person reads them, the worst first: the texts of the check, else of the engine, filled with their data. */
export function speakFindings(
  check: AnyCheck | undefined,
  findings: readonly Finding[],
  probe?: Speaker,
): readonly FindingView[] {
  return findings.toSorted(worseFirst).map((finding) => {
    const declared: FindingDeclaration | undefined = check?.findings[finding.code] ?? engineFinding(finding.code);
    const { text, advice, source } = declared ?? undeclared(finding.code);
    return {
      code: finding.code,
      severity: finding.severity,
      data: finding.data,
      text: fillBoth(text, finding.data),
      advice: advised(advice, finding, probe),
      source,
    };
  });
}
