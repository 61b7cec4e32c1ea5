import diagnostics from "node:diagnostics_channel";
import { Socket } from "node:net";
import { startImapServer } from "../../src/demo/imap-server.ts";
import type { MailStore } from "../../src/demo/mail-store.ts";
import { startSmtpServer, type Submitted } from "../../src/demo/smtp-server.ts";
import type { Issued } from "./certificates.ts";
import { type LineClient, startLineServer } from "./line-server.ts";
import type { WatchedAccount } from "./month-mail.ts";

type Protocol = "imap" | "smtp" | "pop3" | "sieve";

/** What the servers of one account saw. Times are milliseconds UTC of the (simulated) clock. */
export interface Seen {
  /** One entry for each login that was tried. */
  readonly logins: { readonly at: number; readonly protocol: Protocol }[];
  /** One entry for each mail that was taken. */
  readonly mails: number[];
  connections: number;
  open: number;
  mostOpen: number;
}

export interface AccountServers {
  readonly ports: Readonly<Record<Protocol, number>>;
  readonly seen: Seen;
  stop(): Promise<void>;
}

/** Real servers for one mailbox alone, so that all that concerns its account is counted: IMAP, submission, POP3, ManageSieve. */
export async function startAccountServers(
  account: WatchedAccount,
  host: string,
  { chainPem, keyPem }: Pick<Issued, "chainPem" | "keyPem">,
  { store, deliver }: { readonly store: MailStore; readonly deliver: (message: Submitted) => void },
): Promise<AccountServers> {
  const seen: Seen = { logins: [], mails: [], connections: 0, open: 0, mostOpen: 0 };
  const { address } = account;
  const identity = { cert: chainPem, key: keyPem };
  /** The demonstration's servers ask this at every login, before they compare the password. */
  const accepts = (protocol: Protocol) => (name: string) => {
    seen.logins.push({ at: Date.now(), protocol });
    return name === address;
  };
  const imap = await startImapServer(host, identity, { store, accepts: accepts("imap"), broken: () => false });
  const smtp = await startSmtpServer(
    { domain: address.slice(address.indexOf("@") + 1), imap: host, smtp: host, exchanges: [], submission: "tls" },
    identity,
    {
      store,
      accepts: accepts("smtp"),
      broken: () => false,
      deliver(message) {
        seen.mails.push(Date.now());
        deliver(message);
      },
    },
  );
  const tried = (protocol: Protocol, password: string | undefined): boolean => {
    accepts(protocol)(address);
    return password === account.password;
  };
  const tls = { certificate: { chainPem, keyPem }, implicit: true };
  const pop3 = await startLineServer((client) => speakPop3(client, account, (password) => tried("pop3", password)), tls);
  const sieve = await startLineServer((client) => speakSieve(client, (password) => tried("sieve", password)), tls);
  const ports = { imap: imap.port, smtp: smtp.port, pop3: pop3.port, sieve: sieve.port };
  const mine = new Set<number | undefined>(Object.values(ports));
  const onSocket = (message: unknown): void => {
    const socket = typeof message === "object" && message !== null && "socket" in message ? message.socket : undefined;
    if (!(socket instanceof Socket) || !mine.has(socket.localPort)) return;
    seen.connections += 1;
    seen.open += 1;
    seen.mostOpen = Math.max(seen.mostOpen, seen.open);
    socket.once("close", () => {
      seen.open -= 1;
    });
  };
  diagnostics.subscribe("net.server.socket", onSocket);
  return {
    ports,
    seen,
    async stop() {
      diagnostics.unsubscribe("net.server.socket", onSocket);
      await Promise.all([imap.stop(), smtp.stop(), pop3.close(), sieve.close()]);
    },
  };
}

async function speakPop3(client: LineClient, account: WatchedAccount, isRight: (password: string) => boolean): Promise<void> {
  const inbox = account.folders[0]?.messages ?? [];
  client.send("+OK ready");
  for (;;) {
    const line = await client.line();
    const verb = line.split(" ", 1)[0]?.toUpperCase();
    if (verb === "CAPA") client.send("+OK", "USER", "RESP-CODES", "AUTH-RESP-CODE", ".");
    else if (verb === "PASS") client.send(isRight(line.slice(5)) ? "+OK" : "-ERR [AUTH] Authentication failed.");
    else if (verb === "STAT") client.send(`+OK ${inbox.length} ${inbox.reduce((sum, { raw }) => sum + raw.length, 0)}`);
    else if (verb === "USER" || verb === "QUIT") client.send("+OK");
    else client.send("-ERR unknown");
    if (verb === "QUIT") return client.end();
  }
}

async function speakSieve(client: LineClient, isRight: (password: string | undefined) => boolean): Promise<void> {
  client.send('"IMPLEMENTATION" "test"', '"SIEVE" "fileinto"', '"SASL" "PLAIN"', 'OK "ready"');
  for (;;) {
    const line = await client.line();
    const verb = line.split(" ", 1)[0];
    if (verb === "AUTHENTICATE") {
      const response = Buffer.from(/"PLAIN" "([^"]*)"/.exec(line)?.[1] ?? "", "base64").toString();
      client.send(isRight(response.split("\0")[2]) ? 'OK "in"' : 'NO "Authentication failed."');
    } else if (verb === "LISTSCRIPTS") client.send('"main" ACTIVE', "OK");
    else if (verb === "GETSCRIPT") {
      await client.line();
      client.send("{5}", "keep;", "OK");
    } else client.send('OK "done"');
    if (verb === "LOGOUT") return client.end();
  }
}

/** The most of these moments within one stretch of time that begins at any of them. */
export function mostWithin(moments: readonly number[], spanMs: number): number {
  let most = 0;
  let first = 0;
  moments.forEach((at, i) => {
    while (at - (moments[first] ?? at) >= spanMs) first += 1;
    most = Math.max(most, i - first + 1);
  });
  return most;
}
