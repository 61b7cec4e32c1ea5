import { getDomain } from "tldts";
import type { Config, DomainAsset } from "./config.ts";
import { domainChecks, type WatchedDomain } from "./domain-checks.ts";
import type { Draft } from "./draft.ts";
import { joinHostPort } from "./names.ts";
import { recognisable } from "./providers.ts";
import { type PlanFacts, type Services, servicesOf } from "./services.ts";

/** What the checks are told of each declared domain, in the order of the file. Pure. */
export function watchedDomains(config: Config, facts: PlanFacts): readonly WatchedDomain[] {
  const watched = watching(
    config,
    facts,
    config.mailboxes.map((mailbox) => servicesOf(mailbox, facts)),
  );
  return config.domains.map(watched);
}

/** The probes of the declared domains. Pure. */
export function domainDrafts(config: Config, facts: PlanFacts, services: readonly Services[]): readonly Draft[] {
  const { domains, dnsbl: blocklists } = config;
  const watched = watching(config, facts, services);
  const world = { providers: recognisable(facts.providers), blocklists };
  const paid = registrations(domains);
  return domains.flatMap((domain) => {
    const { name, business, off, path } = domain;
    return domainChecks({ ...watched(domain), expires: paid.get(name)?.expires }, world)
      .filter(({ check }) => !off.includes(check) && (check !== "domain-expiry" || paid.has(name)))
      .map(({ check, options }) => ({ asset: name, check, options, business, path }));
  });
}

/** A look at a certificate costs a connection, and hosts of one company are signed by one authority or two. */
const maxCaaHosts = 10;

function watching(config: Config, facts: PlanFacts, services: readonly Services[]): (domain: DomainAsset) => WatchedDomain {
  const own = services.filter(({ mailbox }) => !mailbox.partner);
  const providers = new Map(own.flatMap(({ mailbox, provider: it }) => (it ? [[mailbox.address.domain, it.id] as const] : [])));
  const withMailboxes = new Set(own.map(({ mailbox }) => mailbox.address.domain));
  const declared = new Set(config.domains.map(({ name }) => name));
  const hosts = new Map<string, Set<string>>();
  for (const { host, port } of own.flatMap(({ imap, smtp }) => [imap, smtp].filter((server) => server !== undefined))) {
    const above = domainAbove(host, declared);
    if (above !== undefined) hosts.set(above, (hosts.get(above) ?? new Set()).add(joinHostPort(host, port)));
  }
  return ({ name, receives, sends, selectors, senders, expires }) => ({
    name,
    receives,
    sends,
    mailboxes: withMailboxes.has(name),
    provider: facts.servers.get(name)?.provider ?? providers.get(name),
    selectors,
    senders,
    caaHosts: [...(hosts.get(name) ?? [])].slice(0, maxCaaHosts),
    expires,
  });
}

/** The nearest declared domain that a host is in. */
function domainAbove(host: string, declared: ReadonlySet<string>): string | undefined {
  for (let name = host; name.includes("."); name = name.slice(name.indexOf(".") + 1)) if (declared.has(name)) return name;
  return undefined;
}

/**
 * The domains that carry the probe of a registration: the registered name where it is declared, else the first below it. Nobody
 * is told twice that one bill was not paid.
 */
function registrations(domains: readonly DomainAsset[]): ReadonlyMap<string, { readonly expires: string | undefined }> {
  const registered = Map.groupBy(domains, ({ name }) => getDomain(name, { allowPrivateDomains: false }) ?? name);
  return new Map(
    [...registered].flatMap(([top, group]) => {
      const carrier = group.find(({ name }) => name === top) ?? group.find(({ off }) => !off.includes("domain-expiry"));
      const expires = carrier?.expires ?? group.find((domain) => domain.expires !== undefined)?.expires;
      return carrier ? [[carrier.name, { expires }] as const] : [];
    }),
  );
}
