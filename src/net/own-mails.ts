import type { Envelope, Mailbox } from "./mailbox.ts";
import { foldersToSearch, newMails, type SearchedFolder } from "./mail-search.ts";

/** What is looked for in a mailbox, and how its own mails are known to whoever looks. */
export interface Search<Id> {
  /** Names of folders that nobody reads, besides those that are known as such. */
  readonly junk: readonly string[];
  readonly maxFolders: number;
  /** How far each folder was seen before. */
  readonly known: Readonly<Record<string, { readonly uidValidity: string; readonly uidNext: number }>>;
  /** A folder that was never seen is read as a whole: something is under way. */
  readonly expecting: boolean;
  /** The headers that `recognise` needs. */
  readonly headers: readonly string[];
  readonly recognise: (envelope: Envelope, folder: string) => Id | undefined;
  readonly isExpected: (id: Id) => boolean;
  /** All that is looked for is found: the folders that are left are not opened. */
  readonly isDone: (found: readonly FoundMail<Id>[]) => boolean;
  /** How much is read of the beginning of an expected mail; 0: nothing. */
  readonly topBytes: number;
  /** Own mails with this header that are older are swept away, expected or not. */
  readonly leftovers: { readonly header: string; readonly before: number } | undefined;
  readonly note: (line: string) => void;
}

export interface FoundMail<Id> {
  readonly id: Id;
  readonly folder: string;
  readonly place: SearchedFolder["place"];
  /** INTERNALDATE, milliseconds UTC. */
  readonly receivedAt: number;
  /** The beginning of it, as Latin-1; "" where it was not read. */
  readonly top: string;
}

export interface Searched<Id> {
  readonly found: readonly FoundMail<Id>[];
  /** How far each folder has been seen now. */
  readonly folders: Search<Id>["known"];
  /** Folders that own mails could not be removed from. */
  readonly kept: readonly string[];
}

/** Nobody needs more of them, however many copies lie there. */
const maxTops = 6;

type Own<Id> = Envelope & { readonly id: Id };

/** Goes through the folders, and takes own mails away that have done their work. Everything else is left as it is. */
export async function takeOwnMails<Id>(mailbox: Mailbox, search: Search<Id>): Promise<Searched<Id>> {
  const { junk, maxFolders, known, expecting, headers, isExpected, leftovers, note } = search;
  const listed = await mailbox.folders();
  const trash = listed.find(({ use }) => use === "trash")?.path;
  const chosen = foldersToSearch(listed, junk, maxFolders);
  const found: FoundMail<Id>[] = [];
  const kept: string[] = [];
  const folders = Object.fromEntries(
    chosen.flatMap(({ path }) => (known[path] === undefined ? [] : [[path, known[path]] as const])),
  );
  for (const one of chosen) {
    if (search.isDone(found)) break;
    // All of one folder before the next, so that each is opened once to read and once, if need be, to remove.
    const [folder] = await newMails(mailbox, [one], known, headers, expecting ? "all" : "nothing");
    if (folder === undefined) continue;
    const { path, place, uidValidity, uidNext } = folder;
    folders[path] = { uidValidity, uidNext };
    const mine = ownOf(search, path, folder.envelopes).filter(({ id }) => isExpected(id));
    const tops = await topsOf(mailbox, search, mine.slice(0, Math.max(0, maxTops - found.length)));
    for (const { id, uid, receivedAt } of mine) found.push({ id, folder: path, place, receivedAt, top: tops.get(uid) ?? "" });
    const old = leftovers === undefined ? [] : await oldOnes(mailbox, search, path, leftovers);
    const uids = [...mine, ...old].map(({ uid }) => uid);
    if (uids.length > 0) {
      note(`${path}: removing our own UID ${uids.join(" ")}`);
      if (!(await mailbox.remove(path, uidValidity, uids, trash))) kept.push(path);
    }
  }
  return { found, folders, kept };
}

const ownOf = <Id>({ recognise }: Search<Id>, folder: string, envelopes: readonly Envelope[]): readonly Own<Id>[] =>
  envelopes.flatMap((envelope) => {
    const id = recognise(envelope, folder);
    return id === undefined ? [] : [{ ...envelope, id }];
  });

async function topsOf<Id>(
  mailbox: Mailbox,
  { topBytes }: Search<Id>,
  mails: readonly Own<Id>[],
): Promise<ReadonlyMap<number, string>> {
  const tops = new Map<number, string>();
  if (topBytes === 0 || mails.length === 0) return tops;
  for (const { uid } of mails) tops.set(uid, await mailbox.top(uid, topBytes));
  return tops;
}

/** What is still there long after: lost ones that came after all, and those that a killed process forgot. */
async function oldOnes<Id>(
  mailbox: Mailbox,
  search: Search<Id>,
  path: string,
  { header, before }: NonNullable<Search<Id>["leftovers"]>,
): Promise<readonly Own<Id>[]> {
  const old = await mailbox.envelopesBefore(new Date(before), header, search.headers);
  return ownOf(search, path, old).filter(({ receivedAt }) => receivedAt > 0 && receivedAt < before);
}
