import "../../src/demo/reflect-metadata.ts";
import { createHash, createPrivateKey, sign, webcrypto, X509Certificate as NodeCertificate } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from "@peculiar/x509";
import { elementsOf } from "../../src/net/der.ts";

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
  readonly intermediate?: boolean | IntermediateOptions;
  /** Made for the client's side of TLS alone, which no server may present. */
  readonly forClients?: boolean;
  /** Named by its subject alone, as before RFC 2818: without alternative names. */
  readonly commonNameOnly?: boolean;
  /** Its key may encipher keys and nothing else: no signing, as servers do since TLS 1.3. */
  readonly onlyEnciphers?: boolean;
  /** Of its signature; default SHA-256. MD5 takes an authority with an RSA key. */
  readonly hash?: WeakHash;
  /** Carries (empty) receipts of public logs, as the certificates of public authorities do. */
  readonly logged?: boolean;
  /** Where its authority says that its list of revoked certificates is. */
  readonly revocationList?: string;
  /** Hex; default another one each time. */
  readonly serialNumber?: string;
}

type WeakHash = "SHA-1" | "MD5";

/** An intermediate authority of its own, for this certificate alone. */
interface IntermediateOptions {
  /** Default in ten years. */
  readonly notAfter?: Date;
  readonly keyBits?: number;
  readonly hash?: WeakHash;
}

export interface Authority {
  readonly certPem: string;
  readonly issue: (options: IssueOptions) => Promise<Issued>;
  /** It ended an hour ago. */
  issueExpired(options: IssueOptions): Promise<Issued>;
  /** A list of revoked certificates (RFC 5280 section 5), DER. */
  revoke(serialNumbers: readonly string[], until?: Date): Promise<Buffer>;
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
  readonly keys: webcrypto.CryptoKeyPair;
}

interface NamedSigner extends Signer {
  readonly certificate: X509Certificate;
}

const signedBy = ({ keys }: Signer, hash?: WeakHash) => ({
  signingKey: keys.privateKey,
  signingAlgorithm: { ...keys.privateKey.algorithm, hash: hash === "SHA-1" ? "SHA-1" : "SHA-256" },
});

/** Web Crypto knows no MD5: the name of the hash is changed in the certificate, and it is signed anew. */
async function signedWithMd5(certificate: X509Certificate, { keys }: Signer): Promise<X509Certificate> {
  const [sha256, md5] = [Buffer.from("2a864886f70d01010b", "hex"), Buffer.from("2a864886f70d010104", "hex")];
  const der = Buffer.from(certificate.rawData);
  for (let at = der.indexOf(sha256); at !== -1; at = der.indexOf(sha256, at)) md5.copy(der, at);
  const [body, , signature] = elementsOf(elementsOf(der)?.[0]?.value ?? der) ?? [];
  const key = createPrivateKey({
    key: Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)),
    format: "der",
    type: "pkcs8",
  });
  if (body === undefined || signature === undefined) throw new Error("the certificate is no DER");
  sign("md5", body.whole, key).copy(signature.value, 1);
  return new X509Certificate(der);
}

async function makeAuthority(name: string, signer?: NamedSigner, options: IntermediateOptions = {}): Promise<NamedSigner> {
  const keys = await makeKeys(options.keyBits);
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: (serial++).toString(16).padStart(16, "0"),
      subject: `CN=${name}`,
      issuer: signer?.certificate.subject ?? `CN=${name}`,
      notBefore: new Date(Date.now() - 30 * day),
      notAfter: options.notAfter ?? new Date(Date.now() + 3650 * day),
      publicKey: keys.publicKey,
      ...signedBy(signer ?? { keys }, options.hash),
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    },
    webcrypto,
  );
  return { certificate, keys };
}

async function issueBy(
  signer: NamedSigner | undefined,
  between: readonly X509Certificate[],
  options: IssueOptions,
): Promise<Issued> {
  const keys = await makeKeys(options.keyBits);
  const subject = `CN=${options.names[0] ?? options.addresses?.[0] ?? "nobody"}`;
  const made = await X509CertificateGenerator.create(
    {
      serialNumber: options.serialNumber ?? (serial++).toString(16).padStart(16, "0"),
      subject,
      issuer: signer?.certificate.subject ?? subject,
      notBefore: options.notBefore ?? new Date(Date.now() - day),
      notAfter: options.notAfter ?? new Date(Date.now() + 90 * day),
      publicKey: keys.publicKey,
      ...signedBy(signer ?? { keys }, options.hash),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(
          KeyUsageFlags.keyEncipherment | (options.onlyEnciphers === true ? 0 : KeyUsageFlags.digitalSignature),
          true,
        ),
        new ExtendedKeyUsageExtension([options.forClients === true ? ExtendedKeyUsage.clientAuth : ExtendedKeyUsage.serverAuth]),
        ...(signer?.certificate === undefined
          ? []
          : [await AuthorityKeyIdentifierExtension.create(signer.certificate.publicKey, false, webcrypto)]),
        ...(options.logged === true ? [new Extension("1.3.6.1.4.1.11129.2.4.2", false, Buffer.from("04020000", "hex"))] : []),
        ...(options.revocationList === undefined ? [] : [new CRLDistributionPointsExtension([options.revocationList])]),
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
  const certificate = options.hash === "MD5" && signer ? await signedWithMd5(made, signer) : made;
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
export async function createAuthority(
  name = "Mailvigil test authority",
  options: Pick<IntermediateOptions, "keyBits"> = {},
): Promise<Authority> {
  const root = await makeAuthority(name, undefined, options);
  let shared: Promise<NamedSigner> | undefined;
  const issue = async ({ intermediate, ...wish }: IssueOptions): Promise<Issued> => {
    if (intermediate === undefined || intermediate === false) return issueBy(root, [], wish);
    const between = `${name} intermediate`;
    const own = intermediate === true ? undefined : makeAuthority(between, root, intermediate);
    const signer = await (own ?? (shared ??= makeAuthority(between, root)));
    return issueBy(signer, [signer.certificate], wish);
  };
  return {
    certPem: `${root.certificate.toString("pem")}\n`,
    issue,
    issueExpired: (wish) =>
      issue({ ...wish, notBefore: new Date(Date.now() - 90 * day), notAfter: new Date(Date.now() - 3_600_000) }),
    revoke: async (serialNumbers, until = new Date(Date.now() + 7 * day)) => {
      const list = await X509CrlGenerator.create(
        {
          issuer: root.certificate.subject,
          thisUpdate: new Date(Date.now() - day),
          nextUpdate: until,
          entries: serialNumbers.map((serialNumber) => ({ serialNumber, revocationDate: new Date(Date.now() - day) })),
          ...signedBy(root),
        },
        webcrypto,
      );
      return Buffer.from(list.rawData);
    },
  };
}

/** Signed by its own key: no authority vouches for it. */
export const issueSelfSigned = (options: IssueOptions): Promise<Issued> => issueBy(undefined, [], options);
