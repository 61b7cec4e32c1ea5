import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createAuthority } from "../support/certificates.ts";
import { startDovecot, type Dovecot } from "../support/dovecot.ts";
import { startFakeDns, type FakeDns, type Misbehaviour } from "../support/fake-dns.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const blocker = fileURLToPath(new URL("../support/block-loop.ts", import.meta.url));

/** The daemon lives in a network namespace of its own; the healthy server is on our side of the cable. */
const namespace = `mailvigil-${process.pid}`;
const [ours, theirs] = [`mv${process.pid}a`.slice(-15), `mv${process.pid}b`.slice(-15)];
const server = "10.199.71.1";
const host = "imap.own.test";

function ip(...args: readonly string[]): void {
  const done = spawnSync("ip", args, { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`ip ${args.join(" ")}: ${done.stderr}`);
}

describe("with our own side at fault, a healthy server is not blamed", () => {
  let folder: string;
  let dovecot: Dovecot;
  let dns: FakeDns;
  let dnsFault: Misbehaviour | undefined;
  let witness: net.Server;
  let daemon: ChildProcess | undefined;

  beforeAll(async () => {
    ip("netns", "add", namespace);
    ip("link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", namespace);
    ip("addr", "add", `${server}/24`, "dev", ours);
    ip("link", "set", ours, "up");
    ip("-n", namespace, "link", "set", "lo", "up");
    ip("-n", namespace, "addr", "add", "10.199.71.2/24", "dev", theirs);
    ip("-n", namespace, "link", "set", theirs, "up");
    const authority = await createAuthority();
    const tls = await authority.issue({ names: [host] });
    folder = await mkdtemp(join(tmpdir(), "mailvigil-own-side-"));
    await writeFile(join(folder, "ca.pem"), authority.certPem);
    await writeFile(join(folder, "password"), "secret", { mode: 0o600 });
    dovecot = await startDovecot({ address: server, users: { "sales@own.test": "secret" }, tls });
    dns = await startFakeDns(
      {
        [host]: { A: [server] },
        "own.test": { MX: [{ priority: 10, exchange: host }], NS: ["ns.own.test"] },
        "ns.own.test": { A: [server] },
      },
      { address: server, port: 53, authoritative: true, misbehave: () => dnsFault },
    );
    witness = net.createServer((socket) => socket.end()).listen(7443, server);
    await once(witness, "listening");
  });
  afterEach(async () => {
    dnsFault = undefined;
    if (daemon && daemon.exitCode === null) {
      daemon.kill("SIGTERM");
      await once(daemon, "exit");
    }
    await rm(join(folder, "data"), { recursive: true, force: true });
  });
  afterAll(async () => {
    witness.close();
    await dns.close();
    await dovecot.stop();
    spawnSync("ip", ["link", "del", ours]);
    spawnSync("ip", ["netns", "del", namespace]);
    await rm(folder, { recursive: true, force: true });
  });

  async function start(nodeOptions: readonly string[] = []): Promise<void> {
    const often = "{ every: 2s, confirm: { bad: [1, 1], good: 1, recheck: 1s } }";
    await writeFile(
      join(folder, "mailvigil.yaml"),
      `
settings:
  language: en
  http: { listen: "127.0.0.1:0" }
  dns: { servers: ["${server}"] }
  tls: { ca: [ca.pem] }
  network: { public: ["${server}/32"] }
  self_tests: { egress: ["${server}:7443"] }
domains:
  # Nothing proves port 25 here.
  - { name: own.test, off: [smtp-mx] }
mailboxes:
  - address: sales@own.test
    password: { file: password }
    imap: { host: ${host}, port: 993, security: tls }
    smtp: { host: ${host}, port: 993, security: tls }
    off: [smtp-submission, imap-quota]
probes:
  sales@own.test/imap-login: ${often}
  own.test/dns-mx: ${often}
`,
    );
    daemon = spawn(
      "ip",
      ["netns", "exec", namespace, process.execPath, ...nodeOptions, main, "start", "--config", join(folder, "mailvigil.yaml")],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    await once(daemon.stdout ?? daemon, "data");
  }

  /** `status` and how often it was observed, of a probe, since a moment. */
  function seen(probe: string, since = 0): Record<string, number> {
    const db = new Sqlite(join(folder, "data", "mailvigil.db"), { readonly: true });
    try {
      const rows = db
        .prepare<[string, number], { status: string; n: number }>(
          "SELECT status, count(*) AS n FROM observation JOIN probe USING (probe) JOIN outcome USING (outcome) WHERE id = ? AND at >= ? GROUP BY status",
        )
        .all(probe, since);
      return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
    } finally {
      db.close();
    }
  }

  function causes(): readonly string[] {
    const db = new Sqlite(join(folder, "data", "mailvigil.db"), { readonly: true });
    try {
      return db
        .prepare<[], { key: string }>("SELECT DISTINCT key FROM incident ORDER BY key")
        .all()
        .map(({ key }) => key);
    } finally {
      db.close();
    }
  }

  const login = "sales@own.test/imap-login";
  const settled = { timeout: 40_000, interval: 250 };

  test("a namespace without a route", async () => {
    await start();
    await expect.poll(() => seen(login)["ok"] ?? 0, settled).toBeGreaterThan(2);
    ip("-n", namespace, "link", "set", theirs, "down");
    const cut = Date.now();
    await expect.poll(() => seen(login, cut)["unknown"] ?? 0, settled).toBeGreaterThan(3);
    await expect.poll(() => seen("own.test/dns-mx", cut)["unknown"] ?? 0, settled).toBeGreaterThan(1);
    ip("-n", namespace, "link", "set", theirs, "up");
    const mended = Date.now();
    await expect.poll(() => seen(login, mended)["ok"] ?? 0, settled).toBeGreaterThan(1);
    expect(seen(login)).not.toHaveProperty("critical");
    expect(seen("own.test/dns-mx")).not.toHaveProperty("critical");
    expect(seen("monitor/egress")).toHaveProperty("critical");
    expect(causes()).toEqual(["monitor"]);
  });

  test("a resolver that answers SERVFAIL", async () => {
    await start();
    await expect.poll(() => seen(login)["ok"] ?? 0, settled).toBeGreaterThan(1);
    dnsFault = "SERVFAIL";
    const broken = Date.now();
    await expect.poll(() => seen(login, broken)["unknown"] ?? 0, settled).toBeGreaterThan(3);
    await expect.poll(() => seen("own.test/dns-mx", broken)["unknown"] ?? 0, settled).toBeGreaterThan(3);
    expect(seen(login)).not.toHaveProperty("critical");
    expect(seen("own.test/dns-mx")).not.toHaveProperty("critical");
    expect(causes().filter((key) => key !== "monitor")).toEqual([]);
  });

  test("an event loop that is blocked for 600 ms again and again", async () => {
    await start(["--import", blocker]);
    await sleep(20_000);
    const statuses = seen(login);
    expect(Object.keys(statuses).filter((status) => status !== "ok" && status !== "unknown")).toEqual([]);
    expect(Object.values(statuses).reduce((sum, n) => sum + n, 0)).toBeGreaterThan(5);
    expect(seen("own.test/dns-mx")).not.toHaveProperty("critical");
    expect(causes()).toEqual([]);
  });
});
