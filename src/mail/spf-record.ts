import { type AddressRange, rangeOf } from "./ip-range.ts";

export type Qualifier = "+" | "-" | "~" | "?";

/** A domain-spec (RFC 7208 section 7.1) as far as the record alone tells. */
export type Target =
  | { readonly kind: "name"; readonly text: string; readonly name: string }
  /** Depends on the mail. `asksPtr`: `%{p}` costs a PTR lookup of its own (section 4.6.4). */
  | { readonly kind: "macro"; readonly text: string; readonly asksPtr: boolean }
  /** Well-formed, but nothing that the DNS can be asked for: a label over 63 octets, an empty one, a single one. */
  | { readonly kind: "unusable"; readonly text: string };

export type Directive = { readonly text: string; readonly qualifier: Qualifier } & (
  | { readonly kind: "all" }
  | { readonly kind: "include" | "exists"; readonly target: Target }
  | { readonly kind: "a" | "mx"; readonly target: Target | undefined; readonly bits4: number; readonly bits6: number }
  | { readonly kind: "ptr"; readonly target: Target | undefined }
  | { readonly kind: "ip4" | "ip6"; readonly range: AddressRange }
);

/** The first nine make the record a permanent error for every sender (section 4.6); the rest only lose their effect. */
export type FaultCode =
  | "spf-bad-character"
  | "spf-unknown-term"
  | "spf-glued"
  | "spf-value-missing"
  | "spf-bad-address"
  | "spf-bad-prefix"
  | "spf-bad-macro"
  | "spf-bad-name"
  | "spf-repeated"
  | "spf-equals"
  | "spf-after-all";

interface SpfFault {
  readonly code: FaultCode;
  readonly term: string;
  /** False: the grammar allows it, and it does not do what it looks like. */
  readonly breaks: boolean;
}

export interface SpfRecord {
  readonly text: string;
  /** Those that count: up to and with the first `all`. */
  readonly directives: readonly Directive[];
  /** Ignored where there is an `all` (section 6.1). */
  readonly redirect: Target | undefined;
  readonly hasAll: boolean;
  readonly faults: readonly SpfFault[];
  /** Receivers end with `permerror` as soon as they read it. */
  readonly broken: boolean;
  /** The same record without its faults: what is known to be meant is put right, the rest is left out. */
  readonly repaired: string;
}

/** What of a name's TXT records is about SPF (section 4.5). */
export interface SpfTexts {
  readonly records: readonly string[];
  /** Meant as a record and not taken for one: a blank before it, `v=spf1;`, quotes inside. */
  readonly lookalikes: readonly string[];
  /** Sender ID (RFC 4406). */
  readonly senderId: readonly string[];
}

