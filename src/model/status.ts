/** How bad one finding is. `info` never changes a status; `unknown` means that we could not find out. */
export const severities = ["info", "warning", "critical", "unknown"] as const;
export type Severity = (typeof severities)[number];

/** The state of an observation or of a probe. */
export const statuses = ["ok", "warning", "critical", "unknown"] as const;
export type Status = (typeof statuses)[number];

/** What a stretch of time counts as in the account of availability. */
type ServiceTime = "up" | "degraded" | "down" | "unknown";

interface StatusFacts {
  /** Higher is worse: critical > warning > unknown > ok. */
  readonly rank: number;
  readonly exitCode: number;
  /** The value of `mailvigil_probe_status`. */
  readonly metric: number;
  readonly service: ServiceTime;
}

/** The one mapping severity ▶ status ▶ exit code ▶ service time (exit codes as in the Monitoring Plugins guidelines). */
export const statusFacts: Readonly<Record<Status, StatusFacts>> = {
  ok: { rank: 0, exitCode: 0, metric: 0, service: "up" },
  unknown: { rank: 1, exitCode: 3, metric: 3, service: "unknown" },
  warning: { rank: 2, exitCode: 1, metric: 1, service: "degraded" },
  critical: { rank: 3, exitCode: 2, metric: 2, service: "down" },
};

export const statusOfSeverity = (severity: Severity): Status => (severity === "info" ? "ok" : severity);

/** The worst of some statuses; `ok` when there are none. */
export function worstStatus(some: Iterable<Status>): Status {
  let worst: Status = "ok";
  for (const status of some) if (statusFacts[status].rank > statusFacts[worst].rank) worst = status;
  return worst;
}

/** The status that findings add up to: the worst of them, `ok` without any. */
export const statusOf = (findings: readonly { readonly severity: Severity }[]): Status =>
  worstStatus(findings.map((finding) => statusOfSeverity(finding.severity)));
