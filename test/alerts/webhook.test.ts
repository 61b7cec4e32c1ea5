import { afterAll, beforeAll, describe, expect, it } from "vitest";
import webhook from "../../alerts/channels/webhook.ts";
import { signaturesOf, signingKey } from "../../alerts/standard-webhooks.ts";
import { channelReason } from "../../src/i18n/channel-reasons.ts";
import { makeAlert } from "../support/alerts.ts";
import type { Authority } from "../support/certificates.ts";
import { createAuthority, issueSelfSigned } from "../support/certificates.ts";
import { sendBy, testChannel, testSecret } from "../support/channel-tester.ts";
import { startProxy } from "../support/proxy-server.ts";
import type { Receiver } from "../support/receiver.ts";
import { startReceiver } from "../support/receiver.ts";

const keyText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const oldText = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
const path = "/hook/T0PS3CRETPATH?token=T0PS3CRETTOKEN";
const now = 1_750_000_000_000;

testChannel(webhook, {
  options: (origin) => ({ url: testSecret(origin + path, "env HOOK_URL"), secret: testSecret(keyText), allowPrivate: true }),
  positive: { reply: { status: 200, body: "anything" }, kind: "ok" },
  statuses: { 200: "ok", 201: "ok", 202: "ok", 204: "ok", 409: "bad-channel", 425: "retry", 599: "retry" },
  secrets: ["T0PS3CRETPATH", "T0PS3CRETTOKEN", keyText.slice(6)],
  maxBytes: 20_000,
});

describe("channel webhook as Standard Webhooks 1.0.0", () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver[Symbol.asyncDispose]());
  const to = (some: object = {}) => ({
    url: `${receiver.origin}${path}`,
    secret: testSecret(keyText),
    allowPrivate: true,
    ...some,
  });
  const last = () => receiver.received.at(-1)!;

  it("signs the very bytes it sends, with the time of the try and the id of the alert", async () => {
    const alert = makeAlert();
    await sendBy(webhook, to(), alert, { now: () => now + 999 });
    const { method, path: asked, headers, body } = last();
    expect([method, asked, headers["content-type"]]).toEqual(["POST", path, "application/json"]);
    expect(headers["webhook-id"]).toBe(alert.id);
    expect(headers["webhook-timestamp"]).toBe("1750000000");
    const key = signingKey(keyText)!;
    expect(headers["webhook-signature"]).toBe(signaturesOf([key], alert.id, 1_750_000_000, body.toString()));
  });

  it("keeps the id over a repeat and says that it may be one", async () => {
    const alert = makeAlert();
    await sendBy(webhook, to(), alert, { maybeRepeat: true });
    expect(last().headers["webhook-id"]).toBe(alert.id);
    expect(JSON.parse(last().body.toString())).toMatchObject({ data: { maybeRepeat: true } });
  });

  it("signs with both keys during a rotation", async () => {
    await sendBy(webhook, to({ previousSecret: testSecret(oldText) }), makeAlert());
    expect(String(last().headers["webhook-signature"])).toMatch(/^v1,\S+ v1,\S+$/);
  });

  it("names the source, not the value, of a secret that is none", async () => {
    const before = receiver.received.length;
    const result = await sendBy(webhook, to({ secret: testSecret("hunter2hunter2", "file /etc/hook") }), makeAlert());
    expect(result).toEqual({
      kind: "bad-channel",
      reason: "The secret in file /etc/hook is not whsec_ and 24 to 64 bytes of base64",
    });
    expect(receiver.received.length).toBe(before);
  });

  it.each([
    [{ secret: testSecret("hunter2", "env HOOK_KEY") }, "The secret in env HOOK_KEY is not whsec_ and 24 to 64 bytes of base64"],
    [{ previousSecret: testSecret("x", "env OLD") }, "The secret in env OLD is not whsec_ and 24 to 64 bytes of base64"],
    [
      { url: "http://127.0.0.1:9/x", allowPrivate: false },
      "127.0.0.1:9: Nothing is posted to 127.0.0.1: it is loopback; write allow_private: true if the receiver is inside",
    ],
    [
      { url: testSecret("http://169.254.169.254/x", "env HOOK_URL") },
      "the address in env HOOK_URL: Nothing is posted to 169.254.169.254: it is linkLocal",
    ],
    [{ url: testSecret("not one", "env HOOK_URL") }, "the address in env HOOK_URL is no http or https address"],
    [{ url: "https://hook.example/x", allowPrivate: false }, undefined],
    [{}, undefined],
  ])("verifies options before anything is sent: %o", async (some, reason) => {
    const before = receiver.received.length;
    const found = await webhook.verify?.(to(some));
    expect(found).toBe(reason);
    expect(receiver.received).toHaveLength(before);
  });

  it("says of a secret address that it is none without showing it", async () => {
    const result = await sendBy(webhook, to({ url: testSecret("hunter2 is no URL", "env HOOK") }), makeAlert());
    expect(result).toEqual({ kind: "bad-channel", reason: "the address in env HOOK is no http or https address" });
  });
});

