import type { ConnectionOptions } from "node:tls";
import type { ImapFlow } from "imapflow";
import { DialError } from "../model/connection.ts";
import { quoted } from "../model/text.ts";
import {
  type Account,
  addressesOf,
  asError,
  brokenOff,
  diagnose,
  imapRefusal,
  isConnectError,
  libraryTls,
  type Pass,
  passOf,
  refusedLogin,
  SessionError,
  type SessionFinding,
  tunnelOf,
  type Visit,
} from "./library-client.ts";
import { challengeWords } from "./bearer.ts";
import { openDoor } from "./door.ts";
import { knownRejection } from "./login-findings.ts";

type FolderUse = "inbox" | "junk" | "all" | "sent" | "trash" | "other";

export interface Folder {
  readonly path: string;
  readonly use: FolderUse;
}

/** What is known of one mail without opening it. */
export interface Envelope {
  readonly uid: number;
  /** INTERNALDATE, milliseconds UTC. */
  readonly receivedAt: number;
  /** Those that were asked for: lower-case names ▶ unfolded values. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface OpenFolder {
  readonly uidValidity: string;
  readonly uidNext: number;
}

/** A mailbox that somebody is logged in to. Looking changes nothing: folders are opened by EXAMINE, headers read by PEEK. */
export interface Mailbox {
  folders(): Promise<readonly Folder[]>;
  /** Opens a folder for reading only. */
  examine(path: string): Promise<OpenFolder>;
  /** Of the folder that is open: the mails from a UID on, at most `maxEnvelopes`, the newest. */
  envelopesFrom(uid: number, headers: readonly string[]): Promise<readonly Envelope[]>;
  /** Of the folder that is open: older mails that have a header, at most `maxEnvelopes`. */
  envelopesBefore(before: Date, header: string, headers: readonly string[]): Promise<readonly Envelope[]>;
  /** Of the folder that is open: the beginning of a mail, at most `bytes`, as Latin-1; "" where the server does not give it. */
  top(uid: number, bytes: number): Promise<string>;
  /**
   * Takes mails away for good, and no others: where the server has no UID EXPUNGE and somebody else's mail is marked for
   * deletion as well, ours are only marked. Returns false then, and where the folder is no longer the same.
   */
  remove(path: string, uidValidity: string, uids: readonly number[], trash: string | undefined): Promise<boolean>;
}

/** More mails are not read in one look at a folder. */
const maxEnvelopes = 2_000;
const maxFoldersListed = 2_000;
const maxResponse = 1024 * 1024;

/**
 * Logs in by imapflow, lets `work` look around, and logs out whatever happens: one connection at a time.
 * @throws SessionError with the findings of what kept it from its work; other errors are not about the server
 */
export async function visitMailbox<T>(visit: Visit, work: (mailbox: Mailbox) => Promise<T>): Promise<T> {
  const { client, broken } = await logIn(visit);
  const { account, ctx, signal } = visit;
  const close = (): void => client.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    if (account.provider?.idAfterLogin === true) await sendId(client);
    const result = await work(mailboxOf(client));
    if (!client.usable) throw broken() ?? new DialError("closed by the far side", { phase: "command", failure: "closed" });
    await client.logout();
    return result;
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    throw sessionError(asError(broken() ?? thrown), visit, client);
  } finally {
    signal.removeEventListener("abort", close);
    client.close();
    ctx.note(`imap ${account.host}:${account.port}: logged out`);
  }
}

interface LoggedIn {
  readonly client: ImapFlow;
  /** The error event that ended the connection, if one did. */
  readonly broken: () => Error | undefined;
}

async function logIn(visit: Visit): Promise<LoggedIn> {
  const { ctx, account, signal } = visit;
  const { host, port } = account;
  const addresses = await addressesOf(visit);
  const secured = await libraryTls(visit, "imap");
  const pass = await passOf(visit);
  let failure: unknown = new Error(`${host} has no address`);
  let last: ImapFlow | undefined;
  for (const address of addresses) {
    signal.throwIfAborted();
    let broken: Error | undefined;
    const tunnel = await tunnelOf(visit);
    const door = tunnel && (await openDoor(tunnel));
    const client = (last = await createClient(account, {
      address: door?.host ?? address,
      port: door?.port ?? port,
      secured,
      pass,
    }));
    // Without a listener a reset or a frozen server ends the process.
    client.on("error", (error: Error) => {
      broken ??= error;
    });
    const close = (): void => client.close();
    signal.addEventListener("abort", close, { once: true });
    try {
      await client.connect();
      ctx.note(`imap ${host}:${port} at ${address}: logged in as ${account.user}`);
      return { client, broken: () => broken };
    } catch (error) {
      client.close();
      door?.close();
      signal.throwIfAborted();
      failure = error;
      if (!isConnectError(error)) break;
    } finally {
      signal.removeEventListener("abort", close);
    }
  }
  throw await loginError(asError(failure), visit, { client: last, pass });
}

