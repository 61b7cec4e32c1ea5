import type { Cause, Confidence } from "./cause.ts";
import type { MetricDeclaration, Question } from "./check.ts";
import type { AssetSummary } from "./config.ts";
import type { IncidentProbe, Priority } from "./incident.ts";
import type { SpokenFinding } from "./observation.ts";
import type { LatencyPoint, LetterWay, Standing } from "./past.ts";
import type { Business } from "./probe.ts";
import type { Status } from "./status.ts";
import type { Json } from "./json.ts";
import type { ManualStep, RunState, SopEntryKind, SopStep, StepState } from "./sop.ts";
import type { Language, Text } from "./text.ts";

/**
 * What `/api/v1` answers, and what the page is drawn from. Everything is JSON-safe: moments are milliseconds UTC, what is
 * not known is null, every text is there in both languages. Options of probes and channels are never part of an answer.
 */
export interface Overview {
  readonly company: string;
  readonly demonstration: boolean;
  /** What the installation speaks; the page prefers the reader's own choice. */
  readonly language: Language;
  /** IANA name; every time on the page is told in it. */
  readonly timezone: string;
  readonly now: number;
  readonly startedAt: number;
  readonly version: string;
  readonly sentence: SentenceFacts;
  /** All six, in their order. */
  readonly questions: readonly QuestionView[];
  /** The worst first. */
  readonly assets: readonly AssetView[];
  /** Open ones, the worst first, then those resolved within 24 h, the latest first. */
  readonly incidents: readonly IncidentView[];
  readonly channels: readonly ChannelView[];
  readonly troubles: readonly TroubleView[];
  /** Pages beside the dashboard that have something to show: each is at `/` and its name. */
  readonly pages: readonly PageName[];
}

export type PageName = "sop" | "report" | "status";

/** What the one sentence about the state of mail is made from. */
export interface SentenceFacts {
  /** The company's assets that are watched: those of the own side and of partners left out, here and below. */
  readonly assets: number;
  /** Of these, how many no observation exists of yet. */
  readonly waiting: number;
  /** What is broken, by cause. */
  readonly faults: number;
  /** One of them is grave (P1, P2) or keeps somebody from mail now: it cannot be said that mail works. */
  readonly interrupted: boolean;
  readonly warnings: number;
  /** Assets about which nothing could be found out. */
  readonly unknown: number;
  /** Assets that look worse than is confirmed. */
  readonly suspected: number;
  /** Questions of the service (receive, send, read) that every asset fails, and how many of these are mailboxes. */
  readonly down: readonly { readonly question: Question; readonly mailboxes: number }[];
  /** Our own network, resolver or clock is the trouble. */
  readonly blind: boolean;
  /** Nothing can be stored, so that all is as it was at the newest observation, then; null: all is well, or there is none. */
  readonly staleSince: number | null;
}

export interface QuestionView {
  readonly question: Question;
  /** Null: nothing that is watched answers it. */
  readonly status: Status | null;
  /** Assets by what they answer. */
  readonly counts: Readonly<Record<Status, number>>;
  /** The title of the check that answers worst, and whose it is; null while all is well. */
  readonly worst: { readonly asset: string; readonly title: Text } | null;
}

export interface AssetView {
  readonly id: string;
  readonly kind: AssetSummary["kind"];
  readonly business: Business;
  /** False for what belongs to a partner alone. */
  readonly ours: boolean;
  /** The worst of its probes, as confirmed. */
  readonly status: Status;
  /** The worst of the last observations; null before the first. */
  readonly observed: Status | null;
  /** Since when the status is what it is. */
  readonly since: number | null;
  /** The worst first. */
  readonly probes: readonly ProbeView[];
  /** The last 24 h, in order, without overlap. Where there is no bar nothing was watched. */
  readonly bars: readonly Bar[];
}

/** `[from, to)`. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly status: Status;
}

export interface ProbeView {
  readonly id: string;
  readonly check: string;
  readonly title: Text;
  readonly target: string;
  readonly question: Question | null;
  /** As confirmed and accounted. */
  readonly status: Status;
  /** By the last observation; null before the first. */
  readonly observed: Status | null;
  /** What was observed last differs from the confirmed status and waits for another look. */
  readonly unconfirmed: boolean;
  readonly flapping: boolean;
  readonly since: number | null;
  readonly lastAt: number | null;
  readonly nextAt: number | null;
  readonly everyMs: number;
  readonly durationMs: number | null;
  /** Of the last observation, the worst first. */
  readonly findings: readonly FindingView[];
  readonly metrics: readonly MetricView[];
}

