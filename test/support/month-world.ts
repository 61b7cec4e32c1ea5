import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Daemon, startDaemon } from "../../src/daemon.ts";
import type { Submitted } from "../../src/demo/smtp-server.ts";
import { findDependentRoutes } from "../../src/engine/independence.ts";
import { loadConfiguration } from "../../src/config/load.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import type { Plan } from "../../src/model/config.ts";
import { loadChecks } from "../../src/plugins.ts";
import { createAuthority } from "./certificates.ts";
import { type FakeDns, startFakeDns } from "./fake-dns.ts";
import { folderIn, newAccount, put, type WatchedAccount } from "./month-mail.ts";
import { type AccountServers, startAccountServers } from "./month-servers.ts";
import { recordingChannel } from "./plan.ts";
import type { Zone } from "./zone.ts";
import { type SimulatedTime, simulateTime } from "./simulated-time.ts";

export interface MonthBox extends AccountServers {
  readonly account: WatchedAccount;
}

export interface MonthWorld extends AsyncDisposable {
  readonly boxes: ReadonlyMap<string, MonthBox>;
  /** `imap: { host: …, port: … }, smtp: …` of a mailbox, as the configuration has it. */
  serversOf(address: string): string;
  /** Loads the configuration, with these passwords by variable, and starts the daemon; or reloads it. */
  use(yaml: string, passwords: Readonly<Record<string, string>>): Promise<void>;
  /** Ends the daemon and starts it anew, on the same data. */
  restart(): Promise<void>;
  readonly daemon: () => Daemon;
  readonly time: SimulatedTime;
  /** Runs that came to an end, by check. */
  readonly runs: ReadonlyMap<string, number>;
  readonly alerts: readonly { readonly turn: string }[];
  databaseBytes(): Promise<number>;
}

/** Servers that a test has started besides: their names, and the authority that signed for them. */
interface Besides {
  readonly zone: Zone;
  readonly authority: string;
}

/** Where a mail goes that was taken: the test decides. */
export type Post = (mail: Submitted, to: MonthBox, from: MonthBox) => void;

export const hostOf = (address: string): string => `mail.${address.slice(address.indexOf("@") + 1)}`;

/** Puts a mail into the inbox, as an exchange host would. */
export function toInbox({ raw, by, queueId }: Submitted, { account }: MonthBox, folder = "INBOX"): void {
  const date = new Date().toUTCString().replace("GMT", "+0000");
  const hop = `Received: from ${by.smtp} ([127.0.0.1]) by ${hostOf(account.address)} with ESMTPS id ${queueId}; ${date}\r\n`;
  put(folderIn(account, folder), Buffer.concat([Buffer.from(hop), raw]), Date.now());
}

/** The whole daemon on simulated time, its checks against real servers of this process, one set for each mailbox. */
export async function startMonth(
  addresses: readonly string[],
  post: Post = (mail, to) => toInbox(mail, to),
  besides: Besides = { zone: {}, authority: "" },
): Promise<MonthWorld> {
  await using undo = new AsyncDisposableStack();
  // In memory where there is such a place: the disk would be waited for ten thousand times.
  const folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "mailvigil-month-"));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const authority = await createAuthority();
  await writeFile(join(folder, "ca.pem"), authority.certPem + besides.authority);
  const tls = await authority.issue({ names: [...new Set(addresses.map(hostOf))] });
  const accounts = new Map(addresses.map((address) => [address, newAccount(address, `${address}-1`)]));
  const boxes = new Map<string, MonthBox>();
  for (const account of accounts.values()) {
    const { address } = account;
    const deliver = (mail: Submitted): void => {
      for (const to of mail.to) {
        const [receiver, sender] = [boxes.get(to), boxes.get(address)];
        if (receiver && sender) post(mail, receiver, sender);
      }
    };
    const servers = await startAccountServers(account, hostOf(address), tls, { store: accounts, deliver });
    undo.defer(() => servers.stop());
    boxes.set(address, { ...servers, account });
  }
  const zone = {
    ...Object.fromEntries(addresses.map((address) => [hostOf(address), { A: ["127.0.0.1"] }])),
    ...besides.zone,
  };
  const dns: FakeDns = undo.adopt(await startFakeDns(zone, { authoritative: true }), (it) => it.close());

  let busy = 0;
  const runs = new Map<string, number>();
  const checks = new Map(
    [...(await loadChecks())].map(([id, check]): [string, AnyCheck] => [id, counted(check, (by) => (busy += by), runs)]),
  );
  const { channel, alerts } = recordingChannel();
  const channels = new Map([["recording", channel]]);
  const data = join(folder, "data");
  const time = undo.use(simulateTime(() => busy > 0));
  let plan: Plan | undefined;
  let daemon: Daemon | undefined;
  const bugs: unknown[] = [];
  undo.defer(async () => {
    await stop();
    if (bugs.length > 0) throw new Error("the daemon met a bug of its own", { cause: bugs[0] });
  });
  const start = async (): Promise<void> => {
    if (!plan) throw new Error("there is no plan yet");
    const started = startDaemon({
      plan,
      checks,
      channels,
      mask: (line) => line,
      demonstration: false,
      data,
      log: () => undefined,
      onBug: (error) => bugs.push(error),
    });
    daemon = await time.until(started);
  };
  const stop = async (): Promise<void> => {
    if (daemon) await time.until(Promise.resolve(daemon[Symbol.asyncDispose]()));
    daemon = undefined;
  };
  const running = undo.move();
  return {
    boxes,
    time,
    runs,
    alerts,
    daemon() {
      if (!daemon) throw new Error("the daemon does not run");
      return daemon;
    },
    serversOf(address) {
      const ports = boxes.get(address)?.ports;
      const host = hostOf(address);
      return (["imap", "smtp", "pop3"] as const)
        .map((protocol) => `${protocol}: { host: ${host}, port: ${ports?.[protocol]}, security: tls }`)
        .join(", ");
    },
    async use(yaml, passwords) {
      const file = join(folder, "mailvigil.yaml");
      const settings = `settings: { dns: { servers: ["${dns.server}"] }, tls: { ca: [ca.pem] }, self_tests: off }\nchannels: { ops: { type: recording } }\n`;
      await writeFile(file, `${settings}${yaml}`);
      const loaded = await loadConfiguration(file, {
        checks,
        channels,
        env: passwords,
        dependentRoutes: findDependentRoutes,
        now: Date.now,
      });
      if ("errors" in loaded) throw new Error(JSON.stringify(loaded.errors, undefined, 1));
      const { settings: read } = loaded.plan;
      plan = { ...loaded.plan, settings: { ...read, http: { ...read.http, port: 0 } } };
      if (daemon) await time.until(daemon.reload(plan));
      else await start();
    },
    async restart() {
      await stop();
      await start();
    },
    databaseBytes: async () => (await stat(join(data, "mailvigil.db"))).size,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const counted = (check: AnyCheck, add: (by: number) => void, runs: Map<string, number>): AnyCheck => ({
  ...check,
  async run(ctx, options: unknown, signal) {
    add(1);
    try {
      return await check.run(ctx, options, signal);
    } finally {
      runs.set(check.id, (runs.get(check.id) ?? 0) + 1);
      add(-1);
    }
  },
});
