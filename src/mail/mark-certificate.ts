import { X509Certificate } from "node:crypto";
import { gunzipSync } from "node:zlib";

/** id-kp-BrandIndicatorforMessageIdentification. */
const markUsage = "1.3.6.1.5.5.7.3.31";
const maxCertificates = 8;
const maxLogoBytes = 256 * 1024;

/** A mark certificate (VMC or CMC) with its chain, as `a=` of a BIMI record gives it. */
export interface MarkCertificate {
  /** Milliseconds UTC. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Lower case. */
  readonly names: readonly string[];
  /** Its extended key usage is that of BIMI. */
  readonly forMarks: boolean;
  /** Each certificate is signed by the next one. Whether the last one's authority may vouch for marks is not judged. */
  readonly chained: boolean;
  /** The logo that it vouches for (RFC 3709, as a data: URL, mostly gzip). */
  readonly logo: Buffer | undefined;
}

/** Undefined where the text holds no certificate that can be read. Never throws. */
export function readMarkCertificate(pem: string): MarkCertificate | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----/g) ?? [];
  try {
    const [leaf, ...above] = blocks.slice(0, maxCertificates).map((block) => new X509Certificate(block));
    if (leaf === undefined) return undefined;
    return {
      notBefore: leaf.validFromDate.getTime(),
      notAfter: leaf.validToDate.getTime(),
      names: [...(leaf.subjectAltName ?? "").matchAll(/DNS:([^,\s"]+)/g)].map((match) => (match[1] ?? "").toLowerCase()),
      forMarks: leaf.keyUsage?.includes(markUsage) ?? false,
      chained: above.length > 0 && above.every((issuer, index) => [leaf, ...above][index]?.verify(issuer.publicKey) ?? false),
      logo: logoOf(leaf.raw),
    };
  } catch {
    return undefined;
  }
}

function logoOf(der: Buffer): Buffer | undefined {
  const marker = "data:image/svg+xml;base64,";
  const at = der.indexOf(marker);
  if (at === -1) return undefined;
  const [base64 = ""] = /^[A-Za-z0-9+/]*={0,2}/.exec(der.toString("latin1", at + marker.length)) ?? [];
  const bytes = Buffer.from(base64, "base64");
  try {
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: maxLogoBytes }) : bytes;
  } catch {
    return undefined;
  }
}
