import { type Credential, isOAuth } from "../model/oauth.ts";
import { highest, type MailboxAsset } from "./config.ts";
import type { Draft } from "./draft.ts";
import { joinHostPort } from "./names.ts";
import { type Provider, runs } from "./providers.ts";
import type { Services } from "./services.ts";

/** Own servers have no status page, and are looked at every minute as it is; so has a make that runs on the company's own host. */
const hosted = (services: readonly Services[]): readonly (Services & { readonly provider: Provider })[] =>
  services.flatMap((service) => {
    const { provider } = service;
    return provider?.imap.host === undefined ? [] : [{ ...service, provider }];
  });

const common = (users: readonly MailboxAsset[]): Pick<Draft, "business" | "path" | "ours"> => ({
  business: highest(users.map(({ business }) => business)),
  path: users[0]?.path ?? [],
  ...(users.every(({ partner }) => partner) ? { ours: false } : {}),
});

/** What is looked at once for each provider in use, however many mailboxes are there: its own word, and the way to its hosts. */
export const providerDrafts = (services: readonly Services[]): readonly Draft[] => [
  ...statusPages(services),
  ...reachability(services),
  ...announcements(services),
];

/** What a provider has announced, for the mailboxes that it concerns. */
function announcements(services: readonly Services[]): readonly Draft[] {
  const wanted = hosted(services).filter(({ mailbox }) => !mailbox.off.includes("provider-advisory"));
  const providers = new Map(wanted.map(({ provider }) => [provider.id, provider]));
  return [...providers.values()].flatMap(({ id, title, imap, advisories: all }) => {
    const users = wanted.filter(({ provider }) => provider.id === id).map(({ mailbox }) => mailbox);
    const concerned = (by: "all" | "password"): readonly MailboxAsset[] =>
      by === "all" ? users : users.filter(({ password }) => !isOAuth(password));
    const advisories = all.flatMap(({ on, concerns, text }) => {
      const mailboxes = concerned(concerns).map(({ address }) => address.id);
      return mailboxes.length > 0 ? [{ on, notice: text, mailboxes }] : [];
    });
    if (advisories.length === 0 || imap.host === undefined) return [];
    return [
      {
        asset: joinHostPort(imap.host, imap.port),
        check: "provider-advisory",
        options: { provider: title.en, advisories },
        ...common(users),
      },
    ];
  });
}

/** Only a credential of the company's own tenant is told how its services are. */
const speaksFor = (password: Credential, provider: string): boolean => isOAuth(password) && password.kind === provider;

/** Those that a program can read: by anybody, or by a credential of the mailboxes there. */
function statusPages(services: readonly Services[]): readonly Draft[] {
  const wanted = hosted(services).filter(({ mailbox }) => !mailbox.off.includes("provider-status"));
  const providers = new Map(wanted.map(({ provider }) => [provider.id, provider]));
  return [...providers.values()].flatMap(({ id, title, status, blockedIn }) => {
    if (status === undefined || status.format === "page") return [];
    const { url, format } = status;
    const all = wanted.filter(({ provider }) => provider.id === id).map(({ mailbox }) => mailbox);
    const users = format === "graph" ? all.filter(({ partner, password }) => !partner && speaksFor(password, id)) : all;
    const [first] = users;
    if (first === undefined) return [];
    const proxy =
      format === "graph" ? first.proxy : blockedIn.length > 0 ? users.find((user) => user.proxy !== undefined)?.proxy : undefined;
    // A cache of tokens of its own, by the same secret: whether that is good is for `oauth-token` to say.
    const oauth = format === "graph" && isOAuth(first.password) ? { ...first.password, audience: "graph" as const } : undefined;
    return [
      {
        asset: joinHostPort(new URL(url).hostname, 443),
        check: "provider-status",
        options: {
          provider: title.en,
          url,
          format,
          ...(oauth ? { oauth } : {}),
          ...(proxy ? { proxy } : blockedIn.includes("CN") ? { blockedInChina: true } : {}),
        },
        provider: id,
        ...common(users),
      },
    ];
  });
}

/** The ports in use of each host that our own mailboxes reach directly. */
function reachability(services: readonly Services[]): readonly Draft[] {
  const hosts = new Map<
    string,
    { readonly ports: Set<number>; readonly users: MailboxAsset[]; readonly blockedInChina: boolean; readonly provider: string }
  >();
  for (const { mailbox, provider, imap, smtp, pop3 } of hosted(services)) {
    if (mailbox.partner || mailbox.proxy !== undefined || mailbox.off.includes("port-reachability")) continue;
    for (const server of [imap, smtp, pop3]) {
      if (server === undefined || !runs(provider, server.host)) continue;
      const blockedInChina = provider.blockedIn.includes("CN");
      const entry = hosts.get(server.host) ?? { ports: new Set(), users: [], blockedInChina, provider: provider.id };
      entry.ports.add(server.port);
      entry.users.push(mailbox);
      hosts.set(server.host, entry);
    }
  }
  return [...hosts].map(([host, { ports, users, blockedInChina, provider }]) => ({
    asset: joinHostPort(host, [...ports][0] ?? 993),
    check: "port-reachability",
    options: { host, ports: [...ports].slice(0, 10), ...(blockedInChina ? { blockedInChina } : {}) },
    provider,
    ...common(users),
  }));
}
