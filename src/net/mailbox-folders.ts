import { type ImapLine, quotable } from "./imap.ts";
import { dataOfAll, type ImapData, isList } from "./imap-data.ts";

/** Where folders of a kind begin (RFC 2342). */
export interface Namespace {
  readonly prefix: string;
  readonly own: boolean;
}

/** `NAMESPACE (("" "/")) NIL (("Public/" "/"))`: personal, other users', shared (RFC 2342). */
export const namespacesOf = (lines: readonly ImapLine[]): readonly Namespace[] =>
  dataOfAll(lines, "NAMESPACE").flatMap((kinds) =>
    kinds.slice(0, 3).flatMap((kind, index) =>
      isList(kind)
        ? kind.flatMap((entry) => {
            const prefix = isList(entry) ? entry[0] : undefined;
            return typeof prefix === "string" ? [{ prefix, own: index === 0 }] : [];
          })
        : [],
    ),
  );

/** What others share with everybody counts against their quota; the namespace of the longest prefix is the folder's. */
function isOwn(name: string, namespaces: readonly Namespace[]): boolean {
  const [nearest] = namespaces
    .filter(({ prefix }) => name.startsWith(prefix))
    .toSorted((a, b) => b.prefix.length - a.prefix.length);
  return name === "INBOX" || nearest === undefined || nearest.own;
}

/** Cannot be opened, or holds no mail of its own (RFC 9051 section 7.3.1, RFC 6154). */
const withoutMail: ReadonlySet<string> = new Set(["\\NONEXISTENT", "\\NOSELECT", "\\ALL", "\\FLAGGED", "\\IMPORTANT"]);

/** Gmail's folders are labels: all mail is in these three, once. */
const gmailFolders: readonly string[] = ["\\ALL", "\\JUNK", "\\TRASH"];

export function ownFolders(lines: readonly ImapLine[], namespaces: readonly Namespace[], gmail: boolean): readonly string[] {
  const names = new Set<string>();
  for (const [attributes, , name] of dataOfAll(lines, "LIST")) {
    if (typeof name !== "string" || !quotable.test(name)) continue;
    const has = flagsOf(attributes);
    const counts = gmail ? gmailFolders.some((flag) => has.has(flag)) : ![...withoutMail].some((flag) => has.has(flag));
    if (counts && isOwn(inboxName(name), namespaces)) names.add(inboxName(name));
  }
  return [...names];
}

/** A folder whose name no command of ours can hold. */
export const unsendable = (lines: readonly ImapLine[]): string | undefined =>
  dataOfAll(lines, "LIST").some(([, , name]) => typeof name !== "string" || !quotable.test(name))
    ? "a folder with a name that is not ASCII"
    : undefined;

const flagsOf = (attributes: ImapData): ReadonlySet<string> =>
  new Set(isList(attributes) ? attributes.map((flag) => String(flag).toUpperCase()) : []);

/** INBOX is told apart from other names by no case (RFC 9051 section 5.1). */
export const inboxName = (name: string): string => (name.toUpperCase() === "INBOX" ? "INBOX" : name);

/** Where mail lies that somebody threw away, or the server took for junk. */
const discarding: readonly string[] = ["\\TRASH", "\\JUNK"];

/** The same by name, for servers without RFC 6154: Dovecot, Exchange, Coremail, Exmail, Aliyun, QQ in their languages. */
const discardingNames: ReadonlySet<string> = new Set([
  "trash",
  "bin",
  "deleted",
  "deleted items",
  "deleted messages",
  "junk",
  "junk e-mail",
  "junk email",
  "spam",
  "已删除",
  "已删除邮件",
  "已删除邮件夹",
  "垃圾箱",
  "垃圾邮件",
  "废件箱",
]);

interface ListedFolder {
  readonly name: string;
  /** It, or the folder that it lies in, is the trash or holds junk. */
  readonly discarded: boolean;
}

/** The folders of the mailbox's owner that hold mail of their own, told apart by what their mail is for. */
export function listedFolders(
  lines: readonly ImapLine[],
  namespaces: readonly Namespace[],
  gmail: boolean,
): readonly ListedFolder[] {
  const exact = new Set<string>();
  const above: string[] = [];
  for (const [attributes, delimiter, name] of dataOfAll(lines, "LIST")) {
    if (typeof name !== "string") continue;
    const divided = typeof delimiter === "string" && delimiter !== "";
    const last = divided ? name.slice(name.lastIndexOf(delimiter) + 1) : name;
    const has = flagsOf(attributes);
    if (!discarding.some((flag) => has.has(flag)) && !discardingNames.has(readFolderName(last).toLowerCase())) continue;
    exact.add(name);
    if (divided && above.length < maxRoots) above.push(`${name}${delimiter}`);
  }
  return ownFolders(lines, namespaces, gmail).map((name) => ({
    name,
    discarded: exact.has(name) || above.some((root) => name.startsWith(root)),
  }));
}

/** A mailbox has two or three; a server that calls every folder the trash must not cost the square of their number. */
const maxRoots = 50;

/** Modified UTF-7 (RFC 3501 section 5.1.3) as a person reads it; what is none stays as it is. */
export const readFolderName = (name: string): string =>
  name.replaceAll(/&([A-Za-z0-9+,]*)-/g, (whole, coded: string) => {
    if (coded === "") return "&";
    const bytes = Buffer.from(coded.replaceAll(",", "/"), "base64");
    if (bytes.length < 2) return whole;
    const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
    return Buffer.from(even).swap16().toString("utf16le");
  });
