import { alertWords } from "../i18n/alert-words.ts";
import { type Lookup, nameOf, sayDiagnosis } from "../i18n/diagnosis.ts";
import type { Cause, Clue, Diagnosis } from "../model/cause.ts";
import { partsOfId } from "../model/probe.ts";
import { type Language, say, withoutStop } from "../model/text.ts";

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
 * @param subjects the probes whose own findings the alert tells besides
 * @param isGrave somebody has to act: of what is slow it is not said what it might be
 */
export function causeWords(
  diagnosis: Diagnosis,
  about: {
    readonly language: Language;
    readonly lookup: Lookup;
    readonly main: string | undefined;
    readonly isWide: boolean;
    readonly isGrave: boolean;
    readonly subjects: ReadonlySet<string>;
  },
): CauseWords {
  const { language, lookup, main, isWide, isGrave, subjects } = about;
  const { cause, confidence, evidence } = diagnosis;
  const said = sayDiagnosis(diagnosis, language, lookup);
  const list = (items: readonly string[]): string => items.slice(0, maxAlternatives).join(say(alertWords.comma, language));
  const couldBe = cause === "unknown" ? alertWords.couldBe : alertWords.couldAlsoBe;
  const others = said.alternatives.length === 0 ? "" : say(couldBe, language, { list: list(said.alternatives) });
  if (cause === "unknown") {
    const out = diagnosis.ruledOut.map((one) => nameOf(one.cause, language));
    const without = out.length === 0 ? "" : say(alertWords.ruledOut, language, { list: list(out) });
    const open = say(alertWords.notProven, language);
    return {
      title: "",
      cause: others + without === "" || !isGrave ? "" : open + others + without,
      evidence: [],
      advice: "",
      who: "",
    };
  }
  const [first] = evidence;
  const isHeading = confidence === "high" && isWide;
  const who = said.actor;
  const isSaid =
    confidence === "high" && first?.kind === "found" && first.finding.code === main && isDeclared(first, cause, lookup);
  // What comparing shows, and what another probe found.
  const more = said.evidence.filter((_, index) => {
    const clue = evidence[index];
    return (
      clue !== undefined && (clue.kind === "compared" || (clue.finding.code !== main && (isHeading || !subjects.has(clue.probe))))
    );
  });
  if (isSaid) return { title: "", cause: "", evidence: [], advice: "", who };
  const sure =
    confidence === "high"
      ? said.title
      : say(alertWords.withConfidence, language, { what: said.title, confidence: said.confidence });
  const steps = said.steps.slice(0, 2).join(say(alertWords.semicolon, language));
  const title = isHeading ? said.title : "";
  return {
    title,
    cause: title === "" ? sure + (others === "" ? "" : say(alertWords.stop, language) + others) : "",
    evidence: more.slice(0, maxEvidence),
    advice: steps,
    who,
  };
}

/** The finding says the cause by itself. */
const isDeclared = (clue: Clue, cause: Cause, { finding }: Lookup): boolean =>
  clue.kind === "found" && finding(partsOfId(clue.probe).check, clue.finding.code)?.cause === cause;

/** What is diagnosed and what it rests on; without a diagnosis, what the finding says of itself. */
export function causeLines(
  { cause, isDetail, seenBy }: { readonly cause: string; readonly isDetail: boolean; readonly seenBy: string },
  known: CauseWords | undefined,
  language: Language,
): readonly string[] {
  const said = cause === "" ? "" : say(isDetail ? alertWords.detail : alertWords.cause, language, { what: cause });
  const isSaid = known === undefined || (known.cause === "" && known.title === "");
  if (isSaid) return [said, seenBy];
  const diagnosed = known.cause === "" ? "" : say(alertWords.cause, language, { what: known.cause });
  const own = cause === "" || known.title !== "" ? [] : [cause];
  const rests = [...own, ...known.evidence].slice(0, 2).map(withoutStop);
  const evidence = rests.join(say(alertWords.semicolon, language));
  return [diagnosed, evidence === "" ? seenBy : say(alertWords.evidence, language, { what: evidence })];
}

/** The next step, and whose it is. */
export function firstLine(what: string, who: string, language: Language): string {
  if (what === "") return "";
  return who === "" ? say(alertWords.first, language, { what }) : say(alertWords.firstBy, language, { what, who });
}
