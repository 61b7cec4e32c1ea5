import { dirname, resolve } from "node:path";
import type { AnyChannel } from "../model/channel.ts";
import type { AnyCheck } from "../model/check.ts";
import type { AlertRule, Plan, Settings } from "../model/config.ts";
import type { Ask } from "../model/dns.ts";
import type { Priority } from "../model/incident.ts";
import { languages, type Language, type Text } from "../model/text.ts";
import type { Config } from "./config.ts";
import { fault, type Diagnostic } from "./diagnostics.ts";
import { discover, type Discovery } from "./discovery.ts";
import { parseSource, readDocument, type SourceDocument } from "./document.ts";
import type { Blocklists, WatchedDomain } from "./domain-checks.ts";
import { watchedDomains } from "./domains.ts";
import { valueAt } from "./issues.ts";
import { createMasker, type Masker } from "./mask.ts";
import { PinsError, readPins, writePins } from "./pins.ts";
import { plan } from "./plan.ts";
import { providerNotes } from "./provider-notes.ts";
import { loadProviders, type Provider, recognisable } from "./providers.ts";
import { createReader, type Reader } from "./reader.ts";
import { readSections } from "./sections.ts";
import { domainsToFind, watchedMail } from "./services.ts";

interface Dependence {
  readonly hosts: readonly string[];
  readonly mailDomains: readonly string[];
}

/** What reading a file needs of the world. */
export interface FileWorld {
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly channels: ReadonlyMap<string, AnyChannel>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Learns every secret that is read; one for the whole process, so that a reload forgets none. */
  readonly masker?: Masker;
  /** The configuration itself, where it is in no file; the name of the file is then only what errors call it. */
  readonly text?: string;
}

/** What loading a configuration needs of the world. */
export interface LoadWorld extends FileWorld {
  /** Makes the resolver by the settings. Left out: DNS is not asked, and only pinned servers are known. */
  readonly createAsk?: (settings: Settings) => Ask;
  /**
   * What happens to newly found servers. `keep`: they are used and not stored; `store`: pinned; `accept`: a changed answer
   * replaces its pin too.
   */
  readonly pins?: "keep" | "store" | "accept";
  /** Promise 6, `findDependentRoutes` of the engine. */
  readonly dependentRoutes: (
    rules: readonly AlertRule[],
    channels: ReadonlyMap<string, Dependence>,
    watched: Dependence,
  ) => readonly { readonly priority: Priority; readonly channels: readonly string[] }[];
  readonly now?: () => number;
}

/** `language` is what the file asks for, where that much of it can be read. */
export type Loaded = { readonly language: Language | undefined } & (
  | { readonly plan: Plan; readonly declared: number }
  | { readonly errors: readonly Diagnostic[] }
);

/**
 * Reads, checks and plans a configuration. Everything that is wrong with it comes back at once, each with its place; nothing
 * is thrown for what a file can hold. `declared` counts the assets that the file declares.
 */
export async function loadConfiguration(file: string, world: LoadWorld): Promise<Loaded> {
  const read = await readConfig(file, world);
  if ("errors" in read) return read;
  const { language, reader, config, providers } = read;
  await reveal(reader, reader.secrets);
  const discovery = await find(config, world, reader);
  const facts = { ...discovery, providers };
  const planned = plan(config, facts, world.checks);
  reader.add(planned.errors);
  if (reader.errors.length === 0) refuseDependentRoutes(config, watchedMail(config, facts), world, reader);
  if (reader.errors.length > 0) return { language, errors: sorted(reader.errors) };
  return {
    language,
    plan: {
      file: resolve(file),
      settings: config.settings,
      assets: planned.assets,
      probes: planned.probes,
      channels: config.channels,
      alerts: config.alerts,
      sops: config.sops.map(({ sop }) => sop),
      statusPage: config.statusPage,
      report: config.report,
      sopHooks: config.sops.flatMap(({ hooks }) => hooks),
      sopTemplates: config.sops.flatMap(({ template }) => template ?? []),
      notes: [...discovery.notes, ...providerNotes(config, facts), ...reportNotes(config, watchedMail(config, facts), world)],
    },
    declared: [
      config.domains,
      config.mailboxes,
      config.routes,
      config.endpoints,
      config.subscriptions,
      config.backups,
      config.forwards,
      config.relays,
      config.queues,
      config.directories,
    ].reduce((sum, { length }) => sum + length, 0),
  };
}

/** What `audit` needs of a file. */
export type LoadedDomains = { readonly language: Language | undefined } & (
  | { readonly settings: Settings; readonly domains: readonly WatchedDomain[]; readonly blocklists: Blocklists }
  | { readonly errors: readonly Diagnostic[] }
);

/**
 * Reads only what concerns the mail domains: no password is read, and DNS is not asked. Errors as of `loadConfiguration`.
 */
export async function loadDomains(file: string, world: FileWorld): Promise<LoadedDomains> {
  const read = await readConfig(file, world);
  if ("errors" in read) return read;
  const { language, reader, config, providers } = read;
  await reveal(
    reader,
    reader.secrets.filter(({ secret }) => secret === config.dnsbl.dqsKey),
  );
  const facts = await find(config, world, reader);
  if (reader.errors.length > 0) return { language, errors: sorted(reader.errors) };
  const { settings, dnsbl: blocklists } = config;
  return { language, settings, domains: watchedDomains(config, { ...facts, providers }), blocklists };
}