interface Way {
  readonly address: string;
  readonly port: number;
  readonly secured: ConnectionOptions;
  readonly pass: Pass;
}

async function createClient(account: Account, { address, port, secured, pass }: Way): Promise<ImapFlow> {
  const { security, user, limits } = account;
  const { ImapFlow } = await import("imapflow");
  return new ImapFlow({
    host: address,
    port,
    secure: security === "tls",
    // Unset, and with no STARTTLS offered, it would send the password in clear.
    ...(security === "starttls" ? { doSTARTTLS: true } : {}),
    tls: secured,
    auth: { user, ...("token" in pass ? { accessToken: pass.token } : { pass: pass.password }) },
    clientInfo: { name: "Mailvigil", vendor: "Mailvigil" },
    disableAutoIdle: true,
    disableAutoEnable: true,
    disableCompression: true,
    // Servers that answer SEARCH wrongly as IMAP4rev2 exist (MailKit #2016).
    disableIMAP4rev2: true,
    connectionTimeout: (limits.connect + limits.tls) * 1000,
    greetingTimeout: limits.greeting * 1000,
    socketTimeout: patience(limits) * 1000,
    maxLineLength: maxResponse,
    maxLiteralSize: maxResponse,
    maxResponseSize: 2 * maxResponse,
    logger: false,
  });
}

const textOf = (error: Error, key: string): string => {
  const value: unknown = Reflect.get(error, key);
  return typeof value === "string" ? value : "";
};

async function loginError(
  error: Error,
  visit: Visit,
  { client, pass }: { readonly client: ImapFlow | undefined; readonly pass: Pass },
): Promise<Error> {
  const { account, ctx } = visit;
  const answer = textOf(error, "response") || textOf(error, "responseText") || error.message;
  ctx.note(`imap ${account.host}:${account.port}: ${answer}`);
  // Its words where the server has none of the ways that a token is sent in.
  const noWay = error.message === "Unsupported authentication mechanism";
  if (noWay || ("authenticationFailed" in error && error.authenticationFailed === true)) {
    const answered = textOf(error, "response") !== "";
    const code = knownRejection(answer, account.provider) ?? imapRefusal(textOf(error, "serverResponseCode"));
    const told = "oauthError" in error ? [challengeWords(error.oauthError)] : [];
    const reason = [quoted(answer), ...told].filter(Boolean).join(", ");
    return new SessionError(answer, [refusedLogin(answered ? code : undefined, { account, pass }, reason)], error);
  }
  return new SessionError(answer, await diagnose(visit, "imap", howItBroke(error, account, client)), error);
}

/** What went wrong between login and logout. */
function sessionError(error: Error, { account, ctx }: Visit, client: ImapFlow): Error {
  if (error instanceof SessionError) return error;
  const { host, port } = account;
  const refused = textOf(error, "responseStatus");
  const reason = textOf(error, "responseText") || client.byeReason || error.message;
  const command = commandOf(error);
  ctx.note(`imap ${host}:${port}: ${command}: ${reason}`);
  if (refused !== "" && knownRejection(reason, account.provider) === "login-limited") {
    // Exchange Online throttles any command: nothing is broken, it is asked too often.
    return new SessionError(
      reason,
      [{ code: "login-limited", data: { host, port, user: account.user, reason: quoted(reason) } }],
      error,
    );
  }
  if (refused !== "") {
    const data = { phase: "command", host, port, command, reason: quoted(`${refused} ${reason}`) };
    return new SessionError(reason, [{ code: "command-refused", data }], error);
  }
  // What imapflow throws without a code of its own is a bug, here or there: not the server's.
  if (!("code" in error) && client.usable) return error;
  return new SessionError(reason, [howItBroke(error, account, client)], error);
}

const commandOf = (error: Error): string =>
  textOf(error, "executedCommand").replace(/^\S+ /, "").split(" ", 1)[0] || textOf(error, "command") || "FETCH";

function howItBroke(error: Error, account: Account, client: ImapFlow | undefined): SessionFinding {
  const command = commandOf(error);
  const farewell = client?.byeReason;
  if (farewell) return brokenOff("session-ended", account, { command, reason: quoted(farewell) });
  const about = { command, reason: error instanceof DialError ? error.message : quoted(error.message) };
  if (textOf(error, "code") !== "ETIMEOUT") return brokenOff("connection-lost", account, about);
  return brokenOff("command-timeout", account, { ...about, seconds: patience(account.limits) });
}

/** imapflow has one limit for all silence, the greeting's included. */
const patience = ({ greeting, command }: Account["limits"]): number => Math.max(greeting, command);

