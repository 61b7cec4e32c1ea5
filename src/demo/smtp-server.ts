import { randomBytes } from "node:crypto";
import { SMTPServer } from "smtp-server";
import type { SMTPServerSession } from "smtp-server";
import type { ServerIdentity } from "./certificates.ts";
import type { MailHost } from "./company.ts";
import type { Broken } from "./faults.ts";
import { listen } from "./listening.ts";
import type { Running } from "./listening.ts";
import type { MailStore } from "./mail-store.ts";

/** A message that was taken for delivery. */
export interface Submitted {
  readonly from: string;
  readonly to: readonly string[];
  /** With the `Received` line of the submission on top. */
  readonly raw: Buffer;
  readonly by: MailHost;
  readonly queueId: string;
}

export interface SmtpWorld {
  readonly store: MailStore;
  readonly accepts: (address: string) => boolean;
  readonly broken: Broken;
  readonly deliver: (message: Submitted) => void;
}

const largestMessage = 256 * 1024;

const refuse = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code });

/** A submission server (RFC 6409): TLS or STARTTLS, AUTH, and mail from the own mailboxes to those of the demonstration. */
export async function startSmtpServer(host: MailHost, identity: ServerIdentity, world: SmtpWorld): Promise<Running> {
  const server = new SMTPServer({
    ...identity,
    name: host.smtp,
    secure: host.submission === "tls",
    noDelay: true,
    size: largestMessage,
    rejectOversized: true,
    authMethods: ["PLAIN", "LOGIN"],
    // The address of a client is loopback: there is nothing to look up, and nobody to ask.
    disableReverseLookup: true,
    logger: false,
    maxClients: 100,
    maxRecipients: 10,
    socketTimeout: 60_000,
    closeTimeout: 1,
    onConnect(session, done) {
      // A server in use offers AUTH where it may be used; this package offers it at once and refuses it before STARTTLS.
      if (!session.secure) session.disabledCommands = ["AUTH"];
      done(world.broken("smtp-421", host.smtp) ? refuse(421, "4.3.2 The service is not available, try again later") : null);
    },
    onSecure(_socket, session, done) {
      session.disabledCommands = [];
      done();
    },
    onAuth(auth, _session, done) {
      const address = (auth.username ?? "").toLowerCase();
      const account = world.accepts(address) ? world.store.get(address) : undefined;
      if (account !== undefined && account.password === auth.password) done(null, { user: address });
      else done(refuse(535, "5.7.8 Authentication credentials invalid"));
    },
    onMailFrom({ address }, session, done) {
      done(address.toLowerCase() === session.user ? null : refuse(553, "5.7.1 This sender is not the one who logged in"));
    },
    onRcptTo({ address }, _session, done) {
      done(world.store.has(address.toLowerCase()) ? null : refuse(550, "5.1.1 There is no such mailbox"));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => {
        if (!stream.sizeExceeded) chunks.push(chunk);
      });
      stream.once("end", () => {
        const queueId = randomBytes(5).toString("hex").toUpperCase();
        // One that is too large is refused by `rejectOversized`, whatever is said here.
        if (!stream.sizeExceeded) world.deliver(submitted(host, session, queueId, Buffer.concat(chunks)));
        done(null, `2.0.0 Ok: queued as ${queueId}`);
      });
    },
  });
  server.on("error", () => undefined);
  return listen(server.server);
}

function submitted(host: MailHost, session: SMTPServerSession, queueId: string, body: Buffer): Submitted {
  const { mailFrom, rcptTo } = session.envelope;
  const received =
    `Received: from ${session.hostNameAppearsAs} ([${session.remoteAddress}])\r\n` +
    `\tby ${host.smtp} with ${session.transmissionType} id ${queueId};\r\n\t${mailDate(Date.now())}\r\n`;
  return {
    from: mailFrom === false ? "" : mailFrom.address.toLowerCase(),
    to: [...new Set(rcptTo.map(({ address }) => address.toLowerCase()))],
    raw: Buffer.concat([Buffer.from(received), body]),
    by: host,
    queueId,
  };
}

/** RFC 5322 3.3 */
export const mailDate = (at: number): string => new Date(at).toUTCString().replace("GMT", "+0000");
