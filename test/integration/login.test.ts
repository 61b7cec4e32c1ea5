import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Dovecot, startDovecot } from "../support/dovecot.ts";
import { type FakeDns, startFakeDns } from "../support/fake-dns.ts";
import { authority } from "../support/mail-world.ts";
import { startTokenServer, type TokenServer } from "../support/token-server.ts";

const main = join(import.meta.dirname, "../../src/main.ts");
const address = "127.0.57.2";
const sales = "sales@own.test";

let folder: string;
let tokens: TokenServer;
let dovecot: Dovecot;
let dns: FakeDns;

beforeAll(async () => {
  const { issue, certPem } = await authority();
  tokens = await startTokenServer({ certificate: await issue({ names: ["login.own.test"] }) });
  folder = await mkdtemp(join(tmpdir(), "mailvigil-sign-in-"));
  await chmod(folder, 0o755);
  await mkdir(join(folder, "keys/default/RS256"), { recursive: true });
  await writeFile(join(folder, "keys/default/RS256/default"), tokens.publicKeyPem);
  const validation = `introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix=${folder}/keys/\nusername_attribute = sub\n`;
  await writeFile(join(folder, "oauth2.conf"), validation);
  await writeFile(join(folder, "ca.pem"), certPem);
  const extraConfig = `passdb {\n  driver = oauth2\n  mechanisms = xoauth2\n  args = ${folder}/oauth2.conf\n}\nauth_mechanisms = plain xoauth2\n`;
  dovecot = await startDovecot({ address, users: {}, tls: await issue({ names: ["imap.own.test"] }), extraConfig });
  dns = await startFakeDns({ "imap.own.test": { A: [address] }, "login.own.test": { A: ["127.0.0.1"] } }, { address });
  await writeFile(
    join(folder, "mailvigil.yaml"),
    `settings: { language: en, dns: { servers: ["${dns.server}"] }, tls: { ca: [ca.pem] }, network: { public: ["127.0.0.0/8"] }, self_tests: off }
mailboxes:
  - address: ${sales}
    oauth: { provider: microsoft365, tenant: own.test, client_id: public1, refresh_token: { file: token }, token_url: "https://login.own.test:${tokens.port}/own.test/token" }
    imap: { host: imap.own.test, port: 993, security: tls }
    off: [smtp-submission, imap-quota, tls-certificate]
`,
  );
}, 60_000);
afterAll(async () => {
  await dns.close();
  await dovecot.stop();
  await tokens.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(args: readonly string[]): Promise<{ readonly code: unknown; readonly said: string }> {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part: string) => (said += part));
  const [code]: unknown[] = await once(child, "close");
  return { code, said };
}

test("a sign-in by a code opens the mailbox at a real Dovecot, and so does the daemon's check from then on", async () => {
  tokens.signIn({ user: "boss@own.test" });
  const other = await run(["login", "microsoft365", sales]);
  expect([other.code, other.said]).toEqual([
    2,
    expect.stringContaining("boss@own.test signed in, and that does not open sales@own.test"),
  ]);

  tokens.signIn({ user: sales });
  const { code, said } = await run(["login", "microsoft365", sales]);
  expect([code, said]).toEqual([0, expect.stringContaining(`It works: the sign-in opens ${sales} at imap.own.test:993.`)]);
  expect(said).not.toContain((await readFile(join(folder, "token"), "utf8")).trim());

  const asked = tokens.requests.length;
  expect((await run(["check", "--only", `${sales}/imap-login`])).code).toBe(0);
  expect(tokens.requests.slice(asked).map(({ form }) => form["grant_type"])).toEqual(["refresh_token"]);
}, 90_000);
