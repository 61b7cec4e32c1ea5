import { type Imap, type ImapLine, inQuotes, reasonOf } from "./imap.ts";
import { dataOfAll, numbersOf } from "./imap-data.ts";
import { responseCode } from "./imap-entry.ts";
import { inboxName, listedFolders, namespacesOf, unsendable } from "./mailbox-folders.ts";

/** What a server tells of a folder that nobody has opened. */
interface FolderCount {
  /** 0: it does not tell. */
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly mails: number;
  /** The trash, junk, or a folder in them. */
  readonly discarded: boolean;
  /** Its mails are counted in another folder as well (the inbox of Gmail is a label). */
  readonly label: boolean;
}

export interface FolderCounts {
  readonly folders: ReadonlyMap<string, FolderCount>;
  /** Folders that were not asked for, because there are too many of them. */
  readonly leftOut: number;
  /** Why the counts are not all there; undefined: they are. */
  readonly missing: string | undefined;
}

/** As many are listed, or told by one LIST-STATUS. */
const maxListed = 10_000;
/** As many are asked for one by one. */
const maxAsked = 300;

const items = "MESSAGES UIDNEXT UIDVALIDITY";

/**
 * Counts the mails of every folder by STATUS: nothing is opened, nothing is changed. In one command where the server has LIST-STATUS
 * (RFC 5819). HIGHESTMODSEQ is not asked for: it begins anew when a server rebuilds its index, so that nothing can be judged by it.
 * @throws DialError when it does not answer
 */
export async function countFolders(imap: Imap, forMs: number): Promise<FolderCounts> {
  const can = await imap.capabilities();
  const gmail = can.has("X-GM-EXT-1");
  const inOne = can.has("LIST-STATUS");
  const namespaces = can.has("NAMESPACE") ? namespacesOf((await imap.command("NAMESPACE")).untagged) : [];
  const uses = can.has("SPECIAL-USE") ? ["SPECIAL-USE"] : [];
  const wanted = [...uses, ...(inOne ? [`STATUS (${items})`] : [])];
  // Servers take RETURN alone with LIST-EXTENDED (RFC 5258) or what builds on it.
  const returns = inOne || (uses.length > 0 && can.has("LIST-EXTENDED")) ? ` RETURN (${wanted.join(" ")})` : "";
  const listed = await imap.command(`LIST "" "*"${returns}`, 2 * maxListed);
  if (listed.word !== "OK") return { folders: new Map(), leftOut: 0, missing: reasonOf(listed) };
  const told = countsIn(listed.untagged);
  const found = listedFolders(listed.untagged, namespaces, gmail);
  const names = found.some(({ name }) => name === "INBOX") ? found : [{ name: "INBOX", discarded: false }, ...found];
  const order = inOne ? names : names.toSorted((a, b) => Number(b.name === "INBOX") - Number(a.name === "INBOX"));
  const asked = inOne ? order : order.slice(0, maxAsked);

  const end = performance.now() + forMs;
  const folders = new Map<string, FolderCount>();
  let missing = unsendable(listed.untagged);
  for (const { name, discarded } of asked) {
    let counts = told.get(name);
    if (counts === undefined) {
      if (performance.now() >= end) {
        missing = `not all folders within ${Math.round(forMs / 1000)} s`;
        break;
      }
      const answer = await imap.command(`STATUS ${inQuotes(name)} (${items})`);
      counts = countsIn(answer.untagged).get(name);
      if (answer.word !== "OK" && responseCode(answer) === "NONEXISTENT") continue;
      if (answer.word !== "OK" || counts === undefined) {
        missing ??= answer.word === "OK" ? "no MESSAGES in the answer" : reasonOf(answer);
        continue;
      }
    }
    folders.set(name, { ...counts, discarded, label: gmail && name === "INBOX" });
  }
  return { folders, leftOut: names.length - asked.length, missing };
}

function countsIn(lines: readonly ImapLine[]): ReadonlyMap<string, Omit<FolderCount, "discarded" | "label">> {
  const counts = new Map<string, Omit<FolderCount, "discarded" | "label">>();
  for (const [name, told] of dataOfAll(lines, "STATUS")) {
    const numbers = numbersOf(told);
    const mails = numbers.get("MESSAGES");
    if (typeof name !== "string" || mails === undefined) continue;
    counts.set(inboxName(name), { uidValidity: numbers.get("UIDVALIDITY") ?? 0, uidNext: numbers.get("UIDNEXT") ?? 0, mails });
  }
  return counts;
}
