import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { basename } from "node:path";
import { type Blocklists, builtInBlocklists, type WatchedDomain } from "../config/domain-checks.ts";
import { type LoadedDomains, loadDomains } from "../config/load.ts";
import { createMasker } from "../config/mask.ts";
import { auditProblems } from "../i18n/audit.ts";
import { ZoneFileError } from "../mail/zone-file-lines.ts";
import { maxZoneBytes, parseZoneFile, type ZoneFile } from "../mail/zone-file.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Settings } from "../model/config.ts";
import type { Mask } from "../model/secret.ts";
import { inLanguage, say, type Data, type Language } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import { AddressRangeError, createAddressPolicy } from "../net/addresses.ts";
import { asciiName } from "../net/dns-name.ts";
import { DnsServerError, parseServer } from "../net/dns-servers.ts";
import { createTrust } from "../net/tls.ts";
import { loadChannels } from "../plugins.ts";
import type { Env } from "./configuration.ts";
import { say as told } from "./say.ts";
import { terminalLanguage } from "./terminal-language.ts";

export interface AuditOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly selector?: readonly string[];
  readonly sendsFrom?: readonly string[];
  readonly dns?: readonly string[];
  readonly dnsbl?: readonly string[];
  readonly public?: readonly string[];
  readonly ca?: readonly string[];
  readonly relayTest?: boolean;
  readonly port25Control?: readonly string[];
  readonly file?: string;
  readonly whatIf?: string;
  readonly config?: string;
}

/** What an audit is asked to do, with all that it names read. */
export interface AuditRequest {
  readonly language: Language;
  /** Each once, in the order they were named. */
  readonly domains: readonly WatchedDomain[];
  readonly blocklists: Blocklists;
  readonly relayTest: boolean;
  readonly port25Control: readonly string[];
  readonly net: Pick<Settings, "dnsServers" | "authorityPort" | "extraAuthorities" | "publicRanges">;
  readonly whatIf: { readonly file: ZoneFile; readonly label: string } | undefined;
  /** Hides the key of a block list service. */
  readonly mask: Mask;
}

type Loaded = Extract<LoadedDomains, { readonly domains: unknown }>;
const nothingConfigured = { domains: [], blocklists: builtInBlocklists, language: undefined };

/** Lists, certificates and block lists are bounded as the configuration bounds them. */
const maxFileBytes = 1024 * 1024;
const maxLists = 20;
const selectorForm = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