export function spfTexts(records: readonly (readonly string[])[]): SpfTexts {
  const texts = records.map((parts) => parts.join(""));
  return {
    records: texts.filter((text) => /^v=spf1(?: |$)/i.test(text)),
    lookalikes: texts.filter((text) => !/^v=spf1(?: |$)/i.test(text) && /^["'“”`\s]*(?:v\s*[=:]?\s*)?spf\s*1/i.test(text)),
    senderId: texts.filter((text) => /^spf2\.\d/i.test(text)),
  };
}

/** What a lookalike was meant to be. */
export const straightened = (lookalike: string): string => {
  const terms = lookalike.replace(/^["'“”`\s]*(?:v\s*[=:]?\s*)?spf\s*1[\s;:,]*/i, "").replace(/["'“”`\s]+$/, "");
  return parseSpf(`v=spf1 ${terms}`).repaired;
};

/** Reads any text; what is wrong with it is in `faults`. The cost is linear in its length. */
export function parseSpf(text: string): SpfRecord {
  const faults: SpfFault[] = [];
  const directives: Directive[] = [];
  const kept: string[] = [];
  const modifiers: string[] = [];
  const seen = new Map<string, Target>();
  let all: Directive | undefined;

  const once = new Set<string>();
  const keep = (term: string): void => {
    const one = readTerm(term);
    if (one.kind === "fault") return;
    if (one.kind === "modifier") {
      if (mechanismNames.has(one.name)) keep(term.replace("=", ":"));
      else if (one.target === undefined || !once.has(one.name)) modifiers.push(term);
      if (one.target !== undefined) once.add(one.name);
      return;
    }
    const glued = gluedAll(one.directive);
    if (glued !== undefined) for (const part of glued) keep(part);
    else if (one.directive.kind === "all") all ??= one.directive;
    else kept.push(term);
  };

  for (const term of text.slice("v=spf1".length).split(" ")) {
    if (term === "") continue;
    const read = readTerm(term);
    if (read.kind === "fault") {
      faults.push({ code: read.code, term, breaks: true });
      for (const part of read.instead) keep(part);
      continue;
    }
    if (read.kind === "modifier") {
      const target = read.target;
      if (target !== undefined && seen.has(read.name)) {
        faults.push({ code: "spf-repeated", term, breaks: true });
        continue;
      }
      if (target !== undefined) seen.set(read.name, target);
      if (mechanismNames.has(read.name)) faults.push({ code: "spf-equals", term, breaks: false });
      keep(term);
      continue;
    }
    const { directive } = read;
    if (gluedAll(directive) !== undefined) faults.push({ code: "spf-glued", term, breaks: false });
    if (directives.at(-1)?.kind === "all") faults.push({ code: "spf-after-all", term, breaks: false });
    else directives.push(directive);
    keep(term);
  }
  const repaired = ["v=spf1", ...kept, ...(all === undefined ? [] : [all.text]), ...modifiers].join(" ");
  return {
    text,
    directives,
    redirect: seen.get("redirect"),
    hasAll: directives.at(-1)?.kind === "all",
    faults,
    broken: faults.some((fault) => fault.breaks),
    repaired,
  };
}

const mechanismNames: ReadonlySet<string> = new Set(["all", "include", "exists", "a", "mx", "ptr", "ip4", "ip6"]);

interface Fault {
  readonly kind: "fault";
  readonly code: FaultCode;
  /** Terms to write in its place. */
  readonly instead: readonly string[];
}

type Term =
  | Fault
  | { readonly kind: "directive"; readonly directive: Directive }
  /** `target` for redirect and exp. */
  | { readonly kind: "modifier"; readonly name: string; readonly target: Target | undefined };

function readTerm(term: string): Term {
  if (/[^\x21-\x7e]/.test(term)) return { kind: "fault", code: "spf-bad-character", instead: meantCharacters(term) };
  const read = readPlainTerm(term);
  if (read.kind !== "fault") return read;
  const split = unglue(term);
  if (split !== undefined) return { kind: "fault", code: "spf-glued", instead: split };
  return read.code === "spf-unknown-term" ? { ...read, instead: meantMechanism(term) } : read;
}

const fault = (code: FaultCode): Fault => ({ kind: "fault", code, instead: [] });
const isRight = (term: string): boolean => readPlainTerm(term).kind !== "fault";

/** Dashes of a word processor, and blanks that are none. */
function meantCharacters(term: string): readonly string[] {
  const parts = term
    .replace(/[‐-―−]/g, "-")
    .replace(/[～]/g, "~")
    .replace(/[：]/g, ":")
    .split(/[^\x21-\x7e]+/)
    .filter((part) => part !== "");
  return parts.every((part) => !/[^\x21-\x7e]/.test(part) && isRight(part)) ? parts : [];
}

const misspelt: Readonly<Record<string, string>> = {
  ip: "ip4",
  ipv4: "ip4",
  ipv6: "ip6",
  includes: "include",
  inlcude: "include",
  inclued: "include",
  exist: "exists",
};

function meantMechanism(term: string): readonly string[] {
  const [, qualifier = "", name = "", rest = ""] = /^([+\-?~]?)([^:/]*)(.*)$/s.exec(term) ?? [];
  const known = misspelt[name.toLowerCase()];
  if (known !== undefined && isRight(`${qualifier}${known}${rest}`)) return [`${qualifier}${known}${rest}`];
  // A bare address, as people write it.
  for (const kind of ["ip4", "ip6"]) if (isRight(`${kind}:${term}`)) return [`${kind}:${term}`];
  return [];
}

/** Two terms without a blank between them; both must be right by themselves. */
function unglue(term: string): readonly string[] | undefined {
  const pattern = /^(.+?)([+\-~?]all|[+\-~?]?(?:include|exists|ip4|ip6):.+|redirect=.+)$/is;
  const [, first = "", second = ""] = pattern.exec(term) ?? [];
  return first !== "" && isRight(first) && isRight(second) ? [first, second] : undefined;
}

/** `include:spf.example.com-all` keeps to the grammar, but no top-level domain ends so. */
function gluedAll(directive: Directive): readonly string[] | undefined {
  if (!("target" in directive) || directive.target === undefined) return undefined;
  const [, first = "", second = ""] = /^(.*)([+\-~?]all)$/is.exec(directive.text) ?? [];
  return second !== "" && isRight(first) ? [first, second] : undefined;
}

function readPlainTerm(term: string): Term {
  const equals = term.indexOf("=");
  const separator = term.search(/[:/]/);
  if (equals >= 0 && (separator < 0 || equals < separator)) return readModifier(term, equals);
  const [, sign = "", written = "", rest = ""] = /^([+\-?~]?)([^:/]*)(.*)$/s.exec(term) ?? [];
  const qualifier: Qualifier = sign === "-" || sign === "~" || sign === "?" ? sign : "+";
  const base = { text: term, qualifier };
  const made = (directive: Directive): Term => ({ kind: "directive", directive });
  const kind = written.toLowerCase();
  switch (kind) {
    case "all":
      return rest === "" ? made({ ...base, kind }) : fault("spf-unknown-term");
    case "include":
    case "exists": {
      const target = readTarget(rest);
      return typeof target === "string" ? fault(target) : made({ ...base, kind, target });
    }
    case "ptr": {
      if (rest === "") return made({ ...base, kind, target: undefined });
      const target = readTarget(rest);
      return typeof target === "string" ? fault(target) : made({ ...base, kind, target });
    }
    case "a":
    case "mx": {
      const read = readDualCidr(rest);
      return typeof read === "string" ? fault(read) : made({ ...base, kind, ...read });
    }
    case "ip4":
    case "ip6": {
      const range = readRange(kind, rest);
      return typeof range === "string" ? fault(range) : made({ ...base, kind, range });
    }
    default:
      return fault("spf-unknown-term");
  }
}

function readModifier(term: string, equals: number): Term {
  const name = term.slice(0, equals).toLowerCase();
  const value = term.slice(equals + 1);
  if (!/^[a-z][a-z0-9\-_.]*$/.test(name)) return fault("spf-unknown-term");
  if (name === "redirect" || name === "exp") {
    const target = readTarget(`:${value}`);
    return typeof target === "string" ? fault(target) : { kind: "modifier", name, target };
  }
  return readMacros(value, "slodiphvcrt") === undefined ? fault("spf-bad-macro") : { kind: "modifier", name, target: undefined };
}

/** `[":" domain-spec] ["/" bits4] ["//" bits6]`, sections 5.3 and 5.4. */
function readDualCidr(rest: string): { target: Target | undefined; bits4: number; bits6: number } | FaultCode {
  const cidr = /(?:\/(\d+))?(?:\/\/(\d+))?$/.exec(rest);
  const bits4 = prefixLength(cidr?.[1], 32);
  const bits6 = prefixLength(cidr?.[2], 128);
  const spec = rest.slice(0, cidr?.index ?? rest.length);
  if (bits4 === undefined || bits6 === undefined) return "spf-bad-prefix";
  if (spec === "") return { target: undefined, bits4, bits6 };
  const target = readTarget(spec);
  if (target === "spf-bad-name" && spec.includes("/")) return "spf-bad-prefix";
  return typeof target === "string" ? target : { target, bits4, bits6 };
}

/** Undefined for what is no prefix length: no leading zero, no more than there are bits. */
function prefixLength(digits: string | undefined, most: number): number | undefined {
  if (digits === undefined) return most;
  return /^(?:0|[1-9]\d{0,2})$/.test(digits) && Number(digits) <= most ? Number(digits) : undefined;
}

function readRange(kind: "ip4" | "ip6", rest: string): AddressRange | FaultCode {
  if (rest === "" || rest === ":") return "spf-value-missing";
  if (!rest.startsWith(":")) return "spf-bad-address";
  const slash = rest.indexOf("/");
  const address = slash < 0 ? rest.slice(1) : rest.slice(1, slash);
  const range = rangeOf(address);
  if (range === undefined || range.family !== (kind === "ip4" ? 4 : 6)) return "spf-bad-address";
  const bits = prefixLength(slash < 0 ? undefined : rest.slice(slash + 1), kind === "ip4" ? 32 : 128);
  return bits === undefined ? "spf-bad-prefix" : (rangeOf(address, bits) ?? "spf-bad-address");
}

/** toplabel, section 7.1 */
const topLabel = /^(?:[a-z0-9]*[a-z][a-z0-9]*|[a-z0-9]+-[a-z0-9-]*[a-z0-9])$/i;

function readTarget(rest: string): Target | FaultCode {
  if (!rest.startsWith(":")) return rest === "" ? "spf-value-missing" : "spf-bad-name";
  const text = rest.slice(1);
  if (text === "") return "spf-value-missing";
  const macros = readMacros(text, "slodiphv");
  if (macros === undefined) return "spf-bad-macro";
  if (macros.literalEnd !== "") {
    const end = macros.literalEnd.replace(/\.$/, "");
    const dot = end.lastIndexOf(".");
    if (dot < 0 || !topLabel.test(end.slice(dot + 1))) return "spf-bad-name";
  }
  if (macros.letters !== "" || macros.escapes) return { kind: "macro", text, asksPtr: macros.letters.includes("p") };
  const name = queryName(text);
  return name === undefined ? { kind: "unusable", text } : { kind: "name", text, name };
}

/** Lower case, without the final dot, cut from the left to 253 octets by whole labels (section 7.3). */
function queryName(text: string): string | undefined {
  let name = text.replace(/\.$/, "").toLowerCase();
  if (name.length > 253) {
    const dot = name.indexOf(".", name.length - 254);
    if (dot < 0) return undefined;
    name = name.slice(dot + 1);
  }
  const labels = name.split(".");
  return labels.length > 1 && labels.every((label) => label.length > 0 && label.length < 64) ? name : undefined;
}

interface Macros {
  readonly letters: string;
  /** `%%`, `%_` or `%-`. */
  readonly escapes: boolean;
  /** What stands behind the last macro. */
  readonly literalEnd: string;
}

/** Section 7.1; undefined where a `%` begins no macro of these letters. */
function readMacros(text: string, allowed: string): Macros | undefined {
  const parts = text.split("%");
  let letters = "";
  let escapes = false;
  let literalEnd = parts[0] ?? "";
  for (let index = 1; index < parts.length; index++) {
    const part = parts[index] ?? "";
    if (part === "" && index < parts.length - 1) {
      // Two in a row; what follows is literal again.
      escapes = true;
      literalEnd = parts[++index] ?? "";
      continue;
    }
    const escape = /^[_-]/.test(part);
    const [whole, letter, digits] = escape ? [part.slice(0, 1)] : (/^\{([a-z])(\d*)r?[.\-+,/_=]*\}/i.exec(part) ?? []);
    if (whole === undefined) return undefined;
    if (letter !== undefined) {
      if (!allowed.includes(letter.toLowerCase()) || (digits !== "" && Number(digits) === 0)) return undefined;
      letters += letter.toLowerCase();
    } else escapes = true;
    literalEnd = part.slice(whole.length);
  }
  return { letters, escapes, literalEnd };
}
