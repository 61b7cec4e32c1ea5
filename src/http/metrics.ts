import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Board, Health } from "../model/board.ts";
import { priorities } from "../model/incident.ts";
import { hasEnded, type SopRun } from "../model/sop.ts";
import { partsOfId } from "../model/probe.ts";
import type { EventHub } from "./events.ts";
import { createProbeMetrics } from "./probe-metrics.ts";

export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
}

interface MetricsDeps {
  readonly board: Board;
  readonly health: () => Health;
  readonly hub: EventHub;
  readonly version: string;
  /** Milliseconds UTC. */
  readonly now: () => number;
}

const goingStates = ["proposed", "active", "stable"] as const;

/** The check whose `roundtrip` metric is also kept as a distribution: one histogram for each way a letter goes. */
const roundtrip = { check: "mail-roundtrip", metric: "roundtrip" };

export function createMetrics({ board, health, hub, version, now }: MetricsDeps): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // Gauges named `_total`: promtool is right to complain, and nobody draws them.
  for (const name of ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"]) {
    registry.removeSingleMetric(name);
  }

  const info = new Gauge({ name: "mailvigil_info", help: "The version that runs.", labelNames: ["version"], registers: [] });
  info.set({ version }, 1);
  registry.registerMetric(info);
  registry.registerMetric(
    new Gauge({
      name: "mailvigil_incidents_open",
      help: "Open incidents by priority.",
      labelNames: ["priority"],
      registers: [],
      collect() {
        const open = board.incidents().filter((incident) => incident.resolvedAt === undefined);
        for (const priority of priorities) this.set({ priority }, open.filter((one) => one.priority === priority).length);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: "mailvigil_channel_broken",
      help: "1 where alerts cannot be sent on this channel.",
      labelNames: ["channel", "type"],
      registers: [],
      collect() {
        this.reset();
        for (const { name, type, brokenSince } of board.channels()) {
          this.set({ channel: name, type }, brokenSince === undefined ? 0 : 1);
        }
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: "mailvigil_outbox_age_seconds",
      help: "How long the oldest alert has been waiting to be sent.",
      registers: [],
      collect() {
        this.set(health().outboxAgeMs / 1000);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: "mailvigil_database_ok",
      help: "1 while what is observed can be stored.",
      registers: [],
      collect() {
        this.set(health().databaseOk ? 1 : 0);
      },
    }),
  );
  // An exercise is no emergency: drills are in no figure.
  const runs = (): readonly SopRun[] => (board.sopRuns?.() ?? []).filter((run) => !run.drill && !hasEnded(run));
  registry.registerMetric(
    new Gauge({
      name: "mailvigil_sop_runs",
      help: "Emergency procedures that are applied now, by state. Drills are left out.",
      labelNames: ["state"],
      registers: [],
      collect() {
        const going = runs();
        for (const state of goingStates) this.set({ state }, going.filter((run) => run.state === state).length);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: "mailvigil_sop_steps_late",
      help: "Steps of emergency procedures that wait for a person beyond their deadline. Drills are left out.",
      registers: [],
      collect() {
        const waiting = runs().flatMap(({ steps }) => steps.filter(({ state }) => state === "waiting"));
        this.set(waiting.filter(({ dueAt }) => dueAt !== undefined && dueAt <= now()).length);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: "mailvigil_event_clients",
      help: "Pages that follow the live events.",
      registers: [],
      collect() {
        this.set(hub.clients());
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: "mailvigil_event_clients_dropped_total",
      help: "Pages that read too slowly and were made to come back.",
      registers: [],
      collect() {
        this.reset();
        this.inc(hub.dropped());
      },
    }),
  );
  const roundtrips = new Histogram({
    name: "mailvigil_roundtrip_duration_seconds",
    help: "From sending a probe mail until it was in the inbox.",
    labelNames: ["asset"],
    buckets: [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600],
    registers: [registry],
  });
  board.subscribe((event) => {
    if (event.kind !== "observation") return;
    const { asset, check } = partsOfId(event.observation.probe);
    const took = event.observation.metrics[roundtrip.metric];
    if (check === roundtrip.check && took !== undefined) roundtrips.observe({ asset }, took);
  });

  const probeMetrics = createProbeMetrics(board);
  return {
    contentType: registry.contentType,
    render: async () => (await registry.metrics()) + "\n" + probeMetrics.render(),
  };
}
