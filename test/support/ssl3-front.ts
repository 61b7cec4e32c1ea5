import { once } from "node:events";
import net from "node:net";

/** RFC 6101 section 5.6.1.3: version, random, no session, RSA with 3DES, no compression. */
const hello = Buffer.concat([Buffer.from([3, 0]), Buffer.alloc(32, 7), Buffer.from([0, 0, 10, 0])]);
const serverHello = Buffer.concat([Buffer.from([22, 3, 0, 0, hello.length + 4, 2, 0, 0, hello.length]), hello]);

export interface Ssl3Front {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Takes SSL 3.0 in front of a server that does not: nothing that is still packaged speaks it. Whoever greets with a newer
 * version is handed on.
 * @param behind port on 127.0.0.1, where the newer versions are spoken; undefined: nowhere
 */
export async function startSsl3Front(behind: number | undefined): Promise<Ssl3Front> {
  const sockets = new Set<net.Socket>();
  const keep = (socket: net.Socket): net.Socket => {
    sockets.add(socket);
    return socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
  };
  const server = net.createServer((socket) => {
    keep(socket).once("data", (first) => {
      // The version that the client can speak at most stands behind the head of the record and of the message.
      const isSsl3 = first[9] === 3 && first[10] === 0;
      if (isSsl3) socket.write(serverHello);
      // A fatal alert: protocol_version.
      else if (behind === undefined) socket.end(Buffer.from([21, 3, 0, 0, 2, 2, 70]));
      else {
        const inner = keep(net.connect(behind, "127.0.0.1"));
        inner.write(first);
        socket.pipe(inner).pipe(socket);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
