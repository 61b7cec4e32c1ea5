import { setTimeout as sleep } from "node:timers/promises";
import { goodRuns, openStored, startDaemon } from "./daemon.ts";
import { startMailServer, whyNoMailServer, writeCompany } from "./mail-server.ts";
import { measurePlugin, noBlackbox, noPlugin, startBlackbox, type Blackbox } from "./peers.ts";
import { cpuMs } from "./processes.ts";
import type { Beside, Part } from "./report.ts";

/** Each mailbox once a second. */
const perSecond = 200;
const rounds = 5;
const stretchMs = 6_000;
const settleMs = 4_000;

/** CPU that one login costs, all of the daemon, in turns with those who do the same. */
export async function busyLogins(): Promise<Part> {
  const why = whyNoMailServer();
  if (why !== undefined) return { rows: [], notes: [`Logins were not measured: ${why}.`] };
  await using server = await startMailServer(perSecond);
  await using company = await writeCompany(server, perSecond, "1s");
  await using undo = new AsyncDisposableStack();
  const blackbox = noBlackbox() === undefined ? undo.use(await startBlackbox(server)) : undefined;
  const samples = { ours: [] as number[], login: [] as number[], inbox: [] as number[], plugin: [] as number[] };

  for (let round = 0; round < rounds; round += 1) {
    if (blackbox) await inTurns(blackbox, samples);
    if (noPlugin() === undefined) samples.plugin.push(await measurePlugin(server, 100));
    const daemon = await startDaemon(company);
    try {
      await sleep(settleMs);
      const [from, before] = [Date.now(), cpuMs(daemon.pid)];
      await sleep(stretchMs);
      const [to, after] = [Date.now(), cpuMs(daemon.pid)];
      // The last of them are stored up to 200 ms later.
      await sleep(1_000);
      using stored = openStored(company.database);
      samples.ours.push((after - before) / goodRuns(stored, from, to).length);
    } finally {
      await daemon.stop();
    }
  }

  const ours = { unit: "ms", samples: samples.ours } as const;
  const beside = (name: string, those: readonly number[], missing: string | undefined): Beside | string =>
    missing ?? { name, unit: "ms", samples: those };
  return {
    rows: [
      {
        what: `CPU per IMAP login over TLS, ${perSecond} a second, whole daemon`,
        ours,
        beside: beside("blackbox exporter, LOGIN and LOGOUT alone", samples.login, noBlackbox()),
        goals: [{ of: "ratio", most: 1 }],
      },
      {
        what: "the same, the peer sending the commands that our check sends",
        ours,
        beside: beside("blackbox exporter, LOGIN, ID, EXAMINE, LOGOUT", samples.inbox, noBlackbox()),
        goals: [],
      },
      {
        what: "the same, beside a process for each login",
        ours,
        beside: beside("check_simap", samples.plugin, noPlugin()),
        goals: [{ of: "ratio", most: 1 }],
      },
    ],
    notes: [],
  };
}

async function inTurns(blackbox: Blackbox, samples: { readonly login: number[]; readonly inbox: number[] }): Promise<void> {
  for (const module of ["login", "inbox"] as const) samples[module].push(await blackbox.measure(module, perSecond, stretchMs));
}
