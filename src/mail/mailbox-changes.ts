/** A folder as it was at the last look. */
export interface KnownFolder {
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly mails: number;
  readonly discarded: boolean;
}

export interface FolderChanges {
  /** Another UIDVALIDITY: made anew, restored, or moved from another server. */
  readonly recreated: readonly string[];
  /** The same UIDVALIDITY, and a UIDNEXT that has fallen, which must not be (RFC 9051 section 2.3.1.1): an older state was put back. */
  readonly rolledBack: readonly string[];
  /** No longer there, under no other name either. */
  readonly gone: readonly { readonly name: string; readonly mails: number }[];
  /** Fewer mails than before, the most first. */
  readonly shrunk: readonly { readonly name: string; readonly by: number }[];
}

/** Fewer mails in a folder that goes, and nobody needs to be told. */
const leastMails = 20;

/**
 * What has become of the folders since the last look. Trash and junk come and go as servers like.
 * @param isWhole all folders that are there are in `now`
 */
export function compareFolders(
  before: ReadonlyMap<string, KnownFolder>,
  now: ReadonlyMap<string, KnownFolder>,
  isWhole: boolean,
): FolderChanges {
  const recreated: string[] = [];
  const rolledBack: string[] = [];
  const missing: { name: string; was: KnownFolder }[] = [];
  const shrunk: { name: string; by: number }[] = [];
  for (const [name, was] of before) {
    const is = now.get(name);
    if (is !== undefined && is.mails < was.mails) shrunk.push({ name, by: was.mails - is.mails });
    if (was.discarded) continue;
    if (is === undefined) missing.push({ name, was });
    else if (was.uidValidity !== 0 && is.uidValidity !== 0 && was.uidValidity !== is.uidValidity) recreated.push(name);
    else if (is.uidNext > 0 && is.uidNext < was.uidNext) rolledBack.push(name);
  }
  const added = [...now].filter(([name]) => !before.has(name)).map(([, folder]) => folder);
  const renamed = ({ uidValidity, uidNext }: KnownFolder): boolean =>
    added.some((folder) => folder.uidValidity === uidValidity && folder.uidNext >= uidNext);
  const gone = missing
    .filter(({ was }) => isWhole && was.mails >= leastMails && !renamed(was))
    .map(({ name, was }) => ({ name, mails: was.mails }));
  return { recreated, rolledBack, gone, shrunk: shrunk.toSorted((a, b) => b.by - a.by) };
}

/** How many mails a mailbox held at a moment: kept, and in trash and junk. */
export type Holding = readonly [at: number, kept: number, discarded: number];

export interface Loss {
  /** Kept before it began. */
  readonly before: number;
  /** No longer kept. */
  readonly missing: number;
  /** Neither kept nor in the trash. */
  readonly gone: number;
}

const hour = 3_600_000;
const windowMs = 24 * hour;

/**
 * What was lost within the last day, counted from when the most was kept. Moves between folders lose nothing, and the mails that came
 * since make it look less: it is a lower bound. Pure.
 */
export function lossOf(held: readonly Holding[], [now, kept, discarded]: Holding): Loss {
  const [, most, thrown] = inWindow(held, now).reduce((best, one) => (one[1] > best[1] ? one : best), [now, kept, discarded]);
  const missing = most - kept;
  return { before: most, missing, gone: Math.max(0, missing - Math.max(0, discarded - thrown)) };
}

/** After a pause of ours the last that was seen counts, however long ago; a clock that was put back makes nothing older than now. */
const inWindow = (held: readonly Holding[], now: number): readonly Holding[] =>
  held.filter(([at], index) => at > now - windowMs || index === held.length - 1);

/** The holdings with one more: of each hour the one with the most. Pure. */
export function remember(held: readonly Holding[], next: Holding): readonly Holding[] {
  const earlier = inWindow(held, next[0]).map(([at, ...counts]): Holding => [Math.min(at, next[0]), ...counts]);
  const last = earlier.at(-1);
  const isSame = last !== undefined && Math.floor(last[0] / hour) === Math.floor(next[0] / hour);
  if (!isSame || last === undefined) return [...earlier, next].slice(-26);
  return last[1] >= next[1] ? earlier : [...earlier.slice(0, -1), next];
}
