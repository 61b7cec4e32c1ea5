import { once } from "node:events";
import { createTransport } from "nodemailer";
import { SMTPServer } from "smtp-server";

export interface SigningRelayOptions {
  /** Where it listens and sends from, `127.x.y.z`. */
  readonly address: string;
  readonly port: number;
  /** What it calls itself. */
  readonly hostname: string;
  /** Who gets the mail, at port 25. */
  readonly next: string;
  /** How mail is signed from now on; undefined: not at all. */
  readonly signing: () => { readonly domainName: string; readonly keySelector: string; readonly privateKey: string } | undefined;
}

/** What stands behind many company servers: takes mail, signs it (RFC 6376, by nodemailer) and hands it on. */
export async function startSigningRelay(options: SigningRelayOptions): Promise<{ stop(): Promise<void> }> {
  const { address, port, hostname, next, signing } = options;
  const server = new SMTPServer({
    name: hostname,
    disabledCommands: ["AUTH", "STARTTLS"],
    onData: (stream, { envelope }, done) => {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.once("end", () => {
        const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
        const to = envelope.rcptTo.map((one) => one.address);
        const transport = createTransport({ host: next, port: 25, name: hostname, localAddress: address, ignoreTLS: true });
        const dkim = signing();
        transport.sendMail({ envelope: { from, to }, raw: Buffer.concat(parts), ...(dkim ? { dkim } : {}) }, (error) => {
          transport.close();
          done(error);
        });
      });
    },
  });
  server.on("error", () => undefined);
  server.listen(port, address);
  await once(server.server, "listening");
  return { stop: () => new Promise<void>((resolve) => server.close(resolve)) };
}
