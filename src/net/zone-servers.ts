import { isIPv6 } from "node:net";
import type { Ask, Referral } from "../model/dns.ts";

/** One authoritative server as it is asked. */
export interface ZoneServer {
  readonly name: string;
  readonly address: string;
}

interface Looking {
  readonly ask: Ask;
  readonly isPublic: (address: string) => boolean;
  readonly signal: AbortSignal;
}

/** What nobody needs more of to serve a zone; RFC 2182 section 5 asks for three, large hosts name up to eight. */
const maxNames = 8;
const maxAddresses = 2;

/**
 * The addresses of name servers, IPv4 before IPv6, at most eight names and two addresses each: by the resolver, or else as the
 * parent gave them along. Those that are not public are left out: a zone must not send us into our own network.
 * @returns `without`: the names that surely have no public address
 */
export async function serverAddresses(
  names: readonly string[],
  glue: Referral["addresses"] | undefined,
  { ask, isPublic, signal }: Looking,
): Promise<{ readonly servers: readonly ZoneServer[]; readonly without: readonly string[] }> {
  const some = names.slice(0, maxNames);
  const found = await Promise.all(
    some.map(async (name) => {
      const v4 = (await ask(name, "A", { signal })).records;
      const known = v4.length > 0 ? v4 : (await ask(name, "AAAA", { signal })).records;
      const given = known.length > 0 ? known : (glue?.get(name) ?? []);
      const usable = given
        .toSorted((a, b) => Number(isIPv6(a)) - Number(isIPv6(b)))
        .filter(isPublic)
        .slice(0, maxAddresses);
      const lacks = usable.length === 0 && (given.length > 0 || (await hasNone(name, ask, signal)));
      return { name, lacks, servers: usable.map((address): ZoneServer => ({ name, address })) };
    }),
  );
  const without = found.filter(({ lacks }) => lacks).map(({ name }) => name);
  return { servers: found.flatMap(({ servers }) => servers), without };
}

/** That a name has no address is an accusation, so it is confirmed; a question that failed says nothing. */
async function hasNone(name: string, ask: Ask, signal: AbortSignal): Promise<boolean> {
  const options = { signal, confirm: true };
  const answers = await Promise.all([ask(name, "A", options), ask(name, "AAAA", options)]);
  return answers.every(({ outcome }) => outcome === "nodata" || outcome === "nxdomain");
}

/** As `AskOptions.server` takes it: where authoritative servers listen. */
export const asServer = ({ address }: ZoneServer): string => (isIPv6(address) ? `[${address}]` : address);
