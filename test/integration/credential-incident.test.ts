import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Dovecot, startDovecot } from "../support/dovecot.ts";
import { type FakeDns, startFakeDns } from "../support/fake-dns.ts";
import { authority } from "../support/mail-world.ts";
import { startTokenServer, type TokenServer } from "../support/token-server.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const address = "127.0.26.3";
const mailboxes = Array.from({ length: 20 }, (_, i) => `m${i}@own.test`);

let folder: string;
let dovecot: Dovecot;
let dns: FakeDns;
let tokens: TokenServer;
let daemon: ChildProcess | undefined;

beforeAll(async () => {
  const { issue, certPem } = await authority();
  folder = await mkdtemp(join(tmpdir(), "mailvigil-credential-"));
  await writeFile(join(folder, "ca.pem"), certPem);
  await writeFile(join(folder, "client-secret"), "one that was deleted", { mode: 0o600 });
  tokens = await startTokenServer({ certificate: await issue({ names: ["login.own.test"] }) });
  const tls = await issue({ names: ["imap.own.test"] });
  dovecot = await startDovecot({ address, users: {}, tls, extraConfig: "auth_mechanisms = plain xoauth2" });
  const zone = { "imap.own.test": { A: [address] }, "login.own.test": { A: ["127.0.0.1"] } };
  dns = await startFakeDns(zone, { address, port: 53, authoritative: true });
}, 60_000);
afterAll(async () => {
  if (daemon && daemon.exitCode === null) {
    daemon.kill("SIGTERM");
    await once(daemon, "exit");
  }
  await dns.close();
  await dovecot.stop();
  await tokens.close();
  await rm(folder, { recursive: true, force: true });
});

/** Rows of the daemon's database. */
function rows(query: string): readonly unknown[] {
  const db = new Sqlite(join(folder, "data", "mailvigil.db"), { readonly: true });
  try {
    return db.prepare(query).all();
  } finally {
    db.close();
  }
}

test("a credential without tokens is one incident of our own, whatever number of mailboxes is behind it", async () => {
  const often = "{ every: 2s, confirm: { bad: [1, 1], good: 1, recheck: 1s } }";
  await writeFile(
    join(folder, "mailvigil.yaml"),
    `
settings:
  language: en
  http: { listen: "127.0.0.1:0" }
  dns: { servers: ["${address}"] }
  tls: { ca: [ca.pem] }
  network: { public: ["127.0.0.0/8"] }
  self_tests: off
credentials:
  company:
    provider: microsoft365
    tenant: own.test
    client_id: app
    client_secret: { file: client-secret }
    token_url: https://login.own.test:${tokens.port}/token
mailboxes:
${mailboxes
  .map(
    (mailbox) => `  - address: ${mailbox}
    oauth: company
    imap: { host: imap.own.test }
    off: [smtp-submission, imap-quota, tls-certificate]`,
  )
  .join("\n")}
  - address: cloud@own.test
    oauth: company
    provider: microsoft365
    off: [imap-login, smtp-submission, imap-quota, mailbox-activity, tls-certificate, port-reachability]
probes:
  graph.microsoft.com:443/provider-status: ${often}
${mailboxes.map((mailbox) => `  ${mailbox}/imap-login: ${often}`).join("\n")}
`,
  );
  daemon = spawn(process.execPath, [main, "start", "--config", join(folder, "mailvigil.yaml")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(daemon.stdout ?? daemon, "data");

  const statuses = (): readonly unknown[] =>
    rows(
      "SELECT DISTINCT id, status FROM observation JOIN probe USING (probe) JOIN outcome USING (outcome) WHERE id LIKE '%/imap-login'",
    );
  await expect.poll(() => statuses().length, { timeout: 40_000, interval: 250 }).toBe(mailboxes.length);
  await expect.poll(() => rows("SELECT key FROM incident").length, { timeout: 20_000, interval: 250 }).toBe(1);
  expect(statuses()).toEqual(expect.arrayContaining(mailboxes.map((id) => ({ id: `${id}/imap-login`, status: "unknown" }))));
  // What Microsoft says of itself is asked with the same credential, and is unknown like the mailboxes.
  const ofProvider = (): readonly unknown[] =>
    rows(
      "SELECT DISTINCT id, status FROM observation JOIN probe USING (probe) JOIN outcome USING (outcome) WHERE id LIKE '%/provider-status'",
    );
  await expect
    .poll(ofProvider, { timeout: 20_000, interval: 250 })
    .toEqual([{ id: "graph.microsoft.com:443/provider-status", status: "unknown" }]);
  expect(rows("SELECT key, cause, severity FROM incident")).toEqual([
    { key: "monitor", cause: "secret-wrong", severity: "critical" },
  ]);
  expect(tokens.requests.length, "not one for each mailbox").toBeLessThan(4);
  expect(rows("SELECT account FROM breaker")).toEqual([]);
}, 90_000);
