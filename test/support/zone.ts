import type {
  Ask,
  CaaRecord,
  DnsAnswer,
  DnsFailure,
  MxRecord,
  RecordShape,
  RecordType,
  Resolve,
  SoaRecord,
  SrvRecord,
} from "../../src/model/dns.ts";
import { typeCodes } from "../../src/net/dns-message.ts";
import { asciiName, maxAliases, parentOf } from "../../src/net/dns-name.ts";
import { resolveBy } from "../../src/net/dns-resolve.ts";

/**
 * The DNS of a test as a table: name ▶ what it has.
 *
 *     {
 *       "example.com": { MX: ["10 mx1.example.com"], TXT: ["v=spf1 -all"] },
 *       "mx1.example.com": { A: ["203.0.113.1"], AAAA: "SERVFAIL" },
 *       "mail.example.com": { CNAME: "mx1.example.com" },
 *       "*.wild.example.com": { A: ["203.0.113.2"] },
 *       "slow.example.com": "TIMEOUT",
 *     }
 *
 * A name that is not there is NXDOMAIN, unless there is something below it. A type that is not there is NODATA.
 * Records are written as in a zone file or in the shape of `RecordShape`; a TXT that is one text is cut at 255 octets.
 */
export type Zone = Readonly<Record<string, ZoneEntry>>;

/**
 * A failure holds for every type of the name. `DISAGREE`: NODATA, which the zone's own servers deny, so that it fails as soon
 * as `confirm` is asked for.
 */
type ZoneEntry = ZoneRecords | "nxdomain" | DnsFailure;

interface ZoneRecords {
  readonly A?: readonly string[] | DnsFailure;
  readonly AAAA?: readonly string[] | DnsFailure;
  /** `"10 mx.example.com"`; the null MX is `"0 ."`. */
  readonly MX?: readonly (string | MxRecord)[] | DnsFailure;
  readonly TXT?: readonly (string | readonly string[])[] | DnsFailure;
  readonly SPF?: readonly (string | readonly string[])[] | DnsFailure;
  /** One target; it then has nothing else. */
  readonly CNAME?: string;
  readonly NS?: readonly string[] | DnsFailure;
  /** `"ns1.example.com hostmaster.example.com 1 7200 3600 1209600 300"` */
  readonly SOA?: readonly (string | SoaRecord)[] | DnsFailure;
  readonly PTR?: readonly string[] | DnsFailure;
  /** `"0 1 993 imap.example.com"` */
  readonly SRV?: readonly (string | SrvRecord)[] | DnsFailure;
  /** `"0 issue letsencrypt.org"` */
  readonly CAA?: readonly (string | CaaRecord)[] | DnsFailure;
  /** Numbers and hex as in a zone file, `"3 1 1 d2ab…"`, or raw RDATA. */
  readonly TLSA?: readonly (string | Uint8Array)[] | DnsFailure;
  readonly DS?: readonly Uint8Array[] | DnsFailure;
  readonly DNSKEY?: readonly Uint8Array[] | DnsFailure;
  /** They also come along with the records of the type that they cover. */
  readonly RRSIG?: readonly Uint8Array[] | DnsFailure;
  /** Seconds, default 300. */
  readonly ttl?: number;
  /** The AD bit, default false. */
  readonly authenticated?: boolean;
  /** DNSSEC proves it wrong: SERVFAIL with this extended error (RFC 8914), unless it is asked for without checking (CD). */
  readonly bogus?: number;
}

/** What a zone table says about one name and type, without following aliases. */
export type Found =
  | {
      readonly kind: "records";
      readonly records: readonly unknown[];
      readonly signatures: readonly Uint8Array[];
      readonly ttl: number;
      readonly authenticated: boolean;
      readonly bogus: number | undefined;
    }
  | { readonly kind: "alias"; readonly target: string; readonly ttl: number }
  | { readonly kind: "nodata"; readonly authenticated: boolean; readonly bogus: number | undefined }
  | { readonly kind: "nxdomain" }
  | { readonly kind: "failed"; readonly code: DnsFailure };

