import { once } from "node:events";
import type net from "node:net";

/** A server of the demonstration. */
export interface Running {
  readonly port: number;
  /** Ends every connection and frees the port. */
  stop(): Promise<void>;
}

/** All of it stays on this machine. */
export const loopback = "127.0.0.1";

/** Listens on a port that the system chooses. `stop` does not wait for clients: their sockets are destroyed. */
export async function listen(server: net.Server, port = 0): Promise<Running> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => {
    // A client that goes away in the middle is nothing to end the process for.
    socket.on("error", () => undefined);
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen({ port, host: loopback });
  await once(server, "listening");
  server.on("error", () => undefined);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A server on loopback has no port");
  return {
    port: address.port,
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
