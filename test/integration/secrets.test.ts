import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAuthority } from "../support/certificates.ts";
import { startDovecot, type Dovecot } from "../support/dovecot.ts";
import { startFakeDns, type FakeDns } from "../support/fake-dns.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const address = "127.0.15.1";
const host = "imap.own.test";
const user = "sales@own.test";
const password = "Correct-Horse:Battery/Staple+42";
const key = Buffer.alloc(32, 9).toString("base64");

/** The secrets, and what protocols make of them. */
const forms = [
  password,
  encodeURIComponent(password),
  ...[password, `\0${user}\0${password}`, `${user}\0${user}\0${password}`].map((text) =>
    Buffer.from(text).toString("base64").replace(/=+$/, ""),
  ),
  key,
];

let folder: string;
let dovecot: Dovecot;
let dns: FakeDns;
let receiver: Receiver;
let daemon: ChildProcess;
let said = "";
let url = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-secrets-"));
  const authority = await createAuthority();
  dovecot = await startDovecot({ address, users: { [user]: password }, tls: await authority.issue({ names: [host] }) });
  dns = await startFakeDns({ [host]: { A: [address] } });
  receiver = await startReceiver();
  await writeFile(join(folder, "ca.pem"), authority.certPem);
  await writeFile(join(folder, "password"), password, { mode: 0o600 });
  await writeFile(
    join(folder, "mailvigil.yaml"),
    `
settings:
  language: en
  http: { listen: "127.0.0.1:0" }
  dns: { servers: ["${dns.server}"] }
  tls: { ca: [ca.pem] }
  self_tests: off
mailboxes:
  - address: ${user}
    password: { file: password }
    imap: { host: ${host}, port: 993, security: tls }
    smtp: { host: ${host}, port: 993, security: tls }
channels:
  duty: { type: webhook, url: "${receiver.origin}/hook", secret: { env: DUTY }, allow_private: true }
probes:
  ${user}/imap-login: { every: 1s }
  ${user}/smtp-submission: { every: 1s, deadline: 5s }
`,
  );
  daemon = spawn(process.execPath, [main, "start", "--config", join(folder, "mailvigil.yaml")], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, DUTY: `whsec_${key}`, LANG: "C.UTF-8" },
  });
  for (const stream of [daemon.stdout, daemon.stderr]) stream?.on("data", (part: Buffer) => (said += part.toString()));
  while (url === "") {
    await sleep(50);
    url = /http:\S+/.exec(said)?.[0] ?? "";
  }
});
afterAll(async () => {
  daemon.kill("SIGKILL");
  await once(daemon, "exit");
  await receiver[Symbol.asyncDispose]();
  await dns.close();
  await dovecot.stop();
  await rm(folder, { recursive: true, force: true });
});

const get = async (path: string): Promise<string> => (await fetch(`${url}${path}`)).text();

async function everythingStored(): Promise<string> {
  const data = join(folder, "data");
  const texts = await Promise.all(
    (await readdir(data)).map(async (name) =>
      (await stat(join(data, name))).isFile() ? readFile(join(data, name), "latin1") : "",
    ),
  );
  return texts.join("\n");
}

test("a password and a key leave neither by log, database, API, metrics nor alert", async () => {
  const login = async (): Promise<string> => get(`/api/v1/probes/${encodeURIComponent(user)}/imap-login`);
  await expect.poll(login, { timeout: 20_000 }).toContain("LOGIN");
  const accepted = await login();
  await dovecot.setUsers({ [user]: "another" });
  await expect.poll(() => receiver.received.length, { timeout: 30_000, interval: 200 }).toBeGreaterThan(0);
  const places: Readonly<Record<string, string>> = {
    "the evidence of a login": accepted,
    "the evidence of a refused login": await login(),
    "the overview": await get("/api/v1/overview"),
    incidents: await get("/api/v1/incidents"),
    metrics: await get("/metrics"),
    "the page": await get("/"),
    alerts: receiver.received.map(({ headers, body }) => `${JSON.stringify(headers)}${body.toString()}`).join("\n"),
    "what it says at the terminal": said,
    "the data directory": await everythingStored(),
  };
  expect(places["the data directory"]?.length).toBeGreaterThan(10_000);
  expect(places["the evidence of a login"]).toContain("[password]");
  for (const [place, text] of Object.entries(places))
    expect(
      forms.filter((form) => text.includes(form)),
      place,
    ).toEqual([]);
});
