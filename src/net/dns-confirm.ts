import { isIPv6 } from "node:net";
import type { Ask, DnsAnswer, DnsFailure, RecordType } from "../model/dns.ts";
import { parentOf } from "./dns-name.ts";

/** How far up a zone is looked for, and how many of its servers and addresses are asked. */
const maxLabels = 12;
const maxServers = 4;
const maxAddresses = 6;

/**
 * A negative answer that an authoritative server of the zone repeats (`confirmedBy` names it), or a failure. Whether it says NXDOMAIN
 * or NODATA is the server's word: resolvers confuse the two where a name has only something below it.
 */
export async function confirmNegative<T extends RecordType>(
  answer: DnsAnswer<T>,
  ask: Ask,
  port: number,
  signal: AbortSignal | undefined,
): Promise<DnsAnswer<T>> {
  const fail = (code: DnsFailure, text: string): DnsAnswer<T> => ({
    ...answer,
    outcome: "failed",
    records: [],
    failure: { code, text: `${answer.server} has no ${answer.type} of ${answer.name}; not confirmed: ${text}` },
  });
  const asking = signal === undefined ? {} : { signal };
  const end = answer.aliases.at(-1) ?? answer.name;

  const zone = await findZone(answer.type === "DS" ? parentOf(end) : end, ask, asking);
  if (zone.servers.length === 0) return fail(zone.code, zone.text);

  let last: { code: DnsFailure; text: string } = { code: "OTHER", text: `no server of the zone ${zone.name} has an address` };
  let left = maxAddresses;
  for (const server of zone.servers.slice(0, maxServers)) {
    for (const address of await addressesOf(server, ask, asking)) {
      if (left-- === 0) return fail(last.code, last.text);
      const where = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
      const said = await ask(end, answer.type, { ...asking, server: where, recurse: false });
      if (said.outcome === "failed" && said.aliases.length === 0) {
        last = said.failure ?? last;
      } else if (!said.authoritative) {
        last = { code: "OTHER", text: `${server} (${where}) does not answer for the zone ${zone.name}` };
      } else if (said.outcome === "nodata" || said.outcome === "nxdomain") {
        return { ...answer, outcome: said.outcome, confirmedBy: said.server };
      } else {
        return fail("DISAGREE", `${server} (${where}), a server of the zone ${zone.name}, has one`);
      }
    }
  }
  return fail(last.code, last.text);
}

export interface FoundZone {
  readonly name: string;
  readonly servers: readonly string[];
  readonly code: DnsFailure;
  readonly text: string;
}

/** The zone that a name is in: the closest name upwards that has NS records of its own. */
export async function findZone(from: string | undefined, ask: Ask, asking: { signal?: AbortSignal }): Promise<FoundZone> {
  let name = from;
  for (let step = 0; step < maxLabels && name !== undefined; step++) {
    const answer = await ask(name, "NS", asking);
    if (answer.outcome === "failed") {
      const { code, text } = answer.failure ?? { code: "OTHER" as const, text: "" };
      return { name, servers: [], code, text: `the servers of ${name || "the root"} cannot be found: ${text}` };
    }
    if (answer.outcome === "records" && answer.aliases.length === 0)
      return { name, servers: answer.records, code: "OTHER", text: "" };
    name = parentOf(name);
  }
  return { name: "", servers: [], code: "OTHER", text: `no zone was found above ${from ?? "the root"}` };
}

async function addressesOf(server: string, ask: Ask, asking: { signal?: AbortSignal }): Promise<readonly string[]> {
  const v4 = await ask(server, "A", asking);
  if (v4.records.length > 0) return v4.records.slice(0, 2);
  return (await ask(server, "AAAA", asking)).records.slice(0, 2);
}
