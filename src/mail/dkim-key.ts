import { createPublicKey, type KeyObject } from "node:crypto";
import { readTagList, tagValue, type TagList, withTags } from "./tag-list.ts";
import { shortened } from "./txt-answer.ts";

/** What can be wrong or worth saying about the record at one selector. `record`: what to publish instead. */
export type KeyProblem =
  | { readonly code: "several"; readonly count: number }
  | { readonly code: "not-a-key"; readonly content: string }
  | { readonly code: "syntax"; readonly detail: string; readonly record: string }
  | { readonly code: "version"; readonly record: string }
  | { readonly code: "type"; readonly type: string }
  | { readonly code: "no-key" }
  | { readonly code: "revoked" }
  | { readonly code: "corrupt" }
  | { readonly code: "ed25519-length"; readonly bytes: number }
  | { readonly code: "short"; readonly bits: number }
  | { readonly code: "weak"; readonly bits: number }
  | { readonly code: "long"; readonly bits: number }
  | { readonly code: "testing"; readonly record: string }
  | { readonly code: "sha1"; readonly hashes: string; readonly record: string }
  | { readonly code: "service"; readonly services: string; readonly record: string }
  | { readonly code: "tags"; readonly tags: string; readonly record: string };

export interface DkimKey {
  /** `undefined` where it cannot be known. */
  readonly type: "rsa" | "ed25519" | undefined;
  /** Of an RSA key that can be read. */
  readonly bits: number | undefined;
  /** Signatures can be verified by it. */
  readonly usable: boolean;
  /** `t=s`: the domain of `i=` must be that of `d=`, none below it. */
  readonly strictIdentity: boolean;
  /** The one text, as it is published. */
  readonly text: string | undefined;
  readonly problems: readonly KeyProblem[];
}

const knownTags = new Set(["v", "k", "p", "t", "h", "s", "n"]);
/** Nobody can verify by the key any more: these are what `usable` is taken away by. */
const fatal = new Set<KeyProblem["code"]>([
  "several",
  "not-a-key",
  "syntax",
  "version",
  "type",
  "no-key",
  "revoked",
  "corrupt",
  "ed25519-length",
  "short",
  "sha1",
  "service",
]);

/** Could this text be meant as a DKIM key? A wildcard TXT answers at every selector, mostly with an SPF record. */
export function isKeyLike(text: string): boolean {
  const list = readTagList(text);
  const version = tagValue(list, "v");
  return version === undefined ? tagValue(list, "p") !== undefined : /^dkim/i.test(version);
}

/** Judges the TXT records of one selector (RFC 6376 3.6.1, RFC 8301, RFC 8463). Never throws. */
export function readDkimKey(texts: readonly string[]): DkimKey {
  const [text = "", ...others] = texts;
  const none = { type: undefined, bits: undefined, usable: false, strictIdentity: false };
  // RFC 6376 3.6.2.2: which of several is used is undefined.
  if (others.length > 0) return { ...none, text: undefined, problems: [{ code: "several", count: texts.length }] };
  if (!isKeyLike(text)) return { ...none, text, problems: [{ code: "not-a-key", content: shortened(text) }] };

  const list = readTagList(text);
  const flags = words(list, "t");
  const { type, bits, problems } = readKey(list);
  const all = [...wording(list), ...problems, ...usage(list, flags)];
  const usable = !all.some((problem) => fatal.has(problem.code));
  return { type, bits, usable, strictIdentity: flags.includes("s"), text, problems: all };
}

function wording(list: TagList): KeyProblem[] {
  const problems: KeyProblem[] = [];
  const { tags, strays, repeated } = list;
  const wrong = [...repeated.map((name) => `${name}= … ${name}=`), ...strays];
  if (wrong.length > 0) problems.push({ code: "syntax", detail: shortened(wrong.join(", "), 80), record: clean(list) });
  const version = tagValue(list, "v");
  if (version !== undefined && (version !== "DKIM1" || tags[0]?.name !== "v")) {
    problems.push({ code: "version", record: clean(list) });
  }
  const odd = tags.map((tag) => tag.name).filter((name) => !knownTags.has(name));
  if (odd.length > 0) {
    problems.push({ code: "tags", tags: shortened(odd.map((name) => `${name}=`).join(", "), 80), record: clean(list) });
  }
  return problems;
}

