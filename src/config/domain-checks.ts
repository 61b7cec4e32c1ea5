import type { Secret } from "../model/secret.ts";
import type { Recognisable } from "./providers.ts";

/** What is known of a mail domain before anybody looks at it. */
export interface WatchedDomain {
  /** A-labels in lower case. */
  readonly name: string;
  readonly receives: boolean;
  readonly sends: boolean;
  /** The configuration names mailboxes of it. */
  readonly mailboxes?: boolean;
  /** The preset of whoever has its mail, as far as that is known. */
  readonly provider: string | undefined;
  /** DKIM selectors in use, besides those seen in mail. */
  readonly selectors: readonly string[];
  /** Own sending addresses besides those that SPF names. */
  readonly senders: readonly string[];
  /** Own servers whose certificates CAA has to allow, `host:port`. */
  readonly caaHosts: readonly string[];
  /** Until when it is paid by the registrar's invoice, `2027-03-31`; undefined: the registry tells. */
  readonly expires: string | undefined;
}

/** A list by which receivers refuse mail, named besides the built-in ones, or one of those told otherwise. */
export interface Blocklist {
  readonly zone: string;
  readonly name?: string;
  /** Left out: addresses, or as the built-in list of the same zone has it. `white` lists hold good addresses. */
  readonly kind?: "ip" | "domain" | "white";
  /** How much a listing weighs, as the built-in lists have it; left out: A, a listing counts at once. */
  readonly tier?: "A" | "B" | "C";
  /** What its answers mean: `{ "127.0.0.2": "spam", "127.0.0.10-11": "dynamic" }`. Left out: every answer but a refusal is a listing. */
  readonly codes?: Readonly<Record<string, string>>;
}

/** `dnsbl:` of the file, and what `--dnsbl` adds. */
export interface Blocklists {
  readonly lists: readonly Blocklist[];
  /** False: only the lists that are named. */
  readonly builtIn: boolean;
  /** The key of Spamhaus' Data Query Service, which opens its lists to every resolver. */
  readonly dqsKey: Secret | undefined;
}

export const builtInBlocklists: Blocklists = { lists: [], builtIn: true, dqsKey: undefined };

/** What is the same for all domains. */
export interface DomainWorld {
  readonly providers: readonly Recognisable[];
  readonly blocklists: Blocklists;
  /** A single look without history (`audit`): nothing waits to be seen twice, and what compares with before is left out. */
  readonly single?: { readonly relayTest: boolean };
}

export interface DomainCheck {
  readonly check: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Every check that a mail domain gets, with what it is asked: for the plan and for `audit` alike. Pure. */
export function domainChecks(watched: WatchedDomain, { providers, blocklists, single }: DomainWorld): readonly DomainCheck[] {
  const { name: domain, receives, sends, mailboxes = false, provider, selectors, senders, caaHosts, expires } = watched;
  const { lists, builtIn, dqsKey } = blocklists;
  const suffixes = providers.flatMap(({ mxSuffixes }) => mxSuffixes);
  // Where nobody knows whose mail it is, what any of them usually has is looked for.
  const likely = providers.filter(({ id }) => provider === undefined || id === provider);
  const presetSelectors = [...new Set(likely.flatMap(({ dkimSelectors }) => dkimSelectors))];
  const once = single ? { immediate: true } : {};
  return [
    { check: "dns-mx", options: { domain, receives, mailboxes, known: providers } },
    { check: "dns-spf", options: { domain, sends, senders } },
    { check: "dns-dkim", options: { domain, receives, sends, selectors, presetSelectors } },
    { check: "dns-dmarc", options: { domain, receives, sends } },
    { check: "dns-mta-sts", options: { domain, receives } },
    { check: "dns-tls-rpt", options: { domain, receives, sends } },
    { check: "dns-dane", options: { domain, receives } },
    { check: "dns-dnssec", options: { domain, receives } },
    { check: "dns-caa", options: { domain, receives, hosts: caaHosts } },
    { check: "dns-ptr", options: { domain, sends, senders, providers: suffixes } },
    { check: "dns-autoconfig", options: { domain, receives, known: providers } },
    { check: "dns-consistency", options: { domain } },
    { check: "dns-bimi", options: { domain, receives, sends } },
    ...(single ? [] : [{ check: "dns-drift", options: { domain } }]),
    { check: "smtp-mx", options: { domain, receives, ...single } },
    {
      check: "dnsbl-listing",
      options: { domain, sends, senders, providers: suffixes, lists, builtIn, ...(dqsKey ? { dqsKey } : {}), ...once },
    },
    { check: "domain-expiry", options: { domain, ...(expires === undefined ? {} : { expires }), ...once } },
  ];
}
