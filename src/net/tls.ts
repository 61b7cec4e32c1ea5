import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";
import type { PeerCertificate, TlsPeer } from "../model/connection.ts";
import { strangerOf, strangers } from "./interception.ts";

/** Who is believed, and with which settings TLS is spoken. One for the whole process: making a context costs 0.4 ms, or 10 with our own list. */
export interface Trust {
  /** TLS 1.2 and later. */
  readonly context: () => tls.SecureContext;
  /** TLS 1.0 and 1.1 alone, with the ciphers of their time: for looking, never for a secret. */
  readonly oldContext: () => tls.SecureContext;
}

/**
 * The system's authorities (Node's own list where the system has none, as in a slim container) and `extraAuthorities`.
 * @param extraAuthorities PEM texts, each of one certificate or more
 * @throws Error for a text that holds no certificate: OpenSSL would take it in silence
 */
export function createTrust(extraAuthorities: readonly string[]): Trust {
  const extra = extraAuthorities.flatMap((pem, index) => {
    const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (certificates.length === 0) throw new Error(`Extra authority ${index + 1} holds no certificate in PEM form`);
    return certificates.map((certificate) => new X509Certificate(certificate).toString());
  });
  let context: tls.SecureContext | undefined;
  let oldContext: tls.SecureContext | undefined;
  return {
    context: () => (context ??= contextFor(extra)),
    oldContext: () =>
      (oldContext ??= tls.createSecureContext({
        minVersion: "TLSv1",
        maxVersion: "TLSv1.1",
        ciphers: "ALL:@SECLEVEL=0",
      })),
  };
}

let latest: { readonly pem: string; readonly context: tls.SecureContext } | undefined;

/** A reload, or the next audit of one process, mostly believes the same: 140 authorities are not parsed again. */
function contextFor(extra: readonly string[]): tls.SecureContext {
  const ca = [...systemAuthorities(), ...extra];
  const pem = ca.join("\n");
  if (latest?.pem !== pem) {
    latest = { pem, context: tls.createSecureContext({ ca, minVersion: "TLSv1.2", ecdhCurve: groups }) };
  }
  return latest.context;
}

/** Where Linux systems keep all authorities in one file: Debian, Fedora, SUSE, Alpine (Go's crypto/x509 looks there as well). */
const bundles: readonly (string | undefined)[] = [
  process.env["SSL_CERT_FILE"],
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * The groups that OpenSSL offers, in an order of ours: the key share (`*`) is for X25519. To make one for X25519MLKEM768 as well
 * costs 0.1 ms of each login, and a server that wants it asks for it (RFC 8446 section 4.1.4).
 */
const groups = "*X25519:X25519MLKEM768:P-256:P-384:P-521";

/** One file takes 10 ms to read and use; Node's own way through the system's folders takes 120, and our loop stands still. */
function systemAuthorities(): readonly string[] {
  for (const path of bundles) {
    const text = path === undefined || !existsSync(path) ? "" : readFileSync(path, "utf8");
    if (text.includes("-----BEGIN CERTIFICATE-----")) return [text];
  }
  const system = tls.getCACertificates("system");
  return system.length > 0 ? system : tls.getCACertificates("bundled");
}

/** Our own codes: for a certificate that is not the pinned one, and for one that somebody on the way has put in its place. */
export const notPinned = "CERT_NOT_PINNED";
const intercepted = "CERT_INTERCEPTED";

export interface Identity {
  /** The name or address that the certificate must be for. */
  readonly name: string;
  readonly pinnedFingerprint?: string | undefined;
}

/** Options of `tls.connect` that leave the verdict to `peerOf`: the certificate is wanted also where it is wrong. */
export const lookFirst = (name: string, withoutName = false): tls.ConnectionOptions => ({
  rejectUnauthorized: false,
  // RFC 6066 3: no address as a server name.
  ...(withoutName || net.isIP(name) ? {} : { servername: name }),
  checkServerIdentity: () => undefined,
});

/**
 * Node turns the whole chain into an object of texts before it asks about the name: a tenth of the CPU of a login (0.13 of
 * 1.3 ms). `peerOf` asks the certificate itself, so there is nothing to be turned.
 */
export function skipCopies<S extends tls.TLSSocket>(socket: S): S {
  return Object.defineProperty(socket, "getPeerCertificate", { value: () => ({}) });
}

/** What a connection that has just been secured is worth. */
export function peerOf(socket: tls.TLSSocket, identity: Identity): TlsPeer {
  const leaf = socket.getPeerX509Certificate();
  let chain: readonly PeerCertificate[] | undefined;
  const wholeChain = (): readonly PeerCertificate[] => (chain ??= chainOf(leaf));
  const refused = problemOf(socket, leaf, identity);
  const stranger = refused === undefined ? undefined : strangerOf(authorizationErrorOf(socket), wholeChain());
  const alsoAt = stranger === undefined ? () => [] : strangers.seen(stranger, identity.name, socket.remoteAddress ?? "");
  return {
    protocol: socket.getProtocol() ?? "",
    cipher: socket.getCipher().standardName,
    // Read when somebody looks: a login that goes well does not.
    get chain() {
      return wholeChain();
    },
    verified: refused === undefined,
    // Asked when somebody looks: hosts that are looked at side by side tell about each other.
    get problem() {
      return alsoAt().length > 0 ? intercepted : refused;
    },
    get alsoAt() {
      return alsoAt();
    },
  };
}

function problemOf(socket: tls.TLSSocket, leaf: X509Certificate | undefined, identity: Identity): string | undefined {
  if (leaf === undefined) return "NO_CERTIFICATE";
  if (identity.pinnedFingerprint !== undefined) {
    return plainHex(leaf.fingerprint256) === plainHex(identity.pinnedFingerprint) ? undefined : notPinned;
  }
  if (!socket.authorized) return authorizationErrorOf(socket);
  return isFor(leaf, identity.name) ? undefined : "ERR_TLS_CERT_ALTNAME_INVALID";
}

/** Declared as an Error, set as its code (lib/_tls_wrap.js, onConnectSecure). */
function authorizationErrorOf(socket: tls.TLSSocket): string {
  const error: unknown = socket.authorizationError;
  return error instanceof Error ? error.message : String(error);
}

/** RFC 9525: whole labels only behind a wildcard, addresses as addresses. */
const isFor = (leaf: X509Certificate, name: string): boolean =>
  (net.isIP(name) ? leaf.checkIP(name) : leaf.checkHost(name, { partialWildcards: false })) !== undefined;

const plainHex = (fingerprint: string): string => fingerprint.replaceAll(":", "").toLowerCase();

/** More than anybody presents; a bound for what the far side makes us read. */
const maxChain = 10;

function chainOf(leaf: X509Certificate | undefined): readonly PeerCertificate[] {
  const chain: PeerCertificate[] = [];
  for (let at = leaf; at !== undefined && chain.length < maxChain; at = at.issuerCertificate) chain.push(describe(at));
  return chain;
}

/** @throws nothing: a key of a kind that Node does not know has zero bits */
function describe(certificate: X509Certificate): PeerCertificate {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    altNames: altNamesOf(certificate.subjectAltName),
    validFrom: certificate.validFromDate.getTime(),
    validTo: certificate.validToDate.getTime(),
    serialNumber: certificate.serialNumber.toLowerCase(),
    fingerprint: plainHex(certificate.fingerprint256),
    ...keyOf(certificate),
    pem: certificate.toString(),
  };
}

