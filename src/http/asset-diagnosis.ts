import type { AssetDiagnosis } from "../model/api.ts";
import type { Board } from "../model/board.ts";
import { sayVerdict } from "../i18n/verdict.ts";
import type { DiagnoseNow, Verdict } from "../model/verdict.ts";
import { viewDiagnosis } from "./views.ts";

/** What a person reads who asked for a diagnosis, in both languages. */
export function viewVerdict(board: Board, verdict: Verdict, progress: ReturnType<DiagnoseNow["progress"]>): AssetDiagnosis {
  const lookup: Parameters<typeof sayVerdict>[2] = {
    finding: (check, code) => board.check(check)?.findings[code],
    provider: (id) => board.provider?.(id),
    support: (id) => board.probes().find(({ provider }) => provider === id)?.support,
    title: (check) => board.check(check)?.title,
  };
  return {
    asset: verdict.asset,
    status: verdict.status,
    ...progress,
    summary: { en: sayVerdict(verdict, "en", lookup).summary, zh: sayVerdict(verdict, "zh-CN", lookup).summary },
    causes: verdict.causes.map((diagnosis) => viewDiagnosis(board, diagnosis)),
  };
}
