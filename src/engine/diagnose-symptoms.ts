import { getDomain } from "tldts";
import type { Cause } from "../model/cause.ts";
import type { Finding } from "../model/observation.ts";
import { ownServer } from "../model/provider.ts";
import { statusFacts, statusOfSeverity } from "../model/status.ts";
import type { Sight } from "./situation.ts";

/** How far a look came before it failed, from the nearest to the farthest. */
export const layers = ["own", "names", "connect", "session", "login", "mailbox", "mail"] as const;
export type Layer = (typeof layers)[number];

/** What is wrong at one probe, read for comparison. */
export interface Symptom {
  readonly sight: Sight;
  /** The finding that says it. */
  readonly finding: Finding;
  readonly layer: Layer;
  /** What the finding speaks for by itself; the first is the likeliest. */
  readonly fits: readonly Cause[];
  /** Lower case, as all names here. */
  readonly host: string | undefined;
  /** The id of a preset; undefined for own servers. */
  readonly provider: string | undefined;
  /** Who answers for the host: its provider, else its registered domain. Undefined where no host is named. */
  readonly place: string | undefined;
  readonly account: string | undefined;
  /** The mail domain that it is about. */
  readonly domain: string | undefined;
  /** Of a mail on its way. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly since: number;
}

const layerOfCause: Readonly<Record<Cause, Layer>> = {
  "own-network": "own",
  "own-port-blocked": "own",
  "tls-intercepted": "own",
  "own-resolver": "own",
  "monitor-credential": "own",
  "domain-expired": "names",
  "zone-broken": "names",
  "mx-changed": "names",
  "path-blocked": "connect",
  "provider-outage": "connect",
  "server-down": "connect",
  certificate: "session",
  "settings-changed": "session",
  "rate-limit": "login",
  "subscription-expired": "login",
  "client-access-off": "login",
  "account-locked": "login",
  "password-expired": "login",
  "password-rejected": "login",
  "permission-removed": "login",
  "mailbox-full": "mailbox",
  "queue-stuck": "mail",
  blacklisted: "mail",
  "sender-refused": "mail",
  greylisting: "mail",
  "junk-filter": "mail",
  "silent-loss": "mail",
  unknown: "mail",
};

/** Findings that fit several causes: nothing is said by one of them alone. */
const ambiguous: Readonly<Record<string, { readonly layer: Layer; readonly fits: readonly Cause[] }>> = {
  "name-unresolved": { layer: "names", fits: ["zone-broken", "own-resolver"] },
  "tls-failed": { layer: "connect", fits: ["settings-changed", "server-down", "tls-intercepted"] },
  deadline: { layer: "connect", fits: ["server-down", "provider-outage"] },
  "proxy-target-failed": { layer: "connect", fits: ["server-down", "path-blocked"] },
  "port-closed": { layer: "connect", fits: ["server-down", "settings-changed"] },
  "token-server-unreachable": { layer: "own", fits: ["path-blocked", "provider-outage"] },
  "login-refused": {
    layer: "login",
    fits: ["password-rejected", "account-locked", "client-access-off", "password-expired", "rate-limit", "provider-outage"],
  },
  "token-rejected": { layer: "login", fits: ["client-access-off", "permission-removed", "account-locked"] },
  "id-wanted": { layer: "login", fits: ["client-access-off", "account-locked"] },
  "mailbox-not-connected": { layer: "login", fits: ["account-locked", "subscription-expired", "provider-outage"] },
  "inbox-not-opened": { layer: "mailbox", fits: ["permission-removed", "server-down"] },
  "maildrop-not-opened": { layer: "mailbox", fits: ["server-down", "mailbox-full"] },
  "command-refused": { layer: "session", fits: ["settings-changed", "server-down"] },
  "server-bug": { layer: "session", fits: ["server-down", "provider-outage"] },
  late: { layer: "mail", fits: ["greylisting", "queue-stuck", "provider-outage"] },
  "size-limit": { layer: "mail", fits: ["settings-changed", "sender-refused"] },
  "size-lost": { layer: "mail", fits: ["silent-loss", "sender-refused"] },
};

/** Why a server refused a mail (`data.causes`), in the words of a diagnosis. */
const causesOfBounces: Readonly<Record<string, readonly Cause[]>> = {
  "unknown-mailbox": ["settings-changed", "account-locked"],
  "mailbox-full": ["mailbox-full"],
  "account-disabled": ["account-locked"],
  blocklisted: ["blacklisted"],
  reputation: ["sender-refused"],
  authentication: ["sender-refused"],
  "reverse-dns": ["sender-refused"],
  "sender-dns": ["sender-refused"],
  "sender-refused": ["sender-refused"],
  content: ["sender-refused"],
  policy: ["sender-refused"],
  approval: ["sender-refused"],
  greylisted: ["greylisting"],
  "rate-limited": ["rate-limit"],
  "sender-quota": ["rate-limit"],
  "sender-blocked": ["account-locked"],
  route: ["mx-changed", "zone-broken"],
  unreachable: ["server-down", "zone-broken"],
  "receiver-trouble": ["server-down", "provider-outage"],
  loop: ["settings-changed"],
  tls: ["settings-changed"],
  "relay-denied": ["settings-changed"],
  login: ["settings-changed", "password-rejected"],
};

const told: ReadonlySet<string> = new Set(["bounced", "send-refused", "send-deferred", "size-refused"]);

/** What a machine says that was reached, though its cause lies with the whole of it. */
const saidInside: ReadonlySet<string> = new Set(["login-unavailable"]);

/** Findings about the monitor's own view, which a probe shows in place of what it would have found. */
const beside: ReadonlySet<string> = new Set(["own-side", "own-side-unproven", "login-held"]);

const text = (value: string | number | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value.toLowerCase().replace(/\.$/, "") : undefined;

/** The registered domain of a host; an address stands for itself. */
export function registered(host: string): string {
  const known = domains.get(host);
  if (known !== undefined) return known;
  const domain = getDomain(host, { allowPrivateDomains: false }) ?? host;
  if (domains.size >= maxDomains) domains.clear();
  domains.set(host, domain);
  return domain;
}

/** The same hosts are asked for with every look. */
const domains = new Map<string, string>();
const maxDomains = 10_000;

export const isWithin = (name: string, domain: string): boolean => name === domain || name.endsWith(`.${domain}`);

export const domainOfAddress = (address: string | undefined): string | undefined => address?.slice(address.lastIndexOf("@") + 1);

/** Which preset a host belongs to: what one probe is told of it holds for all. */
export function providersOf(sights: readonly Sight[]): ReadonlyMap<string, string> {
  return new Map(
    sights.flatMap(({ probe }) => {
      const host = text(probe.load.host);
      const isEnd = probe.check !== "mail-roundtrip" && probe.check !== "provider-status";
      return isEnd && host !== undefined && probe.provider !== undefined && probe.provider !== ownServer
        ? [[host, probe.provider] as const]
        : [];
    }),
  );
}

/**
 * What is wrong at a probe and wants an explanation: mail fails there, or what was found speaks for a cause by itself. A weak
 * record and a date that comes near say themselves what is so, and are no failure yet.
 */
export function symptomOf(sight: Sight, providers: ReadonlyMap<string, string>): Symptom | undefined {
  if (sight.status === "ok") return undefined;
  const { probe, findings } = sight;
  const bad = findings.filter(({ severity }) => severity !== "info");
  const meaning = bad
    .map((finding) => ({ finding, ...meaningOf(finding, sight) }))
    .toSorted((a, b) => rankOf(b.finding) - rankOf(a.finding) || a.order - b.order);
  const isKnown = sight.status === "critical" || sight.status === "warning";
  const best = meaning.find(
    ({ finding, fits }) => fits.length > 0 && (!isKnown || rankOf(finding) >= rankOf(meaning[0]?.finding)),
  );
  const [first] = meaning;
  const chosen = best ?? (isKnown && probe.measures === "service" ? first : undefined);
  if (chosen === undefined) return undefined;
  // What was found while our own side was ill speaks of nobody else.
  if (!isKnown && chosen.layer !== "own" && findings.some(({ code }) => beside.has(code))) return undefined;
  const { finding, layer, fits } = chosen;
  const { data } = finding;
  const host = hostOf(sight, finding);
  const named = host === undefined ? undefined : providers.get(host);
  const provider = named ?? (probe.check === "mail-roundtrip" ? undefined : probe.provider);
  const ofProvider = provider === ownServer ? undefined : provider;
  const to = text(data["to"]);
  return {
    sight,
    finding,
    layer,
    fits,
    host,
    provider: ofProvider,
    place: ofProvider ?? (host === undefined ? undefined : registered(host)),
    account: text(data["account"]) ?? text(data["user"]) ?? accountOf(sight),
    domain: text(data["zone"]) ?? text(data["domain"]) ?? domainOf(probe.asset),
    from: text(data["from"]),
    to: to?.includes("@") === true ? to : undefined,
    since: Math.min(sight.since ?? sight.at, sight.at),
  };
}

function hostOf({ probe }: Sight, { data }: Finding): string | undefined {
  const { host, url, hosts } = data;
  const named = text(host) ?? (typeof url === "string" ? URL.parse(url)?.hostname : undefined);
  if (named !== undefined && named !== "") return named;
  if (probe.check === "smtp-mx") return text(hosts)?.split(/[ ,(;:]/)[0];
  return probe.check === "mail-roundtrip" ? undefined : text(probe.load.host);
}

const accountOf = ({ probe }: Sight): string | undefined => {
  const [only, ...more] = probe.load.logins ?? [];
  return more.length === 0 ? text(only?.account) : undefined;
};

function domainOf(asset: string): string | undefined {
  if (asset === "monitor" || asset.includes("~") || asset.includes(":")) return undefined;
  return asset.includes("@") ? domainOfAddress(asset) : asset;
}

const rankOf = (finding: Finding | undefined): number =>
  finding === undefined ? 0 : statusFacts[statusOfSeverity(finding.severity)].rank;

function meaningOf(
  { code, data }: Finding,
  { declared, probe }: Sight,
): { readonly layer: Layer; readonly fits: readonly Cause[]; readonly order: number } {
  if (beside.has(code)) return { layer: "own", fits: [], order: 2 };
  if (told.has(code)) {
    const named = typeof data["causes"] === "string" ? data["causes"].split(/[ ,]+/) : [];
    return { layer: "mail", fits: [...new Set(named.flatMap((one) => causesOfBounces[one] ?? []))], order: 0 };
  }
  const cause = declared(code)?.cause;
  if (cause !== undefined) return { layer: saidInside.has(code) ? "login" : layerOfCause[cause], fits: [cause], order: 0 };
  const several = probe.measures === "posture" && code !== "port-closed" ? undefined : ambiguous[code];
  return several ? { ...several, order: 0 } : { layer: "mail", fits: [], order: 1 };
}

export const isKnown = ({ sight }: Symptom): boolean => sight.status === "critical" || sight.status === "warning";

/** What it says first, by itself. */
export const speaksFor =
  (cause: Cause) =>
  ({ fits }: Symptom): boolean =>
    fits[0] === cause;

/** The domains and mailboxes that a subscription which has ended paid for. */
export function paidBy({ finding: { data } }: Symptom): readonly string[] {
  const { paysFor, covers = paysFor } = data;
  if (typeof covers !== "string") return [];
  return covers
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((part) => part !== "");
}

/** Whether such a subscription paid for what fails here. */
export function isPaidBy(says: Symptom, one: Symptom): boolean {
  const names = [one.account, one.sight.probe.asset, one.domain, domainOfAddress(one.account)];
  return paidBy(says).some((part) => names.some((name) => name !== undefined && (name === part || isWithin(name, part))));
}
