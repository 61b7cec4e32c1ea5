import type { Diagnosis } from "../model/cause.ts";
import type { FindingDeclaration } from "../model/check.ts";
import type { Transition } from "../model/incident.ts";
import type { Finding, Observation } from "../model/observation.ts";
import type { Status } from "../model/status.ts";
import type { Text } from "../model/text.ts";

/** All that an evidence pack tells: read, bounded and masked, and not yet in words. Times are milliseconds UTC. */
export interface EvidenceFacts {
  /** `M-1042`, or the id of a probe. */
  readonly subject: string;
  readonly company: string;
  readonly demonstration: boolean;
  /** IANA name. */
  readonly timezone: string;
  readonly now: number;
  readonly since: number;
  /** Undefined: it is not over. */
  readonly until: number | undefined;
  readonly diagnosis: Diagnosis | undefined;
  /** The first is what it is about; the others suffer with it. */
  readonly probes: readonly EvidenceProbe[];
  /** How many are affected besides those. */
  readonly moreProbes: number;
  readonly works: readonly WorkingProbe[];
  /** Their runs are counted in the last 24 h alone. */
  readonly worksAreOfLastDay: boolean;
  /** How many checks of other servers were well the whole time, and are not named. */
  readonly worksElsewhere: number;
  readonly observer: { readonly version: string; readonly host: string; readonly addresses: readonly string[] };
  /** Whose servers it is about, where that is known, and where its help is asked. */
  readonly provider: { readonly title: Text; readonly support: string | undefined } | undefined;
  /** What a provider is called, by the id of its preset. */
  readonly providers: (id: string) => Text | undefined;
  /** How a finding is declared, by the id of the check. */
  readonly declared: (check: string, code: string) => FindingDeclaration | undefined;
}

export interface EvidenceProbe {
  readonly id: string;
  readonly asset: string;
  readonly check: string;
  readonly title: Text;
  /** Undefined: it is no longer configured. */
  readonly target: string | undefined;
  readonly everyMs: number | undefined;
  readonly status: Status;
  /** The worst of what was found, as it is told. */
  readonly findings: readonly Finding[];
  /** Whole runs; the same object when it was one. `bad` false: nothing bad is kept, this is just the latest run. */
  readonly first: Observation | undefined;
  readonly last: Observation | undefined;
  readonly bad: boolean;
  readonly runs: Readonly<Record<Status, number>>;
  /** The latest, in order, and how many there are in all. */
  readonly transitions: readonly Transition[];
  readonly transitionCount: number;
  readonly mails: EvidenceMails | undefined;
}

export interface EvidenceMails {
  readonly from: string;
  readonly to: string;
  /** Own addresses that this sender's mail leaves from, as receivers have seen it. */
  readonly sendingAddresses: readonly string[];
  readonly mails: readonly {
    readonly messageId: string;
    readonly sentAt: number;
    readonly fate: "arrived" | "missing" | "underWay";
  }[];
}

export interface WorkingProbe {
  readonly asset: string;
  readonly title: Text;
  readonly target: string;
  readonly runs: number;
}
