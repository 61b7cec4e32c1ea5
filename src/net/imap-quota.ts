import { type Imap, inQuotes, type ImapLine, quotable, reasonOf } from "./imap.ts";
import { dataOfAll, isList } from "./imap-data.ts";
import { responseCode } from "./imap-entry.ts";

/** How much of one thing is used. STORAGE in bytes, MESSAGE in mails; `limit` undefined: there is none. */
export interface QuotaResource {
  /** As the server names it; often empty. */
  readonly root: string;
  readonly kind: "STORAGE" | "MESSAGE";
  readonly used: number;
  readonly limit: number | undefined;
}

export type QuotaAnswer =
  | { readonly kind: "told"; readonly resources: readonly QuotaResource[] }
  /** The server has no QUOTA. */
  | { readonly kind: "absent"; readonly reason: string }
  /** It has QUOTA, and does not tell for this mailbox. */
  | { readonly kind: "refused"; readonly reason: string }
  /** It has QUOTA, and could not tell this time. */
  | { readonly kind: "failed"; readonly reason: string };

/** RFC 9208 section 5.1: STORAGE is in units of 1024 octets. */
const storageUnit = 1024;
const maxRoots = 16;

/** RFC 5530: the same command may succeed later. */
const passing: ReadonlySet<string> = new Set(["UNAVAILABLE", "SERVERBUG", "CORRUPTION", "INUSE", "LIMIT"]);

/**
 * Asks how full the inbox's quota roots are (RFC 9208 section 4.1.2). An RFC 2087 server has QUOTA, an RFC 9208 one `QUOTA=RES-…` too.
 * @throws DialError when it does not answer
 */
export async function askQuota(imap: Imap): Promise<QuotaAnswer> {
  const can = await imap.capabilities();
  if (![...can].some((name) => name === "QUOTA" || name.startsWith("QUOTA=RES-"))) {
    return { kind: "absent", reason: "no QUOTA" };
  }
  const answer = await imap.command("GETQUOTAROOT INBOX");
  if (answer.word !== "OK") {
    const kind = passing.has(responseCode(answer)) ? "failed" : "refused";
    return { kind, reason: reasonOf(answer) };
  }
  const names = rootsOf(answer.untagged).slice(0, maxRoots);
  const told = new Map(resourcesOf(answer.untagged));
  for (const root of names) {
    if (told.has(root) || !quotable.test(root)) continue;
    // The QUOTA responses belong to the answer; servers before RFC 2087 was clear about it sent only the names.
    const more = await imap.command(`GETQUOTA ${inQuotes(root)}`);
    if (more.word !== "OK") return { kind: "failed", reason: reasonOf(more) };
    for (const [name, resources] of resourcesOf(more.untagged)) told.set(name, resources);
  }
  if (names.length > 0 && told.size === 0) return { kind: "failed", reason: "no QUOTA in the answer" };
  return { kind: "told", resources: [...told.values()].flat() };
}

/** `QUOTAROOT INBOX "User quota" ""`: what is behind the folder. */
const rootsOf = (lines: readonly ImapLine[]): readonly string[] =>
  dataOfAll(lines, "QUOTAROOT").flatMap((data) => data.slice(1).map((name) => (typeof name === "string" ? name : "")));

/** `QUOTA "" (STORAGE 10 512 MESSAGE 3 0)`: name, usage, limit, over and over; a limit of 0 is none. */
const resourcesOf = (lines: readonly ImapLine[]): readonly (readonly [root: string, readonly QuotaResource[]])[] =>
  dataOfAll(lines, "QUOTA").flatMap(([name, triples]) => {
    if (!isList(triples)) return [];
    const root = typeof name === "string" ? name : "";
    const resources: QuotaResource[] = [];
    for (let i = 0; i + 2 < triples.length; i += 3) {
      const kind = String(triples[i]).toUpperCase();
      const [used, limit] = [Number(triples[i + 1]), Number(triples[i + 2])];
      if ((kind !== "STORAGE" && kind !== "MESSAGE") || !(used >= 0) || !(limit >= 0)) continue;
      const unit = kind === "STORAGE" ? storageUnit : 1;
      resources.push({ root, kind, used: used * unit, limit: limit === 0 ? undefined : limit * unit });
    }
    return [[root, resources] as const];
  });
