import { type Der, derTag, elementsOf } from "./der.ts";

/** What Node does not tell of a certificate. */
export interface CertificateExtensions {
  /** RFC 5280 section 4.2.1.3; undefined where the certificate does not restrict its key. */
  readonly keyUsage: { readonly digitalSignature: boolean } | undefined;
  /** Of the key that signed it, hex (RFC 5280 section 4.2.1.1). */
  readonly authorityKey: string | undefined;
  /** Where lists of revoked certificates are (RFC 5280 section 4.2.1.13), as they stand there. */
  readonly revocationLists: readonly string[];
  /** It carries the receipts of public logs (RFC 6962 section 3.3), without which browsers take no certificate of a public authority. */
  readonly logged: boolean;
}

/** The content octets of the object identifiers, hex. */
const ids = {
  keyUsage: "551d0f",
  authorityKey: "551d23",
  revocationLists: "551d1f",
  logReceipts: "2b06010401d679020402",
} as const;

/** How deep names of a list may lie: DistributionPoint, [0], fullName [0], URI [6]. */
const maxDepth = 5;

/** @param certificate DER; what cannot be read has no extensions. Never throws. */
export function extensionsOf(certificate: Buffer): CertificateExtensions {
  const values = new Map<string, Buffer>();
  const body = elementsOf(elementsOf(certificate)?.[0]?.value ?? Buffer.alloc(0))?.[0];
  const field = elementsOf(body?.value ?? Buffer.alloc(0))?.find(({ tag }) => tag === derTag.context(3));
  const list = elementsOf(field?.value ?? Buffer.alloc(0))?.[0];
  for (const extension of elementsOf(list?.value ?? Buffer.alloc(0)) ?? []) {
    const parts = elementsOf(extension.value) ?? [];
    const [id, value] = [parts[0], parts.at(-1)];
    if (id?.tag === derTag.objectId && value?.tag === derTag.octetString) values.set(id.value.toString("hex"), value.value);
  }
  return {
    keyUsage: keyUsageOf(values.get(ids.keyUsage)),
    authorityKey: authorityKeyOf(values.get(ids.authorityKey)),
    revocationLists: urisOf(elementsOf(values.get(ids.revocationLists) ?? Buffer.alloc(0)) ?? [], maxDepth),
    logged: values.has(ids.logReceipts),
  };
}

function keyUsageOf(extension: Buffer | undefined): CertificateExtensions["keyUsage"] {
  const bits = extension && elementsOf(extension)?.[0];
  if (bits?.tag !== derTag.bitString) return undefined;
  return { digitalSignature: ((bits.value[1] ?? 0) & 0x80) !== 0 };
}

function authorityKeyOf(extension: Buffer | undefined): string | undefined {
  const parts = elementsOf((extension && elementsOf(extension)?.[0]?.value) ?? Buffer.alloc(0));
  return parts?.find(({ tag }) => tag === derTag.plainContext(0))?.value.toString("hex");
}

function urisOf(elements: readonly Der[], depth: number): readonly string[] {
  return elements.flatMap(({ tag, value }) => {
    if (tag === derTag.plainContext(6)) return [value.toString("latin1")];
    const isHolder = (tag & 0x20) !== 0;
    return isHolder && depth > 0 ? urisOf(elementsOf(value) ?? [], depth - 1) : [];
  });
}
