import { readFileSync } from "node:fs";
import type { KnownProvider, LoginSecret, MailServer, OtherRefusal, ProviderSupport } from "../model/provider.ts";
import type { Text } from "../model/text.ts";

/** `host` is undefined for own servers. */
export interface PresetServer extends Omit<MailServer, "host"> {
  readonly host?: string | undefined;
}

/** Further servers of the same provider: of another country, cluster or free mail domain. */
interface ProviderRegion {
  /** Mail domains whose mailboxes are there. */
  readonly domains: readonly string[];
  readonly mxSuffixes: readonly string[];
  readonly imap: MailServer;
  readonly smtp: MailServer;
  readonly pop3?: MailServer | undefined;
}

interface ProviderAdvisory {
  /** `2026-12-31` */
  readonly on: string;
  /** `password`: it concerns only mailboxes that log in by password. */
  readonly concerns: "all" | "password";
  readonly text: Text;
}

/** What is known about a mail provider: data that ships with the product, in `providers/<id>.yaml`. Left out: not known. */
export interface Provider {
  readonly id: string;
  readonly title: Text;
  readonly imap: PresetServer;
  readonly smtp: PresetServer;
  readonly pop3?: PresetServer | undefined;
  readonly regions: readonly ProviderRegion[];
  readonly mxSuffixes: readonly string[];
  /** The exchanges that it asks its customers to publish: one of these sets, whole. */
  readonly mxSets: readonly (readonly string[])[];
  readonly junkFolders: readonly string[];
  readonly definiteRejections: readonly string[];
  readonly ambiguousRejections: readonly string[];
  /** Finding ▶ parts of the answers that say it. */
  readonly otherRejections: Readonly<Partial<Record<OtherRefusal, readonly string[]>>>;
  readonly idAfterLogin: boolean;
  /** What it calls its DKIM keys unless somebody chose otherwise. */
  readonly dkimSelectors: readonly string[];
  /** What a mail program may log in with, by protocol; POP3 as IMAP. */
  readonly secrets?: { readonly imap: readonly LoginSecret[]; readonly smtp: readonly LoginSecret[] } | undefined;
  /** Where mail programs are let in, in the words of its own pages. */
  readonly access: readonly { readonly who: "admin" | "owner"; readonly path: Text }[];
  /** How often all probes together log in to one account at most: our own choice where the provider names no number. */
  readonly loginsPerHour?: number | undefined;
  /** Connections of one account at a time, all mail programs together. */
  readonly connections?: number | undefined;
  readonly messagesPerMinute?: number | undefined;
  readonly messagesPerDay?: number | undefined;
  readonly messageBytes?: number | undefined;
  /** Countries in which the direct way to it is blocked. */
  readonly blockedIn: readonly string[];
  /** Whether its IMAP has QUOTA (RFC 9208). */
  readonly quota?: boolean | undefined;
  readonly status?: { readonly url: string; readonly format: "google" | "statuspage" | "graph" | "feed" | "page" } | undefined;
  readonly support?: string | undefined;
  /** What changes there for everybody, and on which day. */
  readonly advisories: readonly ProviderAdvisory[];
}

/** What a preset knows for a person who has trouble there; a feed for programs is no page to read. */
export const supportOf = ({ title, secrets, access, connections, support, status }: Provider): ProviderSupport => ({
  title,
  secrets,
  access,
  connections,
  contact: support,
  statusPage: status?.format === "page" ? status.url : undefined,
});

/** A provider that is recognised by its MX. */
export type Recognisable = KnownProvider & Pick<Provider, "dkimSelectors" | "mxSets">;

/**
 * All presets by id. They are read from one file that `npm run reference` makes of the YAML, because a start would spend a tenth
 * of a second on YAML; test/config/presets.test.ts holds it against its sources.
 */
export function loadProviders(): ReadonlyMap<string, Provider> {
  loaded ??= new Map(readAll().map((provider) => [provider.id, provider]));
  return loaded;
}

let loaded: ReadonlyMap<string, Provider> | undefined;

export const allPresets = new URL("./providers/all.json", import.meta.url);

function readAll(): readonly Provider[] {
  const providers: readonly Provider[] = JSON.parse(readFileSync(allPresets, "utf8"));
  return providers;
}

/** Those that can be recognised by their MX, each region as one more entry of the same id. */
export const recognisable = (providers: ReadonlyMap<string, Provider>): readonly Recognisable[] =>
  [...providers.values()].flatMap(({ id, mxSuffixes, mxSets, imap, smtp, dkimSelectors, regions }) => {
    if (imap.host === undefined || smtp.host === undefined) return [];
    const main = { mxSuffixes, imap: { ...imap, host: imap.host }, smtp: { ...smtp, host: smtp.host } };
    return [main, ...regions.filter((region) => region.mxSuffixes.length > 0)].map((place) => ({
      id,
      mxSuffixes: place.mxSuffixes,
      mxSets,
      imap: place.imap,
      smtp: place.smtp,
      dkimSelectors,
    }));
  });

/** Whose servers these are: the provider that has a server of one of these names. */
export const providerOfHosts = (
  providers: ReadonlyMap<string, Provider>,
  hosts: readonly (string | undefined)[],
): Provider | undefined => [...providers.values()].find((it) => hosts.some((host) => host !== undefined && runs(it, host)));

/** Whether a host is one of the provider's, of whatever region. */
export const runs = (provider: Provider, host: string): boolean =>
  [provider, ...provider.regions].some((place) => hasServer(place, host));

const hasServer = ({ imap, smtp, pop3 }: Pick<Provider, "imap" | "smtp" | "pop3">, host: string): boolean =>
  host === imap.host || host === smtp.host || host === pop3?.host;

/**
 * The servers of a provider for one mailbox: those of the region that a host which the user names belongs to, else of the region
 * that has its mail domain, else the main ones.
 */
export function serversAt(
  provider: Provider,
  { domain, hosts }: { readonly domain: string; readonly hosts: readonly (string | undefined)[] },
): Pick<Provider, "imap" | "smtp" | "pop3"> {
  const named = provider.regions.find((region) => hosts.some((host) => host !== undefined && hasServer(region, host)));
  // A host of the main servers, or a stranger, is no reason to take those of the domain's region for the other protocol.
  if (named || hosts.some((host) => host !== undefined)) return named ?? provider;
  return provider.regions.find(({ domains }) => domains.includes(domain)) ?? provider;
}
