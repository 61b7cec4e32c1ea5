import type { Envelope, Folder, Mailbox, OpenFolder } from "./mailbox.ts";

/** Where mail is that nobody reads, besides folders with \Junk: names that providers use (Exmail, NetEase, Google, Microsoft). */
const junkNames: ReadonlySet<string> = new Set(
  [
    "Junk",
    "Spam",
    "Junk Email",
    "Junk E-mail",
    "Junk Mail",
    "Bulk Mail",
    "垃圾邮件",
    "垃圾信件",
    "垃圾郵件",
    "广告邮件",
    "病毒邮件",
  ].map((name) => name.toLowerCase()),
);

/** Longer names are nobody's junk folder, and paths are remembered. */
const maxPath = 200;

export interface SearchedFolder extends OpenFolder {
  readonly path: string;
  readonly place: "inbox" | "junk" | "elsewhere";
  readonly envelopes: readonly Envelope[];
}

/** The folders that a mail can have come into: the inbox first, junk by use and by name, then the one that holds everything. */
export function foldersToSearch(
  folders: readonly Folder[],
  junk: readonly string[],
  most: number,
): readonly Pick<SearchedFolder, "path" | "place">[] {
  const configured = new Set(junk.map((name) => name.toLowerCase()));
  const placeOf = ({ path, use }: Folder): SearchedFolder["place"] | undefined => {
    const name = path.toLowerCase();
    const last = /[^/.]*$/.exec(name)?.[0] ?? name;
    if (use === "inbox" || name === "inbox") return "inbox";
    if (use === "junk" || configured.has(name) || configured.has(last) || junkNames.has(last)) return "junk";
    return use === "all" ? "elsewhere" : undefined;
  };
  const order = ["inbox", "junk", "elsewhere"];
  const found = folders.flatMap((folder) => {
    const place = placeOf(folder);
    return place === undefined || folder.path.length > maxPath ? [] : [{ path: folder.path, place }];
  });
  if (!found.some(({ place }) => place === "inbox")) found.push({ path: "INBOX", place: "inbox" });
  return found.toSorted((a, b) => order.indexOf(a.place) - order.indexOf(b.place)).slice(0, most);
}

/** A folder that is new, or was made anew, is read as a whole (`all`), by its last mails, or only its end is remembered (`nothing`). */
export type UnknownFolder = "all" | "nothing" | { readonly last: number };

/** What came into the folders since they were last looked at. */
export async function newMails(
  mailbox: Mailbox,
  folders: readonly Pick<SearchedFolder, "path" | "place">[],
  known: Readonly<Record<string, OpenFolder>>,
  headers: readonly string[],
  unknown: UnknownFolder,
): Promise<readonly SearchedFolder[]> {
  const searched: SearchedFolder[] = [];
  for (const { path, place } of folders) {
    const opened = await mailbox.examine(path);
    const before = known[path];
    const from = before?.uidValidity === opened.uidValidity ? before.uidNext : beginningOf(opened.uidNext, unknown);
    // Not by SEARCH: its index lags or is wrong at some servers. New mails are few, and their headers say all.
    const envelopes = await mailbox.envelopesFrom(from, headers);
    const uidNext = Math.max(opened.uidNext, ...envelopes.map(({ uid }) => uid + 1));
    searched.push({ path, place, uidValidity: opened.uidValidity, uidNext, envelopes });
  }
  return searched;
}

function beginningOf(uidNext: number, unknown: UnknownFolder): number {
  if (unknown === "nothing") return uidNext;
  return unknown === "all" ? 1 : Math.max(1, uidNext - unknown.last);
}
