import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { type Connection, DialError, type DialOptions } from "../../src/model/connection.ts";
import { createDial } from "../../src/net/dial.ts";
import { createAuthority } from "../support/certificates.ts";
import { type LineClient, type LineServer, type LineServerOptions, startLineServer } from "../support/line-server.ts";
import { startFullQueue } from "../support/full-queue.ts";
import { authority, certificate, mailHost } from "../support/mail-world.ts";
import { createZone, type Zone } from "../support/zone.ts";

const quiet = new AbortController().signal;
const open: { close: () => unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function serve(script: (client: LineClient) => Promise<void>, options: LineServerOptions = {}): Promise<LineServer> {
  const server = await startLineServer(script, options);
  open.push(server);
  return server;
}

async function dialTo(options: Partial<DialOptions> & { port: number }, zone: Zone = {}, signal = quiet): Promise<Connection> {
  const { ask } = createZone({ [mailHost]: { A: ["127.0.0.1"] }, ...zone });
  const dial = createDial({ ask, extraAuthorities: [(await authority()).certPem] });
  const connection = await dial({ host: mailHost, tls: "none", ...options }, signal);
  open.push(connection);
  return connection;
}

const failure = async (work: Promise<unknown>): Promise<DialError> => {
  const error = await work.then(
    () => new Error("it did not fail"),
    (cause: unknown) => cause,
  );
  if (!(error instanceof DialError)) throw error;
  return error;
};

const secured = async (): Promise<LineServerOptions> => ({ certificate: await certificate("good"), implicit: true });
const hello = (client: LineClient): Promise<void> => Promise.resolve(client.send("hello"));
const nothing = (): Promise<void> => Promise.resolve();

/** A port at which nothing listens, at least for the moment. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}

describe("createDial() resolves", () => {
  test("a name by `ask` alone, and an address not at all", async () => {
    const server = await serve(hello);
    const byName = await dialTo({ port: server.port });
    expect(byName.times.resolve).toBeGreaterThanOrEqual(0);
    expect(byName.remote).toBe(`127.0.0.1:${server.port}`);
    const byAddress = await dialTo({ host: "127.0.0.1", port: server.port });
    expect(byAddress.times.resolve).toBeUndefined();
    expect(await byAddress.readLine(1_000)).toBe("hello");
  });

  test.each([
    ["a name that does not exist", {}, "name-not-found"],
    ["a name without an address", { "gone.example.test": { MX: ["10 mx.example.test"] } }, "no-address"],
    ["SERVFAIL", { "gone.example.test": "SERVFAIL" }, "resolve-failed"],
    ["a negative answer that the zone's own servers deny", { "gone.example.test": "DISAGREE" }, "resolve-failed"],
    ["SERVFAIL for one family and nothing for the other", { "gone.example.test": { AAAA: "SERVFAIL" } }, "resolve-failed"],
  ] as const)("%s is told apart", async (_name, zone, expected) => {
    const error = await failure(dialTo({ host: "gone.example.test", port: 1 }, zone));
    expect([error.phase, error.failure]).toEqual(["resolve", expected]);
  });

  test("SERVFAIL for one family does not keep it from an address of the other", async () => {
    const server = await serve(hello);
    const connection = await dialTo({ port: server.port }, { [mailHost]: { A: ["127.0.0.1"], AAAA: "SERVFAIL" } });
    expect(connection.open).toBe(true);
  });
});

describe("createDial() connects", () => {
  test("to the next address when one refuses, and remembers that one", async () => {
    const server = await serve(hello, { host: "127.0.0.2" });
    const connection = await dialTo({ port: server.port }, { [mailHost]: { A: ["127.0.0.1", "127.0.0.2"] } });
    expect(connection.remote).toBe(`127.0.0.2:${server.port}`);
    expect(connection.failed.map(({ phase, failure: how, remote }) => [phase, how, remote])).toEqual([
      ["connect", "refused", `127.0.0.1:${server.port}`],
    ]);
  });

  test("to none but the allowed addresses, whoever names them", async () => {
    const [inside, outside] = [await serve(hello, { host: "127.0.0.1" }), await serve(hello, { host: "127.0.0.2" })];
    const ask = createZone({ [mailHost]: { A: ["127.0.0.1", "127.0.0.2"] } }).ask;
    const dial = createDial({ ask, extraAuthorities: [], isAllowed: (address) => address === "127.0.0.2" });
    const where = { host: mailHost, tls: "none" } as const;
    const connection = await dial({ ...where, port: outside.port }, new AbortController().signal);
    open.push(connection);
    expect([connection.remote, connection.failed]).toEqual([`127.0.0.2:${outside.port}`, []]);
    for (const named of [{ address: "127.0.0.1" }, { host: "127.0.0.1" }, { host: "::1", address: "::ffff:127.0.0.1" }]) {
      const error = await failure(dial({ ...where, port: inside.port, ...named }, new AbortController().signal));
      expect([error.phase, error.failure]).toEqual(["resolve", "no-address"]);
      expect(error.message).toContain("no address on the public internet");
    }
    expect(inside.clients().all).toBe(0);
  });

  test("to nobody, and names every address", async () => {
    const port = await freePort();
    const error = await failure(dialTo({ port }, { [mailHost]: { A: ["127.0.0.1", "127.0.0.2"] } }));
    expect([error.phase, error.failure, error.code]).toEqual(["connect", "refused", "ECONNREFUSED"]);
    expect(error.message).toContain("127.0.0.1");
    expect(error.message).toContain("127.0.0.2");
  });

  test("no longer than its time: a full queue drops packets", async () => {
    const { port, close } = await startFullQueue();
    open.push({ close });
    const began = performance.now();
    const error = await failure(dialTo({ port, connectTimeoutMs: 200 }));
    expect([error.phase, error.failure]).toEqual(["connect", "timeout"]);
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  test("not when it is given up", async () => {
    const { port, close } = await startFullQueue();
    open.push({ close });
    const giveUp = new AbortController();
    setTimeout(() => giveUp.abort(), 50);
    const error = await failure(dialTo({ port }, {}, giveUp.signal));
    expect(error.failure).toBe("aborted");
    expect((await failure(dialTo({ port }, {}, giveUp.signal))).failure).toBe("aborted");
  });
});

describe("createDial() secures", () => {
  test("a connection whose chain and name hold, and shows who it is", async () => {
    const server = await serve(hello, { certificate: await certificate("withIntermediate"), implicit: true });
    const { peer, times } = await dialTo({ port: server.port, tls: "implicit" });
    expect(peer).toMatchObject({ verified: true, problem: undefined, protocol: "TLSv1.3" });
    expect(peer?.chain.map(({ subject }) => subject)).toEqual([`CN=${mailHost}`, "CN=Mailvigil test authority intermediate"]);
    expect(peer?.chain[0]).toMatchObject({ altNames: [mailHost], keyType: "ec", keyBits: 256 });
    expect(peer?.chain[0]?.fingerprint).toBe((await certificate("withIntermediate")).fingerprint);
    expect(times.tls).toBeGreaterThan(0);
  });

  test.each([
    ["expired", "CERT_HAS_EXPIRED"],
    ["early", "CERT_NOT_YET_VALID"],
    ["otherHost", "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["selfSigned", "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["incomplete", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["foreign", "SELF_SIGNED_CERT_IN_CHAIN"],
  ] as const)("no connection with a certificate that is %s, but shows it", async (kind, code) => {
    const server = await serve(hello, { certificate: await certificate(kind), implicit: true });
    const error = await failure(dialTo({ port: server.port, tls: "implicit" }));
    expect([error.phase, error.failure, error.code]).toEqual(["tls", "certificate", code]);
    expect(error.peer?.chain[0]?.fingerprint).toBe((await certificate(kind)).fingerprint);
    const looked = await dialTo({ port: server.port, tls: "implicit", verify: false });
    expect(looked.peer).toMatchObject({ verified: false, problem: code });
    expect(await looked.readLine(1_000)).toBe("hello");
  });

  test("by a pinned fingerprint in place of the authorities, and by nothing else then", async () => {
    const own = await certificate("selfSigned");
    const server = await serve(hello, { certificate: own, implicit: true });
    const pinned = own.fingerprint.toUpperCase().replace(/..(?=.)/g, "$&:");
    const connection = await dialTo({ port: server.port, tls: "implicit", pinnedFingerprint: pinned });
    expect(connection.peer?.verified).toBe(true);
    const good = await serve(hello, await secured());
    const error = await failure(dialTo({ port: good.port, tls: "implicit", pinnedFingerprint: pinned }));
    expect([error.failure, error.code]).toEqual(["certificate", "CERT_NOT_PINNED"]);
  });

  test("a name behind a wildcard of one label, and no other", async () => {
    const wildcard = await (await authority()).issue({ names: ["*.example.test"] });
    const server = await serve(hello, { certificate: wildcard, implicit: true });
    expect((await dialTo({ port: server.port, tls: "implicit" })).peer?.verified).toBe(true);
    const deep = dialTo({ port: server.port, tls: "implicit", servername: `a.${mailHost}` });
    expect(await failure(deep)).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  test("the name that is asked for, at another address", async () => {
    const server = await serve(hello, { ...(await secured()), host: "127.0.0.2" });
    const connection = await dialTo({ port: server.port, tls: "implicit", address: "127.0.0.2" });
    expect(connection.peer?.verified).toBe(true);
  });

  test("an address by the address in the certificate", async () => {
    const issued = await (await authority()).issue({ names: [], addresses: ["127.0.0.1"] });
    const server = await serve(hello, { certificate: issued, implicit: true });
    const connection = await dialTo({ host: "127.0.0.1", port: server.port, tls: "implicit" });
    expect(connection.peer).toMatchObject({ verified: true, chain: [{ altNames: ["127.0.0.1"] }] });
  });

  test("no connection with somebody who does not speak TLS, or not in time, or hangs up", async () => {
    const plain = await serve(hello);
    expect(await failure(dialTo({ port: plain.port, tls: "implicit" }))).toMatchObject({ phase: "tls", failure: "tls-failed" });
    const mute = await serve(nothing);
    const waited = dialTo({ port: mute.port, tls: "implicit", tlsTimeoutMs: 100 });
    expect(await failure(waited)).toMatchObject({ phase: "tls", failure: "timeout" });
    const rude = await serve((client) => Promise.resolve(client.end()));
    const cut = await failure(dialTo({ port: rude.port, tls: "implicit" }));
    expect(cut.phase).toBe("tls");
    expect(["reset", "closed"]).toContain(cut.failure);
  });

  test("refuses an extra authority that is no certificate", () => {
    expect(() => createDial({ ask: createZone({}).ask, extraAuthorities: ["hello"] })).toThrow(
      "Extra authority 1 holds no certificate",
    );
  });

  test("with extra authorities that share one text", async () => {
    const server = await serve(hello, await secured());
    const both = (await createAuthority("Other")).certPem + (await authority()).certPem;
    const dial = createDial({ ask: createZone({ [mailHost]: { A: ["127.0.0.1"] } }).ask, extraAuthorities: [both] });
    const connection = await dial({ host: mailHost, port: server.port, tls: "implicit" }, quiet);
    open.push(connection);
    expect(connection.peer?.verified).toBe(true);
  });
});

describe("Connection", () => {
  test("reads lines of either ending, and bytes, whatever pieces they come in", async () => {
    const server = await serve(async (client) => {
      for (const part of ["on", "e\r", "\ntwo\nth", "ree\r\n12345rest\r\n"]) {
        client.send(Buffer.from(part));
        await sleep(5);
      }
    });
    const connection = await dialTo({ port: server.port });
    expect([await connection.readLine(1_000), await connection.readLine(1_000), await connection.readLine(1_000)]).toEqual([
      "one",
      "two",
      "three",
    ]);
    expect(Buffer.from(await connection.readBytes(5, 1_000)).toString()).toBe("12345");
    expect(await connection.readLine(1_000)).toBe("rest");
  });

  test("reads what came before the end, then says that it is closed", async () => {
    const server = await serve(async (client) => {
      client.send("last");
      client.end();
    });
    const connection = await dialTo({ port: server.port });
    await sleep(30);
    expect(await connection.readLine(1_000)).toBe("last");
    expect(await failure(connection.readLine(1_000))).toMatchObject({ failure: "closed" });
    expect(connection.open).toBe(false);
  });

  test("tells a reset and a time-out apart", async () => {
    const server = await serve(async (client) => {
      await client.line();
      client.end("reset");
    });
    const connection = await dialTo({ port: server.port });
    expect(await failure(connection.readLine(50))).toMatchObject({ failure: "timeout" });
    connection.write("go\r\n");
    expect(await failure(connection.readLine(1_000))).toMatchObject({ failure: "reset", code: "ECONNRESET" });
  });

  test("refuses a line without end, and holds back a server that writes without end", async () => {
    let written = 0;
    const server = net.createServer((socket) => {
      socket.on("error", () => undefined);
      const chunk = Buffer.alloc(64 * 1024, "a");
      const more = (): void => {
        do written += chunk.length;
        while (socket.write(chunk));
        socket.once("drain", more);
      };
      more();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    open.push({ close: () => server.close() });
    const address = server.address();
    const connection = await dialTo({ port: typeof address === "object" && address ? address.port : 0 });
    await sleep(200);
    const soFar = written;
    await sleep(200);
    expect(written).toBe(soFar);
    expect(await failure(connection.readLine(1_000))).toMatchObject({ failure: "too-long" });
    expect(await failure(connection.readBytes(2 ** 20 + 1, 1_000))).toMatchObject({ failure: "too-long" });
  });

  test("decodes UTF-8, and GBK where it is not that", async () => {
    const server = await serve(async (client) => {
      client.send("登录太频繁", Buffer.from("b5c7c2bccca4c6b5b7b10d0a", "hex"));
    });
    const connection = await dialTo({ port: server.port });
    expect(await connection.readLine(1_000)).toBe("登录太频繁");
    expect(await connection.readLine(1_000)).toMatch(/^登录/);
  });

  test("starts TLS on the open connection, and verifies it", async () => {
    const script = async (client: LineClient): Promise<void> => {
      client.send("ready");
      await client.line();
      client.send("go");
      await client.startTls();
      client.send(`you said ${await client.line()}`);
    };
    const server = await serve(script, { certificate: await certificate("good") });
    const connection = await dialTo({ port: server.port });
    await connection.readLine(1_000);
    connection.write("STARTTLS\r\n");
    await connection.readLine(1_000);
    expect((await connection.startTls()).verified).toBe(true);
    connection.write("secret\r\n");
    expect(await connection.readLine(1_000)).toBe("you said secret");
    expect(connection.times.tls).toBeGreaterThan(0);

    const bad = await serve(script, { certificate: await certificate("otherHost") });
    const other = await dialTo({ port: bad.port });
    await other.readLine(1_000);
    other.write("STARTTLS\r\n");
    await other.readLine(1_000);
    expect(await failure(other.startTls())).toMatchObject({ failure: "certificate", code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect(other.open).toBe(false);
  });

  test("refuses TLS when something came before it (CVE-2011-0411)", async () => {
    const server = await serve(async (client) => client.send("go", "injected"), { certificate: await certificate("good") });
    const connection = await dialTo({ port: server.port });
    await connection.readLine(1_000);
    expect(await failure(connection.startTls())).toMatchObject({ phase: "tls", code: "STARTTLS_INJECTION" });
    expect(connection.open).toBe(false);
  });

  test("ends with its signal, and leaves no listener there", async () => {
    const server = await serve(nothing);
    const giveUp = new AbortController();
    let listeners = 0;
    const { signal } = giveUp;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    const first = await dialTo({ port: server.port }, {}, signal);
    first.close();
    await sleep(20);
    expect(listeners).toBe(0);
    const second = await dialTo({ port: server.port }, {}, signal);
    const waiting = failure(second.readLine(5_000));
    giveUp.abort();
    expect(await waiting).toMatchObject({ failure: "aborted" });
    expect(second.open).toBe(false);
  });

  test("is not called late for a loop that was blocked while the answer lay there", async () => {
    const server = await serve(async (client) => {
      await client.line();
      client.send("in time");
    });
    const connection = await dialTo({ port: server.port });
    connection.write("go\r\n");
    const answer = connection.readLine(200);
    const end = performance.now() + 600;
    while (performance.now() < end);
    expect(await answer).toBe("in time");
  });
});
