import type { Account, Span } from "./account.ts";
import type { Incident } from "./incident.ts";
import type { Text } from "./text.ts";

/** What the configuration says of the status page. */
export interface StatusPageSettings {
  /** Whoever reaches the page may read it, without the token. */
  readonly public: boolean;
  /** Whose mail it is; undefined where nobody said: the default name of a company is its domain. */
  readonly title: Text | undefined;
  /** Groups of its own, beside receiving, sending and reading mail. */
  readonly components: readonly {
    readonly name: Text;
    /** Ids of domains, mailboxes and endpoints. */
    readonly assets: readonly string[];
  }[];
}

/** What the page needs of the past; asked for at the first look and once a day, never for each request. */
export interface StatusPast {
  /** How each probe stood on each day, of the zone, that the window touches. Before a probe was first seen all is unknown. */
  days(probes: readonly string[], window: Span, timezone: string): ReadonlyMap<string, readonly (Account & Span)[]>;
  /** Those that were open at some moment since then. */
  incidents(since: number): readonly Incident[];
}

/** What colleagues call the parts of mail that the page is about. */
export const statusParts = ["receive", "send", "read"] as const;
export type StatusPart = (typeof statusParts)[number];

/** `unsure`: nothing is known; never told as well, nor as broken. */
export type ComponentState = "works" | "partly" | "down" | "unsure";

/** What a fault rests on in words that tell nobody how to use it. */
export type GeneralCause = "watching" | "domain" | "way" | "service" | "setting" | "account" | "space" | "refused" | "delay";

/** One day of one component, or what there is of today. */
export interface StatusDay extends Span {
  /** Milliseconds, summed over its probes; undefined: nobody watched. */
  readonly account: Account | undefined;
}

export interface StatusComponent {
  /** A part of mail, or a name from the configuration. */
  readonly name: StatusPart | Text;
  readonly state: ComponentState;
  /** It works as far as can be seen: some of it could not be judged. */
  readonly isPartial: boolean;
  readonly since: number | undefined;
  /** The oldest first; the last one is today. */
  readonly days: readonly StatusDay[];
  /** Of all the days; `value` undefined: nothing is known. */
  readonly availability: {
    readonly value: number | undefined;
    readonly low: number;
    readonly high: number;
    readonly coverage: number;
  };
}

/** An incident as people notice it; nothing of it says what was found where. */
export interface StatusNotice {
  readonly id: number;
  readonly affects: readonly StatusPart[];
  readonly isGrave: boolean;
  readonly cause: GeneralCause | undefined;
  readonly from: number;
  readonly to: number | undefined;
  /** Somebody is on it. */
  readonly isTaken: boolean;
}

/** All that the page, the feed and the JSON say. It holds no id of an asset, no host, no address and no text of a finding. */
export interface StatusView {
  readonly at: number;
  readonly timezone: string;
  readonly demonstration: boolean;
  readonly title: Text | undefined;
  readonly components: readonly StatusComponent[];
  /** Open ones, the latest first, then those of the last 14 days. */
  readonly notices: readonly StatusNotice[];
}

/** What the HTTP side is handed. */
export interface StatusSource {
  readonly isPublic: boolean;
  /** The address people reach the pages at, as `settings.url` says it. */
  readonly url: string;
  view(): StatusView;
}