describe("channel webhook and where it posts", () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver[Symbol.asyncDispose]());
  const secret = testSecret(keyText);
  const zone = {
    "inside.example": { A: ["10.1.2.3"] },
    "loop.example": { A: ["127.0.0.1"] },
    "metadata.example": { A: ["169.254.169.254"] },
    "mapped.example": { AAAA: ["::ffff:169.254.169.254"] },
    "mixed.example": { A: ["169.254.169.254", "127.0.0.1"] },
    "outside.example": { A: ["203.0.114.9"] },
  };
  const send = (url: string, allowPrivate: boolean) => sendBy(webhook, { url, secret, allowPrivate }, makeAlert(), { zone });

  it.each([
    ["http://127.0.0.1/x", false, "it is loopback; write allow_private: true if the receiver is inside"],
    ["http://[::1]/x", false, "it is loopback"],
    ["http://localhost/x", false, "it is loopback"],
    ["https://inside.example/x", false, "10.1.2.3: it is private"],
    ["https://metadata.example/x", true, "169.254.169.254: it is linkLocal"],
    ["https://mapped.example/x", true, "it is linkLocal"],
    ["https://169.254.169.254/x", true, "it is linkLocal"],
    // The same address written as a number: the URL parser reads it, and it is judged as what it is.
    ["https://2852039166/x", true, "it is linkLocal"],
    ["https://100.100.100.200/x", true, "it is a metadata service"],
    ["https://[fd00:ec2::254]/x", true, "it is a metadata service"],
    ["https://0.0.0.0/x", true, "it is unspecified"],
    ["https://224.0.0.1/x", true, "it is multicast"],
    ["http://outside.example/x", true, "without TLS; write https://"],
  ])("refuses %s (allow_private: %s)", async (url, allowPrivate, reason) => {
    const result = await send(url, allowPrivate);
    expect(result).toMatchObject({ kind: "bad-channel", reason: expect.stringContaining(reason) });
  });

  it("posts to the address that was judged, and to no other that the name has", async () => {
    const before = receiver.received.length;
    for (const host of ["loop.example", "mixed.example"]) {
      expect(await send(`http://${host}:${receiver.port}/x`, true)).toEqual({ kind: "ok" });
      expect(receiver.received.at(-1)?.headers.host).toBe(`${host}:${receiver.port}`);
    }
    expect(receiver.received.length).toBe(before + 2);
  });

  it("tries again where the name cannot be resolved", async () => {
    expect(await send("https://gone.example/x", true)).toMatchObject({ kind: "retry" });
  });
});

