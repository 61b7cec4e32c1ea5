import { isIP } from "node:net";
import type { DnsList, ListCode, ListVerdict } from "./dns-lists.ts";

/** What the A records of a list say. `raw` is what came, for people. */
export type ListReading =
  | { readonly kind: "listed"; readonly verdict: "listed" | "policy" | "warn"; readonly means: string; readonly raw: string }
  | { readonly kind: "good"; readonly means: string; readonly raw: string }
  /** In the list, and nothing bad. */
  | { readonly kind: "neutral"; readonly raw: string }
  /** The list does not answer us: 127.255.255.0/24, 127.0.0.1, and codes of its own. */
  | { readonly kind: "refused"; readonly raw: string }
  /** A code that nobody has told us the meaning of. */
  | { readonly kind: "unknown-code"; readonly raw: string }
  /** No answer of a list at all (RFC 5782 section 2.1): somebody on the way, or whoever has the zone now, made it up. */
  | { readonly kind: "foreign"; readonly raw: string };

const maxShown = 6;

/** Reads the addresses that a list answered with, at least one. The worst that is known counts; a refusal before all. */
export function readListAnswer(list: Pick<DnsList, "codes">, addresses: readonly string[]): ListReading {
  const raw = addresses.slice(0, maxShown).join(", ");
  const octets = addresses.map(octetsOf);
  if (octets.some((one) => one?.[0] !== 127)) return { kind: "foreign", raw };
  const found = octets.flatMap((one) => (one === undefined ? [] : codesOf(list.codes, one)));
  const of = (verdict: ListVerdict): readonly ListCode[] => found.filter((code) => code.verdict === verdict);
  if (octets.some(isRefusal) || of("refused").length > 0) return { kind: "refused", raw };
  for (const verdict of ["listed", "policy", "warn"] as const) {
    const means = [...new Set(of(verdict).map((code) => code.means))];
    if (means.length > 0) return { kind: "listed", verdict, means: means.join(", "), raw };
  }
  const [good] = of("good");
  if (good !== undefined) return { kind: "good", means: good.means, raw };
  return { kind: of("neutral").length > 0 ? "neutral" : "unknown-code", raw };
}

const codesOf = (codes: readonly ListCode[], octets: readonly number[]): ListCode[] =>
  codes.filter(({ match }) => {
    const parts = match.split(".");
    return parts.length === octets.length && parts.every((part, index) => fits(part, octets[index] ?? 0));
  });

function fits(part: string, octet: number): boolean {
  if (part === "*") return true;
  if (part.startsWith("&")) return (octet & Number(part.slice(1))) !== 0;
  const [low, high = low] = part.split("-").map(Number);
  return low !== undefined && high !== undefined && octet >= low && octet <= high;
}

const octetsOf = (address: string): readonly number[] | undefined =>
  isIP(address) === 4 ? address.split(".").map(Number) : undefined;

/** 127.0.0.1 is never a listing (RFC 5782 section 2.1); 127.255.255.0/24 is what Spamhaus and others answer to whom they refuse. */
function isRefusal(octets: readonly number[] | undefined): boolean {
  const [, second, third, fourth] = octets ?? [];
  return (second === 255 && third === 255) || (second === 0 && third === 0 && fourth === 1);
}

/** Every answer of a list that is not a refusal is a listing: for a list of which no more is known. */
export const anyListing: readonly ListCode[] = [{ match: "127.*.*.*", verdict: "listed", means: "listed" }];
