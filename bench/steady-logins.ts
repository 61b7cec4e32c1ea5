import { setTimeout as sleep } from "node:timers/promises";
import { phaseOf, slotMs } from "../src/engine/schedule.ts";
import { goodRuns, openStored, startDaemon } from "./daemon.ts";
import { startMailServer, whyNoMailServer, writeCompany } from "./mail-server.ts";
import { noBlackbox, startBlackbox } from "./peers.ts";
import { cpuMs, residentMb } from "./processes.ts";
import { quantile, type Beside, type Measured, type Part } from "./report.ts";

const mailboxes = 1_000;
/** The product's own pace for own servers. */
const everyMs = 60_000;
/** The first round takes 10 s, and no run follows its first one sooner than half an interval: then the pace is steady. */
const untilSteadyMs = 42_000;
/** As often as Prometheus usually asks: a scrape must not move a probe. */
const scrapeMs = 15_000;

/** A thousand mailboxes a minute: what it costs all day, and whether probes start on time. */
export async function steadyLogins(): Promise<Part> {
  const why = whyNoMailServer();
  if (why !== undefined) return { rows: [], notes: [`${mailboxes} logins a minute were not measured: ${why}.`] };
  await using server = await startMailServer(mailboxes);
  await using company = await writeCompany(server, mailboxes);
  await using undo = new AsyncDisposableStack();
  const blackbox = noBlackbox() === undefined ? undo.use(await startBlackbox(server)) : undefined;
  const perSecond = mailboxes / (everyMs / 1000);
  const peer = async (): Promise<number[]> =>
    blackbox ? [((await blackbox.measure("login", perSecond, everyMs / 2)) * perSecond) / 10] : [];

  const theirs = await peer();
  const daemon = await startDaemon(company);
  undo.defer(() => daemon.stop());
  await sleep(untilSteadyMs);
  const scraping = setInterval(() => void fetch(`${daemon.url}/metrics`).then((answer) => answer.arrayBuffer()), scrapeMs);
  undo.defer(() => clearInterval(scraping));
  const bare = bareTimer();
  const [from, before] = [Date.now(), cpuMs(daemon.pid)];
  await sleep(everyMs);
  const [to, after] = [Date.now(), cpuMs(daemon.pid)];
  const bareLate = bare.stop();
  clearInterval(scraping);
  await sleep(1_000);
  using stored = openStored(company.database);
  const runs = goodRuns(stored, from, to);
  const memory = residentMb(daemon.pid);
  const blackboxMemory = blackbox ? [residentMb(blackbox.pid)] : [];
  await daemon.stop();
  theirs.push(...(await peer()));

  const late = runs.map(({ probe, at }) => lateness(probe, at));
  const one = (unit: Measured["unit"], value: number): Measured => ({ unit, samples: [value] });
  const beside = (unit: Measured["unit"], samples: readonly number[]): Beside | string =>
    noBlackbox() ?? { name: "blackbox exporter, LOGIN and LOGOUT alone", unit, samples };
  return {
    rows: [
      {
        what: `CPU of the whole daemon, ${mailboxes} IMAP logins every 60 s`,
        ours: one("% of a core", (after - before) / ((to - from) / 100)),
        beside: beside("% of a core", theirs),
        goals: [
          { of: "ours", most: 3.5 },
          { of: "ratio", most: 0.8 },
        ],
      },
      {
        what: "its memory (RSS)",
        ours: one("MB", memory),
        beside: beside("MB", blackboxMemory),
        goals: [{ of: "ours", most: 130 }],
      },
      {
        what: "its probes start late by, 99th percentile",
        ours: one("ms", quantile(late, 0.99)),
        beside: { name: "a bare timer in an idle process", ...one("ms", quantile(bareLate, 0.99)) },
        goals: [{ of: "ours", most: 5 }],
      },
      {
        what: "its probes start late by, at most",
        ours: one("ms", Math.max(...late)),
        beside: { name: "a bare timer in an idle process", ...one("ms", Math.max(...bareLate)) },
        goals: [{ of: "ours", most: 50 }],
      },
    ],
    notes: [
      `${runs.length} logins in the minute that was measured, all of them well; /metrics was read every ${scrapeMs / 1000} s.`,
    ],
  };
}

/** By how much a run began after its place on the grid of slots, in milliseconds. */
function lateness(probe: string, at: number): number {
  const since = (at - phaseOf(probe, everyMs)) % everyMs;
  return since > everyMs / 2 ? since - everyMs : since;
}

/** What a timer is late by where nothing else goes on: our own process, which waits. */
function bareTimer(): { stop(): readonly number[] } {
  const late: number[] = [];
  let due = Math.ceil(Date.now() / slotMs) * slotMs;
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    due += slotMs;
    timer = setTimeout(() => {
      late.push(Date.now() - due);
      arm();
    }, due - Date.now());
  };
  arm();
  return {
    stop() {
      clearTimeout(timer);
      return late;
    },
  };
}