/** `TYPE name` of every question, in order, with ` @server` where one server was named. */
export function createZone(zone: Zone): { readonly ask: Ask; readonly resolve: Resolve; readonly calls: string[] } {
  const calls: string[] = [];
  const lookup = createLookup(zone);

  const ask: Ask = async (name, type, options = {}) => {
    options.signal?.throwIfAborted();
    const asked = asciiName(name);
    calls.push(`${type} ${asked ?? name}${options.server === undefined ? "" : ` @${options.server}`}`);
    // A real answer never comes in the same tick.
    await new Promise(setImmediate);
    options.signal?.throwIfAborted();
    if (asked === undefined) return failed(name, type, "OTHER", `"${name}" is no domain name`, []);

    const aliases: string[] = [];
    let at = asked;
    for (;;) {
      const found = lookup(at, type);
      const bogus = "bogus" in found && options.checkingDisabled !== true ? found.bogus : undefined;
      if (bogus !== undefined) {
        return {
          ...failed(asked, type, "SERVFAIL", `${server} answered SERVFAIL (extended error ${bogus})`, aliases),
          extendedErrors: [bogus],
        };
      }
      switch (found.kind) {
        case "alias":
          if (aliases.length === maxAliases) {
            return failed(asked, type, "BADRESP", `${asked} leads to more than ${maxAliases} aliases in a row`, aliases);
          }
          aliases.push(found.target);
          at = found.target;
          continue;
        case "failed":
          if (found.code === "DISAGREE" && options.confirm !== true) return negative(asked, type, "nodata", false, aliases);
          return failed(asked, type, found.code, saidOf(found.code, asked, type), aliases);
        case "records":
          return {
            ...said(asked, type, aliases),
            outcome: "records",
            records: shaped(type, found.records),
            ...(found.signatures.length === 0 ? {} : { signatures: found.signatures }),
            ttl: found.ttl,
            authenticated: found.authenticated,
          };
        case "nodata": {
          const { authenticated } = found;
          return { ...negative(asked, type, "nodata", options.confirm === true, aliases), authenticated };
        }
        case "nxdomain":
          return negative(asked, type, "nxdomain", options.confirm === true, aliases);
      }
    }
  };
  return { ask, resolve: resolveBy(ask), calls };
}

/** The table as a function, for `createZone` and for the servers of fake-dns.ts. Names are A-labels in lower case. */
export function createLookup(zone: Zone): (name: string, type: RecordType) => Found {
  const entries = new Map<string, ZoneEntry>();
  const parents = new Set<string>();
  for (const [written, entry] of Object.entries(zone)) {
    const name = asciiName(written);
    if (name === undefined) throw new Error(`The zone table names "${written}", which is no domain name`);
    entries.set(name, entry);
    for (let up = parentOf(name); up !== undefined; up = parentOf(up)) parents.add(up);
  }
  const entryOf = (name: string): ZoneEntry | undefined => {
    const own = entries.get(name);
    if (own !== undefined || parents.has(name)) return own ?? {};
    // RFC 4592: the closest name that exists decides which wildcard counts.
    for (let up = parentOf(name); up !== undefined; up = parentOf(up)) {
      const wildcard = entries.get(up === "" ? "*" : `*.${up}`);
      if (wildcard !== undefined) return wildcard;
      if (entries.has(up) || parents.has(up)) return undefined;
    }
    return undefined;
  };

  return (name, type) => {
    const entry = entryOf(name);
    if (entry === undefined || entry === "nxdomain") return { kind: "nxdomain" };
    if (typeof entry === "string") return { kind: "failed", code: entry };
    const { ttl = 300, authenticated = false, bogus } = entry;
    if (entry.CNAME !== undefined) {
      const target = asciiName(entry.CNAME);
      if (target === undefined) throw new Error(`The zone table has the alias "${entry.CNAME}", which is no domain name`);
      if (type !== "CNAME") return { kind: "alias", target, ttl };
      return { kind: "records", records: [target], signatures: [], ttl, authenticated, bogus };
    }
    const records = type === "CNAME" ? undefined : entry[type];
    if (typeof records === "string") return { kind: "failed", code: records };
    if (records === undefined || records.length === 0) return { kind: "nodata", authenticated, bogus };
    const { RRSIG = [] } = entry;
    const signatures =
      typeof RRSIG === "string" ? [] : RRSIG.filter(([high = 0, low = 0]) => high * 256 + low === typeCodes[type]);
    return { kind: "records", records: records.map((record) => read(type, record)), signatures, ttl, authenticated, bogus };
  };
}

