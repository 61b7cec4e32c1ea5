import { type Connection, DialError, type Phase } from "../model/connection.ts";
import { quoted } from "../model/text.ts";
import { type Bearer, challengeReason, shownBearer } from "./bearer.ts";
import { decodeText } from "./decode.ts";
import type { Step } from "./session-findings.ts";

/** One response of the server. Literals have been put in place, in quotes. */
export interface ImapLine {
  /** The status word in upper case: OK, NO, BAD, BYE, PREAUTH, or another untagged word. */
  readonly word: string;
  /** The response code without its brackets, e.g. `CAPABILITY IMAP4rev1`; empty without one. */
  readonly code: string;
  readonly text: string;
}

export interface ImapAnswer extends ImapLine {
  readonly untagged: readonly ImapLine[];
}

/** The few commands that a login needs (RFC 9051, RFC 3501), over a connection that is open. */
export interface Imap {
  /** What it is waiting for, or waited for last. */
  readonly step: Step;
  /** The reason of the server's BYE, once it has said so. */
  readonly farewell: string | undefined;
  /** Reads the greeting: OK, PREAUTH or BYE; any other word is no IMAP server. */
  greeting(timeoutMs: number): Promise<ImapLine>;
  /** What the server can, in upper case: from its last CAPABILITY, asked for if it has not said so. */
  capabilities(): Promise<ReadonlySet<string>>;
  /** The tagged answer to STARTTLS. After OK the caller starts TLS; what was known about capabilities is forgotten. */
  startTls(): Promise<ImapAnswer>;
  /** LOGIN, any bytes of the password quoted or sent as a literal (RFC 9051 section 4.3). */
  login(user: string, password: string): Promise<ImapAnswer>;
  /** AUTHENTICATE PLAIN (RFC 4616), in one go where the server can (SASL-IR, RFC 4959). */
  authenticatePlain(user: string, password: string): Promise<ImapAnswer>;
  /** AUTHENTICATE by an access token. `challenge`: the error that the server told before its NO, in words for a reason. */
  authenticateBearer(user: string, bearer: Bearer): Promise<ImapAnswer & { readonly challenge: string | undefined }>;
  /** ID (RFC 2971), with no more than the product's name. */
  id(): Promise<ImapAnswer>;
  /** Opens a folder for reading only: no flag changes, no \Recent is taken. */
  examine(folder: string): Promise<ImapAnswer>;
  /** A command without a secret, as it is. `lines`: so many are expected, and evidence holds only how many came. */
  command(words: string, lines?: number): Promise<ImapAnswer>;
  /** Says good-bye and waits at most 2 s for the answer; never throws. */
  logout(): Promise<void>;
}

const maxLiteral = 64 * 1024;
const maxUntagged = 1_000;
const maxAnswer = 8 * 1024 * 1024;
const logoutTimeoutMs = 2_000;

interface ImapOptions {
  readonly commandTimeoutMs: number;
  /** Told every line that came, and every command that was sent, without secrets. */
  readonly note: (line: string) => void;
}

