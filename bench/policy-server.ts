import { readFileSync } from "node:fs";
import https from "node:https";

/** The web server of a mail domain: its MTA-STS policy and nothing else. `node bench/policy-server.ts <address> <key> <chain> <domain>`. */
const [, , address, key = "", chain = "", domain] = process.argv;
const policy = `version: STSv1\r\nmode: enforce\r\nmx: mx.${domain}\r\nmax_age: 1209600\r\n`;
const server = https.createServer({ key: readFileSync(key), cert: readFileSync(chain) }, (request, response) => {
  const found = request.url === "/.well-known/mta-sts.txt";
  response.writeHead(found ? 200 : 404, { "content-type": "text/plain" });
  response.end(found ? policy : "");
});
server.listen(443, address, () => console.log("listening"));
process.on("SIGTERM", () => process.exit());
