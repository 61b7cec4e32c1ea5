import { alertWords } from "../i18n/alert-words.ts";
import { type Lookup, nameOf, sayDiagnosis } from "../i18n/diagnosis.ts";
import type { Diagnosis } from "../model/cause.ts";
import { type Language, say } from "../model/text.ts";

/** What an alert tells of a diagnosis; "" for what its own findings say as well. */
export interface CauseWords {
  /** In place of what the first finding says: for several assets that have a sure cause in common. */
  readonly title: string;
  readonly cause: string;
  readonly evidence: readonly string[];
  readonly advice: string;
  readonly who: string;
}

const maxAlternatives = 3;
const maxEvidence = 1;

/**
 * The lines about the cause. Where the finding that the title is made of says the cause itself, nothing is told twice.
 * @param main the code of that finding
 * @param isWide several assets are affected
 */
export function causeWords(
  diagnosis: Diagnosis,
  about: { readonly language: Language; readonly lookup: Lookup; readonly main: string | undefined; readonly isWide: boolean },
): CauseWords {
  const { language, lookup, main, isWide } = about;
  const { cause, confidence, evidence } = diagnosis;
  const said = sayDiagnosis(diagnosis, language, lookup);
  const list = (items: readonly string[]): string => items.slice(0, maxAlternatives).join(say(alertWords.comma, language));
  const others = said.alternatives.length === 0 ? "" : say(alertWords.couldBe, language, { list: list(said.alternatives) });
  if (cause === "unknown") {
    const out = diagnosis.ruledOut.map((one) => nameOf(one.cause, language));
    const without = out.length === 0 ? "" : say(alertWords.ruledOut, language, { list: list(out) });
    const open = say(alertWords.notProven, language);
    return { title: "", cause: others + without === "" ? "" : open + others + without, evidence: [], advice: "", who: "" };
  }
  const [first] = evidence;
  const who = said.actor;
  const isSaid = confidence === "high" && first?.kind === "found" && first.finding.code === main;
  // What comparing shows, and what another probe found.
  const more = said.evidence.filter((_, index) => {
    const clue = evidence[index];
    return clue !== undefined && (clue.kind === "compared" || clue.finding.code !== main);
  });
  if (isSaid) return { title: "", cause: "", evidence: [], advice: "", who };
  const sure =
    confidence === "high"
      ? said.title
      : say(alertWords.withConfidence, language, { what: said.title, confidence: said.confidence });
  const steps = said.steps.slice(0, 2).join(say(alertWords.semicolon, language));
  const title = confidence === "high" && isWide ? said.title : "";
  return {
    title,
    cause: title === "" ? sure + (others === "" ? "" : say(alertWords.stop, language) + others) : "",
    evidence: more.slice(0, maxEvidence),
    advice: steps,
    who,
  };
}
