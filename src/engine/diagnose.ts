import type { Cause, Clue, Diagnosis } from "../model/cause.ts";
import type { Data } from "../model/text.ts";
import { found, sceneOf } from "./diagnose-compare.ts";
import type { Situation } from "./situation.ts";

/**
 * Names what the failing probes are explained by: the nearest layer that explains them first, what they have in common before what
 * each is alone. Pure; the order of the sights does not matter. A probe is in one diagnosis at most: those whose mail fails, and
 * those whose finding speaks for a cause. Weak records and dates to come are no failure and in none.
 */
export function diagnose(situation: Situation): readonly Diagnosis[] {
  const scene = sceneOf(situation);
  return scene.symptoms.map((symptom) => {
    const [cause = "unknown", ...alternatives] = symptom.fits;
    const about: Data = {
      ...(symptom.host === undefined ? {} : { host: symptom.host }),
      ...(symptom.account === undefined ? {} : { account: symptom.account }),
    };
    const evidence: readonly Clue[] = [found(symptom)];
    const named: Cause = alternatives.length > 0 ? "unknown" : cause;
    return {
      cause: named,
      confidence: named === "unknown" ? "low" : "medium",
      about,
      evidence,
      alternatives: named === "unknown" ? symptom.fits : [],
      ruledOut: [],
      probes: [symptom.sight.probe.id],
    };
  });
}
