import tls from "node:tls";
import type { ServerIdentity } from "./certificates.ts";
import { capabilities, ImapSession } from "./imap-session.ts";
import type { ImapWorld } from "./imap-session.ts";
import { listen } from "./listening.ts";
import type { Running } from "./listening.ts";

const longestCommand = 256 * 1024;
const idleMs = 120_000;
const mostConnections = 100;
/** Later than the 5 s from which `imap-login` calls a greeting late, sooner than the 15 s that make it critical. */
const slowGreetingMs = 6_000;

/**
 * An IMAP server over TLS (RFC 3501), as much of it as the checks and imapflow use: logging in, listing, reading, searching
 * and removing. Its mail is in memory.
 */
export async function startImapServer(host: string, identity: ServerIdentity, world: ImapWorld): Promise<Running> {
  const server = tls.createServer({ ...identity, handshakeTimeout: 10_000, noDelay: true }, (socket) =>
    converse(socket, host, world),
  );
  server.maxConnections = mostConnections;
  server.on("tlsClientError", () => undefined);
  return listen(server);
}

function converse(socket: tls.TLSSocket, host: string, world: ImapWorld): void {
  const session = new ImapSession(world);
  const send = (text: string): void => {
    if (socket.writable) socket.write(Buffer.from(text, "latin1"));
  };
  const reader = createCommandReader(() => send("+ Go on\r\n"));
  socket.on("error", () => undefined);
  socket.setTimeout(idleMs, () => socket.end("* BYE Idle for too long\r\n"));

  if (world.broken("imap-bye", host)) {
    socket.end("* BYE [UNAVAILABLE] The service is temporarily unavailable\r\n");
    return;
  }
  let greeted = false;
  const greeting = setTimeout(
    () => {
      greeted = true;
      send(`* OK [CAPABILITY ${capabilities}] ${host} is ready\r\n`);
      work(Buffer.alloc(0));
    },
    world.broken("imap-slow-greeting", host) ? slowGreetingMs : 0,
  );
  socket.once("close", () => clearTimeout(greeting));
  socket.on("data", work);

  function work(chunk: Buffer): void {
    if (!reader.add(chunk)) {
      socket.end("* BYE The command is too long\r\n");
      return;
    }
    if (!greeted) return;
    for (let line = reader.next(); line !== undefined && !session.ended; line = reader.next()) send(session.answer(line));
    if (session.ended) socket.end();
  }
}

interface CommandReader {
  /** False when more has come than a command may hold. */
  add(chunk: Buffer): boolean;
  /** The next whole command, without its CRLF; its literals are in it as quoted strings. */
  next(): string | undefined;
}

function createCommandReader(goOn: () => void): CommandReader {
  let unread = "";
  /** The part of the command that is complete: what came before the literal that is being read. */
  let begun = "";
  let literal: number | undefined;
  return {
    add: (chunk) => {
      unread += chunk.toString("latin1");
      return unread.length + begun.length <= longestCommand && (literal ?? 0) <= longestCommand;
    },
    next: () => {
      while (true) {
        if (literal !== undefined) {
          if (unread.length < literal) return undefined;
          begun += `"${unread.slice(0, literal).replace(/[\\"]/g, "\\$&")}"`;
          unread = unread.slice(literal);
          literal = undefined;
        }
        const end = unread.indexOf("\n");
        if (end < 0) return undefined;
        const line = begun + unread.slice(0, end).replace(/\r$/, "");
        unread = unread.slice(end + 1);
        const announced = /\{(\d{1,9})(\+?)\}$/.exec(line);
        if (announced === null) {
          begun = "";
          return line;
        }
        begun = line.slice(0, announced.index);
        literal = Number(announced[1]);
        if (announced[2] === "" && literal <= longestCommand) goOn();
      }
    },
  };
}
