import { randomBytes } from "node:crypto";
import tls from "node:tls";
import { createAuthority } from "./certificates.ts";
import type { ServerIdentity } from "./certificates.ts";
import { domainOf, dutyMailbox, mailboxes, mailHosts, webmailHost } from "./company.ts";
import { writeConfiguration } from "./configuration.ts";
import { createDelivery, deliverLetters } from "./delivery.ts";
import { createDkimKey } from "./dkim.ts";
import { startDnsServer } from "./dns-server.ts";
import { startExchangeServer } from "./exchange-server.ts";
import { faultsAt } from "./faults.ts";
import type { Broken } from "./faults.ts";
import { startImapServer } from "./imap-server.ts";
import { listen } from "./listening.ts";
import type { Running } from "./listening.ts";
import { createMailStore } from "./mail-store.ts";
import { startRegistry } from "./registry.ts";
import { startSmtpServer } from "./smtp-server.ts";
import type { Submitted } from "./smtp-server.ts";
import { createZones } from "./zones.ts";

export interface DemoOptions {
  /** Where `mailvigil.yaml`, `ca.pem` and the passwords are written; a temporary folder. */
  readonly folder: string;
  /** How much faster than real time the timetable of the faults goes; default 1. */
  readonly speed?: number;
  /** Seconds on the timetable; default those since the start, times `speed`. */
  readonly clock?: () => number;
}

export interface Demo extends AsyncDisposable {
  /** Absolute, when the folder is. */
  readonly configurationFile: string;
  /** Ends every server and connection. The folder stays. */
  stop(): Promise<void>;
}

/** A certificate of 90 days as most have them today: in the middle of its life, or with 12 days left, which is too few. */
const healthy = { since: -30, until: 60 };
const nearlyOver = { since: -78, until: 12 };
/** How long a sender waits before its second try at a greylisting receiver; real ones wait minutes. */
const secondTryMs = 45_000;

/**
 * Starts the demonstration company in this process: name server, mail servers and a web server on loopback ports that the
 * system chooses, with faults that come and go (`faults.ts`).
 * @throws when a port or a file cannot be had; nothing stays open then
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const speed = options.speed ?? 1;
  const started = performance.now();
  const clock = options.clock ?? (() => ((performance.now() - started) / 1000) * speed);
  const broken: Broken = (kind, where) => faultsAt(clock()).some((fault) => fault.kind === kind && fault.where === where);

  const addresses = [...mailboxes.map(({ address }) => address), dutyMailbox];
  const passwords = new Map(addresses.map((address) => [address, randomBytes(12).toString("base64url")]));
  const store = createMailStore(passwords);
  deliverLetters(store);
  const dkim = await createDkimKey();
  const delivery = createDelivery(store, broken, { dkim, retryMs: secondTryMs / speed });

  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    delivery.stop();
    await Promise.all(running.splice(0).map((server) => server.stop()));
  };
  const run = async (starting: Promise<Running>): Promise<number> => {
    const server = await starting;
    running.push(server);
    return server.port;
  };

  try {
    const authority = await createAuthority("Mailvigil demonstration authority");
    const webmail = await run(startWebmail(await authority.issue(webmailHost, nearlyOver)));
    const imap = new Map<string, number>();
    const smtp = new Map<string, number>();
    const exchanges = new Map<string, number>();
    for (const host of mailHosts) {
      const accepts = (address: string) => domainOf(address) === host.domain;
      const world = { store, accepts, broken, deliver: (message: Submitted) => delivery.deliver(message) };
      imap.set(host.imap, await run(startImapServer(host.imap, await authority.issue(host.imap, healthy), world)));
      smtp.set(host.smtp, await run(startSmtpServer(host, await authority.issue(host.smtp, healthy), world)));
      const [first = host.domain, ...others] = host.exchanges.map(({ host: exchange }) => exchange);
      exchanges.set(host.domain, await run(startExchangeServer(host, await authority.issue(first, healthy, others))));
    }
    const dns = await run(startDnsServer(createZones(broken, { dkimKey: dkim.published, imap, smtp })));
    const registry = await run(startRegistry());
    const ports = { dns, webmail, registry, imap, smtp, exchanges };
    const configurationFile = await writeConfiguration(options.folder, { ports, ca: authority.ca, passwords });
    return { configurationFile, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Only its certificate is of interest: it says that there is nothing to see, and closes. */
function startWebmail(identity: ServerIdentity): Promise<Running> {
  const server = tls.createServer({ ...identity, handshakeTimeout: 10_000 }, (socket) => {
    socket.on("error", () => undefined);
    socket.setTimeout(10_000, () => socket.destroy());
    socket.once("data", () => socket.end("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"));
    socket.on("end", () => socket.end());
  });
  server.maxConnections = 100;
  server.on("tlsClientError", () => undefined);
  return listen(server);
}
