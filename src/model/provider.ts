import type { Ask, DnsAnswer } from "./dns.ts";
import type { Text } from "./text.ts";

/** A name in the DNS may hold any byte; what is no host name is no server either, and is never shown or pinned. */
export const isHostName = (name: string): boolean => /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(name);

/** Where a mail program connects. `tls`: from the first byte (RFC 8314); `starttls`: on the open connection. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls";
}

/** What recognising a provider needs of its preset. */
export interface KnownProvider {
  readonly id: string;
  /** An MX host belongs to it when it equals one of these or ends in `.` and one of these. */
  readonly mxSuffixes: readonly string[];
  readonly imap: MailServer;
  readonly smtp: MailServer;
}

/** Where the mail of a domain is read and sent, as DNS says. */
export interface FoundServers {
  readonly provider: string;
  readonly imap: MailServer;
  readonly smtp: MailServer;
  /** The record that said so: `MX mxbiz1.qq.com`. */
  readonly because: string;
}

/** `seen` is the reason in the words of DNS, which need no translation. */
export type Search =
  | { readonly kind: "found"; readonly servers: FoundServers }
  /** DNS gave no usable answer: nothing is known, neither that it changed. */
  | { readonly kind: "unanswered"; readonly reason: Text; readonly seen: string }
  /** DNS answered, and names no mail server. */
  | { readonly kind: "nothing"; readonly reason: Text; readonly seen: string };

/** The findings of a login that a preset may give an answer to, besides its definite and its ambiguous list. */
export const otherRefusals = [
  "account-locked",
  "login-limited",
  "login-unavailable",
  "password-login-off",
  "app-password-needed",
  "address-denied",
] as const;

export type OtherRefusal = (typeof otherRefusals)[number];

/** What takes the place of the login: the mailbox's own password, one that is made for mail programs (授权码), or a token. */
export type LoginSecret = "password" | "app-password" | "oauth";

/** What a preset knows that helps a person whose mailbox at this provider does not work. */
export interface ProviderSupport {
  readonly title: Text;
  /** What a mail program may log in with, by protocol; POP3 as IMAP. */
  readonly secrets?: { readonly imap: readonly LoginSecret[]; readonly smtp: readonly LoginSecret[] } | undefined;
  /** Where mail programs are let in, in the words of the provider's own pages. */
  readonly access: readonly { readonly who: "admin" | "owner"; readonly path: Text }[];
  /** Connections of one account at a time, all mail programs together. */
  readonly connections?: number | undefined;
  /** Where its help is asked: an address, a number or a page. */
  readonly contact?: string | undefined;
  /** The page on which it tells of its own troubles. */
  readonly statusPage?: string | undefined;
}

/** The preset of a company that runs its own servers. */
export const ownServer = "own-server";

/**
 * Recognises the provider of a mail domain: by its MX; else the SRV records of RFC 6186 and RFC 8314; else the most
 * preferred MX host is the mail server, as it is with nearly everybody who runs a single one.
 */
export async function findMailServers(
  domain: string,
  known: readonly KnownProvider[],
  ask: Ask,
  signal?: AbortSignal,
): Promise<Search> {
  const options = signal ? { signal } : {};
  const mx = await ask(domain, "MX", options);
  if (mx.outcome === "failed") return unanswered(mx);
  const exchanges = mx.records
    .filter((record) => isHostName(record.exchange))
    .toSorted((a, b) => a.priority - b.priority || a.exchange.localeCompare(b.exchange))
    .map((record) => record.exchange.toLowerCase());
  for (const exchange of exchanges) {
    const provider = known.find((it) => it.mxSuffixes.some((suffix) => exchange === suffix || exchange.endsWith(`.${suffix}`)));
    if (provider) {
      const { id, imap, smtp } = provider;
      return { kind: "found", servers: { provider: id, imap, smtp, because: `MX ${exchange}` } };
    }
  }

  const imap = await firstService(
    domain,
    [
      ["_imaps._tcp", "tls"],
      ["_imap._tcp", "starttls"],
    ],
    ask,
    options,
  );
  if (imap && "outcome" in imap) return unanswered(imap);
  const smtp = await firstService(
    domain,
    [
      ["_submissions._tcp", "tls"],
      ["_submission._tcp", "starttls"],
    ],
    ask,
    options,
  );
  if (smtp && "outcome" in smtp) return unanswered(smtp);
  const [first] = exchanges;
  if (imap && smtp) return { kind: "found", servers: { provider: ownServer, imap, smtp, because: `SRV ${imap.host}` } };
  if (first === undefined) {
    return {
      kind: "nothing",
      reason: {
        en: `${domain} has no MX and no SRV record that names a mail server`,
        zh: `${domain} 没有指向邮件服务器的 MX 或 SRV 记录`,
      },
      seen: `MX ${domain}: NODATA, SRV ${domain}: NODATA`,
    };
  }
  return {
    kind: "found",
    servers: {
      provider: ownServer,
      imap: imap ?? { host: first, port: 993, security: "tls" },
      smtp: smtp ?? { host: first, port: 465, security: "tls" },
      because: `MX ${first}`,
    },
  };
}

function unanswered({ type, name, failure }: DnsAnswer): Search {
  const what = `${type} ${name}: ${failure?.code ?? "?"}`;
  return { kind: "unanswered", reason: { en: `no usable DNS answer, ${what}`, zh: `DNS 没有可用的应答，${what}` }, seen: what };
}

async function firstService(
  domain: string,
  services: readonly (readonly [name: string, security: MailServer["security"]])[],
  ask: Ask,
  options: { readonly signal?: AbortSignal },
): Promise<MailServer | DnsAnswer | undefined> {
  for (const [name, security] of services) {
    const answer = await ask(`${name}.${domain}`, "SRV", options);
    if (answer.outcome === "failed") return answer;
    // A single "." says that the service is not offered (RFC 2782).
    const [best] = answer.records.filter((record) => isHostName(record.name)).toSorted((a, b) => a.priority - b.priority);
    if (best) return { host: best.name.toLowerCase(), port: best.port, security };
  }
  return undefined;
}
