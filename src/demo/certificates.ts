import "./reflect-metadata.ts";
import { webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** What a TLS server presents; PEM, as `node:tls` takes it. */
export interface ServerIdentity {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** PEM of the root: what `settings.tls.ca` names. */
  readonly ca: string;
  /** For one host, and others that it is also called. Days from now; `since` is negative or 0. */
  issue(
    host: string,
    days: { readonly since: number; readonly until: number },
    others?: readonly string[],
  ): Promise<ServerIdentity>;
}

const day = 86_400_000;
/** An elliptic key takes under a millisecond to make, an RSA key up to a second. */
const elliptic = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

const makeKeys = () => webcrypto.subtle.generateKey(elliptic, true, ["sign", "verify"]);

/** A certificate authority that lives as long as the demonstration. Nothing outside it trusts it. */
export async function createAuthority(name: string): Promise<Authority> {
  const root = await makeKeys();
  const now = Date.now();
  let serial = now;
  const nextSerial = () => (serial++).toString(16).padStart(16, "0");
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: nextSerial(),
      subject: `CN=${name}`,
      issuer: `CN=${name}`,
      notBefore: new Date(now - 365 * day),
      notAfter: new Date(now + 3650 * day),
      publicKey: root.publicKey,
      signingKey: root.privateKey,
      signingAlgorithm: elliptic,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    },
    webcrypto,
  );

  const issue: Authority["issue"] = async (host, days, others = []) => {
    const keys = await makeKeys();
    const leaf = await X509CertificateGenerator.create(
      {
        serialNumber: nextSerial(),
        subject: `CN=${host}`,
        issuer: certificate.subject,
        notBefore: new Date(now + days.since * day),
        notAfter: new Date(now + days.until * day),
        publicKey: keys.publicKey,
        signingKey: root.privateKey,
        signingAlgorithm: elliptic,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
          new SubjectAlternativeNameExtension([host, ...others].map((value) => ({ type: "dns", value }))),
        ],
      },
      webcrypto,
    );
    const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
    return { cert: `${leaf.toString("pem")}\n`, key: `${PemConverter.encode(key, "PRIVATE KEY")}\n` };
  };

  return { ca: `${certificate.toString("pem")}\n`, issue };
}
