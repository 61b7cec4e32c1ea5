import { createHmac } from "node:crypto";
import { fileURLToPath } from "node:url";
import { loadProviders } from "./config/providers.ts";
import { createPast } from "./asset-past.ts";
import { createBoard, type LiveBoard } from "./engine/board.ts";
import { startCalendar } from "./engine/calendar.ts";
import { createChannelSet } from "./engine/channel-set.ts";
import { createDelivery } from "./engine/delivery.ts";
import { createDiagnoseNow } from "./engine/diagnose-now.ts";
import { createEmergency } from "./engine/emergency.ts";
import { acknowledge, remind, type IncidentStep } from "./engine/incidents.ts";
import { createLoopWatch } from "./engine/loop-watch.ts";
import { startRolling } from "./engine/rolling.ts";
import { runOnce, write, type PipelineWorld } from "./engine/pipeline.ts";
import { createDiagnoser } from "./engine/incident-cause.ts";
import { createForcing } from "./engine/forcing.ts";
import { describe } from "./engine/run-probe.ts";
import { channelId, channelIds, daemonId, ownTrouble, ownTroubleOver } from "./engine/own-trouble.ts";
import { createConsequences, createProcedures } from "./engine/procedures.ts";
import { createScheduler } from "./engine/scheduler.ts";
import { settle } from "./engine/settle.ts";
import { createTeller } from "./engine/teller.ts";
import { channelTrouble, troublesOf } from "./engine/troubles.ts";
import { evidenceOfIncident } from "./evidence.ts";
import { createApp } from "./http/app.ts";
import { listen } from "./http/listen.ts";
import { channelReason } from "./i18n/channel-reasons.ts";
import { inLanguage } from "./model/text.ts";
import type { Board, ChannelHealth } from "./model/board.ts";
import { pingId } from "./model/ping.ts";
import type { AnyChannel } from "./model/channel.ts";
import type { AnyCheck } from "./model/check.ts";
import type { Plan } from "./model/config.ts";
import type { Mask } from "./model/secret.ts";
import { emptyBatch } from "./model/state.ts";
import { createNet } from "./net/world.ts";
import { createStatusSource } from "./report/status-page.ts";
import { startReports } from "./report-job.ts";
import { createReports } from "./reports.ts";
import { createCalendarRuns } from "./store/calendar.ts";
import { openDatabase } from "./store/database.ts";
import { installationKey } from "./store/installation-key.ts";
import { readDayAccounts } from "./store/history-series.ts";
import { readIncident, readIncidents } from "./store/incidents.ts";
import { createOutbox } from "./store/outbox.ts";
import { createRecorder } from "./store/recorder.ts";
import { loadRemembered } from "./store/remembered.ts";
import { readSopEntries, readSopRun, wasAnswered } from "./store/sops.ts";
import { applyRetention } from "./store/retention.ts";
import { createRollups } from "./store/rollups.ts";
import { StoreError } from "./store/store-error.ts";
import { version } from "./version.ts";

export interface DaemonOptions {
  readonly plan: Plan;
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly channels: ReadonlyMap<string, AnyChannel>;
  readonly mask: Mask;
  readonly demonstration: boolean;
  /** The data directory, or `:memory:`. */
  readonly data: string;
  /** The demonstration takes the next free port; everybody else is told that theirs is in use. */
  readonly nextFreePort?: boolean;
  /** What operators read: one line, secrets masked. */
  readonly log: (line: string) => void;
  /** A bug of ours: whoever started the daemon ends it with exit code 70. */
  readonly onBug: (error: unknown) => void;
}

export interface Daemon extends AsyncDisposable {
  readonly url: string;
  readonly board: Board;
  /** Swaps in another plan: what is removed is watched no more, what is new starts at once. */
  reload(plan: Plan): Promise<void>;
  /** An uncaught error: its incident is written and told as far as that still goes. Then dispose, and end with exit code 70. */
  crashed(error: unknown): Promise<void>;
}

const perHost = 8;
const atOnce = 64;
const remindEveryMs = 30_000;
const tickEveryMs = 10_000;
/** Of one run, the latest. */
const mostEntries = 1_000;
const pageFolder = fileURLToPath(new URL("../dashboard/dist", import.meta.url));

