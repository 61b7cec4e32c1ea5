import http from "node:http";
import { mailHosts } from "./company.ts";
import { listen } from "./listening.ts";
import type { Running } from "./listening.ts";

/** Until the registrations of the company end: long enough that nothing has to be said. */
const paidForMs = 200 * 86_400_000;

/** A registry that knows the domains of the demonstration, by RDAP (RFC 9083). The real ones are not asked about names of nobody. */
export function startRegistry(): Promise<Running> {
  const expires = new Date(Date.now() + paidForMs).toISOString();
  const server = http.createServer((request, response) => {
    const known = mailHosts.find(({ domain }) => request.url === `/domain/${domain}`);
    const body = known
      ? {
          objectClassName: "domain",
          ldhName: known.domain,
          status: ["active"],
          events: [{ eventAction: "expiration", eventDate: expires }],
        }
      : { errorCode: 404, title: "Not Found" };
    response.writeHead(known ? 200 : 404, { "content-type": "application/rdap+json" }).end(JSON.stringify(body));
  });
  server.requestTimeout = 10_000;
  server.maxConnections = 100;
  return listen(server);
}