interface ReadConfig {
  readonly language: Language | undefined;
  readonly reader: Reader;
  readonly config: Config;
  readonly providers: ReadonlyMap<string, Provider>;
}

async function readConfig(
  file: string,
  world: FileWorld,
): Promise<ReadConfig | { readonly language: undefined; readonly errors: readonly Diagnostic[] }> {
  const read = world.text === undefined ? await readDocument(file) : parseSource(file, world.text);
  if ("errors" in read) return { language: undefined, errors: read.errors };
  const folder = dirname(resolve(file));
  const reader = createReader(read.source, { env: world.env, folder, masker: world.masker ?? createMasker() });
  const providers = loadProviders();
  const config = await readSections(reader, { ...world, providers, folder });
  return { language: languageOf(read.source), reader, config, providers };
}

const languageOf = ({ value }: SourceDocument): Language | undefined =>
  languages.find((language) => language === valueAt(value, ["settings", "language"]));

/** In the order of the file, each once. */
function sorted(errors: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return errors
    .filter((error) => {
      const key = JSON.stringify([error.line, error.column, error.path, error.problem.en]);
      return !seen.has(key) && seen.add(key);
    })
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
}

const secretsAtOnce = 8;

/** Reads secrets once: what is missing is told now and not at the first login, and the masker knows them all. */
async function reveal(reader: Reader, secrets: Reader["secrets"]): Promise<void> {
  const left = [...secrets];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const found = await next.secret.read();
      if (!("value" in found)) reader.report(next.path, found);
    }
  };
  await Promise.all(Array.from({ length: secretsAtOnce }, worker));
}

async function find(config: Config, world: FileWorld & Partial<LoadWorld>, reader: Reader): Promise<Discovery> {
  const domains = domainsToFind(config);
  const nothing: Discovery = { servers: new Map(), waiting: new Map(), notes: [], pins: undefined };
  if (domains.length === 0) return nothing;
  try {
    const { data } = config.settings;
    const discovery = await discover(domains, {
      // A configuration that is wrong anyway asks nobody.
      ask: reader.errors.length === 0 ? world.createAsk?.(config.settings) : undefined,
      known: recognisable(loadProviders()),
      pins: await readPins(data),
      accept: world.pins === "accept",
      now: (world.now ?? Date.now)(),
    });
    if (discovery.pins && world.pins !== undefined && world.pins !== "keep") await writePins(data, discovery.pins);
    return discovery;
  } catch (error) {
    if (!(error instanceof PinsError)) throw error;
    reader.report(["settings", "data"], error.fault);
    return nothing;
  }
}

const channelNeeds = (config: Config, world: LoadWorld): ReadonlyMap<string, Dependence> =>
  new Map(
    config.channels.flatMap(({ name, type, options }) => {
      const channel = world.channels.get(type);
      return channel ? [[name, channel.dependsOn(options)] as const] : [];
    }),
  );

/** A report may go to a watched mailbox, as alerts may not: it waits until mail works again. That much is said. */
function reportNotes(config: Config, watched: Dependence, world: LoadWorld): readonly Text[] {
  const route = [{ priorities: ["P4" as const], channels: config.report.channels }];
  return world.dependentRoutes(route, channelNeeds(config, world), watched).map(({ channels }) => ({
    en: `The monthly report goes only to ${channels.join(", ")}, which needs the mail that is watched: while that is down, it waits`,
    zh: `月报只发往 ${channels.join("、")}，而它依赖被监控的邮件服务：邮件中断期间，月报会等待`,
  }));
}

/** Promise 6: no alert, and no word of an SOP, travels only through what it reports on. */
function refuseDependentRoutes(config: Config, watched: Dependence, world: LoadWorld, reader: Reader): void {
  const channels = channelNeeds(config, world);
  const remedy = {
    en: "add a channel that needs none of it, such as a webhook, or mail at another provider",
    zh: "请增加一个不依赖它的通道，例如 webhook，或其他服务商的邮箱",
  };
  for (const { sop, path } of config.sops) {
    const route = { priorities: [sop.priority], channels: sop.channels };
    // Channels that the rules give are told with the rules.
    const own = [...path, "channels"];
    if (valueAt(config.source.value, own) === undefined) continue;
    const [found] = world.dependentRoutes([route], channels, watched);
    if (!found) continue;
    const names = found.channels.join(", ");
    reader.report(
      own,
      fault(
        {
          en: `this SOP tells only ${names}, which needs the very mail that is watched`,
          zh: `这个预案只通知 ${names}，而它依赖被监控的邮件服务本身`,
        },
        remedy,
      ),
    );
  }
  const dependent = world.dependentRoutes(config.alerts.rules, channels, watched);
  const first = dependent[0];
  if (!first) return;
  const names = first.channels.join(", ");
  const which = dependent.map(({ priority }) => priority).join(", ");
  const hasRules = config.source.value["alerts"] !== undefined;
  reader.report(
    hasRules ? ["alerts", "rules"] : ["channels", first.channels[0] ?? ""],
    fault(
      {
        en: `alerts of ${which} go only to ${names}, which needs the very mail that is watched`,
        zh: `${which} 告警只发往 ${names}，而它依赖被监控的邮件服务本身`,
      },
      remedy,
    ),
    hasRules ? "value" : "key",
  );
}
