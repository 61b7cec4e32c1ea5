import type { Board } from "../model/board.ts";
import type { AnyCheck, MetricDeclaration } from "../model/check.ts";
import type { Probe } from "../model/probe.ts";
import { statusFacts } from "../model/status.ts";

/**
 * The lines of `/metrics` that there is one of for each probe, written by hand: prom-client needs 24 ms for 10,000 series,
 * these prefixes made once and kept need about 3 (bench of 10,000 series). Text format 0.0.4 of Prometheus.
 */
export interface ProbeMetrics {
  render(): string;
}

interface Series {
  readonly prefix: string;
  readonly probe: string;
}

interface Family {
  readonly head: string;
  readonly series: readonly Series[];
  /** Undefined: nothing is known, and no line is written. */
  readonly value: (probe: string) => number | undefined;
}

export function createProbeMetrics(board: Board): ProbeMetrics {
  let probes: readonly Probe[] | undefined;
  let families: readonly Family[] = [];
  board.subscribe((event) => {
    if (event.kind === "reloaded") probes = undefined;
  });
  return {
    render() {
      const present = board.probes();
      if (present !== probes) {
        probes = present;
        families = buildFamilies(board, present);
      }
      let text = "";
      for (const family of families) {
        let lines = "";
        for (const { prefix, probe } of family.series) {
          const value = family.value(probe);
          if (value !== undefined) lines += prefix + formatValue(value) + "\n";
        }
        if (lines !== "") text += family.head + lines;
      }
      return text;
    },
  };
}

function buildFamilies(board: Board, probes: readonly Probe[]): readonly Family[] {
  const labels = new Map(probes.map((probe) => [probe.id, labelsOf(probe)]));
  const family = (name: string, help: string, those: readonly Probe[], value: Family["value"]): Family => ({
    head: `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} gauge\n`,
    series: those.map(({ id }) => ({ prefix: `${name}${labels.get(id) ?? ""} `, probe: id })),
    value,
  });
  const ofProbe = (suffix: string, help: string, value: Family["value"]): Family =>
    family(`mailvigil_probe_${suffix}`, help, probes, value);

  return [
    ofProbe(
      "status",
      "Confirmed status: 0 ok, 1 warning, 2 critical, 3 unknown.",
      (id) => statusFacts[board.state(id)?.status ?? "unknown"].metric,
    ),
    ofProbe("last_run_timestamp_seconds", "When the last run began.", (id) => seconds(board.last(id)?.at)),
    ofProbe("duration_seconds", "How long the last run took.", (id) => seconds(board.last(id)?.durationMs)),
    ...[...Map.groupBy(probes, (probe) => probe.check)]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([id, those]) => {
        const declared: AnyCheck["metrics"] = board.check(id)?.metrics ?? {};
        return Object.entries(declared).map(([name, declaration]) =>
          family(metricName(id, name, declaration.unit), declaration.help, those, (probe) => board.last(probe)?.metrics[name]),
        );
      }),
  ];
}

const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);

/** `mailvigil_<check>_<metric>_<unit>`; a unit that the metric's own name ends with is not said twice. */
export function metricName(check: string, metric: string, unit: MetricDeclaration["unit"]): string {
  const snake = (text: string): string =>
    text
      .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
      .replace(/[^a-zA-Z0-9]+/g, "_")
      .toLowerCase();
  const name = `mailvigil_${snake(check)}_${snake(metric)}`;
  return unit === "none" || name.endsWith(`_${unit}`) ? name : `${name}_${unit}`;
}

export const escapeLabel = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

const escapeHelp = (help: string): string => help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");

const labelsOf = (probe: Probe): string =>
  `{probe="${escapeLabel(probe.id)}",check="${escapeLabel(probe.check)}",asset="${escapeLabel(probe.asset)}"}`;

function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
