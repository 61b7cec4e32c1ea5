import { inspect } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { type Connection, DialError, type DialOptions } from "../../src/model/connection.ts";
import type { Proxy } from "../../src/model/proxy.ts";
import { createDial } from "../../src/net/dial.ts";
import { type LineServer, startLineServer } from "../support/line-server.ts";
import { authority, certificate, mailHost } from "../support/mail-world.ts";
import { proxySecret, type ProxyServer, type ProxyServerOptions, startProxy } from "../support/proxy-server.ts";
import { startFullQueue } from "../support/full-queue.ts";
import { createZone } from "../support/zone.ts";

const quiet = new AbortController().signal;
const open: { close: () => unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});
const kept = <T extends { close: () => unknown }>(one: T): T => {
  open.push(one);
  return one;
};

const kinds = ["socks5", "http"] as const;
type Kind = (typeof kinds)[number];

/** No name but the proxy's own is known here: whoever looks up the target fails. */
const zone = createZone({ "gate.example.test": { A: ["127.0.0.1"] } });

async function dial(options: Partial<DialOptions> & { proxy: Proxy }, signal = quiet): Promise<Connection> {
  const extraAuthorities = [(await authority()).certPem];
  const dialled = createDial({ ask: zone.ask, extraAuthorities })({ host: mailHost, port: 993, tls: "none", ...options }, signal);
  return kept(await dialled);
}

const at = ({ host, port }: { host: string; port: number }, kind: Kind, login?: { user: string; password: string }): Proxy => ({
  kind,
  host,
  port,
  ...(login ? { user: login.user, password: proxySecret(login.password) } : {}),
});

const failure = async (work: Promise<unknown>): Promise<DialError> => {
  const error = await work.then(
    () => new Error("it did not fail"),
    (cause: unknown) => cause,
  );
  if (!(error instanceof DialError)) throw error;
  return error;
};

const proxyFor = async (target: LineServer, options: Omit<ProxyServerOptions, "targets">): Promise<ProxyServer> =>
  kept(await startProxy({ ...options, targets: { [`${mailHost}:993`]: target } }));

/** A proxy that speaks by a script. */
const scripted = async (script: Parameters<typeof startLineServer>[0]): Promise<LineServer> =>
  kept(await startLineServer(script));

