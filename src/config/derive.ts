import type { AssetSummary, Settings } from "../model/config.ts";
import { ownServer } from "../model/provider.ts";
import { kindOfAsset } from "../model/probe.ts";
import { isProxy, type Proxy, proxyName } from "../model/proxy.ts";
import { highest, type Config, type MailboxAsset } from "./config.ts";
import type { Path } from "./diagnostics.ts";
import { isRecord } from "./document.ts";
import { directoryDrafts } from "./directories.ts";
import { domainDrafts } from "./domains.ts";
import type { Draft } from "./draft.ts";
import { isOAuth, type OAuth } from "../model/oauth.ts";
import { joinHostPort } from "./names.ts";
import { ownServerDrafts } from "./own-servers.ts";
import { knowingProbeMails } from "./probe-mails.ts";
import { providerDrafts } from "./provider-drafts.ts";
import { type Provider, recognisable } from "./providers.ts";
import { domainsToFind, needsDiscovery, type PlanFacts, type Server, type Services, servicesOf } from "./services.ts";

/** Turns assets into drafts of probes, and lists the assets. Pure. */
export function derive(config: Config, facts: PlanFacts): { drafts: readonly Draft[]; assets: readonly AssetSummary[] } {
  const { domains, mailboxes, endpoints, settings } = config;
  const assets = new Map<string, AssetSummary>();
  const addAsset = (asset: AssetSummary): void => {
    if (!assets.has(asset.id)) assets.set(asset.id, asset);
  };
  const drafts: Draft[] = [];
  const services = mailboxes.map((mailbox) => servicesOf(mailbox, facts));
  for (const { name, business } of domains) addAsset({ id: name, kind: "domain", business });
  drafts.push(...domainDrafts(config, facts, services));
  for (const service of services) {
    const { mailbox } = service;
    addAsset({ id: mailbox.address.id, kind: "mailbox", business: mailbox.business });
    drafts.push(...logins(service, settings).filter((draft) => !mailbox.off.includes(draft.check)));
  }
  for (const { host, port, protocol, business, off, path } of endpoints) {
    const asset = joinHostPort(host, port);
    addAsset({ id: asset, kind: "endpoint", business });
    if (off.includes("tls-certificate")) continue;
    drafts.push({ asset, check: "tls-certificate", options: { host, port, protocol }, business, path });
  }
  for (const draft of [...providerWatch(config, facts), ...certificates(services)]) {
    if (assets.has(draft.asset) && draft.check === "tls-certificate") continue;
    addAsset({ id: draft.asset, kind: draft.check === "tls-certificate" ? "endpoint" : "domain", business: draft.business });
    drafts.push(draft);
  }
  for (const draft of namedDrafts(config)) {
    addAsset({ id: draft.asset, kind: kindOfAsset(draft.asset), business: draft.business });
    drafts.push(draft);
  }
  for (const draft of providerDrafts(services)) {
    addAsset({ id: draft.asset, kind: "endpoint", business: draft.business });
    drafts.push(draft);
  }
  for (const draft of roundTrips(config, services)) {
    addAsset({ id: draft.asset, kind: "route", business: draft.business });
    drafts.push(draft);
  }
  for (const draft of forwards(config, services)) {
    addAsset({ id: draft.asset, kind: "mailbox", business: draft.business });
    drafts.push(draft);
  }
  for (const draft of [...ownServerDrafts(config), ...directoryDrafts(config)]) {
    addAsset({ id: draft.asset, kind: "endpoint", business: draft.business });
    drafts.push(draft);
  }
  const looksAtMailServers = [...drafts, ...config.probes.map(({ words }) => words)].some(({ check }) => check === "smtp-mx");
  for (const draft of [...selfTests(settings, looksAtMailServers), ...proxyTest(config, services), ...tokenTests(services)]) {
    addAsset({ id: draft.asset, kind: "monitor", business: draft.business });
    drafts.push(draft);
  }
  return { drafts: knowingProbeMails(drafts, config), assets: [...assets.values()] };
}

/** What a check may know of a provider: plain data. */
export const providerOptions = (provider: Provider | undefined) =>
  provider && {
    id: provider.id,
    definiteRejections: provider.definiteRejections,
    ambiguousRejections: provider.ambiguousRejections,
    otherRejections: provider.otherRejections,
    idAfterLogin: provider.idAfterLogin,
    blockedInChina: provider.blockedIn.includes("CN"),
  };

