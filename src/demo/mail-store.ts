/** The mail of the demonstration: in memory, bounded, gone with the process. */
export interface StoredMessage {
  readonly uid: number;
  /** Milliseconds UTC: INTERNALDATE. */
  readonly at: number;
  readonly raw: Buffer;
  readonly flags: Set<string>;
}

export interface Folder {
  readonly name: string;
  /** RFC 6154, `\Junk`. */
  readonly use: string | undefined;
  readonly uidValidity: number;
  uidNext: number;
  /** In order of UID. A new array at each change, so that a session can compare what it has seen with what is there. */
  messages: readonly StoredMessage[];
}

export interface Account {
  readonly address: string;
  readonly password: string;
  readonly folders: readonly Folder[];
}

/** By address, lower case. */
export type MailStore = ReadonlyMap<string, Account>;

/** More than this and the oldest is dropped. */
const keptPerFolder = 200;

const folderNames: readonly (readonly [name: string, use: string | undefined])[] = [
  ["INBOX", undefined],
  ["Drafts", "\\Drafts"],
  ["Junk", "\\Junk"],
  ["Sent", "\\Sent"],
  ["Trash", "\\Trash"],
];

export function createMailStore(passwords: ReadonlyMap<string, string>): MailStore {
  const uidValidity = Math.floor(Date.now() / 1000);
  return new Map(
    [...passwords].map(([address, password]) => [
      address,
      { address, password, folders: folderNames.map(([name, use]) => ({ name, use, uidValidity, uidNext: 1, messages: [] })) },
    ]),
  );
}

/** A mail larger than this does not come in, by SMTP or by IMAP. */
const largestMail = 256 * 1024;

/** How much lies in a mailbox, and how much can: bytes and mails. */
export function quotaOf({ folders }: Account): Record<"bytes" | "mails", { readonly used: number; readonly limit: number }> {
  const mails = folders.flatMap((folder) => folder.messages);
  const most = folders.length * keptPerFolder;
  return {
    bytes: { used: mails.reduce((sum, { raw }) => sum + raw.length, 0), limit: most * largestMail },
    mails: { used: mails.length, limit: most },
  };
}

/** INBOX is told apart from other names by no case (RFC 3501 5.1). */
export const folderOf = (account: Account, name: string): Folder | undefined =>
  account.folders.find((folder) => folder.name === (name.toUpperCase() === "INBOX" ? "INBOX" : name));

/** Puts a message into a folder and returns its UID. */
export function append(folder: Folder, raw: Buffer, at = Date.now(), flags: Iterable<string> = []): number {
  const uid = folder.uidNext++;
  folder.messages = [...folder.messages, { uid, at, raw, flags: new Set(flags) }].slice(-keptPerFolder);
  return uid;
}

/** Takes the messages that fit out of the folder. */
export function remove(folder: Folder, fits: (message: StoredMessage) => boolean): void {
  folder.messages = folder.messages.filter((message) => !fits(message));
}
