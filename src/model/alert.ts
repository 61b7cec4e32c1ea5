import type { Data, Language } from "./text.ts";
import type { Priority, Turn } from "./incident.ts";
import type { Status } from "./status.ts";

/**
 * One message about one turn of an incident, rendered once, before any channel sees it, so that all channels say the same.
 * JSON-safe: it is stored in the outbox as it is.
 */
export interface Alert {
  /** The same for every try at sending it to one channel; `msg_` and 26 characters. */
  readonly id: string;
  readonly incident: number;
  readonly turn: Turn;
  readonly priority: Priority;
  readonly at: number;
  readonly language: Language;
  /** The first line; it alone must be enough. */
  readonly title: string;
  /** One line for each question, without the title. */
  readonly lines: readonly string[];
  /** Where the incident can be seen and acknowledged; empty when no address is known. */
  readonly url: string;
  readonly demonstration: boolean;
  readonly probes: readonly AlertProbe[];
}

export interface AlertProbe {
  readonly probe: string;
  readonly asset: string;
  readonly check: string;
  readonly target: string;
  readonly status: Status;
  readonly findings: readonly {
    readonly code: string;
    readonly severity: string;
    readonly data: Data;
    readonly text: string;
    readonly advice: string;
  }[];
}