/** What has a name of its own and no address. */
const namedDrafts = ({ subscriptions, backups }: Config): readonly Draft[] => [
  ...subscriptions.map(({ name, what, ends, owner, seats, note, paysFor, business, path }) => ({
    asset: `subscription:${name}`,
    check: "subscription-expiry",
    options: { what, ends, owner, ...(seats === undefined ? {} : { seats }), ...(note === undefined ? {} : { note }), paysFor },
    business,
    path,
  })),
  ...backups.map(({ name, options, business, path }) => ({
    asset: `backup:${name}`,
    check: "backup-freshness",
    options,
    business,
    path,
  })),
];

/** What only partners use is not the company's. */
const whose = (users: readonly MailboxAsset[]): Pick<Draft, "ours"> =>
  users.every(({ partner }) => partner) ? { ours: false } : {};

const providedBy = (provider: Provider | undefined): Pick<Draft, "provider"> => (provider ? { provider: provider.id } : {});

/** What it takes to log in, whichever the server. */
const login = ({ mailbox, provider }: Services) => {
  const known = providerOptions(provider);
  const { login: user, password, proxy } = mailbox;
  return { user, password, ...(proxy ? { proxy } : {}), ...(known ? { provider: known } : {}) };
};

/** What looks into a mailbox, by the server that it asks. Own servers lock nobody out and count no logins: every minute. */
const mailboxChecks = [
  { check: "imap-login", kind: "imap", ownPaceMs: 60_000 },
  { check: "smtp-submission", kind: "smtp", ownPaceMs: 60_000 },
  { check: "imap-quota", kind: "imap", ownPaceMs: undefined },
  { check: "pop3-login", kind: "pop3", ownPaceMs: undefined },
  { check: "mailbox-activity", kind: "imap", ownPaceMs: undefined },
] as const;

/** POP3 where it is asked for. What becomes of the mail where that matters most: two logins more an hour are not for every mailbox. */
const isWanted = (check: (typeof mailboxChecks)[number]["check"], { activity, pop3 }: MailboxAsset): boolean =>
  check === "mailbox-activity" ? activity : check !== "pop3-login" || pop3 !== undefined;

function logins(service: Services, { timezone }: Settings): readonly Draft[] {
  const { mailbox, provider, waiting } = service;
  const own = provider === undefined || provider.id === ownServer;
  const wanted = mailboxChecks.filter(({ check }) => isWanted(check, mailbox));
  return wanted.map(({ check, kind, ownPaceMs }) => {
    const server = service[kind];
    return {
      asset: mailbox.address.id,
      check,
      options: { ...server, ...login(service), ...(check === "mailbox-activity" ? { timezone } : {}) },
      ...(server || waiting === undefined ? {} : { waiting }),
      everyMs: own && server ? ownPaceMs : undefined,
      business: mailbox.business,
      ...whose([mailbox]),
      ...providedBy(provider),
      path: mailbox.path,
    };
  });
}

/** One certificate for each server, however many mailboxes are on it. */
function certificates(services: readonly Services[]): readonly Draft[] {
  const servers = new Map<
    string,
    { server: Server; kind: "imap" | "smtp" | "pop3"; users: MailboxAsset[]; provider: Provider | undefined }
  >();
  for (const { mailbox, provider, imap, smtp, pop3 } of services) {
    if (mailbox.off.includes("tls-certificate")) continue;
    for (const [kind, server] of [["imap", imap] as const, ["smtp", smtp] as const, ["pop3", pop3] as const]) {
      if (!server) continue;
      const id = joinHostPort(server.host, server.port);
      const entry = servers.get(id) ?? { server, kind, users: [], provider };
      // One mailbox that vouches for the certificate is enough.
      const vouched = entry.server.fingerprint === undefined ? server : entry.server;
      servers.set(id, { ...entry, server: vouched, users: [...entry.users, mailbox] });
    }
  }
  return [...servers].map(([asset, { server, kind, users, provider }]) => ({
    asset,
    check: "tls-certificate",
    options: {
      host: server.host,
      port: server.port,
      protocol: server.security === "tls" ? "tls" : kind,
      ...(server.fingerprint === undefined ? {} : { fingerprint: server.fingerprint }),
      ...(users.every(({ proxy }) => proxy) ? { proxy: users[0]?.proxy } : {}),
    },
    business: highest(users.map((mailbox) => mailbox.business)),
    ...whose(users),
    ...providedBy(provider),
    path: users[0]?.path ?? [],
  }));
}

