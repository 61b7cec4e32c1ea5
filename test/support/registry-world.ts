import https from "node:https";
import type { CheckContext } from "../../src/model/check.ts";
import { createDial } from "../../src/net/dial.ts";
import { authority } from "./mail-world.ts";
import { startLineServer } from "./line-server.ts";
import { createZone, type Zone } from "./zone.ts";

/** The hosts that the HTTPS server of a `registryWorld` has a certificate for. */
export const rdapHost = "rdap.registry.test";
export const ianaHost = "data.iana.test";
export const registrarHost = "rdap.registrar.test";
const names = [rdapHost, ianaHost, registrarHost];

interface Page {
  readonly status?: number;
  readonly body: string;
}

export interface RegistryWorldOptions {
  /** `https://host/path` (without the port) ▶ page; `{port}` in a body is the server's. What is not here has status 404. */
  readonly pages?: Readonly<Record<string, Page | string>>;
  /** WHOIS server ▶ its answer. `undefined`: it takes the question and closes. */
  readonly whois?: Readonly<Record<string, string | undefined>>;
  readonly zone?: Zone;
}

export interface RegistryWorld {
  readonly port: number;
  readonly ctx: Partial<CheckContext>;
  /** What was asked: `https://host/path`, `WHOIS question`. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

/** A registry on loopback: HTTPS with the test's own authority, and WHOIS servers that speak on whatever port 43 is led to. */
export async function startRegistry({ pages = {}, whois = {}, zone = {} }: RegistryWorldOptions): Promise<RegistryWorld> {
  const ca = await authority();
  const { chainPem, keyPem } = await ca.issue({ names });
  const asked: string[] = [];
  const web = https.createServer({ cert: chainPem, key: keyPem }, (request, response) => {
    const host = request.headers.host?.replace(/:\d+$/, "") ?? "";
    const url = `https://${host}${request.url ?? ""}`;
    asked.push(url);
    const page = pages[url];
    const { status = 200, body } = typeof page === "string" ? { body: page } : (page ?? { status: 404, body: "" });
    response.writeHead(status, { "content-type": "application/rdap+json" });
    response.end(body.replaceAll("{port}", String(port)));
  });
  await new Promise<void>((resolve) => void web.listen(0, "127.0.0.1", resolve));
  const address = web.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const { port } = address;

  const servers = await Promise.all(
    Object.entries(whois).map(async ([host, text]) => {
      const server = await startLineServer(async (client) => {
        asked.push(`WHOIS ${await client.line()}`);
        if (text !== undefined) client.send(Buffer.from(text));
        client.end();
      });
      return { host, server };
    }),
  );
  const here = { A: ["127.0.0.1"] };
  const { ask } = createZone({
    ...Object.fromEntries([...names, ...servers.map(({ host }) => host)].map((name) => [name, here])),
    ...zone,
  });
  const dial = createDial({ ask, extraAuthorities: [] });
  return {
    port,
    asked,
    ctx: {
      ask,
      isPublic: () => true,
      authorities: [ca.certPem],
      dial: (options, signal) => {
        const own = servers.find(({ host }) => host === options.host);
        return dial({ ...options, port: own && options.port === 43 ? own.server.port : options.port }, signal);
      },
    },
    close: async () => {
      web.closeAllConnections();
      web.close();
      await Promise.all(servers.map(({ server }) => server.close()));
    },
  };
}
