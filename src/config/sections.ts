import { resolve } from "node:path";
import type { z } from "zod";
import type { AnyChannel } from "../model/channel.ts";
import type { AnyCheck } from "../model/check.ts";
import type { AlertRule, ChannelConfig } from "../model/config.ts";
import { priorities } from "../model/incident.ts";
import { readBackups } from "./backups.ts";
import { readBlocklists } from "./blocklists.ts";
import { type Credentials, readCredentials, readOAuth, withCredentials } from "./credentials.ts";
import { declare, declaredMailbox } from "./declare.ts";
import { fault, formatPath, suggest, type Path } from "./diagnostics.ts";
import { isRecord } from "./document.ts";
import { readForwards } from "./forwards.ts";
import { valueAt } from "./issues.ts";
import { highest } from "./config.ts";
import type { Config, DomainAsset, EndpointAsset, MailboxAsset, ProbeOverride, RouteAsset } from "./config.ts";
import { joinHostPort } from "./names.ts";
import { parseOptions } from "./options.ts";
import { readDirectories } from "./directories.ts";
import { readOwnServers } from "./own-servers.ts";
import type { Credential } from "../model/oauth.ts";
import { ownServer } from "../model/provider.ts";
import type { Proxy } from "../model/proxy.ts";
import { providerOfHosts, type Provider } from "./providers.ts";
import type { Reader } from "./reader.ts";
import {
  alertsKeys,
  domainSchema,
  endpointSchema,
  mailboxSchema,
  missingSecret,
  probeSchema,
  remindSchema,
  routeSchema,
  ruleSchema,
  topLevelKeys,
} from "./schema.ts";
import type { SecretSpec } from "./secrets.ts";
import { readReport } from "./report.ts";
import { readSops } from "./sops.ts";
import { readSubscriptions } from "./subscriptions.ts";
import { readSettings } from "./settings.ts";
import { readStatusPage } from "./status-page.ts";

export interface Known {
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly channels: ReadonlyMap<string, AnyChannel>;
  readonly providers: ReadonlyMap<string, Provider>;
  /** The folder of the file, absolute. */
  readonly folder: string;
}

/** All sections of the file, each as far as it is right. */
export async function readSections(reader: Reader, known: Known): Promise<Config> {
  reader.onlyKeys([], topLevelKeys);
  const domains = readDomains(reader, known);
  const credentials = readCredentials(reader);
  const mailboxes = readMailboxes(reader, known, credentials);
  const routes = readRoutes(reader, known, mailboxes);
  const forwards = readForwards(reader, known.checks, mailboxes);
  const ownServers = readOwnServers(reader, known, mailboxes);
  const endpoints = readEndpoints(reader, known);
  const directories = readDirectories(reader, known.checks);
  const subscriptions = readSubscriptions(reader, {
    domains: domains.map(({ name }) => name),
    mailboxes: mailboxes.map(({ address }) => address.id),
  });
  const backups = readBackups(reader);
  const dnsbl = readBlocklists(reader);
  const statusPage = readStatusPage(reader, [
    ...domains.map(({ name }) => name),
    ...mailboxes.map(({ address }) => address.id),
    ...endpoints.map(({ host, port }) => joinHostPort(host, port)),
  ]);
  const channels = readChannels(reader, known);
  const alerts = readAlerts(reader);
  const names = reader.entries(["channels"]).map(([name]) => name);
  const sops = readSops(reader, known, { channels: names, rules: alerts.rules });
  const report = readReport(reader, names);
  const probes = readProbes(reader, credentials);
  const company = domains[0]?.name ?? mailboxes[0]?.address.domain ?? "Mailvigil";
  const settings = await readSettings(reader, resolve(known.folder), company);
  if (
    ["domains", "mailboxes", "endpoints", "subscriptions", "backups", "relays", "queues", "directories", "probes"].every((key) =>
      isEmpty(reader.source.value[key]),
    )
  ) {
    reader.report(
      [],
      fault(
        { en: "names nothing to watch", zh: "没有要监控的对象" },
        { en: "add domains, mailboxes or endpoints", zh: "请增加 domains、mailboxes 或 endpoints" },
      ),
    );
  }
  return {
    source: reader.source,
    settings,
    domains,
    mailboxes,
    routes,
    forwards,
    ...ownServers,
    endpoints,
    directories,
    subscriptions,
    backups,
    dnsbl,
    channels,
    alerts,
    sops,
    statusPage,
    report,
    probes,
  };
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);

