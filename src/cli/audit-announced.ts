import { isIP } from "node:net";
import { clientServices } from "../mail/client-services.ts";
import type { Ask } from "../model/dns.ts";
import { isHostName } from "../model/provider.ts";

/** Where a domain tells mail programs to connect, and how TLS begins there. */
export interface AnnouncedServer {
  readonly host: string;
  readonly port: number;
  readonly protocol: (typeof clientServices)[number]["protocol"];
}

/** One for each service, or two where only some are announced. */
const maxServers = 6;

/**
 * The servers that the SRV records of a domain name, the preferred one of each service first, at most six. Only at the usual ports: a
 * zone must not send us to any other. What cannot be looked up is not announced; dns-autoconfig tells about it.
 */
export async function announcedServers(domain: string, ask: Ask, signal: AbortSignal): Promise<readonly AnnouncedServer[]> {
  const ranked = await Promise.all(
    clientServices.map(async ({ name, port, protocol }) => {
      const { records } = await ask(`${name}.${domain}`, "SRV", { signal });
      return records
        .filter((record) => record.port === port && isHostName(record.name) && isIP(record.name) === 0)
        .toSorted((a, b) => a.priority - b.priority || b.weight - a.weight || a.name.localeCompare(b.name))
        .map((record, rank) => ({ rank, server: { host: record.name.toLowerCase(), port, protocol } }));
    }),
  );
  const ordered = ranked.flat().toSorted((a, b) => a.rank - b.rank);
  const distinct = new Map(ordered.map(({ server }) => [`${server.host}:${server.port}`, server]));
  return [...distinct.values()].slice(0, maxServers);
}
