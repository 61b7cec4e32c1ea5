import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SMTPServer } from "smtp-server";
import email from "../../alerts/channels/email.ts";
import type { Alert } from "../../src/model/alert.ts";
import type { DeliveryResult } from "../../src/model/channel.ts";
import { makeAlert } from "../support/alerts.ts";
import type { Authority, Issued } from "../support/certificates.ts";
import { createAuthority, issueSelfSigned } from "../support/certificates.ts";
import type { ContextOptions } from "../support/channel-tester.ts";
import { sendBy, testSecret } from "../support/channel-tester.ts";
import type { LineClient } from "../support/line-server.ts";
import { startLineServer } from "../support/line-server.ts";
import { startProxy } from "../support/proxy-server.ts";

const name = "smtp.relay.example";
const password = "T0PS3CRETPASSWORD";
const zone = { [name]: { A: ["127.0.0.1"] }, "dead.example": { A: ["127.0.0.1"] } };
const derived = [password, Buffer.from(`\0alerts\0${password}`).toString("base64"), Buffer.from(password).toString("base64")];

let authority: Authority;
let certificate: Issued;
beforeAll(async () => {
  authority = await createAuthority();
  certificate = await authority.issue({ names: [name] });
});

const options = (port: number, some: object = {}) => ({
  host: name,
  port,
  security: "starttls",
  user: "alerts",
  password: testSecret(password),
  from: "alerts@relay.example",
  to: ["li@private.example", "wang@private.example"],
  ...some,
});

/** Nothing that comes out holds the password, in any form in which it was sent. */
async function send(to: unknown, some: ContextOptions & { alert?: Alert } = {}): Promise<DeliveryResult> {
  const result = await sendBy(email, to, some.alert ?? makeAlert(), { zone, authorities: [authority.certPem], ...some });
  for (const secret of derived) expect(JSON.stringify(result)).not.toContain(secret);
  return result;
}

interface Mailed {
  readonly raw: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string;
  readonly secure: boolean;
}

interface Refusals {
  readonly auth?: [code: number, text: string];
  readonly rcpt?: Readonly<Record<string, [code: number, text: string]>>;
  readonly data?: [code: number, text: string];
  readonly hangAfterData?: boolean;
}

async function startServer(some: { secure?: boolean; certificate?: Issued; refuse?: Refusals } = {}) {
  const mails: Mailed[] = [];
  const { refuse = {} } = some;
  const { keyPem: key, chainPem: cert } = some.certificate ?? certificate;
  const refused = ([responseCode, text]: [number, string]) => Object.assign(new Error(text), { responseCode });
  const server = new SMTPServer({
    secure: some.secure ?? false,
    key,
    cert,
    authMethods: ["PLAIN", "LOGIN"],
    onAuth: (auth, _session, done) => {
      if (refuse.auth !== undefined) return done(refused(refuse.auth));
      if (auth.password !== password) return done(refused([535, "5.7.8 no"]));
      return done(null, { user: auth.username });
    },
    onRcptTo: ({ address }, _session, done) => {
      const refusal = refuse.rcpt?.[address];
      done(refusal === undefined ? null : refused(refusal));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (refuse.hangAfterData === true) return;
        if (refuse.data !== undefined) return done(refused(refuse.data));
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          raw: Buffer.concat(chunks).toString(),
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          user: typeof session.user === "string" ? session.user : "",
          secure: session.secure,
        });
        done(null, "Ok: queued as 4F1");
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { port, mails, [Symbol.asyncDispose]: close };
}

/** Headers unfolded and decoded (RFC 2047), and the decoded parts. */
function read(raw: string): { headers: Map<string, string>; parts: readonly string[] } {
  const [head = "", ...rest] = raw.split("\r\n\r\n");
  const headers = new Map(
    head
      .replace(/\r\n[ \t]+/g, " ")
      .split("\r\n")
      .map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), decodeWords(line.slice(line.indexOf(":") + 2))]),
  );
  const boundary = /boundary="([^"]+)"/.exec(headers.get("content-type") ?? "")?.[1] ?? "none";
  const parts = rest.join("\r\n\r\n").split(`--${boundary}`).slice(1, -1);
  return { headers, parts: parts.map(decodePart) };
}

const fromQuoted = (text: string): Buffer =>
  Buffer.from(
    text.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );

const decodeWords = (text: string): string =>
  text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, words: string) =>
      (kind.toLowerCase() === "b" ? Buffer.from(words, "base64") : fromQuoted(words.replaceAll("_", " "))).toString(),
    );

function decodePart(part: string): string {
  const [head = "", ...body] = part.split("\r\n\r\n");
  const text = body.join("\r\n\r\n");
  if (/encoding: base64/i.test(head)) return Buffer.from(text, "base64").toString();
  return /encoding: quoted-printable/i.test(head) ? fromQuoted(text).toString() : text;
}

