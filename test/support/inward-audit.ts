import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import type net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createAuthority } from "./certificates.ts";
import { startFakeDns } from "./fake-dns.ts";
import { delegates, inwardZones, outside } from "./inward-zones.ts";

/**
 * A program, for a network namespace of its own: audits the domains of inward-zones.ts by the product as it is started, with the
 * arguments behind its own, and prints what the audit said and every address that anything in this namespace sent to.
 */
const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const run = promisify(execFile);
const domains = ["inward.com", "turns.com", "inward.cn"];

const authority = await createAuthority("Test Root");
const { keyPem, chainPem } = await authority.issue({ names: ["mta-sts.turns.com", "autoconfig.turns.com", "rdap.verisign.com"] });
const folder = await mkdtemp(join(tmpdir(), "mailvigil-inward-"));
const ca = join(folder, "ca.pem");
await writeFile(ca, authority.certPem);

const asked: string[] = [];
const serve = (request: http.IncomingMessage, response: http.ServerResponse): void => {
  const { host = "", "user-agent": agent = "" } = request.headers;
  asked.push(`${host}${request.url ?? ""} (${agent})`);
  const at = request.url ?? "";
  if (host === "rdap.verisign.com" && at.endsWith("/turns.com")) return void response.end(registration("turns.com"));
  const inside = host === "autoconfig.turns.com" ? "https://169.254.169.254/latest/meta-data" : "https://inside.test/";
  response.writeHead(302, { location: inside }).end();
};
/** Renewed by itself: the registrar is asked whether it holds, at the address that the registry names. */
const registration = (name: string): string =>
  JSON.stringify({
    objectClassName: "domain",
    ldhName: name,
    status: ["auto renew period"],
    events: [{ eventAction: "expiration", eventDate: new Date(Date.now() + 300 * 86_400_000).toISOString() }],
    links: [{ rel: "related", type: "application/rdap+json", href: `https://registrar.test/domain/${name}` }],
  });
const listen = async (server: net.Server, port: number): Promise<void> => {
  server.listen(port, outside.web);
  await once(server, "listening");
};
await listen(https.createServer({ key: keyPem, cert: chainPem }, serve), 443);
await listen(http.createServer(serve), 80);
const resolver = await startFakeDns(inwardZones, { address: outside.resolver, port: 5300 });
await startFakeDns(inwardZones, { address: outside.nameServer, port: 53, authoritative: true, delegates });

const given = [
  "--json",
  "--dns",
  resolver.server,
  "--ca",
  ca,
  "--public",
  "203.0.113.0/24",
  ...process.argv.slice(2),
  ...domains,
];
const child = spawn(process.execPath, [main, "audit", ...given], { stdio: ["ignore", "pipe", "inherit"] });
let out = "";
child.stdout.on("data", (part: Buffer) => (out += part.toString()));
await once(child, "close");
const { stdout } = await run("nft", ["-j", "list", "table", "inet", "recorder"]);
await rm(folder, { recursive: true, force: true });
process.stdout.write(JSON.stringify({ rows: JSON.parse(out), asked, recorder: JSON.parse(stdout) }));
process.exit(0);
