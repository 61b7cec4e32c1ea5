import type { Data, Language } from "./text.ts";
import type { Json } from "./json.ts";
import type { MessageKind, Priority } from "./incident.ts";
import type { Status } from "./status.ts";

/**
 * One message about one turn of an incident, one step of an SOP or one report, rendered once, before any channel sees it, so that all channels say the same.
 * JSON-safe: it is stored in the outbox as it is.
 */
export interface Alert {
  /** The same for every try at sending it to one channel; `msg_` and 26 characters. */
  readonly id: string;
  /** What it is about: `M-1042`, `S-3`, `2026-10`. Messages about one thing arrive in order and are one conversation. */
  readonly about: string;
  /** The incident's number; 0 where it is about none. */
  readonly incident: number;
  readonly turn: MessageKind;
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
  /** Of an SOP: somebody has to act now, as when an incident opens. */
  readonly calls?: boolean;
  /** What a program may want to know besides (the body that a step of an SOP sends to another system). */
  readonly data?: Json;
  /** The whole, where mail is more than title and lines: a report. */
  readonly mail?: { readonly text: string; readonly html: string };
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
