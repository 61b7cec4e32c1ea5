import type { Fact } from "../model/observation.ts";
import type { DkimKey } from "./dkim-key.ts";
import { readTagList, tagValue } from "./tag-list.ts";

/** One DKIM-Signature header of a mail (RFC 6376 section 3.5). Names are lower case. */
export interface DkimSignature {
  /** `d=` and `s=`: where the key is. */
  readonly domain: string;
  readonly selector: string;
  /** `a=`. */
  readonly algorithm: string;
  /** The domain of `i=`; that of `d=` where there is none. */
  readonly identity: string;
  /** `h=`, each as often as it is named. */
  readonly headers: readonly string[];
  /** `l=` is there: what comes after so many octets of the body is not signed. */
  readonly partial: boolean;
  /** `t=` and `x=`, milliseconds UTC. */
  readonly signedAt: number | undefined;
  readonly expiresAt: number | undefined;
}

/** What is wrong with a signature as it is written, besides whether it verifies. */
export type SignatureProblem =
  /** The identity is not the signing domain or below it, or is below it though the key says `t=s` (RFC 6376 3.6.1, 6.1.1). */
  | { readonly code: "identity"; readonly severity: "critical" }
  /** RFC 8301 3.1: rsa-sha1 must not be believed. */
  | { readonly code: "sha1"; readonly severity: "critical" }
  /** RFC 6376 5.4: From must be signed. */
  | { readonly code: "from-unsigned"; readonly severity: "critical" }
  | { readonly code: "expired"; readonly severity: "critical" }
  /** RFC 6376 8.2: anybody can append to the mail. */
  | { readonly code: "partial"; readonly severity: "warning" }
  | { readonly code: "future"; readonly severity: "warning" }
  /** RFC 6376 5.4.1: headers that a reader relies on can be changed. */
  | { readonly code: "headers-unsigned"; readonly severity: "warning"; readonly headers: readonly string[] }
  /** RFC 6376 8.15: a second From can be added. */
  | { readonly code: "from-once"; readonly severity: "info" };

/** Clocks differ; a signature from further in the future is a fault. */
const skewMs = 5 * 60_000;
const reliedOn = ["date", "subject", "to"];

/** The value of a header, folded as it came. Undefined where d=, s=, a= or h= is missing or the list is none. Never throws. */
export function readDkimSignature(value: string): DkimSignature | undefined {
  const list = readTagList(value.replace(/\r?\n[ \t]+/g, " "));
  const lower = (name: string): string => (tagValue(list, name) ?? "").toLowerCase();
  const [domain, selector, algorithm] = [lower("d"), lower("s"), lower("a")];
  const headers = lower("h")
    .split(":")
    .map((header) => header.trim())
    .filter((header) => header !== "");
  if (list.repeated.length > 0 || domain === "" || selector === "" || algorithm === "" || headers.length === 0) return undefined;
  const identity = lower("i");
  return {
    domain,
    selector,
    algorithm,
    identity: identity === "" ? domain : identity.slice(identity.lastIndexOf("@") + 1),
    headers,
    partial: tagValue(list, "l") !== undefined,
    signedAt: momentOf(lower("t")),
    expiresAt: momentOf(lower("x")),
  };
}

/** As a fact of kind `dkim-selector`, which `dns-dkim` looks its keys up by. */
export const selectorFact = ({ selector, domain }: DkimSignature): string => `${selector}._domainkey.${domain}`;

/** `now` is milliseconds UTC; the key where it is known. */
export function lintSignature(signature: DkimSignature, now: number, key?: DkimKey): SignatureProblem[] {
  const { domain, identity, algorithm, headers, partial, signedAt, expiresAt } = signature;
  const problems: SignatureProblem[] = [];
  const isBelow = identity.endsWith(`.${domain}`);
  if (identity !== domain && (!isBelow || key?.strictIdentity === true))
    problems.push({ code: "identity", severity: "critical" });
  if (algorithm.endsWith("-sha1")) problems.push({ code: "sha1", severity: "critical" });
  const froms = headers.filter((header) => header === "from").length;
  if (froms === 0) problems.push({ code: "from-unsigned", severity: "critical" });
  else if (froms === 1) problems.push({ code: "from-once", severity: "info" });
  if (expiresAt !== undefined && expiresAt < now) problems.push({ code: "expired", severity: "critical" });
  if (signedAt !== undefined && signedAt > now + skewMs) problems.push({ code: "future", severity: "warning" });
  if (partial) problems.push({ code: "partial", severity: "warning" });
  const unsigned = reliedOn.filter((header) => !headers.includes(header));
  if (unsigned.length > 0) problems.push({ code: "headers-unsigned", severity: "warning", headers: unsigned });
  return problems;
}

const momentOf = (text: string): number | undefined => (/^\d{1,12}$/.test(text) ? Number(text) * 1000 : undefined);

/** The last mail of one sender, as it was signed. */
export interface SignedMail {
  /** Its address. */
  readonly sender: string;
  /** None: the mail came unsigned. */
  readonly signatures: readonly DkimSignature[];
  readonly seenAt: number;
}

const nothing = "unsigned";

/**
 * As a fact of kind `dkim-signature`: what lintSignature judges, without what differs from mail to mail, so that one way of signing
 * is one fact. `x=` and `t=` are left where they were wrong when the mail arrived, with a value that is wrong whenever it is read.
 */
export function signatureFact(sender: string, signature: DkimSignature, arrivedAt: number): string {
  const { domain, selector, algorithm, identity, headers, partial } = signature;
  const wrong = new Set(lintSignature(signature, arrivedAt).map(({ code }) => code));
  const froms = headers.filter((header) => header === "from").slice(0, 2);
  const named = [...froms, ...reliedOn.filter((header) => headers.includes(header))];
  const tags = [
    `a=${algorithm.slice(0, 20)}`,
    `d=${domain}`,
    `s=${selector}`,
    // An empty list would be no signature.
    `h=${named.join(":") || "none"}`,
    ...(identity === domain ? [] : [`i=@${identity.slice(0, 253)}`]),
    ...(partial ? ["l=0"] : []),
    ...(wrong.has("expired") ? ["x=0"] : []),
    ...(wrong.has("future") ? ["t=999999999999"] : []),
  ];
  return `${sender} ${tags.join("; ")}`;
}

/** The same of a mail that came without any signature. */
export const unsignedFact = (sender: string): string => `${sender} ${nothing}`;

/** Of each sender the newest mail: how it signed before says nothing any more. What cannot be read is left out. */
export function lastMails(facts: readonly Fact[]): readonly SignedMail[] {
  const mails = new Map<string, SignedMail>();
  for (const { value, lastSeen } of facts) {
    const space = value.indexOf(" ");
    const [sender, text] = [value.slice(0, space), value.slice(space + 1)];
    const signature = text === nothing ? undefined : readDkimSignature(text);
    const before = mails.get(sender);
    if (space < 1 || (signature === undefined && text !== nothing) || (before && before.seenAt > lastSeen)) continue;
    const beside = before?.seenAt === lastSeen ? before.signatures : [];
    mails.set(sender, { sender, signatures: signature ? [...beside, signature] : beside, seenAt: lastSeen });
  }
  return [...mails.values()];
}
