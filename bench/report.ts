/** Several measurements of one thing, in the order in which they were made. */
export interface Measured {
  readonly unit: "ms" | "µs" | "s" | "B" | "MB" | "% of a core" | "connections" | "commands";
  readonly samples: readonly number[];
}

/** What stands beside ours: a peer, or what nobody can go below. */
export interface Beside extends Measured {
  readonly name: string;
}

/** `ours` is in the unit of the row; `ratio` is ours divided by what stands beside it. */
export interface Goal {
  readonly of: "ours" | "ratio";
  readonly most: number;
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly ours: Measured;
  /** As text: why there is nothing beside it (the peer is not installed). */
  readonly beside: Beside | string;
  readonly goals: readonly Goal[];
}

/** What one part of the bench brings: its lines, and what is to be said below the table. */
export interface Part {
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === undefined || high === undefined ? NaN : (low + high) / 2;
}

/** The value below which the share `q` of the samples is. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

/** Where both were measured in turns, the median of the pairs: what disturbed a pair disturbed both. Else that of the medians. */
export function ratioOf({ ours, beside }: Row): number | undefined {
  if (typeof beside === "string") return undefined;
  if (ours.samples.length !== beside.samples.length) return median(ours.samples) / median(beside.samples);
  return median(ours.samples.map((sample, i) => sample / (beside.samples[i] ?? NaN)));
}

/** `met`, or by how much not; `–` without a goal. */
export function verdictOf(row: Row): string {
  if (row.goals.length === 0) return "–";
  const words = row.goals.map(({ of, most }) => {
    const value = of === "ours" ? median(row.ours.samples) : ratioOf(row);
    if (value === undefined || Number.isNaN(value)) return "not measured";
    return value <= most ? "met" : `missed by ${Math.ceil((value / most - 1) * 100)} %`;
  });
  return words.every((word) => word === words[0]) ? (words[0] ?? "") : words.join("; ");
}

/** Three digits that count. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}

/** The median, and between which values it is the middle. */
function show({ unit, samples }: Measured): string {
  const middle = `${short(median(samples))} ${unit}`;
  return samples.length < 2 ? middle : `${middle} (${short(Math.min(...samples))}–${short(Math.max(...samples))})`;
}

const goalsOf = ({ goals, ours }: Row): string =>
  goals.map(({ of, most }) => (of === "ours" ? `≤ ${most} ${ours.unit}` : `≤ ${most} ×`)).join(", ") || "–";

/** The table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const ratio = ratioOf(row);
    return [
      row.what,
      show(row.ours),
      typeof row.beside === "string" ? row.beside : `${row.beside.name}: ${show(row.beside)}`,
      ratio === undefined ? "–" : `${ratio.toFixed(2)} ×`,
      goalsOf(row),
      verdictOf(row),
    ];
  });
  const head = ["measured", "ours", "beside it", "ratio", "goal", "verdict"];
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
