import "../../src/demo/reflect-metadata.ts";
import { webcrypto } from "node:crypto";
import { gzipSync } from "node:zlib";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

export interface MarkOptions {
  readonly names: readonly string[];
  /** SVG text. */
  readonly logo: string;
  /** Instead of the logo packed by gzip. */
  readonly packed?: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** The extended key usage; default that of BIMI. */
  readonly usage?: string;
  /** Without the certificate of its authority. */
  readonly alone?: boolean;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** A mark certificate (VMC) with the authority that signed it, as PEM. */
export async function issueMark(options: MarkOptions): Promise<string> {
  const { names, logo, packed = gzipSync(logo), notBefore, notAfter, usage = "1.3.6.1.5.5.7.3.31", alone = false } = options;
  const [root, leaf] = await Promise.all([0, 1].map(() => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])));
  if (root === undefined || leaf === undefined) throw new Error("no keys were made");
  const common = { notBefore, notAfter, issuer: "CN=Mark authority", signingKey: root.privateKey, signingAlgorithm: algorithm };
  const authority = await X509CertificateGenerator.create(
    {
      ...common,
      serialNumber: "01",
      subject: "CN=Mark authority",
      publicKey: root.publicKey,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    },
    webcrypto,
  );
  const certificate = await X509CertificateGenerator.create(
    {
      ...common,
      serialNumber: "02",
      subject: "CN=Example",
      publicKey: leaf.publicKey,
      extensions: [
        new ExtendedKeyUsageExtension([usage]),
        new SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns" as const, value }))),
        new Extension("1.3.6.1.5.5.7.1.12", false, logotype(`data:image/svg+xml;base64,${packed.toString("base64")}`)),
      ],
    },
    webcrypto,
  );
  return [certificate, ...(alone ? [] : [authority])].map((one) => `${one.toString("pem")}\n`).join("");
}

/** The URL within an IA5String within a sequence: of RFC 3709 what the reader looks at. */
function logotype(url: string): Buffer {
  const wrap = (tag: number, content: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([Buffer.from([tag, 0x84]), length, content]);
  };
  return wrap(0x30, wrap(0x16, Buffer.from(url, "latin1")));
}
