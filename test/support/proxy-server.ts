import { once } from "node:events";
import net from "node:net";
import type { Secret } from "../../src/model/secret.ts";

/** What a proxy was asked for, and what it may do instead of what is asked. */
export interface ProxyServerOptions {
  readonly kind: "socks5" | "http";
  /** Who may use it; everybody when left out. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Where a target really is: it alone knows, `host:port` ▶ port on loopback. Others are refused. */
  readonly targets?: Readonly<Record<string, { readonly host?: string; readonly port: number }>>;
  /** Bytes in place of the answer to the request for a target; the connection stays open. */
  readonly answer?: string | Uint8Array;
  /** Ends each connection once the tunnel has carried so many bytes. */
  readonly cutAfter?: number;
  readonly host?: string;
  /** The address that it connects from, so that servers can tell who came through it. */
  readonly from?: string;
}

export interface ProxyServer {
  readonly host: string;
  readonly port: number;
  /** The targets in the order they were asked for, as they were written. */
  readonly asked: readonly string[];
  /** How many connections there were. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** A SOCKS5 or CONNECT proxy that really forwards, small enough to be read: it stands in for microsocks and tinyproxy. */
export async function startProxy(options: ProxyServerOptions): Promise<ProxyServer> {
  const sockets = new Set<net.Socket>();
  const asked: string[] = [];
  let connections = 0;
  const server = net.createServer((client) => {
    connections += 1;
    sockets.add(client);
    client.on("error", () => undefined).on("close", () => sockets.delete(client));
    const serve = options.kind === "socks5" ? serveSocks : serveHttp;
    serve({ client, options, asked, sockets }).catch(() => client.destroy());
  });
  server.listen(0, options.host ?? "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    host: address.address,
    port: address.port,
    asked,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

interface Serving {
  readonly client: net.Socket;
  readonly options: ProxyServerOptions;
  readonly asked: string[];
  readonly sockets: Set<net.Socket>;
}

async function read(client: net.Socket, count: number): Promise<Buffer> {
  for (;;) {
    const chunk: unknown = client.read(count);
    if (Buffer.isBuffer(chunk) && chunk.length === count) return chunk;
    if (client.readableEnded || client.destroyed) throw new Error("gone");
    await Promise.race([once(client, "readable"), once(client, "end")]);
  }
}

async function serveSocks({ client, options, asked, sockets }: Serving): Promise<void> {
  const { login } = options;
  const [, count = 0] = await read(client, 2);
  const methods = await read(client, count);
  const wanted = login === undefined ? 0 : 2;
  if (!methods.includes(wanted)) return void client.end(Uint8Array.from([5, 255]));
  client.write(Uint8Array.from([5, wanted]));
  if (login !== undefined) {
    const text = async (): Promise<string> => (await read(client, (await read(client, 1))[0] ?? 0)).toString();
    await read(client, 1);
    const right = (await text()) === login.user && (await text()) === login.password;
    client.write(Uint8Array.from([1, right ? 0 : 1]));
    if (!right) return void client.end();
  }
  const [, , , kind] = await read(client, 4);
  const host =
    kind === 3
      ? (await read(client, (await read(client, 1))[0] ?? 0)).toString()
      : kind === 4
        ? `[${ipv6Of(await read(client, 16))}]`
        : (await read(client, 4)).join(".");
  const target = `${host}:${(await read(client, 2)).readUInt16BE()}`;
  asked.push(target);
  if (options.answer !== undefined) return void client.write(options.answer);
  const onward = await reach(options, target);
  if (typeof onward === "string") return void client.end(Uint8Array.from([5, onward === "ECONNREFUSED" ? 5 : 2]));
  // BND.ADDR as a name, which RFC 1928 allows and few clients expect.
  const bound = Buffer.from("bound.example");
  client.write(Buffer.concat([Uint8Array.from([5, 0, 0, 3, bound.length]), bound, Uint8Array.from([4, 56])]));
  forward(client, onward, { options, sockets });
}

const ipv6Of = (bytes: Buffer): string => Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16)).join(":");

async function serveHttp({ client, options, asked, sockets }: Serving): Promise<void> {
  let header = "";
  while (!header.includes("\r\n\r\n")) header += (await read(client, 1)).toString("latin1");
  const target = /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(header)?.[1] ?? "";
  const { login } = options;
  const basic = login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
  if (basic !== undefined && /^Proxy-Authorization: (.*)\r$/im.exec(header)?.[1] !== basic) {
    return void client.end("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\n\r\n");
  }
  asked.push(target);
  if (options.answer !== undefined) return void client.write(options.answer);
  const onward = await reach(options, target);
  if (typeof onward === "string") {
    const answer =
      onward === "ECONNREFUSED" ? "502 Bad Gateway\r\nProxy-Status: gate; error=connection_refused" : "403 Forbidden";
    return void client.end(`HTTP/1.1 ${answer}\r\nContent-Length: 2\r\n\r\nno`);
  }
  client.write("HTTP/1.1 200 Connection established\r\nVia: 1.1 gate\r\n\r\n");
  forward(client, onward, { options, sockets });
}

/** The target, or why not; who is not in the table may not be reached. */
async function reach({ targets = {}, from }: ProxyServerOptions, target: string): Promise<net.Socket | string> {
  const where = targets[target];
  if (where === undefined) return "EACCES";
  const socket = net.connect({
    host: where.host ?? "127.0.0.1",
    port: where.port,
    ...(from === undefined ? {} : { localAddress: from }),
  });
  try {
    await once(socket, "connect");
    return socket;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "";
  }
}

function forward(
  client: net.Socket,
  target: net.Socket,
  { options, sockets }: { readonly options: ProxyServerOptions; readonly sockets: Set<net.Socket> },
): void {
  sockets.add(target);
  let carried = 0;
  const cut = (chunk: Buffer): void => {
    carried += chunk.length;
    if (options.cutAfter !== undefined && carried >= options.cutAfter) client.destroy();
  };
  target
    .on("error", () => client.destroy())
    .on("close", () => {
      sockets.delete(target);
      client.destroy();
    });
  client.on("close", () => target.destroy());
  if (options.cutAfter !== undefined) target.on("data", cut);
  client.pipe(target);
  target.pipe(client);
}

/** Like `secretOf`, for the password of a proxy. */
export const proxySecret = (value: string): Secret => ({
  source: "env PROXY_PASSWORD",
  reveal: () => Promise.resolve(value),
  toJSON: () => "[secret]",
});
