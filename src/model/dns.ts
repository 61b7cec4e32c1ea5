/** RFC 1035 and later. The types a record is asked for by. */
export type RecordType =
  | "A"
  | "AAAA"
  | "MX"
  | "TXT"
  | "SPF"
  | "CNAME"
  | "NS"
  | "SOA"
  | "PTR"
  | "SRV"
  | "CAA"
  | "TLSA"
  | "DS"
  | "DNSKEY"
  | "RRSIG";

export interface MxRecord {
  readonly priority: number;
  /** Without the final dot; the null MX of RFC 7505 is "". */
  readonly exchange: string;
}
export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly name: string;
}
export interface SoaRecord {
  readonly nsname: string;
  readonly hostmaster: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minttl: number;
}
export interface CaaRecord {
  readonly critical: number;
  readonly tag: string;
  readonly value: string;
}

/** What one record of a type looks like. A TXT record is its strings, to be joined without a space (RFC 7208 3.3). */
export interface RecordShape {
  readonly A: string;
  readonly AAAA: string;
  readonly MX: MxRecord;
  readonly TXT: readonly string[];
  /** Type 99, which RFC 7208 section 3.1 took out of use: asked for only to find what is left of it. */
  readonly SPF: readonly string[];
  readonly CNAME: string;
  readonly NS: string;
  readonly SOA: SoaRecord;
  readonly PTR: string;
  readonly SRV: SrvRecord;
  readonly CAA: CaaRecord;
  /** Raw RDATA, for the checks that decode it themselves. */
  readonly TLSA: Uint8Array;
  readonly DS: Uint8Array;
  readonly DNSKEY: Uint8Array;
  readonly RRSIG: Uint8Array;
}

/**
 * Why a question has no usable answer. These say something about the way to the answer, never about the record:
 * whoever gets one of them must say `unknown`.
 */
export type DnsFailure = "SERVFAIL" | "REFUSED" | "NOTIMP" | "FORMERR" | "TIMEOUT" | "NETWORK" | "BADRESP" | "DISAGREE" | "OTHER";

/** Where a server sends whoever asks it about a zone that it has given away (RFC 1034 4.3.2). */
export interface Referral {
  readonly zone: string;
  /** Names of the zone's servers, lower case, and the addresses of those that were given along (glue). */
  readonly servers: readonly string[];
  readonly addresses: ReadonlyMap<string, readonly string[]>;
}

export interface DnsAnswer<T extends RecordType = RecordType> {
  readonly name: string;
  readonly type: T;
  /** `nodata`: the name exists without this type. `nxdomain`: nor does anything below it (RFC 8020). */
  readonly outcome: "records" | "nodata" | "nxdomain" | "failed";
  /** Those of the asked type at the end of the alias chain; empty unless the outcome is `records`. */
  readonly records: readonly RecordShape[T][];
  readonly failure: { readonly code: DnsFailure; readonly text: string } | undefined;
  /** With a failure of one server that was asked without recursion: whom it names instead of answering. */
  readonly referral?: Referral;
  /** The CNAME targets that were followed, in order. */
  readonly aliases: readonly string[];
  /** Seconds; the least of the records, or of the SOA for a negative answer (RFC 2308 5). */
  readonly ttl: number;
  /** Who answered, as `ip:port` (`[ip6]:port`). Empty when nobody did. */
  readonly server: string;
  /** RDATA of the RRSIG over the records, where the server gave it along (RFC 4034 3.1). */
  readonly signatures?: readonly Uint8Array[];
  /** The AD bit: the server says that DNSSEC proves it (RFC 4035 3.2.3). */
  readonly authenticated: boolean;
  /** The AA bit. */
  readonly authoritative: boolean;
  /** Extended DNS errors (RFC 8914), their INFO-CODEs. */
  readonly extendedErrors: readonly number[];
  /** For a negative answer that was asked to be confirmed: the second server that said the same. */
  readonly confirmedBy: string | undefined;
}

/** An answer that nobody gave. */
export const failedAnswer = <T extends RecordType>(
  name: string,
  type: T,
  failure: NonNullable<DnsAnswer["failure"]>,
  aliases: readonly string[] = [],
): DnsAnswer<T> => ({
  name,
  type,
  outcome: "failed",
  records: [],
  failure,
  aliases,
  ttl: 0,
  server: "",
  authenticated: false,
  authoritative: false,
  extendedErrors: [],
  confirmedBy: undefined,
});

export interface AskOptions {
  readonly signal?: AbortSignal;
  /** Ask this server alone instead of the configured ones: `ip`, where authoritative servers listen, or `ip:port`. */
  readonly server?: string;
  /** Recursion desired; default true. False is for questions to an authoritative server. */
  readonly recurse?: boolean;
  /** The CD bit: the answer as it is, also where DNSSEC says it is bogus. */
  readonly checkingDisabled?: boolean;
  /**
   * A negative answer counts only when an authoritative server of the zone says the same; where they differ or none
   * can be asked, the outcome is `failed` with DISAGREE or the failure of the second.
   */
  readonly confirm?: boolean;
}

/** The whole answer. Fails by its outcome, never by throwing, except for an aborted signal. */
export type Ask = <T extends RecordType>(name: string, type: T, options?: AskOptions) => Promise<DnsAnswer<T>>;

/**
 * The contract of `dns.promises.resolve`, so that other libraries take it as it is: rejects with an error whose `code`
 * is ENOTFOUND, ENODATA, ESERVFAIL, EREFUSED, ETIMEOUT, EBADRESP …
 */
export type Resolve = <T extends RecordType>(name: string, type: T) => Promise<RecordShape[T][]>;
