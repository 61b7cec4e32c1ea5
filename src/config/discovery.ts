import type { Ask } from "../model/dns.ts";
import { findMailServers, type FoundServers, type KnownProvider } from "../model/provider.ts";
import type { Pin } from "./pins.ts";

/** What is known about where the mail of each domain is, for the plan. */
export interface Discovery {
  /** By mail domain. */
  readonly servers: ReadonlyMap<string, FoundServers>;
  /** Why it is not known yet, by mail domain. */
  readonly waiting: ReadonlyMap<string, string>;
  /** One line a domain, for people. */
  readonly notes: readonly string[];
  /** What `pins.json` should hold after this; undefined when nothing is new. */
  readonly pins: ReadonlyMap<string, Pin> | undefined;
}

export interface DiscoveryWorld {
  /** Undefined: nobody is asked, only pins count. */
  readonly ask: Ask | undefined;
  readonly known: readonly KnownProvider[];
  readonly pins: ReadonlyMap<string, Pin>;
  /** A different answer replaces the pin: a person said so. */
  readonly accept: boolean;
  readonly now: number;
}

const atOnce = 8;

/** Finds the servers of mail domains. A pin goes before the answer of the day; only `accept` changes one. */
export async function discover(domains: readonly string[], world: DiscoveryWorld): Promise<Discovery> {
  const servers = new Map<string, FoundServers>();
  const waiting = new Map<string, string>();
  const notes: string[] = [];
  const pins = new Map(world.pins);
  let changed = false;
  const pin = (domain: string, found: FoundServers): void => {
    pins.set(domain, { ...found, pinnedAt: new Date(world.now).toISOString().slice(0, 10) });
    servers.set(domain, found);
    changed = true;
  };

  const left = domains.toSorted();
  const searches = new Map<string, Awaited<ReturnType<typeof findMailServers>>>();
  const worker = async (): Promise<void> => {
    for (let domain = left.pop(); domain !== undefined; domain = left.pop()) {
      if (world.ask) searches.set(domain, await findMailServers(domain, world.known, world.ask));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));

  for (const domain of domains.toSorted()) {
    const pinned = world.pins.get(domain);
    const search = searches.get(domain);
    if (pinned) servers.set(domain, pinned);
    if (search?.kind !== "found") {
      if (pinned) notes.push(`${domain}: ${describe(pinned)}, pinned ${pinned.pinnedAt}`);
      else if (search) waiting.set(domain, `the mail server of ${domain} is not known yet (${search.reason})`);
      else waiting.set(domain, `the mail server of ${domain} has not been looked for yet`);
      continue;
    }
    const found = search.servers;
    if (!pinned) {
      pin(domain, found);
      notes.push(`${domain}: ${describe(found)}`);
    } else if (sameServers(pinned, found)) notes.push(`${domain}: ${describe(pinned)}, pinned ${pinned.pinnedAt}`);
    else if (world.accept) {
      pin(domain, found);
      notes.push(`${domain}: ${describe(found)}; accepted in place of ${describe(pinned)}`);
    } else {
      notes.push(
        `${domain}: CHANGED: DNS now says ${describe(found)}; passwords go on going to ${describe(pinned)}, pinned ${pinned.pinnedAt}. ` +
          "If the change is yours, run: mailvigil plan --accept",
      );
    }
  }
  return { servers, waiting, notes, pins: changed ? pins : undefined };
}

/** Do passwords go to the same places? */
const sameServers = (a: FoundServers, b: FoundServers): boolean =>
  (["imap", "smtp"] as const).every(
    (kind) => a[kind].host === b[kind].host && a[kind].port === b[kind].port && a[kind].security === b[kind].security,
  );

const describe = ({ provider, imap, smtp, because }: FoundServers): string =>
  `${provider} by ${because}, IMAP ${imap.host}:${imap.port}, SMTP ${smtp.host}:${smtp.port}`;
