import { type Connection, DialError, type Phase } from "../model/connection.ts";
import { quoted } from "../model/text.ts";
import { type Bearer, challengeReason, shownBearer } from "./bearer.ts";
import type { Step } from "./session-findings.ts";

/** A whole reply of the server, its lines joined by a space. */
export interface SmtpReply {
  readonly status: number;
  /** Enhanced status code (RFC 3463), `5.7.8`; empty without one. */
  readonly enhanced: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** The few commands that a submission login needs (RFC 5321, 3207, 4954), over a connection that is open. No message is sent. */
export interface Smtp {
  /** What it is waiting for, or waited for last. */
  readonly step: Step;
  greeting(timeoutMs: number): Promise<SmtpReply>;
  /** EHLO, as mail programs without a public name say it: by an address literal (RFC 5321 section 4.1.3). */
  ehlo(): Promise<SmtpReply & { readonly extensions: ReadonlyMap<string, readonly string[]> }>;
  startTls(): Promise<SmtpReply>;
  /** One line without a secret, as it is. */
  command(line: string): Promise<SmtpReply>;
  authPlain(user: string, password: string): Promise<SmtpReply>;
  /** AUTH LOGIN: never standardised, and all that some servers offer. */
  authLogin(user: string, password: string): Promise<SmtpReply>;
  /** AUTH by an access token. `challenge`: the error that the server told before its refusal, in words for a reason. */
  authBearer(user: string, bearer: Bearer): Promise<SmtpReply & { readonly challenge: string | undefined }>;
  /** Says good-bye and waits at most 2 s for the answer; never throws. */
  quit(): Promise<void>;
}

const maxLines = 128;
/** RFC 5321 section 4.5.3.1.4, with the CRLF; what is longer is sent when it is asked for (RFC 4954 section 4). */
const longestCommand = 512;
const quitTimeoutMs = 2_000;

interface SmtpOptions {
  readonly commandTimeoutMs: number;
  /** Told every line that came, and every command that was sent, without secrets. */
  readonly note: (line: string) => void;
}

export function createSmtp(connection: Connection, { commandTimeoutMs, note }: SmtpOptions): Smtp {
  let step: Step = { phase: "greeting", command: "the greeting" };

  const readReply = async (timeoutMs: number): Promise<SmtpReply> => {
    const end = performance.now() + timeoutMs;
    const lines: string[] = [];
    for (;;) {
      const line = await connection.readLine(Math.max(1, end - performance.now()));
      note(`S: ${line}`);
      const match = /^(\d{3})([ -]|$)(.*)$/s.exec(line);
      lines.push(match?.[3] ?? line);
      // What is no SMTP at all is a reply of status 0: the caller says so.
      if (match === null) return reply(0, lines);
      if (match[2] !== "-") return reply(Number(match[1]), lines);
      if (lines.length >= maxLines) {
        const { remote } = connection;
        throw new DialError(`${remote}: a reply of more than ${maxLines} lines`, {
          phase: "command",
          failure: "too-long",
          remote,
        });
      }
    }
  };

  const send = (words: string, shown = words, phase: Phase = "command"): Promise<SmtpReply> => {
    step = { phase, command: shown.split(" ", 1)[0] ?? shown };
    note(`C: ${shown}`);
    connection.write(`${words}\r\n`);
    return readReply(commandTimeoutMs);
  };

  return {
    get step() {
      return step;
    },
    greeting: (timeoutMs) => readReply(timeoutMs),
    ehlo: async () => {
      const answer = await send("EHLO [127.0.0.1]");
      return { ...answer, extensions: extensionsOf(answer.lines) };
    },
    startTls: () => send("STARTTLS"),
    command: (line) => send(line),
    authPlain: (user, password) => {
      const response = Buffer.from(`\0${user}\0${password}`).toString("base64");
      return send(`AUTH PLAIN ${response}`, `AUTH PLAIN (${user}, [password])`, "auth");
    },
    authLogin: async (user, password) => {
      const steps = [Buffer.from(user).toString("base64"), Buffer.from(password).toString("base64")];
      const shown = [user, "[password]"];
      let answer = await send("AUTH LOGIN", "AUTH LOGIN", "auth");
      for (let i = 0; i < steps.length && answer.status === 334; i += 1) {
        note(`C: (${shown[i]})`);
        connection.write(`${steps[i]}\r\n`);
        answer = await readReply(commandTimeoutMs);
      }
      return answer;
    },
    authBearer: async (user, bearer) => {
      const { mechanism, message, acknowledge } = bearer;
      const shown = `AUTH ${shownBearer(bearer, user)}`;
      const whole = `AUTH ${mechanism} ${message}`;
      const parts = whole.length + 2 <= longestCommand ? [whole] : [`AUTH ${mechanism}`, message];
      const waiting = [...parts.slice(1), acknowledge];
      let challenge: string | undefined;
      let answer = await send(parts[0] ?? whole, shown, "auth");
      for (let next = waiting.shift(); answer.status === 334 && next !== undefined; next = waiting.shift()) {
        challenge = challengeReason(answer.text) ?? challenge;
        connection.write(`${next}\r\n`);
        answer = await readReply(commandTimeoutMs);
      }
      return { ...answer, challenge };
    },
    quit: async () => {
      if (!connection.open) return;
      step = { phase: "logout", command: "QUIT" };
      try {
        connection.write("QUIT\r\n");
        await readReply(Math.min(quitTimeoutMs, commandTimeoutMs));
      } catch {
        // It has already gone: nothing is left to say good-bye to.
      }
    },
  };
}

function reply(status: number, lines: readonly string[]): SmtpReply {
  const enhanced = /^([245]\.\d{1,3}\.\d{1,3})\b/.exec(lines[0] ?? "")?.[1] ?? "";
  return { status, enhanced, text: lines.join(" "), lines };
}

/** Why, in the server's words, with its code. */
export const replyReason = ({ status, text }: SmtpReply): string => quoted(status === 0 ? text : `${status} ${text}`.trim());

/** Keyword ▶ parameters, in upper case. `AUTH=LOGIN` is how servers wrote it before RFC 2554; both forms add up. */
export function extensionsOf(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const extensions = new Map<string, readonly string[]>();
  for (const line of lines.slice(1)) {
    const [keyword = "", ...parameters] = line
      .toUpperCase()
      .replace(/^AUTH=/, "AUTH ")
      .split(/\s+/)
      .filter(Boolean);
    if (keyword !== "") extensions.set(keyword, [...(extensions.get(keyword) ?? []), ...parameters]);
  }
  return extensions;
}
