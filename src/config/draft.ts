import type { Question } from "../model/check.ts";
import type { Business } from "../model/probe.ts";
import type { Text } from "../model/text.ts";
import type { Path } from "./diagnostics.ts";

/** A probe as it follows from an asset, before its options are parsed and overridden. */
export interface Draft {
  readonly asset: string;
  readonly check: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Why it cannot run yet. */
  readonly waiting?: Text;
  readonly everyMs?: number | undefined;
  readonly business: Business;
  readonly answers?: Question;
  readonly ours?: false;
  /** The id of the preset. */
  readonly provider?: string;
  readonly path: Path;
}
