import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { ImapFlow } from "imapflow";
import { createTransport } from "nodemailer";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { timetable } from "../../src/demo/faults.ts";
import type { FaultKind } from "../../src/demo/faults.ts";
import { startDemo } from "../../src/demo/start-demo.ts";
import { openDemonstration } from "../support/demonstration.ts";
import type { OpenDemonstration } from "../support/demonstration.ts";

let open: OpenDemonstration;

beforeAll(async () => {
  // Fast, so that a greylisted message is there 90 ms later.
  open = await openDemonstration(500);
});
afterEach(() => open.setClock(0));
afterAll(() => open[Symbol.asyncDispose]());

/** Sets the clock into the middle of a fault. */
function breakNow(kind: FaultKind): void {
  const fault = timetable.find((one) => one.kind === kind);
  if (fault === undefined) throw new Error(`${kind} is not on the timetable`);
  open.setClock((fault.from + fault.until) / 2);
}

async function loggedIn(address: string, pass = open.mailbox(address).pass): Promise<ImapFlow & AsyncDisposable> {
  const { imap, login } = open.mailbox(address);
  const client = new ImapFlow({
    host: "127.0.0.1",
    servername: imap.host,
    port: imap.port,
    secure: true,
    tls: { ca: open.ca },
    auth: { user: login, pass },
    logger: false,
    disableIMAP4rev2: true,
  });
  client.on("error", () => undefined);
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.logout() });
}

const transportOf = (address: string, pass = open.mailbox(address).pass) => {
  const { smtp, login } = open.mailbox(address);
  return createTransport({
    host: "127.0.0.1",
    port: smtp.port,
    secure: smtp.security === "tls",
    requireTLS: true,
    tls: { ca: open.ca, servername: smtp.host },
    auth: { user: login, pass },
  });
};

const send = (from: string, to: string, messageId: string) =>
  transportOf(from).sendMail({ from, to, subject: "你好 from the test", messageId, text: "A line.\n.\nThe end.\n" });

/** The UIDs in a folder of an address whose Message-ID is this. */
async function find(address: string, folder: string, messageId: string): Promise<number[]> {
  await using client = await loggedIn(address);
  await client.mailboxOpen(folder, { readOnly: true });
  const found = await client.search({ header: { "message-id": messageId } }, { uid: true });
  return Array.isArray(found) ? found : [];
}

/** The first line that a server says, without or with TLS. */
async function firstLine(server: { host: string; port: number; security: string }): Promise<string> {
  const socket =
    server.security === "tls"
      ? tls.connect({ host: "127.0.0.1", port: server.port, servername: server.host, ca: open.ca })
      : net.connect(server.port, "127.0.0.1");
  try {
    const [chunk]: unknown[] = await once(socket, "data");
    return String(chunk).trimEnd();
  } finally {
    socket.destroy();
  }
}

