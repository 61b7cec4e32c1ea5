import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type FakeDns, startFakeDns } from "../support/fake-dns.ts";
import { type LineServer, startLineServer } from "../support/line-server.ts";
import { authority } from "../support/mail-world.ts";
import { scriptImap } from "../support/mail-script.ts";
import { clientSecret, refusal, startTokenServer, type TokenServer } from "../support/token-server.ts";

const main = join(import.meta.dirname, "../../src/main.ts");
const address = "127.0.57.1";
const sales = "sales@own.test";

let dns: FakeDns;
let tokens: TokenServer;
let imap: LineServer;
let folder: string;
/** What the mail server says to a login whose token is for `sales`, tag and all. */
let answer: string;

beforeAll(async () => {
  const { issue } = await authority();
  tokens = await startTokenServer({ certificate: await issue({ names: ["login.own.test"] }) });
  dns = await startFakeDns({ "login.own.test": { A: ["127.0.0.1"] }, "imap.own.test": { A: [address] } }, { address });
  const script = scriptImap({ on: { CAPABILITY: [["* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2", "{tag} OK done"]] } });
  imap = await startLineServer(
    (client) =>
      script({
        ...client,
        // In place of the script's own: the token is looked at, as Exchange and Gmail do.
        send: (...lines) => client.send(...lines.map((line) => (pending === undefined ? line : judged(pending, String(line))))),
        line: async () => {
          const line = await client.line();
          pending = line.includes("AUTHENTICATE") ? line : undefined;
          return line;
        },
      }),
    { host: address, certificate: await issue({ names: ["imap.own.test"] }), implicit: true },
  );
}, 30_000);
afterAll(async () => {
  await Promise.all([tokens.close(), dns.close(), imap.close()]);
});
beforeEach(async () => {
  answer = "OK logged in";
  folder = await mkdtemp(join(tmpdir(), "mailvigil-login-"));
  await writeFile(join(folder, "ca.pem"), (await authority()).certPem);
  await writeFile(join(folder, "client-secret"), clientSecret, { mode: 0o600 });
});
afterEach(() => rm(folder, { recursive: true }));

let pending: string | undefined;
function judged(line: string, said: string): string {
  const [tag = "", , , message = ""] = line.split(" ");
  const [who = "", bearer = ""] = Buffer.from(message, "base64").toString().split("\u0001");
  const claims: { sub?: string } = JSON.parse(Buffer.from(bearer.split(".")[1] ?? "", "base64url").toString());
  const isGiven = tokens.given.includes(bearer.replace("auth=Bearer ", ""));
  if (!isGiven || claims.sub !== who.replace("user=", "")) return `${tag} NO AUTHENTICATE failed.`;
  return said.startsWith(tag) ? `${tag} ${answer}` : said;
}

const settings = (): string => `settings:
  language: en
  dns: { servers: ["${dns.server}"] }
  tls: { ca: [ca.pem] }
  network: { public: ["127.0.0.0/8"] }
  self_tests: off
`;

const configuration = (oauth: string, more = ""): Promise<void> =>
  writeFile(
    join(folder, "mailvigil.yaml"),
    `${settings()}${more}mailboxes:
  - address: ${sales}
    oauth: { ${oauth}, token_url: "https://login.own.test:${tokens.port}/own.test/token" }
    imap: { host: imap.own.test, port: ${imap.port}, security: tls }
`,
  );

interface Ended {
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}

/** The command as a person runs it; `act` is given what stands on the terminal, once it has come to `when`. */
async function login(
  args: readonly string[],
  {
    when,
    act,
    lang = "C.UTF-8",
  }: {
    readonly when?: RegExp;
    readonly act?: (found: RegExpExecArray, child: ChildProcess) => unknown;
    readonly lang?: string;
  } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [main, "login", ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", LANG: lang, CLIENT: clientSecret },
  });
  const closed = once(child, "close");
  let [out, err, acted] = ["", "", false];
  child.stdout.setEncoding("utf8").on("data", (part: string) => (out += part));
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    err += part;
    const found = acted || !when ? null : when.exec(err);
    if (found === null) return;
    acted = true;
    void act?.(found, child);
  });
  const killer = setTimeout(() => child.kill("SIGKILL"), 25_000);
  const [code]: unknown[] = await closed;
  clearTimeout(killer);
  return { code, out, err };
}

