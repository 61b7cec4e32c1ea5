import type { Broken } from "./faults.ts";
import { compileFetch, compileSearch } from "./imap-message.ts";
import { ImapSyntaxError, parseSequence, parseTokens, quote, textOf } from "./imap-syntax.ts";
import type { Token } from "./imap-syntax.ts";
import { append, folderOf, quotaOf, remove } from "./mail-store.ts";
import type { Account, Folder, MailStore, StoredMessage } from "./mail-store.ts";

/** What a session needs of the world. */
export interface ImapWorld {
  readonly store: MailStore;
  /** Who may log in here: the mailboxes of one domain. */
  readonly accepts: (address: string) => boolean;
  readonly broken: Broken;
}

export const capabilities =
  "IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN ID NAMESPACE SPECIAL-USE UIDPLUS UNSELECT QUOTA QUOTA=RES-STORAGE QUOTA=RES-MESSAGE";
const flagNames = "\\Seen \\Answered \\Flagged \\Deleted \\Draft";
const mostRefusals = 3;

/** One connection's conversation: commands go in, lines come out. Strings hold bytes as Latin-1. */
export class ImapSession {
  /** After the last answer has been sent, the connection is closed. */
  ended = false;
  /** The tag of an AUTHENTICATE whose next line is the client's response. */
  #authenticating: string | undefined;
  #account: Account | undefined;
  #folder: Folder | undefined;
  #readOnly = true;
  /** The messages by sequence number, as the client has been told. */
  #seen: readonly StoredMessage[] = [];
  #refusals = 0;
  readonly #world: ImapWorld;

  constructor(world: ImapWorld) {
    this.#world = world;
  }

  /** The answer to one whole command; literals are in it as quoted strings. */
  answer(line: string): string {
    if (this.#authenticating !== undefined) {
      const tag = this.#authenticating;
      this.#authenticating = undefined;
      return this.#loginPlain(tag, line);
    }
    const match = /^([^\s(){%*"\\]{1,64}) (?=\S)/.exec(line);
    const tag = match?.[1] ?? "*";
    try {
      const tokens = parseTokens(line.slice(tag.length + 1));
      if (match === null) throw new ImapSyntaxError("No command was understood");
      const first = textOf(tokens.shift(), "A command").toUpperCase();
      const name = first === "UID" ? `UID ${textOf(tokens.shift(), "A command").toUpperCase()}` : first;
      return this.#run(tag, name, tokens);
    } catch (error) {
      if (error instanceof ImapSyntaxError) return `${tag} BAD ${error.message}\r\n`;
      throw error;
    }
  }

  #run(tag: string, name: string, args: readonly Token[]): string {
    switch (name) {
      case "CAPABILITY":
        return `* CAPABILITY ${capabilities}\r\n${tag} OK Done\r\n`;
      case "NOOP":
      case "CHECK":
        return this.#done(tag);
      case "ID":
        return `* ID ("name" "Mailvigil demonstration")\r\n${tag} OK Done\r\n`;
      case "LOGOUT":
        this.ended = true;
        return `* BYE Goodbye\r\n${tag} OK Done\r\n`;
      case "LOGIN":
        return this.#login(tag, textOf(args[0], "The login name"), textOf(args[1], "The password"));
      case "AUTHENTICATE":
        return this.#authenticate(tag, args);
      default:
        return this.#account === undefined ? `${tag} NO Log in first\r\n` : this.#runLoggedIn(this.#account, tag, name, args);
    }
  }

  #authenticate(tag: string, args: readonly Token[]): string {
    if (textOf(args[0], "The mechanism").toUpperCase() !== "PLAIN") return `${tag} NO [CANNOT] Only PLAIN is known here\r\n`;
    if (args[1] !== undefined) return this.#loginPlain(tag, textOf(args[1], "The response"));
    this.#authenticating = tag;
    return "+ \r\n";
  }

  /** RFC 4616: `authzid NUL authcid NUL password` in base64. */
  #loginPlain(tag: string, response: string): string {
    const [, name, password] = Buffer.from(response, "base64").toString("utf8").split("\0");
    if (name === undefined || password === undefined) return `${tag} BAD The response is no PLAIN response\r\n`;
    return this.#login(tag, name, password);
  }

