import { type Imap, type ImapLine, inQuotes, reasonOf } from "./imap.ts";
import { dataOfAll, numbersOf } from "./imap-data.ts";
import { responseCode } from "./imap-entry.ts";
import { inboxName, namespacesOf, ownFolders, unsendable } from "./mailbox-folders.ts";

/** How far one folder is counted: all mails up to a UID. What is counted stays so while none of them is removed. */
export interface CountedFolder {
  readonly uidValidity: number;
  readonly lastUid: number;
  readonly mails: number;
  readonly bytes: number;
}

export interface MailboxSize {
  readonly bytes: number;
  readonly folders: number;
  /** Folders that are listed and not counted: of others, or without mail of their own. */
  readonly leftOut: number;
  /** Why something is missing, so that it is at least so much; undefined: all is counted. */
  readonly missing: string | undefined;
  /** The folders worth remembering, the largest first. */
  readonly counted: ReadonlyMap<string, CountedFolder>;
}

interface Counting {
  readonly imap: Imap;
  readonly remembered: ReadonlyMap<string, CountedFolder>;
  /** No further folder, or part of one, is begun after so long. */
  readonly forMs: number;
}

const maxFolders = 1_000;
const chunk = 1_000;
const maxChunks = 200;
const maxRemembered = 100;

/**
 * Adds up what lies in the folders of the mailbox's owner: by STATUS SIZE (RFC 8438), else by the RFC822.SIZE of every mail, of
 * which it remembers what does not change. Folders are opened for reading only. A command is sent only to a server that has it.
 * @throws DialError when it does not answer
 */
export async function countMailbox(counting: Counting): Promise<MailboxSize> {
  const { imap } = counting;
  const can = await imap.capabilities();
  const bySize = can.has("STATUS=SIZE");
  const inOne = bySize && can.has("LIST-STATUS");
  const namespaces = can.has("NAMESPACE") ? namespacesOf((await imap.command("NAMESPACE")).untagged) : [];
  const listed = await imap.command(`LIST "" "*"${inOne ? " RETURN (STATUS (SIZE))" : ""}`, 2 * maxFolders);
  if (listed.word !== "OK") return { bytes: 0, folders: 0, leftOut: 0, missing: reasonOf(listed), counted: new Map() };
  const folders = ownFolders(listed.untagged, namespaces, can.has("X-GM-EXT-1"));
  const sizes = statusSizes(listed.untagged);

  const end = performance.now() + counting.forMs;
  const world = { ...counting, end, chunks: { left: maxChunks } };
  // A folder that is not reached this time stays as it was counted last.
  const counted = new Map(bySize ? [] : [...counting.remembered].filter(([name]) => folders.includes(name)));
  let bytes = 0;
  let missing = folders.length > maxFolders ? `more than ${maxFolders} folders` : unsendable(listed.untagged);
  for (const name of folders.slice(0, maxFolders)) {
    const known = sizes.get(name);
    if (known === undefined && performance.now() >= end) {
      missing = `not all folders within ${Math.round(counting.forMs / 1000)} s`;
      break;
    }
    const size = known ?? (await (bySize ? statusSize(imap, name) : countFolder(world, name, counted)));
    if (typeof size === "number") bytes += size;
    else {
      bytes += size.bytes;
      missing ??= size.missing;
    }
  }
  const largest = [...counted].toSorted(([, a], [, b]) => b.mails - a.mails).slice(0, maxRemembered);
  const leftOut = dataOfAll(listed.untagged, "LIST").length - folders.length;
  return { bytes, folders: folders.length, leftOut, missing, counted: new Map(largest) };
}

interface Incomplete {
  readonly bytes: number;
  readonly missing: string;
}

async function statusSize(imap: Imap, name: string): Promise<number | Incomplete> {
  const answer = await imap.command(`STATUS ${inQuotes(name)} (SIZE)`);
  if (answer.word !== "OK") return refused(answer);
  return statusSizes(answer.untagged).get(name) ?? { bytes: 0, missing: "no SIZE in the answer" };
}

/** A folder that has just been removed holds nothing. */
const refused = (answer: ImapLine): number | Incomplete =>
  responseCode(answer) === "NONEXISTENT" ? 0 : { bytes: 0, missing: reasonOf(answer) };

interface FolderCounting extends Counting {
  readonly end: number;
  readonly chunks: { left: number };
}

/** By sequence numbers, in which mails stand in the order of their UIDs: where the last counted one is still at its place, none before it has gone. */
async function countFolder(
  { imap, remembered, end, chunks }: FolderCounting,
  name: string,
  counted: Map<string, CountedFolder>,
): Promise<number | Incomplete> {
  const opened = await imap.command(`EXAMINE ${inQuotes(name)}`);
  if (opened.word !== "OK") return refused(opened);
  counted.delete(name);
  const there = opened.untagged.reduce((mails, { word, text }) => (/^EXISTS\b/i.test(text) ? Number(word) : mails), 0);
  const uidValidity = opened.untagged.reduce((found, { code }) => Number(/^UIDVALIDITY (\d+)$/i.exec(code)?.[1] ?? found), 0);
  const start = { uidValidity, lastUid: 0, mails: 0, bytes: 0 };
  const before = remembered.get(name);
  const isSame = before !== undefined && before.uidValidity === uidValidity && before.mails > 0 && before.mails <= there;
  let sum = isSame ? before : start;
  for (let isProved = !isSame; !isProved || sum.mails < there; isProved = true) {
    if (chunks.left === 0 || performance.now() >= end) {
      counted.set(name, sum);
      return { bytes: sum.bytes, missing: `${sum.mails} of ${there} mails of one folder` };
    }
    chunks.left -= 1;
    const from = Math.max(1, sum.mails);
    const to = Math.min(there, sum.mails + chunk);
    const answer = await imap.command(`FETCH ${from}:${to} (UID RFC822.SIZE)`, 2 * chunk);
    if (answer.word !== "OK") return { bytes: sum.bytes, missing: reasonOf(answer) };
    const mails = mailsOf(answer.untagged);
    if (sum.mails > 0 && mails.get(from)?.uid !== sum.lastUid) {
      sum = start;
      continue;
    }
    if (sum.mails > 0) mails.delete(from);
    const all = [...mails.values()];
    const bytes = all.reduce((total, mail) => total + mail.size, sum.bytes);
    sum = { uidValidity, lastUid: all.reduce((last, { uid }) => Math.max(last, uid), sum.lastUid), mails: to, bytes };
  }
  if (sum.mails >= chunk) counted.set(name, sum);
  return sum.bytes;
}

function mailsOf(lines: readonly ImapLine[]): Map<number, { readonly uid: number; readonly size: number }> {
  const mails = new Map<number, { readonly uid: number; readonly size: number }>();
  for (const { word, text } of lines) {
    const uid = /^FETCH \(.*\bUID (\d+)/i.exec(text)?.[1];
    const size = /\bRFC822\.SIZE (\d+)/i.exec(text)?.[1];
    if (uid !== undefined && size !== undefined) mails.set(Number(word), { uid: Number(uid), size: Number(size) });
  }
  return mails;
}

/** Folder ▶ bytes. */
function statusSizes(lines: readonly ImapLine[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const [name, items] of dataOfAll(lines, "STATUS")) {
    const size = numbersOf(items).get("SIZE");
    if (typeof name === "string" && size !== undefined) sizes.set(inboxName(name), size);
  }
  return sizes;
}
