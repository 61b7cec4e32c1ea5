import { isMailHost } from "../model/dns-words.ts";
import { quoted } from "../model/text.ts";
import { createXmlParser } from "./xml.ts";

/** A server as Mozilla's autoconfiguration names it. */
interface ConfiguredServer {
  readonly direction: "incoming" | "outgoing";
  /** `imap`, `pop3`, `smtp`, `exchange` …; lower case. */
  readonly protocol: string;
  /** An A-label name in lower case. */
  readonly host: string;
  readonly security: "tls" | "starttls" | "plain";
}

export type AutoconfigReading =
  | { readonly kind: "config"; readonly servers: readonly ConfiguredServer[] }
  /** It means to be a configuration, and no mail program can use it. */
  | { readonly kind: "bad"; readonly reason: string }
  /** Something else, such as the page that a web server has for everything. */
  | { readonly kind: "other" };

/** More than anybody offers. */
const maxServers = 16;

const parser = createXmlParser();

/**
 * Reads a `config-v1.1.xml` (https://wiki.mozilla.org/Thunderbird:Autoconfiguration:ConfigFileFormat). Never throws.
 * @param text at most 64 KiB
 * @param domain what `%EMAILDOMAIN%` stands for
 */
export function readAutoconfig(text: string, domain: string): AutoconfigReading {
  if (!/<clientConfig[\s>]/.test(text)) return { kind: "other" };
  let root: unknown;
  try {
    root = parser.parse(text, true);
  } catch (error) {
    return { kind: "bad", reason: quoted(error instanceof Error ? error.message : String(error)) };
  }
  const providers = children(child(root, "clientConfig"), "emailProvider");
  const servers = providers.flatMap((provider) => [
    ...children(provider, "incomingServer").flatMap((one) => serverOf(one, "incoming", domain)),
    ...children(provider, "outgoingServer").flatMap((one) => serverOf(one, "outgoing", domain)),
  ]);
  if (servers.length === 0) return { kind: "bad", reason: "no incomingServer or outgoingServer with a host name" };
  return { kind: "config", servers: servers.slice(0, maxServers) };
}

function serverOf(node: unknown, direction: ConfiguredServer["direction"], domain: string): readonly ConfiguredServer[] {
  const host = textOf(child(node, "hostname")).trim().replaceAll("%EMAILDOMAIN%", domain).toLowerCase().replace(/\.$/, "");
  if (!isMailHost(host)) return [];
  const socket = textOf(child(node, "socketType")).trim().toUpperCase();
  const security = socket === "SSL" ? "tls" : socket === "STARTTLS" ? "starttls" : "plain";
  const protocol = textOf(child(node, "@type")).trim().toLowerCase();
  return [{ direction, protocol, host, security }];
}

function child(node: unknown, name: string): unknown {
  if (Array.isArray(node)) return child(node[0], name);
  if (typeof node !== "object" || node === null || !Object.hasOwn(node, name)) return undefined;
  return Object.entries(node).find(([key]) => key === name)?.[1];
}

function children(node: unknown, name: string): readonly unknown[] {
  const found = child(node, name);
  return Array.isArray(found) ? found : found === undefined ? [] : [found];
}

const textOf = (node: unknown): string => {
  const first: unknown = Array.isArray(node) ? node[0] : node;
  if (typeof first === "string") return first;
  const text = child(first, "#text");
  return typeof text === "string" ? text : "";
};
