import { randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { connect } from "node:net";
import type { DnsFailure } from "../model/dns.ts";
import { isAnswerTo } from "./dns-message.ts";
import type { DnsServer } from "./dns-servers.ts";

/** Why a server's answer never came. */
export class DnsTransportError extends Error {
  override readonly name = "DnsTransportError";
  readonly code: Extract<DnsFailure, "TIMEOUT" | "NETWORK" | "BADRESP">;
  constructor(code: "TIMEOUT" | "NETWORK" | "BADRESP", message: string) {
    super(message);
    this.code = code;
  }
}

/** Sends an encoded question (its id is replaced by a random one) and gives the bytes that answer it. */
export type Exchange = (server: DnsServer, query: Buffer, timeoutMs: number, signal?: AbortSignal) => Promise<Buffer>;

/** Local ports a server is asked from; which one, and the id, is random for each question (RFC 5452 9.2). */
const portsPerServer = 4;
/** A port is left after so many questions or so long without one. */
const questionsPerPort = 200;
const idleMs = 10_000;

interface Waiting {
  readonly query: Buffer;
  /** Datagrams with its id that answered something else. */
  others: number;
  readonly settle: (result: Buffer | DnsTransportError) => void;
}

/** One local UDP port, connected to one server: datagrams from anybody else do not reach us. */
interface Port {
  readonly waiting: Map<number, Waiting>;
  /** Ids of questions that were given up: their answers are late, and no noise. */
  readonly givenUp: Set<number>;
  /** Datagrams that answered nothing we ever asked. */
  strays: number;
  spent(): boolean;
  send(id: number, waiting: Waiting): void;
  /** Whoever waits hears why. */
  close(why: string): void;
}

/**
 * UDP from a few random ports that are shared by many questions: a socket per question costs twice the CPU.
 * The sockets do not keep the process alive; a question that waits does.
 */
export function createUdp(): { readonly exchange: Exchange; readonly close: () => void } {
  const ports = new Map<string, (Port | undefined)[]>();
  const open = new Set<Port>();

  function portFor(server: DnsServer): Port {
    const slots = ports.get(server.label) ?? [];
    ports.set(server.label, slots);
    const slot = randomInt(portsPerServer);
    const old = slots[slot];
    if (old !== undefined && !old.spent()) return old;
    const port = openPort(server, () => {
      open.delete(port);
      if (slots[slot] === port) slots[slot] = undefined;
      if (slots.every((other) => other === undefined) && ports.get(server.label) === slots) ports.delete(server.label);
    });
    slots[slot] = port;
    open.add(port);
    return port;
  }

  const exchange: Exchange = (server, query, timeoutMs, signal) =>
    new Promise((resolve, reject) => {
      const port = portFor(server);
      let id = randomInt(0x1_0000);
      while (port.waiting.has(id) || port.givenUp.has(id)) id = randomInt(0x1_0000);
      query.writeUInt16BE(id, 0);

      const strays = port.strays;
      const waiting: Waiting = { query, others: 0, settle: (result) => settle(result) };
      const giveUp = (): void => {
        port.givenUp.add(id);
        const others = waiting.others + port.strays - strays;
        const text =
          others === 0
            ? `did not answer within ${timeoutMs} ms`
            : `sent ${others} answers to something else, and none to this question`;
        settle(new DnsTransportError(others === 0 ? "TIMEOUT" : "BADRESP", `${server.label} ${text}`));
      };
      // On a loop that was held up, timers come before the answers they wait for: those are read first.
      const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
      const onAbort = (): void => {
        port.givenUp.add(id);
        settle(new DnsTransportError("NETWORK", "given up"));
      };
      let settled = false;
      const settle = (result: Buffer | DnsTransportError): void => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        port.waiting.delete(id);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      port.send(id, waiting);
    });

  const close = (): void => {
    for (const port of open) port.close("was given up: the resolver is closed");
  };
  return { exchange, close };
}

function openPort(server: DnsServer, onClosed: () => void): Port {
  const family = server.label.startsWith("[") ? 6 : 4;
  const socket: Socket = createSocket({
    type: family === 6 ? "udp6" : "udp4",
    lookup: (address, _options, callback) => callback(null, address, family),
  });
  const waiting = new Map<number, Waiting>();
  const givenUp = new Set<number>();
  let questions = 0;
  let closed = false;

  const close = (why: string): void => {
    if (closed) return;
    closed = true;
    clearTimeout(idle);
    socket.close();
    onClosed();
    for (const { settle } of waiting.values()) settle(new DnsTransportError("NETWORK", `${server.label} ${why}`));
  };
  const fail = (error: Error): void => close(`cannot be reached: ${"code" in error ? String(error.code) : error.message}`);
  const idle = setTimeout(() => (waiting.size === 0 ? close("is idle") : idle.refresh()), idleMs);
  idle.unref();
  socket.unref();
  socket.on("error", fail);
  socket.on("message", (message) => {
    const id = message.length < 12 ? undefined : message.readUInt16BE(0);
    if (id !== undefined && givenUp.has(id)) return;
    const asked = id === undefined ? undefined : waiting.get(id);
    if (asked === undefined) port.strays++;
    else if (isAnswerTo(asked.query, message)) asked.settle(message);
    else asked.others++;
    if (waiting.size === 0 && questions >= questionsPerPort) close("is spent");
  });
  let backlog: Buffer[] | undefined = [];
  socket.connect(server.port, server.address, (error?: Error) => {
    if (error !== undefined && error !== null) return fail(error);
    for (const query of backlog ?? []) transmit(query);
    backlog = undefined;
  });
  // Without a callback, which costs a tick: an error comes as an event.
  const transmit = (query: Buffer): void => void (closed || socket.send(query));

  const port: Port = {
    waiting,
    givenUp,
    strays: 0,
    spent: () => closed || questions >= questionsPerPort,
    send: (id, asked) => {
      questions++;
      idle.refresh();
      waiting.set(id, asked);
      if (backlog === undefined) transmit(asked.query);
      else backlog.push(asked.query);
    },
    close,
  };
  return port;
}

/** One question over a connection of its own: for what UDP had to truncate (RFC 7766). */
export const exchangeTcp: Exchange = (server, query, timeoutMs, signal) =>
  new Promise((resolve, reject) => {
    query.writeUInt16BE(randomInt(0x1_0000), 0);
    const socket = connect({ host: server.address, port: server.port });
    const timer = setTimeout(() => fail("TIMEOUT", `did not answer over TCP within ${timeoutMs} ms`), timeoutMs);
    const onAbort = (): void => fail("NETWORK", "given up");
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.destroy();
    };
    const fail = (code: "TIMEOUT" | "NETWORK" | "BADRESP", what: string): void => {
      end();
      reject(new DnsTransportError(code, `${server.label} ${what}`));
    };

    const chunks: Buffer[] = [];
    let received = 0;
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (received < 2) return;
      const [first = chunk] = chunks;
      // Two octets that came apart are joined; joining at every chunk would be quadratic for a server that sends single octets.
      if (first.length < 2) chunks.splice(0, chunks.length, Buffer.concat(chunks));
      const length = (chunks[0] ?? chunk).readUInt16BE(0);
      if (received < 2 + length) return;
      const message = Buffer.concat(chunks).subarray(2, 2 + length);
      if (!isAnswerTo(query, message)) return fail("BADRESP", "answered another question over TCP");
      end();
      resolve(message);
    });
    socket.on("error", (error) =>
      fail("NETWORK", `cannot be reached over TCP: ${"code" in error ? String(error.code) : error.message}`),
    );
    socket.on("close", () => fail("BADRESP", `closed the connection after ${received} octets, before its answer was whole`));
    signal?.addEventListener("abort", onAbort, { once: true });
    const head = Buffer.alloc(2);
    head.writeUInt16BE(query.length);
    socket.write(Buffer.concat([head, query]));
  });