/** Reads the command line and the files that it names. What is wrong comes back all at once, each with its option and its remedy. */
export async function readRequest(
  given: readonly string[],
  options: AuditOptions,
  { env, checks }: { readonly env: Env; readonly checks: ReadonlyMap<string, AnyCheck> },
): Promise<AuditRequest | { readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const masker = createMasker();
  let configured: Loaded | undefined;
  if (options.config !== undefined) {
    const loaded = await loadDomains(options.config, { checks, channels: await loadChannels(), env, masker });
    if ("errors" in loaded) {
      const language = loaded.language ?? terminalLanguage(env);
      return { problems: loaded.errors.map((error) => told.diagnostic(error, language)) };
    }
    configured = loaded;
  }
  const { language: asked, domains: known, blocklists, settings } = { settings: undefined, ...(configured ?? nothingConfigured) };
  const language = asked ?? terminalLanguage(env);
  const report = (problem: keyof typeof auditProblems, data: Data): void => {
    problems.push(say(auditProblems[problem], language, data));
  };
  const readText = async (option: string, path: string, maxBytes: number): Promise<string> => {
    const file = visible(path, 200);
    try {
      const bytes = await readFile(path);
      if (bytes.length > maxBytes) report("file-large", { option, file, mebibytes: maxBytes / 1024 ** 2 });
      else return bytes.toString("utf8");
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "?";
      report(code === "ENOENT" ? "file-missing" : code === "EISDIR" ? "file-folder" : "file-unreadable", { option, file, code });
    }
    return "";
  };

  const named = given.map((name) => ({ name, where: "" }));
  if (options.file !== undefined)
    named.push(...linesOf(await readText("--file", options.file, maxFileBytes), visible(options.file, 200)));
  if (named.length === 0 && options.file === undefined) named.push(...known.map(({ name }) => ({ name, where: "" })));
  if (named.length === 0 && problems.length === 0)
    report(options.file === undefined ? "domain-none" : "file-empty", { file: options.file ?? "" });
  const { selector = [], sendsFrom = [], dns = [], dnsbl = [], ca = [], port25Control = [] } = options;
  const domains = new Map<string, WatchedDomain>();
  for (const { name: written, where } of named) {
    const name = domainName(written);
    if (name === undefined) report("domain-bad", { where, domain: visible(written, 200) });
    else if (!domains.has(name)) {
      const base = known.find((one) => one.name === name) ?? { ...unknownDomain, name };
      domains.set(name, { ...base, selectors: [...base.selectors, ...selector], senders: [...base.senders, ...sendsFrom] });
    }
  }
  for (const one of selector) if (!selectorForm.test(one)) report("selector-bad", { given: visible(one, 80) });
  for (const one of sendsFrom) if (isIP(one) === 0) report("address-bad", { given: visible(one, 80) });
  for (const one of dns) if (!isFine(() => parseServer(one), DnsServerError)) report("dns-bad", { given: visible(one, 80) });
  for (const one of options.public ?? [])
    if (!isFine(() => createAddressPolicy([one]), AddressRangeError)) report("range-bad", { given: visible(one, 80) });
  for (const one of dnsbl) if (domainName(one) === undefined) report("list-bad", { given: visible(one, 200) });
  for (const one of port25Control) if (!isHost(one, checks)) report("control-bad", { given: visible(one, 200) });
  const described = new Set(blocklists.lists.map(({ zone }) => zone));
  const lists = [...blocklists.lists, ...dnsbl.filter((zone) => !described.has(zone)).map((zone) => ({ zone }))];
  if (lists.length > maxLists) report("lists-many", { count: lists.length, most: maxLists });
  const authorities: string[] = [];
  for (const file of ca) {
    const pem = await readText("--ca", file, maxFileBytes);
    if (pem !== "" && !isFine(() => createTrust([pem]), Error)) report("certificate-none", { file: visible(file, 200) });
    authorities.push(pem);
  }
  const whatIf = options.whatIf === undefined ? undefined : await zoneFile(options.whatIf, [...domains.keys()]);
  if (problems.length > 0) return { problems };
  return {
    language,
    domains: [...domains.values()],
    blocklists: { ...blocklists, lists },
    relayTest: options.relayTest ?? false,
    port25Control,
    net: {
      dnsServers: dns.length > 0 ? dns : (settings?.dnsServers ?? []),
      authorityPort: settings?.authorityPort,
      extraAuthorities: [...(settings?.extraAuthorities ?? []), ...authorities],
      publicRanges: [...(settings?.publicRanges ?? []), ...(options.public ?? [])],
    },
    whatIf,
    mask: masker.mask,
  };

  /** Relative names are those of the domain, where there is only one. */
  async function zoneFile(path: string, names: readonly string[]): Promise<AuditRequest["whatIf"]> {
    const text = await readText("--what-if", path, maxZoneBytes);
    try {
      return { file: parseZoneFile(text, names.length === 1 ? names[0] : undefined), label: basename(path) };
    } catch (error) {
      if (!(error instanceof ZoneFileError)) throw error;
      const { line, problem, remedy } = error;
      report("zone-bad", {
        file: visible(path, 200),
        line,
        problem: inLanguage(problem, language),
        remedy: inLanguage(remedy, language),
      });
      return undefined;
    }
  }
}

const unknownDomain: Omit<WatchedDomain, "name"> = {
  receives: true,
  sends: true,
  provider: undefined,
  selectors: [],
  senders: [],
  caaHosts: [],
  expires: undefined,
};

/** One domain a line; `#` begins a comment. */
const linesOf = (text: string, file: string): { readonly name: string; readonly where: string }[] =>
  text
    .split("\n")
    .map((line, index) => ({ name: line.replace(/#.*/, "").trim(), where: `${file}:${index + 1}: ` }))
    .filter(({ name }) => name !== "");

/** A name of at least two labels whose last is no number, as A-labels. */
function domainName(written: string): string | undefined {
  const name = asciiName(written.trim());
  return name !== undefined && /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.(?!\d+$)[a-z0-9-]+$/.test(name) ? name : undefined;
}

const isHost = (text: string, checks: ReadonlyMap<string, AnyCheck>): boolean =>
  checks.get("port25")?.options.safeParse({ hosts: [text] }).success === true;

function isFine(read: () => unknown, wrong: new (...args: never[]) => Error): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof wrong) return false;
    throw error;
  }
}