function usage(list: TagList, flags: readonly string[]): KeyProblem[] {
  const problems: KeyProblem[] = [];
  if (flags.includes("y")) {
    const left = flags.filter((flag) => flag !== "y").join(":");
    problems.push({ code: "testing", record: clean(list, { t: left === "" ? undefined : left }) });
  }
  const hashes = words(list, "h");
  if (hashes.length > 0 && !hashes.includes("sha256")) {
    problems.push({ code: "sha1", hashes: shortened(hashes.join(":"), 40), record: clean(list, { h: undefined }) });
  }
  const services = words(list, "s");
  if (services.length > 0 && !services.includes("*") && !services.includes("email")) {
    problems.push({ code: "service", services: shortened(services.join(":"), 40), record: clean(list, { s: undefined }) });
  }
  return problems;
}

interface ReadKey {
  readonly type: DkimKey["type"];
  readonly bits: number | undefined;
  readonly problems: readonly KeyProblem[];
}

function readKey(list: TagList): ReadKey {
  const kind = (tagValue(list, "k") ?? "rsa").toLowerCase();
  const type = kind === "rsa" || kind === "ed25519" ? kind : undefined;
  const problem = (code: "no-key" | "revoked" | "corrupt"): ReadKey => ({ type, bits: undefined, problems: [{ code }] });
  const written = tagValue(list, "p");
  if (written === undefined) return problem("no-key");
  const base64 = written.replace(/[ \t\r\n]+/g, "");
  if (base64 === "") return problem("revoked");
  if (type === undefined) return { type, bits: undefined, problems: [{ code: "type", type: shortened(kind, 40) }] };
  const bytes = decoded(base64);
  if (bytes === undefined) return problem("corrupt");
  if (type === "ed25519") {
    // RFC 8463 section 4: the bare 32 octets, not the SubjectPublicKeyInfo around them that openssl writes.
    const problems: KeyProblem[] = bytes.length === 32 ? [] : [{ code: "ed25519-length", bytes: bytes.length }];
    return { type, bits: undefined, problems };
  }
  const key = rsaKey(bytes);
  const bits = key?.asymmetricKeyDetails?.modulusLength;
  if (bits === undefined) return problem("corrupt");
  const size = sizeProblem(bits);
  return { type, bits, problems: size === undefined ? [] : [size] };
}

/** RFC 8301 section 3.2: signers use at least 1024 and should use 2048; verifiers need not go beyond 4096. */
function sizeProblem(bits: number): KeyProblem | undefined {
  if (bits < 1024) return { code: "short", bits };
  if (bits < 2048) return { code: "weak", bits };
  return bits > 4096 ? { code: "long", bits } : undefined;
}

function decoded(base64: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const bytes = Buffer.from(base64, "base64");
  // Buffer reads what it can; a text that does not come back the same has lost or changed something.
  return bytes.toString("base64").replace(/=+$/, "") === base64.replace(/=+$/, "") ? bytes : undefined;
}

/** SubjectPublicKeyInfo, as everybody publishes it, or the bare RSAPublicKey that the text of RFC 6376 3.6.1 names. */
function rsaKey(der: Buffer): KeyObject | undefined {
  for (const type of ["spki", "pkcs1"] as const) {
    try {
      const key = createPublicKey({ key: der, format: "der", type });
      if (key.asymmetricKeyType === "rsa") return key;
    } catch {
      // The next form.
    }
  }
  return undefined;
}

/** The record as it is to be: `v` first, known tags only, each once. */
const clean = (list: TagList, changes: Readonly<Record<string, string | undefined>> = {}): string => {
  const tags = list.tags.filter((tag) => knownTags.has(tag.name) && tag.name !== "v");
  return withTags([{ name: "v", value: "DKIM1" }, ...tags], changes);
};

const words = (list: TagList, name: string): string[] =>
  (tagValue(list, name) ?? "")
    .toLowerCase()
    .split(":")
    .map((word) => word.trim())
    .filter((word) => word !== "");
