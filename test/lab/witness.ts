import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import tls from "node:tls";
import type { Issued } from "../support/certificates.ts";

/**
 * Somebody else on the same network: what our own side is tested against. It takes TLS at 443 and 993, greets at 25 and tells the
 * time at 80, so that "we reach nobody" and "we do not reach them" look as different as they are.
 */
export interface Witness {
  present(certificate: Pick<Issued, "chainPem" | "keyPem">): void;
  close(): Promise<void>;
}

export async function startWitness(address: string, given: Pick<Issued, "chainPem" | "keyPem">): Promise<Witness> {
  let certificate = given;
  const sockets = new Set<net.Socket>();
  const keep = (socket: net.Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
  };
  const encrypted = (): net.Server =>
    net.createServer((socket) => {
      keep(socket);
      const secured = new tls.TLSSocket(socket, { isServer: true, cert: certificate.chainPem, key: certificate.keyPem });
      secured.on("error", () => secured.destroy());
    });
  const greeting = net.createServer((socket) => {
    keep(socket);
    socket.write("220 witness ESMTP\r\n");
    socket.on("data", () => socket.end("221 bye\r\n"));
  });
  const time = http.createServer((_request, response) => response.end());
  time.on("connection", keep);
  const servers = [
    { server: encrypted(), port: 443 },
    { server: encrypted(), port: 993 },
    { server: greeting, port: 25 },
    { server: time, port: 80 },
  ];
  for (const { server, port } of servers) {
    server.listen(port, address);
    await once(server, "listening");
  }
  return {
    present: (next) => {
      certificate = next;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map(({ server }) => new Promise((done) => server.close(done))));
    },
  };
}