describe("channel webhook over TLS", () => {
  let authority: Authority;
  beforeAll(async () => {
    authority = await createAuthority();
  });
  const zone = { "hooks.example": { A: ["127.0.0.1"] } };
  const options = (receiver: Receiver) => ({ url: `${receiver.origin}/x`, secret: testSecret(keyText), allowPrivate: true });

  it("posts where the certificate holds", async () => {
    const { chainPem, keyPem } = await authority.issue({ names: ["hooks.example"] });
    await using receiver = await startReceiver({ key: keyPem, cert: chainPem, host: "hooks.example" });
    expect(await sendBy(webhook, options(receiver), makeAlert(), { zone, authorities: [authority.certPem] })).toEqual({
      kind: "ok",
    });
    expect(receiver.received).toHaveLength(1);
  });

  it("posts through a proxy, which alone knows where the name leads", async () => {
    const { chainPem, keyPem } = await authority.issue({ names: ["hooks.example"] });
    await using receiver = await startReceiver({ key: keyPem, cert: chainPem, host: "hooks.example" });
    const { port } = receiver;
    for (const kind of ["socks5", "http"] as const) {
      const proxy = await startProxy({ kind, targets: { [`hooks.example:${port}`]: { port } } });
      const through = { ...options(receiver), proxy: `${kind}://127.0.0.1:${proxy.port}` };
      expect(await sendBy(webhook, through, makeAlert(), { authorities: [authority.certPem] })).toEqual({ kind: "ok" });
      await proxy.close();
      expect(proxy.asked).toEqual([`hooks.example:${port}`]);
    }
    expect(receiver.received).toHaveLength(2);
  });

  it("tells a proxy that fails from a receiver that does, and sends nothing by way of it without TLS", async () => {
    const proxy = await startProxy({ kind: "socks5", login: { user: "a", password: "b" } });
    const through = { secret: testSecret(keyText), proxy: `socks5://127.0.0.1:${proxy.port}` };
    const refused = await sendBy(webhook, { ...through, url: "https://hooks.example/x" }, makeAlert());
    const reason = `hooks.example: proxy-handshake 127.0.0.1:${proxy.port}: the proxy asks for a user and a password`;
    expect(refused).toEqual({ kind: "retry", reason });
    expect(channelReason(reason).zh).toBe(`hooks.example：与代理 127.0.0.1:${proxy.port} 协商：代理要求用户名和密码`);
    const before = proxy.connections();
    for (const url of ["http://hooks.example/x", "https://127.0.0.1:9/x"]) {
      expect(await sendBy(webhook, { ...through, url }, makeAlert())).toMatchObject({ kind: "bad-channel" });
    }
    expect(proxy.connections()).toBe(before);
    await proxy.close();
    const gone = await sendBy(webhook, { ...through, url: "https://hooks.example/x" }, makeAlert());
    expect(gone).toMatchObject({ kind: "retry", reason: expect.stringContaining("proxy-connect 127.0.0.1") });
    expect(channelReason("reason" in gone ? gone.reason : "").zh).toContain("连接代理 127.0.0.1");
  });

  it.each([
    ["an unknown authority", () => createAuthority().then((other) => other.issue({ names: ["hooks.example"] }))],
    ["no authority at all", () => issueSelfSigned({ names: ["hooks.example"] })],
    ["another name", () => authority.issue({ names: ["other.example"] })],
    ["a time that is over", () => authority.issueExpired({ names: ["hooks.example"] })],
  ])("sends nothing to a certificate of %s", async (_, issue) => {
    const { chainPem, keyPem } = await issue();
    await using receiver = await startReceiver({ key: keyPem, cert: chainPem, host: "hooks.example" });
    const result = await sendBy(webhook, options(receiver), makeAlert(), { zone, authorities: [authority.certPem] });
    expect(result).toMatchObject({ kind: "bad-channel", reason: expect.stringContaining("certificate") });
    expect(receiver.received).toHaveLength(0);
  });
});

describe("options of channel webhook", () => {
  const secret = testSecret(keyText);
  const parse = (options: unknown) => webhook.options.safeParse(options);

  it.each([
    [{ url: "https://x.example/hook", secret }, true],
    [{ url: "http://127.0.0.1:9/hook", secret, allowPrivate: true }, true],
    [{ url: testSecret("https://x.example"), secret, previousSecret: secret }, true],
    [{ url: "https://user:pass@x.example/", secret }, false],
    [{ url: "ftp://x.example/", secret }, false],
    [{ url: "x.example/hook", secret }, false],
    [{ url: "https://x.example/hook", secret: keyText }, false],
    [{ url: "https://x.example/hook" }, false],
    [{ url: "https://x.example/hook", secret, colour: "red" }, false],
  ])("%j fit: %s", (options, fit) => {
    expect(parse(options).success).toBe(fit);
  });

  it("name the host that a delivery depends on, where it is no secret", () => {
    const hosts = (url: unknown) => webhook.dependsOn(webhook.options.parse({ url, secret })).hosts;
    expect(hosts("https://Hooks.Example:8443/x")).toEqual(["hooks.example"]);
    expect(hosts(testSecret("https://hooks.example/x"))).toEqual([]);
  });
});
