import type { Connection } from "../model/connection.ts";
import { quoted } from "../model/text.ts";
import { createImap } from "./imap.ts";
import { createSmtp } from "./smtp.ts";

export const startTlsProtocols = ["imap", "smtp", "pop3"] as const;
export type StartTlsProtocol = (typeof startTlsProtocols)[number];

/** `missing`: the server does not offer it; a text: it refused, in its own words. */
export type StartTlsAnswer =
  | { readonly kind: "ready" }
  | { readonly kind: "missing" }
  | { readonly kind: "refused"; readonly reason: string };

const greetingTimeoutMs = 30_000;
const commandTimeoutMs = 15_000;

/**
 * Asks a server that has just been connected to for TLS, up to where the handshake would begin.
 * @throws DialError when it does not answer
 */
export function askForTls(
  protocol: StartTlsProtocol,
  connection: Connection,
  note: (line: string) => void,
): Promise<StartTlsAnswer> {
  return dialogues[protocol](connection, note);
}

const ready: StartTlsAnswer = { kind: "ready" };
const missing: StartTlsAnswer = { kind: "missing" };
const refused = (words: string): StartTlsAnswer => ({ kind: "refused", reason: quoted(words) });

const dialogues: Record<StartTlsProtocol, (connection: Connection, note: (line: string) => void) => Promise<StartTlsAnswer>> = {
  imap: async (connection, note) => {
    const imap = createImap(connection, { commandTimeoutMs, note });
    const greeting = await imap.greeting(greetingTimeoutMs);
    if (greeting.word !== "OK") return refused(`${greeting.word} ${greeting.text}`.trim());
    if (!(await imap.capabilities()).has("STARTTLS")) return missing;
    const answer = await imap.startTls();
    return answer.word === "OK" ? ready : refused(`${answer.word} ${answer.text}`.trim());
  },
  smtp: async (connection, note) => {
    const smtp = createSmtp(connection, { commandTimeoutMs, note });
    const greeting = await smtp.greeting(greetingTimeoutMs);
    if (greeting.status !== 220) return refused(greeting.text);
    const hello = await smtp.ehlo();
    if (hello.status !== 250) return refused(hello.text);
    if (!hello.extensions.has("STARTTLS")) return missing;
    const answer = await smtp.startTls();
    return answer.status === 220 ? ready : refused(answer.text);
  },
  // RFC 2595 section 4: STLS is refused by -ERR, whether it is unknown or not possible now.
  pop3: async (connection, note) => {
    const greeting = await connection.readLine(greetingTimeoutMs);
    note(`S: ${greeting}`);
    if (!greeting.startsWith("+OK")) return refused(greeting);
    note("C: STLS");
    connection.write("STLS\r\n");
    const answer = await connection.readLine(commandTimeoutMs);
    note(`S: ${answer}`);
    return answer.startsWith("+OK") ? ready : missing;
  },
};