export function createImap(connection: Connection, { commandTimeoutMs, note }: ImapOptions): Imap {
  let count = 0;
  let known: string | undefined;
  let step: Step = { phase: "greeting", command: "the greeting" };
  let farewell: string | undefined;

  const learn = (line: ImapLine): void => {
    if (line.word === "BYE") farewell = reasonOf(line);
    const said = line.word === "CAPABILITY" ? line.text : /^CAPABILITY (.*)$/i.exec(line.code)?.[1];
    if (said !== undefined) known = said;
  };

  /** A whole response: literals are read and put where they belong. */
  const readResponse = async (timeoutMs: number): Promise<string> => {
    let response = await connection.readLine(timeoutMs);
    let literals = 0;
    for (;;) {
      const size = /\{(\d+)\+?\}$/.exec(response)?.[1];
      if (size === undefined) return response;
      const bytes = Number(size);
      literals += bytes;
      if (literals > maxLiteral || !Number.isSafeInteger(bytes))
        throw tooMuch(connection, `literals of more than ${maxLiteral} bytes`);
      const literal = decodeText(await connection.readBytes(bytes, timeoutMs));
      const rest = await connection.readLine(timeoutMs);
      response = `${response.slice(0, response.lastIndexOf("{"))}${inQuotes(literal)}${rest}`;
      if (response.length > 2 * maxLiteral) throw tooMuch(connection, "a response without end");
    }
  };

  const collect = async (tag: string, onContinue: (said: string) => void, expected?: number): Promise<ImapAnswer> => {
    const untagged: ImapLine[] = [];
    const most = expected ?? maxUntagged;
    let size = 0;
    let continued = 0;
    // The server has this long for the whole answer, not for each line of it.
    const end = performance.now() + commandTimeoutMs;
    for (;;) {
      const response = await readResponse(Math.max(1, end - performance.now()));
      const ending = response.startsWith(`${tag} `);
      if (expected === undefined || ending) note(`S: ${response}`);
      if (ending && expected !== undefined) note(`S: (${untagged.length} lines)`);
      if (response.startsWith("+")) {
        continued += 1;
        if (continued > maxUntagged) throw tooMuch(connection, `more than ${maxUntagged} lines in answer to one command`);
        onContinue(response.slice(1).trim());
        continue;
      }
      const space = response.indexOf(" ");
      const line = parseLine(response.slice(space + 1));
      learn(line);
      if (ending) return { ...line, untagged };
      untagged.push(line);
      size += response.length;
      if (untagged.length > most || size > maxAnswer)
        throw tooMuch(connection, `more than ${most} lines in answer to one command`);
    }
  };

  /** Sends the first part; each further one when the server asks for it (`+`). `shown` is what evidence may hold. */
  const command = (
    shown: string,
    parts: readonly string[],
    phase: Phase = "command",
    { expected, onContinue }: { readonly expected?: number | undefined; readonly onContinue?: (said: string) => void } = {},
  ): Promise<ImapAnswer> => {
    count += 1;
    const tag = `m${count}`;
    step = { phase, command: shown.split(" ", 1)[0] ?? shown };
    note(`C: ${tag} ${shown}`);
    const waiting = [`${tag} ${parts[0] ?? ""}`, ...parts.slice(1)];
    const sendNext = (said: string): void => {
      onContinue?.(said);
      const next = waiting.shift();
      if (next !== undefined) connection.write(next);
    };
    sendNext("");
    return collect(tag, sendNext, expected);
  };
  const simple = (words: string, expected?: number): Promise<ImapAnswer> =>
    command(words, [`${words}\r\n`], "command", { expected });

  const imap: Imap = {
    get step() {
      return step;
    },
    get farewell() {
      return farewell;
    },
    greeting: async (timeoutMs) => {
      const response = await readResponse(timeoutMs);
      note(`S: ${response}`);
      const line = response.startsWith("* ") ? parseLine(response.slice(2)) : { word: "", code: "", text: response };
      learn(line);
      return line;
    },
    capabilities: async () => {
      if (known === undefined) await simple("CAPABILITY");
      return new Set((known ?? "").toUpperCase().split(" ").filter(Boolean));
    },
    startTls: async () => {
      const answer = await simple("STARTTLS");
      known = undefined;
      return answer;
    },
    login: async (user, password) => {
      const can = await imap.capabilities();
      const parts = joinLiterals("LOGIN", [user, password], can.has("LITERAL+") || can.has("LITERAL-"));
      known = undefined;
      return command(`LOGIN ${user} [password]`, parts, "auth");
    },
    authenticatePlain: async (user, password) => {
      const initial = (await imap.capabilities()).has("SASL-IR");
      const response = Buffer.from(`\0${user}\0${password}`).toString("base64");
      known = undefined;
      const parts = initial ? [`AUTHENTICATE PLAIN ${response}\r\n`] : ["AUTHENTICATE PLAIN\r\n", `${response}\r\n`];
      // Asked for more, we have no more: "*" ends the exchange with BAD (RFC 9051 section 6.2.2).
      return command(`AUTHENTICATE PLAIN (${user}, [password])`, [...parts, "*\r\n"], "auth");
    },
    authenticateBearer: async (user, bearer) => {
      const { mechanism, message, acknowledge } = bearer;
      const initial = (await imap.capabilities()).has("SASL-IR");
      known = undefined;
      let challenge: string | undefined;
      const parts = initial ? [`AUTHENTICATE ${mechanism} ${message}\r\n`] : [`AUTHENTICATE ${mechanism}\r\n`, `${message}\r\n`];
      const answer = await command(
        `AUTHENTICATE ${shownBearer(bearer, user)}`,
        [...parts, `${acknowledge}\r\n`, "*\r\n"],
        "auth",
        {
          onContinue: (said) => {
            challenge = challengeReason(said) ?? challenge;
          },
        },
      );
      return { ...answer, challenge };
    },
    id: () => simple('ID ("name" "Mailvigil" "vendor" "Mailvigil")'),
    examine: (folder) => simple(`EXAMINE ${astring(folder)}`),
    command: simple,
    logout: async () => {
      if (!connection.open) return;
      step = { phase: "logout", command: "LOGOUT" };
      try {
        connection.write(`m${count + 1} LOGOUT\r\n`);
        const end = performance.now() + Math.min(logoutTimeoutMs, commandTimeoutMs);
        // BYE, the tagged OK, and whatever the server had to say before.
        for (let lines = 0; lines < 20; lines += 1) {
          const left = end - performance.now();
          if (left <= 0 || (await readResponse(left)).startsWith(`m${count + 1} `)) return;
        }
      } catch {
        // It has already gone: nothing is left to say good-bye to.
      }
    },
  };
  return imap;
}

