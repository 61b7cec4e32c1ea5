import { type Connection, DialError, type Phase } from "../model/connection.ts";
import { quoted } from "../model/text.ts";
import { type Bearer, challengeReason, shownBearer } from "./bearer.ts";
import { decodeText } from "./decode.ts";
import type { Step } from "./session-findings.ts";

/** The end of the server's answer to one command, and the lines of data before it (RFC 5804 section 1.2). */
export interface SieveAnswer {
  /** OK, NO or BYE; empty where it is no ManageSieve. */
  readonly word: string;
  /** The response code in upper case, without what stands behind it: `TRYLATER`, `QUOTA/MAXSIZE`. */
  readonly code: string;
  readonly text: string;
  readonly lines: readonly (readonly string[])[];
}

/** Capability in upper case ▶ its value (RFC 5804 section 1.7). */
export type SieveCapabilities = ReadonlyMap<string, string>;

/** What looking at the filters of one mailbox needs. No script is written, activated or removed. */
export interface ManageSieve {
  readonly step: Step;
  /** The reason of the server's BYE, once it has said so. */
  readonly farewell: string | undefined;
  /** What it can, and the end of its greeting. */
  greeting(timeoutMs: number): Promise<SieveAnswer>;
  startTls(): Promise<SieveAnswer>;
  /** What the server says by itself when TLS stands (RFC 5804 section 2.2). */
  afterTls(): Promise<SieveAnswer>;
  /** AUTHENTICATE PLAIN (RFC 4616) in one go. */
  authenticatePlain(user: string, password: string): Promise<SieveAnswer>;
  /** AUTHENTICATE by a token; `challenge` is the error that the server told before it refused it, in words. */
  authenticateBearer(user: string, bearer: Bearer): Promise<SieveAnswer & { readonly challenge: string | undefined }>;
  listScripts(): Promise<SieveAnswer & { readonly scripts: readonly { readonly name: string; readonly active: boolean }[] }>;
  getScript(name: string): Promise<SieveAnswer & { readonly script: string }>;
  /** Says good-bye and waits at most 2 s for the answer; never throws. */
  logout(): Promise<void>;
}

const maxLines = 200;
const maxLiteral = 256 * 1024;
const logoutTimeoutMs = 2_000;
/** A quoted string, a code in brackets, or an atom; a literal is put in its place before. */
const token = /\s*(?:"((?:[^"\\]|\\.)*)"|(\((?:[^()"]|"(?:[^"\\]|\\.)*")*\))|([^\s"()]+))/y;

interface Options {
  readonly commandTimeoutMs: number;
  /** Told every line that came, and every command that was sent, without secrets and without what is in a script. */
  readonly note: (line: string) => void;
}