export interface FindingView extends SpokenFinding {
  /** RFC and section, vendor page, or the reason. */
  readonly source: string;
}

export interface MetricView {
  readonly name: string;
  readonly label: Text;
  readonly unit: MetricDeclaration["unit"];
  readonly value: number;
}

/** One probe with the trail of its last run. */
export interface ProbeDetail extends ProbeView {
  readonly asset: string;
  /** Secrets masked, control characters made visible. */
  readonly evidence: readonly string[];
  /** The place in the configuration, `mailvigil.yaml:12`. */
  readonly from: string;
}

export interface IncidentView {
  readonly id: number;
  /** `M-1042`. */
  readonly name: string;
  readonly cause: string;
  readonly priority: Priority;
  readonly severity: "warning" | "critical";
  readonly openedAt: number;
  readonly resolvedAt: number | null;
  readonly unconfirmed: boolean;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedUntil: number | null;
  readonly probes: readonly IncidentProbeView[];
  /** What explains it; null before the first diagnosis. */
  readonly diagnosis: DiagnosisView | null;
  /** `M-12`: the older incident that it turned out to be a part of; null where it stands for itself. */
  readonly mergedInto: string | null;
  /** Runs of SOPs that answer it, those that ended too, the latest first. */
  readonly sops: readonly { readonly name: string; readonly title: Text; readonly state: RunState }[];
}

/** A diagnosis as a person reads it. Lists are in the order in which they are to be read. */
export interface DiagnosisView {
  readonly cause: Cause;
  readonly confidence: Confidence;
  /** One sentence without a full stop: what is wrong. */
  readonly title: Text;
  /** `likely` */
  readonly confidenceWord: Text;
  readonly evidence: readonly Text[];
  /** Names of causes that fit as well. */
  readonly alternatives: readonly Text[];
  /** Each with its reason. */
  readonly ruledOut: readonly Text[];
  /** From easy to hard. */
  readonly steps: readonly Text[];
  /** Who can mend it. */
  readonly actor: Text;
}

export interface IncidentProbeView extends Pick<IncidentProbe, "probe" | "joinedAt"> {
  readonly asset: string;
  readonly check: string;
  readonly title: Text;
  readonly leftAt: number | null;
  /** Now; where it is well or unknown now, when it joined or last got worse. The worst first. */
  readonly findings: readonly FindingView[];
}

export interface ChannelView {
  readonly name: string;
  readonly type: string;
  readonly brokenSince: number | null;
  readonly lastError: Text | null;
  readonly lastSentAt: number | null;
  /** Messages that could not be sent yet, and since when; 0 and null when none waits. */
  readonly waiting: number;
  readonly waitingSince: number | null;
}

export interface TroubleView extends Text {
  readonly code: string;
}

/** The one shape of every answer that is not 2xx. */
export interface ApiError {
  readonly error: { readonly code: string; readonly message: string };
}

/** `event: probe` of `/api/v1/events`: a run was stored. */
export interface ProbeEvent {
  readonly probe: string;
  readonly status: Status;
  readonly observed: Status;
  /** The codes of its findings and their data, to see whether they changed. */
  readonly findings: readonly { readonly code: string; readonly data: SpokenFinding["data"] }[];
  readonly at: number;
  readonly durationMs: number;
  readonly nextAt: number | null;
}

/** `event: incident`. */
export interface IncidentEvent {
  readonly id: number;
}

/** The body of `POST /api/v1/incidents/{id}/acknowledge`. */
export interface AcknowledgeRequest {
  /** Who. */
  readonly by: string;
  /** How long nobody else shall be reminded. */
  readonly minutes: number;
}

/** The answer of `POST /api/v1/assets/{asset}/diagnose`: all that bears on the asset is being looked at. */
export interface DiagnosisStarted {
  /** Ids of the probes that run; each reports by `event: probe`. */
  readonly probes: readonly string[];
  /** Of these, who has not reported yet. */
  readonly waiting: readonly string[];
  /** Milliseconds UTC; after that nobody is waited for. */
  readonly until: number;
}