describe("the IMAP server", () => {
  test("lets imapflow log in and list the folders with their use", async () => {
    await using client = await loggedIn("sales@example.com");
    const folders = await client.list();
    expect(folders.map(({ path, specialUse }) => `${path} ${specialUse ?? ""}`)).toEqual([
      "INBOX \\Inbox",
      "Sent \\Sent",
      "Drafts \\Drafts",
      "Junk \\Junk",
      "Trash \\Trash",
    ]);
    expect(await client.status("INBOX", { messages: true, unseen: true, uidNext: true })).toMatchObject({
      messages: 2,
      uidNext: 3,
    });
  });

  test("shows the letters that lie in sales@, and reading them changes no flag", async () => {
    await using client = await loggedIn("sales@example.com");
    await client.mailboxOpen("INBOX", { readOnly: true });
    const letters = await client.fetchAll("1:*", { envelope: true, flags: true, internalDate: true, size: true, source: true });
    expect(letters.map(({ envelope }) => envelope?.subject)).toEqual(["Inquiry: 2,000 pcs LED lamps, FOB Ningbo", "打样已完成"]);
    expect(letters.map(({ flags }) => [...(flags ?? [])])).toEqual([[], []]);
    expect(letters[0]?.source?.length).toBe(letters[0]?.size);
    expect(letters[0]?.envelope?.from?.[0]?.address).toBe("canary@partner.example");
  });

  test("answers a wrong password with AUTHENTICATIONFAILED", async () => {
    await expect(loggedIn("sales@example.com", "wrong")).rejects.toMatchObject({
      authenticationFailed: true,
      serverResponseCode: "AUTHENTICATIONFAILED",
    });
  });

  test("lets nobody in whose mailbox another host has", async () => {
    const { imap } = open.mailbox("factory@example.net");
    const { login, pass } = open.mailbox("sales@example.com");
    const socket = tls.connect({ host: "127.0.0.1", port: imap.port, servername: imap.host, ca: open.ca });
    await once(socket, "data");
    // A literal that waits for the server's word, as other clients than imapflow send it.
    socket.write(`a1 LOGIN {${login.length}}\r\n`);
    expect(String((await once(socket, "data"))[0])).toMatch(/^\+ /);
    socket.write(`${login} "${pass}"\r\n`);
    expect(String((await once(socket, "data"))[0])).toMatch(/^a1 NO \[AUTHENTICATIONFAILED\]/);
    socket.destroy();
  });

  test("ends a connection whose command grows without an end", async () => {
    const { imap } = open.mailbox("sales@example.com");
    const socket = tls.connect({ host: "127.0.0.1", port: imap.port, servername: imap.host, ca: open.ca });
    await once(socket, "data");
    socket.write(`a1 ${"x".repeat(300 * 1024)}`);
    expect(String((await once(socket, "data"))[0])).toMatch(/^\* BYE/);
    await once(socket, "close");
  });

  test("tells a session that waits of mail that came and of mail that went", async () => {
    await using client = await loggedIn("ceo@example.com");
    await client.mailboxOpen("INBOX");
    await send("sales@example.com", "ceo@example.com", "<waits@test>");
    await client.noop();
    expect(client.mailbox).toMatchObject({ exists: 1 });
    expect(await client.messageDelete("1:*")).toBe(true);
    expect(client.mailbox).toMatchObject({ exists: 0 });
    expect(await find("ceo@example.com", "INBOX", "<waits@test>")).toEqual([]);
  });
});

describe("the SMTP servers", () => {
  test.each([
    ["sales@example.com", "canary@partner.example", "TLS from the first byte"],
    ["factory@example.net", "sales@example.com", "STARTTLS"],
  ])("take mail from %s to %s over %s; imapflow finds it and removes it alone", async (from, to) => {
    const id = `<${from}-${to}@test>`;
    const sent = await send(from, to, id);
    expect(sent.response).toMatch(/^250 2\.0\.0 Ok: queued as [0-9A-F]{10}$/);

    await using client = await loggedIn(to);
    const lock = await client.getMailboxLock("INBOX");
    const before = await client.search({ all: true }, { uid: true });
    const uids = await client.search({ header: { "message-id": id } }, { uid: true });
    expect(uids).toHaveLength(1);
    const [message] = await client.fetchAll(String(uids), { headers: ["received", "subject"], flags: true }, { uid: true });
    expect(message?.flags).toEqual(new Set());
    // The hop to the receiver's exchange on top, the submission below it.
    expect(message?.headers?.toString().match(/(?<=\sby )\S+/g)).toEqual([
      to.endsWith("partner.example") ? "mx.partner.example" : "mx1.example.com",
      open.mailbox(from).smtp.host,
    ]);
    await client.messageDelete(String(uids), { uid: true });
    const after = await client.search({ all: true }, { uid: true });
    expect(after).toEqual(Array.isArray(before) ? before.filter((uid) => !String(uids).includes(String(uid))) : []);
    lock.release();
  });

  test("offer AUTH on the STARTTLS port only after TLS", async () => {
    const { smtp } = open.mailbox("factory@example.net");
    const socket = net.connect(smtp.port, "127.0.0.1");
    await once(socket, "data");
    socket.write("EHLO test\r\n");
    const answer = String((await once(socket, "data"))[0]);
    socket.destroy();
    expect(answer).toContain("STARTTLS");
    expect(answer).not.toContain("AUTH");
  });

  test("refuse a wrong password, another's sender and a mailbox that does not exist", async () => {
    await expect(transportOf("sales@example.com", "wrong").verify()).rejects.toMatchObject({ responseCode: 535 });
    const own = transportOf("sales@example.com");
    await expect(own.sendMail({ from: "ceo@example.com", to: "hr@example.com", text: "x" })).rejects.toMatchObject({
      responseCode: 553,
    });
    await expect(own.sendMail({ from: "sales@example.com", to: "nobody@example.com", text: "x" })).rejects.toMatchObject({
      responseCode: 550,
    });
  });
});

