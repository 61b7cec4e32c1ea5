import http from "node:http";
import https from "node:https";
import net from "node:net";
import type { Socket } from "node:net";

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a receiver does with each request. */
export type Reply =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Never answers. */
  | "hang"
  /** Ends the connection with RST when the request is there. */
  | "reset"
  /** 200, then bytes without an end. */
  | "endless"
  /** 200 and one byte, then nothing. */
  | "stall"
  /** No HTTP at all. */
  | "garbage";

export interface Receiver extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:port`, or with the host that was asked for. */
  readonly origin: string;
  readonly received: readonly Received[];
  /** Bytes of answers that were handed to the network. */
  readonly written: () => number;
  replyWith(reply: Reply): void;
}

/** A real HTTP server on loopback that does as it is told and remembers what it was sent. */
export async function startReceiver(
  tls?: { readonly key: string; readonly cert: string; readonly host?: string },
  at: { readonly address: string; readonly port: number } = { address: "127.0.0.1", port: 0 },
): Promise<Receiver> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let reply: Reply = { status: 204 };
  let written = 0;

  const onRequest: http.RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => undefined);
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      received.push({ method, path: url, headers, body: Buffer.concat(chunks) });
      answer(response, request.socket);
    });
  };
  function answer(response: http.ServerResponse, socket: Socket): void {
    if (reply === "hang") return;
    if (reply === "reset") return void socket.resetAndDestroy();
    if (reply === "garbage") return void socket.end("\u0000\u0001 not HTTP\r\n\r\n".repeat(20));
    if (reply === "stall") {
      response.writeHead(200, { "content-length": 10 });
      response.write("x");
      return;
    }
    if (reply === "endless") {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(16_384))) written += 16_384;
      };
      response.on("drain", more);
      return more();
    }
    response.writeHead(reply.status, reply.headers);
    response.end(reply.body ?? "");
  }

  const server =
    tls === undefined ? http.createServer(onRequest) : https.createServer({ key: tls.key, cert: tls.cert }, onRequest);
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(at.port, at.address, resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    port,
    origin: tls === undefined ? `http://127.0.0.1:${port}` : `https://${tls.host ?? "127.0.0.1"}:${port}`,
    received,
    written: () => written,
    replyWith: (next) => (reply = next),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port on loopback where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
