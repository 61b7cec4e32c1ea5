import type { RecordType } from "../model/dns.ts";
import type { RecordSet, ZoneFile, ZoneName } from "./zone-file.ts";

/** What a zone file says to one question, without following aliases. */
export type Future =
  | { readonly kind: "records"; readonly set: RecordSet }
  | { readonly kind: "alias"; readonly target: string; readonly ttl: number }
  | { readonly kind: "nodata" }
  | { readonly kind: "nxdomain" }
  /** Nothing: DNS answers as it does today. */
  | { readonly kind: "today" }
  /** The name is in the file and the type is not: as today, but neither as an alias nor by a wildcard. */
  | { readonly kind: "beside" }
  /** The whole name goes: it is answered as a name that nobody made. */
  | { readonly kind: "gone" }
  /** A wildcard of the file, `*.above`: counts for names that do not exist today either. It says `today` of a type it does not hold. */
  | { readonly kind: "wildcard"; readonly above: string; readonly says: Future }
  /** The file has a name above this one: where that one is new, no wildcard of today reaches below it. */
  | { readonly kind: "below"; readonly above: string };

export type LookUp = (name: string, type: RecordType) => Future;

const today: Future = { kind: "today" };

/**
 * The file as a table to ask. Where it holds a SOA record it is the whole zone, and what it does not name is not there; elsewhere it
 * replaces sets of records. Below a delegation it says nothing, and nothing about keys and signatures that it does not hold: those
 * are made by who serves it. Names are lower case, without the final dot.
 */
export function createLookUp({ names, zones }: ZoneFile): LookUp {
  const parents = new Set<string>();
  for (const [name, { present }] of names) if (present) for (const up of above(name)) parents.add(up);
  const isThere = (name: string): boolean => names.get(name)?.present === true || parents.has(name);
  const zoneOf = (name: string): string | undefined => [name, ...above(name)].find((up) => zones.includes(up));

  function inZone(zone: string, name: string, type: RecordType): Future {
    const between = name === zone ? [] : [name, ...above(name)].filter((up) => up !== zone && isBelow(up, zone));
    const cut = between.findLast((up) => names.get(up)?.sets.has("NS"));
    if (cut !== undefined && !(cut === name && type === "DS")) return today;
    if ((type === "DNSKEY" || type === "RRSIG") && names.get(name)?.sets.has(type) !== true) return today;
    if (isThere(name)) return ofName(names.get(name), type) ?? { kind: "nodata" };
    const closest = above(name).find((up) => up === zone || isThere(up)) ?? zone;
    const wildcard = names.get(asWildcard(closest));
    return wildcard?.present === true ? (ofName(wildcard, type) ?? { kind: "nodata" }) : { kind: "nxdomain" };
  }

  function inPatch(name: string, type: RecordType): Future {
    const entry = names.get(name);
    const own = ofName(entry, type);
    if (own) return own;
    if (isThere(name)) return entry && isDeleted(entry, type) ? { kind: "nodata" } : { kind: "beside" };
    if (entry?.deleted === "all") return { kind: "gone" };
    if (entry && isDeleted(entry, type)) return { kind: "nodata" };
    const closest = above(name).find((up) => isThere(up) || names.has(asWildcard(up)));
    if (closest === undefined) return today;
    const wildcard = names.get(asWildcard(closest));
    if (!wildcard) return { kind: "below", above: closest };
    const says = ofName(wildcard, type) ?? (isDeleted(wildcard, type) ? ({ kind: "nodata" } as const) : today);
    return { kind: "wildcard", above: closest, says };
  }

  return (name, type) => {
    // RFC 4035 section 3.1.4.1: the DS records of a zone are its parent's.
    const zone = zoneOf(type === "DS" && zones.includes(name) ? (above(name)[0] ?? "") : name);
    if (zone !== undefined) return inZone(zone, name, type);
    return type === "DS" && zones.includes(name) ? today : inPatch(name, type);
  };
}

function ofName(entry: ZoneName | undefined, type: RecordType): Future | undefined {
  const set = entry?.sets.get(type);
  if (set) return { kind: "records", set };
  const alias = entry?.sets.get("CNAME");
  const [target] = alias?.records ?? [];
  return alias && typeof target === "string" ? { kind: "alias", target, ttl: alias.ttl } : undefined;
}

const isDeleted = ({ deleted }: ZoneName, type: RecordType): boolean => deleted === "all" || deleted.has(type);
const asWildcard = (name: string): string => (name === "" ? "*" : `*.${name}`);
const isBelow = (name: string, zone: string): boolean => zone === "" || name.endsWith(`.${zone}`);

/** The names above one, the closest first, down to the root. */
function above(name: string): readonly string[] {
  if (name === "") return [];
  const labels = name.split(".");
  return labels.map((_, index) => labels.slice(index + 1).join("."));
}