describe("the name server", () => {
  const resolver = () => {
    const it = new Resolver({ timeout: 2_000, tries: 1 });
    it.setServers(open.configuration.settings.dns.servers);
    return it;
  };

  test("has the company's records", async () => {
    const exchanges = await resolver().resolveMx("example.com");
    expect(exchanges.map(({ priority, exchange }) => `${priority} ${exchange}`).toSorted()).toEqual([
      "10 mx1.example.com",
      "20 mx2.example.com",
    ]);
    expect(await resolver().resolve4("imap.example.com")).toEqual(["127.0.0.1"]);
    expect(await resolver().resolveTxt("_dmarc.example.com")).toEqual([["v=DMARC1; p=quarantine; rua=mailto:info@example.com"]]);
    expect(await resolver().resolveSoa("example.net")).toMatchObject({ nsname: "ns.example.net" });
  });

  test.each([
    ["nowhere.example.com", "ENOTFOUND"],
    ["mx1.example.com", "ENODATA"],
    ["example.org", "EREFUSED"],
  ])("says of the MX of %s: %s", async (name, code) => {
    await expect(resolver().resolveMx(name)).rejects.toMatchObject({ code });
  });

  test("answers over TCP on the same port", async () => {
    const port = Number(open.configuration.settings.dns.servers[0]?.split(":")[1]);
    const socket = net.connect(port, "127.0.0.1");
    // Id 1, RD, one question: example.com MX IN.
    socket.write(Buffer.from("001d000101000001000000000000076578616d706c6503636f6d00000f0001", "hex"));
    const [answer]: unknown[] = await once(socket, "data");
    socket.destroy();
    expect(Buffer.isBuffer(answer) && answer.readUInt16BE(8)).toBe(2);
  });
});

describe("its certificates", () => {
  test("hold for every server by its name, and the webmail's is nearly over", async () => {
    const servers = open.configuration.endpoints.concat(open.configuration.mailboxes.map(({ imap }) => imap));
    const days = new Map<string, number>();
    for (const { host, port } of servers) {
      const socket = tls.connect({ host: "127.0.0.1", port, servername: host, ca: open.ca });
      await once(socket, "secureConnect");
      days.set(host, Math.round((Date.parse(socket.getPeerCertificate().valid_to) - Date.now()) / 86_400_000));
      socket.destroy();
    }
    expect(Object.fromEntries(days)).toEqual({
      "webmail.example.com": 12,
      "imap.example.com": 60,
      "imap.example.net": 60,
      "imap.partner.example": 60,
    });
  });
});

