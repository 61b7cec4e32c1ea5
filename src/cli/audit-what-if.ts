import { createLookUp, type Future } from "../mail/zone-file-lookup.ts";
import type { ZoneFile } from "../mail/zone-file.ts";
import { type Ask, type AskOptions, type DnsAnswer, failedAnswer, type RecordShape, type RecordType } from "../model/dns.ts";
import { asciiName, maxAliases, parentOf } from "../net/dns-name.ts";

/** A name that nobody makes: what is said of it is said by a wildcard, or it is NXDOMAIN. */
const nobody = "mailvigil-what-if";

/** Records of one type end where it says. */
interface End {
  readonly outcome: "records" | "nodata" | "nxdomain";
  readonly records: readonly RecordShape[RecordType][];
  readonly ttl: number;
}

/**
 * DNS as it will be once a zone file is published: its records over those of today. The file changes records, not servers: one that
 * stays silent, refuses, or gives a zone away does so still. Signatures cannot be known before they are made: an answer of the file
 * counts as signed where DNSSEC proves the answer of today, and where it refutes that one, it is refused, too.
 * @param label names the file in place of the server that answers
 */
export function whatIf(file: ZoneFile, live: Ask, label: string): Ask {
  const lookUp = createLookUp(file);
  const speaksOf = (name: string, type: RecordType): boolean => !["today", "below"].includes(lookUp(name, type).kind);

  /** Does DNS know this name itself today, rather than a wildcard that fits it? */
  async function isOwn(name: string, answer: DnsAnswer, asking: AskOptions): Promise<boolean> {
    const { type } = answer;
    const [below, beside] = await Promise.all([
      live(`${nobody}.${name}`, type, asking),
      live(`${nobody}.${parentOf(name) ?? ""}`, type, asking),
    ]);
    // Nothing is below it, so that no wildcard above it fits; or no wildcard is beside it.
    if (below.outcome === "nxdomain" || beside.outcome === "nxdomain") return true;
    return JSON.stringify(beside.records) !== JSON.stringify(answer.records);
  }

  /** A wildcard fits names that do not exist, with none that exists between it and them (RFC 4592 section 3.3.1). */
  async function fits(name: string, above: string, answer: DnsAnswer, asking: AskOptions): Promise<boolean> {
    if (answer.outcome === "failed") return false;
    if (answer.outcome !== "nxdomain" && (await isOwn(name, answer, asking))) return false;
    for (let up = parentOf(name); up !== undefined && up !== above; up = parentOf(up)) {
      const between = await live(up, answer.type, asking);
      if (between.outcome !== "nxdomain" && (await isOwn(up, between, asking))) return false;
    }
    return true;
  }

  const known = new Map<string, Promise<boolean>>();
  /** Does a name of the file exist today already? */
  function exists(name: string): Promise<boolean> {
    const found =
      known.get(name) ?? live(name, "A").then(async (answer) => answer.outcome !== "nxdomain" && (await isOwn(name, answer, {})));
    known.set(name, found);
    return found;
  }

  /** What a file says that speaks of a wildcard, or of a name above the one that is asked for. */
  async function settled(says: Future, answer: DnsAnswer, at: string, asking: AskOptions): Promise<Future> {
    if (says.kind === "wildcard") {
      if (!(await fits(at, says.above, answer, asking))) return { kind: "today" };
      return says.says.kind === "today" && answer.outcome === "nxdomain" ? { kind: "nodata" } : says.says;
    }
    if (says.kind !== "below") return says;
    if (answer.outcome === "nxdomain" || answer.outcome === "failed" || (await exists(says.above))) return { kind: "today" };
    return (await isOwn(at, answer, asking)) ? { kind: "today" } : { kind: "nxdomain" };
  }

  const ask: Ask = async (given, type, options = {}) => {
    const name = asciiName(given);
    if (name === undefined) return live(given, type, options);
    const { confirm = false, ...asking } = options;
    const aliases: string[] = [];
    let proven = true;
    let at = name;
    // Each turn adds an alias, but for a name that goes: its stand-in is in no file.
    while (aliases.length <= maxAliases) {
      let says = lookUp(at, type);
      if (says.kind === "gone") {
        at = `${nobody}.${parentOf(at) ?? ""}`;
        says = lookUp(at, type);
      }
      const isOpen = says.kind === "today" || says.kind === "below";
      const answer = await live(at, type, isOpen ? options : asking);
      says = await settled(says, answer, at, asking);
      if (says.kind !== "today" && (await staysRefused(answer, asking))) return { ...answer, name, aliases };
      const by = asking.server === undefined ? label : answer.server;
      const renamed = (end: End): typeof answer => endOf(answer, { ...end, name, aliases, proven }, { confirm, label: by });

      if (says.kind === "records") return renamed({ outcome: "records", records: says.set.records, ttl: says.set.ttl });
      if (says.kind === "nodata" || says.kind === "nxdomain")
        return renamed({ outcome: says.kind, records: [], ttl: answer.ttl });
      proven &&= answer.authenticated;
      if (says.kind === "alias") {
        aliases.push(says.target);
        at = says.target;
        continue;
      }
      if (says.kind === "beside") {
        const isNone = answer.aliases.length > 0 || answer.outcome === "nxdomain" || type === "CNAME";
        if (isNone || (answer.outcome === "records" && !(await isOwn(at, answer, asking)))) {
          return renamed({ outcome: "nodata", records: [], ttl: answer.ttl });
        }
      }
      // An alias of today may lead to a name of the file.
      const turn = answer.aliases.findIndex((alias) => speaksOf(alias, type));
      if (turn === -1) return { ...answer, name, aliases: [...aliases, ...answer.aliases], authenticated: proven };
      aliases.push(...answer.aliases.slice(0, turn + 1));
      at = aliases.at(-1) ?? at;
    }
    return tooManyAliases(name, type, aliases);
  };

  /** A server that does not answer, or a resolver that refuses what its signatures refute: so it will be tomorrow. */
  async function staysRefused(answer: DnsAnswer, asking: AskOptions): Promise<boolean> {
    if (answer.outcome !== "failed" || answer.aliases.length > 0) return false;
    if (asking.server !== undefined) return true;
    if (answer.failure?.code !== "SERVFAIL" || asking.checkingDisabled === true) return false;
    const unchecked = await live(answer.name, answer.type, { ...asking, checkingDisabled: true });
    return unchecked.outcome !== "failed";
  }

  return ask;
}

function endOf<T extends RecordType>(
  answer: DnsAnswer<T>,
  { proven, ...end }: End & { readonly name: string; readonly aliases: readonly string[]; readonly proven: boolean },
  { confirm, label }: { readonly confirm: boolean; readonly label: string },
): DnsAnswer<T> {
  const { type, signatures, authenticated, authoritative } = answer;
  const negative = end.outcome !== "records";
  return {
    ...end,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table holds them by their type
    records: end.records as readonly RecordShape[T][],
    type,
    failure: undefined,
    server: label,
    ...(signatures === undefined ? {} : { signatures }),
    authenticated: authenticated && proven,
    authoritative,
    extendedErrors: [],
    confirmedBy: confirm && negative ? label : undefined,
  };
}

const tooManyAliases = <T extends RecordType>(name: string, type: T, aliases: readonly string[]): DnsAnswer<T> =>
  failedAnswer(name, type, { code: "BADRESP", text: `${name} leads to more than ${maxAliases} aliases in a row` }, aliases);
