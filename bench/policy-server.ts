import { readFileSync } from "node:fs";
import https from "node:https";
import tls from "node:tls";

/**
 * The web server of a mail domain, its MTA-STS policy and nothing else; and the ports of mail programs as far as their certificates.
 * `node bench/policy-server.ts <domain> <web address> <key> <chain> <mail address> <key> <chain>`.
 */
const [, , domain, address, key = "", chain = "", mail, mailKey = "", mailChain = ""] = process.argv;
const policy = `version: STSv1\r\nmode: enforce\r\nmx: mx.${domain}\r\nmax_age: 1209600\r\n`;
const server = https.createServer({ key: readFileSync(key), cert: readFileSync(chain) }, (request, response) => {
  const found = request.url === "/.well-known/mta-sts.txt";
  response.writeHead(found ? 200 : 404, { "content-type": "text/plain" });
  response.end(found ? policy : "");
});
const identity = { key: readFileSync(mailKey), cert: readFileSync(mailChain) };
const clients = [993, 465].map((port) => ({
  port,
  // Who only looks at a certificate, or is refused, hangs up.
  server: tls.createServer(identity, (socket) => socket.on("error", () => socket.destroy())),
}));
await Promise.all([
  new Promise<void>((resolve) => server.listen(443, address, resolve)),
  ...clients.map(({ port, server: one }) => new Promise<void>((resolve) => one.listen(port, mail, resolve))),
]);
console.log("listening");
process.on("SIGTERM", () => process.exit());
