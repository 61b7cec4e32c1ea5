/** Where a receiver is asked to send reports: one entry of `rua` or `ruf` (RFC 9990; RFC 8460 section 3). */
export interface ReportUri {
  /** As it is written. */
  readonly text: string;
  /** Lower case; undefined where it is no URI. */
  readonly scheme: string | undefined;
  /** Of a `mailto:` that can be written to. */
  readonly address: string | undefined;
  /** The host part of the address, lower case. */
  readonly domain: string | undefined;
  /** It has the size suffix of RFC 7489, such as `!10m`, which RFC 9989 dropped. */
  readonly sized: boolean;
}

const uri = /^[a-z][a-z0-9+.-]*:(?:[a-z0-9\-._~:/?#[\]@$&'()*+;=]|%[0-9a-f]{2})*$/i;
/** Nobody sends reports to more; the rest only counts. */
const maxUris = 50;

/** The entries of a `rua` or `ruf`, at most fifty. Never throws. */
export function readReportUris(value: string): ReportUri[] {
  return value.split(",", maxUris).map((entry) => readUri(entry.trim()));
}

function readUri(text: string): ReportUri {
  const bare = text.replace(/!\d{1,18}[kmgt]?$/i, "");
  const sized = bare !== text;
  const scheme = uri.test(bare) ? bare.slice(0, bare.indexOf(":")).toLowerCase() : undefined;
  const address = scheme === "mailto" ? addressOf(bare.slice("mailto:".length)) : undefined;
  const domain = address?.slice(address.lastIndexOf("@") + 1).toLowerCase();
  return { text, scheme, address, domain, sized };
}

function addressOf(rest: string): string | undefined {
  const written = rest.split("?", 1)[0] ?? "";
  let address: string;
  try {
    address = decodeURIComponent(written);
  } catch {
    return undefined;
  }
  const at = address.lastIndexOf("@");
  const local = address.slice(0, at);
  return at > 0 && local.length <= 64 && /^[!-~]+$/.test(local) && isDomain(address.slice(at + 1)) ? address : undefined;
}

/** At least two labels of letters, digits, hyphens and underscores, within the lengths of RFC 1035. */
function isDomain(name: string): boolean {
  const labels = name.split(".");
  return (
    name.length <= 253 &&
    labels.length > 1 &&
    labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? "")
  );
}
