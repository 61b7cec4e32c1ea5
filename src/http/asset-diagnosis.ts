import type { Lookup, SpokenDiagnosis } from "../i18n/diagnosis.ts";
import { sayVerdict } from "../i18n/verdict.ts";
import type { AssetDiagnosis, SpokenCause } from "../model/api.ts";
import type { Board } from "../model/board.ts";
import type { Text } from "../model/text.ts";
import type { DiagnoseNow, Verdict } from "../model/verdict.ts";

/** What a person reads who asked for a diagnosis, in both languages. */
export function viewVerdict(board: Board, verdict: Verdict, progress: ReturnType<DiagnoseNow["progress"]>): AssetDiagnosis {
  const lookup: Lookup & { readonly title: (check: string) => Text | undefined } = {
    finding: (check, code) => board.check(check)?.findings[code],
    provider: (id) => board.provider?.(id),
    title: (check) => board.check(check)?.title,
  };
  const [en, zh] = [sayVerdict(verdict, "en", lookup), sayVerdict(verdict, "zh-CN", lookup)];
  return {
    asset: verdict.asset,
    status: verdict.status,
    ...progress,
    summary: { en: en.summary, zh: zh.summary },
    causes: verdict.causes.flatMap(({ cause }, i) => {
      const [inEnglish, inChinese] = [en.causes[i], zh.causes[i]];
      return inEnglish && inChinese ? [{ cause, en: causeOf(inEnglish), zh: causeOf(inChinese) }] : [];
    }),
  };
}

const causeOf = ({
  title,
  paragraph,
  confidence,
  evidence,
  alternatives,
  ruledOut,
  steps,
  actor,
}: SpokenDiagnosis): SpokenCause => ({
  title,
  paragraph,
  confidence,
  evidence,
  alternatives,
  ruledOut,
  steps,
  actor,
});