/** Builds the whole program from its plan. Whatever fails half-way is taken down again. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  await using undo = new AsyncDisposableStack();
  const { checks, demonstration, mask, log } = options;
  const now = Date.now;
  let { plan } = options;

  const db = undo.adopt(openDatabase(options.data), (it) => it.close());
  const key = installationKey(options.data);
  const recorder = undo.adopt(createRecorder(db), (it) => it.close());
  const outbox = createOutbox(db);
  const net = undo.adopt(createNet(plan.settings), (it) => it.close());
  const loop = undo.use(createLoopWatch());
  const stopping = new AbortController();
  const sign = (text: string): string => createHmac("sha256", key).update(text).digest("hex");

  const channels = createChannelSet(options.channels, mask);
  channels.replace([...plan.channels, ...plan.sopHooks]);
  const verifyChannels = async (): Promise<void> => {
    await channels.verify();
    for (const [name, reason] of channels.unfit) log(inLanguage(channelTrouble(name, reason), plan.settings.language));
  };
  const reach = {
    dial: net.dial,
    ask: net.ask,
    resolve: net.resolve,
    get authorities() {
      return plan.settings.extraAuthorities;
    },
  };
  const delivery = undo.adopt(
    createDelivery({
      outbox,
      channels: channels.entries,
      now,
      context: reach,
      mask,
      onChannelChange: (health, is) => channelChanged(health, is),
      onSettled({ turn, alert }, { state }) {
        // Should it fail, the next look at what is due finds it out.
        if (turn === "sop" && state !== "pending") procedures.settled(alert.about).catch(() => undefined);
      },
    }),
    (it) => it.stop(),
  );
  const emergency = createEmergency({
    channels: channels.forPeople,
    context: reach,
    now,
    language: () => plan.settings.language,
    demonstration,
    onError: (channel, reason) => log(`The channel ${channel} did not take the emergency message: ${mask(reason)}`),
  });

  const board: LiveBoard = createBoard({
    ...boardSettings(plan),
    demonstration,
    startedAt: now(),
    checks,
    remembered: loadRemembered(db, now()),
    provider: (id) => loadProviders().get(id)?.title,
    nextAt: (probe) => scheduler.nextAt(probe),
    channels: () => delivery.channels(),
    troubles: () =>
      troublesOf({
        storeFault: emergency.reason(),
        channels: delivery.channels(),
        unfit: channels.unfit,
        tellsNobody: plan.channels.length === 0 && !demonstration,
      }),
    now,
  });
  /** The demonstration takes the port it finds; elsewhere the settings say where people reach the pages. */
  let served = "";
  const teller = createTeller({
    board,
    checks,
    outbox,
    now,
    demonstration,
    plan: () => plan,
    url: () => (demonstration && served) || plan.settings.url,
  });

  const procedures = createProcedures({
    board,
    outbox,
    store: {
      run: (id) => readSopRun(db, id),
      entries: (run) => readSopEntries(db, run, mostEntries),
      incident: (id) => readIncident(db, id),
      answered: (sop, incident) => wasAnswered(db, sop, incident),
    },
    now,
    plan: () => plan,
    url: () => (demonstration && served) || plan.settings.url,
    demonstration,
    headline: (incident) => teller.headline(incident),
    serially: (work) => world.serially(work),
    write: (batch) => write(batch, world),
    releaseChannel: (name) => delivery.retry(name),
  });
  const consequences = createConsequences({ board, procedures, teller });
  let tail: Promise<unknown> = Promise.resolve();
  const world: PipelineWorld = {
    board,
    recorder: {
      async commit(batch, how) {
        try {
          await recorder.commit(batch, how);
          emergency.storeWorks();
        } catch (error) {
          // One batch that breaks a rule of the database is a bug of ours; the disk is well, and the others go on.
          if (error instanceof StoreError && error.code !== "rejected") emergency.storeFailed(error.text);
          else log(mask(`An observation could not be stored: ${describe(error)}`));
          throw error;
        }
      },
    },
    checks,
    diagnose: createDiagnoser(board),
    // Made anew for each run: a reload may have changed what is behind it.
    get run() {
      return { ...net.checkContext, now, sign, mask, loop, stopping: stopping.signal };
    },
    selfTests: { runFresh: (probe, since) => scheduler.runFresh(probe, since), last: (probe) => board.last(probe) },
    route: consequences,
    wakeDelivery: () => delivery.wake(),
    lookNow(probes) {
      for (const probe of probes) scheduler.runNow(probe);
    },
    serially(work) {
      const next = tail.then(work);
      tail = next.catch(() => undefined);
      return next;
    },
  };
  const scheduler = createScheduler({
    run: (probe, free) => runOnce(probe, world, free),
    ageMs(probe) {
      const last = board.state(probe)?.lastAt;
      return last === undefined ? undefined : now() - last;
    },
    limits: { atOnce, perHost },
    onError(error) {
      // The store's own troubles are known and told; anything else is a bug.
      if (!(error instanceof StoreError)) options.onBug(error);
    },
  });

  /** Writes incidents that moved without a run (a reminder, an acknowledgement) and tells whom they concern. */
  const tell = (step: () => IncidentStep | undefined): Promise<boolean> =>
    world.serially(async () => {
      const moved = step();
      if (!moved) return false;
      const { incident, timeline } = moved;
      await write({ ...emptyBatch, incidents: [incident], timeline, ...consequences([moved]) }, world);
      return true;
    });
  /** A channel that is broken is told on the others. */
  function channelChanged(
    { name, brokenSince, lastError, waiting = 0 }: ChannelHealth,
    is: "well" | "broken" | "unreachable",
  ): void {
    const id = channelId(name);
    const reason = channelReason(lastError ?? "");
    const minutes = Math.floor((now() - (brokenSince ?? now())) / 60_000);
    const data = { name, reason: reason.en, reasonZh: reason.zh, minutes, count: waiting };
    tell(() =>
      is === "well" ? ownTroubleOver(board, id, now()) : ownTrouble(board, id, { code: `channel-${is}`, data }, now()),
    ).catch(() => undefined);
  }
  /** Without a disk the daemon goes on probing: what this would have written is made up for by the next start. */
  const settled = (): Promise<void> =>
    world.serially(async () => {
      const open = board.incidents().filter(({ resolvedAt }) => resolvedAt === undefined);
      const { batch, steps } = settle({ states: board.states(), open }, plan.probes, channelIds(plan.channels), now());
      try {
        await write({ ...batch, ...consequences(steps) }, world);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        log(mask(inLanguage(error.text, plan.settings.language)));
      }
    });

  await settled();
  const forcing = createForcing(board, now);
  const diagnosis = undo.adopt(createDiagnoseNow({ board, runNow: (probe) => scheduler.runNow(probe), now }), (it) => it.close());
  const app = createApp({
    board,
    status: createStatusSource({
      board,
      past: {
        days: (probes, window, timezone) => readDayAccounts(db, probes, window, timezone),
        incidents: (since) => readIncidents(db, since),
      },
      settings: () => plan.statusPage,
      url: () => plan.settings.url,
      now,
    }),
    diagnosis,
    sops: procedures,
    actions: {
      acknowledge: (id, by, minutes) =>
        tell(() => {
          const incident = board.incident(id);
          return incident && incident.resolvedAt === undefined
            ? acknowledge(incident, by, now() + minutes * 60_000, now())
            : undefined;
        }),
      runNow(probe) {
        forcing.allow(board.configured(probe)?.load.logins ?? []);
        return scheduler.runNow(probe);
      },
      async ping(id, ping) {
        const probe = plan.probes.find(({ check, asset }) => check === "backup-freshness" && pingId(asset, sign) === id);
        if (!probe) return false;
        await write({ ...emptyBatch, facts: [{ asset: probe.asset, kind: "ping", value: ping, at: now() }] }, world);
        scheduler.runNow(probe.id);
        return true;
      },
    },
    past: createPast(db, board),
    reports: createReports(() => ({ db, plan, checks, now: now() })),
    evidence: (id) => evidenceOfIncident({ db, plan, checks, mask, demonstration, data: options.data, now: now() }, id),
    health: () => ({
      loopAgeMs: loop.ageMs(),
      databaseOk: emergency.reason() === undefined,
      outboxAgeMs: now() - (outbox.oldestPendingAt() ?? now()),
    }),
    token: await plan.settings.http.token?.reveal(),
    allowedHosts: hostsOf(plan.settings.url),
    version,
    pageFolder,
    now,
    onError: (error) => log(`Answering a request failed: ${mask(String(error))}`),
  });
  undo.defer(() => app.close());
  const server = undo.use(await listen(app, { ...plan.settings.http, nextFreePort: options.nextFreePort === true }));
  const { url } = server;
  served = url;

  const reminding = setInterval(() => {
    for (const incident of board.incidents()) {
      const due = () => remind(board.incident(incident.id) ?? incident, now(), plan.alerts.remindMs);
      if (due()) tell(due).catch(() => undefined);
    }
  }, remindEveryMs);
  undo.defer(() => clearInterval(reminding));
  const tick = (): Promise<void> =>
    procedures.tick().catch((error: unknown) => {
      if (!(error instanceof StoreError)) options.onBug(error);
    });
  await tick();
  const ticking = setInterval(() => void tick(), tickEveryMs);
  undo.defer(() => clearInterval(ticking));
  const rolling = undo.adopt(
    startRolling({
      rollups: createRollups(db),
      timezone: () => plan.settings.timezone,
      onError: (error) => log(`Closing hours and days failed and is tried again in five minutes: ${mask(String(error))}`),
    }),
    (it) => it.stop(),
  );
  const reports = undo.adopt(
    startReports({
      db,
      checks,
      now,
      demonstration,
      plan: () => plan,
      url: () => (demonstration && served) || plan.settings.url,
      wakeDelivery: () => delivery.wake(),
      onError: (error) => log(`Making the monthly report failed and is tried again in a minute: ${mask(String(error))}`),
    }),
    (it) => it.stop(),
  );
  const calendar = undo.adopt(
    startCalendar({
      timezone: plan.settings.timezone,
      runs: createCalendarRuns(db),
      now,
      onError: (name, error) => log(`The calendar's "${name}" failed and is tried again in a minute: ${mask(String(error))}`),
      jobs: [
        {
          name: "retention",
          expression: "17 3 * * *",
          run: async () =>
            void (await rolling.before(() => applyRetention(db, now(), { ...plan.settings.keep, signal: stopping.signal }))),
        },
      ],
    }),
    (it) => it.stop(),
  );
  undo.defer(async () => {
    stopping.abort(new Error("the daemon is stopping"));
    await scheduler.stop();
    recorder.flush();
  });
  // Before the first runs: it keeps what probes had counted when the daemon went down.
  void reports.tick();
  scheduler.replace(plan.probes);
  delivery.wake();
  await calendar.tick();
  await verifyChannels();

  const running = undo.move();
  return {
    url,
    board,
    async reload(next) {
      const changed = changedProbes(plan, next);
      plan = next;
      net.replace(plan.settings);
      channels.replace([...plan.channels, ...plan.sopHooks]);
      board.replace(boardSettings(plan));
      await settled();
      scheduler.replace(plan.probes);
      for (const probe of changed) scheduler.runNow(probe);
      delivery.retry();
      await verifyChannels();
    },
    async crashed(error) {
      const reason = mask(describe(error));
      await tell(() => ownTrouble(board, daemonId, { code: "daemon-crashed", data: { reason } }, now()));
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const boardSettings = ({ probes, settings }: Plan) => ({
  probes,
  company: settings.company,
  language: settings.language,
  timezone: settings.timezone,
});

/** Those of both plans that look at something else now: what was seen with the old options says nothing of the new ones. */
function changedProbes(before: Plan, after: Plan): readonly string[] {
  const old = new Map(before.probes.map((probe) => [probe.id, JSON.stringify(probe.options)]));
  return after.probes.filter(({ id, options }) => old.has(id) && old.get(id) !== JSON.stringify(options)).map(({ id }) => id);
}

function hostsOf(url: string): readonly string[] {
  return URL.canParse(url) ? [new URL(url).hostname] : [];
}