function readDomains(reader: Reader, known: Known): readonly DomainAsset[] {
  const seen = new Map<string, Path>();
  return reader.items(["domains"]).flatMap((path) => {
    const words = reader.parse(domainSchema, path);
    const { name, off } = words ?? reader.parts(domainSchema.partial(), path);
    if (!declare(reader, known.checks, seen, name, path, off) || !words) return [];
    return [{ ...words, expires: words.expires, business: words.business ?? "normal", path }];
  });
}

function readMailboxes(reader: Reader, known: Known, credentials: Credentials): readonly MailboxAsset[] {
  const seen = new Map<string, Path>();
  return reader.items(["mailboxes"]).flatMap((path) => {
    const words = reader.parse(mailboxSchema, path);
    const parts = words ?? reader.parts(mailboxSchema.partial(), path);
    const named = parts.provider === undefined ? undefined : known.providers.get(parts.provider);
    if (parts.provider !== undefined && !named) {
      reader.report(
        [...path, "provider"],
        fault({ en: "there is no such provider", zh: "没有这个服务商" }, suggest(parts.provider, [...known.providers.keys()])),
      );
    }
    const login = parts.login ?? parts.address?.address;
    const password = readLogin(reader, { ...parts, path, login }, credentials, words !== undefined);
    if (!declare(reader, known.checks, seen, parts.address?.id, path, parts.off) || !words || !login || !password) return [];
    const { address, role, imap = {}, smtp = {}, pop3 } = words;
    const proxy = words.proxy && proxyWith(reader, words.proxy, [...path, "proxy", "password"]);
    const hosted = imap.host !== undefined || smtp.host !== undefined;
    return [
      {
        address,
        login,
        password,
        provider:
          named ??
          providerOfHosts(known.providers, [imap.host, smtp.host]) ??
          (hosted ? known.providers.get(ownServer) : undefined),
        imap,
        smtp,
        pop3,
        activity: words.activity ?? (words.business === "critical" && role !== "partner"),
        proxy,
        partner: role === "partner",
        business: words.business ?? (role === "partner" ? "low" : "normal"),
        off: words.off,
        path,
      },
    ];
  });
}

/** Its password, or the credential that gets tokens for it. */
function readLogin(
  reader: Reader,
  mailbox: {
    readonly path: Path;
    readonly login: string | undefined;
    readonly password?: SecretSpec | undefined;
    readonly oauth?: unknown;
  },
  credentials: Credentials,
  whole: boolean,
): Credential | undefined {
  const { path, login, password, oauth } = mailbox;
  const byToken = oauth === undefined ? undefined : readOAuth(reader, [...path, "oauth"], credentials, login ?? formatPath(path));
  const byPassword = password && reader.secret(password, [...path, "password"], login);
  if (oauth !== undefined && password !== undefined) {
    reader.report(
      [...path, "oauth"],
      fault({ en: "stands beside a password", zh: "与 password 同时出现" }, { en: "keep one of the two", zh: "请只保留一处" }),
      "key",
    );
  }
  if (whole && oauth === undefined && password === undefined) reader.report([...path, "password"], missingSecret);
  return byToken ?? byPassword;
}

/** The password's place becomes a secret. */
function proxyWith(
  reader: Reader,
  { password, ...address }: NonNullable<z.output<typeof mailboxSchema>["proxy"]>,
  path: Path,
): Proxy {
  return password === undefined ? address : { ...address, password: reader.secret(password, path, address.user) };
}

function readRoutes(reader: Reader, known: Known, mailboxes: readonly MailboxAsset[]): readonly RouteAsset[] {
  const seen = new Map<string, Path>();
  return reader.items(["routes"]).flatMap((path) => {
    const words = reader.parse(routeSchema, path);
    const { from, to, off } = words ?? reader.parts(routeSchema.partial(), path);
    const ends = [["from", from] as const, ["to", to] as const].map(
      ([key, end]) => end && declaredMailbox(reader, end, [...path, key], mailboxes),
    );
    if (from && from.id === to?.id) {
      reader.report(
        [...path, "to"],
        fault(
          { en: "is the address it is sent from", zh: "与发件地址相同" },
          { en: "name another mailbox, best one at another provider", zh: "请指定另一个邮箱，最好属于其他服务商" },
        ),
      );
      return [];
    }
    const id = from && to && `${from.id}~${to.id}`;
    if (!declare(reader, known.checks, seen, id, path, off) || !words) return [];
    return [
      {
        from: words.from,
        to: words.to,
        everyMs: words.every,
        lateAfterMs: words.late_after,
        lostAfterMs: words.lost_after,
        expect: words.expect,
        size: words.size,
        sizeEveryMs: words.size_every,
        business: words.business ?? highest(ends.flatMap((it) => (it && !it.partner ? [it.business] : []))),
        off: words.off,
        path,
      },
    ];
  });
}

