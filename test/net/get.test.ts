import { once } from "node:events";
import net from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { get, type GetRequest } from "../../src/net/get.ts";
import { createAddressPolicy } from "../../src/net/addresses.ts";
import { authority, certificate, mailHost } from "../support/mail-world.ts";
import { closedPort, type Receiver, startReceiver } from "../support/receiver.ts";
import { createZone, type Zone } from "../support/zone.ts";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});

async function receive(tls?: Parameters<typeof startReceiver>[0]): Promise<Receiver> {
  const receiver = await startReceiver(tls);
  open.push(receiver);
  return receiver;
}

const onLoopback = createAddressPolicy(["127.0.0.0/8"]);

async function fetchFrom(url: string, some: Partial<GetRequest> = {}, zone: Zone = {}) {
  const { ask } = createZone({ [mailHost]: { A: ["127.0.0.1"] }, ...zone });
  return get({
    url,
    ask,
    isPublic: onLoopback,
    authorities: [(await authority()).certPem],
    signal: new AbortController().signal,
    maxBytes: 1_000,
    timeoutMs: 5_000,
    redirects: 0,
    ...some,
  });
}

describe("get() answers", () => {
  test("with status, headers, body and the last address, whatever the status", async () => {
    const receiver = await receive();
    receiver.replyWith({ status: 404, headers: { "X-Some": "thing" }, body: "没有" });
    const url = `http://${mailHost}:${receiver.port}/a?b`;
    const outcome = await fetchFrom(url, { accept: "text/plain" });
    expect(outcome).toMatchObject({ kind: "answer", status: 404, body: "没有", url, peer: undefined });
    expect(outcome).toHaveProperty("headers.x-some", "thing");
    expect(receiver.received).toHaveLength(1);
    const { method, path, headers } = receiver.received[0]!;
    expect([method, path, headers.accept, headers.host]).toEqual(["GET", "/a?b", "text/plain", `${mailHost}:${receiver.port}`]);
  });

  test("over TLS with the certificate that was presented", async () => {
    const { keyPem, chainPem, fingerprint } = await certificate("good");
    const receiver = await receive({ key: keyPem, cert: chainPem });
    receiver.replyWith({ status: 200, body: "x" });
    const outcome = await fetchFrom(`https://${mailHost}:${receiver.port}/`);
    expect(outcome).toMatchObject({ kind: "answer", peer: { problem: undefined, verified: true } });
    expect(outcome.peer?.chain[0]?.fingerprint).toBe(fingerprint);
  });

  test("with exactly as many bytes as there may be", async () => {
    const receiver = await receive();
    receiver.replyWith({ status: 200, body: "x".repeat(1_000) });
    expect(await fetchFrom(`${receiver.origin}/`)).toMatchObject({ kind: "answer", body: "x".repeat(1_000) });
  });

  test("after as many redirects as may be followed", async () => {
    const [first, second] = [await receive(), await receive()];
    first.replyWith({ status: 302, headers: { location: `${second.origin}/there` } });
    second.replyWith({ status: 200, body: "found" });
    expect(await fetchFrom(first.origin, { redirects: 1 })).toMatchObject({ kind: "answer", url: `${second.origin}/there` });
    expect(await fetchFrom(first.origin)).toMatchObject({ kind: "failed", failure: "redirect" });
    expect(second.received).toHaveLength(1);
  });
});