describe("a fault", () => {
  test("imap-bye greets with BYE, then it is over", async () => {
    breakNow("imap-bye");
    expect(await firstLine(open.mailbox("factory@example.net").imap)).toMatch(/^\* BYE \[UNAVAILABLE\]/);
    expect(await firstLine(open.mailbox("sales@example.com").imap)).toMatch(/^\* OK/);
    open.setClock(0);
    expect(await firstLine(open.mailbox("factory@example.net").imap)).toMatch(/^\* OK/);
  });

  test("imap-slow-greeting greets after more than 5 s and less than 15 s", async () => {
    breakNow("imap-slow-greeting");
    const started = performance.now();
    expect(await firstLine(open.mailbox("canary@partner.example").imap)).toMatch(/^\* OK/);
    expect(performance.now() - started).toBeGreaterThan(5_500);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test.each([
    ["login-unavailable", "info@example.com", "UNAVAILABLE"],
    ["login-limit", "purchasing@example.com", "LIMIT"],
  ] as const)("%s refuses %s with %s and nobody else", async (kind, address, code) => {
    breakNow(kind);
    await expect(loggedIn(address)).rejects.toMatchObject({ serverResponseCode: code });
    await using other = await loggedIn("sales@example.com");
    expect(other.usable).toBe(true);
    open.setClock(0);
    await using again = await loggedIn(address);
    expect(again.usable).toBe(true);
  });

  test("smtp-421 greets with 421", async () => {
    breakNow("smtp-421");
    expect(await firstLine(open.mailbox("factory@example.net").smtp)).toMatch(/^421 4\.3\.2 /);
    expect(await firstLine(open.mailbox("sales@example.com").smtp)).toMatch(/^220 /);
  });

  test("mx-private lets the inside address of the exchange out", async () => {
    const resolver = new Resolver();
    resolver.setServers(open.configuration.settings.dns.servers);
    breakNow("mx-private");
    expect(await resolver.resolve4("mx.example.net")).toEqual(["192.168.10.21"]);
    open.setClock(0);
    expect(await resolver.resolve4("mx.example.net")).toEqual(["127.0.0.1"]);
  });

  test("to-junk puts mail to the partner into Junk", async () => {
    breakNow("to-junk");
    await send("sales@example.com", "canary@partner.example", "<junk@test>");
    expect(await find("canary@partner.example", "INBOX", "<junk@test>")).toEqual([]);
    expect(await find("canary@partner.example", "Junk", "<junk@test>")).toHaveLength(1);
  });

  test("greylisted delivers mail to sales@ later", async () => {
    breakNow("greylisted");
    await send("canary@partner.example", "sales@example.com", "<late@test>");
    expect(await find("sales@example.com", "INBOX", "<late@test>")).toEqual([]);
    await expect.poll(() => find("sales@example.com", "INBOX", "<late@test>"), { timeout: 5_000 }).toHaveLength(1);
  });
});

describe("startDemo", () => {
  test("lets faults come and go by itself, so much faster as `speed` says", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mailvigil-demo-"));
    // At this speed the exchange has its inside address from 1.5 s to 2.1 s after the start.
    await using demo = await startDemo({ folder, speed: 100 });
    const [, server = ""] = /servers: \[ (\S+) \]/.exec(await readFile(demo.configurationFile, "utf8")) ?? [];
    const resolver = new Resolver();
    resolver.setServers([server]);
    const address = () => resolver.resolve4("mx.example.net");
    expect(await address()).toEqual(["127.0.0.1"]);
    await expect.poll(address, { timeout: 4_000 }).toEqual(["192.168.10.21"]);
    await expect.poll(address, { timeout: 4_000 }).toEqual(["127.0.0.1"]);
    await rm(folder, { recursive: true });
  });

  test("keeps passwords to their owner", async () => {
    expect((await stat(join(open.folder, "passwords"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(open.folder, "passwords", "sales@example.com"))).mode & 0o777).toBe(0o600);
  });

  test("stop ends what is open and frees every port", async () => {
    const other = await openDemonstration();
    const { imap, smtp } = other.mailbox("factory@example.net");
    const sockets = [imap, smtp].map(({ port }) => net.connect(port, "127.0.0.1"));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    const closed = sockets.map((socket) => once(socket, "close"));
    await other[Symbol.asyncDispose]();
    await Promise.all(closed);
    for (const { port } of [imap, smtp]) {
      const socket = net.connect(port, "127.0.0.1");
      const [error]: unknown[] = await once(socket, "error");
      expect(error).toMatchObject({ code: "ECONNREFUSED" });
    }
  });
});