/** Why, in the server's words, with its code. */
export const reasonOf = ({ word, code, text }: ImapLine): string =>
  quoted([word, code === "" ? "" : `[${code}]`, text].filter((part) => part !== "").join(" "));

const tooMuch = (connection: Connection, what: string): DialError =>
  new DialError(`${connection.remote}: ${what}`, { phase: "command", failure: "too-long", remote: connection.remote });

/** `OK [CODE args] text`, `CAPABILITY …`, `3 EXISTS`. */
export function parseLine(text: string): ImapLine {
  const match = /^(\S+)(?: ?\[([^\]]*)\])?(?: (.*))?$/s.exec(text);
  return { word: (match?.[1] ?? text).toUpperCase(), code: match?.[2] ?? "", text: match?.[3] ?? "" };
}

export const inQuotes = (text: string): string => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;

/** Only these are safe between quotes with every server: RFC 3501 knows no others there. */
export const quotable = /^[\x20-\x7e]*$/;

const astring = (text: string): string => (/^[A-Za-z0-9.@_-]+$/.test(text) ? text : inQuotes(text));

/**
 * A command with its arguments, in the parts that are sent one after the other: what cannot be quoted becomes a literal,
 * before which a server without LITERAL+ (RFC 7888) has to be waited for.
 * @throws Error for an argument with a NUL, which no IMAP string can hold
 */
export function joinLiterals(verb: string, args: readonly string[], withoutWaiting: boolean): readonly string[] {
  const parts = [verb];
  for (const arg of args) {
    if (arg.includes("\0")) throw new Error("A login name or password with a NUL character cannot be sent by IMAP");
    const last = parts.length - 1;
    if (quotable.test(arg)) {
      parts[last] += ` ${inQuotes(arg)}`;
      continue;
    }
    const size = Buffer.byteLength(arg);
    // LITERAL- allows no more than 4096 bytes unasked.
    if (withoutWaiting && size <= 4096) {
      parts[last] += ` {${size}+}\r\n${arg}`;
    } else {
      parts[last] += ` {${size}}\r\n`;
      parts.push(arg);
    }
  }
  parts[parts.length - 1] += "\r\n";
  return parts;
}