describe("channel email", () => {
  it.each(["starttls", "tls"] as const)("sends through a proxy, with a login of its own (%s)", async (security) => {
    await using server = await startServer({ secure: security === "tls" });
    const login = { user: "gate", password: "T0PS3CRETPASSWORD" };
    const proxy = await startProxy({ kind: "socks5", login, targets: { [`${name}:${server.port}`]: server } });
    const at = { kind: "socks5", host: "127.0.0.1", port: proxy.port, user: "gate", password: testSecret(login.password) };
    // Nobody but the proxy knows the name.
    const sent = await send(options(server.port, { security, proxy: at }), { zone: {} });
    expect(sent).toMatchObject({ kind: "accepted" });
    expect(server.mails).toMatchObject([{ user: "alerts", secure: true }]);
    const wrong = { ...at, password: testSecret("other") };
    const refused = await send(options(server.port, { security, proxy: wrong }), { zone: {} });
    expect(refused).toMatchObject({ kind: "retry", reason: expect.stringContaining("the proxy refuses our user or password") });
    await proxy.close();
  });

  it.each([
    ["STARTTLS", "starttls", false],
    ["TLS from the first byte", "tls", true],
  ])("sends over %s, with the login, and says that it was queued", async (_, security, secure) => {
    await using server = await startServer({ secure });
    expect(await send(options(server.port, { security }))).toEqual({
      kind: "accepted",
      reference: expect.stringContaining("queued as 4F1"),
    });
    expect(server.mails).toMatchObject([
      { from: "alerts@relay.example", to: ["li@private.example", "wang@private.example"], user: "alerts", secure: true },
    ]);
  });

  it("sends the alert as plain text and HTML, marked as made by a machine", async () => {
    await using server = await startServer();
    const alert = makeAlert();
    await send(options(server.port));
    const { headers, parts } = read(server.mails[0]?.raw ?? "");
    expect(Object.fromEntries(headers)).toMatchObject({
      subject: alert.title,
      from: "Mailvigil <alerts@relay.example>",
      to: "li@private.example, wang@private.example",
      "message-id": `<${alert.id}@relay.example>`,
      "auto-submitted": "auto-generated",
      references: "<M-1042.mailvigil@relay.example>",
      "x-mailvigil-about": "M-1042",
      date: "Sun, 15 Jun 2025 15:06:40 +0000",
    });
    expect(parts[0]?.replaceAll("\r\n", "\n").trim()).toBe([alert.title, "", ...alert.lines].join("\n"));
    expect(parts[1]).toContain("max-width:640px");
    expect(parts[1]).toContain(`<a href="${alert.url}">`);
  });

  it("links a run of an SOP beside the incident, and no other address", async () => {
    await using server = await startServer();
    const run = "https://watch.example.com/sop/S-3";
    const lines = [`应急预案 S-3：${run}`, "Look at https://watch.example.com/sop/S-x or https://elsewhere.example/sop/S-3"];
    await send(options(server.port), { alert: makeAlert({ lines, url: "https://watch.example.com/#M-7" }) });
    const html = read(server.mails[0]?.raw ?? "").parts[1] ?? "";
    expect(html.match(/href="[^"]*"/g)).toEqual([`href="${run}"`]);
  });

  it("keeps the Message-ID over a repeat and marks it in the subject", async () => {
    await using server = await startServer();
    await send(options(server.port));
    await send(options(server.port), { maybeRepeat: true });
    const [first, second] = server.mails.map(({ raw }) => read(raw).headers);
    expect(second?.get("message-id")).toBe(first?.get("message-id"));
    expect(second?.get("subject")).toBe(`${makeAlert().title}（可能重复）`);
  });

  it("lets no text of an alert become a header or a tag", async () => {
    await using server = await startServer();
    const evil = 'x\r\nBcc: thief@evil.example\r\n\r\n<script>alert(1)</script>" onload="x';
    const script = "javascript:alert(1)";
    const result = await send(options(server.port), { alert: makeAlert({ title: evil, lines: [evil, script], url: script }) });
    expect(result.kind).toBe("accepted");
    const [mail] = server.mails;
    const { headers, parts } = read(mail?.raw ?? "");
    expect(mail?.to).toEqual(["li@private.example", "wang@private.example"]);
    expect([...headers.keys()]).not.toContain("bcc");
    expect(headers.get("subject")).toMatch(/^x Bcc: thief@evil\.example/);
    expect(parts[1]).not.toMatch(/<script|href=/);
    // Nor does the address of the incident, where it is one.
    const odd = "https://watch.example.com/?a='\"><script>";
    await send(options(server.port), { alert: makeAlert({ lines: [`<b> ${odd} <i>`], url: odd }) });
    const linked = read(server.mails[1]?.raw ?? "").parts[1];
    expect(linked).toContain("<a href=");
    expect(linked).not.toMatch(/<script|<b>|<i>/);
  });

  it("reads neither files nor addresses that an alert names", async () => {
    await using server = await startServer();
    const lines = ["file:///etc/passwd", "/etc/passwd", "data:text/plain,x"];
    expect((await send(options(server.port), { alert: makeAlert({ lines }) })).kind).toBe("accepted");
    expect(server.mails[0]?.raw).not.toContain("root:");
  });

  it("cuts an oversized alert between characters", async () => {
    await using server = await startServer();
    const long = "邮箱已满😀".repeat(20_000);
    await send(options(server.port), { alert: makeAlert({ title: long, lines: Array.from({ length: 12 }, () => long) }) });
    const { headers, parts } = read(server.mails[0]?.raw ?? "");
    expect(headers.get("subject")).toMatch(/^(?:邮箱已满😀)+[邮箱已满😀]*…$/u);
    expect(Buffer.byteLength(headers.get("subject") ?? "")).toBeLessThanOrEqual(400);
    expect(parts.join("")).not.toContain("\ufffd");
    expect(server.mails[0]?.raw.length).toBeLessThan(300_000);
  });

  it("tells of recipients that were refused while others were taken", async () => {
    await using server = await startServer({ refuse: { rcpt: { "wang@private.example": [550, "5.1.1 no such user"] } } });
    const result = await send(options(server.port));
    expect(result).toMatchObject({ kind: "accepted", reference: expect.stringContaining("refused: wang@private.example") });
    expect(server.mails[0]?.to).toEqual(["li@private.example"]);
  });

  const everybody = (code: number, text: string): Refusals => ({
    rcpt: { "li@private.example": [code, text], "wang@private.example": [code, text] },
  });
  it.each<[string, Refusals, DeliveryResult["kind"]]>([
    ["a refused login", { auth: [535, `5.7.8 no ${password}`] }, "bad-channel"],
    ["a login that fails for a while", { auth: [454, "4.7.0 later"] }, "retry"],
    ["recipients that do not exist", everybody(550, "5.1.1 unknown"), "bad-channel"],
    ["recipients that are greylisted", everybody(451, "4.7.1 greylisted"), "retry"],
    ["a message that is too large", { data: [552, "5.3.4 too large"] }, "bad-message"],
    ["a message that is refused as spam", { data: [554, "5.7.1 spam"] }, "bad-message"],
    ["a size that is refused before the message", everybody(552, "5.3.4 too large"), "bad-message"],
    ["a full disk over there", { data: [452, "4.3.1 no room"] }, "retry"],
  ])("takes %s for what it is", async (_, refuse, kind) => {
    await using server = await startServer({ refuse });
    const result = await send(options(server.port));
    expect(result.kind).toBe(kind);
    expect(server.mails).toEqual([]);
    expect(result).not.toHaveProperty("doubt");
  });

  it("is in doubt when the message has left and no answer comes", async () => {
    await using server = await startServer({ refuse: { hangAfterData: true } });
    const started = performance.now();
    const result = await send(options(server.port), { signal: AbortSignal.timeout(600) });
    expect(result).toMatchObject({ kind: "retry", doubt: "no-answer" });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it.each([
    ["an unknown authority", () => createAuthority().then((other) => other.issue({ names: [name] }))],
    ["no authority", () => issueSelfSigned({ names: [name] })],
    ["another name", () => authority.issue({ names: ["other.example"] })],
    ["a time that is over", () => authority.issueExpired({ names: [name] })],
  ])("sends no credential to a certificate of %s, with STARTTLS or without", async (_, issue) => {
    const bad = await issue();
    for (const security of ["starttls", "tls"] as const) {
      const logins: string[] = [];
      const server = await startLineServer(talk(logins), { certificate: bad, implicit: security === "tls" });
      const result = await send(options(server.port, { security }));
      expect(result).toMatchObject({ kind: "bad-channel" });
      expect(logins).toEqual([]);
      expect(server.received()).not.toContain("AUTH");
      await server.close();
    }
  });
});

/** An SMTP server of few words. `quirk` says at which command it does something else. */
const talk =
  (
    logins: string[],
    quirk: Readonly<Record<string, (client: LineClient) => void>> = {},
    ehlo = ["250-x", "250-STARTTLS", "250 AUTH PLAIN"],
  ) =>
  async (client: LineClient): Promise<void> => {
    if (quirk["greeting"] !== undefined) return quirk["greeting"](client);
    client.send("220 x ESMTP");
    for (;;) {
      const line = await client.line();
      const verb = line.split(" ")[0]?.toUpperCase() ?? "";
      if (quirk[verb] !== undefined) quirk[verb](client);
      else if (verb === "EHLO") client.send(...ehlo);
      else if (verb === "STARTTLS") {
        client.send("220 go");
        await client.startTls();
      } else if (verb === "AUTH") {
        logins.push(line);
        client.send("235 ok");
      } else if (verb === "DATA") client.send("354 go");
      else if (verb === "QUIT") return client.end();
      else client.send("250 ok");
    }
  };

describe("channel email and a server that misbehaves", () => {
  const servers: { close(): Promise<void> }[] = [];
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
  });
  async function scripted(quirk: Readonly<Record<string, (client: LineClient) => void>>, ehlo?: string[]) {
    const logins: string[] = [];
    const server = await startLineServer(talk(logins, quirk, ehlo), { certificate });
    servers.push(server);
    return { server, logins };
  }

  it.each([
    ["not offered", ["250-x", "250 AUTH PLAIN"], "502 what?"],
    ["refused", ["250-x", "250-STARTTLS", "250 AUTH PLAIN"], "454 not now"],
  ])("sends nothing in clear text when STARTTLS is %s", async (_, ehlo, answer) => {
    const { server, logins } = await scripted({ STARTTLS: (client) => client.send(answer) }, ehlo);
    expect((await send(options(server.port))).kind).toBe("bad-channel");
    expect(logins).toEqual([]);
    expect(server.received()).not.toMatch(/AUTH|MAIL/);
  });

  it.each<[string, Readonly<Record<string, (client: LineClient) => void>>]>([
    ["no greeting", { greeting: () => undefined }],
    ["no answer to MAIL", { MAIL: () => undefined }],
    ["a reset at the greeting", { greeting: (client) => client.end("reset") }],
    ["a reset at MAIL", { MAIL: (client) => client.end("reset") }],
    ["421 as a greeting", { greeting: (client) => client.send("421 busy") }],
    ["421 at MAIL", { MAIL: (client) => client.send("421 closing") }],
    ["no SMTP at all", { greeting: (client) => client.send("HTTP/1.1 400 Bad Request", "", "") }],
    ["a reply without an end", { EHLO: (client) => client.send("x".repeat(200_000)) }],
  ])("tries again after %s, without doubt", async (_, quirk) => {
    const { server } = await scripted(quirk);
    const started = performance.now();
    const result = await send(options(server.port), { signal: AbortSignal.timeout(500) });
    expect(result).toMatchObject({ kind: "retry" });
    expect(result).not.toHaveProperty("doubt");
    expect(performance.now() - started).toBeLessThan(2_000);
    await expect.poll(() => server.clients().open).toBe(0);
  });

  it("shows of an answer to the login its codes alone", async () => {
    const { server } = await scripted({ AUTH: (client) => client.send(`535 5.7.8 you said ${derived[1]}`) });
    const result = await send(options(server.port));
    expect(result).toEqual({ kind: "bad-channel", reason: `${name}: The login was refused: 535 5.7.8` });
  });

  it("does not log in where no login is configured", async () => {
    const { server, logins } = await scripted({});
    const { user: _u, password: _p, ...open } = options(server.port);
    await send(open, { signal: AbortSignal.timeout(500) });
    expect(logins).toEqual([]);
    expect(server.received()).toContain("MAIL FROM");
  });

  it("tries again where the name is not known or nobody listens", async () => {
    expect(await send(options(1, { host: "gone.example" }))).toMatchObject({ kind: "retry" });
    expect(await send(options(1))).toMatchObject({ kind: "retry" });
  });

  it("opens nothing when its signal has ended already", async () => {
    const { server } = await scripted({});
    expect(await send(options(server.port), { signal: AbortSignal.abort() })).toMatchObject({ kind: "retry" });
    expect(server.clients().all).toBe(0);
  });
});

describe("options of channel email", () => {
  const good = options(587);
  it.each<[object, boolean]>([
    [{}, true],
    [{ user: undefined, password: undefined }, true],
    [{ port: undefined }, true],
    [{ user: undefined }, false],
    [{ password: undefined }, false],
    [{ password: "plain" }, false],
    [{ security: "none" }, false],
    [{ from: "x@y.example\r\nBcc: z@y.example" }, false],
    [{ to: [] }, false],
    [{ to: ["Li <li@y.example>"] }, false],
    [{ port: 70_000 }, false],
    [{ hots: "x" }, false],
  ])("with %j fit: %s", (some, fit) => {
    expect(email.options.safeParse({ ...good, ...some }).success).toBe(fit);
  });

  it("name the server and the recipients' domains as what a delivery depends on", () => {
    const parsed = email.options.parse({
      ...good,
      host: "SMTP.Relay.example",
      to: ["a@X.example", "b@x.example", "c@y.example"],
    });
    expect(email.dependsOn(parsed)).toEqual({ hosts: ["smtp.relay.example"], mailDomains: ["x.example", "y.example"] });
  });
});
