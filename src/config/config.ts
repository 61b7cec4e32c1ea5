import type { z } from "zod";
import type { ChannelConfig, Plan, ReportPlan, Settings } from "../model/config.ts";
import type { Business } from "../model/probe.ts";
import type { Credential } from "../model/oauth.ts";
import type { Proxy } from "../model/proxy.ts";
import type { Sop } from "../model/sop.ts";
import type { Path } from "./diagnostics.ts";
import type { StatusPageSettings } from "../model/status-page.ts";
import type { SourceDocument } from "./document.ts";
import type { Blocklists } from "./domain-checks.ts";
import type { ForwardAsset } from "./forwards.ts";
import type { MailAddress } from "./names.ts";
import type { DirectoryAsset } from "./directories.ts";
import type { OwnServers } from "./own-servers.ts";
import type { Provider } from "./providers.ts";
import type { probeSchema } from "./schema.ts";

/** A file that was read and understood, before it is planned. Each thing keeps the path it was written at. */
export interface Config extends OwnServers {
  readonly source: SourceDocument;
  readonly settings: Settings;
  readonly domains: readonly DomainAsset[];
  readonly mailboxes: readonly MailboxAsset[];
  readonly routes: readonly RouteAsset[];
  readonly forwards: readonly ForwardAsset[];
  readonly endpoints: readonly EndpointAsset[];
  readonly directories: readonly DirectoryAsset[];
  readonly subscriptions: readonly SubscriptionAsset[];
  readonly backups: readonly BackupAsset[];
  readonly dnsbl: Blocklists;
  readonly channels: readonly ChannelConfig[];
  readonly alerts: Plan["alerts"];
  readonly sops: readonly ConfiguredSop[];
  readonly statusPage: StatusPageSettings;
  readonly report: ReportPlan;
  readonly probes: readonly ProbeOverride[];
}

/** An SOP with what runs must not hold: where its webhook steps go. */
export interface ConfiguredSop {
  readonly sop: Sop;
  readonly hooks: readonly ChannelConfig[];
  readonly template: string | undefined;
  readonly path: Path;
}

export interface Declared {
  readonly business: Business;
  /** Checks that are not wanted for it. */
  readonly off: readonly string[];
  readonly path: Path;
}

export interface DomainAsset extends Declared {
  readonly name: string;
  readonly receives: boolean;
  readonly sends: boolean;
  /** DKIM selectors in use. */
  readonly selectors: readonly string[];
  /** Own sending addresses besides those that SPF names. */
  readonly senders: readonly string[];
  /** Until when it is paid, by the registrar's invoice, `2027-03-31`. */
  readonly expires: string | undefined;
}

/** What the user says of a server; the rest comes from the provider or from DNS. */
export interface ServerWish {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly security?: "tls" | "starttls" | undefined;
  readonly fingerprint?: string | undefined;
}

export interface MailboxAsset extends Declared {
  readonly address: MailAddress;
  readonly login: string;
  readonly password: Credential;
  /** As the user says, or as the hosts show. */
  readonly provider: Provider | undefined;
  readonly imap: ServerWish;
  readonly smtp: ServerWish;
  /** Undefined: nobody asked for POP3 to be watched. */
  readonly pop3: ServerWish | undefined;
  /** Whether it is watched what becomes of its mail. */
  readonly activity: boolean;
  /** What both servers are reached through. */
  readonly proxy: Proxy | undefined;
  /** At another company: the far end of the round trips. */
  readonly partner: boolean;
}

export interface RouteAsset extends Declared {
  readonly from: MailAddress;
  readonly to: MailAddress;
  readonly everyMs: number | undefined;
  readonly lateAfterMs: number | undefined;
  readonly lostAfterMs: number | undefined;
  /** What shall become of its mails; left out: they are delivered. */
  readonly expect: "delivered" | "held" | "rejected" | "junk" | undefined;
  /** Bytes that are attached now and then. */
  readonly size: number | undefined;
  readonly sizeEveryMs: number | undefined;
}

export interface EndpointAsset extends Declared {
  readonly host: string;
  readonly port: number;
  readonly protocol: "tls" | "imap" | "smtp" | "pop3";
}

/** What is paid for, and who renews it. */
export interface SubscriptionAsset extends Pick<Declared, "business" | "path"> {
  readonly name: string;
  readonly what: string;
  /** Its last day, `2027-03-31`. */
  readonly ends: string;
  readonly owner: string;
  readonly seats: number | undefined;
  readonly note: string | undefined;
  /** Ids of the domains and mailboxes that stop without it. */
  readonly paysFor: readonly string[];
}

export interface BackupAsset extends Pick<Declared, "business" | "path"> {
  readonly name: string;
  /** As the check takes them. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** One entry of `probes`: its options are translated, not yet parsed. */
export interface ProbeOverride {
  readonly id: string;
  readonly words: z.output<typeof probeSchema>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly path: Path;
}

/** The most important of some labels. */
export const highest = (labels: readonly Business[]): Business =>
  (["critical", "normal", "low"] as const).find((label) => labels.includes(label)) ?? "normal";