  #login(tag: string, name: string, password: string): string {
    const address = name.toLowerCase();
    const account = this.#world.accepts(address) ? this.#world.store.get(address) : undefined;
    if (account === undefined || account.password !== password) {
      this.ended = ++this.#refusals >= mostRefusals;
      return `${tag} NO [AUTHENTICATIONFAILED] Authentication failed.\r\n`;
    }
    if (this.#world.broken("login-unavailable", address))
      return `${tag} NO [UNAVAILABLE] Temporary failure: the mail store of this account does not answer.\r\n`;
    if (this.#world.broken("login-limit", address))
      return `${tag} NO [LIMIT] Too many simultaneous connections for this account.\r\n`;
    this.#account = account;
    return `${tag} OK [CAPABILITY ${capabilities}] Logged in\r\n`;
  }

  #runLoggedIn(account: Account, tag: string, name: string, args: readonly Token[]): string {
    switch (name) {
      case "NAMESPACE":
        return `* NAMESPACE (("" "/")) NIL NIL\r\n${tag} OK Done\r\n`;
      case "LIST":
      case "LSUB":
        return this.#list(account, tag, name, args);
      case "STATUS":
        return this.#status(account, tag, args);
      case "GETQUOTAROOT":
        return `* QUOTAROOT ${quote(textOf(args[0], "The folder"))} ""\r\n${quotaLine(account)}${tag} OK Done\r\n`;
      case "GETQUOTA":
        return textOf(args[0], "The root") === ""
          ? `${quotaLine(account)}${tag} OK Done\r\n`
          : `${tag} NO There is no such root\r\n`;
      case "SELECT":
      case "EXAMINE":
        return this.#select(account, tag, name, args);
      case "APPEND":
        return this.#append(account, tag, args);
      case "CLOSE":
      case "UNSELECT":
        if (name === "CLOSE" && this.#folder !== undefined && !this.#readOnly)
          remove(this.#folder, (message) => message.flags.has("\\Deleted"));
        this.#folder = undefined;
        this.#seen = [];
        return `${tag} OK Done\r\n`;
      default:
        return this.#folder === undefined
          ? `${tag} BAD ${name} is not known here, or needs a folder to be selected\r\n`
          : this.#runSelected(this.#folder, tag, name, args);
    }
  }

  #list(account: Account, tag: string, name: string, args: readonly Token[]): string {
    const pattern = textOf(args[0], "The reference") + textOf(args[1], "The name");
    if (pattern === "") return `* ${name} (\\Noselect) "/" ""\r\n${tag} OK Done\r\n`;
    // There is one level of folders, so both wildcards mean the same.
    const wanted = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/[*%]+/g, ".*")}$`, "i");
    const lines = account.folders
      .filter((folder) => wanted.test(folder.name))
      .map(
        (folder) =>
          `* ${name} (\\HasNoChildren${folder.use === undefined ? "" : ` ${folder.use}`}) "/" ${quote(folder.name)}\r\n`,
      );
    return `${lines.join("")}${tag} OK Done\r\n`;
  }

  #status(account: Account, tag: string, args: readonly Token[]): string {
    const folder = folderOf(account, textOf(args[0], "The folder"));
    if (folder === undefined) return `${tag} NO [NONEXISTENT] There is no such folder\r\n`;
    if (args[1]?.kind !== "list") throw new ImapSyntaxError("The items are missing");
    const items = args[1].items.map((item) => {
      const key = textOf(item, "An item").toUpperCase();
      return `${key} ${statusOf(folder, key)}`;
    });
    return `* STATUS ${quote(folder.name)} (${items.join(" ")})\r\n${tag} OK Done\r\n`;
  }

  #select(account: Account, tag: string, name: string, args: readonly Token[]): string {
    const folder = folderOf(account, textOf(args[0], "The folder"));
    this.#folder = folder;
    this.#seen = folder?.messages ?? [];
    if (folder === undefined) return `${tag} NO [NONEXISTENT] There is no such folder\r\n`;
    this.#readOnly = name === "EXAMINE";
    return [
      `* FLAGS (${flagNames})`,
      `* OK [PERMANENTFLAGS (${this.#readOnly ? "" : flagNames})] What stays`,
      `* ${folder.messages.length} EXISTS`,
      "* 0 RECENT",
      `* OK [UIDVALIDITY ${folder.uidValidity}] UIDs are valid`,
      `* OK [UIDNEXT ${folder.uidNext}] Next UID`,
      `${tag} OK [${this.#readOnly ? "READ-ONLY" : "READ-WRITE"}] Done\r\n`,
    ].join("\r\n");
  }

  #append(account: Account, tag: string, args: readonly Token[]): string {
    const folder = folderOf(account, textOf(args[0], "The folder"));
    if (folder === undefined) return `${tag} NO [TRYCREATE] There is no such folder\r\n`;
    const flags = args.find((arg) => arg.kind === "list")?.items.map((item) => textOf(item, "A flag")) ?? [];
    const uid = append(folder, Buffer.from(textOf(args.at(-1), "The message"), "latin1"), Date.now(), flags);
    return this.#done(tag, `[APPENDUID ${folder.uidValidity} ${uid}] Done`);
  }

