import type { Measures, Question } from "../model/check.ts";
import type { Incident, Priority } from "../model/incident.ts";
import type { Finding } from "../model/observation.ts";
import type { Business, Probe } from "../model/probe.ts";
import { statusFacts, statusOfSeverity } from "../model/status.ts";

/** All that is wrong with ourselves is one incident: whoever gets it mends the machine, not the mail. */
const monitorKey = "monitor";

/** Which incident a failing probe belongs to. Until causes span probes, each probe has its own, but for the own side. */
export const incidentKey = (probe: Pick<Probe, "id" | "measures">): string =>
  probe.measures === "monitor" ? monitorKey : probe.id;

/** What an incident is explained by: the worst finding, the first of several. */
export function causeOf(findings: readonly Finding[]): string {
  const rank = (finding: Finding): number => statusFacts[statusOfSeverity(finding.severity)].rank;
  const worst = findings.reduce<Finding | undefined>(
    (found, finding) => (found && rank(found) >= rank(finding) ? found : finding),
    undefined,
  );
  return worst?.code ?? "unknown";
}

/**
 * P1: nobody's mail arrives. P2: a critical mailbox or its expiry. P3: one mailbox, or our own side. P4: can wait for the
 * morning. In doubt the higher one.
 */
export function priorityOf(about: {
  readonly severity: Incident["severity"];
  readonly measures: Measures;
  readonly answers: Question | undefined;
  readonly business: Business;
  /** The asset is a whole mail domain. */
  readonly wholeDomain: boolean;
}): Priority {
  const important = about.business === "critical";
  if (about.measures === "monitor") return about.severity === "critical" ? "P3" : "P4";
  if (about.severity === "warning") return about.measures === "service" && important ? "P3" : "P4";
  if (about.measures === "service" && about.wholeDomain) return "P1";
  if (about.business === "low") return "P4";
  return important ? "P2" : "P3";
}
