import { type Connection, DialError, type Phase } from "../model/connection.ts";
import { quoted } from "../model/text.ts";
import { type Bearer, challengeReason, shownBearer } from "./bearer.ts";
import type { Step } from "./session-findings.ts";

/** One reply of the server; `ok` is undefined where it is no POP3. */
export interface Pop3Reply {
  readonly ok: boolean | undefined;
  /** The response code in upper case (RFC 2449 section 8, RFC 3206): `AUTH`, `SYS/TEMP`, `IN-USE`; empty without one. */
  readonly code: string;
  readonly text: string;
}

/** Capability ▶ what stands behind it, in upper case (RFC 2449 section 5). */
export type Pop3Capabilities = ReadonlyMap<string, readonly string[]>;

/** The few commands that a login by POP3 needs (RFC 1939, 2449, 2595, 5034). Nothing is fetched, nothing is deleted. */
export interface Pop3 {
  /** What it is waiting for, or waited for last. */
  readonly step: Step;
  /** Why the last command was refused, if it was: a server that then hangs up has said why. */
  readonly farewell: string | undefined;
  greeting(timeoutMs: number): Promise<Pop3Reply>;
  /** CAPA; undefined where the server does not know it. */
  capabilities(): Promise<Pop3Capabilities | undefined>;
  /** STLS. After +OK the caller starts TLS. */
  startTls(): Promise<Pop3Reply>;
  /** USER and PASS; the answer to the one that was refused, else to PASS. */
  login(user: string, password: string): Promise<Pop3Reply>;
  /** AUTH PLAIN (RFC 4616, RFC 5034), in one go where the line is short enough. */
  authenticatePlain(user: string, password: string): Promise<Pop3Reply>;
  /** AUTH by an access token. `challenge`: the error that the server told before its refusal, in words for a reason. */
  authenticateBearer(user: string, bearer: Bearer): Promise<Pop3Reply & { readonly challenge: string | undefined }>;
  /** How many mails there are, and how many bytes. */
  stat(): Promise<Pop3Reply & { readonly mails: number | undefined; readonly bytes: number | undefined }>;
  /** Says good-bye and waits at most 2 s for the answer; never throws. Without DELE nothing is removed by it. */
  quit(): Promise<void>;
}

const maxLines = 128;
const quitTimeoutMs = 2_000;
/** RFC 2449 section 4: with the CRLF. */
const longestCommand = 255;

interface Pop3Options {
  readonly commandTimeoutMs: number;
  /** Told every line that came, and every command that was sent, without secrets. */
  readonly note: (line: string) => void;
}

export function createPop3(connection: Connection, { commandTimeoutMs, note }: Pop3Options): Pop3 {
  let step: Step = { phase: "greeting", command: "greeting" };
  let farewell: string | undefined;

  const read = async (timeoutMs: number): Promise<string> => {
    const line = await connection.readLine(timeoutMs);
    note(`S: ${line}`);
    return line;
  };
  const readReply = async (): Promise<Pop3Reply> => {
    const reply = parseReply(await read(commandTimeoutMs));
    farewell = reply.ok === false ? pop3Reason(reply) : undefined;
    return reply;
  };
  const send = (words: string, shown = words, phase: Phase = "command"): Promise<Pop3Reply> => {
    step = { phase, command: shown.split(" ", 1)[0] ?? shown };
    note(`C: ${shown}`);
    connection.write(`${words}\r\n`);
    return readReply();
  };

  return {
    get step() {
      return step;
    },
    get farewell() {
      return farewell;
    },
    greeting: async (timeoutMs) => parseReply(await read(timeoutMs)),
    capabilities: async () => {
      const end = performance.now() + commandTimeoutMs;
      if ((await send("CAPA")).ok !== true) return undefined;
      const capabilities = new Map<string, readonly string[]>();
      for (let lines = 0; ; lines += 1) {
        const line = await read(Math.max(1, end - performance.now()));
        if (line === ".") return capabilities;
        if (lines >= maxLines) {
          const { remote } = connection;
          const what = `more than ${maxLines} lines in answer to one command`;
          throw new DialError(`${remote}: ${what}`, { phase: "command", failure: "too-long", remote });
        }
        const [name = "", ...more] = line.toUpperCase().split(" ").filter(Boolean);
        capabilities.set(name, more);
      }
    },
    startTls: () => send("STLS"),
    login: async (user, password) => {
      assertOneLine(user, password);
      const named = await send(`USER ${user}`, `USER ${user}`, "auth");
      return named.ok === true ? send(`PASS ${password}`, "PASS [password]", "auth") : named;
    },
    authenticatePlain: async (user, password) => {
      const response = Buffer.from(`\0${user}\0${password}`).toString("base64");
      const shown = `AUTH PLAIN (${user}, [password])`;
      const whole = `AUTH PLAIN ${response}`;
      if (whole.length + 2 <= longestCommand) return send(whole, shown, "auth");
      const asked = await send("AUTH PLAIN", shown, "auth");
      if (!asked.text.startsWith("+")) return asked;
      connection.write(`${response}\r\n`);
      return readReply();
    },
    authenticateBearer: async (user, bearer) => {
      const { mechanism, message, acknowledge } = bearer;
      // A token never fits into one command.
      const waiting = [message, acknowledge];
      let challenge: string | undefined;
      let answer = await send(`AUTH ${mechanism}`, `AUTH ${shownBearer(bearer, user)}`, "auth");
      for (let next = waiting.shift(); answer.text.startsWith("+") && next !== undefined; next = waiting.shift()) {
        challenge = challengeReason(answer.text.slice(1).trim()) ?? challenge;
        connection.write(`${next}\r\n`);
        answer = await readReply();
      }
      return { ...answer, challenge };
    },
    stat: async () => {
      const reply = await send("STAT");
      // What stands behind the two numbers is not specified (RFC 1939 section 5).
      const [, mails, bytes] = /^(\d{1,15}) (\d{1,15})(?: |$)/.exec(reply.text) ?? [];
      return {
        ...reply,
        mails: mails === undefined ? undefined : Number(mails),
        bytes: bytes === undefined ? undefined : Number(bytes),
      };
    },
    quit: async () => {
      if (!connection.open) return;
      step = { phase: "logout", command: "QUIT" };
      try {
        connection.write("QUIT\r\n");
        await read(Math.min(quitTimeoutMs, commandTimeoutMs));
      } catch {
        // It has already gone: nothing is left to say good-bye to.
      }
    },
  };
}

/** `+OK text`, `-ERR [IN-USE] text`; `+ …` asks for more, and is no reply. */
export function parseReply(line: string): Pop3Reply {
  const match = /^(\+OK|-ERR)(?:\s+|$)(?:\[([^\]]{1,64})\]\s*)?(.*)$/s.exec(line);
  if (match === null) return { ok: undefined, code: "", text: line };
  return { ok: match[1] === "+OK", code: (match[2] ?? "").toUpperCase(), text: match[3] ?? "" };
}

/** Why, in the server's words, with its code. */
export function pop3Reason({ ok, code, text }: Pop3Reply): string {
  if (ok === undefined) return quoted(text);
  return quoted([ok ? "+OK" : "-ERR", code === "" ? "" : `[${code}]`, text].filter((part) => part !== "").join(" "));
}

/** A line break would end the command and begin another. */
function assertOneLine(...words: readonly string[]): void {
  // oxlint-disable-next-line no-control-regex -- these are what it looks for
  if (words.some((word) => /[\0\r\n]/.test(word))) {
    throw new Error("A login name or password with a line break or a NUL character cannot be sent by POP3");
  }
}
