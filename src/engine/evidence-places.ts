import type { Observation } from "../model/observation.ts";

/** One address that a run spoke with, or tried to. */
export interface Place {
  readonly address: string;
  readonly port: number;
  readonly family: "IPv4" | "IPv6";
  /** `TLSv1.3`; undefined where it did not come to that, or the trail does not say. */
  readonly tls: string | undefined;
  /** The leaf that was presented, where it was noted: it is when something is wrong with it. */
  readonly certificate: { readonly issuer: string; readonly sha256: string } | undefined;
}

const maxPlaces = 12;

/** What a server said does not count, nor what was said to it: anybody can write an address into a banner. */
const isDialogue = /^[CS]: /;
/** Of these lines everything behind is the server's. */
const visit = /^(?:imap|smtp) \S+:(?<port>\d{1,5}) at (?<address>[0-9a-f.:]+): /;
const place = /(?<![\d.:\w])(?:\[(?<v6>[0-9a-f:.]{2,45})\]|(?<v4>\d{1,3}(?:\.\d{1,3}){3})):(?<port>\d{1,5})(?!\d)/gi;
const handshake = /^tls (?<remote>\S+): (?<tls>(?:TLS|SSL)v[\d.]+),/;
const certificate = /^certificate .*; issuer (?<issuer>.*?); \d{4}-\d\d-\d\dT.*; SHA-256 (?<sha256>[0-9a-f]{64})$/;

/** The addresses that the trail of a run names, in its order. Pure; a trail of any content is taken. */
export function placesOf({ evidence }: Pick<Observation, "evidence">): readonly Place[] {
  const places = new Map<string, Place>();
  let lastKey: string | undefined;
  for (const line of evidence) {
    const leaf = certificate.exec(line)?.groups;
    const before = lastKey === undefined ? undefined : places.get(lastKey);
    // The chain follows the place that showed it, the leaf first.
    if (leaf && before && lastKey !== undefined && before.certificate === undefined) {
      places.set(lastKey, { ...before, certificate: { issuer: leaf["issuer"] ?? "", sha256: leaf["sha256"] ?? "" } });
      continue;
    }
    if (isDialogue.test(line)) continue;
    for (const { address, port } of addressesIn(line)) {
      lastKey = `${address} ${port}`;
      if (places.size >= maxPlaces && !places.has(lastKey)) continue;
      const known = places.get(lastKey);
      const { remote, tls } = handshake.exec(line)?.groups ?? {};
      const isIts = remote?.includes(address) === true;
      places.set(lastKey, {
        address,
        port,
        family: address.includes(":") ? "IPv6" : "IPv4",
        tls: known?.tls ?? (isIts ? tls : undefined),
        certificate: known?.certificate,
      });
    }
  }
  return [...places.values()];
}

function addressesIn(line: string): readonly { readonly address: string; readonly port: number }[] {
  const visited = visit.exec(line)?.groups;
  // What is quoted is somebody else's word.
  const [ours = ""] = line.split("“", 1);
  const found = visited
    ? [{ address: visited["address"] ?? "", port: Number(visited["port"]) }]
    : [...ours.matchAll(place)].map(({ groups }) => ({
        address: groups?.["v6"] ?? groups?.["v4"] ?? "",
        port: Number(groups?.["port"]),
      }));
  return found.filter(({ address, port }) => port <= 65_535 && isAddress(address));
}

const isAddress = (address: string): boolean =>
  /^[0-9a-f]*:[0-9a-f:.]*$/i.test(address) ||
  (/^\d+(\.\d+){3}$/.test(address) && address.split(".").every((part) => Number(part) <= 255));