  #runSelected(folder: Folder, tag: string, name: string, args: readonly Token[]): string {
    const byUid = name.startsWith("UID ");
    switch (byUid ? name.slice(4) : name) {
      case "SEARCH":
        return this.#search(tag, args, byUid);
      case "FETCH":
        return this.#fetch(tag, args, byUid);
      case "STORE":
        return this.#readOnly ? `${tag} NO [READ-ONLY] The folder was opened to read\r\n` : this.#store(tag, args, byUid);
      case "EXPUNGE": {
        if (this.#readOnly) return `${tag} NO [READ-ONLY] The folder was opened to read\r\n`;
        const chosen = byUid ? parseSequence(textOf(args[0], "The UIDs"), folder.uidNext - 1) : () => true;
        remove(folder, (message) => message.flags.has("\\Deleted") && chosen(message.uid));
        return this.#done(tag);
      }
      default:
        return `${tag} BAD ${name} is not known here\r\n`;
    }
  }

  #search(tag: string, args: readonly Token[], byUid: boolean): string {
    const test = compileSearch(args, { uid: this.#seen.at(-1)?.uid ?? 0, sequence: this.#seen.length });
    const found = this.#seen.flatMap((message, index) =>
      test({ message, sequence: index + 1 }) ? [byUid ? message.uid : index + 1] : [],
    );
    return `* SEARCH${found.map((n) => ` ${n}`).join("")}\r\n${this.#done(tag, "Done", byUid)}`;
  }

  /** The messages of a sequence set, with their sequence numbers. */
  #chosen(set: Token | undefined, byUid: boolean): { readonly message: StoredMessage; readonly sequence: number }[] {
    const holds = parseSequence(textOf(set, "The messages"), byUid ? (this.#seen.at(-1)?.uid ?? 0) : this.#seen.length);
    return this.#seen
      .map((message, index) => ({ message, sequence: index + 1 }))
      .filter(({ message, sequence }) => holds(byUid ? message.uid : sequence));
  }

  #fetch(tag: string, args: readonly Token[], byUid: boolean): string {
    const items = compileFetch(args[1], byUid);
    const marksSeen = !this.#readOnly && items.some((item) => item.marksSeen);
    const lines = this.#chosen(args[0], byUid).map(({ message, sequence }) => {
      if (marksSeen) message.flags.add("\\Seen");
      return `* ${sequence} FETCH (${items.map((item) => item.render(message)).join(" ")})\r\n`;
    });
    return `${lines.join("")}${this.#done(tag, "Done", byUid)}`;
  }

  #store(tag: string, args: readonly Token[], byUid: boolean): string {
    const match = /^([+-]?)FLAGS(\.SILENT)?$/i.exec(textOf(args[1], "What to store"));
    if (match === null) throw new ImapSyntaxError("Only FLAGS can be stored");
    const flags = args.slice(2).flatMap((arg) => (arg.kind === "list" ? arg.items : [arg]));
    const names = flags.map((flag) => textOf(flag, "A flag"));
    const lines = this.#chosen(args[0], byUid).map(({ message, sequence }) => {
      if (match[1] === "") message.flags.clear();
      for (const flag of names) {
        if (match[1] === "-") message.flags.delete(flag);
        else message.flags.add(flag);
      }
      const uid = byUid ? `UID ${message.uid} ` : "";
      return match[2] === undefined ? `* ${sequence} FETCH (${uid}FLAGS (${[...message.flags].join(" ")}))\r\n` : "";
    });
    return `${lines.join("")}${this.#done(tag, "Done", byUid)}`;
  }

  /**
   * The end of an answer, after what has changed in the folder since. Commands by sequence number must not be told of
   * removed messages (RFC 3501 7.4.1): `tell` is false for them.
   */
  #done(tag: string, text = "Done", tell = true): string {
    const updates: string[] = [];
    if (this.#folder !== undefined && tell && this.#seen !== this.#folder.messages) {
      const there = new Set(this.#folder.messages);
      const left = [...this.#seen];
      for (let index = left.length - 1; index >= 0; index--) {
        const message = left[index];
        if (message === undefined || there.has(message)) continue;
        left.splice(index, 1);
        updates.push(`* ${index + 1} EXPUNGE\r\n`);
      }
      if (this.#folder.messages.length > left.length) updates.push(`* ${this.#folder.messages.length} EXISTS\r\n`);
      this.#seen = this.#folder.messages;
    }
    return `${updates.join("")}${tag} OK ${text}\r\n`;
  }
}

/** RFC 9208 4.2.1; storage is counted in units of 1024 bytes. */
function quotaLine(account: Account): string {
  const { bytes, mails } = quotaOf(account);
  const [used, limit] = [bytes.used, bytes.limit].map((count) => Math.ceil(count / 1024));
  return `* QUOTA "" (STORAGE ${used} ${limit} MESSAGE ${mails.used} ${mails.limit})\r\n`;
}

function statusOf(folder: Folder, key: string): number {
  switch (key) {
    case "MESSAGES":
      return folder.messages.length;
    case "UNSEEN":
      return folder.messages.filter((message) => !message.flags.has("\\Seen")).length;
    case "UIDNEXT":
      return folder.uidNext;
    case "UIDVALIDITY":
      return folder.uidValidity;
    case "RECENT":
      return 0;
    default:
      throw new ImapSyntaxError(`The item ${key} is not known here`);
  }
}