describe("get() fails", () => {
  test.each([
    ["refused", "http://127.0.0.1:PORT/", {}],
    ["name-not-found", "http://gone.example.test/", {}],
    ["no-address", "http://empty.example.test/", {}],
    ["resolve-failed", "http://broken.example.test/", {}],
    ["other", "ftp://mail.example.test/", {}],
    ["other", "no address at all", {}],
  ] as const)("as %s: %s", async (failure, url, some) => {
    const port = await closedPort();
    const zone = { "empty.example.test": { MX: ["10 mx.example.test"] }, "broken.example.test": "SERVFAIL" } as const;
    expect(await fetchFrom(url.replace("PORT", String(port)), some, zone)).toMatchObject({ kind: "failed", failure });
  });

  test.each(["expired", "otherHost", "selfSigned"] as const)("as certificate where it is %s, and shows it", async (kind) => {
    const { keyPem, chainPem, fingerprint } = await certificate(kind);
    const receiver = await receive({ key: keyPem, cert: chainPem });
    const outcome = await fetchFrom(`https://${mailHost}:${receiver.port}/`);
    expect(outcome).toMatchObject({ kind: "failed", failure: "certificate" });
    expect(outcome.peer?.chain[0]?.fingerprint).toBe(fingerprint);
    expect(receiver.received).toHaveLength(0);
  });

  test.each([
    ["timeout", "hang"],
    ["timeout", "stall"],
    ["too-large", "endless"],
    ["other", "reset"],
    ["other", "garbage"],
    ["other", { status: 101, headers: { connection: "upgrade", upgrade: "x" } }],
  ] as const)("as %s where the far side does %o", async (failure, reply) => {
    const receiver = await receive();
    receiver.replyWith(reply);
    const began = performance.now();
    expect(await fetchFrom(receiver.origin, { timeoutMs: 400 })).toMatchObject({ kind: "failed", failure });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test("within its time also where bytes keep coming", async () => {
    const server = net.createServer((socket) => {
      socket.on("error", () => undefined);
      socket.write("HTTP/1.1 200 OK\r\nX: ");
      const timer = setInterval(() => socket.write("y"), 50);
      socket.on("close", () => clearInterval(timer));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const outcome = await fetchFrom(`http://127.0.0.1:${port}/`, { timeoutMs: 400 });
    expect(outcome).toMatchObject({ kind: "failed", failure: "timeout", text: "No whole answer within 0.4 s" });
    server.close();
  });

  test("as redirect where there is no end of them, and where TLS would be left", async () => {
    const receiver = await receive();
    receiver.replyWith({ status: 301, headers: { location: "/again" } });
    expect(await fetchFrom(receiver.origin, { redirects: 3 })).toMatchObject({ kind: "failed", failure: "redirect" });
    expect(receiver.received).toHaveLength(4);

    const { keyPem, chainPem } = await certificate("good");
    const secure = await receive({ key: keyPem, cert: chainPem });
    secure.replyWith({ status: 301, headers: { location: receiver.origin } });
    const outcome = await fetchFrom(`https://${mailHost}:${secure.port}/`, { redirects: 3 });
    expect(outcome).toMatchObject({ kind: "failed", failure: "redirect" });
    expect(receiver.received).toHaveLength(4);
  });

  test("at once when it is given up", async () => {
    const giveUp = new AbortController();
    giveUp.abort(new Error("Enough"));
    const outcome = await fetchFrom(`http://${mailHost}/`, { signal: giveUp.signal });
    expect(outcome).toMatchObject({ kind: "failed", failure: "timeout", text: "Enough" });
  });
});

describe("get() connects to public addresses alone", () => {
  const nowhere = { isPublic: createAddressPolicy() };

  test.each([
    "http://127.0.0.1:PORT/",
    "http://[::1]:PORT/",
    "http://localhost:PORT/",
    "http://2130706433:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    `http://${mailHost}:PORT/`,
    "http://metadata.example.test:PORT/",
  ])("not to %s", async (url) => {
    const receiver = await receive();
    const zone = { "metadata.example.test": { A: ["169.254.169.254", "100.100.100.200", "168.63.129.16"] } };
    const outcome = await fetchFrom(url.replace("PORT", String(receiver.port)), nowhere, zone);
    expect(outcome).toMatchObject({ kind: "failed", failure: "not-public" });
    expect(receiver.received).toHaveLength(0);
  });

  test("nor where a redirect leads", async () => {
    const [first, second] = [await receive(), await receive()];
    second.replyWith({ status: 200, body: "a secret" });
    first.replyWith({ status: 302, headers: { location: `http://127.0.0.2:${second.port}/` } });
    const outcome = await fetchFrom(first.origin, { redirects: 5, isPublic: (address) => address === "127.0.0.1" });
    expect(outcome).toMatchObject({ kind: "failed", failure: "not-public" });
    expect(second.received).toHaveLength(0);
  });

  test("but to the public one of several", async () => {
    const receiver = await receive();
    const zone = { "mixed.example.test": { A: ["10.0.0.1", "127.0.0.1"] } };
    receiver.replyWith({ status: 200, body: "x" });
    expect(await fetchFrom(`http://mixed.example.test:${receiver.port}/`, {}, zone)).toMatchObject({ kind: "answer" });
  });
});
