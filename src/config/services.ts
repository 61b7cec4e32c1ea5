import type { MailServer } from "../model/provider.ts";
import type { Text } from "../model/text.ts";
import type { Config, MailboxAsset, ServerWish } from "./config.ts";
import { notLookedFor, type Discovery } from "./discovery.ts";
import { type PresetServer, type Provider, serversAt } from "./providers.ts";

/** What the plan knows besides the file. */
export interface PlanFacts {
  readonly servers: Discovery["servers"];
  readonly waiting: Discovery["waiting"];
  readonly providers: ReadonlyMap<string, Provider>;
}

/** The mail domains whose servers only DNS can tell. */
export const domainsToFind = (config: Config): readonly string[] => [
  ...new Set(config.mailboxes.filter(needsDiscovery).map((mailbox) => mailbox.address.domain)),
];

/** Neither the user nor the provider names the servers. */
export const needsDiscovery = ({ provider, imap, smtp }: MailboxAsset): boolean =>
  provider?.imap.host === undefined && imap.host === undefined && smtp.host === undefined;

/**
 * What an alert must not depend on alone (promise 6). Partners are the outside: what runs there does not fall with us. Pure.
 */
export function watchedMail(
  config: Config,
  facts: PlanFacts,
): { readonly hosts: readonly string[]; readonly mailDomains: readonly string[] } {
  const own = config.mailboxes.filter((mailbox) => !mailbox.partner);
  const servers = own.map((mailbox) => servicesOf(mailbox, facts)).flatMap(({ imap, smtp, pop3 }) => [imap, smtp, pop3]);
  return {
    hosts: [...servers.flatMap((server) => (server ? [server.host] : [])), ...config.endpoints.map((endpoint) => endpoint.host)],
    mailDomains: [...config.domains.map((domain) => domain.name), ...own.map((mailbox) => mailbox.address.domain)],
  };
}

/** A mailbox with its servers, as far as they are known. */
export interface Services {
  readonly mailbox: MailboxAsset;
  readonly provider: Provider | undefined;
  readonly imap: Server | undefined;
  readonly smtp: Server | undefined;
  readonly pop3: Server | undefined;
  readonly waiting: Text | undefined;
}

export interface Server extends MailServer {
  readonly fingerprint?: string;
}

export function servicesOf(mailbox: MailboxAsset, facts: PlanFacts): Services {
  const { domain } = mailbox.address;
  const found = needsDiscovery(mailbox) ? facts.servers.get(domain) : undefined;
  const provider = mailbox.provider ?? (found && facts.providers.get(found.provider));
  // Who names one of the two servers of an own machine means the same machine for the other.
  const named = mailbox.imap.host ?? mailbox.smtp.host;
  const preset = provider && serversAt(provider, { domain, hosts: [mailbox.imap.host, mailbox.smtp.host] });
  const imap = serverOf("imap", mailbox.imap, found?.imap ?? preset?.imap, named);
  const smtp = serverOf("smtp", mailbox.smtp, found?.smtp ?? preset?.smtp, named);
  const pop3 = mailbox.pop3 && serverOf("pop3", mailbox.pop3, preset?.pop3, imap?.host);
  const known = imap !== undefined && smtp !== undefined;
  const waiting = known ? undefined : (facts.waiting.get(domain) ?? notLookedFor(domain));
  return { mailbox, provider, imap, smtp, pop3, waiting };
}

const defaultPorts = {
  imap: { tls: 993, starttls: 143 },
  smtp: { tls: 465, starttls: 587 },
  pop3: { tls: 995, starttls: 110 },
} as const;
const startTlsPorts: readonly number[] = [25, 110, 143, 587, 2525];

function serverOf(
  kind: keyof typeof defaultPorts,
  wish: ServerWish,
  known: PresetServer | undefined,
  named: string | undefined,
): Server | undefined {
  const host = wish.host ?? known?.host ?? named;
  if (host === undefined) return undefined;
  const byPort = wish.port === undefined ? undefined : startTlsPorts.includes(wish.port) ? "starttls" : "tls";
  const security = wish.security ?? byPort ?? known?.security ?? "tls";
  const port = wish.port ?? (known?.security === security ? known.port : defaultPorts[kind][security]);
  return { host, port, security, ...(wish.fingerprint === undefined ? {} : { fingerprint: wish.fingerprint }) };
}
