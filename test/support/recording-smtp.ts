import { once } from "node:events";
import { SMTPServer } from "smtp-server";
import type { Issued } from "./certificates.ts";

export interface RecordingSmtp extends AsyncDisposable {
  /** The addresses of every MAIL FROM and RCPT TO, in order. */
  readonly senders: readonly string[];
  readonly recipients: readonly string[];
  readonly connections: () => number;
}

export interface RecordingSmtpOptions {
  readonly address: string;
  readonly identity: Pick<Issued, "chainPem" | "keyPem">;
  /** How it greets. */
  readonly name: string;
  /** To whom it would bring mail; default nobody. */
  readonly takes?: (recipient: string) => boolean;
}

/** A mail server for other mail servers (port 25, STARTTLS) that writes down whom it is told about. */
export async function startRecordingSmtp({ address, identity, name, takes }: RecordingSmtpOptions): Promise<RecordingSmtp> {
  const senders: string[] = [];
  const recipients: string[] = [];
  let connections = 0;
  const server = new SMTPServer({
    cert: identity.chainPem,
    key: identity.keyPem,
    name,
    authOptional: true,
    disabledCommands: ["AUTH"],
    disableReverseLookup: true,
    logger: false,
    noDelay: true,
    closeTimeout: 1,
    onConnect: (_session, done) => {
      connections += 1;
      done();
    },
    onMailFrom: (from, _session, done) => {
      senders.push(from.address);
      done();
    },
    onRcptTo: (to, _session, done) => {
      recipients.push(to.address);
      done(takes?.(to.address) === true ? null : Object.assign(new Error("relay access denied"), { responseCode: 554 }));
    },
  });
  server.on("error", () => undefined);
  server.listen(25, address);
  await once(server.server, "listening");
  return {
    senders,
    recipients,
    connections: () => connections,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(resolve);
      }),
  };
}