/** Coremail (NetEase) opens no folder for those who have not said after the login which program they are. */
async function sendId(client: ImapFlow): Promise<void> {
  const run: unknown = Reflect.get(client, "run");
  if (typeof run === "function") await Reflect.apply(run, client, ["ID", { name: "Mailvigil", vendor: "Mailvigil" }]);
}

const uses: Readonly<Record<string, FolderUse>> = {
  "\\Inbox": "inbox",
  "\\Junk": "junk",
  "\\All": "all",
  "\\Sent": "sent",
  "\\Trash": "trash",
};

/** Zoho sends the flags of RFC 6154 and does not say that it can; imapflow then goes by the name alone. */
const useOf = (flags: ReadonlySet<string>): FolderUse =>
  Object.entries(uses).find(([flag]) => flag !== "\\Inbox" && flags.has(flag))?.[1] ?? "other";

function mailboxOf(client: ImapFlow): Mailbox {
  let openedAt = 1;
  const read = async (uids: string, headers: readonly string[], from: number): Promise<readonly Envelope[]> => {
    const envelopes: Envelope[] = [];
    for await (const mail of client.fetch(uids, { uid: true, internalDate: true, headers: [...headers] }, { uid: true })) {
      // "n:*" names the last mail even where its UID is below n (RFC 9051 section 9, seq-range).
      if (mail.uid < from) continue;
      const at = mail.internalDate === undefined ? Number.NaN : new Date(mail.internalDate).getTime();
      envelopes.push({ uid: mail.uid, receivedAt: Number.isFinite(at) ? at : 0, headers: readHeaders(mail.headers) });
      if (envelopes.length >= maxEnvelopes) break;
    }
    return envelopes;
  };
  const open = async (path: string, readOnly: boolean): Promise<OpenFolder> => {
    const { uidValidity, uidNext } = await client.mailboxOpen(path, { readOnly });
    // Declared, and left out by servers that do not know it (RFC 3501 section 6.3.1): then everything may be new.
    openedAt = Number.isSafeInteger(uidNext) ? uidNext : 1;
    return { uidValidity: String(uidValidity), uidNext: openedAt };
  };
  return {
    folders: async () => {
      // Whether somebody has subscribed to them is of no interest: one command less where LIST does not tell it (imapflow's own latch).
      Reflect.set(client, "skipLsub", true);
      const listed = await client.list();
      return listed
        .slice(0, maxFoldersListed)
        .filter(({ flags }) => !flags.has("\\Noselect"))
        .map(({ path, specialUse, flags }) => ({ path, use: uses[specialUse ?? ""] ?? useOf(flags) }));
    },
    examine: (path) => open(path, true),
    envelopesFrom: async (uid, headers) => {
      const { mailbox } = client;
      if (mailbox === false || mailbox.exists === 0) return [];
      const from = Math.max(1, uid, openedAt - maxEnvelopes);
      return read(`${from}:*`, headers, from);
    },
    envelopesBefore: async (before, header, headers) => {
      const found = await client.search({ header: { [header]: true }, before }, { uid: true });
      const uids = Array.isArray(found) ? found.slice(-maxEnvelopes) : [];
      return uids.length === 0 ? [] : read(uids.join(","), headers, 1);
    },
    top: async (uid, bytes) => {
      try {
        const mail = await client.fetchOne(String(uid), { source: { start: 0, maxLength: bytes } }, { uid: true });
        return (mail && mail.source?.subarray(0, bytes).toString("latin1")) || "";
      } catch (error) {
        // Refused: a mail is delivered also where nobody may look into it.
        if (textOf(asError(error), "responseStatus") === "") throw error;
        return "";
      }
    },
    remove: async (path, uidValidity, uids, trash) => {
      if (uids.length === 0) return true;
      // SELECT, the only time: nothing can be removed from a folder that is open for reading.
      const opened = await open(path, false);
      if (opened.uidValidity !== uidValidity) return false;
      const range = uids.join(",");
      // Gmail's EXPUNGE only archives.
      if (client.capabilities.has("X-GM-EXT-1") && trash !== undefined && path !== trash) {
        return (await client.messageMove(range, trash, { uid: true })) !== false;
      }
      if (client.capabilities.has("UIDPLUS")) return client.messageDelete(range, { uid: true });
      await client.messageFlagsAdd(range, ["\\Deleted"], { uid: true });
      const marked = await client.search({ deleted: true }, { uid: true });
      // Where it does not even show ours, SEARCH is wrong (MailKit #2016), and EXPUNGE could take anybody's.
      const known = Array.isArray(marked) && uids.every((uid) => marked.includes(uid)) ? marked : undefined;
      return known?.length === uids.length ? client.messageDelete(range, { uid: true }) : false;
    },
  };
}

function readHeaders(bytes: Buffer | undefined): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  const lines = (bytes?.toString("utf8") ?? "").replaceAll(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  for (const line of lines) {
    const colon = line.indexOf(":");
    // The first of several counts: mail servers put theirs on top.
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}
