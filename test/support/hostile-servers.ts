import dgram from "node:dgram";
import { once } from "node:events";
import https from "node:https";
import net from "node:net";
import { createInterface } from "node:readline";
import { setImmediate } from "node:timers/promises";
import tls from "node:tls";
import { createAuthority } from "./certificates.ts";
import { startFakeDns } from "./fake-dns.ts";
import { at, healthyDomain, healthyZone, hostileBehaviour, hostileLookup } from "./hostile-zones.ts";
import { startLineServer } from "./line-server.ts";

/**
 * A program: the servers of hostile-zones.ts, for as many healthy domains as its argument says. It prints one line of JSON when they
 * listen, and one for every line of its input: what they have seen since the last one.
 */
const count = Number(process.argv[2] ?? 3);
const authority = await createAuthority("R11, O=Let's Encrypt");
const names = Array.from({ length: count }, (_, index) => `mta-sts.${healthyDomain(index)}`);
const web = await authority.issue({
  names: [...names, "mta-sts.tarpit.test", "web.tarpit.test", "web.bomb.test", "autoconfig.bomb.test"],
});
const mail = await authority.issue({ names: ["mx.test"] });

/** Questions to all name servers, and connections to the servers that have no end. */
const seen = { questions: 0, connections: 0 };

const lookup = hostileLookup(healthyZone(count));
await startFakeDns(lookup, {
  address: at.resolver,
  port: 5300,
  misbehave: ({ name, index }) => {
    seen.questions += 1;
    return hostileBehaviour(name, index);
  },
});
await startFakeDns(lookup, {
  address: at.nameServer,
  port: 53,
  authoritative: true,
  misbehave: () => {
    seen.questions += 1;
    return undefined;
  },
});
const silent = dgram.createSocket("udp4");
silent.on("message", () => (seen.questions += 1));
silent.bind(53, at.silentNameServer);
await once(silent, "listening");

await startLineServer(
  async (client) => {
    client.send("220 mx.test ESMTP");
    for (;;) {
      const line = (await client.line()).toUpperCase();
      if (line.startsWith("EHLO")) client.send("250-mx.test", "250-SIZE 1000000", "250 STARTTLS");
      else if (line === "STARTTLS") {
        client.send("220 go ahead");
        await client.startTls();
      } else if (line === "QUIT") {
        client.send("221 bye");
        return client.end();
      } else client.send("250 ok");
    }
  },
  { host: at.mail, port: 25, certificate: mail },
);

const policy = "version: STSv1\r\nmode: testing\r\nmx: mx.test\r\nmax_age: 1209600\r\n";
const site = https.createServer({ key: web.keyPem, cert: web.chainPem }, (_request, response) => {
  response.writeHead(200, { "content-type": "text/plain" }).end(policy);
});
site.listen(443, at.web);
await once(site, "listening");

const noted = (socket: net.Socket): void => {
  seen.connections += 1;
  socket.on("error", () => undefined);
};
/** A byte a second, of a line or body that never ends. */
const drip = (socket: net.Socket | tls.TLSSocket, first: string): void => {
  socket.on("error", () => undefined);
  socket.write(first);
  const timer = setInterval(() => socket.write("2"), 1_000);
  socket.on("close", () => clearInterval(timer));
};
const flood = (socket: net.Socket | tls.TLSSocket, first: string, line: string): void => {
  socket.on("error", () => undefined);
  socket.write(first);
  const more = (): void => {
    while (!socket.destroyed && socket.write(line));
  };
  socket.on("drain", more);
  more();
};
const secure = { key: web.keyPem, cert: web.chainPem };
const listen = async (port: number, address: string, talk: (socket: net.Socket) => void): Promise<void> => {
  const server = net.createServer((socket) => {
    noted(socket);
    talk(socket);
  });
  server.listen(port, address);
  await once(server, "listening");
};
const over = (socket: net.Socket, talk: (secured: tls.TLSSocket) => void): void => {
  const secured = new tls.TLSSocket(socket, { isServer: true, ...secure });
  secured.on("error", () => undefined);
  secured.once("data", () => talk(secured));
};
const head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-encoding: gzip\r\n\r\n";
await listen(443, at.drip, (socket) =>
  over(socket, (secured) => drip(secured, "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n")),
);
await listen(80, at.drip, (socket) => drip(socket, "HTTP/1.1 200 OK\r\nx: "));
for (let index = 1; index <= 20; index += 1) {
  const address = `127.0.98.${index}`;
  // Half of them let a word out every second, half of them everything at once.
  await listen(25, address, (socket) => (index % 2 === 0 ? drip(socket, "220-") : flood(socket, "", "220-x\r\n".repeat(2_000))));
  await listen(443, address, (socket) => over(socket, (secured) => flood(secured, head, "y".repeat(60_000))));
  await listen(993, address, (socket) => drip(socket, ""));
  await listen(80, address, (socket) => flood(socket, head, "y".repeat(60_000)));
}

const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
say({ authority: authority.certPem });
const input = createInterface({ input: process.stdin });
for await (const _ of input) {
  // What an audit that is over has sent may still wait to be read.
  let before: number;
  do {
    before = seen.questions + seen.connections;
    await setImmediate();
  } while (seen.questions + seen.connections > before);
  say(seen);
  Object.assign(seen, { questions: 0, connections: 0 });
}
process.exit(0);
