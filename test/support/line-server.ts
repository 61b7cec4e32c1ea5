import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import type { Issued } from "./certificates.ts";

/** One client of a scripted server. */
export interface LineClient {
  /** Lines are sent with CRLF, bytes as they are. */
  send(...lines: readonly (string | Uint8Array)[]): void;
  /** The next line without its CRLF; rejects when the client has gone. */
  line(): Promise<string>;
  /** The next bytes, exactly so many. */
  bytes(count: number): Promise<Buffer>;
  /** TLS from here on; the certificate is the server's, whatever it is worth. */
  startTls(): Promise<void>;
  /** Ends the connection; `reset` without a good-bye (RST). */
  end(how?: "reset"): void;
}

export interface LineServer {
  readonly host: string;
  readonly port: number;
  /** All that clients have sent, decrypted, in order. */
  readonly received: () => string;
  /** How many clients there were, and how many are still connected. */
  readonly clients: () => { readonly all: number; readonly open: number };
  close(): Promise<void>;
}

export interface LineServerOptions {
  readonly host?: string;
  readonly port?: number;
  /** What it presents. */
  readonly certificate?: Pick<Issued, "chainPem" | "keyPem">;
  /** TLS from the first byte. */
  readonly implicit?: boolean;
  /** More for the TLS side: versions, ciphers, a certificate for each name. */
  readonly tls?: tls.TLSSocketOptions;
}

/**
 * A server that speaks by a script: what a real one does rarely or never (a late greeting, an answer of one provider) is done by
 * these few lines. It records every byte, and never asks whether its certificate is accepted.
 */
export async function startLineServer(
  script: (client: LineClient) => Promise<void>,
  options: LineServerOptions = {},
): Promise<LineServer> {
  const context = options.certificate && {
    cert: options.certificate.chainPem,
    key: options.certificate.keyPem,
    ...options.tls,
  };
  const sockets = new Set<net.Socket>();
  const received: Buffer[] = [];
  let all = 0;
  const server = net.createServer({ noDelay: true }, (socket) => {
    all += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    const secured = options.implicit === true ? new tls.TLSSocket(socket, { isServer: true, ...context }) : undefined;
    const client = speak(secured ?? socket, socket, context, received);
    const begin = secured ? once(secured, "secure") : Promise.resolve();
    // A script ends early when its client goes: that is no fault of the test.
    begin.then(() => script(client)).catch(() => undefined);
  });
  server.listen(options.port ?? 0, options.host ?? "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    host: address.address,
    port: address.port,
    received: () => Buffer.concat(received).toString(),
    clients: () => ({ all, open: sockets.size }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function speak(first: net.Socket, raw: net.Socket, context: tls.TLSSocketOptions | undefined, received: Buffer[]): LineClient {
  let socket = first;
  let buffer = Buffer.alloc(0);
  let gone = false;
  let wake = (): void => undefined;
  const onData = (chunk: Buffer): void => {
    received.push(chunk);
    buffer = Buffer.concat([buffer, chunk]);
    wake();
  };
  const onClose = (): void => {
    gone = true;
    wake();
  };
  const listen = (): void => {
    socket.on("data", onData).on("close", onClose).on("error", onClose);
  };
  listen();
  const take = async (length: () => number | undefined): Promise<Buffer> => {
    for (;;) {
      const count = length();
      if (count !== undefined) {
        const taken = buffer.subarray(0, count);
        buffer = buffer.subarray(count);
        return taken;
      }
      if (gone) throw new Error("the client has gone");
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    send: (...lines) => {
      for (const line of lines) socket.write(typeof line === "string" ? `${line}\r\n` : line);
    },
    line: async () => {
      const line = await take(() => (buffer.includes(10) ? buffer.indexOf(10) + 1 : undefined));
      return line.toString().replace(/\r?\n$/, "");
    },
    bytes: (count) => take(() => (buffer.length >= count ? count : undefined)),
    startTls: async () => {
      socket.off("data", onData).off("close", onClose);
      socket = new tls.TLSSocket(raw, { isServer: true, ...context });
      listen();
      await once(socket, "secure");
    },
    end: (how) => {
      if (how === "reset") raw.resetAndDestroy();
      else socket.end();
    },
  };
}
