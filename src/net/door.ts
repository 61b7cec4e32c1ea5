import { once } from "node:events";
import net from "node:net";

/** Where a library connects that takes no socket of ours. */
export interface Door {
  readonly host: string;
  readonly port: number;
  close(): void;
}

/** A port on loopback that leads into a tunnel, for one connection, which ends as the tunnel ends. What passes is TLS, or becomes it. */
export async function openDoor(tunnel: net.Socket): Promise<Door> {
  let inner: net.Socket | undefined;
  const server = net.createServer((socket) => {
    inner = socket;
    server.close();
    // A reset is told on as one, an orderly end as one.
    socket.on("error", () => tunnel.destroy()).on("close", () => tunnel.destroy());
    tunnel.on("error", () => socket.resetAndDestroy()).on("close", () => socket.destroy());
    if (tunnel.destroyed) socket.destroy();
    socket.pipe(tunnel);
    tunnel.pipe(socket);
  });
  server.maxConnections = 1;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    host: "127.0.0.1",
    port: typeof address === "object" && address ? address.port : 0,
    close: () => {
      server.close();
      tunnel.destroy();
      inner?.destroy();
    },
  };
}