describe.each(kinds)("createDial() through a %s proxy", (kind) => {
  test("lets the proxy look up the name, and verifies the target's certificate", async () => {
    const server = kept(
      await startLineServer(async (client) => client.send("hello"), { certificate: await certificate("good"), implicit: true }),
    );
    const proxy = await proxyFor(server, { kind });
    const connection = await dial({ proxy: { ...at(proxy, kind), host: "gate.example.test" }, tls: "implicit" });
    expect(await connection.readLine(1_000)).toBe("hello");
    expect(connection.peer).toMatchObject({ verified: true, problem: undefined });
    expect(connection.remote).toBe(`${mailHost}:993 through the proxy 127.0.0.1:${proxy.port}`);
    expect(proxy.asked).toEqual([`${mailHost}:993`]);
    expect(connection.times.connect).toBeGreaterThan(0);
    expect(connection.times.tls).toBeGreaterThan(0);
    expect(connection.times.resolve).toBeGreaterThanOrEqual(0);
  });

  test("refuses a target with a wrong certificate as without a proxy", async () => {
    const server = kept(
      await startLineServer(() => Promise.resolve(), { certificate: await certificate("otherHost"), implicit: true }),
    );
    const proxy = await proxyFor(server, { kind });
    const error = await failure(dial({ proxy: at(proxy, kind), tls: "implicit" }));
    expect(error).toMatchObject({ phase: "tls", failure: "certificate", code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  test("begins TLS later, on the open tunnel, and keeps what the target said before", async () => {
    const server = kept(
      await startLineServer(
        async (client) => {
          client.send("220 ready");
          await client.line();
          client.send("220 go");
          await client.startTls();
          client.send("secured");
        },
        { certificate: await certificate("good") },
      ),
    );
    const proxy = await proxyFor(server, { kind });
    const connection = await dial({ proxy: at(proxy, kind) });
    expect(await connection.readLine(1_000)).toBe("220 ready");
    connection.write("STARTTLS\r\n");
    expect(await connection.readLine(1_000)).toBe("220 go");
    expect(await connection.startTls()).toMatchObject({ verified: true });
    expect(await connection.readLine(1_000)).toBe("secured");
  });

  test("logs in to the proxy, and tells a wrong password from one that is missing", async () => {
    const login = { user: "mail vigil", password: "pä:ss" };
    const server = kept(await startLineServer(async (client) => client.send("hello")));
    const proxy = await proxyFor(server, { kind, login });
    expect(await (await dial({ proxy: at(proxy, kind, login) })).readLine(1_000)).toBe("hello");
    const wrong = await failure(dial({ proxy: at(proxy, kind, { ...login, password: "other-pass" }) }));
    expect([wrong.phase, wrong.message.includes("the proxy refuses our user or password")]).toEqual(["proxy-handshake", true]);
    expect(inspect(wrong)).not.toContain("other-pass");
    const missing = await failure(dial({ proxy: at(proxy, kind) }));
    expect([missing.phase, missing.message.includes("the proxy asks for a user and a password")]).toEqual([
      "proxy-handshake",
      true,
    ]);
    expect(proxy.asked).toHaveLength(1);
  });

  test("logs in nowhere that does not ask for it by SOCKS, and tells what is refused by the rules", async () => {
    const server = kept(await startLineServer(() => Promise.resolve()));
    const proxy = await proxyFor(server, { kind });
    await dial({ proxy: at(proxy, kind, { user: "a", password: "b" }) });
    const error = await failure(dial({ proxy: at(proxy, kind), host: "other.example.test" }));
    expect([error.phase, error.failure]).toEqual(["proxy-handshake", "other"]);
    expect(error.message).toContain("the rules of the proxy do not allow it");
  });

  test("says of the target what the proxy says of it", async () => {
    const server = await startLineServer(() => Promise.resolve());
    await server.close();
    const proxy = await proxyFor(server, { kind });
    const error = await failure(dial({ proxy: at(proxy, kind) }));
    expect([error.phase, error.failure]).toEqual(["connect", "refused"]);
    expect(error.message).toContain(`connect ${mailHost}:993 through the proxy 127.0.0.1:${proxy.port}: `);
  });

  test("names an address by its bytes, IPv6 too", async () => {
    const server = kept(await startLineServer(async (client) => client.send("hello")));
    const targets = { "[2001:db8:0:0:0:0:0:5]:993": server, "[2001:db8::5]:993": server, "192.0.2.5:993": server };
    const proxy = kept(await startProxy({ kind, targets }));
    for (const host of ["2001:db8::5", "192.0.2.5"]) {
      expect(await (await dial({ proxy: at(proxy, kind), host })).readLine(1_000)).toBe("hello");
    }
    const byAddress = await dial({ proxy: at(proxy, kind), address: "192.0.2.5" });
    expect(byAddress.remote).toContain("192.0.2.5:993 through");
  });

  test("blames nobody but the proxy that is not there", async () => {
    const gone = await startLineServer(() => Promise.resolve());
    await gone.close();
    const refused = await failure(dial({ proxy: at(gone, kind) }));
    expect([refused.phase, refused.failure, refused.code]).toEqual(["proxy-connect", "refused", "ECONNREFUSED"]);
    const nameless = await failure(dial({ proxy: { kind, host: "nowhere.example.test", port: 1080 } }));
    expect([nameless.phase, nameless.failure]).toEqual(["proxy-connect", "name-not-found"]);
    const queue = kept(await startFullQueue());
    const silent = await failure(dial({ proxy: at({ host: "127.0.0.1", port: queue.port }, kind), connectTimeoutMs: 200 }));
    expect([silent.phase, silent.failure]).toEqual(["proxy-connect", "timeout"]);
  });

  test("is not held up by bytes that drip, nor by endless ones", async () => {
    const dripping = await scripted(async (client) => {
      for (const byte of kind === "socks5" ? [5] : Buffer.from("HTTP/1.1 200 OK\r\nX-".padEnd(200, "a"))) {
        client.send(Uint8Array.from([byte]));
        await sleep(40);
      }
    });
    const began = performance.now();
    const late = await failure(dial({ proxy: at(dripping, kind), connectTimeoutMs: 250 }));
    expect(late.failure).toBe("timeout");
    expect(performance.now() - began).toBeLessThan(1_500);
    const endless = await scripted(async (client) => {
      for (let i = 0; i < 400; i += 1) {
        client.send(Buffer.alloc(1024, kind === "socks5" ? 255 : "a"));
        await sleep(1);
      }
    });
    const flooded = await failure(dial({ proxy: at(endless, kind), connectTimeoutMs: 2_000 }));
    expect([flooded.phase, flooded.failure]).toEqual(["proxy-handshake", kind === "socks5" ? "other" : "too-long"]);
  });

  test("says that the proxy hung up, and does not when it is given up", async () => {
    const rude = await scripted(async (client) => client.end());
    const hung = await failure(dial({ proxy: at(rude, kind) }));
    expect([hung.phase, ["closed", "reset"].includes(hung.failure)]).toEqual(["proxy-handshake", true]);
    const mute = await scripted(() => Promise.resolve());
    const giveUp = new AbortController();
    setTimeout(() => giveUp.abort(), 50);
    expect(await failure(dial({ proxy: at(mute, kind) }, giveUp.signal))).toMatchObject({ failure: "aborted" });
    expect(await failure(dial({ proxy: at(mute, kind) }, giveUp.signal))).toMatchObject({ failure: "aborted" });
  });

  test("says so when the proxy closes a tunnel that stood", async () => {
    const server = kept(
      await startLineServer(async (client) => {
        client.send("220 ready");
        await client.line();
        client.send("x".repeat(100));
      }),
    );
    const proxy = await proxyFor(server, { kind, cutAfter: 50 });
    const connection = await dial({ proxy: at(proxy, kind) });
    expect(await connection.readLine(1_000)).toBe("220 ready");
    connection.write("go\r\n");
    await connection.readLine(1_000).catch(() => undefined);
    const error = await failure(connection.readLine(1_000));
    expect([error.phase, ["closed", "reset"].includes(error.failure)]).toEqual(["command", true]);
    expect(error.message).toContain("through the proxy");
  });

  test("connects to no address that is not allowed", async () => {
    const proxy = kept(await startProxy({ kind }));
    const within = createDial({ ask: zone.ask, extraAuthorities: [], isAllowed: (address) => address !== "127.0.0.9" });
    const error = await failure(within({ host: "127.0.0.9", port: 993, tls: "none", proxy: at(proxy, kind) }, quiet));
    expect([error.phase, error.failure, proxy.connections()]).toEqual(["resolve", "no-address", 0]);
  });
});

describe("createDial() through SOCKS5", () => {
  test.each([
    [1, "proxy-handshake", "other", "general failure of the proxy"],
    [2, "proxy-handshake", "other", "the rules of the proxy do not allow it"],
    [3, "proxy-handshake", "other", "the proxy has no network to there"],
    [4, "connect", "unreachable", "host unreachable, the proxy says"],
    [5, "connect", "refused", "connection refused, the proxy says"],
    [6, "connect", "timeout", "time exceeded, the proxy says"],
    [7, "proxy-handshake", "other", "the proxy knows no CONNECT"],
    [8, "proxy-handshake", "other", "the proxy takes no such kind of address"],
    [9, "proxy-handshake", "other", "an answer that SOCKS5 does not know"],
    [255, "proxy-handshake", "other", "an answer that SOCKS5 does not know"],
  ] as const)("names reply %i", async (reply, phase, how, text) => {
    const proxy = kept(await startProxy({ kind: "socks5", answer: Uint8Array.from([5, reply]) }));
    const error = await failure(dial({ proxy: at(proxy, "socks5") }));
    expect([error.phase, error.failure, error.code]).toEqual([phase, how, `SOCKS_REPLY_${reply}`]);
    expect(error.message).toContain(text);
  });

  test.each([
    ["an HTTP server", "HTTP/1.1 400 Bad Request\r\n\r\n", "SOCKS_VERSION"],
    ["a SOCKS4 proxy", Uint8Array.from([0, 91, 0, 0, 0, 0, 0, 0]), "SOCKS_VERSION"],
    ["a method of its own", Uint8Array.from([5, 128]), "SOCKS_NO_METHOD"],
  ])("is not taken in by %s", async (_name, said, code) => {
    const server = await scripted(async (client) => client.send(typeof said === "string" ? Buffer.from(said) : said));
    const error = await failure(dial({ proxy: at(server, "socks5") }));
    expect([error.phase, error.code]).toEqual(["proxy-handshake", code]);
  });

  test.each([
    ["another version", [4, 0, 0, 1, 0, 0, 0, 0, 0, 0], "SOCKS_VERSION"],
    ["an address of no kind", [5, 0, 0, 9, 0, 0], "SOCKS_ADDRESS_TYPE"],
  ])("is not taken in by an answer of %s", async (_name, answer, code) => {
    const proxy = kept(await startProxy({ kind: "socks5", answer: Uint8Array.from(answer) }));
    expect(await failure(dial({ proxy: at(proxy, "socks5") }))).toMatchObject({ phase: "proxy-handshake", code });
  });

  test.each([
    ["IPv4", [1, 192, 0, 2, 1]],
    ["IPv6", [4, ...Array.from({ length: 16 }, () => 1)]],
    ["an empty name", [3, 0]],
  ])("leaves the target's first bytes alone behind a bound address of %s", async (_name, address) => {
    const answer = Buffer.concat([Uint8Array.from([5, 0, 0, ...address, 1, 2]), Buffer.from("220 early\r\n")]);
    const proxy = kept(await startProxy({ kind: "socks5", answer }));
    expect(await (await dial({ proxy: at(proxy, "socks5") })).readLine(1_000)).toBe("220 early");
  });

  test("tells silence about the target from silence of the proxy", async () => {
    const asked = kept(await startProxy({ kind: "socks5", answer: "" }));
    const target = await failure(dial({ proxy: at(asked, "socks5"), connectTimeoutMs: 100 }));
    expect([target.phase, target.failure]).toEqual(["connect", "timeout"]);
    const mute = await scripted(() => Promise.resolve());
    const own = await failure(dial({ proxy: at(mute, "socks5"), connectTimeoutMs: 100 }));
    expect([own.phase, own.failure]).toEqual(["proxy-handshake", "timeout"]);
  });

  test("sends no password that RFC 1929 cannot say", async () => {
    const proxy = kept(await startProxy({ kind: "socks5", login: { user: "a", password: "b" } }));
    const error = await failure(dial({ proxy: at(proxy, "socks5", { user: "a", password: "x".repeat(256) }) }));
    expect(error).toMatchObject({ phase: "proxy-handshake", code: "SOCKS_PASSWORD_LENGTH" });
  });
});

describe("createDial() through HTTP CONNECT", () => {
  test.each([
    ["407 Proxy Authentication Required", "proxy-handshake", "other"],
    ["403 Forbidden", "proxy-handshake", "other"],
    ["400 Bad Request", "proxy-handshake", "other"],
    ["405 Method Not Allowed", "proxy-handshake", "other"],
    ["302 Found\r\nLocation: http://portal.example/", "proxy-handshake", "other"],
    ["503 Service Unavailable", "proxy-handshake", "other"],
    ["503 Service Unavailable\r\nX-Squid-Error: ERR_CONNECT_FAIL 111", "connect", "refused"],
    ["503 Service Unavailable\r\nX-Squid-Error: ERR_CONNECT_FAIL 110", "connect", "timeout"],
    ["503 Service Unavailable\r\nX-Squid-Error: ERR_CONNECT_FAIL 113", "connect", "unreachable"],
    ["503 Service Unavailable\r\nX-Squid-Error: ERR_DNS_FAIL 0", "proxy-handshake", "other"],
    ["500 Unable to connect", "connect", "unreachable"],
    ["500 Internal Server Error", "proxy-handshake", "other"],
    ["502 Bad Gateway", "connect", "unreachable"],
    ["502 Bad Gateway\r\nProxy-Status: gate; error=connection_refused", "connect", "refused"],
    ["504 Gateway Timeout", "connect", "timeout"],
  ] as const)("names %s", async (answer, phase, how) => {
    const proxy = kept(await startProxy({ kind: "http", answer: `HTTP/1.1 ${answer}\r\nContent-Length: 0\r\n\r\n` }));
    const error = await failure(dial({ proxy: at(proxy, "http") }));
    expect([error.phase, error.failure, error.code]).toEqual([phase, how, `HTTP_${answer.slice(0, 3)}`]);
  });

  test("waits behind 100 Continue, and keeps the target's first bytes", async () => {
    const answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200\r\nContent-Length: 5\r\n\r\n220 early\r\n";
    const proxy = kept(await startProxy({ kind: "http", answer }));
    expect(await (await dial({ proxy: at(proxy, "http") })).readLine(1_000)).toBe("220 early");
  });

  test.each(["HTTP/1.1 200 O", "HTTP/1.1 200 OK\r\nVia: x\r\n", "HTTP/1.1 200 OK\r\nVia: x\r\n\r"])(
    "keeps them when the header comes in pieces: %j",
    async (first) => {
      const whole = `${first.startsWith("HTTP/1.1 200 OK") ? "HTTP/1.1 200 OK\r\nVia: x" : "HTTP/1.1 200 OK"}\r\n\r\n220 early\r\n`;
      const proxy = await scripted(async (client) => {
        client.send(Buffer.from(first));
        await sleep(30);
        client.send(Buffer.from(whole.slice(first.length)));
      });
      expect(await (await dial({ proxy: at(proxy, "http") })).readLine(1_000)).toBe("220 early");
    },
  );

  test("gives TLS what came with the header", async () => {
    // Not what a server of TLS sends first; that it is seen at all shows that it was kept.
    const proxy = kept(await startProxy({ kind: "http", answer: "HTTP/1.1 200 OK\r\n\r\n220 plain\r\n" }));
    const error = await failure(dial({ proxy: at(proxy, "http"), tls: "implicit", tlsTimeoutMs: 2_000 }));
    expect([error.phase, error.failure]).toEqual(["tls", "tls-failed"]);
  });

  test.each([
    ["no status", "hello\r\n\r\n"],
    ["SMTP", "220 mail.example.test ESMTP\r\n\r\n"],
    ["nothing but 100", "HTTP/1.1 100 Continue\r\n\r\n".repeat(9)],
  ])("is not taken in by %s", async (_name, answer) => {
    const proxy = kept(await startProxy({ kind: "http", answer }));
    expect(await failure(dial({ proxy: at(proxy, "http") }))).toMatchObject({ phase: "proxy-handshake", code: "HTTP_ANSWER" });
  });

  test("lets no name begin another header", async () => {
    const proxy = kept(await startProxy({ kind: "http" }));
    const error = await failure(dial({ proxy: at(proxy, "http"), host: "a\r\nx: y" }));
    expect([error.code, proxy.asked]).toEqual(["HTTP_NAME", []]);
  });
});
