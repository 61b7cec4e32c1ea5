import { randomUUID } from "node:crypto";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Diagnostic } from "../config/diagnostics.ts";
import { loadConfiguration } from "../config/load.ts";
import type { Masker } from "../config/mask.ts";
import type { MailAddress } from "../config/names.ts";
import { splitHostPort } from "../config/names.ts";
import { loadProviders, recognisable } from "../config/providers.ts";
import { diagnoseProblems, diagnoseWords } from "../i18n/diagnose.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Plan, Settings } from "../model/config.ts";
import type { Ask } from "../model/dns.ts";
import { findMailServers } from "../model/provider.ts";
import { inLanguage, say, type Language } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import { createResolver } from "../net/dns.ts";
import type { Env } from "./configuration.ts";

/** What the command line says of a mailbox that is in no configuration. */
export interface ServerOptions {
  readonly imap?: string;
  readonly smtp?: string;
  readonly login?: string;
  readonly provider?: string;
  readonly dns?: readonly string[];
  readonly ca?: readonly string[];
  readonly public?: readonly string[];
}

export const namesServers = ({ imap, smtp, login, provider }: ServerOptions): boolean =>
  [imap, smtp, login, provider].some((given) => given !== undefined);

export interface Unconfigured {
  readonly address: MailAddress;
  readonly options: ServerOptions;
  /** Of the configuration that does not have the mailbox: how this machine reaches the world. */
  readonly base: Plan | undefined;
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly masker: Masker;
  readonly env: Env;
  readonly language: Language;
}

export interface Planned {
  /** Where its servers are, and why. */
  readonly notices: readonly string[];
  /** @param password undefined: whatever logs in finds no password, and is to be left out */
  readonly planWith: (password: string | undefined) => Plan;
}

/** Where the key and the refused logins of a command without a configuration are. */
function stateFolder(env: Env): string {
  const state = env["XDG_STATE_HOME"];
  const home = env["HOME"];
  const base =
    state !== undefined && state !== "" ? state : join(home !== undefined && home !== "" ? home : homedir(), ".local/state");
  return resolve(base, "mailvigil");
}

/**
 * The probes of one mailbox as a configuration with nothing else would have them: its provider is recognised as there. The password
 * is wanted only after that, so that whoever types it knows where it goes.
 */
export async function planUnconfigured(mailbox: Unconfigured): Promise<Planned | { readonly problems: readonly string[] }> {
  const { address, base, checks, masker, env, language } = mailbox;
  const written = configurationOf(mailbox);
  if ("problems" in written) return written;
  // The loader wants a password to be there; this one is never sent.
  const known: Record<string, string | undefined> = { ...env, [passwordName]: randomUUID() };
  let settings: Settings | undefined;
  let asking: { readonly ask: Ask; close(): void } | undefined;
  const loaded = await loadConfiguration("diagnose", {
    checks,
    channels: new Map(),
    env: known,
    masker,
    text: JSON.stringify(written.config),
    dependentRoutes: () => [],
    pins: "keep",
    createAsk: (own) => {
      settings = merged(own, base?.settings);
      asking = createResolver({ servers: settings.dnsServers, authorityPort: settings.authorityPort });
      return asking.ask;
    },
  });
  try {
    if ("errors" in loaded) return { problems: loaded.errors.map((error) => optionProblem(error, language)) };
    const { plan } = loaded;
    const effective = settings ?? merged(plan.settings, base?.settings);
    const unknown = plan.probes.find(({ waiting }) => waiting !== undefined)?.waiting;
    const notices: string[] = plan.notes.map((note) => inLanguage(note, language));
    if (unknown && asking) {
      // Only now, and only here: whether DNS names no server, or nobody answered.
      const search = await findMailServers(address.domain, recognisable(loadProviders()), asking.ask);
      const reason = search.kind === "found" ? unknown : search.reason;
      if (search.kind === "nothing") return { problems: [nowhere(inLanguage(search.reason, language), language)] };
      notices.push(say(diagnoseWords.unanswered, language, { domain: address.domain, reason: inLanguage(reason, language) }));
    }
    // To compare with: of no use where nothing is logged in to.
    const others = (base?.probes ?? []).filter(
      ({ asset }) => asset.includes("@") && !asset.includes("~") && asset !== address.id,
    );
    return {
      notices,
      planWith(password) {
        known[passwordName] = password;
        return { ...plan, settings: effective, probes: password === undefined ? plan.probes : [...plan.probes, ...others] };
      },
    };
  } finally {
    asking?.close();
  }
}

const passwordName = "MAILVIGIL_TYPED_PASSWORD";

function configurationOf({
  address,
  options,
  base,
  env,
  language,
}: Unconfigured): { readonly config: object } | { readonly problems: readonly string[] } {
  const { login, provider, dns = [], ca = [] } = options;
  const problems: string[] = [];
  const server = (option: "imap" | "smtp"): object => {
    const given = options[option];
    if (given === undefined) return {};
    const found = splitHostPort(given, 0);
    if (found === undefined) {
      problems.push(say(diagnoseProblems.server, language, { option: `--${option}`, given: visible(given, 200) }));
      return {};
    }
    return { [option]: { host: found.host, ...(found.port === 0 ? {} : { port: found.port }) } };
  };
  const mailbox = {
    address: address.address,
    password: { env: passwordName },
    ...(login === undefined ? {} : { login }),
    ...(provider === undefined ? {} : { provider }),
    ...server("imap"),
    ...server("smtp"),
    business: "critical",
  };
  if (problems.length > 0) return { problems };
  const selfTests = base && (base.settings.selfTests.on ? { egress: base.settings.selfTests.egressTargets } : "off");
  return {
    config: {
      settings: {
        data: base?.settings.data ?? stateFolder(env),
        ...(selfTests === undefined ? {} : { self_tests: selfTests }),
        ...(dns.length > 0 ? { dns: { servers: dns } } : {}),
        ...(ca.length > 0 ? { tls: { ca: ca.map((file) => resolve(file)) } } : {}),
        ...(options.public && options.public.length > 0 ? { network: { public: options.public } } : {}),
      },
      domains: [{ name: address.domain }],
      mailboxes: [mailbox],
    },
  };
}

/** What the command line says goes before what the configuration says. */
const merged = (own: Settings, base: Settings | undefined): Settings => ({
  ...own,
  dnsServers: own.dnsServers.length > 0 ? own.dnsServers : (base?.dnsServers ?? []),
  authorityPort: base?.authorityPort,
  extraAuthorities: [...(base?.extraAuthorities ?? []), ...own.extraAuthorities],
  publicRanges: [...(base?.publicRanges ?? []), ...own.publicRanges],
});

/** The place in a text that nobody has written says nothing: its option does. */
function optionProblem({ path, problem, remedy }: Diagnostic, language: Language): string {
  const [, option = path] = byPath.find(([start]) => path.startsWith(start)) ?? [];
  return say(diagnoseProblems.option, language, {
    option,
    problem: inLanguage(problem, language),
    remedy: inLanguage(remedy, language),
  });
}

const byPath: readonly (readonly [start: string, option: string])[] = [
  ["settings.dns", "--dns"],
  ["settings.tls", "--ca"],
  ["settings.network", "--public"],
  ["mailboxes[0].imap", "--imap"],
  ["mailboxes[0].smtp", "--smtp"],
  ["mailboxes[0].login", "--login"],
  ["mailboxes[0].provider", "--provider"],
];

const nowhere = (reason: string, language: Language): string =>
  say(diagnoseProblems.nowhere, language, { reason, providers: [...loadProviders().keys()].join(", ") });