export function createManageSieve(connection: Connection, { commandTimeoutMs, note }: Options): ManageSieve {
  let step: Step = { phase: "greeting", command: "the greeting" };
  let farewell: string | undefined;

  const tooMuch = (what: string): DialError =>
    new DialError(`${connection.remote}: ${what}`, { phase: "command", failure: "too-long", remote: connection.remote });

  /** One line with its literals, as what it holds. */
  const readLine = async (end: number): Promise<{ readonly line: string; readonly parts: readonly string[] }> => {
    const left = (): number => Math.max(1, end - performance.now());
    const first = await connection.readLine(left());
    note(`S: ${first}`);
    const parts: string[] = [];
    let literals = 0;
    for (let line = first; ;) {
      const size = /\{(\d{1,10})\+?\}$/.exec(line);
      parts.push(...partsOf(size ? line.slice(0, size.index) : line));
      if (size === null) return { line: first, parts };
      const bytes = Number(size[1]);
      literals += bytes;
      if (literals > maxLiteral) throw tooMuch(`literals of more than ${maxLiteral} bytes`);
      if (parts.length > maxLines) throw tooMuch(`more than ${maxLines} lines in answer to one command`);
      parts.push(bytes === 0 ? "" : decodeText(await connection.readBytes(bytes, left())));
      line = await connection.readLine(left());
    }
  };

  const readAnswer = async (timeoutMs: number, onData: (data: string) => void = () => undefined): Promise<SieveAnswer> => {
    const end = performance.now() + timeoutMs;
    const lines: (readonly string[])[] = [];
    for (;;) {
      const { line, parts } = await readLine(end);
      const word = /^(OK|NO|BYE)(?=[ ({"]|$)/i.exec(parts[0] ?? "")?.[1]?.toUpperCase();
      if (word !== undefined && !line.startsWith('"')) {
        const rest = parts.slice(1);
        const code = rest[0]?.startsWith("(") === true ? (/^\(([^\s)"]*)/.exec(rest.shift() ?? "")?.[1] ?? "") : "";
        const answer = { word, code: code.toUpperCase(), text: rest.join(" "), lines };
        if (word === "BYE") farewell = sieveReason(answer);
        return answer;
      }
      if (!/^["{]/.test(line) && lines.length === 0) return { word: "", code: "", text: line, lines };
      lines.push(parts);
      if (lines.length > maxLines) throw tooMuch(`more than ${maxLines} lines in answer to one command`);
      onData(parts[0] ?? "");
    }
  };

  const send = (
    words: string,
    shown = words,
    phase: Phase = "command",
    onData?: (data: string) => void,
  ): Promise<SieveAnswer> => {
    step = { phase, command: shown.split(" ", 1)[0] ?? shown };
    note(`C: ${shown}`);
    connection.write(`${words}\r\n`);
    return readAnswer(commandTimeoutMs, onData);
  };

  return {
    get step() {
      return step;
    },
    get farewell() {
      return farewell;
    },
    greeting: (timeoutMs) => readAnswer(timeoutMs),
    startTls: () => send("STARTTLS"),
    afterTls: () => readAnswer(commandTimeoutMs),
    authenticatePlain: (user, password) => {
      const response = Buffer.from(`\0${user}\0${password}`).toString("base64");
      // Asked for more, we have no more (RFC 5804 section 2.1).
      const cancel = (): void => connection.write('"*"\r\n');
      return send(`AUTHENTICATE "PLAIN" "${response}"`, `AUTHENTICATE PLAIN (${user}, [password])`, "auth", cancel);
    },
    authenticateBearer: async (user, bearer) => {
      const { mechanism, message, acknowledge } = bearer;
      let challenge: string | undefined;
      let answered = false;
      const acknowledged = (data: string): void => {
        challenge = challengeReason(data) ?? challenge;
        connection.write(answered ? '"*"\r\n' : `"${acknowledge}"\r\n`);
        answered = true;
      };
      // A token may be longer than what fits into quotes (RFC 5804 section 4: 1024 octets).
      const words = `AUTHENTICATE "${mechanism}" {${message.length}+}\r\n${message}`;
      const answer = await send(words, `AUTHENTICATE ${shownBearer(bearer, user)}`, "auth", acknowledged);
      return { ...answer, challenge };
    },
    listScripts: async () => {
      const answer = await send("LISTSCRIPTS");
      const scripts = answer.lines.map(([name = "", mark = ""]) => ({ name, active: mark.toUpperCase() === "ACTIVE" }));
      return { ...answer, scripts };
    },
    getScript: async (name) => {
      const size = Buffer.byteLength(name);
      const answer = await send(`GETSCRIPT {${size}+}\r\n${name}`, "GETSCRIPT");
      return { ...answer, script: answer.lines[0]?.[0] ?? "" };
    },
    logout: async () => {
      if (!connection.open) return;
      step = { phase: "logout", command: "LOGOUT" };
      try {
        connection.write("LOGOUT\r\n");
        await readAnswer(Math.min(logoutTimeoutMs, commandTimeoutMs));
      } catch {
        // It has already gone: nothing is left to say good-bye to.
      }
    },
  };
}

function partsOf(line: string): string[] {
  const parts: string[] = [];
  token.lastIndex = 0;
  for (let match = token.exec(line); match !== null; match = token.exec(line)) {
    const [, string, code, atom] = match;
    parts.push(string?.replaceAll(/\\(.)/g, "$1") ?? code ?? atom ?? "");
  }
  return parts;
}

export const capabilitiesIn = ({ lines }: SieveAnswer): SieveCapabilities =>
  new Map(lines.map(([name = "", value = ""]) => [name.toUpperCase(), value]));

/** Why, in the server's words, with its code. */
export const sieveReason = ({ word, code, text }: Pick<SieveAnswer, "word" | "code" | "text">): string =>
  quoted([word, code === "" ? "" : `(${code})`, text].filter((part) => part !== "").join(" "));