/** Where DNS decided where passwords go, DNS is watched for another answer. */
function providerWatch(config: Config, facts: PlanFacts): readonly Draft[] {
  const known = recognisable(facts.providers).map(({ id, mxSuffixes, imap, smtp }) => ({ id, mxSuffixes, imap, smtp }));
  return domainsToFind(config).flatMap((domain) => {
    const pinned = facts.servers.get(domain);
    const users = config.mailboxes.filter((mailbox) => mailbox.address.domain === domain && needsDiscovery(mailbox));
    const declared = config.domains.find((it) => it.name === domain);
    if (!pinned || declared?.off.includes("dns-provider") || users.every((it) => it.off.includes("dns-provider"))) return [];
    const { provider, imap, smtp } = pinned;
    return [
      {
        asset: domain,
        check: "dns-provider",
        options: { domain, pinned: { provider, imap, smtp }, known },
        business: highest(users.map((mailbox) => mailbox.business)),
        ...(declared ? {} : whose(users)),
        path: users[0]?.path ?? [],
      },
    ];
  });
}

/** The declared routes, and both ways between each partner and the mailboxes that matter most in each domain. */
function roundTrips(config: Config, services: readonly Services[]): readonly Draft[] {
  const byId = new Map(services.map((service) => [service.mailbox.address.id, service]));
  const drafts = new Map<string, Draft>();
  const add = (from: Services, to: Services, more: Pick<Draft, "business" | "path" | "everyMs">, options: object): void => {
    const asset = `${from.mailbox.address.id}~${to.mailbox.address.id}`;
    if (drafts.has(asset)) return;
    const waiting = from.waiting ?? to.waiting;
    drafts.set(asset, {
      asset,
      check: "mail-roundtrip",
      options: {
        from: senderOf(from),
        to: receiverOf(to),
        // How our mail is signed and from where it comes; a partner's is no concern of ours.
        ownSender: !from.mailbox.partner,
        ...(config.settings.spamd === undefined ? {} : { spamd: config.settings.spamd }),
        ...options,
      },
      ...(waiting === undefined ? {} : { waiting }),
      ...wayOf(from.mailbox, to.mailbox),
      ...providedBy(from.mailbox.partner ? to.provider : from.provider),
      ...more,
    });
  };

  const silenced = new Set<string>();
  for (const { from, to, everyMs, lateAfterMs, lostAfterMs, expect, size, sizeEveryMs, business, off, path } of config.routes) {
    const [sender, receiver] = [byId.get(from.id), byId.get(to.id)];
    if (off.includes("mail-roundtrip")) silenced.add(`${from.id}~${to.id}`);
    else if (sender && receiver) {
      const options = {
        ...(lateAfterMs === undefined ? {} : { lateAfter: lateAfterMs }),
        ...(lostAfterMs === undefined ? {} : { lostAfter: lostAfterMs }),
        ...(expect === undefined ? {} : { expect }),
        ...(size === undefined ? {} : { size }),
        ...(sizeEveryMs === undefined ? {} : { sizeEvery: sizeEveryMs }),
      };
      add(sender, receiver, { business, path, everyMs }, options);
    }
  }
  const wanted = services.filter(({ mailbox }) => !mailbox.off.includes("mail-roundtrip"));
  const own = wanted.filter(({ mailbox }) => !mailbox.partner);
  const chosen = [...new Set(own.map(({ mailbox }) => mailbox.address.domain))].flatMap((domain) => {
    const here = own.filter(({ mailbox }) => mailbox.address.domain === domain);
    const critical = here.filter(({ mailbox }) => mailbox.business === "critical");
    return critical.length > 0 ? critical : here.slice(0, 1);
  });
  for (const partner of wanted.filter(({ mailbox }) => mailbox.partner)) {
    for (const mine of chosen) {
      for (const [from, to] of [[mine, partner] as const, [partner, mine] as const]) {
        if (silenced.has(`${from.mailbox.address.id}~${to.mailbox.address.id}`)) continue;
        add(from, to, { business: mine.mailbox.business, path: mine.mailbox.path }, {});
      }
    }
  }
  return [...drafts.values()];
}

/** Shared addresses, and the mailboxes that their mail must reach. */
function forwards(config: Config, services: readonly Services[]): readonly Draft[] {
  const byId = new Map(services.map((service) => [service.mailbox.address.id, service]));
  return config.forwards.flatMap(
    ({ address, from, members, autoReply, everyMs, lateAfterMs, lostAfterMs, business, off, path }) => {
      const sender = byId.get(from.id);
      const receivers = members.flatMap(({ id }) => byId.get(id) ?? []);
      if (!sender || receivers.length < members.length || off.includes("mail-forward")) return [];
      const waiting = [sender, ...receivers].find((service) => service.waiting !== undefined)?.waiting;
      return [
        {
          asset: address.id,
          check: "mail-forward",
          options: {
            from: senderOf(sender),
            to: address.address,
            members: receivers.map(receiverOf),
            ...(autoReply === undefined ? {} : { autoReply }),
            ...(lateAfterMs === undefined ? {} : { lateAfter: lateAfterMs }),
            ...(lostAfterMs === undefined ? {} : { lostAfter: lostAfterMs }),
          },
          ...(waiting === undefined ? {} : { waiting }),
          everyMs,
          business,
          path,
        },
      ];
    },
  );
}