/** Node gives one part a line, and nothing at all for an empty name. */
const oneLine = (name: string | undefined): string => (name ?? "").replaceAll("\n", ", ");

/** `DNS:a.example, IP Address:192.0.2.1`; values that could be mistaken are JSON strings (Node's documentation). */
function altNamesOf(text: string | undefined): readonly string[] {
  const names: string[] = [];
  for (const match of (text ?? "").matchAll(/(?:^|, )(?:DNS|IP Address):(?:"((?:[^"\\]|\\.)*)"|([^,]*))/g)) {
    names.push(match[1] ?? match[2] ?? "");
  }
  return names;
}

/** Bits of the curves that certificates are made with; the others have theirs in the name. */
const curveBits: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 521, ed25519: 256, ed448: 456 };

function keyOf(certificate: X509Certificate): { keyType: string; keyBits: number } {
  try {
    const { asymmetricKeyType = "unknown", asymmetricKeyDetails } = certificate.publicKey;
    const curve = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType;
    const keyBits = asymmetricKeyDetails?.modulusLength ?? curveBits[curve] ?? Number(/\d{3}/.exec(curve)?.[0] ?? 0);
    return { keyType: asymmetricKeyType, keyBits };
  } catch {
    return { keyType: "unknown", keyBits: 0 };
  }
}

export type CertificateProblem =
  | "expired"
  | "not-yet-valid"
  | "wrong-host"
  | "self-signed"
  | "untrusted"
  | "chain-incomplete"
  | "not-pinned"
  | "intercepted"
  | "issuer-expired"
  | "wrong-usage"
  | "weak-key"
  | "weak-signature"
  | "invalid";

const problems: Readonly<Record<string, CertificateProblem>> = {
  CERT_HAS_EXPIRED: "expired",
  CERT_NOT_YET_VALID: "not-yet-valid",
  ERR_TLS_CERT_ALTNAME_INVALID: "wrong-host",
  HOSTNAME_MISMATCH: "wrong-host",
  DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "untrusted",
  // The issuer was neither sent nor is it known: a server that sends its leaf alone, far more often than a private root.
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "chain-incomplete",
  UNABLE_TO_GET_ISSUER_CERT: "chain-incomplete",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "chain-incomplete",
  INVALID_PURPOSE: "wrong-usage",
  [notPinned]: "not-pinned",
  [intercepted]: "intercepted",
};

/** Node's code (https://nodejs.org/api/tls.html, X509 certificate error codes) as one of the few things that a person can act on. */
export const certificateProblem = (code: string | undefined): CertificateProblem => problems[code ?? ""] ?? "invalid";
