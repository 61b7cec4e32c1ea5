import { SMTPServer } from "smtp-server";
import type { ServerIdentity } from "./certificates.ts";
import type { MailHost } from "./company.ts";
import { listen } from "./listening.ts";
import type { Running } from "./listening.ts";

/**
 * The mail server to which other servers would bring the mail of a domain (RFC 5321): it greets and has STARTTLS. Mail of the
 * demonstration goes another way, so nobody is a recipient here.
 */
export async function startExchangeServer(host: MailHost, identity: ServerIdentity): Promise<Running> {
  const server = new SMTPServer({
    ...identity,
    name: host.exchanges[0]?.host ?? host.domain,
    secure: false,
    noDelay: true,
    disabledCommands: ["AUTH"],
    disableReverseLookup: true,
    logger: false,
    maxClients: 100,
    socketTimeout: 30_000,
    closeTimeout: 1,
    onRcptTo(_address, _session, done) {
      done(Object.assign(new Error("5.7.1 The demonstration takes no mail from others"), { responseCode: 550 }));
    },
  });
  server.on("error", () => undefined);
  return listen(server.server);
}
