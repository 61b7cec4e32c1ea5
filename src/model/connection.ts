import type { Proxy } from "./proxy.ts";

/**
 * Where in the making of a session something happened. Findings, evidence and times use the same words. Through a proxy,
 * `connect` is what the proxy says of the target, and what the proxy itself does wrong is `proxy-connect` (reaching it) or
 * `proxy-handshake` (being let in and understood).
 */
export type Phase =
  | "resolve"
  | "connect"
  | "tls"
  | "greeting"
  | "command"
  | "auth"
  | "logout"
  | "proxy-connect"
  | "proxy-handshake";

export interface DialOptions {
  /** A name (resolved by the product's own resolver) or an address. */
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the first byte. `none`: plain, `startTls` may follow. */
  readonly tls: "implicit" | "none";
  /** The name that the certificate must have; default `host`. */
  readonly servername?: string;
  /** One address to use instead of all that the name has. */
  readonly address?: string;
  /** Goes through it, and lets it look up the name. */
  readonly proxy?: Proxy;
  /**
   * Default true: a chain or a name that does not hold ends the dial with a `DialError` of phase `tls` that carries the
   * certificate. False is for looking at a certificate; nothing secret may be sent over such a connection.
   */
  readonly verify?: boolean;
  /** SHA-256 of the certificate, hex: accepted in place of the authorities. */
  readonly pinnedFingerprint?: string;
  /** Milliseconds, default 10 s each. */
  readonly connectTimeoutMs?: number;
  readonly tlsTimeoutMs?: number;
  /** Offers TLS 1.0 and 1.1 alone, to learn whether the far side still takes them. Only with `verify: false`. */
  readonly oldTls?: boolean;
  /** Does not name the host (no SNI), as old devices do. Only with `verify: false`. */
  readonly withoutName?: boolean;
}

/** One certificate as the far side presented it. Times are milliseconds UTC. */
export interface PeerCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly altNames: readonly string[];
  readonly validFrom: number;
  readonly validTo: number;
  readonly serialNumber: string;
  /** SHA-256, hex, lower case, without colons. */
  readonly fingerprint: string;
  readonly keyType: string;
  readonly keyBits: number;
  /** The certificate itself, for clients that make their own connection to a pinned server. */
  readonly pem: string;
}

export interface TlsPeer {
  /** `TLSv1.3` */
  readonly protocol: string;
  readonly cipher: string;
  /** As presented, the leaf first. */
  readonly chain: readonly PeerCertificate[];
  readonly verified: boolean;
  /** Why it was not verified: Node's code (`CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`, `DEPTH_ZERO_SELF_SIGNED_CERT` …). */
  readonly problem: string | undefined;
  /** Unrelated hosts that showed the same unknown authority: something on the way opens the connections of all. */
  readonly alsoAt: readonly string[];
}

/** Milliseconds of the monotonic clock that each phase took. */
interface PhaseTimes {
  readonly resolve?: number;
  readonly connect?: number;
  readonly tls?: number;
}

/** A byte stream with bounded, line-wise reading. */
export interface Connection {
  /** `192.0.2.1:993`, or `imap.example.com:993 through the proxy 192.0.2.9:1080` */
  readonly remote: string;
  readonly times: PhaseTimes;
  readonly peer: TlsPeer | undefined;
  /** The addresses of the name that were tried before this one, and why each did not connect. */
  readonly failed: readonly DialError[];
  /** TLS on the open connection (STARTTLS). Unread bytes that came before it are an error (CVE-2011-0411). */
  startTls(options?: { servername?: string; verify?: boolean; pinnedFingerprint?: string }): Promise<TlsPeer>;
  write(data: string | Uint8Array): void;
  /**
   * The next line without its CRLF, decoded by `decodeText` of src/net: UTF-8, else GBK.
   * @throws DialError `closed` at the end of the stream, `timeout` after `timeoutMs`, `too-long` over 64 KiB
   */
  readLine(timeoutMs: number): Promise<string>;
  /** Exactly so many bytes (an IMAP literal), at most 1 MiB. */
  readBytes(count: number, timeoutMs: number): Promise<Uint8Array>;
  /** True until the far side or we closed it. */
  readonly open: boolean;
  close(): void;
}

export type DialFailure =
  | "name-not-found"
  | "no-address"
  | "resolve-failed"
  | "refused"
  | "timeout"
  | "unreachable"
  | "reset"
  | "closed"
  | "certificate"
  | "tls-failed"
  | "too-long"
  | "aborted"
  | "other";

/** What went wrong on the way, by phase. `code` is the system's or TLS's own (`ECONNREFUSED`). */
export class DialError extends Error {
  override readonly name = "DialError";
  readonly phase: Phase;
  readonly failure: DialFailure;
  readonly code: string | undefined;
  readonly remote: string | undefined;
  /** With `certificate`: what was presented. */
  readonly peer: TlsPeer | undefined;
  constructor(
    message: string,
    about: {
      phase: Phase;
      failure: DialFailure;
      code?: string | undefined;
      remote?: string | undefined;
      peer?: TlsPeer | undefined;
      cause?: unknown;
    },
  ) {
    super(message, { cause: about.cause });
    this.phase = about.phase;
    this.failure = about.failure;
    this.code = about.code;
    this.remote = about.remote;
    this.peer = about.peer;
  }
}

/** Opens one connection. Rejects with a `DialError`. The signal ends the wait and closes the connection. */
export type Dial = (options: DialOptions, signal: AbortSignal) => Promise<Connection>;
