import { z } from "zod";

/** What a registry knows about the registration of a domain. */
export interface Registration {
  /** Milliseconds UTC. */
  readonly expires: number | undefined;
  /** The date came without a zone, or without a time: it may be a day off. */
  readonly vague: boolean;
  /** As `clienthold`: EPP (RFC 5731, RFC 3915), RDAP (RFC 8056) and WHOIS spell the same words differently. */
  readonly statuses: readonly string[];
  /** The registrar's own RDAP answer about this domain. */
  readonly registrarLink: string | undefined;
}

export interface ReadDate {
  readonly at: number;
  readonly vague: boolean;
}

const maxItems = 100;
const firstYear = 1985;
const lastYear = 2200;
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** `client hold`, `clientHold`, `CLIENT HOLD` ▶ `clienthold`. */
export const statusWord = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, "");

/**
 * The first date in a text, as registries write it: `2027-03-17T04:00:00Z`, `2016-02-18 05:14:08`, `2027/05/31`, `2027. 03. 02.`,
 * `17-03-2027` (day first), `17-Mar-2027`. Undefined for none, and for one that no calendar has.
 */
export function readDate(text: string): ReadDate | undefined {
  const iso = /(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?\s?(Z|UTC|[+-]\d{2}:?\d{2})?/i.exec(text);
  if (iso) {
    const [, year, month, day, hour, minute, second, zone] = iso;
    const at = utc(Number(year), Number(month), Number(day));
    const time = [Number(hour), Number(minute), Number(second)] as const;
    if (at === undefined || time[0] > 24 || time[1] > 59 || time[2] > 60) return undefined;
    const seconds = time[0] * 3_600 + time[1] * 60 + time[2];
    return { at: at + (seconds - zoneSeconds(zone)) * 1_000, vague: zone === undefined };
  }
  const yearFirst = /(?<!\d)(\d{4})[-/.]\s?(\d{1,2})[-/.]\s?(\d{1,2})(?!\d)/.exec(text);
  if (yearFirst) return dayOf(Number(yearFirst[1]), Number(yearFirst[2]), Number(yearFirst[3]));
  const dayFirst = /(?<!\d)(\d{1,2})[-/.](\d{1,2}|[a-z]{3})[-/.](\d{4})(?!\d)/i.exec(text);
  if (!dayFirst) return undefined;
  const [, day, month = "", year] = dayFirst;
  const number = /^\d/.test(month) ? Number(month) : months.indexOf(month.toLowerCase()) + 1;
  return dayOf(Number(year), number, Number(day));
}

function dayOf(year: number, month: number, day: number): ReadDate | undefined {
  const at = utc(year, month, day);
  return at === undefined ? undefined : { at, vague: true };
}

function utc(year: number, month: number, day: number): number | undefined {
  if (year < firstYear || year > lastYear || month < 1 || month > 12) return undefined;
  const at = Date.UTC(year, month - 1, day);
  return new Date(at).getUTCDate() === day ? at : undefined;
}

function zoneSeconds(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? "") ?? [];
  return sign === undefined ? 0 : (sign === "-" ? -1 : 1) * (Number(hours) * 3_600 + Number(minutes) * 60);
}

const rdapDomain = z.object({
  objectClassName: z.literal("domain"),
  ldhName: z.string().optional(),
  status: z.array(z.unknown()).optional(),
  events: z.array(z.unknown()).optional(),
  links: z.array(z.unknown()).optional(),
});
const rdapEvent = z.object({ eventAction: z.string(), eventDate: z.string() });
const rdapLink = z.object({ rel: z.string(), href: z.string(), type: z.string().optional() });

/**
 * Reads the answer to `domain/NAME` (RFC 9083 section 5.3). Undefined for everything that is not about this domain; parts that
 * cannot be read are left out, one by one.
 * @param registrar the answer is a registrar's: its own date counts before the registry's, which it may repeat
 */
export function readRdap(body: string, name: string, registrar = false): Registration | undefined {
  const read = rdapDomain.safeParse(parseJson(body));
  if (!read.success) return undefined;
  const { ldhName, status = [], events = [], links = [] } = read.data;
  if (ldhName !== undefined && ldhName.toLowerCase().replace(/\.$/, "") !== name) return undefined;
  const dates = events.slice(0, maxItems).flatMap((event) => {
    const { success, data } = rdapEvent.safeParse(event);
    const date = success ? readDate(data.eventDate) : undefined;
    return success && date ? [{ action: data.eventAction.toLowerCase(), ...date }] : [];
  });
  const dateOf = (action: string): ReadDate | undefined =>
    dates.filter((date) => date.action === action).toSorted((a, b) => a.at - b.at)[0];
  const expires = (registrar ? dateOf("registrar expiration") : undefined) ?? dateOf("expiration");
  const link = links.slice(0, maxItems).flatMap((one) => {
    const { success, data } = rdapLink.safeParse(one);
    const fits = success && data.rel === "related" && data.href.startsWith("https://");
    return fits && (data.type === undefined || data.type.includes("rdap")) ? [data.href] : [];
  })[0];
  const words = status.slice(0, maxItems).filter((word): word is string => typeof word === "string");
  return {
    expires: expires?.at,
    vague: expires?.vague ?? false,
    statuses: words.map(statusWord),
    registrarLink: link,
  };
}

const bootstrapFile = z.object({
  services: z.array(z.tuple([z.array(z.string()), z.array(z.string())], z.unknown())).max(10_000),
});

/** The RDAP base of a top-level domain by IANA's bootstrap file (RFC 9224 section 4), https before http; undefined for none. */
export function readBootstrap(body: string, tld: string): { readonly base: string | undefined } | undefined {
  const read = bootstrapFile.safeParse(parseJson(body));
  if (!read.success) return undefined;
  const [, urls = []] = read.data.services.find(([tlds]) => tlds.some((one) => one.toLowerCase() === tld)) ?? [];
  const usable = urls.filter((url) => /^https?:\/\//.test(url) && URL.canParse(url));
  const base = usable.find((url) => url.startsWith("https:")) ?? usable[0];
  return { base: base === undefined || base.endsWith("/") ? base : `${base}/` };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
