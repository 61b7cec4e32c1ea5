import type { FindingDeclaration, Measures, Question } from "../model/check.ts";
import type { Incident, Priority } from "../model/incident.ts";
import type { Finding } from "../model/observation.ts";
import type { Business, Probe } from "../model/probe.ts";
import { statusFacts, statusOfSeverity } from "../model/status.ts";

/** All that is wrong with ourselves is one incident: whoever gets it mends the machine, not the mail. */
const monitorKey = "monitor";

/** Incidents of our own side: the machine, its channels, the process. */
export const isMonitorKey = (key: string): boolean => key === monitorKey || key.startsWith(`${monitorKey}/`);

/** What fails, as far as it tells where it belongs. */
export interface Failing {
  readonly probe: Pick<Probe, "id" | "asset" | "measures">;
  readonly findings: readonly Finding[];
  /** How the check declares the finding of a code. */
  readonly declared: (code: string) => Pick<FindingDeclaration, "concerns" | "rejects" | "outage" | "cause"> | undefined;
  /** Whose login was refused, lower case. */
  readonly account: string | undefined;
  /** It rests on one definite answer and waits for nothing. */
  readonly immediate: boolean;
}

/**
 * Where an incident belongs, by what explains it: one machine that takes no connection, one account that is refused, the
 * weaknesses of one domain. Probes of one key share one incident; what has no wider cause is the probe's own.
 */
export function incidentKey(failing: Failing): string {
  const { probe, findings, declared, account } = failing;
  if (probe.measures === "monitor") return monitorKey;
  const worst = worstOf(findings);
  const declaration = worst && declared(worst.code);
  const host = worst?.data["host"];
  // What is looked at every few hours would keep an outage open that is long over.
  if (probe.measures === "service" && declaration?.concerns === "server" && typeof host === "string") return serverKey(host);
  if (declaration?.rejects !== undefined && account !== undefined) return `${account}/login`;
  if (!gathers(failing)) return probe.id;
  // Kept apart, so that "recovered" says something while the weaknesses wait for their day.
  return `${probe.asset}/${worst?.severity === "critical" ? "faults" : "weaknesses"}`;
}

export const serverKey = (host: string): string => `${host.toLowerCase()}/server`;

/**
 * What is wrong with the records of a domain is told in one message: it is found within minutes of the start, one after the
 * other, no mail waits for it, and the same person mends it all.
 */
export const gathers = (failing: Failing): boolean =>
  failing.probe.measures === "posture" && !failing.immediate && !isOutage(failing);

/** Whether mail stands still: the probe looks at the service itself, or found what stops it. */
export function isOutage({ probe, findings, declared }: Pick<Failing, "probe" | "findings" | "declared">): boolean {
  const worst = worstOf(findings);
  return probe.measures === "service" || (worst !== undefined && declared(worst.code)?.outage === true);
}

/** The worst finding, the first of several. */
function worstOf(findings: readonly Finding[]): Finding | undefined {
  const rank = (finding: Finding): number => statusFacts[statusOfSeverity(finding.severity)].rank;
  return findings.reduce<Finding | undefined>(
    (found, finding) => (found && rank(found) >= rank(finding) ? found : finding),
    undefined,
  );
}

/** What an incident is explained by: the code of the worst finding. */
export const causeOf = (findings: readonly Finding[]): string => worstOf(findings)?.code ?? "unknown";

/**
 * P1: nobody's mail arrives. P2: a critical mailbox or its expiry. P3: one mailbox, or our own side. P4: can wait for the
 * morning. In doubt the higher one.
 */
export function priorityOf(about: {
  readonly severity: Incident["severity"];
  readonly measures: Measures;
  readonly answers: Question | undefined;
  readonly business: Business;
  /** The asset is a whole mail domain, or every mailbox on the server is affected. */
  readonly everybody: boolean;
}): Priority {
  const important = about.business === "critical";
  if (about.measures === "monitor") return about.severity === "critical" ? "P3" : "P4";
  if (about.severity === "warning") return about.measures === "service" && important ? "P3" : "P4";
  if (about.measures === "service" && about.everybody) return "P1";
  if (about.business === "low") return "P4";
  return important ? "P2" : "P3";
}
