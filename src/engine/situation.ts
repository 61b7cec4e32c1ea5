import type { FindingDeclaration } from "../model/check.ts";
import type { Finding } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import type { Status } from "../model/status.ts";

/** What a diagnosis goes by of a probe: a `Probe` is one, and so is what a command has looked at once. */
interface SightProbe extends Pick<Probe, "id" | "asset" | "check" | "measures" | "target" | "business"> {
  readonly load: { readonly host?: string; readonly logins?: readonly { readonly account: string }[] };
  readonly ours?: false;
  /** The id of its provider's preset. */
  readonly provider?: string;
}

/** One probe as it was seen last, well or not. */
export interface Sight {
  readonly probe: SightProbe;
  readonly status: Status;
  readonly findings: readonly Finding[];
  /** Of the look, milliseconds UTC. */
  readonly at: number;
  /** The first look that found it so; left out: this one. */
  readonly since?: number | undefined;
  /** How its check declares the finding of a code. */
  readonly declared: (code: string) => Pick<FindingDeclaration, "cause" | "rejects" | "outage"> | undefined;
}

/** Something that changed lately, though nothing may be wrong with it now: records of a domain, its provider. */
export interface Change {
  readonly probe: string;
  readonly asset: string;
  readonly at: number;
  readonly finding: Finding;
}

/** All that a diagnosis rests on. */
export interface Situation {
  /** All probes, the well ones too: they rule out. At most one of each probe. */
  readonly sights: readonly Sight[];
  readonly now: number;
  readonly changes?: readonly Change[];
}
