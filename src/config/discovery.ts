import type { Ask } from "../model/dns.ts";
import { findMailServers, type FoundServers, type KnownProvider, type Search } from "../model/provider.ts";
import type { Text } from "../model/text.ts";
import type { Pin } from "./pins.ts";

/** What is known about where the mail of each domain is, for the plan. */
export interface Discovery {
  /** By mail domain. */
  readonly servers: ReadonlyMap<string, FoundServers>;
  /** Why it is not known yet, by mail domain. */
  readonly waiting: ReadonlyMap<string, Text>;
  /** One line a domain, for people. */
  readonly notes: readonly Text[];
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
  const waiting = new Map<string, Text>();
  const notes: Text[] = [];
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
      if (pinned) notes.push(still(domain, pinned));
      else if (search) waiting.set(domain, notKnown(domain, search));
      else waiting.set(domain, notLookedFor(domain));
      continue;
    }
    const found = search.servers;
    if (!pinned) {
      pin(domain, found);
      notes.push({ en: `${domain}: ${describe(found).en}`, zh: `${domain}：${describe(found).zh}` });
    } else if (sameServers(pinned, found)) notes.push(still(domain, pinned));
    else if (world.accept) {
      pin(domain, found);
      notes.push({
        en: `${domain}: ${describe(found).en}; accepted in place of ${describe(pinned).en}`,
        zh: `${domain}：${describe(found).zh}；已同意替换 ${describe(pinned).zh}`,
      });
    } else {
      notes.push({
        en: `${domain}: CHANGED: DNS now says ${describe(found).en}; passwords go on going to ${describe(pinned).en}, pinned ${pinned.pinnedAt}. If the change is yours, run: mailvigil plan --accept`,
        zh: `${domain}：有变化：DNS 现在指向 ${describe(found).zh}；密码仍发往 ${describe(pinned).zh}（固定于 ${pinned.pinnedAt}）。若是你们自己改的，请运行：mailvigil plan --accept`,
      });
    }
  }
  return { servers, waiting, notes, pins: changed ? pins : undefined };
}

/** Do passwords go to the same places? */
const sameServers = (a: FoundServers, b: FoundServers): boolean =>
  (["imap", "smtp"] as const).every(
    (kind) => a[kind].host === b[kind].host && a[kind].port === b[kind].port && a[kind].security === b[kind].security,
  );

const describe = ({ provider, imap, smtp, because }: FoundServers): Text => {
  const servers = `IMAP ${imap.host}:${imap.port}, SMTP ${smtp.host}:${smtp.port}`;
  return { en: `${provider} by ${because}, ${servers}`, zh: `${provider}（依据 ${because}），${servers}` };
};

const still = (domain: string, pinned: Pin): Text => ({
  en: `${domain}: ${describe(pinned).en}, pinned ${pinned.pinnedAt}`,
  zh: `${domain}：${describe(pinned).zh}，固定于 ${pinned.pinnedAt}`,
});

const notKnown = (domain: string, search: Exclude<Search, { readonly kind: "found" }>): Text => ({
  en: `the mail server of ${domain} is not known yet (${search.reason.en})`,
  zh: `尚未找到 ${domain} 的邮件服务器（${search.reason.zh}）`,
});

export const notLookedFor = (domain: string): Text => ({
  en: `the mail server of ${domain} has not been looked for yet`,
  zh: `尚未查找 ${domain} 的邮件服务器`,
});
