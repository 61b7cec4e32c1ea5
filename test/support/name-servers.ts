import type { Ask, DnsAnswer, DnsFailure, RecordType } from "../../src/model/dns.ts";
import { createZone, type Zone } from "./zone.ts";

/** One authoritative server of a test: what it serves, or how it fails. */
export interface NameServer {
  readonly zone?: Zone;
  readonly fails?: DnsFailure;
  /** It answers without authority. */
  readonly lame?: true;
  /** What it has given away: zone ▶ name server ▶ its addresses (glue). */
  readonly gives?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** A resolver and authoritative servers, by address, each with a table of its own. An address that is not there is silent. */
export function nameServers(resolver: Zone, servers: Readonly<Record<string, NameServer>>): { ask: Ask; calls: string[] } {
  const calls: string[] = [];
  const usual = createZone(resolver);
  const zones = new Map(Object.entries(servers).map(([address, { zone }]) => [address, createZone(zone ?? {})]));
  const ask: Ask = async (name, type, options = {}) => {
    const { server, ...others } = options;
    if (server === undefined) return usual.ask(name, type, others);
    calls.push(`${type} ${name} @${server}`);
    const { fails, lame, gives } = servers[server] ?? { fails: "TIMEOUT" };
    if (fails !== undefined) return failing(name, type, fails, server);
    const given = Object.entries(gives ?? {}).find(([zone]) => name === zone || name.endsWith(`.${zone}`));
    if (given !== undefined) {
      const [zone, to] = given;
      const referral = { zone, servers: Object.keys(to), addresses: new Map(Object.entries(to)) };
      return { ...(await failing(name, type, "OTHER", server)), referral };
    }
    const answer = await (zones.get(server) ?? usual).ask(name, type, others);
    return { ...answer, server, authoritative: lame === undefined && answer.outcome !== "failed" };
  };
  return { ask, calls };
}

async function failing<T extends RecordType>(name: string, type: T, code: DnsFailure, server: string): Promise<DnsAnswer<T>> {
  const answer = await createZone({ [name]: code }).ask(name, type);
  return { ...answer, failure: { code, text: `${server} answered ${code}` } };
}
