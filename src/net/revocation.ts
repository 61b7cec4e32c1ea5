import { verify, X509Certificate } from "node:crypto";
import type { PeerCertificate } from "../model/connection.ts";
import type { CheckContext } from "../model/check.ts";
import { issuerOf } from "./certificate-chain.ts";
import { extensionsOf } from "./certificate-extensions.ts";
import { type Der, derTag, elementAt, elementsOf } from "./der.ts";
import { get } from "./get.ts";

/** Lists of large authorities have some 100,000 entries; what is longer is left alone. */
const maxBytes = 8 * 1024 * 1024;
const timeoutMs = 10_000;
const maxCertificates = 3;

type Ctx = Pick<CheckContext, "ask" | "isPublic" | "authorities" | "note" | "now">;

/**
 * The certificates of a path that their authority has revoked (RFC 5280 section 5). A list that cannot be had, is out of date or
 * is not signed by the issuer says nothing; why is noted.
 * @param path from the leaf up
 */
export async function findRevoked(
  path: readonly PeerCertificate[],
  ctx: Ctx,
  signal: AbortSignal,
): Promise<readonly { readonly certificate: PeerCertificate; readonly at: number }[]> {
  const looked = await Promise.all(
    path.slice(0, maxCertificates).map(async (certificate, index) => {
      const x509 = new X509Certificate(certificate.pem);
      const url = extensionsOf(x509.raw).revocationLists.find((uri) => /^https?:/i.test(uri));
      const issuer = issuerOf(x509, path.slice(index + 1), ctx.authorities);
      if (url === undefined || issuer === undefined) return [];
      const { ask, isPublic, authorities, now } = ctx;
      const answer = await get({ url, ask, isPublic, authorities, signal, maxBytes, timeoutMs, redirects: 2, bodyAs: "latin1" });
      const list =
        answer.kind === "answer" && answer.status === 200
          ? readRevocationList(Buffer.from(answer.body, "latin1"), issuer, now())
          : `${answer.kind === "answer" ? answer.status : answer.text}`;
      if (typeof list === "string") {
        ctx.note(`revocation list ${url}: ${list}`);
        return [];
      }
      const at = list.revokedAt(certificate.serialNumber);
      ctx.note(`revocation list ${url}: ${at === undefined ? "not in it" : `revoked ${new Date(at).toISOString()}`}`);
      return at === undefined ? [] : [{ certificate, at }];
    }),
  );
  return looked.flat();
}

export interface RevocationList {
  /** Milliseconds UTC; undefined for a certificate that is not in it. @param serialNumber hex, as Node gives it */
  revokedAt(serialNumber: string): number | undefined;
}

/** The content octets of the signature algorithms, hex, and their hashes. */
const hashes: Readonly<Record<string, string>> = {
  "2a864886f70d01010b": "sha256",
  "2a864886f70d01010c": "sha384",
  "2a864886f70d01010d": "sha512",
  "2a8648ce3d040302": "sha256",
  "2a8648ce3d040303": "sha384",
  "2a8648ce3d040304": "sha512",
};

/** @returns a text: why it says nothing. Never throws. */
export function readRevocationList(der: Buffer, issuer: X509Certificate, now: number): RevocationList | string {
  const [body, algorithm, signature] = elementsOf(elementAt(der, 0)?.value ?? Buffer.alloc(0)) ?? [];
  const fields = body && elementsOf(body.value);
  if (!body || !fields || !algorithm || signature?.tag !== derTag.bitString) return "no revocation list";
  const hash = hashes[elementAt(algorithm.value, 0)?.value.toString("hex") ?? ""];
  if (hash === undefined) return "signed in an unknown way";
  if (!isSigned(hash, body, signature, issuer)) return "not signed by the issuer";
  // Version (left out in the first), algorithm, issuer, this update, next update, the revoked ones.
  const times = fields.filter(({ tag }) => tag === derTag.utcTime || tag === derTag.generalizedTime);
  const until = times[1] && timeOf(times[1]);
  if (until !== undefined && until < now) return `out of date since ${new Date(until).toISOString()}`;
  const last = times.at(-1);
  const entries = fields[last ? fields.indexOf(last) + 1 : fields.length];
  const revoked = entries?.tag === derTag.sequence ? entries.value : Buffer.alloc(0);
  return { revokedAt: (serialNumber) => entryOf(revoked, Buffer.from(plain(serialNumber), "hex")) };
}

function isSigned(hash: string, body: Der, signature: Der, issuer: X509Certificate): boolean {
  try {
    return verify(hash, body.whole, issuer.publicKey, signature.value.subarray(1));
  } catch {
    return false;
  }
}

const plain = (hex: string): string => hex.replace(/^(00)+/, "").padStart(2, "0");

/** Walked, not searched: a serial number can stand within another. */
function entryOf(revoked: Buffer, serial: Buffer): number | undefined {
  for (let at = 0; at < revoked.length;) {
    const entry = elementAt(revoked, at);
    if (entry === undefined) return undefined;
    at += entry.whole.length;
    // Most are told from the one that is looked for by their last byte: 100,000 elements less to be made.
    const length = entry.value[1] ?? 0;
    if (length < 0x80 && entry.value[1 + length] !== serial.at(-1)) continue;
    const number = elementAt(entry.value, 0);
    if (number === undefined) return undefined;
    // A leading zero byte keeps a large number positive.
    const value = number.value[0] === 0 && number.value.length > 1 ? number.value.subarray(1) : number.value;
    if (!value.equals(serial)) continue;
    const date = elementAt(entry.value, number.whole.length);
    return (date && timeOf(date)) ?? 0;
  }
  return undefined;
}

/** RFC 5280 section 4.1.2.5: years of two digits are of 1950 to 2049. */
function timeOf({ tag, value }: Der): number | undefined {
  const text = value.toString("latin1");
  const full = tag === derTag.generalizedTime ? text : `${Number(text.slice(0, 2)) < 50 ? "20" : "19"}${text}`;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
  if (parts === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
