import { isSendingName } from "./sending-name.ts";

/** What a receiver found out about one mail: the domains in whose name a method passed. Undefined: it says nothing for good. */
export interface Authenticated {
  readonly spf: readonly string[] | undefined;
  readonly dkim: readonly string[] | undefined;
}

const maxLength = 4_000;
const maxResults = 20;
/** Some signatures more say no more. */
const maxDomains = 4;

/**
 * The value of an `Authentication-Results` header (RFC 8601 section 2.2), as servers really write it: Exchange Online leaves its own
 * name out. Undefined where it says nothing about SPF and DKIM. Never throws.
 */
export function readAuthenticationResults(value: string): Authenticated | undefined {
  const passed = { spf: new Set<string>(), dkim: new Set<string>() };
  const told = new Set<string>();
  // The last result of a longer header is cut off, and half a name is another name.
  const whole = value.length > maxLength ? value.slice(0, value.lastIndexOf(";", maxLength)) : value;
  const parts = withoutComments(whole.slice(0, maxLength))
    .replace(/\s*=\s*/g, "=")
    .split(";", maxResults);
  for (const part of parts) {
    const [first = "", ...properties] = part.trim().split(/\s+/);
    const [, method, result] = /^(spf|dkim)(?:\/\d+)?=([a-z]+)$/.exec(first.toLowerCase()) ?? [];
    // A temperror is over when the next mail comes; a pass in nobody's name cannot be judged.
    if ((method !== "spf" && method !== "dkim") || result === "temperror") continue;
    const domain = result === "pass" ? domainOf(method, properties) : undefined;
    if (result === "pass" && domain === undefined) continue;
    told.add(method);
    if (domain !== undefined && passed[method].size < maxDomains) passed[method].add(domain);
  }
  if (told.size === 0) return undefined;
  return { spf: told.has("spf") ? [...passed.spf] : undefined, dkim: told.has("dkim") ? [...passed.dkim] : undefined };
}

/** Comments nest, and nothing in them counts (RFC 5322 section 3.2.2). */
function withoutComments(text: string): string {
  let depth = 0;
  let left = "";
  for (const part of text.match(/\\[^]|[()]|[^\\()]+|\\/g) ?? []) {
    if (part === "(") depth += 1;
    else if (part === ")") depth = Math.max(0, depth - 1);
    else if (depth === 0) left += part;
  }
  return left;
}

const propertiesOf = { spf: ["smtp.mailfrom", "smtp.helo"], dkim: ["header.d", "header.i"] } as const;

function domainOf(method: "spf" | "dkim", properties: readonly string[]): string | undefined {
  for (const name of propertiesOf[method]) {
    const written = properties.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    const domain = written
      ?.slice(written.lastIndexOf("@") + 1)
      .replace(/^["<]+|[">.]+$/g, "")
      .toLowerCase();
    if (domain !== undefined && isSendingName(domain)) return domain;
  }
  return undefined;
}

const written = (some: readonly string[] | undefined): string => (some === undefined ? "?" : some.join(",") || "-");
const read = (text: string): readonly string[] | undefined =>
  text === "?" ? undefined : text === "-" ? [] : text.split(",").filter(isSendingName);

/**
 * As a fact of kind `authentication` of the sender's domain, which `dns-dmarc` judges:
 * `a@example.com~b@example.net spf=example.com dkim=-`. Undefined where an address could not be read back.
 */
export function authenticationFact(from: string, to: string, { spf, dkim }: Authenticated): string | undefined {
  const isPlain = [from, to].every((address) => /^[^\s~]+$/.test(address));
  return isPlain ? `${from}~${to} spf=${written(spf)} dkim=${written(dkim)}` : undefined;
}

export interface AuthenticatedMail extends Authenticated {
  readonly from: string;
  readonly to: string;
}

/** Undefined where it is no such fact. */
export function readAuthenticationFact(value: string): AuthenticatedMail | undefined {
  const [, from, to, spf, dkim] = /^([^\s~]+)~([^\s~]+) spf=(\S+) dkim=(\S+)$/.exec(value) ?? [];
  if (from === undefined || to === undefined || spf === undefined || dkim === undefined) return undefined;
  return { from, to, spf: read(spf), dkim: read(dkim) };
}
