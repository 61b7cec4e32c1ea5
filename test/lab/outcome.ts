import type { Cause, Confidence, Diagnosis } from "../../src/model/cause.ts";
import type { Fault } from "./fault.ts";
import type { ToolName, ToolResult } from "./tools.ts";

/** What a diagnosis said, as far as the tables go by it. */
export type Said = Pick<Diagnosis, "cause" | "confidence" | "alternatives" | "probes">;

/** What Mailvigil made of one fault. */
export interface Outcome {
  readonly fault: string;
  readonly said: readonly Said[];
  /** `probe: code severity` of all that was found and not well. */
  readonly found: readonly string[];
  readonly seconds: number;
  /** What other tools said of it, where they were asked. */
  readonly tools: Readonly<Partial<Record<ToolName, ToolResult>>>;
}

/**
 * `named`: a true cause stands as the cause of a diagnosis. `among`: it stands among the alternatives. `missed`: neither; `silent`:
 * there was no diagnosis at all.
 */
type Verdict = "named" | "among" | "missed" | "silent";

export interface Judged {
  readonly verdict: Verdict;
  /** The strongest confidence with which a true cause was named. */
  readonly confidence: Confidence | undefined;
  /** What was said besides, and is not so. */
  readonly wrong: readonly { readonly cause: Cause; readonly confidence: Confidence }[];
}

const strengths: readonly Confidence[] = ["low", "medium", "high"];

/** Compares what was said with what is broken. `unknown` is never wrong: it claims nothing. */
export function judge({ expect, second = [] }: Pick<Fault, "expect" | "second">, said: readonly Said[]): Judged {
  const isTrue = (cause: Cause): boolean => expect.includes(cause) || second.includes(cause);
  const right = said.filter(({ cause }) => isTrue(cause));
  const among = said.some(({ alternatives }) => alternatives.some(isTrue));
  return {
    verdict: right.length > 0 ? "named" : among ? "among" : said.length > 0 ? "missed" : "silent",
    confidence: strengths.findLast((strength) => right.some(({ confidence }) => confidence === strength)),
    wrong: said
      .filter(({ cause }) => !isTrue(cause) && cause !== "unknown")
      .map(({ cause, confidence }) => ({ cause, confidence })),
  };
}
