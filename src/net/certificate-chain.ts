import { X509Certificate } from "node:crypto";
import tls from "node:tls";
import type { PeerCertificate } from "../model/connection.ts";

/** The certificates that a server presented, read as a chain (RFC 5246 section 7.4.2, RFC 8446 section 4.4.2). */
export interface ChainReading {
  /** From the leaf up, each signed by the next one, as far as they are needed to reach a root of Mozilla's list or their end. */
  readonly path: readonly PeerCertificate[];
  /** The issuer that the path lacks: neither presented nor in the list. Undefined where the path ends at a root. */
  readonly missing: string | undefined;
  /** Not each is followed by the one that signed it, strangers aside. */
  readonly disordered: boolean;
  /** Presented for nothing: roots (whoever believes them has them), strangers, and what comes twice. */
  readonly needless: readonly PeerCertificate[];
}

let mozillas: ReadonlyMap<string, readonly X509Certificate[]> | undefined;

/** The roots of Mozilla's list (in Node itself) with that subject. To read all of them costs 15 ms, once. */
function rootsNamed(subject: string): readonly X509Certificate[] {
  mozillas ??= Map.groupBy(
    tls.rootCertificates.map((pem) => new X509Certificate(pem)),
    (root) => root.subject,
  );
  return mozillas.get(subject) ?? [];
}

/** A root of Mozilla's list, or one whose key signed it. */
export const isOfMozillasList = (certificate: X509Certificate): boolean =>
  [...rootsNamed(certificate.issuer), ...rootsNamed(certificate.subject)].some(
    (root) => root.fingerprint256 === certificate.fingerprint256 || isSignedBy(certificate, root),
  );

/** The certificate that signed this one, if it is presented, in the list or believed. */
export function issuerOf(
  certificate: X509Certificate,
  presented: readonly PeerCertificate[],
  believed: readonly string[],
): X509Certificate | undefined {
  const known = [
    ...presented.map(({ pem }) => new X509Certificate(pem)),
    ...rootsNamed(certificate.issuer),
    ...believed.flatMap(certificatesIn),
  ];
  return known.find((other) => isSignedBy(certificate, other));
}

/**
 * @param believed PEM texts of authorities that count besides Mozilla's
 * @throws nothing: a certificate with a key of an unknown kind has signed nothing
 */
export function readChain(chain: readonly PeerCertificate[], believed: readonly string[] = []): ChainReading {
  const presented: readonly Presented[] = chain.map((one) => ({ one, certificate: new X509Certificate(one.pem) }));
  const own = believed.flatMap(certificatesIn);
  const isRooted = (certificate: X509Certificate): boolean =>
    isOfMozillasList(certificate) || own.some((root) => isSignedBy(certificate, root));
  const path: Presented[] = presented.slice(0, 1);
  const isOnPath = (certificate: X509Certificate): boolean =>
    path.some((step) => step.certificate.fingerprint256 === certificate.fingerprint256);
  for (let top = path[0]; top !== undefined && !isRooted(top.certificate);) {
    const { certificate } = top;
    top = presented.find((other) => !isOnPath(other.certificate) && isSignedBy(certificate, other.certificate));
    if (top) path.push(top);
  }
  const top = path.at(-1)?.certificate;
  const isTwice = (index: number): boolean =>
    presented.findIndex(({ certificate }) => certificate.fingerprint256 === presented[index]?.certificate.fingerprint256) < index;
  const isRelated = (entry: Presented): boolean =>
    path.includes(entry) || presented.some((other) => other !== entry && isSignedBy(other.certificate, entry.certificate));
  const related = presented.filter((entry, index) => !isTwice(index) && isRelated(entry));
  const isRoot = ({ certificate }: Presented, index: number): boolean => index > 0 && isSignedBy(certificate, certificate);
  return {
    path: path.map(({ one }) => one),
    missing: top === undefined || isRooted(top) || isSignedBy(top, top) ? undefined : path.at(-1)?.one.issuer,
    disordered: related.some(({ certificate }, index) => {
      const next = related[index + 1];
      return next !== undefined && !isSignedBy(certificate, next.certificate);
    }),
    needless: presented
      .filter((entry, index) => isTwice(index) || isRoot(entry, index) || !isRelated(entry))
      .map(({ one }) => one),
  };
}

interface Presented {
  readonly one: PeerCertificate;
  readonly certificate: X509Certificate;
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** The certificates of a PEM text; those that cannot be read are left out. */
function certificatesIn(pem: string): readonly X509Certificate[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}
