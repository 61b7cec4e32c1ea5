import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { createAuthority } from "../support/certificates.ts";
import { at, hosts } from "./addresses.ts";
import type { Lab } from "./lab.ts";

const ports = [443, 465, 993, 995];
const box = "127.80.9.9";
const places: Readonly<Record<string, string>> = {
  [hosts.harbour]: at.harbour,
  [hosts.orchard]: at.orchard,
  [hosts.partner]: at.partner,
  "imap.gmail.com": at.globe,
  "smtp.gmail.com": at.globe,
  "witness1.lab": at.witnesses[0],
  "witness2.lab": at.witnesses[1],
};

/**
 * A firewall that inspects encrypted connections, as FortiGate and Sangfor do: it takes them in place of the server, with a
 * certificate for the server's name of an authority of its own, and makes another connection to the server.
 */
export async function startInterception({ firewall }: Pick<Lab, "firewall">): Promise<void> {
  await (listening ??= listen());
  firewall.divert(`meta skuid 0 ip saddr != ${box} tcp dport { ${ports.join(", ")} }`, box);
}

let listening: Promise<void> | undefined;

async function listen(): Promise<void> {
  const authority = await createAuthority("Office firewall");
  const contexts = new Map<string, tls.SecureContext>();
  for (const name of Object.keys(places)) {
    const { chainPem, keyPem } = await authority.issue({ names: [name] });
    contexts.set(name, tls.createSecureContext({ cert: chainPem + authority.certPem, key: keyPem }));
  }
  for (const port of ports) {
    const server = tls.createServer({ SNICallback: (name, done) => done(null, contexts.get(name)) }, (client) => {
      const host = typeof client.servername === "string" ? (places[client.servername] ?? at.nobody) : at.nobody;
      const onward = tls.connect({ socket: net.connect({ host, port, localAddress: box }), rejectUnauthorized: false });
      const end = (): void => {
        client.destroy();
        onward.destroy();
      };
      client.on("error", end).on("close", end);
      onward.on("error", end).on("close", end);
      client.pipe(onward).pipe(client);
    });
    server.on("tlsClientError", () => undefined);
    server.listen(port, box);
    await once(server, "listening");
    server.unref();
  }
}
