import type { AssetSummary } from "./config.ts";
import type { AnyCheck, Confirm, Load, Measures, Question } from "./check.ts";
import type { ProviderSupport } from "./provider.ts";
import type { Severity } from "./status.ts";
import type { Text } from "./text.ts";

export type Business = "critical" | "normal" | "low";

/** One check with options, a schedule and a stable id, made from the configuration. */
export interface Probe {
  /** `asset/check`, lower case, A-labels; never depends on a DNS answer. */
  readonly id: string;
  readonly asset: string;
  readonly check: string;
  readonly target: string;
  /** Parsed by the check's schema. */
  readonly options: unknown;
  /** Why it cannot run yet, for a person (its mail server is not found yet). `options` are undefined then, every run is unknown. */
  readonly waiting?: Text;
  readonly everyMs: number;
  readonly deadlineMs: number;
  readonly confirm: Confirm;
  readonly measures: Measures;
  /** The operator's word on a finding's severity. */
  readonly severity: Readonly<Record<string, Severity>>;
  readonly business: Business;
  /** The question it answers, where that is another than its check's (a round trip to a partner is about sending). */
  readonly answers?: Question;
  /** False: it looks at a partner's mail alone, and says nothing of how the company's is. */
  readonly ours?: false;
  readonly load: Load;
  /** The id of its provider's preset: probes of one provider fail together. Of a route, the company's own end. */
  readonly provider?: string;
  /** What its preset adds to an advice. */
  readonly support?: ProviderSupport;
  /** Where it comes from, `mailvigil.yaml:12`. */
  readonly from: string;
}

/** Undefined for the own side, and for a check that is no longer there. */
export const questionOf = (probe: Pick<Probe, "answers">, check: Pick<AnyCheck, "answers"> | undefined): Question | undefined =>
  probe.answers ?? check?.answers;

/** The two parts of a probe id. The check has no slash, so the last one divides. */
export function partsOfId(id: string): { readonly asset: string; readonly check: string } {
  const slash = id.lastIndexOf("/");
  return { asset: id.slice(0, slash), check: id.slice(slash + 1) };
}

/** What an asset is called: a route as the way it goes, what has no address by its own name. The own side has a word for it. */
export const nameOfAsset = (id: string): string => id.replace("~", " → ").replace(/^(?:subscription|backup):/, "");

/** What an asset is, by the form of its id. */
export function kindOfAsset(id: string): AssetSummary["kind"] {
  if (id === "monitor") return "monitor";
  if (id.includes("~")) return "route";
  if (id.includes("@")) return "mailbox";
  if (id.startsWith("subscription:")) return "subscription";
  if (id.startsWith("backup:")) return "backup";
  return id.includes(":") ? "endpoint" : "domain";
}