function readEndpoints(reader: Reader, known: Known): readonly EndpointAsset[] {
  const seen = new Map<string, Path>();
  return reader.items(["endpoints"]).flatMap((path) => {
    const words = reader.parse(endpointSchema, path);
    const { host, port, off } = words ?? reader.parts(endpointSchema.partial(), path);
    const id = host === undefined || port === undefined ? undefined : joinHostPort(host, port);
    if (!declare(reader, known.checks, seen, id, path, off) || !words) return [];
    return [{ ...words, business: words.business ?? "normal", path }];
  });
}

function readChannels(reader: Reader, known: Known): readonly ChannelConfig[] {
  return reader.entries(["channels"]).flatMap(([name, path]): readonly ChannelConfig[] => {
    const value = valueAt(reader.source.value, path);
    const written = isRecord(value) ? value : {};
    const { type, ...rest } = written;
    const types = [...known.channels.keys()];
    const channel = typeof type === "string" ? known.channels.get(type) : undefined;
    if (!/^[\w.-]{1,60}$/.test(name)) {
      reader.report(
        path,
        fault(
          { en: "is not a name for a channel", zh: "不是有效的通道名" },
          { en: "use 1 to 60 letters, digits, - or _", zh: "请用 1 至 60 个字母、数字、- 或 _" },
        ),
        "key",
      );
    }
    if (!channel) {
      const problem =
        type === undefined ? { en: "is missing", zh: "缺失" } : { en: "there is no such channel type", zh: "没有这种通道" };
      reader.report([...path, "type"], fault(problem, suggest(typeof type === "string" ? type : "", types)));
      return [];
    }
    const before = reader.errors.length;
    const parsed = parseOptions(reader.options(rest, path), channel.options, {
      source: reader.source,
      pathOf: (inner) => [...path, ...inner],
    });
    if ("errors" in parsed) reader.add(parsed.errors);
    if ("errors" in parsed || reader.errors.length > before) return [];
    return [{ name, type: channel.id, options: parsed.options, from: `${baseName(reader)}:${reader.source.lineOf(path)}` }];
  });
}

const baseName = (reader: Reader): string => reader.source.file.split(/[\\/]/).at(-1) ?? reader.source.file;

const minute = 60_000;
/** Reminders while nobody has acknowledged. P4 waits for somebody to look. */
const defaultReminders = { P1: 30 * minute, P2: 120 * minute, P3: 1440 * minute, P4: 0 };

function readAlerts(reader: Reader): Config["alerts"] {
  const names = reader.entries(["channels"]).map(([name]) => name);
  reader.entries(["alerts"]);
  reader.onlyKeys(["alerts"], alertsKeys);
  const written = reader.items(["alerts", "rules"]);
  const rules = written.flatMap((path): readonly AlertRule[] => {
    const words = reader.parse(ruleSchema, path);
    if (!words) return [];
    for (const [i, name] of words.channels.entries()) {
      if (names.includes(name)) continue;
      reader.report(
        [...path, "channels", i],
        fault(
          { en: "there is no such channel", zh: "没有这个通道" },
          names.length === 0 ? { en: "declare it in channels", zh: "请在 channels 中声明" } : suggest(name, names),
        ),
      );
    }
    return [{ priorities: words.priorities ?? [...priorities], channels: words.channels }];
  });
  const remind = reader.parse(remindSchema, ["alerts", "remind"]) ?? {};
  return {
    // Channels without rules: everything goes to all of them, so that a forgotten rule is heard.
    rules: written.length === 0 && names.length > 0 ? [{ priorities: [...priorities], channels: names }] : rules,
    remindMs: {
      P1: remind.P1 ?? defaultReminders.P1,
      P2: remind.P2 ?? defaultReminders.P2,
      P3: remind.P3 ?? defaultReminders.P3,
      P4: remind.P4 ?? defaultReminders.P4,
    },
  };
}

function readProbes(reader: Reader, credentials: Credentials): readonly ProbeOverride[] {
  return reader.entries(["probes"]).flatMap(([id, path]) => {
    const words = reader.parse(probeSchema, path);
    if (!words) return [];
    const at = [...path, "options"];
    const written = reader.options(words.options ?? {}, at);
    const before = reader.errors.length;
    const options = withCredentials(reader, written, { path: at, credentials });
    // What is said of a credential that is none need not be said of the option as well.
    if (reader.errors.length > before) return [];
    return [{ id: id.toLowerCase(), words, options, path }];
  });
}