const url = /^(https:\S+authorize\S+)$/m;
const browseAs =
  (user: string, scope?: string) =>
  ([, shown = ""]: RegExpExecArray): void =>
    void http.get(tokens.authorize(shown, { user, ...(scope === undefined ? {} : { scope }) }).replace("localhost", "127.0.0.1"));

/** What was stored, with what neither it nor any other secret was shown. */
async function stored({ out, err }: Ended, file = "data/token-sales%40own.test"): Promise<string> {
  const text = await readFile(join(folder, file), "utf8");
  expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
  expect(text).toMatch(/^1\/\/[\w-]{50,}\n$/);
  for (const secret of [text.trim(), clientSecret, tokens.given.at(-1) ?? ""]) expect(`${out}${err}`).not.toContain(secret);
  return text.trim();
}

const public1 = "provider: microsoft365, tenant: own.test, client_id: public1";
const desktop = "provider: google, client_id: client1, client_secret: { env: CLIENT }";

describe("mailvigil login", () => {
  test("microsoft365: a code, a proof at the mail server, a private file, the lines for the configuration", async () => {
    await configuration(public1);
    const ended = await login(["microsoft365", sales], { when: /WDJB-MJHT/, act: () => tokens.signIn({ user: sales }) });
    expect([ended.code, ended.err]).toEqual([
      0,
      expect.stringContaining(`It works: the sign-in opens ${sales} at imap.own.test:`),
    ]);
    expect(ended.err).toContain("Open in a browser, on any machine:  https://login.own.test/device\n");
    expect(ended.out).toBe(`mailboxes:
  - address: ${sales}
    oauth:
      provider: microsoft365
      tenant: own.test
      client_id: public1
      refresh_token:
        file: data/token-sales%40own.test
      token_url: https://login.own.test:${tokens.port}/own.test/token
`);
    await stored(ended);
    // What was printed is a configuration that the product takes.
    await writeFile(
      join(folder, "made.yaml"),
      `${settings()}${ended.out}    imap: { host: imap.own.test, port: ${imap.port}, security: tls }\n    off: [smtp-submission, imap-quota, tls-certificate, mail-roundtrip]\n`,
    );
    const child = spawn(process.execPath, [main, "check", "--config", "made.yaml", "--only", "sales*"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [code]: unknown[] = await once(child, "close");
    expect(code).toBe(0);
  }, 60_000);

  test.each([
    ["google", desktop],
    ["microsoft365", public1],
    ["microsoft365-china", "provider: microsoft365-china, client_id: public1"],
  ])(
    "%s: by the browser of this machine",
    async (provider, oauth) => {
      await configuration(oauth);
      const ended = await login([provider, sales, "--loopback", "--out", "mine"], { when: url, act: browseAs(sales) });
      expect([ended.code, ended.out], ended.err).toEqual([0, expect.stringContaining("refresh_token:\n        file: mine\n")]);
      expect(ended.err.includes("developers.google.com/identity/protocols/oauth2/limited-input-device#allowedscopes")).toBe(
        provider === "google",
      );
      expect(ended.out.includes("client_secret:\n        env: CLIENT\n")).toBe(provider === "google");
      expect(ended.out.includes("tenant: own.test\n")).toBe(provider !== "google");
      await stored(ended, "mine");
    },
    30_000,
  );

  test("in Chinese, for the file that the configuration names already, which it writes anew", async () => {
    await configuration(`${desktop}, refresh_token: { file: tokens/sales }`);
    await mkdir(join(folder, "tokens"));
    await writeFile(join(folder, "tokens/sales"), "old");
    const yaml = join(folder, "mailvigil.yaml");
    await writeFile(yaml, (await readFile(yaml, "utf8")).replace("language: en", "language: zh-CN"));
    const ended = await login(["google", sales], { when: url, act: browseAs(sales) });
    expect([ended.code, ended.err]).toEqual([
      0,
      expect.stringContaining(`成功：该登录可以在 imap.own.test:${imap.port} 打开 ${sales}。`),
    ]);
    expect(ended.err).toContain("请在本机的浏览器中打开下面的地址");
    await stored(ended, "tokens/sales");
  }, 30_000);

  test("microsoft365-china: a code at its own server, for its own scopes", async () => {
    await configuration("provider: microsoft365-china, client_id: public1");
    const ended = await login(["microsoft365-china", sales], { when: /WDJB-MJHT/, act: () => tokens.signIn({ user: sales }) });
    expect([ended.code, ended.out]).toEqual([
      0,
      expect.stringContaining("provider: microsoft365-china\n      tenant: own.test\n"),
    ]);
    const asked = tokens.requests.findLast(({ path }) => path.endsWith("/devicecode"));
    expect(asked?.form["scope"]).toContain("https://partner.outlook.cn/IMAP.AccessAsUser.All");
    await stored(ended);
  }, 30_000);

  test.each([
    ["a code", ["microsoft365", sales], public1, /WDJB-MJHT/],
    ["a browser", ["google", sales], desktop, url],
  ])(
    "Ctrl-C ends the waiting for %s: exit code 130, nothing is stored",
    async (_, args, oauth, when) => {
      await configuration(oauth);
      const ended = await login(args, { when, act: (__, child) => child.kill("SIGINT") });
      expect([ended.code, ended.out]).toEqual([130, ""]);
      expect(ended.err).toContain("Ended before anybody had signed in.");
      expect(existsSync(join(folder, "data/token-sales%40own.test"))).toBe(false);
    },
    30_000,
  );

  test("somebody else signed in: nothing is stored", async () => {
    await configuration(desktop);
    const ended = await login(["google", sales], { when: url, act: browseAs("boss@own.test") });
    expect([ended.code, ended.out]).toEqual([2, ""]);
    expect(ended.err).toContain(`boss@own.test signed in, and that does not open ${sales}. Nothing was stored.`);
    expect(existsSync(join(folder, "data/token-sales%40own.test"))).toBe(false);
  }, 30_000);

  test("the right to mail was not ticked: nothing is stored", async () => {
    await configuration(desktop);
    const ended = await login(["google", sales], { when: url, act: browseAs(sales, "openid email") });
    expect([ended.code, ended.out]).toEqual([2, ""]);
    expect(ended.err).toContain("The sign-in does not include the right to read mail (the provider gave “openid email”).");
    expect(existsSync(join(folder, "data/token-sales%40own.test"))).toBe(false);
  }, 30_000);

  test("IMAP is off: the sign-in is good and kept, and what to do is said", async () => {
    await configuration(desktop);
    answer = "NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page.";
    const ended = await login(["google", sales], { when: url, act: browseAs(sales) });
    expect(ended.code).toBe(2);
    expect(ended.err).toContain("Signed in, but the mailbox does not open:");
    expect(ended.err).toContain("not enabled for IMAP use");
    expect(ended.err).toContain("nobody needs to sign in again");
    await stored(ended);
  }, 30_000);

  test("an administrator must agree: says where", async () => {
    await configuration(public1);
    tokens.answer(refusal(400, "access_denied", "AADSTS90094: The grant requires administrator permission. Trace ID: 1"));
    const ended = await login(["microsoft365", sales]);
    expect([ended.code, ended.out]).toEqual([2, ""]);
    expect(ended.err).toContain("https://login.microsoftonline.com/own.test/adminconsent?client_id=public1");
    expect(ended.err).toContain("AADSTS90094: The grant requires administrator permission.”");
  }, 30_000);

  test("the sign-in server is out of reach: exit code 3", async () => {
    await configuration(public1);
    const yaml = join(folder, "mailvigil.yaml");
    await writeFile(yaml, (await readFile(yaml, "utf8")).replace(`:${tokens.port}/`, ":9/"));
    expect(await login(["microsoft365", sales])).toMatchObject({
      code: 3,
      out: "",
      err: expect.stringContaining("ECONNREFUSED"),
    });
  }, 30_000);

  const wrong: readonly (readonly [args: readonly string[], yaml: string | undefined, says: string])[] = [
    [["yahoo", sales], undefined, "there is no provider yahoo; write google, microsoft365 or microsoft365-china"],
    [["google", "sales"], undefined, "sales is no mail address; write it like sales@example.com"],
    [["google"], undefined, "missing required argument 'address'"],
    [["google", sales], undefined, `the client id of ${sales} is not known; give --client-id`],
    [["google", sales, "--client-id", "x"], undefined, "Google wants the client secret of a desktop application too"],
    [["google", sales, "--client-id", "x", "--client-secret-file", "gone"], undefined, "does not exist; make the file"],
    [
      ["google", sales],
      "provider: google, client_id: client1, client_secret: { env: NOT_SET }",
      "the environment variable NOT_SET is not set",
    ],
    [["google", sales], "provider: google, client_id: a b", 'mailboxes[0].oauth.client_id: "a b" is not a client id'],
    [
      ["google", sales],
      public1,
      "mailboxes[0].oauth.provider: is microsoft365, and not google; run mailvigil login microsoft365",
    ],
    [["microsoft365", sales, "--out", "ca.pem"], public1, "ca.pem exists already, and a sign-in never writes over a file"],
    [["microsoft365", sales, "--out", "none/there"], public1, "cannot be written (ENOENT); name another one with --out"],
    [["microsoft365", sales, "--config", "absent.yaml"], undefined, "absent.yaml:1:1: does not exist"],
  ];
  test.each(wrong)("%j is wrong usage", async (args, oauth, says) => {
    if (oauth !== undefined) await configuration(oauth);
    const asked = tokens.requests.length;
    const { code, out, err } = await login(args);
    expect([code, out]).toEqual([64, ""]);
    expect(err).toContain(says);
    expect(err).not.toMatch(/^ +at /m);
    expect(tokens.requests.length, "nobody was asked").toBe(asked);
    expect(existsSync(join(folder, "data"))).toBe(false);
  });

  test("what is wrong is said in the language of the configuration", async () => {
    const yaml = join(folder, "mailvigil.yaml");
    const inChinese = async (oauth: string): Promise<void> => {
      await configuration(oauth);
      await writeFile(yaml, (await readFile(yaml, "utf8")).replace("language: en", "language: zh-CN"));
    };
    await inChinese("provider: google, client_id: a b");
    expect((await login(["google", sales])).err).toContain("mailboxes[0].oauth.client_id：");
    await inChinese("provider: google, client_id: client1");
    const { code, err } = await login(["google", sales, "--client-secret-file", "gone"]);
    expect(code).toBe(64);
    expect(err).toMatch(/无法读取客户端密钥：.* 不存在；请创建该文件/);
  }, 30_000);

  test("what else is wrong with the configuration is no matter, and a credential may be named", async () => {
    const credential = `credentials:\n  shared: { ${public1}, token_url: "https://login.own.test:${tokens.port}/own.test/token" }\nchannels: { duty: { type: none } }\n`;
    await writeFile(
      join(folder, "mailvigil.yaml"),
      `${settings()}${credential}mailboxes:\n  - { address: ${sales}, oauth: shared, imap: { host: imap.own.test, port: ${imap.port} } }\n`,
    );
    const ended = await login(["microsoft365", sales], { when: /WDJB-MJHT/, act: () => tokens.signIn({ user: sales }) });
    expect(ended.code, ended.err).toBe(0);
    await stored(ended);
  }, 30_000);
});
