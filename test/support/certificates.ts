import "../../src/demo/reflect-metadata.ts";
import { createHash, webcrypto, X509Certificate as NodeCertificate } from "node:crypto";
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
import type { X509Certificate } from "@peculiar/x509";

/** A certificate that a test server presents. All PEM. */
export interface Issued {
  readonly certPem: string;
  /** PKCS #8 */
  readonly keyPem: string;
  /** The leaf and every intermediate, without the root: what a server should present. */
  readonly chainPem: string;
  /** SHA-256 of the leaf, hex, lower case, without colons. */
  readonly fingerprint: string;
}

export interface IssueOptions {
  readonly names: readonly string[];
  readonly addresses?: readonly string[];
  /** Default yesterday, and in 90 days. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** An RSA key of so many bits; default an elliptic one, P-256. */
  readonly keyBits?: number;
  /** Signed by an intermediate authority; `chainPem` holds it, `certPem` does not (an incomplete chain). */
  readonly intermediate?: boolean;
  /** Made for the client's side of TLS alone, which no server may present. */
  readonly forClients?: boolean;
  /** Named by its subject alone, as before RFC 2818: without alternative names. */
  readonly commonNameOnly?: boolean;
}

export interface Authority {
  readonly certPem: string;
  issue(options: IssueOptions): Promise<Issued>;
  /** It ended an hour ago. */
  issueExpired(options: IssueOptions): Promise<Issued>;
}

const day = 86_400_000;
const elliptic = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const rsaKeys = new Map<number, Promise<webcrypto.CryptoKeyPair>>();
let serial = Date.now();

function makeKeys(bits?: number): Promise<webcrypto.CryptoKeyPair> {
  if (bits === undefined) return webcrypto.subtle.generateKey(elliptic, true, ["sign", "verify"]);
  // RSA keys take up to a second: one a size and process is enough for tests.
  const known = rsaKeys.get(bits);
  if (known !== undefined) return known;
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: bits,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const made = webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  rsaKeys.set(bits, made);
  return made;
}

interface Signer {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

async function makeAuthority(name: string, signer?: Signer): Promise<Signer> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: (serial++).toString(16).padStart(16, "0"),
      subject: `CN=${name}`,
      issuer: signer?.certificate.subject ?? `CN=${name}`,
      notBefore: new Date(Date.now() - 30 * day),
      notAfter: new Date(Date.now() + 3650 * day),
      publicKey: keys.publicKey,
      signingKey: (signer?.keys ?? keys).privateKey,
      signingAlgorithm: elliptic,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    },
    webcrypto,
  );
  return { certificate, keys };
}

async function issueBy(signer: Signer | undefined, between: readonly X509Certificate[], options: IssueOptions): Promise<Issued> {
  const keys = await makeKeys(options.keyBits);
  const subject = `CN=${options.names[0] ?? options.addresses?.[0] ?? "nobody"}`;
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: (serial++).toString(16).padStart(16, "0"),
      subject,
      issuer: signer?.certificate.subject ?? subject,
      notBefore: options.notBefore ?? new Date(Date.now() - day),
      notAfter: options.notAfter ?? new Date(Date.now() + 90 * day),
      publicKey: keys.publicKey,
      signingKey: (signer?.keys ?? keys).privateKey,
      ...(signer !== undefined || options.keyBits === undefined ? { signingAlgorithm: elliptic } : {}),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
        new ExtendedKeyUsageExtension([options.forClients === true ? ExtendedKeyUsage.clientAuth : ExtendedKeyUsage.serverAuth]),
        ...(options.commonNameOnly === true
          ? []
          : [
              new SubjectAlternativeNameExtension([
                ...options.names.map((value) => ({ type: "dns" as const, value })),
                ...(options.addresses ?? []).map((value) => ({ type: "ip" as const, value })),
              ]),
            ]),
      ],
    },
    webcrypto,
  );
  const certPem = `${certificate.toString("pem")}\n`;
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certPem,
    keyPem: `${PemConverter.encode(key, "PRIVATE KEY")}\n`,
    chainPem: [certPem, ...between.map((one) => `${one.toString("pem")}\n`)].join(""),
    fingerprint: createHash("sha256").update(new NodeCertificate(certPem).raw).digest("hex"),
  };
}

/** A root authority of the test's own. `certPem` is what a client has to trust. */
export async function createAuthority(name = "Mailvigil test authority"): Promise<Authority> {
  const root = await makeAuthority(name);
  let intermediate: Promise<Signer> | undefined;
  const issue = async (options: IssueOptions): Promise<Issued> => {
    if (options.intermediate !== true) return issueBy(root, [], options);
    intermediate ??= makeAuthority(`${name} intermediate`, root);
    const signer = await intermediate;
    return issueBy(signer, [signer.certificate], options);
  };
  return {
    certPem: `${root.certificate.toString("pem")}\n`,
    issue,
    issueExpired: (options) =>
      issue({ ...options, notBefore: new Date(Date.now() - 90 * day), notAfter: new Date(Date.now() - 3_600_000) }),
  };
}

/** Signed by its own key: no authority vouches for it. */
export const issueSelfSigned = (options: IssueOptions): Promise<Issued> => issueBy(undefined, [], options);