/** `GET /api/v1/assets/{asset}/diagnosis`: what was seen last comes to. */
export interface AssetDiagnosis {
  readonly asset: string;
  /** Whether it works. */
  readonly status: Status;
  /** One paragraph: the cause, the evidence, the next step; or that there is none. */
  readonly summary: Text;
  /** Somebody has asked for it, and not everything has reported yet. */
  readonly running: boolean;
  /** Ids of probes that were asked for and have not reported, in time or at all. */
  readonly waiting: readonly string[];
  /** The nearest and gravest first. */
  readonly causes: readonly DiagnosisView[];
}

/** `GET /api/v1/sops`. */
export interface SopView {
  readonly name: string;
  readonly title: Text;
  readonly summary: Text;
  readonly priority: Priority;
  /** How many. */
  readonly steps: number;
  readonly hash: string;
}

/** `GET /api/v1/sops/runs`: those that go on, then those that ended within 30 days. Phone numbers are never part of it. */
export interface SopRunView {
  readonly id: number;
  /** `S-3`. */
  readonly name: string;
  readonly sop: string;
  readonly title: Text;
  readonly priority: Priority;
  readonly drill: boolean;
  readonly state: RunState;
  readonly incident: number | null;
  readonly begunBy: string;
  readonly proposedAt: number;
  readonly startedAt: number | null;
  readonly resolvedAt: number | null;
  readonly stableAt: number | null;
  readonly endedAt: number | null;
  readonly reason: string | null;
  readonly steps: readonly SopStepView[];
}

interface SopStepView {
  readonly id: string;
  readonly kind: SopStep["kind"];
  readonly text: Text;
  readonly who: { readonly title: Text; readonly people: readonly string[] } | null;
  /** What is asked of whoever does it. */
  readonly input: ManualStep["input"];
  readonly state: StepState;
  readonly readyAt: number | null;
  readonly dueAt: number | null;
  readonly escalations: number;
  readonly endedAt: number | null;
  readonly late: boolean;
  readonly by: string | null;
  /** What they answered. */
  readonly noted: Readonly<Record<string, string>>;
  readonly reason: string | null;
  readonly maybeRepeat: boolean;
  readonly simulated: boolean;
}

/** `GET /api/v1/sops/runs/{S-3}`, and what every action answers. */
export interface SopRunDetail extends SopRunView {
  readonly entries: readonly {
    readonly at: number;
    readonly actor: string;
    readonly kind: SopEntryKind;
    readonly step: string | null;
    readonly data: Json;
  }[];
}

/** How far back the page of an asset looks. */
export const pastWindows = ["24h", "7d", "30d", "90d"] as const;
export type PastWindow = (typeof pastWindows)[number];

/** `GET /api/v1/assets/{asset}/history?window=24h&check=imap-login`: what was. */
export interface AssetHistory {
  readonly asset: string;
  readonly window: PastWindow;
  /** Milliseconds UTC; `to` is now. */
  readonly from: number;
  readonly to: number;
  /** Those that measure a service taken together, as bad as the worst of them at each moment; null where none does. */
  readonly service: Standing | null;
  /** Those of a service first; at most 60. */
  readonly probes: readonly ProbeHistory[];
  /** How many probes are left out. */
  readonly omitted: number;
  /** How long it took: of the probe that was asked for, else of the first that ran; null where none did. At most 2000 points. */
  readonly latency: { readonly probe: string; readonly points: readonly LatencyPoint[] } | null;
  /** Of the past 90 days, the latest first; at most 100, and whether there are more. */
  readonly incidents: readonly PastIncident[];
  readonly moreIncidents: boolean;
  /** What the probes have learnt, by kind. */
  readonly facts: readonly { readonly kind: FactKind; readonly values: readonly KnownValue[] }[];
  /** Of each round trip whose last mail is known. */
  readonly ways: readonly (LetterWay & { readonly probe: string })[];
}

export interface ProbeHistory extends Standing {
  readonly probe: string;
  readonly title: Text;
  readonly target: string;
  /** It measures a service: what people do themselves. */
  readonly service: boolean;
}

/** What is shown of what was learnt of an asset. */
export const factKinds = ["dkim-selector", "sending-address"] as const;
export type FactKind = (typeof factKinds)[number];

interface KnownValue {
  readonly value: string;
  readonly lastSeen: number;
}

export interface PastIncident extends Pick<IncidentView, "id" | "name" | "priority" | "severity" | "openedAt" | "resolvedAt"> {
  /** What was wrong: the cause where one was found, else what was seen. */
  readonly title: Text;
  /** `M-12`: the older incident that it turned out to be a part of. */
  readonly mergedInto: string | null;
}
