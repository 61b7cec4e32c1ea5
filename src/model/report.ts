import type { Language } from "./text.ts";

/** The look of a share of time or of a judgement. Each goes with a word or a mark, never alone. */
export type Tone = "ok" | "warning" | "critical" | "unknown";

/** What stands beside a colour where there is no room for a word. */
export const toneMarks: Readonly<Record<Tone, string>> = { ok: "●", warning: "▲", critical: "■", unknown: "○" };

/** A report in words of one language, before it is Markdown, a mail or a page. Nothing in it is escaped. */
export interface ReportDocument {
  readonly language: Language;
  readonly title: string;
  /** What the boss reads. */
  readonly lead: readonly string[];
  /** The headline rests on too little: it is written in grey. */
  readonly isScarce: boolean;
  readonly lights: readonly { readonly name: string; readonly text: string; readonly tone: Tone }[];
  /** What to do next, at most three. */
  readonly actions: { readonly title: string; readonly items: readonly string[] };
  readonly days: ReportDays;
  readonly year: ReportYear;
  readonly sections: readonly ReportSection[];
  /** Between a name and what it is: `: `, `：`. */
  readonly colon: string;
  /** `and {count} more`, where a list is cut. */
  readonly more: (count: number) => string;
}

export interface ReportDays {
  readonly title: string;
  /** In order; `tone` undefined: it has not come yet. */
  readonly days: readonly { readonly day: number; readonly tone: Tone | undefined; readonly text: string }[];
  /** Each tone and its word. */
  readonly legend: readonly { readonly tone: Tone; readonly text: string }[];
  /** The days on which something was, in words. */
  readonly notable: readonly string[];
}

export interface ReportYear {
  readonly title: string;
  /** Share from 0 to 1. */
  readonly target: number;
  readonly targetText: string;
  /** The value at which a bar begins, so that the months differ to the eye; the text says it. */
  readonly barFrom: number;
  /** In order, the month of the report last. `value` undefined: nothing is known. */
  readonly months: readonly {
    readonly name: string;
    readonly value: number | undefined;
    readonly text: string;
    readonly tone: Tone;
  }[];
}

export interface ReportSection {
  readonly title: string;
  readonly text?: string;
  readonly table?: ReportTable;
}

export interface ReportTable {
  readonly heads: readonly string[];
  readonly rows: readonly ReportRow[];
}

export interface ReportRow {
  readonly cells: readonly string[];
  readonly tone?: Tone;
  /** Says little: written in grey. */
  readonly isScarce?: boolean;
  /** Shares of time, in order. */
  readonly bar?: readonly { readonly tone: Tone; readonly share: number }[];
}

/** One version of a month that is stored for good. */
export interface FrozenMonth {
  /** `2026-10` */
  readonly month: string;
  readonly version: number;
  readonly madeAt: number;
  /** Of its canonical JSON, hexadecimal. */
  readonly sha256: string;
}

export interface StoredReport extends FrozenMonth {
  /** Canonical JSON. */
  readonly report: string;
}

export const reportFormats = ["html", "md", "json", "csv"] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** Monthly reports, as pages and commands see them. The disk is read: each call throws where it fails. */
export interface Reports {
  /** The latest first: those that are stored, and the running one without. */
  months(): readonly (Pick<FrozenMonth, "month"> & Partial<FrozenMonth>)[];
  /** Undefined: there is no such month. */
  document(month: string, language: Language): Promise<ReportDocument | undefined>;
  file(month: string, format: ReportFormat, language: Language): Promise<string | undefined>;
}