const senderOf = (service: Services) => ({
  address: service.mailbox.address.address,
  ...service.smtp,
  ...login(service),
  ...returnsTo(service),
});

function receiverOf(service: Services) {
  const junk = service.provider?.junkFolders ?? [];
  const { address } = service.mailbox.address;
  return { address, ...service.imap, ...login(service), ...(junk.length > 0 ? { junk } : {}) };
}

/** Where returned mails are read. */
const returnsTo = ({ imap, provider }: Services) => (imap ? { imap: { ...imap, junk: [...(provider?.junkFolders ?? [])] } } : {});

/** From the company's side: what goes to a partner is sent, what comes from one is received. Between equals the check knows. */
const wayOf = (from: MailboxAsset, to: MailboxAsset): Pick<Draft, "answers"> =>
  from.partner === to.partner ? {} : { answers: to.partner ? "send" : "receive" };

/**
 * The own side: our way out, our resolver, our clock, what opens our connections; port 25 and IPv6, which many networks do not have, where a look at mail
 * servers stands on them.
 */
function selfTests({ selfTests: { on, egressTargets } }: Settings, looksAtMailServers: boolean): readonly Draft[] {
  if (!on) return [];
  const common = { asset: "monitor", business: "normal", path: ["settings", "self_tests"] } as const;
  return [
    { ...common, check: "egress", options: { targets: egressTargets } },
    ...["resolver", "clock", "interception", ...(looksAtMailServers ? ["port25", "ipv6"] : [])].map((check) => ({
      ...common,
      check,
      options: {},
    })),
  ];
}

/** Whoever is logged in to by tokens stands on its credential: each is tried once, for one of its mailboxes, and its end foreseen. */
function tokenTests(services: readonly Services[]): readonly Draft[] {
  const used = new Map<OAuth, MailboxAsset>();
  for (const { mailbox } of services) {
    if (isOAuth(mailbox.password) && !used.has(mailbox.password)) used.set(mailbox.password, mailbox);
  }
  const [first] = used.values();
  if (first === undefined) return [];
  const common = { asset: "monitor", business: "normal", path: first.path } as const;
  const credentials = [...used]
    .slice(0, 100)
    .map(([oauth, { login: user, proxy }]) => ({ oauth, user, ...(proxy ? { proxy } : {}) }));
  const ending = [...used.keys()].flatMap(({ name, secretExpires: expires }) =>
    expires === undefined ? [] : [{ name, expires }],
  );
  return [
    { ...common, check: "oauth-token", options: { credentials } },
    ...(ending.length > 0 ? [{ ...common, check: "credential-expiry", options: { credentials: ending } }] : []),
  ];
}

/** Whoever goes through a proxy stands on it: each is tried with what it is there for, and with what is independent of that. */
function proxyTest({ settings, channels }: Config, services: readonly Services[]): readonly Draft[] {
  const used = new Map<string, { readonly proxy: Proxy; readonly targets: Set<string>; readonly path: Path }>();
  const add = (proxy: Proxy, path: Path, targets: readonly string[]): void => {
    const key = `${proxy.kind} ${proxy.user ?? ""} ${proxyName(proxy)}`;
    const entry = used.get(key) ?? { proxy, targets: new Set(), path };
    for (const target of targets) entry.targets.add(target);
    used.set(key, entry);
  };
  for (const { mailbox, imap, smtp } of services) {
    const targets = [imap, smtp].flatMap((server) => (server ? [joinHostPort(server.host, server.port)] : []));
    if (mailbox.proxy) add(mailbox.proxy, [...mailbox.path, "proxy"], targets);
  }
  for (const { name, options } of channels) {
    const proxy = isRecord(options) && isProxy(options["proxy"]) ? options["proxy"] : undefined;
    if (proxy) add(proxy, ["channels", name, "proxy"], []);
  }
  const [first] = used.values();
  const { on, egressTargets } = settings.selfTests;
  if (!on || first === undefined) return [];
  const proxies = [...used.values()].slice(0, 10).map(({ proxy, targets }) => ({
    proxy,
    targets: [...[...targets].slice(0, 4), ...egressTargets.slice(0, 6)],
  }));
  return [{ asset: "monitor", check: "proxy", options: { proxies }, business: "normal", path: first.path }];
}