interface Words {
  readonly number: (index: number) => number;
  readonly name: (index: number) => string;
  readonly rest: (index: number) => string[];
}

/** How the words of a record in a zone file become its shape; a type that is not here is one word. */
const readers: Partial<Record<RecordType, (words: Words) => unknown>> = {
  MX: ({ number, name }) => ({ priority: number(0), exchange: name(1) }),
  SRV: ({ number, name }) => ({ priority: number(0), weight: number(1), port: number(2), name: name(3) }),
  SOA: ({ number, name }) => ({
    nsname: name(0),
    hostmaster: name(1),
    serial: number(2),
    refresh: number(3),
    retry: number(4),
    expire: number(5),
    minttl: number(6),
  }),
  CAA: ({ number, rest }) => ({ critical: number(0), tag: rest(1)[0] ?? "", value: rest(2).join(" ") }),
  TLSA: ({ number, rest }) => Uint8Array.from([number(0), number(1), number(2), ...Buffer.from(rest(3).join(""), "hex")]),
};

function read(type: RecordType, record: unknown): unknown {
  if (typeof record !== "string") return record;
  if (type === "TXT" || type === "SPF") return record.match(/[^]{1,255}/g) ?? [""];
  const words = record.split(/\s+/);
  const number = (index: number): number => {
    const value = Number(words[index]);
    if (!Number.isInteger(value)) throw new Error(`The zone table has a ${type} record that cannot be read: "${record}"`);
    return value;
  };
  const name = (index: number): string => (words[index] ?? "").replace(/\.$/, "");
  return readers[type]?.({ number, name, rest: (index) => words.slice(index) }) ?? name(0);
}

const server = "192.0.2.53:53";

/** As the product's own resolver says it (src/net/dns*.ts). */
const saidOf = (code: DnsFailure, name: string, type: RecordType): string =>
  ({
    TIMEOUT: `${server} did not answer within 2500 ms`,
    NETWORK: `${server} cannot be reached: ECONNREFUSED`,
    BADRESP: `the answer of ${server} ends within a record`,
    DISAGREE: `${server} has no ${type} of ${name}; not confirmed: ns1.example.com (192.0.2.54:53), a server of the zone example.com, has one`,
    SERVFAIL: `${server} answered SERVFAIL`,
    REFUSED: `${server} answered REFUSED`,
    NOTIMP: `${server} answered NOTIMP`,
    FORMERR: `${server} answered FORMERR`,
    OTHER: `${server} answered rcode 9`,
  })[code];

const said = <T extends RecordType>(name: string, type: T, aliases: readonly string[]) => ({
  name,
  type,
  failure: undefined,
  aliases,
  ttl: 300,
  server,
  authenticated: false,
  authoritative: false,
  extendedErrors: [],
  confirmedBy: undefined,
});

const negative = <T extends RecordType>(
  name: string,
  type: T,
  outcome: "nodata" | "nxdomain",
  confirmed: boolean,
  aliases: readonly string[],
): DnsAnswer<T> => ({
  ...said(name, type, aliases),
  outcome,
  records: [],
  confirmedBy: confirmed ? "192.0.2.54:53" : undefined,
});

const failed = <T extends RecordType>(
  name: string,
  type: T,
  code: DnsFailure,
  text: string,
  aliases: readonly string[],
): DnsAnswer<T> => ({
  ...said(name, type, aliases),
  outcome: "failed",
  records: [],
  failure: { code, text },
  ttl: 0,
  server: code === "TIMEOUT" || code === "NETWORK" ? "" : server,
});

/** The table's records are as their type says: `read` made them so, or the author of the test did. */
function shaped<T extends RecordType>(_type: T, records: readonly unknown[]): readonly RecordShape[T][] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parse of a table whose rows are typed above
  return records as readonly RecordShape[T][];
}
