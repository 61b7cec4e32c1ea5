import type { Account, Folder, StoredMessage } from "../../src/demo/mail-store.ts";
import { probeHeader } from "../../src/mail/probe-mail.ts";

/** One day, milliseconds. */
export const day = 86_400_000;

/** A mailbox of a server that a test watches for long. Its password can be changed at the server. */
export interface WatchedAccount extends Account {
  password: string;
}

const uses: readonly (readonly [name: string, use: string | undefined])[] = [
  ["INBOX", undefined],
  ["Junk", "\\Junk"],
  ["Sent", "\\Sent"],
  ["Trash", "\\Trash"],
  ["Everything", "\\All"],
  ["Customers", undefined],
];

export const newAccount = (address: string, password: string): WatchedAccount => ({
  address,
  password,
  folders: uses.map(([name, use], i) => ({ name, use, uidValidity: 1000 + i, uidNext: 1, messages: [] })),
});

export function folderIn(account: Account, name: string): Folder {
  const found = account.folders.find((folder) => folder.name === name);
  if (!found) throw new Error(`${account.address} has no folder ${name}`);
  return found;
}

/** Puts a mail into a folder; unlike the demonstration's, a mailbox here forgets nothing. */
export function put(folder: Folder, raw: string | Buffer, at: number, flags: Iterable<string> = []): StoredMessage {
  const message = { uid: folder.uidNext++, at, raw: Buffer.from(raw), flags: new Set(flags) };
  folder.messages = [...folder.messages, message];
  return message;
}

/** Ours: a probe mail, a copy of one, or what a mail system wrote about one. */
const isOurs = ({ raw }: StoredMessage): boolean => raw.includes(`${probeHeader}:`);

/** What of ours lies where: `sales@own.test Junk`, and since when. */
export const leftBehind = (accounts: Iterable<Account>): readonly { readonly place: string; readonly at: number }[] =>
  [...accounts].flatMap(({ address, folders }) =>
    folders.flatMap(({ name, messages }) => messages.filter(isOurs).map(({ at }) => ({ place: `${address} ${name}`, at }))),
  );

/** The mail of others in these mailboxes, and a second account of what became of it that only its people touch. */
export interface OthersMail {
  /** A mail comes in. */
  arrive(folder: Folder, at: number, flags?: readonly string[]): void;
  /** Somebody reads the oldest unread mail there. */
  read(folder: Folder): void;
  /** Somebody marks the newest. */
  mark(folder: Folder, flag: string): void;
  /** Somebody files the oldest elsewhere. */
  file(from: Folder, to: Folder, at: number): void;
  /** How the mailboxes differ from what their people did: empty when nobody else touched anything. */
  differences(accounts: Iterable<Account>): readonly string[];
  readonly count: () => number;
}

export function createOthersMail(): OthersMail {
  const known = new Map<Folder, { readonly uid: number; readonly flags: Set<string>; readonly text: string }[]>();
  let count = 0;
  const of = (folder: Folder) => {
    const list = known.get(folder) ?? [];
    known.set(folder, list);
    return list;
  };
  const add = (folder: Folder, raw: string, at: number, flags: Iterable<string>): void => {
    const { uid } = put(folder, raw, at, flags);
    of(folder).push({ uid, flags: new Set(flags), text: raw });
  };
  const flagBoth = (folder: Folder, uid: number | undefined, flag: string): void => {
    of(folder)
      .find((mail) => mail.uid === uid)
      ?.flags.add(flag);
    folder.messages.find((mail) => mail.uid === uid)?.flags.add(flag);
  };
  const told = (uid: number, flags: Set<string>, text: string): string =>
    `${uid} (${[...flags].toSorted().join(" ")}) ${/Message-ID: (\S+)/.exec(text)?.[1]}`;
  return {
    arrive(folder, at, flags = []) {
      count += 1;
      const head = `From: customer${count % 7}@elsewhere.test\r\nTo: us\r\nMessage-ID: <order-${count}@elsewhere.test>`;
      add(folder, `${head}\r\nSubject: Order ${count}\r\n\r\nDear Sirs, we order ${count} pieces.\r\n`, at, flags);
    },
    read: (folder) => flagBoth(folder, of(folder).find(({ flags }) => !flags.has("\\Seen"))?.uid, "\\Seen"),
    mark: (folder, flag) => flagBoth(folder, of(folder).at(-1)?.uid, flag),
    file(from, to, at) {
      const oldest = of(from).shift();
      if (!oldest) return;
      from.messages = from.messages.filter(({ uid }) => uid !== oldest.uid);
      add(to, oldest.text, at, oldest.flags);
    },
    differences: (accounts) =>
      [...accounts].flatMap((account) =>
        account.folders.flatMap((folder) => {
          const place = `${account.address} ${folder.name}`;
          const there = folder.messages.filter((mail) => !isOurs(mail));
          const is = there.map(({ uid, flags, raw }) => `${place}: ${told(uid, flags, raw.toString())}`);
          const shall = of(folder).map(({ uid, flags, text }) => `${place}: ${told(uid, flags, text)}`);
          return is
            .flatMap((line, i) => (line === shall[i] ? [] : [`${line}, expected ${shall[i]}`]))
            .concat(shall.slice(is.length).map((line) => `${line} is missing`));
        }),
      ),
    count: () => count,
  };
}
