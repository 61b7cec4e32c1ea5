import type { Business, Probe } from "./probe.ts";
import type { Priority } from "./incident.ts";
import type { Sop } from "./sop.ts";
import type { Secret } from "./secret.ts";
import type { StatusPageSettings } from "./status-page.ts";
import type { Language, Text } from "./text.ts";

export interface Settings {
  /** IANA name. */
  readonly timezone: string;
  readonly language: Language;
  /** The company's name on pages and in alerts; default the first domain. */
  readonly company: string;
  readonly http: { readonly host: string; readonly port: number; readonly token: Secret | undefined };
  /** The address people reach the pages at, for links in alerts; default `http://host:port`. */
  readonly url: string;
  /** `ip:port` each; empty: the system's. */
  readonly dnsServers: readonly string[];
  /** Where name servers of zones listen; default 53. Other ports are of use on a single machine without the right to 53. */
  readonly authorityPort?: number | undefined;
  /** PEM texts of extra authorities. */
  readonly extraAuthorities: readonly string[];
  /** Ranges in CIDR form that count as public here. */
  readonly publicRanges: readonly string[];
  /** A SpamAssassin of the company's own, which is asked about probe mails that arrived. */
  readonly spamd?: { readonly host: string; readonly port: number } | undefined;
  /** For how long rows of runs and of closed hours are kept; days, transitions and incidents stay for ever. */
  readonly keep: { readonly observationsMs: number; readonly hoursMs: number };
  readonly selfTests: { readonly on: boolean; readonly egressTargets: readonly string[] };
  /** Absolute path of the data directory. */
  readonly data: string;
}

/** A channel as configured. `options` are parsed by the channel's schema. */
export interface ChannelConfig {
  readonly name: string;
  readonly type: string;
  readonly options: unknown;
  readonly from: string;
}

/** Which priorities go to which channels; every rule that fits counts. */
export interface AlertRule {
  readonly priorities: readonly Priority[];
  readonly channels: readonly string[];
}

export interface AssetSummary {
  readonly id: string;
  readonly kind: "domain" | "mailbox" | "route" | "endpoint" | "backup" | "subscription" | "monitor";
  readonly business: Business;
}

/** How a month that is over is told. */
export interface ReportPlan {
  /** Nobody is told where it is empty; the month is stored all the same. */
  readonly channels: readonly string[];
  /** Undefined: that of the settings. */
  readonly language: Language | undefined;
  /** When, by the clock on the wall: the day of the month after, and minutes since midnight. */
  readonly day: number;
  readonly minutes: number;
  /** The availability wanted, 0.999. */
  readonly target: number;
}

/** A configuration that was read, checked and planned: everything the daemon needs. */
export interface Plan {
  /** Absolute path; undefined for the demonstration. */
  readonly file: string | undefined;
  readonly settings: Settings;
  readonly assets: readonly AssetSummary[];
  readonly probes: readonly Probe[];
  readonly channels: readonly ChannelConfig[];
  readonly alerts: {
    readonly rules: readonly AlertRule[];
    /** Milliseconds between reminders, by priority; 0: none. */
    readonly remindMs: Readonly<Record<Priority, number>>;
  };
  readonly sops: readonly Sop[];
  readonly statusPage: StatusPageSettings;
  readonly report: ReportPlan;
  /**
   * Where the webhook steps of SOPs go, as channels that only they use, named `sop/<sop>/<step>`: addresses and keys stay out of
   * `sops`, which runs are stored with.
   */
  readonly sopHooks: readonly ChannelConfig[];
  /** The templates that SOPs are made from. */
  readonly sopTemplates: readonly string[];
  /** Hosts found by discovery and pinned, for `plan` to show. */
  readonly notes: readonly Text[];
}
