import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Text } from "../model/text.ts";
import type { App } from "./app.ts";

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Where the port is in use, try the next ones. */
  readonly nextFreePort: boolean;
}

export interface Listening extends AsyncDisposable {
  readonly url: string;
}

/** One line that names the place and the remedy. `message` is `text.en`. */
class ListenError extends Error {
  override readonly name = "ListenError";
  readonly text: Text;
  constructor(text: Text, options: ErrorOptions) {
    super(text.en, options);
    this.text = text;
  }
}

const portsTried = 20;

/** @throws ListenError the port is in use, not allowed, or not on this machine */
export async function listen(app: App, { host, port, nextFreePort }: ListenOptions): Promise<Listening> {
  for (let tried = port; ; tried += 1) {
    try {
      const server = await open(app, host, tried);
      const address = server.address();
      const actual = typeof address === "object" && address ? address.port : tried;
      return {
        url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}`,
        [Symbol.asyncDispose]: () => close(server),
      };
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (code === "EADDRINUSE" && nextFreePort && tried < port + portsTried) continue;
      throw listenError(code, host, tried, error);
    }
  }
}

function open(app: App, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, getRequestListener(app.fetch));
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      resolve(server);
    });
    server.listen(port, host);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

const remedies: Readonly<Record<string, Text>> = {
  EADDRINUSE: {
    en: "it is in use; end the program that has it, or write another port in settings.http.listen",
    zh: "端口已被占用；请结束占用它的程序，或在 settings.http.listen 里换一个端口",
  },
  EACCES: {
    en: "this user may not; write a port from 1024 on in settings.http.listen",
    zh: "当前用户没有权限；请在 settings.http.listen 里使用 1024 以上的端口",
  },
  EADDRNOTAVAIL: {
    en: "this machine has no such address; write one that it has in settings.http.listen",
    zh: "本机没有这个地址；请在 settings.http.listen 里写本机的地址",
  },
};

function listenError(code: string, host: string, port: number, cause: unknown): ListenError {
  const where = `${host}:${port}`;
  const remedy = remedies[code] ?? { en: String(cause), zh: String(cause) };
  return new ListenError({ en: `Cannot listen on ${where}: ${remedy.en}`, zh: `无法监听 ${where}：${remedy.zh}` }, { cause });
}
