import diagnostics from "node:diagnostics_channel";
import http from "node:http";
import { Socket } from "node:net";
import { startImapServer } from "../src/demo/imap-server.ts";
import { ImapSession } from "../src/demo/imap-session.ts";
import { createAuthority } from "../test/support/certificates.ts";
import { type LineClient, startLineServer } from "../test/support/line-server.ts";
import { folderIn, newAccount, put } from "../test/support/month-mail.ts";

/** Two mailboxes, each with its servers, in a process of its own; `GET /` tells what they saw since it was asked last. */
const accounts = new Map(
  ["sales@example.com", "canary@example.com"].map((address) => [address, newAccount(address, "a password")]),
);
for (const account of accounts.values()) {
  const letter = "From: customer@example.net\r\nSubject: An order\r\n\r\nDear Sirs, we order.\r\n";
  for (let i = 0; i < 200; i += 1) put(folderIn(account, "INBOX"), letter, Date.now() - i * 60_000);
}

const nothing = { imapConnections: 0, otherConnections: 0, imap: 0, lines: 0, bytes: 0 };
let seen = { ...nothing };
let open = 0;

// oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
const { answer } = ImapSession.prototype;
ImapSession.prototype.answer = function counted(line: string): string {
  // The response to AUTHENTICATE is a line of its own, and no command.
  if (line.includes(" ")) seen.imap += 1;
  return answer.call(this, line);
};

const authority = await createAuthority("Mailvigil bench");
const issued = await authority.issue({ names: ["mail.example.com"] });
const identity = { cert: issued.chainPem, key: issued.keyPem };
const imap = await startImapServer("mail.example.com", identity, { store: accounts, accepts: () => true, broken: () => false });
const tls = { certificate: issued, implicit: true };
const smtp = await startLineServer(speakSmtp, tls);
const pop3 = await startLineServer(speakPop3, tls);
const sieve = await startLineServer(speakSieve, tls);
const ports = { imap: imap.port, smtp: smtp.port, pop3: pop3.port, sieve: sieve.port };

diagnostics.subscribe("net.server.socket", (message) => {
  const socket = typeof message === "object" && message !== null && "socket" in message ? message.socket : undefined;
  if (!(socket instanceof Socket)) return;
  const isImap = socket.localPort === ports.imap;
  if (!isImap && !Object.values<number | undefined>(ports).includes(socket.localPort)) return;
  seen[isImap ? "imapConnections" : "otherConnections"] += 1;
  open += 1;
  socket.once("close", () => {
    open -= 1;
    seen.bytes += socket.bytesRead + socket.bytesWritten;
  });
});

const control = http.createServer((_request, response) => {
  const tell = (): void => {
    if (open > 0) return void setTimeout(tell, 2);
    response.end(JSON.stringify(seen));
    seen = { ...nothing };
  };
  tell();
});
control.listen(0, "127.0.0.1", () => {
  const at = control.address();
  const port = typeof at === "object" && at !== null ? at.port : 0;
  console.log(`ready ${JSON.stringify({ ports, authority: authority.certPem, control: `http://127.0.0.1:${port}/` })}`);
});

async function lineOf(client: LineClient): Promise<readonly [line: string, verb: string]> {
  const line = await client.line();
  seen.lines += 1;
  return [line, line.split(" ", 1)[0]?.toUpperCase() ?? ""];
}

/** RFC 5321, for one mail at a time, which arrives at once. */
async function speakSmtp(client: LineClient): Promise<void> {
  let to = "";
  client.send("220 mail.example.com ESMTP");
  for (;;) {
    const [line, verb] = await lineOf(client);
    if (verb === "EHLO") client.send("250-mail.example.com", "250-AUTH PLAIN LOGIN", "250-8BITMIME", "250 SIZE 50000000");
    else if (verb === "AUTH") client.send("235 2.7.0 welcome");
    else if (verb === "DATA") {
      client.send("354 go on");
      const lines: string[] = [];
      for (let next = await client.line(); next !== "."; next = await client.line()) lines.push(next.replace(/^\./, ""));
      const account = accounts.get(to);
      if (account) put(folderIn(account, "INBOX"), `${lines.join("\r\n")}\r\n`, Date.now());
      client.send("250 2.0.0 queued as 1A2B3C");
    } else if (verb === "QUIT") {
      client.send("221 2.0.0 bye");
      return client.end();
    } else {
      to = /^RCPT TO:<([^>]*)>/i.exec(line)?.[1]?.toLowerCase() ?? to;
      client.send("250 2.1.0 ok");
    }
  }
}

async function speakPop3(client: LineClient): Promise<void> {
  client.send("+OK ready");
  for (;;) {
    const [, verb] = await lineOf(client);
    if (verb === "CAPA") client.send("+OK", "USER", "RESP-CODES", ".");
    else client.send(verb === "STAT" ? "+OK 200 14000" : "+OK");
    if (verb === "QUIT") return client.end();
  }
}

async function speakSieve(client: LineClient): Promise<void> {
  client.send('"IMPLEMENTATION" "bench"', '"SIEVE" "fileinto"', '"SASL" "PLAIN"', 'OK "ready"');
  for (;;) {
    const [, verb] = await lineOf(client);
    if (verb === "LISTSCRIPTS") client.send('"main" ACTIVE', "OK");
    else if (verb === "GETSCRIPT") {
      await client.line();
      client.send("{5}", "keep;", "OK");
    } else client.send('OK "done"');
    if (verb === "LOGOUT") return client.end();
  }
}
